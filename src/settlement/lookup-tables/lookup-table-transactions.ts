import type { Address, AddressesByLookupTableAddress, Instruction, TransactionSigner } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { getListLength, readTerms, toAddress, toList, toU64 } from '../../core/input';
import { getTransactionFees } from '../../runtime/fees';
import { COMPUTE_BUDGET_INSTRUCTION_COMPUTE_UNITS, MAX_COMPUTE_UNITS } from '../../runtime/limits';
import { createTransactionSizer } from '../../runtime/transaction-size';
import { findExceededLimit, getTransactionLimits } from '../../runtime/transaction-limits';
import type { PlannedTransaction } from '../plan/batch-plan';
import { readBatchOptions } from '../read-batch-options';
import { refuse } from '../plan/check-options';
import { toParty, type Party } from '../../runtime/party';
import {
    findLookupTablePdaSync,
    getCloseLookupTableInstruction,
    getCreateLookupTableInstruction,
    getDeactivateLookupTableInstruction,
    getExtendLookupTableInstruction,
} from '../../runtime/lookup-table/lookup-table-instructions';
import { MAX_EXTENSION_ADDRESSES, MAX_LOOKUP_TABLE_ADDRESSES } from '../../runtime/lookup-table/lookup-table-program';

// Upper bounds for the compute units of the program, of which 10,749, 6,221 and some 300 for each address, 3,144 and
// 2,221 were published. That it runs through the addresses that a table holds already takes a few more.
const ADDRESS_BYTES = 32;
const CREATE_COMPUTE_UNITS = 13_000;
const EXTEND_COMPUTE_UNITS = 7_500;
const EXTEND_COMPUTE_UNITS_PER_ADDRESS = 350;
const DEACTIVATE_COMPUTE_UNITS = 4_000;
const CLOSE_COMPUTE_UNITS = 3_000;

/** A lookup table as `planLookupTables` wants it. */
export type PlannedLookupTable = Readonly<{
    /** The table that is there already and is extended; `undefined` for one that is created. */
    reused: Address | undefined;
    /** Its addresses in the end, in the order of the indexes. */
    addresses: readonly Address[];
    /** How many of these have to be appended: the last ones. */
    appendedCount: number;
}>;

/** How to send transactions about lookup tables. */
export type LookupTableTransactionOptions = Readonly<{
    /** Who may extend, deactivate and close the tables; the fee payer by default. */
    authority?: Address | TransactionSigner | undefined;
    /** Pays the fees, and the rent: its signer, or its address where it signs elsewhere. */
    feePayer: Address | TransactionSigner;
    /** Price of a compute unit, in micro-lamports (u64). */
    computeUnitPrice?: bigint | number | undefined;
}>;

/** Input of {@link getLookupTableTransactions}. */
export type CreateLookupTablesOptions = LookupTableTransactionOptions &
    Readonly<{
        /**
         * A slot for each table that is created, no two of them the same: their addresses follow from these. Each has to
         * have had a block, and to be one of the last 512 when the transaction lands, which leaves some three minutes.
         */
        recentSlots: readonly (bigint | number)[];
    }>;

/** Input of {@link getCloseLookupTablesTransactions}. */
export type CloseLookupTablesOptions = LookupTableTransactionOptions &
    Readonly<{
        /** Gets the rent; the fee payer by default. */
        recipient?: Address | undefined;
    }>;

const TABLES = 'an array of tables, as planLookupTables plans them';

/** A transaction about lookup tables; `getBatchTransactionMessage` makes its message, as it does for a batch. */
export type LookupTableTransaction = PlannedTransaction &
    Readonly<{
        tableActions: readonly Readonly<{
            action: 'close' | 'create' | 'deactivate' | 'extend';
            lookupTable: Address;
            /** The addresses that `extend` appends. */
            addresses: readonly Address[];
        }>[];
    }>;

/** Result of {@link getLookupTableTransactions}. */
export type LookupTableTransactions = Readonly<{
    /** Each has to be confirmed before those that name it in `dependsOn`; tables don't wait for one another. */
    transactions: readonly LookupTableTransaction[];
    /**
     * The contents of the tables in the end, for `planBatchSettle`. Transactions can use it **from the slot after the
     * one in which the last of these landed**: an RPC refuses them before.
     */
    lookupTables: AddressesByLookupTableAddress;
}>;

type TableAction = LookupTableTransaction['tableActions'][number];
type Step = Readonly<{ instructions: readonly Instruction[]; computeUnits: number; actions: readonly TableAction[] }>;

const NOTHING: Step = { actions: [], computeUnits: 0, instructions: [] };

/**
 * Makes the transactions that create and extend the tables of a plan, each filled to the byte.
 *
 * Sending one again is harmless as long as it has not landed: after a crash read the tables with `fetchLookupTables`,
 * and plan with what they hold by then.
 *
 * @throws By field: `ADDRESS_INVALID`, `BATCH_INVALID`, `SIGNER_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`.
 *
 * @example
 * ```ts
 * const { chosen } = planLookupTables(items, options, MAINNET_DEPLOYMENT);
 * const recentSlots = slotsWithBlocks.slice(0, chosen.createdCount);
 * const { transactions } = getLookupTableTransactions(chosen.tables, { feePayer: merchant, recentSlots });
 * for (const transaction of transactions) await sendAndConfirm(getBatchTransactionMessage(transaction));
 * ```
 */
export function getLookupTableTransactions(
    tables: readonly PlannedLookupTable[],
    options: CreateLookupTablesOptions,
): LookupTableTransactions {
    const given = readBatchOptions(options, 'INPUT_INVALID');
    const checked = toList('tables', tables, TABLES, (table, field) => toTable(field, table), 'BATCH_INVALID');
    const parties = toParties(given);
    const { authority } = parties;
    const createdCount = checked.filter(({ reused }) => reused === undefined).length;
    const recentSlots = toRecentSlots(given.recentSlots, createdCount);
    const transactions: LookupTableTransaction[] = [];
    const lookupTables: [Address, readonly Address[]][] = [];
    for (const { addresses, appended, reused } of checked) {
        let lookupTable = reused;
        let step = NOTHING;
        if (lookupTable === undefined) {
            const recentSlot = recentSlots.shift()!;
            [lookupTable] = findLookupTablePdaSync({ authority: authority.address, recentSlot });
            step = {
                actions: [{ action: 'create', addresses: [], lookupTable }],
                computeUnits: CREATE_COMPUTE_UNITS,
                instructions: [getCreateLookupTableInstruction({ ...toInput(parties), recentSlot })],
            };
        }
        lookupTables.push([lookupTable, addresses]);
        for (let start = 0, dependsOn: readonly number[] = []; start < appended.length;) {
            const { count, filled } = fill(step, appended.slice(start), lookupTable, parties);
            transactions.push(toTransaction(filled, parties, dependsOn));
            dependsOn = [transactions.length - 1];
            start += count;
            step = NOTHING;
        }
    }
    return toResult({
        lookupTables: Object.freeze(Object.fromEntries(lookupTables)) as AddressesByLookupTableAddress,
        transactions: Object.freeze(transactions),
    });
}

/**
 * Makes the transactions that deactivate tables when a batch is done, as many tables in each as fit. What was sent
 * before still lands; from the slot that `getLookupTableStatus` names on the tables can be closed.
 *
 * @throws As {@link getLookupTableTransactions}.
 *
 * @example
 * ```ts
 * const deactivating = getDeactivateLookupTablesTransactions([lookupTable], { feePayer: merchant });
 * for (const transaction of deactivating) await sendAndConfirm(getBatchTransactionMessage(transaction));
 * ```
 */
export function getDeactivateLookupTablesTransactions(
    lookupTables: readonly Address[],
    options: LookupTableTransactionOptions,
): readonly LookupTableTransaction[] {
    const parties = toParties(readBatchOptions(options, 'INPUT_INVALID'));
    const { authority } = toInput(parties);
    return toFullTransactions(
        toAddresses('lookupTables', lookupTables).map(lookupTable => ({
            actions: [{ action: 'deactivate', addresses: [], lookupTable }],
            computeUnits: DEACTIVATE_COMPUTE_UNITS,
            instructions: [getDeactivateLookupTableInstruction({ authority, lookupTable })],
        })),
        parties,
    );
}

/**
 * Makes the transactions that close tables which were deactivated 513 slots ago, as many tables in each as fit, and give
 * their rent back.
 *
 * @throws As {@link getLookupTableTransactions}.
 *
 * @example
 * ```ts
 * const closing = getCloseLookupTablesTransactions([lookupTable], { feePayer: merchant, recipient: merchant.address });
 * for (const transaction of closing) await sendAndConfirm(getBatchTransactionMessage(transaction));
 * ```
 */
export function getCloseLookupTablesTransactions(
    lookupTables: readonly Address[],
    options: CloseLookupTablesOptions,
): readonly LookupTableTransaction[] {
    const given = readBatchOptions(options, 'INPUT_INVALID');
    const parties = toParties(given);
    const { authority } = toInput(parties);
    const { recipient: recipientInput = parties.feePayer.address } = given;
    const recipient = toAddress('recipient', recipientInput);
    return toFullTransactions(
        toAddresses('lookupTables', lookupTables).map(lookupTable => ({
            actions: [{ action: 'close', addresses: [], lookupTable }],
            computeUnits: CLOSE_COMPUTE_UNITS,
            instructions: [getCloseLookupTableInstruction({ authority, lookupTable, recipient })],
        })),
        parties,
    );
}

type Parties = Readonly<{ authority: Party; feePayer: Party; computeUnitPrice: bigint }>;

function toParties({
    authority,
    computeUnitPrice = 0n,
    feePayer: feePayerInput,
}: LookupTableTransactionOptions): Parties {
    const feePayer = toParty('feePayer', feePayerInput);
    const given = authority === undefined ? feePayer : toParty('authority', authority);
    return {
        // One signer for each address: kit refuses a transaction with two that are not the same object.
        authority: given.address === feePayer.address ? feePayer : given,
        computeUnitPrice: toU64('computeUnitPrice', computeUnitPrice),
        feePayer,
    };
}

/** The parties as the builders of instructions take them. */
function toInput({ authority, feePayer }: Parties) {
    return { authority: authority.signer ?? authority.address, payer: feePayer.signer ?? feePayer.address };
}

function toRecentSlots(value: unknown, count: number): bigint[] {
    const expected = `an array of ${count} or more slots, no two of them the same`;
    if ((getListLength(value) ?? -1) < count) refuse('recentSlots', value, expected);
    const slots = toList('recentSlots', value, expected, (slot, path) => toU64(path, slot), 'BATCH_INVALID');
    if (new Set(slots).size < slots.length) refuse('recentSlots', value, expected);
    return slots;
}

function toTable(field: string, table: unknown) {
    const names = ['addresses', 'appendedCount', 'reused'] as const;
    const {
        addresses: input,
        appendedCount,
        reused,
    } = readTerms(field, table as PlannedLookupTable, names, ['reused']);
    const addresses = toAddresses(`${field}.addresses`, input);
    if (addresses.length > MAX_LOOKUP_TABLE_ADDRESSES) {
        refuse(`${field}.addresses`, addresses, `an array of at most ${MAX_LOOKUP_TABLE_ADDRESSES} addresses`);
    }
    // A table that is created is empty before.
    const min = reused === undefined ? Math.max(addresses.length, 1) : 0;
    if (!Number.isInteger(appendedCount) || appendedCount < min || appendedCount > addresses.length) {
        refuse(`${field}.appendedCount`, appendedCount, `an integer from ${min} to ${addresses.length}`);
    }
    return {
        addresses: Object.freeze(addresses),
        appended: addresses.slice(addresses.length - appendedCount),
        reused: reused === undefined ? undefined : toAddress(`${field}.reused`, reused),
    };
}

function toAddresses(field: string, value: unknown): Address[] {
    return toList(field, value, 'an array of addresses', (one, path) => toAddress(path, one), 'BATCH_INVALID');
}

/** As many of the addresses as fit into one transaction behind what is in it already. */
function fill(step: Step, addresses: readonly Address[], lookupTable: Address, parties: Parties) {
    const input = { ...toInput(parties), lookupTable };
    const sizer = createSizer(parties);
    const limits = getTransactionLimits('legacy');
    sizer.append(step.instructions);
    const extend = (count: number) =>
        getExtendLookupTableInstruction({ ...input, addresses: addresses.slice(0, count) });
    const one = extend(1);
    let count = Math.min(addresses.length, MAX_EXTENSION_ADDRESSES);
    const fits = () => {
        const data = new Uint8Array(one.data!.length + ADDRESS_BYTES * (count - 1));
        return findExceededLimit(sizer.measureWith([{ ...one, data }]), limits) === undefined;
    };
    while (count > 1 && !fits()) count--;
    const appended = Object.freeze(addresses.slice(0, count));
    const filled: Step = {
        actions: [...step.actions, { action: 'extend', addresses: appended, lookupTable }],
        computeUnits: step.computeUnits + EXTEND_COMPUTE_UNITS + EXTEND_COMPUTE_UNITS_PER_ADDRESS * count,
        instructions: [...step.instructions, extend(count)],
    };
    return { count, filled };
}

/** Steps that don't depend on each other, in as few transactions as hold them. */
function toFullTransactions(steps: readonly Step[], parties: Parties): readonly LookupTableTransaction[] {
    const limits = getTransactionLimits('legacy');
    const groups: Step[] = [];
    let sizer = createSizer(parties);
    for (const step of steps) {
        const last = groups.at(-1);
        if (last !== undefined && sizer.tryAppend(step.instructions, limits)) {
            groups[groups.length - 1] = {
                actions: [...last.actions, ...step.actions],
                computeUnits: last.computeUnits + step.computeUnits,
                instructions: [...last.instructions, ...step.instructions],
            };
            continue;
        }
        sizer = createSizer(parties);
        sizer.append(step.instructions);
        groups.push(step);
    }
    return Object.freeze(groups.map(group => toTransaction(group, parties, [])));
}

function createSizer({ computeUnitPrice, feePayer }: Parties) {
    return createTransactionSizer({
        computeBudget: getBudget(computeUnitPrice),
        feePayer: feePayer.address,
        version: 'legacy',
    });
}

function getBudget(computeUnitPrice: bigint) {
    // Without a limit the price would be for whatever the runtime grants by default.
    return { computeUnitLimit: computeUnitPrice > 0n, computeUnitPrice: computeUnitPrice > 0n };
}

function toTransaction(step: Step, parties: Parties, dependsOn: readonly number[]): LookupTableTransaction {
    const { authority, computeUnitPrice, feePayer } = parties;
    const sizer = createSizer(parties);
    const budgetCount = sizer.getMeasure().instructions;
    sizer.append(step.instructions);
    const { bytes, signers: signerCount } = sizer.getMeasure();
    const computeUnits = Math.min(
        step.computeUnits + budgetCount * COMPUTE_BUDGET_INSTRUCTION_COMPUTE_UNITS,
        MAX_COMPUTE_UNITS,
    );
    const computeUnitLimit = computeUnitPrice > 0n ? computeUnits : undefined;
    return toResult({
        bytes,
        channels: Object.freeze([]),
        computeUnitLimit,
        computeUnitPrice,
        computeUnits,
        createdTokenAccounts: Object.freeze([]),
        deadlineAt: undefined,
        dependsOn: Object.freeze([...dependsOn]),
        ...getTransactionFees({ computeUnitLimit, computeUnitPrice, instructions: step.instructions, signerCount }),
        feePayer: feePayer.address,
        feePayerSigner: feePayer.signer,
        instructions: Object.freeze(step.instructions),
        loadedAccountsDataSizeLimit: undefined,
        lookupTables: toResult({}) as AddressesByLookupTableAddress,
        signers: Object.freeze([...new Set([feePayer.address, authority.address])]),
        tableActions: Object.freeze(step.actions.map(action => Object.freeze(action))),
        version: 'legacy',
    });
}
