import type { StructFieldTypeNode, TypeNode } from '@codama/nodes';

import type { FindType } from './constants';

/** The fields of a type that is a struct, a link to one, or one inside of types that only add sizes and offsets. */
export function getFields(type: TypeNode, findType: FindType): readonly StructFieldTypeNode[] | undefined {
    const seen = new Set<TypeNode>();
    let at: TypeNode | undefined = type;
    // A type that is nothing but a link to itself has no fields.
    while (at !== undefined && !seen.has(at)) {
        seen.add(at);
        switch (at.kind) {
            case 'structTypeNode':
                return at.fields;
            case 'definedTypeLinkNode':
                at = findType(at)?.type;
                break;
            case 'fixedSizeTypeNode':
            case 'hiddenPrefixTypeNode':
            case 'hiddenSuffixTypeNode':
            case 'postOffsetTypeNode':
            case 'preOffsetTypeNode':
            case 'sentinelTypeNode':
            case 'sizePrefixTypeNode':
                at = at.type;
                break;
            default:
                return undefined;
        }
    }
    return undefined;
}
