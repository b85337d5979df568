import { dirname } from 'node:path/posix';

import { getDocBlock, getPage } from './page';

/**
 * The index of a folder: re-exports each of the given files, or, for an index file, its folder.
 *
 * @param files Paths inside the client.
 * @param docs What the folder is, for the one that a user imports.
 */
export function getFolderIndexPage(files: readonly string[], docs: string[] = []): string {
    return getPage(docs.length === 0 ? '' : getDocBlock([...docs, '', '@module']), reExport(files));
}

/**
 * The index of the instructions: what is named takes the place of the renderer's function of the same name, for the
 * user of the client as well as for its other pages, which import from this index.
 */
export function getInstructionsIndexPage(files: readonly string[], overrides: readonly string[]): string {
    return getPage(reExport(files), `export { ${[...overrides].sort().join(', ')} } from '../overrides';`);
}

function reExport(files: readonly string[]): string {
    const modules = files.map(file => {
        const path = file.endsWith('/index.ts') ? dirname(file) : file.slice(file.indexOf('/') + 1, -'.ts'.length);
        return `./${path}`;
    });
    return modules
        .sort()
        .map(module => `export * from '${module}';`)
        .join('\n');
}
