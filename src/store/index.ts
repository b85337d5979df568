// Entry point ./store: what a server knows of its channels (the ledger), and where it is kept (the store).
export type {
    AcceptVoucherCommand,
    ActivateCommand,
    Answers,
    ChargeAnswer,
    ChargeRequest,
    CommitChargeCommand,
    CommitDeliveryCommand,
    DecidedChange,
    Decision,
    EndCommand,
    LedgerCommand,
    LedgerEvent,
    ObserveCommand,
    OpenCommand,
    QuarantineCommand,
    ReceivedVoucher,
    Refusal,
    RefusalCode,
    ReleaseChargeCommand,
    ReserveCommand,
    ReserveDeliveryCommand,
    Standing,
    TopUpSeenCommand,
    TouchCommand,
    WorkedCommand,
} from '../ledger/commands';
export { getDeliveryKey } from '../ledger/accept';
export { getChargeKey } from '../ledger/charge';
export { decide } from '../ledger/decide';
export { getStanding, type DecisionContext, type VersionedRecord } from '../ledger/draft';
export type { Json, JsonObject, UnknownMembers } from '../ledger/json-shape';
export {
    decodeChannelRecord,
    decodeRow,
    encodeChannelRecord,
    encodeRow,
    LEDGER_SCHEMA,
    type Decoded,
} from '../ledger/ledger-json';
export {
    createLedgerPolicy,
    type LedgerPolicy,
    type LedgerPolicyOptions,
    type SettlementSchedule,
} from '../ledger/policy';
export {
    getAtRisk,
    getAvailable,
    getReserved,
    getVoucherToEndWith,
    type ChainStatus,
    type ChainView,
    type ChannelEnding,
    type ChannelIdentity,
    type ChannelRecord,
    type DueReason,
    type DueWork,
    type EndingReason,
    type PendingDelivery,
    type Reservation,
    type SettledMark,
    type StoredVoucher,
    type WorkError,
} from '../ledger/record';
export type {
    ChallengeRow,
    ChargeRow,
    DeliveryRow,
    KeptResponse,
    PlannedIdentity,
    RowChange,
    RowKind,
    RowValues,
    SettlementRow,
    StoredRow,
    TransactionRow,
} from '../ledger/rows';
export { createCheckedStore } from './checked-store';
export { assertIsWritable } from './checks';
export { commitCommand, commitOrRead, type CommitContext, type CommitResult } from './commit';
export { assertIsDurable, type DurabilityRequirement } from './durability';
export { createKnownChannels, type KnownChannel, type KnownChannels } from './known-channels';
export { createMemoryStore, type MemoryStoreOptions } from './memory-store';
export type {
    ChannelPage,
    ChannelQuery,
    ChannelStore,
    Durability,
    PurgeLimits,
    StoreChange,
    StoredChannel,
    UnreadableChannel,
    UnreadableRow,
    WorkClaim,
} from './store';
export { exportChannels, importChannel, type ExportOptions } from './transfer';
