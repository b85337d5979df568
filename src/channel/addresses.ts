import type { Address, ProgramDerivedAddress } from '@solana/kit';
import { findAssociatedTokenPda } from '@solana-program/token';

import { findChannelPda as findGeneratedChannelPda } from '../../generated/tombstone';
import { getProgramConfig, LOCALNET_DEPLOYMENT, type DeploymentConfig } from '../deployment';
import { toAddress, toTokenProgram, toU64 } from '../input';

/** What the address of a channel follows from. */
export type ChannelSeedsInput = Readonly<{
    /** Wallet that locks the deposit. */
    payer: Address;
    /** Wallet that is paid by vouchers. */
    payee: Address;
    /** Mint of the deposited token. */
    mint: Address;
    /** Ed25519 key that signs the vouchers. */
    authorizedSigner: Address;
    /** Number that tells apart channels with the same four parties (u64). */
    salt: bigint | number;
}>;

/** A mint and the token program that owns it. */
export type TokenInput = Readonly<{
    /** Mint of the token. */
    mint: Address;
    /** Token program that owns the mint: SPL Token (the default) or Token-2022. */
    tokenProgram?: Address | undefined;
}>;

/**
 * Derives the address of a channel and its bump (spec section 2).
 *
 * @throws `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for a bad seed, by name.
 */
export async function findChannelPda(
    seeds: ChannelSeedsInput,
    config: DeploymentConfig = {},
): Promise<ProgramDerivedAddress> {
    return await findGeneratedChannelPda(
        {
            authorizedSigner: toAddress('authorizedSigner', seeds.authorizedSigner),
            mint: toAddress('mint', seeds.mint),
            payee: toAddress('payee', seeds.payee),
            payer: toAddress('payer', seeds.payer),
            salt: toU64('salt', seeds.salt),
        },
        getProgramConfig(config),
    );
}

/**
 * Derives the address of a channel's escrow: its associated token account, which holds the deposit.
 *
 * @throws `ADDRESS_INVALID` or `TOKEN_PROGRAM_UNSUPPORTED` for a bad field, by name.
 */
export async function findEscrowPda(
    input: Readonly<{ channel: Address }> & TokenInput,
): Promise<ProgramDerivedAddress> {
    return await findTokenPda('channel', input.channel, input);
}

/**
 * Derives the address of the treasury's token account for a mint, which `distribute` has to name.
 *
 * @throws `ADDRESS_INVALID` or `TOKEN_PROGRAM_UNSUPPORTED` for a bad field, by name.
 */
export async function findTreasuryTokenPda(
    input: TokenInput,
    config: DeploymentConfig = {},
): Promise<ProgramDerivedAddress> {
    const { treasuryOwner = LOCALNET_DEPLOYMENT.treasuryOwner } = config;
    return await findTokenPda('config.treasuryOwner', treasuryOwner, input);
}

/** The associated token account of a wallet; `field` is the name of the wallet in an error. */
export async function findTokenPda(field: string, owner: Address, token: TokenInput): Promise<ProgramDerivedAddress> {
    return await findAssociatedTokenPda({
        mint: toAddress('mint', token.mint),
        owner: toAddress(field, owner),
        tokenProgram: toTokenProgram('tokenProgram', token.tokenProgram),
    });
}
