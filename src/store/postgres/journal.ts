import { JOURNAL_LEASE_LOST } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import type { BatchJournal, ChannelLease } from '../../journal/journal';
import { encodeSentTransaction } from '../../journal/transaction-json';
import { toSent } from '../stored';
import type { Database, Tables } from './database';
import { getEnd, isInForce } from './leases';
import { KEEP, NOW_MS } from './statement';

// Whoever locks several leases locks them in the order of their channels, so that none waits for the other in a circle.

/** The statements of a journal; `$1` is the network. */
export const getJournalStatements = ({ lease, sent, sentChannel }: Tables) => {
    // The time of the request, in the row that would be inserted.
    const asked = '(excluded.until - excluded.duration_ms)';
    const isRefused = `(${isInForce('lease', asked)} AND lease.owner <> excluded.owner)`;
    const isLonger = `(${isInForce('lease', asked)} AND lease.until > excluded.until)`;
    return {
        acquire: `
            WITH clock AS MATERIALIZED (SELECT ${NOW_MS} AS at)
            INSERT INTO ${lease} AS lease (network, channel, owner, until, duration_ms)
            SELECT $1::text, asked.channel, $2::text, clock.at + $4::bigint, $4::bigint
            FROM clock, unnest($3::text[]) AS asked (channel)
            ORDER BY asked.channel COLLATE "C"
            ON CONFLICT (network, channel) DO UPDATE SET
                owner = CASE WHEN ${isRefused} THEN lease.owner ELSE excluded.owner END,
                until = CASE WHEN ${isRefused} OR ${isLonger} THEN lease.until ELSE excluded.until END,
                duration_ms = CASE WHEN ${isRefused} OR ${isLonger} THEN lease.duration_ms ELSE excluded.duration_ms END,
                refused_at = CASE WHEN ${isRefused} THEN least(lease.refused_at, ${asked}) END
            RETURNING lease.channel, (lease.owner = $2)::text AS held`,
        getLeases: `
            WITH clock AS MATERIALIZED (SELECT ${NOW_MS} AS at)
            SELECT lease.channel, lease.owner, ${getEnd('lease', 'clock.at')}::text AS until
            FROM clock, ${lease} AS lease
            WHERE lease.network = $1::text AND lease.channel = ANY ($2::text[]) AND ${isInForce('lease', 'clock.at')}`,
        getUnresolved: `
            SELECT sent.signature, sent.sent FROM ${sent} AS sent
            WHERE sent.place IN (
                SELECT place FROM ${sentChannel} WHERE network = $1::text AND channel = ANY ($2::text[])
            )
            ORDER BY sent.place`,
        recordOutcome: `DELETE FROM ${sent} WHERE network = $1::text AND signature = $2::text`,
        // The clock is read once the leases are locked: to lock one may take as long as it lasts.
        recordSent: `
            WITH locked AS MATERIALIZED (
                SELECT channel, owner, until FROM ${lease}
                WHERE network = $1::text AND channel = ANY ($3::text[]) ORDER BY channel FOR NO KEY UPDATE
            ), clock AS MATERIALIZED (
                SELECT ${NOW_MS} AS at FROM (SELECT count(*) FROM locked) AS all_locked
            ), lost AS MATERIALIZED (
                SELECT asked.channel FROM unnest($3::text[]) AS asked (channel)
                WHERE NOT EXISTS (
                    SELECT FROM locked, clock
                    WHERE locked.channel = asked.channel AND locked.owner = $2::text AND locked.until > clock.at
                )
            ), recorded AS (
                INSERT INTO ${sent} (network, signature, sent) SELECT $1::text, $4::text, $5::text
                WHERE NOT EXISTS (SELECT FROM lost)
                ON CONFLICT (network, signature) DO NOTHING
                RETURNING place
            ), of_channels AS (
                INSERT INTO ${sentChannel} (network, channel, place)
                SELECT $1::text, asked.channel, recorded.place FROM recorded, unnest($3::text[]) AS asked (channel)
            )
            SELECT (SELECT array_to_string(array_agg(channel), ' ') FROM lost) AS lost, ${KEEP} AS kept`,
        release: `
            WITH held AS MATERIALIZED (
                SELECT channel FROM ${lease}
                WHERE network = $1::text AND owner = $2::text AND channel = ANY ($3::text[])
                ORDER BY channel FOR NO KEY UPDATE
            )
            UPDATE ${lease} AS lease SET owner = NULL, until = 0, duration_ms = 0, refused_at = NULL
            WHERE lease.network = $1::text AND lease.channel = ANY (ARRAY(SELECT channel FROM held))`,
    };
};

/** The journal of a database, without the checks of what it is given. */
export function createJournal({ ask, askOne, tables }: Database, network: string): BatchJournal {
    const statements = getJournalStatements(tables);
    return {
        acquire: async (owner, channels, durationMs) => {
            if (channels.length === 0) return Object.freeze([]);
            const rows = await ask(statements.acquire, [network, owner, channels, durationMs]);
            const held = new Set(rows.filter(row => row.held === 'true').map(({ channel }) => channel));
            return Object.freeze(channels.filter(channel => held.has(channel)));
        },
        getLeases: async channels => {
            const rows = await ask(statements.getLeases, [network, channels]);
            const leases = new Map(rows.map(row => [row.channel!, row]));
            return Object.freeze(
                channels.flatMap((channel): ChannelLease[] => {
                    const { owner, until } = leases.get(channel) ?? {};
                    return typeof owner !== 'string' ? [] : [Object.freeze({ channel, owner, until: Number(until) })];
                }),
            );
        },
        getUnresolved: async channels => {
            const rows = await ask(statements.getUnresolved, [network, channels]);
            return Object.freeze(rows.map(({ sent, signature }) => toSent(signature!, sent!)));
        },
        recordOutcome: async signature => void (await ask(statements.recordOutcome, [network, signature])),
        recordSent: async (owner, transaction) => {
            const channels = [...new Set(transaction.channels.map(({ channel }) => channel))];
            const text = encodeSentTransaction(transaction);
            const answer = await askOne(statements.recordSent, [network, owner, channels, transaction.signature, text]);
            if (answer.lost === null) return;
            const lost = new Set<string>(answer.lost!.split(' '));
            throw new PaymentChannelsError(JOURNAL_LEASE_LOST, {
                channels: channels.filter(one => lost.has(one)),
                owner,
            });
        },
        release: async (owner, channels) => void (await ask(statements.release, [network, owner, channels])),
    };
}
