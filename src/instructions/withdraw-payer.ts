import type { Address, TransactionSigner } from '@solana/kit';

import {
    getWithdrawPayerInstruction as getGeneratedWithdrawPayerInstruction,
    type WithdrawPayerInstruction,
} from '../../generated/tombstone';
import type { TokenInput } from '../channel/addresses';
import { findEscrowPdaSync, findTokenPdaSync } from '../channel/derive';
import { getProgramConfig, type DeploymentConfig } from '../deployment';
import { readTerms, toAddress, toSigner, toTokenProgram } from '../input';
import type { RevisionName } from '../revision/types';

/** What {@link getWithdrawPayerInstructionAsync} takes. */
export type WithdrawPayerInput = TokenInput &
    Readonly<{
        /** Payer of the channel. */
        payer: TransactionSigner;
        /** Finalized channel. */
        channel: Address;
    }>;

/**
 * Refunds the payer of a finalized channel with what was not settled, without waiting for distribute (spec section
 * 7.7). Derives the escrow and the payer's token account, which has to exist. Works once for each channel.
 *
 * @throws By field: `SIGNER_INVALID`, `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`.
 */
export async function getWithdrawPayerInstructionAsync(
    input: WithdrawPayerInput,
    config: DeploymentConfig<RevisionName> = {},
): Promise<WithdrawPayerInstruction<Address>> {
    const given = readTerms('input', input, ['channel', 'mint', 'payer', 'tokenProgram'], ['tokenProgram']);
    const channel = toAddress('channel', given.channel);
    const mint = toAddress('mint', given.mint);
    const payer = toSigner('payer', given.payer);
    const tokenProgram = toTokenProgram('tokenProgram', given.tokenProgram);
    const [channelTokenAccount] = findEscrowPdaSync({ channel, mint, tokenProgram });
    const [payerTokenAccount] = findTokenPdaSync({ mint, owner: payer.address, tokenProgram });
    return getGeneratedWithdrawPayerInstruction(
        { channel, channelTokenAccount, mint, payer, payerTokenAccount, tokenProgram },
        getProgramConfig(config),
    );
}
