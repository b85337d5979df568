import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

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
    dts: false,
    external: options.external!.filter(external => !BUNDLED_IN_COMMON_JS.some(name => RegExp(external).test(name))),
    format: 'cjs',
    noExternal: BUNDLED_IN_COMMON_JS,
    // For import.meta.url: ./testing finds the program's ELF by it, ./node finds sodium-native, codegen its renderer.
    shims: true,
});

/** The declarations of the ESM build say the same of the CommonJS build: rolling them up twice would take twice as long. */
const copyDeclarations = (folder: string) => () => {
    for (const name of readdirSync(folder).filter(name => name.endsWith('.d.ts'))) {
        const declarations = readFileSync(`${folder}/${name}`, 'utf8');
        const copy = declarations.replace(/(from '\.\/[^']*)\.js'/g, "$1.cjs'");
        writeFileSync(`${folder}/${name.replace(/\.ts$/, '.cts')}`, copy);
    }
    return Promise.resolve();
};

const ROOT = fileURLToPath(new URL('.', import.meta.url));
type Plugin = NonNullable<Options['esbuildPlugins']>[number];
/** One file for each module, so that a bundler leaves out modules whole: out of a file of many it drops less. */
const keepModules: Plugin = {
    name: 'keep-modules',
    setup: ({ onResolve, resolve }) => {
        onResolve({ filter: /^\.\.?(\/|$)/ }, async ({ importer, kind, path, pluginData, resolveDir }) => {
            if (kind === 'entry-point' || pluginData === ROOT) return undefined;
            const { errors, path: file } = await resolve(path, { importer, kind, pluginData: ROOT, resolveDir });
            if (errors.length > 0) return { errors };
            const target = relative(dirname(importer), file).replace(/\.ts$/, '.js');
            return { external: true, path: target.startsWith('.') ? target : `./${target}` };
        });
    },
};

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
    {
        ...library,
        clean: true,
        dts: false,
        entry: ['generated/**/*.ts', 'src/**/*.ts'],
        esbuildOptions: (options, context) => {
            common.esbuildOptions!(options, context);
            options.outbase = ROOT;
        },
        esbuildPlugins: [keepModules],
        format: 'esm',
        outDir: 'dist/esm',
        splitting: false,
    },
    { ...library, dts: { only: true }, format: 'esm', onSuccess: copyDeclarations('dist') },
    toCommonJs(library),
    {
        ...codegen,
        clean: true,
        entry: { ...codegen.entry, main: 'codegen/main.ts' },
        format: 'esm',
        onSuccess: copyDeclarations('codegen/dist'),
    },
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
