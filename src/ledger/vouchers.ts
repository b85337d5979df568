import { lastsAsLong } from '../voucher/compare-vouchers';
import type { ReceivedVoucher, RefusalCode } from './commands';
import type { Draft } from './draft';
import type { ChannelRecord, StoredVoucher } from './record';

/** Whether it is, to the last byte, the voucher that was accepted last. */
export function isStoredVoucher({ voucher }: ChannelRecord, received: ReceivedVoucher): boolean {
    return (
        voucher !== null &&
        voucher.cumulativeAmount === received.cumulativeAmount &&
        voucher.expiresAt === received.expiresAt &&
        voucher.signature === received.signature
    );
}

/** Why a channel takes nothing more, if it does not. */
export function findEnd({ chain, ending }: ChannelRecord): RefusalCode | undefined {
    if (chain.status !== 'open' && chain.status !== 'closing') return 'CHANNEL_SEALED';
    if (ending !== null && ending.reason !== 'payer') return 'CHANNEL_CLOSE_PENDING';
    if (chain.status === 'closing' || ending !== null) return 'CHANNEL_CLOSING_ON_CHAIN';
    return undefined;
}

/** The first rule that a new voucher breaks, the cheap ones first. */
export function findBrokenRule(
    { now, policy, record }: Draft,
    { cumulativeAmount, expiresAt, isSignatureGood }: ReceivedVoucher,
    { below = false, minDelta }: Readonly<{ minDelta: bigint; below?: boolean }>,
): RefusalCode | undefined {
    const { accepted, chain, voucher } = record;
    if (cumulativeAmount <= accepted && !below) return 'CUMULATIVE_NOT_MONOTONIC';
    if (cumulativeAmount > chain.deposit) return 'EXCEEDS_DEPOSIT';
    if (!below && cumulativeAmount - accepted < minDelta) return 'BELOW_MIN_DELTA';
    if (!isSignatureGood) return 'INVALID_SIGNATURE';
    if (!lastsAsLong(expiresAt, now + 1n)) return 'EXPIRED';
    if (!lastsAsLong(expiresAt, now + BigInt(policy.settlementWindowSeconds)))
        return 'EXPIRES_WITHIN_SETTLEMENT_WINDOW';
    // One that is kept alone has to be the best one in both respects.
    if (!below && voucher !== null && !lastsAsLong(expiresAt, voucher.expiresAt)) return 'EXPIRES_EARLIER';
    return undefined;
}

/** The voucher as it is kept. */
export function toStoredVoucher({ cumulativeAmount, expiresAt, signature }: ReceivedVoucher): StoredVoucher {
    return { cumulativeAmount, expiresAt, signature };
}

/** Takes a voucher that breaks no rule. */
export function storeVoucher(draft: Draft, received: ReceivedVoucher): void {
    draft.set({
        accepted: received.cumulativeAmount,
        voucher: toStoredVoucher(received),
        lastActivityAt: laterOf(draft.record.lastActivityAt, draft.now),
        // What was in the way of the one before may not be in the way of this one.
        quarantine: null,
    });
}

/** Clocks of hosts differ: activity is never moved back. */
export function laterOf(a: bigint, b: bigint): bigint {
    return a > b ? a : b;
}
