import { isNode, type RootNode, type TypeNode } from '@codama/nodes';

import { transformNodes, walkNodes, type RawNode } from '../nodes';

/**
 * Describes types as the renderer can write them: a number of a single byte has no byte order, an amount of SOL that is
 * given as a number in the file, which has no lamports, is a number, and there is no prefix or suffix of nothing.
 */
export function simplifyTypes(root: RootNode): RootNode {
    return transformNodes(root, node => {
        switch (node.kind) {
            case 'hiddenPrefixTypeNode':
                return node.prefix.length === 0 ? node.type : node;
            case 'hiddenSuffixTypeNode':
                return node.suffix.length === 0 ? node.type : node;
            case 'numberTypeNode': {
                const hasOrder = !['i8', 'shortU16', 'u8'].includes(node.format);
                return hasOrder || node.endian === 'le' ? node : { ...node, endian: 'le' };
            }
            case 'constantPdaSeedNode':
            case 'constantValueNode':
                return holdsNumber(node.value) ? { ...node, type: withoutLamports(node.type) } : node;
            case 'instructionArgumentNode':
            case 'structFieldTypeNode':
                return node.defaultValue && holdsNumber(node.defaultValue)
                    ? { ...node, type: withoutLamports(node.type) }
                    : node;
            case 'variablePdaSeedNode':
                return { ...node, type: withoutLamports(node.type) };
            default:
                return node;
        }
    });
}

function holdsNumber(value: object): boolean {
    return [...walkNodes(value as RawNode)].some(({ node }) => node.kind === 'numberValueNode');
}

function withoutLamports(type: TypeNode): TypeNode {
    return transformNodes(type, node => (isNode(node, 'solAmountTypeNode') ? node.number : node));
}
