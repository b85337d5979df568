import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import type { RenderedClient } from './render';

/** How a folder differs from the client that should be in it. */
export type StaleFile = { path: string; reason: 'changed' | 'missing' | 'unexpected' };

/** The file of a client that says that its folder was rendered, and which files are in it. */
export const MARKER_FILE = '.rendered.json';

/** A folder that holds what was not rendered: to write a client there could destroy someone's work. */
export class ForeignFolderError extends Error {}

/** The content of the marker of a client. */
export function getMarker(paths: readonly string[]): string {
    return `${JSON.stringify({ renderedBy: 'payment-channels generate', files: paths }, null, 4)}\n`;
}

/**
 * Makes sure that a client can be written to a folder: that there is none, that it is empty, or that a client was
 * rendered there before.
 *
 * @throws {@link ForeignFolderError} otherwise.
 */
export function assertWasRendered(folder: string): void {
    if (listFiles(folder).length === 0 || readMarker(folder) !== undefined) return;
    throw new ForeignFolderError(
        `${folder} was not rendered by this command (it has no ${MARKER_FILE}), so it is not overwritten: ` +
            'name an empty folder or one that does not exist, or delete this one yourself.',
    );
}

/**
 * Makes sure that {@link writeClient} neither overwrites nor removes anything in a folder but what was rendered there
 * before.
 *
 * @throws {@link ForeignFolderError} otherwise.
 */
export function assertHasOnlyRendered(folder: string): void {
    assertWasRendered(folder);
    const rendered = readMarker(folder) ?? new Set();
    const foreign = listFiles(folder).filter(path => !rendered.has(path));
    if (foreign.length === 0) return;
    const some = foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? ` and ${foreign.length - 3} more` : '');
    throw new ForeignFolderError(
        `${folder} holds files that were not rendered (${some}), which would be lost: move them out of it.`,
    );
}

/** Lists what in a folder is not as rendered, sorted by path; empty when the folder is up to date. */
export function findStaleFiles(folder: string, client: RenderedClient): StaleFile[] {
    const stale: StaleFile[] = [];
    for (const [path, content] of client) {
        const file = join(folder, path);
        if (!existsSync(file)) stale.push({ path, reason: 'missing' });
        else if (readFileSync(file, 'utf8') !== content) stale.push({ path, reason: 'changed' });
    }
    for (const path of listFiles(folder)) {
        if (!client.has(path)) stale.push({ path, reason: 'unexpected' });
    }
    return stale.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Makes a folder hold exactly a client, and returns what had to change for that. */
export function writeClient(folder: string, client: RenderedClient): StaleFile[] {
    const stale = findStaleFiles(folder, client);
    for (const { path, reason } of stale) {
        const file = join(folder, path);
        if (reason === 'unexpected') {
            rmSync(file);
            removeEmptyFolders(folder, dirname(path));
        } else {
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, client.get(path)!);
        }
    }
    return stale;
}

function removeEmptyFolders(folder: string, path: string): void {
    if (path === '.' || readdirSync(join(folder, path)).length > 0) return;
    rmdirSync(join(folder, path));
    removeEmptyFolders(folder, dirname(path));
}

function readMarker(folder: string): ReadonlySet<string> | undefined {
    try {
        const { files } = JSON.parse(readFileSync(join(folder, MARKER_FILE), 'utf8')) as { files?: unknown };
        return Array.isArray(files) ? new Set([MARKER_FILE, ...files.map(String)]) : undefined;
    } catch {
        return undefined;
    }
}

function listFiles(folder: string): string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(entry => !entry.isDirectory())
        .map(entry => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}
