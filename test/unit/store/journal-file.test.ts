import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { BatchJournal, SentTransaction } from '../../../src/settlement';
import { openSqliteJournal } from '../../../src/store/sqlite';
import { channelOf, signatureOf, transactionOf } from '../../fixtures/journal';
import { byDepth } from '../../fixtures/depth';
import { expectRefusal } from '../../fixtures/refusals';
import { createPlace, type OpenDatabase, type Place } from '../../fixtures/sqlite';

// The journal in SQLite as it is on the disk.

const A = channelOf(1);
const HOUR = 3_600_000;
const OPTIONS = { network: 'localnet' };

let place: Place;
beforeEach(async () => {
    place = await createPlace();
});
afterEach(() => place.remove());

const send = async (journal: BatchJournal, index: number, wireBytes?: number): Promise<SentTransaction> => {
    const transaction = transactionOf(index, [A], wireBytes);
    await journal.recordSent('one', transaction);
    return transaction;
};
const signaturesOf = async (journal: BatchJournal) =>
    (await journal.getUnresolved([A])).map(({ signature }) => signature);

/** A connection that tells of its transactions, and of which a test can hold up or fail one. */
function watch(database: OpenDatabase) {
    const hooks: Record<string, () => void> = {};
    const statements: string[] = [];
    const watched: OpenDatabase = {
        close: () => undefined,
        exec: sql => {
            statements.push(sql);
            hooks[sql]?.();
            return database.exec(sql);
        },
        prepare: sql => database.prepare(sql),
    };
    return { hooks, statements, watched };
}

describe('a journal on the disk', () => {
    it('is there when it is opened again, leases too', async () => {
        const database = place.open();
        const journal = await openSqliteJournal(database, OPTIONS);
        await journal.acquire('one', [A], HOUR);
        const sent = [await send(journal, 1), await send(journal, 2), await send(journal, 3)];
        await journal.recordOutcome(sent[1]!.signature, 'landed');
        database.close();
        const again = await place.openJournal();
        expect(await again.getUnresolved([A])).toEqual([sent[0], sent[2]]);
        expect(await again.acquire('two', [A], HOUR)).toEqual([]);
        expect(await again.acquire('one', [A], HOUR)).toEqual([A]);
    });

    it('answers nothing once its database is closed, and says so', async () => {
        const database = place.open();
        const journal = await openSqliteJournal(database, OPTIONS);
        await journal.acquire('one', [A], HOUR);
        await send(journal, 1);
        const sending = send(journal, 2);
        database.close();
        for (const call of [
            () => sending,
            () => journal.acquire('one', [A], 1),
            () => journal.getUnresolved([A]),
            () => send(journal, 3),
        ]) {
            await expectRefusal(call, 'STORE_UNAVAILABLE');
        }
        expect(await signaturesOf(await place.openJournal())).toEqual([signatureOf(1)]);
    });

    it('stays where it was opened, whatever folder the process goes to', async () => {
        const elsewhere = mkdtempSync(join(tmpdir(), 'payment-channels-elsewhere-'));
        const before = process.cwd();
        try {
            process.chdir(dirname(place.path));
            const database = new Database('channels.db');
            const journal = await openSqliteJournal(database, OPTIONS);
            await journal.acquire('one', [A], HOUR);
            process.chdir(elsewhere);
            await send(journal, 1);
            database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
            await send(journal, 2);
            database.close();
            expect(await signaturesOf(await place.openJournal())).toEqual([signatureOf(1), signatureOf(2)]);
        } finally {
            process.chdir(before);
            rmSync(elsewhere, { recursive: true });
        }
    });
});

describe('a transaction of the database', () => {
    it('comes before a record counts as sent, and one is enough for many', async () => {
        const { hooks, statements, watched } = watch(place.open());
        const [journal, other] = [await openSqliteJournal(watched, OPTIONS), await place.openJournal()];
        await journal.acquire('one', [A], HOUR);
        statements.length = 0;
        let done = 0;
        let doneBefore: number | undefined;
        hooks['COMMIT'] = () => (doneBefore = done);
        await Promise.all(
            Array.from({ length: 100 }, async (_, index) => {
                await send(journal, index);
                done += 1;
            }),
        );
        expect(statements).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
        expect(doneBefore).toBe(0);
        expect(await signaturesOf(other)).toHaveLength(100);
    });

    it('that fails is told to all whose records were in it, none of which is there', async () => {
        const { hooks, watched } = watch(place.open());
        const journal = await openSqliteJournal(watched, OPTIONS);
        await journal.acquire('one', [A], HOUR);
        hooks['COMMIT'] = () => {
            throw new Error('disk I/O error');
        };
        const sending = [send(journal, 1), send(journal, 2)];
        for (const one of sending) await expectRefusal(() => one, 'STORE_UNAVAILABLE', { reason: 'disk I/O error' });
        delete hooks['COMMIT'];
        await send(journal, 3);
        expect(await signaturesOf(await place.openJournal())).toEqual([signatureOf(3)]);
    });

    it('of which a lease was lost records the others', async () => {
        const journal = await place.openJournal();
        await journal.acquire('one', [A], HOUR);
        const lost = journal.recordSent('one', transactionOf(1, [A, channelOf(2)]));
        const sending = send(journal, 2);
        await expectRefusal(() => lost, 'JOURNAL_LEASE_LOST', { channels: [channelOf(2)], owner: 'one' });
        await sending;
        expect(await signaturesOf(journal)).toEqual([signatureOf(2)]);
    });
});

it('a process that is held up right before its write records nothing with a lease that went on', async () => {
    const clock = { at: 1_000 };
    const { hooks, watched } = watch(place.open());
    const now = () => clock.at;
    const journal = await openSqliteJournal(watched, { ...OPTIONS, now });
    const other = await place.openJournal({ now });
    await journal.acquire('one', [A], 10);
    hooks['BEGIN IMMEDIATE'] = () => (clock.at += 10);
    await expectRefusal(() => send(journal, 1), 'JOURNAL_LEASE_LOST', { channels: [A], owner: 'one' });
    delete hooks['BEGIN IMMEDIATE'];
    expect(await other.acquire('two', [A], HOUR)).toEqual([A]);
    expect(await signaturesOf(other)).toEqual([]);
    expect(await signaturesOf(journal)).toEqual([]);
});

describe('a crash', () => {
    /** The database as it was found, with its log cut off at a byte: opened, asked and written to. */
    const recover = async (log: Buffer, cut: number, index: number) => {
        const path = join(place.folder, `cut-${cut}-${index}.db`);
        copyFileSync(place.path, path);
        writeFileSync(`${path}-wal`, log.subarray(0, cut));
        const database = new Database(path);
        const journal = await openSqliteJournal(database, OPTIONS);
        const survivors = await signaturesOf(journal);
        await send(journal, index);
        const written = await signaturesOf(journal);
        const after = readFileSync(`${path}-wal`);
        database.close();
        for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
        return { after, survivors, written };
    };

    it('at any byte of the last record costs that record and no other, and another crash changes nothing', async () => {
        const database = place.open();
        const journal = await openSqliteJournal(database, OPTIONS);
        await journal.acquire('one', [A], HOUR);
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        await send(journal, 1);
        const before = readFileSync(`${place.path}-wal`).length;
        await send(journal, 2);
        const whole = readFileSync(`${place.path}-wal`);
        expect(whole.length).toBeGreaterThan(before);
        for (let cut = before; cut <= whole.length; cut += byDepth({ all: 97, deep: 11, quick: 1_999 })) {
            const expected = cut === whole.length ? [signatureOf(1), signatureOf(2)] : [signatureOf(1)];
            const { after, survivors, written } = await recover(whole, cut, 3);
            expect(survivors, `cut at ${cut}`).toEqual(expected);
            expect(written, `after a cut at ${cut}`).toEqual([...expected, signatureOf(3)]);
            // Once more, in the record that came after the remains.
            const again = await recover(after, before + ((cut * 7) % (after.length - before)), 4);
            expect(again.survivors.slice(0, 1), `cut twice, at ${cut} first`).toEqual([signatureOf(1)]);
            expect(again.written.at(-1), `after two cuts, at ${cut} first`).toBe(signatureOf(4));
        }
        const { survivors } = await recover(whole, whole.length, 3);
        expect(survivors).toEqual([signatureOf(1), signatureOf(2)]);
    });
});

describe('damage', () => {
    it.each([
        ['is no JSON', "'{'", /JSON/],
        ['lacks a member', "json_remove(sent, '$.feeLamports')", /feeLamports/],
        ['has an unknown member', "json_set(sent, '$.why', 'not')", /why/],
        ['has a number', "json_set(sent, '$.feeLamports', 5)", /feeLamports/],
        ['has an unknown action', "json_set(sent, '$.channels[0].actions[0]', 'loan')", /actions/],
    ])('of a transaction that %s is told with its signature, and not passed over', async (_, expression, reason) => {
        const journal = await place.openJournal();
        await journal.acquire('one', [A], HOUR);
        for (const index of [1, 2]) await send(journal, index);
        place.open().exec(`UPDATE pc_sent SET sent = ${expression} WHERE signature = '${signatureOf(2)}'`);
        await expectRefusal(() => journal.getUnresolved([A]), 'LEDGER_RECORD_INVALID', {
            key: signatureOf(2),
            reason: expect.stringMatching(reason) as never,
        });
    });

    it('of a lease gives it to nobody', async () => {
        const journal = await place.openJournal();
        await journal.acquire('one', [A], HOUR);
        place.open().exec('UPDATE pc_lease SET duration_ms = 0');
        await expectRefusal(() => journal.acquire('two', [channelOf(2), A], HOUR), 'INTEGER_OUT_OF_RANGE');
        await expectRefusal(() => send(journal, 1), 'INTEGER_OUT_OF_RANGE');
        expect(await journal.getLeases!([channelOf(2)])).toEqual([]);
    });

    it('of a file that was cut while it is in use is told', async () => {
        const database = place.open();
        const journal = await openSqliteJournal(database, OPTIONS);
        await journal.acquire('one', [A], HOUR);
        for (let index = 0; index < 40; index += 1) await send(journal, index);
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        truncateSync(place.path, 4_096);
        const again = place.open();
        await expectRefusal(
            async () => {
                const other = await openSqliteJournal(again, OPTIONS);
                await other.getUnresolved([A]);
            },
            'STORE_UNAVAILABLE',
            { reason: expect.stringMatching(/malformed/) as never },
        );
    });
});

it('loses nothing of what several send at once', async () => {
    const journals = [await place.openJournal(), await place.openJournal(), await place.openJournal()];
    await journals[0]!.acquire('one', [A], HOUR);
    const kept = new Set<string>();
    await Promise.all(
        journals.map(async (journal, which) => {
            for (let round = 0; round < 10; round += 1) {
                await Promise.all(
                    Array.from({ length: 10 }, async (_, position) => {
                        const index = which * 1_000 + round * 10 + position;
                        await send(journal, index, 600);
                        if (position === 0) kept.add(signatureOf(index));
                        else await journal.recordOutcome(signatureOf(index), 'landed');
                    }),
                );
            }
        }),
    );
    for (const journal of journals) expect(new Set(await signaturesOf(journal))).toEqual(kept);
});
