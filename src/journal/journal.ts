import type { Address, Base64EncodedWireTransaction, Signature } from '@solana/kit';

/** The action of a transaction on a channel, in the words that all deployments share. */
export type PlannedAction = 'distribute' | 'finalize' | 'reclaim' | 'settle' | 'settleAndFinalize';

/** The effect of a transaction on a channel. */
export type SentChannel = Readonly<{
    channel: Address;
    /** In the order in which they happen. */
    actions: readonly PlannedAction[];
    /** Cumulative amount of the voucher that it settles, in base units; `undefined` when it settles none. */
    cumulativeAmount?: bigint | undefined;
}>;

/** A signed transaction, as it is recorded before it is sent for the first time. */
export type SentTransaction = Readonly<{
    signature: Signature;
    /** All of it, so that whoever resumes can send the very same transaction, which lands once only. */
    wireTransaction: Base64EncodedWireTransaction;
    /** The block height after which it can't land any more. */
    lastValidBlockHeight: bigint;
    feeLamports: bigint;
    channels: readonly SentChannel[];
}>;

/**
 * How a transaction ended.
 *
 * - `landed`: it is on chain, and did what it was sent for.
 * - `failed`: it is on chain, took its fee, and did nothing.
 * - `expired`: it is not on chain, and can't land any more.
 * - `refused`: a node would not forward it.
 */
export type SentOutcome = 'expired' | 'failed' | 'landed' | 'refused';

/** A lease: who may send for a channel, and until when. */
export type ChannelLease = Readonly<{
    channel: Address;
    owner: string;
    /** In milliseconds of the journal's clock, since 1970 unless that is another one. */
    until: number;
}>;

/**
 * Remembers what executors of batches have sent, and who may send for which channel: the one thing that executors share,
 * in one process or in several, and the one that outlives them.
 *
 * Two rules make a fee that is paid twice impossible. Nothing is sent before `recordSent` has resolved, which takes the
 * leases of all its channels; and whoever takes a lease over settles first what `getUnresolved` still has of the channel.
 * A transaction that was recorded, and whose executor was then so slow that it lost its lease, is among those: until its
 * blockhash has expired, the new holder waits for it.
 *
 * An executor shares one journal with every other executor that may get the same channels. A journal is for one cluster.
 */
export type BatchJournal = Readonly<{
    /**
     * Takes the lease of each channel that nobody else holds for this many milliseconds from now, and renews those that
     * the owner holds already. The call is atomic: of two owners that ask for the same channel, one gets it.
     *
     * A lease that the clock of its owner was wrong about ends all the same: one that would last for longer than a day,
     * which is the most, is void, and so is one that was refused for as long as it was taken for and not renewed.
     *
     * @returns The channels that the owner holds now, in the order in which they were given.
     */
    acquire: (owner: string, channels: readonly Address[], durationMs: number) => Promise<readonly Address[]>;
    /**
     * The current leases of these channels, so that a refused executor knows how long to wait. Optional: without it the
     * time is not reported.
     */
    getLeases?: ((channels: readonly Address[]) => Promise<readonly ChannelLease[]>) | undefined;
    /** Gives up the owner's leases of these channels; of those that it does not hold, nothing. */
    release: (owner: string, channels: readonly Address[]) => Promise<void>;
    /**
     * Records a transaction that is about to be sent. When it resolves, the record outlives the process.
     *
     * @throws `JOURNAL_LEASE_LOST` with the channels whose lease the owner does not hold, or not any more; then nothing
     * is recorded.
     */
    recordSent: (owner: string, transaction: SentTransaction) => Promise<void>;
    /** Records how a transaction ended. Whoever finds out may say so, and again; one that is not known is passed over. */
    recordOutcome: (signature: Signature, outcome: SentOutcome) => Promise<void>;
    /** The transactions with any of these channels that were recorded and whose end is not, in the order of recording. */
    getUnresolved: (channels: readonly Address[]) => Promise<readonly SentTransaction[]>;
}>;
