import type { DefinedTypeLinkNode, TypeNode } from '@codama/nodes';

/** Whether a type takes no bytes, whatever its value: a struct without fields, for one. */
export function isEmptyType(type: TypeNode, isEmptyLink: (link: DefinedTypeLinkNode) => boolean): boolean {
    const isEmpty = (type: TypeNode) => isEmptyType(type, isEmptyLink);
    const holdsNothing = (count: { kind: string; value?: number }, items: readonly TypeNode[]) =>
        count.kind !== 'prefixedCountNode' && (count.value === 0 || items.every(isEmpty));
    switch (type.kind) {
        case 'arrayTypeNode':
        case 'setTypeNode':
            return holdsNothing(type.count, [type.item]);
        case 'definedTypeLinkNode':
            return isEmptyLink(type);
        case 'fixedSizeTypeNode':
            return type.size === 0;
        case 'hiddenPrefixTypeNode':
            return type.prefix.every(({ type }) => isEmpty(type)) && isEmpty(type.type);
        case 'hiddenSuffixTypeNode':
            return type.suffix.every(({ type }) => isEmpty(type)) && isEmpty(type.type);
        case 'mapTypeNode':
            return holdsNothing(type.count, [type.key, type.value]);
        case 'postOffsetTypeNode':
        case 'preOffsetTypeNode':
            return (type.strategy !== 'padded' || type.offset === 0) && isEmpty(type.type);
        case 'remainderOptionTypeNode':
        case 'zeroableOptionTypeNode':
            return isEmpty(type.item);
        case 'structTypeNode':
            return type.fields.every(({ type }) => isEmpty(type));
        case 'tupleTypeNode':
            return type.items.every(isEmpty);
        default:
            return false;
    }
}
