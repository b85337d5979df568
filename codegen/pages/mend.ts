import type { AccountNode, InstructionNode } from '@codama/nodes';

import type { TypeFacts } from '../type-facts';
import { isOption, resolveType } from '../types';

// The few phrases of the renderer that are wrong wherever they stand, and cannot be mended by a page or a tree of ours.
// The renderer is pinned to one version, and a test fails when it no longer says one of them.

/** What kit has for the inputs of an instruction, and where it is imported from. */
const INPUT_MODULE = '@solana/kit/program-client-core';
const AS_ADDRESS = 'getAddressFromResolvedInstructionAccount';
const AS_GIVEN = 'getNonNullResolvedInstructionInput';
const AS_SIGNER = 'getResolvedInstructionAccountAsTransactionSigner';

/** What is given is there, whatever it is: `0`, `0n`, `false` and `null` too. Only what is not given takes the default. */
export function mendDefaults(page: string): string {
    return mendNothing(page)
        .replaceAll(/^if \((!?)args\.(\w+)\) \{$/gm, (_, not: string, name: string) =>
            not ? `if (args.${name} === undefined) {` : `if (args.${name} !== undefined) {`,
        )
        .replaceAll(/\b(\w+): value\.\1 \?\? (?!null\b)/g, '$1: value.$1 !== undefined ? value.$1 : ');
}

/**
 * What is not there is `null`, and not kit's `none()`, which is an option of something unknown to the compiler: no codec of
 * another option takes it.
 */
function mendNothing(page: string): string {
    if (!page.includes('none')) return page;
    const mended = page.replaceAll(/(?<=(?::|=|\?\?|,|\[|\() ?)none\(\)/g, 'null');
    return /\bnone\(/.test(mended) ? mended : withoutImport('none', '@solana/kit', mended);
}

/**
 * Says the type of a discriminator's bytes, which a compiler could only write into declarations by the name of a package of
 * kit's own.
 */
export function mendDiscriminators(page: string): string {
    const mended = page.replaceAll(/^(export function \w+DiscriminatorBytes\(\))(?= \{)/gm, '$1: ReadonlyUint8Array');
    if (mended === page) return page;
    return withImports('@solana/kit', mended, imported => [...new Set([...imported, 'type ReadonlyUint8Array'])]);
}

/** The page of an account whose functions keep their names from a variable of the renderer's, `fetchConfig`. */
export function mendAccount(page: string, { name }: AccountNode): string {
    return name === 'config' ? page.replaceAll(/\bfetchConfig(?= \} = config|\);)/g, 'fetching') : page;
}

/** The page of an instruction with defaults that follow other inputs as those may be given. */
export function mendInstruction(
    page: string,
    { accounts, arguments: args, extraArguments = [] }: InstructionNode,
    { findType }: TypeFacts,
): string {
    const signerOf = new Map(accounts.map(({ isSigner, name }) => [name as string, isSigner]));
    const options = new Set(
        [...args, ...extraArguments]
            .filter(({ type }) => isOption(resolveType(type, findType)))
            .map(({ name }) => name as string),
    );
    const mended = mendDefaults(page)
        // An account that may sign or not can be given as an address; one that does not sign is no signer.
        .replaceAll(
            /accounts\.(\w+)\.value = (\w+)\("(\w+)", accounts\.\3\.value\)(?:\.address)?;/g,
            (phrase, to: string, how: string, from: string) => {
                if (how !== AS_GIVEN && how !== AS_SIGNER) return phrase;
                const [given, wanted] = [signerOf.get(from), signerOf.get(to)];
                const as =
                    wanted === false && given !== false
                        ? AS_ADDRESS
                        : wanted === true && given === 'either'
                          ? AS_SIGNER
                          : AS_GIVEN;
                return `accounts.${to}.value = ${as}("${from}", accounts.${from}.value);`;
            },
        )
        // Nothing is a value that an option can have.
        .replaceAll(
            /args\.(\w+) = getNonNullResolvedInstructionInput\("(\w+)", args\.\2\);/g,
            (phrase, to: string, from: string) => (options.has(from) ? `args.${to} = args.${from};` : phrase),
        )
        // A number may be given as a bigint.
        .replaceAll(/^(if \(args\.\w+ [!=]=)= (-?\d+\) \{)$/gm, '$1 $2')
        // The program stands for an account that is left out, whichever address it has.
        .replaceAll(
            /accountMeta\.address === \w+ \? undefined : accountMeta/g,
            '(accountMeta.address as string) === instruction.programAddress ? undefined : accountMeta',
        );
    const taken = new Set(accounts.map(({ name }) => name as string));
    const fixed = args.filter(
        ({ defaultValueStrategy, name }) => defaultValueStrategy === 'omitted' && taken.has(name),
    );
    // What nobody gives is no input, and so none that is called otherwise beside an account of its name.
    const given = fixed.reduce(
        (page, { name }) => page.replaceAll(new RegExp(`\\b${name}: input\\.${name}Arg\\b,?`, 'g'), ''),
        mended,
    );
    return importInputs(declareArguments(given));
}

/** Declares the arguments in each function that uses them: the renderer forgets those that only a program's address needs. */
function declareArguments(page: string): string {
    return page
        .split(/^(?=export (?:async )?function )/m)
        .map(part =>
            /\bargs\./.test(part) && !part.includes('const args = ')
                ? part.replace(/^const programAddress = .*;$/m, '$&\nconst args = { ...input };')
                : part,
        )
        .join('');
}

/** Imports what the page uses for inputs, and no more. */
function importInputs(page: string): string {
    const helpers = [AS_ADDRESS, AS_GIVEN, AS_SIGNER];
    return withImports(INPUT_MODULE, page, (imported, body) => [
        ...imported.filter(name => !helpers.includes(name)),
        ...helpers.filter(name => body.includes(`${name}(`)),
    ]);
}

function withoutImport(name: string, module: string, page: string): string {
    return withImports(module, page, imported => imported.filter(other => other !== name));
}

/** A page with other imports from a module that it imports from. */
function withImports(
    module: string,
    page: string,
    change: (imported: readonly string[], body: string) => readonly string[],
): string {
    const line = new RegExp(`^import \\{ (.*) \\} from '${module}';$`, 'm');
    const imported = line.exec(page)?.[1]?.split(', ');
    if (imported === undefined) return page;
    const names = [...change(imported, page.replace(line, ''))].sort((a, b) => a.localeCompare(b));
    return page.replace(line, () => (names.length === 0 ? '' : `import { ${names.join(', ')} } from '${module}';`));
}
