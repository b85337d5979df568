import { describe, expect, it } from 'vitest';

import type { BatchItem, BatchMode, BatchSettleOptions, PlannedAction, SkippedCode } from '../../../src/settlement';
import { BATCH_NOW, nameToAddress } from '../../fixtures/batch';
import { REMAINS } from '../../fixtures/revision';
import { DEPLOYMENT } from '../../fixtures/deployment';
import { actionsOf, closing, codesOf, DEPOSIT, finalized, itemWith, MERCHANT, plan } from '../../fixtures/batch-plan';

describe('what is skipped of a batch', () => {
    type Row = Readonly<{
        name: string;
        item: BatchItem;
        code: SkippedCode;
        part?: 'channel' | 'distribution' | 'voucher';
        mode?: BatchMode;
        options?: Partial<BatchSettleOptions>;
        actions?: readonly PlannedAction[];
    }>;
    const FINAL = 'settleAndFinalizeAndDistribute';
    const rows: Row[] = [
        {
            code: 'NOT_ABOVE_SETTLED',
            item: itemWith({}, { settlement: { payoutWatermark: 0n, settled: 600_000n } }),
            name: 'a voucher under the watermark',
        },
        {
            code: 'OVER_DEPOSIT',
            item: itemWith({ cumulativeAmount: DEPOSIT + 1n }),
            name: 'a voucher over the deposit',
        },
        { code: 'EXPIRED', item: itemWith({ expiresAt: BATCH_NOW }), name: 'a voucher that has expired' },
        {
            code: 'CHANNEL_MISMATCH',
            item: itemWith({ channelId: nameToAddress('x') }),
            name: 'a voucher of another channel',
        },
        {
            code: 'SIGNER_MISMATCH',
            item: itemWith({}, { authorizedSigner: nameToAddress('another') }),
            name: 'a voucher by another signer',
        },
        { code: 'SIGNATURE_INVALID', item: { ...itemWith({}), isSignatureValid: false }, name: 'a bad signature' },
        {
            code: 'SIGNATURE_NOT_VERIFIED',
            item: { ...itemWith({}), isSignatureValid: undefined },
            name: 'a signature that nobody verified',
        },
        {
            code: 'CHANNEL_NOT_SETTLEABLE',
            item: itemWith({}, finalized()),
            name: 'a voucher of a finalized channel',
        },
        {
            code: 'CHANNEL_NOT_SETTLEABLE',
            item: { ...itemWith({}), channel: { address: nameToAddress('channel 0'), kind: REMAINS.kind } },
            name: 'a voucher of a closed channel',
        },
        {
            code: 'NOTHING_TO_DO',
            item: { channel: { address: nameToAddress('channel 0'), kind: 'absent' } },
            name: 'a channel that is not there',
            part: 'channel',
        },
        { code: 'NOTHING_TO_DO', item: itemWith(null), name: 'an open channel without a voucher', part: 'channel' },
        {
            code: 'PAYEE_MISMATCH',
            item: { ...itemWith({}), payee: nameToAddress('another') },
            name: 'a payee that is not the channel’s',
            part: 'channel',
        },
        {
            code: 'PAYEE_SIGNATURE_NEEDED',
            item: { ...itemWith({}, closing(300n)), payee: undefined },
            name: 'a closing channel that nobody can sign for',
            part: 'channel',
        },
        { code: 'DEADLINE_PASSED', item: itemWith({}, closing(0n)), name: 'a closing channel that is over' },
        {
            actions: ['finalize'],
            code: 'DEADLINE_PASSED',
            item: itemWith({}, closing(0n)),
            mode: 'settleAndFinalize',
            name: 'the voucher of a channel that is over, which is finalized',
        },
        {
            actions: ['settleAndFinalize'],
            code: 'NOT_ABOVE_SETTLED',
            item: itemWith({}, { settlement: { payoutWatermark: 0n, settled: 600_000n } }),
            mode: 'settleAndFinalize',
            name: 'a voucher under the watermark of a channel that is finalized without it',
        },
        {
            code: 'EXPIRED',
            item: itemWith({ expiresAt: 1n }),
            mode: 'settleAndFinalize',
            name: 'an expired voucher, whose channel is not finalized either',
        },
        {
            actions: ['settleAndFinalize'],
            code: 'DISTRIBUTION_NOT_GIVEN',
            item: itemWith({}),
            mode: FINAL,
            name: 'a distribution that nothing was given for',
            part: 'distribution',
        },
        {
            code: 'DISTRIBUTION_FORFEITS',
            item: itemWith({}, {}, { distributes: true, isMissing: owner => owner === MERCHANT.address }),
            mode: FINAL,
            name: 'an open channel whose payee could not be paid',
            part: 'channel',
        },
        {
            actions: ['settleAndFinalize'],
            code: 'DISTRIBUTION_FORFEITS',
            item: itemWith({}, closing(300n), { distributes: true, isMissing: owner => owner === MERCHANT.address }),
            mode: FINAL,
            name: 'the distribution of a closing channel whose payee could not be paid',
            part: 'distribution',
        },
        {
            actions: ['settleAndFinalize'],
            code: 'DISTRIBUTION_BLOCKED',
            item: itemWith({}, { distributionHash: new Uint8Array(32) }, { distributes: true }),
            mode: FINAL,
            name: 'the distribution of other splits than the channel’s',
            part: 'distribution',
        },
        {
            code: 'DISTRIBUTION_BLOCKED',
            item: itemWith(null, finalized(), {
                distributes: true,
                isMissing: owner => owner === DEPLOYMENT.treasuryOwner,
            }),
            mode: FINAL,
            name: 'a finalized channel without the treasury’s token account',
            part: 'channel',
        },
        {
            actions: ['settleAndFinalize'],
            code: 'TOO_LARGE',
            item: itemWith({}, {}, { distributes: true, recipients: 12 }),
            mode: FINAL,
            name: 'a distribution with more recipients than a transaction holds',
            part: 'distribution',
        },
    ];
    it.each(rows)('$name: $code', ({ actions = [], code, item, mode, options, part = 'voucher' }) => {
        const result = plan([item], mode, options);
        expect(codesOf(result)).toEqual([code]);
        expect(result.skipped[0]).toMatchObject({ channel: nameToAddress('channel 0'), index: 0, part });
        expect(result.skipped[0]!.reason.message).toMatch(/\w/);
        expect(actionsOf(result)).toEqual(actions);
    });

    it('is the account that is not the one to distribute to', () => {
        const item = itemWith({}, {}, { distributes: true });
        const { accounts } = item.distribution!;
        const swapped = { ...accounts, payee: { ...accounts.payee, address: nameToAddress('x') } };
        const result = plan(
            [{ ...item, distribution: { ...item.distribution!, accounts: swapped } }],
            'settleAndDistribute',
        );
        expect(result.skipped[0]!.reason).toMatchObject({
            code: 'ACCOUNT_MISMATCH',
            context: { actual: nameToAddress('x'), field: 'accounts.payee' },
        });
        expect(actionsOf(result)).toEqual(['settle']);
    });
});
