import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { run } from '../fixtures/run-cli';
import { sample } from '../fixtures/depth';
import { findMissingRent } from '../../src/testing/scenario/checks';
import { findDiscrepancies, LAMPORTS, type Balance } from '../../src/testing/scenario/ledger';
import { MAINNET_DEPLOYMENT } from '../../src';

type Json = {
    balances: Record<'after' | 'before', { address: string; amount: string; asset: string; party: string }[]>;
    channels: number;
    conserved: boolean;
    elapsedMs: number;
    transactions: { bytes: number; computeUnits: number; feeLamports: string; label: string; signature: string }[];
    vouchers: number;
};

const REVISIONS = [
    {
        actions: ['settleAndFinalize', 'finalize'],
        flags: ['--revision', 'tombstone'],
        programAddress: 'CQAyft83tN1w2bRofB5PZ79eVDU2xZUVo43LU1qL4zRg',
        /** What stays for good where a channel was. */
        remains: 897_840n,
        revision: 'tombstone',
    },
    {
        actions: ['settleAndSeal', 'seal', 'reclaim'],
        flags: [],
        programAddress: 'CHNLxYvVA28MJP9PrFuDXccuoGXAx7jBacfLEkahyGsX',
        remains: 0n,
        revision: 'epoch',
    },
];
const PLACEHOLDER = 'DrLViEZBgqj6TgP8vKqu22uvLgV6p3tfkvCYfG8yqSUn';

describe.each(sample(REVISIONS, 2))('payment-channels simulate, $revision', facts => {
    const { actions, flags, programAddress, remains, revision } = facts;

    it('prints every transaction, every balance and the conservation check', async () => {
        const { error, exitCode, output } = await run('simulate', '--channels', '3', ...flags);
        expect(exitCode).toBe(0);
        expect(error).toMatch(/open 3\/3\n/);
        for (const label of ['open channel 1 (SPL Token)', 'topUp channel 1', 'withdrawPayer channel 3']) {
            expect(output).toContain(label);
        }
        expect(output).toMatch(/merchant .* lamports/);
        const where = `Revision ${revision}, deployment localnet: program ${programAddress}, treasury owner ${PLACEHOLDER}`;
        expect(output.split('\n').slice(0, 2)).toEqual(['Scenario: A merchant with 3 channels', where]);
        expect(output.trim().split('\n').at(-1)).toBe(
            'Conservation check passed: every token and every lamport is accounted for.',
        );
    });

    it('prints one JSON object and nothing else with --json', async () => {
        const { exitCode, output } = await run('simulate', '--json', '--channels', '4', ...flags);
        expect(exitCode).toBe(0);
        expect(output.trim().split('\n')).toHaveLength(1);
        const report = JSON.parse(output) as Json;
        expect(Object.keys(report)).toEqual([
            'scenario',
            'revision',
            'deployment',
            'programAddress',
            'treasuryOwner',
            'elf',
            'channels',
            'vouchers',
            'tokens',
            'steps',
            'lives',
            'flows',
            'transactions',
            'balances',
            'conserved',
            'elapsedMs',
        ]);
        expect(report).toMatchObject({
            ...{ channels: 4, conserved: true, vouchers: 300 },
            ...{ deployment: 'localnet', programAddress, revision, treasuryOwner: PLACEHOLDER },
        });
        const done = new Set(report.transactions.map(({ label }) => label.split(/ \(| channel/)[0]));
        const expected = ['distribute', 'open', 'requestClose', 'settle', 'topUp', 'withdrawPayer', ...actions];
        expect([...done].sort()).toEqual(expected.sort());
        const sum = (when: 'after' | 'before', asset: string) =>
            report.balances[when]
                .filter(balance => balance.asset === asset)
                .reduce((total, { amount }) => total + BigInt(amount), 0n);
        const fees = report.transactions.reduce((total, { feeLamports }) => total + BigInt(feeLamports), 0n);
        for (const asset of new Set(report.balances.before.map(balance => balance.asset))) {
            expect(sum('after', asset) + (asset === LAMPORTS ? fees : 0n)).toBe(sum('before', asset));
        }
    });

    it('gives all rent back to who paid it, but for what stays where a channel was', async () => {
        const report = JSON.parse((await run('simulate', '--json', '--channels', '12', ...flags)).output) as Json;
        const sum = (when: 'after' | 'before', isCounted: (party: string) => boolean) =>
            report.balances[when]
                .filter(({ asset, party }) => asset === LAMPORTS && isCounted(party))
                .reduce((total, { amount }) => total + BigInt(amount), 0n);
        const isChannel = (party: string) => party.startsWith('channel ');
        expect(sum('after', isChannel)).toBe(12n * remains);
        // Nobody but payers and merchant pays fees: whoever else pays the rent has every lamport of it again.
        expect(sum('after', party => party === 'sponsor')).toBe(sum('before', party => party === 'sponsor'));
        expect(report.balances.before.some(({ party }) => party === 'sponsor')).toBe(revision === 'epoch');
    });

    it('gives the same output for the same seed, elapsed time aside, and another for another', async () => {
        const parse = async (seed: string) => {
            const { elapsedMs, ...rest } = JSON.parse(
                (await run('simulate', '--json', '--channels', '2', '--seed', seed, ...flags)).output,
            ) as Json;
            expect(elapsedMs).toBeGreaterThan(0);
            return rest;
        };
        const [first, again, other] = [await parse('a'), await parse('a'), await parse('b')];
        expect(again).toEqual(first);
        expect(other.transactions).not.toEqual(first.transactions);
    });

    it.each([1, 2, 3, 25])('conserves everything with %i channels', async channels => {
        const { exitCode, output } = await run('simulate', '--json', '--channels', String(channels), ...flags);
        expect(exitCode).toBe(0);
        expect(JSON.parse(output)).toMatchObject({ channels, conserved: true });
    });
});

describe('payment-channels simulate', () => {
    it('runs the scenario of a file, and fails when it does not end as it should', async () => {
        const file = fileURLToPath(new URL('../../examples/scenarios/forced-close.json', import.meta.url));
        const good = await run('simulate', file);
        expect(good.exitCode).toBe(0);
        expect(good.output).toMatch(/^Scenario: Forced close\n/);
        const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
        try {
            const bent = join(folder, 'bent.json');
            writeFileSync(bent, readFileSync(file, 'utf8').replace('"360000"', '"360001"'));
            const wrong = await run('simulate', bent, '--html', join(folder, 'none', 'page.html'));
            expect(wrong.exitCode).toBe(1);
            expect(wrong.output).toContain('USDC of payer in the end: 360001 expected, got 360000');
            expect(wrong.error).toMatch(/page\.html can't be written: ENOENT\n$/);
            writeFileSync(bent, '{"name":"a"}');
            const bad = await run('simulate', bent);
            expect(bad).toMatchObject({ exitCode: 2, output: '' });
            expect(bad.error).toMatch(/bent\.json: scenario\.\w+ is missing\n$/);
            const both = await run('simulate', file, '--channels', '2');
            expect(both).toMatchObject({ exitCode: 2, output: '' });
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it('runs the program that mainnet has, with its treasury owner', async () => {
        const { exitCode, output } = await run('simulate', '--json', '--channels', '2', '--deployment', 'mainnet');
        expect(exitCode).toBe(0);
        const { programAddress, treasuryOwner } = MAINNET_DEPLOYMENT;
        expect(JSON.parse(output)).toMatchObject({
            ...{ conserved: true, deployment: 'mainnet', programAddress, revision: 'epoch', treasuryOwner },
        });
    });

    it.each([
        [['--revision', 'epoch'], 'tombstone', 'epoch'],
        [['--revision', 'tombstone'], 'epoch', 'tombstone'],
    ])('asks about the revision of an ELF that fails: %j with that of %s', async (flags, given, due) => {
        const elf = fileURLToPath(new URL(`../../program/${given}.so`, import.meta.url));
        const { error, exitCode, output } = await run('simulate', '--channels', '1', '--program', elf, ...flags);
        expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
        expect(error.trimEnd().split('\n').at(-1)).toMatch(
            new RegExp(`Is .*${given}\\.so a program of the ${due} revision\\?$`),
        );
    });

    it.each([
        ['an unknown flag', ['simulate', '--bogus'], /unknown option '--bogus'/],
        ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
        ['no command', [], /name a command/],
        ['an extra argument', ['simulate', 'a', 'extra'], /too many arguments/],
        ['a flag without its value', ['simulate', '--seed'], /'--seed <text>' argument missing/],
        ...['0', '-1', '1.5', 'abc', '', '10001', '1e3', '0x10'].map((value): [string, string[], RegExp] => [
            `--channels ${JSON.stringify(value)}`,
            ['simulate', `--channels=${value}`],
            /whole number from 1 to 10000/,
        ]),
        ['a revision that there is not', ['simulate', '--revision', 'v2'], /'v2' is invalid.*epoch, tombstone/],
        [
            'a deployment that there is not',
            ['simulate', '--deployment', 'moon'],
            /'moon' is invalid.*localnet, mainnet/,
        ],
        [
            'a revision that mainnet does not run',
            ['simulate', '--revision', 'tombstone', '--deployment', 'mainnet'],
            /--deployment mainnet is of the epoch revision .* but the tombstone revision is expected/,
        ],
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

describe('the check of the rent', () => {
    const address = (name: string) => name as Balance['address'];
    const lamportsOf = (amounts: Readonly<Record<string, bigint>>) =>
        Object.entries(amounts).map(([name, amount]): Balance => {
            return { address: address(name), amount, asset: LAMPORTS, party: name };
        });
    const before = { channel: 0n, escrow: 0n, merchant: 100n, payer: 100n, sponsor: 100n };
    const after = { channel: 0n, escrow: 0n, merchant: 90n, payer: 95n, sponsor: 100n };
    const check = (changed: Partial<typeof after>, sizeOfTombstone?: number) => {
        const party = (name: string) => ({ address: address(name), name });
        return findMissingRent({
            after: lamportsOf({ ...after, ...changed }),
            before: lamportsOf(before),
            channels: [
                {
                    address: address('channel'),
                    escrow: address('escrow'),
                    isClosed: true,
                    name: 'channel 1',
                    rentPayer: address(sizeOfTombstone === undefined ? 'sponsor' : 'payer'),
                },
            ],
            parties: [party('merchant'), party('payer'), ...(sizeOfTombstone === undefined ? [party('sponsor')] : [])],
            tombstoneLamports: BigInt(sizeOfTombstone ?? 0),
            transactions: [
                { feeLamports: 10n, feePayer: address('merchant') },
                { feeLamports: 5n, feePayer: address('payer') },
            ],
        }).map(({ what }) => what);
    };

    it('passes when everybody has paid fees and nothing else', () => {
        expect(check({})).toEqual([]);
    });

    it('knows what a tombstone keeps', () => {
        expect(check({ channel: 1n, payer: 94n }, 1)).toEqual([]);
        expect(check({}, 1)).toEqual(['of payer, with all rent back', 'left where channel 1 was']);
    });

    it.each([
        ['rent that went to the payer', { payer: 97n, sponsor: 98n }, ['of payer, with', 'of sponsor, with']],
        ['rent that went to the merchant', { merchant: 91n, sponsor: 99n }, ['of merchant, with', 'of sponsor, with']],
        ['rent that stayed in the channel', { channel: 1n, sponsor: 99n }, ['of sponsor, with', 'left where channel']],
        ['rent that stayed in the escrow', { escrow: 1n, sponsor: 99n }, ['of sponsor, with', 'left where the escrow']],
    ])('finds %s', (_, changed, expected) => {
        const found = check(changed);
        expect(found).toHaveLength(expected.length);
        for (const [index, what] of found.entries()) expect(what).toContain(expected[index]);
    });
});
