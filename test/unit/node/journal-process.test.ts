import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { encodeAppend, encodeLine } from '../../../src/node/file-journal/lines';
import { describeProcess, isWriterDead } from '../../../src/node/file-journal/process';
import { encodeRecord } from '../../../src/node/file-journal/record';
import { appendFile } from 'node:fs/promises';
import { channelOf, transactionOf } from '../../fixtures/journal';
import { expectRefusal } from '../../fixtures/refusals';
import { openTemporary } from './journal-folder';

// Whose leases are taken over at once: those of a process that is proved to have ended.

const RANDOM = 'aaaaaaaaaaaa';
const MINUTES = 300_000;
const [A, B] = [channelOf(1), channelOf(2)];
const isProvable = existsSync('/proc/self/ns/pid');

let children: ChildProcess[];
beforeEach(() => {
    children = [];
});
afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
});

/** A process that does nothing, and what a writer in it would be called. */
async function startProcess() {
    const child = spawn(process.execPath, ['-e', 'process.stdout.write("."); setTimeout(() => {}, 600_000)'], {
        stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
    return {
        child,
        kill: async () => {
            child.kill('SIGKILL');
            await once(child, 'close');
        },
        writer: toWriter({ pid: child.pid!, startedAt: BigInt(startedAt) }),
    };
}

function toWriter({ pid, scope, startedAt }: { pid: number; scope?: string; startedAt: bigint }): string {
    return [
        RANDOM,
        scope ?? describeProcess().slice(0, 16),
        pid.toString(16).padStart(8, '0'),
        startedAt.toString(16).padStart(16, '0'),
    ].join('');
}

describe.runIf(isProvable)('a process', () => {
    it('is alive while it runs and while it is paused, and dead once it was killed', async () => {
        const { child, kill, writer } = await startProcess();
        expect(isWriterDead(writer)).toBe(false);
        child.kill('SIGSTOP');
        await vi.waitFor(() => expect(readFileSync(`/proc/${child.pid}/stat`, 'latin1')).toContain(') T '), 30_000);
        expect(isWriterDead(writer)).toBe(false);
        await kill();
        expect(isWriterDead(writer)).toBe(true);
    });

    it('whose number another one has now is dead', async () => {
        const { child, writer } = await startProcess();
        const startedAt = BigInt(`0x${writer.slice(-16)}`);
        expect(isWriterDead(toWriter({ pid: child.pid!, startedAt: startedAt + 1n }))).toBe(true);
        expect(isWriterDead(toWriter({ pid: child.pid!, startedAt }))).toBe(false);
    });

    it('of another machine, another container, or of an unknown place is not known to be dead', async () => {
        const { kill, writer } = await startProcess();
        await kill();
        expect(isWriterDead(writer)).toBe(true);
        expect(isWriterDead(writer.replace(describeProcess().slice(0, 16), '0123456789abcdef'))).toBe(false);
        for (const other of [
            undefined,
            '',
            RANDOM,
            'abc',
            writer.slice(1),
            `${writer}0`,
            `${RANDOM}${'0'.repeat(40)}`,
        ]) {
            expect(isWriterDead(other), other).toBe(false);
        }
    });

    it('is this one, which is not dead', () => {
        expect(isWriterDead(`${RANDOM}${describeProcess()}`)).toBe(false);
    });
});

describe.runIf(isProvable)('the leases of a process that was killed', () => {
    let place: Awaited<ReturnType<typeof openTemporary>>;
    beforeEach(async () => {
        place = await openTemporary();
    });
    afterEach(() => place.folder.remove());

    /** Writes as a process would have, before it was killed. */
    const write = async (writer: string, ...records: Parameters<typeof encodeRecord>[0][]) => {
        const file = (await place.folder.files()).at(-1)!;
        const lines = records.map((record, index) => encodeLine(`${writer}:${index + 1}`, encodeRecord(record)));
        await appendFile(file, encodeAppend(lines));
    };
    const takeFor = (owner: string, channels: (typeof A)[]) =>
        ({ at: Date.now(), channels, kind: 'acquire', owner, until: Date.now() + MINUTES }) as const;

    it('are taken over at once, those of a living one are not, and what it had sent is still there', async () => {
        const [dead, living] = [await startProcess(), await startProcess()];
        const journal = await place.open();
        const sent = transactionOf(1, [A]);
        await write(dead.writer, takeFor('dead', [A]), {
            at: Date.now(),
            kind: 'sent',
            owner: 'dead',
            transaction: sent,
        });
        await write(living.writer, takeFor('living', [B]));
        expect(await journal.acquire('next', [A, B], MINUTES)).toEqual([]);
        await dead.kill();
        expect(await journal.acquire('next', [A, B], MINUTES)).toEqual([A]);
        expect(await journal.getUnresolved([A])).toEqual([sent]);
        expect(await journal.getLeases!([A, B])).toMatchObject([{ owner: 'next' }, { owner: 'living' }]);
        // Should it be alive after all, it records nothing.
        const other = await place.open();
        await expectRefusal(() => other.recordSent('dead', transactionOf(2, [A])), 'JOURNAL_LEASE_LOST');
        await write(dead.writer, { at: Date.now(), kind: 'sent', owner: 'dead', transaction: transactionOf(3, [A]) });
        expect(await journal.getUnresolved([A])).toEqual([sent]);
        expect(await other.getUnresolved([A])).toEqual([sent]);
    });

    it('are known for its own after its file was compacted, by whoever', async () => {
        const [dead, living] = [await startProcess(), await startProcess()];
        const compacting = await place.open({ compactAtBytes: 1 });
        await write(dead.writer, takeFor('dead', [A]));
        await write(living.writer, takeFor('living', [B]));
        await compacting.acquire('me', [channelOf(3)], MINUTES);
        await compacting.release('me', [channelOf(3)]);
        expect((await place.folder.files()).at(-1)).not.toMatch(/00000001/);
        const journal = await place.open();
        expect(await journal.acquire('next', [A, B], MINUTES)).toEqual([]);
        await dead.kill();
        expect(await journal.acquire('next', [A, B], MINUTES)).toEqual([A]);
    });

    it('of an earlier version of this package are waited for', async () => {
        const journal = await place.open();
        await write(RANDOM, takeFor('old', [A]));
        expect(await journal.acquire('next', [A], MINUTES)).toEqual([]);
    });
});
