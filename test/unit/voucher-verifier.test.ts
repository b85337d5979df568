import { generateKeyPairSigner, type Address, type KeyPairSigner, type SignatureBytes } from '@solana/kit';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import {
    createVoucherVerifier,
    encodeVoucher,
    signVoucher,
    verifyVoucher,
    type SignedVoucher,
    type VoucherVerification,
} from '../../src';
import { LruCache } from '../../src/core/lru';
import { createVoucherPacker } from '../../src/voucher/voucher-bytes';
import { BAD_ADDRESSES } from '../fixtures/bad-input';
import { addressOf, AUTHORIZED_SIGNER, OFF_CURVE } from '../fixtures/parties';
import { anyAddress, anyI64, anyU64, runs } from '../fixtures/random';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { VOUCHER_SIZE } from '../fixtures/revision';
import { CHANNEL, unhex, VOUCHER, VOUCHER_SIGNATURE_HEX } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';

const SIGNED: SignedVoucher = {
    signature: unhex(VOUCHER_SIGNATURE_HEX) as SignatureBytes,
    signer: AUTHORIZED_SIGNER,
    voucher: VOUCHER,
};
const BAD_SIGNATURE = { ...SIGNED, voucher: { ...VOUCHER, cumulativeAmount: 1n } };
const good = (signedVoucher = SIGNED): VoucherVerification => ({ authorizedSigner: AUTHORIZED_SIGNER, signedVoucher });

let signers: KeyPairSigner[];
beforeAll(async () => {
    signers = await Promise.all(Array.from({ length: 4 }, () => generateKeyPairSigner()));
});

/** The engine of the runtime, which counts what it is asked. */
function countingEngine() {
    const importKey = vi.fn(crypto.subtle.importKey.bind(crypto.subtle));
    const verify = vi.fn(crypto.subtle.verify.bind(crypto.subtle));
    return { importKey, subtle: { importKey, verify } as unknown as SubtleCrypto, verify };
}

describe('createVoucherVerifier', () => {
    it('says what verifyVoucher says, in order', async () => {
        const vouchers: VoucherVerification[] = [];
        for (let index = 0; index < 300; index += 1) {
            const signer = signers[index % signers.length]!;
            const other = signers[(index + 1) % signers.length]!;
            const signed = await signVoucher({ channelId: CHANNEL, cumulativeAmount: index }, signer, DEPLOYMENT);
            vouchers.push(
                ...[
                    { authorizedSigner: signer.address, signedVoucher: signed },
                    { authorizedSigner: other.address, signedVoucher: signed },
                    { authorizedSigner: other.address, signedVoucher: { ...signed, signer: other.address } },
                    {
                        authorizedSigner: signer.address,
                        signedVoucher: { ...signed, voucher: { ...signed.voucher, expiresAt: 1n } },
                    },
                ].slice(index % 3),
            );
        }
        const expected = await Promise.all(
            vouchers.map(one => verifyVoucher(one.signedVoucher, one.authorizedSigner, DEPLOYMENT)),
        );
        const verifier = createVoucherVerifier(DEPLOYMENT);
        expect(verifier.backend).toBe('webcrypto');
        expect(await verifier.verifyAll(vouchers)).toEqual(expected);
        expect(
            await Promise.all(vouchers.map(one => verifier.verify(one.signedVoucher, one.authorizedSigner))),
        ).toEqual(expected);
        expect(expected.filter(Boolean)).toHaveLength(100);
        expect(await verifier.verifyAll([])).toEqual([]);
    });

    it('says no to a key that is no point of the curve, and no error', async () => {
        const signed = { ...SIGNED, signer: OFF_CURVE };
        const verifier = createVoucherVerifier(DEPLOYMENT);
        expect(await verifier.verify(signed, OFF_CURVE)).toBe(false);
        expect(await verifier.verifyAll([{ authorizedSigner: OFF_CURVE, signedVoucher: signed }, good()])).toEqual([
            false,
            true,
        ]);
    });

    it('imports a key once, and again when it has been forgotten for others', async () => {
        const { importKey, subtle } = countingEngine();
        const verifier = createVoucherVerifier(DEPLOYMENT, { cacheSize: 2, subtle });
        const verifyBy = async (signer: KeyPairSigner) => {
            const signed = await signVoucher(VOUCHER, signer, DEPLOYMENT);
            const before = importKey.mock.calls.length;
            expect(
                await verifier.verifyAll(
                    [1, 2, 3].map(() => ({ authorizedSigner: signer.address, signedVoucher: signed })),
                ),
            ).toEqual([true, true, true]);
            return importKey.mock.calls.length - before;
        };
        const [a, b, c] = signers as [KeyPairSigner, KeyPairSigner, KeyPairSigner];
        const proof = (await verifyBy(a)) - 1;
        expect(proof).toBeGreaterThan(0);
        expect([await verifyBy(b), await verifyBy(a), await verifyBy(c)]).toEqual([1, 0, 1]);
        // b was used longest ago.
        expect([await verifyBy(a), await verifyBy(b)]).toEqual([0, 1]);
    });

    it('verifies with no cache at all', async () => {
        const verifier = createVoucherVerifier(DEPLOYMENT, { cacheSize: 0 });
        expect(await verifier.verifyAll([good(), good(BAD_SIGNATURE), good()])).toEqual([true, false, true]);
    });

    it('does not ask the engine about a voucher by another signer', async () => {
        const { subtle, verify } = countingEngine();
        const verifier = createVoucherVerifier(DEPLOYMENT, { subtle });
        await verifier.verify(SIGNED, AUTHORIZED_SIGNER);
        const before = verify.mock.calls.length;
        expect(await verifier.verify(SIGNED, signers[0]!.address)).toBe(false);
        expect(verify.mock.calls).toHaveLength(before);
    });

    it('verifies what it was given, whatever the caller does with it meanwhile', async () => {
        const signature = SIGNED.signature.slice() as SignatureBytes;
        const vouchers = [good({ ...SIGNED, signature })];
        const verifier = createVoucherVerifier(DEPLOYMENT);
        const [one, all] = [
            verifier.verify(vouchers[0]!.signedVoucher, AUTHORIZED_SIGNER),
            verifier.verifyAll(vouchers),
        ];
        vouchers.length = 0;
        signature.fill(0, 32);
        expect(await one).toBe(true);
        expect(await all).toHaveLength(1);
    });

    it.each([-1, 1.5, '1', null])('refuses %s as the size of its cache', async cacheSize => {
        await expectRefusal(
            () => createVoucherVerifier(DEPLOYMENT, { cacheSize: cacheSize as number }),
            cacheSize === -1 ? 'INTEGER_OUT_OF_RANGE' : 'INTEGER_NOT_EXACT',
            { field: 'cacheSize' },
        );
    });

    it.each([null, undefined, 7, 'vouchers', new Set([good()]), { 0: good(), length: 1 }])(
        'refuses %s as the vouchers',
        async vouchers => {
            await expectRefusal(
                () => createVoucherVerifier(DEPLOYMENT).verifyAll(vouchers as unknown as VoucherVerification[]),
                'VOUCHER_INVALID',
                { field: 'vouchers' },
            );
        },
    );

    it.each([
        { code: 'VOUCHER_INVALID', field: 'vouchers[1]', item: null },
        { code: 'VOUCHER_INVALID', field: 'vouchers[1].signedVoucher', item: { ...good(), signedVoucher: null } },
        {
            code: 'VOUCHER_INVALID',
            field: 'vouchers[1].voucher',
            item: good({ ...SIGNED, voucher: null as unknown as SignedVoucher['voucher'] }),
        },
        {
            code: 'BYTES_LENGTH_INVALID',
            field: 'vouchers[1].signature',
            item: good({ ...SIGNED, signature: new Uint8Array(63) as SignatureBytes }),
        },
        {
            code: 'INTEGER_OUT_OF_RANGE',
            field: 'vouchers[1].voucher.cumulativeAmount',
            item: good({ ...SIGNED, voucher: { ...VOUCHER, cumulativeAmount: -1n } }),
        },
        {
            code: 'ADDRESS_INVALID',
            field: 'vouchers[1].voucher.channelId',
            item: good({ ...SIGNED, voucher: { ...VOUCHER, channelId: 'x' as Address } }),
        },
        {
            code: 'ADDRESS_INVALID',
            field: 'vouchers[1].signer',
            item: good({ ...SIGNED, signer: 'x' as Address }),
        },
        ...BAD_ADDRESSES.map(({ value }) => ({
            code: 'ADDRESS_INVALID' as const,
            field: 'vouchers[1].authorizedSigner',
            item: { authorizedSigner: value, signedVoucher: SIGNED },
        })),
    ] as const)('names the place of a malformed voucher: $field', async ({ code, field, item }) => {
        const verifyAll = () => createVoucherVerifier(DEPLOYMENT).verifyAll([good(), item as VoucherVerification]);
        await expectRefusal(verifyAll, code, { field });
        // In the message as well as in the context.
        expect(((await errorOf(verifyAll)) as Error).message.startsWith(`${field} `)).toBe(true);
    });
});

describe('an engine', () => {
    const engine = (verify: (...input: Parameters<SubtleCrypto['verify']>) => Promise<boolean>) =>
        ({ importKey: crypto.subtle.importKey.bind(crypto.subtle), verify }) as unknown as SubtleCrypto;

    it.each([
        {
            reason: /accepts a signature with a component of small order in R/,
            title: 'that accepts everything',
            verify: () => Promise.resolve(true),
        },
        {
            reason: /does not accept a good signature/,
            title: 'that accepts nothing',
            verify: () => Promise.resolve(false),
        },
    ])('$title is not trusted', async ({ reason, verify }) => {
        const verifier = createVoucherVerifier(DEPLOYMENT, { subtle: engine(verify) });
        await expectRefusal(() => verifier.verify(SIGNED, AUTHORIZED_SIGNER), 'ED25519_UNSUPPORTED');
        await expect(verifier.verifyAll([good()])).rejects.toThrow(reason);
    });

    it('that does not know Ed25519 is an error, not a bad signature', async () => {
        const subtle = { importKey: () => Promise.reject(new DOMException('no such algorithm', 'NotSupportedError')) };
        const verifier = createVoucherVerifier(DEPLOYMENT, { subtle: subtle as unknown as SubtleCrypto });
        await expectRefusal(() => verifier.verify(SIGNED, AUTHORIZED_SIGNER), 'ED25519_UNSUPPORTED');
    });

    it('that breaks down later is an error, not a bad signature', async () => {
        let isBroken = false;
        const subtle = engine((...input) =>
            isBroken ? Promise.reject(new Error('out of memory')) : crypto.subtle.verify(...input),
        );
        const verifier = createVoucherVerifier(DEPLOYMENT, { subtle });
        expect(await verifier.verify(SIGNED, AUTHORIZED_SIGNER)).toBe(true);
        isBroken = true;
        await expectRefusal(() => verifier.verify(SIGNED, AUTHORIZED_SIGNER), 'VERIFIER_FAILED', {
            backend: 'webcrypto',
            reason: 'out of memory',
        });
        await expectRefusal(() => verifier.verifyAll([good(), good()]), 'VERIFIER_FAILED');
    });

    it('that is missing is an error', async () => {
        vi.stubGlobal('crypto', {});
        try {
            await expectRefusal(() => verifyVoucher(SIGNED, AUTHORIZED_SIGNER, DEPLOYMENT), 'ED25519_UNSUPPORTED');
        } finally {
            vi.unstubAllGlobals();
        }
    });
});

describe('createVoucherPacker', () => {
    it('encodes as encodeVoucher does, whatever was packed before', () => {
        const { voucher: layout } = DEPLOYMENT;
        const packer = createVoucherPacker(3, layout);
        expect(packer.messageLength).toBe(VOUCHER_SIZE);
        const fewChannels = fc.oneof(fc.constantFrom(addressOf(1), addressOf(2)), anyAddress);
        fc.assert(
            fc.property(fewChannels, anyU64, anyI64, (channelId, cumulativeAmount, expiresAt) => {
                const voucher = { channelId, cumulativeAmount, expiresAt };
                const packed = packer.pack({ ...SIGNED, voucher }, AUTHORIZED_SIGNER);
                expect(packed?.message).toEqual(encodeVoucher(voucher, DEPLOYMENT));
            }),
            runs(),
        );
    });
});

describe('LruCache', () => {
    it('keeps what was used last, and no more than it may', () => {
        const make = vi.fn((key: number) => ({ key }));
        const cache = new LruCache<number, { key: number }>(3);
        const get = (key: number) => cache.getOrMake(key, () => make(key));
        for (const key of [1, 2, 3, 1, 4, 1, 3]) expect(get(key)).toEqual({ key });
        expect(make.mock.calls.flat()).toEqual([1, 2, 3, 4]);
        get(2);
        expect(make.mock.calls.flat()).toEqual([1, 2, 3, 4, 2]);
        get(1);
        expect(make.mock.calls.flat()).toEqual([1, 2, 3, 4, 2]);
        expect(cache.size).toBe(3);
    });

    it('does not keep what could not be made', () => {
        const cache = new LruCache<number, number>(3);
        expect(() =>
            cache.getOrMake(1, () => {
                throw new Error('not made');
            }),
        ).toThrow('not made');
        expect(cache.size).toBe(0);
    });
});
