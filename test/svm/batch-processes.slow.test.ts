import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { createKeyPairSignerFromPrivateKeyBytes, type Signature } from '@solana/kit';
import Database from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { createRequestHandler } from '../../src/testing/rpc';
import { openSqliteJournal } from '../../src/store/sqlite';
import { buildChild } from '../fixtures/build-child';
import { createRandom } from '../fixtures/seeded-random';
import { ExecutionLab } from './fixtures/execution';
import type { ExecutorChildOptions, ExecutorChildResult } from './fixtures/executor-child';

// Executors as they are in production: processes that share a journal in SQLite and a node that they reach over HTTP,
// and that somebody kills.

/** Longer than a slow machine is held up: leases end by the clock of the journal, which is put forward. */
const LEASE_MS = 300_000;
/** Long after the slowest machine is done: a process that has not ended by then never will. */
const LIFE_MS = 1_200_000;
const KEY = '42'.repeat(32);

let lab: ExecutionLab;
let folder: string;
let program: string;
let server: Server;
let sends = 0;
let children: ChildProcess[];
beforeEach(async () => {
    children = [];
    lab = await ExecutionLab.create();
    folder = await mkdtemp(join(tmpdir(), 'payment-channels-executor-'));
    program = join(folder, 'child.mjs');
    await buildChild(join(import.meta.dirname, 'fixtures/executor-child.ts'), program);
    const answer = createRequestHandler(lab.simulator);
    server = createServer((request, response) => {
        let body = '';
        request.on('data', chunk => (body += String(chunk)));
        request.on('end', () => {
            const payload = JSON.parse(body) as { method: string };
            const reply = answer(payload) as { result?: unknown };
            if (payload.method === 'sendTransaction') {
                sends++;
                if (reply.result !== undefined) lab.accepted.add(reply.result as Signature);
            }
            response.setHeader('content-type', 'application/json');
            response.end(toJson(reply));
        });
    }).listen(0, '127.0.0.1');
});
afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
    await rm(folder, { force: true, recursive: true });
});

/** JSON as a node writes it, whose integers are as long as they have to be. */
function toJson(value: unknown): string {
    const text = JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? `#${field}#` : field));
    return text.replaceAll(/"#(\d+)#"/g, '$1');
}

function start(options: ExecutorChildOptions) {
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
        killSignal: 'SIGKILL',
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: LIFE_MS,
    });
    children.push(child);
    let [output, complaints] = ['', ''];
    child.stdout.on('data', chunk => (output += String(chunk)));
    child.stderr.on('data', chunk => (complaints += String(chunk)));
    const ended = new Promise<string>((resolve, reject) =>
        child.on('close', (code, signal) =>
            code === 0 || signal === 'SIGKILL' ? resolve(output) : reject(new Error(complaints)),
        ),
    );
    return {
        finish: async () => JSON.parse(await ended) as ExecutorChildResult,
        isRunning: () => child.exitCode === null && child.signalCode === null,
        kill: () => child.kill('SIGKILL'),
        ended,
    };
}

it(
    'processes that are killed at any moment, several at once: no channel is paid for twice',
    { timeout: 1_500_000 },
    async () => {
        const random = createRandom('processes');
        const { channels, requests } = await lab.prepare(60);
        const feePayer = await createKeyPairSignerFromPrivateKeyBytes(Uint8Array.from(Buffer.from(KEY, 'hex')));
        lab.simulator.setLamports(feePayer.address, 10_000_000_000n);
        const options: ExecutorChildOptions = {
            feePayer: KEY,
            journal: join(folder, 'journal.db'),
            laterMs: 0,
            leaseMs: LEASE_MS,
            requests: requests.map(({ channel, splits, voucher }) => ({
                channel,
                cumulativeAmount: String(voucher!.voucher.cumulativeAmount),
                signature: Buffer.from(voucher!.signature).toString('hex'),
                signer: voucher!.signer,
                splits: splits!,
            })),
            url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        };
        let laterMs = 0;
        const begin = () => start({ ...options, laterMs });
        const isDone = () => channels.every(channel => lab.getSettled(channel) === channel.voucherAmount);
        let kills = 0;
        while (!isDone() || kills < 3) {
            const before = sends;
            const processes = [begin(), begin()];
            // Until one of them has sent something, and a moment longer: anything from signing to reading the outcome.
            const goal = before + 1 + Math.floor(random() * 3);
            // Unless both have found nothing to do.
            while (sends < goal && !isDone() && processes.some(({ isRunning }) => isRunning())) await setTimeout(5);
            await setTimeout(random() * 40);
            for (const { kill } of processes) kill();
            await Promise.all(processes.map(({ ended }) => ended));
            kills += 2;
            // The leases of those who were killed are over for those who come next.
            laterMs += LEASE_MS + 1;
            if (kills > 40) break;
        }
        // Two that may finish share what is left.
        const rest = await Promise.all([begin(), begin()].map(({ finish }) => finish()));
        for (const { stopped } of rest) expect(stopped).toBeUndefined();
        const { statuses, stopped } = await begin().finish();
        expect(stopped).toBeUndefined();
        expect(Object.keys(statuses).every(status => status === 'done' || status === 'skipped')).toBe(true);
        for (const channel of channels) {
            const state = lab.simulator.getChannel(channel.address);
            if (!('channel' in state)) throw new Error('it is open');
            expect(state.channel.settlement).toEqual({
                payoutWatermark: channel.voucherAmount,
                settled: channel.voucherAmount,
            });
        }
        expect(kills).toBeGreaterThan(3);
        expect(lab.getFailedOnChain()).toEqual([]);
        const database = new Database(options.journal);
        const journal = await openSqliteJournal(database, { network: 'localnet' });
        expect(await journal.getUnresolved(channels.map(({ address }) => address))).toEqual([]);
        database.close();
    },
);
