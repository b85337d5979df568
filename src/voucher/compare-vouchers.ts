import { VOUCHER_CHANNEL_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { toVoucher, toVoucherField, type Voucher, type VoucherInput } from './voucher';

// Which of two vouchers of a channel is better. A voucher has two sides: its amount, and how long it can be settled.
// Only one that is as good on both sides can replace another without a loss; of two that are each better on one side,
// neither can.

/** Whether what expires at a time lasts at least as long as what expires at another; 0 is never, the latest of all. */
export function lastsAsLong(expiresAt: bigint, other: bigint): boolean {
    if (expiresAt === 0n) return true;
    return other !== 0n && expiresAt >= other;
}

/**
 * Whether a voucher can replace another of its channel without a loss: its amount is at least as high, and it can be
 * settled for at least as long (an `expiresAt` of 0 means never and is later than any other).
 *
 * {@link checkVoucher} applies this to the voucher that was accepted last. Who keeps vouchers by rules of its own keeps
 * both where neither is as good as the other.
 *
 * @throws As {@link toVoucher}, with `voucher` or `other` in front of the field; `VOUCHER_CHANNEL_MISMATCH` for vouchers
 * of different channels.
 *
 * @example
 * ```ts
 * // 1,000 until noon does not replace 900 without expiry.
 * if (accepted && isVoucherAtLeastAsGood(voucher.voucher, accepted.voucher)) {
 *     await keep(voucher, voucher.voucher.cumulativeAmount);
 * }
 * ```
 */
export function isVoucherAtLeastAsGood(voucher: VoucherInput, other: VoucherInput): boolean {
    const [a, b] = [toVoucher(voucher), toVoucherField('other', other)];
    if (a.channelId !== b.channelId) {
        throw new PaymentChannelsError(VOUCHER_CHANNEL_MISMATCH, {
            channel: b.channelId,
            voucherChannelId: a.channelId,
        });
    }
    return a.cumulativeAmount >= b.cumulativeAmount && lastsAsLong(a.expiresAt, b.expiresAt);
}

/**
 * The order in which vouchers of a channel are tried, of those that can all be settled now: the highest amount comes
 * first; of two with the same amount, the one that lasts longer. 0 where neither is preferred.
 */
export function compareVouchers(a: Voucher, b: Voucher): number {
    if (a.cumulativeAmount !== b.cumulativeAmount) return a.cumulativeAmount > b.cumulativeAmount ? -1 : 1;
    if (a.expiresAt === b.expiresAt) return 0;
    return lastsAsLong(a.expiresAt, b.expiresAt) ? -1 : 1;
}
