// Batch settle: many channels in few transactions. Plans, lookup tables, the executor, and journals of what was sent.
export { createCheckedJournal } from '../journal/checked-journal';
export type {
    BatchJournal,
    ChannelLease,
    SentChannel,
    SentOutcome,
    SentTransaction,
    PlannedAction,
} from '../journal/journal';
export type { JournalLease, LeaseRequest } from '../journal/lease';
export {
    checkJournalTime,
    createLeaseLostError,
    getLeaseEnd,
    getNextLease,
    isLeaseHeldBy,
} from '../journal/lease-rules';
export { createMemoryJournal, type MemoryJournalOptions } from '../journal/memory-journal';
export {
    decodeLookupTable,
    getLookupTableStatus,
    getUsableAddresses,
    type LookupTable,
    type LookupTableStatus,
} from '../runtime/lookup-table/lookup-table';
export {
    type CloseLookupTableInput,
    type CreateLookupTableInput,
    type DeactivateLookupTableInput,
    type ExtendLookupTableInput,
    findLookupTablePdaSync,
    getCloseLookupTableInstruction,
    getCreateLookupTableInstruction,
    getDeactivateLookupTableInstruction,
    getExtendLookupTableInstruction,
    type LookupTableSeedsInput,
} from '../runtime/lookup-table/lookup-table-instructions';
export { ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS } from '../runtime/lookup-table/lookup-table-program';
export { executeBatchSettle } from './executor/execute-batch-settle';
export { type FetchBatchConfig, fetchBatchItems, type FetchedBatch } from './executor/fetch-batch-items';
export type {
    BatchChannelResult,
    BatchChannelStatus,
    BatchCounts,
    BatchExecution,
    BatchProgress,
    BatchStop,
    BatchTransactionResult,
} from './executor/execution-report';
export type {
    BatchExecuteApi,
    BatchExecuteOptions,
    BatchFetchApi,
    BatchRequest,
    ComputeUnitPriceInput,
} from './executor/execute-options';
export { type FetchedLookupTables, fetchLookupTables } from './lookup-tables/fetch-lookup-tables';
export {
    type CreateLookupTablesOptions,
    getCloseLookupTablesTransactions,
    getDeactivateLookupTablesTransactions,
    getLookupTableTransactions,
    type LookupTableTransaction,
    type LookupTableTransactionOptions,
    type LookupTableTransactions,
    type PlannedLookupTable,
} from './lookup-tables/lookup-table-transactions';
export {
    type LookupTableContents,
    type LookupTableOption,
    type LookupTablePlan,
    planLookupTables,
    type PlanLookupTablesOptions,
} from './lookup-tables/plan-lookup-tables';
export type { BatchDistribution, BatchItem, BatchMode, BatchSettleOptions } from './plan/batch-input';
export { type BatchJson, parseBatchJson } from './plan/batch-json';
export { getBatchTransactionMessage } from './plan/batch-message';
export type {
    BatchPlan,
    BatchTotals,
    PlannedChannel,
    PlannedTokenAccount,
    PlannedTransaction,
} from './plan/batch-plan';
export { type BatchCost, compareBatchOptions } from './plan/compare-batch-options';
export { compareReclaimOptions } from './plan/compare-reclaim-options';
export type { Skipped, SkippedCode, SkippedContexts, SkippedReason } from './plan/skipped';
export { planBatchSettle, planBatchSettleAsync } from './plan/plan-batch-settle';
export { type BatchReclaimOptions, type BatchReclaimPlan, planBatchReclaim } from './plan/plan-batch-reclaim';
