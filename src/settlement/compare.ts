import type { TransactionVersion } from '@solana/kit';

import type { DeploymentConfig } from '../deployment';
import type { RevisionName } from '../revision/types';
import type { BatchItem, BatchMode, BatchSettleOptions } from './batch';
import type { BatchPlan } from './batch-plan';
import { planBatchSettle } from './plan';
import { getFinalStatus } from './revision-names';

/** What a batch would cost in one of the ways to send it. */
export type BatchCost = Readonly<{
    version: TransactionVersion;
    /** Whether it uses the lookup tables that were given. */
    usesLookupTables: boolean;
    /** Whether the channels are distributed with the batch, by a batch of their own afterwards, or not at all. */
    distribute: 'later' | 'never' | 'now';
    /** Channels that something is done with. */
    channels: number;
    transactions: number;
    feeLamports: bigint;
    /** Rounded to the nearest lamport; 0 without channels. */
    lamportsPerChannel: bigint;
}>;

/**
 * Says what a batch would cost in every version, with and without the lookup tables that are given, distributed at once,
 * later or never. The rent of token accounts and tables is not part of it, nor is what a sender pays to be quick.
 *
 * Distributing now or later is compared when every item has what distributing takes.
 *
 * @throws As `planBatchSettle`.
 */
export function compareBatchOptions<TRevision extends RevisionName = 'tombstone'>(
    items: readonly BatchItem<TRevision>[],
    options: BatchSettleOptions<TRevision>,
    config: DeploymentConfig<TRevision> = {},
): readonly BatchCost[] {
    const { lookupTables, ...rest } = options;
    const ways: Pick<BatchSettleOptions, 'lookupTables' | 'version'>[] = [
        { version: 'legacy' },
        { version: 0 },
        ...(lookupTables === undefined ? [] : [{ lookupTables, version: 0 } as const]),
        { version: 1 },
    ];
    // Throws for whatever is wrong with the items, before they are looked at here.
    planBatchSettle(items, { ...rest, lookupTables, version: 0 }, config);
    const isDistributable = items.length > 0 && items.every(({ distribution }) => distribution !== undefined);
    return ways.flatMap(way => {
        const base = options.mode.replace(/AndDistribute$/, '');
        // Version 1 can't do without a limit.
        const budget = way.version === 1 ? { computeUnitLimit: true } : {};
        const planAs = (mode: string, batch = items) => {
            return planBatchSettle(batch, { ...rest, ...budget, ...way, mode: mode as BatchMode<TRevision> }, config);
        };
        const settled = planAs(base);
        if (!isDistributable) return [toCost(way, 'never', settled)];
        const now = planAs(`${base}AndDistribute`);
        const later = planAs(`${base}AndDistribute`, getItemsAfter(items, now, config));
        return [toCost(way, 'now', now), toCost(way, 'later', settled, later), toCost(way, 'never', settled)];
    });
}

/** The channels that a plan distributes, as they stand when it has done everything but that. */
function getItemsAfter<TRevision extends RevisionName>(
    items: readonly BatchItem<TRevision>[],
    { transactions }: BatchPlan,
    config: DeploymentConfig<TRevision>,
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
    const finalStatus = getFinalStatus(config);
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

function toCost(
    { lookupTables, version }: Pick<BatchSettleOptions, 'lookupTables' | 'version'>,
    distribute: BatchCost['distribute'],
    ...plans: readonly BatchPlan[]
): BatchCost {
    const [{ totals }] = plans as readonly [BatchPlan];
    const feeLamports = plans.reduce((sum, plan) => sum + plan.totals.feeLamports, 0n);
    const channels = BigInt(totals.channels);
    return Object.freeze({
        channels: totals.channels,
        distribute,
        feeLamports,
        lamportsPerChannel: channels === 0n ? 0n : (feeLamports + channels / 2n) / channels,
        transactions: plans.reduce((sum, plan) => sum + plan.totals.transactions, 0),
        usesLookupTables: lookupTables !== undefined,
        version: version ?? 0,
    });
}
