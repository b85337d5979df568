import { defineConfig } from 'vitest/config';

export default defineConfig({
    test: {
        include: ['test/**/*.test.ts'],
        // A fork of its own for each file gives back the memory that LiteSVM maps for the programs it compiles.
        pool: 'forks',
        testTimeout: 60_000,
        hookTimeout: 60_000,
    },
});
