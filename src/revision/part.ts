const made = /* @__PURE__ */ new WeakSet<object>();

/**
 * Marks an object as a part of a deployment, so that anything else in its place is recognized. JSON passes over it, so
 * that a deployment is written as its address, its treasury owner and the name of its revision.
 */
export function definePart<T extends object>(members: T): Readonly<T> {
    const part = Object.freeze(Object.defineProperty({ ...members }, 'toJSON', { value: () => undefined }));
    made.add(part);
    return part;
}

/** Whether a value is a part of a revision. */
export function isPart(value: unknown): boolean {
    return typeof value === 'object' && value !== null && made.has(value);
}
