import type { AddressesByLookupTableAddress, TransactionVersion } from '@solana/kit';

import type { ChannelState } from '../../channel/channel-state';
import type { Deployment } from '../../revision/deployment';
import type { RevisionWithReclaim } from '../../revision/revision-types';
import { readBatchOptions } from '../read-batch-options';
import { toCost, type BatchCost } from './compare-batch-options';
import { planBatchReclaim, type BatchReclaimOptions } from './plan-batch-reclaim';

/**
 * Computes the cost of recovering the rent of many channels in every version, with and without the lookup tables that
 * are given (docs/program.md, section 7.9).
 *
 * @throws As `planBatchReclaim`.
 *
 * @example
 * ```ts
 * const states = await fetchChannels(rpc, { rentPayer: sponsor.address, status: 'distributed' }, MAINNET_DEPLOYMENT);
 * const costs = compareReclaimOptions(states, { feePayer: sponsor, slot }, MAINNET_DEPLOYMENT);
 * ```
 */
export function compareReclaimOptions(
    states: readonly ChannelState<RevisionWithReclaim>[],
    options: BatchReclaimOptions,
    deployment: Deployment<RevisionWithReclaim>,
): readonly BatchCost[] {
    const { lookupTables, ...rest } = readBatchOptions(options);
    const costOf = (version: TransactionVersion, tables?: AddressesByLookupTableAddress): BatchCost => {
        const way = { lookupTables: tables, version };
        return toCost(way, 'never', planBatchReclaim(states, { ...rest, ...way }, deployment));
    };
    return [costOf('legacy'), costOf(0), ...(lookupTables === undefined ? [] : [costOf(0, lookupTables)]), costOf(1)];
}
