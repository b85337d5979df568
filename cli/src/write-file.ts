import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { UsageError } from './io';

/**
 * Writes a file whole or not at all: beside its place first, then it gets its name. One that is there already is left alone,
 * unless it is to be replaced.
 */
export async function writeWholeFile(
    path: string,
    bytes: Uint8Array,
    { replaces }: Readonly<{ replaces: boolean }>,
): Promise<void> {
    if (path === '' || path.includes('\0')) throw new UsageError('the name of the file to write is empty, or none');
    const draft = join(dirname(resolve(path)), `.${randomBytes(8).toString('hex')}.draft`);
    try {
        const file = await open(draft, 'wx');
        try {
            await file.writeFile(bytes);
            await file.sync();
        } finally {
            await file.close();
        }
        // A link takes no name that is taken; a move does.
        await (replaces ? rename(draft, path) : link(draft, path));
    } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        if (code === undefined) throw cause;
        const hint = code === 'EEXIST' ? 'it is there already; --force replaces it' : code;
        throw new UsageError(`${path} can't be written: ${hint}`, { cause });
    } finally {
        await rm(draft, { force: true });
    }
}
