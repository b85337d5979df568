import type { Address, TransactionSigner } from '@solana/kit';

import { toAddress, toSigner } from '../core/input';

/** Somebody who signs: here, or elsewhere. */
export type Party = Readonly<{ address: Address; signer: TransactionSigner | undefined }>;

/** @throws `ADDRESS_INVALID` or `SIGNER_INVALID`. */
export function toParty(field: string, value: Address | TransactionSigner): Party {
    if (typeof value !== 'object' || (value as unknown) === null) {
        return { address: toAddress(field, value), signer: undefined };
    }
    const signer = toSigner(field, value);
    return { address: signer.address, signer };
}
