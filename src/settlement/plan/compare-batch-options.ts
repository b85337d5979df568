import type { TransactionVersion } from '@solana/kit';

import { toResult } from '../../core/json-form';
import type { Deployment } from '../../revision/deployment';
import type { RevisionName } from '../../revision/revision-types';
import type { BatchItem, BatchMode, BatchSettleOptions } from './batch-input';
import type { BatchPlan } from './batch-plan';
import {
    isBetter,
    planLookupTables,
    type LookupTableOption,
    type LookupTablePlan,
} from '../lookup-tables/plan-lookup-tables';
import { withoutDistribution } from './check-options';
import { planBatchSettle } from './plan-batch-settle';
import { readBatchOptions } from '../read-batch-options';
import { getStatusOf } from '../../channel/channel-status';

/** The cost of a batch for one way to send it. */
export type BatchCost = Readonly<{
    version: TransactionVersion;
    /** Whether it uses lookup tables, and whether these were given or are made for it; see `planLookupTables`. */
    usesLookupTables: boolean;
    lookupTables: 'given' | 'made' | 'none';
    /** Whether the channels are distributed with the batch, by a batch of their own afterwards, or not at all. */
    distribute: 'later' | 'never' | 'now';
    /** Channels that something is done with. */
    channels: number;
    /** Those that create, extend, deactivate and close tables included. */
    transactions: number;
    feeLamports: bigint;
    /** The part of the fees that goes to making tables and closing them again. */
    tableFeeLamports: bigint;
    /** Rent that is lent until the tables are closed, which is no part of the fees. */
    lockedLamports: bigint;
    /** Rounded to the nearest lamport; 0 without channels. */
    lamportsPerChannel: bigint;
}>;

/**
 * Computes the cost of a batch in every version, with and without the lookup tables that are given, with tables that
 * are made for it and closed afterwards, distributed immediately, later or never. Fees include what the tables cost;
 * the rent of token accounts and tables is not part of them, nor is what a sender pays to be quick. Tables are the ones
 * that save most, or lose least: where that is less than nothing, none is better. A batch that is distributed later
 * gets tables for each of the two.
 *
 * Distributing now or later is compared when every item has what distributing takes.
 *
 * @throws As `planBatchSettle`.
 *
 * @example
 * ```ts
 * for (const { version, lamportsPerChannel } of compareBatchOptions(items, options, MAINNET_DEPLOYMENT)) {
 *     console.log(version, lamportsPerChannel);
 * }
 * ```
 */
export function compareBatchOptions<TRevision extends RevisionName>(
    items: readonly BatchItem<TRevision>[],
    options: BatchSettleOptions,
    deployment: Deployment<TRevision>,
): readonly BatchCost[] {
    const { lookupTables, ...rest } = readBatchOptions(options);
    const ways: Pick<BatchSettleOptions, 'lookupTables' | 'version'>[] = [
        { version: 'legacy' },
        { version: 0 },
        ...(lookupTables === undefined ? [] : [{ lookupTables, version: 0 } as const]),
        { version: 1 },
    ];
    // Throws for whatever is wrong with the items, before they are looked at here.
    planBatchSettle(items, { ...rest, lookupTables, version: 0 }, deployment);
    const isDistributable = items.length > 0 && items.every(({ distribution }) => distribution !== undefined);
    const base = withoutDistribution(rest.mode);
    const costs = ways.flatMap(way => {
        // Version 1 can't do without a limit.
        const budget = way.version === 1 ? { computeUnitLimit: true } : {};
        const planAs = (mode: string, batch = items) => {
            return planBatchSettle(batch, { ...rest, ...budget, ...way, mode: mode as BatchMode }, deployment);
        };
        const settled = planAs(base);
        if (!isDistributable) return [toCost(way, 'never', settled)];
        const now = planAs(`${base}AndDistribute`);
        const later = planAs(`${base}AndDistribute`, getItemsAfter(items, now, deployment));
        return [toCost(way, 'now', now), toCost(way, 'later', settled, later), toCost(way, 'never', settled)];
    });
    return [...costs, ...compareMadeTables(items, rest, base, isDistributable, deployment)];
}

/** The cost of the batch with tables made for it, if there is anything to put into them. */
function compareMadeTables<TRevision extends RevisionName>(
    items: readonly BatchItem<TRevision>[],
    options: Omit<BatchSettleOptions, 'lookupTables'>,
    base: string,
    isDistributable: boolean,
    deployment: Deployment<TRevision>,
): readonly BatchCost[] {
    const { version: _, ...rest } = options;
    const withMode = (mode: string) => ({ ...rest, mode: mode as BatchMode });
    const makeFor = (mode: string, batch = items) => findBest(planLookupTables(batch, withMode(mode), deployment));
    const planAs = (mode: string) => planBatchSettle(items, { ...withMode(mode), version: 0 }, deployment);
    const distributing = `${base}AndDistribute`;
    const settled = makeFor(base);
    const { channels } = planAs(base).totals;
    const never = toMadeCost('never', channels, settled);
    if (!isDistributable) return never;
    const now = planAs(distributing);
    const later = makeFor(distributing, getItemsAfter(items, now, deployment));
    return [
        ...toMadeCost('now', now.totals.channels, makeFor(distributing)),
        ...toMadeCost('later', channels, settled, later),
        ...never,
    ];
}

/** The option with new tables that saves most; what is done without any, where there is none. */
function findBest({ options: [none, ...made] }: LookupTablePlan): LookupTableOption {
    const [first = none!, ...rest] = made;
    return rest.reduce((best, option) => (isBetter(option, best) ? option : best), first);
}

function toMadeCost(
    distribute: BatchCost['distribute'],
    channels: number,
    ...batches: readonly LookupTableOption[]
): readonly BatchCost[] {
    if (batches.every(({ contents }) => contents === 'none')) return [];
    const sum = (valueOf: (option: LookupTableOption) => bigint) =>
        batches.reduce((total, option) => total + valueOf(option), 0n);
    const tableFeeLamports = sum(option => option.tableFeeLamports);
    const feeLamports = tableFeeLamports + sum(({ batchFeeLamports }) => batchFeeLamports);
    return [
        toResult({
            channels,
            distribute,
            feeLamports,
            lamportsPerChannel: getShare(feeLamports, channels),
            lockedLamports: sum(({ lockedLamports }) => lockedLamports),
            lookupTables: 'made',
            tableFeeLamports,
            transactions: batches.reduce(
                (total, { batchTransactions, tableTransactions }) => total + batchTransactions + tableTransactions,
                0,
            ),
            usesLookupTables: true,
            version: 0,
        }),
    ];
}

function getShare(lamports: bigint, channels: number): bigint {
    const count = BigInt(channels);
    return count === 0n ? 0n : (lamports + count / 2n) / count;
}

/** The channels that a plan distributes, as they stand when it has done everything but that. */
function getItemsAfter<TRevision extends RevisionName>(
    items: readonly BatchItem<TRevision>[],
    { transactions }: BatchPlan,
    deployment: Deployment<TRevision>,
): BatchItem<TRevision>[] {
    const distributed = new Set(
        transactions.flatMap(({ channels }) =>
            channels.filter(({ actions }) => actions.includes('distribute')).map(({ channel }) => channel),
        ),
    );
    const done = new Map(
        transactions
            .flatMap(({ channels }) => channels)
            .filter(({ actions }) => actions[0] !== 'distribute')
            .map(planned => [planned.channel, planned]),
    );
    const finalStatus = getStatusOf('finalized', deployment);
    const after: BatchItem<TRevision>[] = [];
    for (const item of items) {
        const { address } = item.channel;
        if (!distributed.delete(address) || !('channel' in item.channel)) continue;
        const { channel } = item.channel;
        const planned = done.get(address);
        const settlement = {
            ...channel.settlement,
            settled: planned?.voucher?.voucher.cumulativeAmount ?? channel.settlement.settled,
        };
        const isFinalized = planned !== undefined && planned.actions[0] !== 'settle';
        const status = isFinalized ? finalStatus : channel.status;
        const state = { address, channel: { ...channel, settlement, status } };
        after.push({ ...item, channel: state as BatchItem<TRevision>['channel'], voucher: undefined });
    }
    return after;
}

/** The cost of a batch planned in one way, as one plan or as several that follow each other. */
export function toCost(
    { lookupTables, version }: Pick<BatchSettleOptions, 'lookupTables' | 'version'>,
    distribute: BatchCost['distribute'],
    ...plans: readonly Pick<BatchPlan, 'totals'>[]
): BatchCost {
    const [{ totals }] = plans as readonly [BatchPlan];
    const feeLamports = plans.reduce((sum, plan) => sum + plan.totals.feeLamports, 0n);
    return toResult({
        channels: totals.channels,
        distribute,
        feeLamports,
        lamportsPerChannel: getShare(feeLamports, totals.channels),
        lockedLamports: 0n,
        lookupTables: lookupTables === undefined ? 'none' : 'given',
        tableFeeLamports: 0n,
        transactions: plans.reduce((sum, plan) => sum + plan.totals.transactions, 0),
        usesLookupTables: lookupTables !== undefined,
        version: version ?? 0,
    });
}
