import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import {
    appendFile,
    chmod,
    lchown,
    mkdir,
    mkdtemp,
    open as openFile,
    readdir,
    readFile,
    rename,
    rm,
    stat,
    symlink,
    truncate,
    writeFile,
    type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { SentTransaction } from '../../../src/settlement';
import { openFileJournal, type FileJournal } from '../../../src/node';
import { createGeneration, encodeHeader } from '../../../src/node/file-journal/files';
import { encodeAppend, encodeLine } from '../../../src/node/file-journal/lines';
import { channelOf, signatureOf, transactionOf } from '../../fixtures/journal';
import { byDepth } from '../../fixtures/depth';
import { runs } from '../../fixtures/random';
import { errorOf, expectRefusal } from '../../fixtures/refusals';
import { openTemporary } from './journal-folder';

const A = channelOf(1);
const HOUR = 3_600_000;

let folder: Awaited<ReturnType<typeof openTemporary>>['folder'];
let open: Awaited<ReturnType<typeof openTemporary>>['open'];
beforeEach(async () => ({ folder, open } = await openTemporary()));
afterEach(async () => {
    vi.restoreAllMocks();
    await folder.remove();
});

const send = async (journal: FileJournal, index: number, wireBytes?: number): Promise<SentTransaction> => {
    const transaction = transactionOf(index, [A], wireBytes);
    await journal.recordSent('one', transaction);
    return transaction;
};
const signaturesOf = async (journal: FileJournal) =>
    (await journal.getUnresolved([A])).map(({ signature }) => signature);
/** What all file handles share: a place to hold them up. */
const getPrototype = async () => {
    const handle = await openFile(import.meta.filename);
    await handle.close();
    return Object.getPrototypeOf(handle) as FileHandle;
};
const getFile = async () => (await folder.files()).at(-1)!;
/** Opens what is on the disk, asks, and closes. */
const reread = async () => {
    const journal = await openFileJournal(folder.path);
    try {
        return await signaturesOf(journal);
    } finally {
        await journal.close();
    }
};

describe('a journal on the disk', () => {
    it('is there when it is opened again, leases too', async () => {
        const journal = await open();
        await journal.acquire('one', [A], HOUR);
        const sent = [await send(journal, 1), await send(journal, 2), await send(journal, 3)];
        await journal.recordOutcome(sent[1]!.signature, 'landed');
        await journal.close();
        const again = await open();
        expect(await again.getUnresolved([A])).toEqual([sent[0], sent[2]]);
        expect(await again.acquire('two', [A], HOUR)).toEqual([]);
        expect(await again.acquire('one', [A], HOUR)).toEqual([A]);
    });

    it.skipIf(process.platform === 'win32')("is nobody's business but its owner's", async () => {
        const journal = await open();
        await journal.acquire('one', [A], HOUR);
        expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
        expect((await stat(await getFile())).mode & 0o777).toBe(0o600);
    });

    it('answers what was asked before it is closed, and nothing after', async () => {
        const journal = await open();
        await journal.acquire('one', [A], HOUR);
        const sending = send(journal, 1);
        await journal.close();
        expect(await sending).toBeDefined();
        await journal.close();
        for (const call of [
            () => journal.acquire('one', [A], 1),
            () => journal.getUnresolved([A]),
            () => send(journal, 2),
        ]) {
            await expectRefusal(call, 'JOURNAL_CLOSED', { path: folder.path });
        }
        expect(await reread()).toEqual([signatureOf(1)]);
    });

    it('stays where it was opened, whatever folder the process goes to', async () => {
        const [home, elsewhere] = [dirname(folder.path), await mkdtemp(join(tmpdir(), 'payment-channels-elsewhere-'))];
        const before = process.cwd();
        try {
            process.chdir(home);
            const journal = await openFileJournal('journal', { compactAtBytes: 2_000 });
            expect(journal.path).toBe(join(process.cwd(), 'journal'));
            await journal.acquire('one', [A], HOUR);
            await send(journal, 1);
            process.chdir(elsewhere);
            for (let index = 0; index < 20; index += 1) await journal.acquire(`other ${index}`, [channelOf(2)], 1);
            expect(await signaturesOf(journal)).toEqual([signatureOf(1)]);
            expect((await folder.files()).at(-1)).not.toMatch(/00000001/);
            expect(await readdir(elsewhere)).toEqual([]);
            await journal.close();
        } finally {
            process.chdir(before);
            await rm(elsewhere, { recursive: true });
        }
    });

    it('is not opened where it can not be', async () => {
        await writeFile(folder.path, '');
        await expectRefusal(() => open(), 'JOURNAL_UNAVAILABLE', { path: folder.path });
        await expectRefusal(() => openFileJournal(''), 'INPUT_INVALID', { field: 'path' });
        await expectRefusal(() => openFileJournal(folder.path, null as never), 'INPUT_INVALID', { field: 'options' });
        await expectRefusal(() => open({ now: 5 as never }), 'INPUT_INVALID', { field: 'now' });
        await expectRefusal(() => open({ compactAtBytes: 0 }), 'INTEGER_OUT_OF_RANGE', { field: 'compactAtBytes' });
    });
});

describe.skipIf(process.platform === 'win32')('a journal that others can get at is refused with what to do:', () => {
    const remedy = expect.stringMatching(/chmod|chown|name|replace/) as never;
    const expectUnsafe = (path: string, reason: RegExp, opened = folder.path) =>
        expectRefusal(() => openFileJournal(opened), 'JOURNAL_UNSAFE', {
            path,
            reason: expect.stringMatching(reason) as never,
            remedy,
        });

    it.each([
        [0o777, /anybody may write/],
        [0o702, /anybody may write/],
        [0o1777, /anybody may write/],
        [0o770, /group \d+ may write/],
        [0o720, /group \d+ may write/],
    ])('one whose folder has the mode %i', async (mode, reason) => {
        await (await open()).close();
        await chmod(folder.path, mode);
        await expectUnsafe(folder.path, reason);
        await chmod(folder.path, 0o755);
        await (await open()).close();
    });

    it('one whose file can be written to', async () => {
        await (await open()).close();
        await chmod(await getFile(), 0o666);
        await expectUnsafe(await getFile(), /anybody may write/);
        await chmod(await getFile(), 0o660);
        await expectUnsafe(await getFile(), /group \d+ may write/);
    });

    it('one whose folder or file is a link, wherever that leads', async () => {
        await (await open()).close();
        const link = `${folder.path}-link`;
        await symlink(folder.path, link);
        await expectUnsafe(link, /link/, link);
        await expectUnsafe(link, /link/, `${link}/`);
        const nowhere = `${folder.path}-nowhere`;
        await symlink(`${folder.path}-missing`, nowhere);
        await expectUnsafe(nowhere, /link/, nowhere);
        const file = await getFile();
        await rename(file, `${folder.path}.elsewhere`);
        await symlink(`${folder.path}.elsewhere`, file);
        await expectUnsafe(file, /link/);
    });

    it('one below a folder in which anybody may exchange it, unless only owners may', async () => {
        const above = dirname(folder.path);
        await chmod(above, 0o777);
        await expectUnsafe(folder.path, /anybody may exchange/);
        await chmod(above, 0o1777);
        await (await open()).close();
    });

    it.runIf(existsSync('/proc/self'))('one that the system does not make, without trying for ever', async () => {
        await expect(openFileJournal('/proc/nothing/journal')).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
    });

    it('one that a link leads to, by way of a folder in which anybody may exchange it', async () => {
        const above = dirname(folder.path);
        for (const name of ['open/real', 'safe']) await mkdir(join(above, name), { recursive: true });
        await symlink(join(above, 'open/real'), join(above, 'to-folder'));
        await symlink('../safe', join(above, 'open/link'));
        await symlink('open/../open/link', join(above, 'to-link'));
        for (const name of ['to-folder', 'to-link'])
            await (await openFileJournal(join(above, name, 'journal'))).close();
        await chmod(join(above, 'open'), 0o777);
        for (const name of ['to-folder', 'to-link']) {
            const path = join(above, name, 'journal');
            await expectUnsafe(path, /anybody may exchange it, since anybody may write to .*open$/, path);
        }
        await chmod(join(above, 'open'), 0o1777);
        for (const name of ['to-folder', 'to-link'])
            await (await openFileJournal(join(above, name, 'journal'))).close();
    });

    it.skipIf(process.geteuid?.() !== 0)(
        'one that a name of somebody else leads to, where anybody may make one',
        async () => {
            const above = dirname(folder.path);
            await mkdir(join(above, 'theirs'));
            await mkdir(join(above, 'safe'));
            await symlink('safe', join(above, 'link'));
            await chmod(above, 0o1777);
            for (const name of ['theirs', 'link']) {
                const path = join(above, name, 'journal');
                await (await openFileJournal(path)).close();
                await lchown(join(above, name), 12_345, 12_345);
                await expectUnsafe(path, /user 12345 may exchange it/, path);
            }
        },
    );

    it('one that belongs to somebody else', async () => {
        await (await open()).close();
        const { geteuid } = process;
        vi.spyOn(process, 'geteuid').mockReturnValue(geteuid!() + 1);
        await expectUnsafe(folder.path, /belongs to user/);
    });

    it('and a pipe in the place of its file is no file, and holds up nobody', async () => {
        await (await open()).close();
        const file = await getFile();
        await rm(file);
        execFileSync('mkfifo', [file], { timeout: 10_000 });
        await expectRefusal(() => open(), 'JOURNAL_UNAVAILABLE', { reason: 'it is not a file' });
    });
});

describe('an fsync', () => {
    it('comes before a record counts as sent, and one is enough for many', async () => {
        const journal = await open();
        await journal.acquire('one', [A], HOUR);
        const prototype = await getPrototype();
        const { datasync } = prototype;
        const gates: (() => void)[] = [];
        const spy = vi.spyOn(prototype, 'datasync').mockImplementation(async function (this: FileHandle) {
            await new Promise<void>(resolve => gates.push(resolve));
            await datasync.call(this);
        });
        let done = 0;
        const sending = Promise.all(
            Array.from({ length: 100 }, async (_, index) => {
                await send(journal, index);
                done += 1;
            }),
        );
        await vi.waitFor(() => expect(gates).toHaveLength(1));
        // Written by now, and not yet on the disk.
        expect(await reread()).toHaveLength(100);
        expect(done).toBe(0);
        gates[0]!();
        await sending;
        expect(spy).toHaveBeenCalledTimes(1);
    });

    it('that fails makes the journal useless: what a later one says proves nothing', async () => {
        const journal = await open();
        await journal.acquire('one', [A], HOUR);
        const error = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });
        vi.spyOn(await getPrototype(), 'datasync').mockRejectedValueOnce(error);
        await expectRefusal(() => send(journal, 1), 'JOURNAL_UNAVAILABLE', { reason: error.message });
        await expectRefusal(() => send(journal, 2), 'JOURNAL_UNAVAILABLE', { reason: error.message });
        const again = await open();
        await send(again, 3);
        expect(await signaturesOf(again)).toEqual([signatureOf(1), signatureOf(3)]);
    });

    it('a write that the disk had no room for is refused, and cut off by the next one', async () => {
        const [journal, other] = [await open(), await open()];
        await journal.acquire('one', [A], HOUR);
        const prototype = await getPrototype();
        const { write } = prototype;
        vi.spyOn(prototype, 'write').mockImplementationOnce(async function (
            this: FileHandle,
            ...parameters: unknown[]
        ) {
            const [bytes, , length] = parameters as [Uint8Array, number, number];
            return await (write as (...all: unknown[]) => unknown).call(this, bytes, 0, length - 20, null);
        } as never);
        await expectRefusal(() => send(journal, 1), 'JOURNAL_UNAVAILABLE');
        expect(await signaturesOf(other)).toEqual([]);
        await send(journal, 2);
        expect(await signaturesOf(other)).toEqual([signatureOf(2)]);
    });
});

it('a process that is held up right before its write records nothing with a lease that went on', async () => {
    const clock = { at: 1_000 };
    const [journal, other] = [await open({ now: () => clock.at }), await open({ now: () => clock.at })];
    await journal.acquire('one', [A], 10);
    const prototype = await getPrototype();
    const { write } = prototype;
    let wakeUp: (() => void) | undefined;
    const sleep = new Promise<void>(resolve => (wakeUp = resolve));
    const spy = vi.spyOn(prototype, 'write').mockImplementationOnce(async function (
        this: FileHandle,
        ...parameters: unknown[]
    ) {
        await sleep;
        return await write.apply(this, parameters as never);
    } as never);
    const sending = send(journal, 1);
    await vi.waitFor(() => expect(spy).toHaveBeenCalledTimes(1));
    clock.at += 10;
    expect(await other.acquire('two', [A], HOUR)).toEqual([A]);
    wakeUp!();
    await expectRefusal(() => sending, 'JOURNAL_LEASE_LOST', { channels: [A], owner: 'one' });
    expect(await signaturesOf(other)).toEqual([]);
    expect(await signaturesOf(journal)).toEqual([]);
});

describe('a crash', () => {
    it('at any byte of the last record costs that record and no other, and another crash changes nothing', async () => {
        const journal = await open();
        await journal.acquire('one', [A], HOUR);
        await send(journal, 1);
        const file = await getFile();
        const { size: before } = await stat(file);
        await send(journal, 2);
        await journal.close();
        const whole = await readFile(file);
        for (let cut = before; cut <= whole.length; cut += byDepth({ all: 1, deep: 1, quick: 9 })) {
            await writeFile(file, whole.subarray(0, cut));
            const survivors = cut === whole.length ? [signatureOf(1), signatureOf(2)] : [signatureOf(1)];
            expect(await reread(), `cut at ${cut}`).toEqual(survivors);
            const next = await openFileJournal(folder.path);
            await send(next, 3);
            expect(await signaturesOf(next), `after a cut at ${cut}`).toEqual([...survivors, signatureOf(3)]);
            await next.close();
            // Once more, in the record that came after the remains.
            const { size } = await stat(file);
            await truncate(file, cut + 1 + ((cut * 7) % (size - cut - 1)));
            expect(await reread(), `cut twice, at ${cut} first`).toEqual(survivors);
            const last = await openFileJournal(folder.path);
            await send(last, 4);
            await last.close();
            expect(await reread(), `after two cuts, at ${cut} first`).toEqual([...survivors, signatureOf(4)]);
        }
    });

    it('between a seal and the next file leaves the next file to whoever comes', async () => {
        const journal = await open();
        await journal.acquire('one', [A], HOUR);
        await send(journal, 1);
        const seal = encodeLine('abc:1', JSON.stringify({ at: '1', kind: 'seal' }));
        await appendFile(await getFile(), encodeAppend([seal]));
        await send(journal, 2);
        expect(await folder.files()).toHaveLength(2);
        expect(await reread()).toEqual([signatureOf(1), signatureOf(2)]);
    });
});

describe('damage', () => {
    it('of any byte is told with file and line, and never passed over', async () => {
        const journal = await open();
        await journal.acquire('one', [A], HOUR);
        for (const index of [1, 2, 3]) await send(journal, index);
        await journal.recordOutcome(signatureOf(2), 'failed');
        await journal.close();
        const file = await getFile();
        const whole = await readFile(file);
        await fc.assert(
            // Without the last newline, and what comes after it: a record without an end is a crash.
            fc.asyncProperty(fc.nat(whole.length - 2), fc.integer({ max: 255, min: 1 }), async (at, mask) => {
                const bytes = Buffer.from(whole);
                bytes[at]! ^= mask;
                await writeFile(file, bytes);
                const line = whole.subarray(0, at).filter(byte => byte === 0x0a).length + 1;
                const error = await errorOf(() => openFileJournal(folder.path));
                expect(error).toMatchObject({ code: 'JOURNAL_UNREADABLE', context: { line, path: file } });
            }),
            runs(300),
        );
    });

    it('while it is in use is told as well', async () => {
        const [journal, other] = [await open(), await open()];
        await journal.acquire('one', [A], HOUR);
        await appendFile(await getFile(), 'scribble\n');
        await expectRefusal(() => send(journal, 1), 'JOURNAL_UNREADABLE', { line: 4, path: await getFile() });
        await expectRefusal(() => other.getUnresolved([A]), 'JOURNAL_UNREADABLE', { line: 4 });
    });

    it.each([
        ['is of a later version', { format: 'payment-channels-journal', version: '2', what: 'ever' }, /version "2"/],
        [
            'is of another generation',
            { format: 'payment-channels-journal', generation: '7', version: '1' },
            /generation 7/,
        ],
        ['is another file', { name: 'package' }, /not a journal/],
    ])('a file that %s is refused', async (_, header, reason) => {
        await mkdir(folder.path);
        await writeFile(join(folder.path, '00000001.jsonl'), `${JSON.stringify(header)}\n`);
        await expectRefusal(() => open(), 'JOURNAL_UNREADABLE', {
            line: 1,
            reason: expect.stringMatching(reason) as never,
        });
    });

    it.each([
        ['an unknown kind', { kind: 'loan' }],
        ['an unknown field', { at: '1', kind: 'seal', why: 'not' }],
        ['a number', { at: 1, kind: 'seal' }],
        ['no channels', { channels: 'all', kind: 'release', owner: 'one' }],
        ['half a transaction', { kind: 'unresolved', transaction: { signature: signatureOf(1) } }],
        ['an unknown outcome', { kind: 'outcome', outcome: 'lost', signature: signatureOf(1) }],
    ])('a record with %s is refused', async (_, record) => {
        await open();
        await appendFile(await getFile(), encodeAppend([encodeLine('abc:1', JSON.stringify(record))]));
        await expectRefusal(() => openFileJournal(folder.path), 'JOURNAL_UNREADABLE', { line: 3 });
    });

    it('a file that was removed or cut while it is in use is not written to in silence', async () => {
        const journal = await open();
        await journal.acquire('one', [A], HOUR);
        const file = await getFile();
        await truncate(file, encodeHeader(1).length);
        // Which of the two depends on where the new record comes to stand.
        expect(['JOURNAL_UNAVAILABLE', 'JOURNAL_UNREADABLE']).toContain(
            ((await errorOf(() => send(journal, 1))) as { code: string }).code,
        );
        const again = await open();
        await again.acquire('one', [A], HOUR);
        await rename(file, `${file}.old`);
        await rm(`${file}.old`);
        await expectRefusal(() => send(again, 2), 'JOURNAL_UNAVAILABLE');
    });
});

describe('compaction', () => {
    const options = { compactAtBytes: 20_000 };

    it('leaves behind what is resolved, and keeps leases and the rest in their order', async () => {
        const clock = { at: 1_000 };
        const [journal, other] = [
            await open({ ...options, now: () => clock.at }),
            await open({ ...options, now: () => clock.at }),
        ];
        await journal.acquire('one', [A], HOUR);
        await other.acquire('two', [channelOf(2)], 10);
        clock.at += 10;
        const kept: string[] = [];
        for (let index = 0; index < 120; index += 1) {
            await send(journal, index, 600);
            if (index % 40 === 0) kept.push(signatureOf(index));
            else await other.recordOutcome(signatureOf(index), 'landed');
        }
        const files = await folder.files();
        expect(files.length).toBeLessThanOrEqual(2);
        expect(Number(/([0-9]+)\.jsonl$/.exec(files.at(-1)!)![1])).toBeGreaterThan(3);
        expect((await stat(files.at(-1)!)).size).toBeLessThan(30_000);
        expect(await signaturesOf(other)).toEqual(kept);
        expect(await reread()).toEqual(kept);
        expect(await other.acquire('two', [A, channelOf(2)], HOUR)).toEqual([channelOf(2)]);
    });

    it('loses nothing of what several send at once', async () => {
        const journals = [await open(options), await open(options), await open(options)];
        await journals[0]!.acquire('one', [A], HOUR);
        const kept = new Set<string>();
        await Promise.all(
            journals.map(async (journal, which) => {
                for (let round = 0; round < 10; round += 1) {
                    await Promise.all(
                        Array.from({ length: 10 }, async (_, place) => {
                            const index = which * 1_000 + round * 10 + place;
                            await send(journal, index, 600);
                            if (place === 0) kept.add(signatureOf(index));
                            else await journal.recordOutcome(signatureOf(index), 'landed');
                        }),
                    );
                }
            }),
        );
        expect(new Set(await reread())).toEqual(kept);
        for (const journal of journals) expect(new Set(await signaturesOf(journal))).toEqual(kept);
        expect(Number(/([0-9]+)\.jsonl$/.exec(await getFile())![1])).toBeGreaterThan(3);
    });

    it('by a process that slept through many of them does no harm', async () => {
        const journal = await open(options);
        await journal.acquire('one', [A], HOUR);
        const first = await readFile(await getFile());
        for (let index = 0; index < 100; index += 1) {
            await send(journal, index, 600);
            if (index > 0) await journal.recordOutcome(signatureOf(index), 'landed');
        }
        const latest = await getFile();
        // What it was about to do when it was paused: give a name to a file of long ago, or to one that is there.
        await createGeneration(folder.path, 1, 'feed', first.toString());
        await createGeneration(folder.path, Number(/([0-9]+)\.jsonl$/.exec(latest)![1]), 'feed', first.toString());
        expect(await getFile()).toBe(latest);
        expect(await reread()).toEqual([signatureOf(0)]);
        expect(await signaturesOf(journal)).toEqual([signatureOf(0)]);
    });
});
