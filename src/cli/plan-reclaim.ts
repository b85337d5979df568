import type { Address, AddressesByLookupTableAddress, TransactionVersion } from '@solana/kit';

import type { ChannelState } from '../channel/state';
import type { Deployment } from '../revision/deployment';
import type { RevisionName, RevisionWithReclaim } from '../revision/types';
import type { BatchItem } from '../settlement/plan/batch';
import { toCost, type BatchCost } from '../settlement/plan/compare-plans';
import { planBatchReclaim, type BatchReclaimOptions } from '../settlement/plan/plan-reclaim';
import { getTotals } from '../settlement/plan/totals';
import type { ReportedPlan } from './plan-report';

type ReclaimOptions = BatchReclaimOptions &
    Readonly<{ lookupTables: AddressesByLookupTableAddress | undefined; version: TransactionVersion }>;

/** Plans the reclaims of the distributed channels of a file, and says what each way to send them costs. */
export function planReclaim(
    items: readonly BatchItem<RevisionName>[],
    { lookupTables, ...options }: ReclaimOptions,
    deployment: Deployment,
): Readonly<{ costs: readonly BatchCost[]; plan: ReportedPlan }> {
    // A channel is an item for each of its vouchers.
    const states = new Map(
        items.map(({ channel }): [Address, BatchItem<RevisionName>['channel']] => [channel.address, channel]),
    );
    const planAs = (version: TransactionVersion, tables: AddressesByLookupTableAddress | undefined): ReportedPlan => {
        // What is of another revision was refused with the mode.
        const { skipped, transactions } = planBatchReclaim(
            [...states.values()] as ChannelState<RevisionWithReclaim>[],
            { ...options, lookupTables: tables, version },
            deployment as Deployment<RevisionWithReclaim>,
        );
        return { skipped, mode: 'reclaim', totals: getTotals(transactions, new Map()), transactions };
    };
    const ways = [
        { version: 'legacy' },
        { version: 0 },
        ...(lookupTables === undefined ? [] : [{ lookupTables, version: 0 } as const]),
        { version: 1 },
    ] as const;
    return {
        costs: ways.map(way => {
            const tables = 'lookupTables' in way ? way.lookupTables : undefined;
            return toCost({ lookupTables: tables, version: way.version }, 'never', planAs(way.version, tables));
        }),
        plan: planAs(options.version, options.version === 0 ? lookupTables : undefined),
    };
}
