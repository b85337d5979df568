import type { Address } from '@solana/kit';

import type { BatchJournal } from '../journal/journal';
import type { UnknownMembers } from '../ledger/json-shape';
import type { ChainStatus, ChannelRecord, DueReason } from '../ledger/record';
import type { RowChange, RowKind, StoredRow } from '../ledger/rows';

/**
 * What a store's promise that something is written is worth: `process` (gone when the process ends), `machine` (survives
 * crashes and power loss of one machine), `shared` (a database that several machines use).
 */
export type Durability = 'machine' | 'process' | 'shared';

export const DURABILITIES: readonly Durability[] = ['machine', 'process', 'shared'];

/** A record as a store has it. */
export type StoredChannel = Readonly<{
    record: ChannelRecord;
    /** Raised by 1 at each commit: what a change of the record is bound to. */
    version: number;
    /** The id of the commit that wrote it, by which its author knows whether it happened. */
    changeId: string;
    /** Version of the form that it was written in. A higher one than `LEDGER_SCHEMA` can't be written by this version. */
    schema: number;
    /** Members of a newer version, to be written back with the record. */
    unknown: UnknownMembers | undefined;
    /** In unix seconds, by the store's clock. */
    updatedAt: bigint;
}>;

/** One commit: the record of a channel and rows beside it, all of it or nothing. */
export type StoreChange = Readonly<{
    channel: Address;
    /** The version of the record that the change was decided on. */
    expected: number | 'absent';
    /**
     * The id of the commit that wrote the expected version: given, it has to be that one. A version alone is another one's
     * where a database was put back to an earlier state and went on from there.
     */
    expectedChangeId?: string | undefined;
    /** Random and new for every attempt that decides again; the same for one that is repeated. */
    changeId: string;
    /** Left out where only rows are written; the record has to be at the expected version all the same. */
    record?: ChannelRecord | undefined;
    /** {@link StoredChannel.unknown} of the record that was read. */
    unknown?: UnknownMembers | undefined;
    rows: readonly RowChange[];
}>;

/** Which channels to list; what is left out does not matter. */
export type ChannelQuery = Readonly<{
    status?: ChainStatus | undefined;
    payee?: Address | undefined;
    payer?: Address | undefined;
    rentPayer?: Address | undefined;
    /** Only channels whose work is due at this unix time or before. */
    dueBefore?: bigint | undefined;
    isQuarantined?: boolean | undefined;
    /** The channels after this one, in the order of addresses: the last of the page before. */
    after?: Address | undefined;
    /** 1 to 1,000. */
    limit: number;
}>;

/** A page of a list. Records that can't be read are among it, so that one of them doesn't hide the others. */
export type ChannelPage = Readonly<{
    channels: readonly (StoredChannel | UnreadableChannel)[];
    /** Where the next page begins; `undefined` at the end. */
    next: Address | undefined;
}>;

/** A record that is damaged, with the error that says so. */
export type UnreadableChannel = Readonly<{ channel: Address; error: Error }>;

/** A row of {@link ChannelStore.listPending} that is damaged. */
export type UnreadableRow = Readonly<{ kind: 'transaction'; key: string; error: Error }>;

/** A claim of due work: the leases of the channels are those of the journal. */
export type WorkClaim = Readonly<{
    /** Unique for each start of a process. */
    owner: string;
    /** 1,000 at least: a lease has to outlive its own renewal. */
    leaseMs: number;
    /** 1 to 1,000. */
    limit: number;
    reasons?: readonly DueReason[] | undefined;
}>;

/**
 * What a purge may delete, in unix seconds.
 *
 * - `charges`: charges that ended (or, never ended, began) before this, and challenges that expired before it.
 * - `closed`: channels that are proven absent and were written last before this, with their charges, deliveries and
 *   transactions; and transactions recorded before it that failed or expired.
 *
 * Settlements stay: they are the ledger. So does every other channel, however old.
 */
export type PurgeLimits = Readonly<{ charges: bigint; closed: bigint }>;

/**
 * Keeps the records of channels and the rows beside them.
 *
 * A store knows nothing about payments. It applies what was decided if the record is still at the version that the
 * decision was made on, all of it or nothing, and says `conflict` otherwise; it retries nothing by itself. When `commit`
 * rejects, whether it happened is not known: {@link commitOrRead} finds out. What damaged or newer records are is told by
 * errors that name the channel: `LEDGER_RECORD_INVALID`, `STORE_NEWER`.
 */
export type ChannelStore = Readonly<{
    durability: Durability;
    /** The cluster that the store's channels are on. */
    network: string;
    get: (channel: Address) => Promise<StoredChannel | undefined>;
    /** Those of at most 1,000 channels that there are: each once, in the order in which they are named first. */
    getMany: (channels: readonly Address[]) => Promise<readonly (StoredChannel | UnreadableChannel)[]>;
    commit: (change: StoreChange) => Promise<'committed' | 'conflict'>;
    getRow: <TKind extends RowKind>(kind: TKind, key: string) => Promise<StoredRow<TKind> | undefined>;
    /** Transactions of clients whose outcome is not known, the oldest first. */
    listPending: (limit: number) => Promise<readonly (StoredRow<'transaction'> | UnreadableRow)[]>;
    list: (query: ChannelQuery) => Promise<ChannelPage>;
    /**
     * Takes the leases of channels whose work is due and that are neither leased nor in quarantine: those with a deadline
     * first, the earliest of them first; then those with the most at risk; then the longest due. A record that can't be read
     * is among them, with its error: it takes its place, and nobody else's.
     */
    claimDue: (claim: WorkClaim) => Promise<readonly (StoredChannel | UnreadableChannel)[]>;
    /** The journal of the executor, in the same place: its leases are those of {@link ChannelStore.claimDue}. */
    journal: BatchJournal;
    /** @returns How many records and rows were deleted. */
    purge: (limits: PurgeLimits) => Promise<number>;
    /**
     * Ends what the store has begun by itself; a handle that was given to it stays open. From then on every method, those of
     * the journal too, rejects with `STORE_CLOSED`; to close it again does nothing.
     */
    close: () => Promise<void>;
}>;
