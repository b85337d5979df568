import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';

import { buildChild } from '../../fixtures/build-child';
import { isPaymentChannelsError } from '../../../src';
import { channelOf, signatureOf, transactionOf } from '../../fixtures/journal';
import type { ChildMessage, ChildOptions } from './journal-child';
import { createPlace, type Place } from '../../fixtures/sqlite';

const FAR_MS = 600_000;
/** A process that says nothing for so long has come to a standstill, on any machine. */
const SILENCE_MS = 120_000;
/** Longer than a slow machine takes to record something, and short enough to wait for. */
const LEASE_MS = 250;

let programs: string;
let program: string;
beforeAll(async () => {
    programs = await mkdtemp(join(tmpdir(), 'payment-channels-journal-child-'));
    program = join(programs, 'child.mjs');
    await buildChild(join(import.meta.dirname, 'journal-child.ts'), program);
});
afterAll(() => rm(programs, { recursive: true }));

let place: Place;
let children: ChildProcess[];
beforeEach(async () => {
    place = await createPlace();
    children = [];
});
afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    place.remove();
});

function start(options: Partial<ChildOptions> & Pick<ChildOptions, 'owner' | 'firstIndex'>) {
    const all: ChildOptions = {
        channels: 4,
        isGreedy: false,
        leaseMs: FAR_MS,
        path: place.path,
        rounds: 1_000_000,
        ...options,
    };
    const child = spawn(process.execPath, [program, JSON.stringify(all)], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    const messages: ChildMessage[] = [];
    createInterface({ input: child.stdout }).on('line', line => messages.push(JSON.parse(line) as ChildMessage));
    let complaints = '';
    child.stderr.on('data', chunk => (complaints += String(chunk)));
    const ended = new Promise<number | string>(resolve =>
        child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
    );
    const count = (kind: ChildMessage['kind']) => messages.filter(message => message.kind === kind).length;
    return {
        count,
        /** Resolves when it has ended by itself. */
        finish: async () => expect([await ended, complaints]).toEqual([0, '']),
        kill: async () => {
            child.kill('SIGKILL');
            expect([await ended, complaints]).toEqual(['SIGKILL', '']);
        },
        messages,
        pause: () => child.kill('SIGSTOP'),
        wakeUp: () => child.kill('SIGCONT'),
        /** Resolves when it has said so much more of a kind. */
        waitFor: async (kind: ChildMessage['kind'], more = 1) => {
            const goal = count(kind) + more;
            let [said, since] = [messages.length, Date.now()];
            while (count(kind) < goal) {
                await setTimeout(2);
                if (messages.length > said) [said, since] = [messages.length, Date.now()];
                if (Date.now() - since > SILENCE_MS) throw new Error(`no ${kind}: ${complaints}`);
            }
        },
    };
}

/** What the processes were told is recorded and whose end they did not find out, against what the journal has. */
async function expectNothingLost(all: readonly (readonly ChildMessage[])[]): Promise<void> {
    const journal = await place.openJournal();
    const channels = Array.from({ length: 4 }, (_, index) => channelOf(index));
    const found = new Set((await journal.getUnresolved(channels)).map(({ signature }) => signature));
    const resolving = new Set(all.flat().flatMap(message => (message.kind === 'resolving' ? [message.index] : [])));
    const due = all.flat().flatMap(message => (message.kind === 'sent' ? [message.index] : []));
    expect(due.length).toBeGreaterThan(0);
    expect(due.filter(index => !resolving.has(index) && !found.has(signatureOf(index)))).toEqual([]);
}

const checkIntegrity = () =>
    (place.open().prepare('PRAGMA integrity_check').all()[0] as { integrity_check: string }).integrity_check;

it('several processes: a lease is held by one at a time, and nothing that was recorded is lost', async () => {
    const running = ['one', 'two', 'three'].map((owner, which) =>
        start({ firstIndex: which * 1_000_000, owner, rounds: 150 }),
    );
    await Promise.all(running.map(({ finish }) => finish()));
    const leases = running.flatMap(({ messages }) => messages).filter(message => message.kind === 'held');
    for (let channel = 0; channel < 4; channel += 1) {
        const ofChannel = leases
            .filter(lease => lease.channel === channel)
            .map(({ from, to }) => [BigInt(from), BigInt(to)] as const)
            .sort(([a], [b]) => (a < b ? -1 : 1));
        expect(ofChannel.length).toBeGreaterThan(3);
        for (const [index, [from]] of ofChannel.entries()) {
            if (index > 0) expect(from > ofChannel[index - 1]![1], `channel ${channel}, lease ${index}`).toBe(true);
        }
    }
    await expectNothingLost(running.map(({ messages }) => messages));
    expect(checkIntegrity()).toBe('ok');
});

it('processes that are killed at any moment: the others go on at once, and nothing that was recorded is lost', async () => {
    const survivor = start({ firstIndex: 0, leaseMs: LEASE_MS, owner: 'survivor' });
    await survivor.waitFor('ready');
    const dead: (readonly ChildMessage[])[] = [];
    for (let round = 0; round < 8; round += 1) {
        const victim = start({ firstIndex: (round + 1) * 1_000_000, leaseMs: LEASE_MS, owner: `victim ${round}` });
        await victim.waitFor('sent', 1 + round);
        // Wherever it is by then: in a write, in an fsync, in a checkpoint.
        await setTimeout(round * 1.7);
        await victim.kill();
        dead.push(victim.messages);
        // Nothing that it held keeps the others from any channel for longer than its leases.
        await survivor.waitFor('sent', 20);
    }
    await survivor.kill();
    await expectNothingLost([survivor.messages, ...dead]);
    expect(checkIntegrity()).toBe('ok');
    const next = await place.openJournal();
    await setTimeout(LEASE_MS + 5);
    expect(await next.acquire('next', [channelOf(0), channelOf(1)], FAR_MS)).toHaveLength(2);
});

it.skipIf(process.platform === 'win32')(
    'a process that is paused and wakes up after its lease went to somebody else records nothing with it',
    async () => {
        const journal = await place.openJournal({ busyTimeoutMs: 20 });
        const sleeper = start({ firstIndex: 0, isGreedy: true, leaseMs: LEASE_MS, owner: 'sleeper' });
        await sleeper.waitFor('ready');
        let takenOver = 0;
        for (let round = 0; takenOver < 8; round += 1) {
            expect(round).toBeLessThan(1_000);
            await sleeper.waitFor('sent', 3);
            await setTimeout((round % 11) * 1.3);
            sleeper.pause();
            // In the middle of a transaction it holds everybody up; nobody gets its lease then.
            const isHeldUp = await journal.release('nobody', [channelOf(0)]).then(
                () => false,
                (error: unknown) => isPaymentChannelsError(error, 'STORE_UNAVAILABLE'),
            );
            if (isHeldUp) {
                sleeper.wakeUp();
                continue;
            }
            takenOver += 1;
            // Nobody waits for it but for its lease's time.
            await vi.waitFor(
                async () => expect(await journal.acquire('heir', [channelOf(0)], FAR_MS)).toHaveLength(1),
                { interval: 5, timeout: SILENCE_MS },
            );
            const before = await journal.getUnresolved([channelOf(0)]);
            sleeper.wakeUp();
            // It finds out with the next record, unless it was waiting for a lease already.
            await setTimeout(30);
            const own = transactionOf(10_000_000 + round, [channelOf(0)]);
            await patiently(() => journal.recordSent('heir', own));
            const after = await journal.getUnresolved([channelOf(0)]);
            // An outcome it may still have recorded; a transaction not.
            const known = new Set([...before, own].map(({ signature }) => signature));
            expect(after.filter(({ signature }) => !known.has(signature))).toEqual([]);
            expect(after.at(-1)).toEqual(own);
            await patiently(() => journal.release('heir', [channelOf(0)]));
        }
        await sleeper.waitFor('sent');
        expect(sleeper.count('lost')).toBeGreaterThan(0);
        await sleeper.kill();
        await expectNothingLost([sleeper.messages]);
    },
);

/** Again while the other process is writing. */
async function patiently(call: () => Promise<void>): Promise<void> {
    await vi.waitFor(call, { interval: 5, timeout: SILENCE_MS });
}
