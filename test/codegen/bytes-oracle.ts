import {
    addEncoderSentinel,
    addEncoderSizePrefix,
    createEncoder,
    Endian,
    fixEncoderSize,
    getAddressEncoder,
    getArrayEncoder,
    getBase16Encoder,
    getBase58Encoder,
    getBase64Encoder,
    getBytesEncoder,
    getConstantEncoder,
    getHiddenPrefixEncoder,
    getHiddenSuffixEncoder,
    getI128Encoder,
    getI16Encoder,
    getI32Encoder,
    getI64Encoder,
    getI8Encoder,
    getOptionEncoder,
    getShortU16Encoder,
    getStructEncoder,
    getTupleEncoder,
    getU128Encoder,
    getU16Encoder,
    getU32Encoder,
    getU64Encoder,
    getU8Encoder,
    getUnitEncoder,
    getUtf8Encoder,
    isFixedSize,
    none,
    padLeftEncoder,
    padRightEncoder,
    some,
    transformEncoder,
    type Encoder,
    type FixedSizeEncoder,
    type FixedSizeNumberEncoder,
    type NumberEncoder,
    type OptionOrNullable,
    type ReadonlyUint8Array,
} from '@solana/kit';

import type { Json } from './mutate';

// The bytes that a type takes, by kit's encoders put together as a client has them, whatever codegen/ knows of types. Fields,
// variants and arguments are known by an "id" that the standard does not have, and that stays when they are renamed or moved.

/**
 * A value: of a struct by the ids of its fields, of an enum by that of a variant, numbers as bigint, an option as null or
 * `{ some }`.
 */
export type Value = bigint | boolean | string | null | Uint8Array | readonly Value[] | { readonly [id: string]: Value };

/** There are no such bytes: what the other IDL has a value for, this one has none for. */
export class NoBytesError extends Error {}

/** The caller of one client has to give what that of the other can't: that is nothing about bytes. */
export class NotGivenError extends Error {}

/** Bytes to be compared. */
export const toText = (bytes: ReadonlyUint8Array) => Buffer.from(bytes).toString('hex');

type AnyEncoder = Encoder<Value>;
const NUMBERS: Readonly<Record<string, (config?: { endian: Endian }) => Encoder<bigint | number>>> = {
    i128: getI128Encoder,
    i16: getI16Encoder,
    i32: getI32Encoder,
    i64: getI64Encoder,
    i8: getI8Encoder,
    shortU16: getShortU16Encoder,
    u128: getU128Encoder,
    u16: getU16Encoder,
    u32: getU32Encoder,
    u64: getU64Encoder,
    u8: getU8Encoder,
};
const TEXTS: Readonly<Record<string, () => Encoder<string>>> = {
    base16: getBase16Encoder,
    base58: getBase58Encoder,
    base64: getBase64Encoder,
    utf8: getUtf8Encoder,
};

const getFixedSize = <T>(encoder: Encoder<T>) => (isFixedSize(encoder) ? encoder.fixedSize : undefined);

/**
 * Makes encoders for the types of a program.
 *
 * @param complete The value of a field that is not given and has no default.
 */
export function createOracle(program: Json, complete: (field: Json) => Value) {
    const text = (node: Json, attribute: string) => node[attribute] as unknown as string;
    const kindOf = (node: Json) => text(node, 'kind');
    const find = (name: string) => {
        const found = [...program['definedTypes']!].find(type => text(type, 'name') === name);
        if (found === undefined) throw new Error(`No type ${name}`);
        return found['type']!;
    };
    const numberOf = (node: Json): Encoder<bigint | number> => {
        if ('number' in node) return numberOf(node['number']!);
        if (kindOf(node) !== 'numberTypeNode') return numberOf(node['type']!);
        return NUMBERS[text(node, 'format')]!({ endian: text(node, 'endian') === 'be' ? Endian.Big : Endian.Little });
    };
    const constantOf = (node: Json): ReadonlyUint8Array => encode(node['type']!, valueOf(node['value']!));

    /** A value as the IDL writes it. */
    function valueOf(node: Json): Value {
        switch (kindOf(node)) {
            case 'booleanValueNode':
                return node['boolean'] as unknown as boolean;
            case 'bytesValueNode':
                return new Uint8Array(TEXTS[text(node, 'encoding')]!().encode(text(node, 'data')));
            case 'numberValueNode':
                return BigInt(node['number'] as unknown as number);
            case 'publicKeyValueNode':
                return text(node, 'publicKey');
            case 'stringValueNode':
                return text(node, 'string');
            default:
                throw new Error(`No value of a ${kindOf(node)}`);
        }
    }

    const expecting = <T>(encoder: Encoder<T>, isRight: (value: Value) => boolean, toInner: (value: never) => T) =>
        transformEncoder(encoder, (value: Value) => {
            if (!isRight(value)) throw new NoBytesError();
            return toInner(value as never);
        }) as AnyEncoder;
    const option = (encoder: Encoder<OptionOrNullable<Value>>) =>
        expecting(
            encoder,
            value => value === null || isObject(value),
            (value: { some: Value } | null) => (value === null ? none<Value>() : some(value.some)),
        );
    const isObject = (value: Value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

    const known = new Map<Json, AnyEncoder>();
    function encoderOf(type: Json): AnyEncoder {
        const encoder = known.get(type) ?? makeEncoder(type);
        known.set(type, encoder);
        return encoder;
    }

    function makeEncoder(type: Json): AnyEncoder {
        const inner = () => encoderOf(type['type']!);
        switch (kindOf(type)) {
            case 'amountTypeNode':
            case 'dateTimeTypeNode':
            case 'numberTypeNode':
            case 'solAmountTypeNode':
                return expecting(
                    numberOf(type),
                    value => typeof value === 'bigint',
                    (value: bigint) => value,
                );
            case 'arrayTypeNode':
                if (kindOf(type['count']!) === 'fixedCountNode' && getFixedSize(encoderOf(type['item']!)) === 0) {
                    // However many there are.
                    return expecting(getUnitEncoder(), Array.isArray, () => undefined);
                }
                return expecting(
                    getArrayEncoder(encoderOf(type['item']!), { size: sizeOf(type['count']!) }),
                    Array.isArray,
                    (value: Value[]) => value,
                );
            case 'booleanTypeNode':
                return expecting(numberOf(type['size']!), value => typeof value === 'boolean', Number);
            case 'bytesTypeNode':
                return expecting(
                    getBytesEncoder(),
                    value => value instanceof Uint8Array,
                    (value: Uint8Array) => value,
                );
            case 'definedTypeLinkNode':
                return encoderOf(find(text(type, 'name')));
            case 'enumTypeNode':
                return enumEncoder(type);
            case 'fixedSizeTypeNode':
                return fixEncoderSize(inner(), type['size'] as unknown as number);
            case 'hiddenPrefixTypeNode':
                return getHiddenPrefixEncoder(
                    inner(),
                    [...type['prefix']!].map(node => getConstantEncoder(constantOf(node))),
                );
            case 'hiddenSuffixTypeNode':
                return getHiddenSuffixEncoder(
                    inner(),
                    [...type['suffix']!].map(node => getConstantEncoder(constantOf(node))),
                );
            case 'optionTypeNode': {
                const item = encoderOf(type['item']!);
                const prefix = numberOf(type['prefix']!) as FixedSizeNumberEncoder;
                return option(
                    (type['fixed'] as unknown) === true
                        ? getOptionEncoder(item as FixedSizeEncoder<Value>, { noneValue: 'zeroes', prefix })
                        : getOptionEncoder(item, { prefix }),
                );
            }
            case 'postOffsetTypeNode':
                return padRightEncoder(inner(), type['offset'] as unknown as number);
            case 'preOffsetTypeNode':
                return padLeftEncoder(inner(), type['offset'] as unknown as number);
            case 'publicKeyTypeNode':
                return expecting(
                    getAddressEncoder(),
                    value => typeof value === 'string',
                    (value: never) => value,
                );
            case 'remainderOptionTypeNode':
                return option(getOptionEncoder(encoderOf(type['item']!), { prefix: null }));
            case 'sentinelTypeNode':
                return addEncoderSentinel(inner(), constantOf(type['sentinel']!));
            case 'sizePrefixTypeNode':
                return addEncoderSizePrefix(inner(), numberOf(type['prefix']!) as NumberEncoder);
            case 'stringTypeNode':
                return expecting(
                    TEXTS[text(type, 'encoding')]!(),
                    value => typeof value === 'string',
                    (value: string) => value,
                );
            case 'structTypeNode':
                return structEncoder(type['fields']!);
            case 'tupleTypeNode': {
                const items = [...type['items']!].map(encoderOf);
                return expecting(
                    getTupleEncoder(items),
                    value => Array.isArray(value) && value.length === items.length,
                    (value: never) => value,
                );
            }
            case 'zeroableOptionTypeNode': {
                const item = encoderOf(type['item']!) as FixedSizeEncoder<Value>;
                return option(getOptionEncoder(item, { noneValue: 'zeroes', prefix: null }));
            }
            default:
                throw new Error(`No encoder of a ${kindOf(type)}`);
        }
    }

    function sizeOf(count: Json): NumberEncoder | number | 'remainder' {
        if (kindOf(count) === 'fixedCountNode') return count['value'] as unknown as number;
        return kindOf(count) === 'prefixedCountNode' ? (numberOf(count['prefix']!) as NumberEncoder) : 'remainder';
    }

    /** Of the fields of a struct or the arguments of an instruction. */
    function structEncoder(fields: Iterable<Json>): AnyEncoder {
        const all = [...fields];
        const encoder = getStructEncoder(
            all.map(field => [text(field, 'id'), encoderOf(field['type']!)] as [string, AnyEncoder]),
        );
        return expecting(encoder as Encoder<object>, isObject, (value: Record<string, Value>) =>
            Object.fromEntries(all.map(field => [text(field, 'id'), fieldValue(field, value[text(field, 'id')])])),
        );
    }

    function fieldValue(field: Json, given: Value | undefined): Value {
        const { defaultValue, defaultValueStrategy } = field as { defaultValue?: Json; defaultValueStrategy?: unknown };
        if (defaultValue === undefined) return given === undefined ? complete(field) : given;
        const own = valueOf(defaultValue);
        if (given === undefined || defaultValueStrategy !== 'omitted') return given ?? own;
        // It can't be given any more.
        if (toText(encode(field['type']!, own)) !== toText(encode(field['type']!, given))) throw new NotGivenError();
        return own;
    }

    function enumEncoder({ size, variants }: Json): AnyEncoder {
        const all = [...variants!];
        const toBytes = (value: Value) => enumBytes(size!, all, value);
        const write = (value: Value, bytes: Uint8Array, offset: number) => {
            const written = toBytes(value);
            bytes.set(written, offset);
            return offset + written.length;
        };
        const sizes = new Set(
            all.map(variant => {
                const inner = variant['struct'] ?? variant['tuple'];
                return inner === undefined ? 0 : getFixedSize(encoderOf(inner));
            }),
        );
        const [payload] = sizes;
        const number = getFixedSize(numberOf(size!));
        return sizes.size === 1 && payload !== undefined && number !== undefined
            ? createEncoder({ fixedSize: number + payload, write })
            : createEncoder({ getSizeFromValue: value => toBytes(value).length, write });
    }

    function enumBytes(size: Json, variants: readonly Json[], value: Value): Uint8Array {
        const [[id, payload] = []] = isObject(value) ? Object.entries(value as Record<string, Value>) : [];
        const index = variants.findIndex(variant => text(variant, 'id') === id);
        const variant = variants[index];
        if (variant === undefined || payload === undefined) throw new NoBytesError();
        const number = numberOf(size).encode((variant['discriminator'] as unknown as number | undefined) ?? index);
        const inner = variant['struct'] ?? variant['tuple'];
        return Uint8Array.from([...number, ...(inner === undefined ? [] : encode(inner, payload))]);
    }

    function encode(type: Json, value: Value): Uint8Array {
        return new Uint8Array(encoderOf(type).encode(value));
    }

    return {
        constantOf,
        encode,
        encodeFields: (fields: Iterable<Json>, value: Value) => new Uint8Array(structEncoder(fields).encode(value)),
        /** How many bytes a type takes, if that is the same for all of its values. */
        fixedSizeOf: (type: Json): number | undefined => getFixedSize(encoderOf(type)),
        find,
        valueOf,
    };
}
