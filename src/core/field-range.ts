import type { ReadonlyUint8Array } from '@solana/kit';

/** The bytes of a field: from `start` up to, and without, `end`. */
export type FieldRange = readonly [start: number, end: number];

/**
 * The place of a field in encoded bytes, so that no offset is written by hand: encode a value once with every bit of the
 * field unset and once with every bit set. `undefined` where the field is not in the bytes.
 */
export function findFieldRange(unset: ReadonlyUint8Array, set: ReadonlyUint8Array): FieldRange | undefined {
    const changed = [...set.keys()].filter(index => set[index] !== unset[index]);
    return changed.length === 0 ? undefined : [changed[0]!, changed.at(-1)! + 1];
}
