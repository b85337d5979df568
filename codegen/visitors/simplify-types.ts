import { isNode, type Node, type RootNode, type TypeNode } from '@codama/nodes';

import { programOf } from '../check/context';
import { transformNodes, walkNodes, type RawNode } from '../nodes';
import { createTypeFacts, type TypeFacts } from '../type-facts';

/**
 * Describes types as the renderer can write them: a number of a single byte has no byte order, an amount of SOL that is
 * given as a number in the file, which has no lamports, is a number, and there is no prefix or suffix of nothing. What
 * always takes as many bytes, though kit's codec of it does not say so, is put in a type of that size: the renderer takes
 * it for one.
 */
export function simplifyTypes(root: RootNode): RootNode {
    const typesOf = createTypeFacts([root.program, ...root.additionalPrograms]);
    return transformNodes(root, (node, ancestors) => {
        const program = programOf({ ancestors });
        const isSized = ancestors.at(-1)?.kind === 'fixedSizeTypeNode';
        const size = program && !isSized ? findHiddenSize(node, typesOf(program)) : undefined;
        if (size !== undefined) return { kind: 'fixedSizeTypeNode', size, type: node };
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

/** The size of a list of what takes no bytes, and of an option with a value for nothing. */
function findHiddenSize(node: Node, { isEmpty, sizeOf }: TypeFacts): number | undefined {
    switch (node.kind) {
        case 'arrayTypeNode':
        case 'mapTypeNode':
        case 'setTypeNode': {
            const items = node.kind === 'mapTypeNode' ? [node.key, node.value] : [node.item];
            if (node.count.kind !== 'prefixedCountNode' || !items.every(isEmpty)) return undefined;
            return sizeOf(node.count.prefix);
        }
        case 'zeroableOptionTypeNode':
            return node.zeroValue && sizeOf(node.item);
        default:
            return undefined;
    }
}

function holdsNumber(value: object): boolean {
    return walkNodes(value as RawNode).some(({ node }) => node.kind === 'numberValueNode');
}

function withoutLamports(type: TypeNode): TypeNode {
    return transformNodes(type, node => (isNode(node, 'solAmountTypeNode') ? node.number : node));
}
