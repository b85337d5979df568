import type { ReadonlyUint8Array } from '@solana/kit';

// Bytes that come from a caller. They may have been made in another realm (a vm context, a frame, the environment of a
// test runner), of which they are no instance here; and somebody else may hold the memory that they lie in. So they are
// told by what the engine knows them to be, and copied before anything is concluded from them.

/** What the engine itself says of a typed array, whatever its prototype and its realm; `undefined` of anything else. */
const getTypedArrayName = /* @__PURE__ */ (() =>
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!)();

const getTypedArrayLength = /* @__PURE__ */ (() =>
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length')!.get!)();

/** Whether a value is a Uint8Array, of this realm or another; a Buffer is one. */
export function isBytes(value: unknown): value is Uint8Array {
    return getTypedArrayName.call(value) === 'Uint8Array';
}

/** How many bytes there are; `undefined` for what is no bytes. None are left where the memory was given away. */
export function getByteCount(value: unknown): number | undefined {
    return isBytes(value) ? (getTypedArrayLength.call(value) as number) : undefined;
}

/** The bytes as they are now, in memory of their own. */
export function copyBytes(bytes: ReadonlyUint8Array | Uint8Array): Uint8Array<ArrayBuffer> {
    return new Uint8Array(bytes as Uint8Array);
}
