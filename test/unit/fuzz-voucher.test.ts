import { getBase58Decoder, type Address, type SignatureBytes } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
    decodeVoucher,
    encodeVoucher,
    isPaymentChannelsError,
    parseSignedVoucherJson,
    parseVoucherJson,
    toSignedVoucher,
    toSignedVoucherJson,
    toVoucher,
    toVoucherJson,
    verifyVoucher,
    type SignedVoucher,
    type VoucherInput,
} from '../../src';
import { anyAddress, anyBytes, anyI64, anyU64 } from '../fixtures/random';
import { VOUCHER_SIZE } from '../fixtures/revision';
import { MAGIC_HEX, unhex } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';
import { byDepth } from '../fixtures/depth';

// Whatever comes over a wire is accepted or refused with an error of this package, and what is accepted can be written
// in one way only.

const runs = { numRuns: byDepth({ all: 500, deep: 100_000, quick: 500 }) };
const TIMEOUT = 20 * 60_000;

/** The result of a decoder, or `undefined` where it refused its input with a typed error. Any other error fails. */
function accept<T>(decode: () => T): T | undefined {
    try {
        return decode();
    } catch (error) {
        if (isPaymentChannelsError(error)) return undefined;
        throw error;
    }
}

const MAGIC = unhex(MAGIC_HEX);
/** As long as a voucher, and with the magic of one, or with another. */
const anyMessage = fc.oneof(
    anyBytes(VOUCHER_SIZE),
    anyBytes(VOUCHER_SIZE - MAGIC.length).map(rest => Uint8Array.of(...MAGIC, ...rest)),
);

const anyVoucherJson = fc
    .record({ channelId: anyAddress, cumulativeAmount: anyU64, expiresAt: fc.oneof(fc.constant(0n), anyI64) })
    .map(toVoucherJson);
const anySignedVoucherJson = fc.record({
    signature: anyBytes(64).map(bytes => getBase58Decoder().decode(bytes)),
    signer: anyAddress,
    voucher: anyVoucherJson,
});

const anyName = fc.oneof(
    fc.constantFrom('voucher', 'signer', 'signature', 'channelId', 'cumulativeAmount', 'cumulative', 'expiresAt'),
    fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '0', ''),
    fc.string(),
);
/** What stands in a field of a good voucher, almost. */
const anyContent = fc.oneof(
    fc.bigInt().map(String),
    fc.constantFrom('0', '-0', '007', '+1', '1e3', '1.0', ' 1', '18446744073709551616', '9223372036854775808'),
    anyAddress,
    anyAddress.map(text => text.slice(1)),
    fc.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{80,90}$/),
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
);

/** A good form to which something was done: a field set, removed, renamed or nested. */
const mutate = (base: fc.Arbitrary<object>) =>
    fc
        .tuple(base, fc.array(fc.tuple(anyName, fc.option(anyContent, { nil: undefined })), { maxLength: 3 }))
        .map(([form, changes]) => {
            const entries = new Map<string, unknown>(Object.entries(form));
            for (const [name, content] of changes) {
                if (content === undefined) entries.delete(name);
                else entries.set(name, content);
            }
            return Object.fromEntries(entries) as unknown;
        });

/** A text to which something was done: characters cut out, put in or repeated. */
const mutateText = (base: fc.Arbitrary<unknown>) =>
    fc
        .tuple(
            base.map(value => JSON.stringify(value) ?? ''),
            fc.nat(),
            fc.nat(40),
            fc.oneof(fc.constant(''), fc.constantFrom('"', ',', ':', '{', '}', '\\', '0', '\\u0030', ' '), fc.string()),
        )
        .map(([text, at, length, inserted]) => {
            const place = at % (text.length + 1);
            return text.slice(0, place) + inserted + text.slice(place + length);
        });

const anyForm = (base: fc.Arbitrary<object>): fc.Arbitrary<unknown> =>
    fc.oneof(
        { arbitrary: mutate(base), weight: 4 },
        { arbitrary: mutate(base).map(value => safeStringify(value)), weight: 2 },
        { arbitrary: mutateText(base), weight: 4 },
        { arbitrary: fc.json(), weight: 1 },
        { arbitrary: fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), weight: 1 },
        { arbitrary: fc.string(), weight: 1 },
    );

function safeStringify(value: unknown): string {
    return JSON.stringify(value, (_, content: unknown) => (typeof content === 'bigint' ? `${content}` : content)) ?? '';
}

/** A form without its freedoms: the order of its fields, the alias, and an expiry that says never. */
function normalize(value: unknown): unknown {
    const parsed = (typeof value === 'string' ? JSON.parse(value) : value) as Record<string, unknown>;
    return Object.fromEntries(
        Object.entries(parsed)
            .filter(([name, content]) => !(name === 'expiresAt' && content === '0'))
            .map(([name, content]) =>
                name === 'voucher'
                    ? [name, normalize(content)]
                    : [name === 'cumulative' ? 'cumulativeAmount' : name, content],
            ),
    );
}

describe('fuzz', () => {
    it(
        'decodeVoucher accepts the bytes of a voucher and nothing else, each the only encoding of its voucher',
        () => {
            const anyBinary = fc.oneof(
                { arbitrary: anyMessage, weight: 4 },
                { arbitrary: fc.uint8Array({ maxLength: 100 }), weight: 2 },
                { arbitrary: fc.anything({ withTypedArray: true }), weight: 1 },
            );
            fc.assert(
                fc.property(anyBinary, bytes => {
                    const voucher = accept(() => decodeVoucher(bytes as Uint8Array, DEPLOYMENT));
                    const isMessage =
                        bytes instanceof Uint8Array &&
                        bytes.length === VOUCHER_SIZE &&
                        MAGIC.every((byte, index) => byte === bytes[index]);
                    expect(voucher !== undefined).toBe(isMessage);
                    if (voucher !== undefined) expect(encodeVoucher(voucher, DEPLOYMENT)).toEqual(bytes);
                }),
                runs,
            );
        },
        TIMEOUT,
    );

    it(
        'parseVoucherJson accepts the one form of a voucher, apart from the alias and the order of fields',
        () => {
            let accepted = 0;
            fc.assert(
                fc.property(anyForm(anyVoucherJson), input => {
                    const voucher = accept(() => parseVoucherJson(input));
                    if (voucher === undefined) return;
                    accepted += 1;
                    expect(toVoucherJson(voucher)).toEqual(normalize(input));
                }),
                runs,
            );
            // The inputs are near enough to good ones to be worth something.
            expect(accepted).toBeGreaterThan(runs.numRuns / 50);
        },
        TIMEOUT,
    );

    it(
        'parseSignedVoucherJson accepts the one form of a signed voucher, apart from the alias and the order of fields',
        () => {
            let accepted = 0;
            fc.assert(
                fc.property(anyForm(anySignedVoucherJson), input => {
                    const signed = accept(() => parseSignedVoucherJson(input));
                    if (signed === undefined) return;
                    accepted += 1;
                    expect(toSignedVoucherJson(signed)).toEqual(normalize(input));
                }),
                runs,
            );
            expect(accepted).toBeGreaterThan(runs.numRuns / 50);
        },
        TIMEOUT,
    );

    it(
        'toVoucher and toSignedVoucher accept or refuse whatever they are given',
        () => {
            const anySigned = fc.record(
                {
                    signature: fc.oneof(anyBytes(64), fc.uint8Array(), anyContent),
                    signer: fc.oneof(anyAddress, anyContent),
                    voucher: fc.oneof(mutate(anyVoucherJson), fc.anything()),
                },
                { requiredKeys: [] },
            );
            fc.assert(
                fc.property(fc.oneof(anySigned, fc.anything()), input => {
                    accept(() => toVoucher(input as VoucherInput));
                    accept(() => toSignedVoucher(input as SignedVoucher));
                }),
                runs,
            );
        },
        TIMEOUT,
    );

    it(
        'verifyVoucher says no to random keys and signatures, on the curve or not, and throws nothing',
        async () => {
            await fc.assert(
                fc.asyncProperty(anyVoucherJson, anyAddress, anyBytes(64), async (json, signer: Address, signature) => {
                    const voucher = parseVoucherJson(json);
                    const signed = { signature: signature as SignatureBytes, signer, voucher };
                    expect(await verifyVoucher(signed, signer, DEPLOYMENT)).toBe(false);
                }),
                runs,
            );
        },
        TIMEOUT,
    );
});
