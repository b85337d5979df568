import type { Address, Signature } from '@solana/kit';

import type { SentChannel } from '../../journal/journal';
import type { TransactionFailure } from '../../revision/program-failure';
import type { PlannedChannel } from '../plan/batch-plan';
import type { Skipped, SkippedReason } from '../plan/skipped';
import type { BatchChannelAccount, BatchChannelStatus } from './execution-report';

type NonEmpty<T> = readonly [T, ...T[]];

/** The phase that a channel is in. */
export type ChannelPhase =
    /** It has to be planned, for the first time or again. */
    | Readonly<{ kind: 'pending' }>
    /** Some of its steps have not landed. Partial: others came to nothing, so that there is more to plan afterwards. */
    | Readonly<{ kind: 'planned'; steps: NonEmpty<number>; isPartial: boolean }>
    /** All of its steps have landed. It ends with the last of its transactions. */
    | Readonly<{ kind: 'complete' }>
    | EndedPhase;

/** Nothing more is started with the channel. It can't be done without what has landed, which proves it. */
export type EndedPhase =
    | Readonly<{ kind: 'ended'; status: 'done'; proof: NonEmpty<SentChannel> }>
    | Readonly<{ kind: 'ended'; status: 'leased'; until: number | undefined }>
    | Readonly<{ kind: 'ended'; status: Exclude<BatchChannelStatus, 'done' | 'leased'> }>;

/** Why a transaction did not do what it was for. */
export type Cause = Readonly<{ failure: TransactionFailure | undefined; error: unknown }>;

/** All that an execution knows of a channel. It never changes: `channel-transitions.ts` makes the next one of it. */
export type ChannelTask = Readonly<{
    channel: Address;
    requestIndexes: readonly number[];
    phase: ChannelPhase;
    /**
     * The transactions with it that are under way: of this execution there is one at most, by the id of its step; beside it
     * those that earlier ones have recorded.
     */
    flights: Readonly<{ own: number | undefined; resumed: readonly Signature[] }>;
    isLeasedElsewhere: boolean;
    /**
     * Whether what was said of its vouchers is believed. They are doubted once a transaction fails as it would for a bad
     * signature, then proved, and not doubted again.
     */
    trust: 'believed' | 'disproved' | 'doubted' | 'proved';
    /** It shares transactions only with channels of the same group. */
    group: string;
    /** How many transactions with it did not land, other than by the fault of another channel. */
    attempts: number;
    /** Until when, by the clock of the execution, it is tried whatever the number of attempts. */
    triedUntil: number | undefined;
    /** How often in a row, and since when, its lease expired before what was signed for it could be sent. */
    leaseLapses: Readonly<{ count: number; since: number }> | undefined;
    /** The failures of transactions in which it was the only channel. */
    failedAlone: readonly string[];
    /** Why this execution does not pay it out any more; its voucher is settled all the same. */
    payoutReason: SkippedReason | undefined;
    isWithoutCreation: boolean;
    /** Whether it was not ended for the sake of a voucher that is refused for now, and is looked at once more. */
    isEndPutOff: boolean;
    /** Known once it has been read. */
    payee: Address | undefined;
    account: BatchChannelAccount | undefined;
    /** Amount that is settled on chain, at least. */
    watermark: bigint;
    landed: readonly SentChannel[];
    skipped: readonly Skipped[];
    signatures: readonly Signature[];
}> &
    Cause;

/** A task for each channel, in the order of the first request for it. */
export function createTasks(requests: readonly Readonly<{ channel: Address }>[]): readonly ChannelTask[] {
    const indexes = new Map<Address, number[]>();
    for (const [index, { channel }] of requests.entries()) {
        const known = indexes.get(channel);
        if (known === undefined) indexes.set(channel, [index]);
        else known.push(index);
    }
    return [...indexes].map(([channel, requestIndexes]) => ({
        account: undefined,
        attempts: 0,
        channel,
        error: undefined,
        leaseLapses: undefined,
        failedAlone: [],
        failure: undefined,
        flights: { own: undefined, resumed: [] },
        group: '',
        isEndPutOff: false,
        isLeasedElsewhere: false,
        isWithoutCreation: false,
        landed: [],
        payee: undefined,
        payoutReason: undefined,
        phase: { kind: 'pending' },
        requestIndexes,
        signatures: [],
        skipped: [],
        triedUntil: undefined,
        trust: 'believed',
        watermark: 0n,
    }));
}

// What is asked of a task

export function isEnded(task: ChannelTask): task is ChannelTask & Readonly<{ phase: EndedPhase }> {
    return task.phase.kind === 'ended';
}

/** Whether no transaction with it is under way. */
export function isFree({ flights }: ChannelTask): boolean {
    return flights.own === undefined && flights.resumed.length === 0;
}

/** Whether it can be planned now. */
export function isPending(task: ChannelTask): boolean {
    return task.phase.kind === 'pending' && isFree(task) && !task.isLeasedElsewhere;
}

/** Whether nothing but its lease, which another owner holds, keeps it from being planned. */
export function isWaitingForLease(task: ChannelTask): boolean {
    return task.isLeasedElsewhere && !isEnded(task) && isFree(task);
}

/** Whether a transaction of its own that would do the same has failed. */
export function hasFailedAlone(task: ChannelTask, planned: PlannedChannel): boolean {
    return task.failedAlone.includes(describeAttempt(planned));
}

/** Whether a voucher is skipped that would have settled more than what is on chain. */
export function isMissed({ part, voucher }: Skipped, watermark: bigint): boolean {
    return part !== 'distribution' && voucher !== undefined && voucher.voucher.cumulativeAmount > watermark;
}

export function describeAttempt({ actions, voucher }: PlannedChannel): string {
    const { signature, voucher: terms } = voucher ?? {};
    return JSON.stringify([actions, String(terms?.cumulativeAmount), String(terms?.expiresAt), String(signature)]);
}
