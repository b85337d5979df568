/** What the limits of a transaction allow at most, whoever packs. */

import type { Address, Instruction, TransactionVersion } from '@solana/kit';

import {
    ED25519_PROGRAM_ADDRESS,
    getTransactionLimits,
    measureTransaction,
    type BatchPlan,
    type PlannedTransaction,
} from '../../src';

/** Instructions that can't be parted: a precompile instruction with the one behind it, or a single one. */
type Unit = Readonly<{ instructions: readonly Instruction[]; bytes: number; accounts: ReadonlySet<Address> }>;

/**
 * The fewest transactions that the instructions of a plan could ever be packed into. Accounts that several units name
 * are counted in no unit, and in each transaction only those that every unit names, so that this is a bound below what
 * is possible, and mostly below it by much where channels share accounts in groups.
 */
export function getTransactionBound({ transactions }: BatchPlan): number {
    const [first] = transactions;
    if (first === undefined) return 0;
    const units = transactions.flatMap(({ instructions, version }) => toUnits(instructions, version));
    const uses = new Map<Address, number>();
    for (const { accounts } of units) for (const account of accounts) uses.set(account, (uses.get(account) ?? 0) + 1);

    const empty = measure(first, []);
    const tables = new Set(transactions.flatMap(({ lookupTables }) => Object.values(lookupTables).flat()));
    const costOf = (account: Address) => (tables.has(account) ? 1 : 32);
    const common = [...uses].filter(([account, count]) => count === units.length && account !== first.feePayer);
    const limits = getTransactionLimits(first.version);
    const room = limits.bytes - empty.bytes - common.reduce((sum, [account]) => sum + costOf(account), 0);
    // An account of two units, such as the channel of a settlement and a distribution, has to be somewhere at least once.
    const isCommon = new Set(common.map(([account]) => account));
    let bytes = 0;
    let accounts = 0;
    for (const [account] of uses) {
        if (isCommon.has(account) || account === first.feePayer) continue;
        bytes += costOf(account);
        accounts++;
    }
    for (const unit of units) bytes += unit.bytes;
    const byBytes = Math.ceil(bytes / room);
    const byAccounts = Math.ceil(accounts / (limits.accounts - 1 - common.length));
    return Math.max(byBytes, byAccounts, getBoundOfEqualUnits(units, uses, costOf, room));
}

/** Units that are all alike fill a transaction in whole numbers only. */
function getBoundOfEqualUnits(
    units: readonly Unit[],
    uses: ReadonlyMap<Address, number>,
    costOf: (account: Address) => number,
    room: number,
): number {
    const smallest = Math.min(
        ...units
            .slice(0, 1_000)
            .map(({ accounts, bytes }) =>
                [...accounts].reduce((sum, account) => (uses.get(account) === 1 ? sum + costOf(account) : sum), bytes),
            ),
    );
    const isEqual = units.every(({ bytes }) => bytes === units[0]!.bytes);
    return isEqual ? Math.ceil(units.length / Math.floor(room / smallest)) : 0;
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
