import type { DefinedTypeLinkNode, TypeNode } from '@codama/nodes';

/** Whether kit's codec of a type has a fixed size, as far as TypeScript knows: what an option of a fixed size needs. */
export function hasFixedSize(type: TypeNode, isFixedLink: (link: DefinedTypeLinkNode) => boolean): boolean {
    const isFixed = (type: TypeNode) => hasFixedSize(type, isFixedLink);
    switch (type.kind) {
        case 'amountTypeNode':
        case 'dateTimeTypeNode':
        case 'solAmountTypeNode':
            return isFixed(type.number);
        case 'arrayTypeNode':
        case 'setTypeNode':
            return type.count.kind === 'fixedCountNode' && isFixed(type.item);
        case 'booleanTypeNode':
            return isFixed(type.size);
        case 'definedTypeLinkNode':
            return isFixedLink(type);
        case 'enumTypeNode':
            return type.variants.every(({ kind }) => kind === 'enumEmptyVariantTypeNode') && isFixed(type.size);
        case 'fixedSizeTypeNode':
        case 'publicKeyTypeNode':
            return true;
        case 'hiddenPrefixTypeNode':
            return type.prefix.every(({ type }) => isFixed(type)) && isFixed(type.type);
        case 'hiddenSuffixTypeNode':
            return type.suffix.every(({ type }) => isFixed(type)) && isFixed(type.type);
        case 'mapTypeNode':
            return type.count.kind === 'fixedCountNode' && isFixed(type.key) && isFixed(type.value);
        case 'numberTypeNode':
            return type.format !== 'shortU16';
        case 'optionTypeNode':
            return type.fixed === true && isFixed(type.prefix) && isFixed(type.item);
        case 'postOffsetTypeNode':
        case 'preOffsetTypeNode':
        case 'sentinelTypeNode':
            return isFixed(type.type);
        case 'sizePrefixTypeNode':
            return isFixed(type.prefix) && isFixed(type.type);
        case 'structTypeNode':
            return type.fields.every(({ type }) => isFixed(type));
        case 'tupleTypeNode':
            return type.items.every(isFixed);
        case 'zeroableOptionTypeNode':
            return type.zeroValue === undefined && isFixed(type.item);
        default:
            return false;
    }
}
