import { createKeyPairFromPrivateKeyBytes, getBase58Decoder, type Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    encodeVoucher,
    findChannelPda,
    findEscrowPda,
    findTreasuryTokenPda,
    getDistributionHash,
    getDistributionPreimage,
    getOpenInstructionAsync,
    getPayouts,
    signVoucher,
    verifyVoucher,
} from '../../src';
import { dataOf } from '../fixtures/instructions';
import {
    addressOf,
    AUTHORIZED_SIGNER,
    MINT,
    PAYEE,
    PAYER,
    PAYER_SIGNER,
    SALT,
    SPL_TOKEN,
    TOKEN_2022,
} from '../fixtures/parties';
import { byRevision, openAt, openedAt, REVISION, VECTOR_OPEN_SLOT, type TestedRevision } from '../fixtures/revision';
import { describeShared } from '../fixtures/shared';
import {
    CHANNEL,
    CHANNEL_BUMP,
    CHANNEL_HEX,
    DEPOSIT,
    DISTRIBUTION_HASH_HEX,
    EMPTY_DISTRIBUTION_HASH_HEX,
    EMPTY_PREIMAGE_HEX,
    ESCROW_2022,
    ESCROW_SPL,
    GRACE_PERIOD,
    hex,
    OPEN_DATA_HEX,
    OPENED_EVENT_HEX,
    PREIMAGE_HEX,
    PUBLIC_KEY,
    SECRET_KEY,
    SPLITS,
    TREASURY_SPL,
    unhex,
    VOUCHER,
    VOUCHER_HEX,
    VOUCHER_SIGNATURE_HEX,
} from '../fixtures/vectors';
import { DEPLOYMENT, OPENED } from '../fixtures/deployment';
import { rendered } from '../fixtures/rendered';

const { PaymentChannelsEvent, parsePaymentChannelsEvent } = rendered;

describe('the vectors of docs/program.md, section 13', () => {
    const parties = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE };

    it('channel address and bump', async () => {
        expect(await findChannelPda({ ...OPENED, ...parties, payer: PAYER, salt: SALT }, DEPLOYMENT)).toEqual([
            CHANNEL,
            CHANNEL_BUMP,
        ]);
        expect(await findChannelPda({ ...OPENED, ...parties, payer: PAYER, salt: 42 }, DEPLOYMENT)).toEqual([
            CHANNEL,
            CHANNEL_BUMP,
        ]);
        expect(getBase58Decoder().decode(unhex(CHANNEL_HEX))).toBe(CHANNEL);
    });

    it('escrow and treasury token accounts', async () => {
        const addressOfPda = async (pda: Promise<readonly [Address, number]>) => (await pda)[0];
        const escrow = { channel: CHANNEL, mint: MINT };
        expect(await addressOfPda(findEscrowPda(escrow))).toBe(ESCROW_SPL);
        expect(await addressOfPda(findEscrowPda({ ...escrow, tokenProgram: SPL_TOKEN }))).toBe(ESCROW_SPL);
        expect(await addressOfPda(findEscrowPda({ ...escrow, tokenProgram: TOKEN_2022 }))).toBe(ESCROW_2022);
        expect(await addressOfPda(findTreasuryTokenPda({ mint: MINT }, DEPLOYMENT))).toBe(TREASURY_SPL);
    });

    it.each([
        { hash: EMPTY_DISTRIBUTION_HASH_HEX, preimage: EMPTY_PREIMAGE_HEX, splits: [], title: 'without recipients' },
        { hash: DISTRIBUTION_HASH_HEX, preimage: PREIMAGE_HEX, splits: SPLITS, title: 'with two recipients' },
    ])('distribution preimage and hash $title', ({ hash, preimage, splits }) => {
        expect(hex(getDistributionPreimage(splits, DEPLOYMENT))).toBe(preimage);
        expect(hex(getDistributionHash(splits, DEPLOYMENT))).toBe(hash);
    });

    it('data of open', async () => {
        const open = await getOpenInstructionAsync(
            {
                ...OPENED,
                ...parties,
                deposit: DEPOSIT,
                gracePeriodSeconds: GRACE_PERIOD,
                payer: PAYER_SIGNER,
                salt: SALT,
                splits: SPLITS,
            },
            DEPLOYMENT,
        );
        expect(dataOf(open)).toBe(OPEN_DATA_HEX);
        // In the epoch revision the rent payer stands before them.
        const first = byRevision({ epoch: 5, tombstone: 4 });
        expect(open.accounts[first]!.address).toBe(CHANNEL);
        expect(open.accounts[first + 2]!.address).toBe(ESCROW_SPL);
    });

    it('voucher and its signature by the key of RFC 8032', async () => {
        expect(getBase58Decoder().decode(PUBLIC_KEY)).toBe(AUTHORIZED_SIGNER);
        expect(hex(encodeVoucher(VOUCHER, DEPLOYMENT))).toBe(VOUCHER_HEX);

        const signed = await signVoucher(VOUCHER, await createKeyPairFromPrivateKeyBytes(SECRET_KEY), DEPLOYMENT);
        expect(signed.signer).toBe(AUTHORIZED_SIGNER);
        expect(hex(signed.signature)).toBe(VOUCHER_SIGNATURE_HEX);
        expect(await verifyVoucher(signed, AUTHORIZED_SIGNER, DEPLOYMENT)).toBe(true);
    });

    it('Opened event', () => {
        expect(parsePaymentChannelsEvent(unhex(OPENED_EVENT_HEX))).toEqual({
            data: { channel: CHANNEL, ...openedAt(VECTOR_OPEN_SLOT) },
            eventType: PaymentChannelsEvent.Opened,
        });
    });

    const twoOf = (...bps: number[]) => bps.map((bps, index) => ({ bps, recipient: addressOf(index + 1) }));
    it.each([
        {
            input: { payoutWatermark: 0, settled: 100, splits: twoOf(3333, 3333) },
            payouts: { payee: 33n, recipients: [33n, 33n], remainder: 1n },
            title: 'settled 100, nothing paid out',
        },
        {
            input: { payoutWatermark: 9_999, settled: 10_000, splits: twoOf(1) },
            payouts: { payee: 1n, recipients: [1n], remainder: -1n },
            title: 'settled 10,000, 9,999 paid out',
        },
    ])('shares: $title', ({ input, payouts }) => {
        expect(getPayouts(input, DEPLOYMENT)).toEqual(payouts);
    });
});

type Voucher = { base64: string; channelId: Address; cumulativeAmount: string; expiresAt: string };
type Seeds = Record<'authorizedSigner' | 'mint' | 'payee' | 'payer' | 'programId', Address>;
type Layout = {
    channelAddress?: (Seeds & { address: Address; openSlot: string; salt: string })[];
    voucherPreimage: Voucher[];
};

describeShared<Record<TestedRevision, Layout>>('vectors/layouts.json', 'the published layouts', layouts => {
    const { channelAddress = [], voucherPreimage } = layouts[REVISION];

    it.each(voucherPreimage)('voucher over $cumulativeAmount', voucher => {
        const { base64, channelId, cumulativeAmount, expiresAt } = voucher;
        const bytes = encodeVoucher(
            {
                channelId,
                cumulativeAmount: BigInt(cumulativeAmount),
                expiresAt: BigInt(expiresAt),
            },
            DEPLOYMENT,
        );
        expect(Buffer.from(bytes).toString('base64')).toBe(base64);
    });

    it.runIf(channelAddress.length > 0).for(channelAddress)('channel $address', async ({ address, ...seeds }) => {
        const { openSlot, programId: programAddress, salt, ...parties } = seeds;
        const input = { ...parties, ...openAt(BigInt(openSlot)), salt: BigInt(salt) };
        expect((await findChannelPda({ ...OPENED, ...input }, { ...DEPLOYMENT, programAddress }))[0]).toBe(address);
    });
});
