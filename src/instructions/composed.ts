import type { Address, TransactionSigner } from '@solana/kit';

import { getTreasuryOwner, type DeploymentConfig } from '../deployment';
import { toSplits } from '../channel/distribution';
import { assertIsInput } from '../input';
import type { RevisionName, RevisionTypes } from '../revision/types';
import { getCreateTokenAccountsInstructionsAsync, type CreateTokenAccountInstruction } from './create-token-accounts';
import {
    getDistributeInstructionAsync,
    type DistributeInput,
    type DistributeInstructionWithRecipients,
} from './distribute';
import { getOpenInstructionAsync, type OpenInput } from './open';

/** What {@link getOpenInstructionsAsync} takes. */
export type OpenWithTokenAccountsInput<TRevision extends RevisionName = 'tombstone'> = OpenInput<TRevision> &
    Readonly<{
        /**
         * Also creates the token accounts that later payouts need and that are missing: of the payee, of every
         * recipient and of the treasury. A share without a token account goes to the treasury when it is distributed.
         */
        createTokenAccounts?: Readonly<{
            /** Wallet that pays their rent; the payer by default. */
            funder?: TransactionSigner | undefined;
            /** The wallets to create them for, if not for all: those that an assessment found missing. */
            owners?: readonly Address[] | undefined;
        }>;
    }>;

/**
 * Opens a channel as {@link getOpenInstructionAsync} does and creates the token accounts that its payouts will need.
 *
 * Creating is idempotent: a token account that exists already stays as it is. Every one costs bytes and rent, so that
 * creating those that `fetchOpenAssessment` finds missing is cheaper than all.
 *
 * @throws As {@link getOpenInstructionAsync}; `SIGNER_INVALID` for the funder.
 */
export async function getOpenInstructionsAsync<TRevision extends RevisionName = 'tombstone'>(
    input: OpenWithTokenAccountsInput<TRevision>,
    config: DeploymentConfig<TRevision> = {},
): Promise<readonly [...CreateTokenAccountInstruction[], RevisionTypes[TRevision]['openInstruction']]> {
    assertIsInput('input', input);
    const { createTokenAccounts } = input;
    const open = await getOpenInstructionAsync<TRevision>(input, config);
    if (!createTokenAccounts) return [open];
    const {
        funder = input.payer,
        owners = [input.payee, ...toSplits(input.splits).map(({ recipient }) => recipient), getTreasuryOwner(config)],
    } = createTokenAccounts;
    return [...(await getCreateTokenAccountsInstructionsAsync({ ...input, funder, owners })), open];
}

/** What {@link getDistributeInstructionsAsync} takes. */
export type DistributeWithTokenAccountsInput<TRevision extends RevisionName = 'tombstone'> =
    DistributeInput<TRevision> &
        Readonly<{
            /** Creates token accounts before distributing: those that an assessment found missing. */
            createTokenAccounts?: Readonly<{ funder: TransactionSigner; owners: readonly Address[] }> | undefined;
        }>;

/**
 * Distributes as {@link getDistributeInstructionAsync} does and creates token accounts before that.
 *
 * @throws As {@link getDistributeInstructionAsync}; `SIGNER_INVALID` for the funder.
 *
 * @example
 * ```ts
 * const { assessment, channel, tokenProgram } = await fetchDistributionAssessment(rpc, { channel: address, splits });
 * const owners = assessment.missingTokenAccounts;
 * assertIsSafeToDistribute(assessment, { willCreate: owners });
 * const instructions = await getDistributeInstructionsAsync({
 *     ...channel, channel: address, splits, tokenProgram, createTokenAccounts: { funder, owners },
 * });
 * ```
 */
export async function getDistributeInstructionsAsync<TRevision extends RevisionName = 'tombstone'>(
    input: DistributeWithTokenAccountsInput<TRevision>,
    config: DeploymentConfig<TRevision> = {},
): Promise<readonly [...CreateTokenAccountInstruction[], DistributeInstructionWithRecipients<TRevision>]> {
    assertIsInput('input', input);
    const { createTokenAccounts } = input;
    const distribute = await getDistributeInstructionAsync<TRevision>(input, config);
    if (!createTokenAccounts) return [distribute];
    return [...(await getCreateTokenAccountsInstructionsAsync({ ...input, ...createTokenAccounts })), distribute];
}
