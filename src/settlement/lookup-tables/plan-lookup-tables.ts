import type { Address, AddressesByLookupTableAddress, TransactionSigner } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { createAddressCache } from '../../channel/address-cache';
import type { Deployment } from '../../revision/deployment';
import { toList, toU64, U64_MAX } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import type { BatchItem, BatchSettleOptions } from '../plan/batch-input';
import type { BatchPlan } from '../plan/batch-plan';
import type { Skipped } from '../plan/skipped';
import { readBatchOptions } from '../read-batch-options';
import { refuse } from '../plan/check-options';
import { toParty } from '../../runtime/party';
import { planBatchSettle } from '../plan/plan-batch-settle';
import { getLookupTableSize, toTable, type LookupTable } from '../../runtime/lookup-table/lookup-table';
import { MAX_LOOKUP_TABLE_ADDRESSES } from '../../runtime/lookup-table/lookup-table-program';
import {
    getCloseLookupTablesTransactions,
    getDeactivateLookupTablesTransactions,
    getLookupTableTransactions,
    type PlannedLookupTable,
} from './lookup-table-transactions';
import { findTableUses, type TableUses } from './table-uses';

/** How to plan lookup tables for a batch. */
export type PlanLookupTablesOptions = Omit<BatchSettleOptions, 'lookupTables' | 'version'> &
    Readonly<{
        /** Who may extend, deactivate and close the tables; the fee payer by default. */
        authority?: Address | TransactionSigner | undefined;
        /**
         * Tables that there are, as `fetchLookupTables` reads them. The batch uses them in any case; one of the same
         * authority that has room is extended before another one is created. One that was deactivated is not used.
         */
        reuse?: readonly LookupTable[] | undefined;
        /** The most that the tables may lock as rent, in lamports (u64); no limit by default. */
        maxLockedLamports?: bigint | number | undefined;
        /**
         * Minimum saving of a table, in lamports for each SOL that it locks as rent (u64): 100,000 by default, so that
         * a whole SOL is not locked to save a few fees. 0 compares fees alone.
         */
        savedLamportsPerLockedSol?: bigint | number | undefined;
        /** Rent of the cluster, in lamports for each byte (u64): 6,960 by default. */
        lamportsPerByte?: bigint | number | undefined;
    }>;

/**
 * Which addresses tables hold: what at least eight transactions share, what several share, or whatever a table can hold.
 */
export type LookupTableContents = 'common' | 'everything' | 'none' | 'shared';

/** A batch with tables of one kind: what they are, and what it costs in lamports. */
export type LookupTableOption = Readonly<{
    contents: LookupTableContents;
    /** Every table that the batch uses, those of `reuse` included, for `getLookupTableTransactions`. */
    tables: readonly PlannedLookupTable[];
    /** Tables that are created, for each of which `getLookupTableTransactions` needs a slot. */
    createdCount: number;
    /** Addresses that are appended to tables, new or not. */
    appendedCount: number;
    /** Transactions that create and extend tables, and deactivate and close those that were created, and their fees. */
    tableTransactions: number;
    tableFeeLamports: bigint;
    /** Rent that is paid for the tables, and comes back when they are closed: it is lent, not spent. */
    lockedLamports: bigint;
    batchTransactions: number;
    batchFeeLamports: bigint;
    /**
     * Saving in fees against using no tables, after the fees for the tables; negative if they cost more than they save.
     */
    savedLamports: bigint;
    /** Channels that are skipped because what is done with them does not fit into a transaction. */
    tooLargeCount: number;
}>;

/** Result of {@link planLookupTables}. */
export type LookupTablePlan = Readonly<{
    /** The cheapest option; its `contents` are `none` when no new or extended table pays for itself. */
    chosen: LookupTableOption;
    /** Everything that was weighed, doing without first. */
    options: readonly LookupTableOption[];
}>;

const MAX_CACHED_ADDRESSES = 100_000;
const LAMPORTS_PER_SOL = 1_000_000_000n;
const DEFAULT_SAVED_LAMPORTS_PER_LOCKED_SOL = 100_000n;
const DEFAULT_LAMPORTS_PER_BYTE = 6_960n;
/** Bytes that an account pays rent for beside its data. */
const ACCOUNT_OVERHEAD_BYTES = 128;
/** Transactions that use what is common. */
const COMMON_TRANSACTIONS = 8;

/**
 * Says which lookup tables a batch in version 0 should get, if any: it plans the batch without and with them, adds the
 * fees of creating, extending, deactivating and closing them, and takes what costs least. Signatures of vouchers, for
 * which the precompile charges, are the same either way.
 *
 * A channel that fits into a transaction only with a table counts more than any fee.
 *
 * Pure, as `planBatchSettle` is; it takes as long as that several times over.
 *
 * @throws As `planBatchSettle`; by field `ADDRESS_INVALID`, `BATCH_INVALID`, `INTEGER_NOT_EXACT`,
 * `INTEGER_OUT_OF_RANGE`, `SIGNER_INVALID` for the other options.
 *
 * @example
 * ```ts
 * const { chosen } = planLookupTables(items, options, MAINNET_DEPLOYMENT);
 * console.log(`${chosen.contents}: saves ${chosen.savedLamports} lamports, locks ${chosen.lockedLamports}`);
 * ```
 */
export function planLookupTables<TRevision extends RevisionName>(
    items: readonly BatchItem<TRevision>[],
    options: PlanLookupTablesOptions,
    deployment: Deployment<TRevision>,
): LookupTablePlan {
    const { batch: batchOptions, ...settings } = toSettings(readBatchOptions(options, 'INPUT_INVALID'));
    // The plans derive the same addresses.
    const addresses = batchOptions.addresses ?? createAddressCache({ maxEntries: MAX_CACHED_ADDRESSES });
    const batch = { ...batchOptions, addresses };
    const reused = settings.reuse.map(({ address, addresses: held }): PlannedLookupTable => ({
        addresses: held,
        appendedCount: 0,
        reused: address,
    }));
    const weigh = (contents: LookupTableContents, tables: readonly PlannedLookupTable[]) =>
        weighTables(
            contents,
            tables,
            lookupTables => planBatchSettle(items, { ...batch, lookupTables, version: 0 }, deployment),
            settings,
        );
    const none = weigh('none', reused);
    const known = new Set(settings.reuse.flatMap(table => table.addresses));
    const uses = findTableUses(none.plan, known);
    const required = findRequired(items, none.plan, known, batch, deployment);
    const weighed = [none];
    let last = 0;
    for (const contents of ['common', 'shared', 'everything'] as const) {
        const units = [...required, ...getContents(contents, uses, required)];
        const count = units.reduce((sum, { length }) => sum + length, 0);
        // The same as before, or nothing.
        if (count === last) continue;
        last = count;
        const option = weigh(contents, fillTables(units, reused, settings));
        // Tables that no transaction would name are none.
        if (option.tables.some(({ appendedCount }) => appendedCount > 0)) weighed.push(option);
    }
    const weighedOptions = weighed.map(option => toOption(option, none));
    const { maxLockedLamports, savedLamportsPerLockedSol } = settings;
    const chosen = weighedOptions
        .filter(({ lockedLamports }) => lockedLamports <= maxLockedLamports)
        .reduce((best, option) => (isBetter(option, best, savedLamportsPerLockedSol) ? option : best));
    return toResult({ chosen, options: Object.freeze(weighedOptions) });
}

/** Whether something is better, and not only as good: fewer channels that don't fit, then lower fees for what it locks. */
export function isBetter(
    a: LookupTableOption,
    b: LookupTableOption,
    savedLamportsPerLockedSol = DEFAULT_SAVED_LAMPORTS_PER_LOCKED_SOL,
): boolean {
    if (a.tooLargeCount !== b.tooLargeCount) return a.tooLargeCount < b.tooLargeCount;
    const value = ({ lockedLamports, savedLamports }: LookupTableOption) =>
        savedLamports * LAMPORTS_PER_SOL - lockedLamports * savedLamportsPerLockedSol;
    return value(a) > value(b);
}

type Settings = Readonly<{
    authority: Address | TransactionSigner;
    feePayer: Address | TransactionSigner;
    computeUnitPrice: bigint | number | undefined;
    reuse: readonly LookupTable[];
    maxLockedLamports: bigint;
    savedLamportsPerLockedSol: bigint;
    lamportsPerByte: bigint;
}>;

function toSettings(options: PlanLookupTablesOptions): Settings & Readonly<{ batch: BatchSettleOptions }> {
    const {
        authority,
        lamportsPerByte = DEFAULT_LAMPORTS_PER_BYTE,
        maxLockedLamports = U64_MAX,
        reuse = [],
        savedLamportsPerLockedSol = DEFAULT_SAVED_LAMPORTS_PER_LOCKED_SOL,
        ...batch
    } = options;
    const { lookupTables, version = 0 } = batch as Partial<BatchSettleOptions>;
    if (lookupTables !== undefined)
        refuse('lookupTables', lookupTables, 'left out: tables that there are go into reuse');
    // No other version can use tables.
    if (version !== 0) refuse('version', version, '0, the only version that has lookup tables');
    const tables = toList('reuse', reuse, 'an array of lookup tables', toTable, 'BATCH_INVALID');
    if (authority !== undefined) toParty('authority', authority);
    return {
        authority: authority ?? batch.feePayer,
        batch,
        computeUnitPrice: batch.computeUnitPrice,
        feePayer: batch.feePayer,
        lamportsPerByte: toU64('lamportsPerByte', lamportsPerByte),
        maxLockedLamports: toU64('maxLockedLamports', maxLockedLamports),
        savedLamportsPerLockedSol: toU64('savedLamportsPerLockedSol', savedLamportsPerLockedSol),
        reuse: tables.filter(({ deactivationSlot }) => deactivationSlot === undefined),
    };
}

/**
 * The accounts of channels that fit into no transaction: unless tables hold all of them, nothing changes for these
 * channels.
 */
function findRequired<TRevision extends RevisionName>(
    items: readonly BatchItem<TRevision>[],
    { skipped }: BatchPlan,
    known: ReadonlySet<Address>,
    batch: BatchSettleOptions,
    deployment: Deployment<TRevision>,
): readonly (readonly Address[])[] {
    const channels = new Set(skipped.filter(isTooLarge).map(({ channel }) => channel));
    if (channels.size === 0) return [];
    const tooLarge = items.filter(({ channel }) => channels.has(channel.address));
    // In version 1 they fit, if anywhere.
    const plan = planBatchSettle(tooLarge, { ...batch, computeUnitLimit: true, version: 1 }, deployment);
    const { own, shared } = findTableUses(plan, known);
    return [[...shared.keys()], ...own].filter(({ length }) => length > 0);
}

/** The addresses for tables, in units that each stay in one table. */
function getContents(
    contents: LookupTableContents,
    { own, shared }: TableUses,
    required: readonly (readonly Address[])[],
): readonly (readonly Address[])[] {
    const isRequired = new Set(required.flat());
    const min = contents === 'common' ? COMMON_TRANSACTIONS : 0;
    const units = [...shared].filter(([, transactions]) => transactions >= min).map(([address]) => [address]);
    return (contents === 'everything' ? [...units, ...own] : units)
        .map(unit => unit.filter(address => !isRequired.has(address)))
        .filter(({ length }) => length > 0);
}

/** Fills tables of our own that have room, and then new ones. */
function fillTables(
    units: readonly (readonly Address[])[],
    reused: readonly PlannedLookupTable[],
    { authority, reuse }: Settings,
): readonly PlannedLookupTable[] {
    const owner = toParty('authority', authority).address;
    const filled = reused.map((table, index) => ({
        addresses: [...table.addresses],
        appendedCount: 0,
        isOurs: reuse[index]!.authority === owner,
        reused: table.reused,
    }));
    let current = filled.findIndex(({ isOurs }) => isOurs);
    if (current < 0) current = filled.length;
    for (const unit of units) {
        for (let start = 0; start < unit.length; start += MAX_LOOKUP_TABLE_ADDRESSES) {
            const addresses = unit.slice(start, start + MAX_LOOKUP_TABLE_ADDRESSES);
            const hasRoom = () => {
                const table = filled[current];
                if (table === undefined) return true;
                return table.isOurs && table.addresses.length + addresses.length <= MAX_LOOKUP_TABLE_ADDRESSES;
            };
            while (!hasRoom()) current++;
            if (current === filled.length) {
                filled.push({ addresses: [], appendedCount: 0, isOurs: true, reused: undefined });
            }
            filled[current]!.addresses.push(...addresses);
            filled[current]!.appendedCount += addresses.length;
        }
    }
    return filled.map(({ addresses, appendedCount, reused: address }) =>
        toResult({ addresses: Object.freeze(addresses), appendedCount, reused: address }),
    );
}

/** The cost of the batch and its tables. */
function weighTables(
    contents: LookupTableContents,
    candidates: readonly PlannedLookupTable[],
    planWith: (lookupTables: AddressesByLookupTableAddress) => BatchPlan,
    settings: Settings,
) {
    // Any slots will do: the tables have the same size. They only have to differ.
    const make = (tables: readonly PlannedLookupTable[]) =>
        getLookupTableTransactions(tables, { ...settings, recentSlots: tables.map((_, slot) => slot) });
    const first = make(candidates);
    const plan = planWith(first.lookupTables);
    const used = new Set(plan.transactions.flatMap(({ lookupTables }) => Object.keys(lookupTables)));
    const names = Object.keys(first.lookupTables);
    const tables = candidates.filter(({ reused }, index) => reused !== undefined || used.has(names[index]!));
    const { lookupTables, transactions: making } = tables.length === candidates.length ? first : make(tables);
    const created = Object.keys(lookupTables).filter((_, index) => tables[index]!.reused === undefined) as Address[];
    const transactions = [
        ...making,
        ...getDeactivateLookupTablesTransactions(created, settings),
        ...getCloseLookupTablesTransactions(created, settings),
    ];
    return {
        contents,
        createdCount: created.length,
        lockedLamports: tables.reduce((sum, table) => sum + getRent(table, settings), 0n),
        plan,
        tableFeeLamports: transactions.reduce((sum, { feeLamports }) => sum + feeLamports, 0n),
        tables: Object.freeze(tables),
        tableTransactions: transactions.length,
    };
}

/** The additional rent of a table. */
function getRent({ addresses, appendedCount, reused }: PlannedLookupTable, { lamportsPerByte }: Settings): bigint {
    const after = getLookupTableSize(addresses.length);
    const before = getLookupTableSize(addresses.length - appendedCount);
    return lamportsPerByte * BigInt(reused === undefined ? ACCOUNT_OVERHEAD_BYTES + after : after - before);
}

function toOption(
    { plan, ...option }: ReturnType<typeof weighTables>,
    none: ReturnType<typeof weighTables>,
): LookupTableOption {
    const { feeLamports, transactions } = plan.totals;
    return toResult({
        ...option,
        appendedCount: option.tables.reduce((sum, { appendedCount }) => sum + appendedCount, 0),
        batchFeeLamports: feeLamports,
        batchTransactions: transactions,
        savedLamports: none.plan.totals.feeLamports - feeLamports - option.tableFeeLamports,
        tooLargeCount: plan.skipped.filter(isTooLarge).length,
    });
}

function isTooLarge({ reason }: Skipped): boolean {
    return reason.code === 'TOO_LARGE';
}
