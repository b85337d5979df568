// Fails when package-lock.json leaves open what is installed: a package without the hash of its tarball, or from another
// host than the registry. Part of `npx just lint`; takes another file as its argument.

import { findLockFaults, readLock } from './lock.mjs';

const [, , file] = process.argv;
const faults = findLockFaults(readLock(file));
for (const fault of faults.slice(0, 10)) process.stderr.write(`${file ?? 'package-lock.json'}: ${fault}\n`);
if (faults.length > 0) {
    process.stderr.write(`${faults.length} faults in all: run \`npx just lock\`, and look at what it changes\n`);
    process.exitCode = 1;
}
