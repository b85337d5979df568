import { readOnlyMembers, type InvalidCode, type OnlyMembers } from '../core/input';
import type { BatchSettleOptions } from './plan/batch-input';
import type { BatchExecuteOptions } from './executor/execute-options';
import type { PlanLookupTablesOptions } from './lookup-tables/plan-lookup-tables';
import type { CloseLookupTablesOptions, CreateLookupTablesOptions } from './lookup-tables/lookup-table-transactions';
import type { BatchReclaimOptions } from './plan/plan-batch-reclaim';

/** Options of the functions for batches. */
type AnyBatchOptions = BatchExecuteOptions &
    BatchReclaimOptions &
    BatchSettleOptions &
    CloseLookupTablesOptions &
    CreateLookupTablesOptions &
    PlanLookupTablesOptions;

// One vocabulary for all of them: the same object of options goes to the function that plans, to the one that makes the
// lookup tables and to the one that executes. A name that none of them knows is a misspelt one.
const NAMES: OnlyMembers<AnyBatchOptions> = {
    abortSignal: true,
    addresses: true,
    authority: true,
    callbackTimeoutMs: true,
    commitment: true,
    computeUnitLimit: true,
    computeUnitPrice: true,
    concurrency: true,
    feePayer: true,
    followTimeoutMs: true,
    funder: true,
    isLastTry: true,
    journal: true,
    lamportsPerByte: true,
    leaseMs: true,
    leaseWaitMs: true,
    lookupTables: true,
    marginSeconds: true,
    maxAttempts: true,
    // Without it there is no limit.
    maxLockedLamports: 'given',
    maxPayerTokenAccounts: true,
    missingTokenAccounts: true,
    mode: true,
    onProgress: true,
    owner: true,
    patienceMs: true,
    pollIntervalMs: true,
    recentSlots: true,
    recipient: true,
    requestTimeoutMs: true,
    resendIntervalMs: true,
    reuse: true,
    roundMs: true,
    savedLamportsPerLockedSol: true,
    signTimeoutMs: true,
    slot: true,
    timers: true,
    unixTimestamp: true,
    verifier: true,
    version: true,
};

/** The options of a function for batches, each read once. */
export function readBatchOptions<T extends object>(options: T, code: InvalidCode = 'BATCH_INVALID'): T {
    return readOnlyMembers<object>('options', options, NAMES as OnlyMembers<object>, code) as T;
}
