import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** The packages of the workspace, by where they are. */
export const PACKAGES = {
    '.': 'solana-payment-channels',
    cli: 'payment-channels',
    codegen: 'solana-payment-channels-codegen',
} as const;
export type PackageFolder = keyof typeof PACKAGES;

/** Nothing that ends takes so long, on any machine and with any registry. */
const TIMEOUT_MS = 900_000;

export type Manifest = Readonly<{
    bin?: Record<string, string>;
    bugs?: string;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
    engines?: Record<string, string>;
    exports: Record<string, unknown>;
    homepage?: string;
    license?: string;
    name: string;
    peerDependencies?: Record<string, string>;
    peerDependenciesMeta?: Record<string, { optional?: boolean }>;
    repository?: { directory?: string; url: string };
    sideEffects?: boolean;
    version: string;
}>;

/** What is installed in a project: bytes of all files, and packages. */
export type Installed = Readonly<{ bytes: number; packages: readonly string[] }>;

/** A project in a folder of its own that has installed packed tarballs, as a user's would. */
export type Consumer = {
    folder: string;
    /** The folder of a package that is installed. */
    pathOf: (name: string) => string;
    measure: () => Installed;
    /** Installs packages of the workspace, each from its tarball. */
    install: (...packages: PackageFolder[]) => void;
    /** Installs packages from the registry, in the versions that the project itself has. */
    installOthers: (...names: string[]) => void;
    /** Runs a program of the project in its folder and returns what it printed. */
    run: (command: string, args: string[]) => string;
    /** Runs a program that is to fail, and returns its exit code and what it printed. */
    fail: (command: string, args: string[]) => { output: string; status: number | null };
    write: (path: string, content: string) => void;
    remove: () => void;
};

export function readManifest(folder: string): Manifest {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** A blank project. */
export function createConsumer(): Consumer {
    const { devDependencies } = readManifest(PROJECT);
    const folder = mkdtempSync(join(tmpdir(), 'payment-channels-consumer-'));
    // The package on its own, whatever ELF the other tests were pointed to.
    const { PAYMENT_CHANNELS_EPOCH_ELF: _, PAYMENT_CHANNELS_TOMBSTONE_ELF: __, ...env } = process.env;
    const execute = (command: string, args: string[], cwd: string) =>
        execFileSync(command, args, { cwd, encoding: 'utf8', env, stdio: 'pipe', timeout: TIMEOUT_MS });
    const run = (command: string, args: string[]) => execute(command, args, folder);
    const write = (path: string, content: string) => {
        mkdirSync(join(folder, path, '..'), { recursive: true });
        writeFileSync(join(folder, path), content);
    };
    const install = (what: string[]) => void run('npm', ['install', '--no-audit', '--no-fund', ...what]);
    write('package.json', JSON.stringify({ name: 'consumer', private: true, version: '0.0.0' }));
    return {
        fail: (command, args) => {
            try {
                run(command, args);
            } catch (error) {
                const { status, stderr, stdout } = error as { status: number; stderr: string; stdout: string };
                return { output: stdout + stderr, status };
            }
            throw new Error(`${[command, ...args].join(' ')} did not fail`);
        },
        folder,
        install: (...packages) => install(packages.map(pack)),
        installOthers: (...names) => install(names.map(name => `${name}@${devDependencies![name]}`)),
        measure: () => ({
            bytes: getSize(join(folder, 'node_modules')),
            packages: run('npm', ['ls', '--all', '--parseable'])
                .split('\n')
                .filter(path => path.includes('node_modules'))
                .map(path => path.slice(path.indexOf('node_modules')))
                .sort(),
        }),
        pathOf: name => join(folder, 'node_modules', name),
        remove: () => rmSync(folder, { force: true, recursive: true }),
        run,
        write,
    };

    function pack(from: PackageFolder): string {
        const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
        const [packed] = JSON.parse(execute('npm', args, join(PROJECT, from))) as [{ filename: string }];
        return `./${packed.filename}`;
    }
}

/** The bytes of all files in a folder. */
function getSize(folder: string): number {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .reduce((sum, { name, parentPath }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** The entry points of an installed package that are modules, as they are imported. */
export function getEntryPoints({ exports, name }: Manifest): string[] {
    return Object.keys(exports)
        .filter(path => !path.endsWith('.json'))
        .map(path => name + path.slice(1));
}

/** The declarations of the entry points, of ES modules and of CommonJS. */
export function getTypes({ exports }: Manifest): string[] {
    const types: string[] = [];
    JSON.stringify(exports, (key, value: unknown) => {
        if (key === 'types') types.push(value as string);
        return value;
    });
    return types;
}
