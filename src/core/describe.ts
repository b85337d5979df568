import { getByteCount, isBytes } from './bytes';

// Descriptions of arbitrary values for errors: nothing here runs their code or shows anything that could be a secret. A
// value in the wrong place may be a secret key, or the URL of an RPC that contains a key.

/** As long as an address or a blockhash; a longer text may be a secret key, and so may 32 bytes in base64. */
const MAX_SHOWN_LENGTH = 44;
const BASE64_OF_32_BYTES = /^.{43}=$/;
/** Of integers. */
const MAX_SHOWN_DIGITS = 40;

/** A value for an error message, whatever it is. */
export function describe(value: unknown): string {
    if (typeof value === 'string') {
        const isShown = value.length <= MAX_SHOWN_LENGTH && !BASE64_OF_32_BYTES.test(value);
        return isShown ? JSON.stringify(value) : describeType(value);
    }
    if (typeof value === 'bigint') {
        // As hexadecimal digits first, which takes time in proportion to their number.
        const isShown = value.toString(16).length <= MAX_SHOWN_DIGITS;
        return isShown ? `${value}n` : 'a bigint of many digits';
    }
    if (Object.is(value, -0)) return '-0';
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return describeType(value);
}

/** The kind of a value, without its content. */
export function describeType(value: unknown): string {
    switch (typeof value) {
        case 'string':
            return `a string of ${value.length} characters`;
        case 'undefined':
            return 'undefined';
        case 'object':
            return value === null ? 'null' : describeObject(value);
        default:
            return `a ${typeof value}`;
    }
}

function describeObject(value: object): string {
    try {
        if (Array.isArray(value)) return `an array of ${value.length}`;
        if (isBytes(value)) return `${getByteCount(value)} bytes`;
        const prototype = Reflect.getPrototypeOf(value);
        if (prototype === null || Reflect.getPrototypeOf(prototype) === null) return 'an object';
        // The name of a class, if that is what it is: a getter is not asked.
        const constructor: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
        const name: unknown =
            typeof constructor === 'function'
                ? Reflect.getOwnPropertyDescriptor(constructor, 'name')?.value
                : undefined;
        return typeof name === 'string' && /^[A-Za-z]\w{0,40}$/.test(name) ? `an object of ${name}` : 'an object';
    } catch {
        // A proxy that was revoked, or whose traps throw.
        return "an object that can't be read";
    }
}
