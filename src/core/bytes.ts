import type { ReadonlyUint8Array } from '@solana/kit';

// Bytes from a caller. They may come from another realm (a vm context, a frame, a test runner's environment), where
// `instanceof` fails, and somebody else may hold their memory. So the engine's own tag decides what they are, and they
// are copied before anything is concluded from them.

/** The engine's own tag of a typed array, whatever its prototype and its realm; `undefined` for anything else. */
const getTypedArrayName = /* @__PURE__ */ (() =>
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!)();

const getTypedArrayLength = /* @__PURE__ */ (() =>
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length')!.get!)();

/** Whether a value is a Uint8Array, of this realm or another; a Buffer is one. */
export function isBytes(value: unknown): value is Uint8Array {
    return getTypedArrayName.call(value) === 'Uint8Array';
}

/** The number of bytes; `undefined` for a value that is not bytes. None are left where the memory was given away. */
export function getByteCount(value: unknown): number | undefined {
    return isBytes(value) ? (getTypedArrayLength.call(value) as number) : undefined;
}

/** The bytes as they are now, in memory of their own. */
export function copyBytes(bytes: ReadonlyUint8Array | Uint8Array): Uint8Array<ArrayBuffer> {
    return new Uint8Array(bytes as Uint8Array);
}
