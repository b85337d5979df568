import {
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    type Address,
    type Blockhash,
} from '@solana/kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { findTokenPdaSync, getPayouts } from '../../src';
import {
    getBatchTransactionMessage,
    planBatchSettle,
    type BatchPlan,
    type BatchSettleOptions,
} from '../../src/settlement';
import { assertSucceeded, createSimulator, type Simulator } from '../../src/testing';
import { INSTRUCTIONS_SYSVAR } from '../fixtures/parties';
import type { RevisionName } from '../../src/revision/revision-types';
import { MODES, REVISIONS } from './fixtures/execution';
import { Market, type MarketChannel } from './fixtures/market';
import { DEPLOYMENT } from '../fixtures/deployment';
import { STATUSES } from '../fixtures/revision';
import { byDepth } from '../fixtures/depth';

const WAYS = [
    { name: 'legacy', options: { version: 'legacy' } },
    { name: 'version 0', options: { computeUnitPrice: 1_000n, version: 0 } },
    { name: 'version 0 with tables', options: { computeUnitLimit: true, version: 0 } },
    { name: 'version 1', options: { computeUnitPrice: 1_000n, version: 1 } },
] as const;

describe.each(REVISIONS)('planned batches in LiteSVM, $name', ({ deployment, names }) => {
    let simulator: Simulator<RevisionName>;
    let market: Market;
    beforeAll(async () => {
        simulator = await createSimulator({ deployment });
        market = await Market.create(simulator);
    });

    const optionsFor = (options: Partial<BatchSettleOptions>): Omit<BatchSettleOptions, 'mode'> => ({
        feePayer: market.merchants[0]!.signer,
        unixTimestamp: simulator.getClock().unixTimestamp,
        ...options,
    });

    /** Sends every transaction in the order of the plan; each has the size, the fee and the compute units it says. */
    async function execute({ transactions }: BatchPlan): Promise<void> {
        for (const transaction of transactions) {
            const message = setTransactionMessageLifetimeUsingBlockhash(
                { blockhash: simulator.svm.latestBlockhash() as Blockhash, lastValidBlockHeight: 2n ** 63n },
                getBatchTransactionMessage(transaction),
            );
            const result = simulator.sendTransaction(await signTransactionMessageWithSigners(message));
            assertSucceeded(result);
            expect(result.bytes).toBe(transaction.bytes);
            expect(result.feeLamports).toBe(transaction.feeLamports);
            expect(result.computeUnits).toBeLessThanOrEqual(transaction.computeUnits);
            // Nothing is ever forfeited unasked.
            expect(result.events).toEqual([]);
        }
    }

    /** Who has how much, in every token account that the channels may pay to. */
    function readBalances(channels: readonly MarketChannel[]): Map<Address, bigint> {
        const balances = new Map<Address, bigint>();
        for (const { merchant, mint, payer, splits, tokenProgram } of channels) {
            const owners = [merchant.address, payer, simulator.deployment.treasuryOwner];
            for (const owner of [...owners, ...splits.map(({ recipient }) => recipient)]) {
                const [address] = findTokenPdaSync({ mint, owner, tokenProgram });
                balances.set(address, simulator.getTokenAmount(address));
            }
        }
        return balances;
    }

    /** What distributing adds to the balances, worked out channel by channel. */
    function addPayouts(
        balances: Map<Address, bigint>,
        channel: MarketChannel,
        settled: bigint,
        isClosed: boolean,
    ): bigint {
        const { deposit, merchant, mint, payer, settledBefore, splits, tokenProgram } = channel;
        const payouts = getPayouts({ payoutWatermark: settledBefore, settled, splits }, DEPLOYMENT);
        const pay = (owner: Address, amount: bigint) => {
            const [address] = findTokenPdaSync({ mint, owner, tokenProgram });
            balances.set(address, (balances.get(address) ?? 0n) + amount);
        };
        for (const [index, { recipient }] of splits.entries()) pay(recipient, payouts.recipients[index]!);
        pay(merchant.address, payouts.payee);
        if (!isClosed) return deposit - settled + payouts.remainder;
        pay(payer, deposit - settled);
        pay(simulator.deployment.treasuryOwner, payouts.remainder);
        return 0n;
    }

    describe.each(MODES)('%s', mode => {
        it.each(WAYS)('in $name', { timeout: 600_000 }, async ({ name, options }) => {
            const added = await market.addChannels(byDepth({ all: 50, deep: 1_000, quick: 20 }));
            const channels = added.map(({ channel }) => channel);
            const lookupTables = Object.assign(
                {},
                ...(await Promise.all(
                    Array.from({ length: Math.ceil(channels.length / 200) }, async (_, index) =>
                        market.addLookupTable((await simulator.createSigner()).address, [
                            INSTRUCTIONS_SYSVAR,
                            ...market.mints.map(({ mint }) => mint),
                            ...channels.slice(200 * index, 200 * index + 200).map(({ address }) => address),
                        ]),
                    ),
                )),
            ) as NonNullable<BatchSettleOptions['lookupTables']>;
            const plan = planBatchSettle<RevisionName>(
                added.map(({ item }) => item),
                {
                    ...optionsFor({ ...options, ...(name.includes('tables') ? { lookupTables } : {}) }),
                    mode: mode,
                },
                simulator.deployment,
            );
            expect(plan.skipped).toEqual([]);
            const expected = readBalances(channels);
            await execute(plan);

            const distributes = mode.includes('Distribute');
            const finalizes = mode.includes('Finalize');
            for (const channel of channels) {
                const state = simulator.getChannel(channel.address);
                expect(state.kind).toBe(finalizes ? (distributes ? names.closed : 'finalized') : 'open');
                if ('channel' in state) expect(state.channel.settlement.settled).toBe(channel.voucherAmount);
                if (!distributes) continue;
                const left = addPayouts(expected, channel, channel.voucherAmount, finalizes);
                expect(simulator.getTokenAmount(channel.escrow)).toBe(left);
            }
            expect(readBalances(channels)).toEqual(expected);
        });
    });

    it(
        'with channels in every status, missing token accounts and vouchers that are no good',
        { timeout: 600_000 },
        async () => {
            const poor = await Market.create(simulator, 3);
            const { unixTimestamp: now } = simulator.getClock();
            const added = await poor.addChannels(byDepth({ all: 200, deep: 1_000, quick: 60 }), index => {
                if (index % 9 === 1) return { closureStartedAt: now - 100n, status: STATUSES.closing };
                if (index % 9 === 2) return { closureStartedAt: now - 3_600n, status: STATUSES.closing };
                return index % 9 === 3 ? { status: STATUSES.finalized } : {};
            });
            const items = added.map(({ item }, index) =>
                index % 10 === 0 ? { ...item, isSignatureValid: false } : item,
            );
            const plan = planBatchSettle<RevisionName>(
                items,
                {
                    ...optionsFor({ maxPayerTokenAccounts: 1_000, missingTokenAccounts: 'create', version: 1 }),
                    mode: 'settleAndFinalizeAndDistribute',
                },
                simulator.deployment,
            );
            expect(plan.totals.createdTokenAccounts).toBeGreaterThan(0);
            const channels = added.map(({ channel }) => channel);
            const expected = readBalances(channels);
            await execute(plan);

            for (const [index, channel] of channels.entries()) {
                const kind = index % 9;
                const isSettled = kind !== 2 && kind !== 3 && index % 10 !== 0;
                const isDropped = kind !== 2 && kind !== 3 && index % 10 === 0;
                const state = simulator.getChannel(channel.address);
                expect(state.kind).toBe(isDropped ? (kind === 1 ? 'closing' : 'open') : names.closed);
                const settled = isSettled ? channel.voucherAmount : channel.settledBefore;
                if (!isDropped) addPayouts(expected, channel, settled, true);
                const reasons = plan.skipped.filter(({ channel: left }) => left === channel.address);
                expect(reasons.length).toBe(isSettled ? 0 : 1);
            }
            expect(readBalances(channels)).toEqual(expected);
        },
    );
});
