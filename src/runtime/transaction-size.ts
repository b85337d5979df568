import {
    createTransactionMessage,
    getAddressComparator,
    getTransactionMessageSizeLimit,
    isSignerRole,
    isWritableRole,
    pipe,
    setTransactionMessageFeePayer,
    setTransactionMessageHeapSize,
    type AccountLookupMeta,
    type AccountMeta,
    type Address,
    type AddressesByLookupTableAddress,
    type Instruction,
    type TransactionMessage,
    type TransactionVersion,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';

import { setComputeBudget } from './compute-budget';
import { TRANSACTION_VERSION_UNSUPPORTED } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import {
    describe,
    getListLength,
    type InvalidCode,
    type OnlyMembers,
    readMembers,
    readOnlyMembers,
    readTerms,
    refuseInput,
    toAddress,
    toBoolean,
    toEntries,
    toList,
} from '../core/input';

/** The limits of a transaction of a version. */
export type TransactionLimits = Readonly<{
    /** Bytes on the wire, signatures included. */
    bytes: number;
    /** Accounts, those of lookup tables included: each is locked while the transaction runs. */
    accounts: number;
    /** Signatures. */
    signers: number;
    /** Instructions, those of the compute budget included. */
    instructions: number;
}>;

/** The measures of a transaction that {@link TransactionLimits} limits. */
export type TransactionMeasure = TransactionLimits;

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
     * Leaves out a table of which the transaction needs one account only: naming the table takes more bytes than the
     * account. Which tables are left, `getLookupTables` says.
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
    /** Another sizer that goes on from here; the tables are shared, so that many cost no more than one. */
    fork: () => TransactionSizer;
}>;

const SIGNATURE_BYTES = 64;
const ADDRESS_BYTES = 32;
const BLOCKHASH_BYTES = 32;
/** Numbers of signers, of readonly signers and of other readonly accounts. */
const HEADER_BYTES = 3;
const MIN_HEAP_BYTES = 32 * 1024;

/**
 * The limits of a transaction version.
 *
 * @example
 * ```ts
 * const { bytes } = getTransactionLimits(0); // 1,232
 * ```
 */
export function getTransactionLimits(version: TransactionVersion): TransactionLimits {
    const empty = createTransactionMessage({ version: toTransactionVersion('version', version) });
    // Kit enforces the other three when it compiles a message and has no names for them.
    return Object.freeze({
        accounts: 64,
        // Any fee payer will do: it only looks at the version.
        bytes: getTransactionMessageSizeLimit(setTransactionMessageFeePayer(SYSTEM_PROGRAM_ADDRESS, empty)),
        instructions: 64,
        signers: 12,
    });
}

/**
 * The first limit of its version that a transaction exceeds, if it does.
 *
 * @throws `INPUT_INVALID` for what is no measure.
 *
 * @example
 * ```ts
 * const measure = measureTransaction({ feePayer: merchant.address, instructions, version: 0 });
 * const excess = findExceededLimit(measure, getTransactionLimits(0));
 * if (excess) console.log(`${excess.limit}: ${excess.actual} of ${excess.max}`);
 * ```
 */
export function findExceededLimit(
    measure: TransactionMeasure,
    limits: TransactionLimits,
): Readonly<{ limit: keyof TransactionLimits; actual: number; max: number }> | undefined {
    const actual = toMeasure('measure', measure);
    const max = toMeasure('limits', limits);
    for (const limit of MEASURED) {
        if (actual[limit] > max[limit]) return Object.freeze({ actual: actual[limit], limit, max: max[limit] });
    }
    return undefined;
}

const MEASURED = ['bytes', 'accounts', 'signers', 'instructions'] as const;

function toMeasure(field: string, value: TransactionMeasure): TransactionMeasure {
    const measure = readMembers(field, value, MEASURED);
    for (const name of MEASURED) {
        // Infinity is no limit.
        if (typeof measure[name] !== 'number' || !(measure[name] >= 0)) {
            refuseInput(`${field}.${name}`, 'a number that is not negative', measure[name]);
        }
    }
    return measure;
}

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

/** Refuses what is no transaction version. */
export function toTransactionVersion(field: string, value: unknown): TransactionVersion {
    if (value !== 'legacy' && value !== 0 && value !== 1) {
        throw new PaymentChannelsError(TRANSACTION_VERSION_UNSUPPORTED, { field, value: describe(value) });
    }
    return value;
}

/** Everything that is known of an account of the transaction. */
type Entry = Readonly<{
    /** Signs, is invoked, or pays the fee: what no lookup table may hold. */
    isPinned: boolean;
    isSigner: boolean;
    isWritable: boolean;
    lookupTable: Address | undefined;
}>;

class SizerState {
    readonly #version: TransactionVersion;
    readonly #configBytes: number;
    readonly #omitsCostlyTables: boolean;
    readonly #feePayer: Address;
    #tableOf: ReadonlyMap<Address, Address>;
    #entries = new Map<Address, Entry>();
    /** Number of accounts taken from each table, by writability. */
    #lookups = new Map<Address, { readonly: number; writable: number }>();
    #staticCount = 0;
    #signerCount = 0;
    #instructionCount = 0;
    #instructionBytes = 0;

    constructor(
        feePayer: Address,
        version: TransactionVersion,
        lookupTables: AddressesByLookupTableAddress,
        configBytes: number,
        omitsCostlyTables: boolean,
    ) {
        this.#version = version;
        this.#configBytes = configBytes;
        this.#omitsCostlyTables = omitsCostlyTables;
        const tableOf = new Map<Address, Address>();
        for (const [table, addresses] of Object.entries(lookupTables)) {
            for (const address of addresses) if (!tableOf.has(address)) tableOf.set(address, table as Address);
        }
        this.#tableOf = tableOf;
        this.#feePayer = feePayer;
        this.#set(feePayer, { isPinned: true, isSigner: true, isWritable: true, lookupTable: undefined });
    }

    fork(): SizerState {
        const copy = new SizerState(this.#feePayer, this.#version, {}, this.#configBytes, this.#omitsCostlyTables);
        copy.#tableOf = this.#tableOf;
        copy.#entries = new Map(this.#entries);
        for (const [table, counts] of this.#lookups) copy.#lookups.set(table, { ...counts });
        copy.#staticCount = this.#staticCount;
        copy.#signerCount = this.#signerCount;
        copy.#instructionCount = this.#instructionCount;
        copy.#instructionBytes = this.#instructionBytes;
        return copy;
    }

    /** Appends instructions and returns what takes them away again, if nothing else was appended since. */
    append(instructions: readonly Instruction[]): () => void {
        const [instructionCount, instructionBytes] = [this.#instructionCount, this.#instructionBytes];
        const replaced: [Address, Entry | undefined][] = [];
        const merge = (address: Address, entry: Entry) => {
            const old = this.#entries.get(address);
            const merged = old === undefined ? entry : getMerged(old, entry);
            if (merged === old) return;
            replaced.push([address, old]);
            this.#set(address, merged);
        };
        const undo = () => {
            for (const [address, entry] of replaced.reverse()) this.#set(address, entry);
            this.#instructionCount = instructionCount;
            this.#instructionBytes = instructionBytes;
        };
        try {
            for (const { accounts = [], data, programAddress } of instructions) {
                assertIsText('programAddress', programAddress);
                merge(programAddress, { isPinned: true, isSigner: false, isWritable: false, lookupTable: undefined });
                for (const account of accounts) {
                    assertIsText('accounts', account.address);
                    merge(account.address, this.#getEntry(account));
                }
                this.#instructionCount++;
                this.#instructionBytes += getInstructionBytes(this.#version, accounts.length, data?.length ?? 0);
            }
        } catch (cause) {
            undo();
            if (isPaymentChannelsError(cause)) throw cause;
            return refuseInput('instructions', 'an array of instructions', instructions, 'INPUT_INVALID', { cause });
        }
        return undo;
    }

    getMeasure(): TransactionMeasure {
        let lookupBytes = 0;
        let lookupCount = 0;
        let tableCount = 0;
        let staticCount = this.#staticCount;
        for (const { readonly, writable } of this.#lookups.values()) {
            if (!this.#isUsed(readonly + writable)) {
                staticCount += readonly + writable;
                continue;
            }
            tableCount++;
            lookupCount += readonly + writable;
            lookupBytes += ADDRESS_BYTES + getCompactSize(writable) + writable + getCompactSize(readonly) + readonly;
        }
        return Object.freeze({
            accounts: staticCount + lookupCount,
            bytes:
                this.#getEnvelopeBytes(staticCount, tableCount) +
                lookupBytes +
                HEADER_BYTES +
                BLOCKHASH_BYTES +
                SIGNATURE_BYTES * this.#signerCount +
                ADDRESS_BYTES * staticCount +
                this.#instructionBytes,
            instructions: this.#instructionCount,
            signers: this.#signerCount,
        });
    }

    getLookupTables(): readonly Address[] {
        return [...this.#lookups].flatMap(([table, { readonly, writable }]) =>
            this.#isUsed(readonly + writable) ? [table] : [],
        );
    }

    /** Whether the transaction names a table that holds so many of its accounts. */
    #isUsed(count: number): boolean {
        // A table takes its address and two lengths, where an account that is not looked up takes an address.
        return count > (this.#omitsCostlyTables ? 1 : 0);
    }

    /** Bytes of the version and of the counts. */
    #getEnvelopeBytes(staticCount: number, tableCount: number): number {
        // Version byte, mask and values of the configuration, one byte for instructions and one for accounts.
        if (this.#version === 1) return 1 + 4 + this.#configBytes + 1 + 1;
        const lengths =
            getCompactSize(this.#signerCount) + getCompactSize(staticCount) + getCompactSize(this.#instructionCount);
        return this.#version === 0 ? 1 + lengths + getCompactSize(tableCount) : lengths;
    }

    #getEntry(account: AccountLookupMeta | AccountMeta): Entry {
        const isSigner = isSignerRole(account.role);
        // An instruction may have been compressed before it came here.
        const isLookup = this.#version === 0 && 'lookupTableAddress' in account;
        const tableOf = this.#tableOf;
        const lookupTable = isLookup
            ? account.lookupTableAddress
            : tableOf.size === 0
              ? undefined
              : tableOf.get(account.address);
        return { isPinned: isSigner, isSigner, isWritable: isWritableRole(account.role), lookupTable };
    }

    /** Puts an entry in the place of the one that is there, and keeps the counts. */
    #set(address: Address, entry: Entry | undefined): void {
        const old = this.#entries.get(address);
        if (old !== undefined) this.#count(old, -1);
        if (entry === undefined) this.#entries.delete(address);
        else {
            this.#entries.set(address, entry);
            this.#count(entry, 1);
        }
    }

    #count({ isPinned, isSigner, isWritable, lookupTable }: Entry, by: 1 | -1): void {
        if (isSigner) this.#signerCount += by;
        if (isPinned || lookupTable === undefined) {
            this.#staticCount += by;
            return;
        }
        const lookups = this.#lookups.get(lookupTable) ?? { readonly: 0, writable: 0 };
        lookups[isWritable ? 'writable' : 'readonly'] += by;
        this.#lookups.set(lookupTable, lookups);
    }
}

/** Two mentions of one account as one; the same object as before when the second adds nothing. */
function getMerged(old: Entry, { isPinned, isSigner, isWritable, lookupTable }: Entry): Entry {
    const merged: Entry = {
        isPinned: old.isPinned || isPinned,
        isSigner: old.isSigner || isSigner,
        isWritable: old.isWritable || isWritable,
        lookupTable: getPreferredTable(old.lookupTable, lookupTable),
    };
    return merged.isPinned === old.isPinned &&
        merged.isSigner === old.isSigner &&
        merged.isWritable === old.isWritable &&
        merged.lookupTable === old.lookupTable
        ? old
        : merged;
}

function assertIsText(name: string, value: unknown): void {
    if (typeof value !== 'string') refuseInput(`instructions[].${name}`, 'an address', value);
}

/** Of two tables that hold an account, kit takes the one that sorts first. */
function getPreferredTable(a: Address | undefined, b: Address | undefined): Address | undefined {
    if (a === undefined || b === undefined || a === b) return a ?? b;
    return getAddressComparator()(b, a) < 0 ? b : a;
}

function getInstructionBytes(version: TransactionVersion, accountCount: number, dataLength: number): number {
    // Index of the program, then either compact lengths, or one byte and two.
    const lengths = version === 1 ? 1 + 2 : getCompactSize(accountCount) + getCompactSize(dataLength);
    return 1 + lengths + accountCount + dataLength;
}

/** Bytes of a length in the compact form of legacy and version 0 messages: seven bits of it in each. */
function getCompactSize(length: number): number {
    return length < 2 ** 7 ? 1 : length < 2 ** 14 ? 2 : 3;
}

/** The instructions by which a legacy or version 0 transaction asks, as kit writes them; the values are any. */
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
