import { randomBytes } from 'node:crypto';

// JSON with the integers that nodes write: a u64 is a number in JSON, and exact. JSON.parse would round what exceeds 2^53, and
// JSON.stringify refuses bigints.

/** Deeper than any request is. */
const MAX_DEPTH = 64;
const JSON_STRING_OR_INTEGER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
/** Marks an integer among strings; nobody who sends one can know it. */
let mark: string | undefined;

/**
 * Reads JSON; integers that a number can't hold become bigints.
 *
 * @throws `SyntaxError` for what is no JSON, or nested too deeply.
 */
export function parseJson(text: string): unknown {
    const value: unknown = JSON.parse(text);
    assertIsShallow(value);
    if (!/\d{16}/.test(text)) return value;
    const prefix = (mark ??= `${randomBytes(16).toString('hex')}:`);
    const marked = text.replace(JSON_STRING_OR_INTEGER, token => (token[0] === '"' ? token : `"${prefix}${token}"`));
    return JSON.parse(marked, (_, item: unknown) => {
        if (typeof item !== 'string' || !item.startsWith(prefix)) return item;
        const digits = item.slice(prefix.length);
        return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits);
    });
}

function assertIsShallow(value: unknown): void {
    // Not recursive: a text may nest deeper than the stack.
    let level: unknown[] = [value];
    for (let depth = 0; level.length > 0; depth++) {
        if (depth > MAX_DEPTH) throw new SyntaxError('it is nested too deeply');
        level = level.flatMap(item => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    }
}

/**
 * Writes JSON, a bigint as an integer. Members that are `undefined` are left out, and a `toJSON` is not called: those of this
 * package write integers as strings.
 */
export function toJsonText(value: unknown): string {
    switch (typeof value) {
        case 'bigint':
            return value.toString();
        case 'object':
            break;
        default:
            return JSON.stringify(value) ?? 'null';
    }
    if (value === null) return 'null';
    if (Array.isArray(value)) return `[${value.map(toJsonText).join(',')}]`;
    const members: string[] = [];
    for (const [name, member] of Object.entries(value)) {
        if (member !== undefined) members.push(`${JSON.stringify(name)}:${toJsonText(member)}`);
    }
    return `{${members.join(',')}}`;
}
