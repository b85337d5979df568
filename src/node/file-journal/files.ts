import { constants, type Stats } from 'node:fs';
import { link, lstat, mkdir, open, readdir, readlink, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { JOURNAL_UNAVAILABLE, JOURNAL_UNSAFE } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { toInteger } from '../../core/input';
import { readDecimal, readObject } from '../../core/strict-json';

// A journal is a folder with one file for each generation: `00000001.jsonl` and so on. The highest number is the journal;
// those below it are what was compacted.

const FILE = /^([0-9]{8,15})\.jsonl$/;
const DRAFT = /^([0-9]{8,15})\.[0-9a-f]+\.draft$/;
const FORMAT = 'payment-channels-journal';
const VERSION = '1';
// Of a mode.
const GROUP_WRITES = 0o020;
const ANYBODY_WRITES = 0o002;
const STICKY = 0o1000;
/** The most symbolic links that a system follows on the way to a folder. */
const MAX_LINKS = 40;
const MAX_GENERATION = 10n ** 15n - 1n;

const toName = (generation: number) => String(generation).padStart(8, '0');

export function getJournalFile(folder: string, generation: number): string {
    return join(folder, `${toName(generation)}.jsonl`);
}

/**
 * Creates the journal's folder, for its owner only, if there is none.
 *
 * @throws `JOURNAL_UNSAFE` for one that others can write to or exchange.
 */
export async function createFolder(folder: string): Promise<void> {
    await mkdirs(folder);
    await assertIsSafe(folder);
}

async function mkdirs(folder: string): Promise<void> {
    // A link that leads nowhere would be an error of another kind.
    if ((await lstat(folder).catch(() => undefined))?.isSymbolicLink()) return;
    const missing: string[] = [];
    for (let path = resolve(folder); !(await exists(path)); path = dirname(path)) missing.unshift(path);
    // One by one: where the system has no such folder though its parent is there, as below /proc, Node's own `recursive` tries
    // for ever.
    for (const path of missing) {
        await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
            if (!hasCode(error, 'EEXIST')) throw error;
        });
        // Until its name is on the disk, nothing below it is.
        await syncFolder(dirname(path));
    }
}

async function exists(path: string): Promise<boolean> {
    return await stat(path).then(
        () => true,
        (error: unknown) => {
            if (hasCode(error, 'ENOENT')) return dirname(path) === path;
            throw error;
        },
    );
}

export async function findLatestGeneration(folder: string): Promise<number> {
    return Math.max(0, ...(await readdir(folder)).map(name => Number(FILE.exec(name)?.[1] ?? 0)));
}

/** Opens a generation to read it and to append to it, or nothing if it is not there. */
export async function openGeneration(folder: string, generation: number): Promise<FileHandle | undefined> {
    const path = getJournalFile(folder, generation);
    try {
        // Nobody else puts anything into the folder; so nothing but a file of our own is opened.
        const flags = constants.O_RDWR | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
        const file = await open(path, flags);
        try {
            assertIsOurs(path, await file.stat(), 'file');
        } catch (error) {
            await file.close();
            throw error;
        }
        return file;
    } catch (error) {
        if (hasCode(error, 'ENOENT')) return undefined;
        if (hasCode(error, 'ELOOP'))
            refuseUnsafe(
                path,
                'it is a link',
                'find out who put it there, and replace it by the file that it leads to',
            );
        throw error;
    }
}

/**
 * Creates a generation, unless somebody else did. It is whole and on the disk before it has its name.
 *
 * A link, and not a rename: a process that was paused right before this call, and wakes up much later, takes nothing
 * away. Either the name is taken, or the file is an old generation's, which nobody looks at.
 */
export async function createGeneration(
    folder: string,
    generation: number,
    writer: string,
    content: string,
): Promise<void> {
    const draft = join(folder, `${toName(generation)}.${writer}.draft`);
    try {
        const file = await open(draft, 'wx', 0o600);
        try {
            await file.writeFile(content);
            await file.sync();
        } finally {
            await file.close();
        }
        await link(draft, getJournalFile(folder, generation));
    } catch (error) {
        // Somebody else was first, or so much so that the draft was cleared away.
        if (!hasCode(error, 'EEXIST') && !hasCode(error, 'ENOENT')) throw error;
    } finally {
        await rm(draft, { force: true });
    }
    await syncFolder(folder);
}

/**
 * Removes what generations before one have left. The last one before it stays: a folder that is being listed shows what
 * was in it all the time, so that even a listing during which a generation came and one went has one of the latest two.
 */
export async function removeOldGenerations(folder: string, latest: number): Promise<void> {
    for (const name of await readdir(folder)) {
        const generation = Number(FILE.exec(name)?.[1] ?? latest);
        const draftOf = Number(DRAFT.exec(name)?.[1] ?? latest);
        if (generation < latest - 1 || draftOf < latest) await rm(join(folder, name), { force: true });
    }
}

export function encodeHeader(generation: number): string {
    return `${JSON.stringify({ format: FORMAT, generation: `${generation}`, version: VERSION })}\n`;
}

/** The defect of the first line of a generation, if any. */
export function findHeaderFault(line: string, generation: number): string | undefined {
    try {
        const value: unknown = JSON.parse(line);
        // Whatever another version has more, these it has.
        const { format, version } = (value ?? {}) as Record<string, unknown>;
        if (format === FORMAT && typeof version === 'string' && version !== VERSION) {
            return `it is of version ${JSON.stringify(version.slice(0, 20))}, and this package knows version ${VERSION}`;
        }
        const fields = readObject('header', value, { required: ['format', 'generation', 'version'] });
        if (format !== FORMAT || version !== VERSION) return 'it is not a journal';
        const own = readDecimal('header.generation', fields.get('generation'), 1n, MAX_GENERATION);
        return own === toInteger('generation', generation, 1n, MAX_GENERATION) ? undefined : `it is generation ${own}`;
    } catch (error) {
        return `its first line is not a journal's: ${error instanceof Error ? error.message : String(error)}`;
    }
}

/**
 * A user who can write to a journal decides what is sent again and what counts as sent, and one who can replace its
 * folder removes the records.
 */
async function assertIsSafe(folder: string): Promise<void> {
    assertIsOurs(folder, await lstat(folder), 'folder');
    if (process.platform !== 'win32') await assertIsReachedSafely(folder);
}

/** Each name on the way, links followed one at a time: whoever exchanges any of them exchanges the folder. */
async function assertIsReachedSafely(folder: string): Promise<void> {
    const names = folder.split('/').filter(name => name !== '');
    let above = '/';
    let links = 0;
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
        const path = join(above, name);
        const stats = await lstat(path);
        const who = name === '.' || name === '..' ? undefined : findExchanger(await stat(above), stats);
        if (who !== undefined) {
            const remedy = who === 'anybody' ? `chmod o-w ${above}` : 'name a folder that nobody else made';
            refuseUnsafe(folder, `${who} may exchange it, since anybody may write to ${above}`, remedy);
        }
        if (!stats.isSymbolicLink()) {
            above = path;
            continue;
        }
        links += 1;
        if (links > MAX_LINKS) refuseUnsafe(folder, 'more links lead to it than end', 'name the folder itself');
        const target = await readlink(path);
        names.unshift(...target.split('/').filter(part => part !== ''));
        if (target.startsWith('/')) above = '/';
    }
}

/** Other users who may replace an entry of a folder. */
function findExchanger(folder: Stats, { uid }: Stats): string | undefined {
    if ((folder.mode & ANYBODY_WRITES) === 0) return undefined;
    if ((folder.mode & STICKY) === 0) return 'anybody';
    // With the sticky bit, as in /tmp, only the owner of a name removes it.
    return uid === 0 || uid === process.geteuid!() ? undefined : `user ${uid}`;
}

function assertIsOurs(path: string, stats: Stats, kind: 'file' | 'folder'): void {
    const remedy = `chmod go-w ${path}, or name a folder that does not exist yet: it is created for its owner only`;
    if (stats.isSymbolicLink()) {
        refuseUnsafe(path, 'it is a link, which may lead elsewhere tomorrow', 'name the folder that it leads to');
    }
    const isOfKind = kind === 'file' ? stats.isFile() : stats.isDirectory();
    if (!isOfKind) throw new PaymentChannelsError(JOURNAL_UNAVAILABLE, { path, reason: `it is not a ${kind}` });
    if (process.geteuid === undefined) return;
    const user = process.geteuid();
    if (stats.uid !== user) {
        refuseUnsafe(
            path,
            `it belongs to user ${stats.uid}, and this process runs as user ${user}`,
            `chown ${user} ${path}`,
        );
    }
    if ((stats.mode & ANYBODY_WRITES) !== 0) refuseUnsafe(path, 'anybody may write to it', remedy);
    if ((stats.mode & GROUP_WRITES) !== 0) refuseUnsafe(path, `group ${stats.gid} may write to it`, remedy);
}

function refuseUnsafe(path: string, reason: string, remedy: string): never {
    throw new PaymentChannelsError(JOURNAL_UNSAFE, { path, reason, remedy });
}

async function syncFolder(folder: string): Promise<void> {
    // Windows does not open folders; its file systems log what happens to names.
    if (process.platform === 'win32') return;
    const handle = await open(folder, constants.O_RDONLY);
    try {
        await handle.sync();
    } finally {
        await handle.close();
    }
}

export function hasCode(error: unknown, code: string): boolean {
    return error instanceof Error && 'code' in error && error.code === code;
}
