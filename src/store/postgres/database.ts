import { STORE_UNAVAILABLE } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { refuseInput } from '../../core/input';
import { readSafely } from '../../core/read-safely';

/**
 * Runs one statement and commits it: `pool.query` of `pg`, or what does the same. Placeholders are `$1`, `$2`; values are
 * strings, numbers, `null` and arrays of strings. Rows are objects by the names of their columns.
 *
 * It may go through a pooler that hands out a connection for each transaction: nothing is kept in a session. It is never
 * called within a transaction, which would make what is committed depend on its end.
 */
export type PostgresQuery = (text: string, values: unknown[]) => Promise<Readonly<{ rows: readonly unknown[] }>>;

/** What every statement answers: text, whatever the driver makes of other types. */
export type PostgresRow = Readonly<Record<string, string | null>>;

/** The names of the tables, with their schema, as they stand in a statement. */
export type Tables = Readonly<Record<'channel' | 'lease' | 'meta' | 'row' | 'sent' | 'sentChannel', string>>;

export type Database = Readonly<{
    schema: string;
    tables: Tables;
    ask: (text: string, values: readonly unknown[]) => Promise<readonly PostgresRow[]>;
    /** For a statement that always answers with one row: that it did not says nothing about what has happened. */
    askOne: (text: string, values: readonly unknown[]) => Promise<PostgresRow>;
    /** As `ask`; the SQLSTATE where it is one of these. */
    askOr: <TState extends string>(
        states: readonly TState[],
        text: string,
        values: readonly unknown[],
    ) => Promise<TState | readonly PostgresRow[]>;
}>;

/** A name that needs no escape in any place of a statement. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const DEFAULT_SCHEMA = 'public';

export function createDatabase(query: PostgresQuery, schemaInput: string | undefined): Database {
    if (typeof query !== 'function') refuseInput('query', 'a function (text, values) => Promise<{ rows }>', query);
    const schema = toSchema(schemaInput ?? DEFAULT_SCHEMA);
    const toTable = (name: string) => `"${schema}".pc_${name}`;
    const askOr = async <TState extends string>(
        states: readonly TState[],
        text: string,
        values: readonly unknown[],
    ): Promise<TState | readonly PostgresRow[]> => {
        let answer: Readonly<{ rows: readonly unknown[] }>;
        try {
            answer = await query(text, [...values]);
        } catch (error) {
            const state = states.find(one => one === getState(error));
            if (state !== undefined) return state;
            throw new PaymentChannelsError(STORE_UNAVAILABLE, { reason: describeFailure(error) });
        }
        const rows = readSafely(() => answer.rows, undefined);
        if (!Array.isArray(rows)) {
            throw new PaymentChannelsError(STORE_UNAVAILABLE, { reason: 'the answer of query has no array of rows' });
        }
        return rows as readonly PostgresRow[];
    };
    const ask = async (text: string, values: readonly unknown[]) =>
        (await askOr([], text, values)) as readonly PostgresRow[];
    return Object.freeze({
        ask,
        askOne: async (text, values) => getOnlyRow(await ask(text, values)),
        askOr,
        schema,
        tables: Object.freeze({
            channel: toTable('channel'),
            lease: toTable('lease'),
            meta: toTable('meta'),
            row: toTable('row'),
            sent: toTable('sent'),
            sentChannel: toTable('sent_channel'),
        }),
    } satisfies Database);
}

export function getOnlyRow(rows: readonly PostgresRow[]): PostgresRow {
    const [row] = rows;
    if (rows.length === 1 && typeof row === 'object') return row;
    throw new PaymentChannelsError(STORE_UNAVAILABLE, { reason: 'the answer of query does not have the one row' });
}

function toSchema(value: unknown): string {
    return typeof value === 'string' && NAME.test(value)
        ? value
        : refuseInput('options.schema', 'a name of 1 to 63 letters, digits and _', value);
}

function getState(error: unknown): string | undefined {
    const code = readSafely(() => (error as { code?: unknown }).code, undefined);
    return typeof code === 'string' ? code : undefined;
}

const MAX_MESSAGE_LENGTH = 300;

/** What has failed, without what must not get into a log: values, connection strings. */
function describeFailure(error: unknown): string {
    const code = getState(error);
    const message = readSafely(() => (error as { message?: unknown }).message, undefined);
    // Messages of class 22 quote the value that was no good.
    const hasValues = code?.startsWith('22') ?? false;
    if (typeof message !== 'string' || message === '' || hasValues) return code ?? 'the query function failed';
    const text = message
        .split('\n', 1)[0]!
        .replace(/[a-z][\w+.-]*:\/\/\S*/gi, '…')
        .slice(0, MAX_MESSAGE_LENGTH);
    return code === undefined ? text : `${code}: ${text}`;
}
