import {
    isMessageSigner,
    isTransactionSigner,
    type Address,
    type MessageSigner,
    type ReadonlyUint8Array,
    type TransactionSigner,
} from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { encodeAddress } from './address-bytes';
import { PaymentChannelsError } from './errors';

// What every builder does with its input before any byte is built. Each of these throws a typed error that names the
// field; types alone don't do it, since callers use JavaScript, `as` and values that came over a wire.

export const U16_MAX = 0xffffn;
export const U32_MAX = 0xffff_ffffn;
export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const I64_MIN = -0x8000_0000_0000_0000n;
export const I64_MAX = 0x7fff_ffff_ffff_ffffn;

/** The address of the Token-2022 program. */
export const TOKEN_2022_PROGRAM_ADDRESS =
    'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as Address<'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb'>;

/** An integer without loss: a bigint, or a number that is a safe integer. */
export function toInteger(field: string, value: unknown, min: bigint, max: bigint): bigint {
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
        throw new PaymentChannelsError('INTEGER_NOT_EXACT', { field, value: describe(value) });
    }
    const integer = BigInt(value as bigint | number);
    if (integer < min || integer > max) {
        throw new PaymentChannelsError('INTEGER_OUT_OF_RANGE', { field, max, min, value: integer });
    }
    return integer;
}

export function toU64(field: string, value: unknown, min = 0n): bigint {
    return toInteger(field, value, min, U64_MAX);
}

export function toU32(field: string, value: unknown, min = 0n): number {
    return Number(toInteger(field, value, min, U32_MAX));
}

export function toI64(field: string, value: unknown): bigint {
    return toInteger(field, value, I64_MIN, I64_MAX);
}

/** What a caller passes as an object has to be one: reading a field of anything else would be a `TypeError`. */
export function assertIsInput(field: string, value: unknown): asserts value is object {
    if (typeof value !== 'object' || value === null) {
        throw new PaymentChannelsError('INPUT_INVALID', { field, value: describe(value) });
    }
}

export function toAddress(field: string, value: unknown): Address {
    toAddressBytes(field, value);
    return value as Address;
}

/** The 32 bytes of an address. */
export function toAddressBytes(field: string, value: unknown): Uint8Array {
    const bytes = typeof value === 'string' ? encodeAddress(value) : undefined;
    if (bytes === undefined) throw new PaymentChannelsError('ADDRESS_INVALID', { field, value: describe(value) });
    return bytes;
}

export function toSigner(field: string, value: unknown): TransactionSigner {
    if (!hasAddress(value) || !isTransactionSigner(value)) throw new PaymentChannelsError('SIGNER_INVALID', { field });
    toAddress(`${field}.address`, value.address);
    return value;
}

export function toMessageSigner(field: string, value: unknown): MessageSigner {
    if (!hasAddress(value) || !isMessageSigner(value)) throw new PaymentChannelsError('SIGNER_INVALID', { field });
    toAddress(`${field}.address`, value.address);
    return value;
}

/** Anything with an address as text: the guards of kit for signers throw for less. */
function hasAddress(value: unknown): value is { address: Address } {
    return typeof value === 'object' && value !== null && 'address' in value && typeof value.address === 'string';
}

/** The token program of a mint: one of the two that the program knows (spec section 6.2), SPL Token by default. */
export function toTokenProgram(field: string, value: unknown): Address {
    const tokenProgram = value === undefined ? TOKEN_PROGRAM_ADDRESS : toAddress(field, value);
    if (tokenProgram !== TOKEN_PROGRAM_ADDRESS && tokenProgram !== TOKEN_2022_PROGRAM_ADDRESS) {
        throw new PaymentChannelsError('TOKEN_PROGRAM_UNSUPPORTED', { field, tokenProgram });
    }
    return tokenProgram;
}

export function toBytes(field: string, value: unknown, expectedLength: number): ReadonlyUint8Array {
    const actualLength = value instanceof Uint8Array ? value.length : -1;
    if (actualLength !== expectedLength) {
        throw new PaymentChannelsError('BYTES_LENGTH_INVALID', { actualLength, expectedLength, field });
    }
    return value as Uint8Array;
}

/** A value for an error message, whatever it is. */
export function describe(value: unknown): string {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'string') return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
    if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null) {
        return String(value);
    }
    return typeof value;
}
