/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    combineCodec,
    getEnumDecoder,
    getEnumEncoder,
    type FixedSizeCodec,
    type FixedSizeDecoder,
    type FixedSizeEncoder,
} from '@solana/kit';

/** Why a payout was redirected to the treasury. */
export enum RedirectReason {
    /** The token account has an extension that the program refuses. */
    UnsupportedExtension = 0,
    /** The token account does not exist or cannot be read. */
    ClosedOrMalformed = 1,
    /** The token account is not initialized, or is frozen. */
    NotInitialized = 2,
    /** The token account belongs to another wallet or mint. */
    ReassignedAuthority = 3,
}

export type RedirectReasonArgs = RedirectReason;

export function getRedirectReasonEncoder(): FixedSizeEncoder<RedirectReasonArgs> {
    return getEnumEncoder(RedirectReason);
}

export function getRedirectReasonDecoder(): FixedSizeDecoder<RedirectReason> {
    return getEnumDecoder(RedirectReason);
}

export function getRedirectReasonCodec(): FixedSizeCodec<RedirectReasonArgs, RedirectReason> {
    return combineCodec(getRedirectReasonEncoder(), getRedirectReasonDecoder());
}
