import {
    getAddressDecoder,
    getBase58Decoder,
    getBase64Decoder,
    type Address,
    type Base64EncodedWireTransaction,
    type Signature,
} from '@solana/kit';

import type { SentTransaction } from '../../journal/journal';

// Transactions for journals, which look at nothing but their form.

export const channelOf = (index: number): Address => {
    const bytes = new Uint8Array(32).fill(7);
    new DataView(bytes.buffer).setUint32(0, index);
    return getAddressDecoder().decode(bytes);
};

export const signatureOf = (index: number): Signature => {
    const bytes = new Uint8Array(64).fill(9);
    new DataView(bytes.buffer).setUint32(0, index);
    return getBase58Decoder().decode(bytes) as Signature;
};

export const transactionOf = (index: number, channels: readonly Address[], wireBytes = 24): SentTransaction => ({
    channels: channels.map((channel, place) => ({
        actions: place % 2 === 0 ? ['settle'] : ['settleAndFinalize', 'distribute'],
        channel,
        cumulativeAmount: place % 3 === 0 ? BigInt(index) : undefined,
    })),
    feeLamports: 10_000n,
    // More than a number can hold.
    lastValidBlockHeight: 2n ** 60n + BigInt(index),
    signature: signatureOf(index),
    wireTransaction: getBase64Decoder().decode(new Uint8Array(wireBytes).fill(index)) as Base64EncodedWireTransaction,
});

export const [A, B, C] = [channelOf(1), channelOf(2), channelOf(3)];
export const FIRST = transactionOf(1, [A, B]);
export const SECOND = transactionOf(2, [B, C]);
