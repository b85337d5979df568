import pg from 'pg';
import { describe, expect, it } from 'vitest';

import { openPostgresStore } from '../../../src/store/postgres';
import type { ChannelStore, StoreChange } from '../../../src/store/store';
import { useTestDatabase } from '../../fixtures/postgres/database';
import { channelOf, create, getStored, toChange, toCharge, toNext, toRecord, toUpdate } from './postgres-records';

const getDatabase = useTestDatabase();
let stores: Promise<[ChannelStore, ChannelStore]> | undefined;
/** Two stores, as two processes have them. */
const open = () => (stores ??= Promise.all([getDatabase().openStore(), getDatabase().openStore()]));
let channels = 0;
const nextChannel = () => channelOf(++channels);

/** Waits until a statement waits for a lock. */
async function waitForBlocked(count = 1): Promise<void> {
    const { run } = getDatabase();
    for (let turn = 0; turn < 6_000; turn++) {
        const [row] = await run(
            `SELECT count(*)::integer AS blocked FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE '%' || $1 || '%'`,
            [getDatabase().schema],
        );
        if ((row!.blocked as number) >= count) return;
        await new Promise(resolve => setTimeout(resolve, 10));
    }
    throw new Error('Nothing waits for a lock');
}

/** Has a statement of somebody else hold its locks until a commit waits for them; what became of the commit. */
async function commitAgainst(store: ChannelStore, change: StoreChange, text: string, values: unknown[]) {
    const { url } = getDatabase();
    const other = new pg.Client(url);
    await other.connect();
    try {
        await other.query('BEGIN');
        await other.query(text, values);
        const result = store.commit(change);
        result.catch(() => undefined);
        await waitForBlocked();
        await other.query('COMMIT');
        return await result;
    } finally {
        await other.end();
    }
}

describe('a commit', () => {
    it('creates a record and rows, updates and deletes them, and reads them back', async () => {
        const [store, other] = await open();
        const channel = nextChannel();
        const record = toRecord(channel);
        const [a, b] = [toCharge(channel, 'a'), toCharge(channel, 'b')];
        expect(await store.commit(toChange(channel, { changeId: 'first', record, rows: [a, b] }))).toBe('committed');
        const stored = await getStored(other, channel);
        expect(stored).toMatchObject({ changeId: 'first', record, schema: 1, version: 1 });
        expect(await other.getRow('charge', a.key)).toMatchObject({ value: a.value, version: 1 });

        const ended = { ...(a.value as object), endedAt: 9n, stage: 'committed' } as never;
        const rows = [
            { ...a, expected: 1, value: ended },
            { ...b, expected: 1, value: 'delete' },
            { ...toCharge(channel, 'c'), expected: 'any' },
            { ...toCharge(channel, 'd'), expected: 'any', value: 'delete' },
            { ...toCharge(channel, 'e'), expected: 'absent', value: 'delete' },
        ] as StoreChange['rows'];
        expect(await other.commit(toUpdate(stored, { changeId: 'second', rows }))).toBe('committed');
        expect(await getStored(store, channel)).toMatchObject({
            changeId: 'second',
            record: { accepted: 101n },
            version: 2,
        });
        expect(await store.getRow('charge', a.key)).toMatchObject({ value: ended, version: 2 });
        expect(await store.getRow('charge', b.key)).toBeUndefined();
        expect(await store.getRow('charge', `${channel}/c`)).toMatchObject({ version: 1 });

        const again = [
            { ...toCharge(channel, 'c'), expected: 'any' },
            { ...a, expected: 'any', value: 'delete' },
        ] as StoreChange['rows'];
        expect(await store.commit(toChange(channel, { expected: 2, rows: again }))).toBe('committed');
        expect(await getStored(store, channel)).toMatchObject({ version: 2 });
        expect(await store.getRow('charge', `${channel}/c`)).toMatchObject({ version: 2 });
        expect(await store.getRow('charge', a.key)).toBeUndefined();
    });

    it('keeps what no number holds: amounts up to 2^64 - 1, text of any kind', async () => {
        const [store, other] = await open();
        const channel = nextChannel();
        const max = 2n ** 64n - 1n;
        const sample = toRecord(channel);
        const record = {
            ...sample,
            accepted: max,
            chain: { ...sample.chain, deposit: max },
            quarantine: { at: 2n ** 63n - 1n, reason: `'"\\ \0 \u2028 😀` },
            voucher: { ...sample.voucher!, cumulativeAmount: max },
        };
        await create(store, record);
        expect((await getStored(other, channel)).record).toEqual(record);
        const row = toCharge(channel, `'"\\ 😀 {a,b} NULL`);
        await store.commit(toChange(channel, { expected: 1, rows: [row] }));
        expect(await other.getRow('charge', row.key)).toMatchObject({ value: row.value });
    });

    describe('is a conflict, and writes nothing,', () => {
        type Case = readonly [title: string, fields: Partial<StoreChange>];
        const channel = channelOf(1_000_000);
        const [a, b, fresh] = [toCharge(channel, 'a'), toCharge(channel, 'b'), toCharge(channel, 'fresh')];
        const withRows = (...rows: StoreChange['rows']): Case[1] => ({ expected: 2, rows: [fresh, ...rows] });
        const next = { record: { ...toRecord(channel), lastActivityAt: 5n } };
        const CASES: readonly Case[] = [
            ['where the record is at a later version', { ...next, expected: 1, rows: [fresh] }],
            ['where the record is at an earlier version', { ...next, expected: 3, rows: [fresh] }],
            ['where there is a record already', { ...next, expected: 'absent', rows: [fresh] }],
            ['where a row is there already', { ...next, ...withRows(a) }],
            ['where a row is at another version', { ...next, ...withRows({ ...a, expected: 2 }) }],
            ['where a row is not there', { ...next, ...withRows({ ...toCharge(channel, 'none'), expected: 1 }) }],
            [
                'where one of two rows is at another version',
                { ...next, ...withRows({ ...a, expected: 1 }, { ...b, expected: 7 }) },
            ],
            [
                'where a row to be deleted is at another version',
                { ...next, ...withRows({ ...a, expected: 2, value: 'delete' }) },
            ],
            [
                'where a row to be deleted is not there',
                { ...next, ...withRows({ ...toCharge(channel, 'none'), expected: 1, value: 'delete' }) },
            ],
            ['where a row that should be absent is there', { ...next, ...withRows({ ...a, value: 'delete' }) }],
            [
                'with rows only, where the record is at another version',
                { expected: 1, rows: [fresh, { ...a, expected: 1 }] },
            ],
            ['with rows only, where there is a record', { expected: 'absent', rows: [fresh] }],
            ['with rows only, where a row is at another version', withRows({ ...a, expected: 2 })],
            ['with rows only, where a row is there already', withRows(a)],
            ['without any change, where the record is at another version', { expected: 7 }],
        ];

        it.each(CASES)('%s', async (_, fields) => {
            const [store, other] = await open();
            if ((await store.get(channel)) === undefined) {
                await store.commit(toChange(channel, { record: toRecord(channel), rows: [a, b] }));
                await store.commit(toUpdate(await getStored(store, channel)));
            }
            const before = await store.get(channel);
            expect(await other.commit(toChange(channel, fields))).toBe('conflict');
            expect(await store.get(channel)).toEqual(before);
            for (const { key } of [a, b]) expect(await store.getRow('charge', key)).toMatchObject({ version: 1 });
            expect(await store.getRow('charge', fresh.key)).toBeUndefined();
            expect(await store.getRow('charge', `${channel}/none`)).toBeUndefined();
        });

        it('where the record of another channel would be created by the same transaction row', async () => {
            const [store, other] = await open();
            const [one, two] = [nextChannel(), nextChannel()];
            const challenge = (named: typeof one) =>
                ({
                    expected: 'absent',
                    key: 'one for both',
                    kind: 'challenge',
                    value: { channel: named, expiresAt: 9n },
                }) as const;
            const results = await Promise.all([
                store.commit(toChange(one, { record: toRecord(one), rows: [challenge(one)] })),
                other.commit(toChange(two, { record: toRecord(two), rows: [challenge(two)] })),
            ]);
            expect(results.sort()).toEqual(['committed', 'conflict']);
            expect(await store.getMany([one, two])).toHaveLength(1);
        });
    });

    it('that changes nothing uses no version (Store 16)', async () => {
        const [store] = await open();
        const channel = nextChannel();
        await create(store, toRecord(channel));
        expect(await store.commit(toChange(channel, { expected: 1 }))).toBe('committed');
        expect(await getStored(store, channel)).toMatchObject({ version: 1 });
    });

    it('of a row whose key fits no index is refused, and makes nothing else', async () => {
        const [store] = await open();
        const channel = nextChannel();
        const long = (count: number) =>
            Array.from({ length: count }, (_, index) => String.fromCharCode(0x4e00 + ((index * 7_919) % 20_000))).join(
                '',
            );
        const refused = { code: 'INPUT_INVALID', context: { field: 'change.rows[1].key' } };
        const rows = [toCharge(channel, 'a'), toCharge(channel, long(900))];
        await expect(store.commit(toChange(channel, { rows }))).rejects.toMatchObject(refused);
        expect(await store.getRow('charge', rows[0]!.key)).toBeUndefined();
        expect(await store.getRow('charge', rows[1]!.key)).toBeUndefined();
        const row = toCharge(channel, long(660));
        expect(await store.commit(toChange(channel, { rows: [row] }))).toBe('committed');
        expect(await store.getRow('charge', row.key)).toMatchObject({ version: 1 });
    });

    it('of rows only needs no record, where none is expected', async () => {
        const [store] = await open();
        const channel = nextChannel();
        const row = toCharge(channel, 'a');
        expect(await store.commit(toChange(channel, { rows: [row] }))).toBe('committed');
        expect(await store.getRow('charge', row.key)).toMatchObject({ version: 1 });
        expect(await store.get(channel)).toBeUndefined();
    });
});

describe('of commits at the same time,', () => {
    const AT_ONCE = 20;
    const all = async (make: (index: number) => StoreChange) => {
        const [store, other] = await open();
        const indexes = Array.from({ length: AT_ONCE }, (_, index) => index);
        return await Promise.all(indexes.map(index => (index % 2 === 0 ? store : other).commit(make(index))));
    };
    const count = (results: readonly string[]) => results.filter(result => result === 'committed').length;

    it('one of twenty writes the record (Store 1, Store 2)', async () => {
        const [store] = await open();
        const channel = nextChannel();
        await create(store, toRecord(channel));
        for (let round = 0; round < 5; round++) {
            const stored = await getStored(store, channel);
            const results = await all(index =>
                toUpdate(stored, { changeId: `${round}/${index}`, record: toNext(stored, BigInt(index + 1)) }),
            );
            expect(count(results)).toBe(1);
            const winner = results.indexOf('committed');
            expect(await getStored(store, channel)).toMatchObject({
                changeId: `${round}/${winner}`,
                record: toNext(stored, BigInt(winner + 1)),
                version: stored.version + 1,
            });
        }
    });

    it('one of twenty creates it', async () => {
        const [store] = await open();
        const channel = nextChannel();
        const results = await all(index => toChange(channel, { changeId: `${index}`, record: toRecord(channel) }));
        expect(count(results)).toBe(1);
        expect(await getStored(store, channel)).toMatchObject({
            changeId: `${results.indexOf('committed')}`,
            version: 1,
        });
    });

    it('one of twenty has the row of an idempotency key (Store 3)', async () => {
        const [store] = await open();
        const channel = nextChannel();
        await create(store, toRecord(channel));
        const row = toCharge(channel, 'a');
        expect(count(await all(() => toChange(channel, { expected: 1, rows: [row] })))).toBe(1);
        expect(await store.getRow('charge', row.key)).toMatchObject({ version: 1 });
    });

    it('one that waits for another is a conflict once that is written, and undoes what it has begun', async () => {
        const [store] = await open();
        const { schema } = getDatabase();
        const channel = nextChannel();
        const [a, b] = [toCharge(channel, 'a'), toCharge(channel, 'b')];
        await store.commit(toChange(channel, { record: toRecord(channel), rows: [a] }));
        const stored = await getStored(store, channel);
        const change = toUpdate(stored, { rows: [{ ...a, expected: 1 }, b] });
        const touchRow = `UPDATE "${schema}".pc_row SET version = version + 1 WHERE key = $1`;
        expect(await commitAgainst(store, change, touchRow, [a.key])).toBe('conflict');
        expect(await getStored(store, channel)).toEqual(stored);
        expect(await store.getRow('charge', b.key)).toBeUndefined();

        const touchRecord = `UPDATE "${schema}".pc_channel SET version = version + 1 WHERE channel = $1`;
        expect(await commitAgainst(store, toUpdate(stored, { rows: [b] }), touchRecord, [channel])).toBe('conflict');
        expect(await store.getRow('charge', b.key)).toBeUndefined();
        expect((await getStored(store, channel)).record).toEqual(stored.record);

        const rowsOnly = toChange(channel, { expected: 2, rows: [b] });
        expect(await commitAgainst(store, rowsOnly, touchRecord, [channel])).toBe('conflict');
        expect(await store.getRow('charge', b.key)).toBeUndefined();

        const remove = `DELETE FROM "${schema}".pc_channel WHERE channel = $1`;
        expect(await commitAgainst(store, toChange(channel, { expected: 3, rows: [b] }), remove, [channel])).toBe(
            'conflict',
        );
        expect(await store.get(channel)).toBeUndefined();
    });

    it('an update that read before a purge brings nothing back (Store 4)', async () => {
        const [store, other] = await open();
        const channel = nextChannel();
        const { chain } = toRecord(channel);
        await create(store, toRecord(channel, { chain: { ...chain, status: 'absent' } }));
        const stored = await getStored(store, channel);
        expect(await other.purge({ charges: 0n, closed: 2n ** 62n })).toBe(1);
        expect(await store.commit(toUpdate(stored))).toBe('conflict');
        expect(await store.get(channel)).toBeUndefined();
    });
});

describe('what is newer', () => {
    it('is read, and not written; its members survive (Store 7, Store 8)', async () => {
        const [store] = await open();
        const { run, schema } = getDatabase();
        const channel = nextChannel();
        await create(store, toRecord(channel));
        await run(
            `UPDATE "${schema}".pc_channel SET schema = 2, record = replace(record, '{"accepted"', '{"proof":"kept","accepted"')
             WHERE channel = $1`,
            [channel],
        );
        const stored = await getStored(store, channel);
        expect(stored).toMatchObject({ record: { accepted: 100n }, schema: 2, unknown: { proof: 'kept' } });
        const newer = { code: 'STORE_NEWER', context: { key: channel, schema: 2, supported: 1 } };
        await expect(store.commit(toUpdate(stored))).rejects.toMatchObject(newer);
        await expect(
            store.commit(toChange(channel, { expected: 1, rows: [toCharge(channel, 'a')] })),
        ).rejects.toMatchObject(newer);
        expect(await store.commit(toUpdate({ ...stored, version: 7 }))).toBe('conflict');
        expect(await getStored(store, channel)).toEqual(stored);

        await run(`UPDATE "${schema}".pc_channel SET schema = 1 WHERE channel = $1`, [channel]);
        expect(await store.commit(toUpdate(stored, { unknown: stored.unknown }))).toBe('committed');
        expect(await getStored(store, channel)).toMatchObject({
            record: { accepted: 101n },
            unknown: { proof: 'kept' },
        });
    });

    it.each(['any', 1] as const)('of rows is not written either, expected %s', async expected => {
        const [store] = await open();
        const { run, schema } = getDatabase();
        const channel = nextChannel();
        const row = toCharge(channel, 'a');
        await store.commit(toChange(channel, { record: toRecord(channel), rows: [row] }));
        await run(`UPDATE "${schema}".pc_row SET schema = 2 WHERE key = $1`, [row.key]);
        const stored = await getStored(store, channel);
        for (const value of [row.value, 'delete']) {
            const rows = [{ ...row, expected, value }] as StoreChange['rows'];
            await expect(store.commit(toUpdate(stored, { rows }))).rejects.toMatchObject({
                code: 'STORE_NEWER',
                context: { key: row.key, schema: 2, supported: 1 },
            });
        }
        expect(await getStored(store, channel)).toEqual(stored);
        expect(await store.getRow('charge', row.key)).toMatchObject({ version: 1 });
    });
});

it('a commit is on the disk, whatever the session is set to', async () => {
    const { schema, url } = getDatabase();
    const client = new pg.Client(url);
    await client.connect();
    const kept: unknown[] = [];
    try {
        const store = await openPostgresStore(
            async (text, values) => {
                const answer = await client.query<{ kept?: unknown }>(text, values);
                if (text.includes('head')) kept.push(answer.rows[0]!.kept);
                return answer;
            },
            { network: 'localnet', schema },
        );
        const channel = nextChannel();
        await create(store, toRecord(channel));
        await client.query('SET synchronous_commit = off');
        await store.commit(toUpdate(await getStored(store, channel)));
        expect(kept).toEqual([null, 'on']);
        // And only for the commit itself.
        expect((await client.query('SHOW synchronous_commit')).rows).toEqual([{ synchronous_commit: 'off' }]);
    } finally {
        await client.end();
    }
});
