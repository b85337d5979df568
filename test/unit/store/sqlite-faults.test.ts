import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { commitOrRead, type ChannelStore } from '../../../src/store';
import { openSqliteStore } from '../../../src/store/sqlite';
import { buildChild } from '../../fixtures/build-child';
import { channelOf, transactionOf } from '../../fixtures/journal';
import { errorOf, expectRefusal } from '../../fixtures/refusals';
import { createPlace, type Place } from '../../fixtures/sqlite';
import type { StoreChildMessage, StoreChildOptions } from './sqlite-child';
import { changeOf, chargeOf, dueOf, recordOf, withAccepted } from './sqlite-records';

// Store 10: a disk that is full, a file that can't be written, a file that is locked. Everything rejects with a typed error,
// and nothing is written in part.

const OPTIONS = { network: 'localnet' };

let place: Place;
let healthy: ChannelStore;
beforeEach(async () => {
    place = await createPlace();
    healthy = await place.openStore();
    await healthy.commit(changeOf(dueOf(1, 5n)));
});
afterEach(() => place.remove());

/** Everything that writes is refused, everything that reads is answered, and afterwards nothing is different. */
async function expectNothingIsWritten(store: ChannelStore, reason: RegExp): Promise<void> {
    const expected = { reason: expect.stringMatching(reason) as never };
    const rows = [chargeOf(1, 'a')];
    const calls = [
        () => store.commit(changeOf(dueOf(1, 9n), 1, { rows })),
        () => store.commit(changeOf(recordOf(2))),
        () => store.claimDue({ leaseMs: 1_000, limit: 10, owner: 'one' }),
        () => store.journal.acquire('one', [channelOf(1)], 1_000),
        () => commitOrRead(store, changeOf(recordOf(3))),
    ];
    for (const call of calls) await expectRefusal(call, 'STORE_UNAVAILABLE', expected);
    // In one group as well.
    for (const result of await Promise.allSettled(calls.map(call => call()))) {
        expect(result).toMatchObject({ reason: { code: 'STORE_UNAVAILABLE' }, status: 'rejected' });
    }
    expect(await store.get(channelOf(1))).toMatchObject({ record: { accepted: 5n }, version: 1 });
    for (const one of [store, healthy]) {
        expect((await one.list({ limit: 10 })).channels).toHaveLength(1);
        expect(await one.getRow('charge', `${channelOf(1)}/a`)).toBeUndefined();
        expect(await one.journal.getLeases!([channelOf(1)])).toEqual([]);
    }
}

describe('Store 10: a full disk', () => {
    it('refuses what has no room, and takes it when there is room again', async () => {
        const database = place.open();
        const store = await openSqliteStore(database, OPTIONS);
        const [{ page_count: pages }] = database.prepare('PRAGMA page_count').all() as [{ page_count: number }];
        const limitTo = (count: number) => database.prepare(`PRAGMA max_page_count = ${count}`).all();
        limitTo(pages + 3);
        let [index, error] = [10, undefined as unknown];
        for (; error === undefined && index < 1_000; index += 1) {
            error = await store.commit(changeOf(recordOf(index), 'absent', { rows: [chargeOf(index, 'a')] })).then(
                () => undefined,
                (thrown: unknown) => thrown,
            );
        }
        expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', context: { reason: 'database or disk is full' } });
        const committed = Array.from({ length: index - 11 }, (_, place) => channelOf(place + 10));
        expect(await healthy.getMany(committed)).toHaveLength(committed.length);
        expect(await store.get(channelOf(index - 1))).toBeUndefined();
        expect(await store.getRow('charge', `${channelOf(index - 1)}/a`)).toBeUndefined();
        // The journal as well: nothing is sent for what could not be recorded.
        const { journal } = store;
        const owner = 'one';
        expect(
            await errorOf(async () => {
                await journal.acquire(owner, [channelOf(1)], 60_000);
                for (let sent = 0; sent < 50; sent += 1)
                    await journal.recordSent(owner, transactionOf(sent, [channelOf(1)], 1_200));
            }),
        ).toMatchObject({ code: 'STORE_UNAVAILABLE' });
        limitTo(1_000_000);
        expect(await store.commit(changeOf(recordOf(index - 1)))).toBe('committed');
    });

    it.skipIf(process.platform === 'win32')('that the system tells of loses nothing that was accepted', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'payment-channels-full-'));
        try {
            const program = join(folder, 'child.mjs');
            await buildChild(join(import.meta.dirname, 'sqlite-child.ts'), program);
            for (const index of [0, 2, 3]) await healthy.commit(changeOf(recordOf(index)));
            const one = (await healthy.get(channelOf(1)))!;
            const options: StoreChildOptions = {
                channels: 4,
                checkpointPages: 1_000_000,
                owner: 'one',
                path: place.path,
                rounds: 40,
            };
            // No file may get larger than so many blocks of 512 or 1,024 bytes: that is where its disk ends.
            const { stderr, stdout } = spawnSync(
                'sh',
                ['-c', 'ulimit -f 800 && exec "$0" "$@"', process.execPath, program, JSON.stringify(options)],
                { encoding: 'utf8', timeout: 240_000 },
            );
            expect(stderr).toBe('');
            const messages = stdout
                .trim()
                .split('\n')
                .map(line => JSON.parse(line) as StoreChildMessage);
            const failed = messages.filter(message => message.kind === 'failed');
            expect(failed.length).toBeGreaterThan(0);
            const store = await place.openStore();
            for (let index = 0; index < 4; index += 1) {
                const told = messages.flatMap(message =>
                    message.kind === 'accepted' && message.channel === index ? [BigInt(message.amount)] : [],
                );
                expect(told.length).toBeGreaterThan(0);
                const { record, version } = (await store.get(channelOf(index)))!;
                expect(record.accepted).toBe(told.at(-1));
                expect(version).toBe(1 + told.length);
                const missing = chargeOf(index, `one-${record.accepted + 1n}`).key;
                expect(await store.getRow('charge', missing)).toBeUndefined();
            }
            expect(one.version).toBe(1);
            const after = (await store.get(channelOf(1)))!;
            const change = changeOf(withAccepted(after.record, after.record.accepted + 1n), after.version);
            expect(await store.commit(change)).toBe('committed');
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});

describe('Store 10: a file that can not be written', () => {
    it('is read, and not written to', async () => {
        const database = place.open();
        const store = await openSqliteStore(database, OPTIONS);
        database.exec('PRAGMA query_only = ON');
        await expectNothingIsWritten(store, /readonly/);
    });

    it.skipIf(process.platform === 'win32')('by its rights is told when it is opened or written to', async () => {
        const { geteuid, seteuid } = process;
        const isRoot = geteuid!() === 0;
        for (const end of ['', '-wal', '-shm']) chmodSync(`${place.path}${end}`, 0o444);
        chmodSync(place.folder, 0o555);
        // Rights say nothing to root.
        if (isRoot) seteuid!(65_534);
        try {
            await expectRefusal(
                async () => {
                    const store = await openSqliteStore(place.open(), OPTIONS);
                    await store.commit(changeOf(recordOf(2)));
                },
                'STORE_UNAVAILABLE',
                { reason: expect.stringMatching(/readonly|unable to open/) as never },
            );
        } finally {
            if (isRoot) seteuid!(0);
            chmodSync(place.folder, 0o755);
        }
        expect((await healthy.list({ limit: 10 })).channels).toHaveLength(1);
    });
});

describe('Store 10: a file that others have locked', () => {
    it('is waited for as long as was said, and then refused', async () => {
        const holder = place.open();
        const store = await place.openStore({ busyTimeoutMs: 20 });
        holder.exec('BEGIN IMMEDIATE');
        await expectNothingIsWritten(store, /locked/);
        holder.exec('ROLLBACK');
        expect(await store.commit(changeOf(dueOf(1, 9n), 1))).toBe('committed');
    });

    it('is not unlocked by a store: a transaction of somebody else on its connection stays open', async () => {
        const database = place.open();
        const store = await openSqliteStore(database, OPTIONS);
        database.exec('BEGIN IMMEDIATE');
        database.exec("UPDATE pc_meta SET value = value WHERE name = 'schema'");
        await expectRefusal(() => store.commit(changeOf(recordOf(2))), 'STORE_UNAVAILABLE', {
            reason: expect.stringMatching(/within a transaction/) as never,
        });
        database.exec('COMMIT');
        expect(await store.commit(changeOf(recordOf(2)))).toBe('committed');
    });
});
