// A 255-bit integer is an array of little-endian limbs of 24 bits, the widest for which sums of products stay exact in
// a double. BigInt needs several times as long for what is done here.

/** Bits of a limb. */
export const LIMB_BITS = 24;
/** Limbs of an element of the field: 264 bits, so that a sum does not overflow. */
export const LIMB_COUNT = 11;
/** One more than the largest limb. */
export const LIMB_RADIX = 2 ** LIMB_BITS;

/** The prime of the field of Ed25519, 2 ** 255 - 19. */
export const getPrime = (): Float64Array => {
    const prime = new Float64Array(LIMB_COUNT).fill(LIMB_RADIX - 1);
    prime[0] = LIMB_RADIX - 19;
    prime[LIMB_COUNT - 1] = 2 ** (255 - LIMB_BITS * (LIMB_COUNT - 1)) - 1;
    return prime;
};

/**
 * Whether an integer is a square modulo the prime of the field (1) or not (-1).
 *
 * The quadratic Jacobi symbol of the pair (g, f) is kept while the pair is made smaller in the steps of the binary
 * algorithm of Bernstein and Yang, with sums in the place of differences so that both stay positive. A run of steps
 * looks at the lowest limbs only and is then applied to the whole numbers at once. It ends: the larger of the two never
 * grows, and is smaller after each exchange of the two and the sum that follows.
 *
 * Takes the array apart.
 *
 * @param g Limbs of a positive integer that is no multiple of the prime.
 */
export function getLegendreSymbol(g: Float64Array): 1 | -1 {
    const f = getPrime();
    let length = LIMB_COUNT;
    let eta = -1;
    // Its lowest bit says whether the symbol has changed its sign; the others mean nothing.
    let sign = 0;
    for (;;) {
        // 32 low bits; a run halves 24 times and needs two bits more than it halves.
        let lowF = f[0]! | (f[1]! << LIMB_BITS);
        let lowG = g[0]! | (g[1]! << LIMB_BITS);
        // What the run makes of the pair, times 2 ** 24: (a f + b g, c f + d g).
        let a = 1;
        let b = 0;
        let c = 0;
        let d = 1;
        for (let left = LIMB_BITS; ;) {
            const low = lowG | (1 << left);
            const zeros = 31 - Math.clz32(low & -low);
            lowG >>>= zeros;
            a <<= zeros;
            b <<= zeros;
            eta -= zeros;
            left -= zeros;
            // (2 | f) is -1 when f is 3 or 5 modulo 8.
            sign ^= zeros & ((lowF >> 1) ^ (lowF >> 2));
            if (left === 0) break;
            if (eta < 0) {
                eta = -eta;
                // Reciprocity: (g | f) and (f | g) differ when both are 3 modulo 4.
                sign ^= (lowF & lowG) >> 1;
                [lowF, lowG, a, b, c, d] = [lowG, lowF, c, d, a, b];
            }
            // Adds as often f as makes the next (up to six) bits of g zero; a multiple of f leaves (g | f) as it is.
            const mask = (1 << Math.min(eta + 1, left, 6)) - 1;
            const times = Math.imul(Math.imul(lowF, lowG), Math.imul(lowF, lowF) - 2) & mask;
            lowG += Math.imul(lowF, times);
            c += a * times;
            d += b * times;
        }

        let carryF = 0;
        let carryG = 0;
        for (let index = 0; index < length; index++) {
            const limbF = f[index]!;
            const limbG = g[index]!;
            const sumF = a * limbF + b * limbG + carryF;
            const sumG = c * limbF + d * limbG + carryG;
            carryF = Math.floor(sumF / LIMB_RADIX);
            carryG = Math.floor(sumG / LIMB_RADIX);
            if (index === 0) continue;
            f[index - 1] = sumF - carryF * LIMB_RADIX;
            g[index - 1] = sumG - carryG * LIMB_RADIX;
        }
        f[length - 1] = carryF;
        g[length - 1] = carryG;
        while (length > 2 && f[length - 1] === 0 && g[length - 1] === 0) length--;
        if (length === 2 && f[0] === 1 && f[1] === 0) return (sign & 1) === 0 ? 1 : -1;
    }
}
