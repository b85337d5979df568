import { STORE_SCHEMA_MISMATCH } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import type { Connection } from './connection';

// The JSON text is the truth; the columns beside it repeat what queries need, and are written in the same commit. Amounts
// are text of 20 digits, whose order is theirs. Times beyond 2^53 are written as 2^53 - 1.

/** `due_deadline` of work that has none: later than any. */
export const NO_DEADLINE = 2n ** 53n - 1n;

/** What brings the tables from one version to the next, the first from nothing. A version that was released never changes. */
const MIGRATIONS: readonly string[] = [
    `
    CREATE TABLE pc_channel (
        network TEXT NOT NULL,
        channel TEXT NOT NULL,
        version INTEGER NOT NULL,
        change_id TEXT NOT NULL,
        schema INTEGER NOT NULL,
        status TEXT NOT NULL,
        payee TEXT NOT NULL,
        payer TEXT NOT NULL,
        mint TEXT NOT NULL,
        rent_payer TEXT,
        deposit TEXT NOT NULL,
        accepted TEXT NOT NULL,
        settled TEXT NOT NULL,
        at_risk TEXT NOT NULL,
        due_at INTEGER,
        due_reason TEXT,
        due_deadline INTEGER NOT NULL,
        ending TEXT,
        quarantined_at INTEGER,
        updated_at INTEGER NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (network, channel)
    ) STRICT;
    CREATE INDEX pc_channel_urgency ON pc_channel (network, due_deadline, at_risk DESC, due_at, channel, due_reason, quarantined_at)
        WHERE due_at IS NOT NULL AND quarantined_at IS NULL;
    CREATE INDEX pc_channel_due_at ON pc_channel (network, due_at, due_deadline, at_risk, channel, due_reason, quarantined_at)
        WHERE due_at IS NOT NULL AND quarantined_at IS NULL;
    CREATE INDEX pc_channel_due ON pc_channel (network, channel, due_at) WHERE due_at IS NOT NULL;
    CREATE INDEX pc_channel_quarantined ON pc_channel (network, channel) WHERE quarantined_at IS NOT NULL;
    CREATE INDEX pc_channel_status ON pc_channel (network, status, channel);
    CREATE INDEX pc_channel_payee ON pc_channel (network, payee, channel, status);
    CREATE INDEX pc_channel_payer ON pc_channel (network, payer, channel, status);
    CREATE INDEX pc_channel_rent_payer ON pc_channel (network, rent_payer, channel, status) WHERE rent_payer IS NOT NULL;
    CREATE INDEX pc_channel_absent ON pc_channel (network, updated_at) WHERE status = 'absent';
    CREATE TABLE pc_row (
        network TEXT NOT NULL,
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        schema INTEGER NOT NULL,
        stage TEXT NOT NULL,
        at INTEGER NOT NULL,
        channel TEXT,
        value TEXT NOT NULL,
        PRIMARY KEY (network, kind, key)
    ) STRICT;
    CREATE INDEX pc_row_stage ON pc_row (network, kind, stage, at, key);
    CREATE INDEX pc_row_channel ON pc_row (network, channel) WHERE channel IS NOT NULL;
    CREATE TABLE pc_lease (
        network TEXT NOT NULL,
        channel TEXT NOT NULL,
        owner TEXT NOT NULL,
        until INTEGER NOT NULL,
        duration_ms INTEGER NOT NULL,
        refused_at INTEGER,
        PRIMARY KEY (network, channel)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE pc_sent (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        network TEXT NOT NULL,
        signature TEXT NOT NULL,
        sent TEXT NOT NULL,
        UNIQUE (network, signature)
    ) STRICT;
    CREATE TABLE pc_sent_channel (
        network TEXT NOT NULL,
        channel TEXT NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (network, channel, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX pc_sent_channel_place ON pc_sent_channel (place);
    `,
];

/** Version of the tables. */
export const SQLITE_SCHEMA = MIGRATIONS.length;

/** Brings the tables up to this version, one step after the other, each in a transaction of its own. */
export async function migrate(connection: Connection): Promise<void> {
    for (const [index, sql] of MIGRATIONS.entries()) {
        await connection.write(() => {
            if (getSchema(connection) > index) return;
            connection.exec(
                'CREATE TABLE IF NOT EXISTS pc_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID',
            );
            connection.exec(sql);
            connection.run(`INSERT OR REPLACE INTO pc_meta (name, value) VALUES ('schema', ?)`, index + 1);
        });
    }
    assertHasSchema(connection);
}

/** @throws `STORE_SCHEMA_MISMATCH` for tables of another version; none of them is touched. */
export function assertHasSchema(connection: Pick<Connection, 'get'>): void {
    const found = getSchema(connection);
    if (found !== SQLITE_SCHEMA) {
        throw new PaymentChannelsError(STORE_SCHEMA_MISMATCH, { found, supported: SQLITE_SCHEMA });
    }
}

function getSchema(connection: Pick<Connection, 'get'>): number {
    const table = connection.get(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'pc_meta'`);
    if (table === undefined) return 0;
    return Number(connection.get(`SELECT value FROM pc_meta WHERE name = 'schema'`)?.value ?? 0);
}
