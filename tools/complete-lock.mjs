// Completes package-lock.json after an `npm install` against a registry that lacks the native packages of other
// platforms: npm leaves those out of the lock file, and `npm ci` then refuses it everywhere. `npx just lock` runs this.
//
// What is added is what npm writes itself, but for the integrity of files that this machine never saw.

import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);
const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
// How the packages spell it, where that differs from what Node calls it.
const SPELLINGS = { armv7: 'arm', arm: 'arm', gnueabihf: undefined, windows: 'win32' };

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
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
writeFileSync(FILE, `${JSON.stringify(lock, null, 4)}\n`);
process.stdout.write(`${added.length} packages of other platforms added to package-lock.json\n`);
