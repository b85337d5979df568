// The library: every function that depends on the program's interface takes the deployment, and what differs comes from
// it. The rendered clients are ./epoch and ./tombstone.
export { decodeChannelAccount, isClosedChannelAccount } from './channel/channel-account';
export { type ChannelData, decodeChannelData } from './channel/decode-channel-data';
export { type AddressCache, createAddressCache } from './channel/address-cache';
export {
    type ChannelSeedsInput,
    findChannelPda,
    findEscrowPda,
    findTreasuryTokenPda,
    type TokenInput,
} from './channel/find-pdas';
export {
    type AgreedChannel,
    assertIsAgreedChannel,
    type ChannelMismatch,
    type ChannelToCompare,
    getChannelMismatches,
} from './channel/agreed-channel';
export { assertIsSafeToDistribute, assertIsSafeToOpen } from './channel/assert-is-safe';
export {
    assessDistribution,
    type AssessDistributionInput,
    type DistributionAccounts,
    type DistributionAssessment,
    type PayoutAssessment,
    type PayoutOutcome,
} from './channel/assess-distribution';
export { assessOpen, type AssessOpenInput, type OpenAssessment, type PayoutReadiness } from './channel/assess-open';
export type { Blocker } from './channel/blocker';
export { type CheapSalt, type CheapSaltInput, findCheapChannelSalt } from './channel/cheap-salt';
export {
    type ClosingChannelFilter,
    fetchClosingChannels,
    type FetchClosingChannelsConfig,
    type WatchClients,
    watchClosingChannels,
} from './reading/watch-closing-channels';
export {
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
    findTreasuryTokenPdaSync,
} from './channel/find-pdas-sync';
export {
    assertIsDistributionOf,
    getDistributionHash,
    getDistributionPreimage,
    getPayeeBps,
    getPayouts,
    type Payouts,
    type Split,
    toSplits,
} from './channel/splits';
export {
    type DistributionAddresses,
    type DistributionAddressesInput,
    findDistributionAddresses,
} from './channel/distribution-addresses';
export {
    fetchAllChannel,
    fetchAllMaybeChannel,
    fetchChannel,
    fetchChannelFromSeeds,
    fetchChannelState,
    fetchChannelStates,
    type FetchConfig,
    type Fetched,
    fetchMaybeChannel,
    fetchMaybeChannelFromSeeds,
} from './reading/fetch-channel';
export {
    fetchDistributionAssessment,
    type FetchedDistributionAssessment,
    fetchOpenAssessment,
    fetchTokenProgram,
} from './reading/fetch-assessment';
export { fetchOpenSlot } from './reading/fetch-open-slot';
export { type ChannelFilter, getChannelFilters, type ProgramAccountsFilter } from './channel/channel-filters';
export { fetchChannels, type FetchChannelsConfig } from './reading/fetch-channels';
export { getRentRecovery, type RentRecovery, type RentRecoveryStep } from './channel/rent-recovery';
export {
    type AbsentChannelState,
    assertIsLiveChannelState,
    type ChannelFigures,
    type ChannelState,
    type ClosedChannelState,
    type ClosingChannelState,
    decodeChannelState,
    type DistributedChannelState,
    type FinalizedChannelState,
    getChannelFigures,
    isFinalizable,
    isLiveChannelState,
    isReclaimable,
    isSettleable,
    type LiveChannelState,
    type OpenChannelState,
} from './channel/channel-state';
export {
    type MintCondition,
    readMint,
    readTokenAccount,
    type TokenAccountCondition,
    type TokenAccountReading,
} from './channel/token-account';
export {
    isPaymentChannelsError,
    PaymentChannelsError,
    type PaymentChannelsErrorCode,
    type PaymentChannelsErrorContexts,
} from './core/errors';
export {
    type ChannelEvent,
    decodeEvent,
    getLoggedEventCount,
    parseEvents,
    parseTransactionEvents,
    type UnknownEvent,
} from './channel/channel-events';
export { TOKEN_2022_PROGRAM_ADDRESS } from './core/input';
export {
    type DistributeWithTokenAccountsInput,
    getDistributeInstructionsAsync,
    getOpenInstructionsAsync,
    type OpenWithTokenAccountsInput,
} from './instructions/composed';
export {
    type CreateTokenAccountInstruction,
    type CreateTokenAccountsInput,
    getCreateTokenAccountsInstructionsAsync,
} from './instructions/create-token-accounts';
export {
    type DistributeInput,
    type DistributeInstructionWithRecipients,
    getDistributeInstructionAsync,
} from './instructions/distribute';
export {
    assertIsDistributable,
    type DistributeRequirementsInput,
    type DistributeRequirement,
    type DistributeRequirements,
    type DistributionMethod,
    getDistributeRequirements,
    getMaxDistributableRecipients,
} from './instructions/distribute-limit';
export { type FinalizeInput, getFinalizeInstruction } from './instructions/finalize';
export { getOpenInstructionAsync, type OpenInput } from './instructions/open';
export { getReclaimInstruction, type ReclaimInput } from './instructions/reclaim';
export { getRequestCloseInstruction, type RequestCloseInput } from './instructions/request-close';
export { getSettleInstructions, type SettleInput, type SettleInstructions } from './instructions/settle';
export {
    getSettleAndFinalizeInstructions,
    type SettleAndFinalizeInput,
    type SettleAndFinalizeInstructions,
} from './instructions/settle-and-finalize';
export { getTopUpInstructionAsync, type TopUpInput } from './instructions/top-up';
export { getWithdrawPayerInstructionAsync, type WithdrawPayerInput } from './instructions/withdraw-payer';
export {
    type FailureReader,
    getProgramFailure,
    type ProgramFailureConfig,
    type TransactionFailure,
} from './revision/program-failure';
export { findProgramError, type ProgramError } from './revision/program-error';
export { type LoggedCall, type LoggedCalls, parseProgramLogs } from './runtime/program-logs';
export type { AnyDeployment, ClientWithDeployment, Deployment, DeploymentParts } from './revision/deployment';
export { EPOCH_LOCALNET, MAINNET_DEPLOYMENT, TOMBSTONE_LOCALNET } from './revision/deployments';
// The parts of which those are made, for functions that need a few of them: a bundle then has no others.
export {
    EPOCH_CHANNEL,
    EPOCH_DISTRIBUTE,
    EPOCH_ERRORS,
    EPOCH_EVENTS,
    EPOCH_FINALIZE,
    EPOCH_INSTRUCTION_READINGS,
    EPOCH_OPEN,
    EPOCH_OPEN_READING,
    EPOCH_OUTDATED,
    EPOCH_PUBLISHED,
    EPOCH_RECLAIM,
    EPOCH_REQUEST_CLOSE,
    EPOCH_SEEDS,
    EPOCH_SETTLE,
    EPOCH_SETTLE_AND_FINALIZE,
    EPOCH_SPLITS,
    EPOCH_TOP_UP,
    EPOCH_TOP_UP_READING,
    EPOCH_VOUCHER,
    EPOCH_WITHDRAW_PAYER,
} from './revision/epoch';
export {
    TOMBSTONE_CHANNEL,
    TOMBSTONE_DISTRIBUTE,
    TOMBSTONE_ERRORS,
    TOMBSTONE_EVENTS,
    TOMBSTONE_FINALIZE,
    TOMBSTONE_INSTRUCTION_READINGS,
    TOMBSTONE_OPEN,
    TOMBSTONE_OPEN_READING,
    TOMBSTONE_OUTDATED,
    TOMBSTONE_PUBLISHED,
    TOMBSTONE_REQUEST_CLOSE,
    TOMBSTONE_SEEDS,
    TOMBSTONE_SETTLE,
    TOMBSTONE_SETTLE_AND_FINALIZE,
    TOMBSTONE_SPLITS,
    TOMBSTONE_TOP_UP,
    TOMBSTONE_TOP_UP_READING,
    TOMBSTONE_VOUCHER,
    TOMBSTONE_WITHDRAW_PAYER,
} from './revision/tombstone';
export { MAINNET_TREASURY_OWNER, PLACEHOLDER_TREASURY_OWNER } from './revision/treasury-owners';
export {
    assertIsOpenSlotInWindow,
    chooseOpenSlot,
    type ChooseOpenSlotInput,
    getReclaimableFromSlot,
} from './revision/open-slot';
export type { ChannelOperation, Revision } from './revision/parts';
export type { ChannelOf, ProgramErrorName, RevisionName, RevisionWithReclaim } from './revision/revision-types';
export type { ExecutedInstruction, RpcTransaction } from './runtime/rpc-transaction';
export { ED25519_PROGRAM_ADDRESS } from './runtime/programs';
export type { Timers } from './sending/rpc-calls';
export type { SignerWait } from './runtime/signing';
export {
    type ComputeBudgetParts,
    createTransactionSizer,
    measureTransaction,
    type TransactionSizer,
    type TransactionSizerInput,
} from './runtime/transaction-size';
export {
    findExceededLimit,
    getTransactionLimits,
    type TransactionLimits,
    type TransactionMeasure,
} from './runtime/transaction-limits';
export type {
    Agreed,
    BlockhashLifetime,
    DurableNonce,
    GuardProgram,
    OpenAgreement,
    TopUpAgreement,
    TransactionAgreement,
} from './transactions/transaction-agreement';
export { type AgreementJson, parseAgreementJson } from './transactions/agreement-json';
export {
    type AssembledTransaction,
    type AssembleInput,
    type AssembleOpenInput,
    assembleOpenTransaction,
    assembleTopUpTransaction,
} from './transactions/assemble-transaction';
export { type CosignedTransaction, cosignTransaction } from './transactions/cosign-transaction';
export { type Inspection, inspectOpenTransaction, inspectTopUpTransaction } from './transactions/inspect-transaction';
export type {
    InspectionMismatch,
    InspectionMismatchCode,
    InspectionMismatchValues,
} from './transactions/inspect/inspection-mismatch';
export type {
    InspectedOpen,
    InspectedTopUp,
    InspectedTransaction,
    TransactionAddition,
} from './transactions/inspected-transaction';
export { getMemoInstruction, MEMO_PROGRAM_ADDRESS } from './transactions/memo';
export type { VerifiedSignature } from './transactions/parse/verified-signatures';
export {
    decodeInstructionData,
    type InstructionData,
    type NamedAccount,
    type ParsedInstruction,
    parseInstruction,
} from './transactions/parse/parse-instruction';
export {
    type ParsedAccount,
    type ParsedSignature,
    type ParsedTransaction,
    type ParsedTransactionInstruction,
    parseWireTransaction,
} from './transactions/parse/parse-transaction';
export type { TransactionCosigner } from './transactions/transaction-cosigner';
export { decodeWireTransaction, encodeWireTransaction } from './transactions/wire-transaction';
export { isVoucherAtLeastAsGood } from './voucher/compare-vouchers';
export {
    checkVoucher,
    checkVoucherState,
    type VerifySignedVoucher,
    type VoucherCheckInput,
} from './voucher/check-voucher';
export { type Ed25519Instruction, getVerifyVoucherInstruction } from './voucher/verify-voucher-instruction';
export {
    parseSignedVoucherJson,
    parseVoucherJson,
    type SignedVoucherJson,
    toSignedVoucherJson,
    toVoucherJson,
    type VoucherJson,
} from './voucher/voucher-json';
export { signVoucher, type VoucherSigner } from './voucher/sign-voucher';
export type {
    AcceptedVoucher,
    ExtendedVoucher,
    ReplayedVoucher,
    VoucherInstruction,
    VoucherOnChainError,
    VoucherRefusal,
    VoucherRefusalCode,
    VoucherRefusalContexts,
    VoucherVerdict,
} from './voucher/voucher-verdict';
export {
    createVoucherVerifier,
    type VoucherVerification,
    type VoucherVerifier,
    type VoucherVerifierOptions,
} from './voucher/voucher-verifier';
export { verifyVoucher } from './voucher/verify-voucher';
export {
    decodeVoucher,
    encodeVoucher,
    type SignedVoucher,
    toSignedVoucher,
    toVoucher,
    type Voucher,
    type VoucherInput,
} from './voucher/voucher';
