import {
    bytesEqual,
    getCompiledTransactionMessageDecoder,
    getCompiledTransactionMessageEncoder,
    TRANSACTION_CONFIG_COMPUTE_UNIT_LIMIT_BIT_MASK,
    TRANSACTION_CONFIG_HEAP_SIZE_BIT_MASK,
    TRANSACTION_CONFIG_LOADED_ACCOUNTS_DATA_SIZE_LIMIT_BIT_MASK,
    TRANSACTION_CONFIG_PRIORITY_FEE_LAMPORTS_BIT_MASK,
    transactionConfigMaskHasComputeUnitLimit,
    transactionConfigMaskHasHeapSize,
    transactionConfigMaskHasLoadedAccountsDataSizeLimit,
    transactionConfigMaskHasPriorityFee,
    type Address,
    type CompiledTransactionMessage,
    type CompiledTransactionMessageWithLifetime,
    type ReadonlyUint8Array,
    type TransactionVersion,
} from '@solana/kit';

import { TRANSACTION_MALFORMED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';

// A compiled message of any version in one form. What a validator would not even look at (indexes that point nowhere,
// a header that counts more accounts than there are) is refused here, so that whatever reads the form can rely on it.

/** Where an account of a message comes from: its own list, or a place in a lookup table. */
export type MessageAccount = Readonly<{ isSigner: boolean; isWritable: boolean }> &
    (
        | Readonly<{ source: 'static'; address: Address }>
        | Readonly<{ source: 'lookup'; lookupTable: Address; lookupIndex: number }>
    );

/** An instruction of a message; every index is one of its accounts. */
export type MessageInstruction = Readonly<{
    programIndex: number;
    programAddress: Address;
    accountIndexes: readonly number[];
    data: ReadonlyUint8Array;
}>;

/** Settings in the header of a version 1 message; other versions have instructions for them. */
export type MessageConfig = Readonly<{
    priorityFeeLamports?: bigint;
    computeUnitLimit?: number;
    loadedAccountsDataSizeLimit?: number;
    heapSize?: number;
}>;

/** A compiled message of any version. */
export type MessageView = Readonly<{
    version: TransactionVersion;
    /** Own accounts, then those of lookup tables: writable ones, then readonly ones. The first one pays the fee. */
    accounts: readonly MessageAccount[];
    /** The accounts that have to sign: the first ones of the message. */
    signers: readonly Address[];
    instructions: readonly MessageInstruction[];
    /** A recent blockhash, or the value of a durable nonce. */
    lifetimeToken: string;
    config: MessageConfig;
}>;

type Compiled = CompiledTransactionMessage & CompiledTransactionMessageWithLifetime;

// Limits of the runtime: accounts of any message, and what a version 1 message is bound to besides.
const MAX_ACCOUNTS = 256;
const MAX_INSTRUCTIONS = 64;
const MAX_ACCOUNTS_VERSION_1 = 64;
const MAX_SIGNERS_VERSION_1 = 12;
const KNOWN_CONFIG_MASK = /* @__PURE__ */ (() =>
    TRANSACTION_CONFIG_PRIORITY_FEE_LAMPORTS_BIT_MASK |
    TRANSACTION_CONFIG_COMPUTE_UNIT_LIMIT_BIT_MASK |
    TRANSACTION_CONFIG_LOADED_ACCOUNTS_DATA_SIZE_LIMIT_BIT_MASK |
    TRANSACTION_CONFIG_HEAP_SIZE_BIT_MASK)();

/**
 * Decodes a compiled message of version legacy, 0 or 1.
 *
 * @throws `TRANSACTION_MALFORMED` for bytes that are not the one encoding of a message that a validator could run.
 */
export function decodeMessage(bytes: ReadonlyUint8Array): MessageView {
    const compiled = tryDecode(bytes);
    if (!compiled) return refuse('message', 'it is not a message of version legacy, 0 or 1');
    // Lengths in more bytes than they need, and bytes after the end.
    if (!isEncodingOf(bytes, compiled)) return refuse('message', 'it is not encoded in the one canonical way');

    assertHeaderIsSound(compiled);
    const accounts = getAccounts(compiled);
    const maxAccounts = compiled.version === 1 ? MAX_ACCOUNTS_VERSION_1 : MAX_ACCOUNTS;
    if (accounts.length > maxAccounts) refuse('message.accounts', `there are ${accounts.length}, not ${maxAccounts}`);
    const instructions = getInstructions(compiled);
    if (instructions.length > MAX_INSTRUCTIONS) {
        refuse('message.instructions', `there are ${instructions.length}, not ${MAX_INSTRUCTIONS}`);
    }
    return Object.freeze({
        accounts,
        config: getConfig(compiled),
        instructions: instructions.map((instruction, index) => {
            const { accountIndexes, programIndex } = instruction;
            const path = `message.instructions[${index}]`;
            // The account that pays the fee is no program, and programs don't come from lookup tables.
            if (programIndex === 0 || programIndex >= compiled.staticAccounts.length) {
                refuse(`${path}.programIndex`, `${programIndex} is not an account that can be a program`);
            }
            const stray = accountIndexes.findIndex(account => account >= accounts.length);
            if (stray >= 0) {
                refuse(`${path}.accounts[${stray}]`, `${accountIndexes[stray]} is not an account of the message`);
            }
            return Object.freeze({ ...instruction, programAddress: compiled.staticAccounts[programIndex]! });
        }),
        lifetimeToken: compiled.lifetimeToken,
        signers: compiled.staticAccounts.slice(0, compiled.header.numSignerAccounts),
        version: compiled.version,
    });
}

function refuse(field: string, reason: string): never {
    throw new PaymentChannelsError(TRANSACTION_MALFORMED, { field, reason });
}

function tryDecode(bytes: ReadonlyUint8Array): Compiled | undefined {
    try {
        return getCompiledTransactionMessageDecoder().decode(bytes) as Compiled;
    } catch {
        return undefined;
    }
}

function isEncodingOf(bytes: ReadonlyUint8Array, compiled: Compiled): boolean {
    try {
        return bytesEqual(
            new Uint8Array(getCompiledTransactionMessageEncoder().encode(compiled)),
            new Uint8Array(bytes),
        );
    } catch {
        return false;
    }
}

function assertHeaderIsSound(compiled: Compiled): void {
    const { numReadonlyNonSignerAccounts, numReadonlySignerAccounts, numSignerAccounts } = compiled.header;
    const path = 'message.header';
    if (numReadonlySignerAccounts >= numSignerAccounts) {
        refuse(path, 'it leaves no writable signer to pay the fee');
    }
    if (numSignerAccounts + numReadonlyNonSignerAccounts > compiled.staticAccounts.length) {
        refuse(path, 'it counts more accounts than the message has');
    }
    if (compiled.version !== 1) return;
    if (numSignerAccounts > MAX_SIGNERS_VERSION_1) {
        refuse(path, `${numSignerAccounts} accounts have to sign, more than ${MAX_SIGNERS_VERSION_1}`);
    }
    if ((compiled.configMask & ~KNOWN_CONFIG_MASK) !== 0) refuse('message.configMask', 'it has bits that nobody knows');
}

function getAccounts(compiled: Compiled): readonly MessageAccount[] {
    const { header, staticAccounts } = compiled;
    const writableSigners = header.numSignerAccounts - header.numReadonlySignerAccounts;
    const firstReadonly = staticAccounts.length - header.numReadonlyNonSignerAccounts;
    const own = staticAccounts.map((address, index): MessageAccount => {
        const isSigner = index < header.numSignerAccounts;
        const isWritable = isSigner ? index < writableSigners : index < firstReadonly;
        return Object.freeze({ address, isSigner, isWritable, source: 'static' });
    });
    const lookups = (compiled.version === 0 ? compiled.addressTableLookups : undefined) ?? [];
    const load = (key: 'readonlyIndexes' | 'writableIndexes') =>
        lookups.flatMap(lookup =>
            lookup[key].map((lookupIndex): MessageAccount =>
                Object.freeze({
                    isSigner: false,
                    isWritable: key === 'writableIndexes',
                    lookupIndex,
                    lookupTable: lookup.lookupTableAddress,
                    source: 'lookup',
                }),
            ),
        );
    const empty = lookups.findIndex(lookup => lookup.readonlyIndexes.length + lookup.writableIndexes.length === 0);
    if (empty >= 0) refuse(`message.addressTableLookups[${empty}]`, 'it looks nothing up');
    return Object.freeze([...own, ...load('writableIndexes'), ...load('readonlyIndexes')]);
}

function getInstructions(compiled: Compiled): Omit<MessageInstruction, 'programAddress'>[] {
    if (compiled.version === 1) {
        return compiled.instructionHeaders.map((header, index) => ({
            accountIndexes: compiled.instructionPayloads[index]!.instructionAccountIndices,
            data: compiled.instructionPayloads[index]!.instructionData,
            programIndex: header.programAccountIndex,
        }));
    }
    return compiled.instructions.map(({ accountIndices = [], data = new Uint8Array(), programAddressIndex }) => ({
        accountIndexes: accountIndices,
        data,
        programIndex: programAddressIndex,
    }));
}

function getConfig(compiled: Compiled): MessageConfig {
    if (compiled.version !== 1) return Object.freeze({});
    const { configMask: mask } = compiled;
    const values = compiled.configValues.map(({ value }) => value);
    // The values stand in the order of the bits.
    return Object.freeze({
        ...(transactionConfigMaskHasPriorityFee(mask) && { priorityFeeLamports: BigInt(values.shift()!) }),
        ...(transactionConfigMaskHasComputeUnitLimit(mask) && { computeUnitLimit: Number(values.shift()) }),
        ...(transactionConfigMaskHasLoadedAccountsDataSizeLimit(mask) && {
            loadedAccountsDataSizeLimit: Number(values.shift()),
        }),
        ...(transactionConfigMaskHasHeapSize(mask) && { heapSize: Number(values.shift()) }),
    });
}
