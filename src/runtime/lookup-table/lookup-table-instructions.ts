import {
    AccountRole,
    type AccountMeta,
    type AccountSignerMeta,
    type Address,
    type Instruction,
    type ProgramDerivedAddress,
    type ReadonlyUint8Array,
    type TransactionSigner,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';

import { findProgramDerivedAddress } from '../derive/program-derived-address';
import { encodeSeeds } from '../seeds';
import {
    assertIsInput,
    getListLength,
    readMembers,
    refuseInput,
    toAddress,
    toAddressBytes,
    toList,
    toU64,
} from '../../core/input';
import { toParty, type Party } from '../party';
import {
    ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS,
    getCloseDataEncoder,
    getCreateDataEncoder,
    getDeactivateDataEncoder,
    getExtendHeadEncoder,
    MAX_EXTENSION_ADDRESSES,
} from './lookup-table-program';

const ADDRESS_BYTES = 32;
const LOOKUP_TABLE_SEEDS = [
    { kind: 'address', name: 'authority' },
    { kind: 'u64', name: 'recentSlot' },
] as const;

/** The seeds of a lookup table's address. */
export type LookupTableSeedsInput = Readonly<{
    /** Who may extend, deactivate and close the table. */
    authority: Address;
    /** A slot that had a block, one of the last 512 when the table is created (u64). */
    recentSlot: bigint | number;
}>;

/**
 * Derives the address of a lookup table and its bump synchronously.
 *
 * @throws `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
 *
 * @example
 * ```ts
 * const [lookupTable] = findLookupTablePdaSync({ authority: merchant.address, recentSlot: slot });
 * ```
 */
export function findLookupTablePdaSync(seeds: LookupTableSeedsInput): ProgramDerivedAddress {
    assertIsInput('seeds', seeds);
    const given = readMembers('input', seeds, ['authority', 'recentSlot']);
    const values = {
        authority: toAddressBytes('authority', given.authority),
        recentSlot: toU64('recentSlot', given.recentSlot),
    };
    const program = toAddressBytes('programAddress', ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS);
    return findProgramDerivedAddress(encodeSeeds(LOOKUP_TABLE_SEEDS, values), program);
}

/** Input of {@link getCreateLookupTableInstruction}. */
export type CreateLookupTableInput = Readonly<{
    /** Who may extend, deactivate and close the table; does not sign here. */
    authority: Address | TransactionSigner;
    /** Pays the rent: its signer, or its address where it signs elsewhere. */
    payer: Address | TransactionSigner;
    /** A slot that had a block, one of the last 512 when the transaction lands (u64). */
    recentSlot: bigint | number;
}>;

/**
 * Creates an empty lookup table at the address that follows from its authority and a recent slot. Where the table is
 * there already, nothing happens.
 *
 * @throws `ADDRESS_INVALID`, `SIGNER_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
 *
 * @example
 * ```ts
 * const create = getCreateLookupTableInstruction({ authority: merchant, payer: merchant, recentSlot: slot });
 * ```
 */
export function getCreateLookupTableInstruction(input: CreateLookupTableInput): Instruction {
    const given = readMembers('input', input, ['authority', 'payer', 'recentSlot']);
    const authority = toParty('authority', given.authority).address;
    const payer = toParty('payer', given.payer);
    const recentSlot = toU64('recentSlot', given.recentSlot);
    const [table, bump] = findLookupTablePdaSync({ authority, recentSlot });
    return toInstruction(getCreateDataEncoder().encode({ bump, kind: undefined, recentSlot }), [
        { address: table, role: AccountRole.WRITABLE },
        { address: authority, role: AccountRole.READONLY },
        toSignerMeta(payer, AccountRole.WRITABLE_SIGNER),
        { address: SYSTEM_PROGRAM_ADDRESS, role: AccountRole.READONLY },
    ]);
}

/** Input of {@link getExtendLookupTableInstruction}. */
export type ExtendLookupTableInput = Readonly<{
    lookupTable: Address;
    authority: Address | TransactionSigner;
    /** Pays the rent that the table needs more. */
    payer: Address | TransactionSigner;
    /** Between 1 and 38, which is what the program reads; a legacy or version 0 transaction holds fewer. */
    addresses: readonly Address[];
}>;

/**
 * Appends addresses to a lookup table. They can be used from the slot after the one in which this lands.
 *
 * @throws `ADDRESS_INVALID` or `SIGNER_INVALID`, by field; `BATCH_INVALID` for no address or more than 38.
 *
 * @example
 * ```ts
 * const extend = getExtendLookupTableInstruction({ addresses, authority: merchant, lookupTable, payer: merchant });
 * ```
 */
export function getExtendLookupTableInstruction(input: ExtendLookupTableInput): Instruction {
    const given = readMembers('input', input, ['addresses', 'authority', 'lookupTable', 'payer']);
    const { addresses: addressesInput } = given;
    const count = getListLength(addressesInput) ?? 0;
    const expected = `an array of 1 to ${MAX_EXTENSION_ADDRESSES} addresses`;
    if (count === 0 || count > MAX_EXTENSION_ADDRESSES) {
        return refuseInput('addresses', expected, addressesInput, 'BATCH_INVALID');
    }
    const head = getExtendHeadEncoder();
    const data = new Uint8Array(head.fixedSize + ADDRESS_BYTES * count);
    head.write({ count, kind: undefined }, data, 0);
    toList('addresses', addressesInput, expected, (address, path, index) =>
        data.set(toAddressBytes(path, address), head.fixedSize + ADDRESS_BYTES * index),
    );
    return toInstruction(data, [
        { address: toAddress('lookupTable', given.lookupTable), role: AccountRole.WRITABLE },
        toSignerMeta(toParty('authority', given.authority), AccountRole.READONLY_SIGNER),
        toSignerMeta(toParty('payer', given.payer), AccountRole.WRITABLE_SIGNER),
        { address: SYSTEM_PROGRAM_ADDRESS, role: AccountRole.READONLY },
    ]);
}

/** Input of {@link getDeactivateLookupTableInstruction}. */
export type DeactivateLookupTableInput = Readonly<{ lookupTable: Address; authority: Address | TransactionSigner }>;

/**
 * Deactivates a lookup table: transactions may use it for some minutes more, and it can be closed after 513 slots.
 *
 * @throws `ADDRESS_INVALID` or `SIGNER_INVALID`, by field.
 *
 * @example
 * ```ts
 * const deactivate = getDeactivateLookupTableInstruction({ authority: merchant, lookupTable });
 * ```
 */
export function getDeactivateLookupTableInstruction(input: DeactivateLookupTableInput): Instruction {
    const given = readMembers('input', input, ['authority', 'lookupTable']);
    return toInstruction(getDeactivateDataEncoder().encode(), [
        { address: toAddress('lookupTable', given.lookupTable), role: AccountRole.WRITABLE },
        toSignerMeta(toParty('authority', given.authority), AccountRole.READONLY_SIGNER),
    ]);
}

/** Input of {@link getCloseLookupTableInstruction}. */
export type CloseLookupTableInput = DeactivateLookupTableInput &
    Readonly<{
        /** Gets the rent back. */
        recipient: Address;
    }>;

/**
 * Closes a lookup table that was deactivated at least 513 slots ago, and gives its rent to the recipient.
 *
 * @throws `ADDRESS_INVALID` or `SIGNER_INVALID`, by field.
 *
 * @example
 * ```ts
 * const close = getCloseLookupTableInstruction({ authority: merchant, lookupTable, recipient: merchant.address });
 * ```
 */
export function getCloseLookupTableInstruction(input: CloseLookupTableInput): Instruction {
    const given = readMembers('input', input, ['authority', 'lookupTable', 'recipient']);
    return toInstruction(getCloseDataEncoder().encode(), [
        { address: toAddress('lookupTable', given.lookupTable), role: AccountRole.WRITABLE },
        toSignerMeta(toParty('authority', given.authority), AccountRole.READONLY_SIGNER),
        { address: toAddress('recipient', given.recipient), role: AccountRole.WRITABLE },
    ]);
}

function toInstruction(data: ReadonlyUint8Array, accounts: readonly (AccountMeta | AccountSignerMeta)[]): Instruction {
    return Object.freeze({
        accounts: Object.freeze(accounts.map(account => Object.freeze(account))),
        data,
        programAddress: ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS,
    });
}

function toSignerMeta(
    { address, signer }: Party,
    role: AccountRole.READONLY_SIGNER | AccountRole.WRITABLE_SIGNER,
): AccountMeta | AccountSignerMeta {
    return signer === undefined ? { address, role } : { address, role, signer };
}
