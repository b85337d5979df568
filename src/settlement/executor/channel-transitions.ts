import type { Signature } from '@solana/kit';

import type { ChannelState } from '../../channel/channel-state';
import { BATCH_ATTEMPTS_EXHAUSTED, JOURNAL_LEASE_LOST } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { toResult } from '../../core/json-form';
import type { SentChannel } from '../../journal/journal';
import type { RevisionName } from '../../revision/revision-types';
import type { PlannedChannel } from '../plan/batch-plan';
import { skip, type Skipped } from '../plan/skipped';
import {
    describeAttempt,
    isEnded,
    isFree,
    isMissed,
    isWaitingForLease,
    type Cause,
    type ChannelTask,
} from './channel-task';
import type { BatchChannelStatus } from './execution-report';
import type { ChannelPlan } from './round';

// Every change of a channel's task: each function returns the next one.

/** How long a channel is tried. */
export type AttemptLimits = Readonly<{ maxAttempts: number; patienceMs: number }>;

// Its end

/** Ends it, unless it has ended before. */
export function endAs(task: ChannelTask, status: Exclude<BatchChannelStatus, 'done' | 'leased'>): ChannelTask {
    return isEnded(task) ? task : { ...task, phase: { kind: 'ended', status } };
}

/** Nothing is left to do: it is done if something has landed, and no better voucher was skipped. */
function endByProof(task: ChannelTask): ChannelTask {
    const [first, ...others] = task.landed;
    if (first === undefined || task.skipped.some(entry => isMissed(entry, task.watermark))) {
        return endAs(task, 'skipped');
    }
    return { ...task, phase: { kind: 'ended', proof: [first, ...others], status: 'done' } };
}

export function endAsUnreadable(task: ChannelTask, error: unknown): ChannelTask {
    return isEnded(task) ? task : endAs({ ...task, error }, 'unreadable');
}

/** The execution is over, whatever it was about to do. */
export function endUnfinished(task: ChannelTask): ChannelTask {
    return endAs(task, task.failedAlone.length > 0 ? 'failed' : 'notStarted');
}

// Leases

/** @param mayWait Whether the execution waits for leases. */
export function loseLease(task: ChannelTask, mayWait: boolean): ChannelTask {
    return isEnded(task) ? task : endWithoutLease({ ...task, isLeasedElsewhere: true }, mayWait);
}

/** Ends a channel that could not be leased. A transaction that is under way for it still counts. */
export function endWithoutLease(task: ChannelTask, mayWait: boolean): ChannelTask {
    if (mayWait || !isWaitingForLease(task)) return task;
    return { ...task, phase: { kind: 'ended', status: 'leased', until: undefined } };
}

export function regainLease(task: ChannelTask): ChannelTask {
    return isEnded(task) ? task : replan({ ...task, isLeasedElsewhere: false });
}

export function noteLeaseEnd(task: ChannelTask, until: number | undefined): ChannelTask {
    const { phase } = task;
    return phase.kind === 'ended' && phase.status === 'leased' ? { ...task, phase: { ...phase, until } } : task;
}

/** Its lease expired before what was signed could be sent. Where that goes on, as with short leases, it ends as well. */
export function countLeaseLapse(task: ChannelTask, now: number, owner: string, limits: AttemptLimits): ChannelTask {
    const { count, since } = task.leaseLapses ?? { count: 0, since: now };
    const attempts = count + 1;
    const next = { ...task, leaseLapses: { count: attempts, since } };
    if (task.isLeasedElsewhere || attempts < limits.maxAttempts || now - since <= limits.patienceMs) return next;
    const { channel } = task;
    const cause = new PaymentChannelsError(JOURNAL_LEASE_LOST, { channels: [channel], owner });
    const error = new PaymentChannelsError(BATCH_ATTEMPTS_EXHAUSTED, { attempts, channel }, { cause });
    return endAs({ ...next, error }, 'failed');
}

export function forgetLeaseLapses(task: ChannelTask): ChannelTask {
    return { ...task, leaseLapses: undefined };
}

// Rounds

/** Takes what a plan says of it; `triedUntil` where it has little time left. */
export function takePlan(task: ChannelTask, plan: ChannelPlan, triedUntil: number | undefined): ChannelTask {
    if (task.phase.kind !== 'pending') return task;
    if (plan.kind === 'unplannable') return endAsUnreadable(task, plan.error);
    const { isPartial, refusal, skipped, steps } = plan;
    const { channel, payoutReason: reason, requestIndexes } = task;
    const unpaid: readonly Skipped[] =
        reason === undefined ? [] : [{ channel, index: requestIndexes[0]!, part: 'distribution', reason }];
    const refused = refusal?.kind === 'payee' ? [refusal.skipped] : [];
    const seen = see(refusal?.kind === 'payee' ? { ...task, skipped: refused } : task, plan.state);
    const next: ChannelTask = {
        ...noteSkipped(seen, [...skipped, ...unpaid, ...refused]),
        isEndPutOff: skipped.some(({ part }) => part === 'ending'),
        triedUntil: task.triedUntil ?? triedUntil,
    };
    switch (refusal?.kind) {
        case 'payee':
            return endAs(next, 'skipped');
        case 'repetition':
            return endAs(next, 'failed');
        case 'signer':
            return endAs({ ...next, error: refusal.error }, 'failed');
    }
    const [first, ...others] = steps;
    if (first !== undefined) return { ...next, phase: { isPartial, kind: 'planned', steps: [first, ...others] } };
    if (isPartial) return next;
    // The chain would not have the signature, and was right: nothing better is known of the channel.
    if (next.trust === 'disproved' && next.landed.length === 0) return endAs(next, 'failed');
    // What the chain says now is the better reason than what a transaction failed for before.
    return endByProof({ ...next, error: undefined, failure: undefined });
}

function see(task: ChannelTask, state: ChannelState<RevisionName>): ChannelTask {
    if ('channel' in state) {
        const { payee, settlement } = state.channel;
        const account = toResult({ settled: settlement.settled, status: state.kind });
        return { ...task, account, payee, watermark: getHigher(task.watermark, settlement.settled) };
    }
    // What was there and is not any more was paid out, and its rent freed.
    const wasThere = task.payee !== undefined || task.signatures.length > 0;
    const status = state.kind === 'absent' && wasThere ? 'freed' : state.kind;
    const settled = task.payee === undefined && task.landed.length === 0 ? undefined : task.watermark;
    return { ...task, account: toResult({ settled, status }) };
}

/** Reasons that only say that what was wanted is on chain already. */
const DONE_ALREADY: readonly string[] = ['CHANNEL_NOT_SETTLEABLE', 'NOTHING_TO_DO', 'NOT_ABOVE_SETTLED'];

/** Records what a plan skipped, ignoring what has landed since. */
function noteSkipped(task: ChannelTask, skipped: readonly Skipped[]): ChannelTask {
    if (task.landed.length === 0) return { ...task, skipped };
    const news = skipped.filter(entry => {
        const { part, reason } = entry;
        return part === 'distribution' || isMissed(entry, task.watermark) || !DONE_ALREADY.includes(reason.code);
    });
    const isStillKnown = ({ index, part }: Skipped) =>
        part !== 'distribution' && !news.some(entry => entry.index === index && entry.part === part);
    return { ...task, skipped: [...task.skipped.filter(isStillKnown), ...news] };
}

/** A step of it comes to nothing. */
export function dropStep(task: ChannelTask, step: number): ChannelTask {
    return removeStep(task, step, true);
}

function removeStep(task: ChannelTask, step: number, isDropped: boolean): ChannelTask {
    if (task.phase.kind !== 'planned') return task;
    const isPartial = task.phase.isPartial || isDropped;
    const [first, ...others] = task.phase.steps.filter(id => id !== step);
    if (first !== undefined) return { ...task, phase: { isPartial, kind: 'planned', steps: [first, ...others] } };
    return { ...task, phase: { kind: isPartial || task.isEndPutOff ? 'pending' : 'complete' } };
}

function replan(task: ChannelTask): ChannelTask {
    if (isEnded(task)) return task;
    const { phase } = task;
    return { ...task, phase: phase.kind === 'planned' ? { ...phase, isPartial: true } : { kind: 'pending' } };
}

// Transactions

export function startFlight(task: ChannelTask, step: number): ChannelTask {
    return { ...task, flights: { ...task.flights, own: step } };
}

/** It is signed by this execution and recorded, or was by an earlier one, which is why it is followed. */
export function addSignature(task: ChannelTask, signature: Signature, isResumed: boolean): ChannelTask {
    const { own, resumed } = task.flights;
    const flights = isResumed ? { own, resumed: [...resumed, signature] } : task.flights;
    return { ...task, flights, signatures: [...task.signatures, signature] };
}

/** A transaction with it is over, and what it came to is known. */
export function endFlight(task: ChannelTask, flight: number | Signature, mayWait: boolean): ChannelTask {
    const { own, resumed } = task.flights;
    const flights = { own: own === flight ? undefined : own, resumed: resumed.filter(id => id !== flight) };
    const next = { ...task, flights };
    return next.phase.kind === 'complete' && isFree(next) ? endByProof(next) : endWithoutLease(next, mayWait);
}

/** A transaction has landed, or the channel itself proves that it has. */
export function land(task: ChannelTask, sent: SentChannel, step: number | undefined): ChannelTask {
    const { actions, cumulativeAmount } = sent;
    const isFinalized = actions.some(action => action !== 'distribute' && action !== 'settle');
    // What was skipped in one round may be settled by the next.
    const skipped = task.skipped.filter(({ part, reason, voucher }) => {
        if (part === 'ending') return !isFinalized;
        const isSettled = voucher !== undefined && voucher.voucher.cumulativeAmount === cumulativeAmount;
        return !isSettled || reason.code === 'DUPLICATE';
    });
    const next: ChannelTask = {
        ...task,
        // It was read before.
        account: undefined,
        error: undefined,
        failure: undefined,
        landed: [...task.landed, sent],
        skipped,
        watermark: getHigher(task.watermark, cumulativeAmount ?? 0n),
    };
    return step === undefined ? next : removeStep(next, step, false);
}

/** It did not get through for no fault of its own: it has so many attempts, and those that there is time for. */
export function countAttempt(task: ChannelTask, cause: Cause, now: number, limits: AttemptLimits): ChannelTask {
    const attempts = task.attempts + 1;
    const next = { ...task, ...cause, attempts };
    if (attempts < limits.maxAttempts || (task.triedUntil !== undefined && now < task.triedUntil)) return next;
    const { channel } = task;
    const context = { attempts, channel };
    const error = new PaymentChannelsError(BATCH_ATTEMPTS_EXHAUSTED, context, { cause: cause.error });
    return endAs({ ...next, error }, 'failed');
}

/** A transaction without any other channel has failed: the same is not tried again. */
export function failAlone(task: ChannelTask, planned: PlannedChannel): ChannelTask {
    return { ...task, failedAlone: [...task.failedAlone, describeAttempt(planned)] };
}

export function isolate(task: ChannelTask, group: string): ChannelTask {
    return { ...task, group };
}

export function noteCause(task: ChannelTask, cause: Cause): ChannelTask {
    return { ...task, ...cause };
}

/** Gives up the part that the transaction of a channel fails for, so that the rest is still done. */
export function dispense(task: ChannelTask, part: 'creation' | 'payout', { error, failure }: Cause): ChannelTask {
    if (part === 'creation') return { ...task, error, failure, isWithoutCreation: true };
    const message = failure?.message ?? (error instanceof Error ? error.message : 'its transaction fails');
    return { ...task, error, failure, payoutReason: skip('DISTRIBUTION_BLOCKED', { reasons: [message] }) };
}

// Vouchers

/** Its transaction failed as it would for a bad signature, which matters where there is another voucher to settle. */
export function doubt(task: ChannelTask): ChannelTask {
    return task.trust === 'believed' && task.requestIndexes.length > 1 ? { ...task, trust: 'doubted' } : task;
}

/** Its vouchers were verified beyond doubt, and one of them may be bad. */
export function prove(task: ChannelTask, isBad: boolean): ChannelTask {
    return { ...task, trust: isBad ? 'disproved' : 'proved' };
}

/** Nobody can say whether its vouchers are good. */
export function failUnproved(task: ChannelTask, error: unknown): ChannelTask {
    return endAs({ ...task, error }, 'failed');
}

function getHigher(a: bigint, b: bigint): bigint {
    return a > b ? a : b;
}
