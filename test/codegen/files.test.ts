import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findStaleFiles, writeClient } from '../../codegen/files';
import { makeFolder, removeFolders } from './project-copy';

const CLIENT = new Map([
    ['index.ts', "export * from './types';\n"],
    ['types/index.ts', "export * from './voucher';\n"],
    ['types/voucher.ts', 'export type Voucher = never;\n'],
]);
const LONG_AGO = new Date('2020-01-01T00:00:00Z');

let folder: string;
const at = (path: string) => join(folder, path);

beforeEach(() => {
    folder = makeFolder();
    writeClient(folder, CLIENT);
});
afterEach(removeFolders);

/** Makes the folder differ in every way there is. */
function makeStale(): void {
    writeFileSync(at('index.ts'), '');
    rmSync(at('types/voucher.ts'));
    mkdirSync(at('old/deep'), { recursive: true });
    writeFileSync(at('old/deep/file.ts'), '');
    writeFileSync(at('.hidden'), '');
}
const STALE = [
    { path: '.hidden', reason: 'unexpected' },
    { path: 'index.ts', reason: 'changed' },
    { path: 'old/deep/file.ts', reason: 'unexpected' },
    { path: 'types/voucher.ts', reason: 'missing' },
];

describe('findStaleFiles', () => {
    it('finds none where the client was written', () => {
        expect(findStaleFiles(folder, CLIENT)).toEqual([]);
    });

    it('finds what is changed, missing and unexpected, in the order of the paths, and changes nothing', () => {
        makeStale();
        expect(findStaleFiles(folder, CLIENT)).toEqual(STALE);
        expect(findStaleFiles(folder, CLIENT)).toEqual(STALE);
    });

    it.each([
        { content: "export * from './types';", title: 'a missing line break at the end' },
        { content: "export * from './types';\r\n", title: 'another line break' },
        { content: "\uFEFFexport * from './types';\n", title: 'a byte order mark' },
    ])('finds $title', ({ content }) => {
        writeFileSync(at('index.ts'), content);
        expect(findStaleFiles(folder, CLIENT)).toEqual([{ path: 'index.ts', reason: 'changed' }]);
    });

    it('finds every file missing in a folder that is not there', () => {
        const stale = findStaleFiles(at('not/there'), CLIENT);
        expect(stale).toEqual([...CLIENT.keys()].map(path => ({ path, reason: 'missing' })));
        expect(existsSync(at('not'))).toBe(false);
    });
});

describe('writeClient', () => {
    it('makes the folder hold exactly the client, and says what it had to change', () => {
        makeStale();
        expect(writeClient(folder, CLIENT)).toEqual(STALE);
        expect(findStaleFiles(folder, CLIENT)).toEqual([]);
        expect(existsSync(at('old/deep/file.ts'))).toBe(false);
        for (const [path, content] of CLIENT) expect(readFileSync(at(path), 'utf8')).toBe(content);
    });

    it('does not touch the files that are right', () => {
        for (const path of CLIENT.keys()) utimesSync(at(path), LONG_AGO, LONG_AGO);
        writeFileSync(at('index.ts'), '');
        expect(writeClient(folder, CLIENT)).toEqual([{ path: 'index.ts', reason: 'changed' }]);
        expect(statSync(at('types/voucher.ts')).mtime).toEqual(LONG_AGO);
        expect(statSync(at('index.ts')).mtime).not.toEqual(LONG_AGO);
    });

    it('makes the folder where there is none', () => {
        expect(writeClient(at('not/there'), CLIENT)).toHaveLength(CLIENT.size);
        expect(findStaleFiles(at('not/there'), CLIENT)).toEqual([]);
    });

    // In a process of its own: what waits for ever here could not be stopped.
    it.runIf(existsSync('/proc/self'))('says so where the system has no such folder', () => {
        const code = `import('./codegen/files').then(({ writeClient }) => writeClient('/proc/nothing/client', new Map([['a.ts', '']])))`;
        const root = join(import.meta.dirname, '../..');
        const child = spawnSync(process.execPath, ['--import', 'tsx', '--eval', code], { cwd: root, timeout: 50_000 });
        expect(child.signal).toBeNull();
        expect(child.status).toBe(1);
        expect(String(child.stderr)).toContain('ENOENT');
    });
});
