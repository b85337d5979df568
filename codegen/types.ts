import type { StructFieldTypeNode, TypeNode } from '@codama/nodes';

import type { FindType } from './constants';

/** The fields of a type that is a struct, a link to one, or one inside of types that only add sizes and offsets. */
export function getFields(type: TypeNode, findType: FindType): readonly StructFieldTypeNode[] | undefined {
    switch (type.kind) {
        case 'structTypeNode':
            return type.fields;
        case 'definedTypeLinkNode': {
            const found = findType(type)?.type;
            // A type that is nothing but a link to itself has no fields.
            return found === undefined || found.kind === 'definedTypeLinkNode' ? undefined : getFields(found, findType);
        }
        case 'fixedSizeTypeNode':
        case 'hiddenPrefixTypeNode':
        case 'hiddenSuffixTypeNode':
        case 'postOffsetTypeNode':
        case 'preOffsetTypeNode':
        case 'sentinelTypeNode':
        case 'sizePrefixTypeNode':
            return getFields(type.type, findType);
        default:
            return undefined;
    }
}
