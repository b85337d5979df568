import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';

import { isPaymentChannelsError, MAINNET_DEPLOYMENT } from '../../src';
import { createMerchantScenario, parseScenarioJson, runScenario, type Scenario } from '../../src/testing';
import { FILE, getScenarioJsonSchema } from '../../src/testing/scenario/form';
import { createRandom } from '../fixtures/seeded-random';
import { isValid } from '../fixtures/json-schema';

// The JSON of scenarios: the reader, the schema that is published, and the type say the same.

const pathTo = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SCHEMA_FILE = pathTo('docs/scenario.schema.json');
const folder = pathTo('examples/scenarios/');
const texts = readdirSync(folder).map(name => readFileSync(`${folder}${name}`, 'utf8'));

const GOOD = {
    channels: [
        {
            ...{ deposit: '100', gracePeriodSeconds: 60, name: 'tab', payee: 'bob', payer: 'alice', token: 'USDC' },
            ...{ rentPayer: 'alice', splits: [{ bps: 100, recipient: 'carol' }] },
        },
        {
            ...{ count: 2, deposit: '1', gracePeriodSeconds: 1, name: 'bar' },
            ...{ payee: 'bob', payer: 'carol', token: 'USDC' },
        },
    ],
    description: 'Every member that there is.',
    end: {
        balances: [{ amount: '9', asset: 'USDC', party: 'alice' }],
        channels: [{ channel: ['tab', 'bar 2'], is: 'open' }],
    },
    name: 'one payment',
    parties: [
        { holds: [{ amount: '100', token: 'USDC' }], lamports: '5', name: 'alice' },
        { name: 'bob' },
        { count: 1, name: 'carol' },
    ],
    steps: [
        { by: 'alice', channel: 'tab', do: 'open', fails: 'invalidSplitConfig' },
        { amount: '7', channel: 'tab', do: 'pay', expiresInSeconds: 9, vouchers: 2 },
        { amount: '1', channel: ['tab'], do: 'topUp' },
        ...['settle', 'settleAndFinalize', 'requestClose', 'finalize', 'withdrawPayer', 'distribute', 'reclaim'].map(
            action => ({ channel: 'bar', do: action, fails: ['Custom 17', 'voucherExpired'] }),
        ),
        { by: 'bob', channel: 'bar 1', do: 'batchSettle', mode: 'settle' },
        { do: 'advance', seconds: 1, slots: 2 },
        { do: 'freeze', party: 'bob', token: 'USDC' },
        { do: 'thaw', party: 'bob', token: 'USDC' },
        { do: 'closeTokenAccount', fails: 'Custom 11', party: 'bob', token: 'USDC' },
    ],
    tokens: [{ decimals: 6, name: 'USDC', program: 'SPL Token' }],
};

/** What is read as the type has it, which the compiler compares with the spec. */
const readShape = (value: unknown): boolean => {
    try {
        FILE.read('scenario', value, 'json');
        return true;
    } catch (error) {
        if (isPaymentChannelsError(error)) return false;
        throw error;
    }
};

describe('the schema of scenarios', () => {
    it('is the one that is published', async () => {
        const options = await resolveConfig(SCHEMA_FILE);
        const text = await format(JSON.stringify(getScenarioJsonSchema()), { ...options, parser: 'json' });
        await expect(text).toMatchFileSnapshot(SCHEMA_FILE);
    });

    it('accepts the scenarios of the library and every member that there is', () => {
        const schema = getScenarioJsonSchema();
        for (const value of [GOOD, ...texts.map(text => JSON.parse(text) as unknown)]) {
            expect(isValid(value, schema)).toBe(true);
            expect(readShape(value)).toBe(true);
        }
    });

    it('refuses what the reader refuses, and nothing else', () => {
        const schema = getScenarioJsonSchema();
        const random = createRandom('scenario schema');
        const counts = { accepted: 0, refused: 0 };
        for (let round = 0; round < 3_000; round++) {
            const value = mutate(structuredClone(GOOD), random);
            const isRead = readShape(value);
            counts[isRead ? 'accepted' : 'refused'] += 1;
            expect([isValid(value, schema), JSON.stringify(value)]).toEqual([isRead, JSON.stringify(value)]);
        }
        expect(counts.accepted).toBeGreaterThan(100);
        expect(counts.refused).toBeGreaterThan(1_000);
    });
});

const OTHERS: readonly unknown[] = [
    ...[null, true, 0, 1, -1, 1.5, 2 ** 60, '', '0', '01', '-1', '1e3', '7', 'bob', 'open', 'x'.repeat(81)],
    ...[[], {}, ['bob'], [''], [1], { name: 'x' }],
];

/** Replaces, removes or adds one thing somewhere. */
function mutate(value: unknown, random: () => number): unknown {
    const pick = (count: number) => Math.floor(random() * count);
    if (typeof value !== 'object' || value === null || random() < 0.1) return OTHERS[pick(OTHERS.length)];
    const keys = Object.keys(value);
    if (keys.length === 0 || random() < 0.05)
        return Array.isArray(value) ? [...(value as unknown[]), 1] : { ...value, more: 1 };
    const key = keys[pick(keys.length)]!;
    const parent = value as Record<string, unknown>;
    if (random() < 0.1 && !Array.isArray(value)) {
        return Object.fromEntries(Object.entries(parent).filter(([name]) => name !== key));
    }
    parent[key] = mutate(parent[key], random);
    return value;
}

describe('parseScenarioJson', () => {
    it('reads what JSON.stringify makes of a scenario', () => {
        const scenario = createMerchantScenario({ channels: 2 }, MAINNET_DEPLOYMENT);
        expect(parseScenarioJson(JSON.stringify(scenario))).toEqual(scenario);
    });

    it('reads amounts as bigint', () => {
        const scenario = parseScenarioJson(JSON.stringify({ ...GOOD, $schema: 'scenario.schema.json' }));
        expect(scenario).not.toHaveProperty('$schema');
        expect(scenario.channels[0]).toMatchObject({ deposit: 100n, gracePeriodSeconds: 60 });
        expect(scenario.parties[0]).toMatchObject({ holds: [{ amount: 100n, token: 'USDC' }], lamports: 5n });
    });

    const [channel, other] = GOOD.channels;
    const [alice, bob, carol] = GOOD.parties;
    it.each([
        ['what is no JSON', '{', "scenario can't be read as JSON"],
        ['a name twice', '{"name":"a","name":"b"}', 'scenario is given twice'],
        ['a member that is not known', { ...GOOD, end: { ballances: [] } }, 'scenario.end.ballances'],
        ['one that is missing', { ...GOOD, tokens: [{}] }, 'scenario.tokens[0].name is missing'],
        [
            'a number for an amount',
            { ...GOOD, channels: [{ ...channel, deposit: 1 }] },
            'scenario.channels[0].deposit has to be a string of decimal digits',
        ],
        [
            'an amount beyond a u64',
            { ...GOOD, channels: [{ ...channel, deposit: '18446744073709551616' }] },
            'scenario.channels[0].deposit',
        ],
        ['half a second', { ...GOOD, steps: [{ do: 'advance', seconds: 0.5 }] }, 'scenario.steps[0].seconds'],
        [
            'a step that there is not',
            { ...GOOD, steps: [{ channel: 'tab', do: 'close' }] },
            "scenario.steps[0].do has to be 'advance' or",
        ],
        [
            'a step that does nothing',
            { ...GOOD, steps: [{ channel: 'tab' }] },
            'scenario.steps[0] has to be an object with a member do',
        ],
        ['no steps', { ...GOOD, steps: [] }, 'scenario.steps has to be an array of 1 to 100000 items'],
        [
            'a payer that nobody is',
            { ...GOOD, channels: [{ ...channel, payer: 'alicia' }, other] },
            'scenario.channels[0].payer has to be the name of a party of the scenario, such as alice',
        ],
        [
            'a payee who is several',
            { ...GOOD, parties: [alice, { ...bob, count: 2 }, carol] },
            'scenario.channels[0].payee has to be the name of a single party',
        ],
        [
            'a recipient who is several',
            { ...GOOD, parties: [alice, bob, { ...carol, count: 2 }] },
            'scenario.channels[0].splits[0].recipient has to be a single party',
        ],
        ['two parties of a name', { ...GOOD, parties: [alice, bob, carol, bob] }, 'scenario.parties[3].name'],
        [
            'a party that is called like one of many',
            { ...GOOD, parties: [alice, bob, { count: 2, name: 'carol' }, { name: 'carol 2' }] },
            'scenario.parties[3].name',
        ],
        [
            'a party that is called treasury',
            { ...GOOD, parties: [alice, bob, carol, { name: 'treasury' }] },
            'scenario.parties[4].name',
        ],
        [
            'a treasury that signs',
            { ...GOOD, steps: [{ by: 'treasury', channel: 'tab', do: 'distribute' }] },
            'scenario.steps[0].by',
        ],
        [
            'a channel that is called like a party',
            { ...GOOD, channels: [{ ...channel, name: 'bob' }] },
            'scenario.channels[0].name',
        ],
        [
            'a channel that there is not',
            { ...GOOD, steps: [{ channel: ['tab', 'bar 3'], do: 'open' }] },
            'scenario.steps[0].channel[1] has to be the name of a channel of the scenario, such as bar',
        ],
        [
            'a token that there is not',
            { ...GOOD, parties: [{ ...alice, holds: [{ amount: '1', token: 'EURC' }] }, bob, carol] },
            'scenario.parties[0].holds[0].token',
        ],
        [
            'a token that is called lamports',
            { ...GOOD, tokens: [...GOOD.tokens, { name: 'lamports' }] },
            'scenario.tokens',
        ],
        [
            'an error that there is not',
            { ...GOOD, steps: [{ channel: 'tab', do: 'open', fails: 'voucherExpried' }] },
            'scenario.steps[0].fails has to be the name of an error of the program or the runtime, such as voucherExpired',
        ],
        [
            'a balance of nobody',
            { ...GOOD, end: { balances: [{ amount: '1', asset: 'USDC', party: 'dave' }] } },
            'scenario.end.balances[0].party',
        ],
        [
            'too many channels',
            {
                ...GOOD,
                channels: [
                    { ...channel, count: 9_999 },
                    { ...other, count: 9_999 },
                ],
                steps: GOOD.steps.slice(11),
            },
            'scenario.channels has to be at most 10000 altogether',
        ],
    ])('refuses %s, with its path', (_, input, message) => {
        const parse = () => parseScenarioJson(input);
        expect(parse).toThrow(message);
        expect(parse).toThrow(expect.objectContaining({ name: 'PaymentChannelsError' }) as Error);
    });
});

describe('runScenario', () => {
    const scenario = parseScenarioJson(GOOD);
    it.each([
        [
            'a member that is misspelt',
            { ...scenario, ende: {} },
            'scenario.ende has to be left out, since no such member is known; did you mean end?',
        ],
        ['a member that is missing', { ...scenario, tokens: undefined }, 'scenario.tokens has to be given'],
        [
            'an amount as a text',
            { ...scenario, channels: [{ ...scenario.channels[0]!, deposit: '1' }] },
            'scenario.channels[0].deposit',
        ],
        [
            'an amount that is not exact',
            { ...scenario, channels: [{ ...scenario.channels[0]!, deposit: 2 ** 53 }] },
            'scenario.channels[0].deposit',
        ],
        ['a name of nothing', { ...scenario, steps: [{ channel: 'tap', do: 'open' }] }, 'scenario.steps[0].channel'],
    ])('refuses %s, with its path', async (_, wrong, message) => {
        await expect(runScenario(wrong as Scenario, { deployment: MAINNET_DEPLOYMENT })).rejects.toThrow(message);
    });
});
