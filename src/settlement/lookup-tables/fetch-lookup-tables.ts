import type { Address, AddressesByLookupTableAddress, GetMultipleAccountsApi, Rpc } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { fetchAccounts, type FetchConfig } from '../../reading/fetch-channel';
import { getListLength } from '../../core/input';
import { refuse } from '../plan/check-options';
import { decodeLookupTable, getUsableAddresses, type LookupTable } from '../../runtime/lookup-table/lookup-table';

/** Lookup tables as an RPC says they are. */
export type FetchedLookupTables = Readonly<{
    /** Every one that was asked for, in that order, whether it can be used or not. */
    tables: readonly LookupTable[];
    /**
     * Addresses that transactions can use from the slot after `slot` on, for `planBatchSettle`. A table that was
     * deactivated is not among them.
     */
    lookupTables: AddressesByLookupTableAddress;
    /** The slot at which the RPC looked; of several requests, the earliest. */
    slot: bigint;
}>;

/**
 * Fetches lookup tables. What an RPC answers is not trusted to be one: owner, kind and size are checked.
 *
 * @throws `ADDRESS_INVALID` by field, `INPUT_INVALID` for no RPC, `BATCH_INVALID` for no list, `LOOKUP_TABLE_INVALID` for what is no lookup table,
 * `RPC_RESPONSE_INVALID`; what the RPC's transport throws.
 *
 * @example
 * ```ts
 * const { lookupTables } = await fetchLookupTables(rpc, [lookupTable]);
 * const plan = planBatchSettle(items, { ...options, lookupTables, version: 0 }, MAINNET_DEPLOYMENT);
 * ```
 */
export async function fetchLookupTables(
    rpc: Rpc<GetMultipleAccountsApi>,
    addresses: readonly Address[],
    config: FetchConfig = {},
): Promise<FetchedLookupTables> {
    if (getListLength(addresses) === undefined)
        refuse('addresses', addresses, 'an array of addresses of lookup tables');
    const accounts = await fetchAccounts(rpc, addresses, config);
    const tables = accounts.map(({ account }) => decodeLookupTable(account));
    const slot = accounts.reduce((earliest, { slot: at }) => (at < earliest ? at : earliest), accounts[0]?.slot ?? 0n);
    const usable = tables
        .map(table => [table.address, getUsableAddresses(table, slot + 1n)] as const)
        .filter(([, { length }]) => length > 0);
    return toResult({
        lookupTables: Object.freeze(Object.fromEntries(usable)) as AddressesByLookupTableAddress,
        slot,
        tables: Object.freeze(tables),
    });
}
