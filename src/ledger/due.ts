import { lastsAsLong } from '../voucher/compare-vouchers';
import type { LedgerPolicy } from './policy';
import {
    getAtRisk,
    getVoucherToEndWith,
    type ChainView,
    type ChannelRecord,
    type DueReason,
    type DueWork,
} from './record';

/** Slots are a little longer than this; a channel that is looked at early is looked at once more. */
const SLOT_MS = 400n;
const MAX_BACKOFF_SECONDS = 300n;
/** Repeating what fails for good is left to an hourly look and to the operator. */
const PATIENCE = 8;
const HOUR = 3_600n;

/**
 * When the worker should look at a channel next and why: `null` when there is nothing to do until something happens.
 *
 * What has a deadline comes before everything else. What failed lately waits, though never for longer than half of the time
 * that is left until the deadline.
 */
export function getDueWork(
    record: ChannelRecord,
    { now, policy }: Readonly<{ now: bigint; policy: LedgerPolicy }>,
): DueWork | null {
    if (record.quarantine !== null) return null;
    const wanted = getWanted(record, now, policy);
    if (wanted === undefined) return null;
    const at = delay(record, wanted, now);
    return { at, deadline: wanted.deadline ?? null, reason: wanted.reason };
}

type Wanted = Readonly<{ at: bigint; reason: DueReason; deadline?: bigint }>;

function getWanted(record: ChannelRecord, now: bigint, policy: LedgerPolicy): Wanted | undefined {
    const { chain } = record;
    switch (chain.status) {
        case 'open':
            return record.ending === null ? getWantedWhileOpen(record, now, policy) : { at: now, reason: 'close' };
        case 'closing':
            return getWantedWhileClosing(record, now);
        case 'sealed':
            return { at: now, reason: 'distribute' };
        case 'distributed':
            return getWantedReclaim(chain, now);
        case 'absent':
            return undefined;
    }
}

function getWantedWhileClosing(record: ChannelRecord, now: bigint): Wanted {
    const { chain, identity } = record;
    const deadline = (chain.closureStartedAt ?? now) + BigInt(identity.gracePeriodSeconds);
    const voucher = getVoucherToEndWith(record);
    const canSettle = voucher !== null && getAtRisk(record) > 0n && lastsAsLong(voucher.expiresAt, now + 1n);
    return canSettle && now < deadline ? { at: now, deadline, reason: 'deadline' } : { at: deadline, reason: 'seal' };
}

function getWantedWhileOpen(record: ChannelRecord, now: bigint, policy: LedgerPolicy): Wanted | undefined {
    const { idleTimeoutSeconds, lastActivityAt, reservations, voucher } = record;
    const wanted: Wanted[] = [];
    const atRisk = getAtRisk(record);
    if (voucher !== null && atRisk > 0n) {
        const settleAt = getSettleTime(record, atRisk, now, policy);
        if (settleAt !== undefined) wanted.push({ at: settleAt, reason: 'settle' });
        // One that has expired can't be settled any more.
        if (voucher.expiresAt > now) {
            wanted.push({
                at: voucher.expiresAt - BigInt(policy.leadSeconds),
                deadline: voucher.expiresAt,
                reason: 'voucherExpiry',
            });
        }
    }
    if (idleTimeoutSeconds !== null) {
        const idleAt = lastActivityAt + BigInt(idleTimeoutSeconds) + BigInt(policy.clockToleranceSeconds);
        wanted.push({ at: idleAt, reason: 'close' });
    }
    for (const { until } of reservations) wanted.push({ at: until, reason: 'verify' });
    return wanted.reduce<Wanted | undefined>(
        (first, next) => (first === undefined || next.at < first.at ? next : first),
        undefined,
    );
}

function getSettleTime(
    { settledMark, units }: ChannelRecord,
    atRisk: bigint,
    now: bigint,
    { maxAtRisk, settlementSchedule: { amount, intervalSeconds, units: perUnits } }: LedgerPolicy,
): bigint | undefined {
    const isDue =
        (amount !== null && atRisk >= amount) ||
        (maxAtRisk !== null && atRisk >= maxAtRisk) ||
        (perUnits !== null && units - settledMark.units >= perUnits);
    if (isDue) return now;
    return intervalSeconds === null ? undefined : settledMark.at + BigInt(intervalSeconds);
}

/** Nothing to do where the rent never comes back. */
function getWantedReclaim({ observedSlot, reclaimableFromSlot }: ChainView, now: bigint): Wanted | undefined {
    if (reclaimableFromSlot === null) return undefined;
    const slots = reclaimableFromSlot - observedSlot;
    return { at: slots > 0n ? now + (slots * SLOT_MS + 999n) / 1_000n : now, reason: 'reclaim' };
}

function delay({ attempts, lastError }: ChannelRecord, { at, deadline }: Wanted, now: bigint): bigint {
    if (lastError === null || attempts === 0) return at;
    const backoff =
        !lastError.isTransient && attempts >= PATIENCE
            ? HOUR
            : [2n ** BigInt(Math.min(attempts, 16)), MAX_BACKOFF_SECONDS].reduce((a, b) => (a < b ? a : b));
    const earliest = lastError.at + backoff;
    const latest = deadline === undefined ? earliest : now + (deadline - now) / 2n;
    const notBefore = earliest < latest ? earliest : latest;
    return at > notBefore ? at : notBefore;
}
