import type { Address } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { isWaitingForLease } from './channel-task';
import {
    addSignature,
    dropStep,
    endAsUnreadable,
    endUnfinished,
    endWithoutLease,
    failUnproved,
    loseLease,
    noteLeaseEnd,
    prove,
    regainLease,
    startFlight,
    takePlan,
} from './channel-transitions';
import type { Effect, ExecutionEvent } from './execution-events';
import { findStep, getTasks, type ExecutionState } from './execution-state';
import { reduceFlight } from './reduce-flight';
import { beginRound, countPayerTokenAccounts, endRound, killWaiting, startStep } from './round';
import { StateChange } from './state-change';
import type { Verification } from './verify-round';

type EventOf<TKind extends ExecutionEvent['kind']> = Extract<ExecutionEvent, { kind: TKind }>;

/**
 * The state of an execution after an event, and the effects to perform. Time, answers and errors are in the
 * event: nothing is read, sent or waited for here. An event that does not fit the state, as one of a transaction that is
 * over, changes nothing.
 */
export function reduce(
    state: ExecutionState,
    event: ExecutionEvent,
): readonly [state: ExecutionState, effects: readonly Effect[]] {
    const change = new StateChange(state);
    apply(change, event);
    return [change.state, change.effects];
}

function apply(change: StateChange, event: ExecutionEvent): void {
    switch (event.kind) {
        case 'stopped':
            return change.stop(event.reason, event.error);
        case 'listenerFailed':
            if (!change.isStopped) change.set({ stopped: toResult({ error: event.error, reason: 'aborted' }) });
            return;
        case 'finished':
            change.updateSilently(endUnfinished);
            return change.report({ kind: 'finished' });
        case 'leasesLost':
            return change.update(event.channels, task => loseLease(task, event.mayWait));
        case 'leasesTaken':
            return change.update(event.channels, regainLease);
        case 'leasesAbandoned':
            return change.update(getWaitingForLease(change.state), task => endWithoutLease(task, false));
        case 'leaseEndsRead':
            return change.update(event.ends.keys(), task => noteLeaseEnd(task, event.ends.get(task.channel)));
        case 'roundDropped':
            return dropWaiting(change);
        case 'roundEnded':
            dropWaiting(change);
            return change.set({ round: endRound(change.state.round), rounds: change.state.rounds + 1 });
        case 'verified':
            return takeVerification(change, event.verification);
        case 'planned':
            return takeRound(change, event);
        case 'started':
            return start(change, event);
        case 'resumed':
            return resume(change, event);
        default:
            return reduceFlight(change, event);
    }
}

function getWaitingForLease({ tasks }: ExecutionState): readonly Address[] {
    return tasks.filter(isWaitingForLease).map(({ channel }) => channel);
}

function dropWaiting(change: StateChange): void {
    const [round, dead] = killWaiting(change.state.round);
    change.set({ round });
    for (const { channels, id } of dead) change.update(channels, task => dropStep(task, id));
}

function takeVerification(change: StateChange, verification: Verification): void {
    const { failure, proved, unproved, unreadable, verdicts } = verification;
    change.set({ verdicts: new Map([...change.state.verdicts, ...verdicts]), verifierFailure: failure });
    change.update(unreadable.keys(), task => endAsUnreadable(task, unreadable.get(task.channel)));
    change.update(proved.keys(), task => prove(task, proved.get(task.channel) === 'bad'));
    change.update(unproved.keys(), task => failUnproved(task, unproved.get(task.channel)));
}

function takeRound(change: StateChange, { leaseLapses, now, plan, unixTimestamp }: EventOf<'planned'>): void {
    const { limits, round, rounds } = change.state;
    // A plan is for a round that has ended.
    if (round.steps.length > 0) return;
    change.set({ round: beginRound(round, plan.steps, now, leaseLapses) });
    const plans = new Map(plan.channels.map(one => [one.channel, one]));
    change.update(plans.keys(), task => {
        const one = plans.get(task.channel)!;
        const deadlineAt = one.kind === 'planned' ? one.deadlineAt : undefined;
        // What has little time left is not given up before it is over; how long that takes is fixed when it is found late.
        const isLate = deadlineAt !== undefined && 1_000n * (deadlineAt - unixTimestamp) <= BigInt(limits.lateMs);
        return takePlan(task, one, isLate ? now + limits.lateMs : undefined);
    });
    change.report({ kind: 'planned', round: rounds, transactions: plan.steps.length });
}

function start(change: StateChange, event: EventOf<'started'>): void {
    const { payerTokenAccounts, round } = change.state;
    const step = findStep(change.state);
    if (step === undefined || step.id !== event.step) return;
    change.set({
        payerTokenAccounts: payerTokenAccounts + countPayerTokenAccounts(step.planned),
        round: startStep(round, step),
    });
    change.setFlight(step.id, { leaseLapses: round.leaseLapses, kind: 'signing', step });
    change.update(step.channels, task => startFlight(task, step.id));
    change.do({ flight: step.id, kind: 'sign', step });
}

/** Another execution, or an earlier one, has recorded it, and nobody its end. */
function resume(change: StateChange, { sent }: EventOf<'resumed'>): void {
    const { channels: all, signature } = sent;
    const channels = all.map(({ channel }) => channel);
    // One of its own is followed already.
    if (getTasks(change.state, channels).some(({ signatures }) => signatures.includes(signature))) return;
    change.setFlight(signature, { kind: 'resumed', sent });
    change.update(channels, task => addSignature(task, signature, true));
    change.report({ channels, kind: 'resumed', signature });
    change.do({ flight: signature, kind: 'follow', sent });
}
