import type { Node, TypeNode } from '@codama/nodes';

import { findByName } from '../by-name';
import { toComparable } from '../compare';
import { getArgumentStructs, getFlatArguments } from '../visitors/flatten-arguments';
import { programOf, type CheckContext } from './context';
import type { Finding } from './finding';

const DOCUMENTED: ReadonlySet<string> = new Set([
    'accountNode',
    'constantNode',
    'definedTypeNode',
    'enumEmptyVariantTypeNode',
    'enumStructVariantTypeNode',
    'enumTupleVariantTypeNode',
    'errorNode',
    'eventNode',
    'instructionAccountNode',
    'instructionArgumentNode',
    'instructionNode',
    'instructionRemainingAccountsNode',
    'pdaNode',
    'programNode',
    'structFieldTypeNode',
    'variablePdaSeedNode',
]);

/**
 * The rules of this house, which a good IDL of someone else may break: every node is documented, an amount is an
 * integer, and a PDA that is written out in a default is the one that the program declares.
 */
export function checkHouseRules(context: CheckContext, severity: Finding['severity']): void {
    const { report, visits } = context;
    for (const visit of visits) {
        const { node, path } = visit;
        const docs = (node as { docs?: string[] }).docs ?? [];
        if (DOCUMENTED.has(node.kind) && docs.join('').trim() === '') {
            const name = 'name' in node ? ` "${String(node.name)}"` : '';
            report({
                severity,
                rule: 'undocumented',
                path,
                message: `The ${node.kind}${name} has no docs.`,
                fix: 'Say in "docs" what it is, in one sentence: it becomes the TSDoc of the client.',
            });
        }
        if (node.kind === 'instructionNode') checkArguments(node, visit, context, severity);
        if (node.kind === 'pdaNode') {
            const declared = findByName(programOf(visit)?.pdas ?? [], node.name);
            if (!declared || declared === node || toComparable(declared) === toComparable(node)) continue;
            report({
                severity,
                rule: 'pda-copy',
                path,
                message: `PDA "${node.name}" is written out here with other seeds than the program declares it with.`,
                fix: 'Make the two equal, or link to the declared one with a pdaLinkNode.',
            });
        }
    }
}

/** An argument of eight bytes, or one that is an amount, is an integer: nothing else can hold every u64. */
function checkArguments(
    instruction: Extract<Node, { kind: 'instructionNode' }>,
    visit: CheckContext['visits'][number],
    { graph, report }: CheckContext,
    severity: Finding['severity'],
): void {
    const program = programOf(visit)!;
    const structs = getArgumentStructs(program);
    for (const { field, index, node } of getFlatArguments(instruction, structs)) {
        if (node.defaultValueStrategy === 'omitted') continue;
        const type =
            node.type.kind === 'definedTypeLinkNode' ? (graph.find(node.type, program)?.type ?? node.type) : node.type;
        const found = describeNonInteger(type);
        if (found === undefined) continue;
        const within = field === undefined ? '' : ` (field "${node.name}" of the struct)`;
        report({
            severity,
            rule: 'u64-argument',
            path: `${visit.path}.arguments[${index}]`,
            message: `The argument "${node.name}"${within} is ${found}, which cannot hold every u64.`,
            fix: 'Type it as the integer that the program reads: a numberTypeNode of format u64.',
        });
    }
}

function describeNonInteger(type: TypeNode): string | undefined {
    if (type.kind === 'numberTypeNode') return /^f/.test(type.format) ? `a float, ${type.format}` : undefined;
    if (type.kind === 'amountTypeNode' || type.kind === 'solAmountTypeNode') {
        return describeNonInteger(type.number as TypeNode);
    }
    const isEightBytes =
        (type.kind === 'fixedSizeTypeNode' && type.size === 8 && type.type.kind === 'bytesTypeNode') ||
        (type.kind === 'arrayTypeNode' &&
            type.count.kind === 'fixedCountNode' &&
            type.count.value === 8 &&
            type.item.kind === 'numberTypeNode' &&
            type.item.format === 'u8');
    return isEightBytes ? 'eight raw bytes' : undefined;
}
