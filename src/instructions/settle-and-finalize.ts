import type { Address, TransactionSigner } from '@solana/kit';

import { getProgramConfig, getPart, type DeploymentParts } from '../revision/deployment';
import { readOnlyMembers, toAddress, toSigner, type OnlyMembers } from '../core/input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import { getVerifyVoucherInstruction, type Ed25519Instruction } from '../voucher/verify-voucher-instruction';
import { toSignedVoucherFor, type SignedVoucher, type Voucher } from '../voucher/voucher';
import { assertIsVoucherOf } from './assert-is-voucher-of';

/** Input of {@link getSettleAndFinalizeInstructions}. */
export type SettleAndFinalizeInput = Readonly<{
    /** Payee of the channel (the program's interface once called it merchant). */
    payee: TransactionSigner;
    /** Channel to finalize: open, or closing before its deadline. */
    channel: Address;
    /**
     * Last voucher, with its signature; without one the channel is finalized with the amount that is settled already.
     */
    voucher?: SignedVoucher | undefined;
}>;

/** An unknown member may be a misspelt voucher, which would silently not be settled. */
export const SETTLE_AND_FINALIZE_MEMBERS: OnlyMembers<SettleAndFinalizeInput> = {
    channel: true,
    payee: true,
    voucher: true,
};

/** The parts of a deployment that the builder needs. */
type SettleAndFinalizeParts<TRevision extends RevisionName> = DeploymentParts<
    'programAddress' | 'revision' | 'settleAndFinalize' | 'voucher',
    TRevision
>;

/** The instruction by which the payee ends a channel. */
type FinalInstruction<TRevision extends RevisionName> = RevisionTypes[TRevision]['settleAndFinalizeInstruction'];

/** The Ed25519 precompile instruction and the instruction that needs it directly before itself. */
type FinalPair<TRevision extends RevisionName> = readonly [
    verify: Ed25519Instruction,
    settleAndFinalize: FinalInstruction<TRevision>,
];

/** One instruction, or the Ed25519 precompile instruction and the instruction that needs it directly before itself. */
export type SettleAndFinalizeInstructions<TRevision extends RevisionName = RevisionName> =
    readonly [finalize: FinalInstruction<TRevision>] | FinalPair<TRevision>;

/**
 * Finalizes a channel at the request of the payee, after settling a last voucher if there is one (docs/program.md,
 * section 7.4). Mainnet's program calls the instruction settleAndSeal.
 *
 * With a voucher the two instructions are one pair: nothing may come between them.
 *
 * @throws `INPUT_INVALID` for a member that is none of these; `SIGNER_INVALID` or `ADDRESS_INVALID` by field; the errors
 * of {@link toSignedVoucher}; `VOUCHER_CHANNEL_MISMATCH` for a voucher of another channel.
 *
 * @example
 * ```ts
 * const instructions = getSettleAndFinalizeInstructions({ channel, payee: merchant, voucher }, MAINNET_DEPLOYMENT);
 * ```
 */
export function getSettleAndFinalizeInstructions<TRevision extends RevisionName>(
    input: SettleAndFinalizeInput & Readonly<{ voucher: SignedVoucher }>,
    deployment: SettleAndFinalizeParts<TRevision>,
): FinalPair<TRevision>;
export function getSettleAndFinalizeInstructions<TRevision extends RevisionName>(
    input: SettleAndFinalizeInput,
    deployment: SettleAndFinalizeParts<TRevision>,
): SettleAndFinalizeInstructions<TRevision>;
export function getSettleAndFinalizeInstructions<TRevision extends RevisionName>(
    input: SettleAndFinalizeInput,
    deployment: SettleAndFinalizeParts<TRevision>,
): SettleAndFinalizeInstructions<TRevision> {
    const given = readOnlyMembers('input', input, SETTLE_AND_FINALIZE_MEMBERS);
    const payee = toSigner('payee', given.payee);
    const channel = toAddress('channel', given.channel);
    const { build } = getPart(deployment, 'settleAndFinalize');
    const buildFor = (voucher: Voucher | undefined) =>
        build({ channel, payee, voucher }, getProgramConfig(deployment)) as FinalInstruction<TRevision>;

    if (given.voucher === undefined) return [buildFor(undefined)];
    const signed = toSignedVoucherFor(given.voucher, deployment, 'voucher');
    assertIsVoucherOf(signed.voucher, channel);
    return [getVerifyVoucherInstruction(signed, deployment), buildFor(signed.voucher)];
}
