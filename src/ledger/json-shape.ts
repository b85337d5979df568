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
    write: (value: T) => Json;
    /** What is in a value that `read` passes over; only objects have any. */
    getUnknown?: (value: unknown) => UnknownMembers | undefined;
}>;

export type ValueOf<TShape> = TShape extends Shape<infer T> ? T : never;

function mistyped(field: string, expected: string, value: unknown): never {
    throw new PaymentChannelsError(JSON_FIELD_MISTYPED, { expected, field, value: describe(value) });
}

const decimal = (min: bigint, max: bigint): Shape<bigint> => ({
    read: (field, value) => readDecimal(field, value, min, max),
    write: value => value.toString(),
});

/** A u64, in decimal digits: amounts, slots. */
export const u64 = /* @__PURE__ */ decimal(0n, U64_MAX);
/** A time in unix seconds, in decimal digits. */
export const time = /* @__PURE__ */ decimal(I64_MIN, I64_MAX);

/** A number that is a safe integer from 0 on. */
export const count: Shape<number> = {
    read: (field, value) =>
        Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0)
            ? (value as number)
            : mistyped(field, 'an integer from 0 to 2^53 - 1', value),
    write: value => value,
};

export const flag: Shape<boolean> = {
    read: (field, value) => (typeof value === 'boolean' ? value : mistyped(field, 'true or false', value)),
    write: value => value,
};

export const address: Shape<Address> = { read: readAddress, write: value => value };

/** Text of at most so many characters. */
export const text = (maxLength: number): Shape<string> => ({
    read: (field, value) =>
        typeof value === 'string' && value.length <= maxLength
            ? value
            : mistyped(field, `a string of at most ${maxLength} characters`, value),
    write: value => value,
});

/** Bytes of this length as base58 text, such as a signature. */
export const base58 = <T extends string>(length: number): Shape<T> => ({
    read: (field, value) => {
        readBase58(field, value, length);
        return value as T;
    },
    write: value => value,
});

export const oneOf = <const T extends string>(...names: readonly T[]): Shape<T> => ({
    read: (field, value) =>
        names.includes(value as T) ? (value as T) : mistyped(field, `one of ${names.join(', ')}`, value),
    write: value => value,
});

export const orNull = <T>(shape: Shape<T>): Shape<T | null> => ({
    getUnknown: value => (value === null ? undefined : shape.getUnknown?.(value)),
    read: (field, value) => (value === null ? null : shape.read(field, value)),
    write: value => (value === null ? null : shape.write(value)),
});

/** A list of at most so many items. Members of items that are not known do not survive: items come and go. */
export const list = <T>(shape: Shape<T>, maxLength: number): Shape<readonly T[]> => ({
    read: (field, value) =>
        Array.isArray(value) && value.length <= maxLength
            ? Array.from(value as unknown[], (item, index) => shape.read(`${field}[${index}]`, item))
            : mistyped(field, `an array of at most ${maxLength} items`, value),
    write: value => value.map(shape.write),
});

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
        write: value => Object.fromEntries(names.map(name => [name, members[name].write(value[name])])),
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
