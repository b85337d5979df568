import { createClient, extendClient, type Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import * as root from '../fixtures/toolkit';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, PAYER, PAYER_SIGNER, SALT } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';
import { createFakeRpc } from '../fixtures/rpc';
import { hex, unhex } from '../fixtures/vectors';

// The epoch revision against the vectors of docs/program.md, section 13, and what happens where revisions or
// deployments meet.

const { EPOCH_LOCALNET: EPOCH, TOMBSTONE_LOCALNET: TOMBSTONE } = root;
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
        expect(root.findChannelPdaSync<'epoch'>({ ...SEEDS, openSlot: OPEN_SLOT }, EPOCH)).toEqual([CHANNEL, 255]);
    });

    it('the hash of a distribution plan', () => {
        expect(hex(root.getDistributionHash([], EPOCH))).toBe(
            'df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119',
        );
        expect(hex(root.getDistributionHash(SPLITS, EPOCH))).toBe(
            'e6aa5fcfd66ed8e89ecc970a1482cef7627e2cd4d26a5f8ae438fbce4ee804a2',
        );
    });

    it('a voucher, both ways', () => {
        expect(hex(root.encodeVoucher(VOUCHER, EPOCH))).toBe(VOUCHER_HEX);
        expect(root.decodeVoucher(unhex(VOUCHER_HEX), EPOCH)).toEqual(VOUCHER);
    });

    it('the data and the accounts of open', async () => {
        const input = { ...SEEDS, deposit: 1_000_000n, gracePeriodSeconds: 3_600, openSlot: OPEN_SLOT, splits: SPLITS };
        const open = await root.getOpenInstructionAsync({ ...input, payer: PAYER_SIGNER }, EPOCH);
        expect(hex(open.data)).toBe(
            `012a0000000000000040420f0000000000100e0000e803000000000000` +
                `02000000${'11'.repeat(32)}c409${'22'.repeat(32)}b80b`,
        );
        expect(open.accounts).toHaveLength(14);
        // The payer pays the rent unless somebody else does, and is listed twice.
        expect(open.accounts.slice(0, 2).map(({ address }) => address)).toEqual([PAYER, PAYER]);
    });

    it('the deployments', () => {
        expect(root.MAINNET_DEPLOYMENT).toMatchObject({
            programAddress: 'CHNLxYvVA28MJP9PrFuDXccuoGXAx7jBacfLEkahyGsX',
            treasuryOwner: 'Cs2zdfUNonRdRGsiZUQQLdTxzxVvJZmgiX2mpLYKuEqP',
        });
        expect(root.EPOCH_LOCALNET).toMatchObject({
            programAddress: root.MAINNET_DEPLOYMENT.programAddress,
            treasuryOwner: 'DrLViEZBgqj6TgP8vKqu22uvLgV6p3tfkvCYfG8yqSUn',
        });
    });
});

describe('another revision', () => {
    const mismatch = { expected: 'epoch', given: 'tombstone' };

    it('at the address of a published program is refused', async () => {
        await expectRefusal(
            () =>
                root.getFinalizeInstruction(
                    { channel: CHANNEL },
                    { ...TOMBSTONE, programAddress: root.MAINNET_DEPLOYMENT.programAddress },
                ),
            'REVISION_MISMATCH',
            { expected: 'tombstone', field: 'deployment.programAddress', given: 'epoch' },
        );
    });

    it.each([216, 1])('of an account of %i bytes is not misread', async length => {
        const data = new Uint8Array(length).fill(1);
        const account = {
            address: CHANNEL,
            data,
            exists: true,
            programAddress: root.MAINNET_DEPLOYMENT.programAddress,
        };
        const code = length === 216 ? 'REVISION_MISMATCH' : 'ACCOUNT_MALFORMED';
        await expectRefusal(() => root.decodeChannelState(account as never, EPOCH), code);
    });

    it('of an account that the other program owns is named', async () => {
        const data = new Uint8Array(216).fill(1);
        const account = { address: CHANNEL, data, exists: true, programAddress: TOMBSTONE.programAddress };
        await expectRefusal(() => root.decodeChannelState(account as never, EPOCH), 'REVISION_MISMATCH', mismatch);
    });

    it('of a voucher is named by its length, and another magic is none', async () => {
        await expectRefusal(
            () => root.decodeVoucher(unhex(VOUCHER_HEX.slice(4)), EPOCH),
            'REVISION_MISMATCH',
            mismatch,
        );
        await expectRefusal(() => root.decodeVoucher(unhex(VOUCHER_HEX), TOMBSTONE), 'REVISION_MISMATCH', {
            expected: 'tombstone',
            given: 'epoch',
        });
        const magic = unhex(VOUCHER_HEX.replace(/^5601/, '5602'));
        await expectRefusal(() => root.decodeVoucher(magic, EPOCH), 'VOUCHER_INVALID', {
            field: 'voucher.magic',
            value: '56 02',
        });
    });

    it('of a filter is refused: there everything would match', async () => {
        await expectRefusal(() => root.getChannelFilters({ rentPayer: PAYER } as never, TOMBSTONE), 'INPUT_INVALID');
        await expectRefusal(
            () => root.getChannelFilters({ status: 'closed' as never }, EPOCH),
            'CHANNEL_STATUS_INVALID',
        );
    });
});

describe('another deployment', () => {
    it('than that of the client is refused by the plugin', async () => {
        const { MAINNET_DEPLOYMENT, paymentChannels } = root;
        const client = extendClient(createClient(), { deployment: root.EPOCH_LOCALNET }) as never;
        await expectRefusal(
            () => paymentChannels({ deployment: MAINNET_DEPLOYMENT })(client as never),
            'DEPLOYMENT_MISMATCH',
        );
        await expectRefusal(() => paymentChannels({ deployment: TOMBSTONE })(client as never), 'REVISION_MISMATCH');
    });

    it('is what a refused treasury account means', () => {
        const failure = root.getProgramFailure({ InstructionError: [0, { Custom: 2401 }] }, EPOCH, {
            instructions: [{ programAddress: root.MAINNET_DEPLOYMENT.programAddress }],
        });
        expect(failure?.message).toContain(root.MAINNET_DEPLOYMENT.treasuryOwner);
        expect(failure?.message).toContain(root.EPOCH_LOCALNET.treasuryOwner);
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
        const openSlot = root.chooseOpenSlot(input, EPOCH);
        expect(openSlot).toBe(expected);
        root.assertIsOpenSlotInWindow({ ...input, openSlot }, EPOCH);
        const last = { currentSlot: openSlot + 1_500n, openSlot };
        root.assertIsOpenSlotInWindow(last, EPOCH);
        expect(() => root.assertIsOpenSlotInWindow({ ...last, currentSlot: last.currentSlot + 1n }, EPOCH)).toThrow();
        expect(root.getReclaimableFromSlot(openSlot, EPOCH)).toBe(openSlot + 1_501n);
    });

    it('asks the RPC, and refuses what it can not read', async () => {
        const { rpc } = createFakeRpc(() => 7_000);
        expect(await root.fetchOpenSlot(rpc, { landingSlots: 500n }, EPOCH)).toBe(6_000n);
        const broken = createFakeRpc(() => 'soon').rpc;
        await expectRefusal(() => root.fetchOpenSlot(broken, {}, EPOCH), 'RPC_RESPONSE_INVALID');
        await expectRefusal(
            () => root.chooseOpenSlot({ currentSlot: 1n, landingSlots: 1_501n }, EPOCH),
            'INTEGER_OUT_OF_RANGE',
        );
    });
});

describe('findCheapChannelSalt', () => {
    it('finds the first salt that will do, and no more than it may try', async () => {
        const input = { ...SEEDS, openSlot: OPEN_SLOT };
        const found = root.findCheapChannelSalt(input, EPOCH);
        expect(root.findChannelPdaSync({ ...input, salt: found.salt }, EPOCH)).toEqual([found.channel, 255]);
        expect(root.findEscrowPdaSync({ channel: found.channel, mint: MINT })).toEqual([found.escrow, 255]);
        expect(found.attempts).toBe(Number(found.salt) + 1);
        if (found.attempts > 1) {
            const maxAttempts = found.attempts - 1;
            await expectRefusal(() => root.findCheapChannelSalt({ ...input, maxAttempts }, EPOCH), 'SALT_NOT_FOUND', {
                attempts: maxAttempts,
            });
        }
        expect(root.findCheapChannelSalt({ ...input, firstSalt: found.salt }, EPOCH).attempts).toBe(1);
        expect(root.findCheapChannelSalt(SEEDS, TOMBSTONE).channel).toBe(
            root.findChannelPdaSync({ ...SEEDS, salt: root.findCheapChannelSalt(SEEDS, TOMBSTONE).salt }, TOMBSTONE)[0],
        );
    });
});
