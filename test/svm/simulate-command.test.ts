import { describe, expect, it } from 'vitest';

import { runCli } from '../../src/cli/cli';
import { findDiscrepancies, LAMPORTS, type Balance } from '../../src/testing/scenario/ledger';

const run = async (...args: string[]) => {
    const written = { error: '', output: '' };
    const exitCode = await runCli(args, {
        isErrorTerminal: false,
        writeError: text => (written.error += text),
        writeOutput: text => (written.output += text),
    });
    return { ...written, exitCode };
};

type Json = {
    balances: Record<'after' | 'before', { address: string; amount: string; asset: string; party: string }[]>;
    channels: number;
    conserved: boolean;
    elapsedMs: number;
    transactions: { bytes: number; computeUnits: number; feeLamports: string; label: string; signature: string }[];
    vouchers: number;
};

describe('payment-channels simulate', () => {
    it('prints every transaction, every balance and the conservation check', async () => {
        const { error, exitCode, output } = await run('simulate', '--channels', '3');
        expect(exitCode).toBe(0);
        expect(error).toMatch(/open 3\/3\n/);
        for (const label of ['open channel 1 (SPL Token)', 'topUp channel 1', 'withdrawPayer channel 3']) {
            expect(output).toContain(label);
        }
        expect(output).toMatch(/merchant .* lamports/);
        expect(output.trim().split('\n').at(-1)).toBe(
            'Conservation check passed: every token and every lamport is accounted for.',
        );
    });

    it('prints one JSON object and nothing else with --json', async () => {
        const { exitCode, output } = await run('simulate', '--json', '--channels', '4');
        expect(exitCode).toBe(0);
        expect(output.trim().split('\n')).toHaveLength(1);
        const report = JSON.parse(output) as Json;
        expect(Object.keys(report)).toEqual([
            'revision',
            'programAddress',
            'elf',
            'channels',
            'vouchers',
            'transactions',
            'balances',
            'conserved',
            'elapsedMs',
        ]);
        expect(report).toMatchObject({ channels: 4, conserved: true, vouchers: 300 });
        const actions = new Set(report.transactions.map(({ label }) => label.split(/ \(| channel/)[0]));
        expect([...actions].sort()).toEqual([
            'distribute',
            'finalize',
            'open',
            'requestClose',
            'settle',
            'settleAndFinalize',
            'topUp',
            'withdrawPayer',
        ]);
        const sum = (when: 'after' | 'before', asset: string) =>
            report.balances[when]
                .filter(balance => balance.asset === asset)
                .reduce((total, { amount }) => total + BigInt(amount), 0n);
        const fees = report.transactions.reduce((total, { feeLamports }) => total + BigInt(feeLamports), 0n);
        for (const asset of new Set(report.balances.before.map(balance => balance.asset))) {
            expect(sum('after', asset) + (asset === LAMPORTS ? fees : 0n)).toBe(sum('before', asset));
        }
    });

    it('gives the same output for the same seed, elapsed time aside, and another for another', async () => {
        const parse = async (seed: string) => {
            const { elapsedMs, ...rest } = JSON.parse(
                (await run('simulate', '--json', '--channels', '2', '--seed', seed)).output,
            ) as Json;
            expect(elapsedMs).toBeGreaterThan(0);
            return rest;
        };
        const [first, again, other] = [await parse('a'), await parse('a'), await parse('b')];
        expect(again).toEqual(first);
        expect(other.transactions).not.toEqual(first.transactions);
    });

    it.each([1, 2, 3, 25])('conserves everything with %i channels', async channels => {
        const { exitCode, output } = await run('simulate', '--json', '--channels', String(channels));
        expect(exitCode).toBe(0);
        expect(JSON.parse(output)).toMatchObject({ channels, conserved: true });
    });

    it.each([
        ['an unknown flag', ['simulate', '--bogus'], /unknown option '--bogus'/],
        ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
        ['no command', [], /name a command/],
        ['an extra argument', ['simulate', 'extra'], /too many arguments/],
        ['a flag without its value', ['simulate', '--seed'], /'--seed <text>' argument missing/],
        ...['0', '-1', '1.5', 'abc', '', '10001', '1e3', '0x10'].map((value): [string, string[], RegExp] => [
            `--channels ${JSON.stringify(value)}`,
            ['simulate', `--channels=${value}`],
            /whole number from 1 to 10000/,
        ]),
        ['a missing ELF', ['simulate', '--program', '/nowhere/program.so'], /\/nowhere\/program\.so/],
    ])('refuses %s with one line and exit code 2', async (_, args, message) => {
        const { error, exitCode, output } = await run(...args);
        expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
        expect(error).toMatch(message);
        expect(error.trimEnd().split('\n')).toHaveLength(1);
    });
});

describe('the conservation check', () => {
    const mint = 'mint' as Balance['asset'] & Balance['address'];
    const at = (address: string, asset: Balance['asset'], amount: bigint) =>
        ({ address, amount, asset, party: address }) as Balance;
    const before = [at('a', LAMPORTS, 100n), at('a', mint, 7n), at('b', LAMPORTS, 50n), at('b', mint, 0n)];
    const after = [at('a', LAMPORTS, 80n), at('a', mint, 2n), at('b', LAMPORTS, 60n), at('b', mint, 5n)];
    const check = (changed: Balance[], feeLamports = 10n, supply = 7n) =>
        findDiscrepancies({ after: changed, before, feeLamports, supplies: new Map([[mint, supply]]) });

    it('passes when what was moved is what was there, less the fees', () => {
        expect(check(after)).toEqual([]);
    });

    it.each([
        ['a token too few', check([...after.slice(0, 3), at('b', mint, 4n)])],
        ['a token too many', check([...after, at('c', mint, 1n)])],
        ['a lamport too few', check([at('a', LAMPORTS, 79n), ...after.slice(1)])],
        ['a fee that nobody paid', check(after, 11n)],
        ['a supply that is not all there', check(after, 10n, 8n)],
    ])('finds %s', (_, discrepancies) => {
        expect(discrepancies.length).toBeGreaterThan(0);
    });
});
