import {
    getConstantEncoder,
    getStructEncoder,
    getU32Encoder,
    getU64Encoder,
    getU8Encoder,
    type Address,
    type FixedSizeEncoder,
} from '@solana/kit';

// The address-lookup-table program, which is not ours: what of its interface a batch needs. Its published client is for
// an older kit, and beside kit 8 nobody can install it.

/** The address of the program that keeps address lookup tables. */
export const ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS =
    'AddressLookupTab1e1111111111111111111111111' as Address<'AddressLookupTab1e1111111111111111111111111'>;

/** Addresses that a table holds at most: an index into it is a byte. */
export const MAX_LOOKUP_TABLE_ADDRESSES = 256;

/**
 * Slots after which a table that was deactivated can be closed, at the earliest: until then the slot hashes, of the 512
 * blocks before, still tell of the slot. Slots without a block make it take longer.
 */
export const LOOKUP_TABLE_COOLDOWN_SLOTS = 513n;

/** Addresses that the program reads from one instruction at most: it takes no more than 1,232 bytes of data. */
export const MAX_EXTENSION_ADDRESSES = 38;

const INSTRUCTION = { close: 4, create: 0, deactivate: 3, extend: 2 } as const;

const withKind = (kind: keyof typeof INSTRUCTION) => getConstantEncoder(getU32Encoder().encode(INSTRUCTION[kind]));

export const getCreateDataEncoder = () =>
    getStructEncoder([
        ['kind', withKind('create') as FixedSizeEncoder<void>],
        ['recentSlot', getU64Encoder()],
        ['bump', getU8Encoder()],
    ]);

/** The bytes before the appended addresses. */
export const getExtendHeadEncoder = () =>
    getStructEncoder([
        ['kind', withKind('extend') as FixedSizeEncoder<void>],
        ['count', getU64Encoder()],
    ]);

export const getDeactivateDataEncoder = () => withKind('deactivate');

export const getCloseDataEncoder = () => withKind('close');
