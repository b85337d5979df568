import {
    createKeyPairFromPrivateKeyBytes,
    createKeyPairSignerFromPrivateKeyBytes,
    createSignableMessage,
    generateKeyPairSigner,
    getBase58Encoder,
    type MessageModifyingSigner,
    type MessagePartialSigner,
    type SignableMessage,
    type SignatureBytes,
} from '@solana/kit';
import { beforeAll, describe, expect, it } from 'vitest';

import {
    decodeVoucher,
    ED25519_PROGRAM_ADDRESS,
    encodeVoucher,
    getVerifyVoucherInstruction,
    signVoucher,
    toSignedVoucher,
    toVoucher,
    verifyVoucher,
    type PaymentChannelsErrorCode,
    type SignedVoucher,
    type VoucherInput,
    type VoucherSigner,
} from '../../src';
import { BAD_ADDRESSES, BAD_I64, BAD_U64 } from '../fixtures/bad-input';
import { dataOf } from '../fixtures/instructions';
import { addressOf, AUTHORIZED_SIGNER, ED25519_PROGRAM, OFF_CURVE } from '../fixtures/parties';
import { I64_MAX, I64_MIN, U64_MAX } from '../fixtures/random';
import { expectRefusal } from '../fixtures/refusals';
import { byRevision, VOUCHER_SIZE } from '../fixtures/revision';
import {
    CHANNEL,
    ED25519_HEADER_HEX,
    hex,
    MAGIC_HEX,
    PUBLIC_KEY,
    SECRET_KEY,
    unhex,
    VOUCHER,
    VOUCHER_HEX,
    VOUCHER_SIGNATURE_HEX,
} from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';

const SIGNATURE = unhex(VOUCHER_SIGNATURE_HEX) as SignatureBytes;
const SIGNED: SignedVoucher = { signature: SIGNATURE, signer: AUTHORIZED_SIGNER, voucher: VOUCHER };

describe('encodeVoucher, decodeVoucher', () => {
    it.each([
        VOUCHER,
        { channelId: addressOf(0xff), cumulativeAmount: U64_MAX, expiresAt: I64_MAX },
        { channelId: addressOf(0), cumulativeAmount: 0n, expiresAt: I64_MIN },
    ])('keeps every field of %o', voucher => {
        expect(encodeVoucher(voucher, DEPLOYMENT)).toHaveLength(VOUCHER_SIZE);
        expect(decodeVoucher(encodeVoucher(voucher, DEPLOYMENT), DEPLOYMENT)).toEqual(voucher);
    });

    it('takes safe integers for bigints, and never expires by default', () => {
        expect(hex(encodeVoucher({ channelId: CHANNEL, cumulativeAmount: 500_000 }, DEPLOYMENT))).toBe(VOUCHER_HEX);
        expect(toVoucher({ channelId: CHANNEL, cumulativeAmount: 500_000 })).toEqual(VOUCHER);
    });

    it.each([
        { actualLength: 0, bytes: new Uint8Array() },
        { actualLength: VOUCHER_SIZE - 1, bytes: new Uint8Array(VOUCHER_SIZE - 1) },
        { actualLength: VOUCHER_SIZE + 1, bytes: new Uint8Array(VOUCHER_SIZE + 1) },
        { actualLength: -1, bytes: VOUCHER_HEX },
        { actualLength: -1, bytes: null },
        { actualLength: -1, bytes: undefined },
    ])('refuses to decode $bytes', async ({ actualLength, bytes }) => {
        await expectRefusal(() => decodeVoucher(bytes as Uint8Array, DEPLOYMENT), 'BYTES_LENGTH_INVALID', {
            actualLength,
            expectedLength: VOUCHER_SIZE,
            field: 'voucher',
        });
    });
});

type BadVoucher = { title: string; voucher: unknown; code: PaymentChannelsErrorCode; field: string };

// An expiry that is not given is none: undefined is fine there.
const BAD_EXPIRIES = BAD_I64.filter(({ value }) => value !== undefined);

const BAD_VOUCHERS: BadVoucher[] = [
    ...[null, undefined, 7, VOUCHER_HEX].map(voucher => ({
        code: 'VOUCHER_INVALID' as const,
        field: 'voucher',
        title: `${String(voucher)} as the voucher`,
        voucher,
    })),
    ...BAD_ADDRESSES.map(({ title, value }) => ({
        code: 'ADDRESS_INVALID' as const,
        field: 'voucher.channelId',
        title: `${title} as the channel`,
        voucher: { ...VOUCHER, channelId: value },
    })),
    ...BAD_U64.map(({ code, title, value }) => ({
        code,
        field: 'voucher.cumulativeAmount',
        title: `${title} as the amount`,
        voucher: { ...VOUCHER, cumulativeAmount: value },
    })),
    ...BAD_EXPIRIES.map(({ code, title, value }) => ({
        code,
        field: 'voucher.expiresAt',
        title: `${title} as the expiry`,
        voucher: { ...VOUCHER, expiresAt: value },
    })),
];

describe.each<[name: string, use: (voucher: VoucherInput) => unknown]>([
    ['toVoucher', toVoucher],
    ['encodeVoucher', voucher => encodeVoucher(voucher, DEPLOYMENT)],
    [
        'signVoucher',
        async voucher => signVoucher(voucher, await createKeyPairFromPrivateKeyBytes(SECRET_KEY), DEPLOYMENT),
    ],
    ['toSignedVoucher', voucher => toSignedVoucher({ ...SIGNED, voucher } as SignedVoucher)],
])('%s', (_, use) => {
    it.each(BAD_VOUCHERS)('refuses $title', async ({ code, field, voucher }) => {
        await expectRefusal(() => use(voucher as VoucherInput), code, { field });
    });
});

describe.each<[name: string, use: (signed: SignedVoucher) => unknown]>([
    ['toSignedVoucher', toSignedVoucher],
    ['verifyVoucher', signed => verifyVoucher(signed, AUTHORIZED_SIGNER, DEPLOYMENT)],
    ['getVerifyVoucherInstruction', signed => getVerifyVoucherInstruction(signed, DEPLOYMENT)],
])('%s', (_, use) => {
    it.each([null, undefined, 7, VOUCHER_HEX])('refuses %s as the signed voucher', async signed => {
        await expectRefusal(() => use(signed as unknown as SignedVoucher), 'VOUCHER_INVALID', {
            field: 'signedVoucher',
        });
    });

    it.each([new Uint8Array(63), new Uint8Array(65), VOUCHER_SIGNATURE_HEX, null, undefined])(
        'refuses %s as the signature',
        async signature => {
            await expectRefusal(
                () => use({ ...SIGNED, signature: signature as SignatureBytes }),
                'BYTES_LENGTH_INVALID',
                {
                    expectedLength: 64,
                    field: 'signature',
                },
            );
        },
    );

    it.each(BAD_ADDRESSES)('refuses $title as the signer', async ({ value }) => {
        await expectRefusal(() => use({ ...SIGNED, signer: value as typeof CHANNEL }), 'ADDRESS_INVALID', {
            field: 'signer',
        });
    });
});

describe('signVoucher', () => {
    let keyPair: CryptoKeyPair;
    let keyPairSigner: MessagePartialSigner;
    beforeAll(async () => {
        keyPair = await createKeyPairFromPrivateKeyBytes(SECRET_KEY);
        keyPairSigner = await createKeyPairSignerFromPrivateKeyBytes(SECRET_KEY);
    });

    /** A signer of our own that signs as the key pair does, once the messages went through a function. */
    const modifyingSigner = (
        modify: (message: SignableMessage) => SignableMessage,
        signs = true,
    ): MessageModifyingSigner => ({
        address: AUTHORIZED_SIGNER,
        modifyAndSignMessages: async messages => {
            const modified = messages.map(modify);
            if (!signs) return modified;
            const signatures = await keyPairSigner.signMessages(modified);
            return modified.map((message, index) => ({ ...message, signatures: signatures[index]! }));
        },
    });
    const partialSigner = (signMessages: MessagePartialSigner['signMessages']): MessagePartialSigner => ({
        address: AUTHORIZED_SIGNER,
        signMessages,
    });

    const good: [title: string, getSigner: () => VoucherSigner][] = [
        ['a key pair of the Web Crypto API', () => keyPair],
        ['a key pair signer', () => keyPairSigner],
        ['a partial signer of our own', () => partialSigner(messages => keyPairSigner.signMessages(messages))],
        ['a modifying signer that keeps the message', () => modifyingSigner(message => message)],
        [
            'a modifying signer that copies the message',
            () => modifyingSigner(({ content }) => createSignableMessage(new Uint8Array(content))),
        ],
    ];
    it.each(good)('signs with %s', async (_, getSigner) => {
        const signed = await signVoucher(VOUCHER, getSigner(), DEPLOYMENT);
        expect({ ...signed, signature: hex(signed.signature) }).toEqual({
            signature: VOUCHER_SIGNATURE_HEX,
            signer: AUTHORIZED_SIGNER,
            voucher: VOUCHER,
        });
        expect(await verifyVoucher(signed, AUTHORIZED_SIGNER, DEPLOYMENT)).toBe(true);
    });

    it('signs the voucher as it was checked, and not what the caller does with it later', async () => {
        const input = { channelId: CHANNEL, cumulativeAmount: 500_000n };
        const signing = signVoucher(input, keyPairSigner, DEPLOYMENT);
        input.cumulativeAmount = 1_000_000n;
        expect(hex((await signing).signature)).toBe(VOUCHER_SIGNATURE_HEX);
    });

    it.each([
        { modify: (content: Uint8Array) => content.fill(0, 32), title: 'changes it in place' },
        { modify: (content: Uint8Array) => Uint8Array.of(...content, 0), title: 'appends to it' },
        { modify: (content: Uint8Array) => content.slice(0, -1), title: 'cuts it short' },
        { modify: (content: Uint8Array) => Uint8Array.of(0xff, ...content), title: 'puts a prefix before it' },
    ])('refuses what a modifying signer returns that $title', async ({ modify }) => {
        const signer = modifyingSigner(({ content }) => createSignableMessage(modify(content)));
        await expectRefusal(() => signVoucher(VOUCHER, signer, DEPLOYMENT), 'VOUCHER_SIGNER_CHANGED_MESSAGE', {
            signer: AUTHORIZED_SIGNER,
        });
    });

    const silent: [title: string, signer: VoucherSigner][] = [
        ['a modifying signer that does not sign', modifyingSigner(message => message, false)],
        [
            'a modifying signer that returns nothing',
            { ...modifyingSigner(() => undefined!), modifyAndSignMessages: () => Promise.resolve([]) },
        ],
        ['a partial signer that returns nothing', partialSigner(() => Promise.resolve([]))],
        ['a partial signer that signs for no one', partialSigner(() => Promise.resolve([{}]))],
        ['a partial signer that signs for another', partialSigner(() => Promise.resolve([{ [CHANNEL]: SIGNATURE }]))],
    ];
    it.each(silent)('refuses %s', async (_, signer) => {
        await expectRefusal(() => signVoucher(VOUCHER, signer, DEPLOYMENT), 'VOUCHER_SIGNER_DID_NOT_SIGN', {
            signer: AUTHORIZED_SIGNER,
        });
    });

    it.each([null, undefined, 7, AUTHORIZED_SIGNER, {}, { address: AUTHORIZED_SIGNER }])(
        'refuses %s as the signer',
        async signer => {
            await expectRefusal(() => signVoucher(VOUCHER, signer as VoucherSigner, DEPLOYMENT), 'SIGNER_INVALID', {
                field: 'signer',
            });
        },
    );
});

describe('verifyVoucher', () => {
    const other = addressOf(9);

    it('accepts the signature of the authorized signer', async () => {
        expect(await verifyVoucher(SIGNED, AUTHORIZED_SIGNER, DEPLOYMENT)).toBe(true);
    });

    it.each([
        { change: 'another channel', voucher: { ...VOUCHER, channelId: other } },
        { change: 'one unit more', voucher: { ...VOUCHER, cumulativeAmount: 500_001n } },
        { change: 'an expiry', voucher: { ...VOUCHER, expiresAt: 1n } },
    ])('does not accept a signature for $change', async ({ voucher }) => {
        expect(await verifyVoucher({ ...SIGNED, voucher }, AUTHORIZED_SIGNER, DEPLOYMENT)).toBe(false);
    });

    it('does not accept a message or a signature with any one bit flipped', async () => {
        // The magic is no part of what is signed for: a voucher with another one is none.
        for (let bit = MAGIC_HEX.length * 4; bit < VOUCHER_SIZE * 8; bit += 1) {
            const voucher = decodeVoucher(flip(unhex(VOUCHER_HEX), bit), DEPLOYMENT);
            expect(await verifyVoucher({ ...SIGNED, voucher }, AUTHORIZED_SIGNER, DEPLOYMENT), `bit ${bit}`).toBe(
                false,
            );
        }
        for (let bit = 0; bit < 64 * 8; bit += 1) {
            const signature = flip(SIGNATURE, bit) as SignatureBytes;
            expect(await verifyVoucher({ ...SIGNED, signature }, AUTHORIZED_SIGNER, DEPLOYMENT), `bit ${bit}`).toBe(
                false,
            );
        }
    });

    it('does not accept the good signature of a key that is not the authorized signer', async () => {
        const stranger = await generateKeyPairSigner();
        const signed = await signVoucher(VOUCHER, stranger, DEPLOYMENT);
        expect(await verifyVoucher(signed, stranger.address, DEPLOYMENT)).toBe(true);
        expect(await verifyVoucher(signed, AUTHORIZED_SIGNER, DEPLOYMENT)).toBe(false);
        // Nor by claiming to be the authorized signer.
        expect(await verifyVoucher({ ...signed, signer: AUTHORIZED_SIGNER }, AUTHORIZED_SIGNER, DEPLOYMENT)).toBe(
            false,
        );
    });

    it('does not accept a signer that is no point of the curve, and does not throw', async () => {
        expect(await verifyVoucher({ ...SIGNED, signer: OFF_CURVE }, OFF_CURVE, DEPLOYMENT)).toBe(false);
    });

    it.each(BAD_ADDRESSES)('refuses $title as the authorized signer', async ({ value }) => {
        await expectRefusal(() => verifyVoucher(SIGNED, value as typeof CHANNEL, DEPLOYMENT), 'ADDRESS_INVALID', {
            field: 'authorizedSigner',
        });
    });
});

describe('getVerifyVoucherInstruction', () => {
    it('has the one layout that the program accepts (docs/program.md, section 6.6)', () => {
        const instruction = getVerifyVoucherInstruction(SIGNED, DEPLOYMENT);
        expect(ED25519_PROGRAM_ADDRESS).toBe(ED25519_PROGRAM);
        expect(instruction.programAddress).toBe(ED25519_PROGRAM);
        expect(instruction.accounts).toBeUndefined();
        expect(dataOf(instruction)).toBe(ED25519_HEADER_HEX + hex(PUBLIC_KEY) + VOUCHER_SIGNATURE_HEX + VOUCHER_HEX);
        expect(instruction.data).toHaveLength(byRevision({ epoch: 162, tombstone: 160 }));
    });

    it('carries the bytes it was given, good signature or not', () => {
        const signature = new Uint8Array(64).fill(0xab) as SignatureBytes;
        const data = dataOf(getVerifyVoucherInstruction({ ...SIGNED, signature, signer: OFF_CURVE }, DEPLOYMENT));
        expect(data.slice(32, 96)).toBe(hex(getBase58Encoder().encode(OFF_CURVE)));
        expect(data.slice(96, 224)).toBe('ab'.repeat(64));
    });
});

function flip(bytes: Uint8Array, bit: number): Uint8Array {
    return bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}
