import type { Address } from '@solana/kit';

import { LEDGER_RECORD_INVALID } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { toResult } from '../../core/json-form';
import { decodeChannelRecord, decodeRow } from '../../ledger/ledger-json';
import { getAtRisk, type ChannelRecord } from '../../ledger/record';
import type { RowKind, RowValues, StoredRow } from '../../ledger/rows';
import type { StoredChannel, UnreadableChannel, UnreadableRow } from '../store';
import type { SqliteRow, SqliteValue } from './connection';
import { NO_DEADLINE } from './schema';

// Records and rows as the tables have them.

export type Columns = Readonly<Record<string, SqliteValue>>;

/** What is read of a record; never taken from the other columns. */
export const READ_CHANNEL = 'channel, version, change_id, schema, updated_at, record';
/** What is read of a record that is to be replaced. */
export const READ_COLUMNS = `version, schema, accepted, at_risk, deposit, due_at, due_deadline, due_reason, ending, mint,
    payee, payer, quarantined_at, rent_payer, settled, status`;
export const READ_ROW = 'key, version, value';

const U64_DIGITS = 20;
const toDigits = (amount: bigint) => amount.toString().padStart(U64_DIGITS, '0');

/** A time for a column: beyond what a double holds exactly, all are alike. */
export function toTime(time: bigint): number {
    const [min, max] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    return time < min ? min : time > max ? max : Number(time);
}

/** The columns that repeat what is in a record. */
export const toRecordColumns = (record: ChannelRecord): Columns => ({
    accepted: toDigits(record.accepted),
    at_risk: toDigits(getAtRisk(record)),
    deposit: toDigits(record.chain.deposit),
    due_at: record.due && toTime(record.due.at),
    due_deadline: toTime(record.due?.deadline ?? NO_DEADLINE),
    due_reason: record.due && record.due.reason,
    ending: record.ending && record.ending.reason,
    mint: record.identity.mint,
    payee: record.identity.payee,
    payer: record.identity.payer,
    quarantined_at: record.quarantine && toTime(record.quarantine.at),
    rent_payer: record.identity.rentPayer,
    settled: toDigits(record.chain.settled),
    status: record.chain.status,
});

/** @throws `LEDGER_RECORD_INVALID` for what can't be read. */
export function toStored(network: string, row: SqliteRow): StoredChannel {
    const key = row.channel as Address;
    const { unknown, value } = decodeChannelRecord(key, row.record as string);
    if (value.identity.channel !== key || value.identity.network !== network) {
        const reason = `it is the record of ${value.identity.channel} on ${value.identity.network}`;
        throw new PaymentChannelsError(LEDGER_RECORD_INVALID, { key, reason });
    }
    return toResult({
        changeId: row.change_id as string,
        record: value,
        schema: Number(row.schema),
        unknown,
        updatedAt: BigInt(row.updated_at as bigint | number),
        version: Number(row.version),
    });
}

/** As {@link toStored}, with the error in the place of what can't be read: it hides nothing else. */
export function toReadable(network: string, row: SqliteRow): StoredChannel | UnreadableChannel {
    return readOr(
        () => toStored(network, row),
        error => toResult({ channel: row.channel as Address, error }),
    );
}

/** @throws `LEDGER_RECORD_INVALID` for what can't be read. */
export function toStoredRow<TKind extends RowKind>(kind: TKind, row: SqliteRow): StoredRow<TKind> {
    const { unknown, value } = decodeRow(kind, row.key as string, row.value as string);
    return toResult({
        key: row.key as string,
        kind,
        unknown,
        value,
        version: Number(row.version),
    }) as StoredRow<TKind>;
}

export function toReadablePending(row: SqliteRow): StoredRow<'transaction'> | UnreadableRow {
    return readOr<StoredRow<'transaction'>, UnreadableRow>(
        () => toStoredRow('transaction', row),
        error => toResult({ error, key: row.key as string, kind: 'transaction' }),
    );
}

function readOr<T, TOther>(read: () => T, onError: (error: Error) => TOther): T | TOther {
    try {
        return read();
    } catch (error) {
        if (error instanceof Error) return onError(error);
        throw error;
    }
}

type Placed = Readonly<{ stage: string; at: bigint; channel: string | null }>;

/** What queries go by: the stage of a row, the time that its life is counted from, and the channel that it goes with. */
const PLACES: { readonly [K in RowKind]: (value: RowValues[K], key: string) => Placed } = {
    challenge: ({ expiresAt }) => ({ at: expiresAt, channel: null, stage: 'used' }),
    charge: ({ endedAt, stage, startedAt }, key) => ({ at: endedAt ?? startedAt, channel: getChannelOf(key), stage }),
    delivery: ({ committedAt }, key) => ({ at: committedAt, channel: getChannelOf(key), stage: 'committed' }),
    settlement: ({ at, outcome }) => ({ at, channel: null, stage: outcome }),
    transaction: ({ channel, outcome, recordedAt }) => ({ at: recordedAt, channel, stage: outcome }),
};

export function toRowColumns<TKind extends RowKind>(kind: TKind, key: string, value: RowValues[TKind]): Columns {
    const { at, ...rest } = PLACES[kind](value, key);
    return { ...rest, at: toTime(at) };
}

/** Keys of charges and deliveries begin with their channel. */
const getChannelOf = (key: string) => key.slice(0, key.indexOf('/'));
