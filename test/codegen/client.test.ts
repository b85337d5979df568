import {
    AccountRole,
    createNoopSigner,
    SOLANA_ERROR__CODECS__INVALID_NUMBER_OF_ITEMS,
    SOLANA_ERROR__CODECS__NUMBER_OUT_OF_RANGE,
    SOLANA_ERROR__PROGRAM_CLIENTS__INSUFFICIENT_ACCOUNT_METAS,
    isSolanaError,
    type Address,
    type Instruction,
    type SolanaErrorCode,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';

import * as epoch from '../../generated/epoch';
import * as tombstone from '../../generated/tombstone';
import { addressOf } from '../fixtures/parties';

// What our visitors and pages give a rendered client, on the clients of both revisions, side by side.

const signer = createNoopSigner(addressOf(1));
const OTHER_PROGRAM = addressOf(9);

/** Asserts that kit's error of a code is thrown, and returns its context. */
function expectSolanaError(code: SolanaErrorCode, act: () => unknown): Record<string, unknown> {
    try {
        act();
    } catch (error) {
        if (isSolanaError(error, code)) return error.context;
        throw error;
    }
    throw new Error('nothing was thrown');
}

describe.each([
    ['tombstone', tombstone],
    ['epoch', epoch],
] as const)('strict account shapes of %s', (_, client) => {
    const names = Object.keys(client).filter(name => /^parse(?!PaymentChannels).*Instruction$/.test(name));
    type Parse = (instruction: Instruction) => { accounts: Record<string, unknown> };
    const parserOf = (name: string) => (client as unknown as Record<string, Parse>)[name]!;

    /** An instruction with data that can be decoded, and a number of accounts. */
    const make = (count: number): Instruction => ({
        accounts: Array.from({ length: count }, (_, index) => ({
            address: addressOf(index + 1),
            role: AccountRole.READONLY,
        })),
        data: new Uint8Array(300),
        programAddress: client.PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    });
    /** How many accounts it names, by trial: the least that it takes. */
    const countOf = (name: string) => {
        for (let count = 0; count < 20; count++) {
            try {
                return Object.keys(parserOf(name)(make(count)).accounts).length;
            } catch {
                // Too few.
            }
        }
        throw new Error(`${name} takes nothing`);
    };

    it('has a parser for each instruction', () => {
        const variants = Object.keys(client.PaymentChannelsInstruction).filter(name => Number.isNaN(Number(name)));
        expect(names.sort()).toEqual(variants.map(name => `parse${name}Instruction`).sort());
    });

    it.each(names)('%s takes its accounts, and no fewer', name => {
        const count = countOf(name);
        expect(count).toBeGreaterThan(0);
        expect(
            expectSolanaError(SOLANA_ERROR__PROGRAM_CLIENTS__INSUFFICIENT_ACCOUNT_METAS, () =>
                parserOf(name)(make(count - 1)),
            ),
        ).toMatchObject({
            actualAccountMetas: count - 1,
            expectedAccountMetas: count,
        });
        const { accounts: _, ...without } = make(count);
        expectSolanaError(SOLANA_ERROR__PROGRAM_CLIENTS__INSUFFICIENT_ACCOUNT_METAS, () => parserOf(name)(without));
    });

    it.each(names)('%s refuses one account more, unless the IDL says that more may follow', name => {
        const count = countOf(name);
        const act = () => parserOf(name)(make(count + 1));
        if (name === 'parseDistributeInstruction') return void expect(act).not.toThrow();
        expect(expectSolanaError(SOLANA_ERROR__CODECS__INVALID_NUMBER_OF_ITEMS, act)).toMatchObject({
            actual: count + 1,
            codecDescription: `accounts of ${name[5]!.toLowerCase()}${name.slice(6, -'Instruction'.length)}`,
            expected: count,
        });
    });

    it('parses by the first byte just as strictly', () => {
        const data = new Uint8Array([6]);
        const accounts = [1, 2].map(byte => ({ address: addressOf(byte), role: AccountRole.WRITABLE }));
        const { PAYMENT_CHANNELS_PROGRAM_ADDRESS: programAddress, parsePaymentChannelsInstruction: parse } = client;
        expect(parse({ accounts: accounts.slice(0, 1), data, programAddress })).toMatchObject({
            data: { discriminator: 6 },
        });
        expectSolanaError(SOLANA_ERROR__CODECS__INVALID_NUMBER_OF_ITEMS, () =>
            parse({ accounts, data, programAddress }),
        );
    });
});

describe('exact integers', () => {
    const topUp = (amount: bigint | number) => tombstone.getTopUpInstructionDataEncoder().encode({ amount });

    it.each<[value: bigint | number, hex: string]>([
        [0, '030000000000000000'],
        [Number.MAX_SAFE_INTEGER, '03ffffffffffff1f00'],
        [2n ** 53n + 1n, '030100000000002000'],
        [2n ** 64n - 1n, '03ffffffffffffffff'],
    ])('writes %s', (value, hex) => {
        expect(Buffer.from(topUp(value)).toString('hex')).toBe(hex);
    });

    it.each<[what: string, value: unknown]>([
        ['a negative number', -1],
        ['a negative bigint', -1n],
        ['a fraction', 1.5],
        ['a number that may have lost digits', 2 ** 53],
        ['a bigint above the range', 2n ** 64n],
        ['not a number', NaN],
        ['infinity', Infinity],
        ['nothing', undefined],
        ['null', null],
        ['text', '1'],
    ])('refuses %s for a u64, before any byte is built', (_, value) => {
        const context = expectSolanaError(SOLANA_ERROR__CODECS__NUMBER_OUT_OF_RANGE, () => topUp(value as bigint));
        expect(context).toMatchObject({ max: 2n ** 64n - 1n, min: 0, value });
    });

    it.each<[format: string, encode: (value: number) => unknown, max: number]>([
        ['u8', hasVoucher => epoch.getSettleAndSealInstructionDataEncoder().encode({ hasVoucher }), 255],
        ['u16', bps => tombstone.getDistributionEntryEncoder().encode({ bps, recipient: addressOf(1) }), 65535],
        [
            'u32',
            gracePeriod =>
                epoch
                    .getOpenInstructionDataEncoder()
                    .encode({ deposit: 1, gracePeriod, openSlot: 1, recipients: [], salt: 1 }),
            4294967295,
        ],
    ])('refuses what is not a %s', (format, encode, max) => {
        expect(() => encode(max)).not.toThrow();
        for (const value of [max + 1, -1]) {
            const context = expectSolanaError(SOLANA_ERROR__CODECS__NUMBER_OUT_OF_RANGE, () => encode(value));
            expect(context).toMatchObject({ codecDescription: format, max, value });
        }
        for (const value of [0.5, NaN]) {
            const context = expectSolanaError(SOLANA_ERROR__CODECS__NUMBER_OUT_OF_RANGE, () => encode(value));
            expect(context.codecDescription).toBe(`${format}, from a bigint or a safe integer`);
        }
    });

    it('holds for an i64, a seed and a field of an account as well', async () => {
        const voucher = { channelId: addressOf(1), cumulativeAmount: 1n };
        const encode = (expiresAt: bigint | number) =>
            tombstone.getVoucherArgsEncoder().encode({ ...voucher, expiresAt });
        expect(() => encode(-(2n ** 63n))).not.toThrow();
        for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 0.1]) {
            expectSolanaError(SOLANA_ERROR__CODECS__NUMBER_OUT_OF_RANGE, () => encode(value));
        }
        const seeds = { authorizedSigner: addressOf(1), mint: addressOf(2), payee: addressOf(3), payer: addressOf(4) };
        await expect(tombstone.findChannelPda({ ...seeds, salt: 1.5 })).rejects.toThrow(
            '[0, 18446744073709551615], got 1.5',
        );
        await expect(epoch.findChannelPda({ ...seeds, openSlot: 2 ** 60, salt: 1 })).rejects.toThrow(
            'from a bigint or a safe integer',
        );
    });
});

describe('events in inner instructions', () => {
    const channel = addressOf(5);
    const EVENT = Buffer.concat([Buffer.from('e445a52e51cb9a1da6ac61094d4cbd6d', 'hex'), Buffer.alloc(32, 5)]);
    const SLOT = Buffer.from('e803000000000000', 'hex');

    it.each([
        ['tombstone', tombstone, EVENT, { channel }],
        ['epoch', epoch, Buffer.concat([EVENT, SLOT]), { channel, openSlot: 1000n }],
    ] as const)('parses that of %s, and only from its program', (_, client, data, payload) => {
        const { parsePaymentChannelsEventInstruction: parse, PAYMENT_CHANNELS_PROGRAM_ADDRESS: programAddress } =
            client;
        const event = { data: payload, eventType: client.PaymentChannelsEvent.Opened };
        expect(parse({ data, programAddress })).toEqual(event);
        expect(parse({ data, programAddress: OTHER_PROGRAM })).toBeUndefined();
        expect(parse({ data, programAddress: OTHER_PROGRAM }, { programAddress: OTHER_PROGRAM })).toEqual(event);
        expect(parse({ data: data.subarray(0, 15), programAddress })).toBeUndefined();
        expect(parse({ programAddress })).toBeUndefined();
        expect(() => parse({ data: data.subarray(0, -1), programAddress })).toThrow();
        expect(() => parse({ data: Buffer.concat([data, data]), programAddress })).toThrow();
    });

    it('tells the revisions apart by the length of an event', () => {
        const { parsePaymentChannelsEvent: parse } = epoch;
        expect(() => parse(EVENT)).toThrow();
        expect(() => tombstone.parsePaymentChannelsEvent(Buffer.concat([EVENT, SLOT]))).toThrow();
    });
});

describe('the vectors of the epoch revision', () => {
    // ../shared/spec/program-epoch.md, section 11.
    const PAYEE = addressOf(2);
    const seeds = {
        authorizedSigner: 'FVen3X669xLzsi6N2V91DoiyzHzg1uAgqiT8jZ9nS96Z' as Address,
        mint: addressOf(3),
        openSlot: 1000n,
        payee: PAYEE,
        payer: addressOf(1),
        salt: 42n,
    };
    const CHANNEL = '41j3yjaRSM2W3MWfkwQ9uQJvJrKkqKHMH3oujytLL6mB' as Address;

    it('finds the addresses', async () => {
        expect(await epoch.findChannelPda(seeds)).toEqual([CHANNEL, 255]);
        expect(await epoch.findEventAuthorityPda()).toEqual(['75c2huVzDW1Eq4kD86by5392sjdJzuAT195XNgP2f2tX', 249]);
    });

    it('builds open, with the rent payer in its place and every derived default', async () => {
        const { accounts, data } = await epoch.getOpenInstructionAsync({
            ...seeds,
            deposit: 1_000_000n,
            gracePeriod: 3600,
            payer: signer,
            recipients: [],
            rentPayer: createNoopSigner(addressOf(7)),
            tokenProgram: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address,
        });
        expect(accounts.map(({ address }) => address)).toEqual([
            addressOf(1),
            addressOf(7),
            PAYEE,
            addressOf(3),
            seeds.authorizedSigner,
            CHANNEL,
            expect.any(String),
            '9FGPMiFMnHxaVDL9ByTdBXL3V2tM3PYhFTCTjYctg6Pq',
            'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
            '11111111111111111111111111111111',
            'SysvarRent111111111111111111111111111111111',
            'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
            '75c2huVzDW1Eq4kD86by5392sjdJzuAT195XNgP2f2tX',
            epoch.PAYMENT_CHANNELS_PROGRAM_ADDRESS,
        ]);
        expect(Buffer.from(data).toString('hex')).toBe(
            '01' + '2a00000000000000' + '40420f0000000000' + '100e0000' + 'e803000000000000' + '00000000',
        );
    });

    it('encodes the voucher with its magic', () => {
        const voucher = epoch
            .getVoucherArgsEncoder()
            .encode({ channelId: CHANNEL, cumulativeAmount: 500_000n, expiresAt: 0n });
        expect(Buffer.from(voucher).toString('hex')).toBe(
            '5601' +
                '2cc29bbf6c20b9c32170488ff84ef902372d7f0b832a57234fb9455895a0e2be' +
                '20a1070000000000' +
                '0000000000000000',
        );
    });

    it('refuses a channel with a status that there is not', () => {
        const data = new Uint8Array(256).fill(1, 0, 4);
        expect(epoch.getChannelDecoder().decode(data).status).toBe(epoch.ChannelStatus.Sealed);
        data[3] = 4;
        expect(() => epoch.getChannelDecoder().decode(data)).toThrow();
    });
});
