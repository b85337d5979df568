// The rendered client: accounts, types, errors, events, PDAs, instruction data and parsers. What follows it here takes
// the place of the rendered function of the same name. Of the accounts it is only what can't be misused: the rendered
// functions that decode and fetch them look neither at the owner nor at the discriminator.
export {
    CHANNEL_DISCRIMINATOR,
    CLOSED_CHANNEL_DISCRIMINATOR,
    getChannelCodec,
    getChannelDecoder,
    getChannelDiscriminatorBytes,
    getChannelEncoder,
    getChannelSize,
    getClosedChannelCodec,
    getClosedChannelDecoder,
    getClosedChannelDiscriminatorBytes,
    getClosedChannelEncoder,
    getClosedChannelSize,
    type Channel,
    type ChannelArgs,
    type ClosedChannel,
    type ClosedChannelArgs,
} from '../generated/tombstone/accounts';
export * from '../generated/tombstone/constants';
export * from '../generated/tombstone/errors';
export * from '../generated/tombstone/events';
export * from '../generated/tombstone/instructions';
export * from '../generated/tombstone/pdas';
export {
    identifyPaymentChannelsAccount,
    identifyPaymentChannelsInstruction,
    parsePaymentChannelsInstruction,
    PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    PaymentChannelsAccount,
    PaymentChannelsInstruction,
    type ParsedPaymentChannelsInstruction,
} from '../generated/tombstone/programs';
export * from '../generated/tombstone/types';

export { decodeChannelAccount, isClosedChannelAccount } from './channel/account';
export { createAddressCache, type AddressCache } from './channel/address-cache';
export {
    findChannelPda,
    findEscrowPda,
    findTreasuryTokenPda,
    type ChannelSeedsInput,
    type TokenInput,
} from './channel/addresses';
export {
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
    findTreasuryTokenPdaSync,
} from './channel/derive';
export { assertIsSafeToDistribute, assertIsSafeToOpen } from './channel/assert-distribution';
export {
    assessDistribution,
    type AssessDistributionInput,
    type DistributionAccounts,
    type DistributionAssessment,
    type PayoutAssessment,
    type PayoutOutcome,
} from './channel/assess-distribution';
export { assessOpen, type AssessOpenInput, type OpenAssessment, type PayoutReadiness } from './channel/assess-open';
export { type Blocker } from './channel/blocker';
export {
    fetchClosingChannels,
    watchClosingChannels,
    type ClosingChannelFilter,
    type FetchClosingChannelsConfig,
    type WatchClients,
} from './channel/closing';
export {
    findDistributionAddresses,
    type DistributionAddresses,
    type DistributionAddressesInput,
} from './channel/distribution-addresses';
export {
    fetchDistributionAssessment,
    fetchOpenAssessment,
    fetchTokenProgram,
    type FetchedDistributionAssessment,
} from './channel/fetch-assessment';
export {
    fetchAllChannel,
    fetchAllMaybeChannel,
    fetchChannel,
    fetchChannelFromSeeds,
    fetchChannelState,
    fetchChannelStates,
    fetchMaybeChannel,
    fetchMaybeChannelFromSeeds,
    type FetchChannelConfig,
    type Fetched,
} from './channel/fetch';
export { getChannelFilters, type ChannelFilter, type ProgramAccountsFilter } from './channel/filters';
export { fetchChannels, type FetchChannelsConfig } from './channel/query';
export {
    assertIsLiveChannelState,
    decodeChannelState,
    getChannelFigures,
    isFinalizable,
    isLiveChannelState,
    isSettleable,
    type AbsentChannelState,
    type ChannelFigures,
    type ChannelState,
    type ClosedChannelState,
    type ClosingChannelState,
    type FinalizedChannelState,
    type LiveChannelState,
    type OpenChannelState,
} from './channel/state';
export {
    readMint,
    readTokenAccount,
    type MintCondition,
    type TokenAccountCondition,
    type TokenAccountReading,
} from './channel/token-account';
export {
    getDistributeInstructionsAsync,
    getOpenInstructionsAsync,
    type DistributeWithTokenAccountsInput,
    type OpenWithTokenAccountsInput,
} from './instructions/composed';
export {
    getCreateTokenAccountsInstructionsAsync,
    type CreateTokenAccountInstruction,
    type CreateTokenAccountsInput,
} from './instructions/create-token-accounts';
export {
    assertIsDistributionOf,
    getDistributionHash,
    getDistributionPreimage,
    getPayeeBps,
    getPayouts,
    toSplits,
    type Payouts,
    type Split,
} from './channel/distribution';
export { LOCALNET_DEPLOYMENT, type ClientWithDeployment, type Deployment, type DeploymentConfig } from './deployment';
export {
    isPaymentChannelsError,
    PaymentChannelsError,
    type PaymentChannelsErrorCode,
    type PaymentChannelsErrorContexts,
} from './errors';
export {
    getLoggedEventCount,
    parseEvents,
    parseTransactionEvents,
    type ChannelEvent,
    type UnknownEvent,
} from './events';
export { TOKEN_2022_PROGRAM_ADDRESS } from './input';
export {
    getDistributeInstructionAsync,
    type DistributeInput,
    type DistributeInstructionWithRecipients,
} from './instructions/distribute';
export {
    assertIsDistributable,
    getDistributeRequirements,
    getMaxDistributableRecipients,
    type DistributablePlan,
    type DistributeRequirement,
    type DistributeRequirements,
    type DistributionMethod,
} from './instructions/distribute-limit';
export { getFinalizeInstruction, type FinalizeInput } from './instructions/finalize';
export { getOpenInstructionAsync, type OpenInput } from './instructions/open';
export { getRequestCloseInstruction, type RequestCloseInput } from './instructions/request-close';
export { getSettleInstructions, type SettleInput, type SettleInstructions } from './instructions/settle';
export {
    getSettleAndFinalizeInstructions,
    type SettleAndFinalizeInput,
    type SettleAndFinalizeInstructions,
} from './instructions/settle-and-finalize';
export { getTopUpInstructionAsync, type TopUpInput } from './instructions/top-up';
export { getWithdrawPayerInstructionAsync, type WithdrawPayerInput } from './instructions/withdraw-payer';
export type { BatchDistribution, BatchItem, BatchMode, BatchSettleOptions } from './settlement/batch';
export type {
    BatchPlan,
    BatchTotals,
    PlannedAction,
    PlannedChannel,
    PlannedTokenAccount,
    PlannedTransaction,
} from './settlement/batch-plan';
export { compareBatchOptions, type BatchCost } from './settlement/compare';
export { executeBatchSettle } from './settlement/execute/execute';
export { fetchBatchItems, type FetchBatchConfig, type FetchedBatch } from './settlement/execute/fetch-items';
export type { BatchJournal, SentChannel, SentOutcome, SentTransaction } from './settlement/execute/journal';
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
export type {
    BatchExecuteApi,
    BatchExecuteOptions,
    BatchFetchApi,
    BatchRequest,
    ComputeUnitPriceInput,
} from './settlement/execute/request';
export type { Timers } from './settlement/execute/rpc-calls';
export type { LeftOut, LeftOutCode, LeftOutContexts, LeftOutReason } from './settlement/left-out';
export { getBatchTransactionMessage } from './settlement/message';
export { planBatchSettle, planBatchSettleAsync } from './settlement/plan';
export type {
    Agreed,
    BlockhashLifetime,
    DurableNonce,
    GuardProgram,
    OpenAgreement,
    TopUpAgreement,
    TransactionAgreement,
} from './transactions/agreement';
export {
    assembleOpenTransaction,
    assembleTopUpTransaction,
    type AssembledTransaction,
    type AssembleInput,
} from './transactions/assemble';
export { cosignTransaction, type CosignedTransaction } from './transactions/cosign';
export { inspectOpenTransaction, inspectTopUpTransaction, type Inspection } from './transactions/inspect';
export type {
    InspectionMismatch,
    InspectionMismatchCode,
    InspectionMismatchValues,
} from './transactions/inspect/mismatch';
export type {
    InspectedOpen,
    InspectedTopUp,
    InspectedTransaction,
    TransactionAddition,
} from './transactions/inspected';
export { getMemoInstruction, MEMO_PROGRAM_ADDRESS } from './transactions/memo';
export type { TransactionCosigner } from './transactions/sign';
export { decodeWireTransaction, encodeWireTransaction } from './transactions/wire';
export { checkVoucher, checkVoucherState, type VerifySignedVoucher, type VoucherCheckInput } from './voucher/check';
export { getProgramFailure, type ProgramFailureConfig, type TransactionFailure } from './program-error';
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
export { ED25519_PROGRAM_ADDRESS, getVerifyVoucherInstruction, type Ed25519Instruction } from './voucher/ed25519';
export {
    parseSignedVoucherJson,
    parseVoucherJson,
    toSignedVoucherJson,
    toVoucherJson,
    type SignedVoucherJson,
    type VoucherJson,
} from './voucher/json';
export { signVoucher, type VoucherSigner } from './voucher/sign';
export {
    type AcceptedVoucher,
    type ReplayedVoucher,
    type VoucherInstruction,
    type VoucherOnChainError,
    type VoucherRefusal,
    type VoucherRefusalCode,
    type VoucherRefusalContexts,
    type VoucherVerdict,
} from './voucher/verdict';
export {
    createVoucherVerifier,
    type VoucherVerification,
    type VoucherVerifier,
    type VoucherVerifierOptions,
} from './voucher/verifier';
export { verifyVoucher } from './voucher/verify';
export {
    decodeVoucher,
    encodeVoucher,
    toSignedVoucher,
    toVoucher,
    type SignedVoucher,
    type Voucher,
    type VoucherInput,
} from './voucher/voucher';
export { payer } from './plugin/payer';
export {
    paymentChannels,
    type PaymentChannelsAccounts,
    type PaymentChannelsInstructions,
    type PaymentChannelsPdas,
    type PaymentChannelsPlugin,
    type PaymentChannelsPluginConfig,
    type PaymentChannelsPluginRequirements,
    type PluginDistributeInput,
    type PluginOpenInput,
    type SelfSendingPlan,
} from './plugin/payment-channels';
export { rpc } from './plugin/rpc';
export { type SendingApi } from './plugin/send-message';
export {
    transactionSending,
    type TransactionSendingConfig,
    type TransactionSendingRequirements,
} from './plugin/sending';
