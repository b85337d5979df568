import type { Address } from '@solana/kit';

import { PersistentList } from '../../core/persistent-list';
import type { ChannelState } from '../../channel/channel-state';
import type { RevisionName } from '../../revision/revision-types';
import type { PlannedTransaction } from '../plan/batch-plan';
import type { Skipped } from '../plan/skipped';

/** A transaction of a round. */
export type Step = Readonly<{
    /** No other step of the execution has it. */
    id: number;
    planned: PlannedTransaction;
    channels: readonly Address[];
    /** The channels that wait for it: its own or, if it only creates accounts, those of the steps that depend on it. */
    concerns: readonly Address[];
    /** Ids of the steps that have to have landed before; their places in the round are lower. */
    dependsOn: readonly number[];
}>;

/** The plan for one channel. */
export type ChannelPlan = Readonly<
    { channel: Address } & (
        | ({ kind: 'planned'; state: ChannelState<RevisionName> } & Readonly<{
              /** Ids of its steps. */
              steps: readonly number[];
              skipped: readonly Skipped[];
              /** Whether a step of it can't be signed for the sake of another channel: it is planned again without that one. */
              isPartial: boolean;
              /** Why nothing is done with it. */
              refusal: PlanRefusal | undefined;
              /** The earliest deadline of its steps. */
              deadlineAt: bigint | undefined;
          }>)
        | { kind: 'unplannable'; error: unknown }
    )
>;

/**
 * - `payee`: its payee would have to sign, and is known by address only.
 * - `repetition`: the same has failed before, in a transaction without any other channel.
 * - `signer`: somebody else would have to sign.
 */
export type PlanRefusal =
    | Readonly<{ kind: 'payee'; skipped: Skipped }>
    | Readonly<{ kind: 'repetition' }>
    | Readonly<{ kind: 'signer'; error: unknown }>;

/** The plan for the channels of a round. */
export type RoundPlan = Readonly<{ channels: readonly ChannelPlan[]; steps: readonly Step[] }>;

type StepState = 'dead' | 'landed' | 'started' | 'waiting';

/** A round of an execution: the transactions of a plan, each started once those that it depends on have landed. */
export type Round = Readonly<{
    /** Those that can't wait for long first. */
    steps: readonly Step[];
    states: PersistentList<StepState>;
    /** Id of its first step. */
    firstId: number;
    /** No step before this place waits. */
    firstWaiting: number;
    /** Whether the rest of it has to be planned again, because an urgent channel is without a step. */
    isOver: boolean;
    startedAt: number;
    /** How often the leases had expired when it was planned. */
    leaseLapses: number;
}>;

export const NO_ROUND: Round = {
    leaseLapses: 0,
    firstId: 0,
    firstWaiting: 0,
    isOver: false,
    startedAt: 0,
    states: /* @__PURE__ */ PersistentList.of<StepState>([]),
    steps: [],
};

/** How many token accounts of payers a transaction creates. */
export function countPayerTokenAccounts({ createdTokenAccounts }: PlannedTransaction): number {
    return createdTokenAccounts.filter(({ isPayers }) => isPayers).length;
}

/** The id of the next round's first step. */
export function getNextId({ firstId, steps }: Round): number {
    return firstId + steps.length;
}

export function isWaiting(round: Round): boolean {
    return round.firstWaiting < round.steps.length;
}

/** The first step that can be started, as far as its channels are free. */
export function findReady(round: Round, isFree: (channel: Address) => boolean): Step | undefined {
    const hasLanded = (id: number) => round.states.at(id - round.firstId) === 'landed';
    for (let place = round.firstWaiting; place < round.steps.length; place++) {
        const { channels, dependsOn } = round.steps[place]!;
        if (round.states.at(place) === 'waiting' && dependsOn.every(hasLanded) && channels.every(isFree)) {
            return round.steps[place];
        }
    }
    return undefined;
}

/** Ends a round. Its transactions under way go on; the next round takes account of how they end. */
export function endRound(round: Round): Round {
    return { ...round, firstId: getNextId(round), firstWaiting: 0, isOver: false, states: NO_ROUND.states, steps: [] };
}

export function beginRound(round: Round, steps: readonly Step[], startedAt: number, leaseLapses: number): Round {
    const states = PersistentList.of(steps.map((): StepState => 'waiting'));
    return { ...round, leaseLapses, firstWaiting: 0, startedAt, states, steps };
}

export function startStep(round: Round, { id }: Step): Round {
    return withStates(round, new Map([[id, 'started']]));
}

export function landStep(round: Round, { id }: Step): Round {
    return withStates(round, new Map([[id, 'landed']]));
}

/** A step comes to nothing, which may be one of an earlier round, and with it those that depend on it. */
export function killStep(round: Round, step: Step): readonly [Round, readonly Step[]] {
    const dead = new Map([[step.id, step]]);
    for (let place = round.firstWaiting; place < round.steps.length; place++) {
        const other = round.steps[place]!;
        if (round.states.at(place) === 'waiting' && other.dependsOn.some(id => dead.has(id))) dead.set(other.id, other);
    }
    return killAll(round, [...dead.values()]);
}

/** Nothing more of it is started. */
export function killWaiting(round: Round): readonly [Round, readonly Step[]] {
    return killAll(
        round,
        round.steps.filter((_, place) => round.states.at(place) === 'waiting'),
    );
}

function killAll(round: Round, dead: readonly Step[]): readonly [Round, readonly Step[]] {
    const isOver = round.isOver || dead.some(({ planned }) => planned.deadlineAt !== undefined);
    return [withStates({ ...round, isOver }, new Map(dead.map(({ id }) => [id, 'dead']))), dead];
}

function withStates(round: Round, changes: ReadonlyMap<number, StepState>): Round {
    let { states } = round;
    for (const [id, state] of changes) {
        if (id >= round.firstId) states = states.with(id - round.firstId, state);
    }
    let { firstWaiting } = round;
    while (firstWaiting < states.length && states.at(firstWaiting) !== 'waiting') firstWaiting++;
    return { ...round, firstWaiting, states };
}
