import { lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';

// The folder that a client is written to. It may come from anyone, as a repository does that was just checked out: links in
// it and what its marker says are taken for an attack on the files outside of it.

/** The file of a client that says that its folder was rendered, and which files are in it. */
export const MARKER_FILE = '.rendered.json';

/** Where the files of a client are written before they are moved to their places. */
export const STAGE_FOLDER = '.rendering';

/** A folder that a client cannot be written to without a risk to what is someone else's; says why, and what to do. */
export class ForeignFolderError extends Error {
    override name = 'ForeignFolderError';
}

const MAX_MARKER_BYTES = 4 * 1024 * 1024;
/** What a client consists of: TypeScript files, named by what they declare, in folders at most two deep. */
const CLIENT_PATH = /^(?:[A-Za-z][A-Za-z0-9_]*\/){0,2}[A-Za-z][A-Za-z0-9_]*\.ts$/;

/** Whether a client can have a file of that path; its marker is one. */
export function isClientPath(path: unknown): path is string {
    return path === MARKER_FILE || (typeof path === 'string' && path.length < 300 && CLIENT_PATH.test(path));
}

/** The content of the marker of a client. */
export function getMarker(paths: readonly string[]): string {
    return `${JSON.stringify({ renderedBy: 'payment-channels generate', files: paths }, null, 4)}\n`;
}

/** What lies in a folder, by its path in there, sorted. */
export type Listing = Readonly<{
    /** Plain files; the marker is one. */
    files: readonly string[];
    /** Folders, empty ones too. */
    folders: readonly string[];
    /** What is neither: links, above all. */
    others: readonly string[];
}>;

/** What is in a folder, each folder before what is in it, without following any link; nothing when there is none. */
function* walkFolder(folder: string): Generator<{ path: string; kind: keyof Listing }> {
    // As `join` reads it everywhere else: `link/..` is where the link is, not where it leads to.
    const open = statOf(join(folder)) === undefined ? [] : [''];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
        for (const entry of readdirSync(join(folder, at), { withFileTypes: true })) {
            const path = at === '' ? entry.name : `${at}/${entry.name}`;
            if (path === STAGE_FOLDER) continue;
            if (entry.isDirectory()) open.push(path);
            yield { kind: entry.isFile() ? 'files' : entry.isDirectory() ? 'folders' : 'others', path };
        }
    }
}

/** Lists a folder without following any link; empty when there is none. */
export function listFolder(folder: string): Listing {
    const lists = { files: [] as string[], folders: [] as string[], others: [] as string[] };
    for (const { kind, path } of walkFolder(folder)) lists[kind].push(path);
    for (const list of Object.values(lists)) list.sort();
    return lists;
}

/**
 * Makes sure that a path is one of a folder for a client, whatever is in it: that it is named at all, is not the root of
 * the file system nor the home of the user, is a folder if it exists, and is reached through no link.
 *
 * @throws {@link ForeignFolderError} otherwise.
 */
export function assertIsFolder(folder: string): void {
    if (folder.trim() === '')
        throw new ForeignFolderError('the folder of the client has no name: name an empty folder or a new one.');
    if (folder.includes('\0'))
        throw new ForeignFolderError('the folder of the client has a NUL in its name, which no folder has.');
    const path = resolve(folder);
    const { root } = parse(path);
    if (path === root || path === resolve(homedir())) {
        const what = path === root ? 'the root of the file system' : 'the home of a user';
        throw new ForeignFolderError(`${folder} is ${what}, to which no client is written: name a folder below it.`);
    }
    // Links right below the root are the system's own (on macOS /tmp and /var).
    for (let at = path; dirname(dirname(at)) !== dirname(at); at = dirname(at)) {
        const stats = statOf(at);
        if (stats?.isSymbolicLink()) {
            throw new ForeignFolderError(
                `${at === path ? folder : at} is a link, through which no client is written: name the folder that it leads to.`,
            );
        }
        if (stats !== undefined && !stats.isDirectory()) {
            throw new ForeignFolderError(
                `${at === path ? folder : at} is no folder, so no client can be in it: name an empty folder or a new one.`,
            );
        }
    }
}

/**
 * Makes sure that a client can be written to a folder, without that anything is overwritten or removed but what was
 * rendered there before: that there is none, that it is empty, or that its marker lists whatever is in it.
 *
 * @throws {@link ForeignFolderError} otherwise.
 */
export function assertHasOnlyRendered(folder: string): void {
    assertIsFolder(folder);
    assertIsStage(folder);
    if (!hasFiles(folder)) return;
    const rendered = readMarker(folder);
    const { files, others } = listFolder(folder);
    if (others.length > 0) {
        throw new ForeignFolderError(
            `${folder} holds links or other things that are neither files nor folders (${some(others)}), which this command ` +
                'does not make: remove them.',
        );
    }
    const foreign = files.filter(path => !rendered.has(path));
    if (foreign.length === 0) return;
    throw new ForeignFolderError(
        `${folder} holds files that were not rendered (${some(foreign)}), which would be lost: move them out of it.`,
    );
}

/** Whether there is anything in a folder but folders. Told by the first file, for a folder may be a whole disk. */
function hasFiles(folder: string): boolean {
    for (const { kind } of walkFolder(folder)) if (kind !== 'folders') return true;
    return false;
}

/** What a killed run may have left. */
function assertIsStage(folder: string): void {
    const stage = join(folder, STAGE_FOLDER);
    const stats = statOf(stage);
    if (stats === undefined) return;
    const { files, others } = stats.isDirectory() ? listFolder(stage) : { files: [], others: [STAGE_FOLDER] };
    if (others.length === 0 && files.every(isClientPath)) return;
    throw new ForeignFolderError(
        `${stage} was not made by this command, which needs a folder of that name: move it away.`,
    );
}

/** The files that a folder says were rendered there. */
function readMarker(folder: string): ReadonlySet<string> {
    const file = join(folder, MARKER_FILE);
    const refuse = (why: string): never => {
        throw new ForeignFolderError(
            `${folder} was not rendered by this command (${why}), so it is not overwritten: ` +
                'name an empty folder or one that does not exist, or delete this one yourself.',
        );
    };
    const stats = statOf(file);
    if (stats === undefined) return refuse(`it has no ${MARKER_FILE}`);
    if (!stats.isFile()) return refuse(`its ${MARKER_FILE} is no file`);
    if (stats.size > MAX_MARKER_BYTES) return refuse(`its ${MARKER_FILE} has ${stats.size} bytes`);
    const paths = parseMarker(readFileSync(file, 'utf8'));
    if (paths === undefined) return refuse(`its ${MARKER_FILE} lists no files`);
    const bad = paths.find(path => !isClientPath(path));
    if (bad !== undefined) return refuse(`its ${MARKER_FILE} lists ${describe(bad)}, which no client has`);
    return new Set([MARKER_FILE, ...(paths as string[])]);
}

function parseMarker(text: string): unknown[] | undefined {
    try {
        const marker = JSON.parse(text) as { files?: unknown } | null;
        return Array.isArray(marker?.files) ? (marker.files as unknown[]) : undefined;
    } catch {
        return undefined;
    }
}

/** What is at a path itself, no link followed. */
export function statOf(path: string): Stats | undefined {
    try {
        return lstatSync(path, { throwIfNoEntry: false });
    } catch (error) {
        // Something above it is a file.
        if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
        throw error;
    }
}

const describe = (value: unknown) =>
    typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : `a ${typeof value}`;
const some = (paths: readonly string[]) =>
    paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
