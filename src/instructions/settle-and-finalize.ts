import type { Address, TransactionSigner } from '@solana/kit';

import {
    getSettleAndFinalizeInstruction,
    type SettleAndFinalizeInstruction,
    type VoucherArgs,
} from '../../generated/tombstone';
import { getProgramConfig, type DeploymentConfig } from '../deployment';
import { assertIsInput, toAddress, toSigner } from '../input';
import { getVerifyVoucherInstruction, type Ed25519Instruction } from '../voucher/ed25519';
import { toSignedVoucher, type SignedVoucher } from '../voucher/voucher';
import { assertIsVoucherOf } from './assert-is-voucher-of';

/** What {@link getSettleAndFinalizeInstructions} takes. */
export type SettleAndFinalizeInput = Readonly<{
    /** Payee of the channel (the program's interface calls it merchant). */
    payee: TransactionSigner;
    /** Channel to finalize: open, or closing before its deadline. */
    channel: Address;
    /** Last voucher, with its signature; without one the channel is finalized at what is settled already. */
    voucher?: SignedVoucher | undefined;
}>;

/** One instruction, or the Ed25519 precompile instruction and the instruction that needs it directly before itself. */
export type SettleAndFinalizeInstructions =
    | readonly [finalize: SettleAndFinalizeInstruction<Address, string, string, string>]
    | readonly [
          verify: Ed25519Instruction,
          settleAndFinalize: SettleAndFinalizeInstruction<Address, string, string, string>,
      ];

/**
 * Finalizes a channel at the request of the payee, after settling a last voucher if there is one (spec section 7.4).
 *
 * With a voucher the two instructions are one pair: nothing may come between them.
 *
 * @throws `SIGNER_INVALID` or `ADDRESS_INVALID` by field; the errors of {@link toSignedVoucher};
 * `VOUCHER_CHANNEL_MISMATCH` for a voucher of another channel.
 */
export function getSettleAndFinalizeInstructions(
    input: SettleAndFinalizeInput & Readonly<{ voucher: SignedVoucher }>,
    config?: DeploymentConfig,
): readonly [
    verify: Ed25519Instruction,
    settleAndFinalize: SettleAndFinalizeInstruction<Address, string, string, string>,
];
export function getSettleAndFinalizeInstructions(
    input: SettleAndFinalizeInput,
    config?: DeploymentConfig,
): SettleAndFinalizeInstructions;
export function getSettleAndFinalizeInstructions(
    input: SettleAndFinalizeInput,
    config: DeploymentConfig = {},
): SettleAndFinalizeInstructions {
    assertIsInput('input', input);
    const merchant = toSigner('payee', input.payee);
    const channel = toAddress('channel', input.channel);
    const build = (voucher: VoucherArgs, hasVoucher: 0 | 1) =>
        getSettleAndFinalizeInstruction({ channel, hasVoucher, merchant, voucher }, getProgramConfig(config));

    if (input.voucher === undefined) {
        // The data has its 48 bytes either way; the program does not look at them.
        return [build({ channelId: channel, cumulativeAmount: 0n, expiresAt: 0n }, 0)];
    }
    const signed = toSignedVoucher(input.voucher);
    assertIsVoucherOf(signed.voucher, channel);
    return [getVerifyVoucherInstruction(signed), build(signed.voucher, 1)];
}
