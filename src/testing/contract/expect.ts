import { CONTRACT_BROKEN } from '../../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError, type PaymentChannelsErrorCode } from '../../core/errors';

// Expectations of a contract without a test framework: what is compared is what is shown.

const MAX_SHOWN = 2_000;

/** A value as text: members by name, those that are undefined left out, integers with their type. */
export function show(value: unknown): string {
    const text = toText(value);
    return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)` : text;
}

function toText(value: unknown): string {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value !== 'object' || value === null) return String(value);
    if (value instanceof Error) return showError(value);
    if (Array.isArray(value)) return `[${Array.from(value as unknown[], toText).join(', ')}]`;
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    const shown = members.map(([name, member]) => `${name}: ${toText(member)}`).sort();
    return shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`;
}

function showError(error: Error): string {
    return isPaymentChannelsError(error)
        ? `an error ${error.code} of ${toText(error.context)}`
        : `an error ${error.name}: ${error.message}`;
}

/** @param what What was called, as a sentence: "acquire of a channel that somebody else holds". */
export function expectEqual(what: string, given: unknown, expected: unknown): void {
    if (toText(given) === toText(expected)) return;
    throw new PaymentChannelsError(CONTRACT_BROKEN, { expected: show(expected), given: show(given), what });
}

/** Expects a call to reject with the typed error of a code and, at least, some members of its context. */
export async function expectRefusal(
    what: string,
    call: () => Promise<unknown>,
    code: PaymentChannelsErrorCode,
    context: Readonly<Record<string, unknown>> = {},
): Promise<void> {
    const expected = `an error ${code} of ${show(context)}`;
    let answer: unknown;
    try {
        answer = await call();
    } catch (error) {
        const names = Object.keys(context);
        const actual = isPaymentChannelsError(error, code) ? (error.context as Readonly<Record<string, unknown>>) : {};
        const isExpected =
            isPaymentChannelsError(error, code) && names.every(name => toText(actual[name]) === toText(context[name]));
        if (isExpected) return;
        throw new PaymentChannelsError(CONTRACT_BROKEN, { expected, given: show(error), what }, { cause: error });
    }
    const given = answer === undefined ? 'no error' : `no error, and ${show(answer)}`;
    throw new PaymentChannelsError(CONTRACT_BROKEN, { expected, given, what });
}
