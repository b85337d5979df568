import { readFile } from 'node:fs/promises';

import { UsageError } from './io';

/** Reads the text of a file that a user named. Editors put a byte order mark in front, which is no part of it. */
export async function readTextFile(path: string): Promise<string> {
    if (path === '') throw new UsageError('the name of a file to read is empty');
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
        throw new UsageError(`${path} can't be read: ${(cause as NodeJS.ErrnoException).code}`, { cause });
    });
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
