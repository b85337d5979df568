// Registered, so that a part is known to another copy of this package as well: an application may have loaded both the
// ESM and the CommonJS build.
const BRAND = /* @__PURE__ */ Symbol.for('solana-payment-channels/part');

/**
 * Marks an object as a part of a deployment, so that anything else in its place is recognized. JSON passes over it, so
 * that a deployment is written as its address, its treasury owner and the name of its revision.
 */
export function definePart<T extends object>(members: T): Readonly<T> {
    return Object.freeze(
        Object.defineProperties({ ...members }, { [BRAND]: { value: true }, toJSON: { value: () => undefined } }),
    ) as Readonly<T>;
}

/** Whether a value is a part of a revision. */
export function isPart(value: unknown): boolean {
    try {
        // Not inherited: what is made of a part has other members.
        return typeof value === 'object' && value !== null && Object.hasOwn(value, BRAND) && Object.isFrozen(value);
    } catch {
        // A proxy that throws when it is asked what it is.
        return false;
    }
}
