import { copyBytes } from '../core/bytes';
import { ED25519_UNSUPPORTED, VERIFIER_FAILED } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import { describe, refuseInput } from '../core/input';
import { within } from '../core/within';
import type { PackedKey, PackedVoucher } from './voucher-bytes';
import { getStrictnessCases, STRICTNESS_MESSAGE_LENGTH } from './strict-signature';

// Ed25519 by the Web Crypto API, which every runtime has that kit runs in. An engine that breaks down says nothing about
// a signature: its failure is an error, and is not remembered.

const ALGORITHM = 'Ed25519';
const BACKEND = 'webcrypto';
/** As long as other callbacks are waited for: an engine answers within a millisecond, or behind thousands of questions. */
export const ENGINE_TIMEOUT_MS = 30_000;

/** @throws `NO_ANSWER`; what the engine throws. */
async function ask<T>(milliseconds: number, question: () => Promise<T>): Promise<T> {
    return await within('the Web Crypto API', milliseconds, question);
}

/**
 * Imports a key that has passed the packer: one that is a point of the curve.
 *
 * @throws `ED25519_UNSUPPORTED` when the engine does not know Ed25519, `NO_ANSWER` when it says nothing, `VERIFIER_FAILED`
 * when it fails in another way.
 */
export async function importKey(
    subtle: SubtleCrypto,
    { bytes }: Pick<PackedKey, 'bytes'>,
    timeoutMs = ENGINE_TIMEOUT_MS,
): Promise<CryptoKey> {
    try {
        return await ask(timeoutMs, () => subtle.importKey('raw', copyBytes(bytes), ALGORITHM, true, ['verify']));
    } catch (cause) {
        if (isPaymentChannelsError(cause, 'NO_ANSWER')) throw cause;
        const reason = getReason(cause);
        if ((cause as Partial<Error> | undefined)?.name === 'NotSupportedError') {
            throw new PaymentChannelsError(ED25519_UNSUPPORTED, { reason }, { cause });
        }
        throw new PaymentChannelsError(VERIFIER_FAILED, { backend: BACKEND, reason }, { cause });
    }
}

/**
 * Whether a signature is good, of a voucher that has passed the packer.
 *
 * @throws `NO_ANSWER` when the engine says nothing, `VERIFIER_FAILED` when it fails, or answers neither yes nor no.
 */
export async function verifyPacked(
    subtle: SubtleCrypto,
    key: CryptoKey,
    { message, signature }: Pick<PackedVoucher, 'message' | 'signature'>,
    timeoutMs = ENGINE_TIMEOUT_MS,
): Promise<boolean> {
    const fail = (reason: string, cause?: unknown) =>
        new PaymentChannelsError(VERIFIER_FAILED, { backend: BACKEND, reason }, { cause });
    let answer: unknown;
    try {
        answer = await ask(timeoutMs, () =>
            subtle.verify(ALGORITHM, key, signature as Uint8Array<ArrayBuffer>, message as Uint8Array<ArrayBuffer>),
        );
    } catch (cause) {
        if (isPaymentChannelsError(cause, 'NO_ANSWER')) throw cause;
        // Not that the signature is bad, which the engine says without an error.
        throw fail(getReason(cause), cause);
    }
    if (typeof answer === 'boolean') return answer;
    throw fail(`it answered ${describe(answer)}`);
}

function getReason(cause: unknown): string {
    return cause instanceof Error ? cause.message : describe(cause);
}

/**
 * The promise of a key: the pending one, or a new one. A failed promise rejects for those who wait and is forgotten, so
 * that the next caller tries again.
 */
export function getOrStart<TKey extends WeakKey, T>(
    started: WeakMap<TKey, Promise<T>>,
    key: TKey,
    start: () => Promise<T>,
): Promise<T> {
    const known = started.get(key);
    if (known !== undefined) return known;
    const promise = start();
    started.set(key, promise);
    promise.catch(() => started.delete(key));
    return promise;
}

const proofs = new WeakMap<SubtleCrypto, Promise<void>>();
const proven = new WeakSet<SubtleCrypto>();

/**
 * Has an engine verify signatures of which it is known what the precompile says, once for each engine.
 *
 * @throws `ED25519_UNSUPPORTED` when it does not know Ed25519 or verifies it in another way, `NO_ANSWER` when it says
 * nothing, `VERIFIER_FAILED` when it breaks down; `INPUT_INVALID` for what is no engine.
 */
export async function assertEngineIsStrict(
    subtle: SubtleCrypto | undefined,
    timeoutMs = ENGINE_TIMEOUT_MS,
): Promise<SubtleCrypto> {
    if (subtle === undefined) {
        throw new PaymentChannelsError(ED25519_UNSUPPORTED, { reason: 'there is no crypto.subtle' });
    }
    if (typeof subtle !== 'object' || (subtle as unknown) === null) {
        refuseInput('options.subtle', 'the Web Crypto API of a runtime (crypto.subtle)', subtle);
    }
    if (!proven.has(subtle)) {
        try {
            // Somebody who waits longer may have started it.
            await ask(timeoutMs, () => getOrStart(proofs, subtle, () => proveStrict(subtle, timeoutMs)));
        } catch (error) {
            // The next one starts again, though this one may still be waited for.
            proofs.delete(subtle);
            throw error;
        }
        proven.add(subtle);
    }
    return subtle;
}

async function proveStrict(subtle: SubtleCrypto, timeoutMs: number): Promise<void> {
    const message = new Uint8Array(STRICTNESS_MESSAGE_LENGTH);
    for (const { isAccepted, publicKey, signature, title } of getStrictnessCases()) {
        const key = { bytes: publicKey };
        const imported = await importKey(subtle, key, timeoutMs);
        const isGood = await verifyPacked(subtle, imported, { message, signature }, timeoutMs);
        if (isGood === isAccepted) continue;
        const reason = isGood ? `it accepts a signature with ${title}` : `it does not accept ${title}`;
        throw new PaymentChannelsError(ED25519_UNSUPPORTED, { reason });
    }
}
