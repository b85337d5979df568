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

/** First byte of each account of the program. */
export enum AccountDiscriminator {
    /** A channel. */
    Channel = 1,
    /** Reserved: the tombstone of a channel that an older deployment closed. */
    ClosedChannel = 2,
}

export type AccountDiscriminatorArgs = AccountDiscriminator;

export function getAccountDiscriminatorEncoder(): FixedSizeEncoder<AccountDiscriminatorArgs> {
    return getEnumEncoder(AccountDiscriminator, { useValuesAsDiscriminators: true });
}

export function getAccountDiscriminatorDecoder(): FixedSizeDecoder<AccountDiscriminator> {
    return getEnumDecoder(AccountDiscriminator, { useValuesAsDiscriminators: true });
}

export function getAccountDiscriminatorCodec(): FixedSizeCodec<AccountDiscriminatorArgs, AccountDiscriminator> {
    return combineCodec(getAccountDiscriminatorEncoder(), getAccountDiscriminatorDecoder());
}
