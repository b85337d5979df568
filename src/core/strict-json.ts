import type { Address, ReadonlyUint8Array } from '@solana/kit';

import { encodeBase58 } from './address-bytes';
import {
    JSON_FIELD_MISSING,
    JSON_FIELD_MISTYPED,
    JSON_FIELD_REPEATED,
    JSON_FIELD_UNKNOWN,
    JSON_MALFORMED,
} from './error-definitions';
import { PaymentChannelsError } from './errors';
import { describe, toAddress, toInteger } from './input';

// How JSON that came over a wire is read: one text for each value, and every field known. Nothing here trusts a value to
// be what JSON.parse returns: a JavaScript caller may pass getters, proxies and prototypes.

/** The fields of a JSON object, by name. */
export type JsonFields = ReadonlyMap<string, unknown>;

/** More than any form in this package needs; what is longer is not looked at. */
const MAX_TEXT_LENGTH = 4096;
const MAX_NAME_LENGTH = 64;
// One digit more than u64 and i64 can have: what is longer need not become a bigint to be out of range.
const MAX_DIGITS = 100;

/**
 * The value of a JSON text. Anything but a string is returned as it is: a value that somebody else parsed.
 *
 * @throws `JSON_MALFORMED` for what is no JSON or too long, `JSON_FIELD_REPEATED` when an object has a name twice,
 * where JSON.parse would keep the last.
 */
export function fromJsonText(field: string, input: unknown, maxLength = MAX_TEXT_LENGTH): unknown {
    if (typeof input !== 'string') return input;
    const refuse = (reason: string, options?: ErrorOptions): never => {
        throw new PaymentChannelsError(JSON_MALFORMED, { field, reason }, options);
    };
    if (input.length > maxLength) refuse(`it is longer than ${maxLength} characters`);
    let value: unknown;
    try {
        value = JSON.parse(input);
    } catch (cause) {
        refuse('it is not JSON', { cause });
    }
    // In a text that is JSON, a string before a colon is a name. Names that were merged are missing from the value.
    let names = 0;
    for (const [, colon] of input.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) names++;
    if (names !== countNames(value)) throw new PaymentChannelsError(JSON_FIELD_REPEATED, { field });
    return value;
}

function countNames(value: unknown): number {
    let count = 0;
    // Not recursive: a text may nest deeper than the stack.
    const pending = [value];
    while (pending.length > 0) {
        const next = pending.pop();
        if (typeof next !== 'object' || next === null) continue;
        const children = Object.values(next) as unknown[];
        if (!Array.isArray(next)) count += children.length;
        for (const child of children) pending.push(child);
    }
    return count;
}

/**
 * Reads an object that has all of some fields, may have others, and has no more than those.
 *
 * @param aliases Other names of fields, each with the name it stands for.
 * @throws `JSON_FIELD_MISTYPED` for anything but a plain object of plain values; `JSON_FIELD_UNKNOWN`,
 * `JSON_FIELD_REPEATED` (a name and its alias) and `JSON_FIELD_MISSING` by field.
 */
export function readObject(
    field: string,
    value: unknown,
    names: Readonly<{ required: readonly string[]; optional?: readonly string[] }>,
    aliases: ReadonlyMap<string, string> = new Map(),
): JsonFields {
    const { optional = [], required } = names;
    const fields = new Map<string, unknown>();
    for (const [key, content] of getEntries(field, value)) {
        const name = aliases.get(key) ?? key;
        if (!required.includes(name) && !optional.includes(name)) {
            const shown = key.length > MAX_NAME_LENGTH ? `${key.slice(0, MAX_NAME_LENGTH)}…` : key;
            throw new PaymentChannelsError(JSON_FIELD_UNKNOWN, { field: `${field}.${shown}` });
        }
        if (fields.has(name)) throw new PaymentChannelsError(JSON_FIELD_REPEATED, { field: `${field}.${name}` });
        fields.set(name, content);
    }
    for (const name of required) {
        if (!fields.has(name)) throw new PaymentChannelsError(JSON_FIELD_MISSING, { field: `${field}.${name}` });
    }
    return fields;
}

/**
 * Reads an object that may have any members.
 *
 * @throws `JSON_FIELD_MISTYPED` for anything but a plain object of plain values.
 */
export function readPlainObject(field: string, value: unknown): JsonFields {
    return new Map(getEntries(field, value));
}

/** The own properties of a plain object, symbols and hidden ones included, without running code of the object's. */
function getEntries(field: string, value: unknown): [string, unknown][] {
    const mistyped = (name: string, expected: string, actual: string, options?: ErrorOptions): never => {
        throw new PaymentChannelsError(JSON_FIELD_MISTYPED, { expected, field: name, value: actual }, options);
    };
    if (typeof value !== 'object' || value === null) return mistyped(field, 'an object', describe(value));
    let properties: [string, PropertyDescriptor | undefined][] | undefined;
    try {
        properties = isPlain(value)
            ? Reflect.ownKeys(value).map(key => [String(key), Reflect.getOwnPropertyDescriptor(value, key)])
            : undefined;
    } catch (cause) {
        // The traps of a proxy may throw whatever they like.
        return mistyped(field, 'a plain object', 'a proxy', { cause });
    }
    if (properties === undefined) {
        return mistyped(field, 'a plain object', Array.isArray(value) ? 'an array' : 'an object of a class');
    }
    return properties.map(([name, property]) => {
        if (property === undefined || !('value' in property)) {
            return mistyped(`${field}.${name}`, 'a value', 'an accessor');
        }
        return [name, property.value];
    });
}

function isPlain(value: object): boolean {
    if (Array.isArray(value)) return false;
    const prototype = Reflect.getPrototypeOf(value);
    // By shape and not by identity: the value may come from another realm, whose Object.prototype is another one.
    return prototype === null || Reflect.getPrototypeOf(prototype) === null;
}

/**
 * An integer written the one way it can be: decimal, without sign, zeros or spaces that it does not need.
 *
 * @throws `JSON_FIELD_MISTYPED` for anything else, `INTEGER_OUT_OF_RANGE`.
 */
export function readDecimal(field: string, value: unknown, min: bigint, max: bigint): bigint {
    if (typeof value !== 'string' || value.length > MAX_DIGITS || !/^(?:0|-?[1-9][0-9]*)$/.test(value)) {
        throw new PaymentChannelsError(JSON_FIELD_MISTYPED, {
            expected: 'a string of decimal digits, such as "1000000"',
            field,
            value: describe(value),
        });
    }
    return toInteger(field, BigInt(value), min, max);
}

/**
 * An address in base58.
 *
 * @throws `ADDRESS_INVALID`.
 */
export function readAddress(field: string, value: unknown): Address {
    return toAddress(field, value);
}

/**
 * Bytes in base58.
 *
 * @throws `JSON_FIELD_MISTYPED` for what is not base58 of so many bytes.
 */
export function readBase58(field: string, value: unknown, length: 32 | 64): ReadonlyUint8Array {
    const bytes = typeof value === 'string' ? encodeBase58(value, length) : undefined;
    if (bytes === undefined) {
        throw new PaymentChannelsError(JSON_FIELD_MISTYPED, {
            expected: `base58 of ${length} bytes`,
            field,
            value: describe(value),
        });
    }
    return bytes;
}
