import { beforeAll, describe, expect, it } from 'vitest';

import {
    getDistributeInstructionAsync,
    getDistributionHash,
    getFinalizeInstruction,
    getOpenInstructionAsync,
    getRequestCloseInstruction,
    getSettleAndFinalizeInstructions,
    getSettleInstructions,
    getTopUpInstructionAsync,
    getWithdrawPayerInstructionAsync,
    signVoucher,
} from '../../src';
import { type Simulator } from '../../src/testing';
import {
    CHANNEL_RENT,
    ENDED_TOO_EARLY,
    REMAINS,
    SLOTS_UNTIL_FREE,
    STATUSES,
    byRevision,
    openedAt,
} from '../fixtures/revision';
import { createCast, FUNDS, GRACE_PERIOD_SECONDS, TestChannel, TOKEN_PROGRAMS, type Cast } from './fixtures/channel';
import { DEPLOYMENT, OPENED } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';
import { rendered } from '../fixtures/rendered';

const { PaymentChannelsEvent, PayoutBeneficiary, RedirectReason } = rendered;

let simulator: Simulator;
beforeAll(async () => {
    simulator = await createTestSimulator();
});

describe.each(TOKEN_PROGRAMS)('with $name', ({ tokenProgram }) => {
    let cast: Cast;
    let splits: { bps: number; recipient: Cast['recipients'][number] }[];
    beforeAll(async () => {
        cast = await createCast(simulator, tokenProgram);
        splits = [
            { bps: 2_500, recipient: cast.recipients[0] },
            { bps: 3_000, recipient: cast.recipients[1] },
        ];
    });
    const amounts = () => {
        const { payee, payer, recipients, treasury } = cast.tokenAccounts;
        return [payer, payee, ...recipients, treasury].map(account => simulator.getTokenAmount(account));
    };

    it('open creates the channel and its escrow, takes the deposit and emits Opened', async () => {
        const channel = await TestChannel.plan(simulator, cast, { deposit: 10_000n, salt: 77n, splits });
        const [tokensBefore] = amounts();
        const lamportsBefore = simulator.getLamports(cast.payer.address);

        const result = await channel.send([await channel.getOpenInstruction()]);

        expect(channel.account).toMatchObject({
            authorizedSigner: cast.session.address,
            closureStartedAt: 0n,
            deposit: 10_000n,
            discriminator: 1,
            distributionHash: getDistributionHash(splits, DEPLOYMENT),
            gracePeriod: GRACE_PERIOD_SECONDS,
            mint: cast.mint,
            payee: cast.payee.address,
            payer: cast.payer.address,
            payerWithdrawnAt: 0n,
            salt: 77n,
            settlement: { payoutWatermark: 0n, settled: 0n },
            status: STATUSES.open,
            version: 1,
            ...byRevision({
                epoch: { openSlot: simulator.getClock().slot, rentPayer: cast.payer.address },
                tombstone: {},
            }),
        });
        expect(simulator.getTokenAmount(channel.escrow)).toBe(10_000n);
        expect(amounts()[0]).toBe(tokensBefore! - 10_000n);
        expect(simulator.getLamports(channel.address)).toBe(CHANNEL_RENT);
        expect(lamportsBefore - simulator.getLamports(cast.payer.address)).toBe(
            CHANNEL_RENT + simulator.getLamports(channel.escrow),
        );
        expect(result.events).toEqual([
            {
                data: { channel: channel.address, ...openedAt(simulator.getClock().slot) },
                eventType: PaymentChannelsEvent.Opened,
            },
        ]);
    });

    it('topUp adds to the deposit', async () => {
        const channel = await TestChannel.open(simulator, cast, { deposit: 100n });
        await channel.send([
            await getTopUpInstructionAsync({ ...channel.token, amount: 25n, payer: cast.payer }, simulator.deployment),
        ]);
        expect(channel.account.deposit).toBe(125n);
        expect(simulator.getTokenAmount(channel.escrow)).toBe(125n);
    });

    it('settle raises the settled amount to that of the voucher and moves no tokens', async () => {
        const channel = await TestChannel.open(simulator, cast, { splits });
        const before = amounts();
        for (const amount of [400n, 1_000n]) {
            await channel.send(getSettleInstructions({ voucher: await channel.sign(amount) }, DEPLOYMENT));
            expect(channel.account.settlement).toEqual({ payoutWatermark: 0n, settled: amount });
        }
        expect(amounts()).toEqual(before);
    });

    it('several settle pairs of one channel share a transaction', async () => {
        const channel = await TestChannel.open(simulator, cast);
        const vouchers = await Promise.all([1n, 2n, 3n].map(amount => channel.sign(amount)));
        await channel.send(vouchers.flatMap(voucher => getSettleInstructions({ voucher }, DEPLOYMENT)));
        expect(channel.account.settlement.settled).toBe(3n);
    });

    it('settleAndFinalize settles a last voucher and finalizes', async () => {
        const channel = await TestChannel.open(simulator, cast);
        const voucher = await channel.sign(700n);
        await channel.send(
            getSettleAndFinalizeInstructions({ channel: channel.address, payee: cast.payee, voucher }, DEPLOYMENT),
        );
        expect(channel.account).toMatchObject({ settlement: { settled: 700n }, status: STATUSES.finalized });
    });

    it('settleAndFinalize without a voucher finalizes at what is settled already', async () => {
        const channel = await TestChannel.open(simulator, cast);
        await channel.send(getSettleInstructions({ voucher: await channel.sign(300n) }, DEPLOYMENT));
        await channel.send(
            getSettleAndFinalizeInstructions({ channel: channel.address, payee: cast.payee }, DEPLOYMENT),
        );
        expect(channel.account).toMatchObject({ settlement: { settled: 300n }, status: STATUSES.finalized });
    });

    it('settleAndFinalize is still possible in the grace period, until the deadline', async () => {
        const [inTime, late] = [await TestChannel.open(simulator, cast), await TestChannel.open(simulator, cast)];
        for (const channel of [inTime, late]) {
            await channel.send([
                getRequestCloseInstruction({ channel: channel.address, payer: cast.payer }, DEPLOYMENT),
            ]);
        }
        const settle = async (channel: TestChannel) =>
            simulator.send(
                getSettleAndFinalizeInstructions(
                    {
                        channel: channel.address,
                        payee: cast.payee,
                        voucher: await channel.sign(5n),
                    },
                    DEPLOYMENT,
                ),
            );
        simulator.advanceClock({ seconds: GRACE_PERIOD_SECONDS - 1 });
        expect((await settle(inTime)).ok).toBe(true);
        simulator.advanceClock({ seconds: 1 });
        expect((await settle(late)).failure).toMatchObject({ code: 2, name: 'invalidChannelStatus' });
    });

    it('requestClose starts the grace period and finalize ends it, at the deadline and not before', async () => {
        const channel = await TestChannel.open(simulator, cast);
        await channel.send([getRequestCloseInstruction({ channel: channel.address, payer: cast.payer }, DEPLOYMENT)]);
        expect(channel.account).toMatchObject({
            closureStartedAt: simulator.getClock().unixTimestamp,
            status: STATUSES.closing,
        });
        const finalize = () => simulator.send([getFinalizeInstruction({ channel: channel.address }, DEPLOYMENT)]);
        simulator.advanceClock({ seconds: GRACE_PERIOD_SECONDS - 1 });
        expect((await finalize()).failure).toMatchObject(ENDED_TOO_EARLY);
        simulator.advanceClock({ seconds: 1 });
        expect((await finalize()).ok).toBe(true);
        expect(channel.account).toMatchObject({ closureStartedAt: 0n, status: STATUSES.finalized });
    });

    it('withdrawPayer refunds what was not settled, once', async () => {
        const channel = await TestChannel.open(simulator, cast, { deposit: 1_000n });
        const voucher = await channel.sign(400n);
        await channel.send(
            getSettleAndFinalizeInstructions({ channel: channel.address, payee: cast.payee, voucher }, DEPLOYMENT),
        );
        const [before] = amounts();
        const withdraw = await getWithdrawPayerInstructionAsync({ ...channel.token, payer: cast.payer }, DEPLOYMENT);
        await channel.send([withdraw]);
        expect(amounts()[0]).toBe(before! + 600n);
        expect(channel.account.payerWithdrawnAt).toBe(simulator.getClock().unixTimestamp);
        expect((await simulator.send([withdraw])).failure).toMatchObject({ code: 2300, name: 'payerAlreadyWithdrawn' });
    });

    it('distribute on an open channel pays the shares of what is new and leaves the rest in the escrow', async () => {
        const channel = await TestChannel.open(simulator, cast, { deposit: 1_000n, splits });
        const before = amounts();
        const distribute = async () =>
            channel.send([
                await getDistributeInstructionAsync(
                    { ...channel.account, ...channel.token, splits: channel.splits },
                    DEPLOYMENT,
                ),
            ]);
        await channel.send(getSettleInstructions({ voucher: await channel.sign(101n) }, DEPLOYMENT));
        await distribute();
        // floor(101 * 25 %) = 25, floor(101 * 30 %) = 30, floor(101 * 45 %) = 45; 1 stays until the final sweep.
        expect(amounts().map((amount, index) => amount - before[index]!)).toEqual([0n, 45n, 25n, 30n, 0n]);
        await channel.send(getSettleInstructions({ voucher: await channel.sign(200n) }, DEPLOYMENT));
        await distribute();
        expect(amounts().map((amount, index) => amount - before[index]!)).toEqual([0n, 90n, 50n, 60n, 0n]);
        expect(channel.account.settlement).toEqual({ payoutWatermark: 200n, settled: 200n });
        expect(simulator.getTokenAmount(channel.escrow)).toBe(800n);
    });

    it('distribute on a finalized channel refunds, sweeps, closes the escrow and frees the rent', async () => {
        const channel = await TestChannel.open(simulator, cast, { deposit: 1_000n, splits });
        const before = amounts();
        const voucher = await channel.sign(101n);
        await channel.send(
            getSettleAndFinalizeInstructions({ channel: channel.address, payee: cast.payee, voucher }, DEPLOYMENT),
        );
        const lamportsBefore = simulator.getLamports(cast.payer.address);
        const escrowRent = simulator.getLamports(channel.escrow);
        simulator.advanceClock({ slots: SLOTS_UNTIL_FREE });

        await channel.send([
            await getDistributeInstructionAsync(
                { ...channel.account, ...channel.token, splits: channel.splits },
                DEPLOYMENT,
            ),
        ]);

        expect(amounts().map((amount, index) => amount - before[index]!)).toEqual([899n, 45n, 25n, 30n, 1n]);
        expect(simulator.getChannel(channel.address)).toEqual({ address: channel.address, kind: REMAINS.kind });
        expect(simulator.svm.getAccount(channel.escrow).exists).toBe(false);
        expect(simulator.getLamports(channel.address)).toBe(REMAINS.lamports);
        expect(simulator.getLamports(cast.payer.address) - lamportsBefore).toBe(
            CHANNEL_RENT - REMAINS.lamports + escrowRent,
        );
        const reopen = await simulator.send([await channel.getOpenInstruction()]);
        expect(reopen.failure).toMatchObject(
            byRevision<object>({
                epoch: { code: 2003, name: 'openSlotOutOfWindow' },
                tombstone: { code: 0, name: undefined, program: '11111111111111111111111111111111' },
            }),
        );
    });

    it('distribute sends a share whose token account is missing to the treasury and says so', async () => {
        const stranger = (await simulator.createSigner()).address;
        const channel = await TestChannel.open(simulator, cast, {
            deposit: 1_000n,
            splits: [{ bps: 1_000, recipient: stranger }],
        });
        const before = amounts();
        await channel.send(getSettleInstructions({ voucher: await channel.sign(500n) }, DEPLOYMENT));
        const result = await channel.send([
            await getDistributeInstructionAsync(
                { ...channel.account, ...channel.token, splits: channel.splits },
                DEPLOYMENT,
            ),
        ]);
        expect(result.events).toEqual([
            {
                data: {
                    amount: 50n,
                    beneficiary: PayoutBeneficiary.Recipient,
                    channel: channel.address,
                    owner: stranger,
                    reason: RedirectReason.ClosedOrMalformed,
                },
                eventType: PaymentChannelsEvent.PayoutRedirected,
            },
        ]);
        expect(amounts().map((amount, index) => amount - before[index]!)).toEqual([0n, 450n, 0n, 0n, 50n]);
    });

    it.each([1, 2, 8, 11])('distribute pays %i recipients in one transaction', async count => {
        const recipients = await Promise.all(Array.from({ length: count }, () => simulator.createSigner()));
        const channel = await TestChannel.open(simulator, cast, {
            deposit: 10_000n,
            splits: recipients.map(({ address }) => ({ bps: 100, recipient: address })),
        });
        const accounts = [];
        for (const { address } of recipients) {
            accounts.push(await simulator.createTokenAccount({ ...cast, owner: address }));
        }
        await channel.send(getSettleInstructions({ voucher: await channel.sign(10_000n) }, DEPLOYMENT));
        await channel.send([
            await getDistributeInstructionAsync(
                { ...channel.account, ...channel.token, splits: channel.splits },
                DEPLOYMENT,
            ),
        ]);
        expect(accounts.map(account => simulator.getTokenAmount(account))).toEqual(recipients.map(() => 100n));
    });

    it.each(['payer', 'payee', 'session'] as const)('who is not the %s can not act for it', async role => {
        const channel = await TestChannel.open(simulator, cast);
        const stranger = await simulator.createFundedSigner();
        await simulator.mintTokens({ ...cast, amount: 1n, owner: stranger.address });
        const attempts = {
            payee: async () =>
                getSettleAndFinalizeInstructions({ channel: channel.address, payee: stranger }, DEPLOYMENT),
            payer: async () => [getRequestCloseInstruction({ channel: channel.address, payer: stranger }, DEPLOYMENT)],
            session: async () => {
                const { voucher } = await channel.sign(1n);
                const forged = await signVoucher(voucher, stranger, DEPLOYMENT);
                return getSettleInstructions({ voucher: forged }, DEPLOYMENT);
            },
        };
        const expected = { payee: 6, payer: 5, session: 237 };
        const result = await simulator.send(await attempts[role]());
        expect(result.failure).toMatchObject({ code: expected[role], kind: 'custom' });
    });

    it('a payer without enough tokens can not open', async () => {
        const channel = await TestChannel.plan(simulator, cast, { deposit: FUNDS + 1n });
        const instruction = await getOpenInstructionAsync({ ...OPENED, ...channel.input }, DEPLOYMENT);
        const result = await simulator.send([instruction]);
        // The token program's "insufficient funds", not this program's "missing signature": both are number 1.
        expect(result.failure).toMatchObject({ code: 1, name: undefined, program: tokenProgram });
        expect(simulator.getChannel(channel.address)).toEqual({ address: channel.address, kind: 'absent' });
    });
});
