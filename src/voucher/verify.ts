import { getPublicKeyFromAddress, verifySignature, type Address } from '@solana/kit';

import { toAddress } from '../input';
import { encodeVoucher, toSignedVoucher, type SignedVoucher } from './voucher';

/**
 * Whether the signature of a voucher is good and by the key it has to be by.
 *
 * This says nothing about the channel: not whether it is open, nor whether its deposit covers the voucher.
 *
 * @param authorizedSigner The channel's authorized signer. A voucher by any other key is not good, whatever it says of
 * its signer.
 * @throws As {@link toSignedVoucher}; `ADDRESS_INVALID` for the authorized signer.
 */
export async function verifyVoucher(signedVoucher: SignedVoucher, authorizedSigner: Address): Promise<boolean> {
    const { signature, signer, voucher } = toSignedVoucher(signedVoucher);
    if (signer !== toAddress('authorizedSigner', authorizedSigner)) return false;
    let publicKey: CryptoKey;
    try {
        publicKey = await getPublicKeyFromAddress(signer);
    } catch {
        // 32 bytes that are not a point of the curve: some engines refuse to import them, and no signature is theirs.
        return false;
    }
    return await verifySignature(publicKey, signature, encodeVoucher(voucher));
}
