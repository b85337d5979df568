import { getAddressDecoder, type Address } from '@solana/kit';

import { type RevisionFacts } from '../revisions';
import { refuse } from './refusal';

// docs/program.md, section 5: the data is parsed before any account is looked at.

const addressDecoder = getAddressDecoder();

export type PlanEntry = Readonly<{ recipient: Address; bps: number }>;
export type Plan = Readonly<{ entries: readonly PlanEntry[]; payeeBps: number; preimage: Uint8Array }>;
export type VoucherFields = Readonly<{
    channelId: Address;
    cumulativeAmount: bigint;
    expiresAt: bigint;
    bytes: Uint8Array;
}>;

export const u16 = (bytes: Uint8Array, offset: number): number => view(bytes).getUint16(offset, true);
export const u32 = (bytes: Uint8Array, offset: number): number => view(bytes).getUint32(offset, true);
export const u64 = (bytes: Uint8Array, offset: number): bigint => view(bytes).getBigUint64(offset, true);
export const i64 = (bytes: Uint8Array, offset: number): bigint => view(bytes).getBigInt64(offset, true);

function view(bytes: Uint8Array): DataView {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The arguments behind the discriminator, of an instruction whose length is fixed. */
export function parseFixed(data: Uint8Array, length: number): Uint8Array {
    if (data.length !== length) refuse('InvalidInstructionData');
    return data.subarray(1);
}

/** Section 5.1. */
export function parsePlan(preimage: Uint8Array): Plan {
    if (preimage.length < 4) refuse('InvalidInstructionData');
    const count = u32(preimage, 0);
    if (count > 32) refuse(260);
    if (preimage.length !== 4 + 34 * count) refuse('InvalidInstructionData');

    const entries: PlanEntry[] = [];
    for (let offset = 4; offset < preimage.length; offset += 34) {
        const recipient = addressDecoder.decode(preimage, offset);
        const bps = u16(preimage, offset + 32);
        if (bps === 0) refuse(261);
        if (entries.some(entry => entry.recipient === recipient)) refuse(263);
        entries.push({ bps, recipient });
    }
    const sum = entries.reduce((total, { bps }) => total + bps, 0);
    if (sum > 10_000) refuse(261);
    return { entries, payeeBps: 10_000 - sum, preimage };
}

/** Section 3.4 (epoch 3.3). */
export function parseVoucher(bytes: Uint8Array, { voucherLength, voucherMagic }: RevisionFacts): VoucherFields {
    const start = voucherMagic.length;
    return {
        bytes: bytes.slice(0, voucherLength),
        channelId: addressDecoder.decode(bytes, start),
        cumulativeAmount: u64(bytes, start + 32),
        expiresAt: i64(bytes, start + 40),
    };
}
