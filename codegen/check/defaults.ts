import type { InstructionNode, Node, PdaNode, ProgramNode } from '@codama/nodes';

import { getConstantCode } from '../pages/constants';
import { getArgumentStructs, getFlatArguments } from '../visitors/flatten-arguments';
import { instructionOf, linkedPda, locate, programOf, type CheckContext, type TypedVisit } from './context';
import { error, warning } from './finding';
import { describeNames } from './links';

const MAX_SEEDS = 16;

/** What a default points to exists in its instruction, and a PDA that is a default gets all of its seeds. */
export function checkDefaults(context: CheckContext): void {
    const { report, visits } = context;
    const namesOf = createNames();
    for (const visit of visits) {
        checkTarget(visit, namesOf, context);
        if (visit.node.kind === 'pdaValueNode') checkPdaValue(visit.node, visit, context);
        if (visit.node.kind === 'pdaNode') checkPda(visit.node, visit.path, context);
        if (visit.node.kind === 'constantNode' && getConstantCode(visit.node) === undefined) {
            report(
                warning({
                    rule: 'unsupported',
                    path: visit.path,
                    message: `Constant "${visit.node.name}" is a ${visit.node.value.kind}, for which no code is rendered.`,
                    fix: 'Nothing has to be done: the rendered client is without this constant.',
                }),
            );
        }
        if (visit.node.kind === 'resolverValueNode') {
            report(
                warning({
                    rule: 'unsupported',
                    path: visit.path,
                    message: `The value is computed by a hand-written function, "${visit.node.name}", which the IDL does not hold.`,
                    fix: 'Nothing has to be done: the rendered client leaves it to the caller.',
                }),
            );
        }
    }
}

type Names = Readonly<Record<'account' | 'argument', ReadonlySet<string>>>;

/** The names of an instruction that a default can follow. */
function createNames(): (instruction: InstructionNode, program: ProgramNode) => Names {
    const known = new Map<InstructionNode, Names>();
    return (instruction, program) => {
        const found = known.get(instruction);
        if (found !== undefined) return found;
        // What a default points to is looked up as it will be rendered: with the fields of a struct argument beside it.
        const args = [
            ...getFlatArguments(instruction, getArgumentStructs(program)).map(({ node }) => node.name as string),
            ...(instruction.extraArguments ?? []).map(({ name }) => name as string),
        ];
        const names = {
            account: new Set(instruction.accounts.map(({ name }) => name as string)),
            argument: new Set(args),
        };
        known.set(instruction, names);
        return names;
    };
}

function checkTarget(visit: TypedVisit, namesOf: ReturnType<typeof createNames>, { report }: CheckContext): void {
    const target = getTarget(visit.node);
    const instruction = instructionOf(visit);
    if (target === undefined || instruction === undefined) return;
    // What follows the accounts may come from an input that only it has.
    if (visit.ancestors.some(({ kind }) => kind === 'instructionRemainingAccountsNode')) return;
    const names = namesOf(instruction, programOf(visit)!)[target.of];
    if (names.has(target.name)) return;
    report(
        error({
            rule: 'dangling-default',
            path: visit.path,
            message: `Instruction "${instruction.name}" has no ${target.of} "${target.name}" for this default to follow.`,
            fix: `Name one of its ${target.of}s (${describeNames([...names])}).`,
        }),
    );
}

function getTarget(node: Node): { of: 'account' | 'argument'; name: string } | undefined {
    switch (node.kind) {
        case 'accountBumpValueNode':
        case 'accountValueNode':
            return { name: node.name, of: 'account' };
        case 'accountFieldValueNode':
            return { name: node.account, of: 'account' };
        case 'argumentValueNode':
            return { name: node.name, of: 'argument' };
        default:
            return undefined;
    }
}

function checkPdaValue(
    node: Extract<Node, { kind: 'pdaValueNode' }>,
    visit: TypedVisit,
    { all, report }: CheckContext,
): void {
    const pda = node.pda.kind === 'pdaNode' ? node.pda : linkedPda(node.pda, programOf(visit), all);
    if (pda === undefined) return;
    const expected = pda.seeds.flatMap(seed => (seed.kind === 'variablePdaSeedNode' ? [seed.name as string] : []));
    const given = node.seeds.map(({ name }) => name as string);
    for (const name of expected.filter(name => !given.includes(name))) {
        report(
            error({
                rule: 'pda-seeds',
                path: visit.path,
                message: `PDA "${pda.name}" gets no value for its seed "${name}", so it would be another address.`,
                fix: `Add a pdaSeedValueNode for "${name}" to the seeds.`,
            }),
        );
    }
    for (const { node: seed, path } of locate(node.seeds, `${visit.path}.seeds`)) {
        if (expected.includes(seed.name)) continue;
        report(
            error({
                rule: 'pda-seeds',
                path,
                message: `PDA "${pda.name}" has no variable seed "${seed.name}".`,
                fix: `Name one of its seeds (${describeNames(expected)}).`,
            }),
        );
    }
}

function checkPda(pda: PdaNode, path: string, { report }: CheckContext): void {
    if (pda.seeds.length === 0) {
        report(
            error({
                rule: 'pda-seeds',
                path,
                message: `PDA "${pda.name}" has no seeds.`,
                fix: 'Add the seeds that the program derives it from, in order.',
            }),
        );
    }
    // The runtime takes 16 seeds, one of which is the bump.
    if (pda.seeds.length > MAX_SEEDS - 1) {
        report(
            error({
                rule: 'pda-seeds',
                path,
                message: `PDA "${pda.name}" has ${pda.seeds.length} seeds; with its bump at most ${MAX_SEEDS} are possible.`,
                fix: 'Correct the seeds to those that the program derives it from.',
            }),
        );
    }
}
