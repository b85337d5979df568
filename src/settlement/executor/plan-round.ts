import type { Address, TransactionSigner } from '@solana/kit';

import { isLiveChannelState, type ChannelState, type LiveChannelState } from '../../channel/state';
import { toResult } from '../../core/json-form';
import type { Deployment } from '../../revision/deployment';
import { TRANSACTION_SIGNATURE_MISSING } from '../../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../../core/errors';
import type { RevisionName } from '../../revision/types';
import type { BatchItem, BatchSettleOptions } from '../plan/batch';
import type { BatchPlan, PlannedTransaction } from '../plan/batch-plan';
import { compareDeadlines } from '../plan/deadline';
import { skip, type Skipped } from '../plan/skipped';
import { withoutDistribution } from '../plan/options';
import { planBatchSettle } from '../plan/plan-batch-settle';
import { isNearDeadline } from '../plan/select';
import type { ChannelTask, Step } from './channel-task';
import type { FetchedBatch } from './fetch-batch-items';
import { giveUp, type Verdicts } from './verify-round';

type RoundItem = Readonly<{ item: BatchItem<RevisionName>; requestIndex: number }>;

/**
 * What of a round can't wait until its vouchers are verified: channels that are closing, whose deadline is near, and which
 * have a voucher that is known to be good.
 */
export function selectLastTries(
    tasks: readonly ChannelTask[],
    batch: FetchedBatch<RevisionName>,
    verdicts: Verdicts,
    marginSeconds: number,
): Readonly<{ batch: FetchedBatch<RevisionName>; tasks: readonly ChannelTask[] }> {
    const time = { marginSeconds, now: batch.unixTimestamp };
    const late = new Set<Address>();
    for (const [index, { channel }] of batch.items.entries()) {
        const isGood = verdicts.get(batch.requestIndexes[index]!) === true;
        if (isGood && 'channel' in channel && isNearDeadline(channel as LiveChannelState<RevisionName>, time)) {
            late.add(channel.address);
        }
    }
    const places = [...batch.items.keys()].filter(index => late.has(batch.items[index]!.channel.address));
    return {
        batch: {
            ...batch,
            items: places.map(index => batch.items[index]!),
            requestIndexes: places.map(index => batch.requestIndexes[index]!),
        },
        tasks: tasks.filter(({ channel, status }) => late.has(channel) && status === undefined),
    };
}

/**
 * Plans what is to be done with the tasks by what the chain says of them now. Every task gets a step, or a status that
 * says why not, or is to be planned once more.
 */
export function planRound(
    tasks: readonly ChannelTask[],
    batch: FetchedBatch<RevisionName>,
    input: Readonly<{
        options: BatchSettleOptions & Readonly<{ feePayer: TransactionSigner }>;
        verdicts: Verdicts;
        deployment: Deployment;
    }>,
): readonly Step[] {
    const { deployment, options, verdicts } = input;
    const byChannel = new Map(tasks.map(task => [task.channel, task]));
    const groups = new Map<string, RoundItem[]>();
    let maxPayerTokenAccounts = Number(options.maxPayerTokenAccounts ?? 0);
    for (const [index, item] of batch.items.entries()) {
        const requestIndex = batch.requestIndexes[index]!;
        const task = byChannel.get(item.channel.address)!;
        if (task.status !== undefined) continue;
        const verified = { ...withPayee(item, options.feePayer), isSignatureValid: verdicts.get(requestIndex) };
        const key = `${task.payoutReason === undefined}/${task.isWithoutCreation}/${task.group}`;
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [{ item: verified, requestIndex }]);
        else group.push({ item: verified, requestIndex });
    }
    const steps = [...groups.values()].flatMap(items => {
        const { isWithoutCreation, payoutReason } = byChannel.get(items[0]!.item.channel.address)!;
        const planned = planGroup(
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
        for (const step of planned) maxPayerTokenAccounts -= countPayerTokenAccounts(step.planned);
        return planned;
    });
    // What can't wait for long goes first, whichever group it is in; within a group the plan has seen to it.
    steps.sort((a, b) => compareDeadlines(a.planned.deadlineAt, b.planned.deadlineAt));
    return steps;
}

/** How many token accounts of payers a transaction creates. */
export function countPayerTokenAccounts({ createdTokenAccounts }: PlannedTransaction): number {
    return createdTokenAccounts.filter(({ isPayers }) => isPayers).length;
}

function planGroup(
    all: readonly RoundItem[],
    tasks: ReadonlyMap<Address, ChannelTask>,
    options: BatchSettleOptions,
    deployment: Deployment,
): Step[] {
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
    if (isPaymentChannelsError(plan)) {
        // A channel that can't even be judged must not keep the others from being planned, and that together.
        const bad = findUnplannable(toChannelItems(all), plan, some => tryToPlan(some.flat()));
        for (const [channel, error] of bad) giveUp(tasks.get(channel)!, error);
        items = all.filter(({ item }) => !bad.has(item.channel.address));
        plan = tryToPlan(items);
        if (isPaymentChannelsError(plan)) throw plan;
    }
    const channels = new Set(items.map(({ item }) => item.channel.address));
    const skipped = new Map<Address, Skipped[]>();
    for (const entry of plan.skipped) {
        const renumbered = toResult({ ...entry, index: items[entry.index]!.requestIndex });
        const known = skipped.get(entry.channel);
        if (known === undefined) skipped.set(entry.channel, [renumbered]);
        else known.push(renumbered);
    }
    const states = new Map(items.map(({ item }) => [item.channel.address, item.channel as ChannelState<RevisionName>]));
    for (const [channel, state] of states) {
        const task = tasks.get(channel)!;
        task.needsPlan = false;
        task.see(state);
    }
    const steps = toSteps(giveUpFailed(plan.transactions, tasks), tasks, states);
    for (const channel of channels) {
        const task = tasks.get(channel)!;
        const { payoutReason: reason, requestIndexes } = task;
        const unpaid: Skipped[] =
            reason === undefined ? [] : [{ channel, index: requestIndexes[0]!, part: 'distribution', reason }];
        task.isEndPutOff = skipped.get(channel)?.some(({ part }) => part === 'ending') === true;
        task.setSkipped([
            ...(skipped.get(channel) ?? []),
            ...unpaid,
            ...(task.status === 'skipped' ? task.skipped : []),
        ]);
        if (task.open.size === 0 && task.status === undefined && !task.needsPlan) {
            // The chain would not have the signature, and was right: nothing better is known of the channel.
            if (task.isDisproved && !task.hasLanded) {
                task.status = 'failed';
                continue;
            }
            task.end();
            // What the chain says now is the better reason than what a transaction failed for before.
            task.failure = undefined;
            task.error = undefined;
        }
    }
    return steps;
}

/** Gives up the channel of a transaction of its own that has failed before, and skips what was planned for it. */
function giveUpFailed(
    transactions: readonly PlannedTransaction[],
    tasks: ReadonlyMap<Address, ChannelTask>,
): readonly PlannedTransaction[] {
    const failed = transactions.flatMap(({ channels: [planned, ...others] }) => {
        const task = planned === undefined ? undefined : tasks.get(planned.channel);
        return task !== undefined && others.length === 0 && task.hasFailedWith(planned!) ? [task] : [];
    });
    if (failed.length === 0) return transactions;
    for (const task of failed) task.status = 'failed';
    // It has a group of its own since it failed: nothing else is in this plan.
    return [];
}

/** The items of each channel. */
function toChannelItems(items: readonly RoundItem[]): readonly (readonly RoundItem[])[] {
    const byChannel = new Map<Address, RoundItem[]>();
    for (const one of items) {
        const known = byChannel.get(one.item.channel.address);
        if (known === undefined) byChannel.set(one.item.channel.address, [one]);
        else known.push(one);
    }
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

function toSteps(
    transactions: readonly PlannedTransaction[],
    tasks: ReadonlyMap<Address, ChannelTask>,
    states: ReadonlyMap<Address, ChannelState<RevisionName>>,
): Step[] {
    const steps: Step[] = [];
    for (const planned of transactions) {
        const stepTasks = planned.channels.map(({ channel }) => tasks.get(channel)!);
        const dependsOn = planned.dependsOn.map(index => steps[index]!);
        const step: Step = { concerns: [...stepTasks], dependsOn, planned, state: 'waiting', tasks: stepTasks };
        for (const { concerns, tasks } of dependsOn) if (tasks.length === 0) concerns.push(...stepTasks);
        const missing = getMissingSigners(planned);
        if (missing.size > 0) {
            refuseUnsigned(stepTasks, states, missing);
            step.state = 'dead';
        }
        if (dependsOn.some(({ state }) => state === 'dead')) step.state = 'dead';
        steps.push(step);
    }
    for (const step of steps) {
        for (const task of step.tasks) {
            if (step.state === 'waiting') task.open.add(step);
            // Another channel's signature is missing: it is planned again without that one.
            else task.needsPlan = true;
        }
    }
    return steps;
}

/** Gives up the channels that somebody would have to sign for who is known by address only. */
function refuseUnsigned(
    tasks: readonly ChannelTask[],
    states: ReadonlyMap<Address, ChannelState<RevisionName>>,
    missing: ReadonlySet<Address>,
): void {
    let isFound = false;
    for (const task of tasks) {
        const state = states.get(task.channel)!;
        if (!isLiveChannelState(state) || !missing.has(state.channel.payee)) continue;
        const { payee } = state.channel;
        const reason = skip('PAYEE_SIGNATURE_NEEDED', { channel: task.channel, payee });
        task.skipped = [{ channel: task.channel, index: task.requestIndexes[0]!, part: 'channel', reason }];
        task.status = 'skipped';
        isFound = true;
    }
    if (isFound) return;
    const [signer] = [...missing] as [Address];
    for (const task of tasks) {
        task.error = new PaymentChannelsError(TRANSACTION_SIGNATURE_MISSING, { signer });
        task.status = 'failed';
    }
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
