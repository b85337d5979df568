import { isWritableRole, type Address } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { MAX_LOADED_ACCOUNTS_DATA_SIZE } from '../../runtime/limits';
import type { BatchTotals, PlannedTransaction } from './batch-plan';
import type { Selection } from './select-vouchers';

// Costs of a transaction in the runtime's cost model, beside its compute units.
const SIGNATURE_COST = 720;
const PRECOMPILE_SIGNATURE_COST = 2_400;
const WRITE_LOCK_COST = 300;
const COST_PER_32_KIB = 8;
/** Limit of a block for the cost of transactions that write to one account. */
const MAX_ACCOUNT_COST = 12_000_000;

export function getTotals(
    transactions: readonly PlannedTransaction[],
    selections: ReadonlyMap<Address, Selection>,
): BatchTotals {
    const channels = new Set<Address>();
    const settledByMint: Record<Address, bigint> = {};
    const locks = new Map<Address, { cost: number; transactions: number }>();
    let [bytes, computeUnits, createdTokenAccounts, feeLamports, vouchers] = [0, 0, 0, 0n, 0];
    for (const transaction of transactions) {
        bytes += transaction.bytes;
        computeUnits += transaction.computeUnits;
        createdTokenAccounts += transaction.createdTokenAccounts.length;
        feeLamports += transaction.feeLamports;
        for (const { channel, voucher } of transaction.channels) {
            channels.add(channel);
            if (voucher === undefined) continue;
            vouchers++;
            const { mint, settlement } = selections.get(channel)!.channel.channel;
            const delta = voucher.voucher.cumulativeAmount - settlement.settled;
            settledByMint[mint] = (settledByMint[mint] ?? 0n) + delta;
        }
        addLocks(locks, transaction);
    }
    return toResult({
        bytes,
        channels: channels.size,
        computeUnits,
        createdTokenAccounts,
        feeLamports,
        hottestAccount: getHottest(locks),
        settledByMint: toResult(settledByMint),
        transactions: transactions.length,
        vouchers,
    });
}

function addLocks(
    locks: Map<Address, { cost: number; transactions: number }>,
    { channels, computeUnits, feePayer, instructions, loadedAccountsDataSizeLimit, signers }: PlannedTransaction,
): void {
    const writable = new Set([feePayer]);
    for (const { accounts = [] } of instructions) {
        for (const { address, role } of accounts) if (isWritableRole(role)) writable.add(address);
    }
    const precompileCount = channels.reduce((sum, { voucher }) => sum + (voucher === undefined ? 0 : 1), 0);
    const cost =
        computeUnits +
        SIGNATURE_COST * signers.length +
        PRECOMPILE_SIGNATURE_COST * precompileCount +
        WRITE_LOCK_COST * writable.size +
        (COST_PER_32_KIB * (loadedAccountsDataSizeLimit ?? MAX_LOADED_ACCOUNTS_DATA_SIZE)) / (32 * 1024);
    for (const address of writable) {
        const lock = locks.get(address);
        if (lock === undefined) locks.set(address, { cost, transactions: 1 });
        else {
            lock.cost += cost;
            lock.transactions++;
        }
    }
}

function getHottest(
    locks: ReadonlyMap<Address, Readonly<{ cost: number; transactions: number }>>,
): BatchTotals['hottestAccount'] {
    let hottest: Readonly<{ address: Address; cost: number; transactions: number }> | undefined;
    for (const [address, lock] of locks)
        if (hottest === undefined || lock.cost > hottest.cost) hottest = { address, ...lock };
    if (hottest === undefined) return undefined;
    const { address, cost, transactions } = hottest;
    return toResult({ address, minBlocks: Math.ceil(cost / MAX_ACCOUNT_COST), transactions });
}
