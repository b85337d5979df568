import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findStaleFiles, writeClient } from './files';
import { assertHasOnlyRendered, ForeignFolderError } from './folder';
import { BadIdlError, readIdls, type Idl } from './idl';
import { toLine, toPrintable } from './printable';
import { renderClient } from './render';

// `just generate` and `just check-generated`: idl/*.json -> generated/<revision>/.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GENERATED = join(ROOT, 'generated');

// The one way out: what is printed may hold whatever the files and their names hold.
const print = (text: string) => console.log(toPrintable(text));
const printError = (text: string) => console.error(toPrintable(text));

const args = process.argv.slice(2);
const unknown = args.find(arg => arg !== '--check');
if (unknown !== undefined) {
    printError(`generate: unknown argument ${toLine(unknown)}; it takes --check or nothing`);
    process.exit(2);
}
const isCheck = args.includes('--check');

// Everything is checked and rendered before anything is written: a bad IDL leaves generated/ as it was.
const idls: Idl[] = orExit(() => readIdls(join(ROOT, 'idl'), { isHouse: true }));
const clients = await Promise.all(
    idls.map(async ({ revision, root }) => ({ revision, client: await renderClient(root) })),
).catch(exit);
if (!isCheck) orExit(() => clients.forEach(({ revision }) => assertHasOnlyRendered(join(GENERATED, revision))));

const stale = clients.flatMap(({ revision, client }) => {
    const folder = join(GENERATED, revision);
    const files = orExit(() => (isCheck ? findStaleFiles : writeClient)(folder, client));
    return files.map(({ path, reason }) => `${reason.padEnd(10)} ${toLine(`generated/${revision}/${path}`)}`);
});
const revisions = new Set(idls.map(({ revision }) => revision));
const orphans = existsSync(GENERATED) ? readdirSync(GENERATED).filter(name => !revisions.has(name)) : [];
const orphanLines = orphans.map(name => `no IDL     ${toLine(`generated/${name}`)}`);

if (isCheck) {
    const lines = [...stale, ...orphanLines];
    for (const line of lines) printError(line);
    if (lines.length > 0) {
        printError('generated/ is not what idl/ renders to: run `npx just generate` and commit the result');
        process.exit(1);
    }
    print(`generated/ is what idl/ renders to (${toLine([...revisions].join(', '))})`);
} else {
    for (const line of stale) print(line);
    for (const line of orphanLines) printError(`${line}: delete it if its revision is gone`);
    print(stale.length === 0 ? 'generated/ was up to date' : `${stale.length} files of generated/ changed`);
}

function orExit<T>(act: () => T): T {
    try {
        return act();
    } catch (error) {
        return exit(error);
    }
}

/** That a file or a folder is not what it should be is a message; whatever else happens is a fault, and shows where. */
function exit(error: unknown): never {
    if (error instanceof BadIdlError) printError(error.message);
    else if (error instanceof ForeignFolderError) printError(toLine(error.message));
    else printError(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
}
