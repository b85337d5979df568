import type { Address, TransactionSigner } from '@solana/kit';

import type { TokenInput } from '../channel/find-pdas';
import { findEscrowPdaSync, findTokenPdaSync } from '../channel/find-pdas-sync';
import { getPart, getProgramConfig, type DeploymentParts } from '../revision/deployment';
import { readTerms, toAddress, toSigner, toTokenProgram, toU64 } from '../core/input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';

/** Input of {@link getTopUpInstructionAsync}. */
export type TopUpInput = TokenInput &
    Readonly<{
        /** Payer of the channel. */
        payer: TransactionSigner;
        /** Open channel. */
        channel: Address;
        /** Amount to add to the deposit, in base units of the token (u64), at least 1. */
        amount: bigint | number;
    }>;

/**
 * Adds to the deposit of an open channel (docs/program.md, section 7.3). Derives the escrow and the payer's token
 * account.
 *
 * @throws By field: `SIGNER_INVALID`, `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`, `INTEGER_NOT_EXACT`,
 * `INTEGER_OUT_OF_RANGE`.
 *
 * @example
 * ```ts
 * const topUp = await getTopUpInstructionAsync({ amount: 500_000n, channel, mint, payer }, MAINNET_DEPLOYMENT);
 * ```
 */
export async function getTopUpInstructionAsync<TRevision extends RevisionName>(
    input: TopUpInput,
    deployment: DeploymentParts<'programAddress' | 'revision' | 'topUp', TRevision>,
): Promise<RevisionTypes[TRevision]['topUpInstruction']> {
    const given = readTerms('input', input, ['amount', 'channel', 'mint', 'payer', 'tokenProgram'], ['tokenProgram']);
    const amount = toU64('amount', given.amount, 1n);
    const channel = toAddress('channel', given.channel);
    const mint = toAddress('mint', given.mint);
    const payer = toSigner('payer', given.payer);
    const tokenProgram = toTokenProgram('tokenProgram', given.tokenProgram);
    const [channelTokenAccount] = findEscrowPdaSync({ channel, mint, tokenProgram });
    const [payerTokenAccount] = findTokenPdaSync({ mint, owner: payer.address, tokenProgram });
    const instruction = getPart(deployment, 'topUp').build(
        { amount, channel, channelTokenAccount, mint, payer, payerTokenAccount, tokenProgram },
        getProgramConfig(deployment),
    );
    return instruction as RevisionTypes[TRevision]['topUpInstruction'];
}
