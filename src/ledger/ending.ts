import type { Answers, Decision, EndCommand, ReceivedVoucher, RefusalCode } from './commands';
import type { Draft } from './draft';
import { getReserved, getVoucherToEndWith } from './record';
import { findBrokenRule, storeVoucher, toStoredVoucher } from './vouchers';

/**
 * Ends the service of a channel. From this commit on nothing is accepted, and only now may the channel be sealed: whatever
 * voucher comes later would be lost.
 */
export function end(draft: Draft, command: EndCommand): Decision<Answers['end']> {
    const { reason, voucher } = command;
    const { record } = draft;
    if (voucher !== undefined && voucher.channelId !== draft.channel) return draft.refuse('VOUCHER_CHANNEL_MISMATCH');
    if (record.ending !== null) return repeat(draft, voucher);
    if (reason === 'idle' && !isIdle(draft)) return draft.refuse('NOT_IDLE');
    const broken = voucher && takeLastVoucher(draft, voucher, command.mayEndBelowAccepted === true);
    if (broken !== undefined) return draft.refuse(broken);
    const amount = draft.record.endingVoucher?.cumulativeAmount ?? draft.record.accepted;
    const ending = { amount, at: draft.now, reason };
    draft.set({ ending });
    return draft.decide({ ending, isFirst: true, kind: 'ending', voucher: getVoucherToEndWith(draft.record) });
}

/** The end is set once: whoever asks again learns of it, with the voucher that it was set with. */
function repeat(draft: Draft, voucher: ReceivedVoucher | undefined): Decision<Answers['end']> {
    const ending = draft.record.ending!;
    if (voucher !== undefined) {
        if (!voucher.isSignatureGood) return draft.refuse('INVALID_SIGNATURE');
        if (voucher.cumulativeAmount !== ending.amount) return draft.refuse('CLOSE_VOUCHER_MISMATCH');
    }
    return draft.decide({ ending, isFirst: false, kind: 'ending', voucher: getVoucherToEndWith(draft.record) });
}

function isIdle({ now, policy, record }: Draft): boolean {
    const { idleTimeoutSeconds, lastActivityAt, reservations } = record;
    if (idleTimeoutSeconds === null || reservations.length > 0) return false;
    return now >= lastActivityAt + BigInt(idleTimeoutSeconds) + BigInt(policy.clockToleranceSeconds);
}

/** The voucher that a client closes with: what is accepted already, more, or less where both have agreed on that. */
function takeLastVoucher(draft: Draft, received: ReceivedVoucher, mayBeBelow: boolean): RefusalCode | undefined {
    const { accepted, chain, spent } = draft.record;
    if (received.cumulativeAmount === accepted) return received.isSignatureGood ? undefined : 'INVALID_SIGNATURE';
    if (received.cumulativeAmount < accepted && mayBeBelow) {
        if (received.cumulativeAmount < spent + getReserved(draft.record)) return 'CUMULATIVE_NOT_MONOTONIC';
        if (received.cumulativeAmount <= chain.settled) return 'CUMULATIVE_NOT_MONOTONIC';
        const broken = findBrokenRule(draft, received, { below: true, minDelta: 0n });
        if (broken === undefined) draft.set({ endingVoucher: toStoredVoucher(received) });
        return broken;
    }
    const broken = findBrokenRule(draft, received, { minDelta: 0n });
    if (broken === undefined) storeVoucher(draft, received);
    return broken;
}
