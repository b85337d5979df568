import type { Address } from '@solana/kit';

import { readOnlyMembers, toInteger } from '../../core/input';
import { toResult } from '../../core/json-form';
import { createCheckedJournal } from '../../journal/checked-journal';
import { checkJournalTime } from '../../journal/lease-rules';
import { toClock } from '../../journal/checks';
import type { BatchJournal } from '../../journal/journal';
import { createCheckedStore } from '../checked-store';
import { toName } from '../checks';
import type { ChannelStore } from '../store';
import { toReadable, toReadablePending, toStored, toStoredRow } from '../stored';
import { READ_CHANNEL, READ_ROW } from './columns';
import { createCommit } from './commit';
import { createConnection, type Connection, type SqliteDatabase } from './connection';
import { createJournal, createLeases } from './journal';
import {
    FEW,
    getAbsentQuery,
    getDueCountQuery,
    getDueQuery,
    getListQuery,
    getPurgeQueries,
    toAddressOf,
    type Query,
} from './queries';
import { assertHasSchema, migrate } from './schema';

/** How to open a store or a journal of an SQLite database. */
export type SqliteStoreOptions = Readonly<{
    /** The cluster that the channels are on, such as `mainnet`. A database keeps those of several apart. */
    network: string;
    /**
     * How long to wait for another process that writes, in milliseconds: 10,000 by default. The event loop waits as well.
     */
    busyTimeoutMs?: number | undefined;
    /** The clock of leases and of what is due, in milliseconds since 1970: `Date.now` by default. */
    now?: (() => number) | undefined;
}>;

const DEFAULT_BUSY_TIMEOUT_MS = 10_000;
const MAX_BUSY_TIMEOUT_MS = 600_000n;

/**
 * Creates the tables of stores and journals in an SQLite database, or brings those of an earlier version up to this one. On
 * tables of this version it does nothing, so that it can be called at every start.
 *
 * @throws `STORE_SCHEMA_MISMATCH` for tables of a newer version, which are left as they are; `STORE_UNSAFE` for a database
 * that would not keep what was committed; `STORE_UNAVAILABLE` where it can't be written.
 *
 * @example
 * ```ts
 * import Database from 'libsql'; // or better-sqlite3, or DatabaseSync of node:sqlite
 *
 * const database = new Database('channels.db');
 * await migrateSqliteStore(database);
 * const store = await openSqliteStore(database, { network: 'mainnet' });
 * ```
 */
export async function migrateSqliteStore(database: SqliteDatabase): Promise<void> {
    await migrate(createConnection(database, DEFAULT_BUSY_TIMEOUT_MS));
}

/**
 * Opens the store in an SQLite database, for the processes of one machine. What it says is committed survives a crash of the
 * process and a power cut: each commit is on the disk when it resolves, and commits that come together are written together.
 *
 * The database is a file on a local disk, and a connection that only the store uses. It is switched to a write-ahead log and
 * to `synchronous = FULL`, which is looked at again. `close` leaves it open.
 *
 * @throws `STORE_SCHEMA_MISMATCH` for tables of another version: see {@link migrateSqliteStore}. `STORE_UNSAFE` for a
 * database that would not keep what was committed, such as one in memory. `STORE_UNAVAILABLE` where the database fails; so
 * do the functions of the store, as when the disk is full or another process has locked the file for too long.
 * `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field.
 *
 * @example
 * ```ts
 * const store = await openSqliteStore(database, { network: 'mainnet' });
 * const stored = await store.get(channel);
 * console.log(stored?.record.accepted);
 * ```
 */
export async function openSqliteStore(database: SqliteDatabase, options: SqliteStoreOptions): Promise<ChannelStore> {
    const { connection, network, now } = open(database, options);
    return createCheckedStore(createStore(connection, network, now));
}

/**
 * Opens the journal in an SQLite database, for whoever settles batches without a store. It has the same tables, and the
 * same leases as a store of this network in the same database.
 *
 * @throws As {@link openSqliteStore}; the journal's functions reject as {@link BatchJournal} says, and with
 * `STORE_UNAVAILABLE` where the database fails.
 *
 * @example
 * ```ts
 * await migrateSqliteStore(database);
 * const journal = await openSqliteJournal(database, { network: 'mainnet' });
 * const options = { feePayer: merchant, journal, mode: 'settle' } as const;
 * const { channels } = await executeBatchSettle(rpc, requests, options, MAINNET_DEPLOYMENT);
 * ```
 */
export async function openSqliteJournal(database: SqliteDatabase, options: SqliteStoreOptions): Promise<BatchJournal> {
    const { connection, network, now } = open(database, options);
    return createCheckedJournal(createJournal(connection, network, now));
}

function open(database: SqliteDatabase, options: SqliteStoreOptions) {
    const given = readOnlyMembers('options', options, { busyTimeoutMs: true, network: true, now: true });
    const network = toName('options.network', given.network);
    const timeout = given.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
    const busyTimeoutMs = Number(toInteger('options.busyTimeoutMs', timeout, 0n, MAX_BUSY_TIMEOUT_MS));
    const now = toClock(given.now);
    const connection = createConnection(database, busyTimeoutMs, assertHasSchema);
    return { connection, network, now };
}

/** The store of a connection, without the checks of what it is given. */
function createStore(connection: Connection, network: string, now: () => unknown): ChannelStore {
    const { all, get, write } = connection;
    const leases = createLeases(connection, network);
    const getSeconds = () => Math.floor(checkJournalTime(now()) / 1_000);
    const ask = ({ sql, values }: Query) => all(sql, ...values);
    const findChannel = (channel: Address) =>
        get(`SELECT ${READ_CHANNEL} FROM pc_channel WHERE network = ? AND channel = ?`, network, channel);
    const toRecords = (channels: readonly Address[]) =>
        Object.freeze(
            channels.flatMap(channel => {
                const row = findChannel(channel);
                return row === undefined ? [] : [toReadable(network, row)];
            }),
        );
    /** Runs statements that delete. @returns How many rows they deleted. */
    const remove = (queries: readonly Query[]): number =>
        queries.reduce((sum, { sql, values }) => {
            connection.run(sql, ...values);
            return sum + Number(get('SELECT changes() AS count')!.count);
        }, 0);
    const removeAbsent = (before: bigint): number =>
        ask(getAbsentQuery(network, before))
            .map(toAddressOf)
            .reduce((sum, channel) => {
                const values = [network, channel];
                const tables = ['pc_row', 'pc_channel'];
                return (
                    sum +
                    remove(
                        tables.map(name => ({ sql: `DELETE FROM ${name} WHERE network = ? AND channel = ?`, values })),
                    )
                );
            }, 0);
    /** Repeats what deletes a part, in a transaction each, until there is no more. */
    const removeAll = async (removeSome: () => number): Promise<number> => {
        for (let sum = 0; ;) {
            const count = await write(removeSome);
            sum += count;
            if (count === 0) return sum;
        }
    };
    return {
        claimDue: async claim => {
            if (claim.reasons?.length === 0) return Object.freeze([]);
            return await write(() => {
                const at = checkJournalTime(now());
                const isFew = Number(ask(getDueCountQuery(network, at))[0]!.count) <= FEW;
                const due = ask(getDueQuery(network, claim, at, isFew)).map(toAddressOf);
                return toRecords(leases.acquire(claim.owner, due, claim.leaseMs, at));
            });
        },
        close: async () => connection.close(),
        commit: async change => await write(createCommit(connection, network, change, getSeconds)),
        durability: 'machine',
        get: async channel => {
            const row = findChannel(channel);
            return row && toStored(network, row);
        },
        getMany: async channels => toRecords(channels),
        getRow: async (kind, key) => {
            const row = get(
                `SELECT ${READ_ROW} FROM pc_row WHERE network = ? AND kind = ? AND key = ?`,
                network,
                kind,
                key,
            );
            return row && toStoredRow(kind, row);
        },
        journal: createJournal(connection, network, now),
        list: async query => {
            const rows = ask(getListQuery(network, query));
            const page = rows.slice(0, query.limit);
            return toResult({
                channels: Object.freeze(page.map(row => toReadable(network, row))),
                next: rows.length > query.limit ? toAddressOf(page.at(-1)!) : undefined,
            });
        },
        listPending: async limit => {
            const rows = all(
                `SELECT ${READ_ROW} FROM pc_row INDEXED BY pc_row_stage
                 WHERE network = ? AND kind = 'transaction' AND stage = 'pending' ORDER BY at, key LIMIT ?`,
                network,
                limit,
            );
            return Object.freeze(rows.map(row => toReadablePending(row)));
        },
        network,
        purge: async limits => {
            let count = await removeAll(() => removeAbsent(limits.closed));
            for (const query of getPurgeQueries(network, limits)) count += await removeAll(() => remove([query]));
            return count;
        },
    };
}
