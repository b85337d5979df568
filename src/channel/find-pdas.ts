import type { Address, MessageSigner, ProgramDerivedAddress, TransactionSigner } from '@solana/kit';

import type { DeploymentParts } from '../revision/deployment';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import { deriveTokenPda, findChannelPdaSync, findEscrowPdaSync, findTreasuryTokenPdaSync } from './find-pdas-sync';

/** A wallet or a key: its address, or a signer that has it, so that one object of terms fits every function. */
export type AddressOrSigner = Address | MessageSigner | TransactionSigner;

/** The seeds of a channel's address. The terms that `open` takes include them. */
export type ChannelSeedsInput<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** Wallet that locks the deposit. */
    payer: AddressOrSigner;
    /** Wallet that is paid by vouchers. */
    payee: AddressOrSigner;
    /** Mint of the deposited token. */
    mint: Address;
    /** Ed25519 key that signs the vouchers; the payer where it is left out, as for `open`. */
    authorizedSigner?: AddressOrSigner;
    /** Number that distinguishes channels with the same four parties (u64). */
    salt: bigint | number;
}> &
    RevisionTypes[TRevision]['seeds'];

/** A mint and the token program that owns it. */
export type TokenInput = Readonly<{
    /** Mint of the token. */
    mint: Address;
    /** Token program that owns the mint: SPL Token (the default) or Token-2022. */
    tokenProgram?: Address | undefined;
}>;

/**
 * Derives the address of a channel and its bump (docs/program.md, section 2).
 *
 * @throws `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for a bad seed, by name.
 *
 * @example
 * ```ts
 * const seeds = { authorizedSigner: payer.address, mint, openSlot, payee, payer, salt: 1n };
 * const [channel, bump] = await findChannelPda(seeds, MAINNET_DEPLOYMENT);
 * ```
 */
export async function findChannelPda<TRevision extends RevisionName>(
    seeds: ChannelSeedsInput<TRevision>,
    deployment: DeploymentParts<'programAddress' | 'revision' | 'seeds', TRevision>,
): Promise<ProgramDerivedAddress> {
    return findChannelPdaSync(seeds, deployment);
}

/**
 * Derives the address of a channel's escrow: its associated token account, which holds the deposit.
 *
 * @throws `ADDRESS_INVALID` or `TOKEN_PROGRAM_UNSUPPORTED` for a bad field, by name.
 *
 * @example
 * ```ts
 * const [escrow] = await findEscrowPda({ channel, mint });
 * ```
 */
export async function findEscrowPda(
    input: Readonly<{ channel: Address }> & TokenInput,
): Promise<ProgramDerivedAddress> {
    return findEscrowPdaSync(input);
}

/**
 * Derives the address of the treasury's token account for a mint, which `distribute` has to name.
 *
 * @throws `ADDRESS_INVALID` or `TOKEN_PROGRAM_UNSUPPORTED` for a bad field, by name.
 *
 * @example
 * ```ts
 * const [treasury] = await findTreasuryTokenPda(
 *     { mint, tokenProgram: TOKEN_2022_PROGRAM_ADDRESS },
 *     MAINNET_DEPLOYMENT,
 * );
 * ```
 */
export async function findTreasuryTokenPda(
    input: TokenInput,
    deployment: DeploymentParts<'treasuryOwner'>,
): Promise<ProgramDerivedAddress> {
    return findTreasuryTokenPdaSync(input, deployment);
}

/** The associated token account of a wallet; `field` is the name of the wallet in an error. */
export async function findTokenPda(
    field: string,
    owner: AddressOrSigner,
    token: TokenInput,
): Promise<ProgramDerivedAddress> {
    return deriveTokenPda(field, owner, token);
}
