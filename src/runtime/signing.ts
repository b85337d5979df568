import { readTerms, toAbortSignal, toInteger } from '../core/input';
import { within } from '../core/within';

/** How long to wait for a signer, which may be a wallet that prompts a person or a service that is down. */
export type SignerWait = Readonly<{
    /** Milliseconds after which it fails with `NO_ANSWER`; 120,000 by default, after which a blockhash has expired. */
    signTimeoutMs?: number | undefined;
    /** Ends the waiting with its reason. */
    abortSignal?: AbortSignal | undefined;
}>;

/** How long to wait, once it is known to be a time. */
export type CheckedSignerWait = Readonly<{ abortSignal: AbortSignal | undefined; signTimeoutMs: number }>;

const NAMES = ['abortSignal', 'signTimeoutMs'] as const satisfies readonly (keyof SignerWait)[];
const SIGN_TIMEOUT_MS = 120_000;
const MAX_SIGN_TIMEOUT_MS = 86_400_000n;

/**
 * Says how long a caller wants to wait, before anybody is asked to sign.
 *
 * @param field What errors call the object that says so, which may say other things as well.
 * @throws `INPUT_INVALID` for a name that is misspelt, or a signal that is none; `INTEGER_NOT_EXACT` or
 * `INTEGER_OUT_OF_RANGE` for the time.
 */
export function toSignerWait(field: string, value: SignerWait): CheckedSignerWait {
    const { abortSignal, signTimeoutMs = SIGN_TIMEOUT_MS } = readTerms(field, value, NAMES, NAMES);
    return {
        abortSignal: toAbortSignal('abortSignal', abortSignal),
        signTimeoutMs: Number(toInteger('signTimeoutMs', signTimeoutMs, 1n, MAX_SIGN_TIMEOUT_MS)),
    };
}

/**
 * Waits for a signer; its signal is one of its own, so that no signer leaves a listener on that of the caller.
 *
 * @throws `NO_ANSWER`; the reason of the signal; what the signer throws.
 */
export async function waitForSigner<T>(
    address: string,
    { abortSignal, signTimeoutMs }: CheckedSignerWait,
    sign: (options: Readonly<{ abortSignal: AbortSignal }>) => Promise<T> | T,
): Promise<T> {
    return await within(`signer ${address}`, signTimeoutMs, own => sign({ abortSignal: own }), abortSignal);
}
