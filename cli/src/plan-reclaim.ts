import type { Address } from '@solana/kit';
import type { ChannelState, Deployment, RevisionWithReclaim } from 'solana-payment-channels';
import {
    compareReclaimOptions,
    planBatchReclaim,
    type BatchCost,
    type BatchItem,
    type BatchReclaimOptions,
} from 'solana-payment-channels/settlement';

import type { ReportedPlan } from './plan-report';

/** Plans the reclaims of the distributed channels of a file, and says what each way to send them costs. */
export function planReclaim(
    items: readonly BatchItem[],
    { lookupTables, version, ...options }: BatchReclaimOptions,
    given: Deployment,
): Readonly<{ costs: readonly BatchCost[]; plan: ReportedPlan }> {
    // A channel is an item for each of its vouchers.
    const byAddress = new Map(items.map(({ channel }): [Address, BatchItem['channel']] => [channel.address, channel]));
    const states = [...byAddress.values()] as ChannelState<RevisionWithReclaim>[];
    // What is of a revision without reclaim was refused with the mode.
    const deployment = given as Deployment<RevisionWithReclaim>;
    const way = version === 0 ? { lookupTables, version } : { version };
    const { skipped, totals, transactions } = planBatchReclaim(states, { ...options, ...way }, deployment);
    return {
        costs: compareReclaimOptions(states, { ...options, lookupTables }, deployment),
        plan: { skipped, mode: 'reclaim', totals, transactions },
    };
}
