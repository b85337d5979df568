import type { Address, ReadonlyUint8Array, SignatureBytes } from '@solana/kit';

import { getVoucherArgsDecoder, getVoucherArgsEncoder, type VoucherArgs } from '../../generated/tombstone';
import { PaymentChannelsError } from '../errors';
import { describe, toAddress, toBytes, toI64, toU64 } from '../input';

/** Bytes of an Ed25519 signature. */
export const SIGNATURE_LENGTH = 64;

/** What a voucher says: this much, in total, may be taken from this channel until then. */
export type Voucher = Readonly<VoucherArgs>;

/** A voucher as a caller writes it; see {@link toVoucher}. */
export type VoucherInput = Readonly<{
    /** Address of the channel that the voucher pays from. */
    channelId: Address;
    /** Total authorized over the life of the channel, in base units of the token (u64). */
    cumulativeAmount: bigint | number;
    /** Unix time in seconds from which the voucher is no longer accepted; 0, the default, for never. */
    expiresAt?: bigint | number | undefined;
}>;

/** A voucher with the signature that makes it good. */
export type SignedVoucher = Readonly<{
    voucher: Voucher;
    /** Address of the key that signed: the channel's authorized signer. */
    signer: Address;
    /** Ed25519 signature over the bytes of {@link encodeVoucher}. */
    signature: SignatureBytes;
}>;

/**
 * Checks the fields of a voucher.
 *
 * @throws By field: `ADDRESS_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`, `VOUCHER_INVALID`.
 */
export function toVoucher(input: VoucherInput): Voucher {
    if (typeof input !== 'object' || input === null) {
        throw new PaymentChannelsError('VOUCHER_INVALID', { field: 'voucher', value: describe(input) });
    }
    // No expiry given is none; null is no answer (JSON makes null of NaN) and is refused.
    const { channelId, cumulativeAmount, expiresAt = 0n } = input;
    return Object.freeze({
        channelId: toAddress('voucher.channelId', channelId),
        cumulativeAmount: toU64('voucher.cumulativeAmount', cumulativeAmount),
        expiresAt: toI64('voucher.expiresAt', expiresAt),
    });
}

/**
 * Encodes a voucher to the 48 bytes that are signed (spec section 3.4).
 *
 * @throws As {@link toVoucher}.
 */
export function encodeVoucher(voucher: VoucherInput): ReadonlyUint8Array {
    return getVoucherArgsEncoder().encode(toVoucher(voucher));
}

/**
 * Decodes the bytes of a voucher.
 *
 * @throws `BYTES_LENGTH_INVALID` for fewer or more bytes than a voucher has.
 */
export function decodeVoucher(bytes: ReadonlyUint8Array): Voucher {
    return Object.freeze(getVoucherArgsDecoder().decode(toBytes('voucher', bytes, getVoucherArgsEncoder().fixedSize)));
}

/**
 * Checks the form of a signed voucher; whether the signature is good is the business of {@link verifyVoucher}.
 *
 * @throws As {@link toVoucher}, `ADDRESS_INVALID` for the signer, `BYTES_LENGTH_INVALID` for the signature.
 */
export function toSignedVoucher(input: SignedVoucher): SignedVoucher {
    if (typeof input !== 'object' || input === null) {
        throw new PaymentChannelsError('VOUCHER_INVALID', { field: 'signedVoucher', value: describe(input) });
    }
    return Object.freeze({
        signature: toBytes('signature', input.signature, SIGNATURE_LENGTH) as SignatureBytes,
        signer: toAddress('signer', input.signer),
        voucher: toVoucher(input.voucher),
    });
}
