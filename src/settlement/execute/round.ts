import type { Address, TransactionSigner } from '@solana/kit';

import { isLiveChannelState, type ChannelState } from '../../channel/state';
import type { DeploymentConfig } from '../../deployment';
import { isPaymentChannelsError, PaymentChannelsError } from '../../errors';
import type { RevisionName } from '../../revision/types';
import type { VoucherVerifier } from '../../voucher/verifier';
import type { BatchItem, BatchSettleOptions } from '../batch';
import type { BatchPlan, PlannedTransaction } from '../batch-plan';
import { leaveOut, type LeftOut } from '../left-out';
import { planBatchSettle } from '../plan';
import type { ChannelTask, Step } from './channel-task';
import type { FetchedBatch } from './fetch-items';

type RoundItem = Readonly<{ item: BatchItem<RevisionName>; requestIndex: number }>;

/** What is verified once is not verified again: by place of the request. */
export type Verdicts = Map<number, boolean>;

/**
 * Plans what is to be done with the tasks by what the chain says of them now. Every task gets a step, or a status that
 * says why not, or is to be planned once more.
 *
 * @throws What the verifier throws.
 */
export async function planRound(
    tasks: readonly ChannelTask[],
    batch: FetchedBatch<RevisionName>,
    input: Readonly<{
        options: BatchSettleOptions<RevisionName> & Readonly<{ feePayer: TransactionSigner }>;
        verdicts: Verdicts;
        verifier: VoucherVerifier;
        config: DeploymentConfig<RevisionName>;
    }>,
): Promise<readonly Step[]> {
    const { config, options, verdicts, verifier } = input;
    const byChannel = new Map(tasks.map(task => [task.channel, task]));
    for (const { channel, error } of batch.unreadable) {
        const task = byChannel.get(channel)!;
        task.error = error;
        task.status = 'unreadable';
    }
    const roundItems = batch.items.map((item, index): RoundItem => ({
        item: withPayee(item, options.feePayer),
        requestIndex: batch.requestIndexes[index]!,
    }));
    await verify(roundItems, verdicts, verifier);

    const groups = new Map<string, RoundItem[]>();
    for (const { item, requestIndex } of roundItems) {
        const task = byChannel.get(item.channel.address)!;
        if (task.status !== undefined) continue;
        const verified = { ...item, isSignatureValid: verdicts.get(requestIndex) };
        const group = groups.get(task.group);
        if (group === undefined) groups.set(task.group, [{ item: verified, requestIndex }]);
        else group.push({ item: verified, requestIndex });
    }
    const steps = [...groups.values()].flatMap(items => planGroup(items, byChannel, options, config));
    // What can't wait for long goes first, whichever group it is in; within a group the plan has seen to it.
    steps.sort((a, b) => compareDeadlines(a.planned.deadlineAt, b.planned.deadlineAt));
    return steps;
}

function planGroup(
    items: readonly RoundItem[],
    tasks: ReadonlyMap<Address, ChannelTask>,
    options: BatchSettleOptions<RevisionName>,
    config: DeploymentConfig<RevisionName>,
): Step[] {
    const channels = new Set(items.map(({ item }) => item.channel.address));
    let plan: BatchPlan;
    try {
        plan = planBatchSettle(
            items.map(({ item }) => item),
            options,
            config,
        );
    } catch (error) {
        if (!isPaymentChannelsError(error)) throw error;
        // A channel that can't even be judged must not keep the others from being planned.
        if (channels.size > 1) {
            return [...channels].flatMap(channel =>
                planGroup(
                    items.filter(({ item }) => item.channel.address === channel),
                    tasks,
                    options,
                    config,
                ),
            );
        }
        for (const channel of channels) Object.assign(tasks.get(channel)!, { error, status: 'unreadable' });
        return [];
    }
    const leftOut = new Map<Address, LeftOut[]>();
    for (const entry of plan.leftOut) {
        const renumbered = Object.freeze({ ...entry, index: items[entry.index]!.requestIndex });
        const known = leftOut.get(entry.channel);
        if (known === undefined) leftOut.set(entry.channel, [renumbered]);
        else known.push(renumbered);
    }
    const states = new Map(items.map(({ item }) => [item.channel.address, item.channel as ChannelState<RevisionName>]));
    for (const [channel, state] of states) {
        const task = tasks.get(channel)!;
        task.needsPlan = false;
        if (isLiveChannelState(state)) task.payee = state.channel.payee;
    }
    const steps = toSteps(plan.transactions, tasks, states);
    for (const channel of channels) {
        const task = tasks.get(channel)!;
        task.setLeftOut([...(leftOut.get(channel) ?? []), ...(task.status === 'leftOut' ? task.leftOut : [])]);
        if (task.open.size === 0 && task.status === undefined && !task.needsPlan) {
            task.status = task.hasLanded ? 'done' : 'leftOut';
            // What the chain says now is the better reason than what a transaction failed for before.
            task.failure = undefined;
            task.error = undefined;
        }
    }
    return steps;
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
        const step: Step = { dependsOn, planned, state: 'waiting', tasks: stepTasks };
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
        const reason = leaveOut('PAYEE_SIGNATURE_NEEDED', { channel: task.channel, payee });
        task.leftOut = [{ channel: task.channel, index: task.requestIndexes[0]!, part: 'channel', reason }];
        task.status = 'leftOut';
        isFound = true;
    }
    if (isFound) return;
    const [signer] = [...missing] as [Address];
    for (const task of tasks) {
        task.error = new PaymentChannelsError('TRANSACTION_SIGNATURE_MISSING', { signer });
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

async function verify(items: readonly RoundItem[], verdicts: Verdicts, verifier: VoucherVerifier): Promise<void> {
    const unverified = items.flatMap(({ item, requestIndex }) => {
        if (item.voucher === undefined || verdicts.has(requestIndex) || !('channel' in item.channel)) return [];
        if (item.isSignatureValid !== undefined) {
            verdicts.set(requestIndex, item.isSignatureValid);
            return [];
        }
        const { authorizedSigner } = item.channel.channel;
        return [{ requestIndex, verification: { authorizedSigner, signedVoucher: item.voucher } }];
    });
    if (unverified.length === 0) return;
    const answers = await verifier.verifyAll(unverified.map(({ verification }) => verification));
    for (const [place, { requestIndex }] of unverified.entries()) verdicts.set(requestIndex, answers[place]!);
}

/** What has no deadline comes last. */
function compareDeadlines(a: bigint | undefined, b: bigint | undefined): number {
    if (a === b) return 0;
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return a < b ? -1 : 1;
}
