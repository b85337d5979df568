import { AssertionError } from 'node:assert';

import type { Address } from '@solana/kit';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { getFinalizeInstruction, getMemoInstruction, getTopUpInstructionAsync } from '../../src';
import {
    assertBalanceChanges,
    assertChannel,
    assertConserved,
    assertEvents,
    assertLamports,
    assertProgramError,
    assertSucceeded,
    assertTokens,
    paymentChannelsMatchers,
    trackBalances,
    type MadeChannel,
    type PaymentChannelsMatchers,
    type Simulator,
    type SimulatorSnapshot,
    type TransactionResult,
} from '../../src/testing';
import { DEPLOYMENT } from '../fixtures/deployment';
import { errorOf } from '../fixtures/refusals';
import { SPL_TOKEN } from '../fixtures/parties';
import { byRevision } from '../fixtures/revision';
import { createTestSimulator } from '../fixtures/simulator';
import { createCast, TestChannel } from './fixtures/channel';

declare module 'vitest' {
    // eslint-disable-next-line @typescript-eslint/consistent-type-definitions, @typescript-eslint/no-empty-object-type
    interface Matchers<T> extends PaymentChannelsMatchers<T> {}
}
expect.extend(paymentChannelsMatchers);

let simulator: Simulator;
let made: MadeChannel;
let beginning: SimulatorSnapshot;
let topUp: TransactionResult;
let tooEarly: TransactionResult;

beforeAll(async () => {
    simulator = await createTestSimulator();
    made = await simulator.createChannel({ deposit: 1_000n });
    await simulator.mintTokens({ amount: 500n, mint: made.mint, owner: made.payer.address });
    beginning = simulator.takeSnapshot();
});
beforeEach(async () => {
    simulator.restoreSnapshot(beginning);
    const input = { amount: 200n, channel: made.address, mint: made.mint, payer: made.payer };
    topUp = await simulator.send([await getTopUpInstructionAsync(input, DEPLOYMENT)], { feePayer: made.payer });
    tooEarly = await simulator.send([getFinalizeInstruction({ channel: made.address }, DEPLOYMENT)]);
});

const messageOf = async (call: () => unknown): Promise<string> => {
    const error = await errorOf(() => call());
    if (!(error instanceof Error)) throw new Error('it threw no error');
    return error.message;
};
const ERROR = byRevision({ epoch: 'invalidChannelStatus', tombstone: 'invalidChannelStatus' });

describe('of a result', () => {
    it('say that it succeeded, or what it was and why it failed', async () => {
        assertSucceeded(topUp);
        expect(topUp).toSucceed();
        const message = await messageOf(() => expect(tooEarly).toSucceed());
        expect(message).toContain('expected the transaction to succeed');
        expect(message).toContain(`Transaction ${tooEarly.signature} failed: `);
        expect(message).toMatch(
            byRevision({ epoch: /instruction 0: seal \{/, tombstone: /instruction 0: finalize \{/ }),
        );
        expect(message).toContain(`channel ${made.address}`);
        expect(message).toContain(tooEarly.logs[0]!);
        const opposite = await messageOf(() => expect(topUp).not.toSucceed());
        expect(opposite).toContain('expected the transaction not to succeed');
        expect(opposite).toMatch(/instruction 0: topUp \{.*"amount":"200"/);
    });

    it('name the error that it failed with', async () => {
        assertProgramError(tooEarly, ERROR);
        expect(tooEarly).toFailWithProgramError(ERROR);
        for (const [result, told] of [
            [topUp, 'and it succeeded'],
            [tooEarly, `and it failed with ${ERROR}`],
        ] as const) {
            const messages = [
                await messageOf(() => assertProgramError(result, 'invalidSplits')),
                await messageOf(() => expect(result).toFailWithProgramError('invalidSplits')),
            ];
            for (const message of messages) {
                expect(message).toContain(`expected the transaction to fail with invalidSplits, ${told}`);
                expect(message).toContain(result.logs[0]!);
            }
        }
        expect(await messageOf(() => expect(tooEarly).not.toFailWithProgramError(ERROR))).toContain(
            `expected the transaction not to fail with ${ERROR}`,
        );
    });

    it('compare its events, by the fields that are named', async () => {
        const channel = await TestChannel.plan(simulator, await createCast(simulator, SPL_TOKEN));
        const opened = await simulator.send([await channel.getOpenInstruction()]);
        const [event] = opened.events as unknown as [Record<string, unknown>];
        expect(event).toBeDefined();
        const [name, value] = Object.entries(event)[0]!;
        assertEvents(opened, [{ [name]: value }]);
        expect(opened).toEmitEvents([{ ...event }]);
        const message = await messageOf(() => expect(opened).toEmitEvents([{ [name]: 'other' }]));
        expect(message).toContain(`event 0.${name}: expected "other"`);
        expect(message).toContain('emitted: [');
        expect(await messageOf(() => assertEvents(opened, []))).toContain('1 events in the place of 0');
        expect(await messageOf(() => assertEvents(tooEarly, [{}]))).toContain('0 events in the place of 1');
        expect(await messageOf(() => expect(opened).not.toEmitEvents([{}]))).toContain(
            'expected other events than these',
        );
    });

    it('show other programs by their addresses', async () => {
        const memo = getMemoInstruction('text');
        const message = await messageOf(async () => expect(await simulator.send([memo])).not.toSucceed());
        expect(message).toContain(`instruction 0: 4 bytes for ${memo.programAddress}`);
    });
});

describe('of a simulator', () => {
    it('compare a channel, by the fields that are named', async () => {
        const expected = { deposit: 1_200n, kind: 'open', settlement: { settled: 0 } };
        assertChannel(simulator, made.address, expected);
        expect(simulator).toHaveChannel(made.address, expected);
        const wrong = { deposit: 1_000n, kind: 'closing', settlement: { settled: 5n } };
        for (const message of [
            await messageOf(() => assertChannel(simulator, made.address, wrong)),
            await messageOf(() => expect(simulator).toHaveChannel(made.address, wrong)),
        ]) {
            expect(message).toContain(`expected channel ${made.address} to be {"deposit":"1000"`);
            expect(message).toContain('kind: expected "closing", got "open"');
            expect(message).toContain('channel.deposit: expected 1000, got 1200');
            expect(message).toContain('channel.settlement.settled: expected 5, got 0');
            expect(message).toContain('it is: {');
        }
        expect(await messageOf(() => expect(simulator).not.toHaveChannel(made.address, expected))).toContain(
            'not to be',
        );
    });

    it('compare lamports and tokens', async () => {
        const { escrow, payee } = made;
        const lamports = simulator.getLamports(payee.address);
        assertLamports(simulator, payee.address, lamports);
        assertTokens(simulator, escrow, 1_200);
        expect(simulator).toHaveLamports(payee.address, lamports);
        expect(simulator).toHaveTokens(escrow, 1_200n);
        expect(await messageOf(() => assertLamports(simulator, payee.address, 1n))).toBe(
            `expected the lamports of ${payee.address} to be 1, got ${lamports}`,
        );
        expect(await messageOf(() => expect(simulator).toHaveLamports(payee.address, 1n))).toContain('to be 1, got');
        expect(await messageOf(() => assertTokens(simulator, escrow, 7n))).toBe(
            `expected the tokens in ${escrow} to be 7, got 1200`,
        );
        expect(await messageOf(() => expect(simulator).toHaveTokens(escrow, 7n))).toContain('to be 7, got 1200');
        expect(await messageOf(() => expect(simulator).not.toHaveTokens(escrow, 1_200n))).toContain('not to be 1200');
        expect(await errorOf(() => assertTokens(simulator, escrow, 7n))).toBeInstanceOf(AssertionError);
    });
});

describe('of balances that are tracked', () => {
    let payerTokens: Address;
    beforeEach(async () => {
        payerTokens = await simulator.createTokenAccount({ mint: made.mint, owner: made.payer.address });
    });

    it('compare what has changed, and that nothing was lost', async () => {
        const { address, escrow, payer } = made;
        const balances = trackBalances(simulator, { channel: address, escrow, payer: payer.address, payerTokens });
        const input = { amount: 30n, channel: address, mint: made.mint, payer };
        const { feeLamports } = await simulator.sendOrThrow([await getTopUpInstructionAsync(input, DEPLOYMENT)], {
            feePayer: payer,
        });
        const changes = { escrow: 30n, payer: { lamports: -feeLamports, tokens: 0n }, payerTokens: { tokens: -30n } };
        assertBalanceChanges(balances, changes);
        assertConserved(balances, feeLamports);
        expect(balances).toHaveChangedBy(changes);
        expect(balances).toBeConserved(feeLamports);
        expect(await messageOf(() => assertBalanceChanges(balances, { escrow: 31n, nobody: 0n }))).toBe(
            [
                'expected balances to change by other amounts',
                'escrow.tokens: expected 31, got 30',
                'nobody: no balance of that name is tracked',
                'changes:',
                '  channel: 0 lamports, 0 tokens',
                '  escrow: 0 lamports, 30 tokens',
                `  payer: ${-feeLamports} lamports, 0 tokens`,
                '  payerTokens: 0 lamports, -30 tokens',
            ].join('\n'),
        );
        expect(await messageOf(() => expect(balances).toHaveChangedBy({ escrow: 31n }))).toContain('got 30');
        expect(await messageOf(() => expect(balances).not.toHaveChangedBy(changes))).toContain('in another way');
        expect(await messageOf(() => expect(balances).toBeConserved())).toContain(
            `lamports: changed by ${-feeLamports}, and fees explain 0`,
        );
        expect(await messageOf(() => expect(balances).not.toBeConserved(feeLamports))).toContain('not to be conserved');
    });

    it('find tokens that were burned', async () => {
        const balances = trackBalances(simulator, { owner: made.payer.address, payerTokens });
        simulator.closeTokenAccount(payerTokens);
        const message = await messageOf(() => assertConserved(balances));
        expect(message).toContain(`tokens of ${made.mint}: changed by -300`);
        expect(message).not.toContain('fees explain');
    });
});

it('the matchers are functions with the contract of expect.extend', () => {
    for (const matcher of Object.values(paymentChannelsMatchers)) expect(typeof matcher).toBe('function');
    expect(paymentChannelsMatchers.toSucceed(topUp)).toEqual({ message: expect.any(Function) as unknown, pass: true });
});
