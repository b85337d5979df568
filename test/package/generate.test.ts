import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createConsumer, PACKAGES, PROJECT, readManifest, type Consumer } from './consumer';

// The generator and the command line as a service gets them: installed from their tarballs into a blank project, where npm
// chooses the versions.

// npm and tsc take their time on a slow machine; only what hangs takes so long.
vi.setConfig({ hookTimeout: 900_000, testTimeout: 900_000 });

let consumer: Consumer;
beforeAll(() => {
    consumer = createConsumer();
    consumer.install('.', 'cli', 'codegen');
    consumer.installOthers('@solana/kit', 'esbuild', 'typescript');
});
afterAll(() => consumer?.remove());

const IDL = 'node_modules/solana-payment-channels/idl/epoch.json';
const generate = (...args: string[]) =>
    consumer.run('npx', ['payment-channels', 'generate', '--idl', IDL, '--out', 'src/generated', ...args]);
const fail = (...args: string[]) => consumer.fail('npx', ['payment-channels', ...args]);

type Tree = { dependencies?: Record<string, Tree>; version?: string };

describe('the generator from the packed tarballs', () => {
    it('brings the exact versions it renders with, each of them once, without an override', () => {
        const tree = JSON.parse(consumer.run('npm', ['ls', '--all', '--json'])) as Tree;
        const versions = new Map<string, Set<string>>();
        const collect = ({ dependencies = {} }: Tree): void => {
            for (const [name, child] of Object.entries(dependencies)) {
                if (child.version) versions.set(name, (versions.get(name) ?? new Set()).add(child.version));
                collect(child);
            }
        };
        collect(tree);
        const { dependencies } = readManifest(consumer.pathOf(PACKAGES.codegen));
        const exact = Object.entries(dependencies!).filter(([, version]) => /^\d/.test(version));
        expect(exact.length).toBeGreaterThan(5);
        for (const [name, version] of exact) {
            expect([...(versions.get(name) ?? [])], name).toEqual([version]);
        }
        expect(readFileSync(join(consumer.folder, 'package.json'), 'utf8')).not.toContain('overrides');
    });

    it('renders the client that is committed, byte by byte', () => {
        expect(generate()).toMatch(/files of src\/generated changed/);
        const folder = join(consumer.folder, 'src/generated');
        const rendered = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
        expect(rendered.length).toBeGreaterThan(50);
        for (const { name, parentPath } of rendered) {
            const path = join(parentPath, name).slice(folder.length);
            expect(readFileSync(join(folder, path), 'utf8'), path).toBe(
                readFileSync(join(PROJECT, 'generated/epoch', path), 'utf8'),
            );
        }
        expect(generate()).toContain('is up to date');
        expect(generate('--check')).toContain('is up to date');
    });

    it('renders a client that type-checks beside kit, and is used', () => {
        consumer.write(
            'src/use.ts',
            `import { address, createNoopSigner, type Address } from '@solana/kit';
             import { ChannelStatus, getOpenInstructionAsync, getSealInstruction, parseSealInstruction } from './generated';
             export async function open(payer: Address, rest: { authorizedSigner: Address; mint: Address; payee: Address; tokenProgram: Address }) {
                 const signer = createNoopSigner(payer);
                 const input = { ...rest, deposit: 1n, gracePeriod: 60, openSlot: 1000n, payer: signer, recipients: [], rentPayer: signer, salt: 42n };
                 const instruction = await getOpenInstructionAsync(input, { programAddress: address('11111111111111111111111111111112') });
                 return [instruction.accounts[5].address, ChannelStatus.Distributed] as const;
             }
             const seal = getSealInstruction({ channel: address('11111111111111111111111111111112') });
             console.log(parseSealInstruction(seal).accounts.channel.address);
             // @ts-expect-error The rent payer has to be given.
             export const wrong = () => getOpenInstructionAsync({ deposit: 1n });`,
        );
        consumer.write(
            'tsconfig.json',
            JSON.stringify({
                compilerOptions: {
                    lib: ['ES2022', 'DOM'],
                    module: 'ESNext',
                    moduleResolution: 'bundler',
                    noEmit: true,
                    noUncheckedIndexedAccess: true,
                    skipLibCheck: true,
                    strict: true,
                    target: 'ES2022',
                    types: [],
                },
                files: ['src/use.ts', 'src/generated/index.ts'],
            }),
        );
        expect(consumer.run('npx', ['tsc', '--pretty', 'false'])).toBe('');
        consumer.run('npx', [
            'esbuild',
            'src/use.ts',
            '--bundle',
            '--format=esm',
            '--platform=browser',
            '--outfile=use.mjs',
        ]);
        expect(consumer.run('node', ['use.mjs']).trim()).toBe('11111111111111111111111111111112');
    });

    it('tells what a new IDL changes, and whether it breaks', () => {
        const old = 'node_modules/solana-payment-channels/idl/tombstone.json';
        const { output, status } = fail('idl', 'diff', old, IDL, '--markdown');
        expect(status).toBe(1);
        expect(output).toContain(
            '| instruction open | Account `rentPayer` (signer, writable) inserted at 1; 12 accounts after it move. |',
        );
        expect(consumer.run('npx', ['payment-channels', 'idl', 'diff', IDL, IDL])).toContain(
            'The interfaces are the same.',
        );
        expect(consumer.run('npx', ['payment-channels', 'idl', 'check', IDL])).toContain('0 errors, 0 warnings');
    });

    it('renders every IDL of a folder by its own command, and says when a client is stale', () => {
        for (const name of ['epoch', 'tombstone']) {
            const idl = readFileSync(join(PROJECT, `idl/${name}.json`), 'utf8');
            consumer.write(`idl/${name}.json`, idl);
        }
        const run = (...args: string[]) => consumer.run('npx', ['payment-channels-codegen', '--strict', ...args]);
        expect(run()).toMatch(/files of generated\/ changed/);
        expect(run('--check')).toBe('generated/ is what idl/ renders to (epoch, tombstone)\n');
        const index = 'generated/tombstone/index.ts';
        expect(readFileSync(join(consumer.folder, index), 'utf8')).toBe(readFileSync(join(PROJECT, index), 'utf8'));
        consumer.write(index, '// by hand\n');
        const { output, status } = consumer.fail('npx', ['payment-channels-codegen', '--check']);
        expect({ output: output.split('\n')[0], status }).toEqual({
            output: 'changed    generated/tombstone/index.ts',
            status: 1,
        });
    });

    it('leaves alone what it did not render, and everything when the IDL is bad', () => {
        consumer.write('mine/index.ts', 'export {};');
        expect(fail('generate', '--idl', IDL, '--out', 'mine')).toMatchObject({ status: 2 });
        consumer.write('bad.json', '{ "kind": "rootNode" }');
        expect(fail('generate', '--idl', 'bad.json', '--out', 'src/generated')).toMatchObject({ status: 1 });
        expect(generate('--check')).toContain('is up to date');
    });
});

describe('the command line from the packed tarballs', () => {
    it('simulates with the program that comes with the library', () => {
        const report = JSON.parse(
            consumer.run('npx', ['payment-channels', 'simulate', '--channels', '2', '--json']),
        ) as { channels: number; conserved: boolean; elf: { source: string } };
        expect(report).toMatchObject({ channels: 2, conserved: true, elf: { source: 'embedded' } });
    });

    it('runs a scenario of the library, and writes a page that needs nothing else', () => {
        const file = `node_modules/${PACKAGES['.']}/examples/scenarios/forced-close.json`;
        const output = consumer.run('npx', ['payment-channels', 'simulate', file, '--html', 'report.html', '--json']);
        const { transactions } = JSON.parse(output) as { transactions: { signature: string }[] };
        const page = readFileSync(join(consumer.folder, 'report.html'), 'utf8');
        for (const { signature } of transactions) expect(page).toContain(signature);
        expect(page).toContain('Chart.js');
        expect(page).not.toMatch(/<(link|img)|src=|@import|sourceMappingURL/);
    });

    it('plans what is in a file', () => {
        consumer.write('batch.json', JSON.stringify({ channels: [], vouchers: [] }));
        const feePayer = 'Vote111111111111111111111111111111111111111';
        const args = ['payment-channels', 'plan', 'batch.json', '--fee-payer', feePayer, '--json'];
        expect(JSON.parse(consumer.run('npx', args))).toMatchObject({ skipped: [], totals: { channels: 0 } });
    });

    it('has the version of its package', () => {
        const { version } = readManifest(consumer.pathOf(PACKAGES.cli));
        expect(consumer.run('npx', ['payment-channels', '--version'])).toBe(`${version}\n`);
    });
});
