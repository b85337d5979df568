import { dirname } from 'node:path/posix';

import { getPage } from './page';

/**
 * The index of a folder: re-exports each of the given files, or, for an index file, its folder.
 *
 * @param files Paths inside the client.
 */
export function getFolderIndexPage(files: string[]): string {
    const modules = files.map(file => {
        const path = file.endsWith('/index.ts') ? dirname(file) : file.slice(file.indexOf('/') + 1, -'.ts'.length);
        return `./${path}`;
    });
    return getPage(
        modules
            .sort()
            .map(module => `export * from '${module}';`)
            .join('\n'),
    );
}
