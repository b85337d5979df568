import {
    fixDecoderSize,
    getAddressDecoder,
    getArrayDecoder,
    getStructDecoder,
    getU16Decoder,
    getU32Decoder,
    getU64Decoder,
    getU8Decoder,
    type Address,
    type MaybeEncodedAccount,
    type ReadonlyUint8Array,
} from '@solana/kit';

import { toResult } from '../../core/json-form';
import { LOOKUP_TABLE_INVALID } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { assertIsMaybeAccount } from '../maybe-account';
import {
    getListLength,
    readMembers,
    readTerms,
    refuseInput,
    toAddress,
    toInteger,
    toList,
    toU64,
    U64_MAX,
} from '../../core/input';
import {
    ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS,
    LOOKUP_TABLE_COOLDOWN_SLOTS,
    MAX_LOOKUP_TABLE_ADDRESSES,
} from './lookup-table-program';

/** A lookup table as it stands on chain. */
export type LookupTable = Readonly<{
    address: Address;
    /** Its addresses, in the order of their indexes. */
    addresses: readonly Address[];
    /** Who may extend, deactivate and close it; `undefined` for a table that was frozen. */
    authority: Address | undefined;
    /** Slot in which it was deactivated; `undefined` while it is active. */
    deactivationSlot: bigint | undefined;
    /** Slot in which it was extended last; 0 if it never was. */
    lastExtendedSlot: bigint;
    /** Number of addresses it held before that slot. */
    lastExtendedStartIndex: number;
}>;

/** The uses of a lookup table. */
export type LookupTableStatus =
    | Readonly<{
          kind: 'active';
          /** The slot from which every address in it can be used. */
          usableFromSlot: bigint;
      }>
    | Readonly<{
          kind: 'deactivated';
          /** The slot from which it can be closed, if every slot until then has a block; otherwise it is a later one. */
          closableFromSlot: bigint;
      }>;

const TABLE_KIND = 1;
const ADDRESS_BYTES = 32;

const getMetaDecoder = () =>
    getStructDecoder([
        ['kind', getU32Decoder()],
        ['deactivationSlot', getU64Decoder()],
        ['lastExtendedSlot', getU64Decoder()],
        ['lastExtendedStartIndex', getU8Decoder()],
        ['hasAuthority', getU8Decoder()],
        ['authority', getAddressDecoder()],
        ['padding', getU16Decoder()],
    ]);

/** Bytes of a lookup table that holds so many addresses. */
export function getLookupTableSize(addressCount: number): number {
    return getMetaDecoder().fixedSize + ADDRESS_BYTES * addressCount;
}

/**
 * Reads the account of a lookup table: nothing that the program would not have written is taken for one.
 *
 * @throws `LOOKUP_TABLE_INVALID` with the reason.
 *
 * @example
 * ```ts
 * const { addresses, authority } = decodeLookupTable(await fetchEncodedAccount(rpc, lookupTable));
 * ```
 */
export function decodeLookupTable(account: MaybeEncodedAccount): LookupTable {
    assertIsMaybeAccount('account', account);
    const { address: addressInput } = readMembers('account', account, ['address']);
    const address = toAddress('account.address', addressInput);
    const refuse = (reason: string): never => {
        throw new PaymentChannelsError(LOOKUP_TABLE_INVALID, { address, reason });
    };
    if (!account.exists) return refuse('there is no account');
    const { data, programAddress: owner } = readMembers('account', account, ['data', 'programAddress']);
    const programAddress = toAddress('account.programAddress', owner);
    if (programAddress !== ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS) return refuse(`it is owned by ${programAddress}`);
    const count = (data.length - getLookupTableSize(0)) / ADDRESS_BYTES;
    if (count < 0 || !Number.isInteger(count) || count > MAX_LOOKUP_TABLE_ADDRESSES) {
        return refuse(`it has ${data.length} bytes`);
    }
    const meta = getMetaDecoder().decode(data);
    if (meta.kind !== TABLE_KIND) return refuse(`its kind is ${meta.kind}`);
    if (meta.hasAuthority > 1) return refuse(`its authority is marked with ${meta.hasAuthority}`);
    if (meta.lastExtendedStartIndex > count) {
        return refuse(
            `it holds ${count} addresses, ${meta.lastExtendedStartIndex} of them from before its last extension`,
        );
    }
    return toResult({
        address,
        addresses: Object.freeze(decodeAddresses(data, count)),
        authority: meta.hasAuthority === 1 ? meta.authority : undefined,
        deactivationSlot: meta.deactivationSlot === U64_MAX ? undefined : meta.deactivationSlot,
        lastExtendedSlot: meta.lastExtendedSlot,
        lastExtendedStartIndex: meta.lastExtendedStartIndex,
    });
}

/**
 * Says whether a table can be used or closed, and from which slot on.
 *
 * @example
 * ```ts
 * const table = decodeLookupTable(await fetchEncodedAccount(rpc, lookupTable));
 * console.log(getLookupTableStatus(table));
 * ```
 */
export function getLookupTableStatus(lookupTable: LookupTable): LookupTableStatus {
    const { deactivationSlot, lastExtendedSlot } = toTable(lookupTable);
    return deactivationSlot === undefined
        ? toResult({ kind: 'active', usableFromSlot: lastExtendedSlot + 1n })
        : toResult({ closableFromSlot: deactivationSlot + LOOKUP_TABLE_COOLDOWN_SLOTS, kind: 'deactivated' });
}

/**
 * The addresses of a table that a transaction can use in a slot: all of an active table, but for those that were
 * appended in that slot or later; none of a table that was deactivated, although for some minutes it still works.
 *
 * @throws By field: `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`, `ADDRESS_INVALID`, `INPUT_INVALID`, `BATCH_INVALID`.
 *
 * @example
 * ```ts
 * const table = decodeLookupTable(await fetchEncodedAccount(rpc, lookupTable));
 * const lookupTables = { [lookupTable]: [...getUsableAddresses(table, slot)] };
 * ```
 */
export function getUsableAddresses(lookupTable: LookupTable, slot: bigint | number): readonly Address[] {
    const { addresses, deactivationSlot, lastExtendedSlot, lastExtendedStartIndex } = toTable(lookupTable);
    const at = toU64('slot', slot);
    if (deactivationSlot !== undefined) return [];
    return at > lastExtendedSlot ? addresses : addresses.slice(0, lastExtendedStartIndex);
}

const TABLE_NAMES = [
    'address',
    'addresses',
    'authority',
    'deactivationSlot',
    'lastExtendedSlot',
    'lastExtendedStartIndex',
] as const;

/** A lookup table as {@link decodeLookupTable} returns it, from a caller who may have put it together. */
export function toTable(value: unknown, field = 'table'): LookupTable {
    const table = readTerms(field, value as LookupTable, TABLE_NAMES, ['authority', 'deactivationSlot']);
    const { authority, deactivationSlot } = table;
    const expected = `an array of at most ${MAX_LOOKUP_TABLE_ADDRESSES} addresses`;
    if ((getListLength(table.addresses) ?? 0) > MAX_LOOKUP_TABLE_ADDRESSES) {
        refuseInput(`${field}.addresses`, expected, table.addresses, 'BATCH_INVALID');
    }
    const toOne = (address: unknown, path: string) => toAddress(path, address);
    const addresses = toList(`${field}.addresses`, table.addresses, expected, toOne, 'BATCH_INVALID');
    return {
        address: toAddress(`${field}.address`, table.address),
        addresses: Object.freeze(addresses),
        authority: authority === undefined ? undefined : toAddress(`${field}.authority`, authority),
        deactivationSlot:
            deactivationSlot === undefined ? undefined : toU64(`${field}.deactivationSlot`, deactivationSlot),
        lastExtendedSlot: toU64(`${field}.lastExtendedSlot`, table.lastExtendedSlot),
        lastExtendedStartIndex: Number(
            toInteger(`${field}.lastExtendedStartIndex`, table.lastExtendedStartIndex, 0n, BigInt(addresses.length)),
        ),
    };
}

function decodeAddresses(data: ReadonlyUint8Array, count: number): Address[] {
    const size = getLookupTableSize(count) - getLookupTableSize(0);
    const decoder = fixDecoderSize(getArrayDecoder(getAddressDecoder(), { size: 'remainder' }), size);
    return count === 0 ? [] : decoder.decode(data, getLookupTableSize(0));
}
