import assert from 'node:assert/strict';

import type { Address, Signature } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { JOURNAL_LEASE_LOST, RPC_UNAVAILABLE } from '../../../src/core/error-definitions';
import { PaymentChannelsError } from '../../../src/core/errors';
import { getChannelResult } from '../../../src/settlement/executor/channel-result';
import { isEnded, isPending } from '../../../src/settlement/executor/channel-task';
import type {
    Effect,
    ExecutionEvent,
    FlightEffect,
    FlightEvent,
} from '../../../src/settlement/executor/execution-events';
import { getNextMove, type ExecutionState } from '../../../src/settlement/executor/execution-state';
import type { FlightId, Resolution } from '../../../src/settlement/executor/flight';
import { reduce } from '../../../src/settlement/executor/reduce';
import {
    CHANNELS,
    createExecution,
    failsAt,
    failsWhole,
    NOW,
    toChannelState,
    toPlan,
    toPrepared,
    toSent,
    type StepShape,
} from '../../fixtures/execution-state';
import { runs } from '../../fixtures/random';

// An execution among edges that answer whatever they may answer, in any order, while leases get lost, it is stopped, and
// events arrive that belong to nothing. What must never happen is checked after every event, by what the edges have been
// asked to do and have answered, and not by what the state says of itself.

const ERRORS = [
    new Error('any'),
    new PaymentChannelsError(RPC_UNAVAILABLE, { failingMs: 1, method: 'getLatestBlockhash' }),
    new PaymentChannelsError(JOURNAL_LEASE_LOST, { channels: [CHANNELS[0]!], owner: 'the owner' }),
];

function isSame<T>(some: Iterable<T>, others: Iterable<T>): boolean {
    return [...some].map(String).sort().join() === [...others].map(String).sort().join();
}

class World {
    state: ExecutionState;
    now = 0;
    leaseLapses = 0;
    /** What each transaction waits for. */
    readonly open = new Map<FlightId, FlightEffect>();
    /** The channels of the transactions that may land: sent, or resumed, and without a known end. */
    readonly inFlight = new Map<FlightId, readonly Address[]>();
    readonly #recorded = new Set<FlightId>();
    readonly #renewed = new Set<FlightId>();
    readonly #ended = new Map<Address, string>();
    readonly #abandoned: Address[] = [];
    /** The channels for which a transaction was proved to have landed. */
    readonly #proved = new Set<Address>();
    #isFinished = false;
    #resumed = 0;

    /** @param isChecked Whether to look at each change twice, which takes its time. */
    constructor(
        private readonly choose: (options: number) => number,
        private readonly isChecked: boolean,
    ) {
        this.state = createExecution(CHANNELS.length);
    }

    dispatch(event: ExecutionEvent): void {
        const before = this.state;
        const [state, effects] = reduce(before, event);
        // The same event makes the same of the same state, which has not changed.
        if (this.isChecked) expect(reduce(before, event)).toEqual([state, effects]);
        this.state = state;
        this.#isFinished ||= event.kind === 'finished';
        for (const effect of effects) this.#perform(effect);
        this.#check();
    }

    #perform(effect: Effect): void {
        if (effect.kind === 'report') {
            if (effect.progress.kind === 'abandoned') this.#abandoned.push(effect.progress.channel.channel);
            return;
        }
        if (effect.kind === 'forgetBlockhash') return;
        const { flight } = effect;
        // One thing at a time for each transaction.
        assert(!this.open.has(flight), 'two things to do');
        this.open.set(flight, effect);
        if (effect.kind === 'sign') {
            assert(this.state.stopped === undefined, 'started though stopped');
            for (const channel of effect.step.channels) this.#expectFree(channel, flight);
        }
        if (effect.kind === 'record') assert(this.#renewed.has(flight), 'recorded without the leases');
        if (effect.kind === 'send') {
            // Write before you send.
            assert(this.#recorded.has(flight), 'sent before it is on record');
            const channels = effect.prepared.sent.channels.map(({ channel }) => channel);
            for (const channel of channels) this.#expectFree(channel, flight);
            this.inFlight.set(flight, channels);
        }
        if (effect.kind === 'follow') {
            this.inFlight.set(
                flight,
                effect.sent.channels.map(({ channel }) => channel),
            );
        }
    }

    /** No transaction of this execution with the channel may land, and none of an earlier one that it knew of in time. */
    #expectFree(channel: Address, flight: FlightId): void {
        const others = [...this.inFlight].filter(([id, channels]) => id !== flight && channels.includes(channel));
        // Those that were found after it was signed are not its fault: whoever had the lease meanwhile has sent them.
        assert(!others.some(([id]) => typeof id === 'number'), 'two in flight');
        if (this.open.get(flight)?.kind === 'sign') assert(others.length === 0, 'started beside an earlier one');
    }

    #check(): void {
        const { counts, flights, payerTokenAccounts, tasks } = this.state;
        const places = { done: 0, notDone: 0, underWay: 0, waiting: 0 };
        for (const task of tasks) {
            const { channel } = task;
            const { status } = getChannelResult(task);
            const isBusy = task.flights.own !== undefined || task.flights.resumed.length > 0;
            places[isEnded(task) ? (status === 'done' ? 'done' : 'notDone') : isBusy ? 'underWay' : 'waiting']++;
            // Prove before you report.
            if (status === 'done') assert(this.#proved.has(channel), 'done without proof');
            // What has ended stays so, whatever else happens.
            if (this.#ended.has(channel)) assert(status === this.#ended.get(channel), 'ended twice');
            else if (isEnded(task)) this.#ended.set(channel, status);
        }
        for (const place of ['done', 'notDone', 'underWay', 'waiting'] as const) {
            assert(counts[place] === places[place], `counts of ${place}`);
        }
        assert(counts.transactionsUnderWay === flights.size, 'counts of transactions');
        assert(payerTokenAccounts >= 0, 'token accounts');
        // Each transaction under way waits for something, or nobody would ever hear of it again.
        assert(isSame(this.open.keys(), flights.keys()), 'nothing to wait for');
        if (this.#isFinished) return;
        const abandoned = [...this.#ended].flatMap(([channel, status]) => (status === 'done' ? [] : [channel]));
        assert(isSame(this.#abandoned, abandoned), 'reported as abandoned');
    }

    pick<T>(values: readonly T[]): T {
        return values[this.choose(values.length)]!;
    }

    /** Answers one of the open effects in one of the ways in which it can be answered. */
    answer(): void {
        const effect = this.pick([...this.open.values()]);
        const { flight } = effect;
        const event = this.#toAnswer(effect);
        this.open.delete(flight);
        if (event.kind === 'renewed' && event.leaseLapses === this.state.round.leaseLapses) this.#renewed.add(flight);
        if (event.kind === 'recorded') this.#recorded.add(flight);
        if (event.kind === 'resolved' || event.kind === 'broken') {
            const isLanded = event.kind === 'resolved' && event.resolution.kind === 'landed';
            if (isLanded) for (const channel of this.inFlight.get(flight)!) this.#proved.add(channel);
            // What is unknown may land still.
            if (event.kind === 'resolved' && event.resolution.kind !== 'lost') this.inFlight.delete(flight);
        }
        this.dispatch(event);
    }

    #toAnswer(effect: FlightEffect): FlightEvent {
        const { flight } = effect;
        const base = { flight, mayWait: this.choose(2) === 0, now: this.now };
        const error = this.pick(ERRORS);
        if (this.choose(40) === 39) return { ...base, error, kind: 'broken' };
        const isWell = this.choose(4) < 3;
        switch (effect.kind) {
            case 'sign':
                return isWell
                    ? { ...base, kind: 'signed', prepared: toPrepared(effect.step) }
                    : { ...base, error, kind: 'notSigned' };
            case 'renewLeases':
                if (this.choose(8) === 7) this.leaseLapses++;
                return isWell
                    ? { ...base, leaseLapses: this.leaseLapses, kind: 'renewed' }
                    : { ...base, error, kind: 'notRecorded' };
            case 'record':
                return isWell ? { ...base, kind: 'recorded' } : { ...base, error, kind: 'notRecorded' };
            case 'send':
            case 'follow':
                return { ...base, kind: 'resolved', resolution: this.#resolve(effect.kind === 'send') };
            case 'recordOutcome':
                return { ...base, failure: isWell ? undefined : { error }, kind: 'concluded' };
            case 'pause':
                return { ...base, kind: 'paused' };
        }
    }

    #resolve(mayBeRefused: boolean): Resolution {
        const error = this.pick(ERRORS);
        const failure = this.pick([
            undefined,
            failsAt(this.choose(3)),
            failsWhole('AccountInUse'),
            failsWhole('SignatureFailure'),
            ...(this.choose(10) === 9 ? [failsWhole('InsufficientFundsForFee')] : []),
        ]);
        const isOutOfDate = this.choose(3) === 2;
        const kinds = ['landed', 'landed', 'landed', 'expired', 'gone', 'failed'] as const;
        const kind = this.pick([
            ...kinds,
            ...(mayBeRefused ? (['refused', 'refused'] as const) : []),
            ...(this.choose(10) === 9 ? (['lost'] as const) : []),
        ]);
        switch (kind) {
            case 'failed':
            case 'refused':
                return { failure, isOutOfDate, kind, source: error };
            case 'lost':
                return { error, kind };
            default:
                return { kind };
        }
    }

    /** Does what the execution wants to be done next, if it can be done now. */
    move(): void {
        const move = getNextMove(this.state, this.now, this.leaseLapses);
        switch (move.kind) {
            case 'drop':
                return this.dispatch({ kind: 'roundDropped' });
            case 'start':
                return this.dispatch({ kind: 'started', step: move.step });
            case 'plan':
                return this.#plan();
            case 'await':
                return this.answer();
            case 'awaitLeases':
                return this.dispatch(
                    this.choose(2) === 0 || this.state.stopped !== undefined
                        ? { kind: 'leasesAbandoned' }
                        : { channels: move.channels.filter(() => this.choose(2) === 0), kind: 'leasesTaken' },
                );
            case 'end':
                return;
        }
    }

    #plan(): void {
        this.dispatch({ kind: 'roundEnded' });
        // While the chain is read, what is under way goes on.
        if (this.open.size > 0 && this.choose(2) === 1) this.answer();
        const { leaseLapses } = this;
        const pending = this.state.tasks.filter(isPending).map(({ channel }) => channel);
        const some = () => pending.filter(() => this.choose(6) === 5);
        const toMap = <T>(channels: readonly Address[], value: () => T) =>
            new Map(channels.map(channel => [channel, value()]));
        this.dispatch({
            kind: 'verified',
            verification: {
                failure: undefined,
                proved: toMap(some(), () => this.pick(['bad', 'good'] as const)),
                unproved: toMap(this.choose(10) === 9 ? some() : [], () => ERRORS[0]),
                unreadable: toMap(this.choose(10) === 9 ? some() : [], () => ERRORS[1] as never),
                verdicts: new Map(),
            },
        });
        if (this.state.stopped !== undefined) return;
        const shapes: StepShape[] = [];
        if (this.choose(3) === 2) shapes.push({ channels: [], creates: 1 + this.choose(2) });
        let group: Address[] = [];
        for (const channel of pending) {
            group.push(channel);
            if (this.choose(2) === 1) continue;
            shapes.push(this.#toShape(group, shapes));
            group = [];
        }
        // A channel may be settled in one transaction and paid out in another that depends on it.
        const [last] = shapes.slice(-1);
        if (last !== undefined && last.channels.length > 0 && this.choose(3) === 2) {
            shapes.push({ actions: ['distribute'], after: [shapes.length - 1], channels: last.channels });
        }
        const state = () => toChannelState(this.pick(['open', 'absent']), BigInt(this.choose(9)));
        const others = Object.fromEntries(pending.map(channel => [channel, { state: state() }]));
        const plan = toPlan(this.state, shapes, others);
        this.dispatch({ leaseLapses, kind: 'planned', now: this.now, plan, unixTimestamp: NOW });
    }

    #toShape(channels: readonly Address[], before: readonly StepShape[]): StepShape {
        const creation = before.findIndex(shape => shape.channels.length === 0);
        return {
            actions: this.pick([['settle'], ['settle', 'distribute'], ['settleAndFinalize']] as const),
            after: creation >= 0 && this.choose(2) === 1 ? [creation] : [],
            amount: BigInt(1 + this.choose(9)),
            channels,
            creates: this.choose(4) === 3 ? 1 : 0,
            deadlineAt: this.choose(4) === 3 ? NOW + BigInt(this.choose(100)) : undefined,
        };
    }

    /** Something that nobody has asked for. */
    disturb(): void {
        const channels = CHANNELS.filter(() => this.choose(3) === 0);
        const base = { flight: this.pick([0, 1, 'unheard of' as Signature]), mayWait: true, now: this.now };
        const error = this.pick(ERRORS);
        const isAnswer = this.open.has(base.flight);
        this.now += this.choose(20_000);
        const events: (() => ExecutionEvent)[] = [
            () => ({ channels, kind: 'leasesLost', mayWait: this.choose(2) === 0 }),
            () => ({ channels, kind: 'leasesTaken' }),
            () => ({ ends: new Map(channels.map(channel => [channel, 1])), kind: 'leaseEndsRead' }),
            () => ({ kind: 'started', step: this.choose(20) }),
            () => ({ kind: 'roundDropped' }),
            () => ({ kind: 'resumed', sent: toSent(`of an earlier one, ${this.#resumed++}`, { channels }) }),
            ...(this.choose(40) === 39 ? [() => ({ error, kind: 'stopped', reason: 'price' }) as const] : []),
            // An answer is given once, to what was asked.
            ...(isAnswer
                ? []
                : [
                      () => ({ ...base, kind: 'recorded' }) as const,
                      () => ({ ...base, kind: 'resolved', resolution: { kind: 'landed' } }) as const,
                      () => ({ ...base, kind: 'concluded' }) as const,
                      () => ({ ...base, error, kind: 'broken' }) as const,
                  ]),
        ];
        this.dispatch(this.pick(events)());
    }

    /** Nothing disturbs any more: it has to come to an end. */
    finish(): void {
        for (let moves = 0; getNextMove(this.state, this.now, this.leaseLapses).kind !== 'end'; moves++) {
            assert(moves < 1_000, 'no end');
            this.move();
        }
        assert(this.open.size === 0, 'ended with something under way');
        this.dispatch({ kind: 'finished' });
        const { stopped, tasks } = this.state;
        assert([...tasks].every(isEnded), 'a channel without a status');
        const isUnstarted = tasks.some(task => getChannelResult(task).status === 'notStarted');
        assert(stopped !== undefined || !isUnstarted, 'nothing done though nothing was wrong');
    }
}

describe('whatever happens, in whatever order', () => {
    const choices = (maxLength: number) => fc.array(fc.nat(0xffff), { maxLength, minLength: 50, size: 'max' });

    function walk(choices: readonly number[], isChecked: boolean): World {
        let next = 0;
        // Once the choices are over, everything goes well.
        const world = new World(options => (next < choices.length ? choices[next++]! % options : 0), isChecked);
        while (next < choices.length) {
            const kind = choices[next++]! % 10;
            if (kind < 6) world.move();
            else if (kind < 9 && world.open.size > 0) world.answer();
            else world.disturb();
        }
        world.finish();
        return world;
    }

    it('nothing is done without proof, nothing is sent before it is on record, nothing is sent twice, and it ends', () => {
        const reached = new Set<string>();
        fc.assert(
            fc.property(choices(800), choices => {
                for (const task of walk(choices, false).state.tasks) reached.add(getChannelResult(task).status);
            }),
            runs(200),
        );
        // The walks get everywhere.
        const all = ['done', 'failed', 'leased', 'notStarted', 'skipped', 'unknown', 'unreadable'];
        expect([...reached].sort()).toEqual(all);
    });

    it('the same event makes the same of the same state, which never changes', () => {
        fc.assert(
            fc.property(choices(200), choices => void walk(choices, true)),
            runs(20),
        );
    });
});
