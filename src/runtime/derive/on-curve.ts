import { getLegendreSymbol, getPrime, LIMB_BITS, LIMB_COUNT, LIMB_RADIX } from './legendre-symbol';

// The curve is -x² + y² = 1 + d x² y² with d = -(A - 1) / A.
const A = 121_666;
// Bits of the highest limb that lie below 2 ** 255, as their radix; and 2 ** 264 modulo the prime.
const TOP_RADIX = 2 ** (255 - LIMB_BITS * (LIMB_COUNT - 1));
const FOLD = 19 * 2 ** (LIMB_BITS * LIMB_COUNT - 255);

/**
 * Whether 32 bytes are the compressed form of a point of the Ed25519 curve, as kit's `isOffCurveAddress` judges it: the
 * sign bit apart they are a coordinate y, taken modulo the prime, for which the equation of the curve has an x.
 *
 * With z = y² it has one when (z - 1) / (d z + 1) is a square. As A is a square, that is when the product
 * (z - 1) ((A - 1) z - A) is one, or zero: one symbol in the place of a square root.
 *
 * @param bytes Exactly 32.
 */
export function isOnCurve(bytes: Uint8Array): boolean {
    const y = new Float64Array(LIMB_COUNT);
    for (let index = 0, offset = 0; index < LIMB_COUNT; index++, offset += 3) {
        // There is nothing behind the last byte, and | takes that for zero.
        y[index] = bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16);
    }
    y[LIMB_COUNT - 1]! %= TOP_RADIX;

    const z = getSquare(y);
    const product = getSquare(z);
    const prime = getPrime();
    for (let index = 0; index < LIMB_COUNT; index++) {
        // (A - 1) z² - (2 A - 1) z + A, with as many primes as keep it positive.
        product[index] = (A - 1) * product[index]! + (2 * A - 1) * (2 * prime[index]! - z[index]!);
    }
    product[0]! += A;
    carry(product);
    // x is zero: with the sign bit, kit takes that for no point.
    if (isMultipleOfPrime(product, prime)) return (bytes[31]! & 0x80) === 0;
    return getLegendreSymbol(product) === 1;
}

/** The square of limbs below 2 ** 24 (but for a little more in the highest), as limbs of the same kind. */
function getSquare(value: Float64Array): Float64Array {
    const square = new Float64Array(2 * LIMB_COUNT);
    for (let row = 0; row < LIMB_COUNT; row++) {
        const limb = value[row]!;
        for (let column = 0; column < LIMB_COUNT; column++) square[row + column]! += limb * value[column]!;
    }
    for (let index = 0, rest = 0; index < 2 * LIMB_COUNT; index++) {
        const sum = square[index]! + rest;
        rest = Math.floor(sum / LIMB_RADIX);
        square[index] = sum - rest * LIMB_RADIX;
    }
    for (let index = 0; index < LIMB_COUNT; index++) square[index]! += FOLD * square[index + LIMB_COUNT]!;
    const reduced = square.slice(0, LIMB_COUNT);
    carry(reduced);
    return reduced;
}

/** Brings each limb of a positive sum below 2 ** 24, and the whole, modulo the prime, below 2 ** 255 + 2 ** 24. */
function carry(value: Float64Array): void {
    for (let pass = 0; pass < 2; pass++) {
        let rest = 0;
        for (let index = 0; index < LIMB_COUNT; index++) {
            const sum = value[index]! + rest;
            const radix = index === LIMB_COUNT - 1 ? TOP_RADIX : LIMB_RADIX;
            rest = Math.floor(sum / radix);
            value[index] = sum - rest * radix;
        }
        value[0]! += 19 * rest;
    }
}

/** Whether a number that {@link carry} has reduced is zero or the prime itself. */
function isMultipleOfPrime(value: Float64Array, prime: Float64Array): boolean {
    return value.every(limb => limb === 0) || value.every((limb, index) => limb === prime[index]);
}
