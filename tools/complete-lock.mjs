// Completes package-lock.json after an `npm install` against a registry that lacks the native packages of other
// platforms: npm leaves those out of the lock file, and `npm ci` then refuses it everywhere. `npx just lock` runs this.
//
// npm knows the hash of what it downloaded only, so the integrity of what this machine does not install is asked for from
// the registry that npm is configured with. Nothing is written when that does not answer, and what it does not carry is an
// error, unless tools/lock.mjs lists it.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { findLockFaults, getDownloads, getSpec, LOCK_FILE, readLock } from './lock.mjs';

/** How many questions to the registry are open at a time, and how long each may take. */
const [PARALLEL, TIMEOUT_MS] = [4, 60_000];
const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
// How the packages spell it, where that differs from what Node calls it.
const SPELLINGS = { armv7: 'arm', arm: 'arm', gnueabihf: undefined, windows: 'win32' };

const [, , file] = process.argv;
const lock = readLock(file);
const added = [];
for (const [path, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
    if (path === '') continue;
    for (const [name, version] of Object.entries(optionalDependencies)) {
        const nested = `${path}/node_modules/${name}`;
        const hoisted = `node_modules/${name}`;
        if (nested in lock.packages || lock.packages[hoisted]?.version === version) continue;
        const place = hoisted in lock.packages ? nested : hoisted;
        const words = name.split(/[-/@]/).map(word => SPELLINGS[word] ?? word);
        const os = OS.filter(value => words.includes(value));
        const cpu = CPU.filter(value => words.includes(value));
        // Without a platform in its name it is no native package: npm's own decision stands.
        if (os.length === 0 || !/^\d/.test(version)) continue;
        const libc = words.some(word => word.startsWith('musl'))
            ? ['musl']
            : words.some(word => word.startsWith('gnu'))
              ? ['glibc']
              : undefined;
        lock.packages[place] = {
            version,
            ...(cpu.length > 0 ? { cpu } : {}),
            ...(dev ? { dev } : {}),
            ...(libc && os.includes('linux') ? { libc } : {}),
            optional: true,
            os,
        };
        added.push(`${name}@${version}`);
    }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));

const unknown = getDownloads(lock).filter(([, { integrity }]) => integrity === undefined);
const queue = [...unknown];
const absent = [];
await Promise.all(Array.from({ length: PARALLEL }, askForIntegrity));
writeFileSync(file ?? LOCK_FILE, `${JSON.stringify(lock, null, 4)}\n`);
process.stdout.write(
    `${added.length} packages of other platforms added to ${file ?? 'package-lock.json'}; ` +
        `integrity of ${unknown.length - absent.length} looked up\n`,
);
for (const spec of absent.sort())
    process.stderr.write(`The registry does not carry ${spec}: locked without integrity\n`);
const faults = findLockFaults(lock);
for (const fault of faults) process.stderr.write(`${file ?? 'package-lock.json'}: ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;

async function askForIntegrity() {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const [path, { resolved, version, ...rest }] = next;
        const integrity = await viewIntegrity(getSpec(next));
        if (integrity === undefined) absent.push(getSpec(next));
        // Where npm puts it itself, right after the version.
        else lock.packages[path] = { version, ...(resolved === undefined ? {} : { resolved }), integrity, ...rest };
    }
}

/** The integrity that the registry has for a package; `undefined` when it does not carry it. */
async function viewIntegrity(spec) {
    const answer = await promisify(execFile)('npm', ['view', spec, 'dist.integrity', '--json'], {
        shell: process.platform === 'win32',
        timeout: TIMEOUT_MS,
    }).catch(cause => {
        if (/"code":\s*"E404"/.test(cause.stdout)) return undefined;
        throw new Error(`The registry does not tell the integrity of ${spec}: ${cause.message}`, { cause });
    });
    return answer?.stdout.trim() ? JSON.parse(answer.stdout) : undefined;
}
