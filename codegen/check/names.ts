import { pascalCase, type InstructionNode, type ProgramNode } from '@codama/nodes';

import { getArgumentStructs, getFlatArguments } from '../visitors/flatten-arguments';
import { locate, programOf, type CheckContext, type Located, type TypedVisit } from './context';
import { error } from './finding';

type Named = { readonly name: string };

/** What has a name has it for itself, and no two errors share a code. */
export function checkNames(context: CheckContext): void {
    const { programs, report, visits } = context;
    const unique = (what: string, nodes: readonly Located<Named>[]) => {
        const first = new Map<string, string>();
        for (const { node, path } of nodes) {
            const other = first.get(node.name);
            if (other === undefined) {
                first.set(node.name, path);
                continue;
            }
            report(
                error({
                    rule: 'duplicate-name',
                    path,
                    message: `The name "${node.name}" is already taken by ${other}: ${what} have names of their own.`,
                    fix: 'Rename one of the two.',
                }),
            );
        }
    };

    unique('programs', programs);
    for (const { node: program, path } of programs) {
        const list = (name: keyof ProgramNode, nodes: readonly Named[]) => locate(nodes, `${path}.${name}`);
        const accounts = list('accounts', program.accounts);
        // Both render to a type of that name.
        unique('accounts and types', [...accounts, ...list('definedTypes', program.definedTypes)]);
        unique('instructions', list('instructions', program.instructions));
        unique('PDAs', list('pdas', program.pdas));
        unique('events', list('events', program.events));
        unique('constants', list('constants', program.constants));
        unique('errors', list('errors', program.errors));
        checkErrorCodes(program, path, context);
    }
    checkMemberNames(context);
    for (const { node, path } of visits) {
        switch (node.kind) {
            case 'structTypeNode':
                unique('the fields of a struct', locate(node.fields, `${path}.fields`));
                break;
            case 'enumTypeNode':
                unique('the variants of an enum', locate(node.variants, `${path}.variants`));
                break;
            case 'instructionNode':
                unique('the accounts of an instruction', locate(node.accounts, `${path}.accounts`));
                unique('the arguments of an instruction', [
                    ...locate(node.arguments, `${path}.arguments`),
                    ...locate(node.extraArguments, `${path}.extraArguments`),
                ]);
                break;
            case 'pdaNode':
                unique(
                    'the variable seeds of a PDA',
                    locate(node.seeds, `${path}.seeds`).flatMap(({ node, path }) =>
                        node.kind === 'variablePdaSeedNode' ? [{ node, path }] : [],
                    ),
                );
                break;
        }
    }
}

function checkErrorCodes(program: ProgramNode, path: string, { report }: CheckContext): void {
    const first = new Map<number, string>();
    for (const { node, path: errorPath } of locate(program.errors, `${path}.errors`)) {
        const other = first.get(node.code);
        if (other === undefined) first.set(node.code, node.name);
        if (other !== undefined || node.code > 0xffffffff) {
            report(
                error({
                    rule: 'error-code',
                    path: errorPath,
                    message:
                        other === undefined
                            ? `Code ${node.code} of error "${node.name}" does not fit the 32 bits of a custom error.`
                            : `Code ${node.code} of error "${node.name}" is already that of "${other}".`,
                    fix: 'Give it the code that the program returns for it.',
                }),
            );
        }
    }
}

/** What JavaScript has by itself where a name would be: members of every object, and numbers that an enum can't name. */
function checkMemberNames({ report, visits }: CheckContext): void {
    for (const visit of visits) {
        const { node, path } = visit;
        if ('name' in node && node.name in {} && !/(Link|Value|Discriminator)Node$/.test(node.kind)) {
            report(
                error({
                    rule: 'unsupported',
                    path,
                    message: `Every object has a member "${node.name}", which would be taken for what has that name.`,
                    fix: RENAME,
                }),
            );
        }
        switch (node.kind) {
            case 'accountNode':
            case 'enumEmptyVariantTypeNode':
            case 'enumStructVariantTypeNode':
            case 'enumTupleVariantTypeNode':
            case 'eventNode':
                checkEnumMember(node.name, path);
                break;
            case 'instructionNode':
                checkEnumMember(node.name, path);
                checkRenamed(node, visit);
                break;
        }
    }

    function checkEnumMember(name: string, path: string): void {
        const member = pascalCase(name);
        if (member !== 'Infinity' && member !== 'NaN') return;
        report(
            error({
                rule: 'unsupported',
                path,
                message: `No enum of TypeScript can have a member "${member}".`,
                fix: RENAME,
            }),
        );
    }

    /** An argument with the name of an account is called `…Arg` among the inputs. */
    function checkRenamed(
        instruction: InstructionNode,
        { ancestors, path }: Pick<TypedVisit, 'ancestors' | 'path'>,
    ): void {
        const accounts = new Set(instruction.accounts.map(({ name }) => name as string));
        const args = [
            ...getFlatArguments(instruction, getArgumentStructs(programOf({ ancestors })!)).map(({ node }) => node),
            ...(instruction.extraArguments ?? []),
        ].flatMap(({ defaultValueStrategy, name }) => (defaultValueStrategy === 'omitted' ? [] : [name as string]));
        const taken = new Set([
            ...accounts,
            ...args,
            ...(instruction.remainingAccounts ?? []).map(({ value }) => value.name),
        ]);
        for (const name of args) {
            if (!accounts.has(name) || !taken.has(`${name}Arg`)) continue;
            report(
                error({
                    rule: 'duplicate-name',
                    path,
                    message: `The argument "${name}" has the name of an account, so that it would be called "${name}Arg" as an input, like another one.`,
                    fix: 'Rename one of them.',
                }),
            );
        }
    }
}

const RENAME = 'Give it another name; names are not part of what is on chain.';
