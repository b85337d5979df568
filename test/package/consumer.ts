import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Nothing that ends takes so long, on any machine and with any registry. */
const TIMEOUT_MS = 900_000;

type Manifest = { devDependencies: Record<string, string>; name: string };

/** A project in a folder of its own that has installed the packed tarball, as a user's would. */
export type Consumer = {
    folder: string;
    /** Runs a program of the project in its folder and returns what it printed. */
    run: (command: string, args: string[]) => string;
    write: (path: string, content: string) => void;
    remove: () => void;
};

/** Packs the package and installs the tarball with npm into a blank project. */
export function createConsumer(): Consumer {
    const manifest = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Manifest;
    const folder = mkdtempSync(join(tmpdir(), 'payment-channels-consumer-'));
    // The package on its own, whatever ELF the other tests were pointed to.
    const { PAYMENT_CHANNELS_TOMBSTONE_ELF: _, ...env } = process.env;
    const run = (command: string, args: string[]) =>
        execFileSync(command, args, {
            cwd: folder,
            encoding: 'utf8',
            env,
            stdio: ['ignore', 'pipe', 'pipe'],
            timeout: TIMEOUT_MS,
        });
    const write = (path: string, content: string) => {
        mkdirSync(join(folder, path, '..'), { recursive: true });
        writeFileSync(join(folder, path), content);
    };
    const [packed] = JSON.parse(
        execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
            cwd: PROJECT,
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
            timeout: TIMEOUT_MS,
        }),
    ) as [{ filename: string }];
    write('package.json', JSON.stringify({ name: 'consumer', private: true, version: '0.0.0' }));
    const versionOf = (name: string) => `${name}@${manifest.devDependencies[name]}`;
    run('npm', [
        'install',
        '--no-audit',
        '--no-fund',
        `./${packed.filename}`,
        // What the README tells a user to install beside it, and what these tests build and check with.
        ...['@solana/kit', 'litesvm', 'typescript', 'esbuild', '@types/node'].map(versionOf),
    ]);
    return { folder, remove: () => rmSync(folder, { force: true, recursive: true }), run, write };
}
