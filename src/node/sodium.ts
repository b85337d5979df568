import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

import { WORKER_SOURCE } from './worker-source';

/**
 * The path of sodium-native, an optional peer dependency.
 *
 * @throws Whatever Node throws for a module that is not there.
 */
export function findSodium(): string {
    return createRequire(import.meta.url).resolve('sodium-native');
}

/** Starts a thread that verifies with sodium-native. */
export function startSodiumWorker(sodiumPath: string): Worker {
    return new Worker(WORKER_SOURCE, {
        eval: true,
        // None of the program's own: a loader of TypeScript would be loaded in every thread for nothing.
        execArgv: [],
        name: 'voucher-verifier',
        workerData: { sodiumPath },
    });
}
