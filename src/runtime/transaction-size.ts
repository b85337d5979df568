import {
    type Address,
    type AddressesByLookupTableAddress,
    createTransactionMessage,
    type Instruction,
    pipe,
    setTransactionMessageHeapSize,
    type TransactionMessage,
    type TransactionVersion,
} from '@solana/kit';

import { setComputeBudget } from './compute-budget';
import {
    getListLength,
    type InvalidCode,
    type OnlyMembers,
    readOnlyMembers,
    readTerms,
    refuseInput,
    toAddress,
    toBoolean,
    toEntries,
    toList,
} from '../core/input';
import {
    findExceededLimit,
    toTransactionVersion,
    type TransactionLimits,
    type TransactionMeasure,
} from './transaction-limits';
import { SizerState } from './sizer-state';

/**
 * The compute-budget requests of a transaction: an instruction each in a legacy or version 0 transaction, a field of
 * the configuration in version 1. Only their presence affects the size, not their values.
 */
export type ComputeBudgetParts = Readonly<{
    computeUnitLimit?: boolean | undefined;
    /** Price of a compute unit; in version 1 the priority fee. */
    computeUnitPrice?: boolean | undefined;
    loadedAccountsDataSizeLimit?: boolean | undefined;
    heapSize?: boolean | undefined;
}>;

/** What determines the size of a transaction, apart from its instructions. */
export type TransactionSizerInput = Readonly<{
    feePayer: Address;
    version: TransactionVersion;
    /** Tables that a version 0 transaction takes its accounts from where it can; other versions have none. */
    lookupTables?: AddressesByLookupTableAddress | undefined;
    /**
     * Leaves out a table that would supply a single account, since naming the table takes more bytes than the account.
     * `getLookupTables` returns the tables that remain.
     */
    omitsCostlyLookupTables?: boolean | undefined;
    computeBudget?: ComputeBudgetParts | undefined;
}>;

/** Measures a transaction while it grows, each step in the time that the added instructions take alone. */
export type TransactionSizer = Readonly<{
    /** Measures of the transaction with everything appended so far. */
    getMeasure: () => TransactionMeasure;
    /** Measures it would have with these instructions appended. */
    measureWith: (instructions: readonly Instruction[]) => TransactionMeasure;
    append: (instructions: readonly Instruction[]) => void;
    /** Appends these instructions if the transaction then still keeps the limits, and says whether it did. */
    tryAppend: (instructions: readonly Instruction[], limits: TransactionLimits) => boolean;
    /** Addresses of the lookup tables that the transaction takes accounts from. */
    getLookupTables: () => readonly Address[];
    /** A copy that grows on its own from here. The tables are shared, so that copies are cheap. */
    fork: () => TransactionSizer;
}>;
const MIN_HEAP_BYTES = 32 * 1024;

/**
 * Measures a transaction without compiling it: exactly the bytes that kit's `getTransactionMessageSize` counts.
 *
 * With lookup tables it is the size that `compressTransactionMessageUsingAddressLookupTables` brings it to.
 *
 * @throws `ADDRESS_INVALID` for the fee payer and the tables, `TRANSACTION_VERSION_UNSUPPORTED`, `INPUT_INVALID` for
 * anything else.
 *
 * @example
 * ```ts
 * const { bytes } = measureTransaction({ feePayer: merchant.address, instructions, version: 0 });
 * ```
 */
export function measureTransaction(
    input: TransactionSizerInput & Readonly<{ instructions: readonly Instruction[] }>,
): TransactionMeasure {
    const { instructions, ...rest } = readTerms('input', input, [...SIZER_NAMES, 'instructions'], OPTIONAL_NAMES);
    return createTransactionSizer(rest).measureWith(instructions);
}

/**
 * Creates a {@link TransactionSizer} for a transaction without instructions.
 *
 * @throws As {@link measureTransaction}.
 *
 * @example
 * ```ts
 * const sizer = createTransactionSizer({ feePayer: merchant.address, version: 0 });
 * for (const voucher of vouchers) {
 *     const pair = getSettleInstructions({ voucher }, MAINNET_DEPLOYMENT);
 *     if (!sizer.tryAppend(pair, getTransactionLimits(0))) break; // full
 * }
 * ```
 */
export function createTransactionSizer(input: TransactionSizerInput): TransactionSizer {
    const given = readTerms('input', input, SIZER_NAMES, OPTIONAL_NAMES);
    const version = toTransactionVersion('version', given.version);
    const computeBudget = toComputeBudgetParts(given.computeBudget);
    const { lookupTables = {} as AddressesByLookupTableAddress, omitsCostlyLookupTables = false } = given;
    const tables = toAddressesByTable('lookupTables', lookupTables);
    const state = new SizerState(
        toAddress('feePayer', given.feePayer),
        version,
        version === 0 ? tables : {},
        version === 1 ? getConfigBytes(computeBudget) : 0,
        toBoolean('omitsCostlyLookupTables', omitsCostlyLookupTables),
    );
    if (version !== 1) state.append(getComputeBudgetInstructions(version, computeBudget));
    return toSizer(state);
}

const SIZER_NAMES = ['computeBudget', 'feePayer', 'lookupTables', 'omitsCostlyLookupTables', 'version'] as const;

const OPTIONAL_NAMES = ['computeBudget', 'lookupTables', 'omitsCostlyLookupTables'] as const;

const BUDGET_MEMBERS: OnlyMembers<ComputeBudgetParts> = {
    computeUnitLimit: true,
    computeUnitPrice: true,
    heapSize: true,
    loadedAccountsDataSizeLimit: true,
};

function toComputeBudgetParts(value: ComputeBudgetParts = {}): ComputeBudgetParts {
    const parts = readOnlyMembers('computeBudget', value, BUDGET_MEMBERS);
    for (const [name, part] of Object.entries(parts)) toBoolean(`computeBudget.${name}`, part);
    return parts;
}

/** An index into a lookup table is a byte. */
const MAX_TABLE_LENGTH = 256;

/** The contents of lookup tables by the address of the table. */
export function toAddressesByTable(field: string, value: unknown, code?: InvalidCode): AddressesByLookupTableAddress {
    const expected = 'an object that names, for the address of each lookup table, an array of the addresses in it';
    const tables: Record<Address, readonly Address[]> = {};
    for (const [table, addresses] of toEntries(field, value, expected, code)) {
        const path = `${field}.${table}`;
        const list = `an array of at most ${MAX_TABLE_LENGTH} addresses`;
        if ((getListLength(addresses) ?? 0) > MAX_TABLE_LENGTH) refuseInput(path, list, addresses, code);
        tables[toAddress(field, table)] = toList(path, addresses, list, (one, place) => toAddress(place, one), code);
    }
    return tables as AddressesByLookupTableAddress;
}

function toSizer(state: SizerState): TransactionSizer {
    return Object.freeze<TransactionSizer>({
        append: instructions => {
            state.append(instructions);
        },
        fork: () => toSizer(state.fork()),
        getLookupTables: () => state.getLookupTables(),
        getMeasure: () => state.getMeasure(),
        measureWith: instructions => {
            const undo = state.append(instructions);
            const measure = state.getMeasure();
            undo();
            return measure;
        },
        tryAppend: (instructions, limits) => {
            const undo = state.append(instructions);
            if (findExceededLimit(state.getMeasure(), limits) === undefined) return true;
            undo();
            return false;
        },
    });
}

/** The compute-budget instructions of a legacy or version 0 transaction, as kit writes them, with arbitrary values. */
function getComputeBudgetInstructions(version: 'legacy' | 0, parts: ComputeBudgetParts): readonly Instruction[] {
    return pipe(
        createTransactionMessage({ version }) as TransactionMessage & { version: 'legacy' | 0 },
        m =>
            setComputeBudget(m, {
                computeUnitLimit: parts.computeUnitLimit ? 1 : undefined,
                computeUnitPrice: parts.computeUnitPrice ? 1n : undefined,
                loadedAccountsDataSizeLimit: parts.loadedAccountsDataSizeLimit ? 1 : undefined,
            }),
        m => setTransactionMessageHeapSize(parts.heapSize ? MIN_HEAP_BYTES : undefined, m),
    ).instructions;
}

/** The configuration of a version 1 transaction: a u64 for the priority fee, a u32 for anything else. */
function getConfigBytes(parts: ComputeBudgetParts): number {
    const { computeUnitLimit, computeUnitPrice, heapSize, loadedAccountsDataSizeLimit } = parts;
    const u32Count = [computeUnitLimit, heapSize, loadedAccountsDataSizeLimit].filter(Boolean).length;
    return 4 * u32Count + (computeUnitPrice ? 8 : 0);
}
