import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const pathTo = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const { compilerOptions } = JSON.parse(readFileSync(pathTo('tsconfig.json'), 'utf8')) as {
    compilerOptions: { paths: Record<string, [source: string]> };
};
/** The packages of the workspace by their names: their sources, as for TypeScript and tsx. */
const alias = Object.entries(compilerOptions.paths).map(([name, [source]]) => ({
    find: new RegExp(`^${name}$`),
    replacement: pathTo(source),
}));

const common = {
    alias,
    // Long after a machine that is five times slower is done.
    hookTimeout: 300_000,
    pool: 'forks',
    teardownTimeout: 60_000,
    testTimeout: 300_000,
} as const;

/** The tests that are not about a difference between the revisions: they run for the epoch revision as well. */
const OF_BOTH_REVISIONS = [
    'test/svm/assertions.test.ts',
    'test/svm/assessments.slow.test.ts',
    'test/svm/distribute-limit.slow.test.ts',
    'test/svm/faults-subscriptions.test.ts',
    'test/svm/faults.test.ts',
    'test/svm/instructions.test.ts',
    'test/svm/lifecycle.test.ts',
    'test/svm/lookup-tables.test.ts',
    'test/svm/plugin.test.ts',
    'test/svm/precompile-failure.test.ts',
    'test/svm/program-accounts.test.ts',
    'test/svm/reading.test.ts',
    'test/svm/recipe.slow.test.ts',
    'test/svm/scenarios.slow.test.ts',
    'test/svm/serve-commands.test.ts',
    'test/svm/serve-kit.test.ts',
    'test/svm/simulator-clock.test.ts',
    'test/svm/simulator-cluster.test.ts',
    'test/svm/simulator-reading.test.ts',
    'test/svm/simulator-requests.test.ts',
    'test/svm/simulator-rpc.test.ts',
    'test/svm/simulator-snapshots.test.ts',
    'test/svm/simulator.test.ts',
    'test/svm/thousand-channels.slow.test.ts',
    'test/svm/two-party.test.ts',
    'test/svm/voucher-check.test.ts',
    'test/svm/voucher-strictness.test.ts',
    'test/svm/worlds.slow.test.ts',
    'test/unit/account.test.ts',
    'test/unit/addresses.test.ts',
    'test/unit/channel-agreed.test.ts',
    'test/unit/channel-closing.test.ts',
    'test/unit/channel-fetch.test.ts',
    'test/unit/channel-filters.test.ts',
    'test/unit/channel-state.test.ts',
    'test/unit/codecs.test.ts',
    'test/unit/derive-cache.test.ts',
    'test/unit/derive.test.ts',
    'test/unit/distribute-limit.test.ts',
    'test/unit/distribution.test.ts',
    'test/unit/errors.test.ts',
    'test/unit/events.test.ts',
    'test/unit/flags.test.ts',
    'test/unit/fuzz-accounts.test.ts',
    'test/unit/fuzz-transactions.test.ts',
    'test/unit/fuzz-voucher.test.ts',
    'test/unit/inspect-command.test.ts',
    'test/unit/inspect/accepted.test.ts',
    'test/unit/inspect/agreement.test.ts',
    'test/unit/inspect/attacks.test.ts',
    'test/unit/instructions/distribute.test.ts',
    'test/unit/instructions/open.test.ts',
    'test/unit/instructions/parse.test.ts',
    'test/unit/instructions/payer.test.ts',
    'test/unit/instructions/settle.test.ts',
    'test/unit/node-verifier.slow.test.ts',
    'test/unit/optional-peers.test.ts',
    'test/unit/program-errors.test.ts',
    'test/unit/program-failure.test.ts',
    'test/unit/settlement/claims.test.ts',
    'test/unit/settlement/density.test.ts',
    'test/unit/settlement/execute-parts.test.ts',
    'test/unit/settlement/lookup-table.slow.test.ts',
    'test/unit/settlement/plan-skipped.test.ts',
    'test/unit/settlement/plan.test.ts',
    'test/unit/settlement/shortcut.test.ts',
    'test/unit/signing.test.ts',
    'test/unit/transaction-size.test.ts',
    'test/unit/transactions/assemble.test.ts',
    'test/unit/transactions/cosign.test.ts',
    'test/unit/transactions/wire.test.ts',
    'test/unit/vectors.test.ts',
    'test/unit/voucher-better.test.ts',
    'test/unit/voucher-check.test.ts',
    'test/unit/voucher-engine.slow.test.ts',
    'test/unit/voucher-json.test.ts',
    'test/unit/voucher-kept.test.ts',
    'test/unit/voucher-verifier.test.ts',
    'test/unit/voucher.test.ts',
    'test/unit/wrong-values/answers.test.ts',
];

const ALL = readdirSync(pathTo('test'), { encoding: 'utf8', recursive: true })
    .filter(path => path.endsWith('.test.ts') && !path.includes('node_modules'))
    .map(path => `test/${path.replaceAll(sep, '/')}`);

/** Tests that put something else in the place of a module: they have modules of their own, others share them. */
const isIsolated = (path: string): boolean => /\bvi\.(mock|resetModules)\(/.test(readFileSync(pathTo(path), 'utf8'));

const needsPostgres = (path: string): boolean => path.includes('/postgres-');

/** The projects of a revision. The modules are loaded once for all files of the first, and that is half of the time. */
const getProjects = (name: string, include: readonly string[]): TestProjectInlineConfiguration[] =>
    [false, true].map(isolate => ({
        test: {
            ...common,
            env: { TESTED_REVISION: name },
            globalSetup: include.some(needsPostgres) ? 'test/fixtures/postgres/setup.ts' : [],
            include: include.filter(path => isIsolated(path) === isolate),
            isolate,
            name: isolate ? `${name}-isolated` : name,
        },
    }));

// A file that takes long is named *.slow.test.ts: `just test` leaves it out, `just test-all` runs it as well.
export default defineConfig({
    test: {
        maxWorkers: Math.max(2, availableParallelism() - 1),
        projects: [...getProjects('epoch', OF_BOTH_REVISIONS), ...getProjects('tombstone', ALL)],
    },
});
