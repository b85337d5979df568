import {
    getPublicKeyFromAddress,
    verifySignature,
    type Address,
    type SignatureBytes,
    type Transaction,
} from '@solana/kit';

/** How the signature of one signer of a transaction stands. */
export type SignatureState = 'invalid' | 'missing' | 'valid';

/** The state of each signature of a transaction, in the order of its signers. */
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
    try {
        const key = await getPublicKeyFromAddress(address);
        return (await verifySignature(key, signature, transaction.messageBytes)) ? 'valid' : 'invalid';
    } catch {
        // An address that is no point of the curve can't be imported as a key, and nothing is signed by it.
        return 'invalid';
    }
}
