import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { LAMPORTS, parseScenarioJson, runScenario, type Scenario, type ScenarioReport } from '../../src/testing';
import { findWrongHoldings } from '../../src/testing/scenario/checks';
import { DEPLOYMENT } from '../fixtures/deployment';
import { byRevision } from '../fixtures/revision';

// The library of scenarios: each runs for both revisions, and comes to the end that it describes.

const FOLDER = fileURLToPath(new URL('../../examples/scenarios/', import.meta.url));
const read = (name: string) => readFileSync(`${FOLDER}${name}`, 'utf8');
/** That one takes a while: thousand-channels.slow.test.ts. */
const LARGE = 'thousand-channels.json';
const files = readdirSync(FOLDER).filter(name => name !== LARGE);
const options = { deployment: DEPLOYMENT };

const run = async (name: string) => await runScenario(parseScenarioJson(read(name)), options);
const expectGood = ({ discrepancies, unmet }: ScenarioReport) =>
    expect({ discrepancies, unmet }).toEqual({ discrepancies: [], unmet: [] });

/** What the flows say that each party has got of each token. */
function sumFlows({ flows }: ScenarioReport): Map<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const { amount, kind, party, token } of flows) {
        const key = `${party} ${token}`;
        sums.set(key, (sums.get(key) ?? 0n) + (kind === 'deposit' ? -amount : amount));
    }
    return sums;
}

describe('the library of scenarios', () => {
    it('has what it is to have', () => {
        expect(readdirSync(FOLDER).sort()).toEqual([
            'forced-close.json',
            'marketplace-split.json',
            'poisoned-payout.json',
            'sponsored-rent.json',
            'streaming-session.json',
            LARGE,
            'unresponsive-merchant.json',
        ]);
    });

    it.each(files)('%s conserves everything and ends as it says', async name => {
        const scenario = parseScenarioJson(read(name));
        expect(scenario.end?.balances?.length).toBeGreaterThan(1);
        expect(scenario.end?.channels?.length).toBeGreaterThan(0);
        const report = await run(name);
        expectGood(report);
        expect(report.steps).toHaveLength(scenario.steps.length);

        const channels = new Set(report.lives.map(life => life.name));
        const mintOf = new Map<string, string>(report.tokens.map(token => [token.mint, token.name]));
        const changes = new Map<string, bigint>();
        for (const [index, { amount, asset, party }] of report.balances.after.entries()) {
            if (asset === LAMPORTS || channels.has(party)) continue;
            changes.set(`${party} ${mintOf.get(asset)}`, amount - report.balances.before[index]!.amount);
        }
        const moved = sumFlows(report);
        for (const [key, change] of changes) expect([key, moved.get(key) ?? 0n]).toEqual([key, change]);
    });

    it('shows the life of a channel', async () => {
        const { lives, transactions, vouchers } = await run('streaming-session.json');
        expect(vouchers).toBe(650);
        const [{ moments }] = lives as [(typeof lives)[number]];
        const show = moments.map(({ actions, atSeconds, authorized, deposit, paidOut, refunded, settled }) =>
            [actions[0], atSeconds, deposit, authorized, settled, paidOut, refunded].join(' '),
        );
        expect(show).toEqual([
            'open 0 1000000 0 0 0 0',
            'pay 0 1000000 300000 0 0 0',
            'pay 300 1000000 600000 0 0 0',
            'settle 600 1000000 600000 600000 0 0',
            'topUp 600 1500000 600000 600000 0 0',
            'pay 600 1500000 1300000 600000 0 0',
            'settleAndFinalize 1300 1500000 1300000 1300000 0 0',
            'distribute 1300 1500000 1300000 1300000 1300000 200000',
        ]);
        expect(transactions.map(({ failure }) => failure)).toEqual([
            ...[undefined, undefined, 'voucherWatermarkNotMonotonic', undefined, undefined, undefined],
        ]);
    });

    it('names the shares that went to the treasury', async () => {
        const { flows } = await run('poisoned-payout.json');
        expect(flows.filter(({ kind }) => kind === 'forfeit')).toEqual([
            { amount: 150_000n, channel: 'channel 1', kind: 'forfeit', party: 'treasury', token: 'USDC' },
            { amount: 50_000n, channel: 'channel 2', kind: 'forfeit', party: 'treasury', token: 'USDC' },
        ]);
    });

    it('passes reclaim over where no rent is left to bring back', async () => {
        const { lives, steps } = await run('sponsored-rent.json');
        const passedOver = steps.flatMap(step => step.passedOver ?? []);
        expect(passedOver).toEqual([
            byRevision({ epoch: '1 with no rent to bring back', tombstone: '3 with no rent to bring back' }),
        ]);
        expect(new Set(lives.map(({ rentPayer }) => rentPayer.replace(/ \d/, '')))).toEqual(
            new Set([byRevision({ epoch: 'sponsor', tombstone: 'customer' })]),
        );
    });
});

const SCENARIO: Scenario = {
    channels: [
        { deposit: 1_000n, gracePeriodSeconds: 60, name: 'tab', payee: 'bob', payer: 'alice', token: 'USDC' },
        { deposit: 2_000n, gracePeriodSeconds: 60, name: 'bar', payee: 'bob', payer: 'alice', token: 'USDC' },
        { deposit: 4_000n, gracePeriodSeconds: 60, name: 'spare', payee: 'bob', payer: 'alice', token: 'USDC' },
    ],
    name: 'half done',
    parties: [{ holds: [{ amount: 9_000, token: 'USDC' }], name: 'alice' }, { name: 'bob' }],
    steps: [
        { channel: ['tab', 'bar'], do: 'open' },
        { amount: 600, channel: ['tab', 'bar'], do: 'pay', vouchers: 3 },
        { channel: 'tab', do: 'settle' },
        { channel: 'bar', do: 'requestClose' },
    ],
    tokens: [{ name: 'USDC', program: 'Token-2022' }],
};
const withSteps = (...steps: Scenario['steps']): Scenario => ({ ...SCENARIO, steps: [...SCENARIO.steps, ...steps] });

describe('runScenario', () => {
    it('accounts for channels that have not ended, and for one that was never opened', async () => {
        const report = await runScenario(
            {
                ...SCENARIO,
                end: {
                    balances: [
                        { amount: 6_000n, asset: 'USDC', party: 'alice' },
                        { amount: 0, asset: 'USDC', party: 'bob' },
                    ],
                    channels: [
                        { channel: 'tab', is: 'open' },
                        { channel: 'bar', is: 'closing' },
                        { channel: 'spare', is: 'absent' },
                    ],
                },
            },
            options,
        );
        expectGood(report);
        expect(report.lives.map(({ status }) => status)).toEqual(['open', 'closing', 'absent']);
    });

    it('gives the same for the same seed, and other signatures for another', async () => {
        const [first, again, other] = [
            await runScenario(SCENARIO, { ...options, seed: 'a' }),
            await runScenario(SCENARIO, { ...options, seed: 'a' }),
            await runScenario(SCENARIO, { ...options, seed: 'b' }),
        ];
        expect(JSON.stringify(again)).toBe(JSON.stringify(first));
        const signaturesOf = ({ transactions }: ScenarioReport) => transactions.map(({ signature }) => signature);
        expect(new Set([...signaturesOf(first), ...signaturesOf(other)]).size).toBe(2 * first.transactions.length);
    });

    it('says what is not as the scenario expects', async () => {
        const report = await runScenario(
            {
                ...withSteps(
                    { channel: 'tab', do: 'settle', fails: ['voucherExpired', 'voucherOverDeposit'] },
                    { amount: 1n, channel: 'tab', do: 'topUp', fails: 'invalidChannelStatus' },
                ),
                end: {
                    balances: [
                        { amount: 1n, asset: 'USDC', party: 'bob' },
                        { amount: 2n, asset: LAMPORTS, party: 'bob' },
                    ],
                    channels: [{ channel: ['tab', 'bar'], is: 'closing' }],
                },
            },
            options,
        );
        expect(report.discrepancies).toEqual([]);
        expect(report.unmet.map(({ actual, expected, what }) => `${what}: ${expected}, ${actual}`)).toEqual([
            'scenario.steps[4], settle tab: it fails with voucherExpired or voucherOverDeposit, voucherWatermarkNotMonotonic',
            'scenario.steps[5], topUp tab: it fails with invalidChannelStatus, it succeeded',
            'USDC of bob in the end: 1, 0',
            'lamports of bob in the end: 2, 9999980000',
            'tab in the end: closing, open',
        ]);
    });

    it('throws for a transaction that fails and should not, with its step', async () => {
        const failing = withSteps({ channel: 'bar', do: 'withdrawPayer' });
        await expect(runScenario(failing, options)).rejects.toThrow(
            /scenario\.steps\[4\], withdrawPayer bar: .*invalidChannelStatus/,
        );
        const batch = withSteps({ channel: ['tab', 'bar'], do: 'batchSettle', mode: 'settle' });
        await expect(runScenario(batch, options)).rejects.toThrow(
            /scenario\.steps\[4\], batchSettle: tab is skipped NOT_ABOVE_SETTLED/,
        );
    });

    it.each([
        ['voucherExpired', { amount: 1, channel: 'tab', do: 'pay', expiresInSeconds: 0 }],
        ['voucherOverDeposit', { amount: 5_000n, channel: 'tab', do: 'pay' }],
    ] as const)('lets a voucher fail with %s', async (fails, pay) => {
        expectGood(await runScenario(withSteps(pay, { channel: 'tab', do: 'settle', fails }), options));
    });

    it('settles and pays out many channels in few transactions', async () => {
        const json = read(LARGE).replaceAll('"count": 250', '"count": 5');
        const { end: _, ...scenario } = parseScenarioJson(json);
        const report = await runScenario(
            { ...scenario, end: { channels: [{ channel: 'small', is: 'closed' }] } },
            options,
        );
        expectGood(report);
        const batches = report.transactions.filter(({ action }) => action === 'batchSettle');
        expect(batches.length).toBeLessThan(15);
        expect(new Set(batches.flatMap(({ channels }) => channels)).size).toBe(20);
    });

    it('reports progress that adds up', async () => {
        const seen: string[] = [];
        const onProgress = ({ done, phase, total }: Readonly<{ done: number; phase: string; total: number }>) => {
            if (done === total) seen.push(`${phase} ${total}`);
        };
        await runScenario(SCENARIO, { ...options, onProgress });
        expect(seen).toEqual(['open 2', 'pay 6', 'settle 1', 'requestClose 1']);
    });
});

it('tokens in the wrong hands are found', () => {
    const [alice, bob] = ['alice', 'bob'].map(name => ({ name, tokenAccounts: new Map([['USDC', name]]) }));
    const world = { parties: [alice, bob], tokens: [{ mint: 'mint', name: 'USDC' }] };
    const simulator = { getTokenAmount: (account: string) => (account === 'alice' ? 4n : 6n) };
    const books = { getExpected: () => 5n };
    expect(findWrongHoldings(...([simulator, world, books] as never as Parameters<typeof findWrongHoldings>))).toEqual([
        { actual: 4n, asset: 'mint', expected: 5n, what: 'of alice' },
        { actual: 6n, asset: 'mint', expected: 5n, what: 'of bob' },
    ]);
});
