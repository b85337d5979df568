/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getI64Encoder as getI64EncoderOfKit,
    getU16Encoder as getU16EncoderOfKit,
    getU32Encoder as getU32EncoderOfKit,
    getU64Encoder as getU64EncoderOfKit,
    getU8Encoder as getU8EncoderOfKit,
    SOLANA_ERROR__CODECS__NUMBER_OUT_OF_RANGE,
    SolanaError,
    transformEncoder,
} from '@solana/kit';

export { getI64Decoder, getU16Decoder, getU32Decoder, getU64Decoder, getU8Decoder } from '@solana/kit';

/** Kit's encoder of i64, for nothing but whole numbers in its range. */
export function getI64Encoder(
    config?: Parameters<typeof getI64EncoderOfKit>[0],
): ReturnType<typeof getI64EncoderOfKit> {
    return transformEncoder(getI64EncoderOfKit(config), (value: bigint | number) =>
        toExact('i64', -9223372036854775808n, 9223372036854775807n, value),
    );
}

/** Kit's encoder of u16, for nothing but whole numbers in its range. */
export function getU16Encoder(
    config?: Parameters<typeof getU16EncoderOfKit>[0],
): ReturnType<typeof getU16EncoderOfKit> {
    return transformEncoder(getU16EncoderOfKit(config), (value: bigint | number) => toExact('u16', 0, 65535, value));
}

/** Kit's encoder of u32, for nothing but whole numbers in its range. */
export function getU32Encoder(
    config?: Parameters<typeof getU32EncoderOfKit>[0],
): ReturnType<typeof getU32EncoderOfKit> {
    return transformEncoder(getU32EncoderOfKit(config), (value: bigint | number) =>
        toExact('u32', 0, 4294967295, value),
    );
}

/** Kit's encoder of u64, for nothing but whole numbers in its range. */
export function getU64Encoder(
    config?: Parameters<typeof getU64EncoderOfKit>[0],
): ReturnType<typeof getU64EncoderOfKit> {
    return transformEncoder(getU64EncoderOfKit(config), (value: bigint | number) =>
        toExact('u64', 0, 18446744073709551615n, value),
    );
}

/** Kit's encoder of u8, for nothing but whole numbers in its range. */
export function getU8Encoder(): ReturnType<typeof getU8EncoderOfKit> {
    return transformEncoder(getU8EncoderOfKit(), (value: bigint | number) => toExact('u8', 0, 255, value));
}

/** The value if it is a whole number in a range that has not lost digits on its way here. */
function toExact(format: string, min: bigint | number, max: bigint | number, value: bigint | number): bigint | number {
    const isExact = typeof value === 'bigint' || Number.isSafeInteger(value);
    if (isExact && value >= min && value <= max) return value;
    throw new SolanaError(SOLANA_ERROR__CODECS__NUMBER_OUT_OF_RANGE, {
        codecDescription: isExact ? format : `${format}, from a bigint or a safe integer`,
        max,
        min,
        value,
    });
}
