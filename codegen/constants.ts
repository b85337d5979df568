import type { DefinedTypeNode, DefinedTypeLinkNode, NumberFormat, TypeNode, ValueNode } from '@codama/nodes';
import { getAddressEncoder, getBase58Encoder, getBase64Encoder, type Address } from '@solana/kit';

import { placeByName } from './by-name';

/** How many bytes a number of a format takes; `shortU16` has no fixed size. */
export const NUMBER_SIZES: Readonly<Record<Exclude<NumberFormat, 'shortU16'>, number>> = {
    f32: 4,
    f64: 8,
    i128: 16,
    i16: 2,
    i32: 4,
    i64: 8,
    i8: 1,
    u128: 16,
    u16: 2,
    u32: 4,
    u64: 8,
    u8: 1,
};

/** The least and the greatest number of an integer format; `undefined` for a float. */
export function getNumberRange(format: NumberFormat): readonly [min: bigint, max: bigint] | undefined {
    if (format === 'f32' || format === 'f64') return undefined;
    if (format === 'shortU16') return [0n, 0xffffn];
    const bits = BigInt(NUMBER_SIZES[format] * 8);
    return format.startsWith('u') ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
}

/** Finds the type that a link points to. */
export type FindType = (link: DefinedTypeLinkNode) => DefinedTypeNode | undefined;

/**
 * The bytes that a constant takes in data; `undefined` when they cannot be told here (a struct, a float, a link that
 * dangles): who asks has to do without them.
 */
export function encodeConstant(type: TypeNode, value: ValueNode, findType: FindType): readonly number[] | undefined {
    if (type.kind === 'definedTypeLinkNode' && value.kind !== 'enumValueNode') {
        const found = findType(type)?.type;
        return found === undefined || found.kind === 'definedTypeLinkNode'
            ? undefined
            : encodeConstant(found, value, findType);
    }
    // Types that only say what a number means.
    if (type.kind === 'amountTypeNode' || type.kind === 'dateTimeTypeNode' || type.kind === 'solAmountTypeNode') {
        return encodeConstant(type.number, value, findType);
    }
    if (value.kind === 'booleanValueNode' && type.kind === 'booleanTypeNode') {
        return encodeConstant(type.size, { kind: 'numberValueNode', number: value.boolean ? 1 : 0 }, findType);
    }
    if (value.kind === 'bytesValueNode') return pad(type, encodeText(value.data, value.encoding));
    if (value.kind === 'constantValueNode') return encodeConstant(value.type, value.value, findType);
    if (value.kind === 'publicKeyValueNode') return [...getAddressEncoder().encode(value.publicKey as Address)];
    if (value.kind === 'stringValueNode') {
        const text = type.kind === 'fixedSizeTypeNode' ? type.type : type;
        return text.kind === 'stringTypeNode' ? pad(type, encodeText(value.string, text.encoding)) : undefined;
    }
    if (value.kind === 'arrayValueNode' && type.kind === 'arrayTypeNode' && type.count.kind === 'fixedCountNode') {
        const items = value.items.map(item => encodeConstant(type.item, item, findType));
        return items.some(item => item === undefined) ? undefined : items.flatMap(item => [...item!]);
    }
    if (value.kind === 'enumValueNode') {
        const found = type.kind === 'definedTypeLinkNode' ? findType(type)?.type : type;
        // What a variant holds is not told here.
        if (found?.kind !== 'enumTypeNode' || value.value !== undefined) return undefined;
        const index = placeByName(found.variants, value.variant);
        if (index === undefined) return undefined;
        const number = found.variants[index]?.discriminator ?? index;
        return encodeConstant(found.size, { kind: 'numberValueNode', number }, findType);
    }
    if (value.kind === 'booleanValueNode' && type.kind === 'booleanTypeNode') {
        const number = Number(value.boolean);
        return encodeConstant(type.size as TypeNode, { kind: 'numberValueNode', number }, findType);
    }
    if (value.kind === 'numberValueNode' && 'number' in type) {
        return encodeConstant(type.number as TypeNode, value, findType);
    }
    if (value.kind === 'numberValueNode' && type.kind === 'numberTypeNode') {
        const range = getNumberRange(type.format);
        if (!range || type.format === 'shortU16' || !Number.isSafeInteger(value.number)) return undefined;
        const number = BigInt(value.number);
        if (number < range[0] || number > range[1]) return undefined;
        const size = NUMBER_SIZES[type.format as keyof typeof NUMBER_SIZES];
        const bytes = Array.from({ length: size }, (_, index) => Number((number >> BigInt(index * 8)) & 0xffn));
        return type.endian === 'le' ? bytes : bytes.reverse();
    }
    return undefined;
}

/** No account and no transaction holds more bytes. */
export const MAX_DATA_SIZE = 10 * 1024 * 1024;

/** Bytes as hexadecimal digits. */
export function toHex(bytes: readonly number[]): string {
    return bytes.map(byte => byte.toString(16).padStart(2, '0')).join('');
}

function encodeText(text: string, encoding: 'base16' | 'base58' | 'base64' | 'utf8'): readonly number[] | undefined {
    try {
        if (encoding === 'utf8') return [...new TextEncoder().encode(text)];
        if (encoding === 'base58') return [...getBase58Encoder().encode(text)];
        if (encoding === 'base64') return [...getBase64Encoder().encode(text)];
    } catch {
        return undefined;
    }
    const pairs = text.match(/../g) ?? [];
    return /^([0-9a-fA-F]{2})*$/.test(text) ? pairs.map(pair => parseInt(pair, 16)) : undefined;
}

/** A value of a fixed size: cut to it or filled up with zeros, as the encoder of such a type does. */
function pad(type: TypeNode, bytes: readonly number[] | undefined): readonly number[] | undefined {
    if (type.kind !== 'fixedSizeTypeNode' || bytes === undefined) return bytes;
    if (type.size > MAX_DATA_SIZE) return undefined;
    return Array.from({ length: type.size }, (_, index) => bytes[index] ?? 0);
}
