/** What the limits of a transaction allow at most, whoever packs. */

import type { Address, Instruction, TransactionVersion } from '@solana/kit';

import { ED25519_PROGRAM_ADDRESS, getTransactionLimits, measureTransaction } from '../../src';
import { type BatchPlan, type PlannedTransaction } from '../../src/settlement';

/** Instructions that can't be parted: a precompile instruction with the one behind it, or a single one. */
type Unit = Readonly<{ instructions: readonly Instruction[]; bytes: number; accounts: ReadonlySet<Address> }>;

/**
 * The fewest transactions that the instructions of a plan could ever be packed into. Accounts that several units name
 * are counted in no unit, and in each transaction only those that every unit names, so that this is a bound below what
 * is possible, and mostly below it by much where channels share accounts in groups.
 */
export function getTransactionBound(plan: Pick<BatchPlan, 'transactions'>): number {
    if (plan.transactions.length === 0) return 0;
    const parts = getParts(plan);
    const { common, costOf, empty, first, limits, room, units, uses } = parts;
    // An account of two units, such as the channel of a settlement and a distribution, has to be somewhere at least once.
    const isCommon = new Set(common);
    let bytes = 0;
    let accounts = 0;
    for (const [account] of uses) {
        if (isCommon.has(account) || account === first.feePayer) continue;
        bytes += costOf(account);
        accounts++;
    }
    for (const unit of units) bytes += unit.bytes;
    const byBytes = Math.ceil(bytes / room);
    const byAccounts = Math.ceil(accounts / (limits.accounts - empty.accounts - common.length));
    return Math.max(byBytes, byAccounts, getBoundOfEqualUnits(parts));
}

/**
 * The most channels that one transaction could ever hold, of a plan that does the same with each of many channels, in
 * instructions that are not parted.
 */
export function getChannelBound(plan: Pick<BatchPlan, 'transactions'>): number {
    const parts = getParts(plan);
    const { common, empty, limits, room, units, uses } = parts;
    const { accounts, instructions } = units[0]!;
    const own = [...accounts].filter(account => uses.get(account) === 1).length;
    return Math.min(
        Math.floor(room / getSmallest(parts)),
        Math.floor((limits.accounts - empty.accounts - common.length) / own),
        Math.floor((limits.instructions - empty.instructions) / instructions.length),
    );
}

type Parts = ReturnType<typeof getParts>;

/** What all transactions have, what each unit brings, and the room that there is for it. */
function getParts({ transactions }: Pick<BatchPlan, 'transactions'>) {
    const [first] = transactions as readonly [PlannedTransaction];
    const units = transactions.flatMap(({ instructions, version }) => toUnits(instructions, version));
    const uses = new Map<Address, number>();
    for (const { accounts } of units) for (const account of accounts) uses.set(account, (uses.get(account) ?? 0) + 1);

    const empty = measure(first, []);
    const tables = new Set(transactions.flatMap(({ lookupTables }) => Object.values(lookupTables).flat()));
    const costOf = (account: Address) => (tables.has(account) ? 1 : 32);
    const common = [...uses].flatMap(([account, count]) =>
        count === units.length && account !== first.feePayer ? [account] : [],
    );
    const limits = getTransactionLimits(first.version);
    const room = limits.bytes - empty.bytes - common.reduce((sum, account) => sum + costOf(account), 0);
    return { common, costOf, empty, first, limits, room, units, uses };
}

/** Units that are all alike fill a transaction in whole numbers only. */
function getBoundOfEqualUnits(parts: Parts): number {
    const { room, units } = parts;
    const isEqual = units.every(({ bytes }) => bytes === units[0]!.bytes);
    return isEqual ? Math.ceil(units.length / Math.floor(room / getSmallest(parts))) : 0;
}

/** The fewest bytes that one of the units brings. */
function getSmallest({ costOf, units, uses }: Parts): number {
    return Math.min(
        ...units
            .slice(0, 1_000)
            .map(({ accounts, bytes }) =>
                [...accounts].reduce((sum, account) => (uses.get(account) === 1 ? sum + costOf(account) : sum), bytes),
            ),
    );
}

function toUnits(instructions: readonly Instruction[], version: TransactionVersion): Unit[] {
    const units: Unit[] = [];
    for (let index = 0; index < instructions.length; index++) {
        const isPair = instructions[index]!.programAddress === ED25519_PROGRAM_ADDRESS;
        const own = isPair ? instructions.slice(index, ++index + 1) : [instructions[index]!];
        units.push({
            accounts: new Set(
                own.flatMap(({ accounts = [], programAddress }) => [
                    programAddress,
                    ...accounts.map(({ address }) => address),
                ]),
            ),
            bytes: own.reduce(
                (sum, { accounts = [], data }) => sum + getBytes(version, accounts.length, data!.length),
                0,
            ),
            instructions: own,
        });
    }
    return units;
}

/** Index of the program, lengths, indexes of the accounts, data. */
function getBytes(version: TransactionVersion, accounts: number, data: number): number {
    return 1 + (version === 1 ? 3 : 1 + (data < 128 ? 1 : 2)) + accounts + data;
}

function measure(transaction: PlannedTransaction, instructions: readonly Instruction[]) {
    const { computeUnitLimit, computeUnitPrice, feePayer, loadedAccountsDataSizeLimit, version } = transaction;
    return measureTransaction({
        computeBudget: {
            computeUnitLimit: computeUnitLimit !== undefined,
            computeUnitPrice: computeUnitPrice > 0n,
            loadedAccountsDataSizeLimit: loadedAccountsDataSizeLimit !== undefined,
        },
        feePayer,
        instructions,
        version,
    });
}
