import { isNode, isScalarEnum, pascalCase, type ProgramNode, type RootNode, type TypeNode } from '@codama/nodes';

import { findByName } from '../by-name';
import { toComparable } from '../compare';
import { transformNodes } from '../nodes';

/**
 * Gives a number in an account the type of the enum that is named after it: field `status` of account `channel` is a
 * `channelStatus` if the program has such an enum, and if its values take the same bytes. Many programs keep such a
 * field as a bare byte on chain and publish the enum beside it.
 */
export function typeStatusFields(root: RootNode): RootNode {
    return transformNodes(root, (node, ancestors) => {
        if (node.kind !== 'structFieldTypeNode' || node.defaultValue !== undefined) return node;
        // Only a field of the account itself: the struct above it is the data of an account.
        const account = ancestors.filter(({ kind }) => kind === 'accountNode').at(-1);
        const program = ancestors.filter((ancestor): ancestor is ProgramNode => ancestor.kind === 'programNode').at(-1);
        const depth = ancestors.filter(({ kind }) => kind === 'structTypeNode').length;
        if (!isNode(account, 'accountNode') || !program || depth !== 1 || !isNode(node.type, 'numberTypeNode'))
            return node;
        const name = `${account.name}${pascalCase(node.name)}`;
        const found = findByName(program.definedTypes, name)?.type;
        const fits =
            isNode(found, 'enumTypeNode') &&
            isScalarEnum(found) &&
            toComparable(found.size) === toComparable(node.type as TypeNode);
        return fits ? { ...node, type: { kind: 'definedTypeLinkNode', name } } : node;
    });
}
