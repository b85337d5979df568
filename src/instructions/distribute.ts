import { AccountRole, type AccountMeta, type Address, type ReadonlyUint8Array } from '@solana/kit';

import {
    getDistributeInstructionAsync as getGeneratedDistributeInstructionAsync,
    type DistributeInstruction,
} from '../../generated/tombstone';
import { findTokenPda, findTreasuryTokenPda, type TokenInput } from '../channel/addresses';
import { assertIsDistributionOf, toSplits, type Split } from '../channel/distribution';
import { getProgramConfig, type DeploymentConfig } from '../deployment';
import { toAddress, toTokenProgram } from '../input';

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
 * does not exist or can't receive goes to the treasury for good** (spec section 8): create the missing ones first.
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
    const token = {
        mint: toAddress('mint', input.mint),
        tokenProgram: toTokenProgram('tokenProgram', input.tokenProgram),
    };
    const channel = toAddress('channel', input.channel);
    const payer = toAddress('payer', input.payer);
    const splits = toSplits(input.splits);
    if (input.distributionHash !== undefined) assertIsDistributionOf(splits, input.distributionHash);

    const [[payeeTokenAccount], [treasuryTokenAccount], ...recipientTokenAccounts] = await Promise.all([
        findTokenPda('payee', input.payee, token),
        findTreasuryTokenPda(token, config),
        ...splits.map(({ recipient }, index) => findTokenPda(`splits[${index}].recipient`, recipient, token)),
    ]);
    const instruction = await getGeneratedDistributeInstructionAsync(
        { ...token, channel, payeeTokenAccount, payer, recipients: splits, treasuryTokenAccount },
        getProgramConfig(config),
    );
    const recipientMetas = recipientTokenAccounts.map(([address]) =>
        Object.freeze({ address, role: AccountRole.WRITABLE }),
    );
    return Object.freeze({ ...instruction, accounts: [...instruction.accounts, ...recipientMetas] as const });
}
