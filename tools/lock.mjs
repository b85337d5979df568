// What package-lock.json has to say of each package: `complete-lock.mjs` completes it by that, `check-lock.mjs` checks it.

import { readFileSync } from 'node:fs';

export const LOCK_FILE = new URL('../package-lock.json', import.meta.url);

/** The only lock file that may have packages without integrity; the one of test/interop/ has none. */
const PROJECT = 'solana-payment-channels';
/** The only host that a package may come from; a lock file without "resolved" leaves it to the user's own registry. */
const HOST = 'https://registry.npmjs.org/';
/** What npm writes for a registry package: the SHA-512 of the tarball, 64 bytes in base64. */
const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/;

/**
 * What the registry that this project is built with does not carry, so that nobody here can tell its hash. Such a package
 * is only ever installed on the platform it is named after. `complete-lock.mjs` asks for each again, and a package that has
 * an integrity may not stay in this list.
 */
export const WITHOUT_INTEGRITY = new Set(
    [
        ['litesvm', '1.5.0', 'darwin-arm64 darwin-x64 linux-arm64-gnu linux-arm64-musl linux-x64-musl'],
        [
            'rust-just',
            '1.57.0',
            'darwin-arm64 darwin-x64 linux-arm linux-arm64 linux-armv7 linux-loong64 linux-riscv64 windows-arm64 windows-x64',
        ],
    ].flatMap(([name, version, platforms]) => platforms.split(' ').map(platform => `${name}-${platform}@${version}`)),
);

/** The packages of a lock file that npm downloads: neither the project itself nor what is linked or in another's tarball. */
export function getDownloads(lock) {
    return Object.entries(lock.packages).filter(
        ([path, { inBundle, link }]) => path.includes('node_modules/') && !link && !inBundle,
    );
}

/** The name under which a registry has what lies at a path of a lock file. */
function getName(path, { name }) {
    return name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** A package as a registry is asked for it, `name@version`. */
export function getSpec([path, entry]) {
    return `${getName(path, entry)}@${entry.version}`;
}

/** What is wrong with a lock file, a sentence for each; empty when every package is the one that was locked. */
export function findLockFaults(lock) {
    const downloads = getDownloads(lock);
    const specs = new Set(downloads.filter(([, { integrity }]) => integrity === undefined).map(getSpec));
    const withoutIntegrity = lock.name === PROJECT ? WITHOUT_INTEGRITY : new Set();
    const known = [...withoutIntegrity].filter(spec => !specs.has(spec));
    return [
        ...downloads.flatMap(([path, entry]) => [
            ...findIntegrityFaults(path, entry, withoutIntegrity),
            ...findHostFaults(path, entry.resolved),
        ]),
        ...known.map(
            spec => `${spec} is listed as a package without integrity, and is none: take it out of tools/lock.mjs`,
        ),
    ];
}

function findIntegrityFaults(path, entry, withoutIntegrity) {
    const { integrity } = entry;
    if (integrity === undefined) {
        return withoutIntegrity.has(getSpec([path, entry])) ? [] : [`${path} has no integrity: expected a sha512`];
    }
    return typeof integrity === 'string' && INTEGRITY.test(integrity)
        ? []
        : [`${path} has the integrity ${JSON.stringify(integrity)}: expected a sha512`];
}

function findHostFaults(path, resolved) {
    const isExpected = resolved === undefined || (typeof resolved === 'string' && resolved.startsWith(HOST));
    return isExpected ? [] : [`${path} comes from ${JSON.stringify(resolved)}: expected ${HOST}`];
}

/** The lock file of the project, or another one. */
export function readLock(file = LOCK_FILE) {
    return JSON.parse(readFileSync(file, 'utf8'));
}
