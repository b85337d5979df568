import { VERIFIER_ANSWER_INVALID } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { describe } from '../core/input';

// The answer of a verifier decides about money, and anybody may have written it: `true` is a good signature and `false`
// a bad one. Anything else (a list, a text, nothing at all) is no answer.

/**
 * The answer of a verifier about one voucher.
 *
 * @param field What answered, for the error.
 * @throws `VERIFIER_ANSWER_INVALID`.
 */
export function toVerdict(field: string, answer: unknown): boolean {
    if (typeof answer === 'boolean') return answer;
    throw new PaymentChannelsError(VERIFIER_ANSWER_INVALID, { field, value: describe(answer) });
}

/**
 * The answers of a verifier about many vouchers: one for each, in their order.
 *
 * @throws `VERIFIER_ANSWER_INVALID`.
 */
export function toVerdicts(field: string, answers: unknown, count: number): readonly boolean[] {
    if (!Array.isArray(answers)) {
        throw new PaymentChannelsError(VERIFIER_ANSWER_INVALID, { field, value: describe(answers) });
    }
    if (answers.length !== count) {
        const value = `${answers.length} answers for ${count} vouchers`;
        throw new PaymentChannelsError(VERIFIER_ANSWER_INVALID, { field, value });
    }
    // Array.from, so that holes are looked at too.
    return Array.from(answers, (answer: unknown, index) => toVerdict(`${field}[${index}]`, answer));
}
