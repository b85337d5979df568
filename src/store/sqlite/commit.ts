import { encodeChannelRecord, encodeRow, LEDGER_SCHEMA } from '../../ledger/ledger-json';
import type { RowChange } from '../../ledger/rows';
import { assertIsWritable } from '../checks';
import type { StoreChange } from '../store';
import { READ_COLUMNS, toRecordColumns, toRowColumns, type Columns } from './columns';
import type { Connection, SqliteRow } from './connection';

// One commit: everything that can refuse it comes before the first write.

type WrittenRow = Readonly<{ change: RowChange; columns: Columns | undefined; text: string | undefined }>;

/** Makes what a change writes, before the transaction: it takes longer than everything that happens within it. */
export function createCommit(
    connection: Connection,
    network: string,
    { changeId, channel, expected, expectedChangeId, record, rows, unknown }: StoreChange,
    getSeconds: () => number,
): () => 'committed' | 'conflict' {
    const text = record && encodeChannelRecord(record, unknown);
    const written = rows.map((change): WrittenRow => {
        const { key, kind, unknown: others, value } = change;
        if (value === 'delete') return { change, columns: undefined, text: undefined };
        // First what refuses a value that is none.
        const rowText = encodeRow(kind, value, others);
        return { change, columns: toRowColumns(kind, key, value), text: rowText };
    });
    return () => {
        const before = connection.get(
            `SELECT ${READ_COLUMNS} FROM pc_channel WHERE network = ? AND channel = ?`,
            network,
            channel,
        );
        if ((before === undefined ? 'absent' : Number(before.version)) !== expected) return 'conflict';
        if (expectedChangeId !== undefined && before?.change_id !== expectedChangeId) return 'conflict';
        if (before !== undefined) assertIsWritable(channel, Number(before.schema));
        const versions = rows.map(change => findRowVersion(connection, network, change));
        if (versions.includes('conflict')) return 'conflict';
        const updatedAt = getSeconds();
        written.forEach((row, index) => writeRow(connection, network, row, versions[index] as number | undefined));
        if (record === undefined || text === undefined) return 'committed';
        const columns = {
            change_id: changeId,
            record: text,
            schema: LEDGER_SCHEMA,
            updated_at: updatedAt,
            version: before === undefined ? 1 : Number(before.version) + 1,
            ...toRecordColumns(record),
        };
        if (before === undefined) insertChannel(connection, { channel, network, ...columns });
        else updateChannel(connection, network, channel, getChanged(before, columns));
        return 'committed';
    };
}

function findRowVersion(
    connection: Connection,
    network: string,
    { expected, key, kind }: RowChange,
): number | 'conflict' | undefined {
    const row = connection.get(
        'SELECT version, schema FROM pc_row WHERE network = ? AND kind = ? AND key = ?',
        network,
        kind,
        key,
    );
    const version = row && Number(row.version);
    if (expected !== 'any' && (version ?? 'absent') !== expected) return 'conflict';
    if (row !== undefined) assertIsWritable(key, Number(row.schema));
    return version;
}

function writeRow(
    connection: Connection,
    network: string,
    { change: { key, kind }, columns, text }: WrittenRow,
    version = 0,
): void {
    if (text === undefined || columns === undefined) {
        connection.run('DELETE FROM pc_row WHERE network = ? AND kind = ? AND key = ?', network, kind, key);
        return;
    }
    connection.run(
        `INSERT INTO pc_row (network, kind, key, version, schema, stage, at, channel, value)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (network, kind, key) DO UPDATE SET version = excluded.version, schema = excluded.schema,
         stage = excluded.stage, at = excluded.at, channel = excluded.channel, value = excluded.value`,
        network,
        kind,
        key,
        version + 1,
        LEDGER_SCHEMA,
        columns.stage!,
        columns.at!,
        columns.channel!,
        text,
    );
}

/** A column that is named is written to its indexes, changed or not. */
function getChanged(before: SqliteRow, columns: Columns): Columns {
    return Object.fromEntries(Object.entries(columns).filter(([name, value]) => before[name] !== value));
}

function insertChannel(connection: Connection, columns: Columns): void {
    const names = Object.keys(columns);
    connection.run(
        `INSERT INTO pc_channel (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        ...Object.values(columns),
    );
}

function updateChannel(connection: Connection, network: string, channel: string, columns: Columns): void {
    const set = Object.keys(columns).map(name => `${name} = ?`);
    connection.run(
        `UPDATE pc_channel SET ${set.join(', ')} WHERE network = ? AND channel = ?`,
        ...Object.values(columns),
        network,
        channel,
    );
}
