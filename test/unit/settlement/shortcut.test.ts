import { createNoopSigner } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { findTokenPdaSync } from '../../../src';
import { planBatchSettle, type BatchItem, type BatchSettleOptions } from '../../../src/settlement';
import * as matcher from '../../../src/runtime/derive/match-token-pda';
import { BATCH_NOW, makeBatch, nameToAddress } from '../../fixtures/batch';
import { runs } from '../../fixtures/random';
import { DEPLOYMENT } from '../../fixtures/deployment';

const { createTokenPdaMatcher } = matcher;
vi.mock(import('../../../src/runtime/derive/match-token-pda'), { spy: true });

const MERCHANT = createNoopSigner(nameToAddress('the merchant'));

/** Plans without the shortcut: nothing matches, so that everything is derived. */
function planByDeriving(items: readonly BatchItem[], options: BatchSettleOptions) {
    const spy = vi.mocked(createTokenPdaMatcher).mockImplementation(() => () => undefined);
    try {
        const plan = planBatchSettle(items, options, DEPLOYMENT);
        expect(spy).toHaveBeenCalled();
        return plan;
    } finally {
        spy.mockReset();
    }
}

const anyBatch = fc.record({
    channels: fc.integer({ max: 25, min: 1 }),
    merchants: fc.integer({ max: 4, min: 1 }),
    mints: fc.integer({ max: 3, min: 1 }),
    missing: fc.integer({ max: 4, min: 0 }),
    mode: fc.constantFrom('settleAndDistribute' as const, 'settleAndFinalizeAndDistribute' as const),
    payers: fc.integer({ max: 25, min: 1 }),
    recipients: fc.integer({ max: 4, min: 0 }),
    version: fc.constantFrom('legacy' as const, 0 as const, 1 as const),
});

describe('token accounts that exist and are not derived again', () => {
    it('make the same plan as deriving them does', () => {
        fc.assert(
            fc.property(anyBatch, ({ missing, mode, version, ...shape }) => {
                const items = makeBatch({
                    ...shape,
                    distributes: true,
                    isMissing: owner => missing > 0 && owner.charCodeAt(5) % missing === 0,
                    payee: MERCHANT,
                });
                const options: BatchSettleOptions = {
                    feePayer: MERCHANT,
                    maxPayerTokenAccounts: shape.channels,
                    missingTokenAccounts: 'create',
                    mode,
                    unixTimestamp: BATCH_NOW,
                    version,
                };
                const plan = planBatchSettle(items, options, DEPLOYMENT);
                expect(plan).toEqual(planByDeriving(items, options));
                expect(plan.skipped).toEqual([]);
            }),
            runs(40),
        );
    });

    it.each(['escrow', 'payer'] as const)(
        'that are not where %s has to be are refused with the derived address',
        field => {
            const [item, other] = makeBatch({ channels: 2, distributes: true, payee: MERCHANT });
            const { accounts } = item!.distribution!;
            const wrong = other!.distribution!.accounts[field];
            const items = [
                { ...item!, distribution: { ...item!.distribution!, accounts: { ...accounts, [field]: wrong } } },
            ];
            const options: BatchSettleOptions = {
                feePayer: MERCHANT,
                mode: 'settleAndDistribute',
                unixTimestamp: BATCH_NOW,
            };
            const { skipped } = planBatchSettle(items, options, DEPLOYMENT);
            const { address, channel } = item!.channel as Extract<BatchItem['channel'], { channel: unknown }>;
            const [expected] = findTokenPdaSync({
                mint: channel.mint,
                owner: field === 'escrow' ? address : channel.payer,
                tokenProgram: item!.tokenProgram,
            });
            expect(skipped.map(({ reason }) => reason)).toMatchObject([
                { code: 'ACCOUNT_MISMATCH', context: { actual: wrong.address, expected, field: `accounts.${field}` } },
            ]);
            expect(skipped).toEqual(planByDeriving(items, options).skipped);
        },
    );
});
