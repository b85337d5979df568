import { createClient, extendClient, type Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import * as root from '../../src';
import * as epoch from '../../src/epoch';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, PAYER, PAYER_SIGNER, SALT } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';
import { createFakeRpc } from '../fixtures/rpc';
import { hex, unhex } from '../fixtures/vectors';

// The entry point ./epoch against the spec's vectors (section 11), and what happens where revisions or deployments meet.

const OPEN_SLOT = 1_000n;
const CHANNEL = '41j3yjaRSM2W3MWfkwQ9uQJvJrKkqKHMH3oujytLL6mB' as Address;
const CHANNEL_HEX = '2cc29bbf6c20b9c32170488ff84ef902372d7f0b832a57234fb9455895a0e2be';
const SEEDS = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER, salt: SALT };
const VOUCHER = { channelId: CHANNEL, cumulativeAmount: 500_000n, expiresAt: 0n };
const VOUCHER_HEX = `5601${CHANNEL_HEX}20a10700000000000000000000000000`;
const SPLITS = [
    { bps: 2500, recipient: addressOf(0x11) },
    { bps: 3000, recipient: addressOf(0x22) },
];

describe("the spec's vectors", () => {
    it('the channel', () => {
        expect(epoch.findChannelPdaSync({ ...SEEDS, openSlot: OPEN_SLOT })).toEqual([CHANNEL, 255]);
    });

    it('the hash of a distribution plan', () => {
        expect(hex(epoch.getDistributionHash([]))).toBe(
            'df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119',
        );
        expect(hex(epoch.getDistributionHash(SPLITS))).toBe(
            'e6aa5fcfd66ed8e89ecc970a1482cef7627e2cd4d26a5f8ae438fbce4ee804a2',
        );
    });

    it('a voucher, both ways', () => {
        expect(hex(epoch.encodeVoucher(VOUCHER))).toBe(VOUCHER_HEX);
        expect(epoch.decodeVoucher(unhex(VOUCHER_HEX))).toEqual(VOUCHER);
    });

    it('the data and the accounts of open', async () => {
        const input = { ...SEEDS, deposit: 1_000_000n, gracePeriodSeconds: 3_600, openSlot: OPEN_SLOT, splits: SPLITS };
        const open = await epoch.getOpenInstructionAsync({ ...input, payer: PAYER_SIGNER });
        expect(hex(open.data)).toBe(
            `012a0000000000000040420f0000000000100e0000e803000000000000` +
                `02000000${'11'.repeat(32)}c409${'22'.repeat(32)}b80b`,
        );
        expect(open.accounts).toHaveLength(14);
        // The payer pays the rent unless somebody else does, and is listed twice.
        expect(open.accounts.slice(0, 2).map(({ address }) => address)).toEqual([PAYER, PAYER]);
    });

    it('the deployments', () => {
        expect(epoch.MAINNET_DEPLOYMENT).toMatchObject({
            programAddress: 'CHNLxYvVA28MJP9PrFuDXccuoGXAx7jBacfLEkahyGsX',
            treasuryOwner: 'Cs2zdfUNonRdRGsiZUQQLdTxzxVvJZmgiX2mpLYKuEqP',
        });
        expect(epoch.LOCALNET_DEPLOYMENT).toMatchObject({
            programAddress: epoch.MAINNET_DEPLOYMENT.programAddress,
            treasuryOwner: 'DrLViEZBgqj6TgP8vKqu22uvLgV6p3tfkvCYfG8yqSUn',
        });
    });
});

describe('another revision', () => {
    const mismatch = { expected: 'epoch', given: 'tombstone' };

    it('of a deployment is refused by every function of this one', async () => {
        const wrong = root.LOCALNET_DEPLOYMENT as never;
        const { rpc } = createFakeRpc(() => null);
        const calls: (() => unknown)[] = [
            () => epoch.encodeVoucher(VOUCHER, wrong),
            () => epoch.findChannelPdaSync({ ...SEEDS, openSlot: OPEN_SLOT }, wrong),
            () => epoch.getSealInstruction({ channel: CHANNEL }, wrong),
            () => epoch.getReclaimInstruction({ channel: CHANNEL, rentPayer: PAYER }, wrong),
            () => epoch.getRequestCloseInstruction({ channel: CHANNEL, payer: PAYER_SIGNER }, wrong),
            () =>
                epoch.getTopUpInstructionAsync(
                    { amount: 1n, channel: CHANNEL, mint: MINT, payer: PAYER_SIGNER },
                    wrong,
                ),
            () => epoch.fetchChannels(rpc, { payer: PAYER }, wrong),
            () => epoch.parseEvents([], wrong),
            () => epoch.createVoucherVerifier({}, wrong),
        ];
        for (const call of calls) await expectRefusal(call, 'REVISION_MISMATCH', mismatch);
    });

    it('at the address of a published program is refused', async () => {
        await expectRefusal(
            () =>
                root.getFinalizeInstruction(
                    { channel: CHANNEL },
                    { programAddress: epoch.PAYMENT_CHANNELS_PROGRAM_ADDRESS },
                ),
            'REVISION_MISMATCH',
            { expected: 'tombstone', field: 'config.programAddress', given: 'epoch' },
        );
    });

    it.each([216, 1])('of an account of %i bytes is not misread', async length => {
        const data = new Uint8Array(length).fill(1);
        const account = {
            address: CHANNEL,
            data,
            exists: true,
            programAddress: epoch.PAYMENT_CHANNELS_PROGRAM_ADDRESS,
        };
        const code = length === 216 ? 'REVISION_MISMATCH' : 'ACCOUNT_MALFORMED';
        await expectRefusal(() => epoch.decodeChannelState(account as never), code);
    });

    it('of an account that the other program owns is named', async () => {
        const data = new Uint8Array(216).fill(1);
        const account = { address: CHANNEL, data, exists: true, programAddress: root.PAYMENT_CHANNELS_PROGRAM_ADDRESS };
        await expectRefusal(() => epoch.decodeChannelState(account as never), 'REVISION_MISMATCH', mismatch);
    });

    it('of a voucher is named by its length, and another magic is none', async () => {
        await expectRefusal(() => epoch.decodeVoucher(unhex(VOUCHER_HEX.slice(4))), 'REVISION_MISMATCH', mismatch);
        await expectRefusal(() => root.decodeVoucher(unhex(VOUCHER_HEX)), 'REVISION_MISMATCH', {
            expected: 'tombstone',
            given: 'epoch',
        });
        const magic = unhex(VOUCHER_HEX.replace(/^5601/, '5602'));
        await expectRefusal(() => epoch.decodeVoucher(magic), 'VOUCHER_INVALID', {
            field: 'voucher.magic',
            value: '56 02',
        });
    });

    it('of a filter is refused: there everything would match', async () => {
        await expectRefusal(() => root.getChannelFilters({ rentPayer: PAYER } as never), 'INPUT_INVALID');
        await expectRefusal(() => epoch.getChannelFilters({ status: 'finalized' as never }), 'CHANNEL_STATUS_INVALID');
    });

    it('has the same error class', () => {
        expect(epoch.PaymentChannelsError).toBe(root.PaymentChannelsError);
    });
});

describe('another deployment', () => {
    it('than that of the client is refused by the plugin', async () => {
        const { MAINNET_DEPLOYMENT, paymentChannels } = epoch;
        const client = extendClient(createClient(), { deployment: epoch.LOCALNET_DEPLOYMENT }) as never;
        await expectRefusal(() => paymentChannels({ deployment: MAINNET_DEPLOYMENT })(client), 'DEPLOYMENT_MISMATCH');
        await expectRefusal(() => root.paymentChannels()(client), 'REVISION_MISMATCH');
    });

    it('is what a refused treasury account means', () => {
        const failure = epoch.getProgramFailure(
            { InstructionError: [0, { Custom: 2401 }] },
            { instructions: [{ programAddress: epoch.PAYMENT_CHANNELS_PROGRAM_ADDRESS }] },
        );
        expect(failure?.message).toContain(epoch.MAINNET_DEPLOYMENT.treasuryOwner);
        expect(failure?.message).toContain(epoch.LOCALNET_DEPLOYMENT.treasuryOwner);
    });
});

describe('chooseOpenSlot', () => {
    it.each([
        [{ currentSlot: 5_000n }, 5_000n],
        [{ currentSlot: 5_000, landingSlots: 1_500 }, 5_000n],
        [{ currentSlot: 5_000n, landingSlots: 150n }, 3_650n],
        [{ currentSlot: 5_000n, landingSlots: 0n }, 3_500n],
        [{ currentSlot: 10n, landingSlots: 0n }, 0n],
        [{ currentSlot: 0n }, 0n],
    ])('%o', (input, expected) => {
        const openSlot = epoch.chooseOpenSlot(input);
        expect(openSlot).toBe(expected);
        epoch.assertIsOpenSlotInWindow({ ...input, openSlot });
        const last = { currentSlot: openSlot + 1_500n, openSlot };
        epoch.assertIsOpenSlotInWindow(last);
        expect(() => epoch.assertIsOpenSlotInWindow({ ...last, currentSlot: last.currentSlot + 1n })).toThrow();
        expect(epoch.getReclaimableFromSlot(openSlot)).toBe(openSlot + 1_501n);
    });

    it('asks the RPC, and refuses what it can not read', async () => {
        const { rpc } = createFakeRpc(() => 7_000);
        expect(await epoch.fetchOpenSlot(rpc, { landingSlots: 500n })).toBe(6_000n);
        const broken = createFakeRpc(() => 'soon').rpc;
        await expectRefusal(() => epoch.fetchOpenSlot(broken), 'RPC_RESPONSE_INVALID');
        await expectRefusal(
            () => epoch.chooseOpenSlot({ currentSlot: 1n, landingSlots: 1_501n }),
            'INTEGER_OUT_OF_RANGE',
        );
    });
});

describe('findCheapChannelSalt', () => {
    it('finds the first salt that will do, and no more than it may try', async () => {
        const input = { ...SEEDS, openSlot: OPEN_SLOT };
        const found = epoch.findCheapChannelSalt(input);
        expect(epoch.findChannelPdaSync({ ...input, salt: found.salt })).toEqual([found.channel, 255]);
        expect(epoch.findEscrowPdaSync({ channel: found.channel, mint: MINT })).toEqual([found.escrow, 255]);
        expect(found.attempts).toBe(Number(found.salt) + 1);
        if (found.attempts > 1) {
            const maxAttempts = found.attempts - 1;
            await expectRefusal(() => epoch.findCheapChannelSalt({ ...input, maxAttempts }), 'SALT_NOT_FOUND', {
                attempts: maxAttempts,
            });
        }
        expect(epoch.findCheapChannelSalt({ ...input, firstSalt: found.salt }).attempts).toBe(1);
        expect(root.findCheapChannelSalt(SEEDS).channel).toBe(
            root.findChannelPdaSync({ ...SEEDS, salt: root.findCheapChannelSalt(SEEDS).salt })[0],
        );
    });
});
