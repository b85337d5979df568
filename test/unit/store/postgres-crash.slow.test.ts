import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { getPostgresUrl, openTestDatabase, type TestDatabase } from '../../fixtures/postgres/database';
import { startPostgres } from '../../fixtures/postgres/server';
import { channelOf, create, toRecord } from './postgres-records';
import type { Acknowledged, ChildOptions } from './postgres-child';

// Processes and servers that die while vouchers are accepted: what was acknowledged is there afterwards, and whole.

const CHANNELS = 5;
const PROCESSES = 3;
/** Processes that say nothing for so long have come to a standstill, on any machine. */
const SILENCE_MS = 120_000;

let folder: string;
let program: string;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'payment-channels-postgres-child-'));
    program = join(folder, 'child.mjs');
    await symlink(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(folder, 'node_modules'));
    await build({
        bundle: true,
        entryPoints: [join(import.meta.dirname, 'postgres-child.ts')],
        external: ['pg'],
        format: 'esm',
        logLevel: 'error',
        outfile: program,
        platform: 'node',
    });
});
afterAll(() => rm(folder, { force: true, recursive: true }));

/** Has processes accept vouchers, and something happen each time that some more were acknowledged; all that were. */
async function acceptVouchers(
    { schema, url }: TestDatabase,
    events: readonly ((children: ChildProcess[], restart: (index: number) => void) => Promise<void>)[],
): Promise<Acknowledged[]> {
    const acknowledged: Acknowledged[] = [];
    const children: ChildProcess[] = [];
    let errors = '';
    let notice: () => void = () => undefined;
    let starts = 0;
    const restart = (index: number) => {
        const options: ChildOptions = { channels: CHANNELS, name: `process ${++starts}`, schema, url };
        const child = spawn(process.execPath, [program, JSON.stringify(options)], {
            stdio: ['ignore', 'pipe', 'pipe'],
        });
        child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
        createInterface({ input: child.stdout }).on('line', line => {
            // The last line of a process that was killed may be half of one: then it was acknowledged to nobody.
            if (!line.endsWith('}')) return;
            acknowledged.push(JSON.parse(line) as Acknowledged);
            notice();
        });
        children[index] = child;
    };
    const waitForMore = (count: number) =>
        new Promise<void>((resolve, reject) => {
            const timer = setTimeout(
                () => reject(new Error(`Nothing is acknowledged any more. ${errors}`)),
                SILENCE_MS,
            );
            const enough = acknowledged.length + count;
            notice = () => {
                timer.refresh();
                if (acknowledged.length < enough) return;
                clearTimeout(timer);
                resolve();
            };
        });
    try {
        for (let index = 0; index < PROCESSES; index++) restart(index);
        for (const event of events) {
            await waitForMore(5 + Math.floor(Math.random() * 20));
            await event(children, restart);
        }
        await waitForMore(20);
    } finally {
        await Promise.all(
            children.map(async child => {
                const ended = new Promise(resolve => child.once('close', resolve));
                child.kill('SIGKILL');
                await ended;
            }),
        );
    }
    expect(errors).toBe('');
    return acknowledged;
}

async function expectAllThere(database: TestDatabase, acknowledged: readonly Acknowledged[]): Promise<void> {
    const { openStore, run, schema } = database;
    const store = await openStore();
    // The server may still be at work for a process that is gone.
    for (let isBusy = true; isBusy;) {
        const [row] = await run(
            `SELECT count(*)::integer AS busy FROM pg_stat_activity
             WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'`,
            [schema],
        );
        isBusy = row!.busy !== 0;
    }
    const rows = await run(`SELECT key, channel FROM "${schema}".pc_row WHERE kind = 'charge'`);
    const keys = new Set(rows.map(({ key }) => key));
    for (const { key } of acknowledged) expect(keys).toContain(key);
    for (let channel = 1; channel <= CHANNELS; channel++) {
        const stored = await store.get(channelOf(channel));
        const amounts = acknowledged.filter(one => one.channel === channel).map(({ accepted }) => BigInt(accepted));
        // No amount was acknowledged twice, and none was lost.
        expect(new Set(amounts).size).toBe(amounts.length);
        for (const amount of amounts) expect(stored!.record.accepted).toBeGreaterThanOrEqual(amount);
        // Each commit has raised the amount by 1 and written one row: both or neither.
        const written = rows.filter(row => row.channel === channelOf(channel)).length;
        expect([stored!.version - 1, stored!.record.accepted - 100n]).toEqual([written, BigInt(written)]);
    }
}

const CRASHES = 10;

it(`of processes that are killed at random ${CRASHES} times, all that they acknowledged is there`, async () => {
    const database = await openTestDatabase(await getPostgresUrl());
    try {
        const store = await database.openStore();
        for (let channel = 1; channel <= CHANNELS; channel++) await create(store, toRecord(channelOf(channel)));
        const kill = async (children: ChildProcess[], restart: (index: number) => void) => {
            const index = Math.floor(Math.random() * PROCESSES);
            children[index]!.kill('SIGKILL');
            await new Promise(resolve => children[index]!.once('close', resolve));
            restart(index);
        };
        const acknowledged = await acceptVouchers(
            database,
            Array.from({ length: CRASHES }, () => kill),
        );
        await expectAllThere(database, acknowledged);
    } finally {
        await database.close();
    }
});

it('of a server that is restarted, killed, and cuts its connections, all that was acknowledged is there', async () => {
    const server = await startPostgres();
    try {
        const database = await openTestDatabase(server.url);
        const store = await database.openStore();
        for (let channel = 1; channel <= CHANNELS; channel++) await create(store, toRecord(channelOf(channel)));
        const stop = async () => {
            await server.stop();
            await server.start();
        };
        const crash = async () => {
            await server.crash();
            await server.start();
        };
        const cutAll = async () => {
            await database.run(
                'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
            );
        };
        const acknowledged = await acceptVouchers(database, [crash, cutAll, stop, cutAll, crash, cutAll, crash]);
        await expectAllThere(database, acknowledged);
        await database.close();
    } finally {
        await server.close();
    }
});
