import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { RootNode } from '@codama/nodes';

import { parseIdl, type CheckOptions } from './check/check';
import { error, type Finding } from './check/finding';
import { showSome, toLine } from './printable';

/** One IDL of the `idl/` folder: a revision of the program. */
export type Idl = { revision: string; root: RootNode };

/** So many errors are named in a message; the rest are counted. */
const SHOWN_ERRORS = 20;

/** An IDL that cannot be rendered; says what the check found. */
export class BadIdlError extends Error {
    constructor(
        readonly file: string,
        readonly findings: readonly Finding[],
    ) {
        const errors = findings.filter(({ severity }) => severity === 'error');
        const { more, shown } = showSome(errors, SHOWN_ERRORS, 'errors', 'payment-channels idl check shows them');
        const lines = shown.map(({ fix, message, path }) =>
            [path === '' ? 'the file' : toLine(path), ': ', toLine(message), ' ', toLine(fix)].join(''),
        );
        super([`${toLine(file)} cannot be rendered:`, ...[...lines, ...more].map(line => `  ${line}`)].join('\n'));
    }
}

/**
 * Reads the Codama root node in a file.
 *
 * @throws {@link BadIdlError} when the check finds an error in it.
 */
export function readIdl(path: string, options?: CheckOptions): RootNode {
    const { findings, root } = parseIdl(readFileSync(path, 'utf8'), options);
    if (!root) throw new BadIdlError(path, findings);
    return root;
}

/**
 * Reads every IDL of a folder; the name of the file is the name of the revision.
 *
 * @throws {@link BadIdlError} when the check finds an error in one of them.
 */
export function readIdls(folder: string, options?: CheckOptions): Idl[] {
    return readdirSync(folder)
        .filter(name => name.endsWith('.json'))
        .sort()
        .map(name => ({ revision: toRevision(folder, name), root: readIdl(join(folder, name), options) }));
}

/** The revision that a file is named after, which names a folder and nothing above it. */
function toRevision(folder: string, name: string): string {
    const revision = basename(name, '.json');
    if (/^[a-z][a-z0-9-]*$/i.test(revision)) return revision;
    const finding = error({
        rule: 'unsupported',
        path: '',
        message: `The name of the file, ${JSON.stringify(revision)}, is no name of a revision.`,
        fix: 'Name it with letters, digits and hyphens: its client goes to the folder of that name.',
    });
    throw new BadIdlError(join(folder, name), [finding]);
}
