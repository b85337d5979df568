import type { Address } from '@solana/kit';

import { JSON_FIELD_MISSING, JSON_FIELD_MISTYPED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { describe, I64_MAX, I64_MIN, U64_MAX } from '../core/input';
import { readAddress, readBase58, readDecimal, readPlainObject } from '../core/strict-json';

// How values are written to a store and read back: shapes put together of other shapes. An object that has members which
// this version does not know was written by a newer one: they are kept beside the value, and written back with it.

/** A value as JSON.parse returns it. */
export type Json = boolean | number | string | null | readonly Json[] | JsonObject;

// Written as an interface because an alias can't refer to itself in a record.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export interface JsonObject {
    readonly [name: string]: Json;
}

/** The members that a shape does not know, in the objects that they were found in. */
export type UnknownMembers = JsonObject;

/** How a kind of value is read from JSON and written to it. */
export type Shape<T> = Readonly<{
    read: (field: string, value: unknown) => T;
    /** Writes only what `read` takes; but for addresses and signatures, of which it looks at the characters alone. */
    write: (field: string, value: T) => Json;
    /** What is in a value that `read` passes over; only objects have any. */
    getUnknown?: (value: unknown) => UnknownMembers | undefined;
}>;

export type ValueOf<TShape> = TShape extends Shape<infer T> ? T : never;

function mistyped(field: string, expected: string, value: unknown): never {
    throw new PaymentChannelsError(JSON_FIELD_MISTYPED, { expected, field, value: describe(value) });
}

const decimal = (min: bigint, max: bigint): Shape<bigint> => ({
    read: (field, value) => readDecimal(field, value, min, max),
    write: (field, value) =>
        typeof value === 'bigint' && value >= min && value <= max
            ? value.toString()
            : mistyped(field, `a bigint from ${min} to ${max}`, value),
});

/** A u64, in decimal digits: amounts, slots. */
export const u64 = /* @__PURE__ */ decimal(0n, U64_MAX);
/** A time in unix seconds, in decimal digits. */
export const time = /* @__PURE__ */ decimal(I64_MIN, I64_MAX);

/** A number that is a safe integer from 0 on. */
export const count = /* @__PURE__ */ asItIs((field, value) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0)
        ? (value as number)
        : mistyped(field, 'an integer from 0 to 2^53 - 1', value),
);

export const flag = /* @__PURE__ */ asItIs((field, value) =>
    typeof value === 'boolean' ? value : mistyped(field, 'true or false', value),
);

/** A value that is written as it is read. */
function asItIs<T extends boolean | number | string>(read: Shape<T>['read']): Shape<T> {
    return { read, write: read };
}

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/;

const writeBase58 = (length: number) => (field: string, value: string) =>
    typeof value === 'string' && value.length >= length && value.length <= length * 1.4 && BASE58.test(value)
        ? value
        : mistyped(field, `${length} bytes in base58`, value);

export const address: Shape<Address> = { read: readAddress, write: /* @__PURE__ */ writeBase58(32) };

/** Text of at most so many characters. */
export const text = (maxLength: number): Shape<string> =>
    asItIs((field, value) =>
        typeof value === 'string' && value.length <= maxLength
            ? value
            : mistyped(field, `a string of at most ${maxLength} characters`, value),
    );

/** Bytes of this length as base58 text, such as a signature. */
export const base58 = <T extends string>(length: 32 | 64): Shape<T> => ({
    read: (field, value) => {
        readBase58(field, value, length);
        return value as T;
    },
    write: writeBase58(length),
});

export const oneOf = <const T extends string>(...names: readonly T[]): Shape<T> =>
    asItIs((field, value) =>
        names.includes(value as T) ? (value as T) : mistyped(field, `one of ${names.join(', ')}`, value),
    );

export const orNull = <T>(shape: Shape<T>): Shape<T | null> => ({
    getUnknown: value => (value === null ? undefined : shape.getUnknown?.(value)),
    read: (field, value) => (value === null ? null : shape.read(field, value)),
    write: (field, value) => (value === null ? null : shape.write(field, value)),
});

/** A list of at most so many items. Members of items that are not known do not survive: items come and go. */
export function list<T>(shape: Shape<T>, maxLength: number): Shape<readonly T[]> {
    const map = <TFrom, TTo>(field: string, value: unknown, change: (field: string, item: TFrom) => TTo): TTo[] =>
        Array.isArray(value) && value.length <= maxLength
            ? Array.from(value as TFrom[], (item, index) => change(`${field}[${index}]`, item))
            : mistyped(field, `an array of at most ${maxLength} items`, value);
    return {
        read: (field, value) => map(field, value, shape.read),
        write: (field, value) => map(field, value, shape.write),
    };
}

/** An object with all of these members; others are passed over, and found by `getUnknown`. */
export function object<T extends object>(members: { readonly [K in keyof T]: Shape<T[K]> }): Shape<Readonly<T>> {
    const names = Object.keys(members) as (keyof T & string)[];
    return {
        getUnknown: value => {
            const fields = readPlainObject('', value);
            const unknown: [string, Json][] = [];
            for (const [name, content] of fields) {
                const known = Object.hasOwn(members, name) ? members[name as keyof T] : undefined;
                const found = known === undefined ? (content as Json) : known.getUnknown?.(content);
                if (found !== undefined) unknown.push([name, found]);
            }
            return unknown.length > 0 ? Object.fromEntries(unknown) : undefined;
        },
        read: (field, value) => {
            const fields = readPlainObject(field === '' ? 'it' : field, value);
            const entries = names.map((name): [string, unknown] => {
                const path = field === '' ? name : `${field}.${name}`;
                if (!fields.has(name)) throw new PaymentChannelsError(JSON_FIELD_MISSING, { field: path });
                return [name, members[name].read(path, fields.get(name))];
            });
            return Object.fromEntries(entries) as T;
        },
        write: (field, value) => {
            if (typeof value !== 'object' || value === null) mistyped(field, 'an object', value);
            const entries = names.map((name): [string, Json] => [
                name,
                members[name].write(field === '' ? name : `${field}.${name}`, value[name]),
            ]);
            return Object.fromEntries(entries);
        },
    };
}

/** JSON with the unknown members of an earlier version of it put back where they were, as far as their objects are there. */
export function withUnknown(json: Json, unknown: UnknownMembers | undefined): Json {
    if (unknown === undefined || !isObject(json)) return json;
    const members = Object.entries(unknown).flatMap(([name, content]): [string, Json][] => {
        if (!Object.hasOwn(json, name)) return [[name, content]];
        const known = json[name]!;
        return isObject(known) && isObject(content) ? [[name, withUnknown(known, content)]] : [];
    });
    return Object.fromEntries([...Object.entries(json), ...members]);
}

function isObject(json: Json): json is JsonObject {
    return typeof json === 'object' && json !== null && !Array.isArray(json);
}
