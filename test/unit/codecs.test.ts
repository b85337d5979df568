import type { Decoder, Encoder } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as epoch from '../../generated/epoch';
import * as tombstone from '../../generated/tombstone';
import { getDistributionPreimage } from '../../src';
import { borshDecode, borshEncode, SCHEMAS, toBorsh } from '../fixtures/borsh';
import { addressOf } from '../fixtures/parties';
import {
    anyAddress,
    anyBytes,
    anyI64,
    anySplits,
    anyU16,
    anyU32,
    anyU64,
    anyU8,
    I64_MAX,
    I64_MIN,
    runs,
    U64_MAX,
} from '../fixtures/random';
import { STATUSES, byRevision, ofEpoch, ofTombstone } from '../fixtures/revision';
import { hex, MAGIC_HEX, unhex } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';

// Every codec of the rendered client against the `borsh` package, both ways: what we encode is what it encodes, and
// what it encodes we decode to the value it started from.

// The rendered client of this run's revision, as far as both have the same.
const client = byRevision({ epoch: epoch as unknown as typeof tombstone, tombstone });

const LARGEST = {
    address: addressOf(0xff),
    bytes32: new Uint8Array(32).fill(0xff),
    i64: I64_MAX,
    u16: 0xffff,
    u32: 0xffff_ffff,
    u64: U64_MAX,
    u8: 0xff,
};
const SMALLEST = {
    address: addressOf(0),
    bytes32: new Uint8Array(32),
    i64: I64_MIN,
    u16: 0,
    u32: 0,
    u64: 0n,
    u8: 0,
};
type Extreme = typeof LARGEST;

/** What only the epoch revision has, of values that are drawn and of the extreme ones. */
const anyOpenSlot = byRevision<object>({ epoch: { openSlot: anyU64 }, tombstone: {} });
const openSlotOf = ({ u64 }: Extreme) => byRevision<object>({ epoch: { openSlot: u64 }, tombstone: {} });
/** What stands before the fields of a voucher, where something does. */
const magic = byRevision<object>({ epoch: { magic: unhex(MAGIC_HEX) }, tombstone: {} });
/** A voucher in the data of an instruction, where the data has one. */
const inData = <T>(voucher: T) => byRevision<object>({ epoch: {}, tombstone: { voucher } });

const anyVoucher = fc.record({ channelId: anyAddress, cumulativeAmount: anyU64, expiresAt: anyI64 });
const anyEntries = fc.array(fc.record({ bps: anyU16, recipient: anyAddress }), { maxLength: 40 });
const noArguments = fc.constant({});

const voucherOf = ({ address, i64, u64 }: Extreme) => ({
    channelId: address,
    cumulativeAmount: u64,
    expiresAt: i64,
});
const entriesOf = ({ address, u16 }: Extreme) => Array.from({ length: 33 }, () => ({ bps: u16, recipient: address }));

type CodecCase<T = unknown> = {
    title: string;
    encoder: Encoder<T>;
    decoder: Decoder<object>;
    schema: object;
    /** What stands in the encoding before or among the value's fields, and is not up to the caller. */
    fixed?: object;
    any: fc.Arbitrary<T & object>;
    extreme: (of: Extreme) => T & object;
};

/** Ties the types of a case together; the list itself holds cases of different values. */
const codecCase = <T>(codec: CodecCase<T>) => codec as unknown as CodecCase;

// What the epoch revision calls settleAndSeal and seal.
const settleAndFinalizeCodec = byRevision({
    epoch: epoch.getSettleAndSealInstructionDataCodec() as unknown as ReturnType<
        typeof tombstone.getSettleAndFinalizeInstructionDataCodec
    >,
    tombstone: tombstone.getSettleAndFinalizeInstructionDataCodec(),
});
const finalizeCodec = byRevision({
    epoch: epoch.getSealInstructionDataCodec(),
    tombstone: tombstone.getFinalizeInstructionDataCodec() as unknown as ReturnType<
        typeof epoch.getSealInstructionDataCodec
    >,
});

const CASES = [
    codecCase({
        any: fc.record({
            authorizedSigner: anyAddress,
            bump: anyU8,
            closureStartedAt: anyI64,
            deposit: anyU64,
            distributionHash: anyBytes(32),
            gracePeriod: anyU32,
            mint: anyAddress,
            payee: anyAddress,
            payer: anyAddress,
            payerWithdrawnAt: anyI64,
            salt: anyU64,
            settlement: fc.record({ payoutWatermark: anyU64, settled: anyU64 }),
            status: fc.nat(byRevision({ epoch: 3, tombstone: 2 })) as fc.Arbitrary<tombstone.ChannelStatus>,
            version: anyU8,
            ...byRevision<object>({ epoch: { rentPayer: anyAddress }, tombstone: {} }),
            ...anyOpenSlot,
        }),
        decoder: client.getChannelDecoder(),
        encoder: client.getChannelEncoder(),
        extreme: of => {
            const { address, bytes32, i64, u32, u64, u8 } = of;
            return {
                authorizedSigner: address,
                bump: u8,
                closureStartedAt: i64,
                deposit: u64,
                distributionHash: bytes32,
                gracePeriod: u32,
                mint: address,
                payee: address,
                payer: address,
                payerWithdrawnAt: i64,
                salt: u64,
                settlement: { payoutWatermark: u64, settled: u64 },
                status: u8 === 0 ? STATUSES.open : STATUSES.closing,
                version: u8,
                ...byRevision<object>({ epoch: { rentPayer: address }, tombstone: {} }),
                ...openSlotOf(of),
            };
        },
        fixed: { discriminator: 1 },
        schema: SCHEMAS.channel,
        title: 'account channel',
    }),
    ...ofTombstone(() =>
        codecCase({
            any: noArguments,
            decoder: client.getClosedChannelDecoder(),
            encoder: client.getClosedChannelEncoder(),
            extreme: () => ({}),
            fixed: { discriminator: 2 },
            schema: SCHEMAS.closedChannel,
            title: 'account closedChannel',
        }),
    ).map(make => make()),
    codecCase({
        any: anyVoucher,
        decoder: client.getVoucherArgsDecoder(),
        encoder: client.getVoucherArgsEncoder(),
        extreme: voucherOf,
        fixed: magic,
        schema: SCHEMAS.voucher,
        title: 'type voucherArgs',
    }),
    codecCase({
        any: fc.record({
            deposit: anyU64,
            gracePeriod: anyU32,
            recipients: anyEntries,
            salt: anyU64,
            ...anyOpenSlot,
        }),
        decoder: client.getOpenInstructionDataDecoder(),
        encoder: client.getOpenInstructionDataEncoder(),
        extreme: of => ({
            deposit: of.u64,
            gracePeriod: of.u32,
            recipients: entriesOf(of),
            salt: of.u64,
            ...openSlotOf(of),
        }),
        fixed: { discriminator: 1 },
        schema: SCHEMAS.open,
        title: 'data of open',
    }),
    codecCase({
        any: fc.record(inData(anyVoucher) as { voucher: typeof anyVoucher }),
        decoder: client.getSettleInstructionDataDecoder(),
        encoder: client.getSettleInstructionDataEncoder(),
        extreme: of => inData(voucherOf(of)) as { voucher: ReturnType<typeof voucherOf> },
        fixed: { discriminator: 2 },
        schema: SCHEMAS.settle,
        title: 'data of settle',
    }),
    codecCase({
        any: fc.record({ amount: anyU64 }),
        decoder: client.getTopUpInstructionDataDecoder(),
        encoder: client.getTopUpInstructionDataEncoder(),
        extreme: ({ u64 }) => ({ amount: u64 }),
        fixed: { discriminator: 3 },
        schema: SCHEMAS.topUp,
        title: 'data of topUp',
    }),
    codecCase({
        any: fc.record({ hasVoucher: anyU8, ...(inData(anyVoucher) as { voucher: typeof anyVoucher }) }),
        decoder: settleAndFinalizeCodec,
        encoder: settleAndFinalizeCodec,
        extreme: of => ({
            hasVoucher: of.u8,
            ...(inData(voucherOf(of)) as { voucher: ReturnType<typeof voucherOf> }),
        }),
        fixed: { discriminator: 4 },
        schema: SCHEMAS.settleAndFinalize,
        title: `data of ${'settleAndFinalize'}`,
    }),
    codecCase({
        any: fc.record({ recipients: anyEntries }),
        decoder: client.getDistributeInstructionDataDecoder(),
        encoder: client.getDistributeInstructionDataEncoder(),
        extreme: of => ({ recipients: entriesOf(of) }),
        fixed: { discriminator: 7 },
        schema: SCHEMAS.distribute,
        title: 'data of distribute',
    }),
    ...(
        [
            ['requestClose', 5, client.getRequestCloseInstructionDataCodec()],
            ['finalize', 6, finalizeCodec],
            ...ofEpoch(['reclaim', 9, epoch.getReclaimInstructionDataCodec()] as const),
            ['withdrawPayer', 8, client.getWithdrawPayerInstructionDataCodec()],
            ['emitEvent', 228, client.getEmitEventInstructionDataCodec()],
        ] as const
    ).map(([name, discriminator, codec]) =>
        codecCase({
            any: noArguments,
            decoder: codec,
            encoder: codec,
            extreme: () => ({}),
            fixed: { discriminator },
            schema: SCHEMAS.empty,
            title: `data of ${name}`,
        }),
    ),
];

describe.each(CASES)('$title', ({ any, decoder, encoder, extreme, fixed, schema }) => {
    const expectAgreement = (value: object) => {
        const whole = { ...fixed, ...value };
        const encoded = new Uint8Array(encoder.encode(value));
        expect(hex(encoded)).toBe(hex(borshEncode(schema, whole)));
        expect(borshDecode(schema, encoded)).toEqual(toBorsh(whole));
        expect(decoder.decode(borshEncode(schema, whole))).toEqual(whole);
    };

    it('agrees with borsh on the largest values', () => expectAgreement(extreme(LARGEST)));

    it('agrees with borsh on the smallest values', () => expectAgreement(extreme(SMALLEST)));

    it('agrees with borsh on random values', () => {
        fc.assert(fc.property(any, expectAgreement), runs(100));
    });
});

describe('distribution preimage', () => {
    it('agrees with borsh on random plans', () => {
        const property = fc.property(anySplits(), splits => {
            expect(hex(getDistributionPreimage(splits, DEPLOYMENT))).toBe(hex(borshEncode(SCHEMAS.preimage, splits)));
        });
        fc.assert(property, runs());
    });
});

describe('events', () => {
    // The tag of every event, then the discriminator of each (docs/program.md, section 10).
    const OPENED = unhex('e445a52e51cb9a1d a6ac61094d4cbd6d');
    const OPENED_SIZE = byRevision({ epoch: 56, tombstone: 48 });
    const PAYOUT_REDIRECTED = unhex('e445a52e51cb9a1d d116b9d754a75450');
    const anyRedirect = fc.record({
        amount: anyU64,
        beneficiary: fc.nat(2) as fc.Arbitrary<tombstone.PayoutBeneficiary>,
        channel: anyAddress,
        owner: anyAddress,
        reason: fc.nat(3) as fc.Arbitrary<tombstone.RedirectReason>,
    });

    it('parses what borsh encoded as Opened', () => {
        const anyOpened = fc.record({ channel: anyAddress, ...anyOpenSlot });
        const property = fc.property(anyOpened, opened => {
            const data = borshEncode(SCHEMAS.openedEvent, { ...opened, prefix: OPENED });
            expect(data).toHaveLength(OPENED_SIZE);
            expect(client.parsePaymentChannelsEvent(data)).toEqual({
                data: opened,
                eventType: client.PaymentChannelsEvent.Opened,
            });
            expect(hex(client.getOpenedEncoder().encode(opened))).toBe(hex(data.subarray(16)));
        });
        fc.assert(property, runs(50));
    });

    it('parses what borsh encoded as PayoutRedirected', () => {
        const property = fc.property(anyRedirect, redirect => {
            const data = borshEncode(SCHEMAS.payoutRedirectedEvent, { ...redirect, prefix: PAYOUT_REDIRECTED });
            expect(data).toHaveLength(90);
            expect(client.parsePaymentChannelsEvent(data)).toEqual({
                data: redirect,
                eventType: client.PaymentChannelsEvent.PayoutRedirected,
            });
            expect(hex(client.getPayoutRedirectedEncoder().encode(redirect))).toBe(hex(data.subarray(16)));
        });
        fc.assert(property, runs());
    });

    it.each([
        { data: '', title: 'no data' },
        { data: 'e445a52e51cb9a1d', title: 'the tag alone' },
        { data: `e445a52e51cb9a1d ${'00'.repeat(40)}`, title: 'an unknown discriminator' },
        { data: `a6ac61094d4cbd6d ${'00'.repeat(40)}`, title: 'a discriminator without the tag' },
        { data: `00 e445a52e51cb9a1d a6ac61094d4cbd6d ${'00'.repeat(32)}`, title: 'an event that starts late' },
    ])('finds no event in $title', ({ data }) => {
        expect(client.identifyPaymentChannelsEvent(unhex(data))).toBeUndefined();
        expect(client.parsePaymentChannelsEvent(unhex(data))).toBeUndefined();
    });

    it.each([
        { event: [...OPENED], length: OPENED_SIZE, title: 'Opened' },
        { event: [...PAYOUT_REDIRECTED], length: 90, title: 'PayoutRedirected' },
    ])('refuses $title with a byte less or more', ({ event, length }) => {
        const data = new Uint8Array(length + 1);
        data.set(event);
        expect(() => client.parsePaymentChannelsEvent(data.subarray(0, length - 1))).toThrow();
        expect(() => client.parsePaymentChannelsEvent(data.subarray(0, length))).not.toThrow();
        expect(() => client.parsePaymentChannelsEvent(data)).toThrow();
    });
});

describe('enums (docs/program.md, section 3.3)', () => {
    it.each([
        {
            decoder: client.getChannelStatusDecoder(),
            encoder: client.getChannelStatusEncoder(),
            enum: client.ChannelStatus,
            name: 'ChannelStatus',
            values: byRevision<Record<string, number>>({
                epoch: { Closing: 2, Distributed: 3, Open: 0, Sealed: 1 },
                tombstone: { Closing: 2, Finalized: 1, Open: 0 },
            }),
        },
        {
            decoder: client.getPayoutBeneficiaryDecoder(),
            encoder: client.getPayoutBeneficiaryEncoder(),
            enum: client.PayoutBeneficiary,
            name: 'PayoutBeneficiary',
            values: { Payee: 1, Payer: 2, Recipient: 0 },
        },
        {
            decoder: client.getRedirectReasonDecoder(),
            encoder: client.getRedirectReasonEncoder(),
            enum: client.RedirectReason,
            name: 'RedirectReason',
            values: { ClosedOrMalformed: 1, NotInitialized: 2, ReassignedAuthority: 3, UnsupportedExtension: 0 },
        },
        {
            decoder: client.getAccountDiscriminatorDecoder(),
            encoder: client.getAccountDiscriminatorEncoder(),
            enum: client.AccountDiscriminator,
            name: 'AccountDiscriminator',
            values: { Channel: 1, ClosedChannel: 2 },
        },
    ])('$name has the values of the spec and is one byte', ({ decoder, encoder, enum: members, values }) => {
        const named = Object.entries(members).filter(([name]) => Number.isNaN(Number(name)));
        expect(Object.fromEntries(named)).toEqual(values);
        for (const value of Object.values(values)) {
            expect([...(encoder as Encoder<number>).encode(value)]).toEqual([value]);
            expect(decoder.decode(new Uint8Array([value]))).toBe(value);
        }
        const unknown = Math.max(...Object.values(values)) + 1;
        expect(() => decoder.decode(new Uint8Array([unknown]))).toThrow();
    });
});
