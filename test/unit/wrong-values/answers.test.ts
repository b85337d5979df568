import { expect, it } from 'vitest';

import * as toolkit from '../../fixtures/toolkit';
import { createSimulator, createSimulatorRpc } from '../../../src/testing/index';
import { findFaults, type Call } from './harness';
import { DEPLOYMENT, OPENED, OPEN_SLOT } from '../../fixtures/deployment';
import { MAINNET_DEPLOYMENT } from '../../../src';

// As wrong-values.test.ts, for what an RPC answers: every function that reads, every place of a good answer, every kind of
// wrong value. Only what the transport itself throws comes through as it is.

type Method = (...params: unknown[]) => Readonly<{ send: () => Promise<unknown> }>;

const simulator = await createSimulator({ deployment: DEPLOYMENT, slot: OPEN_SLOT });
const rpc = createSimulatorRpc(simulator) as unknown as Readonly<Record<string, Method>>;
const payer = await simulator.createFundedSigner();
const { address: payee } = await simulator.createSigner();
const mint = await simulator.createMint();
await simulator.mintTokens({ amount: 1_000n, mint, owner: payer.address });
const terms = { ...OPENED, deposit: 500n, gracePeriodSeconds: 600, mint, payee, payer, salt: 1n, splits: [] };
await simulator.sendOrThrow([await toolkit.getOpenInstructionAsync(terms as never, DEPLOYMENT)]);
const [channel] = toolkit.findChannelPdaSync(terms, DEPLOYMENT);
const voucher = await toolkit.signVoucher({ channelId: channel, cumulativeAmount: 5n }, payer, DEPLOYMENT);

/** What follows the RPC in the arguments of each function. */
const READERS: Readonly<Record<string, readonly unknown[]>> = {
    fetchAllChannel: [[channel], DEPLOYMENT],
    fetchAllMaybeChannel: [[channel], DEPLOYMENT],
    fetchBatchItems: [[{ channel, splits: [], voucher }], DEPLOYMENT],
    fetchChannel: [channel, DEPLOYMENT],
    fetchChannelFromSeeds: [terms, DEPLOYMENT],
    fetchChannels: [{ payee }, DEPLOYMENT],
    fetchChannelState: [channel, DEPLOYMENT],
    fetchChannelStates: [[channel], DEPLOYMENT],
    fetchClosingChannels: [{ payee }, DEPLOYMENT],
    fetchDistributionAssessment: [{ channel, splits: [] }, DEPLOYMENT],
    fetchLookupTables: [[channel]],
    fetchMaybeChannel: [channel, DEPLOYMENT],
    fetchMaybeChannelFromSeeds: [terms, DEPLOYMENT],
    fetchOpenAssessment: [{ ...terms, salt: 2n }, DEPLOYMENT],
    fetchOpenSlot: [{}, MAINNET_DEPLOYMENT],
    fetchTokenProgram: [mint],
};

/** An RPC that records what it is asked, and answers one of the questions with something else. */
function createRpc(asked: Map<string, unknown>, changed?: Readonly<{ answer: unknown; question: string }>): object {
    const ask = (name: string, params: readonly unknown[]) => async () => {
        const question = JSON.stringify([name, ...params], (_, value: unknown) => String(value));
        const answer = await rpc[name]!(...params).send();
        asked.set(question, answer);
        return question === changed?.question ? changed.answer : answer;
    };
    const get = (_: object, name: string) =>
        name === 'then' ? undefined : (...all: unknown[]) => ({ send: ask(name, all) });
    return new Proxy({}, { get: get as never });
}

it('every function that reads is looked at', () => {
    const names = Object.keys(toolkit).filter(name => name.startsWith('fetch'));
    expect(Object.keys(READERS).sort()).toEqual(names.sort());
});

it.each(Object.entries(READERS))('%s', async (name, args) => {
    const read = (toolkit as unknown as Record<string, Call>)[name]!;
    const asked = new Map<string, unknown>();
    await Promise.resolve(read(createRpc(asked), ...args)).catch(() => undefined);
    expect(asked.size).toBeGreaterThan(0);
    for (const [question, good] of asked) {
        const readAnswer = async ({ context, value }: Record<string, unknown>) =>
            await (read(createRpc(new Map(), { answer: { context, value }, question }), ...args) as Promise<unknown>);
        const faults = await findFaults(readAnswer as Call, () => [good]);
        // What is no answer at all has no members that could be read here, nor what throws while they are.
        expect(
            faults.filter(
                fault => !/at \[0?\]:|a getter that throws at \[0\]\[\w+\]:|no arguments|the good/.test(fault),
            ),
        ).toEqual([]);
    }
});
