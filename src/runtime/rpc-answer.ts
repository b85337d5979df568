import {
    getBase58Decoder,
    getBase58Encoder,
    getBase64Decoder,
    getBase64Encoder,
    isAddress,
    type Address,
    type ReadonlyUint8Array,
} from '@solana/kit';

import { RPC_RESPONSE_INVALID } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { describe, getListLength, I64_MAX, U64_MAX } from '../core/input';

// Readers of RPC answers: each takes a value of any kind and the name of its place in the answer, and throws
// `RPC_RESPONSE_INVALID` with that name. Kit types an answer but does not validate it.

/** No node is so many slots ahead of another one that is asked beside it: a slot that is says nothing. */
export const MAX_LEAD_SLOTS = 512n;

/** An object of an answer, its fields still unknown. */
export type RpcRecord = Readonly<Record<string, unknown>>;

export function refuseRpcAnswer(field: string, value: unknown, cause?: unknown): never {
    throw new PaymentChannelsError(RPC_RESPONSE_INVALID, { field, value: describe(value) }, { cause });
}

export function isRpcRecord(value: unknown): value is RpcRecord {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readAnswer<T>(field: string, value: unknown, read: () => T | undefined): T {
    let answer: T | undefined;
    try {
        answer = read();
    } catch (cause) {
        return refuseRpcAnswer(field, value, cause);
    }
    return answer ?? refuseRpcAnswer(field, value);
}

export function toRpcRecord(field: string, value: unknown): RpcRecord {
    // A copy: a transport may hand out anything, and whatever it is, it is read here, once.
    return readAnswer(field, value, () => (isRpcRecord(value) ? { ...value } : undefined));
}

export function toRpcList(field: string, value: unknown): readonly unknown[] {
    // A copy has no holes, which methods of a list would pass over in silence.
    return readAnswer(field, value, () =>
        getListLength(value) === undefined ? undefined : Array.from(value as unknown[]),
    );
}

export function toRpcAddress(field: string, value: unknown): Address {
    return typeof value === 'string' && isAddress(value) ? value : refuseRpcAnswer(field, value);
}

/** A u64, which kit hands out as a bigint and JSON as a number. */
export function toRpcU64(field: string, value: unknown): bigint {
    const isInteger = typeof value === 'bigint' || Number.isSafeInteger(value);
    const integer = isInteger ? BigInt(value as bigint | number) : -1n;
    return integer >= 0n && integer <= U64_MAX ? integer : refuseRpcAnswer(field, value);
}

/** A number that counts or points into something small. */
export function toRpcIndex(field: string, value: unknown): number {
    const index = toRpcU64(field, value);
    return index <= Number.MAX_SAFE_INTEGER ? Number(index) : refuseRpcAnswer(field, value);
}

/** A slot: whoever has it for a signed integer, as the runtime's own clocks have, can take it as well. */
export function toRpcSlot(field: string, value: unknown): bigint {
    const slot = toRpcU64(field, value);
    return slot <= I64_MAX ? slot : refuseRpcAnswer(field, value);
}

/**
 * The slot at which an RPC looked, from the context around its answer.
 *
 * @param minSlot Slot that the RPC was asked to have come to. An answer from an earlier slot (by an old node, or a
 * proxy that drops the option) is refused.
 */
export function toContextSlot(field: string, value: unknown, minSlot: bigint | number = 0n): bigint {
    const { slot: given } = toRpcRecord(`${field}.context`, toRpcRecord(field, value)['context']);
    const slot = toRpcSlot(`${field}.context.slot`, given);
    return slot >= BigInt(minSlot) ? slot : refuseRpcAnswer(`${field}.context.slot`, slot);
}

/** More than the largest transaction; base58 takes time in proportion to the square of its length. */
const MAX_BASE58_LENGTH = 6_000;

/** Bytes as text in one of the encodings; text that is not exactly what the bytes encode to is refused. */
export function toRpcBytes(field: string, value: unknown, encoding: 'base58' | 'base64'): ReadonlyUint8Array {
    if (typeof value !== 'string') return refuseRpcAnswer(field, value);
    if (encoding === 'base58' && value.length > MAX_BASE58_LENGTH) return refuseRpcAnswer(field, value);
    const [encoder, decoder] =
        encoding === 'base58' ? [getBase58Encoder(), getBase58Decoder()] : [getBase64Encoder(), getBase64Decoder()];
    let bytes: ReadonlyUint8Array;
    try {
        bytes = encoder.encode(value);
    } catch (cause) {
        return refuseRpcAnswer(field, value, cause);
    }
    return decoder.decode(bytes) === value ? bytes : refuseRpcAnswer(field, value);
}
