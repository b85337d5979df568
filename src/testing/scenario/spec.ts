import { JSON_FIELD_MISTYPED } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { describe, getListLength, readOnlyMembers, refuseInput, toInteger, toList, U64_MAX } from '../../core/input';
import { readDecimal, readObject } from '../../core/strict-json';

// Specs of values: each reads a value strictly, from JSON or as TypeScript has it, and says in JSON schema what the JSON is.
// Reader and schema come from one description, and the compiler sees to it that the type is the same.

/** Where a value comes from: in JSON amounts are strings of decimal digits. */
export type Form = 'json' | 'value';

/** A part of a JSON schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How a value is read, and the schema of its JSON. */
export type Spec<T> = Readonly<{ read: (field: string, value: unknown, form: Form) => T; schema: JsonSchema }>;

/** Refuses a value, with the error that its form has for it. */
function refuse(form: Form, field: string, expected: string, value: unknown): never {
    if (form === 'value') refuseInput(field, expected, value);
    throw new PaymentChannelsError(JSON_FIELD_MISTYPED, { expected, field, value: describe(value) });
}

/** A text that is not empty. */
export function text(maxLength: number): Spec<string> {
    return {
        read: (field, value, form) =>
            typeof value === 'string' && value !== '' && value.length <= maxLength
                ? value
                : refuse(form, field, `a text of 1 to ${maxLength} characters`, value),
        schema: { maxLength, minLength: 1, type: 'string' },
    };
}

/** A number that is safe, in JSON as well. */
export function integer(min: number, max: number): Spec<number> {
    return {
        read: (field, value, form) =>
            typeof value === 'bigint' && form === 'json'
                ? refuse(form, field, 'a whole number', value)
                : Number(toInteger(field, value, BigInt(min), BigInt(max))),
        schema: { maximum: max, minimum: min, type: 'integer' },
    };
}

/** An amount (u64). */
export function amount(): Spec<bigint | number> {
    return {
        read: (field, value, form) =>
            form === 'json' ? readDecimal(field, value, 0n, U64_MAX) : toInteger(field, value, 0n, U64_MAX),
        schema: { maxLength: 20, pattern: '^(0|[1-9][0-9]*)$', type: 'string' },
    };
}

export function oneOf<T extends string>(...values: readonly T[]): Spec<T> {
    const expected = values.map(value => `'${value}'`).join(' or ');
    return {
        read: (field, value, form) =>
            (values as readonly unknown[]).includes(value) ? (value as T) : refuse(form, field, expected, value),
        schema: { enum: values },
    };
}

/** A list of `min` to `max` items. */
export function list<T>(item: Spec<T>, min: number, max: number): Spec<readonly T[]> {
    const expected = `an array of ${min} to ${max} items`;
    return {
        read: (field, value, form) => {
            const length = getListLength(value);
            if (length === undefined || length < min || length > max) refuse(form, field, expected, value);
            return toList(field, value, expected, (one, path) => item.read(path, one, form));
        },
        schema: { items: item.schema, maxItems: max, minItems: min, type: 'array' },
    };
}

/** One item, or a list of them. */
export function oneOrMore<T extends string>(item: Spec<T>, max: number): Spec<T | readonly T[]> {
    const items = list(item, 1, max);
    return {
        read: (field, value, form) => (getListLength(value) === undefined ? item : items).read(field, value, form),
        schema: { anyOf: [item.schema, items.schema] },
    };
}

type OptionalNames<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T] & string;
type RequiredNames<T> = Exclude<keyof T & string, OptionalNames<T>>;
/** The specs of all members of a type. */
type Members<T> = Readonly<{
    required: { readonly [K in RequiredNames<T>]: Spec<T[K]> };
    optional: { readonly [K in OptionalNames<T>]: Spec<Exclude<T[K], undefined>> };
}>;

/** An object with all of some members, maybe with others, and with none beside those. */
export function object<T extends object>({ optional, required }: Members<T>, description?: string): Spec<T> {
    const specs: Readonly<Record<string, Spec<unknown>>> = { ...required, ...optional };
    const names = { optional: Object.keys(optional), required: Object.keys(required) };
    const known = Object.fromEntries(Object.keys(specs).map(name => [name, true as const]));
    const read = (field: string, value: unknown, form: Form): T => {
        const given =
            form === 'json'
                ? readObject(field, value, names)
                : new Map(Object.entries(readOnlyMembers(field, value as Record<string, unknown>, known)));
        for (const name of names.required) {
            if (!given.has(name)) refuseInput(`${field}.${name}`, 'given', undefined);
        }
        return Object.fromEntries(
            [...given].map(([name, member]) => [name, specs[name]!.read(`${field}.${name}`, member, form)]),
        ) as T;
    };
    return {
        read,
        schema: {
            ...(description === undefined ? {} : { description }),
            additionalProperties: false,
            properties: Object.fromEntries(Object.entries(specs).map(([name, { schema }]) => [name, schema])),
            required: names.required,
            type: 'object',
        },
    };
}

/** One of several objects, which a member tells apart. */
export function tagged<TTag extends string, T extends Readonly<Record<TTag, string>>>(
    tag: TTag,
    specs: { readonly [K in T[TTag]]: Spec<Extract<T, Readonly<Record<TTag, K>>>> },
): Spec<T> {
    const kinds = specs as Readonly<Record<string, Spec<T>>>;
    const expected = Object.keys(kinds)
        .map(name => `'${name}'`)
        .join(' or ');
    return {
        read: (field, value, form) => {
            const kind = readOwn(value, tag);
            if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
                refuse(
                    form,
                    kind === undefined ? field : `${field}.${tag}`,
                    kind === undefined ? `an object with a member ${tag}` : expected,
                    kind ?? value,
                );
            }
            return kinds[kind]!.read(field, value, form);
        },
        schema: { oneOf: Object.values(kinds).map(({ schema }) => schema) },
    };
}

/** A member of an object, without running code of the object's. */
function readOwn(value: unknown, name: string): unknown {
    try {
        return typeof value === 'object' && value !== null
            ? (Reflect.getOwnPropertyDescriptor(value, name)?.value as unknown)
            : undefined;
    } catch {
        return undefined;
    }
}
