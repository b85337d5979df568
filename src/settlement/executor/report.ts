import type { Address, Signature } from '@solana/kit';

import type { ChannelState } from '../../channel/state';
import type { TransactionFailure } from '../../revision/program-failure';
import type { RevisionName } from '../../revision/types';
import type { PlannedAction } from '../../journal/journal';
import type { Skipped } from '../plan/skipped';
import type { SentOutcome } from '../../journal/journal';

/**
 * What has become of a channel.
 *
 * - `done`: everything that was planned for it has landed, which the status of its transactions or the account's own
 *   numbers have proved. What the mode wanted beyond that is in `skipped`: a payout that waits, for instance.
 * - `skipped`: nothing could be done, or a voucher that is worth more than what is on chain was not brought in;
 *   `skipped` has the reasons, and `alreadySettled`, `lost` and `account` what is known of a channel that others settled or
 *   ended.
 * - `failed`: its transaction fails for a reason of its own, or did not land as often as it was tried.
 * - `leased`: another executor is at it.
 * - `unreadable`: what stands at its address, an account that it depends on, or a request for it can't be read.
 * - `unknown`: a transaction with it is under way and could not be followed any longer; the journal has it.
 * - `notStarted`: the execution was stopped before its turn.
 */
export type BatchChannelStatus = 'done' | 'failed' | 'leased' | 'skipped' | 'notStarted' | 'unknown' | 'unreadable';

/** What an account said when the execution read it last. */
export type BatchChannelAccount = Readonly<{
    /**
     * What stood at the address: the kind of a {@link ChannelState}, or `freed` where there is nothing any more of a channel
     * that was there before.
     */
    status: ChannelState<RevisionName>['kind'] | 'freed';
    /** What was settled, in base units; of a channel that is gone, when it was there last, if this execution saw that. */
    settled?: bigint | undefined;
}>;

/** What has become of a channel of a batch. */
export type BatchChannelResult = Readonly<{
    channel: Address;
    status: BatchChannelStatus;
    /** What has landed, in its order. */
    actions: readonly PlannedAction[];
    /**
     * Cumulative amount of the voucher that was brought in, in base units, or what `alreadySettled` says. It is proved: by
     * the status of the transaction, or by what the account says.
     */
    settledAmount?: bigint | undefined;
    /**
     * Until when it is leased, in milliseconds of the journal's clock, which is that of the machine by default; where the
     * status is `leased` and the journal tells. Its owner prolongs it as long as it is at work.
     */
    leasedUntil?: number | undefined;
    /** What the account says is settled, at least as much as its vouchers are over, where there was nothing to bring in. */
    alreadySettled?: bigint | undefined;
    /** What its highest voucher is over above what was settled, where the channel takes no voucher any more. */
    lost?: bigint | undefined;
    /** What the account said; `undefined` if it was not read since something has landed. */
    account?: BatchChannelAccount | undefined;
    /** The transactions that it was in, whatever became of them. */
    signatures: readonly Signature[];
    /** What was not done, with the typed reason; beside what was, where the status is `done`. */
    skipped: readonly Skipped[];
    /** Why the last of its transactions failed. */
    failure?: TransactionFailure | undefined;
    /** Why it can't be read, or signed for, or whatever else went wrong. */
    error?: unknown;
}>;

/** A transaction of an execution. */
export type BatchTransactionResult = Readonly<{
    signature: Signature;
    /**
     * How it ended; `unknown` when it could not be followed to its end, or when no status of it is known and the channels
     * that would tell are gone.
     */
    outcome: SentOutcome | 'unknown';
    /** Every channel in it. */
    channels: readonly Address[];
    /** What it has cost; nothing unless it is on chain. */
    feeLamports: bigint;
    failure?: TransactionFailure | undefined;
    /** Whether an earlier execution had recorded it. */
    isResumed: boolean;
}>;

/** Why an execution stopped before its end. */
export type BatchStop = Readonly<{
    /**
     * - `aborted`: by the signal, or by an error of `onProgress`.
     * - `feePayer`: it can't pay.
     * - `journal`: it can't be written or read.
     * - `price`: the function that was to say the price failed.
     * - `rpc`: it has not answered for too long, or not as an RPC does.
     * - `verifier`: it failed, and did not say that a signature is bad.
     */
    reason: 'aborted' | 'feePayer' | 'journal' | 'price' | 'rpc' | 'verifier';
    error: unknown;
}>;

/** What `executeBatchSettle` returns. */
export type BatchExecution = Readonly<{
    /** Every channel of the requests once, in their order. */
    channels: readonly BatchChannelResult[];
    transactions: readonly BatchTransactionResult[];
    /** What all transactions have cost, failed ones included. */
    feeLamports: bigint;
    rounds: number;
    /** Why it stopped early; `undefined` when it did all that it could. */
    stopped?: BatchStop | undefined;
}>;

/** Where an execution is. */
export type BatchCounts = Readonly<{
    channels: number;
    done: number;
    /** Given up: skipped, failed, leased elsewhere, unreadable or unknown. */
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
        /** The RPC has not answered, and is asked again: `failingMs` after the first time that it did not. */
        | { kind: 'retrying'; method: string; error: unknown; failingMs: number }
        | { kind: 'sent'; signature: Signature; channels: readonly Address[] }
        | { kind: 'concluded'; transaction: BatchTransactionResult }
        | { kind: 'stopping'; stop: BatchStop }
        | { kind: 'abandoned'; channel: BatchChannelResult }
    )
>;
