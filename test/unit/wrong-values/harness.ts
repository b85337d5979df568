import { isPaymentChannelsError } from '../../../src/index';
import { isPart } from '../../../src/revision/define-part';
import { sample } from '../../fixtures/depth';

// Calls functions with every kind of wrong value in every place of good arguments: whatever comes of it, it is no error
// but one of the package, and one that names the field where it is about a field.

/** The good arguments of a call, made anew for each; the functions in them throw `CALLBACK` or do nothing. */
export type MakeArguments = () => readonly unknown[];

/** What callbacks, RPCs and signers of the tests throw: it comes through as it is. */
export const CALLBACK = new Error('of a callback');
export const refuseToAnswer = () => {
    throw CALLBACK;
};

/** What traps and getters throw: an error that nobody expects. */
const HOSTILE = new Error('of a trap');
const trap = () => {
    throw HOSTILE;
};
const TRAPS = Object.fromEntries(
    Object.getOwnPropertyNames(Reflect).map(name => [name, trap]),
) as unknown as ProxyHandler<object>;

const getRevoked = (target: object): object => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy;
};

function nest(depth: number, wrap: (inner: unknown) => unknown): unknown {
    let value: unknown = 0;
    for (let index = 0; index < depth; index++) value = wrap(value);
    return value;
}

const DEEP_ARRAY = nest(100_000, inner => [inner]);
const DEEP_OBJECT = nest(100_000, inner => ({ inner }));
const CYCLIC: Record<string, unknown> = {};
for (const name of ['channel', 'data', 'splits', 'value', 'voucher']) CYCLIC[name] = CYCLIC;

/** Every kind of value that is wrong almost everywhere. */
export const WRONG_VALUES: readonly (readonly [title: string, value: unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['0', 0],
    ['-0', -0],
    ['-1', -1],
    ['-1n', -1n],
    ['1.5', 1.5],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['2n ** 200n', 2n ** 200n],
    ['true', true],
    ['an empty string', ''],
    ['a string', 'text'],
    ['a string with a lone surrogate', '\ud800'],
    ['a string of digits', '1'],
    ['a long string', 'x'.repeat(100_000)],
    ['a name of every object', '__proto__'],
    ['a symbol', Symbol('wrong')],
    ['a function', () => undefined],
    ['an empty array', []],
    ['an array', [1, 'a']],
    ['an array of nothing', [undefined, null]],
    ['a sparse array', new Array(2 ** 32 - 1)],
    ['an empty object', {}],
    ['an object without a prototype', Object.create(null)],
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set(['a'])],
    ['a Date', new Date(0)],
    ['a promise', Promise.resolve(1)],
    ['an object that pretends to be a promise', { then: 1 }],
    ['no bytes', new Uint8Array()],
    ['bytes', new Uint8Array(7)],
    ['other numbers', new Float64Array(8)],
    ['a buffer', new ArrayBuffer(8)],
    ['a deep array', DEEP_ARRAY],
    ['a deep object', DEEP_OBJECT],
    ['a cyclic object', CYCLIC],
    ['an object with a value of which nothing can be made', { toJSON: trap, toString: trap, valueOf: trap }],
    ['a proxy that throws', new Proxy({}, TRAPS)],
    ['a proxy of an array that throws', new Proxy([], TRAPS)],
    // A function that is called may throw what it likes.
    ['a proxy of a function that throws', new Proxy(() => undefined, { ...TRAPS, apply: refuseToAnswer })],
    ['a revoked proxy', getRevoked({})],
    ['a revoked proxy of an array', getRevoked([])],
];

/** The places of a value of arguments: the arguments, and what is in them. */
type Place = readonly (number | string)[];

const MAX_DEPTH = 4;

function isContainer(value: unknown): value is Record<string, unknown> | unknown[] {
    if (typeof value !== 'object' || value === null) return false;
    if (Array.isArray(value)) return true;
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null;
}

function* findPlaces(value: unknown, place: Place, seen: ReadonlySet<unknown>): Generator<Place> {
    if (!isContainer(value) || place.length >= MAX_DEPTH || seen.has(value)) return;
    // All arguments, and of a list in them as many as tell a first item from another one.
    const most = place.length === 0 ? Infinity : 2;
    const keys = Array.isArray(value) ? [...value.keys()].slice(0, most) : Object.keys(value);
    for (const key of keys) {
        yield [...place, key];
        const member = (value as Record<number | string, unknown>)[key];
        // A part of a deployment with something else in it is no part any more.
        if (!isPart(member)) yield* findPlaces(member, [...place, key], new Set([...seen, value]));
    }
}

const getAt = (value: unknown, place: Place): unknown =>
    place.reduce((inner, key) => (inner as Record<number | string, unknown>)[key], value);

/** Whether a value is a deployment, whole or not. */
const hasParts = (value: unknown): boolean => isContainer(value) && Object.values(value).some(isPart);

function replace(value: unknown, [key, ...rest]: Place, wrong: unknown, asGetter: boolean): unknown {
    if (key === undefined) return wrong;
    const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
        number | string,
        unknown
    >;
    if (asGetter && rest.length === 0) Object.defineProperty(copy, key, { enumerable: true, get: trap });
    else copy[key] = replace(copy[key], rest, wrong, asGetter);
    return copy;
}

const MAX_WAIT_MS = 30_000;

/** What comes of a call. */
type Outcome = Readonly<{ error?: unknown; isPromise: boolean; result?: unknown }>;

async function run(call: Call, args: readonly unknown[]): Promise<Outcome> {
    let timer: NodeJS.Timeout | undefined;
    let isPromise = false;
    try {
        const result = call(...args);
        const isIterator = typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
        const settled = isIterator ? (result as AsyncGenerator).next() : result;
        // Nothing is made of a result that pretends to be a promise.
        isPromise = settled instanceof Promise;
        if (!isPromise) return { isPromise, result };
        const late = new Promise((_, reject) => {
            timer = setTimeout(() => reject(new Error('it never answers')), MAX_WAIT_MS);
        });
        return { isPromise, result: await Promise.race([settled, late]) };
    } catch (error) {
        return { error, isPromise };
    } finally {
        clearTimeout(timer);
    }
}

/** What is wrong with an error that came of a wrong value; nothing for one of the package. */
function judge(error: unknown): string | undefined {
    if (error === undefined || error === CALLBACK) return undefined;
    if (!isPaymentChannelsError(error)) {
        const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 4).join(' ') : '';
        return `${String(error).slice(0, 160)} ${stack}`;
    }
    const { code, context, message } = error;
    if (message.length > 2_000) return `a message of ${message.length} characters`;
    if (/undefined has|\[object|something else/.test(message)) return message;
    const expected = 'expected' in context ? [context.expected].flat() : [];
    if (!expected.every(part => message.includes(String(part)))) return `what is expected is not said: ${message}`;
    return JSON.stringify(error).includes(`"code":"${code}"`) ? undefined : `no JSON: ${message}`;
}

function judgeResult(result: unknown): string | undefined {
    if (typeof result === 'bigint') return undefined;
    try {
        JSON.stringify(result);
        return undefined;
    } catch (error) {
        return `JSON.stringify of the result: ${String(error).slice(0, 160)}`;
    }
}

export type Call = (...args: unknown[]) => unknown;

/** Every wrong value in every place of good arguments: what comes of it, where that is not as it has to be. */
export async function findFaults(call: Call, makeArguments: MakeArguments): Promise<readonly string[]> {
    const faults: string[] = [];
    const note = (title: string, place: Place, fault: string | undefined) => {
        if (fault !== undefined) faults.push(`${title} at [${place.join('][')}]: ${fault}`);
    };
    const good = await run(call, makeArguments());
    note('the good arguments', [], judge(good.error) ?? judgeResult(good.result));
    // Arguments that are refused for their names say nothing of what is in them.
    if (/no such member/.test(String(good.error))) note('the good arguments', [], String(good.error));
    const attempt = async (title: string, place: Place, args: readonly unknown[]) => {
        const { error, isPromise } = await run(call, args);
        // What answers with a promise says everything with it.
        const isThrown = error !== undefined && good.isPromise && !isPromise;
        note(title, place, judge(error) ?? (isThrown ? `it throws, and does not reject: ${String(error)}` : undefined));
    };
    const places = [...findPlaces(makeArguments(), [], new Set())];
    for (const [index, place] of places.entries()) {
        const value = getAt(makeArguments(), place);
        // Of a deployment, functions read what they need.
        const isOfDeployment = hasParts(getAt(makeArguments(), place.slice(0, -1)));
        if (isOfDeployment && !(await findRead(call, makeArguments, place, [])).has(place.at(-1) as string)) continue;
        const copies = isPart(value) ? [['a copy of a part', { ...(value as object) }] as const] : [];
        for (const [title, wrong] of [...sample(WRONG_VALUES, 8, index), ...copies]) {
            await attempt(title, place, replace(makeArguments(), place, wrong, false) as unknown[]);
        }
        if (place.length > 1) {
            await attempt('a getter that throws', place, replace(makeArguments(), place, undefined, true) as unknown[]);
        }
    }
    await attempt('no arguments', [], []);
    return faults;
}

/** One letter is missing, and one is another: what people write. */
const MISSPELLINGS: readonly ((name: string) => string)[] = [
    name => name.slice(0, -1),
    name => name.replace(/[a-z](?=[^a-z]*$)/, letter => (letter === 'x' ? 'y' : 'x')),
];

/**
 * Members of good arguments that may be misspelt without anybody being told. A name is told from one that a function has
 * no use for by what comes of a value that is wrong everywhere, which is refused, or by its being read where another name
 * is not.
 */
export async function findPassedOver(call: Call, makeArguments: MakeArguments): Promise<readonly string[]> {
    const passed: string[] = [];
    for (const place of sample([...findPlaces(makeArguments(), [], new Set())], 3)) {
        const name = place.at(-1)!;
        // An address is no name.
        if (typeof name !== 'string' || name.length < 5 || name.length >= 32) continue;
        const wrong = replace(makeArguments(), place, Symbol('wrong'), false) as unknown[];
        const isLookedAt = isRefusal(await run(call, wrong)) || (await isReadByName(call, makeArguments, place));
        if (!isLookedAt) continue;
        for (const misspell of MISSPELLINGS) {
            const args = rename(makeArguments(), place, misspell(name)) as unknown[];
            if (!isRefusal(await run(call, args))) passed.push(`[${place.join('][')}] as ${misspell(name)}`);
        }
    }
    return passed;
}

/** Whether a member is read, and not only copied with all others. */
async function isReadByName(call: Call, makeArguments: MakeArguments, place: Place): Promise<boolean> {
    const other = 'nobodyKnowsThis';
    const read = await findRead(call, makeArguments, place, [other]);
    return read.has(place.at(-1) as string) && !read.has(other);
}

/** Which of a member and of others beside it a call reads. */
async function findRead(
    call: Call,
    makeArguments: MakeArguments,
    place: Place,
    others: readonly string[],
): Promise<ReadonlySet<string>> {
    const read = new Set<string>();
    for (const name of [place.at(-1) as string, ...others]) {
        await run(call, observe(makeArguments(), place, [name], read) as unknown[]);
    }
    return read;
}

/** Has members of the object in which a place is tell when they are read. */
function observe(value: unknown, place: Place, names: readonly string[], read: Set<string>): unknown {
    const [key, ...rest] = place;
    const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
        number | string,
        unknown
    >;
    if (rest.length > 0) copy[key!] = observe(copy[key!], rest, names, read);
    else
        for (const name of names) {
            const member = copy[name];
            const get = () => (read.add(name), member);
            Object.defineProperty(copy, name, { configurable: true, enumerable: true, get });
        }
    return copy;
}

function isRefusal({ error }: Outcome): boolean {
    return isPaymentChannelsError(error);
}

function rename(value: unknown, [key, ...rest]: Place, name: string): unknown {
    const from = value as Record<number | string, unknown>;
    if (rest.length > 0) {
        const copy = (Array.isArray(from) ? [...(from as unknown[])] : { ...from }) as typeof from;
        copy[key!] = rename(from[key!], rest, name);
        return copy;
    }
    return Object.fromEntries(Object.entries(from).map(([own, member]) => [own === key ? name : own, member]));
}
