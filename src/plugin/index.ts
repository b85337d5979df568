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
    type PaymentChannelsPdas,
    type PaymentChannelsPlugin,
    type PaymentChannelsPluginConfig,
} from './payment-channels';
export type { ChannelReaders, PaymentChannelsAccounts } from './channel-accounts';
export type { PaymentChannelsInstructions, PluginDistributeInput, PluginOpenInput } from './channel-instructions';
export type { PaymentChannelsPluginRequirements } from './plugin-requirements';
export { rpc } from './rpc';
export type { SelfSendingPlan } from './self-sending';
export type { SendingApi } from './send-message';
export {
    transactionSending,
    type TransactionSendingConfig,
    type TransactionSendingRequirements,
} from './transaction-sending';
