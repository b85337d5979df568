import { MAX_LASTING_MS } from '../../journal/lease';
import type { ChannelQuery } from '../store';
import type { Tables } from './database';
import { isInForce } from './leases';
import { createValues, NOW_MS, type Statement } from './statement';

// The statements that read records, those of claims and of purges.

/** What is read of a record; never taken from the other columns. */
const getReadColumns = (table: string) =>
    ['channel', 'version', 'change_id', 'schema', 'updated_at', 'record']
        .map(name => `${table}.${name}::text AS ${name}`)
        .join(', ');

/** A page of a list, and one channel more where there is another page. */
export function getListStatement({ channel }: Tables, network: string, query: ChannelQuery): Statement {
    const { after, dueBefore, isQuarantined, limit, payee, payer, rentPayer, status } = query;
    const { add, values } = createValues();
    const conditions = [`one.network = ${add(network, 'text')}`];
    const where = (value: unknown, column: string, type = 'text', operator = '=') => {
        if (value !== undefined) conditions.push(`one.${column} ${operator} ${add(value, type)}`);
    };
    where(after, 'channel', 'text', '>');
    where(payee, 'payee');
    where(payer, 'payer');
    where(rentPayer, 'rent_payer');
    where(status, 'status');
    where(dueBefore?.toString(), 'due_at', 'bigint', '<=');
    if (isQuarantined !== undefined) conditions.push(`one.quarantined_at IS ${isQuarantined ? 'NOT NULL' : 'NULL'}`);
    return {
        text: `SELECT ${getReadColumns('one')} FROM ${channel} AS one
               WHERE ${conditions.join(' AND ')} ORDER BY one.channel LIMIT ${add(limit + 1, 'integer')}`,
        values,
    };
}

const URGENCY = 'due_deadline, at_risk DESC, due_at';
/** How many times the limit of a claim is looked at: so many claims at once don't get in each other's way. */
const CLAIMS_AT_ONCE = 8;

/** The statements about channels and rows; `$1` is the network. */
export const getStoreStatements = ({ channel, lease, row }: Tables) => {
    // What is leased is left out by a list of it, and not by a look at each lease: the most urgent channels are those that
    // are being worked on. What is due goes by the time of the statement and not by that of the moment, which the planner
    // knows, and so which index to take. Both bounds of `until` are there for it as well: it takes the list for a short one,
    // which it puts into a hash table. The rest is written so that there is one way to run it, in the order of urgency and by
    // the primary keys, even while there are no statistics.
    const getClaim = (isOfReason: string) => `
        WITH clock AS MATERIALIZED (SELECT ${NOW_MS} AS at), held AS MATERIALIZED (
            SELECT lease.channel FROM ${lease} AS lease CROSS JOIN clock
            WHERE lease.network = $1::text AND lease.until > (SELECT at FROM clock)
                AND lease.until <= (SELECT at FROM clock) + ${MAX_LASTING_MS} AND ${isInForce('lease', 'clock.at')}
        ), urgent AS MATERIALIZED (
            SELECT channel, due_deadline, at_risk, due_at FROM ${channel}
            WHERE network = $1::text AND due_at <= floor(extract(epoch FROM statement_timestamp()))::bigint
                AND quarantined_at IS NULL ${isOfReason} AND channel NOT IN (SELECT channel FROM held)
            ORDER BY ${URGENCY} LIMIT $4::integer * ${CLAIMS_AT_ONCE}
        ), due AS MATERIALIZED (
            SELECT free.channel FROM urgent CROSS JOIN clock CROSS JOIN LATERAL (
                SELECT lease.channel FROM ${lease} AS lease
                WHERE lease.network = $1::text AND lease.channel = urgent.channel AND NOT ${isInForce('lease', 'clock.at')}
                FOR NO KEY UPDATE SKIP LOCKED
            ) AS free
            LIMIT $4::integer
        ), claimed AS (
            UPDATE ${lease} AS lease
            SET owner = $2::text, until = clock.at + $3::bigint, duration_ms = $3::bigint, refused_at = NULL
            FROM clock WHERE lease.network = $1::text AND lease.channel = ANY (ARRAY(SELECT channel FROM due))
            RETURNING lease.channel
        )
        SELECT ${getReadColumns('one')} FROM ${channel} AS one
        WHERE one.network = $1::text AND one.channel = ANY (ARRAY(SELECT channel FROM claimed))
        ORDER BY ${URGENCY}`;
    return {
        claimDue: getClaim(''),
        claimDueFor: getClaim('AND due_reason = ANY ($5::text[])'),
        get: `SELECT ${getReadColumns('one')} FROM ${channel} AS one WHERE one.network = $1::text AND one.channel = $2::text`,
        getMany: `SELECT ${getReadColumns('one')} FROM ${channel} AS one
                  WHERE one.network = $1::text AND one.channel = ANY ($2::text[])`,
        getRow: `SELECT key, version::text, value FROM ${row} WHERE network = $1::text AND kind = $2::text AND key = $3::text`,
        listPending: `SELECT key, version::text, value FROM ${row}
                      WHERE network = $1::text AND kind = 'transaction' AND stage = 'pending' ORDER BY at, key LIMIT $2::integer`,
        /** Channels that are proven to be gone, some of them, with what is of no use without them. */
        purgeChannels: `
            WITH absent AS MATERIALIZED (
                SELECT channel FROM ${channel} WHERE network = $1::text AND status = 'absent' AND updated_at < $2::bigint
                LIMIT $3::integer
            ), gone AS (
                DELETE FROM ${channel} AS one USING absent
                WHERE one.network = $1::text AND one.channel = absent.channel
                    AND one.status = 'absent' AND one.updated_at < $2::bigint
                RETURNING one.channel
            ), leases AS (
                DELETE FROM ${lease} AS lease USING gone
                WHERE lease.network = $1::text AND lease.channel = gone.channel AND NOT ${isInForce('lease', NOW_MS)}
            ), charges AS (
                DELETE FROM ${row} AS row USING gone
                WHERE row.network = $1::text AND row.kind IN ('charge', 'delivery')
                    AND row.key > gone.channel || '/' AND row.key < gone.channel || '0'
                RETURNING 1
            ), transactions AS (
                DELETE FROM ${row} AS row USING gone
                WHERE row.network = $1::text AND row.kind = 'transaction' AND row.channel = gone.channel
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM gone)::text AS found,
                ((SELECT count(*) FROM gone) + (SELECT count(*) FROM charges) + (SELECT count(*) FROM transactions))::text
                AS deleted`,
        purgeFailed: getPurge(row, `kind = 'transaction' AND stage IN ('expired', 'failed')`),
        purgeRows: getPurge(row, `kind IN ('challenge', 'charge')`),
    };
};

const getPurge = (row: string, condition: string) => `
    WITH ended AS MATERIALIZED (
        SELECT kind, key FROM ${row} WHERE network = $1::text AND ${condition} AND at < $2::bigint LIMIT $3::integer
    ), gone AS (
        DELETE FROM ${row} AS row USING ended
        WHERE row.network = $1::text AND row.kind = ended.kind AND row.key = ended.key
            AND row.${condition.replace(' AND stage', ' AND row.stage')} AND row.at < $2::bigint
        RETURNING 1
    )
    SELECT count(*)::text AS found, count(*)::text AS deleted FROM gone`;
