import type { InstructionInputValueNode, InstructionNode, ProgramNode } from '@codama/nodes';

import { getDocBlock, getPage, type NameApi } from './page';

/** The page of an instruction that takes the place of some of the renderer's functions, and their names. */
export type Overrides = { names: string[]; page: string };

/**
 * What takes the place of the functions that the renderer makes for an instruction: builders that carry the docs of the
 * instruction, and a parser that refuses missing and extra accounts. Each calls the renderer's function of its name.
 */
export function getOverrides(instruction: InstructionNode, program: ProgramNode, nameApi: NameApi): Overrides {
    const { docs = [], name } = instruction;
    const sync = nameApi.instructionSyncFunction(name);
    const async = nameApi.instructionAsyncFunction(name);
    const parse = nameApi.instructionParseFunction(name);
    const builders = hasAsyncFunction(instruction) ? [async, sync] : [sync];
    const names = [...builders, parse];
    const module = `../instructions/${name}`;
    const { max, min } = getAccountCount(instruction, program);

    const page = getPage(
        `import { ${names.map(name => `${name} as ${getBaseName(name)}`).join(', ')} } from '${module}';
         import { assertAccountCount } from '../shared/accountCount';`,
        ...builders.map(builder => {
            const note =
                builder === async
                    ? 'Derives the addresses that are not given.'
                    : builders.length > 1
                      ? `Derives nothing; {@link ${async}} does.`
                      : undefined;
            const lines = note === undefined ? docs : docs.length === 0 ? [note] : [...docs, '', note];
            return `${getDocBlock(lines)}export const ${builder}: typeof ${getBaseName(builder)} = (...input) => ${getBaseName(builder)}(...input);`;
        }),
        `${getDocBlock([
            `Parses an instruction \`${name}\`: ${describeCount(min, max)}, and the data.`,
            '',
            `@throws A \`SolanaError\` when there are fewer ${max === Infinity ? '' : 'or more '}accounts, or when the data cannot be decoded.`,
        ])}export const ${parse}: typeof ${getBaseName(parse)} = instruction => {
            assertAccountCount('${name}', instruction.accounts, ${min}, ${max === Infinity ? 'Infinity' : max});
            return ${getBaseName(parse)}(instruction);
         };`,
    );
    return { names, page };
}

/**
 * The accounts that an instruction can have: those that may be left out make the least.
 *
 * An IDL that says of any instruction that accounts follow is taken at its word for the others. One that says it nowhere
 * may come from a format that can't (Anchor's, for one): on chain, accounts may follow those of every instruction.
 */
function getAccountCount(instruction: InstructionNode, program: ProgramNode): { min: number; max: number } {
    const { accounts, optionalAccountStrategy, remainingAccounts = [] } = instruction;
    const canLeaveOut = optionalAccountStrategy === 'omitted';
    return {
        max: saysWhatFollows(program) && remainingAccounts.length === 0 ? accounts.length : Infinity,
        min: accounts.filter(({ isOptional }) => !canLeaveOut || !isOptional).length,
    };
}

const SAYS_WHAT_FOLLOWS = new WeakMap<ProgramNode, boolean>();

/** Whether any instruction of a program has remaining accounts; asked for each of them. */
function saysWhatFollows(program: ProgramNode): boolean {
    const known = SAYS_WHAT_FOLLOWS.get(program);
    if (known !== undefined) return known;
    const found = program.instructions.some(({ remainingAccounts = [] }) => remainingAccounts.length > 0);
    SAYS_WHAT_FOLLOWS.set(program, found);
    return found;
}

function describeCount(min: number, max: number): string {
    if (max === Infinity) return `at least ${min} accounts`;
    if (max !== min) return `${min} to ${max} accounts`;
    return max === 1 ? 'its one account' : max === 0 ? 'no accounts' : `its ${max} accounts`;
}

/** Whether the renderer makes a function that derives addresses. */
function hasAsyncFunction({ accounts, arguments: args, extraArguments = [] }: InstructionNode): boolean {
    return [...accounts, ...args, ...extraArguments].some(({ defaultValue }) => derivesAddress(defaultValue));
}

function derivesAddress(value: InstructionInputValueNode | undefined): boolean {
    if (value?.kind === 'conditionalValueNode') return derivesAddress(value.ifTrue) || derivesAddress(value.ifFalse);
    return value?.kind === 'pdaValueNode';
}

/** The name under which the renderer's function is imported. */
const getBaseName = (name: string) => `${name}Base`;
