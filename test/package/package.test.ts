import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createConsumer, PROJECT, type Consumer } from './consumer';

// The package as a user gets it: packed, installed with npm into a blank project, imported by name.

// npm and tsc take their time on a slow machine; only what hangs takes so long.
vi.setConfig({ hookTimeout: 900_000, testTimeout: 900_000 });

let consumer: Consumer;
beforeAll(() => {
    consumer = createConsumer();
    consumer.install('.');
    consumer.installOthers('@solana/kit', '@types/node', 'esbuild', 'litesvm', 'typescript');
});
afterAll(() => consumer?.remove());

// Opens a channel in the simulator and settles a voucher: both entry points, native code and the embedded ELF.
const LIFE = `
    const simulator = await createSimulator({ deployment: DEPLOYMENT });
    const payer = await simulator.createFundedSigner();
    const payee = await simulator.createFundedSigner();
    const mint = await simulator.createMint();
    await simulator.mintTokens({ amount: 1000n, mint, owner: payer.address });
    const openSlot = simulator.getClock().slot;
    const seeds = { authorizedSigner: payer.address, mint, OPEN_SLOT payee: payee.address, payer: payer.address, salt: 1n };
    const terms = { ...seeds, payer, deposit: 1000n, gracePeriodSeconds: 60, splits: [] };
    const open = await getOpenInstructionAsync(terms, DEPLOYMENT);
    const opened = await simulator.sendOrThrow([open], { feePayer: payer });
    const [channel] = await findChannelPda(seeds, DEPLOYMENT);
    const voucher = await signVoucher({ channelId: channel, cumulativeAmount: 600n }, payer, DEPLOYMENT);
    await simulator.sendOrThrow(getSettleInstructions({ voucher }, DEPLOYMENT), { feePayer: payee });
    const state = simulator.getChannel(channel);
    if (state.kind !== 'open') throw new Error(state.kind);
    const last = await signVoucher({ channelId: channel, cumulativeAmount: 800n }, payer, DEPLOYMENT);
    const end = getSettleAndFinalizeInstructions({ channel, payee, voucher: last }, DEPLOYMENT);
    await simulator.sendOrThrow(end, { feePayer: payee });
    let isTyped = false;
    try {
        await getOpenInstructionAsync({ ...terms, payee: payer.address }, DEPLOYMENT);
    } catch (error) {
        isTyped = isPaymentChannelsError(error, 'PAYER_IS_PAYEE');
    }
    console.log(JSON.stringify({
        end: simulator.getChannel(channel).kind,
        events: opened.events.length,
        isTyped,
        settled: state.channel.settlement.settled.toString(),
    }));
`;
const DEPLOYMENTS = [
    { deployment: 'MAINNET_DEPLOYMENT', openSlot: 'openSlot,' },
    { deployment: 'TOMBSTONE_LOCALNET', openSlot: '' },
];
const NAMES = `findChannelPda, getOpenInstructionAsync, getSettleAndFinalizeInstructions,
    getSettleInstructions, isPaymentChannelsError, MAINNET_DEPLOYMENT, signVoucher, TOMBSTONE_LOCALNET`;
const lifeOf = ({ deployment, openSlot }: (typeof DEPLOYMENTS)[number]) =>
    LIFE.replaceAll('DEPLOYMENT', deployment).replace('OPEN_SLOT', openSlot);
const EXPECTED = { end: 'finalized', events: 1, isTyped: true, settled: '600' };

describe('the packed tarball', () => {
    describe.each(DEPLOYMENTS)('$deployment', row => {
        it('runs a channel in an ES module', () => {
            consumer.write(
                'life.mjs',
                `import { ${NAMES} } from 'solana-payment-channels';
                 import { createSimulator } from 'solana-payment-channels/testing';
                 ${lifeOf(row)}`,
            );
            expect(JSON.parse(consumer.run('node', ['life.mjs']))).toEqual(EXPECTED);
        });

        it('runs a channel in a CommonJS module', () => {
            consumer.write(
                'life.cjs',
                `const { ${NAMES} } = require('solana-payment-channels');
                 const { createSimulator } = require('solana-payment-channels/testing');
                 (async () => { ${lifeOf(row)} })();`,
            );
            expect(JSON.parse(consumer.run('node', ['life.cjs']))).toEqual(EXPECTED);
        });
    });

    it.each([
        ['bundler', 'ESNext', 'life.mts'],
        ['node16', 'Node16', 'life.mts'],
        ['node16', 'Node16', 'life.cts'],
    ])('type-checks under moduleResolution %s, module %s, as %s', (moduleResolution, module, file) => {
        const [life] = DEPLOYMENTS.map(lifeOf) as [string];
        const body = file.endsWith('.cts') ? `export async function main() { ${life} }` : life;
        consumer.write(
            file,
            `import { ${NAMES} } from 'solana-payment-channels';
             import { createSimulator } from 'solana-payment-channels/testing';
             ${body}`,
        );
        consumer.write(
            'tsconfig.json',
            JSON.stringify({
                compilerOptions: {
                    lib: ['ES2022', 'DOM'],
                    module,
                    moduleResolution,
                    noEmit: true,
                    // Kit's own types and LiteSVM's are theirs to check; ours are read here all the same.
                    skipLibCheck: true,
                    strict: true,
                    target: 'ES2022',
                    types: ['node'],
                },
                files: [file],
            }),
        );
        expect(consumer.run('npx', ['tsc', '--pretty', 'false'])).toBe('');
    });

    it('has no `any` where a user would meet one', () => {
        for (const file of [
            'index.d.ts',
            'epoch.d.ts',
            'store.d.ts',
            'store-postgres.d.ts',
            'store-sqlite.d.ts',
            'testing.d.ts',
        ]) {
            const types = readFileSync(
                join(consumer.folder, 'node_modules/solana-payment-channels/dist', file),
                'utf8',
            );
            const code = types.replaceAll(/\/\*[^]*?\*\/|\/\/.*|'[^']*'|"[^"]*"/g, '');
            expect(code.match(/.*\bany\b.*/g)).toBeNull();
        }
    });

    it('does nothing on import: a bundle of an unused import is empty', () => {
        consumer.write(
            'unused.mjs',
            `import 'solana-payment-channels';
             import 'solana-payment-channels/epoch';
             import 'solana-payment-channels/kit';
             import 'solana-payment-channels/settlement';
             import 'solana-payment-channels/store';
             import 'solana-payment-channels/store/postgres';
             import 'solana-payment-channels/store/sqlite';
             import 'solana-payment-channels/tombstone';`,
        );
        consumer.run('npx', ['esbuild', 'unused.mjs', '--bundle', '--format=esm', '--outfile=unused.out.mjs']);
        expect(readFileSync(join(consumer.folder, 'unused.out.mjs'), 'utf8').trim()).toBe('');
    });

    it('bundles for a browser without Node, and only what is used', () => {
        const bundle = (name: string, source: string) => {
            consumer.write(`${name}.mjs`, source);
            const args = ['--bundle', '--format=esm', '--platform=browser', '--minify-syntax', '--external:@solana/*'];
            consumer.run('npx', ['esbuild', `${name}.mjs`, ...args, `--outfile=${name}.out.mjs`]);
            return readFileSync(join(consumer.folder, `${name}.out.mjs`), 'utf8');
        };
        const one = bundle(
            'one',
            `import { getFinalizeInstruction } from 'solana-payment-channels'; console.log(getFinalizeInstruction);`,
        );
        const all = bundle('all', `import * as all from 'solana-payment-channels'; console.log(all);`);
        expect(all).not.toMatch(/from ?["'](node:|litesvm)|require\(|\bprocess\.|\bBuffer\./);
        expect(one).toContain('getFinalizeInstruction');
        expect(one).not.toContain('blake3');
        expect(one).not.toMatch(/getOpenInstruction|PAYMENT_CHANNELS_PROGRAM_ERRORS/);
        expect(one.length).toBeLessThan(all.length / 5);
    });

    it('holds the program to the byte', () => {
        for (const elf of ['program/epoch.so', 'program/tombstone.so']) {
            const installed = join(consumer.pathOf('solana-payment-channels'), elf);
            expect(readFileSync(installed)).toEqual(readFileSync(join(PROJECT, elf)));
        }
    });
});
