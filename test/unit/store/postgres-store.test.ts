import pg from 'pg';
import { describe, expect, it } from 'vitest';

import { isPaymentChannelsError } from '../../../src/core/errors';
import {
    migratePostgresStore,
    openPostgresJournal,
    openPostgresStore,
    type PostgresQuery,
} from '../../../src/store/postgres';
import type { StoredChannel } from '../../../src/store/store';
import { openTestDatabase, useTestDatabase } from '../../fixtures/postgres/database';
import { NOW } from '../ledger/records';
import { channelOf, create, getStored, toChange, toCharge, toDue, toRecord, toUpdate } from './postgres-records';

const getDatabase = useTestDatabase();
const options = () => ({ network: 'localnet', schema: getDatabase().schema });
let networks = 0;
/** A place of its own in the database of the file. */
const openEmpty = async () => {
    const network = `network ${++networks}`;
    const [store, other] = await Promise.all([getDatabase().openStore(network), getDatabase().openStore(network)]);
    return { network, other, store };
};
const channelsOf = (page: readonly Readonly<{ channel?: unknown; record?: StoredChannel['record'] }>[]) =>
    page.map(one => one.record?.identity.channel ?? one.channel);

/** A query function that answers some statements itself. */
const withAnswers =
    (answer: (text: string) => readonly unknown[] | undefined): PostgresQuery =>
    async (text, values) => {
        const rows = answer(text);
        return rows === undefined ? await getDatabase().query(text, values) : { rows };
    };

describe('the tables', () => {
    it('are made by a migration, and by nothing else; two of them at once are one', async () => {
        const { url } = getDatabase();
        const empty = await openTestDatabase(url, { isMigrated: false });
        try {
            const given = { network: 'localnet', schema: empty.schema };
            const missing = { code: 'STORE_SCHEMA_MISMATCH', context: { found: 0, supported: 1 } };
            await expect(openPostgresStore(empty.query, given)).rejects.toMatchObject(missing);
            await expect(openPostgresJournal(empty.query, given)).rejects.toMatchObject(missing);
            const queries = Array.from({ length: 4 }, () => empty.connect(1));
            await Promise.all(queries.map(query => migratePostgresStore(query, { schema: empty.schema })));
            const store = await openPostgresStore(empty.query, given);
            await create(store, toRecord(channelOf(1)));
            await migratePostgresStore(empty.query, { schema: empty.schema });
            expect(await store.get(channelOf(1))).toBeDefined();
        } finally {
            await empty.close();
        }
    });

    it('of a newer version are left alone (Store 7)', async () => {
        const newer = await openTestDatabase(getDatabase().url);
        try {
            const { query, run, schema } = newer;
            await run(`UPDATE "${schema}".pc_meta SET value = 2`);
            const refused = { code: 'STORE_SCHEMA_MISMATCH', context: { found: 2, supported: 1 } };
            await expect(openPostgresStore(query, { network: 'localnet', schema })).rejects.toMatchObject(refused);
            await expect(migratePostgresStore(query, { schema })).rejects.toMatchObject(refused);
            expect(await run(`SELECT value FROM "${schema}".pc_meta`)).toEqual([{ value: 2 }]);
        } finally {
            await newer.close();
        }
    });

    it.each(['', 'a"b', 'a.b', '1a', 'ä', 'x'.repeat(64), 5])('in the schema %j are refused', async schema => {
        const wrong = { code: 'INPUT_INVALID', context: { field: 'options.schema' } };
        const given = schema as string;
        await expect(migratePostgresStore(getDatabase().query, { schema: given })).rejects.toMatchObject(wrong);
        const opened = openPostgresStore(getDatabase().query, { network: 'localnet', schema: given });
        await expect(opened).rejects.toMatchObject(wrong);
    });
});

describe('a server that loses what was committed', () => {
    it('is refused: synchronous_commit is off', async () => {
        const client = new pg.Client({ connectionString: getDatabase().url, options: '-c synchronous_commit=off' });
        await client.connect();
        try {
            const query: PostgresQuery = (text, values) => client.query(text, values);
            await expect(openPostgresStore(query, options())).rejects.toMatchObject({
                code: 'STORE_UNSAFE',
                context: { reason: expect.stringContaining('synchronous_commit') },
            });
        } finally {
            await client.end();
        }
    });

    it.each([
        ['fsync', { encoding: 'UTF8', fsync: 'off', synchronous: 'on' }, 'fsync'],
        ['encoding', { encoding: 'LATIN1', fsync: 'on', synchronous: 'on' }, 'LATIN1'],
    ])('is refused: %s', async (_, settings, reason) => {
        const query = withAnswers(text => (text.includes("'fsync'") ? [settings] : undefined));
        const refused = { code: 'STORE_UNSAFE', context: { reason: expect.stringContaining(reason) } };
        await expect(openPostgresStore(query, options())).rejects.toMatchObject(refused);
        await expect(openPostgresJournal(query, options())).rejects.toMatchObject(refused);
    });

    it('is refused: a standby', async () => {
        const query = withAnswers(text => (text.includes('pg_is_in_recovery') ? [{ standby: 'true' }] : undefined));
        const refused = { code: 'STORE_UNSAFE', context: { reason: expect.stringContaining('standby') } };
        await expect(openPostgresStore(query, options())).rejects.toMatchObject(refused);
        await expect(migratePostgresStore(query, options())).rejects.toMatchObject({ code: 'INPUT_INVALID' });
        await expect(migratePostgresStore(query, { schema: options().schema })).rejects.toMatchObject(refused);
    });
});

describe('what fails', () => {
    const fail = async (error: unknown) => {
        let isBroken = false;
        const store = await openPostgresStore(async (text, values) => {
            if (isBroken) throw error;
            return await getDatabase().query(text, values);
        }, options());
        isBroken = true;
        return await store.get(channelOf(1)).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
    };

    it.each([
        ['a SQLSTATE and a message', { code: '53300', message: 'too many connections' }, '53300: too many connections'],
        ['the code of a connection', { code: 'ECONNRESET', message: 'read ECONNRESET' }, 'ECONNRESET: read ECONNRESET'],
        ['no connection string', new Error('bad url postgres://me:secret@host/db here'), 'bad url … here'],
        ['no values', { code: '22P02', message: 'invalid input syntax: "secret"' }, '22P02'],
        ['the first line only', new Error('first\nsecret'), 'first'],
        ['something in any case', undefined, 'the query function failed'],
    ])('is told with %s', async (_, error, reason) => {
        const thrown = await fail(error);
        expect(thrown).toMatchObject({ code: 'STORE_UNAVAILABLE', context: { reason } });
        expect((thrown as Error).cause).toBeUndefined();
    });

    it.each([undefined, null, {}, { rows: 'none' }, { rows: [] }, { rows: [{}, {}] }])(
        'is also an answer that says nothing about a commit: %j',
        async answer => {
            let isBroken = false;
            const query: PostgresQuery = async (text, values) =>
                isBroken ? (answer as never) : await getDatabase().query(text, values);
            const store = await openPostgresStore(query, options());
            isBroken = true;
            const change = toChange(channelOf(1), { record: toRecord(channelOf(1)) });
            await expect(store.commit(change)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
            const { journal } = store;
            const transaction = {
                channels: [],
                feeLamports: 0n,
                lastValidBlockHeight: 0n,
                wireTransaction: 'AAAA' as never,
            };
            const { signature } = { signature: toRecord(channelOf(1)).identity.openSignature };
            await expect(journal.recordSent('one', { ...transaction, signature })).rejects.toMatchObject({
                code: 'STORE_UNAVAILABLE',
            });
        },
    );

    it('is what comes after close', async () => {
        const store = await getDatabase().openStore();
        await store.close();
        await expect(store.get(channelOf(1))).rejects.toMatchObject({ code: 'STORE_CLOSED' });
        await expect(store.journal.acquire('one', [channelOf(1)], 1_000)).rejects.toMatchObject({
            code: 'STORE_CLOSED',
        });
    });
});

describe('a claim', () => {
    const claim = { leaseMs: 60_000, limit: 10, owner: 'worker 1' };

    it('takes deadlines first, then the most at risk, then the longest due; nothing leased or in quarantine', async () => {
        const { network, store } = await openEmpty();
        const of = (index: number, accepted: bigint, at: bigint, deadline?: bigint) => {
            const record = toDue(channelOf(index), accepted, at, deadline);
            return { ...record, identity: { ...record.identity, network } };
        };
        const far = 2n ** 40n;
        await create(
            store,
            of(1, 100n, NOW),
            of(2, 10n ** 17n, NOW),
            of(3, 9n, NOW - 5n),
            of(4, 9n, NOW - 9n),
            of(5, 1n, NOW, far + 2n),
            of(6, 1n, NOW, far + 1n),
            of(7, 10n ** 17n, far),
            { ...of(8, 10n ** 17n, NOW), quarantine: { at: NOW, reason: 'a test' } },
            of(9, 10n ** 17n, NOW),
            { ...of(10, 10n ** 17n, NOW), due: null },
        );
        await store.journal.acquire('somebody', [channelOf(9)], 60_000);
        const first = await store.claimDue({ ...claim, limit: 3 });
        expect(channelsOf(first)).toEqual([6, 5, 2].map(channelOf));
        const others = await store.claimDue({ ...claim, owner: 'worker 2' });
        expect(channelsOf(others)).toEqual([1, 4, 3].map(channelOf));
        expect(await store.claimDue(claim)).toEqual([]);
        const leases = await store.journal.getLeases!([6, 1, 7].map(channelOf));
        expect(leases.map(({ channel, owner }) => [channel, owner])).toEqual([
            [channelOf(6), 'worker 1'],
            [channelOf(1), 'worker 2'],
        ]);
        await store.journal.release('worker 1', [6, 5, 2].map(channelOf));
        expect(channelsOf(await store.claimDue({ ...claim, reasons: ['settle', 'close'] }))).toEqual([channelOf(2)]);
        expect(await store.claimDue({ ...claim, reasons: [] })).toEqual([]);
    });

    it('of several workers at once takes each channel once', async () => {
        const { network, other, store } = await openEmpty();
        const channels = Array.from({ length: 60 }, (_, index) => channelOf(index + 1));
        const records = channels.map((channel, index) => toDue(channel, BigInt(index + 1), NOW));
        await create(store, ...records.map(record => ({ ...record, identity: { ...record.identity, network } })));
        const claimed: unknown[] = [];
        for (let round = 0; round < 10 && claimed.length < channels.length; round++) {
            const answers = await Promise.all(
                Array.from({ length: 8 }, (_, index) =>
                    (index % 2 === 0 ? store : other).claimDue({ ...claim, limit: 5, owner: `worker ${index}` }),
                ),
            );
            claimed.push(...answers.flatMap(channelsOf));
        }
        expect([...claimed].sort()).toEqual([...channels].sort());
    });

    it('takes a channel whose vouchers are written at that very moment', async () => {
        const { network, store } = await openEmpty();
        const record = toDue(channelOf(1), 5n, NOW);
        await create(store, { ...record, identity: { ...record.identity, network } });
        const client = new pg.Client(getDatabase().url);
        await client.connect();
        try {
            await client.query('BEGIN');
            await client.query(`UPDATE "${getDatabase().schema}".pc_channel SET version = 2 WHERE network = $1`, [
                network,
            ]);
            expect(channelsOf(await store.claimDue(claim))).toEqual([channelOf(1)]);
            await client.query('ROLLBACK');
        } finally {
            await client.end();
        }
    });

    it('has a record that is damaged in its place, and the others', async () => {
        const { network, store } = await openEmpty();
        const records = [1, 2].map(index => toDue(channelOf(index), BigInt(index), NOW));
        await create(store, ...records.map(record => ({ ...record, identity: { ...record.identity, network } })));
        const damage = `UPDATE "${getDatabase().schema}".pc_channel SET record = '{}' WHERE network = $1 AND channel = $2`;
        await getDatabase().run(damage, [network, channelOf(2)]);
        const [damaged, good] = await store.claimDue(claim);
        expect(damaged).toMatchObject({ channel: channelOf(2), error: { code: 'LEDGER_RECORD_INVALID' } });
        expect(good).toMatchObject({ record: { identity: { channel: channelOf(1) } } });
        await expect(store.get(channelOf(2))).rejects.toMatchObject({ code: 'LEDGER_RECORD_INVALID' });
    });
});

describe('a list', () => {
    it('comes in pages, by any of the columns, with what is damaged (Store 7, Store 13)', async () => {
        const { network, store } = await openEmpty();
        const strange = await getDatabase().openStore(`${network}:b`);
        const [payee, payer, rentPayer] = [channelOf(901), channelOf(902), channelOf(903)];
        const sorted = [1, 2, 3, 4, 5].map(channelOf).sort();
        const [a, b, c, d, e] = sorted as [never, never, never, never, never];
        const of = (channel: never, fields: Parameters<typeof toRecord>[1] = {}) =>
            toRecord(channel, { ...fields, identity: { network, ...fields.identity } });
        const { chain } = toRecord(a);
        await create(
            store,
            of(a, { identity: { payee } }),
            of(b, { chain: { ...chain, status: 'sealed' }, identity: { payee } }),
            of(c, { due: { at: 500n, deadline: null, reason: 'settle' }, identity: { payer } }),
            of(d, { identity: { rentPayer }, quarantine: { at: 5n, reason: 'a test' } }),
            of(e),
        );
        await create(strange, toRecord(a, { identity: { network: `${network}:b` } }));
        const list = async (query: object) => channelsOf((await store.list({ limit: 10, ...query })).channels);
        expect(await list({})).toEqual(sorted);
        expect(await list({ payee })).toEqual([a, b]);
        expect(await list({ payee, status: 'sealed' })).toEqual([b]);
        expect(await list({ status: 'open' })).toEqual([a, c, d, e]);
        expect(await list({ payer })).toEqual([c]);
        expect(await list({ rentPayer })).toEqual([d]);
        expect(await list({ rentPayer, status: 'closing' })).toEqual([]);
        expect(await list({ dueBefore: 500n })).toEqual([c]);
        expect(await list({ dueBefore: 499n })).toEqual([]);
        expect(await list({ isQuarantined: true })).toEqual([d]);
        expect(await list({ isQuarantined: false })).toEqual([a, b, c, e]);
        expect(await list({ after: c })).toEqual([d, e]);
        const first = await store.list({ limit: 2 });
        expect([channelsOf(first.channels), first.next]).toEqual([[a, b], b]);
        const last = await store.list({ after: d, limit: 1 });
        expect([channelsOf(last.channels), last.next]).toEqual([[e], undefined]);

        const damage = `UPDATE "${getDatabase().schema}".pc_channel SET record = $3 WHERE network = $1 AND channel = $2`;
        await getDatabase().run(damage, [network, a, '{"accepted":"x"']);
        // Whole, and that of another channel.
        const [row] = await getDatabase().run(
            `SELECT record FROM "${getDatabase().schema}".pc_channel WHERE network = $1 AND channel = $2`,
            [network, e],
        );
        await getDatabase().run(damage, [network, b, row!.record]);
        const page = await store.list({ limit: 10 });
        expect(channelsOf(page.channels)).toEqual(sorted);
        expect(page.channels[0]).toMatchObject({ channel: a, error: { code: 'LEDGER_RECORD_INVALID' } });
        expect(page.channels[1]).toMatchObject({ channel: b, error: { code: 'LEDGER_RECORD_INVALID' } });
        expect(channelsOf(await store.getMany([e, a, c, channelOf(99), e]))).toEqual([e, a, c]);
    });
});

it('pending transactions come by age, and a purge takes what is over and nothing else', async () => {
    const { network, other, store } = await openEmpty();
    const [one, two] = [channelOf(1), channelOf(2)];
    await store.journal.acquire('worker 1', [one], 3_600_000);
    const { chain } = toRecord(one);
    const transaction = (key: string, outcome: string, recordedAt: bigint, channel = two) =>
        ({
            expected: 'absent',
            key,
            kind: 'transaction',
            value: { channel, kind: 'topUp', lastValidBlockHeight: null, open: null, outcome, recordedAt, wire: null },
        }) as never;
    const charge = toCharge(one, 'old');
    const running = { ...(charge.value as object), startedAt: 900n };
    await store.commit(
        toChange(one, {
            record: toRecord(one, { chain: { ...chain, status: 'absent' }, identity: { network } }),
            rows: [toCharge(one, 'of the absent'), transaction('t1', 'landed', 5n, one)],
        }),
    );
    await store.commit(
        toChange(two, {
            record: toRecord(two, { identity: { network } }),
            rows: [
                { ...toCharge(two, 'old'), value: { ...(charge.value as object), endedAt: 50n } as never },
                { ...toCharge(two, 'running'), value: running as never },
                transaction('t2', 'pending', 9n),
                transaction('t3', 'pending', 7n),
                transaction('t4', 'failed', 7n),
                transaction('t5', 'landed', 7n),
                { expected: 'absent', key: 'c', kind: 'challenge', value: { channel: two, expiresAt: 99n } },
            ],
        }),
    );
    const pending = await store.listPending(10);
    expect(pending.map(({ key }) => key)).toEqual(['t3', 't2']);
    expect(await store.listPending(1)).toHaveLength(1);
    expect(await store.purge({ charges: 50n, closed: 7n })).toBe(0);
    // The charge and the challenge of the one, the failed transaction; the channel that is gone with its two rows.
    expect(await store.purge({ charges: 100n, closed: 8n })).toBe(3);
    expect(await store.purge({ charges: 0n, closed: 2n ** 62n })).toBe(3);
    expect(await store.get(one)).toBeUndefined();
    // A lease is its owner's, whatever becomes of the channel.
    expect(await other.journal.acquire('worker 2', [one], 3_600_000)).toEqual([]);
    expect(await store.getRow('charge', `${one}/of the absent`)).toBeUndefined();
    expect(await store.getRow('charge', `${two}/running`)).toBeDefined();
    expect(await store.getRow('transaction', 't5')).toBeDefined();
    expect(await store.getRow('transaction', 't1')).toBeUndefined();
    expect(isPaymentChannelsError(await store.commit(toUpdate(await getStored(store, two))))).toBe(false);
});
