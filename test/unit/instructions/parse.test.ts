import { createNoopSigner, type SignatureBytes } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import * as client from '../../../src';
import {
    AUTHORIZED_SIGNER,
    EVENT_AUTHORITY,
    MINT,
    PAYEE,
    PAYEE_SIGNER,
    PAYER,
    PAYER_SIGNER,
} from '../../fixtures/parties';
import { CHANNEL, DEPOSIT, GRACE_PERIOD, SPLITS, unhex, VOUCHER, VOUCHER_SIGNATURE_HEX } from '../../fixtures/vectors';

// What the builders build, the parsers of the rendered client read back: which instruction, which accounts, which data.

const { PaymentChannelsInstruction: Type } = client;
const voucher = {
    signature: unhex(VOUCHER_SIGNATURE_HEX) as SignatureBytes,
    signer: AUTHORIZED_SIGNER,
    voucher: VOUCHER,
};
const input = {
    amount: 7n,
    channel: CHANNEL,
    deposit: DEPOSIT,
    gracePeriodSeconds: GRACE_PERIOD,
    mint: MINT,
    payee: PAYEE,
    payer: PAYER_SIGNER,
    salt: 42n,
    splits: SPLITS,
};

const CASES = [
    {
        build: () => client.getOpenInstructionAsync({ ...input, authorizedSigner: AUTHORIZED_SIGNER }),
        data: { deposit: DEPOSIT, discriminator: 1, gracePeriod: GRACE_PERIOD, recipients: SPLITS, salt: 42n },
        names: { channel: CHANNEL, mint: MINT, payee: PAYEE, payer: PAYER },
        type: Type.Open,
    },
    {
        build: () => client.getSettleInstructions({ voucher })[1],
        data: { discriminator: 2, voucher: VOUCHER },
        names: { channel: CHANNEL },
        type: Type.Settle,
    },
    {
        build: () => client.getTopUpInstructionAsync(input),
        data: { amount: 7n, discriminator: 3 },
        names: { channel: CHANNEL, mint: MINT, payer: PAYER },
        type: Type.TopUp,
    },
    {
        build: () => client.getSettleAndFinalizeInstructions({ channel: CHANNEL, payee: PAYEE_SIGNER, voucher })[1],
        data: { discriminator: 4, hasVoucher: 1, voucher: VOUCHER },
        names: { channel: CHANNEL, merchant: PAYEE },
        type: Type.SettleAndFinalize,
    },
    {
        build: () => client.getRequestCloseInstruction(input),
        data: { discriminator: 5 },
        names: { channel: CHANNEL, payer: PAYER },
        type: Type.RequestClose,
    },
    {
        build: () => client.getFinalizeInstruction(input),
        data: { discriminator: 6 },
        names: { channel: CHANNEL },
        type: Type.Finalize,
    },
    {
        build: () => client.getDistributeInstructionAsync({ ...input, payer: PAYER }),
        data: { discriminator: 7, recipients: SPLITS },
        names: { channel: CHANNEL, eventAuthority: EVENT_AUTHORITY, mint: MINT, payer: PAYER },
        type: Type.Distribute,
    },
    {
        build: () => client.getWithdrawPayerInstructionAsync(input),
        data: { discriminator: 8 },
        names: { channel: CHANNEL, mint: MINT, payer: PAYER },
        type: Type.WithdrawPayer,
    },
    {
        build: () => client.getEmitEventInstruction({ eventAuthority: createNoopSigner(EVENT_AUTHORITY) }),
        data: { discriminator: 228 },
        names: { eventAuthority: EVENT_AUTHORITY },
        type: Type.EmitEvent,
    },
].map(({ type, ...rest }) => ({ ...rest, name: Type[type], type }));

describe.each(CASES)('$name', ({ build, data, names, type }) => {
    it('is read back as it was built', async () => {
        const parsed = client.parsePaymentChannelsInstruction(await build());
        expect(parsed.instructionType).toBe(type);
        expect(parsed.data).toEqual(data);
        for (const [name, address] of Object.entries(names)) {
            expect((parsed.accounts as Record<string, { address: string }>)[name]?.address, name).toBe(address);
        }
    });

    it('is refused with an account less', async () => {
        const instruction = await build();
        // Of distribute, whose recipients come behind its own accounts, those and one more.
        const accounts = instruction.accounts.slice(0, type === Type.Distribute ? 9 : -1);
        expect(() => client.parsePaymentChannelsInstruction({ ...instruction, accounts })).toThrow();
    });
});

it('there is a case for every instruction of the program', () => {
    const types = Object.values(Type).filter(value => typeof value === 'number');
    expect(CASES.map(({ type }) => type).sort()).toEqual(types.sort());
});

it.each([[[]], [[0]], [[9]], [[227]], [[229]], [[255]]])('no instruction starts with %o', bytes => {
    expect(() => client.identifyPaymentChannelsInstruction({ data: new Uint8Array(bytes) })).toThrow();
});
