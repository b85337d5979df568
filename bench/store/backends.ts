/** The stores under test, each beside the same rows written by statements of one's own in a plain loop. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Address } from '@solana/kit';
import Database from 'libsql';
import pg from 'pg';

import { createMemoryStore, encodeChannelRecord, type ChannelRecord, type ChannelStore } from '../../src/store';
import { migratePostgresStore, openPostgresStore } from '../../src/store/postgres';
import { migrateSqliteStore, openSqliteStore } from '../../src/store/sqlite';
import { startPostgres } from '../../test/fixtures/postgres/server';
import { makeRecord, NETWORK, seed, type NextVoucher } from './vouchers';

/** A database of one's own with a store in it, and the loop that writes the same by hand. */
export type Opened = Readonly<{
    store: ChannelStore;
    /** Puts copies of a channel of the store under other addresses, all of them due, a fiftieth with a deadline. */
    seedMany: (template: Address, channels: readonly Address[]) => Promise<void>;
    /** Writes the record of a channel with its next voucher, if it is at the version that it was read at. */
    writeByHand: (channel: Address, next: NextVoucher) => Promise<void>;
    close: () => Promise<void>;
}>;

export type Backend = Readonly<{
    name: string;
    /** How many calls the plain loop has in flight: those that the database runs side by side. */
    connections: number;
    open: () => Promise<Opened>;
}>;

/** What the plain loop knows of each channel, so that it reads nothing. */
function createTexts() {
    const known = new Map<Address, { record: ChannelRecord; version: number }>();
    return (channel: Address, next: NextVoucher) => {
        const before = known.get(channel) ?? { record: makeRecord(channel, 0), version: 1 };
        const voucher = next(channel);
        const at = Math.floor(Date.now() / 1_000) + 3_600;
        const due = { at: BigInt(at), deadline: null, reason: 'settle' } as const;
        const record = { ...before.record, accepted: voucher.cumulativeAmount, due, voucher };
        known.set(channel, { record, version: before.version + 1 });
        return {
            accepted: voucher.cumulativeAmount.toString(),
            changeId: crypto.randomUUID(),
            dueAt: at,
            text: encodeChannelRecord(record),
            version: before.version,
        };
    };
}

const memory: Backend = {
    connections: 1,
    name: 'memory',
    open: async () => {
        const toText = createTexts();
        const texts = new Map<Address, string>();
        const store = createMemoryStore({ maxChannels: 1_000_000, network: NETWORK });
        return {
            close: async () => undefined,
            seedMany: async (_template, channels) => await seed(store, channels),
            store,
            writeByHand: async (channel, next) => void texts.set(channel, toText(channel, next).text),
        };
    },
};

const COPIED = `version, change_id, schema, status, payee, payer, mint, rent_payer, deposit, accepted, settled, at_risk,
    ending, quarantined_at, updated_at`;

const SQLITE_UPDATE = `UPDATE pc_channel SET version = version + 1, change_id = ?, accepted = ?, at_risk = ?, due_at = ?,
    due_reason = 'settle', updated_at = ?, record = ? WHERE network = ? AND channel = ? AND version = ?`;

const sqlite: Backend = {
    connections: 1,
    name: 'SQLite, synchronous=FULL',
    open: async () => {
        const folder = await mkdtemp(join(tmpdir(), 'payment-channels-bench-'));
        const database = new Database(join(folder, 'channels.db'));
        await migrateSqliteStore(database);
        const store = await openSqliteStore(database, { network: NETWORK });
        const update = database.prepare(SQLITE_UPDATE);
        const toText = createTexts();
        return {
            close: async () => {
                await store.close();
                database.close();
                await rm(folder, { force: true, recursive: true });
            },
            seedMany: async (template, channels) => {
                const noDeadline = database.prepare(
                    'SELECT due_deadline AS value FROM pc_channel WHERE due_at IS NULL',
                );
                const { value } = noDeadline.get() as { value: number };
                database
                    .prepare(
                        `INSERT INTO pc_channel (network, channel, due_at, due_reason, due_deadline, record, ${COPIED})
                        SELECT network, one.value, unixepoch() - 1 - one.key % 1000, 'settle',
                            CASE one.key % 50 WHEN 0 THEN unixepoch() + one.key ELSE ? END,
                            replace(record, channel, one.value), ${COPIED}
                        FROM json_each(?) AS one, pc_channel WHERE channel = ?`,
                    )
                    .run(value, JSON.stringify(channels), template);
            },
            store,
            writeByHand: async (channel, next) => {
                const { accepted, changeId, dueAt, text, version } = toText(channel, next);
                const amount = accepted.padStart(20, '0');
                database.exec('BEGIN IMMEDIATE');
                const { changes } = update.run(
                    changeId,
                    amount,
                    amount,
                    dueAt,
                    dueAt - 3_600,
                    text,
                    NETWORK,
                    channel,
                    version,
                );
                database.exec('COMMIT');
                if (changes !== 1) throw new Error('the plain loop has lost its version');
            },
        };
    },
};

const toPostgres = (url: string, connections: number): Backend => ({
    connections,
    name: connections === 1 ? 'Postgres, one connection' : `Postgres, ${connections} connections`,
    open: async () => {
        const pool = new pg.Pool({ connectionString: url, max: connections });
        pool.on('error', () => undefined);
        const schema = `bench_${crypto.randomUUID().replaceAll('-', '')}`;
        const query = (text: string, values: unknown[]) => pool.query(text, values);
        await migratePostgresStore(query, { schema });
        const store = await openPostgresStore(query, { network: NETWORK, schema });
        const toText = createTexts();
        const update = `UPDATE ${schema}.pc_channel SET version = version + 1, change_id = $1, accepted = $2, at_risk = $2,
            due_at = $3, due_reason = 'settle', updated_at = $4, record = $5
            WHERE network = $6 AND channel = $7 AND version = $8`;
        return {
            close: async () => {
                await store.close();
                await pool.query(`DROP SCHEMA ${schema} CASCADE`);
                await pool.end();
            },
            seedMany: async (template, channels) => {
                await pool.query(`INSERT INTO ${schema}.pc_lease (network, channel) SELECT $1, unnest($2::text[])`, [
                    NETWORK,
                    channels,
                ]);
                await pool.query(
                    `INSERT INTO ${schema}.pc_channel (network, channel, due_at, due_reason, due_deadline, record, ${COPIED})
                    SELECT network, one.channel, extract(epoch FROM now())::bigint - 1 - one.place % 1000, 'settle',
                        CASE one.place % 50 WHEN 0 THEN extract(epoch FROM now())::bigint + one.place END,
                        replace(record, template.channel, one.channel), ${COPIED}
                    FROM unnest($1::text[]) WITH ORDINALITY AS one (channel, place), ${schema}.pc_channel AS template
                    WHERE template.channel = $2`,
                    [channels, template],
                );
                await pool.query(`ANALYZE ${schema}.pc_channel`);
            },
            store,
            writeByHand: async (channel, next) => {
                const { accepted, changeId, dueAt, text, version } = toText(channel, next);
                const values = [changeId, accepted, dueAt, dueAt - 3_600, text, NETWORK, channel, version];
                const { rowCount } = await pool.query(update, values);
                if (rowCount !== 1) throw new Error('the plain loop has lost its version');
            },
        };
    },
});

/** Runs something with each backend; a PostgreSQL is started for it unless the environment names one. */
export async function withBackends<T>(run: (backends: readonly Backend[]) => Promise<T>): Promise<T> {
    const given = process.env.PAYMENT_CHANNELS_POSTGRES_URL;
    const server = given ? undefined : await startPostgres();
    const url = given ?? server!.url;
    try {
        return await run([memory, sqlite, toPostgres(url, 1), toPostgres(url, 4)]);
    } finally {
        await server?.close();
    }
}
