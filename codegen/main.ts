import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findStaleFiles, writeClient } from './files';
import { assertHasOnlyRendered, ForeignFolderError } from './folder';
import { BadIdlError, readIdls, type Idl } from './idl';
import { renderClient } from './render';

// `just generate` and `just check-generated`: idl/*.json -> generated/<revision>/.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GENERATED = join(ROOT, 'generated');

const args = process.argv.slice(2);
if (args.some(arg => arg !== '--check')) {
    console.error(`generate: unknown argument ${args.find(arg => arg !== '--check')}; it takes --check or nothing`);
    process.exit(2);
}
const isCheck = args.includes('--check');

// Everything is checked and rendered before anything is written: a bad IDL leaves generated/ as it was.
const idls: Idl[] = orExit(() => readIdls(join(ROOT, 'idl'), { isHouse: true }));
const clients = await Promise.all(
    idls.map(async ({ revision, root }) => ({ revision, client: await renderClient(root) })),
);
if (!isCheck) orExit(() => clients.forEach(({ revision }) => assertHasOnlyRendered(join(GENERATED, revision))));

const stale = clients.flatMap(({ revision, client }) => {
    const folder = join(GENERATED, revision);
    const files = orExit(() => (isCheck ? findStaleFiles : writeClient)(folder, client));
    return files.map(({ path, reason }) => `${reason.padEnd(10)} generated/${revision}/${path}`);
});
const revisions = new Set(idls.map(({ revision }) => revision));
const orphans = existsSync(GENERATED) ? readdirSync(GENERATED).filter(name => !revisions.has(name)) : [];
const orphanLines = orphans.map(name => `no IDL     generated/${name}`);

if (isCheck) {
    const lines = [...stale, ...orphanLines];
    for (const line of lines) console.error(line);
    if (lines.length > 0) {
        console.error('generated/ is not what idl/ renders to: run `npx just generate` and commit the result');
        process.exit(1);
    }
    console.log(`generated/ is what idl/ renders to (${[...revisions].join(', ')})`);
} else {
    for (const line of stale) console.log(line);
    for (const line of orphanLines) console.error(`${line}: delete it if its revision is gone`);
    console.log(stale.length === 0 ? 'generated/ was up to date' : `${stale.length} files of generated/ changed`);
}

/** Does what may find that a file or a folder is not what it should be, which is one message and no stack. */
function orExit<T>(act: () => T): T {
    try {
        return act();
    } catch (error) {
        if (!(error instanceof BadIdlError || error instanceof ForeignFolderError)) throw error;
        console.error(error.message);
        process.exit(1);
    }
}
