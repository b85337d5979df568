import type { Address } from '@solana/kit';

import { MAX_LASTING_MS } from '../../journal/lease';
import type { ChannelQuery, PurgeLimits, WorkClaim } from '../store';
import { READ_CHANNEL, toTime } from './columns';
import type { SqliteValue } from './connection';

// The queries about many channels: each goes along one index, in the order in which it answers.

export type Query = Readonly<{ sql: string; values: readonly SqliteValue[] }>;

/** A page of a list, and one channel more where there is another page. */
export function getListQuery(network: string, query: ChannelQuery): Query {
    const { after, dueBefore, isQuarantined, limit, payee, payer, rentPayer, status } = query;
    const conditions: (readonly [sql: string, ...values: SqliteValue[]])[] = [['network = ?', network]];
    if (after !== undefined) conditions.push(['channel > ?', after]);
    if (payee !== undefined) conditions.push(['payee = ?', payee]);
    if (payer !== undefined) conditions.push(['payer = ?', payer]);
    if (rentPayer !== undefined) conditions.push(['rent_payer = ?', rentPayer]);
    if (status !== undefined) conditions.push(['status = ?', status]);
    if (dueBefore !== undefined) conditions.push(['due_at <= ?', toTime(dueBefore)]);
    if (isQuarantined !== undefined) conditions.push([`quarantined_at IS ${isQuarantined ? 'NOT NULL' : 'NULL'}`]);
    return {
        sql: `SELECT ${READ_CHANNEL} FROM pc_channel INDEXED BY ${getIndex(query)}
              WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY channel LIMIT ?`,
        values: [...conditions.flatMap(([, ...values]) => values), limit + 1],
    };
}

/** The index that leaves the fewest channels; every one of them is in the order of channels. */
function getIndex({ dueBefore, isQuarantined, payee, payer, rentPayer, status }: ChannelQuery): string {
    if (isQuarantined === true) return 'pc_channel_quarantined';
    if (payer !== undefined) return 'pc_channel_payer';
    if (rentPayer !== undefined) return 'pc_channel_rent_payer';
    if (status !== undefined && status !== 'open') return 'pc_channel_status';
    if (dueBefore !== undefined) return 'pc_channel_due';
    if (payee !== undefined) return 'pc_channel_payee';
    // What the primary key of a table with rowids is called.
    return status === undefined ? 'sqlite_autoindex_pc_channel_1' : 'pc_channel_status';
}

/** The leases that hold others off at a time, as `getLeaseEnd` has it (lease-rules.ts): not void, not over, not worn out. */
const IS_LEASED = `EXISTS (
    SELECT 1 FROM pc_lease AS lease WHERE lease.network = pc_channel.network AND lease.channel = pc_channel.channel
    AND lease.until > ? AND lease.until <= ? AND (lease.refused_at IS NULL OR lease.refused_at + lease.duration_ms > ?)
)`;

const IS_DUE = 'network = ? AND due_at IS NOT NULL AND quarantined_at IS NULL AND due_at <= ?';
const toSeconds = (at: number) => Math.floor(at / 1_000);
/** So many channels are sorted faster than they are looked for among all that will be due at some time. */
export const FEW = 1_000;

/** How many channels are due at a time in milliseconds; a few more than {@link FEW} stand for any number. */
export const getDueCountQuery = (network: string, at: number): Query => ({
    sql: `SELECT count(*) AS count FROM (
              SELECT 1 FROM pc_channel INDEXED BY pc_channel_due_at WHERE ${IS_DUE} LIMIT ${FEW + 1}
          )`,
    values: [network, toSeconds(at)],
});

/**
 * The most urgent channels that are due at a time in milliseconds and that nobody has leased. Where there are more than a
 * few, they are read in the order of an index: it ends at the limit, and sorts nothing.
 */
export function getDueQuery(network: string, { limit, reasons }: WorkClaim, at: number, isFew: boolean): Query {
    const isOfReason = reasons === undefined ? '' : `AND due_reason IN (${reasons.map(() => '?').join(', ')})`;
    return {
        sql: `SELECT channel FROM pc_channel INDEXED BY ${isFew ? 'pc_channel_due_at' : 'pc_channel_urgency'}
              WHERE ${IS_DUE} ${isOfReason} AND NOT ${IS_LEASED}
              ORDER BY due_deadline, at_risk DESC, due_at LIMIT ?`,
        values: [network, toSeconds(at), ...(reasons ?? []), at, at + MAX_LASTING_MS, at, limit],
    };
}

/** What a purge deletes in one transaction at most, since others wait for it. A channel goes with all of its rows. */
const ROWS_AT_ONCE = 1_000;
const CHANNELS_AT_ONCE = 20;

/** The kinds and stages of rows that go when their time is over, and the limit that they go by. */
const PASSING = [
    ['challenge', 'used', 'charges'],
    ['charge', 'committed', 'charges'],
    ['charge', 'released', 'charges'],
    ['charge', 'running', 'charges'],
    ['transaction', 'expired', 'closed'],
    ['transaction', 'failed', 'closed'],
] as const;

/** What deletes rows that are over, so many at a time. */
export const getPurgeQueries = (network: string, limits: PurgeLimits): readonly Query[] =>
    PASSING.map(([kind, stage, limit]) => ({
        sql: `DELETE FROM pc_row WHERE rowid IN (
                  SELECT rowid FROM pc_row WHERE network = ? AND kind = ? AND stage = ? AND at < ? LIMIT ${ROWS_AT_ONCE}
              )`,
        values: [network, kind, stage, toTime(limits[limit])],
    }));

/** Channels that were proven to be gone before a time, so many at a time. */
export const getAbsentQuery = (network: string, before: bigint): Query => ({
    sql: `SELECT channel FROM pc_channel WHERE network = ? AND status = 'absent' AND updated_at < ? LIMIT ${CHANNELS_AT_ONCE}`,
    values: [network, toTime(before)],
});

export const toAddressOf = (row: Readonly<Record<string, unknown>>) => row.channel as Address;
