import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { migrateSqliteStore, openSqliteJournal, openSqliteStore } from '../../../src/store/sqlite';
import { expectRefusal } from '../../fixtures/refusals';
import { DRIVERS, type OpenDatabase } from '../../fixtures/sqlite';
import { changeOf, recordOf } from './sqlite-records';

const OPTIONS = { network: 'localnet' };

describe.each(DRIVERS)('a database of $name', ({ connect }) => {
    let folder: string;
    let database: OpenDatabase;
    const pathTo = (name: string) => join(folder, name);
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), 'payment-channels-sqlite-'));
        database = connect(pathTo('channels.db'));
    });
    afterEach(() => {
        database.close();
        rmSync(folder, { recursive: true });
    });
    const read = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).all()[0] as object)[0] as unknown;

    it('has no tables before it is migrated, and the same ones after it is migrated again', async () => {
        const mismatch = { found: 0, supported: 1 };
        await expectRefusal(() => openSqliteStore(database, OPTIONS), 'STORE_SCHEMA_MISMATCH', mismatch);
        await expectRefusal(() => openSqliteJournal(database, OPTIONS), 'STORE_SCHEMA_MISMATCH', mismatch);
        await migrateSqliteStore(database);
        const store = await openSqliteStore(database, OPTIONS);
        expect([store.durability, store.network]).toEqual(['machine', 'localnet']);
        await store.commit(changeOf(recordOf(1)));
        await migrateSqliteStore(database);
        expect((await store.list({ limit: 10 })).channels).toHaveLength(1);
    });

    it('that several migrate at once is migrated once', async () => {
        const others = [1, 2, 3].map(() => connect(pathTo('channels.db')));
        await Promise.all([database, ...others].map(one => migrateSqliteStore(one)));
        for (const other of others) other.close();
        expect((await (await openSqliteStore(database, OPTIONS)).list({ limit: 1 })).channels).toEqual([]);
    });

    it('of a newer version is neither opened nor migrated, and left as it is', async () => {
        await migrateSqliteStore(database);
        database.exec("UPDATE pc_meta SET value = 9 WHERE name = 'schema'");
        const mismatch = { found: 9, supported: 1 };
        await expectRefusal(() => openSqliteStore(database, OPTIONS), 'STORE_SCHEMA_MISMATCH', mismatch);
        await expectRefusal(() => migrateSqliteStore(database), 'STORE_SCHEMA_MISMATCH', mismatch);
        expect(database.prepare('SELECT value FROM pc_meta').all()[0]).toMatchObject({ value: 9 });
    });

    it('is set to WAL and synchronous = FULL at each open, whatever it was before', async () => {
        await migrateSqliteStore(database);
        for (const level of ['OFF', 'NORMAL']) {
            database.exec(`PRAGMA synchronous = ${level}`);
            await openSqliteStore(database, OPTIONS);
            expect([read('journal_mode'), Number(read('synchronous'))]).toEqual(['wal', 2]);
        }
        const other = connect(pathTo('channels.db'));
        await openSqliteJournal(other, { ...OPTIONS, busyTimeoutMs: 77 });
        expect(Object.values(other.prepare('PRAGMA busy_timeout').all()[0] as object)).toContain(77);
        other.close();
    });

    it('in memory is refused: nothing in it outlives the process', async () => {
        const memory = connect(':memory:');
        await expectRefusal(() => migrateSqliteStore(memory), 'STORE_UNSAFE', {
            reason: expect.stringMatching(/journal_mode is memory/) as never,
        });
        memory.close();
    });

    it('whose driver lowers what it is set to is refused', async () => {
        await migrateSqliteStore(database);
        for (const [pragma, value, reason] of [
            ['synchronous', 1, /synchronous is 1/],
            ['synchronous', undefined, /synchronous is NaN/],
            ['journal_mode', 'delete', /journal_mode is delete/],
        ] as const) {
            const lowering: OpenDatabase = {
                close: () => undefined,
                exec: sql => database.exec(sql),
                prepare: sql =>
                    sql === `PRAGMA ${pragma}`
                        ? { all: () => [{ [pragma]: value }], run: () => undefined }
                        : database.prepare(sql),
            };
            await expectRefusal(() => openSqliteStore(lowering, OPTIONS), 'STORE_UNSAFE', {
                reason: expect.stringMatching(reason) as never,
            });
        }
    });

    it('Store 9: wrong settings are refused when it is opened, and leases that end before they are renewed', async () => {
        await migrateSqliteStore(database);
        const open = (options: object) => openSqliteStore(database, { ...OPTIONS, ...options });
        await expectRefusal(() => open({ network: '' }), 'INPUT_INVALID', { field: 'options.network' });
        await expectRefusal(() => open({ netwrok: 'mainnet' }), 'INPUT_INVALID', { field: 'options.netwrok' });
        await expectRefusal(() => open({ busyTimeoutMs: 0.5 }), 'INTEGER_NOT_EXACT', {
            field: 'options.busyTimeoutMs',
        });
        await expectRefusal(() => open({ busyTimeoutMs: -1 }), 'INTEGER_OUT_OF_RANGE');
        await expectRefusal(() => open({ now: 5 }), 'INPUT_INVALID', { field: 'now' });
        await expectRefusal(() => openSqliteStore({} as never, OPTIONS), 'INPUT_INVALID', { field: 'database.exec' });
        const store = await open({});
        const claim = (leaseMs: number) => store.claimDue({ leaseMs, limit: 1, owner: 'one' });
        await expectRefusal(() => claim(0), 'INTEGER_OUT_OF_RANGE', { field: 'claim.leaseMs' });
        await expectRefusal(() => claim(Number.NaN), 'INTEGER_NOT_EXACT', { field: 'claim.leaseMs' });
        await expectRefusal(() => store.purge({ charges: 0.5 as never, closed: 0n }), 'INTEGER_NOT_EXACT');
    });

    it.each([
        ['is no database', 'scribble '.repeat(1_000)],
        ['is cut off', undefined],
    ])('a file that %s is told, and not written to', async (_, text) => {
        const path = pathTo('other.db');
        if (text === undefined) {
            await migrateSqliteStore(database);
            database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
            const whole = readFileSync(pathTo('channels.db'));
            writeFileSync(path, whole.subarray(0, whole.length / 2));
        } else writeFileSync(path, text);
        const before = statSync(path).size;
        let damaged: OpenDatabase | undefined;
        await expectRefusal(
            async () => {
                damaged = connect(path);
                const store = await openSqliteStore(damaged, OPTIONS);
                await store.commit(changeOf(recordOf(1)));
            },
            'STORE_UNAVAILABLE',
            { reason: expect.stringMatching(/malformed|not a database/) as never },
        );
        damaged?.close();
        expect(statSync(path).size).toBe(before);
    });
});
