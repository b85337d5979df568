import { getBase58Decoder } from '@solana/kit';

import { isBytes } from './bytes';
import { describeType } from './describe';

// What JSON.stringify makes of the errors and results of this package: integers as decimal strings, bytes as base58, a
// signer as its address, an error with its code and its causes. What is in an error may come from anywhere, so nothing here
// throws, nothing goes round in circles, and no key, function or path of an RPC's address gets into a log.

const MAX_DEPTH = 24;
/** Longer ones are those of a program's binary, which nobody wants to read; base58 takes quadratic time. */
const MAX_BYTES = 4_096;
const MAX_MESSAGE_LENGTH = 2_000;
/** An array of holes can have billions. */
const MAX_ITEMS = 1_000_000;

/** A value as JSON has it: only strings, numbers, booleans, `null`, arrays and plain objects. */
export function toJsonForm(value: unknown): unknown {
    return toForm(value, []);
}

function toForm(value: unknown, parents: readonly object[]): unknown {
    switch (typeof value) {
        case 'bigint':
            return value.toString();
        case 'object':
            break;
        case 'function':
        case 'symbol':
            return undefined;
        default:
            return value;
    }
    if (value === null) return null;
    if (shown.has(value)) return shown.get(value);
    if (parents.includes(value)) return '[circular]';
    if (parents.length >= MAX_DEPTH) return '[too deep]';
    try {
        return toFormOfObject(value, [...parents, value]);
    } catch {
        // A getter or a proxy that throws.
        return '[unreadable]';
    }
}

function toFormOfObject(value: object, parents: readonly object[]): unknown {
    if (isBytes(value)) {
        return value.length > MAX_BYTES ? `[${value.length} bytes]` : getBase58Decoder().decode(value);
    }
    if (Array.isArray(value)) {
        if (value.length > MAX_ITEMS) return `[${value.length} items]`;
        return Array.from(value as unknown[], item => toForm(item, parents) ?? null);
    }
    if (value instanceof Error) return toFormOfError(value, parents);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof Set) return Array.from(value, item => toForm(item, parents) ?? null);
    if (value instanceof Map) {
        return Object.fromEntries(Array.from(value, ([key, item]) => [String(key), toForm(item, parents)]));
    }
    const prototype = Reflect.getPrototypeOf(value);
    const isPlain = prototype === null || Reflect.getPrototypeOf(prototype) === null;
    // Whatever else a signer has in it: kit's have their keys.
    if ('address' in value && typeof value.address === 'string' && signs(value)) return value.address;
    return isPlain ? toFormOfMembers(value, Object.keys(value), parents) : `[${describeType(value)}]`;
}

/** The methods of kit's signers, which may as well be those of a class. */
const SIGNING = [
    'modifyAndSignMessages',
    'modifyAndSignTransactions',
    'signAndSendTransactions',
    'signMessages',
    'signTransactions',
] as const;

function signs(value: object): boolean {
    const isMethod = (name: string) => typeof (value as Record<string, unknown>)[name] === 'function';
    return SIGNING.some(isMethod) || Object.keys(value).some(name => /[sS]ign/.test(name) && isMethod(name));
}

function toFormOfMembers(value: object, names: readonly string[], parents: readonly object[]): object {
    const form: Record<string, unknown> = {};
    for (const name of names) {
        // A name like __proto__ is a member like any other.
        const member = { configurable: true, enumerable: true, value: readForm(value, name, parents), writable: true };
        if (member.value !== undefined) Object.defineProperty(form, name, member);
    }
    return form;
}

function readForm(value: object, name: string, parents: readonly object[]): unknown {
    try {
        return toForm((value as Record<string, unknown>)[name], parents);
    } catch {
        return '[unreadable]';
    }
}

function toFormOfError(error: Error, parents: readonly object[]): object {
    const { message, name } = error;
    const { code, context } = error as { code?: unknown; context?: unknown };
    const isOurs = name === 'PaymentChannelsError';
    return {
        name: String(name),
        ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
        message: hideSecrets(String(message)).slice(0, MAX_MESSAGE_LENGTH),
        // The context of somebody else's error may hold anything, for example a request with its headers.
        ...(isOurs ? { context: toForm(context, parents) } : {}),
        ...(error instanceof AggregateError ? { errors: toForm(error.errors, parents) } : {}),
        // A thrown value that is not an error can be anything.
        ...(error.cause === undefined ? {} : { cause: toFormOfCause(error.cause, parents) }),
    };
}

function toFormOfCause(cause: unknown, parents: readonly object[]): unknown {
    return cause instanceof Error ? toForm(cause, parents) : describeType(cause);
}

/** The address of an RPC without its path and what stands in front of its host, where its key is. */
function hideSecrets(message: string): string {
    return message.replace(/\b([a-z]{2,5}):\/\/(?:[^\s/@]*@)?([^\s/?#"']+)[^\s"']*/gi, '$1://$2/…');
}

const JSON_FORM: PropertyDescriptor = {
    configurable: false,
    enumerable: false,
    value(this: object) {
        return toJsonForm(this);
    },
    writable: false,
};

/**
 * A result that JSON.stringify can write: with a `toJSON` that is not enumerable, so that copies, comparisons and
 * `structuredClone` see nothing of it.
 */
export function toResult<
    T extends Readonly<Record<string, TMember | object | null | undefined>>,
    // Literals stay what they are, as with Object.freeze.
    TMember extends bigint | boolean | number | string | symbol,
>(result: T): Readonly<T>;
export function toResult<T extends object>(result: T): Readonly<T>;
export function toResult(result: object): object {
    return Object.freeze(withJson(result));
}

/** Gives a result its JSON form without freezing it, for values that others may still change. */
export function withJson<T extends object>(result: T): T {
    // What is frozen already has it, or stays as it is.
    return Object.isExtensible(result) ? Object.defineProperty(result, 'toJSON', JSON_FORM) : result;
}

/** Objects that are shown by a name rather than by their members. */
const shown = /* @__PURE__ */ new WeakMap<object, string>();

/** As {@link toResult}, for an object whose name says everything about it. */
export function toShown<T extends object>(name: string, value: T): Readonly<T> {
    shown.set(value, name);
    return toResult(value);
}
