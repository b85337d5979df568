// The entry point ./epoch: the shape of the root entry point for the revision of the program that runs on mainnet.

// The rendered client, as far as it can't be misused; see the root entry point.
export {
    CHANNEL_DISCRIMINATOR,
    getChannelCodec,
    getChannelDecoder,
    getChannelDiscriminatorBytes,
    getChannelEncoder,
    getChannelSize,
    type Channel,
    type ChannelArgs,
} from '../../generated/epoch/accounts';
export * from '../../generated/epoch/constants';
export * from '../../generated/epoch/errors';
export * from '../../generated/epoch/events';
export * from '../../generated/epoch/instructions';
export * from '../../generated/epoch/pdas';
export {
    identifyPaymentChannelsAccount,
    identifyPaymentChannelsInstruction,
    parsePaymentChannelsInstruction,
    PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    PaymentChannelsAccount,
    PaymentChannelsInstruction,
    type ParsedPaymentChannelsInstruction,
} from '../../generated/epoch/programs';
export * from '../../generated/epoch/types';

// What is the same in every revision.
export * from '../shared';

export { createAddressCache, type AddressCache } from './address-cache';
export { fetchOpenSlot, type SlotConfig } from '../channel/fetch-open-slot';
export {
    assertIsOpenSlotInWindow,
    chooseOpenSlot,
    getReclaimableFromSlot,
    type ChooseOpenSlotInput,
} from '../revision/open-slot';
export { getRentRecovery, type RentRecovery, type RentRecoveryStep } from '../channel/rent-recovery';
export { type DistributedChannelState, type SealedChannelState } from '../channel/state';
export { type RequestCloseInput } from '../instructions/request-close';
export { type SettleInput } from '../instructions/settle';
export { type TopUpInput } from '../instructions/top-up';
export { type WithdrawPayerInput } from '../instructions/withdraw-payer';
export { type ProgramFailureConfig } from '../program-error';
export { planBatchReclaim, type BatchReclaimOptions, type BatchReclaimPlan } from '../settlement/reclaim';
export { LOCALNET_DEPLOYMENT, MAINNET_DEPLOYMENT, type Deployment } from './deployment';
export {
    getSealInstruction,
    getSettleAndSealInstructions,
    isSealable,
    type SealInput,
    type SettleAndSealInput,
    type SettleAndSealInstructions,
} from './ending';
export {
    assembleOpenTransaction,
    assembleTopUpTransaction,
    assertIsAgreedChannel,
    assertIsDistributable,
    assertIsDistributionOf,
    assessDistribution,
    assessOpen,
    checkVoucher,
    checkVoucherState,
    compareBatchOptions,
    createVoucherVerifier,
    decodeChannelAccount,
    decodeChannelState,
    decodeVoucher,
    encodeVoucher,
    executeBatchSettle,
    fetchAllChannel,
    fetchAllMaybeChannel,
    fetchBatchItems,
    fetchChannel,
    fetchChannelFromSeeds,
    fetchChannels,
    fetchChannelState,
    fetchChannelStates,
    fetchClosingChannels,
    fetchDistributionAssessment,
    fetchMaybeChannel,
    fetchMaybeChannelFromSeeds,
    fetchOpenAssessment,
    fetchTokenProgram,
    findChannelPda,
    findChannelPdaSync,
    findCheapChannelSalt,
    findDistributionAddresses,
    findEventAuthorityPdaSync,
    findTreasuryTokenPda,
    findTreasuryTokenPdaSync,
    getChannelFilters,
    getChannelMismatches,
    getDistributeInstructionAsync,
    getDistributeInstructionsAsync,
    getDistributeRequirements,
    getDistributionHash,
    getLoggedEventCount,
    getMaxDistributableRecipients,
    getOpenInstructionAsync,
    getOpenInstructionsAsync,
    getProgramFailure,
    getRequestCloseInstruction,
    getSettleInstructions,
    getTopUpInstructionAsync,
    getVerifyVoucherInstruction,
    getWithdrawPayerInstructionAsync,
    inspectOpenTransaction,
    inspectTopUpTransaction,
    parseEvents,
    parseTransactionEvents,
    planBatchSettle,
    planBatchSettleAsync,
    planLookupTables,
    signVoucher,
    verifyVoucher,
    watchClosingChannels,
} from './functions';
export { paymentChannels, type PaymentChannelsPluginRequirements } from './plugin';
export { getReclaimInstruction, type ReclaimInput } from './reclaim';
export type {
    AgreedChannel,
    AssembleOpenInput,
    BatchExecuteOptions,
    BatchItem,
    BatchMode,
    BatchSettleOptions,
    PlanLookupTablesOptions,
    Blocker,
    ChannelEvent,
    ChannelFilter,
    ChannelSeedsInput,
    ChannelState,
    ChannelToCompare,
    CheapSaltInput,
    ClientWithDeployment,
    ClosingChannelFilter,
    ClosingChannelState,
    DeploymentConfig,
    DistributablePlan,
    DistributeInput,
    DistributeInstructionWithRecipients,
    DistributeWithTokenAccountsInput,
    DistributionAssessment,
    FetchBatchConfig,
    FetchChannelConfig,
    FetchChannelsConfig,
    FetchClosingChannelsConfig,
    FetchedBatch,
    FetchedDistributionAssessment,
    InspectedOpen,
    LiveChannelState,
    OpenAgreement,
    OpenAssessment,
    OpenChannelState,
    OpenInput,
    OpenWithTokenAccountsInput,
    PaymentChannelsAccounts,
    PaymentChannelsInstructions,
    PaymentChannelsPdas,
    PaymentChannelsPlugin,
    PaymentChannelsPluginConfig,
    PluginOpenInput,
    SettleInstructions,
    VoucherCheckInput,
    VoucherInstruction,
} from './types';
