import {
    getAddressDecoder,
    getAddressEncoder,
    getBase58Decoder,
    getProgramDerivedAddress,
    isAddress,
    isOffCurveAddress,
    type Address,
} from '@solana/kit';
import { findAssociatedTokenPda } from '@solana-program/token';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as epoch from '../../generated/epoch';
import * as tombstone from '../../generated/tombstone';
import {
    findChannelPda,
    findChannelPdaSync,
    findEscrowPda,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
    findTreasuryTokenPda,
    findTreasuryTokenPdaSync,
} from '../../src';
import { decodeAddress, encodeAddress, encodeBase58 } from '../../src/core/address-bytes';
import { isOnCurve } from '../../src/runtime/derive/on-curve';
import { findProgramDerivedAddress } from '../../src/runtime/derive/program-derived-address';
import { BAD_ADDRESSES, BAD_U64 } from '../fixtures/bad-input';
import { BUILDS, DEPLOYMENTS } from '../fixtures/instructions';
import {
    addressOf,
    AUTHORIZED_SIGNER,
    EVENT_AUTHORITY,
    MINT,
    PAYEE,
    PAYER,
    SALT,
    SPL_TOKEN,
    TREASURY_OWNER,
} from '../fixtures/parties';
import { anyAddress, anyBytes, anyU64, runs } from '../fixtures/random';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { byRevision, ofEpoch } from '../fixtures/revision';
import { CHANNEL, CHANNEL_BUMP, ESCROW_SPL, TREASURY_SPL } from '../fixtures/vectors';
import { DEPLOYMENT, OPENED, deploymentWith } from '../fixtures/deployment';

/** The rendered client of the revision. */
const rendered = byRevision<Pick<typeof epoch, 'findChannelPda' | 'findEventAuthorityPda'>>({ epoch, tombstone });

const PRIME = 2n ** 255n - 19n;
const toBytes = (integer: bigint) =>
    Uint8Array.from({ length: 32 }, (_, index) => Number((integer >> BigInt(8 * index)) & 0xffn));
const isOnCurveByKit = (bytes: Uint8Array) => !isOffCurveAddress(getAddressDecoder().decode(bytes));

describe('isOnCurve', () => {
    it("agrees with kit's isOffCurveAddress for random bytes", () => {
        fc.assert(
            fc.property(anyBytes(32), bytes => {
                expect(isOnCurve(bytes)).toBe(isOnCurveByKit(bytes));
            }),
            runs(3_000),
        );
    });

    // Long carries: limbs that are all zeros or all ones, and numbers beside them.
    const anyLimb = fc.oneof(fc.constantFrom(0n, 1n, 2n ** 24n - 1n, 2n ** 23n), fc.bigInt(0n, 2n ** 24n - 1n));
    it('agrees for numbers of extreme limbs', () => {
        const anyInteger = fc
            .array(anyLimb, { maxLength: 11, minLength: 11 })
            .map(limbs => limbs.reduce((sum, limb) => (sum << 24n) | limb, 0n) % 2n ** 256n);
        fc.assert(
            fc.property(anyInteger, integer => {
                expect(isOnCurve(toBytes(integer))).toBe(isOnCurveByKit(toBytes(integer)));
            }),
            runs(1_000),
        );
    });

    const NEAR = Array.from({ length: 41 }, (_, index) => BigInt(index - 20));
    const EDGES = [
        ...NEAR.filter(near => near >= 0n),
        ...NEAR.map(near => PRIME + near).filter(edge => edge < 2n ** 255n),
        ...[24n, 48n, 240n, 254n].flatMap(bits => [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n]),
        (PRIME - 1n) / 2n,
        (PRIME + 1n) / 2n,
        2n ** 255n - 1n,
    ];
    it.each(EDGES.map(y => [y === PRIME ? 'p' : y > PRIME - 50n ? `p ${y - PRIME}` : `${y}`, y] as const))(
        'agrees for y = %s, with and without the sign bit',
        (_, y) => {
            for (const signed of [y, y + 2n ** 255n]) {
                expect(isOnCurve(toBytes(signed)), signed.toString(16)).toBe(isOnCurveByKit(toBytes(signed)));
            }
        },
    );

    it('takes y = 1 and -1 for points, but not with the sign bit: there x is zero', () => {
        for (const y of [1n, PRIME - 1n]) {
            expect(isOnCurve(toBytes(y))).toBe(true);
            expect(isOnCurve(toBytes(y + 2n ** 255n))).toBe(false);
        }
    });
});

describe('encodeBase58 of 64 bytes', () => {
    const toText = (bytes: Uint8Array) => getBase58Decoder().decode(bytes);
    const anySignature = fc
        .tuple(anyBytes(64), fc.nat(64), fc.constantFrom(0, 0xff))
        .map(([bytes, count, value]) => bytes.fill(value, 0, count));

    it("agrees with kit's codec", () => {
        fc.assert(
            fc.property(anySignature, bytes => {
                expect(encodeBase58(toText(bytes), 64)).toEqual(bytes);
            }),
            runs(1_000),
        );
    });

    it('takes no text of fewer or more bytes, and no other text', () => {
        const anyLength = fc.integer({ max: 70, min: 58 }).chain(length => anyBytes(length));
        fc.assert(
            fc.property(anyLength, bytes => {
                const text = toText(bytes);
                expect(encodeBase58(text, 64)).toEqual(bytes.length === 64 ? bytes : undefined);
            }),
            runs(1_000),
        );
        fc.assert(
            fc.property(
                anySignature,
                fc.nat(87),
                fc.constantFrom('0', 'l', 'é', ' ', ''),
                (bytes, place, character) => {
                    const text = toText(bytes);
                    const edited =
                        text.slice(0, place % text.length) + character + text.slice((place % text.length) + 1);
                    const given = encodeBase58(edited, 64);
                    expect(given === undefined || toText(given) === edited).toBe(true);
                    if (character !== '') expect(given).toBeUndefined();
                },
            ),
            runs(1_000),
        );
        const most = toText(new Uint8Array(64).fill(0xff));
        expect(encodeBase58(most, 64)).toEqual(new Uint8Array(64).fill(0xff));
        expect(most.endsWith('z')).toBe(false);
        const next = String.fromCharCode(most.charCodeAt(most.length - 1) + 1);
        expect(encodeBase58(most.slice(0, -1) + next, 64)).toBeUndefined();
    });
});

describe('encodeAddress and decodeAddress', () => {
    const anyBytesWithZeros = fc
        .tuple(anyBytes(32), fc.nat(32), fc.constantFrom(0, 0xff))
        .map(([bytes, count, value]) => bytes.fill(value, 0, count));

    it("agree with kit's codec", () => {
        fc.assert(
            fc.property(anyBytesWithZeros, bytes => {
                const text = getAddressDecoder().decode(bytes);
                expect(decodeAddress(bytes)).toBe(text);
                expect(encodeAddress(text)).toEqual(new Uint8Array(getAddressEncoder().encode(text)));
            }),
            runs(2_000),
        );
    });

    it('take the text that kit takes for an address, and no other', () => {
        const anyCharacter = fc.constantFrom(...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl_ \0é');
        const anyEdited = fc
            .tuple(anyBytesWithZeros, fc.nat(44), fc.nat(2), fc.string({ maxLength: 2, unit: anyCharacter }))
            .map(([bytes, start, removed, added]) => {
                const text = getAddressDecoder().decode(bytes);
                return text.slice(0, start) + added + text.slice(start + removed);
            });
        const anyText = fc.oneof(
            anyEdited,
            fc.string({ maxLength: 46, minLength: 30, unit: anyCharacter }),
            fc.tuple(fc.constantFrom('1', 'z'), fc.nat(46)).map(([character, length]) => character.repeat(length)),
        );
        fc.assert(
            fc.property(anyText, text => {
                expect(encodeAddress(text) !== undefined).toBe(isAddress(text));
            }),
            runs(2_000),
        );
    });

    it.each([
        ['2 ** 256 - 1', 'JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG', true],
        ['2 ** 256', 'JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH', false],
    ])('know where 32 bytes end: %s', (_, text, isValid) => {
        expect(isAddress(text)).toBe(isValid);
        expect(encodeAddress(text) !== undefined).toBe(isValid);
    });
});

describe('findProgramDerivedAddress', () => {
    it("finds what kit's getProgramDerivedAddress finds", async () => {
        await fc.assert(
            fc.asyncProperty(anyAddress, fc.array(anyBytes(32), { maxLength: 15 }), async (programAddress, seeds) => {
                const joined = Uint8Array.from(seeds.flatMap(seed => [...seed]));
                expect(findProgramDerivedAddress(joined, encodeAddress(programAddress)!)).toEqual(
                    await getProgramDerivedAddress({ programAddress, seeds }),
                );
            }),
            runs(200),
        );
    });
});

describe('the addresses of a channel', () => {
    it("are those of the rendered client and of the token program's, for any input", async () => {
        const anySeeds = fc.record({
            authorizedSigner: anyAddress,
            mint: anyAddress,
            payee: anyAddress,
            payer: anyAddress,
            salt: anyU64,
            openSlot: anyU64,
        });
        await fc.assert(
            fc.asyncProperty(anySeeds, fc.constantFrom(...BUILDS), async (seeds, { config, program, tokenProgram }) => {
                const channel = await rendered.findChannelPda(seeds, { programAddress: program });
                expect(findChannelPdaSync({ ...OPENED, ...seeds }, deploymentWith(config))).toEqual(channel);
                expect(await findChannelPda({ ...OPENED, ...seeds }, deploymentWith(config))).toEqual(channel);
                const token = { mint: seeds.mint, tokenProgram };
                const escrow = await findAssociatedTokenPda({ ...token, owner: channel[0] });
                expect(findEscrowPdaSync({ ...token, channel: channel[0] })).toEqual(escrow);
                expect(await findEscrowPda({ ...token, channel: channel[0] })).toEqual(escrow);
                expect(findTokenPdaSync({ ...token, owner: channel[0] })).toEqual(escrow);
            }),
            runs(100),
        );
    });

    it('are those of the spec', () => {
        const seeds = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER, salt: SALT };
        const [channel, bump] = findChannelPdaSync({ ...OPENED, ...seeds }, DEPLOYMENT);
        expect([channel, bump]).toEqual([CHANNEL, CHANNEL_BUMP]);
        expect(findEscrowPdaSync({ channel, mint: MINT })[0]).toBe(ESCROW_SPL);
        expect(findTreasuryTokenPdaSync({ mint: MINT }, DEPLOYMENT)[0]).toBe(TREASURY_SPL);
        expect(findEventAuthorityPdaSync(DEPLOYMENT)).toEqual([
            EVENT_AUTHORITY,
            byRevision({ epoch: 249, tombstone: 251 }),
        ]);
    });

    it.each(DEPLOYMENTS)('follow $title', async ({ config, program, treasuryOwner }) => {
        const treasury = await findAssociatedTokenPda({ mint: MINT, owner: treasuryOwner, tokenProgram: SPL_TOKEN });
        expect(findTreasuryTokenPdaSync({ mint: MINT }, deploymentWith(config))).toEqual(treasury);
        expect(await findTreasuryTokenPda({ mint: MINT }, deploymentWith(config))).toEqual(treasury);
        expect(findEventAuthorityPdaSync(deploymentWith(config))).toEqual(
            await rendered.findEventAuthorityPda({ programAddress: program }),
        );
    });

    it('are frozen', () => {
        expect(Object.isFrozen(findTreasuryTokenPdaSync({ mint: MINT }, DEPLOYMENT))).toBe(true);
    });
});

describe('a bad input', () => {
    const SEEDS = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER, salt: SALT };
    const ADDRESS_FIELDS: [
        field: string,
        find: (value: Address) => unknown,
        findAsync?: (value: Address) => unknown,
    ][] = [
        ...(['authorizedSigner', 'mint', 'payee', 'payer'] as const).map(
            (field): [string, (value: Address) => unknown, (value: Address) => unknown] => [
                field,
                value => findChannelPdaSync({ ...OPENED, ...SEEDS, [field]: value }, DEPLOYMENT),
                value => findChannelPda({ ...OPENED, ...SEEDS, [field]: value }, DEPLOYMENT),
            ],
        ),
        [
            'channel',
            channel => findEscrowPdaSync({ channel, mint: MINT }),
            channel => findEscrowPda({ channel, mint: MINT }),
        ],
        ['owner', owner => findTokenPdaSync({ mint: MINT, owner })],
        [
            'mint',
            mint => findTreasuryTokenPdaSync({ mint }, DEPLOYMENT),
            mint => findTreasuryTokenPda({ mint }, DEPLOYMENT),
        ],
    ];

    it.each(ADDRESS_FIELDS.flatMap(row => BAD_ADDRESSES.map(bad => ({ ...bad, row }))))(
        'is refused by name: $title as $row.0',
        async ({ row: [field, find, findAsync], value }) => {
            await expectRefusal(() => find(value as Address), 'ADDRESS_INVALID', { field });
            if (findAsync) await expectRefusal(() => findAsync(value as Address), 'ADDRESS_INVALID', { field });
        },
    );

    const U64_SEEDS = ['salt', ...ofEpoch('openSlot')];
    it.each(U64_SEEDS.flatMap(field => BAD_U64.map(bad => ({ ...bad, field }))))(
        'is refused by name: $title as $field',
        async ({ code, field, value }) => {
            const seeds = { ...SEEDS, [field]: value };
            await expectRefusal(() => findChannelPdaSync({ ...OPENED, ...seeds }, DEPLOYMENT), code, { field });
            await expectRefusal(() => findChannelPda({ ...OPENED, ...seeds }, DEPLOYMENT), code, { field });
        },
    );

    it.each([
        ['the program address', () => findEventAuthorityPdaSync({ ...DEPLOYMENT, programAddress: '' as Address })],
        [
            'the program address',
            () => findChannelPdaSync({ ...OPENED, ...SEEDS }, { ...DEPLOYMENT, programAddress: '' as Address }),
        ],
        [
            'the treasury owner',
            () => findTreasuryTokenPdaSync({ mint: MINT }, { ...DEPLOYMENT, treasuryOwner: '' as Address }),
        ],
    ])('is refused in the deployment: %s', async (_, find) => {
        expect(await errorOf(find)).toMatchObject({
            code: 'ADDRESS_INVALID',
            context: { field: expect.stringMatching(/^deployment\./) as string },
        });
    });

    it('is refused for a token program that is none', async () => {
        const input = { channel: PAYER, mint: MINT, tokenProgram: addressOf(9) };
        await expectRefusal(() => findEscrowPdaSync(input), 'TOKEN_PROGRAM_UNSUPPORTED', { field: 'tokenProgram' });
    });

    it('does not find the treasury of the default deployment where another owner is given', () => {
        expect(findTreasuryTokenPdaSync({ mint: MINT }, { ...DEPLOYMENT, treasuryOwner: PAYER })).not.toEqual(
            findTreasuryTokenPdaSync({ mint: MINT }, { ...DEPLOYMENT, treasuryOwner: TREASURY_OWNER }),
        );
    });
});
