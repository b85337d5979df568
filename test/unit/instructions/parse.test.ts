import { createNoopSigner, type SignatureBytes } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import * as client from '../../../src';
import * as epochClient from '../../../src/epoch';
import * as tombstoneClient from '../../../src/tombstone';
import { RENT_PAYER } from '../../fixtures/channels';
import {
    AUTHORIZED_SIGNER,
    EVENT_AUTHORITY,
    MINT,
    PAYEE,
    PAYEE_SIGNER,
    PAYER,
    PAYER_SIGNER,
} from '../../fixtures/parties';
import { byRevision, ofEpoch, openAt, VECTOR_OPEN_SLOT } from '../../fixtures/revision';
import { CHANNEL, DEPOSIT, GRACE_PERIOD, SPLITS, unhex, VOUCHER, VOUCHER_SIGNATURE_HEX } from '../../fixtures/vectors';
import { DEPLOYMENT, OPENED } from '../../fixtures/deployment';

// What the builders build, the parsers of the rendered client read back: which instruction, which accounts, which data.

const rendered = byRevision({ epoch: epochClient as unknown as typeof tombstoneClient, tombstone: tombstoneClient });
const Type = byRevision<Record<string, number>>({
    epoch: epochClient.PaymentChannelsInstruction as unknown as Record<string, number>,
    tombstone: tombstoneClient.PaymentChannelsInstruction as unknown as Record<string, number>,
});
/** The rent payer of a channel. */
const sponsored = byRevision<object>({ epoch: { rentPayer: RENT_PAYER }, tombstone: {} });
/** The voucher in the data of an instruction. */
const inData = byRevision<object>({ epoch: {}, tombstone: { voucher: VOUCHER } });
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

/** Accounts of distribute itself (docs/program.md, section 5). */
const DISTRIBUTE_ACCOUNTS = byRevision({ epoch: 11, tombstone: 10 });

const CASES = [
    {
        build: () =>
            client.getOpenInstructionAsync({ ...OPENED, ...input, authorizedSigner: AUTHORIZED_SIGNER }, DEPLOYMENT),
        data: {
            ...openAt(VECTOR_OPEN_SLOT),
            deposit: DEPOSIT,
            discriminator: 1,
            gracePeriod: GRACE_PERIOD,
            recipients: SPLITS,
            salt: 42n,
        },
        names: { channel: CHANNEL, mint: MINT, payee: PAYEE, payer: PAYER },
        type: 'Open',
    },
    {
        build: () => client.getSettleInstructions({ voucher }, DEPLOYMENT)[1],
        data: { discriminator: 2, ...inData },
        names: { channel: CHANNEL },
        type: 'Settle',
    },
    {
        build: () => client.getTopUpInstructionAsync(input, DEPLOYMENT),
        data: { amount: 7n, discriminator: 3 },
        names: { channel: CHANNEL, mint: MINT, payer: PAYER },
        type: 'TopUp',
    },
    {
        build: () =>
            client.getSettleAndFinalizeInstructions({ channel: CHANNEL, payee: PAYEE_SIGNER, voucher }, DEPLOYMENT)[1],
        data: { discriminator: 4, hasVoucher: 1, ...inData },
        names: { channel: CHANNEL, ...byRevision<object>({ epoch: { payee: PAYEE }, tombstone: { merchant: PAYEE } }) },
        type: byRevision({ epoch: 'SettleAndSeal', tombstone: 'SettleAndFinalize' }),
    },
    {
        build: () => client.getRequestCloseInstruction(input, DEPLOYMENT),
        data: { discriminator: 5 },
        names: { channel: CHANNEL, payer: PAYER },
        type: 'RequestClose',
    },
    {
        build: () => client.getFinalizeInstruction(input, DEPLOYMENT),
        data: { discriminator: 6 },
        names: { channel: CHANNEL },
        type: byRevision({ epoch: 'Seal', tombstone: 'Finalize' }),
    },
    {
        build: () => client.getDistributeInstructionAsync({ ...input, payer: PAYER, ...sponsored }, DEPLOYMENT),
        data: { discriminator: 7, recipients: SPLITS },
        names: { channel: CHANNEL, eventAuthority: EVENT_AUTHORITY, mint: MINT, payer: PAYER, ...sponsored },
        type: 'Distribute',
    },
    {
        build: () => client.getWithdrawPayerInstructionAsync(input, DEPLOYMENT),
        data: { discriminator: 8 },
        names: { channel: CHANNEL, mint: MINT, payer: PAYER },
        type: 'WithdrawPayer',
    },
    {
        build: () => rendered.getEmitEventInstruction({ eventAuthority: createNoopSigner(EVENT_AUTHORITY) }),
        data: { discriminator: 228 },
        names: { eventAuthority: EVENT_AUTHORITY },
        type: 'EmitEvent',
    },
    ...ofEpoch({
        build: () => client.getReclaimInstruction({ channel: CHANNEL, rentPayer: RENT_PAYER }, client.EPOCH_LOCALNET),
        data: { discriminator: 9 },
        names: { channel: CHANNEL, rentPayer: RENT_PAYER },
        type: 'Reclaim',
    }),
].map(({ type, ...rest }) => ({ ...rest, name: type, type: Type[type]! }));

describe.each(CASES)('$name', ({ build, data, names, type }) => {
    it('is read back as it was built', async () => {
        const parsed = rendered.parsePaymentChannelsInstruction(await build());
        expect(parsed.instructionType).toBe(type);
        expect(parsed.data).toEqual(data);
        for (const [name, address] of Object.entries(names)) {
            expect((parsed.accounts as Record<string, { address: string }>)[name]?.address, name).toBe(address);
        }
    });

    it('is refused with an account less', async () => {
        const instruction = await build();
        // Of distribute, whose recipients come behind its own accounts, those and one more.
        const accounts = instruction.accounts.slice(0, type === Type['Distribute'] ? DISTRIBUTE_ACCOUNTS - 1 : -1);
        expect(() => rendered.parsePaymentChannelsInstruction({ ...instruction, accounts })).toThrow();
    });
});

it('there is a case for every instruction of the program', () => {
    const types = Object.values(Type).filter(value => typeof value === 'number');
    expect(CASES.map(({ type }) => type).sort()).toEqual(types.sort());
});

it.each([[[]], [[0]], [[byRevision({ epoch: 10, tombstone: 9 })]], [[227]], [[229]], [[255]]])(
    'no instruction starts with %o',
    bytes => {
        expect(() => rendered.identifyPaymentChannelsInstruction({ data: new Uint8Array(bytes) })).toThrow();
    },
);
