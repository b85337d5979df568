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

// What is the same in every revision.
export * from './shared';

export { decodeChannelAccount, isClosedChannelAccount } from './channel/account';
export { createAddressCache, type AddressCache } from './channel/address-cache';
export {
    assertIsAgreedChannel,
    getChannelMismatches,
    type AgreedChannel,
    type ChannelToCompare,
} from './channel/agreed';
export { findCheapChannelSalt, type CheapSaltInput } from './channel/cheap-salt';
export { findChannelPda, findTreasuryTokenPda, type ChannelSeedsInput } from './channel/addresses';
export { findChannelPdaSync, findEventAuthorityPdaSync, findTreasuryTokenPdaSync } from './channel/derive';
export { assessDistribution, type DistributionAssessment } from './channel/assess-distribution';
export { assessOpen, type OpenAssessment } from './channel/assess-open';
export { type Blocker } from './channel/blocker';
export {
    fetchClosingChannels,
    watchClosingChannels,
    type ClosingChannelFilter,
    type FetchClosingChannelsConfig,
} from './channel/closing';
export { findDistributionAddresses } from './channel/distribution-addresses';
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
} from './channel/fetch';
export { getChannelFilters, type ChannelFilter } from './channel/filters';
export { fetchChannels, type FetchChannelsConfig } from './channel/query';
export {
    decodeChannelState,
    type ChannelState,
    type ClosedChannelState,
    type ClosingChannelState,
    type FinalizedChannelState,
    type LiveChannelState,
    type OpenChannelState,
} from './channel/state';
export {
    getDistributeInstructionsAsync,
    getOpenInstructionsAsync,
    type DistributeWithTokenAccountsInput,
    type OpenWithTokenAccountsInput,
} from './instructions/composed';
export { assertIsDistributionOf, getDistributionHash } from './channel/distribution';
export { LOCALNET_DEPLOYMENT, type ClientWithDeployment, type Deployment, type DeploymentConfig } from './deployment';
export { getLoggedEventCount, parseEvents, parseTransactionEvents, type ChannelEvent } from './events';
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
export type { BatchItem, BatchMode, BatchSettleOptions } from './settlement/batch';
export { compareBatchOptions } from './settlement/compare';
export { executeBatchSettle } from './settlement/execute/execute';
export { fetchBatchItems, type FetchBatchConfig, type FetchedBatch } from './settlement/execute/fetch-items';
export type { BatchExecuteOptions } from './settlement/execute/request';
export { planLookupTables, type PlanLookupTablesOptions } from './settlement/lookup-table/plan';
export { planBatchSettle, planBatchSettleAsync } from './settlement/plan';
export type { OpenAgreement } from './transactions/agreement';
export { assembleOpenTransaction, assembleTopUpTransaction, type AssembleOpenInput } from './transactions/assemble';
export { inspectOpenTransaction, inspectTopUpTransaction } from './transactions/inspect';
export type { InspectedOpen } from './transactions/inspected';
export { checkVoucher, checkVoucherState, type VoucherCheckInput } from './voucher/check';
export { getProgramFailure, type ProgramFailureConfig } from './program-error';
export { getVerifyVoucherInstruction } from './voucher/ed25519';
export { signVoucher } from './voucher/sign';
export { type VoucherInstruction } from './voucher/verdict';
export { createVoucherVerifier } from './voucher/verifier';
export { verifyVoucher } from './voucher/verify';
export { decodeVoucher, encodeVoucher } from './voucher/voucher';
export {
    paymentChannels,
    type PaymentChannelsAccounts,
    type PaymentChannelsInstructions,
    type PaymentChannelsPdas,
    type PaymentChannelsPlugin,
    type PaymentChannelsPluginConfig,
    type PaymentChannelsPluginRequirements,
    type PluginOpenInput,
} from './plugin/payment-channels';
