import { beforeAll, describe, expect, it } from 'vitest';

import { encodeChannelRecord } from '../../../src/ledger/ledger-json';
import { getListStatement, getStoreStatements } from '../../../src/store/postgres/channels';
import { getCommitStatement } from '../../../src/store/postgres/commit';
import { createDatabase, type Database } from '../../../src/store/postgres/database';
import { getJournalStatements } from '../../../src/store/postgres/journal';
import type { Statement } from '../../../src/store/postgres/statement';
import type { ChannelQuery, StoreChange, StoredChannel } from '../../../src/store/store';
import { useTestDatabase } from '../../fixtures/postgres/database';
import { channelOf, toChange, toCharge, toDue, toRecord, toUpdate } from './postgres-records';

// The plans of all statements with 100,000 channels: none of them reads a table from its beginning to its end.

const CHANNELS = 100_000;
const BUSY = 'network 1';
const getDatabase = useTestDatabase();
let database: Database;

beforeAll(async () => {
    const { query, run, schema } = getDatabase();
    database = createDatabase(query, schema);
    const { channel, lease, row, sent, sentChannel } = database.tables;
    const text = encodeChannelRecord(toRecord(channelOf(1)));
    // One network has all of the channels due, one a few, and one has none.
    const fill = async (network: string, count: number, due: string) => {
        const name = `'C' || lpad(i::text, 43, 'x')`;
        await run(
            `INSERT INTO ${lease} (network, channel, owner, until, duration_ms)
             SELECT $1, ${name}, CASE WHEN i % 1000 = 1 THEN 'one' END,
                CASE WHEN i % 1000 = 1 THEN extract(epoch FROM clock_timestamp())::bigint * 1000 + 600000 ELSE 0 END, 600000
             FROM generate_series(1, $2) AS i`,
            [network, count],
        );
        await run(
            `INSERT INTO ${channel} (network, channel, version, change_id, schema, status, payee, payer, mint, rent_payer,
                deposit, accepted, settled, at_risk, due_at, due_reason, due_deadline, quarantined_at, updated_at, record)
             SELECT $1, ${name}, 1, 'change ' || i, 1,
                CASE WHEN i % 1000 = 7 THEN 'absent' WHEN i % 100 = 8 THEN 'sealed' ELSE 'open' END,
                'payee ' || i % 500, 'payer ' || i % 20000, 'mint', 'rent payer ' || i % 1000,
                1000000, i, 0, i * 7919 % 100003, ${due}, 'settle', CASE WHEN i % 1000 = 3 THEN 1800000000 + i END,
                CASE WHEN i % 5000 = 4 THEN 1700000000 END, 1700000000 + i, $2
             FROM generate_series(1, $3) AS i`,
            [network, text, count],
        );
        await run(
            `INSERT INTO ${row} (network, kind, key, version, schema, channel, stage, at, value)
             SELECT $1, (ARRAY['charge', 'charge', 'charge', 'challenge', 'transaction'])[i % 5 + 1], ${name} || '/' || i,
                1, 1, ${name}, CASE WHEN i % 1000 = 4 THEN 'pending' WHEN i % 1000 = 9 THEN 'failed' ELSE 'landed' END,
                1700000000 + i, '{}'
             FROM generate_series(1, $2) AS i`,
            [network, count],
        );
        await run(
            `WITH sent AS (
                INSERT INTO ${sent} (network, signature, sent)
                SELECT $1, 'signature ' || i, '{}' FROM generate_series(1, $2 / 10) AS i RETURNING place
             ) INSERT INTO ${sentChannel} (network, channel, place)
             SELECT $1, 'C' || lpad(place::text, 43, 'x'), place FROM sent`,
            [network, count],
        );
    };
    await fill(BUSY, CHANNELS, '1700000000 + i');
    await fill('network 2', 20_000, 'CASE WHEN i % 200 = 0 THEN 1700000000 ELSE 4000000000 END');
    await fill('network 3', 20_000, 'NULL::bigint');
    for (const table of [channel, lease, row, sent, sentChannel]) await run(`VACUUM ANALYZE ${table}`);
});

type Plan = Readonly<{
    Filter?: string;
    'Node Type': string;
    'Relation Name'?: string;
    'Index Name'?: string;
    Plans?: readonly Plan[];
}>;

async function explain({ text, values }: Statement): Promise<readonly Plan[]> {
    const [row] = await getDatabase().run(`EXPLAIN (FORMAT JSON) ${text}`, [...values]);
    const flatten = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flatten)];
    return (row!['QUERY PLAN'] as readonly Readonly<{ Plan: Plan }>[]).flatMap(({ Plan }) => flatten(Plan));
}

/** The indexes of a plan, which reads no table without one. */
async function getIndexes(statement: Statement): Promise<readonly string[]> {
    const plan = await explain(statement);
    expect(plan.filter(node => node['Node Type'] === 'Seq Scan')).toEqual([]);
    return plan.flatMap(node => node['Index Name'] ?? []);
}

const ADDRESS = `C${'1'.padStart(43, 'x')}`;

describe(`with ${CHANNELS} channels, along an index goes`, () => {
    const LISTS: readonly (readonly [query: Omit<ChannelQuery, 'limit'>, index: RegExp])[] = [
        [{}, /pc_channel_pkey/],
        [{ after: ADDRESS as never }, /pc_channel_pkey/],
        [{ payee: 'payee 7' as never }, /pc_channel_payee/],
        [{ payee: 'payee 7' as never, status: 'open' }, /pc_channel_payee/],
        [{ payee: 'payee 7' as never, status: 'sealed' }, /pc_channel_payee/],
        [{ payer: 'payer 7' as never }, /pc_channel_payer/],
        [{ rentPayer: 'rent payer 8' as never, status: 'sealed' }, /pc_channel_rent_payer/],
        [{ after: ADDRESS as never, status: 'absent' }, /pc_channel_(status|absent)/],
        [{ status: 'sealed' }, /pc_channel_status/],
        [{ dueBefore: 1_700_000_100n }, /pc_channel_due/],
        [{ isQuarantined: true }, /pc_channel_quarantined/],
        [{ isQuarantined: false, status: 'open' }, /pc_channel_/],
    ];

    it.each(LISTS)('a list of %o', async (query, index) => {
        const { tables } = database;
        const indexes = await getIndexes(getListStatement(tables, BUSY, { ...query, limit: 100 }));
        expect(indexes.join()).toMatch(index);
    });

    it.each([BUSY, 'network 2', 'network 3'])('a claim in %s', async network => {
        const { claimDue, claimDueFor } = getStoreStatements(database.tables);
        const values = [network, 'one', 60_000, 50];
        const expected = expect.arrayContaining(['pc_lease_until', 'pc_lease_pkey', 'pc_channel_pkey']);
        const indexes = await getIndexes({ text: claimDue, values });
        const filters = (await explain({ text: claimDue, values })).map(({ Filter }) => Filter);
        expect(filters.join()).toContain('hashed SubPlan');
        expect(indexes).toEqual(expected);
        // By how urgent it is where much is due, by when it is due where little is; the planner knows.
        expect(indexes.join()).toMatch(network === BUSY ? /pc_channel_urgency/ : /pc_channel_(due|urgency)/);
        expect(await getIndexes({ text: claimDueFor, values: [...values, ['settle', 'close']] })).toEqual(expected);
    });

    it.each([
        ['get', [ADDRESS], 'pc_channel_pkey'],
        ['getMany', [[ADDRESS, 'x']], 'pc_channel_pkey'],
        ['getRow', ['charge', 'x'], 'pc_row_pkey'],
        ['listPending', [100], 'pc_row_pending'],
        ['purgeChannels', ['1700050000', 100], 'pc_channel_'],
        ['purgeFailed', ['1700000100', 100], 'pc_row_failed'],
        ['purgeRows', ['1700000100', 100], 'pc_row_over'],
    ] as const)('%s', async (name, values, index) => {
        const text = getStoreStatements(database.tables)[name];
        expect((await getIndexes({ text, values: [BUSY, ...values] })).join()).toContain(index);
    });

    it.each([
        ['acquire', ['one', [ADDRESS, 'x'], 60_000], []],
        ['getLeases', [[ADDRESS, 'x']], ['pc_lease_pkey']],
        ['getUnresolved', [[ADDRESS, 'x']], ['pc_sent_channel_pkey', 'pc_sent_pkey']],
        ['recordOutcome', ['signature 7'], ['pc_sent_network_signature_key']],
        ['recordSent', ['one', [ADDRESS, 'x'], 'signature', '{}'], ['pc_lease_pkey']],
        ['release', ['one', [ADDRESS, 'x']], ['pc_lease_pkey']],
    ] as const)('%s of the journal', async (name, values, indexes) => {
        const text = getJournalStatements(database.tables)[name];
        const found = await getIndexes({ text, values: [BUSY, ...values] });
        expect(found).toEqual(expect.arrayContaining([...indexes]));
    });

    it('a commit, whatever it does', async () => {
        const channel = channelOf(1);
        const stored: StoredChannel = {
            changeId: 'x',
            record: toDue(channel, 5n, 5n),
            schema: 1,
            unknown: undefined,
            updatedAt: 0n,
            version: 1,
        };
        const row = (name: string, fields: object) => toCharge(channel, name, fields);
        const rows = [
            row('a', {}),
            row('b', { expected: 1 }),
            row('c', { expected: 'any' }),
            row('d', { expected: 1, value: 'delete' }),
            row('e', { expected: 'any', value: 'delete' }),
            row('f', { value: 'delete' }),
        ];
        const changes: StoreChange[] = [
            toUpdate(stored),
            toUpdate(stored, { rows }),
            toChange(channel, { expected: 1, rows }),
            toChange(channel, { rows }),
        ];
        for (const change of changes) {
            const indexes = await getIndexes(getCommitStatement(database.tables, BUSY, change));
            expect(indexes.join()).toContain('pc_channel_');
            if (change.rows.length > 0) expect(indexes).toContain('pc_row_pkey');
        }
        const created = toChange(channel, { record: stored.record, rows });
        expect(await getIndexes(getCommitStatement(database.tables, BUSY, created))).toContain('pc_row_pkey');
    });
});
