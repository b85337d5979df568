import { afterAll, beforeAll, expect, it } from 'vitest';

import { openSqliteStore } from '../../../src/store/sqlite';
import { byDepth } from '../../fixtures/depth';
import { channelOf, signatureOf, transactionOf } from '../../fixtures/journal';
import { createPlace, type OpenDatabase, type Place } from '../../fixtures/sqlite';
import { changeOf, dueOf, NOW, recordOf } from './sqlite-records';

// The plan of every statement that a store runs, on 100,000 channels (a sample of them in a quick run): whatever it looks for, it goes along an index.

const CHANNELS = byDepth({ all: 100_000, deep: 100_000, quick: 3_000 });
const PAGE = { limit: 100 };

let place: Place;
let database: OpenDatabase;
const statements = new Set<string>();
beforeAll(async () => {
    place = await createPlace();
    database = place.open();
    const store = await place.openStore();
    await store.commit(changeOf(dueOf(1, 5n)));
    // Copies of one channel: half of them due, some with a deadline, most with one payee.
    database.exec(`
        INSERT INTO pc_channel
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${CHANNELS})
        SELECT network, 'channel ' || i, version, change_id, schema, iif(i % 50 = 0, 'sealed', status),
            iif(i % 10 = 0, 'payee ' || i, payee), 'payer ' || (i % 1000), mint, rent_payer, deposit, accepted, settled,
            printf('%020d', i * 7919 % 1000003), due_at + i - ${CHANNELS / 2}, due_reason,
            iif(i % 100 = 0, due_at + i, due_deadline), ending, NULL, updated_at, record
        FROM n, pc_channel`);
});
afterAll(() => place.remove());

/** The steps of a plan that read a table or sort, of all statements. */
const explain = () => {
    const own = place.open();
    return [...statements]
        .filter(sql => /^\s*(SELECT|UPDATE|DELETE|INSERT)/.test(sql) && !sql.includes('sqlite_schema'))
        .map(sql => {
            const values = Array.from({ length: sql.split('?').length - 1 }, () => 1 as never);
            const steps = own.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
            return { sql, steps: steps.map(({ detail }) => detail) };
        });
};

const isClaimOfFew = (sql: string) => /INDEXED BY pc_channel_due_at[^]*ORDER BY/.test(sql);

const callEverything = async () => {
    database.exec('DELETE FROM pc_lease');
    const spied: OpenDatabase = {
        close: () => undefined,
        exec: sql => database.exec(sql),
        prepare: sql => {
            statements.add(sql);
            return database.prepare(sql);
        },
    };
    const store = await openSqliteStore(spied, { network: 'localnet', now: () => Number(NOW) * 1_000 });
    const row = {
        expected: 'any',
        key: 'c',
        kind: 'challenge',
        value: { channel: channelOf(1), expiresAt: NOW },
    } as const;
    await store.commit(changeOf(recordOf(2), 'absent', { rows: [row] }));
    await store.commit(changeOf(dueOf(2, 7n), 1, { rows: [{ ...row, value: 'delete' }] }));
    await store.get(channelOf(1));
    await store.getMany([channelOf(1)]);
    await store.getRow('charge', 'a');
    await store.listPending(10);
    await store.purge({ charges: NOW, closed: NOW });
    for (const after of [undefined, channelOf(1)]) {
        for (const status of [undefined, 'open', 'sealed'] as const) {
            for (const query of [
                {},
                { payee: channelOf(1) },
                { payer: channelOf(1) },
                { rentPayer: channelOf(1) },
                { payee: channelOf(1), payer: channelOf(1), rentPayer: channelOf(1) },
                { dueBefore: NOW },
                { dueBefore: NOW, payee: channelOf(1) },
                { isQuarantined: true },
                { isQuarantined: false },
            ]) {
                await store.list({ ...PAGE, ...query, after, status });
            }
        }
    }
    // Half of them are due, then a few.
    await store.claimDue({ leaseMs: 1_000, limit: 100, owner: 'one' });
    await store.claimDue({ leaseMs: 1_000, limit: 100, owner: 'one', reasons: ['settle', 'close'] });
    const early = await openSqliteStore(spied, {
        network: 'localnet',
        now: () => (Number(NOW) - CHANNELS / 2 + 5) * 1_000,
    });
    expect(await early.claimDue({ leaseMs: 1_000, limit: 100, owner: 'one' })).toHaveLength(5);
    await early.claimDue({ leaseMs: 1_000, limit: 100, owner: 'one', reasons: ['settle', 'close'] });
    const { journal } = store;
    await journal.acquire('one', [channelOf(5)], 60_000);
    await journal.getLeases!([channelOf(5)]);
    await journal.recordSent('one', transactionOf(1, [channelOf(5)]));
    await journal.getUnresolved([channelOf(5)]);
    await journal.recordOutcome(signatureOf(1), 'landed');
    await journal.release('one', [channelOf(5)]);
};

it.each(['without statistics', 'with statistics'])(
    'every statement goes along an index, and sorts nothing, %s',
    async kind => {
        if (kind === 'with statistics') database.exec('ANALYZE');
        statements.clear();
        await callEverything();
        const plans = explain();
        expect(plans.length).toBeGreaterThan(50);
        for (const { sql, steps } of plans) {
            for (const step of steps) {
                expect(`${sql}: ${step}`).not.toMatch(/: SCAN (?!CONSTANT|\(subquery)/);
                // A claim among a few that are due sorts them, and nothing else is sorted.
                if (!isClaimOfFew(sql)) expect(`${sql}: ${step}`).not.toMatch(/TEMP B-TREE/);
            }
        }
        expect(plans.filter(({ sql }) => isClaimOfFew(sql))).toHaveLength(2);
        const claim = plans.find(({ sql }) => sql.includes('pc_channel_urgency'))!;
        expect(claim.steps[0]).toMatch(/SEARCH pc_channel USING COVERING INDEX pc_channel_urgency \(network=\?\)/);
    },
);
