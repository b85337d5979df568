import type { StructFieldTypeNode, TypeNode } from '@codama/nodes';

import { toComparable } from './compare';
import { NUMBER_SIZES, type FindType } from './constants';

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

/** Bytes of a type; `undefined` for one that has no fixed size. */
export function getSize(type: TypeNode, findType: FindType): number | undefined {
    const sum = (types: readonly TypeNode[]) =>
        types
            .map(type => getSize(type, findType))
            .reduce<number | undefined>(
                (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
                0,
            );
    switch (type.kind) {
        case 'amountTypeNode':
        case 'dateTimeTypeNode':
        case 'solAmountTypeNode':
            return getSize(type.number as TypeNode, findType);
        case 'arrayTypeNode':
        case 'setTypeNode': {
            const item = getSize(type.item, findType);
            return type.count.kind === 'fixedCountNode' && item !== undefined ? type.count.value * item : undefined;
        }
        case 'booleanTypeNode':
            return getSize(type.size as TypeNode, findType);
        case 'definedTypeLinkNode': {
            const found = findType(type);
            return found && getSize(found.type, findType);
        }
        case 'enumTypeNode':
            return type.variants.every(({ kind }) => kind === 'enumEmptyVariantTypeNode')
                ? getSize(type.size as TypeNode, findType)
                : undefined;
        case 'fixedSizeTypeNode':
            return type.size;
        case 'numberTypeNode':
            return type.format === 'shortU16' ? undefined : NUMBER_SIZES[type.format];
        case 'optionTypeNode':
            return type.fixed ? sum([type.prefix as TypeNode, type.item]) : undefined;
        case 'publicKeyTypeNode':
            return 32;
        case 'structTypeNode':
            return sum(type.fields.map(({ type }) => type));
        case 'tupleTypeNode':
            return sum(type.items);
        case 'zeroableOptionTypeNode':
            return getSize(type.item, findType);
        default:
            return undefined;
    }
}

/** A type in a few words, as a person would write it. */
export function describeType(type: TypeNode): string {
    const count = (of: Extract<TypeNode, { kind: 'arrayTypeNode' }>['count']) => {
        if (of.kind === 'fixedCountNode') return `[${of.value}]`;
        return of.kind === 'remainderCountNode' ? '[…]' : `[${describeType(of.prefix as TypeNode)} count]`;
    };
    switch (type.kind) {
        case 'amountTypeNode':
            return `${describeType(type.number as TypeNode)} amount`;
        case 'arrayTypeNode':
            return `${describeType(type.item)}${count(type.count)}`;
        case 'booleanTypeNode': {
            const size = describeType(type.size as TypeNode);
            return size === 'u8' ? 'bool' : `bool (${size})`;
        }
        case 'bytesTypeNode':
            return 'bytes';
        case 'dateTimeTypeNode':
            return `${describeType(type.number as TypeNode)} time`;
        case 'definedTypeLinkNode':
            return type.name;
        case 'enumTypeNode':
            return `enum of ${type.variants.map(({ name }) => name).join(', ')}`;
        case 'fixedSizeTypeNode':
            return `${describeType(type.type)}[${type.size}]`;
        case 'hiddenPrefixTypeNode':
            return `${describeType(type.type)} after hidden bytes`;
        case 'hiddenSuffixTypeNode':
            return `${describeType(type.type)} before hidden bytes`;
        case 'mapTypeNode':
            return `map${count(type.count)} of ${describeType(type.key)} to ${describeType(type.value)}`;
        case 'numberTypeNode':
            return type.endian === 'be' ? `${type.format} big-endian` : type.format;
        case 'optionTypeNode':
            return `${type.fixed ? 'fixed ' : ''}option of ${describeType(type.item)}`;
        case 'postOffsetTypeNode':
        case 'preOffsetTypeNode':
            return `${describeType(type.type)} at an offset of ${type.offset}`;
        case 'publicKeyTypeNode':
            return 'address';
        case 'remainderOptionTypeNode':
            return `optional ${describeType(type.item)} at the end`;
        case 'sentinelTypeNode':
            return `${describeType(type.type)} up to a sentinel`;
        case 'setTypeNode':
            return `set${count(type.count)} of ${describeType(type.item)}`;
        case 'sizePrefixTypeNode':
            return `${describeType(type.type)} with ${describeType(type.prefix as TypeNode)} size`;
        case 'solAmountTypeNode':
            return `${describeType(type.number as TypeNode)} lamports`;
        case 'stringTypeNode':
            return type.encoding === 'utf8' ? 'string' : `${type.encoding} string`;
        case 'structTypeNode':
            return `{ ${type.fields.map(({ name, type }) => `${name}: ${describeType(type)}`).join(', ')} }`;
        case 'tupleTypeNode':
            return `(${type.items.map(describeType).join(', ')})`;
        case 'zeroableOptionTypeNode':
            return `zeroable ${describeType(type.item)}`;
    }
}

/**
 * What a type is in bytes, as text that is equal for types that take the same bytes: an enum is the number that it is
 * written as, a struct its fields without their names.
 */
export function describeWire(type: TypeNode, findType: FindType, seen: readonly string[] = []): string {
    const wire = (type: TypeNode) => describeWire(type, findType, seen);
    switch (type.kind) {
        case 'amountTypeNode':
        case 'dateTimeTypeNode':
        case 'solAmountTypeNode':
            return wire(type.number as TypeNode);
        case 'booleanTypeNode':
            return wire(type.size as TypeNode);
        case 'definedTypeLinkNode': {
            const found = findType(type);
            // A type that holds itself is told by its name where it does.
            if (!found || seen.includes(found.name)) return type.name;
            return describeWire(found.type, findType, [...seen, found.name]);
        }
        case 'enumTypeNode':
            return type.variants.every(({ kind }) => kind === 'enumEmptyVariantTypeNode')
                ? wire(type.size as TypeNode)
                : toComparable(type);
        case 'fixedSizeTypeNode':
            return type.type.kind === 'bytesTypeNode' ? `u8[${type.size}]` : `${wire(type.type)}[${type.size}]`;
        case 'numberTypeNode':
            return describeType(type);
        case 'publicKeyTypeNode':
            return 'u8[32]';
        case 'structTypeNode':
            return type.fields.map(({ type }) => wire(type)).join(' ');
        case 'tupleTypeNode':
            return type.items.map(wire).join(' ');
        case 'arrayTypeNode':
            return `${wire(type.item)}${describeType({ ...type, item: { kind: 'bytesTypeNode' } }).slice('bytes'.length)}`;
        case 'optionTypeNode':
            return `option ${String(type.fixed ?? false)} ${wire(type.prefix as TypeNode)} ${wire(type.item)}`;
        default:
            return toComparable(type);
    }
}
