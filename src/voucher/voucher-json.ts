import { getBase58Decoder, type SignatureBytes } from '@solana/kit';

import { I64_MAX, I64_MIN, U64_MAX } from '../core/input';
import { fromJsonText, readAddress, readBase58, readDecimal, readObject } from '../core/strict-json';
import {
    SIGNATURE_LENGTH,
    toSignedVoucher,
    toVoucher,
    type SignedVoucher,
    type Voucher,
    type VoucherInput,
} from './voucher';

/** A voucher in JSON. There is one way to write each voucher, apart from an alias and the order of the fields. */
export type VoucherJson = Readonly<{
    /** Address of the channel, in base58. */
    channelId: string;
    /** Total authorized over the life of the channel, in base units: decimal digits. `cumulative` is read as well. */
    cumulativeAmount: string;
    /** Unix time in seconds from which the voucher is no longer accepted: decimal digits. Left out for never. */
    expiresAt?: string;
}>;

/** A signed voucher in JSON. */
export type SignedVoucherJson = Readonly<{
    voucher: VoucherJson;
    /** Address of the key that signed, in base58. */
    signer: string;
    /** Ed25519 signature, in base58. */
    signature: string;
}>;

const getVoucherNames = () => ({ optional: ['expiresAt'], required: ['channelId', 'cumulativeAmount'] });
const getVoucherAliases = () => new Map([['cumulative', 'cumulativeAmount']]);
const getSignedVoucherNames = () => ({ required: ['voucher', 'signer', 'signature'] });

/**
 * Reads a voucher from JSON that came over a wire.
 *
 * Amounts and times are strings of decimal digits in their one shortest form: no JSON numbers, which lose what exceeds
 * 2^53, no signs, leading zeros or exponents. `cumulative` is taken for `cumulativeAmount`. A voucher that never expires
 * leaves out `expiresAt`, or says `"0"`, as its bytes do.
 *
 * @param input A string is the JSON text; anything else is the value that somebody else parsed from one. Only a text can
 * be checked for names that stand in it twice.
 * @throws By field: `JSON_FIELD_UNKNOWN`, `JSON_FIELD_MISSING`, `JSON_FIELD_MISTYPED`, `JSON_FIELD_REPEATED`,
 * `ADDRESS_INVALID`, `INTEGER_OUT_OF_RANGE`; `JSON_MALFORMED` for a text that is no JSON or over 4,096 characters.
 *
 * @example
 * ```ts
 * const { channelId, cumulativeAmount } = parseVoucherJson(await request.text());
 * ```
 */
export function parseVoucherJson(input: unknown): Voucher {
    return readVoucher(fromJsonText('voucher', input));
}

function readVoucher(value: unknown): Voucher {
    const fields = readObject('voucher', value, getVoucherNames(), getVoucherAliases());
    return toVoucher({
        channelId: readAddress('voucher.channelId', fields.get('channelId')),
        cumulativeAmount: readDecimal('voucher.cumulativeAmount', fields.get('cumulativeAmount'), 0n, U64_MAX),
        expiresAt: fields.has('expiresAt')
            ? readDecimal('voucher.expiresAt', fields.get('expiresAt'), I64_MIN, I64_MAX)
            : undefined,
    });
}

/**
 * Reads a signed voucher from JSON that came over a wire: `voucher` as {@link parseVoucherJson} does, `signer` and
 * `signature` in base58. Whether the signature is good is the business of {@link verifyVoucher}.
 *
 * @param input A string is the JSON text; anything else is the value that somebody else parsed from one.
 * @throws As {@link parseVoucherJson}.
 *
 * @example
 * ```ts
 * const signedVoucher = parseSignedVoucherJson(await request.text());
 * ```
 */
export function parseSignedVoucherJson(input: unknown): SignedVoucher {
    const fields = readObject('signedVoucher', fromJsonText('signedVoucher', input), getSignedVoucherNames());
    return Object.freeze({
        signature: readBase58('signature', fields.get('signature'), SIGNATURE_LENGTH) as SignatureBytes,
        signer: readAddress('signer', fields.get('signer')),
        voucher: readVoucher(fields.get('voucher')),
    });
}

/**
 * The JSON form of a voucher, for JSON.stringify.
 *
 * @throws As {@link toVoucher}.
 *
 * @example
 * ```ts
 * toVoucherJson({ channelId: channel, cumulativeAmount: 500_000n }).cumulativeAmount; // '500000'
 * ```
 */
export function toVoucherJson(voucher: VoucherInput): VoucherJson {
    const { channelId, cumulativeAmount, expiresAt } = toVoucher(voucher);
    return Object.freeze({
        channelId,
        cumulativeAmount: `${cumulativeAmount}`,
        ...(expiresAt === 0n ? {} : { expiresAt: `${expiresAt}` }),
    });
}

/**
 * The JSON form of a signed voucher, for JSON.stringify.
 *
 * @throws As {@link toSignedVoucher}.
 *
 * @example
 * ```ts
 * const body = JSON.stringify(toSignedVoucherJson(voucher));
 * ```
 */
export function toSignedVoucherJson(signedVoucher: SignedVoucher): SignedVoucherJson {
    const { signature, signer, voucher } = toSignedVoucher(signedVoucher);
    return Object.freeze({ signature: getBase58Decoder().decode(signature), signer, voucher: toVoucherJson(voucher) });
}
