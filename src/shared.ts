// What both the root entry point and ./epoch export: everything that knows nothing of a revision, or of every one.

export { findEscrowPda, type TokenInput } from './channel/addresses';
export { findEscrowPdaSync, findTokenPdaSync } from './channel/derive';
export { type ChannelMismatch } from './channel/agreed';
export { assertIsSafeToDistribute, assertIsSafeToOpen } from './channel/assert-distribution';
export {
    type AssessDistributionInput,
    type DistributionAccounts,
    type PayoutAssessment,
    type PayoutOutcome,
} from './channel/assess-distribution';
export { type AssessOpenInput, type PayoutReadiness } from './channel/assess-open';
export { type WatchClients } from './channel/closing';
export { type DistributionAddresses, type DistributionAddressesInput } from './channel/distribution-addresses';
export { type Fetched } from './channel/fetch';
export { type ProgramAccountsFilter } from './channel/filters';
export {
    assertIsLiveChannelState,
    getChannelFigures,
    isFinalizable,
    isLiveChannelState,
    isSettleable,
    type AbsentChannelState,
    type ChannelFigures,
} from './channel/state';
export {
    readMint,
    readTokenAccount,
    type MintCondition,
    type TokenAccountCondition,
    type TokenAccountReading,
} from './channel/token-account';
export {
    getCreateTokenAccountsInstructionsAsync,
    type CreateTokenAccountInstruction,
    type CreateTokenAccountsInput,
} from './instructions/create-token-accounts';
export {
    getDistributionPreimage,
    getPayeeBps,
    getPayouts,
    toSplits,
    type Payouts,
    type Split,
} from './channel/distribution';
export {
    isPaymentChannelsError,
    PaymentChannelsError,
    type PaymentChannelsErrorCode,
    type PaymentChannelsErrorContexts,
} from './errors';
export { type UnknownEvent } from './events';
export { TOKEN_2022_PROGRAM_ADDRESS } from './input';
export {
    type DistributeRequirement,
    type DistributeRequirements,
    type DistributionMethod,
} from './instructions/distribute-limit';
export type { BatchDistribution } from './settlement/batch';
export type {
    BatchPlan,
    BatchTotals,
    PlannedAction,
    PlannedChannel,
    PlannedTokenAccount,
    PlannedTransaction,
} from './settlement/batch-plan';
export type { BatchCost } from './settlement/compare';
export type {
    BatchJournal,
    ChannelLease,
    SentChannel,
    SentOutcome,
    SentTransaction,
} from './settlement/execute/journal';
export { createMemoryJournal, type MemoryJournalOptions } from './settlement/execute/memory-journal';
export type {
    BatchChannelResult,
    BatchChannelStatus,
    BatchCounts,
    BatchExecution,
    BatchProgress,
    BatchStop,
    BatchTransactionResult,
} from './settlement/execute/report';
export type { BatchExecuteApi, BatchFetchApi, BatchRequest, ComputeUnitPriceInput } from './settlement/execute/request';
export type { Timers } from './sending/rpc-calls';
export type { LeftOut, LeftOutCode, LeftOutContexts, LeftOutReason } from './settlement/left-out';
export {
    decodeLookupTable,
    getLookupTableStatus,
    getUsableAddresses,
    type LookupTable,
    type LookupTableStatus,
} from './settlement/lookup-table/account';
export {
    fetchLookupTables,
    type FetchedLookupTables,
    type FetchLookupTablesConfig,
} from './settlement/lookup-table/fetch';
export {
    findLookupTablePdaSync,
    getCloseLookupTableInstruction,
    getCreateLookupTableInstruction,
    getDeactivateLookupTableInstruction,
    getExtendLookupTableInstruction,
    type CloseLookupTableInput,
    type CreateLookupTableInput,
    type DeactivateLookupTableInput,
    type ExtendLookupTableInput,
    type LookupTableSeedsInput,
} from './settlement/lookup-table/instructions';
export type { LookupTableContents, LookupTableOption, LookupTablePlan } from './settlement/lookup-table/plan';
export { ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS } from './settlement/lookup-table/program';
export {
    getCloseLookupTablesTransactions,
    getDeactivateLookupTablesTransactions,
    getLookupTableTransactions,
    type CreateLookupTablesOptions,
    type LookupTableTransaction,
    type LookupTableTransactionOptions,
    type LookupTableTransactions,
    type PlannedLookupTable,
} from './settlement/lookup-table/transactions';
export { getBatchTransactionMessage } from './settlement/message';
export type {
    Agreed,
    BlockhashLifetime,
    DurableNonce,
    GuardProgram,
    TopUpAgreement,
    TransactionAgreement,
} from './transactions/agreement';
export { type AssembledTransaction, type AssembleInput } from './transactions/assemble';
export { cosignTransaction, type CosignedTransaction } from './transactions/cosign';
export { type Inspection } from './transactions/inspect';
export type {
    InspectionMismatch,
    InspectionMismatchCode,
    InspectionMismatchValues,
} from './transactions/inspect/mismatch';
export type { InspectedTopUp, InspectedTransaction, TransactionAddition } from './transactions/inspected';
export { getMemoInstruction, MEMO_PROGRAM_ADDRESS } from './transactions/memo';
export type { TransactionCosigner } from './transactions/sign';
export { decodeWireTransaction, encodeWireTransaction } from './transactions/wire';
export { isVoucherAtLeastAsGood } from './voucher/better';
export { type VerifySignedVoucher } from './voucher/check';
export { type TransactionFailure } from './program-error';
export { parseProgramLogs, type LoggedCall, type LoggedCalls } from './program-logs';
export { type ExecutedInstruction, type RpcTransaction } from './rpc-transaction';
export {
    createTransactionSizer,
    findExceededLimit,
    getTransactionLimits,
    measureTransaction,
    type ComputeBudgetParts,
    type TransactionLimits,
    type TransactionMeasure,
    type TransactionSizer,
    type TransactionSizerInput,
} from './transaction-size';
export { ED25519_PROGRAM_ADDRESS } from './runtime/programs';
export { type Ed25519Instruction } from './voucher/ed25519';
export {
    parseSignedVoucherJson,
    parseVoucherJson,
    toSignedVoucherJson,
    toVoucherJson,
    type SignedVoucherJson,
    type VoucherJson,
} from './voucher/json';
export type { SignerWait } from './signing';
export { type VoucherSigner } from './voucher/sign';
export {
    type AcceptedVoucher,
    type ExtendedVoucher,
    type ReplayedVoucher,
    type VoucherOnChainError,
    type VoucherRefusal,
    type VoucherRefusalCode,
    type VoucherRefusalContexts,
    type VoucherVerdict,
} from './voucher/verdict';
export { type VoucherVerification, type VoucherVerifier, type VoucherVerifierOptions } from './voucher/verifier';
export { toSignedVoucher, toVoucher, type SignedVoucher, type Voucher, type VoucherInput } from './voucher/voucher';
export {
    batchSettlement,
    type BatchSettlement,
    type BatchSettlementConfig,
    type BatchSettlementRequirements,
    type RevisionOfClient,
} from './plugin/batch-settlement';
export { payer } from './plugin/payer';
export { type PluginDistributeInput } from './plugin/payment-channels';
export { type SelfSendingPlan } from './plugin/self-sending';
export { rpc } from './plugin/rpc';
export { type SendingApi } from './plugin/send-message';
export {
    transactionSending,
    type TransactionSendingConfig,
    type TransactionSendingRequirements,
} from './plugin/sending';
export { isReclaimable } from './channel/state';
export type { RevisionName } from './revision/types';
export type { Revision } from './revision/revision';
export type { CheapSalt } from './channel/cheap-salt';
