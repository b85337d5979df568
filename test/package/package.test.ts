import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createConsumer, PROJECT, type Consumer } from './consumer';

// The package as a user gets it: packed, installed with npm into a blank project, imported by name.

let consumer: Consumer;
beforeAll(() => {
    consumer = createConsumer();
}, 240_000);
afterAll(() => consumer?.remove());

// Opens a channel in the simulator and settles a voucher: both entry points, native code and the embedded ELF.
const LIFE = `
    const simulator = await createSimulator();
    const payer = await simulator.createFundedSigner();
    const payee = await simulator.createFundedSigner();
    const mint = await simulator.createMint();
    await simulator.mintTokens({ amount: 1000n, mint, owner: payer.address });
    const seeds = { authorizedSigner: payer.address, mint, payee: payee.address, payer: payer.address, salt: 1n };
    const open = await getOpenInstructionAsync({ ...seeds, payer, deposit: 1000n, gracePeriodSeconds: 60, splits: [] });
    const opened = await simulator.sendOrThrow([open], { feePayer: payer });
    const [channel] = await findChannelPda(seeds);
    const voucher = await signVoucher({ channelId: channel, cumulativeAmount: 600n }, payer);
    await simulator.sendOrThrow(getSettleInstructions({ voucher }), { feePayer: payee });
    const state = simulator.getChannel(channel);
    if (state.kind !== 'open') throw new Error(state.kind);
    console.log(JSON.stringify({
        events: opened.events.length,
        isTyped: isPaymentChannelsError(new PaymentChannelsError('PAYER_IS_PAYEE', { address: 'x' }), 'PAYER_IS_PAYEE'),
        settled: state.channel.settlement.settled.toString(),
    }));
`;
const NAMES = `findChannelPda, getOpenInstructionAsync, getSettleInstructions, isPaymentChannelsError,
    PaymentChannelsError, signVoucher`;
const EXPECTED = { events: 1, isTyped: true, settled: '600' };

describe('the packed tarball', () => {
    it('runs a channel in an ES module', () => {
        consumer.write(
            'life.mjs',
            `import { ${NAMES} } from 'solana-payment-channels';
             import { createSimulator } from 'solana-payment-channels/testing';
             ${LIFE}`,
        );
        expect(JSON.parse(consumer.run('node', ['life.mjs']))).toEqual(EXPECTED);
    });

    it('runs a channel in a CommonJS module', () => {
        consumer.write(
            'life.cjs',
            `const { ${NAMES} } = require('solana-payment-channels');
             const { createSimulator } = require('solana-payment-channels/testing');
             (async () => { ${LIFE} })();`,
        );
        expect(JSON.parse(consumer.run('node', ['life.cjs']))).toEqual(EXPECTED);
    });

    // The program that runs on mainnet, by its own entry point.
    const EPOCH_LIFE = `
        const simulator = await createSimulator({ deployment: LOCALNET_DEPLOYMENT });
        const payer = await simulator.createFundedSigner();
        const payee = await simulator.createFundedSigner();
        const mint = await simulator.createMint();
        await simulator.mintTokens({ amount: 1000n, mint, owner: payer.address });
        const openSlot = simulator.getClock().slot;
        const seeds = { authorizedSigner: payer.address, mint, openSlot, payee: payee.address, payer: payer.address, salt: 1n };
        const terms = { ...seeds, deposit: 1000n, gracePeriodSeconds: 60, payer, splits: [] };
        await simulator.sendOrThrow([await getOpenInstructionAsync(terms)], { feePayer: payer });
        const [channel] = await findChannelPda(seeds);
        const voucher = await signVoucher({ channelId: channel, cumulativeAmount: 600n }, payer);
        await simulator.sendOrThrow(getSettleAndSealInstructions({ channel, payee, voucher }), { feePayer: payee });
        const error = new PaymentChannelsError('PAYER_IS_PAYEE', { address: 'x' });
        console.log(JSON.stringify([simulator.getChannel(channel).kind, isPaymentChannelsError(error, 'PAYER_IS_PAYEE')]));
    `;
    const EPOCH_NAMES = `findChannelPda, getOpenInstructionAsync, getSettleAndSealInstructions, LOCALNET_DEPLOYMENT,
        PaymentChannelsError, signVoucher`;

    it.each([
        [
            'ES',
            'epoch.mjs',
            `import { ${EPOCH_NAMES} } from 'solana-payment-channels/epoch';
             import { isPaymentChannelsError } from 'solana-payment-channels';
             import { createSimulator } from 'solana-payment-channels/testing';
             ${EPOCH_LIFE}`,
        ],
        [
            'CommonJS',
            'epoch.cjs',
            `const { ${EPOCH_NAMES} } = require('solana-payment-channels/epoch');
             const { isPaymentChannelsError } = require('solana-payment-channels');
             const { createSimulator } = require('solana-payment-channels/testing');
             (async () => { ${EPOCH_LIFE} })();`,
        ],
    ])('runs a channel of the epoch revision in a module of type %s', (_, file, source) => {
        consumer.write(file, source);
        expect(JSON.parse(consumer.run('node', [file]))).toEqual(['sealed', true]);
    });

    it.each([
        ['bundler', 'ESNext', 'life.mts'],
        ['node16', 'Node16', 'life.mts'],
        ['node16', 'Node16', 'life.cts'],
    ])('type-checks under moduleResolution %s, module %s, as %s', (moduleResolution, module, file) => {
        const body = file.endsWith('.cts') ? `export async function main() { ${LIFE} }` : LIFE;
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
        for (const file of ['index.d.ts', 'epoch.d.ts', 'testing.d.ts']) {
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
             import 'solana-payment-channels/epoch';`,
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

    it('puts the command line on the path', () => {
        const report = JSON.parse(
            consumer.run('npx', ['payment-channels', 'simulate', '--channels', '2', '--json']),
        ) as { channels: number; conserved: boolean; elf: { source: string } };
        expect(report).toMatchObject({ channels: 2, conserved: true, elf: { source: 'embedded' } });
    });

    it('holds the builds, the IDL and the program, and nothing that belongs to the project alone', () => {
        // Beside it, npm puts those of its dependencies that another package has in another version.
        const isOurs = (file: string) => !file.startsWith('node_modules/solana-payment-channels/node_modules/');
        const all = consumer.run('find', ['node_modules/solana-payment-channels', '-type', 'f']).trim().split('\n');
        const files = all.filter(isOurs);
        const folders = new Set(files.map(file => file.split('/').slice(2, 3)[0]));
        // What npm nests below it is the consumer's.
        folders.delete('node_modules');
        expect([...folders].sort()).toEqual(['LICENSE', 'README.md', 'dist', 'idl', 'package.json', 'program']);
        for (const elf of ['program/epoch.so', 'program/tombstone.so']) {
            const installed = join(consumer.folder, 'node_modules/solana-payment-channels', elf);
            expect(readFileSync(installed)).toEqual(readFileSync(join(PROJECT, elf)));
        }
    });
});
