import type { Address, TransactionSigner } from '@solana/kit';

import type { TokenInput } from '../channel/find-pdas';
import { findEscrowPdaSync, findTokenPdaSync } from '../channel/find-pdas-sync';
import { getPart, getProgramConfig, type DeploymentParts } from '../revision/deployment';
import { readTerms, toAddress, toSigner, toTokenProgram } from '../core/input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';

/** Input of {@link getWithdrawPayerInstructionAsync}. */
export type WithdrawPayerInput = TokenInput &
    Readonly<{
        /** Payer of the channel. */
        payer: TransactionSigner;
        /** Finalized channel. */
        channel: Address;
    }>;

/**
 * Refunds the payer of a finalized channel with what was not settled, without waiting for distribute (docs/program.md,
 * section 7.7). Derives the escrow and the payer's token account, which has to exist. Works once for each channel.
 *
 * @throws By field: `SIGNER_INVALID`, `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`.
 *
 * @example
 * ```ts
 * const withdraw = await getWithdrawPayerInstructionAsync({ channel, mint, payer }, MAINNET_DEPLOYMENT);
 * ```
 */
export async function getWithdrawPayerInstructionAsync<TRevision extends RevisionName>(
    input: WithdrawPayerInput,
    deployment: DeploymentParts<'programAddress' | 'revision' | 'withdrawPayer', TRevision>,
): Promise<RevisionTypes[TRevision]['withdrawPayerInstruction']> {
    const given = readTerms('input', input, ['channel', 'mint', 'payer', 'tokenProgram'], ['tokenProgram']);
    const channel = toAddress('channel', given.channel);
    const mint = toAddress('mint', given.mint);
    const payer = toSigner('payer', given.payer);
    const tokenProgram = toTokenProgram('tokenProgram', given.tokenProgram);
    const [channelTokenAccount] = findEscrowPdaSync({ channel, mint, tokenProgram });
    const [payerTokenAccount] = findTokenPdaSync({ mint, owner: payer.address, tokenProgram });
    const instruction = getPart(deployment, 'withdrawPayer').build(
        { channel, channelTokenAccount, mint, payer, payerTokenAccount, tokenProgram },
        getProgramConfig(deployment),
    );
    return instruction as RevisionTypes[TRevision]['withdrawPayerInstruction'];
}
