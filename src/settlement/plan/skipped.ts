import type { Address } from '@solana/kit';

import { toResult } from '../../core/json-form';
import type { VoucherRefusal, VoucherRefusalContexts } from '../../voucher/voucher-verdict';
import type { SignedVoucher } from '../../voucher/voucher';

/** Why a part of a batch is skipped, beside the refusals of a voucher. Amounts are base units. */
export type SkippedContexts = {
    /** An account that was given is not the one that distribute takes. */
    ACCOUNT_MISMATCH: { actual: Address; expected: Address; field: string };
    /** The plan of splits, or what was given to judge it by, can't be read. */
    DISTRIBUTION_INVALID: { message: string };
    /** Distribute would fail. */
    DISTRIBUTION_BLOCKED: { reasons: readonly string[] };
    /** Distribute would send to the treasury, for good, what is due to these wallets. */
    DISTRIBUTION_FORFEITS: { amount: bigint; owners: readonly Address[] };
    /** The mode distributes, and no splits and accounts were given. */
    DISTRIBUTION_NOT_GIVEN: { channel: Address };
    /** Another voucher of the channel is settled: over more, or over as much and for longer. */
    DUPLICATE: { cumulativeAmount: bigint; takenAmount: bigint };
    /**
     * Another voucher of the channel is over more and is only refused for now, so that the channel is not ended: this one
     * is settled without (`part` is `ending`), or skipped where the channel takes vouchers by ending only.
     */
    HIGHER_VOUCHER_WAITS: { channel: Address; takenAmount: bigint; waitingAmount: bigint };
    /** There is nothing to do with the channel in this mode. */
    NOTHING_TO_DO: { channel: Address; status: string };
    /** The payee that was named is not the channel's. */
    PAYEE_MISMATCH: { channel: Address; given: Address; payee: Address };
    /**
     * Only the payee can do it (finalize the channel, or settle a voucher while it is closing), and it can't sign here.
     */
    PAYEE_SIGNATURE_NEEDED: { channel: Address; payee: Address };
    /** The rent of the channel is not free yet; it is from this slot on. */
    RECLAIM_TOO_EARLY: { channel: Address; dueFromSlot: bigint; slot: bigint };
    /** No verifier has said whether the signature is good. */
    SIGNATURE_NOT_VERIFIED: { signer: Address };
    /** Even alone in a transaction it exceeds a limit. */
    TOO_LARGE: { actual: number; limit: string; max: number };
};

export type SkippedCode = keyof SkippedContexts | keyof VoucherRefusalContexts;

type BatchReason = {
    [TCode in keyof SkippedContexts]: Readonly<{
        code: TCode;
        context: Readonly<SkippedContexts[TCode]>;
        message: string;
    }>;
}[keyof SkippedContexts];

/** Why a plan skips something: narrow it by its code. */
export type SkippedReason = BatchReason | VoucherRefusal;

/** Something that a plan does not do. */
export type Skipped = Readonly<{
    /** Place of the item in the batch. */
    index: number;
    channel: Address;
    /** The part that is skipped: everything for the channel, this voucher of it, its end, or its distribution. */
    part: 'channel' | 'distribution' | 'ending' | 'voucher';
    /** The voucher that is not settled for this reason. */
    voucher?: SignedVoucher | undefined;
    reason: SkippedReason;
}>;

type Messages = { [TCode in keyof SkippedContexts]: (context: SkippedContexts[TCode]) => string };

const MESSAGES: Messages = {
    ACCOUNT_MISMATCH: ({ actual, expected, field }) => `${field} is account ${actual}; distribute takes ${expected}`,
    DISTRIBUTION_BLOCKED: ({ reasons }) => `distribute would fail: ${reasons.join(' ')}`,
    DISTRIBUTION_FORFEITS: ({ amount, owners }) =>
        `distribute would send ${amount} to the treasury for good, which are due to ${owners.join(', ')}`,
    DISTRIBUTION_INVALID: ({ message }) => message,
    DISTRIBUTION_NOT_GIVEN: ({ channel }) => `no splits and accounts were given for channel ${channel}`,
    DUPLICATE: ({ cumulativeAmount, takenAmount }) =>
        `the voucher is over ${cumulativeAmount} in all; another one over ${takenAmount} is settled`,
    HIGHER_VOUCHER_WAITS: ({ channel, takenAmount, waitingAmount }) =>
        `channel ${channel} is not ended with ${takenAmount}: its voucher over ${waitingAmount} is only refused for now`,
    NOTHING_TO_DO: ({ channel, status }) => `channel ${channel} is ${status}: there is nothing to settle`,
    PAYEE_MISMATCH: ({ channel, given, payee }) => `the payee of channel ${channel} is ${payee}, not ${given}`,
    PAYEE_SIGNATURE_NEEDED: ({ channel, payee }) =>
        `channel ${channel} takes the signature of its payee ${payee}, which was not named to sign`,
    RECLAIM_TOO_EARLY: ({ channel, dueFromSlot, slot }) =>
        `channel ${channel} can be reclaimed from slot ${dueFromSlot} on; this is slot ${slot}`,
    SIGNATURE_NOT_VERIFIED: ({ signer }) => `the signature of ${signer} was not verified`,
    TOO_LARGE: ({ actual, limit, max }) => `it takes ${actual} ${limit} of a transaction, and ${max} is the most`,
};

/** A reason with its message. */
export function skip<TCode extends keyof SkippedContexts>(code: TCode, context: SkippedContexts[TCode]): SkippedReason {
    const message = MESSAGES[code](context);
    return toResult({ code, context: toResult({ ...context }), message }) as SkippedReason;
}

/** What is skipped of an item of the batch, and why. */
export function toSkipped(
    index: number,
    channel: Address,
    part: Skipped['part'],
    reason: SkippedReason,
    voucher?: SignedVoucher,
): Skipped {
    return toResult({ channel, index, part, reason, ...(voucher === undefined ? {} : { voucher }) });
}
