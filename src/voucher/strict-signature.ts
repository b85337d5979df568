import { hexToBytes } from '@noble/hashes/utils.js';
import type { ReadonlyUint8Array } from '@solana/kit';

// Ed25519 verifiers disagree on signatures that no honest signer makes, and a voucher that a server accepts but the
// precompile refuses is money lost. The precompile (dalek's `verify_strict`) wants S below the order of the group, and
// neither the key nor R of small order; engines of the Web Crypto API let some of that through. So every verifier here
// looks at the bytes first, and leaves the equation without cofactor to the engine, which shows with STRICTNESS_CASES
// that it checks that one and no weaker one.

/** Length in bytes of a point, and of a scalar. */
const ELEMENT_LENGTH = 32;
/** 2^255 - 19 and the order of the group, 2^252 + 27742317777372353535851937790883648493, little-endian. */
const FIELD_PRIME_HEX = 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f';
const GROUP_ORDER_HEX = 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010';
/** The y of the eight points whose order divides 8: of orders 4, 1, 8, 8 and 2. The sign of x makes no difference. */
const SMALL_ORDER_HEX = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

/**
 * Whether 32 bytes can be a key, or the R of a signature, that the precompile accepts: an encoding of a point that is
 * the only one of that point, and no point of small order. Whether there is such a point is not looked at.
 */
export function isStrictPoint(bytes: ReadonlyUint8Array): boolean {
    const tables = getTables();
    // The highest byte is enough for most points.
    const y = Uint8Array.from(bytes as Uint8Array);
    y[ELEMENT_LENGTH - 1]! &= 0x7f;
    return compare(y, tables.fieldPrime) < 0 && !tables.smallOrder.some(point => compare(y, point) === 0);
}

/** Whether a signature has an R that {@link isStrictPoint}, and the one S of those that mean the same. */
export function isStrictSignature(signature: ReadonlyUint8Array): boolean {
    const s = (signature as Uint8Array).subarray(ELEMENT_LENGTH);
    return compare(s, getTables().groupOrder) < 0 && isStrictPoint(signature.subarray(0, ELEMENT_LENGTH));
}

/** Compares little-endian numbers of the same length. */
function compare(a: Uint8Array, b: Uint8Array): number {
    for (let index = ELEMENT_LENGTH - 1; index >= 0; index -= 1) {
        const difference = a[index]! - b[index]!;
        if (difference !== 0) return difference;
    }
    return 0;
}

let cachedTables: Readonly<{ fieldPrime: Uint8Array; groupOrder: Uint8Array; smallOrder: Uint8Array[] }> | undefined;

function getTables() {
    return (cachedTables ??= {
        fieldPrime: hexToBytes(FIELD_PRIME_HEX),
        groupOrder: hexToBytes(GROUP_ORDER_HEX),
        smallOrder: SMALL_ORDER_HEX.map(hex => hexToBytes(hex)),
    });
}

/** One signature over {@link STRICTNESS_MESSAGE_LENGTH} zero bytes, and whether the precompile accepts it. */
export type StrictnessCase = Readonly<{
    title: string;
    publicKey: Uint8Array;
    signature: Uint8Array;
    isAccepted: boolean;
}>;

export const STRICTNESS_MESSAGE_LENGTH = 48;

/**
 * Signatures that pass {@link isStrictSignature} and tell an engine that verifies as the precompile does from one that
 * does not: with a component of small order in R or in the key, only the equation with the cofactor holds. A payer who
 * knows his secret key can make such vouchers; a verifier that accepts them gives goods for nothing.
 */
export function getStrictnessCases(): readonly StrictnessCase[] {
    const key = 'edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df';
    const mixedKey = 'd0424b701d60255de5df705071059ccd22b8349bb4138202ebbd65e9e0ad211b';
    return [
        {
            isAccepted: true,
            publicKey: hexToBytes(key),
            signature: hexToBytes(
                'aa6df914f7a0f04e7f852adf459873f17dba5b1671ea62e82cc10ed6aecc489c' +
                    '9082cf87858643b0bce4767e6bb08cf9fc3ad3e4b50a48537f70798ce3debb0e',
            ),
            title: 'a good signature',
        },
        {
            isAccepted: false,
            publicKey: hexToBytes(key),
            signature: hexToBytes(
                '4c09ae0bb152ce1900464b0c9307316e1f761f80aaf20226936f0aa6a0bd49e4' +
                    '028a1581b81c9fdfb6dbf08a9ed28dae96c209a2405c21b488ddc9a164379306',
            ),
            title: 'a component of small order in R',
        },
        {
            isAccepted: false,
            publicKey: hexToBytes(mixedKey),
            signature: hexToBytes(
                'c581fda28ec7694c252b376c755ba228899a7608318b3160a9bd14d4cda05ec0' +
                    '5168ff139b6879a0dfed1b830a1a8653f543f0fb5e5f926ba59efaa8e9b96607',
            ),
            title: 'a component of small order in the key',
        },
    ];
}
