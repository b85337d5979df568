import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, it } from 'vitest';

// The lock file says what is installed to the last byte: each package by the hash of its tarball, from the registry only.

type Entry = { integrity?: string; resolved?: string; version?: string };
type Lock = { packages: Record<string, Entry> };

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const PACKAGE = 'node_modules/@solana/kit';
const ABSENT = 'node_modules/litesvm-darwin-arm64';

let folder: string;
beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function check(edit: (lock: Lock) => void = () => undefined): { status: number | null; text: string } {
    const lock = JSON.parse(readFileSync(path('../../package-lock.json'), 'utf8')) as Lock;
    edit(lock);
    const file = join(folder, 'package-lock.json');
    writeFileSync(file, JSON.stringify(lock));
    const { status, stderr } = spawnSync(process.execPath, [path('../../tools/check-lock.mjs'), file], {
        encoding: 'utf8',
        timeout: 60_000,
    });
    return { status, text: stderr };
}
/** The lock file with other words about one package; what is undefined is left out. */
const withEntry = (at: string, entry: Entry) => check(({ packages }) => Object.assign(packages[at]!, entry));

it('takes the lock file of the project', () => {
    expect(check()).toEqual({ status: 0, text: '' });
    expect(withEntry(PACKAGE, { resolved: 'https://registry.npmjs.org/@solana/kit/-/kit-8.4.0.tgz' }).status).toBe(0);
});

it.each<[string, Entry, string]>([
    ['no integrity', { integrity: undefined }, 'has no integrity'],
    ['a hash that is broken', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'has the integrity "sha1-'],
    ['half a hash', { integrity: 'sha512-AAAA' }, 'has the integrity "sha512-AAAA"'],
    ['another host', { resolved: 'https://registry.npmjs.org.evil.example/kit.tgz' }, 'comes from "https://registry.n'],
    ['an open connection', { resolved: 'http://registry.npmjs.org/kit.tgz' }, 'comes from "http:'],
    ['a repository', { resolved: 'git+ssh://git@github.com/someone/kit.git#0000000' }, 'comes from "git+ssh:'],
    ['another version than the one without a known hash', { integrity: undefined, version: '9.9.9' }, 'no integrity'],
])('refuses a package with %s', (_, entry, message) => {
    const { status, text } = withEntry(PACKAGE, entry);
    expect(status).toBe(1);
    expect(text).toContain(`${PACKAGE} `);
    expect(text).toContain(message);
});

it('lists no package as one without integrity that has one, or that is gone', () => {
    const { integrity } = (JSON.parse(readFileSync(path('../../package-lock.json'), 'utf8')) as Lock).packages[
        PACKAGE
    ]!;
    expect(withEntry(ABSENT, { integrity: integrity! }).text).toContain('litesvm-darwin-arm64@1.5.0 is listed');
    expect(check(({ packages }) => void Reflect.deleteProperty(packages, ABSENT)).status).toBe(1);
});
