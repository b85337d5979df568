import type { Address } from '@solana/kit';

import { PersistentList } from '../../core/persistent-list';
import { createTasks, isEnded, isFree, isPending, isWaitingForLease, type ChannelTask } from './channel-task';
import type { AttemptLimits } from './channel-transitions';
import type { Flight, FlightId } from './flight';
import type { BatchCounts, BatchStop, BatchTransactionResult } from './execution-report';
import { findReady, isWaiting, NO_ROUND, type Round, type Step } from './round';
import type { Verdicts } from './verify-round';

/** The limits of an execution, as its caller sets them. */
export type ExecutionLimits = AttemptLimits &
    Readonly<{ concurrency: number; lateMs: number; owner: string; roundMs: number }>;

/** The state of an execution. It is immutable: `reduce` makes the next state from it. */
export type ExecutionState = Readonly<{
    limits: ExecutionLimits;
    /** In the order of the first request for each. */
    tasks: PersistentList<ChannelTask>;
    places: ReadonlyMap<Address, number>;
    round: Round;
    /** Rounds of planning so far. */
    rounds: number;
    flights: ReadonlyMap<FlightId, Flight>;
    counts: BatchCounts;
    transactions: PersistentList<BatchTransactionResult>;
    /** Transactions that have expired. */
    expired: number;
    /** Token accounts of payers that are created, or may be. */
    payerTokenAccounts: number;
    verdicts: Verdicts;
    /** Why the vouchers of the last round could not be verified. */
    verifierFailure: Readonly<{ error: unknown }> | undefined;
    /** Why nothing more is started; `undefined` while all is well. */
    stopped: BatchStop | undefined;
}>;

export function createState(
    requests: readonly Readonly<{ channel: Address }>[],
    limits: ExecutionLimits,
): ExecutionState {
    const tasks = createTasks(requests);
    const channels = tasks.length;
    return {
        counts: {
            channels,
            done: 0,
            feeLamports: 0n,
            notDone: 0,
            transactionsUnderWay: 0,
            underWay: 0,
            waiting: channels,
        },
        expired: 0,
        flights: new Map(),
        limits,
        payerTokenAccounts: 0,
        places: new Map(tasks.map(({ channel }, place) => [channel, place])),
        round: NO_ROUND,
        rounds: 0,
        stopped: undefined,
        tasks: PersistentList.of(tasks),
        transactions: PersistentList.of<BatchTransactionResult>([]),
        verdicts: new Map(),
        verifierFailure: undefined,
    };
}

export function getTask({ places, tasks }: ExecutionState, channel: Address): ChannelTask | undefined {
    const place = places.get(channel);
    return place === undefined ? undefined : tasks.at(place);
}

/** Those of the channels that are in the execution; others may be in a transaction that an earlier one has sent. */
export function getTasks(state: ExecutionState, channels: readonly Address[]): readonly ChannelTask[] {
    return channels.flatMap(channel => getTask(state, channel) ?? []);
}

/** The channels whose leases it holds, and needs. */
export function getHeldChannels({ tasks }: ExecutionState): readonly Address[] {
    return tasks.filter(task => !isEnded(task) && !task.isLeasedElsewhere).map(({ channel }) => channel);
}

/** The step that can be started now. */
export function findStep(state: ExecutionState): Step | undefined {
    if (state.stopped !== undefined || state.flights.size >= state.limits.concurrency) return undefined;
    return findReady(state.round, channel => {
        const task = getTask(state, channel);
        return task !== undefined && isFree(task);
    });
}

/** The next move of an execution. */
export type Move =
    /** The rest of the round is out of date. */
    | Readonly<{ kind: 'drop' }>
    | Readonly<{ kind: 'start'; step: number }>
    | Readonly<{ kind: 'plan' }>
    /** Wait for a transaction that is under way to end. */
    | Readonly<{ kind: 'await' }>
    | Readonly<{ kind: 'awaitLeases'; channels: readonly Address[] }>
    | Readonly<{ kind: 'end' }>;

/**
 * Chooses the next move.
 *
 * @param leaseLapses How often the leases have expired: somebody else may have had the channels meanwhile.
 */
export function getNextMove(state: ExecutionState, now: number, leaseLapses: number): Move {
    const { flights, limits, round, stopped, tasks } = state;
    if (stopped === undefined) {
        if (isWaiting(round)) {
            const isStale = round.isOver || leaseLapses !== round.leaseLapses || now - round.startedAt > limits.roundMs;
            if (isStale) return { kind: 'drop' };
        }
        const step = findStep(state);
        if (step !== undefined) return { kind: 'start', step: step.id };
        if (!isWaiting(round) && tasks.some(isPending)) return { kind: 'plan' };
    }
    if (flights.size > 0) return { kind: 'await' };
    const channels = tasks.filter(isWaitingForLease).map(({ channel }) => channel);
    return channels.length === 0 ? { kind: 'end' } : { channels, kind: 'awaitLeases' };
}
