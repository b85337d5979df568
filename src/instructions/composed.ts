import type { TransactionSigner } from '@solana/kit';

import type { AddressOrSigner } from '../channel/find-pdas';
import { getTreasuryOwner, type Deployment } from '../revision/deployment';
import { toSplits } from '../channel/splits';
import { readOnlyMembers, readTerms, toSigner } from '../core/input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import {
    getCreateTokenAccountsInstructionsAsync,
    toOwners,
    type CreateTokenAccountInstruction,
} from './create-token-accounts';
import {
    getDistributeInstructionAsync,
    type DistributeInput,
    type DistributeInstructionWithRecipients,
} from './distribute';
import { getOpenInstructionAsync, type OpenInput } from './open';

/** Input of {@link getOpenInstructionsAsync}. */
export type OpenWithTokenAccountsInput<TRevision extends RevisionName = RevisionName> = OpenInput<TRevision> &
    Readonly<{
        /**
         * Also creates the token accounts that later payouts need and that are missing: of the payee, of every
         * recipient and of the treasury. A share without a token account goes to the treasury when it is distributed.
         */
        createTokenAccounts?: Readonly<{
            /** Wallet that pays their rent; the payer by default. */
            funder?: TransactionSigner | undefined;
            /** The wallets to create them for, if not for all: those that an assessment found missing. */
            owners?: readonly AddressOrSigner[] | undefined;
        }>;
    }>;

/**
 * Opens a channel as {@link getOpenInstructionAsync} does and creates the token accounts that its payouts will need.
 *
 * Creating is idempotent: a token account that exists already stays as it is. Each costs bytes and rent: creating only
 * those that `fetchOpenAssessment` finds missing is cheaper.
 *
 * @throws As {@link getOpenInstructionAsync}; `SIGNER_INVALID` for the funder.
 *
 * @example
 * ```ts
 * const createTokenAccounts = { funder: payer, owners: [payee] };
 * const instructions = await getOpenInstructionsAsync(
 *     { ...terms, createTokenAccounts, openSlot, payer },
 *     MAINNET_DEPLOYMENT,
 * );
 * ```
 */
export async function getOpenInstructionsAsync<TRevision extends RevisionName>(
    input: OpenWithTokenAccountsInput<TRevision>,
    deployment: Deployment<TRevision>,
): Promise<readonly [...CreateTokenAccountInstruction[], RevisionTypes[TRevision]['openInstruction']]> {
    const given = readTerms('input', input as OpenWithTokenAccountsInput, OPEN_NAMES, ['createTokenAccounts']);
    const creations = toCreations(given.createTokenAccounts);
    const open = await getOpenInstructionAsync<TRevision>(input, deployment);
    if (creations === undefined) return [open];
    const { mint, payee, payer, splits, tokenProgram } = given;
    const {
        funder = payer,
        owners = [
            payee,
            ...toSplits(splits, deployment).map(({ recipient }) => recipient),
            getTreasuryOwner(deployment),
        ],
    } = creations;
    const token = { mint, tokenProgram };
    return [...(await getCreateTokenAccountsInstructionsAsync({ ...token, funder, owners })), open];
}

const OPEN_NAMES = ['createTokenAccounts', 'mint', 'payee', 'payer', 'splits', 'tokenProgram'] as const;

type Creations = NonNullable<OpenWithTokenAccountsInput['createTokenAccounts']>;

function toCreations(value: Creations | undefined): Creations | undefined {
    if (value === undefined) return undefined;
    return readOnlyMembers('createTokenAccounts', value, { funder: true, owners: true });
}

/** Input of {@link getDistributeInstructionsAsync}. */
export type DistributeWithTokenAccountsInput<TRevision extends RevisionName = RevisionName> =
    DistributeInput<TRevision> &
        Readonly<{
            /** Creates token accounts before distributing: those that an assessment found missing. */
            createTokenAccounts?:
                Readonly<{ funder: TransactionSigner; owners: readonly AddressOrSigner[] }> | undefined;
        }>;

/**
 * Distributes as {@link getDistributeInstructionAsync} does and creates token accounts before that.
 *
 * @throws As {@link getDistributeInstructionAsync}; `SIGNER_INVALID` for the funder, `INPUT_INVALID` for creations without a
 * list of owners: unlike for open they are never everybody's.
 *
 * @example
 * ```ts
 * const { assessment, channel: data } = await fetchDistributionAssessment(
 *     rpc,
 *     { channel, splits },
 *     MAINNET_DEPLOYMENT,
 * );
 * const createTokenAccounts = { funder, owners: assessment.missingTokenAccounts };
 * const instructions = await getDistributeInstructionsAsync(
 *     { ...data, channel, createTokenAccounts, splits },
 *     MAINNET_DEPLOYMENT,
 * );
 * ```
 */
export async function getDistributeInstructionsAsync<TRevision extends RevisionName>(
    input: DistributeWithTokenAccountsInput<TRevision>,
    deployment: Deployment<TRevision>,
): Promise<readonly [...CreateTokenAccountInstruction[], DistributeInstructionWithRecipients<TRevision>]> {
    const names = ['createTokenAccounts', 'mint', 'tokenProgram'] as const;
    const { createTokenAccounts, ...token } = readTerms('input', input as DistributeWithTokenAccountsInput, names, [
        'createTokenAccounts',
    ]);
    const creations = toCreations(createTokenAccounts);
    const owners = creations && toOwners('createTokenAccounts.owners', creations.owners);
    const distribute = await getDistributeInstructionAsync<TRevision>(input, deployment);
    if (creations === undefined) return [distribute];
    const funder = toSigner('createTokenAccounts.funder', creations.funder);
    return [...(await getCreateTokenAccountsInstructionsAsync({ ...token, funder, owners: owners! })), distribute];
}
