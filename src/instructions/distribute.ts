import { AccountRole, type AccountMeta, type Address, type ReadonlyUint8Array } from '@solana/kit';

import {
    getDistributeInstruction as getGeneratedDistributeInstruction,
    type DistributeInstruction,
} from '../../generated/tombstone';
import type { TokenInput } from '../channel/addresses';
import { findEventAuthorityPdaSync } from '../channel/derive';
import { assertIsDistributionOf, toSplits, type Split } from '../channel/distribution';
import { findDistributionAddresses, type DistributionAddresses } from '../channel/distribution-addresses';
import { getProgramConfig, type DeploymentConfig } from '../deployment';
import { assertIsInput, toAddress, toTokenProgram } from '../input';

/** What {@link getDistributeInstructionAsync} takes; the data of a fetched channel has most of it. */
export type DistributeInput = TokenInput &
    Readonly<{
        /** Open or finalized channel. */
        channel: Address;
        /** Payer of the channel. */
        payer: Address;
        /** Payee of the channel. */
        payee: Address;
        /** Distribution plan, as the channel was opened with. */
        splits: readonly Split[];
        /** Hash in the channel's account; when given, a plan that does not hash to it is refused. */
        distributionHash?: ReadonlyUint8Array | undefined;
    }>;

/** The instruction with one writable account for each recipient behind its own. */
export type DistributeInstructionWithRecipients = Omit<DistributeInstruction<Address>, 'accounts'> &
    Readonly<{ accounts: readonly [...DistributeInstruction<Address>['accounts'], ...AccountMeta[]] }>;

/**
 * Pays out what was settled since the last distribution; on a finalized channel also refunds the payer, sweeps the rest
 * to the treasury and closes the channel (spec section 7.8). Needs no signer.
 *
 * Derives the escrow and the token accounts of payer, payee, recipients and treasury. **A share whose token account
 * does not exist or can't receive goes to the treasury for good** (spec section 8): look with
 * `fetchDistributionAssessment` before, and create the missing ones first.
 *
 * @throws By field: `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`; `SPLITS_HASH_MISMATCH` when the hash is given and
 * is not that of the splits; the other errors of {@link toSplits}.
 *
 * @example
 * ```ts
 * const { address, data } = await fetchChannel(rpc, channel);
 * const distribute = await getDistributeInstructionAsync({ ...data, channel: address, splits });
 * ```
 */
export async function getDistributeInstructionAsync(
    input: DistributeInput,
    config: DeploymentConfig = {},
): Promise<DistributeInstructionWithRecipients> {
    assertIsInput('input', input);
    const token = {
        mint: toAddress('mint', input.mint),
        tokenProgram: toTokenProgram('tokenProgram', input.tokenProgram),
    };
    const payer = toAddress('payer', input.payer);
    const splits = toSplits(input.splits);
    if (input.distributionHash !== undefined) assertIsDistributionOf(splits, input.distributionHash);

    const addresses = await findDistributionAddresses({ ...input, ...token, payer, splits }, config);
    return buildDistributeInstruction({ ...token, addresses, payer, splits }, config);
}

/** The instruction of addresses that are derived, and of input that is checked, already. */
export function buildDistributeInstruction(
    input: Required<TokenInput> &
        Readonly<{
            addresses: Omit<DistributionAddresses, 'treasuryOwner'>;
            payer: Address;
            splits: readonly Split[];
        }>,
    config: DeploymentConfig,
): DistributeInstructionWithRecipients {
    const { addresses, mint, payer, splits, tokenProgram } = input;
    const programConfig = getProgramConfig(config);
    const [eventAuthority] = findEventAuthorityPdaSync(programConfig);
    const instruction = getGeneratedDistributeInstruction(
        {
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
    return Object.freeze({ ...instruction, accounts: [...instruction.accounts, ...recipientMetas] as const });
}
