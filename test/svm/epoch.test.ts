import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { beforeAll, describe, expect, it } from 'vitest';

import {
    isPaymentChannelsError,
    assertIsLiveChannelState,
    fetchChannels,
    findCheapChannelSalt,
    findChannelPda,
    getChannelFigures,
    getDistributeInstructionsAsync,
    getMaxDistributableRecipients,
    getOpenInstructionAsync,
    getReclaimInstruction,
    getRequestCloseInstruction,
    getFinalizeInstruction,
    getSettleAndFinalizeInstructions,
    getSettleInstructions,
    getTopUpInstructionAsync,
    getWithdrawPayerInstructionAsync,
    isReclaimable,
    EPOCH_LOCALNET as EPOCH,
    signVoucher,
    type OpenInput,
} from '../../src';
import { PaymentChannelsEvent } from '../../src/epoch';
import { createSimulator, createSimulatorRpc, type Simulator } from '../../src/testing';
import type { Address, KeyPairSigner } from '@solana/kit';

// What only the epoch revision has: open slots, rent payers, channels that leave nothing behind.

const GRACE_PERIOD_SECONDS = 600;
const CHANNEL_RENT = 2_672_640n;
const ESCROW_RENT = 2_039_280n;

let simulator: Simulator<'epoch'>;
let payer: KeyPairSigner;
let session: KeyPairSigner;
let payee: KeyPairSigner;
let sponsor: KeyPairSigner;
let mint: Address;
let salt = 0n;

beforeAll(async () => {
    simulator = await createSimulator({ deployment: EPOCH });
    [payer, session, payee, sponsor] = await Promise.all([
        simulator.createFundedSigner(),
        simulator.createSigner(),
        simulator.createFundedSigner(),
        simulator.createFundedSigner(),
    ]);
    mint = await simulator.createMint();
    await simulator.mintTokens({ amount: 1_000_000n, mint, owner: payer.address });
    await simulator.createTokenAccount({ mint, owner: payee.address });
    await simulator.createTreasuryTokenAccount({ mint });
});

async function open(change: Partial<OpenInput<'epoch'>> = {}) {
    const input: OpenInput<'epoch'> = {
        authorizedSigner: session.address,
        currentSlot: simulator.getClock().slot,
        deposit: 10_000n,
        gracePeriodSeconds: GRACE_PERIOD_SECONDS,
        mint,
        openSlot: simulator.getClock().slot,
        payee: payee.address,
        payer,
        rentPayer: sponsor,
        salt: (salt += 1n),
        splits: [],
        ...change,
    };
    const before = simulator.getLamports(sponsor.address);
    const result = await simulator.sendOrThrow([await getOpenInstructionAsync(input, EPOCH)]);
    const [channel] = await findChannelPda(
        { ...input, authorizedSigner: session.address, payer: payer.address },
        EPOCH,
    );
    return { channel, input, rent: before - simulator.getLamports(sponsor.address), result };
}

const read = (channel: Address) => {
    const state = simulator.getChannel(channel);
    assertIsLiveChannelState(state);
    return state;
};

const distribute = async (channel: Address) =>
    await simulator.sendOrThrow(
        await getDistributeInstructionsAsync({ ...read(channel).channel, channel, splits: [] }, EPOCH),
    );

describe("a channel's life", () => {
    it('opens at the expense of the rent payer, who is told of the slot', async () => {
        const { channel, input, rent, result } = await open();
        expect(rent).toBe(CHANNEL_RENT + ESCROW_RENT);
        expect(read(channel)).toMatchObject({
            channel: { openSlot: input.openSlot, rentPayer: sponsor.address },
            kind: 'open',
        });
        expect(result.events).toEqual([
            { data: { channel, openSlot: input.openSlot }, eventType: PaymentChannelsEvent.Opened },
        ]);
    });

    it('ends early: distributed within the window, and reclaimed after it, to the last lamport', async () => {
        const { channel, rent } = await open();
        const before = simulator.getLamports(sponsor.address);
        const voucher = await signVoucher({ channelId: channel, cumulativeAmount: 4_000n }, session, EPOCH);
        await simulator.sendOrThrow(getSettleInstructions({ voucher }, EPOCH));
        await simulator.sendOrThrow([await getTopUpInstructionAsync({ amount: 1_000n, channel, mint, payer }, EPOCH)]);
        expect(read(channel).channel).toMatchObject({ deposit: 11_000n, settlement: { settled: 4_000n } });

        const last = await signVoucher({ channelId: channel, cumulativeAmount: 5_000n }, session, EPOCH);
        await simulator.sendOrThrow(getSettleAndFinalizeInstructions({ channel, payee, voucher: last }, EPOCH));
        const finalized = read(channel);
        expect(finalized.kind).toBe('finalized');
        await simulator.sendOrThrow([await getWithdrawPayerInstructionAsync({ channel, mint, payer }, EPOCH)]);
        await distribute(channel);
        const distributed = read(channel);
        if (distributed.kind !== 'distributed') throw new Error(distributed.kind);
        expect(getChannelFigures(distributed)).toMatchObject({ refundable: 0n, spendable: 0n, undistributed: 0n });

        const reclaim = getReclaimInstruction({ channel, rentPayer: sponsor.address }, EPOCH);
        const { reclaimableFromSlot } = distributed;
        expect(isReclaimable(distributed, reclaimableFromSlot! - 1n)).toBe(false);
        simulator.setClock({ slot: reclaimableFromSlot! - 1n });
        const early = await simulator.send([reclaim]);
        expect(early.failure).toMatchObject({ code: 2414, name: 'channelCloseTooEarly' });
        simulator.setClock({ slot: reclaimableFromSlot! });
        expect(isReclaimable(distributed, reclaimableFromSlot!)).toBe(true);
        await simulator.sendOrThrow([reclaim]);
        expect(simulator.getChannel(channel)).toEqual({ address: channel, kind: 'absent' });
        expect(simulator.getLamports(sponsor.address) - before).toBe(rent);
    });

    it('ends late: sealed by anyone after the deadline, and gone with the distribution', async () => {
        const { channel } = await open();
        await simulator.sendOrThrow([getRequestCloseInstruction({ channel, payer }, EPOCH)]);
        const seal = getFinalizeInstruction({ channel }, EPOCH);
        const early = await simulator.send([seal]);
        expect(early.failure).toMatchObject({ code: 2201, name: 'sealGracePeriodNotElapsed' });
        simulator.advanceClock({ seconds: GRACE_PERIOD_SECONDS, slots: 1_501 });
        await simulator.sendOrThrow([seal]);
        await distribute(channel);
        expect(simulator.getChannel(channel)).toEqual({ address: channel, kind: 'absent' });
    });
});

describe('the open slot', () => {
    it.each([
        ['the current one', 0n, true],
        ['the oldest', -1_500n, true],
        ['one that is too old', -1_501n, false],
        ['one in the future', 1n, false],
    ])('%s is judged as the program does', async (_, offset, isGood) => {
        const openSlot = simulator.getClock().slot + offset;
        const judged = await open({ openSlot }).then(
            () => true,
            (error: unknown) => !isPaymentChannelsError(error, 'OPEN_SLOT_OUT_OF_WINDOW'),
        );
        expect(judged).toBe(isGood);
        const sent = await open({ currentSlot: undefined, openSlot }).then(
            () => true,
            (error: unknown) => !isPaymentChannelsError(error, 'TRANSACTION_FAILED'),
        );
        expect(sent).toBe(isGood);
    });
});

describe('queries', () => {
    it('find the channels whose rent somebody paid, with every other field as well', async () => {
        const rpc = createSimulatorRpc(simulator);
        const other = await simulator.createFundedSigner();
        const { channel, input } = await open({ rentPayer: other });
        const all = { authorizedSigner: session.address, openSlot: input.openSlot, payer: payer.address } as const;
        for (const filter of [
            { rentPayer: other.address },
            { rentPayer: other.address, status: 'open' as const },
            { ...all, rentPayer: other.address, status: 'open' as const },
            { ...all, mint, payee: payee.address, rentPayer: other.address, status: 'open' as const },
        ]) {
            expect((await fetchChannels(rpc, filter, EPOCH)).map(({ address }) => address)).toEqual([channel]);
        }
        expect(await fetchChannels(rpc, { rentPayer: other.address, status: 'distributed' }, EPOCH)).toEqual([]);
    });
});

describe('a cheap salt', () => {
    it('puts channel and escrow on bump 255', async () => {
        const openSlot = simulator.getClock().slot;
        const terms = { authorizedSigner: session.address, mint, openSlot, payee: payee.address };
        const found = findCheapChannelSalt(
            { ...terms, payer: payer.address, tokenProgram: TOKEN_PROGRAM_ADDRESS },
            EPOCH,
        );
        const { channel } = await open({ ...terms, salt: found.salt });
        expect(channel).toBe(found.channel);
        expect(read(channel).channel.bump).toBe(255);
    });
});

it('distributes 10 recipients in a plain transaction, as many as the spec says', () => {
    expect(getMaxDistributableRecipients(EPOCH)).toBe(10);
    expect(getMaxDistributableRecipients(EPOCH, { usesLookupTable: true })).toBe(27);
    expect(getMaxDistributableRecipients(EPOCH, { version: 1 })).toBe(32);
});
