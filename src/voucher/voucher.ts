import type { Address, ReadonlyUint8Array, SignatureBytes } from '@solana/kit';

import { toResult } from '../core/json-form';
import { getByteCount } from '../core/bytes';
import { getPart, type DeploymentParts } from '../revision/deployment';
import { getInvalidDefinition } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readTerms, refuseInput, toAddress, toBytes, toI64, toU64 } from '../core/input';
import { assertIsNoVoucherOfOther } from '../revision/detect-other-revision';
import { assertIsSignedFor, copySignedFor } from './signed-for';

/** Length in bytes of an Ed25519 signature. */
export const SIGNATURE_LENGTH = 64;

/** A voucher: up to this total may be taken from this channel, until it expires. */
export type Voucher = Readonly<{
    /** Address of the channel that the voucher pays from. */
    channelId: Address;
    /** Total authorized over the life of the channel, in base units. */
    cumulativeAmount: bigint;
    /** Unix time in seconds from which the voucher is no longer accepted; 0 for never. */
    expiresAt: bigint;
}>;

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
 *
 * @example
 * ```ts
 * toVoucher({ channelId: channel, cumulativeAmount: 500_000 }).expiresAt; // 0n: it never expires
 * ```
 */
export function toVoucher(input: VoucherInput): Voucher {
    return toVoucherField('voucher', input);
}

/** {@link toVoucher} of one that has another name in an error. */
export function toVoucherField(field: string, input: VoucherInput): Voucher {
    const {
        channelId,
        cumulativeAmount,
        expiresAt = 0n,
    } = readVoucherMembers(
        field,
        '{ channelId, cumulativeAmount, expiresAt }',
        input,
        // No expiry given is none; null is no answer (JSON makes null of NaN) and is refused.
        ['channelId', 'cumulativeAmount', 'expiresAt'],
        ['expiresAt'],
    );
    return toResult({
        channelId: toAddress(`${field}.channelId`, channelId),
        cumulativeAmount: toU64(`${field}.cumulativeAmount`, cumulativeAmount),
        expiresAt: toI64(`${field}.expiresAt`, expiresAt),
    });
}

/**
 * Encodes a voucher to the bytes that are signed (docs/program.md, section 3.4): 50 on mainnet, the first two of which
 * say that it is a voucher.
 *
 * @throws As {@link toVoucher}.
 *
 * @example
 * ```ts
 * const message = encodeVoucher({ channelId: channel, cumulativeAmount: 500_000n }, MAINNET_DEPLOYMENT);
 * ```
 */
export function encodeVoucher(voucher: VoucherInput, deployment: DeploymentParts<'voucher'>): ReadonlyUint8Array {
    return getPart(deployment, 'voucher').getEncoder().encode(toVoucher(voucher));
}

/**
 * Decodes the bytes of a voucher.
 *
 * @throws `BYTES_LENGTH_INVALID` for fewer or more bytes than a voucher has, `REVISION_MISMATCH` for as many as one of
 * another revision has, `VOUCHER_INVALID` for another magic.
 *
 * @example
 * ```ts
 * const { channelId, cumulativeAmount, expiresAt } = decodeVoucher(bytes, MAINNET_DEPLOYMENT);
 * ```
 */
export function decodeVoucher(bytes: ReadonlyUint8Array, deployment: DeploymentParts<'voucher'>): Voucher {
    const { decode, getEncoder, revision } = getPart(deployment, 'voucher');
    const { fixedSize } = getEncoder();
    const count = getByteCount(bytes);
    if (count !== undefined) assertIsNoVoucherOfOther('voucher', count, revision);
    const { channelId, cumulativeAmount, expiresAt, magic } = decode(toBytes('voucher', bytes, fixedSize));
    const voucher = toResult({ channelId, cumulativeAmount, expiresAt });
    // The encoder writes the one magic that there is.
    if (magic?.some((byte, index) => byte !== encodeVoucher(voucher, deployment)[index])) {
        const value = [...magic].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
        const expected = 'the magic that every voucher of this revision begins with';
        throw new PaymentChannelsError(getInvalidDefinition('VOUCHER_INVALID'), {
            expected,
            field: 'voucher.magic',
            value,
        });
    }
    return voucher;
}

/**
 * Checks the form of a signed voucher; whether the signature is good is the business of {@link verifyVoucher}.
 *
 * @throws As {@link toVoucher}, `ADDRESS_INVALID` for the signer, `BYTES_LENGTH_INVALID` for the signature.
 *
 * @example
 * ```ts
 * const { signature, signer, voucher: terms } = toSignedVoucher(voucher);
 * ```
 */
export function toSignedVoucher(input: SignedVoucher): SignedVoucher {
    const names = ['signature', 'signer', 'voucher'] as const;
    const given = readVoucherMembers('signedVoucher', SIGNED_VOUCHER, input, names, []);
    return toResult({
        signature: copySignedFor(
            given.signature,
            toBytes('signature', given.signature, SIGNATURE_LENGTH) as SignatureBytes,
        ),
        signer: toAddress('signer', given.signer),
        voucher: toVoucher(given.voucher),
    });
}

/**
 * {@link toSignedVoucher} for a voucher that will be settled on a certain deployment.
 *
 * @throws As {@link toSignedVoucher}; `REVISION_MISMATCH` for one that is known to have been signed for another revision.
 */
export function toSignedVoucherFor(
    input: SignedVoucher,
    deployment: DeploymentParts<'voucher'>,
    field = 'signedVoucher',
): SignedVoucher {
    const signed = toSignedVoucher(input);
    assertIsSignedFor(field, signed.signature, deployment);
    return signed;
}

/**
 * A voucher as it is now, for who looks at it again later: nobody can change it meanwhile. What is no voucher is left as it
 * is, for who checks it to refuse.
 */
export function keepSignedVoucher(input: SignedVoucher | undefined): SignedVoucher | undefined {
    if (input === undefined) return undefined;
    try {
        return toSignedVoucher(input);
    } catch {
        return input;
    }
}

/** A signed voucher in words, for messages. */
export const SIGNED_VOUCHER = 'a signed voucher, { voucher, signer, signature }';

/** Members of a voucher, each read once. */
function readVoucherMembers<T extends object, TName extends keyof T & string>(
    field: string,
    expected: string,
    value: T,
    names: readonly TName[],
    optional: readonly NoInfer<TName>[],
): { [K in TName]: T[K] } {
    if (typeof value !== 'object' || value === null) refuseInput(field, expected, value, 'VOUCHER_INVALID');
    return readTerms(field, value, names, optional, 'VOUCHER_INVALID');
}
