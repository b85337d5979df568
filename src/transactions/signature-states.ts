import {
    isOffCurveAddress,
    type Address,
    type ReadonlyUint8Array,
    type SignatureBytes,
    type Transaction,
} from '@solana/kit';

import { toAddressBytes } from '../core/input';
import { isStrictPoint } from '../voucher/strict-signature';
import { assertEngineIsStrict, importKey, verifyPacked } from '../voucher/web-crypto';

/** State of the signature of one signer of a transaction. */
export type SignatureState = 'invalid' | 'missing' | 'valid';

/**
 * The state of each signature of a transaction, in the order of its signers.
 *
 * @throws `ED25519_UNSUPPORTED`, `NO_ANSWER` or `VERIFIER_FAILED` where the Web Crypto API can't tell.
 */
export async function getSignatureStates(transaction: Transaction): Promise<ReadonlyMap<Address, SignatureState>> {
    const entries = Object.entries(transaction.signatures) as [Address, SignatureBytes | null][];
    return new Map(
        await Promise.all(
            entries.map(async ([address, signature]): Promise<[Address, SignatureState]> => [
                address,
                signature === null ? 'missing' : await verify(transaction, address, signature),
            ]),
        ),
    );
}

async function verify(transaction: Transaction, address: Address, signature: SignatureBytes): Promise<SignatureState> {
    return (await isSignedBy(address, signature, transaction.messageBytes)) ? 'valid' : 'invalid';
}

/**
 * Whether a signature is one of an address for a message, as the cluster sees it.
 *
 * @throws `ED25519_UNSUPPORTED`, `NO_ANSWER` or `VERIFIER_FAILED` where the Web Crypto API can't tell.
 */
export async function isSignedBy(
    address: Address,
    signature: ReadonlyUint8Array,
    messageBytes: ReadonlyUint8Array,
): Promise<boolean> {
    const bytes = toAddressBytes('signer', address);
    // Nothing is signed by what is no key; what the engine makes of it differs from one to the other.
    if (isOffCurveAddress(address) || !isStrictPoint(bytes)) return false;
    const subtle = await assertEngineIsStrict(globalThis.crypto?.subtle);
    const message = new Uint8Array(messageBytes);
    const key = await importKey(subtle, { bytes });
    return await verifyPacked(subtle, key, { message, signature: signature as SignatureBytes });
}
