import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isVoucherAtLeastAsGood, type PaymentChannelsErrorCode, type VoucherInput } from '../../src';
import { compareVouchers } from '../../src/voucher/compare-vouchers';
import { BAD_I64, BAD_U64 } from '../fixtures/bad-input';
import { addressOf } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';
import { CHANNEL } from '../fixtures/vectors';

const voucherOf = ([cumulativeAmount, expiresAt]: readonly [bigint, bigint]) => ({
    channelId: CHANNEL,
    cumulativeAmount,
    expiresAt,
});
const anyVoucher = fc
    .tuple(fc.constantFrom(1n, 2n, 2n ** 64n - 1n), fc.constantFrom(0n, 1n, 2n, 2n ** 63n - 1n, -1n))
    .map(voucherOf);
/** The worth of a voucher that is settled at a time. */
const worthAt = (time: bigint, { cumulativeAmount, expiresAt }: ReturnType<typeof voucherOf>) =>
    expiresAt !== 0n && time >= expiresAt ? 0n : cumulativeAmount;

describe('a voucher is at least as good as another one', () => {
    it.each<{ a: [bigint, bigint]; b: [bigint, bigint]; isAsGood: boolean; title: string }>([
        { a: [900n, 0n], b: [900n, 0n], isAsGood: true, title: 'the same' },
        { a: [901n, 0n], b: [900n, 0n], isAsGood: true, title: 'more' },
        { a: [899n, 0n], b: [900n, 0n], isAsGood: false, title: 'less' },
        { a: [901n, 5n], b: [900n, 0n], isAsGood: false, title: 'more, until a time instead of for ever' },
        { a: [901n, 5n], b: [900n, 6n], isAsGood: false, title: 'more, until a time before' },
        { a: [901n, 6n], b: [900n, 6n], isAsGood: true, title: 'more, until the same time' },
        { a: [901n, 0n], b: [900n, 6n], isAsGood: true, title: 'more, for ever' },
        { a: [900n, 7n], b: [900n, 6n], isAsGood: true, title: 'as much, for longer' },
        { a: [899n, 0n], b: [900n, 6n], isAsGood: false, title: 'less, for ever' },
        { a: [900n, 1n], b: [900n, -1n], isAsGood: true, title: 'the one that could never be settled' },
    ])('$title: $isAsGood', ({ a, b, isAsGood }) => {
        expect(isVoucherAtLeastAsGood(voucherOf(a), voucherOf(b))).toBe(isAsGood);
    });

    it('exactly when at no time it is worth less', () => {
        const times = [0n, 1n, 2n, 2n ** 63n - 1n];
        fc.assert(
            fc.property(anyVoucher, anyVoucher, (a, b) => {
                // One that expired before all times is worth nothing, over whatever it is.
                fc.pre(a.expiresAt >= 0n && b.expiresAt >= 0n);
                const isNeverWorthLess = times.every(time => worthAt(time, a) >= worthAt(time, b));
                expect(isVoucherAtLeastAsGood(a, b)).toBe(isNeverWorthLess);
            }),
        );
    });

    it('takes vouchers as they are written, and those of one channel only', async () => {
        expect(isVoucherAtLeastAsGood({ channelId: CHANNEL, cumulativeAmount: 2 }, voucherOf([2n, 0n]))).toBe(true);
        const other = { ...voucherOf([1n, 0n]), channelId: addressOf(9) };
        await expectRefusal(() => isVoucherAtLeastAsGood(voucherOf([1n, 0n]), other), 'VOUCHER_CHANNEL_MISMATCH', {
            channel: addressOf(9),
            voucherChannelId: CHANNEL,
        });
    });

    it.each<{ code: PaymentChannelsErrorCode; field: string; value: unknown }>([
        ...BAD_U64.map(({ code, value }) => ({ code, field: 'cumulativeAmount', value })),
        ...BAD_I64.filter(({ value }) => value !== undefined).map(({ code, value }) => ({
            code,
            field: 'expiresAt',
            value,
        })),
    ])('$code: $field', async ({ code, field, value }) => {
        const good = voucherOf([1n, 0n]);
        const bad = { ...good, [field]: value } as VoucherInput;
        await expectRefusal(() => isVoucherAtLeastAsGood(bad, good), code, { field: `voucher.${field}` });
        await expectRefusal(() => isVoucherAtLeastAsGood(good, bad), code, { field: `other.${field}` });
    });
});

it('vouchers are tried by their amounts, then by how long they last', () => {
    const inOrder = (
        [
            [3n, 1n],
            [2n, 0n],
            [2n, 9n],
            [2n, 8n],
            [2n, -1n],
            [1n, 0n],
        ] as const
    ).map(voucherOf);
    for (const [place, voucher] of inOrder.entries()) {
        for (const [otherPlace, other] of inOrder.entries()) {
            expect(compareVouchers(voucher, other)).toBe(Math.sign(place - otherPlace));
        }
    }
});
