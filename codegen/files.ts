import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import {
    assertIsFolder,
    ForeignFolderError,
    getMarker,
    isClientPath,
    listFolder,
    MARKER_FILE,
    STAGE_FOLDER,
    statOf,
} from './folder';
import type { RenderedClient } from './render';

/** How a folder differs from the client that should be in it. */
export type StaleFile = { path: string; reason: 'changed' | 'missing' | 'unexpected' };

/**
 * Lists what in a folder is not as rendered, sorted by path; empty when the folder is up to date.
 *
 * @throws {@link ForeignFolderError} for what cannot be the folder of a client.
 */
export function findStaleFiles(folder: string, client: RenderedClient): StaleFile[] {
    assertIsFolder(folder);
    // By the names as they are listed: on macOS and Windows `cashbox.ts` would be found under the name `cashBox.ts` too.
    const { files, others } = listFolder(folder);
    const found = new Set(files);
    const stale: StaleFile[] = [];
    for (const [path, content] of client) {
        if (!found.has(path)) stale.push({ path, reason: 'missing' });
        else if (!hasContent(join(folder, path), content)) stale.push({ path, reason: 'changed' });
    }
    for (const path of [...files, ...others]) {
        if (!client.has(path)) stale.push({ path, reason: 'unexpected' });
    }
    return stale.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Makes a folder hold exactly a client, and returns what had to change for that.
 *
 * Everything is written beside its place first and then moved there, so that a disk that is full or a process that is
 * killed leaves no half of a file, and what is in the place of a file is replaced, never written through. Whoever does not
 * know what is in the folder calls {@link assertHasOnlyRendered} before.
 *
 * @throws {@link ForeignFolderError} for what cannot be the folder of a client.
 */
export function writeClient(folder: string, client: RenderedClient): StaleFile[] {
    const stale = findStaleFiles(folder, client);
    const stage = join(folder, STAGE_FOLDER);
    // Of a run that was killed, be there something to write now or not.
    rmSync(stage, { force: true, recursive: true });
    if (stale.length === 0) return stale;
    const bad = [...client.keys()].find(path => !isClientPath(path));
    if (bad !== undefined) throw new Error(`A client cannot have a file ${JSON.stringify(bad)}.`);

    const inTheWay = listFolder(folder).folders.find(path => client.has(path));
    if (inTheWay !== undefined) {
        throw new ForeignFolderError(`${join(folder, inTheWay)} is a folder, where the client has a file: remove it.`);
    }

    const written = stale.filter(({ reason }) => reason !== 'unexpected').map(({ path }) => path);
    const removed = stale.filter(({ reason }) => reason === 'unexpected').map(({ path }) => path);
    try {
        for (const path of written) {
            makeFolder(join(stage, dirname(path)));
            writeFileSync(join(stage, path), client.get(path)!, { flag: 'wx' });
        }
        // Until everything is in its place, the marker lists what was there and what will be: a killed run can be repeated.
        if (client.has(MARKER_FILE))
            move(`${MARKER_FILE}.all`, MARKER_FILE, getMarker([...client.keys(), ...removed].filter(isClientPath)));
        for (const path of removed) {
            rmSync(join(folder, path));
            removeEmptyFolders(folder, dirname(path));
        }
        for (const path of written.filter(path => path !== MARKER_FILE)) move(path, path);
        if (client.has(MARKER_FILE)) move(MARKER_FILE, MARKER_FILE, client.get(MARKER_FILE)!);
    } finally {
        rmSync(stage, { force: true, recursive: true });
    }
    return stale;

    function move(from: string, to: string, content?: string): void {
        if (content !== undefined) {
            makeFolder(stage);
            writeFileSync(join(stage, from), content);
        }
        makeFolder(join(folder, dirname(to)));
        // A folder that became a link since it was listed.
        assertIsFolder(join(folder, dirname(to)));
        renameSync(join(stage, from), join(folder, to));
    }
}

/**
 * Makes a folder and those that it is in, one by one: where the system has no such folder though its parent is there, as
 * below /proc, Node's own `recursive` tries for ever.
 */
function makeFolder(folder: string): void {
    const missing: string[] = [];
    for (let path = resolve(folder); !existsSync(path) && dirname(path) !== path; path = dirname(path))
        missing.unshift(path);
    for (const path of missing) mkdirSync(path);
}

function hasContent(file: string, content: string): boolean {
    const bytes = Buffer.from(content);
    return statOf(file)?.size === bytes.length && readFileSync(file).equals(bytes);
}

function removeEmptyFolders(folder: string, path: string): void {
    if (path === '.') return;
    const { files, folders, others } = listFolder(join(folder, path));
    if (files.length + folders.length + others.length > 0) return;
    rmdirSync(join(folder, path));
    removeEmptyFolders(folder, dirname(path));
}
