import { STORE_SCHEMA_MISMATCH, STORE_UNSAFE } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import type { Database } from './database';

// The JSON text is the truth; the columns beside it repeat what queries need, and are written in the same commit.

/** Version of the tables. */
export const POSTGRES_SCHEMA = 1;

/** What is sorted and compared by its bytes, whatever the database's locale is. */
const TEXT = 'text COLLATE "C"';

/**
 * What brings the tables from one version to the next, the first from nothing. A version that was released never changes.
 *
 * Each channel has a row in the table of leases, from the commit that creates it on: a claim locks that one and not the
 * record, so that the vouchers of a busy channel keep nobody from claiming it.
 */
const MIGRATIONS: readonly ((tables: Database['tables']) => string)[] = [
    ({ channel, lease, row, sent, sentChannel }) => `
    CREATE TABLE ${lease} (
        network ${TEXT} NOT NULL,
        channel ${TEXT} NOT NULL,
        owner ${TEXT},
        until bigint NOT NULL DEFAULT 0,
        duration_ms bigint NOT NULL DEFAULT 0,
        refused_at bigint,
        PRIMARY KEY (network, channel)
    );
    CREATE INDEX pc_lease_until ON ${lease} (network, until);
    CREATE TABLE ${channel} (
        network ${TEXT} NOT NULL,
        channel ${TEXT} NOT NULL,
        version bigint NOT NULL,
        change_id ${TEXT} NOT NULL,
        schema integer NOT NULL,
        status ${TEXT} NOT NULL,
        payee ${TEXT} NOT NULL,
        payer ${TEXT} NOT NULL,
        mint ${TEXT} NOT NULL,
        rent_payer ${TEXT},
        deposit numeric(20, 0) NOT NULL,
        accepted numeric(20, 0) NOT NULL,
        settled numeric(20, 0) NOT NULL,
        at_risk numeric(20, 0) NOT NULL,
        due_at bigint,
        due_reason ${TEXT},
        due_deadline bigint,
        ending ${TEXT},
        quarantined_at bigint,
        updated_at bigint NOT NULL,
        record text NOT NULL,
        PRIMARY KEY (network, channel),
        FOREIGN KEY (network, channel) REFERENCES ${lease}
    );
    CREATE INDEX pc_channel_urgency ON ${channel} (network, due_deadline, at_risk DESC, due_at, channel, due_reason)
        WHERE due_at IS NOT NULL AND quarantined_at IS NULL;
    CREATE INDEX pc_channel_due ON ${channel} (network, due_at) WHERE due_at IS NOT NULL;
    CREATE INDEX pc_channel_quarantined ON ${channel} (network, channel) WHERE quarantined_at IS NOT NULL;
    CREATE INDEX pc_channel_status ON ${channel} (network, status, channel);
    CREATE INDEX pc_channel_payee ON ${channel} (network, payee, status, channel);
    CREATE INDEX pc_channel_payer ON ${channel} (network, payer, channel);
    CREATE INDEX pc_channel_rent_payer ON ${channel} (network, rent_payer, status, channel)
        WHERE rent_payer IS NOT NULL;
    CREATE INDEX pc_channel_absent ON ${channel} (network, updated_at) WHERE status = 'absent';
    CREATE TABLE ${row} (
        network ${TEXT} NOT NULL,
        kind ${TEXT} NOT NULL,
        key ${TEXT} NOT NULL,
        version bigint NOT NULL,
        schema integer NOT NULL,
        channel ${TEXT},
        stage ${TEXT} NOT NULL,
        at bigint NOT NULL,
        value text NOT NULL,
        PRIMARY KEY (network, kind, key)
    );
    CREATE INDEX pc_row_over ON ${row} (network, at) WHERE kind IN ('challenge', 'charge');
    CREATE INDEX pc_row_pending ON ${row} (network, at, key) WHERE kind = 'transaction' AND stage = 'pending';
    CREATE INDEX pc_row_failed ON ${row} (network, at)
        WHERE kind = 'transaction' AND stage IN ('expired', 'failed');
    CREATE INDEX pc_row_transaction ON ${row} (network, channel) WHERE kind = 'transaction';
    CREATE TABLE ${sent} (
        place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        network ${TEXT} NOT NULL,
        signature ${TEXT} NOT NULL,
        sent text NOT NULL,
        UNIQUE (network, signature)
    );
    CREATE TABLE ${sentChannel} (
        network ${TEXT} NOT NULL,
        channel ${TEXT} NOT NULL,
        place bigint NOT NULL REFERENCES ${sent} ON DELETE CASCADE,
        PRIMARY KEY (network, channel, place)
    );
    CREATE INDEX pc_sent_channel_place ON ${sentChannel} (place);
    `,
];

/** Brings the tables up to this version in one statement, and so in one transaction; others that migrate wait for it. */
export async function migrate(database: Database): Promise<void> {
    const { ask, schema, tables } = database;
    const steps = MIGRATIONS.map(
        (getSql, index) => `
    IF found < ${index + 1} THEN
        ${getSql(tables)}
    END IF;`,
    );
    const text = `DO $migration$
DECLARE found integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('payment channels: ${schema}', 0));
    IF to_regnamespace('"${schema}"') IS NULL THEN
        CREATE SCHEMA "${schema}";
    END IF;
    IF to_regclass('${tables.meta}') IS NULL THEN
        CREATE TABLE ${tables.meta} (name text PRIMARY KEY, value integer NOT NULL);
        INSERT INTO ${tables.meta} VALUES ('schema', 0);
    END IF;
    SELECT value INTO STRICT found FROM ${tables.meta} WHERE name = 'schema';
    IF found >= ${POSTGRES_SCHEMA} THEN
        RETURN;
    END IF;
    ${steps.join('')}
    UPDATE ${tables.meta} SET value = ${POSTGRES_SCHEMA} WHERE name = 'schema';
END
$migration$`;
    await assertIsPrimary(database);
    await ask(text, []);
    await assertHasSchema(database);
}

/** @throws `STORE_SCHEMA_MISMATCH` for tables of another version; none of them is touched. */
export async function assertHasSchema({ ask, tables }: Database): Promise<void> {
    const [there] = await ask(`SELECT (to_regclass($1) IS NOT NULL)::text AS found`, [tables.meta]);
    const [version] =
        there?.found !== 'true' ? [] : await ask(`SELECT value::text FROM ${tables.meta} WHERE name = 'schema'`, []);
    const found = Number(version?.value ?? 0);
    if (found !== POSTGRES_SCHEMA) {
        throw new PaymentChannelsError(STORE_SCHEMA_MISMATCH, { found, supported: POSTGRES_SCHEMA });
    }
}

async function assertIsPrimary({ ask }: Database): Promise<void> {
    const [server] = await ask('SELECT pg_is_in_recovery()::text AS standby', []);
    if (server?.standby === 'true') unsafe('the server is a standby, which takes no commits');
}

/**
 * Asks the server whether it keeps what it says is committed.
 *
 * @throws `STORE_UNSAFE`
 */
export async function assertIsSafe(database: Database): Promise<void> {
    const [settings] = await database.ask(
        `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous,
                current_setting('server_encoding') AS encoding`,
        [],
    );
    if (settings?.fsync !== 'on') unsafe('fsync is off: a power cut takes what was committed');
    if (settings.synchronous === 'off') unsafe('synchronous_commit is off: a crash takes what was committed last');
    if (settings.encoding !== 'UTF8') unsafe(`the database's encoding is ${settings.encoding}, and not UTF8`);
    await assertIsPrimary(database);
}

function unsafe(reason: string): never {
    throw new PaymentChannelsError(STORE_UNSAFE, { reason });
}
