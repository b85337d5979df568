import type { Address, ReadonlyUint8Array, SignatureBytes } from '@solana/kit';

import { isOnCurve } from '../runtime/derive/on-curve';
import { isPaymentChannelsError } from '../core/errors';
import {
    assertHasNoMisspelt,
    refuseInput,
    toAddress,
    toAddressBytes,
    toBytes,
    toI64,
    toU64,
    U64_MAX,
} from '../core/input';
import { findFieldRange } from '../core/field-range';
import type { VoucherLayout } from '../revision/parts';
import { LruCache } from '../core/lru';
import { copySignedFor } from './signed-for';
import { isStrictPoint, isStrictSignature } from './strict-signature';
import { SIGNATURE_LENGTH, SIGNED_VOUCHER, type SignedVoucher } from './voucher';

// What verifying needs of a voucher, as bytes. The codecs of kit spend more time on the base58 of two addresses than
// an engine does on the signature; channels and signers come back with every voucher, so their bytes are remembered.

/** A key that vouchers are verified with, and whether the precompile accepts it: a point of the curve, of large order. */
export type PackedKey = Readonly<{ bytes: ReadonlyUint8Array; isStrict: boolean }>;

/** The input of an engine. The signature and the key have the form that the precompile accepts. */
export type PackedVoucher = Readonly<{ key: PackedKey; message: Uint8Array; signature: ReadonlyUint8Array }>;

/** Makes the bytes of vouchers, in the layout of the encoder that it was made with. */
export type VoucherPacker = Readonly<{
    messageLength: number;
    /**
     * Checks the form of a signed voucher and packs it.
     *
     * @returns `undefined` for a voucher that no engine has to look at: by another signer than the authorized one, or
     * with a key or signature that the precompile refuses.
     * @throws As {@link toSignedVoucher}; `ADDRESS_INVALID` for the authorized signer.
     */
    pack: (signedVoucher: SignedVoucher, authorizedSigner: Address) => PackedVoucher | undefined;
}>;

/**
 * @param cacheSize How many channels and how many keys are remembered at most.
 * @param layout The layout of the revision's vouchers.
 */
export function createVoucherPacker(cacheSize: number, layout: VoucherLayout): VoucherPacker {
    const encoder = layout.getEncoder();
    const keys = new LruCache<Address, PackedKey>(cacheSize);
    const templates = new LruCache<Address, ReadonlyUint8Array>(cacheSize);
    const amountOffset = findOffset(encoder, 'cumulativeAmount', U64_MAX);
    const expiryOffset = findOffset(encoder, 'expiresAt', -1n);

    const getKey = (address: Address): PackedKey =>
        keys.getOrMake(address, () => {
            const bytes = toAddressBytes('authorizedSigner', address);
            // An engine that fails to import a key is then one that is broken: nothing is wrong with the key.
            return Object.freeze({ bytes, isStrict: isStrictPoint(bytes) && isOnCurve(bytes) });
        });
    const getMessage = ({ channelId: channelIdInput, cumulativeAmount, expiresAt = 0n }: SignedVoucher['voucher']) => {
        const channelId = toCacheKey('voucher.channelId', channelIdInput);
        const template = templates.getOrMake(channelId, () =>
            encoder.encode({
                channelId: toAddress('voucher.channelId', channelId),
                cumulativeAmount: 0n,
                expiresAt: 0n,
            }),
        );
        const message = template.slice();
        const view = new DataView(message.buffer);
        view.setBigUint64(amountOffset, toU64('voucher.cumulativeAmount', cumulativeAmount), true);
        view.setBigInt64(expiryOffset, toI64('voucher.expiresAt', expiresAt), true);
        return message;
    };

    return Object.freeze({
        messageLength: encoder.fixedSize,
        pack: (signedVoucher: SignedVoucher, authorizedSignerInput: Address) => {
            const { signature: signatureInput, signer, voucher } = readSignedVoucher(signedVoucher);
            // A copy: the caller may change its bytes while an engine is at work.
            const copy = toBytes('signature', signatureInput, SIGNATURE_LENGTH) as SignatureBytes;
            const signature = copySignedFor(signatureInput, copy);
            const message = getMessage(voucher);
            const authorizedSigner = toCacheKey('authorizedSigner', authorizedSignerInput);
            const key = getKey(authorizedSigner);
            if (signer !== authorizedSigner && toAddress('signer', signer) !== authorizedSigner) return undefined;
            return key.isStrict && isStrictSignature(signature) ? { key, message, signature } : undefined;
        },
    });
}

/** The parts of a signed voucher, each read once and none of them checked. */
export function readSignedVoucher(value: SignedVoucher): SignedVoucher {
    const refuse = (field: string, expected: string, given: unknown): never =>
        refuseInput(field, expected, given, 'VOUCHER_INVALID');
    if (typeof value !== 'object' || value === null) refuse('signedVoucher', SIGNED_VOUCHER, value);
    try {
        const { signature, signer, voucher } = value;
        if (typeof voucher !== 'object' || voucher === null) {
            return refuse('voucher', '{ channelId, cumulativeAmount, expiresAt }', voucher);
        }
        const { channelId, cumulativeAmount, expiresAt } = voucher;
        if (expiresAt === undefined) assertHasNoMisspelt('voucher', voucher, ['expiresAt'], 'VOUCHER_INVALID');
        return { signature, signer, voucher: { channelId, cumulativeAmount, expiresAt } };
    } catch (cause) {
        if (isPaymentChannelsError(cause)) throw cause;
        return refuseInput('signedVoucher', 'a voucher that can be read', value, 'VOUCHER_INVALID', { cause });
    }
}

/** An address as text, whatever it was given as: objects change, and what is remembered of them would not. */
function toCacheKey(field: string, value: Address): Address {
    return typeof value === 'string' ? value : toAddress(field, value);
}

/** The offset of a field in the encoded voucher. */
function findOffset(
    encoder: ReturnType<VoucherLayout['getEncoder']>,
    field: 'cumulativeAmount' | 'expiresAt',
    allBitsSet: bigint,
): number {
    const blank = { channelId: BLANK_CHANNEL, cumulativeAmount: 0n, expiresAt: 0n };
    const zeros = encoder.encode(blank);
    return findFieldRange(zeros, encoder.encode({ ...blank, [field]: allBitsSet }))![0];
}

const BLANK_CHANNEL = '11111111111111111111111111111111' as Address;
