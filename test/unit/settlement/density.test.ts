import {
    AccountRole,
    createNoopSigner,
    getTransactionMessageSize,
    type Address,
    type AddressesByLookupTableAddress,
    type TransactionVersion,
} from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeVoucher, ED25519_PROGRAM_ADDRESS, getTransactionLimits } from '../../../src';
import {
    getBatchTransactionMessage,
    planBatchSettle,
    type BatchMode,
    type BatchPlan,
    type BatchSettleOptions,
} from '../../../src/settlement';
import { BATCH_NOW, makeBatch, nameToAddress } from '../../fixtures/batch';
import { INSTRUCTIONS_SYSVAR } from '../../fixtures/parties';
import { runs } from '../../fixtures/random';
import { byRevision, REVISION } from '../../fixtures/revision';
import { DEPLOYMENT } from '../../fixtures/deployment';

const MERCHANT = createNoopSigner(nameToAddress('the merchant'));
const OTHER = createNoopSigner(nameToAddress('another fee payer'));
const MODES = ['settle', 'settleAndDistribute', 'settleAndFinalize', 'settleAndFinalizeAndDistribute'] as const;

/** Tables with every channel of a batch and what all of its transactions name. */
function tablesFor(channels: number, more: readonly Address[] = []): AddressesByLookupTableAddress {
    const tables: Record<Address, Address[]> = {};
    for (let start = 0; start < channels; start += 240) {
        const count = Math.min(240, channels - start);
        tables[nameToAddress(`table ${start}`)] = [
            INSTRUCTIONS_SYSVAR,
            ...more,
            ...Array.from({ length: count }, (_, index) => nameToAddress(`channel ${start + index}`)),
        ];
    }
    return tables;
}

function plan(channels: number, options: Partial<BatchSettleOptions> & Readonly<{ mode: BatchMode }>): BatchPlan {
    const items = makeBatch({ channels, distributes: options.mode.includes('Distribute'), payee: MERCHANT });
    return planBatchSettle(items, { feePayer: MERCHANT, unixTimestamp: BATCH_NOW, ...options }, DEPLOYMENT);
}

describe('channels in a full transaction', () => {
    const channels = 60;
    const lookupTables = tablesFor(channels);
    const table = { computeUnitLimit: true, computeUnitPrice: 1_000n, lookupTables, version: 0 } as const;
    it.each([
        {
            expected: 4,
            mode: 'settle',
            name: 'legacy, nothing asked of the compute budget',
            options: { version: 'legacy' },
        },
        {
            expected: 4,
            mode: 'settle',
            name: 'version 0, nothing asked of the compute budget',
            options: { version: 0 },
        },
        {
            expected: byRevision({ epoch: 5, tombstone: 4 }),
            mode: 'settle',
            name: 'version 0 with a table and a compute budget',
            options: table,
        },
        {
            expected: byRevision({ epoch: 18, tombstone: 15 }),
            mode: 'settle',
            name: 'version 1',
            options: { version: 1 },
        },
        {
            expected: byRevision({ epoch: 4, tombstone: 3 }),
            mode: 'settleAndFinalize',
            name: 'legacy',
            options: { version: 'legacy' },
        },
        {
            expected: byRevision({ epoch: 5, tombstone: 4 }),
            mode: 'settleAndFinalize',
            name: 'version 0 with a table and a compute budget',
            options: table,
        },
        {
            expected: byRevision({ epoch: 18, tombstone: 15 }),
            mode: 'settleAndFinalize',
            name: 'version 1',
            options: { version: 1 },
        },
        {
            expected: byRevision({ epoch: 4, tombstone: 3 }),
            mode: 'settleAndFinalize',
            name: 'legacy, another fee payer',
            options: { feePayer: OTHER, version: 'legacy' },
        },
        {
            expected: byRevision({ epoch: 4, tombstone: 3 }),
            mode: 'settleAndFinalize',
            name: 'version 0 with a table and a compute budget, another fee payer',
            options: { ...table, feePayer: OTHER },
        },
        {
            expected: byRevision({ epoch: 18, tombstone: 14 }),
            mode: 'settleAndFinalize',
            name: 'version 1, another fee payer',
            options: { feePayer: OTHER, version: 1 },
        },
    ] as const)('$mode, $name: $expected', ({ expected, mode, options }) => {
        const { totals, transactions } = plan(channels, { mode, ...options });
        expect(transactions[0]!.channels).toHaveLength(expected);
        expect(totals.transactions).toBe(Math.ceil(channels / expected));
        expect(totals.vouchers).toBe(channels);
    });

    it('takes one table out of several, and none that costs more than it saves', () => {
        const only = { [nameToAddress('only the sysvar')]: [INSTRUCTIONS_SYSVAR] } as AddressesByLookupTableAddress;
        const { transactions } = plan(8, { lookupTables: only, mode: 'settle' });
        expect(transactions).toHaveLength(2);
        for (const { lookupTables: used } of transactions) expect(used).toEqual({});
    });

    it('settles and distributes together in version 1, where that is denser, and apart in legacy, where it is not', () => {
        const together = plan(40, { mode: 'settleAndFinalizeAndDistribute', version: 1 });
        expect(together.transactions[0]!.channels[0]!.actions).toEqual(['settleAndFinalize', 'distribute']);
        expect(together.totals.transactions).toBe(5);
        const apart = plan(36, { mode: 'settleAndFinalizeAndDistribute', version: 'legacy' });
        expect(apart.totals.transactions).toBe(byRevision({ epoch: 21, tombstone: 24 }));
    });
});

const anyBatch = fc.record({
    budget: fc.constantFrom({}, { computeUnitLimit: true }, { computeUnitLimit: true, computeUnitPrice: 77_777n }),
    channels: fc.integer({ max: 60, min: 1 }),
    feePayer: fc.constantFrom(MERCHANT, OTHER, OTHER.address),
    merchants: fc.integer({ max: 5, min: 1 }),
    mints: fc.integer({ max: 3, min: 1 }),
    missing: fc.integer({ max: 4, min: 0 }),
    mode: fc.constantFrom(...MODES),
    payers: fc.integer({ max: 60, min: 1 }),
    recipients: fc.integer({ max: 5, min: 0 }),
    tables: fc.constantFrom('all', 'none', 'overlapping', 'shared' as const),
    version: fc.constantFrom<TransactionVersion[]>('legacy', 0, 1),
});

describe('any batch', () => {
    it('has transactions of the size that kit compiles, within every limit, pairs whole, what comes first first', () => {
        fc.assert(
            fc.property(anyBatch, ({ budget, feePayer, missing, mode, tables, version, ...shape }) => {
                const items = makeBatch({
                    ...shape,
                    distributes: mode.includes('Distribute'),
                    isMissing: owner => missing > 0 && owner.charCodeAt(5) % 4 < missing - 1,
                    payee: MERCHANT,
                });
                const shared = [nameToAddress('mint 0'), nameToAddress('payer 0'), nameToAddress('payer 1')];
                const all = tablesFor(shape.channels, shared);
                const lookupTables = {
                    all,
                    none: undefined,
                    overlapping: { ...all, [nameToAddress('one more')]: [...shared, nameToAddress('channel 1')] },
                    shared: { [nameToAddress('one')]: shared },
                }[tables] as AddressesByLookupTableAddress | undefined;
                const result = planBatchSettle(
                    items,
                    {
                        feePayer,
                        maxPayerTokenAccounts: shape.channels,
                        missingTokenAccounts: 'create',
                        mode,
                        unixTimestamp: BATCH_NOW,
                        version,
                        ...(version === 0 ? { lookupTables } : {}),
                        ...(version === 1 ? {} : budget),
                    },
                    DEPLOYMENT,
                );
                expectSound(result);
                const settled = new Map<Address, number>();
                const distributed = new Map<Address, number>();
                for (const [place, { channels }] of result.transactions.entries()) {
                    for (const { actions, channel } of channels) {
                        if (actions[0] !== 'distribute') settled.set(channel, place);
                        if (actions.includes('distribute')) distributed.set(channel, place);
                    }
                }
                for (const [channel, place] of distributed) expect(settled.get(channel)).toBeLessThanOrEqual(place);
                expect(result.skipped).toEqual([]);
                expect(settled.size).toBe(shape.channels);
                expect(distributed.size).toBe(mode.includes('Distribute') ? shape.channels : 0);
            }),
            runs(60),
        );
    });
});

function expectSound({ transactions }: BatchPlan): void {
    for (const [place, transaction] of transactions.entries()) {
        const { bytes, dependsOn, instructions, version } = transaction;
        const message = getBatchTransactionMessage(transaction);
        expect(bytes).toBe(getTransactionMessageSize(message));
        const limits = getTransactionLimits(version);
        expect(bytes).toBeLessThanOrEqual(limits.bytes);
        expect(transaction.computeUnits).toBeLessThanOrEqual(1_400_000);
        expect(dependsOn.every(other => other < place)).toBe(true);
        // A precompile instruction has no accounts; what it verifies for has the channel as a writable one.
        for (const [index, { programAddress }] of instructions.entries()) {
            if (programAddress !== ED25519_PROGRAM_ADDRESS) continue;
            const settle = instructions[index + 1]!;
            expect(settle.accounts?.some(({ role }) => role === AccountRole.WRITABLE)).toBe(true);
            const { data } = instructions[index]!;
            // Of one revision the instruction repeats the voucher, of the other the voucher's channel tells the two belong
            // together.
            if (REVISION === 'tombstone') expect(settle.data!.slice(1, 49)).toEqual(data!.slice(112));
            const channel = decodeVoucher(data!.slice(112), DEPLOYMENT).channelId;
            expect(settle.accounts?.some(({ address }) => address === channel)).toBe(true);
        }
    }
}
