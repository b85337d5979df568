import { readFileSync } from 'node:fs';

import { defineConfig, type Options } from 'tsup';

/** What is installed beside a package, and never bundled into it. */
function getDependencies(folder: string): string[] {
    const manifest = JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')) as Partial<
        Record<'dependencies' | 'peerDependencies', Record<string, string>>
    >;
    return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
}
/** The packages themselves, and whatever of them is imported by a path. */
const toExternal = (folder: string) => getDependencies(folder).map(name => new RegExp(`^${name}($|/)`));

const common: Options = {
    // Source maps without the sources: a stack trace names the file and the line in the repository, at a quarter of the size.
    esbuildOptions: options => {
        options.sourcesContent = false;
    },
    sourcemap: true,
    splitting: true,
    target: 'es2022',
};
// Its current version has no CommonJS build.
const BUNDLED_IN_COMMON_JS = ['@noble/hashes'];
const toCommonJs = (options: Options): Options => ({
    ...options,
    external: options.external!.filter(external => !BUNDLED_IN_COMMON_JS.some(name => RegExp(external).test(name))),
    format: 'cjs',
    noExternal: BUNDLED_IN_COMMON_JS,
    // For import.meta.url: ./testing finds the program's ELF by it, ./node finds sodium-native, codegen its renderer.
    shims: true,
});

const library: Options = {
    ...common,
    dts: true,
    entry: {
        epoch: 'src/epoch.ts',
        index: 'src/index.ts',
        kit: 'src/plugin/index.ts',
        node: 'src/node/index.ts',
        settlement: 'src/settlement/index.ts',
        testing: 'src/testing/index.ts',
        tombstone: 'src/tombstone.ts',
    },
    // The modules of Node that only ./node and ./testing import.
    external: [/^node:/, ...toExternal('.')],
    outDir: 'dist',
    platform: 'neutral',
};
const codegen: Options = {
    ...common,
    dts: true,
    entry: { index: 'codegen/index.ts', printable: 'codegen/printable.ts' },
    external: toExternal('./codegen'),
    outDir: 'codegen/dist',
    platform: 'node',
};

export default defineConfig([
    { ...library, clean: true, format: 'esm' },
    toCommonJs(library),
    { ...codegen, clean: true, entry: { ...codegen.entry, main: 'codegen/main.ts' }, format: 'esm' },
    toCommonJs(codegen),
    {
        ...common,
        clean: true,
        entry: { main: 'cli/src/main.ts' },
        external: toExternal('./cli'),
        format: 'esm',
        outDir: 'cli/dist',
        platform: 'node',
    },
]);
