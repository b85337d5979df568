import { toInteger } from '../core/input';
import { within } from '../core/within';
import { toVerdicts } from './verifier-answer';
import type { VoucherVerifier } from './voucher-verifier';

/** Default time limit for callbacks. */
const CALLBACK_TIMEOUT_MS = 30_000;
const MAX_CALLBACK_TIMEOUT_MS = 86_400_000n;
/** A verifier has its time for each so many vouchers. */
const VOUCHERS_A_TIMEOUT = 1_000;

/**
 * Asks a verifier about many vouchers, and waits for it no longer than so many milliseconds for each thousand.
 *
 * @throws `NO_ANSWER`; `VERIFIER_ANSWER_INVALID`; the reason of the signal; what the verifier throws.
 */
export function createBoundedVerifyAll(
    verifier: Pick<VoucherVerifier, 'verifyAll'>,
    milliseconds: number,
    abortSignal?: AbortSignal,
): VoucherVerifier['verifyAll'] {
    return async vouchers => {
        const allowedMs = milliseconds * Math.max(1, Math.ceil(vouchers.length / VOUCHERS_A_TIMEOUT));
        const answers = await within('the verifier', allowedMs, () => verifier.verifyAll(vouchers), abortSignal);
        return [...toVerdicts('verifier.verifyAll', answers, vouchers.length)];
    };
}

/** @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`. */
export function toCallbackTimeoutMs(value: unknown = CALLBACK_TIMEOUT_MS): number {
    return Number(toInteger('callbackTimeoutMs', value, 1n, MAX_CALLBACK_TIMEOUT_MS));
}
