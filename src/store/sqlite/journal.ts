import type { Address } from '@solana/kit';

import type { BatchJournal } from '../../journal/journal';
import type { JournalLease } from '../../journal/lease';
import {
    checkJournalTime,
    createLeaseLostError,
    getLeaseEnd,
    getNextLease,
    isLeaseHeldBy,
} from '../../journal/lease-rules';
import { encodeSentTransaction } from '../../journal/transaction-json';
import { toSent } from '../stored';
import type { Connection, SqliteRow } from './connection';

/** The leases of channels, within a transaction. */
export type Leases = ReturnType<typeof createLeases>;

export function createLeases({ get, run }: Connection, network: string) {
    const find = (channel: Address): JournalLease | undefined => {
        const row = get(
            'SELECT owner, until, duration_ms, refused_at FROM pc_lease WHERE network = ? AND channel = ?',
            network,
            channel,
        );
        if (row === undefined) return undefined;
        const { duration_ms: durationMs, owner, refused_at: refusedAt, until } = row;
        return {
            durationMs: Number(durationMs),
            owner: owner as string,
            refusedAt: refusedAt === null ? undefined : Number(refusedAt),
            until: Number(until),
        };
    };
    return {
        acquire: (owner: string, channels: readonly Address[], durationMs: number, at: number): readonly Address[] => {
            // What is stored may be damaged, and nothing is written then.
            const leases = channels.map(channel => getNextLease(find(channel), { at, durationMs, owner }));
            leases.forEach((lease, index) => {
                run(
                    `INSERT OR REPLACE INTO pc_lease (network, channel, owner, until, duration_ms, refused_at)
                     VALUES (?, ?, ?, ?, ?, ?)`,
                    network,
                    channels[index]!,
                    lease.owner,
                    lease.until,
                    lease.durationMs,
                    lease.refusedAt ?? null,
                );
            });
            return Object.freeze(channels.filter((_, index) => leases[index]!.owner === owner));
        },
        find,
        release: (owner: string, channels: readonly Address[]): void => {
            for (const channel of channels) {
                run('DELETE FROM pc_lease WHERE network = ? AND channel = ? AND owner = ?', network, channel, owner);
            }
        },
    };
}

/** The journal of a database, without the checks of what it is given. */
export function createJournal(connection: Connection, network: string, now: () => unknown): BatchJournal {
    const { all, get, run, write } = connection;
    const leases = createLeases(connection, network);
    return {
        acquire: (owner, channels, durationMs) =>
            // The time is that at which the database is ours: a lease that has to be waited for starts then.
            write(() => leases.acquire(owner, channels, durationMs, checkJournalTime(now()))),
        getLeases: async channels => {
            const at = checkJournalTime(now());
            return Object.freeze(
                channels.flatMap(channel => {
                    const lease = leases.find(channel);
                    const until = getLeaseEnd(lease, at);
                    return until === undefined ? [] : [Object.freeze({ channel, owner: lease!.owner, until })];
                }),
            );
        },
        getUnresolved: async channels => {
            const found = new Map<number, SqliteRow>();
            for (const channel of channels) {
                const rows = all(
                    `SELECT sent.place, sent.signature, sent.sent FROM pc_sent_channel AS one
                     JOIN pc_sent AS sent ON sent.place = one.place WHERE one.network = ? AND one.channel = ?`,
                    network,
                    channel,
                );
                for (const row of rows) found.set(Number(row.place), row);
            }
            const sorted = [...found].sort(([a], [b]) => a - b);
            return Object.freeze(sorted.map(([, { sent, signature }]) => toSent(signature as string, sent as string)));
        },
        recordOutcome: signature =>
            write(() => {
                const row = get('SELECT place FROM pc_sent WHERE network = ? AND signature = ?', network, signature);
                if (row === undefined) return;
                run('DELETE FROM pc_sent_channel WHERE place = ?', Number(row.place));
                run('DELETE FROM pc_sent WHERE place = ?', Number(row.place));
            }),
        recordSent: (owner, transaction) =>
            // In the transaction in which the leases are looked at: whoever takes one over comes before it and is seen, or
            // after it and sees what was sent.
            write(() => {
                const at = checkJournalTime(now());
                const channels = [...new Set(transaction.channels.map(({ channel }) => channel))];
                const lost = channels.filter(channel => !isLeaseHeldBy(leases.find(channel), owner, at));
                if (lost.length > 0) throw createLeaseLostError(lost, owner);
                const { signature } = transaction;
                const find = () =>
                    get('SELECT place FROM pc_sent WHERE network = ? AND signature = ?', network, signature);
                // Recorded again, by whoever sends it again: it is one transaction, whose place is that of the first record.
                if (find() !== undefined) return;
                const sent = encodeSentTransaction(transaction);
                run('INSERT INTO pc_sent (network, signature, sent) VALUES (?, ?, ?)', network, signature, sent);
                const place = Number(find()!.place);
                for (const channel of channels) {
                    run(
                        'INSERT INTO pc_sent_channel (network, channel, place) VALUES (?, ?, ?)',
                        network,
                        channel,
                        place,
                    );
                }
            }),
        release: (owner, channels) => write(() => leases.release(owner, channels)),
    };
}
