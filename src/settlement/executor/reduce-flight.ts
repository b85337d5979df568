import type { Address } from '@solana/kit';

import { TRANSACTION_FAILED } from '../../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../../core/errors';
import { toResult } from '../../core/json-form';
import type { SentTransaction } from '../../journal/journal';
import type { TransactionFailure } from '../../revision/program-failure';
import {
    addSignature,
    countAttempt,
    countLeaseLapse,
    dispense,
    doubt,
    dropStep,
    endAs,
    endFlight,
    forgetLeaseLapses,
    isolate,
    land,
    loseLease,
} from './channel-transitions';
import type { Cause } from './channel-task';
import type { FlightEvent } from './execution-events';
import { getTasks } from './execution-state';
import { attributeFailure, mayBeBadSignature } from './failure-attribution';
import type { Flight, KnownResolution, SentFlight } from './flight';
import { isolateFailing } from './isolation';
import { findDispensable } from './find-dispensable';
import { countPayerTokenAccounts, killStep, landStep, type Step } from './round';
import type { StateChange } from './state-change';

/** What happens to a transaction that is under way, in the order in which it has to happen. */
export function reduceFlight(change: StateChange, event: FlightEvent): void {
    const flight = change.state.flights.get(event.flight);
    if (flight === undefined) return;
    switch (event.kind) {
        case 'signed':
            if (flight.kind !== 'signing') return;
            change.setFlight(event.flight, { ...flight, kind: 'renewing', prepared: event.prepared });
            return change.do({ flight: event.flight, kind: 'renewLeases' });
        case 'notSigned':
            return flight.kind === 'signing' ? failToSign(change, flight.step, event) : undefined;
        case 'renewed':
            return flight.kind === 'renewing' ? recordUnlessOvertaken(change, flight, event) : undefined;
        case 'recorded':
            return flight.kind === 'recording' ? send(change, flight, event) : undefined;
        case 'notRecorded':
            if (flight.kind !== 'renewing' && flight.kind !== 'recording') return;
            return failToRecord(change, flight.step, event);
        case 'resolved':
            if (flight.kind !== 'sent' && flight.kind !== 'resumed') return;
            return resolve(change, flight, event);
        case 'concluded':
            if (flight.kind !== 'resolved') return;
            if (event.failure !== undefined) change.stop('journal', event.failure.error);
            return conclude(change, flight.flight, flight.resolution, event);
        case 'paused':
            return flight.kind === 'pausing' ? end(change, event, flight.step.channels) : undefined;
        case 'broken':
            return breakOff(change, flight, event);
    }
}

type Of<TKind extends FlightEvent['kind']> = Extract<FlightEvent, { kind: TKind }>;
type FlightOf<TKind extends Flight['kind']> = Extract<Flight, { kind: TKind }>;

function getSent(flight: SentFlight): SentTransaction {
    return flight.kind === 'sent' ? flight.prepared.sent : flight.sent;
}

// Before it is sent: nobody else has seen a transaction that gets no further

function failToSign(change: StateChange, step: Step, event: Of<'notSigned'>): void {
    const { error } = event;
    kill(change, step, true);
    if (!change.isStopped) {
        if (isPaymentChannelsError(error, 'RPC_UNAVAILABLE')) change.stop('rpc', error);
        else isolateByPayee(change, step, { error, failure: undefined }, event.now);
    }
    end(change, event, step.channels);
}

/** Whose signature is missing, only the signers know: the channels of each payee go on without the others. */
function isolateByPayee(change: StateChange, { concerns }: Step, cause: Cause, now: number): void {
    const payees = new Set(getTasks(change.state, concerns).map(({ payee }) => payee));
    if (payees.size > 1) change.update(concerns, task => isolate(task, `payee ${task.payee}`));
    else countAttempts(change, concerns, cause, now);
}

/** Whoever had the leases meanwhile may have sent the same. */
function recordUnlessOvertaken(change: StateChange, flight: FlightOf<'renewing'>, event: Of<'renewed'>): void {
    const { prepared, step } = flight;
    const { limits } = change.state;
    const isOvertaken =
        event.leaseLapses !== flight.leaseLapses ||
        getTasks(change.state, step.channels).some(({ isLeasedElsewhere }) => isLeasedElsewhere);
    if (!isOvertaken && !change.isStopped) {
        change.setFlight(event.flight, { kind: 'recording', prepared, step });
        return change.do({ flight: event.flight, kind: 'record', sent: prepared.sent });
    }
    kill(change, step, true);
    if (!change.isStopped) {
        change.update(step.concerns, task => countLeaseLapse(task, event.now, limits.owner, limits));
    }
    end(change, event, step.channels);
}

function failToRecord(change: StateChange, step: Step, event: Of<'notRecorded'>): void {
    const { error, mayWait } = event;
    kill(change, step, true);
    if (!isPaymentChannelsError(error, 'JOURNAL_LEASE_LOST')) change.stop('journal', error);
    else change.update(error.context.channels as readonly Address[], task => loseLease(task, mayWait));
    end(change, event, step.channels);
}

// Once it is on record

function send(change: StateChange, { prepared, step }: FlightOf<'recording'>, { flight }: Of<'recorded'>): void {
    const { signature } = prepared.sent;
    change.setFlight(flight, { kind: 'sent', prepared, step });
    change.update(step.concerns, forgetLeaseLapses);
    change.update(step.channels, task => addSignature(task, signature, false));
    change.report({ channels: step.channels, kind: 'sent', signature });
    change.do({ flight, kind: 'send', prepared });
}

function resolve(change: StateChange, flight: SentFlight, event: Of<'resolved'>): void {
    const { resolution } = event;
    const sent = getSent(flight);
    const step = flight.kind === 'sent' ? flight.step : undefined;
    const channels = sent.channels.map(({ channel }) => channel);
    if (resolution.kind === 'lost') {
        // Its record stays open: a later execution looks for it again.
        addTransaction(change, flight, 'unknown', undefined);
        change.stop('rpc', resolution.error);
        change.update(channels, task => endAs(task, 'unknown'));
        return end(change, event, channels);
    }
    if (resolution.kind === 'landed') {
        const byChannel = new Map(sent.channels.map(one => [one.channel, one]));
        if (step !== undefined) change.set({ round: landStep(change.state.round, step) });
        change.update(channels, task => land(task, byChannel.get(task.channel)!, step?.id));
    }
    change.setFlight(event.flight, { flight, kind: 'resolved', resolution });
    // It can't land any more, which is what whoever reads the journal has to know.
    const outcome = resolution.kind === 'gone' ? 'expired' : resolution.kind;
    change.do({ flight: event.flight, kind: 'recordOutcome', outcome, sent });
}

function conclude(
    change: StateChange,
    flight: SentFlight,
    resolution: KnownResolution,
    event: Pick<FlightEvent, 'flight' | 'mayWait' | 'now'>,
): void {
    const failure = 'failure' in resolution ? resolution.failure : undefined;
    const channels = getSent(flight).channels.map(({ channel }) => channel);
    addTransaction(change, flight, resolution.kind === 'gone' ? 'unknown' : resolution.kind, failure);
    if (flight.kind === 'resumed') {
        // What was in it by its place is not known any more.
        if (resolution.kind === 'failed') change.update(channels, doubt);
        return end(change, event, channels);
    }
    const { prepared, step } = flight;
    switch (resolution.kind) {
        case 'landed':
            break;
        case 'expired':
        case 'gone':
            kill(change, step, resolution.kind === 'expired');
            change.set({ expired: change.state.expired + 1 });
            change.do({ kind: 'forgetBlockhash' });
            countAttempts(change, step.concerns, { error: undefined, failure: undefined }, event.now);
            break;
        case 'failed':
        case 'refused':
            kill(change, step, true);
            actOnFailure(change, step, resolution, prepared.prefixLength, event.now);
    }
    if (resolution.kind !== 'refused' || !resolution.isOutOfDate) return end(change, event, channels);
    // The others get time to hear of it.
    change.setFlight(event.flight, { kind: 'pausing', step });
    change.do({ flight: event.flight, kind: 'pause' });
}

function actOnFailure(
    change: StateChange,
    step: Step,
    { failure, isOutOfDate, source }: Extract<KnownResolution, { failure: unknown }>,
    prefixLength: number,
    now: number,
): void {
    const { channels, concerns, planned } = step;
    const attribution = attributeFailure(failure, source, planned, prefixLength);
    const failing = attribution.kind === 'channel' ? [attribution.channel] : channels;
    const cause = { error: source instanceof Error ? source : undefined, failure };
    const hasLanded = getTasks(change.state, channels).some(({ landed }) => landed.length > 0);
    const dispensable = findDispensable(failure, planned, prefixLength, hasLanded);
    change.do({ kind: 'forgetBlockhash' });
    if (mayBeBadSignature(attribution, failure, planned, prefixLength)) change.update(failing, doubt);
    if (attribution.kind === 'feePayer') {
        const context = { logs: [], reason: failure!.message };
        change.stop('feePayer', cause.error ?? new PaymentChannelsError(TRANSACTION_FAILED, context));
    } else if (attribution.kind === 'nobody') {
        countAttempts(change, concerns, cause, now);
    } else if (dispensable !== undefined) {
        change.update(concerns, task => dispense(task, dispensable, cause));
    } else {
        const { limits } = change.state;
        change.update(failing, task => isolateFailing(task, failing, planned, cause, { isOutOfDate, limits, now }));
    }
}

/** After an unexpected error: whatever may be on chain is unknown, and everything else is dropped. */
function breakOff(change: StateChange, flight: Flight, event: Of<'broken'>): void {
    const { error } = event;
    switch (flight.kind) {
        case 'resumed':
        case 'sent':
            return resolve(change, flight, { ...event, kind: 'resolved', resolution: { error, kind: 'lost' } });
        case 'resolved':
            change.stop('rpc', error);
            return conclude(change, flight.flight, flight.resolution, event);
        case 'pausing':
            change.stop('rpc', error);
            return end(change, event, flight.step.channels);
        default:
            change.stop('rpc', error);
            kill(change, flight.step, true);
            return end(change, event, flight.step.channels);
    }
}

// What they have in common

/** @param isOffChain Whether it is certain that it has created no token accounts. */
function kill(change: StateChange, step: Step, isOffChain: boolean): void {
    const [round, dead] = killStep(change.state.round, step);
    const { payerTokenAccounts } = change.state;
    const uncreated = isOffChain ? countPayerTokenAccounts(step.planned) : 0;
    change.set({ payerTokenAccounts: payerTokenAccounts - uncreated, round });
    for (const { channels, id } of dead) change.update(channels, task => dropStep(task, id));
}

function countAttempts(change: StateChange, channels: readonly Address[], cause: Cause, now: number): void {
    const { limits } = change.state;
    change.update(channels, task => countAttempt(task, cause, now, limits));
}

function addTransaction(
    change: StateChange,
    flight: SentFlight,
    outcome: Exclude<KnownResolution['kind'], 'gone'> | 'unknown',
    failure: TransactionFailure | undefined,
): void {
    const { channels, feeLamports, signature } = getSent(flight);
    const isOnChain = outcome === 'landed' || outcome === 'failed';
    change.addTransaction(
        toResult({
            channels: Object.freeze(channels.map(({ channel }) => channel)),
            failure,
            feeLamports: isOnChain ? feeLamports : 0n,
            isResumed: flight.kind === 'resumed',
            outcome,
            signature,
        }),
    );
}

/** A transaction is over. */
function end(
    change: StateChange,
    { flight, mayWait }: Pick<FlightEvent, 'flight' | 'mayWait'>,
    channels: readonly Address[],
): void {
    change.update(channels, task => endFlight(task, flight, mayWait));
    change.setFlight(flight, undefined);
}
