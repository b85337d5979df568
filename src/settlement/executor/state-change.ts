import type { Address } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { getChannelResult } from './channel-result';
import { isEnded, isFree, type ChannelTask } from './channel-task';
import type { Effect } from './execution-events';
import type { ExecutionState } from './execution-state';
import type { Flight, FlightId } from './flight';
import type { BatchCounts, BatchProgress, BatchStop, BatchTransactionResult } from './execution-report';

/** A step of an execution, without where the execution then is. */
type ProgressStep = BatchProgress extends infer T ? (T extends unknown ? Omit<T, 'counts'> : never) : never;

/** The next state of an execution, and what is to be done about it, while they are put together. */
export class StateChange {
    readonly effects: Effect[] = [];
    #state: ExecutionState;

    constructor(state: ExecutionState) {
        this.#state = state;
    }

    get state(): ExecutionState {
        return this.#state;
    }

    get isStopped(): boolean {
        return this.#state.stopped !== undefined;
    }

    set(part: Partial<Omit<ExecutionState, 'counts' | 'flights' | 'limits' | 'places' | 'tasks'>>): void {
        this.#state = { ...this.#state, ...part };
    }

    /** Changes the tasks of channels, and reports those that have ended without being done. */
    update(channels: Iterable<Address>, transition: (task: ChannelTask) => ChannelTask): void {
        for (const [before, after] of this.#update(channels, transition)) {
            if (isEnded(before) || !isEnded(after) || after.phase.status === 'done') continue;
            this.report({ channel: getChannelResult(after), kind: 'abandoned' });
        }
    }

    /** As {@link update}, without progress: at the end of the execution its result says everything. */
    updateSilently(transition: (task: ChannelTask) => ChannelTask): void {
        this.#update(this.#state.places.keys(), transition);
    }

    #update(channels: Iterable<Address>, transition: (task: ChannelTask) => ChannelTask) {
        let { tasks } = this.#state;
        const counts = { ...this.#state.counts };
        const changes: (readonly [ChannelTask, ChannelTask])[] = [];
        for (const channel of channels) {
            const place = this.#state.places.get(channel);
            if (place === undefined) continue;
            const before = tasks.at(place)!;
            const after = transition(before);
            counts[getPlace(before)]--;
            counts[getPlace(after)]++;
            tasks = tasks.with(place, after);
            changes.push([before, after]);
        }
        this.#state = { ...this.#state, counts, tasks };
        return changes;
    }

    /** @param flight `undefined` once it is over. */
    setFlight(id: FlightId, flight: Flight | undefined): void {
        const flights = new Map(this.#state.flights);
        if (flight === undefined) flights.delete(id);
        else flights.set(id, flight);
        const counts = { ...this.#state.counts, transactionsUnderWay: flights.size };
        this.#state = { ...this.#state, counts, flights };
    }

    addTransaction(transaction: BatchTransactionResult): void {
        const { counts, transactions } = this.#state;
        const feeLamports = counts.feeLamports + transaction.feeLamports;
        const next = { counts: { ...counts, feeLamports }, transactions: transactions.append(transaction) };
        this.#state = { ...this.#state, ...next };
        this.report({ kind: 'concluded', transaction });
    }

    /** The first reason counts: it may be what the others follow from. */
    stop(reason: BatchStop['reason'], error: unknown): void {
        if (this.isStopped) return;
        const stop: BatchStop = toResult({ error, reason });
        this.set({ stopped: stop });
        this.report({ kind: 'stopping', stop });
    }

    do(effect: Effect): void {
        this.effects.push(effect);
    }

    report(step: ProgressStep): void {
        const { counts } = this.#state;
        this.do({ kind: 'report', progress: toResult({ ...step, counts: toResult({ ...counts }) }) as BatchProgress });
    }
}

function getPlace(task: ChannelTask): Extract<keyof BatchCounts, 'done' | 'notDone' | 'underWay' | 'waiting'> {
    if (isEnded(task)) return task.phase.status === 'done' ? 'done' : 'notDone';
    return isFree(task) ? 'waiting' : 'underWay';
}
