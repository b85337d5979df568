import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

import Database from 'libsql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openSqliteStore } from '../../../src/store/sqlite';
import { buildChild } from '../../fixtures/build-child';
import { byDepth } from '../../fixtures/depth';
import { channelOf } from '../../fixtures/journal';
import { buildPowerLossLayer, cutPower } from '../../fixtures/power-loss';
import { createRandom } from '../../fixtures/seeded-random';
import { createPlace, type Place } from '../../fixtures/sqlite';
import type { StoreChildMessage, StoreChildOptions } from './sqlite-child';
import { changeOf, recordOf } from './sqlite-records';

// Processes that accept vouchers and are killed: what they have said is accepted is compared with what is there.

const CHANNELS = 6;
/** A process that says nothing for so long has come to a standstill, on any machine. */
const SILENCE_MS = 120_000;

let programs: string;
let program: string;
beforeAll(async () => {
    programs = await mkdtemp(join(tmpdir(), 'payment-channels-store-child-'));
    program = join(programs, 'child.mjs');
    await buildChild(join(import.meta.dirname, 'sqlite-child.ts'), program);
});
afterAll(() => rm(programs, { recursive: true }));

let place: Place;
/** The database of the children, which this process never opens: only copies of it. */
let path: string;
let children: ChildProcess[];
/** The highest amount of each channel that somebody was told is accepted. */
let accepted: bigint[];
beforeEach(async () => {
    place = await createPlace();
    children = [];
    accepted = Array.from({ length: CHANNELS }, () => 0n);
    const store = await place.openStore();
    for (let index = 0; index < CHANNELS; index += 1) await store.commit(changeOf(recordOf(index)));
    place.open().exec('PRAGMA wal_checkpoint(TRUNCATE)');
    path = join(place.folder, 'children.db');
    copyFileSync(place.path, path);
});
afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    place.remove();
});

function start(options: Partial<StoreChildOptions> & Pick<StoreChildOptions, 'owner'>, env: NodeJS.ProcessEnv = {}) {
    const all: StoreChildOptions = { channels: CHANNELS, path, rounds: 1_000_000, ...options };
    const child = spawn(process.execPath, [program, JSON.stringify(all)], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const messages: StoreChildMessage[] = [];
    createInterface({ input: child.stdout }).on('line', line => {
        const message = JSON.parse(line) as StoreChildMessage;
        messages.push(message);
        if (message.kind !== 'accepted') return;
        const amount = BigInt(message.amount);
        if (amount > accepted[message.channel]!) accepted[message.channel] = amount;
    });
    let complaints = '';
    child.stderr.on('data', chunk => (complaints += String(chunk)));
    const ended = new Promise<number | string>(resolve =>
        child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
    );
    const count = (kind: StoreChildMessage['kind']) => messages.filter(message => message.kind === kind).length;
    return {
        count,
        finish: async () => expect([await ended, complaints]).toEqual([0, '']),
        isCut: async () => expect([await ended, complaints]).toEqual(['SIGKILL', '']),
        kill: async () => {
            child.kill('SIGKILL');
            expect([await ended, complaints]).toEqual(['SIGKILL', '']);
        },
        waitFor: async (kind: StoreChildMessage['kind'], goal: number) => {
            let [said, since] = [messages.length, Date.now()];
            while (count(kind) < goal) {
                await setTimeout(2);
                if (messages.length > said) [said, since] = [messages.length, Date.now()];
                if (Date.now() - since > SILENCE_MS) throw new Error(`no ${kind}: ${complaints}`);
            }
        },
    };
}

let copies = 0;
/** How many channels have less than was told; what is there is whole in any case. */
async function countLosses(): Promise<number> {
    const copy = join(place.folder, `copy-${++copies}.db`);
    copyFileSync(path, copy);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    const database = new Database(copy);
    const integrity = (database.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[])[0];
    expect(integrity?.integrity_check).toBe('ok');
    const store = await openSqliteStore(database, { network: 'localnet' });
    let losses = 0;
    for (let index = 0; index < CHANNELS; index += 1) {
        const { record, version } = (await store.get(channelOf(index)))!;
        // Each commit is one voucher of one more and one charge: all of it is there, or nothing.
        expect(BigInt(version)).toBe(record.accepted + 1n);
        const rows = database.prepare('SELECT count(*) AS count FROM pc_row WHERE channel = ?').all(channelOf(index));
        expect(BigInt((rows[0] as { count: number }).count)).toBe(record.accepted);
        if (record.accepted < accepted[index]!) losses += 1;
    }
    database.close();
    return losses;
}

it('Store 1 and 2: of several processes each voucher is accepted by one, and none is lost', async () => {
    const running = ['one', 'two', 'three'].map(owner => start({ owner, rounds: 60 }));
    await Promise.all(running.map(({ finish }) => finish()));
    expect(await countLosses()).toBe(0);
    const sum = running.reduce((all, { count }) => all + count('accepted'), 0);
    expect(BigInt(sum)).toBe(accepted.reduce((all, amount) => all + amount, 0n));
    expect(running.reduce((all, { count }) => all + count('conflict'), 0) + sum).toBe(3 * 60 * CHANNELS);
});

it('processes that are killed at any moment have lost nothing that they told, and others go on', async () => {
    const random = createRandom('sqlite kills');
    for (let round = 0; round < byDepth({ all: 10, deep: 200, quick: 4 }); round += 1) {
        const pair = [0, 1].map(which => start({ checkpointPages: 30, owner: `${round}.${which}` }));
        await Promise.all(pair.map(({ waitFor }) => waitFor('accepted', 1)));
        await pair[0]!.waitFor('accepted', 1 + Math.floor(random() * 40));
        await setTimeout(random() * 8);
        await pair[0]!.kill();
        const before = pair[1]!.count('accepted');
        await pair[1]!.waitFor('accepted', before + 10);
        await pair[1]!.kill();
        expect(await countLosses()).toBe(0);
    }
});

describe('Store 11: a power cut', () => {
    /** Has a process end before one of its writes or syncs, takes back what it has not synced, and counts what is lost. */
    const run = async (
        library: string,
        cutAt: number,
        options: Partial<StoreChildOptions>,
        survives: () => boolean,
    ) => {
        const log = join(place.folder, 'power.log');
        const env = { LD_PRELOAD: library, POWER_CUT_AT: `${cutAt}`, POWER_LOG: log };
        const child = start({ owner: `${accepted.join('-')}`, ...options }, env);
        await child.isCut();
        const takenBack = cutPower(path, log, survives);
        return { losses: await countLosses(), takenBack };
    };

    it('loses nothing that was accepted, and the same with synchronous = NORMAL does', async ({ skip }) => {
        const layer = buildPowerLossLayer(programs);
        if ('missing' in layer) return skip(`not tried: ${layer.missing}`);
        const { library } = layer;
        const random = createRandom('power cuts');
        let takenBack = 0;
        for (let round = 0; round < byDepth({ all: 12, deep: 200, quick: 4 }); round += 1) {
            // Nothing that was not synced is there, or any part of it.
            const survives = round % 2 === 0 ? () => false : () => random() < 0.5;
            const cutAt = 30 + Math.floor(random() * 900);
            const result = await run(library, cutAt, { checkpointPages: 40 }, survives);
            expect(result.losses, `round ${round}`).toBe(0);
            takenBack += result.takenBack;
        }
        expect(takenBack).toBeGreaterThan(0);
        const told = accepted.reduce((sum, amount) => sum + amount, 0n);
        expect(told).toBeGreaterThan(0n);
        const lowered = await run(library, 600, { isLowered: true }, () => false);
        expect(lowered.takenBack).toBeGreaterThan(0);
        expect(lowered.losses).toBeGreaterThan(0);
    });
});
