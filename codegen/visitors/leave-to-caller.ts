import type { InstructionInputValueNode, InstructionRemainingAccountsNode, RootNode } from '@codama/nodes';

import { transformNodes } from '../nodes';

/**
 * Takes out what only a hand-written function outside of the client could compute (Codama's resolvers): an input that
 * has no other default becomes one that the caller gives. So every IDL renders to a client that is whole in itself.
 */
export function leaveToCaller(root: RootNode): RootNode {
    return transformNodes(root, node => {
        switch (node.kind) {
            case 'instructionAccountNode':
            case 'instructionArgumentNode': {
                if (!node.defaultValue || !needsResolver(node.defaultValue)) return node;
                const { defaultValue: _, ...rest } = node;
                const { defaultValueStrategy: __, ...bare } = rest as typeof rest & { defaultValueStrategy?: unknown };
                return bare;
            }
            case 'instructionNode':
                return {
                    ...node,
                    byteDeltas: (node.byteDeltas ?? []).filter(({ value }) => value.kind !== 'resolverValueNode'),
                    remainingAccounts: (node.remainingAccounts ?? []).map(givenByCaller),
                };
            default:
                return node;
        }
    });
}

function givenByCaller(node: InstructionRemainingAccountsNode): InstructionRemainingAccountsNode {
    if (node.value.kind !== 'resolverValueNode') return node;
    return { ...node, isOptional: true, value: { kind: 'argumentValueNode', name: node.value.name } };
}

function needsResolver(value: InstructionInputValueNode): boolean {
    if (value.kind === 'resolverValueNode') return true;
    if (value.kind !== 'conditionalValueNode') return false;
    const branches = [value.ifTrue, value.ifFalse].filter(branch => branch !== undefined);
    return value.condition.kind === 'resolverValueNode' || branches.some(needsResolver);
}
