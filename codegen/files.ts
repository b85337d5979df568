import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { RenderedClient } from './render';

/** How a folder differs from the client that should be in it. */
export type StaleFile = { path: string; reason: 'changed' | 'missing' | 'unexpected' };

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
        } else {
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, client.get(path)!);
        }
    }
    return stale;
}

function listFiles(folder: string): string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(entry => !entry.isDirectory())
        .map(entry =>
            join(entry.parentPath, entry.name)
                .slice(folder.length + 1)
                .replaceAll('\\', '/'),
        );
}
