import type { Address } from '@solana/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { RowChange } from '../../../src/ledger/rows';
import { openSqliteStore } from '../../../src/store/sqlite';
import type { ChannelStore } from '../../../src/store/store';
import { getStoreContractCases, type StoreContractInput } from '../../../src/testing';
import { channelOf, signatureOf, transactionOf } from '../../fixtures/journal';
import { expectRefusal } from '../../fixtures/refusals';
import { runs } from '../../fixtures/random';
import { createPlace, DRIVERS, type OpenDatabase, type Place } from '../../fixtures/sqlite';
import { OPEN_ROW } from '../ledger/records';
import { changeOf, chargeOf, dueOf, NOW, recordOf } from './sqlite-records';

const NOW_MS = Number(NOW) * 1_000;
const now = () => NOW_MS;

let place: Place;
let store: ChannelStore;
beforeEach(async () => {
    place = await createPlace();
    store = await place.openStore({ now });
});
afterEach(() => {
    vi.restoreAllMocks();
    place.remove();
});

describe.each(DRIVERS)('the contract of a store, kept by the one in a database of $name', driver => {
    const createStore: StoreContractInput['createStore'] = async ({ network, now: clock }) => {
        const own = await createPlace(driver);
        const database = own.open();
        return {
            close: own.remove,
            openNetwork: another => own.openStore({ network: another, now: clock }),
            other: await own.openStore({ network, now: clock }),
            overwrite: (channel, schema, text) =>
                void database
                    .prepare('UPDATE pc_channel SET schema = ?, record = ? WHERE network = ? AND channel = ?')
                    .run(schema, text, network, channel),
            overwriteRow: (kind, key, text) =>
                void database
                    .prepare('UPDATE pc_row SET value = ? WHERE network = ? AND kind = ? AND key = ?')
                    .run(text, network, kind, key),
            store: await own.openStore({ network, now: clock }),
        };
    };
    const cases = getStoreContractCases({ createStore, sequences: runs(12).numRuns });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
        await run();
    });
});

const claim = async (fields: object = {}) =>
    (await store.claimDue({ leaseMs: 60_000, limit: 1_000, owner: 'worker', ...fields })).map(stored =>
        'error' in stored ? stored.channel : stored.record.identity.channel,
    );

describe('a commit', () => {
    it('writes the record and its rows, which another store of the database reads', async () => {
        const other = await place.openStore();
        const record = dueOf(1, 500n);
        expect(await store.commit(changeOf(record, 'absent', { changeId: 'mine', rows: [chargeOf(1, 'a')] }))).toBe(
            'committed',
        );
        expect(await other.get(channelOf(1))).toEqual({
            changeId: 'mine',
            record,
            schema: 1,
            unknown: undefined,
            updatedAt: NOW,
            version: 1,
        });
        expect(await other.getRow('charge', `${channelOf(1)}/a`)).toMatchObject({ value: { price: 5n }, version: 1 });
        expect(await other.get(channelOf(2))).toBeUndefined();
    });

    it('of two at the same version, one is a conflict, in one group or in two', async () => {
        const first = [store.commit(changeOf(recordOf(1))), store.commit(changeOf(recordOf(1)))];
        expect(await Promise.all(first)).toEqual(['committed', 'conflict']);
        const other = await place.openStore();
        expect(await other.commit(changeOf(recordOf(1), 1))).toBe('committed');
        expect(await store.commit(changeOf(recordOf(1), 1))).toBe('conflict');
        expect(await store.get(channelOf(1))).toMatchObject({ version: 2 });
    });

    it('whose row is at another version writes nothing at all', async () => {
        await store.commit(changeOf(recordOf(1), 'absent', { rows: [chargeOf(1, 'a')] }));
        const rows = [chargeOf(1, 'b'), chargeOf(1, 'a')];
        expect(await store.commit(changeOf(dueOf(1, 500n), 1, { rows }))).toBe('conflict');
        expect(await store.get(channelOf(1))).toMatchObject({ record: { accepted: 0n }, version: 1 });
        expect(await store.getRow('charge', `${channelOf(1)}/b`)).toBeUndefined();
    });

    it('writes the columns that queries go by, and of those only what has changed', async () => {
        await store.commit(changeOf(recordOf(1)));
        const database = place.open();
        const prepare = vi.spyOn(database, 'prepare');
        const spied = await openSqliteStore(database, { network: 'localnet', now });
        await spied.commit(changeOf(dueOf(1, 500n), 1));
        const updates = prepare.mock.calls.map(([sql]) => sql).filter(sql => sql.startsWith('UPDATE'));
        expect(updates).toHaveLength(1);
        expect(updates[0]).not.toMatch(/status|payee|due_deadline|schema/);
        expect(database.prepare('SELECT * FROM pc_channel').all()[0]).toMatchObject({
            accepted: '00000000000000000500',
            at_risk: '00000000000000000500',
            due_at: Number(NOW),
            due_reason: 'settle',
            settled: '0'.repeat(20),
            status: 'open',
        });
    });

    it('keeps times that no double holds in the record, and orders by the latest that one holds', async () => {
        const record = dueOf(1, 1n, { at: 2n ** 63n - 1n, deadline: 2n ** 63n - 1n });
        await store.commit(changeOf(record));
        expect(await store.get(channelOf(1))).toMatchObject({ record: { due: record.due } });
        expect(await claim()).toEqual([]);
    });
});

describe('a group of commits', () => {
    /** A store whose database counts the transactions, and fails where a test wants it to. */
    const openCounted = async () => {
        const database = place.open();
        const statements: string[] = [];
        let failing: RegExp | undefined;
        const counted: OpenDatabase = {
            close: () => undefined,
            exec: sql => {
                statements.push(sql);
                if (failing?.test(sql)) throw new Error('disk I/O error');
                return database.exec(sql);
            },
            prepare: sql => {
                const statement = database.prepare(sql);
                return {
                    all: (...values) => statement.all(...values),
                    run: (...values) => {
                        if (values.some(value => failing?.test(String(value))))
                            throw new Error('string or blob too big');
                        return statement.run(...values);
                    },
                };
            },
        };
        const group = await openSqliteStore(counted, { network: 'localnet', now });
        statements.length = 0;
        return { fail: (pattern: RegExp) => (failing = pattern), group, statements };
    };

    it('that come together is one transaction, and each has an answer of its own', async () => {
        await store.commit(changeOf(recordOf(1)));
        await place.open().exec("UPDATE pc_channel SET schema = 2 WHERE channel = '" + channelOf(1) + "'");
        const { group, statements } = await openCounted();
        const answers = await Promise.allSettled([
            ...Array.from({ length: 50 }, (_, index) => group.commit(changeOf(recordOf(index + 10)))),
            group.commit(changeOf(recordOf(10))),
            group.commit(changeOf(recordOf(1), 1)),
            group.commit({ ...changeOf(recordOf(2)), expected: 0 }),
            group.commit(changeOf(recordOf(3))),
        ]);
        expect(statements).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
        expect(answers.map(answer => (answer.status === 'fulfilled' ? answer.value : answer.reason.code))).toEqual([
            ...Array.from({ length: 50 }, () => 'committed'),
            'conflict',
            'STORE_NEWER',
            'INTEGER_OUT_OF_RANGE',
            'committed',
        ]);
        expect((await store.list({ limit: 1_000 })).channels).toHaveLength(52);
    });

    it('whose COMMIT fails is rejected whole, and nothing of it is there', async () => {
        const { fail, group, statements } = await openCounted();
        fail(/^COMMIT$/);
        const commits = [1, 2, 3].map(index => group.commit(changeOf(recordOf(index))));
        for (const commit of commits)
            await expectRefusal(() => commit, 'STORE_UNAVAILABLE', { reason: 'disk I/O error' });
        expect(statements).toEqual(['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK']);
        expect((await store.list({ limit: 1_000 })).channels).toEqual([]);
        fail(/^nothing$/);
        expect(await group.commit(changeOf(recordOf(1)))).toBe('committed');
    });

    it('of which the database refuses one goes on without it', async () => {
        const { fail, group } = await openCounted();
        fail(/^poisoned$/);
        const poisoned = group.commit(changeOf(recordOf(2), 'absent', { changeId: 'poisoned' }));
        const others = [1, 3].map(index => group.commit(changeOf(recordOf(index))));
        await expectRefusal(() => poisoned, 'STORE_UNAVAILABLE', { reason: 'string or blob too big' });
        expect(await Promise.all(others)).toEqual(['committed', 'committed']);
        expect(await store.get(channelOf(2))).toBeUndefined();
        expect(await store.get(channelOf(3))).toBeDefined();
    });

    it('is written before the store is closed, and nothing is after', async () => {
        const commit = store.commit(changeOf(recordOf(1)));
        const { journal } = store;
        await store.close();
        expect(await commit).toBe('committed');
        await store.close();
        for (const call of [
            () => store.commit(changeOf(recordOf(2))),
            () => store.get(channelOf(1)),
            () => store.claimDue({ leaseMs: 1_000, limit: 1, owner: 'one' }),
            () => journal.recordSent('one', transactionOf(1, [channelOf(1)])),
            () => journal.getUnresolved([channelOf(1)]),
        ]) {
            await expectRefusal(call, 'STORE_CLOSED');
        }
        // The handle is not the store's.
        expect(await (await place.openStore()).get(channelOf(1))).toBeDefined();
    });
});

describe('what others have written', () => {
    it('Store 7: a record of a newer schema can be read and not be written, and a list has it', async () => {
        await store.commit(changeOf(recordOf(1), 'absent', { rows: [chargeOf(1, 'a')] }));
        await store.commit(changeOf(recordOf(2)));
        place.open().exec(`UPDATE pc_channel SET schema = 2, record = json_set(record, '$.later', 'x')
                           WHERE channel = '${channelOf(1)}'`);
        place.open().exec('UPDATE pc_row SET schema = 3');
        expect(await store.get(channelOf(1))).toMatchObject({
            record: { accepted: 0n },
            schema: 2,
            unknown: { later: 'x' },
        });
        await expectRefusal(() => store.commit(changeOf(recordOf(1), 1)), 'STORE_NEWER', {
            key: channelOf(1),
            schema: 2,
            supported: 1,
        });
        await expectRefusal(
            () => store.commit(changeOf(recordOf(2), 1, { rows: [chargeOf(1, 'a', 1)] })),
            'STORE_NEWER',
            {
                schema: 3,
            },
        );
        expect(await store.get(channelOf(2))).toMatchObject({ version: 1 });
        expect((await store.list({ limit: 10 })).channels).toHaveLength(2);
    });

    it('Store 8: members that this version does not know are still there after an update', async () => {
        await store.commit(changeOf(recordOf(1), 'absent', { rows: [chargeOf(1, 'a')] }));
        const database = place.open();
        database.exec(`UPDATE pc_channel SET record = json_set(record, '$.proof', json('{"of":[1]}'))`);
        database.exec(`UPDATE pc_row SET value = json_set(value, '$.tip', '7')`);
        const stored = (await store.get(channelOf(1)))!;
        const { unknown, version } = (await store.getRow('charge', `${channelOf(1)}/a`))!;
        const rows = [{ ...chargeOf(1, 'a', version), unknown }];
        expect(await store.commit({ ...changeOf(dueOf(1, 9n), 1), rows, unknown: stored.unknown })).toBe('committed');
        expect(await store.get(channelOf(1))).toMatchObject({
            record: { accepted: 9n },
            unknown: { proof: { of: [1] } },
        });
        expect(await store.getRow('charge', `${channelOf(1)}/a`)).toMatchObject({ unknown: { tip: '7' }, version: 2 });
    });

    it.each([
        ['is no JSON', "'{'", /JSON/],
        ['lacks a member', "json_remove(record, '$.accepted')", /accepted/],
        ['contradicts itself', "json_set(record, '$.spent', '7')", /spent/],
        [
            'is that of another channel',
            `json_set(record, '$.identity.channel', '${channelOf(7)}')`,
            /it is the record of/,
        ],
    ])('a record that %s is told by name, and hides no other', async (_, expression, reason) => {
        for (const index of [1, 2, 3]) await store.commit(changeOf(dueOf(index, BigInt(index))));
        place.open().exec(`UPDATE pc_channel SET record = ${expression} WHERE channel = '${channelOf(2)}'`);
        const expected = { key: channelOf(2), reason: expect.stringMatching(reason) as never };
        await expectRefusal(() => store.get(channelOf(2)), 'LEDGER_RECORD_INVALID', expected);
        const lists = [
            (await store.list({ limit: 10 })).channels,
            await store.getMany([1, 2, 3].map(channelOf)),
            await store.claimDue({ leaseMs: 1_000, limit: 10, owner: 'one' }),
        ];
        for (const channels of lists) {
            expect(channels).toHaveLength(3);
            expect(channels.find(one => 'error' in one)).toMatchObject({
                channel: channelOf(2),
                error: { code: 'LEDGER_RECORD_INVALID', context: expected },
            });
        }
    });
});

describe('work that is due', () => {
    it('is claimed by deadline, then by what is at risk, then by how long it waits; what is not due is not', async () => {
        const records = [
            dueOf(1, 5n),
            dueOf(2, 2n ** 64n - 1n, { at: NOW + 1n }),
            dueOf(3, 10n, { at: NOW - 5n }),
            dueOf(4, 10n, { at: NOW - 9n }),
            dueOf(5, 1n, { deadline: NOW + 90n }),
            dueOf(6, 9n, { deadline: NOW + 100n }),
            dueOf(7, 900_000n),
            { ...dueOf(8, 900_000n), quarantine: { at: NOW, reason: 'test' } },
            recordOf(9),
        ];
        for (const record of records) {
            const chain = { ...record.chain, deposit: 2n ** 64n - 1n };
            await store.commit(changeOf({ ...record, chain }));
        }
        expect(await claim({ limit: 3 })).toEqual([5, 6, 7].map(channelOf));
        expect(await claim()).toEqual([4, 3, 1].map(channelOf));
        expect(await claim({ owner: 'other' })).toEqual([]);
    });

    it('is claimed in the same order where more than a few are due', async () => {
        await store.commit(changeOf(dueOf(1, 5n)));
        place.open().exec(`
            INSERT INTO pc_channel
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
            SELECT network, 'channel ' || i, version, change_id, schema, status, payee, payer, mint, rent_payer, deposit,
                accepted, settled, printf('%020d', i * 7919 % 101), due_at - i % 7, due_reason,
                iif(i % 10 = 0, due_at + i % 30, due_deadline), ending, NULL, updated_at, record
            FROM n, pc_channel`);
        const urgency = (channel: string) => {
            const index = Number(channel.slice('channel '.length));
            return [index % 10 === 0 ? index % 30 : 99, -((index * 7919) % 101), -(index % 7)];
        };
        const all = (await claim()).filter(channel => channel.startsWith('channel ')).map(urgency);
        const few = (await claim()).filter(channel => channel.startsWith('channel ')).map(urgency);
        expect(all.length + few.length).toBe(1_500);
        expect(few.length).toBeLessThan(600);
        for (const some of [all, few]) {
            const sorted = [...some].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]!);
            expect(some).toEqual(sorted);
        }
    });

    it('is claimed by reason', async () => {
        await store.commit(changeOf(dueOf(1, 5n)));
        await store.commit(changeOf(dueOf(2, 4n, { reason: 'close' })));
        await store.commit(changeOf(dueOf(3, 3n, { reason: 'seal' })));
        expect(await claim({ reasons: ['seal', 'close'] })).toEqual([2, 3].map(channelOf));
    });

    it('that somebody has leased is left out for as long as the rules of leases say, and no longer', async () => {
        const clock = { at: NOW_MS };
        const workers = await place.openStore({ now: () => clock.at });
        const indices = Array.from({ length: 60 }, (_, index) => index);
        for (const index of indices) await store.commit(changeOf(dueOf(index, BigInt(100 - index))));
        const DAY = 86_400_000;
        // Of clocks that were behind and ahead, refused and not, for as long as can be and for a moment.
        for (const [index, ahead] of [-2 * DAY, -1_000, 0, 1_000, 2_000, DAY, DAY + 300_000, 3 * DAY].entries()) {
            for (const [step, durationMs] of [1_000, 60_000, DAY].entries()) {
                clock.at = NOW_MS + ahead;
                const leased = indices.slice(index * 6 + step * 2, index * 6 + step * 2 + 2).map(channelOf);
                await workers.journal.acquire('one', leased, durationMs);
                clock.at = NOW_MS - 500;
                await workers.journal.acquire('two', leased.slice(1), 60_000);
            }
        }
        for (const later of [0, 499, 500, 600, 1_000, 59_500, 70_000, DAY, 2 * DAY, 5 * DAY]) {
            clock.at = NOW_MS + later;
            const leases = await workers.journal.getLeases!(indices.map(channelOf));
            const leased = new Set(leases.map(({ channel }) => channel));
            const free = indices.map(channelOf).filter(channel => !leased.has(channel));
            const claimed = await workers.claimDue({ leaseMs: 1_000, limit: 1_000, owner: `worker ${later}` });
            expect(claimed.map(one => !('error' in one) && one.record.identity.channel)).toEqual(free);
            await workers.journal.release(`worker ${later}`, free);
        }
    });
});

describe('lists', () => {
    it('Store 13: channels that differ in case are two, and networks whose names begin alike are disjoint', async () => {
        const [a, b] = [await place.openStore({ network: 'a' }), await place.openStore({ network: 'a:b' })];
        const lower = '4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU';
        const upper = '4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDu';
        for (const channel of [lower, upper]) {
            const { identity, ...rest } = recordOf(1);
            const record = { ...rest, identity: { ...identity, channel, network: 'a' } } as never;
            expect(await a.commit(changeOf(record))).toBe('committed');
        }
        const { identity, ...rest } = recordOf(1);
        await b.commit(changeOf({ ...rest, identity: { ...identity, network: 'a:b' } }));
        expect((await a.list({ limit: 10 })).channels).toHaveLength(2);
        expect((await b.list({ limit: 10 })).channels).toHaveLength(1);
        expect((await store.list({ limit: 10 })).channels).toHaveLength(0);
    });

    it('go by every member of the query, alone and together, in pages', async () => {
        const wallets = [channelOf(901), channelOf(902)];
        const records = Array.from({ length: 48 }, (_, index) => {
            const { chain, identity, ...rest } =
                index % 3 === 0 ? dueOf(index, 5n, { at: NOW + BigInt(index) }) : recordOf(index);
            return {
                ...rest,
                chain: { ...chain, status: index % 4 === 0 ? 'sealed' : 'open' } as const,
                identity: {
                    ...identity,
                    payee: wallets[index % 2]!,
                    payer: wallets[(index >> 1) % 2]!,
                    rentPayer: index % 5 === 0 ? null : wallets[(index >> 2) % 2]!,
                },
                quarantine: index % 7 === 0 ? { at: NOW, reason: 'test' } : null,
            };
        });
        for (const record of records) await store.commit(changeOf(record));
        const filters = [
            [{}, { payee: wallets[0] }],
            [{}, { payer: wallets[1] }],
            [{}, { rentPayer: wallets[0] }],
            [{}, { status: 'open' }, { status: 'sealed' }],
            [{}, { isQuarantined: true }, { isQuarantined: false }],
            [{}, { dueBefore: NOW + 20n }],
        ] as const;
        const queries = filters.reduce<object[]>(
            (all, some) => all.flatMap(query => some.map(more => ({ ...query, ...more }))),
            [{}],
        );
        for (const query of queries as Parameters<ChannelStore['list']>[0][]) {
            const expected = records
                .filter(
                    ({ chain, due, identity, quarantine }) =>
                        (query.payee === undefined || identity.payee === query.payee) &&
                        (query.payer === undefined || identity.payer === query.payer) &&
                        (query.rentPayer === undefined || identity.rentPayer === query.rentPayer) &&
                        (query.status === undefined || chain.status === query.status) &&
                        (query.isQuarantined === undefined || (quarantine !== null) === query.isQuarantined) &&
                        (query.dueBefore === undefined || (due !== null && due.at <= query.dueBefore)),
                )
                .map(({ identity }) => identity.channel)
                .sort();
            const found: string[] = [];
            for (let after: Address | undefined; ;) {
                const page = await store.list({ ...query, after, limit: 5 });
                found.push(...page.channels.map(one => ('error' in one ? '' : one.record.identity.channel)));
                if (page.next === undefined) break;
                after = page.next;
            }
            expect(
                found,
                JSON.stringify(query, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
            ).toEqual(expected);
        }
    });
});

describe('a purge', () => {
    it('deletes charges and challenges that are over, and nothing else', async () => {
        const challenge = { channel: channelOf(1), expiresAt: NOW - 100n };
        const done = { ...(chargeOf(1, 'old').value as object), endedAt: NOW - 50n, stage: 'committed' };
        const rows = [
            { expected: 'absent', key: 'c', kind: 'challenge', value: challenge },
            { ...chargeOf(1, 'old'), value: done },
            chargeOf(1, 'new'),
        ] as RowChange[];
        await store.commit(changeOf(recordOf(1), 'absent', { rows }));
        expect(await store.purge({ charges: NOW - 50n, closed: NOW })).toBe(1);
        expect(await store.getRow('challenge', 'c')).toBeUndefined();
        expect(await store.purge({ charges: NOW - 49n, closed: NOW + 1n })).toBe(1);
        expect(await store.getRow('charge', `${channelOf(1)}/old`)).toBeUndefined();
        expect(await store.getRow('charge', `${channelOf(1)}/new`)).toBeDefined();
        expect(await store.get(channelOf(1))).toBeDefined();
    });

    it('deletes channels that are proven to be gone with all of theirs but the settlements', async () => {
        const settlement = {
            action: 'settle',
            amount: 1n,
            at: NOW,
            channel: channelOf(0),
            feeLamports: 5_000n,
            outcome: 'landed',
            slot: 1n,
        };
        const { chain } = recordOf(0);
        const channels = Array.from({ length: 45 }, (_, index) => index);
        for (const index of channels) {
            const rows = [
                chargeOf(index, 'a'),
                { expected: 'absent', key: `${channelOf(index)}/s`, kind: 'settlement', value: settlement },
                {
                    expected: 'absent',
                    key: signatureOf(index),
                    kind: 'transaction',
                    value: { ...OPEN_ROW.value, channel: channelOf(index), outcome: 'landed' },
                },
            ] as RowChange[];
            const status = index === 7 ? 'distributed' : 'absent';
            await store.commit(changeOf(recordOf(index, { chain: { ...chain, status } }), 'absent', { rows }));
        }
        expect(await store.purge({ charges: 0n, closed: NOW })).toBe(0);
        expect(await store.purge({ charges: 0n, closed: NOW + 1n })).toBe(44 * 3);
        for (const index of channels) {
            const isThere = index === 7;
            expect((await store.get(channelOf(index))) !== undefined).toBe(isThere);
            expect((await store.getRow('charge', `${channelOf(index)}/a`)) !== undefined).toBe(isThere);
            expect((await store.getRow('transaction', signatureOf(index))) !== undefined).toBe(isThere);
            expect(await store.getRow('settlement', `${channelOf(index)}/s`)).toBeDefined();
        }
    });
});

it('lists transactions that are pending, the oldest first, and one that is damaged among them', async () => {
    const rows = [3, 1, 2].map(index => ({
        expected: 'absent',
        key: signatureOf(index),
        kind: 'transaction',
        value: { ...OPEN_ROW.value, outcome: index === 2 ? 'landed' : 'pending', recordedAt: NOW + BigInt(index) },
    })) as RowChange[];
    const last = { ...rows[0], key: signatureOf(4), value: { ...OPEN_ROW.value, recordedAt: NOW + 9n } } as RowChange;
    await store.commit(changeOf(recordOf(1), 'absent', { rows: [...rows, last] }));
    place.open().exec(`UPDATE pc_row SET value = '{}' WHERE key = '${signatureOf(3)}'`);
    expect(await store.listPending(10)).toMatchObject([
        { key: signatureOf(1), value: { outcome: 'pending' }, version: 1 },
        { error: { code: 'LEDGER_RECORD_INVALID' }, key: signatureOf(3) },
        { key: signatureOf(4) },
    ]);
    expect(await store.listPending(1)).toHaveLength(1);
});
