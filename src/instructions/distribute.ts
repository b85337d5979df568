import { AccountRole, type Address, type ReadonlyUint8Array } from '@solana/kit';

import type { AddressOrSigner, TokenInput } from '../channel/find-pdas';
import { findEventAuthorityPdaSync } from '../channel/find-pdas-sync';
import { assertHaveHash, toSplits, type Split } from '../channel/splits';
import { deriveDistributionAddresses, type DistributionAddresses } from '../channel/distribution-addresses';
import { getProgramConfig, getPart, type DeploymentParts } from '../revision/deployment';
import { readTerms, toAddress, toTokenProgram } from '../core/input';
import type { DistributeFields } from '../revision/parts';
import type { RevisionName, RevisionTypes, WithRemainingAccounts } from '../revision/revision-types';

/** What building `distribute` needs of a deployment. */
export type DistributeParts<TRevision extends RevisionName = RevisionName> = DeploymentParts<
    'distribute' | 'programAddress' | 'revision' | 'seeds' | 'splits' | 'treasuryOwner',
    TRevision
>;

/** Input of {@link getDistributeInstructionAsync}; the data of a fetched channel has most of it. */
export type DistributeInput<TRevision extends RevisionName = RevisionName> = TokenInput &
    RevisionTypes[TRevision]['distributeInput'] &
    Readonly<{
        /** Open or finalized channel. */
        channel: Address;
        /** Payer of the channel. */
        payer: AddressOrSigner;
        /** Payee of the channel. */
        payee: AddressOrSigner;
        /** Splits that the channel was opened with. */
        splits: readonly Split[];
        /** Hash in the channel's account; when given, splits that do not hash to it are refused. */
        distributionHash?: ReadonlyUint8Array | undefined;
    }>;

/** The instruction with one writable account for each recipient behind its own. */
export type DistributeInstructionWithRecipients<TRevision extends RevisionName = RevisionName> = WithRemainingAccounts<
    RevisionTypes[TRevision]['distributeInstruction']
>;

/**
 * Pays out what was settled since the last distribution; on a finalized channel also refunds the payer, sweeps the rest
 * to the treasury and closes the channel (docs/program.md, section 7.8). Needs no signer. Where the rent of a channel
 * comes back by `reclaim`, one that is too young keeps its rent until then.
 *
 * Derives the escrow and the token accounts of payer, payee, recipients and treasury. **A share whose token account
 * does not exist or can't receive goes to the treasury for good** (docs/program.md, section 8): look with
 * `fetchDistributionAssessment` before, and create the missing ones first.
 *
 * @throws By field: `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`; `SPLITS_HASH_MISMATCH` when the hash is given and
 * is not that of the splits; the other errors of {@link toSplits}.
 *
 * @example
 * ```ts
 * const { data } = await fetchChannel(rpc, channel, MAINNET_DEPLOYMENT);
 * const distribute = await getDistributeInstructionAsync({ ...data, channel, splits }, MAINNET_DEPLOYMENT);
 * ```
 */
export async function getDistributeInstructionAsync<TRevision extends RevisionName>(
    input: DistributeInput<TRevision>,
    deployment: DistributeParts<TRevision>,
): Promise<DistributeInstructionWithRecipients<TRevision>> {
    const { channel, distributionHash, payee, ...given } = readTerms(
        'input',
        input as DistributeInput,
        NAMES,
        OPTIONAL,
    );
    const token = {
        mint: toAddress('mint', given.mint),
        tokenProgram: toTokenProgram('tokenProgram', given.tokenProgram),
    };
    const payer = toAddress('payer', given.payer);
    const splits = toSplits(given.splits, deployment);
    if (distributionHash !== undefined) assertHaveHash(splits, distributionHash, deployment);

    const addresses = await deriveDistributionAddresses({ ...token, channel, payee, payer }, splits, deployment);
    const fields = getPart(deployment, 'distribute').toFields(input);
    return buildDistributeInstruction({ ...token, addresses, fields, payer, splits }, deployment);
}

const NAMES = ['channel', 'distributionHash', 'mint', 'payee', 'payer', 'splits', 'tokenProgram'] as const;
const OPTIONAL = ['distributionHash', 'tokenProgram'] as const;

/** The instruction of addresses that are derived, and of input that is checked, already. */
export function buildDistributeInstruction<TRevision extends RevisionName>(
    input: Required<TokenInput> &
        Readonly<{
            addresses: Omit<DistributionAddresses, 'treasuryOwner'>;
            /** Input that only the deployment's revision takes. */
            fields?: DistributeFields;
            payer: Address;
            splits: readonly Split[];
        }>,
    deployment: DistributeParts<TRevision>,
): DistributeInstructionWithRecipients<TRevision> {
    const { addresses, fields, mint, payer, splits, tokenProgram } = input;
    const programConfig = getProgramConfig(deployment);
    const [eventAuthority] = findEventAuthorityPdaSync(deployment);
    const instruction = getPart(deployment, 'distribute').build(
        {
            ...fields,
            channel: addresses.channel,
            channelTokenAccount: addresses.escrow,
            eventAuthority,
            mint,
            payeeTokenAccount: addresses.payee,
            payer,
            payerTokenAccount: addresses.payer,
            recipients: [...splits],
            tokenProgram,
            treasuryTokenAccount: addresses.treasury,
        },
        programConfig,
    );
    const recipientMetas = addresses.recipients.map(address => Object.freeze({ address, role: AccountRole.WRITABLE }));
    const accounts = [...(instruction.accounts ?? []), ...recipientMetas];
    return Object.freeze({
        ...instruction,
        accounts,
    }) as unknown as DistributeInstructionWithRecipients<TRevision>;
}
