import { PaymentChannelsError } from '../errors';
import type { PackedKey, PackedVoucher } from './packer';
import { getStrictnessCases, STRICTNESS_MESSAGE_LENGTH } from './strict-signature';

// Ed25519 by the Web Crypto API, which every runtime has that kit runs in.

const ALGORITHM = 'Ed25519';

/** Imports a key; `undefined` when its bytes are no point of the curve, which some engines notice and some do not. */
export async function importKey(subtle: SubtleCrypto, { bytes }: PackedKey): Promise<CryptoKey | undefined> {
    try {
        return await subtle.importKey('raw', bytes as Uint8Array<ArrayBuffer>, ALGORITHM, true, ['verify']);
    } catch {
        return undefined;
    }
}

/** Whether a signature is good, of a voucher that has passed the packer. */
export async function verifyPacked(
    subtle: SubtleCrypto,
    key: CryptoKey | undefined,
    { message, signature }: PackedVoucher,
): Promise<boolean> {
    if (key === undefined) return false;
    try {
        return await subtle.verify(
            ALGORITHM,
            key,
            signature as Uint8Array<ArrayBuffer>,
            message as Uint8Array<ArrayBuffer>,
        );
    } catch (cause) {
        // Not that the signature is bad, which the engine says without an error.
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new PaymentChannelsError('VERIFIER_FAILED', { backend: 'webcrypto', reason }, { cause });
    }
}

const trusted = new WeakMap<SubtleCrypto, Promise<void>>();

/**
 * Has an engine verify signatures of which it is known what the precompile says, once for each engine.
 *
 * @throws `ED25519_UNSUPPORTED` when it does not know Ed25519 or verifies it in another way.
 */
export async function assertEngineIsStrict(subtle: SubtleCrypto | undefined): Promise<SubtleCrypto> {
    if (subtle === undefined) {
        throw new PaymentChannelsError('ED25519_UNSUPPORTED', { reason: 'there is no crypto.subtle' });
    }
    let proof = trusted.get(subtle);
    if (proof === undefined) {
        proof = proveStrict(subtle);
        trusted.set(subtle, proof);
    }
    await proof;
    return subtle;
}

async function proveStrict(subtle: SubtleCrypto): Promise<void> {
    const message = new Uint8Array(STRICTNESS_MESSAGE_LENGTH);
    for (const { isAccepted, publicKey, signature, title } of getStrictnessCases()) {
        const key = { bytes: publicKey, isStrict: true };
        const isGood = await verifyPacked(subtle, await importKey(subtle, key), { key, message, signature });
        if (isGood === isAccepted) continue;
        const reason = isGood ? `it accepts a signature with ${title}` : `it does not accept ${title}`;
        throw new PaymentChannelsError('ED25519_UNSUPPORTED', { reason });
    }
}
