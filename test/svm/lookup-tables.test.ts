import {
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    type Address,
    type Blockhash,
} from '@solana/kit';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
    decodeLookupTable,
    fetchLookupTables,
    getBatchTransactionMessage,
    getCloseLookupTablesTransactions,
    getDeactivateLookupTablesTransactions,
    getLookupTableStatus,
    getLookupTableTransactions,
    getUsableAddresses,
    planBatchSettle,
    planLookupTables,
    type BatchItem,
    type PlannedTransaction,
    type PlanLookupTablesOptions,
} from '../../src/settlement';
import { assertSucceeded, createSimulatorRpc, type Simulator } from '../../src/testing';
import { nameToAddress } from '../fixtures/batch';
import { Market } from './fixtures/market';
import { createTestSimulator } from '../fixtures/simulator';
import { sample } from '../fixtures/depth';

describe('lookup tables in LiteSVM', () => {
    let simulator: Simulator;
    let market: Market;
    beforeAll(async () => {
        simulator = await createTestSimulator();
        // Channels of the epoch revision are opened for slots of long ago.
        simulator.setClock({ slot: 100_000n });
        market = await Market.create(simulator);
    });
    beforeEach(() => moveBy(1n));

    /** Moves to a later slot; the slot hashes of the simulator tell of the 512 slots before. */
    function moveBy(slots: bigint): void {
        simulator.advanceClock({ slots });
    }

    async function send(transaction: PlannedTransaction) {
        simulator.svm.expireBlockhash();
        const message = setTransactionMessageLifetimeUsingBlockhash(
            { blockhash: simulator.svm.latestBlockhash() as Blockhash, lastValidBlockHeight: 2n ** 63n },
            getBatchTransactionMessage(transaction),
        );
        return simulator.sendTransaction(await signTransactionMessageWithSigners(message));
    }

    /** Sends transactions in their order; each has the size, the fee and the compute units that it says. */
    async function sendAll(transactions: readonly PlannedTransaction[]): Promise<bigint> {
        let fees = 0n;
        for (const transaction of transactions) {
            const result = await send(transaction);
            assertSucceeded(result);
            expect(result.bytes).toBe(transaction.bytes);
            expect(result.bytes).toBeLessThanOrEqual(1_232);
            expect(result.feeLamports).toBe(transaction.feeLamports);
            expect(result.computeUnits).toBeLessThanOrEqual(transaction.computeUnits);
            expect(result.events).toEqual([]);
            fees += result.feeLamports;
        }
        return fees;
    }

    const addItems = async (count: number): Promise<BatchItem[]> =>
        // The market of a simulator with the default deployment has channels of its revision.
        (await market.addChannels(count)).map(({ item }) => item as BatchItem);

    const optionsFor = (options: Partial<PlanLookupTablesOptions> = {}): PlanLookupTablesOptions => ({
        computeUnitLimit: true,
        feePayer: market.merchants[0]!.signer,
        mode: 'settleAndFinalizeAndDistribute',
        unixTimestamp: simulator.getClock().unixTimestamp,
        ...options,
    });

    /** Slots that a table can be derived from: each of the last ones had a block. */
    const recentSlots = (count: number) =>
        Array.from({ length: count }, (_, index) => simulator.getClock().slot - 1n - BigInt(index));

    it.each(
        sample(
            (['settle', 'settleAndDistribute', 'settleAndFinalize', 'settleAndFinalizeAndDistribute'] as const).flatMap(
                mode =>
                    (['common', 'shared', 'everything'] as const)
                        .filter(contents => mode.includes('Distribute') || contents === 'everything')
                        .map(contents => ({ contents, mode })),
            ),
            4,
        ),
    )(
        '$mode with tables of $contents: created, extended, used, deactivated, closed, and the rent is back',
        { timeout: 600_000 },
        async ({ contents, mode }) => {
            const items = await addItems(120);
            const options = optionsFor({ computeUnitPrice: contents === 'common' ? 2_000n : 0n, mode });
            const { options: weighed } = planLookupTables(items, options, simulator.deployment);
            const chosen = weighed.find(option => option.contents === contents)!;
            const { createdCount, tables } = chosen;
            const feePayer = market.merchants[0]!.signer;
            const before = simulator.getLamports(feePayer.address);

            const made = getLookupTableTransactions(tables, { ...options, recentSlots: recentSlots(createdCount) });
            let fees = await sendAll(made.transactions);
            expect(simulator.getLamports(feePayer.address)).toBe(before - fees - chosen.lockedLamports);

            const rpc = createSimulatorRpc(simulator);
            const addresses = Object.keys(made.lookupTables) as Address[];
            moveBy(1n);
            const fetched = await fetchLookupTables(rpc, addresses);
            expect(fetched.lookupTables).toEqual(made.lookupTables);

            const batch = { ...options, lookupTables: fetched.lookupTables, version: 0 } as const;
            const plan = planBatchSettle(items, batch, simulator.deployment);
            expect(plan.skipped).toEqual([]);
            expect(plan.totals.transactions).toBe(chosen.batchTransactions);
            expect(plan.totals.transactions).toBeLessThan(weighed[0]!.batchTransactions);
            expect(await sendAll(plan.transactions)).toBe(chosen.batchFeeLamports);

            fees += await sendAll(getDeactivateLookupTablesTransactions(addresses, options));
            const after = await fetchLookupTables(rpc, addresses);
            expect(after.lookupTables).toEqual({});
            const { slot } = simulator.getClock();
            for (const table of after.tables) {
                expect(getLookupTableStatus(table)).toEqual({ closableFromSlot: slot + 513n, kind: 'deactivated' });
            }

            const closing = getCloseLookupTablesTransactions(addresses, options);
            moveBy(512n);
            expect((await send(closing[0]!)).ok).toBe(false);
            moveBy(1n);
            const beforeClosing = simulator.getLamports(feePayer.address);
            const closingFees = await sendAll(closing);
            expect(simulator.getLamports(feePayer.address)).toBe(beforeClosing - closingFees + chosen.lockedLamports);
            expect(fees + closingFees).toBe(chosen.tableFeeLamports);
            for (const address of addresses) expect(simulator.getLamports(address)).toBe(0n);
        },
    );

    it('a table can be used from the slot after its last extension on, and no transaction uses it before', async () => {
        const items = await addItems(40);
        const options = optionsFor();
        const { options: weighed } = planLookupTables(items, options, simulator.deployment);
        const { createdCount, tables } = weighed.at(-1)!;
        const { lookupTables, transactions } = getLookupTableTransactions(tables, {
            ...options,
            recentSlots: recentSlots(createdCount),
        });
        await sendAll(transactions);
        const [address] = Object.keys(lookupTables) as [Address];
        const table = decodeLookupTable(simulator.svm.getAccount(address));
        const { slot } = simulator.getClock();
        expect(getLookupTableStatus(table)).toEqual({ kind: 'active', usableFromSlot: slot + 1n });
        expect(getUsableAddresses(table, slot)).toEqual([]);
        expect(getUsableAddresses(table, slot + 1n)).toEqual(lookupTables[address]);
        const plan = planBatchSettle(items, { ...options, lookupTables, version: 0 }, simulator.deployment);
        const tooSoon = await send(plan.transactions[0]!);
        expect(tooSoon.failure).toMatchObject({ name: 'InvalidAddressLookupTableIndex' });
        moveBy(1n);
        await sendAll(plan.transactions);
    });

    it('a table that is there is used, extended if it has room and is ours, and never created again', async () => {
        const rpc = createSimulatorRpc(simulator);
        const options = optionsFor();
        const first = await addItems(50);
        const { options: weighed } = planLookupTables(first, options, simulator.deployment);
        const plan = weighed.at(-1)!;
        const made = getLookupTableTransactions(plan.tables, { ...options, recentSlots: recentSlots(1) });
        // Half of it by hand, so that the other half is missing.
        const [address] = Object.keys(made.lookupTables) as [Address];
        const [table] = plan.tables;
        const half = { ...table!, addresses: table!.addresses.slice(0, 9), appendedCount: 9 };
        await sendAll(getLookupTableTransactions([half], { ...options, recentSlots: recentSlots(1) }).transactions);
        moveBy(1n);

        const { tables: reuse } = await fetchLookupTables(rpc, [address]);
        const again = planLookupTables(first, { ...options, reuse }, simulator.deployment).options.at(-1)!;
        expect(again.createdCount).toBe(0);
        expect(again.tables).toMatchObject([{ appendedCount: again.appendedCount, reused: address }]);
        expect(again.tables[0]!.addresses.slice(0, 9)).toEqual(half.addresses);
        expect(again.appendedCount).toBeGreaterThan(30);
        const extension = getLookupTableTransactions(again.tables, { ...options, recentSlots: [] });
        const before = simulator.getLamports(address);
        await sendAll(extension.transactions);
        expect(simulator.getLamports(address)).toBe(before + again.lockedLamports);
        moveBy(1n);
        const { lookupTables } = await fetchLookupTables(rpc, [address]);
        expect(lookupTables).toEqual(extension.lookupTables);

        // Somebody else's is used, but not extended.
        const authority = nameToAddress('a stranger');
        for (const option of planLookupTables(first, { ...options, authority, reuse }, simulator.deployment).options) {
            expect(option.tables[0]).toEqual({ addresses: half.addresses, appendedCount: 0, reused: address });
        }
        // With everything in it already there is nothing to do.
        const full = await fetchLookupTables(rpc, [address]);
        const { chosen, options: left } = planLookupTables(
            first,
            { ...options, reuse: full.tables },
            simulator.deployment,
        );
        expect(left).toEqual([chosen]);
        expect(chosen).toMatchObject({ contents: 'none', lockedLamports: 0n, savedLamports: 0n, tableFeeLamports: 0n });
        expect(chosen.batchTransactions).toBe(again.batchTransactions);
    });

    it('an authority that does not pay signs as well, and creating a table twice does no harm', async () => {
        const authority = await simulator.createSigner();
        const feePayer = market.merchants[1]!.signer;
        const addresses = Array.from({ length: 70 }, (_, index) => nameToAddress(`address ${index}`));
        const { lookupTables, transactions } = getLookupTableTransactions(
            [{ addresses, appendedCount: addresses.length, reused: undefined }],
            { authority, computeUnitPrice: 1_000_000n, feePayer, recentSlots: recentSlots(1) },
        );
        expect(transactions.map(({ dependsOn }) => dependsOn)).toEqual([[], [0], [1]]);
        for (const { feeLamports, priorityFeeLamports, signers } of transactions) {
            expect(signers).toEqual([feePayer.address, authority.address]);
            expect(feeLamports).toBe(10_000n + priorityFeeLamports);
        }
        await sendAll(transactions);
        const [address] = Object.keys(lookupTables) as [Address];
        const table = decodeLookupTable(simulator.svm.getAccount(address));
        expect(table).toMatchObject({ addresses, authority: authority.address, deactivationSlot: undefined });
        const first = await send(transactions[0]!);
        // It is there, so that it is only extended once more.
        assertSucceeded(first);
    });
});
