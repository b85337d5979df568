import {
    type Address,
    isMessageSigner,
    isTransactionSigner,
    type MessageSigner,
    type ReadonlyUint8Array,
    type TransactionSigner,
} from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { encodeAddress } from './address-bytes';
import { copyBytes, getByteCount } from './bytes';
import { describe, describeType } from './describe';
import {
    ADDRESS_INVALID,
    BYTES_LENGTH_INVALID,
    getInvalidDefinition,
    INTEGER_NOT_EXACT,
    INTEGER_OUT_OF_RANGE,
    type InvalidCode,
    SIGNER_INVALID,
    TOKEN_PROGRAM_UNSUPPORTED,
} from './error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from './errors';
import { readSafely } from './read-safely';
import { findNearest, isMisspelling, MAX_NAME_LENGTH } from './misspelling';
import { getSignerAddress, hasAddress, isGuarded } from './signer-address';

export { describe } from './describe';
export type { InvalidCode } from './error-definitions';

// Checks of input, made before any byte is built. Each throws a typed error that names the field. Types alone are not
// enough: callers use JavaScript, `as` and values that came over a wire.

export const U16_MAX = 0xffffn;
export const U32_MAX = 0xffff_ffffn;
export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const I64_MIN = -0x8000_0000_0000_0000n;
export const I64_MAX = 0x7fff_ffff_ffff_ffffn;

/** The address of the Token-2022 program. */
export const TOKEN_2022_PROGRAM_ADDRESS =
    'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as Address<'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb'>;

/** An integer without loss: a bigint, or a number that is a safe integer. */
export function toInteger(field: string, value: unknown, min: bigint, max: bigint): bigint {
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
        throw new PaymentChannelsError(INTEGER_NOT_EXACT, { field, value: describe(value) });
    }
    const integer = BigInt(value as bigint | number);
    if (integer < min || integer > max) {
        throw new PaymentChannelsError(INTEGER_OUT_OF_RANGE, { field, max, min, value: integer });
    }
    return integer;
}

export function toU64(field: string, value: unknown, min = 0n): bigint {
    return toInteger(field, value, min, U64_MAX);
}

export function toU32(field: string, value: unknown, min = 0n): number {
    return Number(toInteger(field, value, min, U32_MAX));
}

export function toI64(field: string, value: unknown): bigint {
    return toInteger(field, value, I64_MIN, I64_MAX);
}

/**
 * Refuses a value.
 *
 * @param expected What the field has to be, as it stands behind "has to be": "an array of addresses".
 */
export function refuseInput(
    field: string,
    expected: string,
    value: unknown,
    code: InvalidCode = 'INPUT_INVALID',
    options?: ErrorOptions,
): never {
    throw new PaymentChannelsError(getInvalidDefinition(code), { expected, field, value: describe(value) }, options);
}

/** Checks that an argument is an object: reading a field of anything else would be a `TypeError`. */
export function assertIsInput(field: string, value: unknown, code?: InvalidCode): asserts value is object {
    if (typeof value !== 'object' || value === null || readSafely(() => Array.isArray(value), true)) {
        // Without what is in it: a program that mixes up its arguments may pass a key or the address of an RPC.
        throw new PaymentChannelsError(getInvalidDefinition(code), {
            expected: 'an object',
            field,
            value: typeof value === 'string' ? describeType(value) : describe(value),
        });
    }
}

/**
 * Members of an object, each read once: getters and proxies may throw, or answer something else when they are asked again.
 * Members that are not asked for are passed over, so that one object fits several functions.
 *
 * @param field What the error calls the object; a member of `input` goes by its own name.
 */
export function readMembers<T extends object, TName extends keyof T & string>(
    field: string,
    value: T,
    names: readonly TName[],
    code?: InvalidCode,
): { [K in TName]: T[K] } {
    assertIsInput(field, value, code);
    const members = {} as { [K in TName]: T[K] };
    for (const name of names) {
        try {
            members[name] = value[name];
        } catch (cause) {
            refuseInput(getPath(field, name), 'a member that can be read', undefined, code, { cause });
        }
    }
    return members;
}

/** How errors call a member: those of `input` go by their own names. */
export function getPath(field: string, name: string): string {
    return field === 'input' ? name : `${field}.${name}`;
}

/**
 * Runs a function that reads a value in many places. A missing member, and anything that reading throws (getters,
 * proxies), is refused as invalid input, with the cause. Only for functions that just read: an error of a callback, a
 * signer or an RPC is not an error of the input.
 *
 * @param expected What the value has to be: "the state of a channel".
 */
export function readDeeply<T>(field: string, expected: string, value: unknown, read: () => T, code?: InvalidCode): T {
    try {
        return read();
    } catch (cause) {
        if (isPaymentChannelsError(cause)) throw cause;
        const message = readSafely(() => (cause instanceof TypeError ? cause.message : ''), '');
        const missing = /^Cannot read properties of (?:null|undefined) \(reading '(\w{1,40})'\)$/.exec(message)?.[1];
        const context = { expected, field, value: describeType(value) };
        const told = missing === undefined ? context.value : `${context.value} that lacks what has a member ${missing}`;
        throw new PaymentChannelsError(getInvalidDefinition(code), { ...context, value: told }, { cause });
    }
}

/**
 * Every member that an object may have, optional ones included: the compiler sees to it that none is missing. `'given'` is
 * a member that may be left out, but not be given as `undefined`, since that would widen what is meant: a value that is
 * missing by mistake is not taken for one that was left out on purpose.
 */
export type OnlyMembers<T> = Readonly<Record<keyof T & string, 'given' | true>>;

/**
 * All members of an object that may have no others, each read once. A name that is not known is a misspelt one: what it
 * was to limit would silently have no limit.
 */
export function readOnlyMembers<T extends object>(
    field: string,
    value: T,
    known: OnlyMembers<T>,
    code: InvalidCode = 'INPUT_INVALID',
): T {
    assertIsInput(field, value, code);
    for (const key of getMemberNames(field, value, code))
        if (!Object.hasOwn(known, key)) refuseUnknown(getPath(field, key), key, known, code);
    const names = Object.keys(known) as (keyof T & string)[];
    const members = readMembers(field, value, names, code);
    const given = {} as T;
    for (const name of names) {
        if (members[name] !== undefined) given[name] = members[name];
        else if (known[name] === 'given' && readSafely(() => name in value, true)) {
            refuseInput(getPath(field, name), 'given or left out', undefined, code);
        }
    }
    return given;
}

/**
 * Members as {@link readMembers} reads them, where some may be left out. One that is not there is looked for under a name
 * that is nearly its own: misspelt, it would silently stand for its default.
 *
 * @param optional Those of the names that may be left out.
 */
export function readTerms<T extends object, TName extends keyof T & string>(
    field: string,
    value: T,
    names: readonly TName[],
    optional: readonly NoInfer<TName>[],
    code?: InvalidCode,
): { [K in TName]: T[K] } {
    const members = readMembers(field, value, names, code);
    assertHasNoMisspelt(
        field,
        value,
        optional.filter(name => members[name] === undefined),
        code,
    );
    return members;
}

/**
 * Refuses a name that is nearly one of some names, and passes over every other one that is not known: for objects that may
 * have more members than those that are looked at, and where a misspelt one would silently stand for a default.
 */
export function assertHasNoMisspelt(field: string, value: object, names: readonly string[], code?: InvalidCode): void {
    assertIsInput(field, value, code);
    if (names.length === 0) return;
    for (const key of getMemberNames(field, value, code)) {
        const meant = names.find(name => isMisspelling(key, name));
        if (meant === undefined || names.includes(key)) continue;
        throw new PaymentChannelsError(getInvalidDefinition(code), {
            expected: `left out, or spelt ${meant}`,
            field: getPath(field, key),
            value: 'a value',
        });
    }
}

/** The names in an object; of an array or a `Map`, which has members of another kind, nothing would be seen. */
function getMemberNames(field: string, value: object, code: InvalidCode | undefined): readonly string[] {
    const names = hasMembersByName(value) ? readSafely(() => Object.keys(value), undefined) : undefined;
    return names ?? refuseInput(field, 'an object with members by name', value, code);
}

/** Whether what is in an object has names: neither an array nor a `Map` or a `Set`, nor what can't be read at all. */
export function hasMembersByName(value: object): boolean {
    return readSafely(() => !Array.isArray(value) && !isCollection(value), false);
}

function refuseUnknown(path: string, key: string, known: Readonly<Record<string, unknown>>, code: InvalidCode): never {
    const nearest = findNearest(key, Object.keys(known));
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw new PaymentChannelsError(getInvalidDefinition(code), {
        expected: `left out, since no such member is known${hint}`,
        field: key.length > MAX_NAME_LENGTH ? `${path.slice(0, path.length - key.length + MAX_NAME_LENGTH)}…` : path,
        value: 'a value',
    });
}

function isCollection(value: object): boolean {
    // By shape: a collection may come from another realm.
    const { entries, get, has, size } = value as Partial<Map<unknown, unknown>>;
    return typeof size === 'number' && typeof has === 'function' && typeof (get ?? entries) === 'function';
}

/**
 * Maps the items of a list. Holes are `undefined`; mapping stops at the first item that is refused.
 *
 * @param expected What the list has to be: "an array of addresses".
 */
export function toList<T>(
    field: string,
    value: unknown,
    expected: string,
    toItem: (item: unknown, path: string, index: number) => T,
    code?: InvalidCode,
): T[] {
    const length = getListLength(value);
    if (length === undefined) return refuseInput(field, expected, value, code);
    const list: T[] = [];
    for (let index = 0; index < length; index++) {
        const path = `${field}[${index}]`;
        let item: unknown;
        try {
            item = (value as unknown[])[index];
        } catch (cause) {
            refuseInput(path, 'an item that can be read', undefined, code, { cause });
        }
        list.push(toItem(item, path, index));
    }
    return list;
}

/** An array of holes can be longer than anybody could wait for; nothing that is real has as many items. */
const MAX_LIST_LENGTH = 1 << 24;

/** The length of an array; `undefined` for anything else, an array that is too long to be gone through included. */
export function getListLength(value: unknown): number | undefined {
    const length = readSafely(() => (Array.isArray(value) ? value.length : undefined), undefined);
    return length === undefined || length > MAX_LIST_LENGTH ? undefined : length;
}

/**
 * The entries of an object that is used as a table. Anything but a plain object is refused: of a `Map` nothing would be
 * seen.
 *
 * @param expected What the object has to be: "an object of addresses by table".
 */
export function toEntries(
    field: string,
    value: unknown,
    expected: string,
    code?: InvalidCode,
): (readonly [key: string, value: unknown])[] {
    if (typeof value !== 'object' || value === null) return refuseInput(field, expected, value, code);
    const entries = readSafely(() => (isPlainObject(value) ? Object.entries(value) : undefined), undefined);
    return entries ?? refuseInput(field, expected, value, code);
}

/** By shape and not by identity: the value may come from another realm, whose Object.prototype is another one. */
export function isPlainObject(value: object): boolean {
    if (Array.isArray(value)) return false;
    const prototype = Reflect.getPrototypeOf(value);
    return prototype === null || Reflect.getPrototypeOf(prototype) === null;
}

/** One of some values, by identity. */
export function toOneOf<T extends string | number>(
    field: string,
    value: unknown,
    values: readonly T[],
    code?: InvalidCode,
): T {
    if ((values as readonly unknown[]).includes(value)) return value as T;
    const expected = values.map(one => (typeof one === 'string' ? `'${one}'` : String(one))).join(' or ');
    return refuseInput(field, expected, value, code);
}

/** Neither truthy nor falsy: what decides about money is `true` or `false`. */
export function toBoolean(field: string, value: unknown, code?: InvalidCode): boolean {
    return typeof value === 'boolean' ? value : refuseInput(field, 'true or false', value, code);
}

/** Checks that something has methods, before one that is missing is called. */
export function assertHasMethods(field: string, value: unknown, names: readonly string[], code?: InvalidCode): void {
    const expected = `an object with the method${names.length > 1 ? 's' : ''} ${names.join(', ')}`;
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
        throw new PaymentChannelsError(getInvalidDefinition(code), { expected, field, value: describeType(value) });
    }
    for (const name of names) {
        if (readSafely(() => typeof (value as Record<string, unknown>)[name] === 'function', false)) continue;
        throw new PaymentChannelsError(getInvalidDefinition(code), {
            expected,
            field: `${field}.${name}`,
            value: describeType(readSafely(() => (value as Record<string, unknown>)[name], undefined)),
        });
    }
}

/** A signal that ends what is under way, where there is one. */
export function toAbortSignal(field: string, value: unknown): AbortSignal | undefined {
    if (value === undefined) return undefined;
    const isSignal = readSafely(() => {
        const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
        return typeof value === 'object' && typeof aborted === 'boolean' && typeof addEventListener === 'function';
    }, false);
    return isSignal ? (value as AbortSignal) : refuseInput(field, 'an AbortSignal', value);
}

/**
 * An address, or that of a signer: one object of terms then fits functions that have somebody sign and functions that
 * only name them.
 */
export function toAddress(field: string, value: unknown): Address {
    const text = typeof value === 'string' ? value : getSignerAddress(value);
    toAddressBytes(field, text ?? value);
    return text as Address;
}

/** The 32 bytes of an address. */
export function toAddressBytes(field: string, value: unknown): Uint8Array {
    const text = typeof value === 'string' ? value : getSignerAddress(value);
    const bytes = text === undefined ? undefined : encodeAddress(text);
    if (bytes === undefined) throw new PaymentChannelsError(ADDRESS_INVALID, { field, value: describe(value) });
    return bytes;
}

export function toSigner(field: string, value: unknown): TransactionSigner {
    if (!hasAddress(value) || !isGuarded(isTransactionSigner, value)) return refuseSigner(field, value);
    toAddress(`${field}.address`, value.address);
    return value as TransactionSigner;
}

export function toMessageSigner(field: string, value: unknown): MessageSigner {
    if (!hasAddress(value) || !isGuarded(isMessageSigner, value)) return refuseSigner(field, value);
    toAddress(`${field}.address`, value.address);
    return value as MessageSigner;
}

function refuseSigner(field: string, value: unknown): never {
    throw new PaymentChannelsError(SIGNER_INVALID, { field, value: describeType(value) });
}

/**
 * The token program of a mint: one of the two that the program knows (docs/program.md, section 6.2), SPL Token by
 * default.
 */
export function toTokenProgram(field: string, value: unknown): Address {
    const tokenProgram = value === undefined ? TOKEN_PROGRAM_ADDRESS : toAddress(field, value);
    if (tokenProgram !== TOKEN_PROGRAM_ADDRESS && tokenProgram !== TOKEN_2022_PROGRAM_ADDRESS) {
        throw new PaymentChannelsError(TOKEN_PROGRAM_UNSUPPORTED, { field, tokenProgram });
    }
    return tokenProgram;
}

/** A copy, so that nobody else can change the bytes once they are checked. */
export function toBytes(field: string, value: unknown, expectedLength: number): ReadonlyUint8Array {
    const actualLength = getByteCount(value) ?? -1;
    if (actualLength === expectedLength) {
        const bytes = copyBytes(value as Uint8Array);
        // Memory that is shared may have grown meanwhile.
        if (bytes.length === expectedLength) return bytes;
    }
    throw new PaymentChannelsError(BYTES_LENGTH_INVALID, {
        actualLength,
        expectedLength,
        field,
        ...(actualLength === -1 ? { value: describeType(value) } : {}),
    });
}
