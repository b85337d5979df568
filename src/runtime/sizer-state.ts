import {
    type AccountLookupMeta,
    type AccountMeta,
    type Address,
    type AddressesByLookupTableAddress,
    getAddressComparator,
    type Instruction,
    isSignerRole,
    isWritableRole,
    type TransactionVersion,
} from '@solana/kit';

import { isPaymentChannelsError } from '../core/errors';
import { refuseInput } from '../core/input';
import type { TransactionMeasure } from './transaction-limits';

const SIGNATURE_BYTES = 64;
const ADDRESS_BYTES = 32;
const BLOCKHASH_BYTES = 32;
/** Numbers of signers, of readonly signers and of other readonly accounts. */
const HEADER_BYTES = 3;

/** Everything that is known of an account of the transaction. */
type Entry = Readonly<{
    /** Signs, is invoked, or pays the fee: what no lookup table may hold. */
    isPinned: boolean;
    isSigner: boolean;
    isWritable: boolean;
    lookupTable: Address | undefined;
}>;

export class SizerState {
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
