import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import budgets from './bundle-budgets.json';
import { createConsumer, type Consumer } from './consumer';

// What functions weigh in the bundle of a user who gives them the parts of mainnet's revision that they need: minified, of
// the packed package, with @solana/kit beside it. The budgets are in bytes.

// npm takes its time on a slow machine; only what hangs takes so long.
vi.setConfig({ hookTimeout: 900_000, testTimeout: 900_000 });

const PARTS = {
    getOpenInstructionAsync: {
        distribute: 'EPOCH_DISTRIBUTE',
        open: 'EPOCH_OPEN',
        programAddress: 'EPOCH_PUBLISHED.programAddress',
        revision: "'epoch'",
        seeds: 'EPOCH_SEEDS',
        splits: 'EPOCH_SPLITS',
        treasuryOwner: 'MAINNET_TREASURY_OWNER',
    },
    getSettleInstructions: {
        programAddress: 'EPOCH_PUBLISHED.programAddress',
        revision: "'epoch'",
        settle: 'EPOCH_SETTLE',
        voucher: 'EPOCH_VOUCHER',
    },
    inspectOpenTransaction: {
        open: 'EPOCH_OPEN',
        openReading: 'EPOCH_OPEN_READING',
        programAddress: 'EPOCH_PUBLISHED.programAddress',
        revision: "'epoch'",
        seeds: 'EPOCH_SEEDS',
        splits: 'EPOCH_SPLITS',
    },
    signVoucher: { voucher: 'EPOCH_VOUCHER' },
    verifyVoucher: { voucher: 'EPOCH_VOUCHER' },
} as const satisfies Record<keyof typeof budgets, Record<string, string>>;

const INPUTS = {
    getOpenInstructionAsync: 1,
    getSettleInstructions: 1,
    inspectOpenTransaction: 2,
    signVoucher: 2,
    verifyVoucher: 2,
} as const;

describe('the weight of a bundle', () => {
    let consumer: Consumer;
    beforeAll(() => {
        consumer = createConsumer();
        consumer.install('.');
        consumer.installOthers('@solana/kit', 'esbuild');
    });
    afterAll(() => consumer.remove());

    const bundle = (path: string, code: string, ...flags: string[]): string => {
        consumer.write(path, code);
        const external = [
            '--external:@solana/kit',
            '--external:node:*',
            '--external:litesvm',
            '--external:sodium-native',
        ];
        return consumer.run('npx', ['esbuild', path, '--bundle', '--minify', '--format=esm', ...external, ...flags]);
    };

    it.each(Object.keys(budgets) as (keyof typeof budgets)[])('of %s is within its budget', name => {
        const parts: Readonly<Record<string, string>> = PARTS[name];
        const imports = [name, ...new Set(Object.values(parts).map(value => value.split('.')[0]!))];
        const inputs = ['first', 'second'].slice(0, INPUTS[name]).join(', ');
        const code = [
            `import { ${imports.filter(value => !value.startsWith("'")).join(', ')} } from 'solana-payment-channels';`,
            `const parts = { ${Object.entries(parts)
                .map(([key, value]) => `${key}: ${value}`)
                .join(', ')} };`,
            `export const use = (${inputs}) => ${name}(${inputs}, parts);`,
        ].join('\n');
        const size = Buffer.byteLength(bundle(`${name}.ts`, code));
        expect(size).toBeLessThanOrEqual(budgets[name]);
        // Something that the function needs is in it.
        expect(size).toBeGreaterThan(5_000);
    });

    it.each([
        '',
        '/epoch',
        '/kit',
        '/node',
        '/settlement',
        '/store',
        '/store/postgres',
        '/store/sqlite',
        '/testing',
        '/tombstone',
    ])('is nothing at all for an import of solana-payment-channels%s that is not used', entry => {
        const code = bundle(
            `none${entry.replace('/', '-')}.ts`,
            `import * as all from 'solana-payment-channels${entry}';`,
        );
        expect(code.trim()).toBe('');
    });
});
