import { describe, expect, it } from 'vitest';

import { openPostgresJournal, type PostgresQuery } from '../../../src/store/postgres';
import { getJournalContractCases } from '../../../src/testing/contract/journal-contract';
import { A, B, C, transactionOf } from '../../../src/testing/contract/journal-samples';
import { useTestDatabase } from '../../fixtures/postgres/database';

const getDatabase = useTestDatabase();
let queries: readonly [PostgresQuery, PostgresQuery] | undefined;
let networks = 0;

/** Two journals, as two processes have them, in a place of their own: the network is part of every key. */
async function open() {
    const { connect, schema } = getDatabase();
    const options = { network: `network ${++networks}`, schema };
    const [journal, other] = (queries ??= [connect(), connect()]).map(query => openPostgresJournal(query, options));
    return { journal: await journal!, network: options.network, other: await other! };
}

describe('the contract of a journal', () => {
    const cases = getJournalContractCases({ clock: 'own', createJournal: open, sequences: 5 });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());
});

describe('a lease', () => {
    const HOUR = 3_600_000;
    const DAY = 24 * HOUR;
    /** What is stored of a lease, in milliseconds from the database's time. */
    const write = async (network: string, until: number, duration: number, refusedAt?: number) => {
        const { run, schema } = getDatabase();
        await run(
            `INSERT INTO "${schema}".pc_lease (network, channel, owner, until, duration_ms, refused_at)
             SELECT $1, $2, 'one', at + $3::bigint, $4::bigint, at + $5::bigint
             FROM (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at) AS clock`,
            [network, A, until, duration, refusedAt ?? null],
        );
    };
    const CASES: readonly (readonly [title: string, lease: readonly [number, number, number?], isTaken: boolean])[] = [
        ['that lasts', [HOUR, HOUR], false],
        ['that is over', [-1, HOUR], true],
        ['for longer than any lease is void: the clock was years ahead', [365 * DAY, HOUR], true],
        ['of a clock that is a little ahead', [DAY + 200_000, DAY], false],
        ['that was refused for as long as it was taken for', [10 * HOUR, HOUR, -HOUR - 1], true],
        ['that was refused for a shorter time', [10 * HOUR, HOUR, -HOUR / 2], false],
        ['that was refused by a clock ahead of this one', [10 * HOUR, HOUR, HOUR], false],
    ];

    it.each(CASES)('%s', async (_, lease, isTaken) => {
        const { journal, network } = await open();
        await write(network, ...lease);
        expect(await journal.getLeases!([A])).toHaveLength(isTaken ? 0 : 1);
        expect(await journal.acquire('two', [A], HOUR)).toEqual(isTaken ? [A] : []);
        const [kept] = await journal.getLeases!([A]);
        expect(kept!.owner).toBe(isTaken ? 'two' : 'one');
    });

    it('remembers that it was refused until it is renewed, and is never shortened', async () => {
        const { journal, network, other } = await open();
        const { run, schema } = getDatabase();
        const read = async () => {
            const text = `SELECT owner, until::float8, duration_ms::float8, refused_at::float8
                          FROM "${schema}".pc_lease WHERE network = $1`;
            return (await run(text, [network]))[0] as { owner: string; refused_at: number | null; until: number };
        };
        await journal.acquire('one', [A], HOUR);
        const taken = await read();
        await other.acquire('two', [A], HOUR);
        const refused = await read();
        expect(refused).toEqual({ ...taken, refused_at: expect.any(Number) });
        expect(Math.abs(refused.refused_at! + HOUR - taken.until)).toBeLessThan(300_000);
        await other.acquire('two', [A], HOUR);
        expect(await read()).toEqual(refused);
        expect(await journal.acquire('one', [A], 1_000)).toEqual([A]);
        expect(await read()).toEqual(taken);
        await journal.release('one', [A]);
        expect(await read()).toMatchObject({ owner: null, refused_at: null, until: 0 });
    });

    it('goes by the clock of the database, whatever that of the machine says (case 70)', async () => {
        const { journal, other } = await open();
        const real = Date.now;
        try {
            Date.now = () => real() + 12 * HOUR;
            expect(await journal.acquire('one', [A, B], HOUR)).toEqual([A, B]);
            Date.now = () => real() - 12 * HOUR;
            expect(await other.acquire('two', [A, B, C], HOUR)).toEqual([C]);
            await journal.recordSent('one', transactionOf(1, [A, B]));
        } finally {
            Date.now = real;
        }
    });
});

it('a transaction that is recorded again after its end is open again', async () => {
    const { journal } = await open();
    await journal.acquire('one', [A, B, C], 60_000);
    const [first, again] = [transactionOf(1, [A, B]), transactionOf(1, [C])];
    await journal.recordSent('one', first);
    await journal.recordOutcome(first.signature, 'expired');
    await journal.recordSent('one', again);
    expect(await journal.getUnresolved([A, B])).toEqual([]);
    expect(await journal.getUnresolved([C])).toEqual([again]);
});
