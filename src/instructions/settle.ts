import type { Address } from '@solana/kit';

import { getProgramConfig, getPart, type DeploymentParts } from '../revision/deployment';
import { readTerms } from '../core/input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import { getVerifyVoucherInstruction, type Ed25519Instruction } from '../voucher/verify-voucher-instruction';
import { toSignedVoucherFor, type SignedVoucher } from '../voucher/voucher';
import { assertIsVoucherOf } from './assert-is-voucher-of';

/** Input of {@link getSettleInstructions}. */
export type SettleInput = Readonly<{
    /** Voucher to settle, with its signature. */
    voucher: SignedVoucher;
    /** Channel to settle; the one that the voucher names by default, and no other. */
    channel?: Address | undefined;
}>;

/** The Ed25519 precompile instruction and the instruction that needs it directly before itself. */
export type SettleInstructions<TRevision extends RevisionName = RevisionName> = readonly [
    verify: Ed25519Instruction,
    settle: RevisionTypes[TRevision]['settleInstruction'],
];

/**
 * Settles a voucher on an open channel (docs/program.md, section 7.2): raises the settled amount to the voucher's.
 * Needs no signer and moves no tokens.
 *
 * The two instructions are one pair: nothing may come between them. Several pairs may share a transaction.
 *
 * @throws The errors of {@link toSignedVoucher}; `VOUCHER_CHANNEL_MISMATCH` for a voucher of another channel,
 * `REVISION_MISMATCH` for one that was signed for another revision.
 *
 * @example
 * ```ts
 * // The two are one pair: nothing may come between them.
 * const [verify, settle] = getSettleInstructions({ voucher }, MAINNET_DEPLOYMENT);
 * ```
 */
export function getSettleInstructions<TRevision extends RevisionName>(
    input: SettleInput,
    deployment: DeploymentParts<'programAddress' | 'revision' | 'settle' | 'voucher', TRevision>,
): SettleInstructions<TRevision> {
    const given = readTerms('input', input, ['channel', 'voucher'], ['channel']);
    const signed = toSignedVoucherFor(given.voucher, deployment, 'voucher');
    if (given.channel !== undefined) assertIsVoucherOf(signed.voucher, given.channel);
    const { voucher } = signed;
    const { build } = getPart(deployment, 'settle');
    const settle = build({ channel: voucher.channelId, voucher }, getProgramConfig(deployment));
    return [getVerifyVoucherInstruction(signed, deployment), settle as RevisionTypes[TRevision]['settleInstruction']];
}
