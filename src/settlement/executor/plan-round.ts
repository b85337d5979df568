import type { Address, TransactionSigner } from '@solana/kit';

import { isLiveChannelState, type ChannelState, type LiveChannelState } from '../../channel/channel-state';
import { toResult } from '../../core/json-form';
import type { Deployment } from '../../revision/deployment';
import { TRANSACTION_SIGNATURE_MISSING } from '../../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../../core/errors';
import type { RevisionName } from '../../revision/revision-types';
import type { BatchItem, BatchSettleOptions } from '../plan/batch-input';
import type { BatchPlan, PlannedTransaction } from '../plan/batch-plan';
import { compareDeadlines, isNearDeadline } from '../plan/deadlines';
import { skip, type Skipped } from '../plan/skipped';
import { withoutDistribution } from '../plan/check-options';
import { planBatchSettle } from '../plan/plan-batch-settle';
import { hasFailedAlone, isEnded, type ChannelTask } from './channel-task';
import type { FetchedBatch } from './fetch-batch-items';
import { countPayerTokenAccounts, type ChannelPlan, type PlanRefusal, type RoundPlan, type Step } from './round';
import type { Verdicts } from './verify-round';

type RoundItem = Readonly<{ item: BatchItem<RevisionName>; requestIndex: number }>;

/**
 * The part of a round that can't wait until its vouchers are verified: channels that are closing, whose deadline is near,
 * and which have a voucher that is known to be good.
 */
export function selectLastTries(
    tasks: readonly ChannelTask[],
    batch: FetchedBatch<RevisionName>,
    verdicts: Verdicts,
    marginSeconds: number,
): FetchedBatch<RevisionName> {
    const time = { marginSeconds, now: batch.unixTimestamp };
    const late = new Set<Address>();
    for (const [index, { channel }] of batch.items.entries()) {
        const isGood = verdicts.get(batch.requestIndexes[index]!) === true;
        if (isGood && 'channel' in channel && isNearDeadline(channel as LiveChannelState<RevisionName>, time)) {
            late.add(channel.address);
        }
    }
    for (const task of tasks) if (isEnded(task)) late.delete(task.channel);
    const places = [...batch.items.keys()].filter(index => late.has(batch.items[index]!.channel.address));
    return {
        ...batch,
        items: places.map(index => batch.items[index]!),
        requestIndexes: places.map(index => batch.requestIndexes[index]!),
    };
}

/**
 * Plans what is to be done with the tasks by what the chain says of them now. Every task gets a step, a reason why not, or
 * is to be planned once more.
 *
 * @param input `firstId`: the id of the first step.
 */
export function planRound(
    tasks: readonly ChannelTask[],
    batch: FetchedBatch<RevisionName>,
    input: Readonly<{
        options: BatchSettleOptions & Readonly<{ feePayer: TransactionSigner }>;
        verdicts: Verdicts;
        deployment: Deployment;
        firstId: number;
    }>,
): RoundPlan {
    const { deployment, options, verdicts } = input;
    const byChannel = new Map(tasks.filter(task => !isEnded(task)).map(task => [task.channel, task]));
    const groups = new Map<string, RoundItem[]>();
    let maxPayerTokenAccounts = Number(options.maxPayerTokenAccounts ?? 0);
    for (const [index, item] of batch.items.entries()) {
        const requestIndex = batch.requestIndexes[index]!;
        const task = byChannel.get(item.channel.address);
        if (task === undefined) continue;
        const verified = { ...withPayee(item, options.feePayer), isSignatureValid: verdicts.get(requestIndex) };
        append(groups, `${task.payoutReason === undefined}/${task.isWithoutCreation}/${task.group}`, {
            item: verified,
            requestIndex,
        });
    }
    const plans = [...groups.values()].map(items => {
        const { isWithoutCreation, payoutReason } = byChannel.get(items[0]!.item.channel.address)!;
        const plan = planGroup(
            items,
            byChannel,
            {
                ...options,
                maxPayerTokenAccounts,
                missingTokenAccounts: isWithoutCreation ? 'skip' : options.missingTokenAccounts,
                mode: payoutReason === undefined ? options.mode : withoutDistribution(options.mode),
            },
            deployment,
        );
        for (const { planned } of plan.drafts) maxPayerTokenAccounts -= countPayerTokenAccounts(planned);
        return plan;
    });
    return assignIds(plans, input.firstId);
}

/** A step that has no id yet. */
type Draft = Readonly<{ planned: PlannedTransaction; dependsOn: readonly Draft[]; waiting: readonly Address[] }>;
type Read = Extract<ChannelPlan, { kind: 'planned' }>;
type DraftPlan = Readonly<{
    drafts: readonly Draft[];
    channels: readonly (Exclude<ChannelPlan, Read> | Omit<Read, 'deadlineAt' | 'steps'>)[];
}>;

/** Puts the plans of the groups together: what can't wait for long goes first, whichever group it is in. */
function assignIds(plans: readonly DraftPlan[], firstId: number): RoundPlan {
    // Within a group the plan has seen to it; the order is stable.
    const drafts = plans
        .flatMap(({ drafts }) => drafts)
        .sort((a, b) => compareDeadlines(a.planned.deadlineAt, b.planned.deadlineAt));
    const ids = new Map(drafts.map((draft, index) => [draft, firstId + index]));
    const steps = drafts.map((draft): Step => {
        const channels = draft.planned.channels.map(({ channel }) => channel);
        return {
            channels,
            concerns: [...new Set([...channels, ...draft.waiting])],
            dependsOn: draft.dependsOn.map(other => ids.get(other)!),
            id: ids.get(draft)!,
            planned: draft.planned,
        };
    });
    const byChannel = new Map<Address, Step[]>();
    for (const step of steps) for (const channel of step.channels) append(byChannel, channel, step);
    const channels = plans.flatMap(({ channels }) => channels);
    return {
        channels: channels.map((plan): ChannelPlan => {
            if (plan.kind === 'unplannable') return plan;
            const own = byChannel.get(plan.channel) ?? [];
            return { ...plan, deadlineAt: own[0]?.planned.deadlineAt, steps: own.map(({ id }) => id) };
        }),
        steps,
    };
}

function planGroup(
    all: readonly RoundItem[],
    tasks: ReadonlyMap<Address, ChannelTask>,
    options: BatchSettleOptions,
    deployment: Deployment,
): DraftPlan {
    const tryToPlan = (some: readonly RoundItem[]): BatchPlan | PaymentChannelsError => {
        try {
            return planBatchSettle(
                some.map(({ item }) => item),
                options,
                deployment,
            );
        } catch (error) {
            if (isPaymentChannelsError(error)) return error;
            throw error;
        }
    };
    let items = all;
    let plan = tryToPlan(items);
    let bad: ReadonlyMap<Address, PaymentChannelsError> = new Map();
    if (isPaymentChannelsError(plan)) {
        // A channel that can't even be judged must not keep the others from being planned, and that together.
        bad = findUnplannable(toChannelItems(all), plan, some => tryToPlan(some.flat()));
        const unplannable = bad;
        items = all.filter(({ item }) => !unplannable.has(item.channel.address));
        plan = tryToPlan(items);
        if (isPaymentChannelsError(plan)) throw plan;
    }
    const skipped = new Map<Address, Skipped[]>();
    for (const entry of plan.skipped) {
        append(skipped, entry.channel, toResult({ ...entry, index: items[entry.index]!.requestIndex }));
    }
    const states = new Map(items.map(({ item }) => [item.channel.address, item.channel as ChannelState<RevisionName>]));
    const repeated = getRepeated(plan.transactions, tasks);
    // A channel that has failed alone has a group of its own: nothing else is in this plan.
    const { drafts, partial, refusals } = toDrafts(repeated.size > 0 ? [] : plan.transactions, tasks, states);
    return {
        channels: [
            ...[...bad].map(([channel, error]) => ({ channel, error, kind: 'unplannable' as const })),
            ...[...states].map(([channel, state]) => ({
                channel,
                isPartial: partial.has(channel),
                kind: 'planned' as const,
                refusal: repeated.has(channel) ? ({ kind: 'repetition' } as const) : refusals.get(channel),
                skipped: skipped.get(channel) ?? [],
                state,
            })),
        ],
        drafts,
    };
}

/** The channels for which a transaction without any other one has failed before that would have done the same. */
function getRepeated(
    transactions: readonly PlannedTransaction[],
    tasks: ReadonlyMap<Address, ChannelTask>,
): ReadonlySet<Address> {
    const repeated = transactions.flatMap(({ channels: [planned, ...others] }) => {
        if (planned === undefined || others.length > 0) return [];
        return hasFailedAlone(tasks.get(planned.channel)!, planned) ? [planned.channel] : [];
    });
    return new Set(repeated);
}

/** The items of each channel. */
function toChannelItems(items: readonly RoundItem[]): readonly (readonly RoundItem[])[] {
    const byChannel = new Map<Address, RoundItem[]>();
    for (const one of items) append(byChannel, one.item.channel.address, one);
    return [...byChannel.values()];
}

/** The channels that a plan fails for, each with the reason, by halves: they are few. */
function findUnplannable(
    channels: readonly (readonly RoundItem[])[],
    error: PaymentChannelsError,
    tryToPlan: (channels: readonly (readonly RoundItem[])[]) => BatchPlan | PaymentChannelsError,
): ReadonlyMap<Address, PaymentChannelsError> {
    if (channels.length <= 1) return new Map(channels.map(items => [items[0]!.item.channel.address, error]));
    const middle = Math.floor(channels.length / 2);
    const halves = [channels.slice(0, middle), channels.slice(middle)].flatMap(half => {
        const answer = tryToPlan(half);
        return isPaymentChannelsError(answer) ? [...findUnplannable(half, answer, tryToPlan)] : [];
    });
    return new Map(halves);
}

/**
 * The steps that can be signed, without those that depend on others.
 *
 * `partial`: the channels of those others. Where another channel's signature is missing, they are planned again without it.
 */
function toDrafts(
    transactions: readonly PlannedTransaction[],
    tasks: ReadonlyMap<Address, ChannelTask>,
    states: ReadonlyMap<Address, ChannelState<RevisionName>>,
): Readonly<{
    drafts: readonly Draft[];
    partial: ReadonlySet<Address>;
    refusals: ReadonlyMap<Address, PlanRefusal>;
}> {
    const all: (Draft & { readonly waiting: Address[] } & Readonly<{ isDead: boolean }>)[] = [];
    const partial = new Set<Address>();
    const refusals = new Map<Address, PlanRefusal>();
    for (const planned of transactions) {
        const channels = planned.channels.map(({ channel }) => channel);
        const dependsOn = planned.dependsOn.map(index => all[index]!);
        for (const { planned, waiting } of dependsOn) if (planned.channels.length === 0) waiting.push(...channels);
        const missing = getMissingSigners(planned);
        if (missing.size > 0) refuseUnsigned(channels, { missing, refusals, states, tasks });
        const isDead = missing.size > 0 || dependsOn.some(other => other.isDead);
        if (isDead) for (const channel of channels) partial.add(channel);
        all.push({ dependsOn, isDead, planned, waiting: [] });
    }
    return { drafts: all.filter(({ isDead }) => !isDead), partial, refusals };
}

/** Refuses the channels that somebody would have to sign for who is known by address only. */
function refuseUnsigned(
    channels: readonly Address[],
    {
        missing,
        refusals,
        states,
        tasks,
    }: Readonly<{
        missing: ReadonlySet<Address>;
        refusals: Map<Address, PlanRefusal>;
        states: ReadonlyMap<Address, ChannelState<RevisionName>>;
        tasks: ReadonlyMap<Address, ChannelTask>;
    }>,
): void {
    let isFound = false;
    for (const channel of channels) {
        const state = states.get(channel)!;
        if (!isLiveChannelState(state) || !missing.has(state.channel.payee)) continue;
        const reason = skip('PAYEE_SIGNATURE_NEEDED', { channel, payee: state.channel.payee });
        const index = tasks.get(channel)!.requestIndexes[0]!;
        refusals.set(channel, { kind: 'payee', skipped: { channel, index, part: 'channel', reason } });
        isFound = true;
    }
    if (isFound) return;
    const [signer] = [...missing] as [Address];
    const error = new PaymentChannelsError(TRANSACTION_SIGNATURE_MISSING, { signer });
    for (const channel of channels) refusals.set(channel, { error, kind: 'signer' });
}

function getMissingSigners({ feePayerSigner, instructions, signers }: PlannedTransaction): ReadonlySet<Address> {
    const missing = new Set(signers);
    if (feePayerSigner !== undefined) missing.delete(feePayerSigner.address);
    for (const { accounts = [] } of instructions) {
        for (const account of accounts) if ('signer' in account) missing.delete(account.address);
    }
    return missing;
}

function withPayee(item: BatchItem<RevisionName>, feePayer: TransactionSigner): BatchItem<RevisionName> {
    if (item.payee !== undefined || !('channel' in item.channel)) return item;
    return item.channel.channel.payee === feePayer.address ? { ...item, payee: feePayer } : item;
}

function append<TKey, TValue>(map: Map<TKey, TValue[]>, key: TKey, value: TValue): void {
    const values = map.get(key);
    if (values === undefined) map.set(key, [value]);
    else values.push(value);
}
