import { toInteger } from './input';
import { within } from './within';

/** How long to wait for a signer, which may be a wallet that asks a person, or a service that is down. */
export type SignerWait = Readonly<{
    /** Milliseconds after which it fails with `NO_ANSWER`; 120,000 by default, after which a blockhash has expired. */
    signTimeoutMs?: number | undefined;
    /** Ends the waiting with its reason. */
    abortSignal?: AbortSignal | undefined;
}>;

const SIGN_TIMEOUT_MS = 120_000;
const MAX_SIGN_TIMEOUT_MS = 86_400_000n;

/**
 * Waits for a signer; its signal is one of its own, so that no signer leaves a listener on that of the caller.
 *
 * @throws `NO_ANSWER`; `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the time; the reason of the signal; what the
 * signer throws.
 */
export async function waitForSigner<T>(
    address: string,
    { abortSignal, signTimeoutMs = SIGN_TIMEOUT_MS }: SignerWait,
    sign: (options: Readonly<{ abortSignal: AbortSignal }>) => Promise<T> | T,
): Promise<T> {
    const timeout = Number(toInteger('signTimeoutMs', signTimeoutMs, 1n, MAX_SIGN_TIMEOUT_MS));
    return await within(`signer ${address}`, timeout, own => sign({ abortSignal: own }), abortSignal);
}
