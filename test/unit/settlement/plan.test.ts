import { type Address, getBase64Encoder } from '@solana/kit';
import { describe, expect, it, vi } from 'vitest';

import { createVoucherVerifier, type SignedVoucher } from '../../../src';
import { type BatchItem, type BatchMode, type BatchSettleOptions, planBatchSettleAsync } from '../../../src/settlement';
import { BAD_ADDRESSES, BAD_I64 } from '../../fixtures/bad-input';
import { BATCH_NOW, makeBatch, nameToAddress } from '../../fixtures/batch';
import { byRevision } from '../../fixtures/revision';
import { errorOf, expectRefusal } from '../../fixtures/refusals';
import { VOUCHER } from '../../fixtures/vectors';
import { DEPLOYMENT } from '../../fixtures/deployment';
import {
    actionsOf,
    closing,
    codesOf,
    DEPOSIT,
    itemWith,
    MERCHANT,
    plan,
    SIGNED_VOUCHER,
} from '../../fixtures/batch-plan';

describe('items of one channel that name its payee in several ways', () => {
    it('go by a signer rather than by an address', () => {
        const item = itemWith({}, closing(300n));
        for (const payees of [
            [MERCHANT, MERCHANT.address],
            [undefined, MERCHANT.address, MERCHANT],
        ]) {
            const result = plan(
                payees.map((payee, index) => ({ ...(index === 0 ? item : { channel: item.channel }), payee })),
                'settle',
                { feePayer: nameToAddress('somebody') },
            );
            expect(codesOf(result)).toEqual([]);
            expect(actionsOf(result)).toEqual(['settleAndFinalize']);
            const signers = result.transactions[0]!.instructions.flatMap(({ accounts = [] }) =>
                accounts.flatMap(account => ('signer' in account ? [account.signer] : [])),
            );
            expect(signers).toEqual([MERCHANT]);
        }
    });
});

describe('the voucher that is taken', () => {
    const vouchers = (...fields: readonly (Partial<SignedVoucher['voucher']> & { isSignatureValid?: boolean })[]) =>
        fields.map(({ isSignatureValid = true, ...voucher }) => ({ ...itemWith(voucher), isSignatureValid }));

    it('is the highest good one; lower ones are duplicates, higher ones have their reasons', () => {
        const result = plan(
            vouchers(
                { cumulativeAmount: 100n },
                { cumulativeAmount: 300n },
                { cumulativeAmount: 400n, isSignatureValid: false },
                { cumulativeAmount: DEPOSIT + 1n },
                { cumulativeAmount: 200n },
            ),
        );
        expect(result.transactions[0]!.channels).toMatchObject([
            { actions: ['settle'], index: 1, voucher: { voucher: { cumulativeAmount: 300n } } },
        ]);
        expect(result.skipped.map(({ index, reason }) => [index, reason.code])).toEqual([
            [0, 'DUPLICATE'],
            [2, 'SIGNATURE_INVALID'],
            [3, 'OVER_DEPOSIT'],
            [4, 'DUPLICATE'],
        ]);
    });

    it.each([
        { expected: 1, name: 'the one that never expires', second: 0n },
        { expected: 1, name: 'the one that expires later', second: BATCH_NOW + 200n },
        { expected: 0, name: 'of equal ones the first', second: BATCH_NOW + 100n },
    ])('is, of two over as much, $name', ({ expected, second }) => {
        const result = plan(vouchers({ expiresAt: BATCH_NOW + 100n }, { expiresAt: second }));
        expect(result.transactions[0]!.channels[0]!.index).toBe(expected);
    });

    it('is settled however short the grace period of its open channel is', () => {
        const result = plan([itemWith({}, { gracePeriod: 1 })], 'settle', { marginSeconds: 120 });
        expect(result.totals.vouchers).toBe(1);
    });

    it('is verified on the way by planBatchSettleAsync, and only where nobody has done so', async () => {
        const channel = { ...itemWith({}, { authorizedSigner: SIGNED_VOUCHER.signer, deposit: 10n ** 9n }).channel };
        const item: BatchItem = {
            channel: { ...channel, address: VOUCHER.channelId },
            voucher: SIGNED_VOUCHER,
        } as BatchItem;
        const verifier = createVoucherVerifier(DEPLOYMENT);
        const bad = { ...SIGNED_VOUCHER, signature: new Uint8Array(64) as SignedVoucher['signature'] };
        const options = { feePayer: MERCHANT, mode: 'settle', unixTimestamp: BATCH_NOW, verifier } as const;
        const good = await planBatchSettleAsync([item, { ...item, voucher: bad }], options, DEPLOYMENT);
        expect(good.totals.vouchers).toBe(1);
        expect(codesOf(good)).toEqual(['SIGNATURE_INVALID']);

        const verifyAll = vi.fn(verifier.verifyAll);
        await planBatchSettleAsync(
            [{ ...item, isSignatureValid: true }],
            {
                ...options,
                verifier: { ...verifier, verifyAll },
            },
            DEPLOYMENT,
        );
        expect(verifyAll).toHaveBeenCalledWith([]);
    });
});

describe('closing channels', () => {
    it('come first, by deadline, and are finalized in every mode', () => {
        // Every third channel is closing, the later ones sooner.
        const items = makeBatch({
            channel: index => (index % 3 === 0 ? closing(500n - BigInt(index)) : {}),
            channels: 90,
            payee: MERCHANT,
        });
        const { transactions } = plan(items, 'settle', { version: 'legacy' });
        const order = transactions.flatMap(({ channels }) => channels);
        const isClosing = order.map(({ index }) => index % 3 === 0);
        expect(isClosing.lastIndexOf(true)).toBe(isClosing.filter(Boolean).length - 1);
        const first = order.slice(0, 30);
        expect(first.map(({ index }) => index)).toEqual(first.map((_, place) => 87 - 3 * place));
        expect(new Set(first.map(({ actions }) => actions.join()))).toEqual(new Set(['settleAndFinalize']));
        expect(transactions[0]!.deadlineAt).toBe(BATCH_NOW + 500n - 87n);
        expect(transactions.at(-1)!.deadlineAt).toBeUndefined();
    });

    it('draw with them what they depend on', () => {
        const items = makeBatch({
            channel: index => (index === 20 ? closing(300n) : {}),
            channels: 21,
            distributes: true,
            isMissing: owner => owner === nameToAddress('payer 20'),
            payee: MERCHANT,
        });
        const { transactions } = plan(items, 'settleAndFinalizeAndDistribute', {
            missingTokenAccounts: 'create',
            version: 1,
        });
        const place = transactions.findIndex(({ channels }) => channels.some(({ index }) => index === 20));
        expect(place).toBeLessThanOrEqual(1);
        for (const [index, { dependsOn }] of transactions.entries())
            for (const other of dependsOn) expect(other).toBeLessThan(index);
    });
});

describe('missing token accounts', () => {
    const items = makeBatch({
        channels: 10,
        distributes: true,
        isMissing: owner => owner === MERCHANT.address || owner === nameToAddress('recipient 0 of 0'),
        payee: MERCHANT,
    });

    it('are created once, before what needs them', () => {
        const { skipped, totals, transactions } = plan(items, 'settleAndFinalizeAndDistribute', {
            missingTokenAccounts: 'create',
            version: 1,
        });
        expect(skipped).toEqual([]);
        expect(totals.createdTokenAccounts).toBe(2);
        expect(transactions[0]!.createdTokenAccounts.map(({ owner }) => owner).sort()).toEqual(
            [MERCHANT.address, nameToAddress('recipient 0 of 0')].sort(),
        );
        for (const { channels, dependsOn } of transactions.slice(1)) {
            if (channels.some(({ actions }) => actions.includes('distribute'))) expect(dependsOn).toContain(0);
        }
    });

    it('are forfeited where that is asked for, and only there', () => {
        const recipient = nameToAddress('recipient 0 of 0');
        /** How many channels are settled, and how many are distributed. */
        const allowing = (allowForfeit: boolean | readonly Address[]) => {
            const actions = actionsOf(
                plan(
                    items.map(item => ({ ...item, distribution: { ...item.distribution!, allowForfeit } })),
                    'settleAndDistribute',
                ),
            );
            return ['settle', 'distribute'].map(action => actions.filter(one => one === action).length);
        };
        expect(allowing(true)).toEqual([10, 10]);
        expect(allowing([MERCHANT.address, recipient])).toEqual([10, 10]);
        // The recipient keeps the payout waiting, and the payee its vouchers too: what is settled, anybody distributes.
        expect(allowing([MERCHANT.address])).toEqual([10, 0]);
        expect(allowing([recipient])).toEqual([0, 0]);
    });
});

describe('a plan', () => {
    it('is frozen, and the same for the same input', () => {
        const items = makeBatch({ channels: 50, distributes: true, merchants: 3, mints: 2, payee: MERCHANT });
        const make = () => plan(items, 'settleAndFinalizeAndDistribute');
        const result = make();
        expect(make()).toEqual(result);
        for (const value of [result, result.totals, result.skipped, result.transactions, ...result.transactions]) {
            expect(Object.isFrozen(value)).toBe(true);
        }
    });

    it('is empty for an empty batch', () => {
        expect(plan([])).toMatchObject({ skipped: [], totals: { transactions: 0 }, transactions: [] });
    });

    it('counts fees for every signature, those that the precompile verifies included, and for priority', () => {
        const items = makeBatch({ channels: 4, payee: MERCHANT });
        const feesOf = (options: Partial<BatchSettleOptions>, mode: BatchMode = 'settleAndFinalize') =>
            plan(items, mode, options).transactions.map(({ feeLamports }) => feeLamports);
        expect(feesOf({ version: 1 })).toEqual([25_000n]);
        // In one revision 3 vouchers and two signers, then 1 voucher and two signers; in the other all 4 at once.
        expect(feesOf({ feePayer: nameToAddress('else') })).toEqual(
            byRevision({ epoch: [30_000n], tombstone: [25_000n, 15_000n] }),
        );
        // 4 times 550 compute units at 10,000 micro-lamports.
        expect(feesOf({ computeUnitPrice: 10_000n, version: 1 })).toEqual([25_022n]);
        const [legacy] = plan(items, 'settleAndFinalize', {
            computeUnitPrice: 10_000n,
            version: 'legacy',
        }).transactions;
        // 3 or 4 times 550, and the two instructions of the compute budget.
        expect(legacy).toMatchObject(
            byRevision<object>({
                epoch: { computeUnitLimit: 2_500, feeLamports: 25_025n, priorityFeeLamports: 25n },
                tombstone: { computeUnitLimit: 1_950, feeLamports: 20_020n, priorityFeeLamports: 20n },
            }),
        );
    });

    it('adds up what the vouchers bring, by mint', () => {
        const items = makeBatch({
            channel: () => ({ settlement: { payoutWatermark: 0n, settled: 400_000n } }),
            channels: 4,
            mints: 2,
            payee: MERCHANT,
        });
        expect(plan(items).totals).toMatchObject({
            channels: 4,
            hottestAccount: { address: MERCHANT.address, minBlocks: 1, transactions: 1 },
            settledByMint: { [nameToAddress('mint 0')]: 200_002n, [nameToAddress('mint 1')]: 200_004n },
            vouchers: 4,
        });
    });
});

describe('bad input', () => {
    const good = itemWith({});
    const cases: {
        name: string;
        items?: unknown;
        options?: Record<string, unknown>;
        code?: 'BATCH_INVALID';
        field: string;
    }[] = [
        { field: 'items', items: { length: 1 }, name: 'no list' },
        { field: 'items[1]', items: [good, null], name: 'no item' },
        { field: 'items[0].channel', items: [{ ...good, channel: null }], name: 'no channel' },
        { field: 'items[0].distribution', items: [{ ...good, distribution: 7 }], name: 'no distribution' },
        { field: 'items[0].isSignatureValid', items: [{ ...good, isSignatureValid: 'yes' }], name: 'no verdict' },
        {
            field: 'items[1].channel',
            items: [good, itemWith({}, { settlement: { payoutWatermark: 0n, settled: 5n } })],
            name: 'two states of one channel',
        },
        { field: 'mode', name: 'no mode', options: { mode: 'finalize' } },
        { field: 'missingTokenAccounts', name: 'no policy', options: { missingTokenAccounts: 'forfeit' } },
        {
            field: 'lookupTables',
            name: 'tables of a legacy transaction',
            options: { lookupTables: {}, version: 'legacy' },
        },
        {
            field: 'computeUnitLimit',
            name: 'a price without a limit',
            options: { computeUnitLimit: false, computeUnitPrice: 1n },
        },
        {
            field: 'computeUnitLimit',
            name: 'version 1 without a limit',
            options: { computeUnitLimit: false, version: 1 },
        },
        {
            field: `lookupTables.${nameToAddress('t')}`,
            name: 'a table that is too long',
            options: { lookupTables: { [nameToAddress('t')]: new Array(257).fill(nameToAddress('x')) } },
        },
    ];
    it.each(cases)('$name is refused', async ({ field, items = [good], options = {} }) => {
        await expectRefusal(() => plan(items as never, 'settle', options), 'BATCH_INVALID', { field });
    });

    it('is refused by name in whatever else can be wrong', async () => {
        for (const { value } of BAD_ADDRESSES) {
            const options = { feePayer: value } as never;
            expect(await errorOf(() => plan([good], 'settle', options))).toMatchObject({
                name: 'PaymentChannelsError',
            });
        }
        for (const { code, value } of BAD_I64) {
            await expectRefusal(() => plan([good], 'settle', { unixTimestamp: value as never }), code, {
                field: 'unixTimestamp',
            });
        }
        await expectRefusal(() => plan([good], 'settle', { version: 2 as never }), 'TRANSACTION_VERSION_UNSUPPORTED');
    });

    it('never throws anything but the errors of this package, even for garbage', async () => {
        const garbage = [null, undefined, 7, 'x', {}, [], { channel: {} }, getBase64Encoder().encode('AAAA')];
        for (const value of garbage) {
            for (const place of ['channel', 'voucher', 'payee', 'tokenProgram'] as const) {
                const items = [{ ...good, [place]: value }] as never;
                const error = await errorOf(() => {
                    plan(items);
                    throw new Error('accepted');
                });
                if ((error as Error).message !== 'accepted')
                    expect(error).toMatchObject({ name: 'PaymentChannelsError' });
            }
            const items = [{ ...itemWith({}, {}, { distributes: true }), distribution: value }] as never;
            const error = await errorOf(() => {
                plan(items, 'settleAndDistribute');
                throw new Error('accepted');
            });
            if ((error as Error).message !== 'accepted') expect(error).toMatchObject({ name: 'PaymentChannelsError' });
        }
    });
});
