import { defineConfig, type Options } from 'tsup';

const library: Options = {
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
    platform: 'neutral',
    sourcemap: true,
    splitting: true,
    target: 'es2022',
    // The modules of Node that only ./node and ./testing import, and native code that nothing may bundle.
    external: [/^node:/, 'litesvm', 'sodium-native'],
};

export default defineConfig([
    { ...library, clean: true, format: 'esm' },
    {
        ...library,
        format: 'cjs',
        // Its current version has no CommonJS build.
        noExternal: ['@noble/hashes'],
        // For import.meta.url, by which ./testing finds the program's ELF and ./node finds sodium-native.
        shims: true,
    },
    {
        dts: false,
        entry: { cli: 'src/cli/main.ts' },
        // What renders IDLs is installed beside us, in exact versions: tsup by itself would bundle optional dependencies.
        external: [/^@codama\//, /^prettier/],
        format: 'esm',
        platform: 'node',
        sourcemap: true,
        splitting: true,
        target: 'es2022',
    },
]);
