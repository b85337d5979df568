import { generateKeyPairSigner, type Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import * as root from '../fixtures/toolkit';
import { createNodeVoucherVerifier } from '../../src/node';
import { addressOf, MINT, PAYEE, PAYER } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';

// A voucher that was signed for one revision of the program and is used with the other: what nobody could verify, and what
// is no forgery, is named.

const [EPOCH, TOMBSTONE] = [root.EPOCH_LOCALNET, root.TOMBSTONE_LOCALNET];
const CHANNEL = addressOf(0x51);
const signer = await generateKeyPairSigner();
const VOUCHER = { channelId: CHANNEL, cumulativeAmount: 400n };
const ofRoot = await root.signVoucher(VOUCHER, signer, TOMBSTONE);
const ofEpoch = await root.signVoucher(VOUCHER, signer, EPOCH);
const ofKeys = await root.signVoucher(VOUCHER, signer.keyPair, EPOCH);
const mismatch = { expected: 'tombstone', given: 'epoch' };

const ACCOUNT = {
    authorizedSigner: signer.address,
    bump: 255,
    closureStartedAt: 0n,
    deposit: 1_000n,
    discriminator: 1,
    distributionHash: root.getDistributionHash([], TOMBSTONE),
    gracePeriod: 600,
    mint: MINT,
    payee: PAYEE,
    payer: PAYER,
    payerWithdrawnAt: 0n,
    salt: 1n,
    settlement: { payoutWatermark: 0n, settled: 100n },
    status: 0,
    version: 1,
};
const STATE: root.ChannelState<'tombstone'> = { address: CHANNEL, channel: ACCOUNT, kind: 'open' };
const payee = { ...signer, address: PAYEE };

describe.each([
    ['as it was signed', ofEpoch],
    ['signed by a pair of keys', ofKeys],
    ['copied by spreading', { ...ofEpoch }],
    ['copied by toSignedVoucher', root.toSignedVoucher(ofEpoch)],
    ['copied twice', { ...root.toSignedVoucher({ ...ofEpoch }) }],
])('a voucher of the other revision, %s', (_title, voucher) => {
    it.each<[string, () => unknown]>([
        ['getSettleInstructions', () => root.getSettleInstructions({ voucher }, TOMBSTONE)],
        [
            'getSettleInstructions for another channel',
            () => root.getSettleInstructions({ channel: MINT, voucher }, TOMBSTONE),
        ],
        [
            'getSettleAndFinalizeInstructions',
            () => root.getSettleAndFinalizeInstructions({ channel: MINT, payee, voucher }, TOMBSTONE),
        ],
        ['getVerifyVoucherInstruction', () => root.getVerifyVoucherInstruction(voucher, TOMBSTONE)],
        ['verifyVoucher', () => root.verifyVoucher(voucher, signer.address, TOMBSTONE)],
        ['createVoucherVerifier().verify', () => root.createVoucherVerifier(TOMBSTONE).verify(voucher, signer.address)],
        [
            'checkVoucher, as the one that was accepted',
            () =>
                root.checkVoucher(
                    { accepted: voucher, channel: STATE, signedVoucher: ofRoot, unixTimestamp: 1_000n },
                    TOMBSTONE,
                ),
        ],
    ])('is refused by %s', async (_name, call) => {
        await expectRefusal(call, 'REVISION_MISMATCH', mismatch);
    });

    it('is refused by checkVoucher and checkVoucherState with a verdict', async () => {
        const input = { channel: STATE, signedVoucher: voucher, unixTimestamp: 1_000n };
        const refusal = { code: 'REVISION_MISMATCH', context: mismatch, kind: 'refused' };
        expect(await root.checkVoucher(input, TOMBSTONE)).toMatchObject(refusal);
        expect(await root.checkVoucher(input, TOMBSTONE, () => Promise.resolve(true))).toMatchObject(refusal);
        expect(root.checkVoucherState(input, true, TOMBSTONE)).toMatchObject(refusal);
    });

    it('is skipped of a batch, and the others go on', () => {
        const other = { ...ofRoot, voucher: { ...ofRoot.voucher, cumulativeAmount: 300n } };
        const { skipped, transactions } = root.planBatchSettle(
            [
                { channel: STATE, isSignatureValid: true, voucher },
                { channel: STATE, isSignatureValid: true, voucher: other },
            ],
            { feePayer: PAYEE, mode: 'settle', unixTimestamp: 1_000n },
            TOMBSTONE,
        );
        expect(skipped).toMatchObject([{ index: 0, reason: { code: 'REVISION_MISMATCH', context: mismatch } }]);
        expect(transactions).toHaveLength(1);
    });

    it('is bad among many, and hides no verdict of the others', async () => {
        const items = [voucher, ofRoot].map(signedVoucher => ({ authorizedSigner: signer.address, signedVoucher }));
        expect(await root.createVoucherVerifier(TOMBSTONE).verifyAll(items)).toEqual([false, true]);
    });
});

it.each(['webcrypto', 'auto'] as const)('is refused by the verifier of ./node (%s)', async backend => {
    const verifier = await createNodeVoucherVerifier(TOMBSTONE, { backend });
    try {
        await expectRefusal(() => verifier.verify(ofEpoch, signer.address), 'REVISION_MISMATCH', mismatch);
        expect(await verifier.verify(ofRoot, signer.address)).toBe(true);
    } finally {
        await verifier.close();
    }
});

it('is refused the other way round', async () => {
    const other = { expected: 'epoch', given: 'tombstone' };
    await expectRefusal(() => root.getSettleInstructions({ voucher: ofRoot }, EPOCH), 'REVISION_MISMATCH', other);
    const ending = { channel: CHANNEL as Address, payee, voucher: ofRoot };
    await expectRefusal(() => root.getSettleAndFinalizeInstructions(ending, EPOCH), 'REVISION_MISMATCH', other);
    await expectRefusal(() => root.verifyVoucher(ofRoot, signer.address, EPOCH), 'REVISION_MISMATCH', other);
    expect(await root.verifyVoucher(ofEpoch, signer.address, EPOCH)).toBe(true);
});
