import { getUtf8Encoder } from '@solana/kit';

import { refuseInput } from '../../core/input';
import { encodeChannelRecord, encodeRow, LEDGER_SCHEMA } from '../../ledger/ledger-json';
import { getAtRisk, type ChannelRecord } from '../../ledger/record';
import type { RowChange } from '../../ledger/rows';
import { assertIsWritable } from '../checks';
import type { StoreChange } from '../store';
import { toRowColumns } from '../stored';
import { getOnlyRow, type Database, type Tables } from './database';
import { createValues, KEEP, NOW_SECONDS, type Statement } from './statement';

// A commit is one statement. It begins with the record (`head`), which has to be at the expected version; whatever it writes
// is written for each row of that, and so not at all when there is none. When a row of the change is not as expected, the
// statement ends with an error, which undoes the rest.

/** What fits an index beside the rest of a row's name. */
const MAX_KEY_BYTES = 2_048;
/** Division by zero: a row that is to be updated or deleted is not at its version. */
const ROW_CONFLICT = '22012';
/** What says that nothing was written, because somebody else was faster. */
const CONFLICTS = [ROW_CONFLICT, '23505', '40001', '40P01'] as const;

/** Commits a change, as it says of itself, without looking at its form. */
export async function commit(
    { askOr, ask, tables }: Database,
    network: string,
    change: StoreChange,
): Promise<'committed' | 'conflict'> {
    const { rows } = change;
    rows.forEach(({ key }, index) => {
        if (key.length * 3 <= MAX_KEY_BYTES || getUtf8Encoder().getSizeFromValue(key) <= MAX_KEY_BYTES) return;
        refuseInput(`change.rows[${index}].key`, `a key of at most ${MAX_KEY_BYTES} bytes in UTF-8`, key);
    });
    const { text, values } = getCommitStatement(tables, network, change);
    const answer = await askOr(CONFLICTS, text, values);
    if (typeof answer !== 'string' && getOnlyRow(answer).committed === '1') return 'committed';
    // Why it is a conflict matters to nobody, unless this version may not write what is there.
    const newer = await ask(
        `WITH record AS MATERIALIZED (
            SELECT channel, version, schema FROM ${tables.channel} WHERE network = $1::text AND channel = $2::text
        )
        SELECT channel AS key, schema::text FROM record WHERE version = $3::bigint AND schema > $7::integer
        UNION ALL
        SELECT key, schema::text FROM ${tables.row} AS row
        JOIN unnest($4::text[], $5::text[], $6::bigint[]) AS given (kind, key, version) USING (kind, key)
        WHERE network = $1::text AND row.version = coalesce(given.version, row.version) AND schema > $7::integer
            AND (SELECT max(version) FROM record) IS NOT DISTINCT FROM $3::bigint`,
        [
            network,
            change.channel,
            change.expected === 'absent' ? null : change.expected,
            rows.map(({ kind }) => kind),
            rows.map(({ key }) => key),
            rows.map(({ expected }) => (expected === 'any' ? null : expected === 'absent' ? '0' : `${expected}`)),
            LEDGER_SCHEMA,
        ],
    );
    for (const { key, schema } of newer) assertIsWritable(key!, Number(schema));
    return 'conflict';
}

/** The statement of a change. Its text depends only on the kinds of things that it does: there are some dozens. */
export function getCommitStatement(tables: Tables, network: string, change: StoreChange): Statement {
    const { add, values } = createValues();
    const id = {
        channel: add(change.channel, 'text'),
        network: add(network, 'text'),
        schema: `${LEDGER_SCHEMA}`,
    };
    const steps = getHeadSteps(tables, change, id, add);
    const conditions: string[] = [];
    const groups = groupRows(change.rows);
    /** Rows as a table of these columns. */
    const given = (rows: readonly RowChange[], ...columns: readonly GivenColumn[]) => {
        const given = rows.map(row => getGiven(row, columns));
        const lists = columns.map(name =>
            add(
                given.map(row => row[name]),
                GIVEN[name],
            ),
        );
        return {
            count: `cardinality(${lists[0]})`,
            table: `unnest(${lists.join(', ')}) AS given (${columns.join(', ')})`,
        };
    };
    const insert = (table: string) =>
        `INSERT INTO ${tables.row} AS row (network, kind, key, version, schema, channel, stage, at, value)
         SELECT ${id.network}, given.kind, given.key, 1, ${id.schema}, given.channel, given.stage, given.at, given.value
         FROM head, ${table}`;
    const isGiven = `row.network = ${id.network} AND row.kind = given.kind AND row.key = given.key`;

    if (groups.insert.length > 0) steps.push(`inserted AS (${insert(given(groups.insert, ...WRITTEN).table)})`);
    if (groups.put.length > 0) {
        const { count, table } = given(groups.put, ...WRITTEN);
        steps.push(`put AS (
            ${insert(table)}
            ON CONFLICT (network, kind, key) DO UPDATE SET version = row.version + 1, schema = excluded.schema,
                channel = excluded.channel, stage = excluded.stage, at = excluded.at, value = excluded.value
            WHERE row.schema <= ${id.schema}
            RETURNING 1
        )`);
        conditions.push(`(SELECT count(*) FROM put) = ${count}`);
    }
    if (groups.update.length > 0) {
        const { count, table } = given(groups.update, ...WRITTEN, 'version');
        steps.push(`updated AS (
            UPDATE ${tables.row} AS row SET version = row.version + 1, schema = ${id.schema}, channel = given.channel,
                stage = given.stage, at = given.at, value = given.value
            FROM head, ${table}
            WHERE ${isGiven} AND row.version = given.version AND row.schema <= ${id.schema}
            RETURNING 1
        )`);
        conditions.push(`(SELECT count(*) FROM updated) = ${count}`);
    }
    if (groups.delete.length > 0) {
        const { count, table } = given(groups.delete, 'kind', 'key', 'version');
        steps.push(`deleted AS (
            DELETE FROM ${tables.row} AS row USING head, ${table}
            WHERE ${isGiven} AND row.version = given.version AND row.schema <= ${id.schema}
            RETURNING 1
        )`);
        conditions.push(`(SELECT count(*) FROM deleted) = ${count}`);
    }
    if (groups.drop.length > 0) {
        const { table } = given(groups.drop, 'kind', 'key');
        steps.push(`dropped AS (
            DELETE FROM ${tables.row} AS row USING head, ${table}
            WHERE ${isGiven}
        )`);
        conditions.push(`NOT EXISTS (
            SELECT FROM ${tables.row} AS row JOIN ${table} ON ${isGiven}
            WHERE row.schema > ${id.schema}
        )`);
    }
    if (groups.absent.length > 0) {
        conditions.push(`NOT EXISTS (
            SELECT FROM ${tables.row} AS row JOIN ${given(groups.absent, 'kind', 'key').table} ON ${isGiven}
        )`);
    }
    const whole =
        conditions.length === 0
            ? ''
            : `, 1 / (NOT EXISTS (SELECT FROM head) OR (${conditions.join(' AND ')}))::integer AS whole`;
    return {
        text: `WITH ${steps.join(', ')}
        SELECT (SELECT count(*) FROM head)::text AS committed, ${KEEP} AS kept${whole}`,
        values,
    };
}

type Ids = Readonly<{ channel: string; network: string; schema: string }>;
type Add = (value: unknown, type?: string) => string;

/** The steps that end with `head`: a row of it where the record is as expected, and then written or locked. */
function getHeadSteps(
    tables: Tables,
    { changeId, expected, expectedChangeId, record, unknown }: StoreChange,
    { channel, network, schema }: Ids,
    add: Add,
): string[] {
    const isIt = `network = ${network} AND channel = ${channel}`;
    const isExpected = [
        isIt,
        ...(expected === 'absent' ? [] : [`version = ${add(expected, 'bigint')}`, `schema <= ${schema}`]),
        ...(expectedChangeId === undefined ? [] : [`change_id = ${add(expectedChangeId, 'text')}`]),
    ].join(' AND ');
    if (record === undefined) {
        return [
            expected === 'absent'
                ? `head AS MATERIALIZED (SELECT 1 WHERE NOT EXISTS (SELECT FROM ${tables.channel} WHERE ${isIt}))`
                : `head AS MATERIALIZED (
                       SELECT 1 FROM ${tables.channel}
                       WHERE ${isExpected} FOR NO KEY UPDATE
                   )`,
        ];
    }
    const columns = getChannelColumns(record).map(([name, value, type]) => [name, add(value, type)] as const);
    const all = [
        ['change_id', add(changeId, 'text')],
        ['record', add(encodeChannelRecord(record, unknown), 'text')],
        ['schema', schema],
        ['updated_at', NOW_SECONDS],
        ...columns,
    ] as const;
    if (expected === 'absent') {
        return [
            `leasable AS (INSERT INTO ${tables.lease} (network, channel) VALUES (${network}, ${channel}) ON CONFLICT DO NOTHING)`,
            `head AS (
                INSERT INTO ${tables.channel} (network, channel, version, ${all.map(([name]) => name).join(', ')})
                VALUES (${network}, ${channel}, 1, ${all.map(([, value]) => value).join(', ')})
                ON CONFLICT (network, channel) DO NOTHING
                RETURNING 1
            )`,
        ];
    }
    return [
        `head AS (
            UPDATE ${tables.channel} SET version = version + 1, ${all.map(pair => pair.join(' = ')).join(', ')}
            WHERE ${isExpected}
            RETURNING 1
        )`,
    ];
}

/** Columns of a record that queries go by, with their types. */
function getChannelColumns(record: ChannelRecord): readonly (readonly [name: string, value: unknown, type: string])[] {
    const { accepted, chain, due, ending, identity, quarantine } = record;
    return [
        ['accepted', `${accepted}`, 'numeric'],
        ['at_risk', `${getAtRisk(record)}`, 'numeric'],
        ['deposit', `${chain.deposit}`, 'numeric'],
        ['due_at', toText(due?.at), 'bigint'],
        ['due_deadline', toText(due?.deadline), 'bigint'],
        ['due_reason', due?.reason ?? null, 'text'],
        ['ending', ending?.reason ?? null, 'text'],
        ['mint', identity.mint, 'text'],
        ['payee', identity.payee, 'text'],
        ['payer', identity.payer, 'text'],
        ['quarantined_at', toText(quarantine?.at), 'bigint'],
        ['rent_payer', identity.rentPayer, 'text'],
        ['settled', `${chain.settled}`, 'numeric'],
        ['status', chain.status, 'text'],
    ];
}

const toText = (integer: bigint | null | undefined) => integer?.toString() ?? null;

/** What is given of rows, with the types. */
const GIVEN = {
    at: 'bigint[]',
    channel: 'text[]',
    key: 'text[]',
    kind: 'text[]',
    stage: 'text[]',
    value: 'text[]',
    version: 'bigint[]',
} as const;
type GivenColumn = keyof typeof GIVEN;
const WRITTEN = ['kind', 'key', 'channel', 'stage', 'at', 'value'] as const;

function getGiven(
    { expected, key, kind, unknown, value }: RowChange,
    columns: readonly GivenColumn[],
): Readonly<Partial<Record<GivenColumn, string | null>>> {
    const named = { key, kind, version: `${expected}` };
    if (value === 'delete' || !columns.includes('value')) return named;
    // What is no row is refused here.
    const text = encodeRow(kind, value, unknown);
    const { at, channel, stage } = toRowColumns(kind, key, value);
    return { ...named, at: `${at}`, channel, stage, value: text };
}

/** The rows of a change by what is done with them. */
function groupRows(rows: readonly RowChange[]) {
    const groups = {
        /** Has to be absent, and stays so. */
        absent: [] as RowChange[],
        delete: [] as RowChange[],
        drop: [] as RowChange[],
        insert: [] as RowChange[],
        put: [] as RowChange[],
        update: [] as RowChange[],
    };
    for (const row of rows) {
        const { expected, value } = row;
        const isDeleted = value === 'delete';
        if (expected === 'absent') groups[isDeleted ? 'absent' : 'insert'].push(row);
        else if (expected === 'any') groups[isDeleted ? 'drop' : 'put'].push(row);
        else groups[isDeleted ? 'delete' : 'update'].push(row);
    }
    return groups;
}
