// Batches of the epoch revision under the names of the tombstone revision.

import * as epoch from '../../src/epoch';

type PlannedActions = readonly epoch.PlannedAction[];

const NAMES = [
    ['settleAndFinalize', 'settleAndSeal'],
    ['finalize', 'seal'],
] as const;

const toEpoch = (name: string) => name.replace(NAMES[0][0], NAMES[0][1]);
const fromEpoch = (name: string) => NAMES.find(([, own]) => own === name)?.[0] ?? name;

/** The options with the mode as the epoch revision calls it. */
function withMode<T>(options: T): T {
    if (typeof options !== 'object' || options === null || !('mode' in options)) return options;
    return { ...options, mode: typeof options.mode === 'string' ? toEpoch(options.mode) : options.mode };
}

/** The plan with the actions as the tombstone revision calls them. */
function renamed(plan: epoch.BatchPlan): epoch.BatchPlan {
    const { freeze } = Object;
    return freeze({
        ...plan,
        mode: plan.mode.replace(NAMES[0][1], NAMES[0][0]) as epoch.BatchPlan['mode'],
        transactions: freeze(
            plan.transactions.map(transaction =>
                freeze({
                    ...transaction,
                    channels: freeze(
                        transaction.channels.map(channel =>
                            freeze({ ...channel, actions: freeze(channel.actions.map(fromEpoch)) as PlannedActions }),
                        ),
                    ),
                }),
            ),
        ),
    });
}

export const planBatchSettle: typeof epoch.planBatchSettle = (items, options, ...rest) =>
    renamed(epoch.planBatchSettle(items, withMode(options), ...rest));

export const planBatchSettleAsync: typeof epoch.planBatchSettleAsync = async (items, options, ...rest) =>
    renamed(await epoch.planBatchSettleAsync(items, withMode(options), ...rest));

export const compareBatchOptions: typeof epoch.compareBatchOptions = (items, options, ...rest) =>
    epoch.compareBatchOptions(items, withMode(options), ...rest);

export const planLookupTables: typeof epoch.planLookupTables = (items, options, ...rest) =>
    epoch.planLookupTables(items, withMode(options), ...rest);
