// Plugins for clients of @solana/kit.
export {
    batchSettlement,
    type BatchSettlement,
    type BatchSettlementConfig,
    type BatchSettlementRequirements,
    type RevisionOfClient,
} from './batch-settlement';
export { payer } from './payer';
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
} from './payment-channels';
export { rpc } from './rpc';
export type { SelfSendingPlan } from './self-sending';
export type { SendingApi } from './send-message';
export {
    transactionSending,
    type TransactionSendingConfig,
    type TransactionSendingRequirements,
} from './transaction-sending';
