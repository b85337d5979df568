import { getAtRisk, type ChannelRecord } from '../../ledger/record';
import type { RowKind, RowValues } from '../../ledger/rows';
import { toRowColumns as getRowColumns } from '../stored';
import type { SqliteValue } from './connection';
import { NO_DEADLINE } from './schema';

// Records and rows as the tables have them.

export type Columns = Readonly<Record<string, SqliteValue>>;

/** What is read of a record; never taken from the other columns. */
export const READ_CHANNEL = 'channel, version, change_id, schema, updated_at, record';
/** What is read of a record that is to be replaced. */
export const READ_COLUMNS = `version, change_id, schema, accepted, at_risk, deposit, due_at, due_deadline, due_reason, ending, mint,
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

/** The columns beside the text of a row. */
export function toRowColumns<TKind extends RowKind>(kind: TKind, key: string, value: RowValues[TKind]): Columns {
    const { at, ...rest } = getRowColumns(kind, key, value);
    return { ...rest, at: toTime(at) };
}
