import { runInNewContext } from 'node:vm';

import type { SignatureBytes } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
    parseSignedVoucherJson,
    parseVoucherJson,
    toSignedVoucherJson,
    toVoucherJson,
    type PaymentChannelsErrorCode,
    type SignedVoucher,
} from '../../src';
import { AUTHORIZED_SIGNER } from '../fixtures/parties';
import { anyAddress, anyBytes, anyI64, anyU64, I64_MAX, I64_MIN, runs, U64_MAX } from '../fixtures/random';
import { expectRefusal } from '../fixtures/refusals';
import { byRevision } from '../fixtures/revision';
import { CHANNEL, unhex, VOUCHER, VOUCHER_SIGNATURE_HEX } from '../fixtures/vectors';

const JSON_VOUCHER = { channelId: CHANNEL, cumulativeAmount: '500000' };
// Computed apart from this package.
const SIGNATURE_BASE58 = byRevision({
    epoch: '27Jfqj3JAPhywJ3JBPML3MimN4XihD81jqZsftSGy1M7z26eidsh2SC5Q9Fq89YGuNGUZ4tx7TfR7bEu8umTRd88',
    tombstone: '3Vh2sUN92L6b7crH51NREZAhbQJuR8qhneu8CuCnA3iPEszpe41xKqqVJUG6i3XmFokbmcNZctBGjm28WaAsqEvy',
});
const SIGNED: SignedVoucher = {
    signature: unhex(VOUCHER_SIGNATURE_HEX) as SignatureBytes,
    signer: AUTHORIZED_SIGNER,
    voucher: VOUCHER,
};
const JSON_SIGNED = toSignedVoucherJson(SIGNED);

const anyVoucher = fc.record({ channelId: anyAddress, cumulativeAmount: anyU64, expiresAt: anyI64 });
const anySignedVoucher = fc.record({
    signature: anyBytes(64).map(bytes => bytes as SignatureBytes),
    signer: anyAddress,
    voucher: anyVoucher,
});

describe('the JSON of a voucher', () => {
    it('has decimal strings, and no expiry for a voucher that never expires', () => {
        expect(toVoucherJson(VOUCHER)).toEqual(JSON_VOUCHER);
        expect(toVoucherJson({ ...VOUCHER, expiresAt: 1_750_000_000n })).toEqual({
            ...JSON_VOUCHER,
            expiresAt: '1750000000',
        });
        expect(JSON.stringify(JSON_SIGNED)).toBe(
            JSON.stringify({
                signature: JSON_SIGNED.signature,
                signer: AUTHORIZED_SIGNER,
                voucher: JSON_VOUCHER,
            }),
        );
    });

    it.each([
        { json: JSON_VOUCHER, title: 'a value' },
        { json: JSON.stringify(JSON_VOUCHER), title: 'a text' },
        { json: ` {\n"cumulativeAmount" : "500000", "channelId":"${CHANNEL}" }\n`, title: 'a text in another order' },
        { json: { channelId: CHANNEL, cumulative: '500000' }, title: 'the alias' },
        { json: Object.assign(Object.create(null) as object, JSON_VOUCHER), title: 'an object without a prototype' },
        { json: runInNewContext(`(${JSON.stringify(JSON_VOUCHER)})`) as unknown, title: 'an object of another realm' },
        { json: Object.freeze({ ...JSON_VOUCHER }), title: 'a frozen object' },
    ])('is read from $title', ({ json }) => {
        expect(parseVoucherJson(json)).toEqual(VOUCHER);
        expect(Object.isFrozen(parseVoucherJson(json))).toBe(true);
    });

    it.each([
        ['cumulativeAmount', '0', 0n],
        ['cumulativeAmount', `${U64_MAX}`, U64_MAX],
        ['expiresAt', `${I64_MAX}`, I64_MAX],
        ['expiresAt', `${I64_MIN}`, I64_MIN],
        ['expiresAt', '0', 0n],
        ['expiresAt', '-1', -1n],
    ])('keeps %s %s', (field, text, value) => {
        expect(parseVoucherJson({ ...JSON_VOUCHER, [field]: text })).toMatchObject({ [field]: value });
    });

    it('comes back from JSON as it was', () => {
        fc.assert(
            fc.property(anySignedVoucher, signed => {
                const json = toSignedVoucherJson(signed);
                expect(parseSignedVoucherJson(json)).toEqual(signed);
                expect(parseSignedVoucherJson(JSON.stringify(json))).toEqual(signed);
                expect(parseVoucherJson(json.voucher)).toEqual(signed.voucher);
                expect(toSignedVoucherJson(parseSignedVoucherJson(json))).toEqual(json);
            }),
            runs(),
        );
    });
});

type BadJson = { title: string; json: unknown; code: PaymentChannelsErrorCode; field: string };

const withField = (name: string, value: unknown) => ({ ...JSON_VOUCHER, [name]: value });
const without = (object: object, name: string) =>
    Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
const throwing = new Proxy(
    {},
    {
        getPrototypeOf: () => {
            throw new TypeError('trap');
        },
    },
);

/** Texts that JavaScript would take for a number, and what is no text. */
const NOT_DECIMAL = [
    ...['', ' ', '007', '00', '+1', '-0', '1e3', '1.0', '1.5', ' 1', '1 ', '1\n', '0x10', '1_000', '1n', '١', 'NaN'],
    ...[1, 0, 500_000, 1n, null, undefined, true, {}, [], ['1'], new String('1'), new Date(0)],
    '9'.repeat(101),
    '9'.repeat(1_000_000),
];

const BAD_VOUCHERS: BadJson[] = [
    ...['cumulativeAmount', 'cumulative', 'expiresAt'].flatMap(name =>
        NOT_DECIMAL.map((value, index) => ({
            code: 'JSON_FIELD_MISTYPED' as const,
            field: `voucher.${name === 'cumulative' ? 'cumulativeAmount' : name}`,
            json: name === 'cumulative' ? { channelId: CHANNEL, [name]: value } : withField(name, value),
            title: `#${index} ${typeof value} ${JSON.stringify(String(value).slice(0, 20))} as ${name}`,
        })),
    ),
    ...[
        ['cumulativeAmount', `${U64_MAX + 1n}`],
        ['cumulativeAmount', '-1'],
        ['cumulativeAmount', '9'.repeat(100)],
        ['expiresAt', `${I64_MAX + 1n}`],
        ['expiresAt', `${I64_MIN - 1n}`],
    ].map(([name, text]) => ({
        code: 'INTEGER_OUT_OF_RANGE' as const,
        field: `voucher.${name!}`,
        json: withField(name!, text),
        title: `${text!.slice(0, 30)} as ${name!}`,
    })),
    ...[`${CHANNEL} `, CHANNEL.slice(5), `1${CHANNEL}`, `0${CHANNEL.slice(1)}`, '', 7, null, [CHANNEL]].map(value => ({
        code: 'ADDRESS_INVALID' as const,
        field: 'voucher.channelId',
        json: withField('channelId', value),
        title: `${JSON.stringify(value)} as the channel`,
    })),
    ...['channelId', 'cumulativeAmount'].map(name => ({
        code: 'JSON_FIELD_MISSING' as const,
        field: `voucher.${name}`,
        json: without(JSON_VOUCHER, name),
        title: `no ${name}`,
    })),
    {
        code: 'JSON_FIELD_REPEATED',
        field: 'voucher.cumulativeAmount',
        json: withField('cumulative', '500000'),
        title: 'the field and its alias, even when they agree',
    },
    ...['amount', 'ChannelId', 'channelId ', '', 'constructor', 'toString', '__proto__'].map(name => ({
        code: 'JSON_FIELD_UNKNOWN' as const,
        field: `voucher.${name}`,
        json: JSON.parse(JSON.stringify(JSON_VOUCHER).replace('{', `{${JSON.stringify(name)}:"1",`)) as unknown,
        title: `an unknown field ${JSON.stringify(name)}`,
    })),
    {
        code: 'JSON_FIELD_UNKNOWN',
        field: `voucher.${'x'.repeat(64)}…`,
        json: withField('x'.repeat(1_000_000), '1'),
        title: 'an unknown field with an endless name',
    },
    {
        code: 'JSON_FIELD_UNKNOWN',
        field: 'voucher.Symbol(channelId)',
        json: { ...JSON_VOUCHER, [Symbol('channelId')]: CHANNEL },
        title: 'a symbol',
    },
    {
        code: 'JSON_FIELD_UNKNOWN',
        field: 'voucher.hidden',
        json: Object.defineProperty({ ...JSON_VOUCHER }, 'hidden', { value: 1 }),
        title: 'a hidden property',
    },
    {
        code: 'JSON_FIELD_MISTYPED',
        field: 'voucher',
        json: Object.create(JSON_VOUCHER) as unknown,
        title: 'inherited fields',
    },
    {
        code: 'JSON_FIELD_MISTYPED',
        field: 'voucher.cumulativeAmount',
        json: {
            channelId: CHANNEL,
            get cumulativeAmount() {
                throw new TypeError('getter');
            },
        },
        title: 'a getter',
    },
    ...[null, undefined, 7, true, [JSON_VOUCHER], [], new Map(), new Date(), () => undefined, throwing].map(json => ({
        code: 'JSON_FIELD_MISTYPED' as const,
        field: 'voucher',
        json,
        title: `${Object.prototype.toString.call(json === throwing ? null : json)} as the voucher`,
    })),
    ...['', '{', 'undefined', `\uFEFF${JSON.stringify(JSON_VOUCHER)}`, "{'channelId':1}", '[[', '{"a":1}}'].map(
        json => ({
            code: 'JSON_MALFORMED' as const,
            field: 'voucher',
            json,
            title: `the text ${JSON.stringify(json.slice(0, 20))}`,
        }),
    ),
    ...['['.repeat(10_000_000), ' '.repeat(4_097), '{"a":'.repeat(2_000_000)].map(json => ({
        code: 'JSON_MALFORMED' as const,
        field: 'voucher',
        json,
        title: `a text of ${json.length} characters`,
    })),
    ...['null', '7', '"voucher"', '[]', `[${JSON.stringify(JSON_VOUCHER)}]`, '['.repeat(2_000) + ']'.repeat(2_000)].map(
        json => ({
            code: 'JSON_FIELD_MISTYPED' as const,
            field: 'voucher',
            json,
            title: `the text ${json.slice(0, 20)}`,
        }),
    ),
    ...[
        `{"channelId":"${CHANNEL}","cumulativeAmount":"1","cumulativeAmount":"2"}`,
        `{"channelId":"${CHANNEL}","cumulativeAmount":"1","\\u0063umulativeAmount":"1"}`,
        `{"channelId":"${CHANNEL}","cumulativeAmount":{"a":1,"a":2}}`,
    ].map(json => ({
        code: 'JSON_FIELD_REPEATED' as const,
        field: 'voucher',
        json,
        title: `the text …${json.slice(-40)}, of which JSON.parse keeps one half`,
    })),
];

describe('parseVoucherJson', () => {
    it.each(BAD_VOUCHERS)('refuses $title', async ({ code, field, json }) => {
        await expectRefusal(() => parseVoucherJson(json), code, { field });
    });

    it('takes text in strings for what it is, not for names', () => {
        // Were the quotes in it taken for names, this would be refused as a repetition.
        const text = JSON.stringify({ ...JSON_VOUCHER, cumulativeAmount: '":1,":\\":' });
        expect(() => parseVoucherJson(text)).toThrow(/decimal digits/);
    });
});

describe('parseSignedVoucherJson', () => {
    const signed = (fields: object) => ({ ...JSON_SIGNED, ...fields });

    it.each(BAD_VOUCHERS.filter(({ json }) => typeof json !== 'string'))(
        'refuses $title inside',
        async ({ code, field, json }) => {
            await expectRefusal(() => parseSignedVoucherJson(signed({ voucher: json })), code, { field });
        },
    );

    const badSignatures = [
        '',
        JSON_SIGNED.signature.slice(5),
        `1${JSON_SIGNED.signature}`,
        `${JSON_SIGNED.signature} `,
    ];
    it.each<BadJson>([
        ...['voucher', 'signer', 'signature'].map(name => ({
            code: 'JSON_FIELD_MISSING' as const,
            field: `signedVoucher.${name}`,
            json: without(JSON_SIGNED, name),
            title: `no ${name}`,
        })),
        {
            code: 'JSON_FIELD_UNKNOWN',
            field: 'signedVoucher.signatureType',
            json: signed({ signatureType: 'ed25519' }),
            title: 'an unknown field',
        },
        ...[...badSignatures, '0'.repeat(88), '1'.repeat(63), 'z'.repeat(88), 7, null, new Uint8Array(64)].map(
            (signature, index) => ({
                code: 'JSON_FIELD_MISTYPED' as const,
                field: 'signature',
                json: signed({ signature }),
                title: `bad signature #${index}`,
            }),
        ),
        ...['', AUTHORIZED_SIGNER.slice(5), 7, null].map(signer => ({
            code: 'ADDRESS_INVALID' as const,
            field: 'signer',
            json: signed({ signer }),
            title: `${JSON.stringify(signer)} as the signer`,
        })),
        {
            code: 'JSON_FIELD_MISTYPED',
            field: 'voucher',
            json: signed({ voucher: JSON.stringify(JSON_VOUCHER) }),
            title: 'the text of a voucher in the place of a voucher',
        },
        {
            code: 'JSON_FIELD_REPEATED',
            field: 'signedVoucher',
            json: JSON.stringify(JSON_SIGNED).replace(
                '"cumulativeAmount"',
                '"cumulativeAmount":"1","cumulativeAmount"',
            ),
            title: 'a name twice inside',
        },
    ])('refuses $title', async ({ code, field, json }) => {
        await expectRefusal(() => parseSignedVoucherJson(json), code, { field });
    });

    it('reads the signature of the vectors', () => {
        expect(JSON_SIGNED.signature).toBe(SIGNATURE_BASE58);
        expect(parseSignedVoucherJson({ ...JSON_SIGNED, signature: SIGNATURE_BASE58 })).toEqual(SIGNED);
    });
});
