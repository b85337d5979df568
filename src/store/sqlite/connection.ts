import { STORE_CLOSED, STORE_UNAVAILABLE, STORE_UNSAFE } from '../../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../../core/errors';
import { assertHasMethods } from '../../core/input';

/** What is bound to a statement: text, integers that a double holds exactly, and nothing. */
export type SqliteValue = number | string | null;

/** A prepared statement. Drivers describe what can be bound in ways of their own; all of them take a {@link SqliteValue}. */
export type SqliteStatement = Readonly<{
    all: (...values: never[]) => unknown[];
    run: (...values: never[]) => unknown;
}>;

/**
 * An open connection to an SQLite database on a disk of this machine: a `Database` of libsql or better-sqlite3, or a
 * `DatabaseSync` of node:sqlite. Nobody else may have a transaction open on it while it is used.
 */
export type SqliteDatabase = Readonly<{
    exec: (sql: string) => unknown;
    prepare: (sql: string) => SqliteStatement;
}>;

type Statement = Readonly<{
    all: (...values: SqliteValue[]) => unknown[];
    run: (...values: SqliteValue[]) => unknown;
}>;

/** A row as it is read: its columns by name. Some drivers add members of their own. */
export type SqliteRow = Readonly<Record<string, unknown>>;

/** A database whose commits are durable, with statements that are prepared once. */
export type Connection = Readonly<{
    all: (sql: string, ...values: SqliteValue[]) => readonly SqliteRow[];
    /** The first row. */
    get: (sql: string, ...values: SqliteValue[]) => SqliteRow | undefined;
    exec: (sql: string) => void;
    /** For work that {@link Connection.write} runs. */
    run: (sql: string, ...values: SqliteValue[]) => void;
    /**
     * Runs work in an immediate transaction, together with whatever else is to be written in this turn of the event loop:
     * one sync for all of it. When it resolves, what the work wrote is on the disk. Work that throws an error of its own has
     * to do so before it writes anything; the error is its answer, and the others go on.
     */
    write: <T>(work: () => T) => Promise<T>;
    /** Writes what waits for it; then nothing goes any more. */
    close: () => void;
}>;

type Work = Readonly<{ run: () => unknown; resolve: (value: unknown) => void; reject: (error: unknown) => void }>;

/** `PRAGMA synchronous` of a connection that syncs at each commit; 3 (EXTRA) is more. */
const FULL = 2;

/**
 * Sets a connection up. Transactions are immediate ones: one that reads first and writes later would fail at once where
 * somebody else wrote in between, whatever the busy timeout.
 *
 * @param check Looks at what is there before anything is set: a database that it refuses stays as it is.
 */
export function createConnection(
    database: SqliteDatabase,
    busyTimeoutMs: number,
    check?: (reader: Pick<Connection, 'get'>) => void,
): Connection {
    assertHasMethods('database', database, ['exec', 'prepare']);
    const statements = new Map<string, Statement>();
    let waiting: Work[] = [];
    let isClosed = false;

    const prepare = (sql: string): Statement => {
        let statement = statements.get(sql);
        if (statement === undefined) statements.set(sql, (statement = database.prepare(sql) as Statement));
        return statement;
    };
    const ask = <T>(question: () => T): T => {
        if (isClosed) throw new PaymentChannelsError(STORE_CLOSED, {});
        try {
            return question();
        } catch (cause) {
            const reason = cause instanceof Error ? cause.message : 'the driver threw what is no error';
            throw new PaymentChannelsError(STORE_UNAVAILABLE, { reason }, { cause });
        }
    };
    const exec = (sql: string) => void ask(() => database.exec(sql));
    const all = (sql: string, ...values: SqliteValue[]) => ask(() => prepare(sql).all(...values)) as SqliteRow[];
    const readPragma = (name: string) =>
        Object.entries(all(`PRAGMA ${name}`)[0] ?? {}).find(([key]) => key === name)?.[1];

    exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    check?.({ get: (sql, ...values) => all(sql, ...values)[0] });
    if (readPragma('journal_mode') !== 'wal') exec('PRAGMA journal_mode = WAL');
    // After WAL was chosen: a driver may lower it then, without a word. It is not kept in the file.
    exec('PRAGMA synchronous = FULL');
    // Where a sync alone does not get past the cache of the disk; no other system knows it.
    exec('PRAGMA fullfsync = ON');
    const [mode, synchronous] = [readPragma('journal_mode'), Number(readPragma('synchronous'))];
    if (mode !== 'wal')
        unsafe(`its journal_mode is ${String(mode)} and not wal, as that of a file on a local disk can be`);
    if (!(synchronous >= FULL))
        unsafe(`its synchronous is ${synchronous} and not ${FULL} (FULL), so that a power cut loses commits`);

    /** @returns What tells everybody what became of their work. */
    const runTogether = (group: readonly Work[]): (() => void)[] => {
        const answers: (() => void)[] = [];
        for (const { reject, resolve, run } of group) {
            try {
                const value = run();
                answers.push(() => resolve(value));
            } catch (error) {
                if (isPaymentChannelsError(error, 'STORE_UNAVAILABLE')) throw error;
                answers.push(() => reject(error));
            }
        }
        return answers;
    };
    const writeGroup = (group: readonly Work[]): void => {
        const rejectAll = (error: unknown) => group.forEach(({ reject }) => reject(error));
        try {
            exec('BEGIN IMMEDIATE');
        } catch (error) {
            return rejectAll(error);
        }
        let answers: (() => void)[] | undefined;
        try {
            answers = runTogether(group);
            exec('COMMIT');
        } catch (error) {
            rollBack();
            // What the database does not take of one must not fail the others.
            if (answers === undefined && group.length > 1) return group.forEach(one => writeGroup([one]));
            return rejectAll(error);
        }
        answers.forEach(answer => answer());
    };
    const rollBack = () => {
        try {
            database.exec('ROLLBACK');
        } catch {
            // The database has done it by itself, as when the disk is full.
        }
    };
    const flush = () => {
        const group = waiting;
        waiting = [];
        if (group.length > 0) writeGroup(group);
    };
    return Object.freeze({
        all,
        close: () => {
            flush();
            isClosed = true;
        },
        exec,
        get: (sql, ...values) => all(sql, ...values)[0],
        run: (sql, ...values) => void ask(() => prepare(sql).run(...values)),
        write: <T>(work: () => T) => {
            if (isClosed) return Promise.reject(new PaymentChannelsError(STORE_CLOSED, {}));
            if (waiting.length === 0) defer(flush);
            return new Promise<T>((resolve, reject) => {
                waiting.push({ reject, resolve: resolve as Work['resolve'], run: work });
            });
        },
    } satisfies Connection);
}

function unsafe(reason: string): never {
    throw new PaymentChannelsError(STORE_UNSAFE, { reason });
}

/** After everything that has arrived by now was looked at, so that what came together is written together. */
function defer(work: () => void): void {
    if (typeof setImmediate === 'function') setImmediate(work);
    else setTimeout(work, 0);
}
