import type { Address, ReadonlyUint8Array } from '@solana/kit';

import type { Deployment } from '../revision/deployment';

/** What a result came of. */
export type ResultSource = Readonly<{
    addresses: readonly Address[];
    deployment: Deployment;
    messageBytes: ReadonlyUint8Array;
}>;

const sources = new WeakMap<object, ResultSource>();

/** Keeps what a result came of, for messages about it: the result itself is no bigger. */
export function keepSource<T extends object>(result: T, source: ResultSource): T {
    sources.set(result, source);
    return result;
}

export const findSource = (result: object): ResultSource | undefined => sources.get(result);
