import type { Address, Signature } from '@solana/kit';

import type { ChainView, ChannelEnding, EndingReason, PendingDelivery, StoredVoucher } from './record';
import type { ChargeRow, KeptResponse, RowChange, SettlementRow, StoredRow, TransactionRow } from './rows';
import type { ChannelRecord } from './record';

// What is asked of the ledger, and what it answers. Everything that takes time was done before: a signature was verified,
// the chain was read, the handler has run; its result is part of the command.

/** A voucher that a client sent, and whether its signature was verified to be good. */
export type ReceivedVoucher = Readonly<{
    channelId: Address;
    cumulativeAmount: bigint;
    expiresAt: bigint;
    /** In base58. */
    signature: Signature;
    isSignatureGood: boolean;
}>;

/** A request that is to be charged. */
export type ChargeRequest = Readonly<{
    /** The client's idempotency key, or the signature of the voucher where the client has sent none. */
    key: string;
    /** What the key is bound to. */
    fingerprint: string;
    price: bigint;
    units: bigint;
    /** Which process runs the handler: unique for each start of it. */
    owner: string;
    /** When the reservation ends by itself, in unix seconds: later than now. */
    until: bigint;
    /** The row of the key as it was read, `undefined` where there is none. */
    row: StoredRow<'charge'> | undefined;
}>;

/** What every command may bring along: a view of the chain that was read for it. */
type Observing = Readonly<{ observation?: ChainView | undefined }>;

export type OpenCommand = Readonly<{ kind: 'open'; signature: Signature; transaction: TransactionRow }>;

export type ActivateCommand = Readonly<{
    kind: 'activate';
    /** The row of the open, as it was read. */
    row: StoredRow<'transaction'>;
    openedSlot: bigint;
    chain: ChainView;
    /** The challenge that the open answers, which may open no other channel. */
    challenge?: Readonly<{ id: string; expiresAt: bigint }> | undefined;
}>;

export type AcceptVoucherCommand = Observing &
    Readonly<{ kind: 'acceptVoucher'; voucher: ReceivedVoucher; charge?: ChargeRequest | undefined }>;

export type ReserveCommand = Observing & Readonly<{ kind: 'reserve'; charge: ChargeRequest }>;

export type CommitChargeCommand = Readonly<{
    kind: 'commitCharge';
    row: StoredRow<'charge'>;
    owner: string;
    /** What is charged, at most what was reserved. */
    amount: bigint;
    units: bigint;
    receipt: string | null;
    response: KeptResponse | null;
}>;

export type ReleaseChargeCommand = Readonly<{ kind: 'releaseCharge'; row: StoredRow<'charge'>; owner: string }>;

export type ReserveDeliveryCommand = Observing &
    Readonly<{
        kind: 'reserveDelivery';
        amount: bigint;
        /** By default the channel and its next sequence. */
        id?: string | undefined;
        expiresAt?: bigint | undefined;
        /** The row of a committed delivery of this id, if there is one. */
        row: StoredRow<'delivery'> | undefined;
    }>;

export type CommitDeliveryCommand = Observing &
    Readonly<{
        kind: 'commitDelivery';
        id: string;
        voucher: ReceivedVoucher;
        row: StoredRow<'delivery'> | undefined;
    }>;

export type TopUpSeenCommand = Readonly<{ kind: 'topUpSeen'; row: StoredRow<'transaction'>; chain: ChainView }>;

export type TouchCommand = Readonly<{ kind: 'touch'; at: bigint }>;

export type ObserveCommand = Readonly<{
    kind: 'observe';
    chain: ChainView;
    /** That there is no account any more was proven, and not only read once. */
    isAbsenceProven?: boolean | undefined;
}>;

export type EndCommand = Observing &
    Readonly<{
        kind: 'end';
        reason: EndingReason;
        /** The client's last voucher. */
        voucher?: ReceivedVoucher | undefined;
        /** Whether the client may end with less than was accepted, down to what was spent. */
        mayEndBelowAccepted?: boolean | undefined;
    }>;

export type WorkedCommand = Observing &
    Readonly<{
        kind: 'worked';
        /** What was sent and has come to an end: the ledger. */
        settlements?: readonly Readonly<{ signature: Signature; row: SettlementRow }>[] | undefined;
        error?: Readonly<{ code: string; isTransient: boolean }> | undefined;
    }>;

export type QuarantineCommand = Readonly<{ kind: 'quarantine'; reason: string | null }>;

/** What can be asked of the ledger about one channel. */
export type LedgerCommand =
    | AcceptVoucherCommand
    | ActivateCommand
    | CommitChargeCommand
    | CommitDeliveryCommand
    | EndCommand
    | ObserveCommand
    | OpenCommand
    | QuarantineCommand
    | ReleaseChargeCommand
    | ReserveCommand
    | ReserveDeliveryCommand
    | TopUpSeenCommand
    | TouchCommand
    | WorkedCommand;

/** Why something is refused; the wires say it in words of their own. */
export type RefusalCode =
    | 'AMOUNT_EXCEEDS_RESERVATION'
    | 'BELOW_MIN_DELTA'
    | 'CHANNEL_CLOSE_PENDING'
    | 'CHANNEL_CLOSING_ON_CHAIN'
    | 'CHANNEL_NOT_FOUND'
    | 'CHANNEL_SEALED'
    | 'CHANNEL_STATE_MISMATCH'
    | 'CHARGE_ABANDONED'
    | 'CHARGE_NOT_RUNNING'
    | 'CHARGE_RUNNING'
    | 'CLOSE_VOUCHER_MISMATCH'
    | 'CUMULATIVE_NOT_MONOTONIC'
    | 'DELIVERY_CONFLICT'
    | 'DELIVERY_EXISTS'
    | 'DELIVERY_EXPIRED'
    | 'DELIVERY_NOT_FOUND'
    | 'EXCEEDS_AVAILABLE_DEPOSIT'
    | 'EXCEEDS_DEPOSIT'
    | 'EXPIRED'
    | 'EXPIRES_EARLIER'
    | 'EXPIRES_WITHIN_SETTLEMENT_WINDOW'
    | 'GRACE_PERIOD_TOO_SHORT'
    | 'IDEMPOTENCY_CONFLICT'
    | 'INSUFFICIENT_AUTHORIZATION'
    | 'INVALID_SIGNATURE'
    | 'NOT_IDLE'
    | 'OPEN_REPLAY_MISMATCH'
    | 'TOO_MANY_DELIVERIES'
    | 'TOO_MANY_RESERVATIONS'
    | 'VIEW_OUT_OF_DATE'
    | 'VOUCHER_CHANNEL_MISMATCH';

/** Where a channel stands, for receipts and for refusals. `spent` has what is reserved in it, as on the wire. */
export type Standing = Readonly<{ deposit: bigint; accepted: bigint; spent: bigint; settled: bigint }>;

export type Refusal = Readonly<{
    kind: 'refused';
    code: RefusalCode;
    standing?: Standing | undefined;
    /** The cumulative amount of the voucher that would do. */
    requiredCumulative?: bigint | undefined;
}>;

/**
 * What became of the request to charge.
 *
 * - `reserved`: the handler may run, and `commitCharge` or `releaseCharge` follows.
 * - `answered`: the same request was answered before; its row says how.
 * - `insufficient`: the credit does not cover the price.
 */
export type ChargeAnswer =
    | Readonly<{ kind: 'reserved'; key: string }>
    | Readonly<{ kind: 'answered'; row: ChargeRow }>
    | Readonly<{ kind: 'insufficient'; requiredCumulative: bigint }>;

export type Answers = {
    /**
     * `accepted` with what is gained; `replayed` for the very voucher that was accepted last; `answered` where the key's
     * request was answered before, and the voucher was not looked at.
     */
    acceptVoucher:
        | Readonly<{ kind: 'accepted'; delta: bigint; charge: ChargeAnswer | null; standing: Standing }>
        | Readonly<{ kind: 'answered'; row: ChargeRow; standing: Standing }>
        | Readonly<{ kind: 'replayed'; standing: Standing }>;
    activate: Readonly<{ kind: 'activated' | 'replayed'; standing: Standing }>;
    commitCharge: Readonly<{ kind: 'charged'; standing: Standing }>;
    commitDelivery: Readonly<{ kind: 'committed' | 'replayed'; amount: bigint; standing: Standing }>;
    end: Readonly<{ kind: 'ending'; ending: ChannelEnding; isFirst: boolean; voucher: StoredVoucher | null }>;
    observe: Readonly<{ kind: 'ignored' | 'observed' }>;
    open: Readonly<{ kind: 'recorded' }>;
    quarantine: Readonly<{ kind: 'quarantined' | 'released' }>;
    releaseCharge: Readonly<{ kind: 'released'; standing: Standing }>;
    reserve: ChargeAnswer;
    reserveDelivery: Readonly<{ kind: 'deliveryReserved'; delivery: PendingDelivery; standing: Standing }>;
    topUpSeen: Readonly<{ kind: 'credited' | 'replayed'; standing: Standing }>;
    touch: Readonly<{ kind: 'touched' | 'unchanged' }>;
    worked: Readonly<{ kind: 'noted' }>;
};

/** What an operator should hear of. */
export type LedgerEvent =
    | Readonly<{ kind: 'CHAIN_AHEAD'; channel: Address; accepted: bigint; settled: bigint }>
    | Readonly<{ kind: 'CHARGE_ABANDONED'; channel: Address; key: string; amount: bigint }>;

/** What a decision changes; the id of the change is the caller's. */
export type DecidedChange = Readonly<{
    channel: Address;
    expected: number | 'absent';
    /** Left out where only rows are written. */
    record?: ChannelRecord;
    rows: readonly RowChange[];
}>;

/** A decision. A refusal may have a change as well: that of what was learnt on the way. */
export type Decision<TAnswer> = Readonly<{
    change: DecidedChange | null;
    events: readonly LedgerEvent[];
    result: Refusal | TAnswer;
}>;
