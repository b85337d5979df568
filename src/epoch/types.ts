// The types of the root entry point, of the epoch revision.

import type * as channelAgreed from '../channel/agreed';
import type * as channelAddresses from '../channel/addresses';
import type * as channelAssessDistribution from '../channel/assess-distribution';
import type * as channelAssessOpen from '../channel/assess-open';
import type * as channelBlocker from '../channel/blocker';
import type * as channelCheapSalt from '../channel/cheap-salt';
import type * as channelClosing from '../channel/closing';
import type * as channelFetch from '../channel/fetch';
import type * as channelFetchAssessment from '../channel/fetch-assessment';
import type * as channelFilters from '../channel/filters';
import type * as channelQuery from '../channel/query';
import type * as channelState from '../channel/state';
import type * as deployment from '../deployment';
import type * as events from '../events';
import type * as instructionsComposed from '../instructions/composed';
import type * as instructionsDistribute from '../instructions/distribute';
import type * as instructionsDistributeLimit from '../instructions/distribute-limit';
import type * as instructionsOpen from '../instructions/open';
import type * as instructionsSettle from '../instructions/settle';
import type * as pluginPaymentChannels from '../plugin/payment-channels';
import type * as settlementBatch from '../settlement/batch';
import type * as settlementLookupTables from '../settlement/lookup-table/plan';
import type * as settlementFetchItems from '../settlement/execute/fetch-items';
import type * as settlementRequest from '../settlement/execute/request';
import type * as transactionsAgreement from '../transactions/agreement';
import type * as transactionsAssemble from '../transactions/assemble';
import type * as transactionsInspected from '../transactions/inspected';
import type * as voucherCheck from '../voucher/check';
import type * as voucherVerdict from '../voucher/verdict';

/** {@link transactionsAssemble.AssembleOpenInput} of the epoch revision. */
export type AssembleOpenInput = transactionsAssemble.AssembleOpenInput<'epoch'>;

/** {@link channelBlocker.Blocker} of the epoch revision. */
export type Blocker = channelBlocker.Blocker<'epoch'>;

/** {@link events.ChannelEvent} of the epoch revision. */
export type ChannelEvent = events.ChannelEvent<'epoch'>;

/** {@link channelFilters.ChannelFilter} of the epoch revision. */
export type ChannelFilter = channelFilters.ChannelFilter<'epoch'>;

/** {@link channelAddresses.ChannelSeedsInput} of the epoch revision. */
export type ChannelSeedsInput = channelAddresses.ChannelSeedsInput<'epoch'>;

/** {@link channelState.ChannelState} of the epoch revision. */
export type ChannelState = channelState.ChannelState<'epoch'>;

/** {@link channelCheapSalt.CheapSaltInput} of the epoch revision. */
export type CheapSaltInput = channelCheapSalt.CheapSaltInput<'epoch'>;

/** {@link channelClosing.ClosingChannelFilter} of the epoch revision. */
export type ClosingChannelFilter = channelClosing.ClosingChannelFilter<'epoch'>;

/** {@link channelState.ClosingChannelState} of the epoch revision. */
export type ClosingChannelState = channelState.ClosingChannelState<'epoch'>;

/** {@link deployment.ClientWithDeployment} of the epoch revision. */
export type ClientWithDeployment = deployment.ClientWithDeployment<'epoch'>;

/** {@link deployment.DeploymentConfig} of the epoch revision. */
export type DeploymentConfig = deployment.DeploymentConfig<'epoch'>;

/** {@link instructionsDistributeLimit.DistributablePlan} of the epoch revision. */
export type DistributablePlan = instructionsDistributeLimit.DistributablePlan<'epoch'>;

/** {@link instructionsDistribute.DistributeInput} of the epoch revision. */
export type DistributeInput = instructionsDistribute.DistributeInput<'epoch'>;

/** {@link instructionsDistribute.DistributeInstructionWithRecipients} of the epoch revision. */
export type DistributeInstructionWithRecipients = instructionsDistribute.DistributeInstructionWithRecipients<'epoch'>;

/** {@link instructionsComposed.DistributeWithTokenAccountsInput} of the epoch revision. */
export type DistributeWithTokenAccountsInput = instructionsComposed.DistributeWithTokenAccountsInput<'epoch'>;

/** {@link channelAssessDistribution.DistributionAssessment} of the epoch revision. */
export type DistributionAssessment = channelAssessDistribution.DistributionAssessment<'epoch'>;

/** {@link channelFetch.FetchChannelConfig} of the epoch revision. */
export type FetchChannelConfig = channelFetch.FetchChannelConfig<'epoch'>;

/** {@link channelQuery.FetchChannelsConfig} of the epoch revision. */
export type FetchChannelsConfig = channelQuery.FetchChannelsConfig<'epoch'>;

/** {@link channelClosing.FetchClosingChannelsConfig} of the epoch revision. */
export type FetchClosingChannelsConfig = channelClosing.FetchClosingChannelsConfig<'epoch'>;

/** {@link channelFetchAssessment.FetchedDistributionAssessment} of the epoch revision. */
export type FetchedDistributionAssessment = channelFetchAssessment.FetchedDistributionAssessment<'epoch'>;

/** {@link transactionsInspected.InspectedOpen} of the epoch revision. */
export type InspectedOpen = transactionsInspected.InspectedOpen<'epoch'>;

/** {@link channelState.LiveChannelState} of the epoch revision. */
export type LiveChannelState = channelState.LiveChannelState<'epoch'>;

/** {@link channelAgreed.AgreedChannel} of the epoch revision. */
export type AgreedChannel = channelAgreed.AgreedChannel<'epoch'>;

/** {@link channelAgreed.ChannelToCompare} of the epoch revision. */
export type ChannelToCompare = channelAgreed.ChannelToCompare<'epoch'>;

/** {@link transactionsAgreement.OpenAgreement} of the epoch revision. */
export type OpenAgreement = transactionsAgreement.OpenAgreement<'epoch'>;

/** {@link channelAssessOpen.OpenAssessment} of the epoch revision. */
export type OpenAssessment = channelAssessOpen.OpenAssessment<'epoch'>;

/** {@link channelState.OpenChannelState} of the epoch revision. */
export type OpenChannelState = channelState.OpenChannelState<'epoch'>;

/** {@link instructionsOpen.OpenInput} of the epoch revision. */
export type OpenInput = instructionsOpen.OpenInput<'epoch'>;

/** {@link instructionsComposed.OpenWithTokenAccountsInput} of the epoch revision. */
export type OpenWithTokenAccountsInput = instructionsComposed.OpenWithTokenAccountsInput<'epoch'>;

/** {@link pluginPaymentChannels.PaymentChannelsAccounts} of the epoch revision. */
export type PaymentChannelsAccounts = pluginPaymentChannels.PaymentChannelsAccounts<'epoch'>;

/** {@link pluginPaymentChannels.PaymentChannelsInstructions} of the epoch revision. */
export type PaymentChannelsInstructions = pluginPaymentChannels.PaymentChannelsInstructions<'epoch'>;

/** {@link pluginPaymentChannels.PaymentChannelsPdas} of the epoch revision. */
export type PaymentChannelsPdas = pluginPaymentChannels.PaymentChannelsPdas<'epoch'>;

/** {@link pluginPaymentChannels.PaymentChannelsPlugin} of the epoch revision. */
export type PaymentChannelsPlugin = pluginPaymentChannels.PaymentChannelsPlugin<'epoch'>;

/** {@link pluginPaymentChannels.PaymentChannelsPluginConfig} of the epoch revision. */
export type PaymentChannelsPluginConfig = pluginPaymentChannels.PaymentChannelsPluginConfig<'epoch'>;

/** {@link pluginPaymentChannels.PluginOpenInput} of the epoch revision. */
export type PluginOpenInput = pluginPaymentChannels.PluginOpenInput<'epoch'>;

/** {@link instructionsSettle.SettleInstructions} of the epoch revision. */
export type SettleInstructions = instructionsSettle.SettleInstructions<'epoch'>;

/** {@link voucherCheck.VoucherCheckInput} of the epoch revision. */
export type VoucherCheckInput = voucherCheck.VoucherCheckInput<'epoch'>;

/** {@link voucherVerdict.VoucherInstruction} of the epoch revision. */
export type VoucherInstruction = voucherVerdict.VoucherInstruction<'epoch'>;

/** {@link settlementBatch.BatchItem} of the epoch revision. */
export type BatchItem = settlementBatch.BatchItem<'epoch'>;

/** {@link settlementBatch.BatchMode} of the epoch revision. */
export type BatchMode = settlementBatch.BatchMode<'epoch'>;

/** {@link settlementBatch.BatchSettleOptions} of the epoch revision. */
export type BatchSettleOptions = settlementBatch.BatchSettleOptions<'epoch'>;
/** {@link settlementLookupTables.PlanLookupTablesOptions} of the epoch revision. */
export type PlanLookupTablesOptions = settlementLookupTables.PlanLookupTablesOptions<'epoch'>;

/** {@link settlementRequest.BatchExecuteOptions} of the epoch revision. */
export type BatchExecuteOptions = settlementRequest.BatchExecuteOptions<'epoch'>;

/** {@link settlementFetchItems.FetchBatchConfig} of the epoch revision. */
export type FetchBatchConfig = settlementFetchItems.FetchBatchConfig<'epoch'>;

/** {@link settlementFetchItems.FetchedBatch} of the epoch revision. */
export type FetchedBatch = settlementFetchItems.FetchedBatch<'epoch'>;
