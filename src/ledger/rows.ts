import type { Address, Signature } from '@solana/kit';

import type { UnknownMembers } from './json-shape';
import type { ChannelIdentity } from './record';

// What is kept beside the record of a channel, in rows with keys of their own, and changed in the same commit as it.

/** What the client was answered, to be answered again. */
export type KeptResponse = Readonly<{
    status: number;
    headers: readonly (readonly [name: string, value: string])[];
    /** In base64; `null` for what was not kept, being streamed or too large. */
    body: string | null;
}>;

/**
 * A request that is charged for, by its idempotency key.
 *
 * - `running`: credit is reserved, and the handler may be at work. A row that says so while the record has no such
 *   reservation any more was abandoned: its handler must not run again.
 * - `committed`: charged; the same request gets the same answer.
 * - `released`: the handler failed and nothing was charged; the same request may run again.
 */
export type ChargeRow = Readonly<{
    stage: 'committed' | 'released' | 'running';
    /** What the key is bound to: a hash of method, target, body and the signature of the voucher. */
    fingerprint: string;
    owner: string;
    price: bigint;
    units: bigint;
    startedAt: bigint;
    endedAt: bigint | null;
    /** The receipt as it was sent, in JSON. */
    receipt: string | null;
    response: KeptResponse | null;
}>;

/** A delivery of the side channel that was committed. */
export type DeliveryRow = Readonly<{ amount: bigint; cumulative: bigint; signature: Signature; committedAt: bigint }>;

/** What is to be known of a channel before it is on chain: all of its identity but the slot of its open. */
export type PlannedIdentity = Omit<ChannelIdentity, 'openedSlot'>;

/** A transaction that a client handed in, recorded before it is sent. */
export type TransactionRow = Readonly<{
    kind: 'open' | 'topUp';
    channel: Address;
    /** The signed transaction in base64, to be sent again; `null` where the client sends it by itself. */
    wire: string | null;
    lastValidBlockHeight: bigint | null;
    outcome: 'expired' | 'failed' | 'landed' | 'pending';
    /** For an open: the channel that it makes, and what was agreed with the client. */
    open: Readonly<{ identity: PlannedIdentity; idleTimeoutSeconds: number | null }> | null;
    recordedAt: bigint;
}>;

/** A challenge that was used to open a channel: it opens no other one. */
export type ChallengeRow = Readonly<{ channel: Address; expiresAt: bigint }>;

/** A transaction of this server that has an end: the ledger. */
export type SettlementRow = Readonly<{
    channel: Address;
    action: string;
    /** Cumulative amount that it settled; `null` when it settled none. */
    amount: bigint | null;
    feeLamports: bigint;
    outcome: 'expired' | 'failed' | 'landed' | 'refused';
    slot: bigint | null;
    at: bigint;
}>;

/** The kinds of rows with their values. */
export type RowValues = {
    challenge: ChallengeRow;
    charge: ChargeRow;
    delivery: DeliveryRow;
    settlement: SettlementRow;
    transaction: TransactionRow;
};

export type RowKind = keyof RowValues;

/** A row as it was read, with its version; `undefined` stands for one that is not there. */
export type StoredRow<TKind extends RowKind = RowKind> = {
    [K in TKind]: Readonly<{
        kind: K;
        key: string;
        version: number;
        value: RowValues[K];
        /** Members of a newer version, to be written back with the row. */
        unknown?: UnknownMembers | undefined;
    }>;
}[TKind];

/** A row to be written: only if it is at the expected version, or not there. */
export type RowChange<TKind extends RowKind = RowKind> = {
    [K in TKind]: Readonly<{
        kind: K;
        key: string;
        expected: number | 'absent' | 'any';
        value: RowValues[K] | 'delete';
        /** {@link StoredRow.unknown} of the row that was read. */
        unknown?: UnknownMembers | undefined;
    }>;
}[TKind];
