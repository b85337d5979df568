// A store of channels in a database of one's own, and the contract that every store has to keep:
// `npx tsx examples/store-backend.ts`. docs/ledger.md explains it.

import { test } from 'node:test';

import type { Address } from '@solana/kit';
import {
    type BatchJournal,
    checkJournalTime,
    createLeaseLostError,
    getLeaseEnd,
    getNextLease,
    isLeaseHeldBy,
    type JournalLease,
    type SentTransaction,
} from 'solana-payment-channels/settlement';
import {
    assertIsWritable,
    type ChannelQuery,
    type ChannelRecord,
    type ChannelStore,
    createCheckedStore,
    decodeChannelRecord,
    decodeRow,
    encodeChannelRecord,
    encodeRow,
    getAtRisk,
    LEDGER_SCHEMA,
    type RowKind,
    type StoredChannel,
    type StoredRow,
    type UnreadableChannel,
    type UnreadableRow,
} from 'solana-payment-channels/store';
import { getStoreContractCases } from 'solana-payment-channels/testing';

/** A table of a database, in the order of its keys. */
type Table<T> = {
    get: (key: string) => T | undefined;
    set: (key: string, value: T) => void;
    delete: (key: string) => void;
    entries: () => readonly (readonly [key: string, value: T])[];
};

/** What lists and claims go by, beside the text. */
type Columns = Pick<ChannelRecord, 'due'> &
    Pick<ChannelRecord['identity'], 'payee' | 'payer' | 'rentPayer'> &
    Pick<ChannelRecord['chain'], 'status'> & { atRisk: bigint; isQuarantined: boolean };

type Tables = Readonly<{
    channels: Table<Omit<StoredChannel, 'record' | 'unknown'> & { text: string; columns: Columns }>;
    rows: Table<{ kind: RowKind; key: string; version: number; text: string; channel: string; endsAt: bigint | null }>;
    leases: Table<JournalLease>;
    /** By the number of their recording. */
    sent: Table<SentTransaction>;
}>;

/** What the store asks of a database: transactions that are serializable, and durable once they resolve. */
type Database = Readonly<{ transaction: <T>(run: (tables: Tables) => T) => Promise<T> }>;

/** Rows are found by the kind and the key, whatever is in the key. */
const rowId = (kind: RowKind, key: string) => `${kind} ${key}`;

export function createTableStore(database: Database, network: string, now: () => number = Date.now): ChannelStore {
    const seconds = () => BigInt(Math.floor(checkJournalTime(now()) / 1_000));

    const read = (tables: Tables, channel: Address): StoredChannel | undefined => {
        const entry = tables.channels.get(channel);
        if (entry === undefined) return undefined;
        const { changeId, schema, text, updatedAt, version } = entry;
        const { unknown, value } = decodeChannelRecord(channel, text);
        return { changeId, record: value, schema, unknown, updatedAt, version };
    };
    /** What is damaged is told of, and hides no other. */
    const readAll = (tables: Tables, channels: readonly Address[]): (StoredChannel | UnreadableChannel)[] =>
        channels.flatMap(channel => {
            try {
                return read(tables, channel) ?? [];
            } catch (error) {
                return { channel, error: error as Error };
            }
        });
    const readRow = <TKind extends RowKind>(tables: Tables, kind: TKind, key: string) => {
        const row = tables.rows.get(rowId(kind, key));
        if (row === undefined) return undefined;
        const { unknown, value } = decodeRow(kind, key, row.text);
        return { key, kind, unknown, value, version: row.version } as unknown as StoredRow<TKind>;
    };

    return createCheckedStore({
        claimDue: ({ leaseMs: durationMs, limit, owner, reasons }) =>
            database.transaction(tables => {
                const at = checkJournalTime(now());
                const due = tables.channels.entries().filter(([channel, { columns }]) => {
                    if (columns.due === null || columns.due.at > seconds() || columns.isQuarantined) return false;
                    if (reasons !== undefined && !reasons.includes(columns.due.reason)) return false;
                    return getLeaseEnd(tables.leases.get(channel), at) === undefined;
                });
                const urgent = [...due].sort(([, a], [, b]) => compareUrgency(a.columns, b.columns)).slice(0, limit);
                const channels = urgent.map(([channel]) => channel as Address);
                for (const channel of channels) {
                    const lease = getNextLease(tables.leases.get(channel), { at, durationMs, owner });
                    tables.leases.set(channel, lease);
                }
                return readAll(tables, channels);
            }),
        close: async () => undefined,
        commit: ({ changeId, channel, expected, expectedChangeId, record, rows, unknown }) =>
            database.transaction(tables => {
                const before = tables.channels.get(channel);
                if ((before?.version ?? 'absent') !== expected) return 'conflict';
                if (expectedChangeId !== undefined && before?.changeId !== expectedChangeId) return 'conflict';
                const isExpected = rows.every(({ expected: version, key, kind }) => {
                    return version === 'any' || (tables.rows.get(rowId(kind, key))?.version ?? 'absent') === version;
                });
                if (!isExpected) return 'conflict';
                if (before !== undefined) assertIsWritable(channel, before.schema);
                for (const { key, kind, unknown: others, value } of rows) {
                    const id = rowId(kind, key);
                    const version = (tables.rows.get(id)?.version ?? 0) + 1;
                    if (value === 'delete') tables.rows.delete(id);
                    else {
                        const text = encodeRow(kind, value, others);
                        tables.rows.set(id, { channel, endsAt: getEnd(kind, value), key, kind, text, version });
                    }
                }
                if (record !== undefined) {
                    tables.channels.set(channel, {
                        changeId,
                        columns: getColumns(record),
                        schema: LEDGER_SCHEMA,
                        text: encodeChannelRecord(record, unknown),
                        updatedAt: seconds(),
                        version: (before?.version ?? 0) + 1,
                    });
                }
                return 'committed';
            }),
        durability: 'process', // what the database is: 'machine' or 'shared' if it outlives the process
        get: channel => database.transaction(tables => read(tables, channel)),
        getMany: channels => database.transaction(tables => readAll(tables, channels)),
        getRow: (kind, key) => database.transaction(tables => readRow(tables, kind, key)),
        journal: createTableJournal(database, now),
        list: query =>
            database.transaction(tables => {
                const found = tables.channels.entries().filter(([channel, { columns }]) => {
                    return (query.after === undefined || channel > query.after) && isAskedFor(columns, query);
                });
                const page = found.slice(0, query.limit).map(([channel]) => channel as Address);
                const next = found.length > query.limit ? page.at(-1) : undefined;
                return { channels: readAll(tables, page), next };
            }),
        listPending: limit =>
            database.transaction(tables => {
                const pending = tables.rows
                    .entries()
                    .flatMap<StoredRow<'transaction'> | UnreadableRow>(([, { key, kind }]) => {
                        if (kind !== 'transaction') return [];
                        try {
                            const row = readRow(tables, kind, key)!;
                            return row.value.outcome === 'pending' ? [row] : [];
                        } catch (error) {
                            return [{ error: error as Error, key, kind }];
                        }
                    });
                const getTime = (row: (typeof pending)[number]) => ('error' in row ? 0n : row.value.recordedAt);
                return pending.sort((a, b) => Number(getTime(a) - getTime(b))).slice(0, limit);
            }),
        network,
        purge: ({ charges, closed }) =>
            database.transaction(tables => {
                const over = tables.channels.entries().filter(([, { columns, updatedAt }]) => {
                    return columns.status === 'absent' && updatedAt < closed;
                });
                const gone = new Set(over.map(([channel]) => channel));
                const old = tables.rows.entries().filter(([, { channel, endsAt, kind }]) => {
                    if (kind === 'settlement') return false;
                    if (kind !== 'challenge' && gone.has(channel)) return true;
                    return endsAt !== null && endsAt < (kind === 'transaction' ? closed : charges);
                });
                for (const channel of gone) tables.channels.delete(channel);
                for (const [id] of old) tables.rows.delete(id);
                return gone.size + old.length;
            }),
    });
}

function getColumns(record: ChannelRecord): Columns {
    const { chain, due, identity, quarantine } = record;
    const { payee, payer, rentPayer } = identity;
    const isQuarantined = quarantine !== null;
    return { atRisk: getAtRisk(record), due, isQuarantined, payee, payer, rentPayer, status: chain.status };
}

function isAskedFor(columns: Columns, { dueBefore, isQuarantined, payee, payer, rentPayer, status }: ChannelQuery) {
    const is = <T>(asked: T | undefined, value: T) => asked === undefined || asked === value;
    return (
        is(payee, columns.payee) &&
        is(payer, columns.payer) &&
        is(rentPayer, columns.rentPayer) &&
        is(status, columns.status) &&
        is(isQuarantined, columns.isQuarantined) &&
        (dueBefore === undefined || (columns.due !== null && columns.due.at <= dueBefore))
    );
}

/** Deadlines first, the earliest first; then the most at risk; then what is due longest. */
function compareUrgency(a: Columns, b: Columns): number {
    const last = 2n ** 63n;
    const [first, second] = [a.due?.deadline ?? last, b.due?.deadline ?? last];
    if (first !== second) return first < second ? -1 : 1;
    if (a.atRisk !== b.atRisk) return a.atRisk > b.atRisk ? -1 : 1;
    return Number((a.due?.at ?? last) - (b.due?.at ?? last));
}

/** From when on nobody asks for a row any more; `null` where that is not known. */
function getEnd(kind: RowKind, value: object): bigint | null {
    const row = value as Partial<Record<'endedAt' | 'expiresAt' | 'recordedAt' | 'startedAt', bigint>>;
    if (kind === 'charge') return row.endedAt ?? row.startedAt!;
    if (kind === 'challenge') return row.expiresAt!;
    const { outcome } = value as { outcome?: string };
    return kind === 'transaction' && (outcome === 'expired' || outcome === 'failed') ? row.recordedAt! : null;
}

/** The journal in the same database: its leases are those of `claimDue`. docs/journal.md explains it. */
function createTableJournal(database: Database, now: () => number): BatchJournal {
    return {
        acquire: (owner, channels, durationMs) =>
            database.transaction(({ leases }) => {
                const at = checkJournalTime(now());
                return channels.filter(channel => {
                    const lease = getNextLease(leases.get(channel), { at, durationMs, owner });
                    leases.set(channel, lease);
                    return lease.owner === owner;
                });
            }),
        getLeases: channels =>
            database.transaction(({ leases }) => {
                const at = checkJournalTime(now());
                return channels.flatMap(channel => {
                    const lease = leases.get(channel);
                    const until = getLeaseEnd(lease, at);
                    return until === undefined ? [] : [{ channel, owner: lease!.owner, until }];
                });
            }),
        getUnresolved: channels =>
            database.transaction(({ sent }) => {
                const all = sent.entries().map(([, one]) => one);
                return all.filter(one => one.channels.some(({ channel }) => channels.includes(channel)));
            }),
        recordOutcome: signature =>
            database.transaction(({ sent }) => {
                for (const [id, one] of sent.entries()) if (one.signature === signature) sent.delete(id);
            }),
        recordSent: (owner, transaction) =>
            database.transaction(({ leases, sent }) => {
                const at = checkJournalTime(now());
                const channels = [...new Set(transaction.channels.map(({ channel }) => channel))];
                const lost = channels.filter(channel => !isLeaseHeldBy(leases.get(channel), owner, at));
                if (lost.length > 0) throw createLeaseLostError(lost, owner);
                const all = sent.entries();
                if (all.some(([, one]) => one.signature === transaction.signature)) return;
                const number = Number(all.at(-1)?.[0] ?? 0) + 1;
                sent.set(`${number}`.padStart(16, '0'), transaction);
            }),
        release: (owner, channels) =>
            database.transaction(({ leases }) => {
                for (const channel of channels) if (leases.get(channel)?.owner === owner) leases.delete(channel);
            }),
    };
}

/** A database in memory, whose transactions come one after another, and leave nothing behind when they fail. */
function createDatabase(): Database {
    const names = ['channels', 'rows', 'leases', 'sent'] as const;
    let current = new Map<string, Map<string, unknown>>(names.map(name => [name, new Map()]));
    const toTable = (map: Map<string, unknown>): Table<unknown> => ({
        delete: key => void map.delete(key),
        entries: () => structuredClone([...map].sort(([a], [b]) => (a < b ? -1 : 1))),
        get: key => structuredClone(map.get(key)),
        set: (key, value) => void map.set(key, structuredClone(value)),
    });
    return {
        transaction: async run => {
            // As long as an answer of a database takes; meanwhile others do the same.
            await new Promise(resolve => setImmediate(resolve));
            const next = new Map([...current].map(([name, map]) => [name, new Map(map)]));
            const answer = run(
                Object.fromEntries([...next].map(([name, map]) => [name, toTable(map)])) as unknown as Tables,
            );
            current = next;
            return answer;
        },
    };
}

const cases = getStoreContractCases({
    createStore: ({ network, now }) => {
        const database = createDatabase();
        // Two stores over one database, as two processes have them.
        return { store: createTableStore(database, network, now), other: createTableStore(database, network, now) };
    },
});
for (const { name, run } of cases) test(name, run);
