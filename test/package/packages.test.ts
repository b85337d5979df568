import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import {
    createConsumer,
    getEntryPoints,
    getTypes,
    PACKAGES,
    PROJECT,
    readManifest,
    type Consumer,
    type Installed,
    type PackageFolder,
} from './consumer';
import { getReferences } from './references';

// The three packages as they are packed: what each brings along, and that every entry point is found by everybody.

const LIBRARY = PACKAGES['.'];
const FOLDERS = Object.keys(PACKAGES) as PackageFolder[];

// npm and tsc take their time on a slow machine; only what hangs takes so long.
vi.setConfig({ hookTimeout: 900_000, testTimeout: 900_000 });

let consumer: Consumer;
let [before, after] = [] as unknown as [Installed, Installed];
beforeAll(() => {
    consumer = createConsumer();
    consumer.installOthers('@solana/kit');
    before = consumer.measure();
    consumer.install('.');
    after = consumer.measure();
    consumer.install('.', 'cli', 'codegen');
    consumer.installOthers('@types/node', 'typescript');
});
afterAll(() => consumer?.remove());

const manifestOf = (folder: PackageFolder) => readManifest(consumer.pathOf(PACKAGES[folder]));

/** The optional peers whose types an entry point is about, by the name of its file: who uses it has them. */
const OPTIONAL_PEERS: Readonly<Record<string, readonly string[]>> = { testing: ['litesvm'] };

describe('the library beside kit', () => {
    it('adds less than 5 MB and fewer than 10 packages', () => {
        const added = after.packages.filter(path => !before.packages.includes(path));
        expect(added).toContain(`node_modules/${LIBRARY}`);
        expect(added.length).toBeLessThan(10);
        expect(after.bytes - before.bytes).toBeLessThan(5_000_000);
    });

    it('brings neither what renders clients nor what a command line needs', () => {
        expect(after.packages.filter(path => /codama|prettier|cli-table3|wrap-ansi/.test(path))).toEqual([]);
        // Kit has a command line of its own.
        const commanders = (packages: readonly string[]) => packages.filter(path => path.endsWith('/commander'));
        expect(commanders(after.packages)).toEqual(commanders(before.packages));
        expect(manifestOf('.').bin).toBeUndefined();
    });
});

describe.each(FOLDERS)('the package in %s', folder => {
    const filesOf = () => {
        const root = consumer.pathOf(PACKAGES[folder]);
        return readdirSync(root, { recursive: true, withFileTypes: true })
            .filter(entry => entry.isFile())
            .map(({ name, parentPath }) => join(parentPath, name).slice(root.length + 1))
            .filter(path => !path.startsWith('node_modules/'));
    };

    it('says where it comes from, what changed and under which license', () => {
        const { bugs, engines, homepage, license, repository, sideEffects } = manifestOf(folder);
        expect({ bugs, engines, homepage, license, sideEffects }).toEqual({
            bugs: expect.stringMatching(/^https:.*\/issues$/) as string,
            engines: { node: '>=20.19.0' },
            homepage: expect.stringMatching(/^https:.*#readme$/) as string,
            license: 'MIT',
            sideEffects: false,
        });
        expect(repository).toMatchObject({ url: expect.stringMatching(/^git\+https:.*\.git$/) as string });
        expect(repository?.directory).toBe(folder === '.' ? undefined : folder);
        expect(filesOf()).toEqual(expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']));
    });

    it('holds what is listed, and nothing that belongs to the project alone', () => {
        const folders = new Set(filesOf().map(path => path.split('/')[0]!));
        const ofLibrary = ['THIRD-PARTY-LICENSES.md', 'docs', 'examples', 'idl', 'program'];
        const own = { '.': ofLibrary, cli: ['page'], codegen: [] }[folder];
        const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', ...own, 'package.json'];
        expect([...folders].sort()).toEqual(expected.sort());
    });

    it('has source maps, and no sources in them', () => {
        const maps = filesOf().filter(path => path.endsWith('.map'));
        expect(maps.length).toBeGreaterThan(0);
        for (const path of maps) {
            const map = JSON.parse(readFileSync(join(consumer.pathOf(PACKAGES[folder]), path), 'utf8')) as {
                sources: string[];
                sourcesContent?: unknown;
            };
            expect(map.sourcesContent, path).toBeUndefined();
        }
    });

    // As with pnpm's hoist=false, where a package sees what it depends on and nothing else.
    it('declares types with packages that it depends on, and no others', () => {
        const root = consumer.pathOf(PACKAGES[folder]);
        const { dependencies = {}, name, peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(folder);
        const peers = Object.keys(peerDependencies).filter(peer => peerDependenciesMeta[peer]?.optional !== true);
        const files = filesOf().filter(path => /^dist\/[^/]*\.d\.c?ts$/.test(path));
        expect(files.length > 0).toBe(getEntryPoints(manifestOf(folder)).length > 0);
        for (const path of getTypes(manifestOf(folder))) {
            const own = OPTIONAL_PEERS[/^\.\/dist\/([\w-]+)\./.exec(path)![1]!] ?? [];
            const known = [...Object.keys(dependencies), ...peers, ...own, name];
            const { packages, references } = getReferences(join(root, path));
            const unknown = packages.filter(file => !known.some(one => file === one || file.startsWith(`${one}/`)));
            expect({ references, unknown }, path).toEqual({ references: [], unknown: [] });
        }
    });
});

describe('the entry points', () => {
    const entryPoints = () => FOLDERS.flatMap(folder => getEntryPoints(manifestOf(folder)));
    const NAMES_OF = `
        const namesOf = modules => Object.fromEntries(Object.entries(modules).map(([name, module]) =>
            [name, Object.keys(module).filter(key => key !== 'default' && key !== 'module.exports').sort()]));`;

    it('are those of the manifests', () => {
        expect(entryPoints()).toEqual([
            ...[
                ...[
                    '',
                    '/epoch',
                    '/kit',
                    '/node',
                    '/settlement',
                    '/store',
                    '/store/postgres',
                    '/store/sqlite',
                    '/testing',
                ],
                '/tombstone',
            ].map(path => LIBRARY + path),
            ...['', '/printable'].map(path => PACKAGES.codegen + path),
        ]);
    });

    it('are the same in an ES module and in a CommonJS module', () => {
        const load = (how: (name: string) => string) =>
            `${NAMES_OF}
             (async () => console.log(JSON.stringify(namesOf({ ${entryPoints()
                 .map(name => `'${name}': ${how(name)}`)
                 .join(', ')} }))))();`;
        consumer.write(
            'names.mjs',
            load(name => `await import('${name}')`),
        );
        consumer.write(
            'names.cjs',
            load(name => `require('${name}')`),
        );
        const [esm, common] = ['names.mjs', 'names.cjs'].map(
            file => JSON.parse(consumer.run('node', [file])) as Record<string, string[]>,
        ) as [Record<string, string[]>, Record<string, string[]>];
        for (const [name, names] of Object.entries(esm)) expect(names.length, name).toBeGreaterThan(0);
        expect(common).toEqual(esm);
    });

    it.each([
        ['bundler', 'ESNext', 'mts'],
        ['node16', 'Node16', 'mts'],
        ['node16', 'Node16', 'cts'],
    ])('have types under moduleResolution %s, module %s, in a .%s', (moduleResolution, module, extension) => {
        const lines = entryPoints().map((name, index) => `import * as module${index} from '${name}';`);
        const uses = entryPoints().map(
            (_, index) =>
                `// @ts-expect-error There is no such export: these are types, not any.\nmodule${index}.isNotThere;`,
        );
        consumer.write(`types.${extension}`, [...lines, ...uses].join('\n'));
        consumer.write(
            'tsconfig.json',
            JSON.stringify({
                compilerOptions: {
                    lib: ['ES2022', 'DOM'],
                    module,
                    moduleResolution,
                    noEmit: true,
                    // Those of others are theirs to check.
                    skipLibCheck: true,
                    strict: true,
                    target: 'ES2022',
                    types: ['node'],
                },
                files: [`types.${extension}`],
            }),
        );
        expect(consumer.run('npx', ['tsc', '--pretty', 'false'])).toBe('');
    });
});

it('the versions of the three packages are one, and they name each other by it', () => {
    const { version } = readManifest(PROJECT);
    expect(FOLDERS.map(folder => manifestOf(folder).version)).toEqual(FOLDERS.map(() => version));
    expect(manifestOf('cli').dependencies).toMatchObject({ [LIBRARY]: version, [PACKAGES.codegen]: version });
});
