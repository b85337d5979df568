import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
    assertIsDistributionOf,
    getDistributionHash,
    getDistributionPreimage,
    getPayeeBps,
    getPayouts,
    toSplits,
    type PaymentChannelsErrorCode,
    type Payouts,
    type Split,
} from '../../src';
import { addressOf } from '../fixtures/parties';
import { anySplits, anyU64, runs, U64_MAX } from '../fixtures/random';
import { expectRefusal } from '../fixtures/refusals';
import { BAD_SPLITS } from '../fixtures/bad-input';
import { DISTRIBUTION_HASH_HEX, EMPTY_DISTRIBUTION_HASH_HEX, SPLITS, unhex } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';

const sum = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);
const partsOf = ({ payee, recipients }: Payouts) => [...recipients, payee];

describe('getPayouts', () => {
    const anyWatermarks = fc.tuple(anyU64, anyU64).map(([a, b]) => (a < b ? [a, b] : [b, a]) as [bigint, bigint]);

    it('accounts for every unit: parts and remainder make up what was settled since', () => {
        const property = fc.property(anySplits(), anyWatermarks, (splits, [payoutWatermark, settled]) => {
            const payouts = getPayouts({ payoutWatermark, settled, splits }, DEPLOYMENT);
            expect(payouts.recipients).toHaveLength(splits.length);
            expect(sum(partsOf(payouts)) + payouts.remainder).toBe(settled - payoutWatermark);
        });
        fc.assert(property, runs());
    });

    it('pays nobody a negative amount and nobody more than their part of everything settled', () => {
        const property = fc.property(anySplits(), anyWatermarks, (splits, [payoutWatermark, settled]) => {
            const parts = partsOf(getPayouts({ payoutWatermark, settled, splits }, DEPLOYMENT));
            const bps = [...splits.map(({ bps }) => bps), getPayeeBps(splits, DEPLOYMENT)];
            parts.forEach((part, index) => {
                expect(part).toBeGreaterThanOrEqual(0n);
                expect(part * 10_000n).toBeLessThanOrEqual(settled * BigInt(bps[index]!));
            });
        });
        fc.assert(property, runs());
    });

    it('leaves less than one unit for each party when nothing was paid out before', () => {
        const property = fc.property(anySplits(), anyU64, (splits, settled) => {
            const { remainder } = getPayouts({ payoutWatermark: 0n, settled, splits }, DEPLOYMENT);
            expect(remainder).toBeGreaterThanOrEqual(0n);
            expect(remainder).toBeLessThan(BigInt(splits.length + 1));
        });
        fc.assert(property, runs());
    });

    it('pays out of earlier remainders too, so that a later one can be negative, by less than a unit each', () => {
        const property = fc.property(anySplits(), anyWatermarks, (splits, [payoutWatermark, settled]) => {
            const { remainder } = getPayouts({ payoutWatermark, settled, splits }, DEPLOYMENT);
            const parties = BigInt(splits.length + 1);
            expect(remainder).toBeGreaterThan(-parties);
            expect(remainder).toBeLessThan(parties);
        });
        fc.assert(property, runs());
        const splits = [{ bps: 5_000, recipient: addressOf(1) }];
        expect(getPayouts({ payoutWatermark: 1, settled: 2, splits }, DEPLOYMENT)).toEqual({
            payee: 1n,
            recipients: [1n],
            remainder: -1n,
        });
    });

    it('pays the same in many distributions as in one', () => {
        const anySteps = fc.array(anyU64, { maxLength: 8, minLength: 1 }).map(steps => [...steps].sort(compare));
        const property = fc.property(anySplits(8), anySteps, (splits, steps) => {
            const totals = Array.from({ length: splits.length + 1 }, () => 0n);
            let remainder = 0n;
            let payoutWatermark = 0n;
            for (const settled of steps) {
                const payouts = getPayouts({ payoutWatermark, settled, splits }, DEPLOYMENT);
                partsOf(payouts).forEach((part, index) => (totals[index]! += part));
                remainder += payouts.remainder;
                payoutWatermark = settled;
            }
            const atOnce = getPayouts({ payoutWatermark: 0n, settled: payoutWatermark, splits }, DEPLOYMENT);
            expect(totals).toEqual(partsOf(atOnce));
            expect(remainder).toBe(atOnce.remainder);
        });
        fc.assert(property, runs());
    });

    it('does not lose precision at the top of the range', () => {
        const splits = [{ bps: 1, recipient: addressOf(1) }];
        const { payee, recipients, remainder } = getPayouts(
            { payoutWatermark: 0n, settled: U64_MAX, splits },
            DEPLOYMENT,
        );
        expect(recipients).toEqual([1_844_674_407_370_955n]);
        expect(payee).toBe(18_444_899_399_302_180_659n);
        expect(remainder).toBe(1n);
    });

    it.each([
        { code: 'INTEGER_OUT_OF_RANGE', field: 'payoutWatermark', input: { payoutWatermark: 2, settled: 1 } },
        { code: 'INTEGER_OUT_OF_RANGE', field: 'payoutWatermark', input: { payoutWatermark: -1, settled: 1 } },
        { code: 'INTEGER_OUT_OF_RANGE', field: 'settled', input: { payoutWatermark: 0, settled: U64_MAX + 1n } },
        { code: 'INTEGER_NOT_EXACT', field: 'settled', input: { payoutWatermark: 0, settled: 2 ** 53 } },
        { code: 'INTEGER_NOT_EXACT', field: 'payoutWatermark', input: { payoutWatermark: 0.5, settled: 1 } },
    ] as const)('refuses $input.payoutWatermark of $input.settled: $code', async ({ code, field, input }) => {
        await expectRefusal(() => getPayouts({ splits: [], ...input }, DEPLOYMENT), code, { field });
    });
});

describe('getPayeeBps', () => {
    it.each([
        { bps: 10_000, splits: [] },
        { bps: 4_500, splits: SPLITS },
        { bps: 0, splits: [{ bps: 10_000, recipient: addressOf(1) }] },
    ])('is $bps: what the recipients leave of the whole', ({ bps, splits }) => {
        expect(getPayeeBps(splits, DEPLOYMENT)).toBe(bps);
    });
});

describe('a distribution plan', () => {
    it('has its fields and nothing else, in the order given', () => {
        const splits = [...SPLITS].reverse().map(split => ({ ...split, note: 'not part of the plan' }));
        expect(toSplits(splits, DEPLOYMENT)).toEqual([...SPLITS].reverse());
    });

    it('is another plan in another order', () => {
        expect(getDistributionHash([...SPLITS].reverse(), DEPLOYMENT)).not.toEqual(
            getDistributionHash(SPLITS, DEPLOYMENT),
        );
    });

    it('takes the most recipients there can be, and the whole for them', () => {
        const splits = Array.from({ length: 32 }, (_, index) => ({
            bps: index === 0 ? 10_000 - 31 : 1,
            recipient: addressOf(index),
        }));
        expect(getDistributionPreimage(splits, DEPLOYMENT)).toHaveLength(4 + 34 * 32);
        expect(getPayeeBps(splits, DEPLOYMENT)).toBe(0);
    });

    const readers: [name: string, read: (splits: readonly Split[]) => unknown][] = [
        ['toSplits', splits => toSplits(splits, DEPLOYMENT)],
        ['getPayeeBps', splits => getPayeeBps(splits, DEPLOYMENT)],
        ['getDistributionPreimage', splits => getDistributionPreimage(splits, DEPLOYMENT)],
        ['getDistributionHash', splits => getDistributionHash(splits, DEPLOYMENT)],
        ['assertIsDistributionOf', splits => assertIsDistributionOf(splits, new Uint8Array(32), DEPLOYMENT)],
        ['getPayouts', splits => getPayouts({ payoutWatermark: 0, settled: 0, splits }, DEPLOYMENT)],
    ];
    describe.each(readers)('%s', (_, read) => {
        it.each(BAD_SPLITS)('refuses $title', async ({ code, context, splits }) => {
            await expectRefusal(() => read(splits as Split[]), code as PaymentChannelsErrorCode, context);
        });
    });
});

describe('assertIsDistributionOf', () => {
    const hash = unhex(DISTRIBUTION_HASH_HEX);

    it('accepts the plan that hashes to the given hash', () => {
        expect(() => assertIsDistributionOf(SPLITS, hash, DEPLOYMENT)).not.toThrow();
    });

    it('refuses another plan, and says both hashes', async () => {
        await expectRefusal(() => assertIsDistributionOf([], hash, DEPLOYMENT), 'SPLITS_HASH_MISMATCH', {
            actualHash: EMPTY_DISTRIBUTION_HASH_HEX,
            expectedHash: DISTRIBUTION_HASH_HEX,
        });
    });

    it.each([
        { actualLength: 31, hash: new Uint8Array(31) },
        { actualLength: 33, hash: new Uint8Array(33) },
        { actualLength: -1, hash: DISTRIBUTION_HASH_HEX },
        { actualLength: -1, hash: null },
        { actualLength: -1, hash: [...hash] },
    ])('refuses a hash of length $actualLength', async ({ actualLength, hash }) => {
        await expectRefusal(
            () => assertIsDistributionOf(SPLITS, hash as Uint8Array, DEPLOYMENT),
            'BYTES_LENGTH_INVALID',
            {
                actualLength,
                expectedLength: 32,
                field: 'distributionHash',
            },
        );
    });
});

function compare(a: bigint, b: bigint): number {
    return a < b ? -1 : Number(a > b);
}
