import type { Address } from '@solana/kit';

import { getTreasuryOwner, type DeploymentParts } from '../revision/deployment';
import { readTerms, toAddress } from '../core/input';
import { findEscrowPda, findTokenPda, findTreasuryTokenPda, type AddressOrSigner, type TokenInput } from './find-pdas';
import { toSplits, type Split } from './splits';

/** Every address that `distribute` derives: the escrow and the token accounts of the parties. */
export type DistributionAddresses = Readonly<{
    channel: Address;
    escrow: Address;
    payer: Address;
    payee: Address;
    treasury: Address;
    /** Wallet that owns the treasury's token account. */
    treasuryOwner: Address;
    /** In the order of the splits. */
    recipients: readonly Address[];
}>;

/** The parties that the addresses are derived from. */
export type DistributionAddressesInput = TokenInput &
    Readonly<{
        channel: Address;
        /** Payer of the channel. */
        payer: AddressOrSigner;
        /** Payee of the channel. */
        payee: AddressOrSigner;
        /** Splits of the channel. */
        splits: readonly Split[];
    }>;

const NAMES = ['channel', 'mint', 'payee', 'payer', 'splits', 'tokenProgram'] as const;

/**
 * Derives the token accounts that `distribute` reads and pays (docs/program.md, section 7.8).
 *
 * @throws By field: `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`; the errors of {@link toSplits}.
 *
 * @example
 * ```ts
 * const { data } = await fetchChannel(rpc, channel, MAINNET_DEPLOYMENT);
 * const { recipients, treasury } = await findDistributionAddresses({ ...data, channel, splits }, MAINNET_DEPLOYMENT);
 * ```
 */
export async function findDistributionAddresses(
    input: DistributionAddressesInput,
    deployment: DeploymentParts<'splits' | 'treasuryOwner'>,
): Promise<DistributionAddresses> {
    const given = readTerms('input', input, NAMES, ['tokenProgram']);
    return await deriveDistributionAddresses(given, toSplits(given.splits, deployment), deployment);
}

/** {@link findDistributionAddresses} for splits that are checked already. */
export async function deriveDistributionAddresses(
    given: Omit<DistributionAddressesInput, 'splits'>,
    splits: readonly Split[],
    deployment: DeploymentParts<'splits' | 'treasuryOwner'>,
): Promise<DistributionAddresses> {
    const channel = toAddress('channel', given.channel);
    const treasuryOwner = getTreasuryOwner(deployment);
    const [[escrow], [payer], [payee], [treasury], ...recipients] = await Promise.all([
        findEscrowPda(given),
        findTokenPda('payer', given.payer, given),
        findTokenPda('payee', given.payee, given),
        findTreasuryTokenPda(given, deployment),
        ...splits.map(({ recipient }, index) => findTokenPda(`splits[${index}].recipient`, recipient, given)),
    ]);
    return Object.freeze({
        channel,
        escrow,
        payee,
        payer,
        recipients: recipients.map(([address]) => address),
        treasury,
        treasuryOwner,
    });
}
