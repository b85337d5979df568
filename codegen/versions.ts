import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { dependencies } from './package.json';

/** Packages that npm resolved to other versions than those that rendering depends on; says which. */
export class WrongVersionError extends Error {
    override name = 'WrongVersionError';
}

/**
 * Makes sure that IDLs are rendered by the packages that this one was tested with.
 *
 * The manifest names exact versions, and npm installs them. But the renderer looks for the packages that it shares with us
 * by itself, in a range: beside another version of Codama in the same project npm may let it find that one, with which it
 * fails or renders something else.
 *
 * @throws {@link WrongVersionError}.
 */
export function assertHasExactVersions(): void {
    const own = createRequire(import.meta.url);
    const shared = ['@codama/nodes', '@codama/visitors-core', '@codama/renderers-core', '@codama/errors'] as const;
    const renderer = own.resolve('@codama/renderers-js');
    const found = [
        ...shared.map(name => [name, createRequire(renderer).resolve(name)] as const),
        ['@codama/renderers-js', renderer] as const,
        ['prettier', own.resolve('prettier')] as const,
    ];
    const wrong = found.flatMap(([name, path]) => {
        const version = readVersion(name, path);
        const expected = dependencies[name];
        return version === expected ? [] : [`${name} ${version} instead of ${expected}`];
    });
    if (wrong.length === 0) return;
    throw new WrongVersionError(
        `the renderer would work with other packages than it was tested with (${wrong.join(', ')}), which this project ` +
            'installs as well',
    );
}

function readVersion(name: string, path: string): string {
    for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
        try {
            const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
            if (manifest.name === name) return manifest.version ?? 'unknown';
        } catch {
            // No manifest here: the package starts further up.
        }
    }
    return 'unknown';
}
