import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { dependencies } from '../../package.json';
import { UsageError } from './io';

/** What works whatever a project installs. */
const ELSEWHERE = 'run it from a folder without a project: npx -p solana-payment-channels payment-channels …';

/**
 * Loads what checks, compares and renders IDLs, when a command needs it.
 *
 * Rendering depends on the exact versions of the packages that it stands on, so it refuses others. They are not optional
 * dependencies: npm leaves out an optional one when something below it asks for another Node.
 */
export async function importCodegen() {
    try {
        const [check, diff, files, folder, idl, render] = await Promise.all([
            import('../../codegen/check/check'),
            import('../../codegen/diff/diff'),
            import('../../codegen/files'),
            import('../../codegen/folder'),
            import('../../codegen/idl'),
            import('../../codegen/render'),
        ]);
        assertExactVersions();
        return { ...check, ...diff, ...files, ...folder, ...idl, ...render };
    } catch (cause) {
        const missing = Object.keys(dependencies).find(name => String(cause).includes(`'${name}'`));
        if (missing === undefined) throw cause;
        throw new Error(
            `this command needs ${missing}, a dependency of solana-payment-channels that is not installed: ` +
                `npm install, or, in a project with another version of Codama, ${ELSEWHERE}`,
            { cause },
        );
    }
}

/**
 * The renderer finds the packages that it shares with us by itself. Beside another version of Codama in the same project
 * npm may give it that one, with which it fails or renders something else.
 */
function assertExactVersions(): void {
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
    throw new UsageError(
        `the renderer would work with other packages than it was tested with (${wrong.join(', ')}), which this project ` +
            `installs as well: ${ELSEWHERE}`,
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
