import type { Address } from '@solana/kit';

import { LEDGER_RECORD_INVALID } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { toResult } from '../core/json-form';
import { decodeChannelRecord, decodeRow } from '../ledger/ledger-json';
import type { RowKind, RowValues, StoredRow } from '../ledger/rows';
import type { StoredChannel, UnreadableChannel, UnreadableRow } from './store';

// What databases have of records and rows, read; and what the columns beside the text of a row are.

/** Columns as a driver gives them: integers in any of its forms. */
type Columns = Readonly<Record<string, unknown>>;

/** @throws `LEDGER_RECORD_INVALID` for what can't be read. */
export function toStored(network: string, row: Columns): StoredChannel {
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
        updatedAt: BigInt(row.updated_at as bigint | number | string),
        version: Number(row.version),
    });
}

/** As {@link toStored}, with the error in the place of what can't be read: it hides nothing else. */
export function toReadable(network: string, row: Columns): StoredChannel | UnreadableChannel {
    return readOr<StoredChannel, UnreadableChannel>(
        () => toStored(network, row),
        error => toResult({ channel: row.channel as Address, error }),
    );
}

/** @throws `LEDGER_RECORD_INVALID` for what can't be read. */
export function toStoredRow<TKind extends RowKind>(kind: TKind, row: Columns): StoredRow<TKind> {
    const key = row.key as string;
    const { unknown, value } = decodeRow(kind, key, row.value as string);
    return toResult({ key, kind, unknown, value, version: Number(row.version) }) as StoredRow<TKind>;
}

export function toReadablePending(row: Columns): StoredRow<'transaction'> | UnreadableRow {
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

/** What queries for rows go by: the stage of a row, and when it ended or has to be gone. */
const ROW_COLUMNS: { readonly [K in RowKind]: (value: RowValues[K]) => readonly [stage: string | null, at: bigint] } = {
    challenge: ({ expiresAt }) => [null, expiresAt],
    charge: ({ endedAt, stage, startedAt }) => [stage, endedAt ?? startedAt],
    delivery: ({ committedAt }) => [null, committedAt],
    settlement: ({ at, outcome }) => [outcome, at],
    transaction: ({ outcome, recordedAt }) => [outcome, recordedAt],
};

export const toRowColumns = <TKind extends RowKind>(kind: TKind, value: RowValues[TKind]) => ROW_COLUMNS[kind](value);
