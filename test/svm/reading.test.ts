import {
    appendTransactionMessageInstructions,
    createTransactionMessage,
    getBase64EncodedWireTransaction,
    getSignatureFromTransaction,
    pipe,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    type Instruction,
    type Rpc,
    type Signature,
} from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { beforeAll, describe, expect, it } from 'vitest';

import {
    fetchChannel,
    fetchChannels,
    fetchChannelState,
    fetchChannelStates,
    fetchClosingChannels,
    getChannelFigures,
    getDistributeInstructionAsync,
    getFinalizeInstruction,
    getLoggedEventCount,
    getProgramFailure,
    getRequestCloseInstruction,
    getSettleAndFinalizeInstructions,
    getSettleInstructions,
    getWithdrawPayerInstructionAsync,
    isFinalizable,
    isSettleable,
    parseTransactionEvents,
    type LiveChannelState,
    type ChannelFilter,
} from '../../src';
import { createSimulatorRpc, type Simulator, type SimulatorRpcApi } from '../../src/testing';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { byRevision, openedAt, REMAINS, SLOTS_UNTIL_FREE } from '../fixtures/revision';
import { createCast, GRACE_PERIOD_SECONDS, TestChannel, type Cast } from './fixtures/channel';
import { DEPLOYMENT } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';
import { rendered } from '../fixtures/rendered';

const { PaymentChannelsEvent } = rendered;

// What the readers of the package say of real channels, through an RPC.

let simulator: Simulator;
let rpc: Rpc<SimulatorRpcApi>;
let cast: Cast;
beforeAll(async () => {
    simulator = await createTestSimulator();
    rpc = createSimulatorRpc(simulator);
    cast = await createCast(simulator, TOKEN_PROGRAM_ADDRESS);
});

/** Signs a transaction with what the RPC says, as a program does on a cluster. */
async function sign(instructions: readonly Instruction[]) {
    const { value: latest } = await rpc.getLatestBlockhash().send();
    const transaction = await pipe(
        createTransactionMessage({ version: 0 }),
        m => setTransactionMessageFeePayerSigner(cast.payee, m),
        m => setTransactionMessageLifetimeUsingBlockhash(latest, m),
        m => appendTransactionMessageInstructions(instructions, m),
        signTransactionMessageWithSigners,
    );
    return { signature: getSignatureFromTransaction(transaction), wire: getBase64EncodedWireTransaction(transaction) };
}

async function send(instructions: readonly Instruction[], skipPreflight = false): Promise<Signature> {
    const { signature, wire } = await sign(instructions);
    expect(await rpc.sendTransaction(wire, { encoding: 'base64', skipPreflight }).send()).toBe(signature);
    return signature;
}
const getTransaction = (signature: Signature) =>
    rpc.getTransaction(signature, { encoding: 'json', maxSupportedTransactionVersion: 0 }).send();
const distribute = (channel: TestChannel) =>
    getDistributeInstructionAsync({ ...channel.account, ...channel.token, splits: channel.splits }, DEPLOYMENT);

describe('the life of a channel', () => {
    it('that its payer closes, state by state', async () => {
        const channel = await TestChannel.plan(simulator, cast, { deposit: 1_000n });
        const now = () => simulator.getClock().unixTimestamp;
        const stateNow = () => fetchChannelState(rpc, channel.address, DEPLOYMENT);
        const figuresNow = async () =>
            getChannelFigures((await stateNow()) as LiveChannelState, { acceptedAmount: 500n });

        expect(await stateNow()).toMatchObject({ kind: 'absent', slot: simulator.getClock().slot });
        await expectRefusal(() => fetchChannel(rpc, channel.address, DEPLOYMENT), 'CHANNEL_NOT_FOUND');
        await send([await channel.getOpenInstruction()]);
        await send(getSettleInstructions({ voucher: await channel.sign(300n) }, DEPLOYMENT));
        await send([await distribute(channel)]);
        await send(getSettleInstructions({ voucher: await channel.sign(400n) }, DEPLOYMENT));
        expect((await stateNow()).kind).toBe('open');
        expect((await fetchChannel(rpc, channel.address, DEPLOYMENT)).data.settlement.settled).toBe(400n);
        const figures = {
            hasPayerWithdrawn: false,
            refundable: 600n,
            spendable: 500n,
            undistributed: 100n,
            unsettled: 100n,
        };
        expect(await figuresNow()).toEqual(figures);

        await send([getRequestCloseInstruction({ channel: channel.address, payer: cast.payer }, DEPLOYMENT)]);
        const closing = await stateNow();
        expect(closing).toMatchObject({ deadlineAt: now() + BigInt(GRACE_PERIOD_SECONDS), kind: 'closing' });
        expect(await figuresNow()).toEqual(figures);
        expect([isSettleable(closing, now()), isFinalizable(closing, now())]).toEqual([true, false]);
        simulator.advanceClock({ seconds: GRACE_PERIOD_SECONDS });
        expect([isSettleable(closing, now()), isFinalizable(closing, now())]).toEqual([false, true]);

        await send([getFinalizeInstruction({ channel: channel.address }, DEPLOYMENT)]);
        expect((await stateNow()).kind).toBe('finalized');
        expect(await figuresNow()).toEqual({ ...figures, spendable: 0n });
        await send([await getWithdrawPayerInstructionAsync({ ...channel.token, payer: cast.payer }, DEPLOYMENT)]);
        expect(await figuresNow()).toMatchObject({ hasPayerWithdrawn: true, refundable: 0n });
        simulator.advanceClock({ slots: SLOTS_UNTIL_FREE });
        await send([await distribute(channel)]);
        expect(await stateNow()).toMatchObject({ address: channel.address, kind: REMAINS.kind });
        await expectRefusal(
            () => fetchChannel(rpc, channel.address, DEPLOYMENT),
            byRevision({ epoch: 'CHANNEL_NOT_FOUND', tombstone: 'CHANNEL_CLOSED' } as const),
        );
    });

    // What isSettleable and isFinalizable say of the seconds around the deadline is what the program does.
    it.each([-1n, 0n, 1n])('at %i seconds from the deadline', async offset => {
        const channel = await TestChannel.open(simulator, cast);
        await send([getRequestCloseInstruction({ channel: channel.address, payer: cast.payer }, DEPLOYMENT)]);
        const state = await fetchChannelState(rpc, channel.address, DEPLOYMENT);
        if (state.kind !== 'closing') throw new Error(state.kind);
        const now = state.deadlineAt! + offset;
        simulator.setClock({ unixTimestamp: now });
        const settle = getSettleAndFinalizeInstructions(
            {
                channel: channel.address,
                payee: cast.payee,
                voucher: await channel.sign(1n),
            },
            DEPLOYMENT,
        );
        const finalize = getFinalizeInstruction({ channel: channel.address }, DEPLOYMENT);
        const isAccepted = async (instructions: readonly Instruction[]) => {
            const { wire } = await sign(instructions);
            const { value } = await rpc.simulateTransaction(wire, { encoding: 'base64', sigVerify: true }).send();
            return value.err === null;
        };
        expect(await isAccepted(settle)).toBe(isSettleable(state, now));
        expect(await isAccepted([finalize])).toBe(isFinalizable(state, now));
    });
});

describe('queries', () => {
    it('find the channels with the fields, and only those', async () => {
        const other = await createCast(simulator, TOKEN_PROGRAM_ADDRESS);
        const mine = [await TestChannel.open(simulator, other), await TestChannel.open(simulator, other)];
        const [first, second] = mine.map(({ address }) => address);
        await send([getRequestCloseInstruction({ channel: second!, payer: other.payer }, DEPLOYMENT)]);
        const find = async (filter: ChannelFilter) =>
            (await fetchChannels(rpc, filter, DEPLOYMENT)).map(({ address }) => address).sort();
        const both = [first!, second!].sort();

        expect(await find({ payer: other.payer.address })).toEqual(both);
        expect(await find({ payee: other.payee.address })).toEqual(both);
        expect(await find({ mint: other.mint })).toEqual(both);
        expect(await find({ authorizedSigner: other.session.address })).toEqual(both);
        expect(await find({ payee: other.payee.address, status: 'open' })).toEqual([first]);
        expect(await find({ payee: other.payee.address, payer: other.payer.address, status: 'closing' })).toEqual([
            second,
        ]);
        expect(await find({ payee: other.payer.address })).toEqual([]);
        expect((await fetchChannelStates(rpc, both, DEPLOYMENT)).map(({ address }) => address)).toEqual(both);
    });

    it('find what is closing in the order of the deadlines, and fail for a status that nobody knows', async () => {
        const other = await createCast(simulator, TOKEN_PROGRAM_ADDRESS);
        const opened: TestChannel[] = [];
        for (const gracePeriodSeconds of [500, 100, 300, 200]) {
            opened.push(await TestChannel.open(simulator, other, { gracePeriodSeconds }));
        }
        for (const { address } of opened.slice(0, 3)) {
            await send([getRequestCloseInstruction({ channel: address, payer: other.payer }, DEPLOYMENT)]);
        }
        const filter = { payee: other.payee.address };
        const expected = [1, 2, 0].map(index => opened[index]!.address);
        const addressesOf = (states: readonly { address: string }[]) => states.map(({ address }) => address);
        expect(addressesOf(await fetchClosingChannels(rpc, filter, DEPLOYMENT))).toEqual(expected);
        expect(
            addressesOf(await fetchClosingChannels(rpc, filter, DEPLOYMENT, { isStatusFilteredByRpc: true })),
        ).toEqual(expected);

        const account = simulator.svm.getAccount(opened[3]!.address);
        if (!account.exists) throw new Error('there is no account');
        simulator.svm.setAccount({ ...account, data: account.data.map((byte, index) => (index === 3 ? 7 : byte)) });
        const error = await errorOf(() => fetchClosingChannels(rpc, filter, DEPLOYMENT));
        expect(error).toMatchObject({
            code: 'CHANNELS_UNREADABLE',
            context: { failures: [{ address: opened[3]!.address, code: 'ACCOUNT_MALFORMED' }] },
        });
    });
});

describe('events', () => {
    it('of open', async () => {
        const channel = await TestChannel.plan(simulator, cast);
        const transaction = await getTransaction(await send([await channel.getOpenInstruction()]));
        expect(parseTransactionEvents(transaction, DEPLOYMENT)).toEqual([
            {
                data: { channel: channel.address, ...openedAt(simulator.getClock().slot) },
                eventType: PaymentChannelsEvent.Opened,
            },
        ]);
        expect(getLoggedEventCount(transaction?.meta?.logMessages ?? [], DEPLOYMENT)).toBe(1);
    });

    it('of a payout that went to the treasury, in every encoding', async () => {
        const recipient = (await simulator.createSigner()).address;
        const channel = await TestChannel.open(simulator, cast, { splits: [{ bps: 5_000, recipient }] });
        await send(getSettleInstructions({ voucher: await channel.sign(1_000n) }, DEPLOYMENT));
        const signature = await send([await distribute(channel)]);
        for (const encoding of ['json', 'base64', 'base58'] as const) {
            const transaction = await rpc
                .getTransaction(signature, { encoding: encoding as 'json', maxSupportedTransactionVersion: 0 })
                .send();
            expect(parseTransactionEvents(transaction, DEPLOYMENT)).toMatchObject([
                { data: { amount: 500n, owner: recipient }, eventType: PaymentChannelsEvent.PayoutRedirected },
            ]);
            expect(getLoggedEventCount(transaction?.meta?.logMessages ?? [], DEPLOYMENT)).toBe(1);
        }
    });

    it('none of a transaction that failed after it emitted one', async () => {
        const channel = await TestChannel.plan(simulator, cast);
        const finalize = getFinalizeInstruction({ channel: channel.address }, DEPLOYMENT);
        const transaction = await getTransaction(await send([await channel.getOpenInstruction(), finalize], true));
        expect(transaction?.meta?.err).toEqual({ InstructionError: [1n, { Custom: 2n }] });
        expect(transaction?.meta?.innerInstructions?.length).toBeGreaterThan(0);
        expect(parseTransactionEvents(transaction, DEPLOYMENT)).toEqual([]);
        expect(getLoggedEventCount(transaction?.meta?.logMessages ?? [], DEPLOYMENT)).toBe(0);
    });
});

describe('the failure of a transaction', () => {
    const expected = { code: 2, instructionIndex: 0, kind: 'custom', name: 'invalidChannelStatus' };
    let finalize: Instruction;
    beforeAll(async () => {
        finalize = getFinalizeInstruction({ channel: (await TestChannel.open(simulator, cast)).address }, DEPLOYMENT);
    });

    it('from a send that the preflight refuses', async () => {
        expect(getProgramFailure(await errorOf(() => send([finalize])), DEPLOYMENT)).toMatchObject(expected);
    });

    it('from a simulation', async () => {
        const { wire } = await sign([finalize]);
        const answer = await rpc.simulateTransaction(wire, { encoding: 'base64' }).send();
        expect(getProgramFailure(answer, DEPLOYMENT)).toMatchObject(expected);
        expect(getProgramFailure(answer.value, DEPLOYMENT)).toMatchObject(expected);
    });

    it('from a transaction that landed, and from its status', async () => {
        const signature = await send([finalize], true);
        expect(getProgramFailure(await getTransaction(signature), DEPLOYMENT)).toMatchObject(expected);
        const { value } = await rpc.getSignatureStatuses([signature]).send();
        // The status has no logs, and System and Token programs have this code too.
        expect(getProgramFailure(value[0], DEPLOYMENT)).toMatchObject({
            code: 2,
            instructionIndex: 0,
            name: undefined,
        });
    });

    it('of a program that this one called has no name of ours', async () => {
        const channel = await TestChannel.open(simulator, cast);
        const again = { ...(await channel.getOpenInstruction()) };
        expect(getProgramFailure(await errorOf(() => send([again])), DEPLOYMENT)).toMatchObject({
            code: 0,
            name: undefined,
            program: '11111111111111111111111111111111',
        });
        const tooMuch = await TestChannel.plan(simulator, cast, { deposit: 2n ** 40n });
        expect(
            getProgramFailure(await errorOf(async () => send([await tooMuch.getOpenInstruction()])), DEPLOYMENT),
        ).toMatchObject({
            code: 1,
            name: undefined,
            program: TOKEN_PROGRAM_ADDRESS,
        });
    });
});
