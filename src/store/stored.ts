import type { Address } from '@solana/kit';

import { LEDGER_RECORD_INVALID } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import { toResult } from '../core/json-form';
import type { SentTransaction } from '../journal/journal';
import { decodeSentTransaction } from '../journal/transaction-json';
import { decodeChannelRecord, decodeRow } from '../ledger/ledger-json';
import type { RowKind, RowValues, StoredRow } from '../ledger/rows';
import type { StoredChannel, UnreadableChannel, UnreadableRow } from './store';

// Records, rows and transactions as databases have them.

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

type Placed = Readonly<{ stage: string; at: bigint; channel: string | null }>;

/** What queries go by: the stage of a row, the time that its life is counted from, and the channel that it goes with. */
const PLACES: { readonly [K in RowKind]: (value: RowValues[K], key: string) => Placed } = {
    challenge: ({ expiresAt }) => ({ at: expiresAt, channel: null, stage: 'used' }),
    charge: ({ endedAt, stage, startedAt }, key) => ({ at: endedAt ?? startedAt, channel: getChannelOf(key), stage }),
    delivery: ({ committedAt }, key) => ({ at: committedAt, channel: getChannelOf(key), stage: 'committed' }),
    settlement: ({ at, outcome }) => ({ at, channel: null, stage: outcome }),
    transaction: ({ channel, outcome, recordedAt }) => ({ at: recordedAt, channel, stage: outcome }),
};

/** The columns beside the text of a row. */
export const toRowColumns = <TKind extends RowKind>(kind: TKind, key: string, value: RowValues[TKind]): Placed =>
    PLACES[kind](value, key);

/** Keys of charges and deliveries begin with their channel. */
const getChannelOf = (key: string) => key.slice(0, key.indexOf('/'));

/** A transaction of the journal. @throws `LEDGER_RECORD_INVALID` for what can't be read. */
export function toSent(signature: string, text: string): SentTransaction {
    try {
        return decodeSentTransaction(text);
    } catch (cause) {
        if (!isPaymentChannelsError(cause)) throw cause;
        throw new PaymentChannelsError(LEDGER_RECORD_INVALID, { key: signature, reason: cause.message }, { cause });
    }
}
