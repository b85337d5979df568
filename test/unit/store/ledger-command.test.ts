import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createMemoryStore, importChannel } from '../../../src/store';
import { changeOf, channelOf, recordOf, writeOf } from '../../../src/testing/contract/store-samples';
import { run } from '../../fixtures/run-cli';
import { createPlace, type Place } from '../../fixtures/sqlite';

let place: Place;
beforeAll(async () => {
    place = await createPlace();
    const store = await place.openStore();
    for (const number of [3, 1, 2]) await store.commit(writeOf(recordOf(number), 'absent'));
});
afterAll(() => place.remove());

const exportFrom = async (file: string, network = 'localnet') =>
    await run('ledger', 'export', file, '--network', network);

describe('payment-channels ledger export', () => {
    it('prints every channel as a line that another store takes, and nothing else', async () => {
        const before = readFileSync(place.path);
        const { error, exitCode, output } = await exportFrom(place.path);
        expect([exitCode, error]).toEqual([0, '']);
        const lines = output.trimEnd().split('\n');
        expect(lines).toHaveLength(3);
        const copy = createMemoryStore({ network: 'localnet' });
        for (const line of lines) expect(await importChannel(copy, line)).toBe(true);
        for (const number of [1, 2, 3]) expect((await copy.get(channelOf(number)))?.record).toEqual(recordOf(number));
        expect(readFileSync(place.path).equals(before)).toBe(true);
    });

    it('names what it cannot read, and prints the others', async () => {
        const own = place.open();
        own.exec(`UPDATE pc_channel SET record = '{}' WHERE channel = '${channelOf(2)}'`);
        const { error, exitCode, output } = await exportFrom(place.path);
        expect(output.trimEnd().split('\n')).toHaveLength(2);
        expect(error).toContain(channelOf(2));
        expect(exitCode).toBe(1);
        const store = await place.openStore();
        expect(await store.commit(changeOf(channelOf(2), 1, { record: recordOf(2) }))).toBe('committed');
    });

    it('prints nothing of another network', async () => {
        expect(await exportFrom(place.path, 'mainnet')).toMatchObject({ error: '', exitCode: 0, output: '' });
    });

    it('makes no file, and leaves what is no store as it is', async () => {
        const missing = join(place.folder, 'missing.db');
        expect(await exportFrom(missing)).toMatchObject({ exitCode: 2, output: '' });
        expect(existsSync(missing)).toBe(false);
        expect((await exportFrom(place.folder)).error).toContain('is no file');

        const text = join(place.folder, 'text');
        writeFileSync(text, 'no database at all, but long enough to be looked at\n'.repeat(99));
        expect(await exportFrom(text)).toMatchObject({ exitCode: 1, output: '' });

        const other = join(place.folder, 'other.db');
        const database = new Database(other);
        database.exec('CREATE TABLE others (name TEXT)');
        database.close();
        const before = readFileSync(other);
        expect((await exportFrom(other)).exitCode).not.toBe(0);
        expect(readFileSync(other).equals(before)).toBe(true);
    });

    it('wants the network', async () => {
        expect(await run('ledger', 'export', place.path)).toMatchObject({ exitCode: 2, output: '' });
    });
});
