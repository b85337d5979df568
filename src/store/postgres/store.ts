import type { Address } from '@solana/kit';

import { assertIsInput, readOnlyMembers } from '../../core/input';
import { toResult } from '../../core/json-form';
import { createCheckedJournal } from '../../journal/checked-journal';
import type { BatchJournal } from '../../journal/journal';
import { createCheckedStore } from '../checked-store';
import { toName } from '../checks';
import type { ChannelStore } from '../store';
import { toReadable, toReadablePending, toStored, toStoredRow } from '../stored';
import { getListStatement, getStoreStatements } from './channels';
import { commit } from './commit';
import { createDatabase, type Database, type PostgresQuery } from './database';
import { createJournal } from './journal';
import { assertHasSchema, assertIsSafe, migrate } from './tables';

/** How to open a store or a journal in PostgreSQL. */
export type PostgresStoreOptions = Readonly<{
    /** The cluster that the channels are on, such as `mainnet`. A database keeps those of several apart. */
    network: string;
    /** The schema of the tables: `public` by default. */
    schema?: string | undefined;
}>;

/** What a purge deletes at once: others may wait for it. */
const PURGED_AT_ONCE = 1_000;

/**
 * Creates the tables of stores and journals in a PostgreSQL database, or brings those of an earlier version up to this one.
 * On tables of this version it does nothing, so that it can be called at every start, by several processes at once.
 *
 * @param options The schema for the tables, which is created where it is missing.
 * @throws `STORE_SCHEMA_MISMATCH` for tables of a newer version, which are left as they are; `STORE_UNSAFE` on a standby;
 * `STORE_UNAVAILABLE` where the database fails or refuses; `INPUT_INVALID` by field.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg';
 *
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * pool.on('error', console.error); // without it, a connection that the server closes ends the process
 * const query: PostgresQuery = (text, values) => pool.query(text, values);
 * await migratePostgresStore(query);
 * const store = await openPostgresStore(query, { network: 'mainnet' });
 * ```
 */
export async function migratePostgresStore(
    query: PostgresQuery,
    options: Pick<PostgresStoreOptions, 'schema'> = {},
): Promise<void> {
    assertIsInput('options', options);
    await migrate(createDatabase(query, readOnlyMembers('options', options, { schema: true }).schema));
}

/**
 * Opens the store in a PostgreSQL database, for any number of processes and machines. What it says is committed is on the
 * disk of the server; that a failover doesn't lose it takes a synchronous standby.
 *
 * Every operation is one statement, which is committed by itself: it needs no session, and runs through a pooler that hands
 * out connections for a transaction each. `close` leaves what `query` uses open.
 *
 * @throws `STORE_SCHEMA_MISMATCH` for tables of another version: see {@link migratePostgresStore}. `STORE_UNSAFE` for a
 * server that would not keep what was committed: with `fsync` or `synchronous_commit` off, or a standby; and for a database
 * whose encoding is not UTF8. `STORE_UNAVAILABLE` where the database fails, and so do the functions of the store; the reason
 * has the SQLSTATE and no values. `INPUT_INVALID` by field.
 *
 * @example
 * ```ts
 * const store = await openPostgresStore(query, { network: 'mainnet' });
 * const stored = await store.get(channel);
 * console.log(stored?.record.accepted);
 * ```
 */
export async function openPostgresStore(query: PostgresQuery, options: PostgresStoreOptions): Promise<ChannelStore> {
    const { database, network } = await open(query, options);
    return createCheckedStore(createStore(database, network));
}

/**
 * Opens the journal in a PostgreSQL database, for whoever settles batches without a store. It has the same tables, and the
 * same leases as a store of this network in the same schema. Leases go by the clock of the database.
 *
 * @throws As {@link openPostgresStore}; the journal's functions reject as {@link BatchJournal} says, and with
 * `STORE_UNAVAILABLE` where the database fails.
 *
 * @example
 * ```ts
 * await migratePostgresStore(query);
 * const journal = await openPostgresJournal(query, { network: 'mainnet' });
 * const options = { feePayer: merchant, journal, mode: 'settle' } as const;
 * const { channels } = await executeBatchSettle(rpc, requests, options, MAINNET_DEPLOYMENT);
 * ```
 */
export async function openPostgresJournal(query: PostgresQuery, options: PostgresStoreOptions): Promise<BatchJournal> {
    const { database, network } = await open(query, options);
    return createCheckedJournal(createJournal(database, network));
}

async function open(query: PostgresQuery, options: PostgresStoreOptions) {
    const given = readOnlyMembers('options', options, { network: true, schema: true });
    const network = toName('options.network', given.network);
    const database = createDatabase(query, given.schema);
    await assertIsSafe(database);
    await assertHasSchema(database);
    return { database, network };
}

/** The store of a database, without the checks of what it is given. */
function createStore(database: Database, network: string): ChannelStore {
    const { ask, askOne, tables } = database;
    const statements = getStoreStatements(tables);
    /** Deletes by a statement that deletes so many at most, until there are none left. */
    const deleteAll = async (text: string, before: bigint): Promise<number> => {
        for (let sum = 0; ;) {
            const { deleted, found } = await askOne(text, [network, `${before}`, PURGED_AT_ONCE]);
            sum += Number(deleted);
            if (Number(found) < PURGED_AT_ONCE) return sum;
        }
    };
    return {
        claimDue: async ({ leaseMs, limit, owner, reasons }) => {
            const values = [network, owner, leaseMs, limit];
            const rows = await (reasons === undefined
                ? ask(statements.claimDue, values)
                : ask(statements.claimDueFor, [...values, reasons]));
            return Object.freeze(rows.map(row => toReadable(network, row)));
        },
        close: async () => undefined,
        commit: change => commit(database, network, change),
        durability: 'shared',
        get: async channel => {
            const [row] = await ask(statements.get, [network, channel]);
            return row && toStored(network, row);
        },
        getMany: async channels => {
            const rows = await ask(statements.getMany, [network, channels]);
            const found = new Map(rows.map(row => [row.channel, row]));
            return Object.freeze(
                channels.flatMap(channel => {
                    const row = found.get(channel);
                    return row === undefined ? [] : [toReadable(network, row)];
                }),
            );
        },
        getRow: async (kind, key) => {
            const [row] = await ask(statements.getRow, [network, kind, key]);
            return row && toStoredRow(kind, row);
        },
        journal: createJournal(database, network),
        list: async query => {
            const { text, values } = getListStatement(tables, network, query);
            const rows = await ask(text, values);
            const channels = Object.freeze(rows.slice(0, query.limit).map(row => toReadable(network, row)));
            const last = rows.length > query.limit ? rows[query.limit - 1]!.channel! : undefined;
            return toResult({ channels, next: last as Address | undefined });
        },
        listPending: async limit => {
            const rows = await ask(statements.listPending, [network, limit]);
            return Object.freeze(rows.map(toReadablePending));
        },
        network,
        purge: async ({ charges, closed }) =>
            (await deleteAll(statements.purgeRows, charges)) +
            (await deleteAll(statements.purgeFailed, closed)) +
            (await deleteAll(statements.purgeChannels, closed)),
    };
}
