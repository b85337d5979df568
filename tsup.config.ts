import { readFileSync } from 'node:fs';
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
    // Source maps of the ES modules, without the sources: a stack trace names the file and the line in the repository, and
    // the sources would be most of what is installed.
    esbuildOptions: options => {
        options.sourcesContent = false;
        // Of what is bundled: without the texts of its errors, which are made for whoever develops with it.
        options.define = { ...options.define, 'process.env.NODE_ENV': '"production"' };
    },
    sourcemap: true,
    splitting: true,
    target: 'es2022',
};
/**
 * What is bundled: nobody installs the rendered clients of the token and the System program, which are fifteen times as big
 * as the one file of each that is needed, and @noble/hashes has no CommonJS build. Licenses: THIRD-PARTY-LICENSES.md.
 */
const BUNDLED = {
    '@noble/hashes/blake3.js': 'node_modules/@noble/hashes/blake3.js',
    '@noble/hashes/sha2.js': 'node_modules/@noble/hashes/sha2.js',
    '@noble/hashes/utils.js': 'node_modules/@noble/hashes/utils.js',
    '@solana-program/system': 'node_modules/@solana-program/system/dist/src/index.mjs',
    '@solana-program/token': 'node_modules/@solana-program/token/dist/src/index.mjs',
    // Only what is used of it: the whole reads the clock by a package that is not for kit 8.
    '@solana-program/token-2022': 'tools/token-2022.mjs',
};
const toCommonJs = (options: Options): Options => ({
    ...options,
    // Those of the ES modules are copied (tools/finish-commonjs.mjs).
    dts: false,
    format: 'cjs',
    // For import.meta.url: ./testing finds the program's ELF by it, ./node finds sodium-native, codegen its renderer.
    shims: true,
    sourcemap: false,
});

const ROOT = fileURLToPath(new URL('.', import.meta.url));
/** The file of what is bundled. */
const toBundledName = (path: string) => path.replace(/^@/, '').replace(/\.js$/, '').replaceAll('/', '-');
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
        onResolve({ filter: /^@(noble|solana-program)\// }, ({ importer, path }) => {
            if (!Object.hasOwn(BUNDLED, path)) return { errors: [{ text: `${path} is not in BUNDLED` }] };
            const target = relative(dirname(importer), `${ROOT}../bundled/${toBundledName(path)}.js`);
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
        store: 'src/store/index.ts',
        'store-postgres': 'src/store/postgres/index.ts',
        'store-sqlite': 'src/store/sqlite/index.ts',
        testing: 'src/testing/index.ts',
        tombstone: 'src/tombstone.ts',
    },
    // The modules of Node that only ./node and ./testing import.
    external: [/^node:/, ...toExternal('.')],
    esbuildOptions: options => {
        common.esbuildOptions!(options, { format: 'esm' });
        // A package that only has files for one platform or the other.
        options.conditions = ['browser'];
    },
    noExternal: Object.keys(BUNDLED),
    outDir: 'dist',
    platform: 'neutral',
};
/** The ES modules, a file for each. */
const modules: Options = {
    ...library,
    dts: false,
    esbuildOptions: (options, context) => {
        common.esbuildOptions!(options, context);
        options.outbase = ROOT;
    },
    esbuildPlugins: [keepModules],
    format: 'esm',
    outDir: 'dist/esm',
    splitting: false,
};
const codegen: Options = {
    ...common,
    dts: true,
    entry: { index: 'codegen/index.ts', printable: 'codegen/printable.ts' },
    external: toExternal('./codegen'),
    noExternal: ['@noble/hashes'],
    outDir: 'codegen/dist',
    platform: 'node',
};

export default defineConfig([
    {
        ...modules,
        entry: ['src/**/*.ts', '!src/testing/**'],
    },
    // What is rendered is not debugged, and neither is what only tests import: their maps would be a third of all.
    {
        ...modules,
        // Without its white space, it would be without the notes that tell a bundler what it may leave out.
        entry: ['generated/**/*.ts'],
        esbuildOptions: (options, context) => {
            modules.esbuildOptions!(options, context);
            options.minifyIdentifiers = true;
        },
        sourcemap: false,
    },
    {
        ...modules,
        entry: ['src/testing/**/*.ts'],
        esbuildOptions: (options, context) => {
            modules.esbuildOptions!(options, context);
            options.lineLimit = 160;
            options.minify = true;
        },
        sourcemap: false,
    },
    {
        ...library,
        dts: false,
        entry: Object.fromEntries(Object.entries(BUNDLED).map(([path, file]) => [toBundledName(path), file])),
        // As what is rendered: the notes for bundlers stay.
        esbuildOptions: (options, context) => {
            library.esbuildOptions!(options, context);
            options.minifyIdentifiers = true;
        },
        format: 'esm',
        outDir: 'dist/bundled',
        sourcemap: false,
    },
    { ...library, dts: { only: true }, format: 'esm' },
    toCommonJs(library),
    {
        ...codegen,
        entry: { ...codegen.entry, main: 'codegen/main.ts' },
        format: 'esm',
    },
    toCommonJs(codegen),
    {
        ...common,
        entry: { main: 'cli/src/main.ts' },
        external: toExternal('./cli'),
        format: 'esm',
        outDir: 'cli/dist',
        platform: 'node',
    },
]);
