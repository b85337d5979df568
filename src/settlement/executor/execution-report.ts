import type { Address, Signature } from '@solana/kit';

import type { ChannelState } from '../../channel/channel-state';
import type { TransactionFailure } from '../../revision/program-failure';
import type { RevisionName } from '../../revision/revision-types';
import type { PlannedAction } from '../../journal/journal';
import type { Skipped } from '../plan/skipped';
import type { SentOutcome } from '../../journal/journal';

/**
 * The outcome of a channel.
 *
 * - `done`: everything that was planned for it has landed, which the status of its transactions or its account proves. Parts
 *   of the mode that were not planned are in `skipped`: a payout that waits, for instance.
 * - `skipped`: nothing could be done, or a voucher over more than what is on chain was not settled. `skipped` has the
 *   reasons; `alreadySettled`, `lost` and `account` tell what is known of a channel that others settled or ended.
 * - `failed`: its transaction fails for a reason of its own, or did not land in as many attempts as it has.
 * - `leased`: another executor holds its lease.
 * - `unreadable`: its account, an account that it depends on, or a request for it can't be read.
 * - `unknown`: a transaction with it is under way and could not be followed any longer; the journal has it.
 * - `notStarted`: the execution was stopped before its turn.
 */
export type BatchChannelStatus = 'done' | 'failed' | 'leased' | 'skipped' | 'notStarted' | 'unknown' | 'unreadable';

/** The account of a channel when the execution read it last. */
export type BatchChannelAccount = Readonly<{
    /**
     * The kind of its {@link ChannelState}, or `freed` for a channel that was there before and is gone.
     */
    status: ChannelState<RevisionName>['kind'] | 'freed';
    /** Amount that was settled, in base units; for a channel that is gone, when this execution saw it last. */
    settled?: bigint | undefined;
}>;

/** The result of a channel of a batch. */
export type BatchChannelResult = Readonly<{
    channel: Address;
    status: BatchChannelStatus;
    /** The actions that have landed, in their order. */
    actions: readonly PlannedAction[];
    /**
     * Cumulative amount of the voucher that was settled, in base units, or else `alreadySettled`. The status of the
     * transaction, or the account, proves it.
     */
    settledAmount?: bigint | undefined;
    /**
     * When its lease ends, in milliseconds of the journal's clock, which is that of the machine by default; where the
     * status is `leased` and the journal tells. An owner that is at work renews it.
     */
    leasedUntil?: number | undefined;
    /** Amount that its account says is settled, where that is at least as much as its vouchers are over. */
    alreadySettled?: bigint | undefined;
    /** By how much its highest voucher exceeds what was settled, where the channel takes no voucher any more. */
    lost?: bigint | undefined;
    /** Its account; `undefined` if it was not read since the last of its transactions landed. */
    account?: BatchChannelAccount | undefined;
    /** All transactions that it was in, whatever their outcome. */
    signatures: readonly Signature[];
    /** The parts that were not done, each with its typed reason; a channel that is `done` may have some. */
    skipped: readonly Skipped[];
    /** Why the last of its transactions failed. */
    failure?: TransactionFailure | undefined;
    /** Any other error: it can't be read, or signed for. */
    error?: unknown;
}>;

/** A transaction of an execution. */
export type BatchTransactionResult = Readonly<{
    signature: Signature;
    /**
     * How it ended; `unknown` when it could not be followed to its end, or when it has no known status and the channels that
     * would tell are gone.
     */
    outcome: SentOutcome | 'unknown';
    /** Every channel in it. */
    channels: readonly Address[];
    /** Its fee; 0 unless it is on chain. */
    feeLamports: bigint;
    failure?: TransactionFailure | undefined;
    /** Whether an earlier execution had recorded it. */
    isResumed: boolean;
}>;

/** Why an execution stopped before its end. */
export type BatchStop = Readonly<{
    /**
     * - `aborted`: the signal was aborted, or `onProgress` has thrown.
     * - `feePayer`: the fee payer can't pay.
     * - `journal`: the journal can't be written or read.
     * - `price`: the function for the price failed.
     * - `rpc`: the RPC has not answered for too long, or not as an RPC does.
     * - `verifier`: the verifier failed, which does not say that a signature is bad.
     */
    reason: 'aborted' | 'feePayer' | 'journal' | 'price' | 'rpc' | 'verifier';
    error: unknown;
}>;

/** The result of `executeBatchSettle`. */
export type BatchExecution = Readonly<{
    /** Every channel of the requests once, in their order. */
    channels: readonly BatchChannelResult[];
    transactions: readonly BatchTransactionResult[];
    /** The fees of all transactions, failed ones included. */
    feeLamports: bigint;
    rounds: number;
    /** Why it stopped early; `undefined` when it did everything that it could. */
    stopped?: BatchStop | undefined;
}>;

/** The numbers of channels and transactions of an execution, by status. */
export type BatchCounts = Readonly<{
    channels: number;
    done: number;
    /** Abandoned: skipped, failed, leased elsewhere, unreadable or unknown. */
    notDone: number;
    /** In a transaction that is under way. */
    underWay: number;
    waiting: number;
    transactionsUnderWay: number;
    feeLamports: bigint;
}>;

/** A step of an execution, for a progress bar and a log. */
export type BatchProgress = Readonly<
    { counts: BatchCounts } & (
        | { kind: 'finished' }
        | { kind: 'planned'; round: number; transactions: number }
        | { kind: 'resumed'; signature: Signature; channels: readonly Address[] }
        /** The RPC has not answered and is asked again, `failingMs` after it first failed to. */
        | { kind: 'retrying'; method: string; error: unknown; failingMs: number }
        | { kind: 'sent'; signature: Signature; channels: readonly Address[] }
        /** A transaction has ended, and the journal has its outcome. */
        | { kind: 'concluded'; transaction: BatchTransactionResult }
        | { kind: 'stopping'; stop: BatchStop }
        /** Nothing more is done with a channel though it is not `done`; each is reported once. */
        | { kind: 'abandoned'; channel: BatchChannelResult }
    )
>;
