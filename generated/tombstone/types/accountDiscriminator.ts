/**
 * Rendered from the program's Codama IDL by `just generate`: do not edit, change the IDL or codegen/ instead.
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
    Channel = 1,
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
