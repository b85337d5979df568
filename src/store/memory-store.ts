import type { Address } from '@solana/kit';

import { STORE_FULL } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readOnlyMembers, toInteger } from '../core/input';
import { toResult } from '../core/json-form';
import { toClock, toNow } from '../journal/checks';
import type { BatchJournal } from '../journal/journal';
import { createMemoryJournal } from '../journal/memory-journal';
import { decodeChannelRecord, decodeRow, encodeChannelRecord, encodeRow, LEDGER_SCHEMA } from '../ledger/ledger-json';
import { getAtRisk, type ChannelRecord } from '../ledger/record';
import type { RowKind, StoredRow } from '../ledger/rows';
import { createCheckedStore } from './checked-store';
import { assertIsWritable, toName } from './checks';
import type { ChannelQuery, ChannelStore, PurgeLimits, StoredChannel, UnreadableChannel } from './store';

/** How to create a store in memory. */
export type MemoryStoreOptions = Readonly<{
    /** The cluster that the channels are on. */
    network: string;
    /** Most channels that it keeps; more are refused, and none is ever dropped. 100,000 by default. */
    maxChannels?: number | undefined;
    /** The clock, in milliseconds since 1970: `Date.now` by default. */
    now?: (() => number) | undefined;
}>;

/** As stores on disk have it: text, so that what is read is always a value of its own. */
type Entry = {
    version: number;
    changeId: string;
    schema: number;
    text: string;
    updatedAt: bigint;
    /** What stores on disk have in columns: lists and claims go by it. */
    record: ChannelRecord;
};
type RowEntry = { kind: RowKind; key: string; version: number; text: string };

/** Where the store keeps everything; tests look into it, and open two stores over one. */
export type MemoryDatabase = Readonly<{
    entries: Map<Address, Entry>;
    rows: Map<string, RowEntry>;
    journal: BatchJournal;
    nowMs: () => number;
    network: string;
    maxChannels: number;
}>;

const DEFAULT_MAX_CHANNELS = 100_000;

/**
 * Creates a store that lives as long as the process: for tests, and for trying things out. With the process, every voucher
 * in it is gone: a server that takes real money needs a store of `./store/sqlite` or `./store/postgres`.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field. `commit` of a new channel rejects with
 * `STORE_FULL` where there is no room left.
 *
 * @example
 * ```ts
 * const store = createMemoryStore({ network: 'localnet' });
 * ```
 */
export function createMemoryStore(options: MemoryStoreOptions): ChannelStore {
    return openMemoryStore(createMemoryDatabase(options));
}

export function createMemoryDatabase(options: MemoryStoreOptions): MemoryDatabase {
    const given = readOnlyMembers('options', options, { maxChannels: true, network: true, now: true });
    const network = toName('options.network', given.network);
    const max = toInteger(
        'options.maxChannels',
        given.maxChannels ?? DEFAULT_MAX_CHANNELS,
        1n,
        BigInt(Number.MAX_SAFE_INTEGER),
    );
    const clock = toClock(given.now);
    const nowMs = () => toNow(clock());
    return {
        entries: new Map(),
        journal: createMemoryJournal({ now: nowMs }),
        maxChannels: Number(max),
        network,
        nowMs,
        rows: new Map(),
    };
}

const rowId = (kind: RowKind, key: string) => `${kind} ${key}`;

/** A store over a database in memory. */
export function openMemoryStore({ entries, journal, maxChannels, network, nowMs, rows }: MemoryDatabase): ChannelStore {
    const nowSeconds = () => BigInt(Math.floor(nowMs() / 1_000));
    const find = (channel: Address): StoredChannel | undefined => {
        const entry = entries.get(channel);
        if (entry === undefined) return undefined;
        const { changeId, schema, text, updatedAt, version } = entry;
        const { unknown, value } = decodeChannelRecord(channel, text);
        return toResult({ changeId, record: value, schema, unknown, updatedAt, version });
    };
    const findAll = (channels: readonly Address[]): readonly (StoredChannel | UnreadableChannel)[] =>
        Object.freeze(
            channels.flatMap(
                channel =>
                    readOr(
                        error => ({ channel, error }),
                        () => find(channel),
                    ) ?? [],
            ),
        );
    const readRow = <TKind extends RowKind>(kind: TKind, { key, text, version }: RowEntry): StoredRow<TKind> => {
        const { unknown, value } = decodeRow(kind, key, text);
        return toResult({ key, kind, unknown, value, version }) as StoredRow<TKind>;
    };

    return createCheckedStore({
        claimDue: async ({ leaseMs, limit, owner, reasons }) => {
            const now = nowSeconds();
            const due = [...entries]
                .filter(([, { record }]) => isDue(record, now, reasons))
                .sort(([, a], [, b]) => compareUrgency(a.record, b.record))
                .map(([channel]) => channel);
            const leased = new Set((await journal.getLeases!(due)).map(({ channel }) => channel));
            const free = due.filter(channel => !leased.has(channel)).slice(0, limit);
            return findAll(await journal.acquire(owner, free, leaseMs));
        },
        close: async () => undefined,
        commit: async ({ changeId, channel, expected, expectedChangeId, record, rows: changes, unknown }) => {
            const before = entries.get(channel);
            if ((before?.version ?? 'absent') !== expected) return 'conflict';
            if (expectedChangeId !== undefined && before?.changeId !== expectedChangeId) return 'conflict';
            if (before) assertIsWritable(channel, before.schema);
            for (const { expected: version, key, kind } of changes) {
                const row = rows.get(rowId(kind, key));
                if (version !== 'any' && (row?.version ?? 'absent') !== version) return 'conflict';
            }
            if (record !== undefined && before === undefined && entries.size >= maxChannels) {
                throw new PaymentChannelsError(STORE_FULL, { limit: maxChannels });
            }
            // Everything that can fail comes before the first write.
            const texts = changes.map(({ kind, unknown: others, value }) =>
                value === 'delete' ? undefined : encodeRow(kind, value, others),
            );
            const text = record && encodeChannelRecord(record, unknown);
            const updatedAt = nowSeconds();
            changes.forEach(({ key, kind }, index) => {
                const id = rowId(kind, key);
                const rowText = texts[index];
                if (rowText === undefined) rows.delete(id);
                else rows.set(id, { key, kind, text: rowText, version: (rows.get(id)?.version ?? 0) + 1 });
            });
            if (record !== undefined && text !== undefined) {
                const version = (before?.version ?? 0) + 1;
                entries.set(channel, { changeId, record, schema: LEDGER_SCHEMA, text, updatedAt, version });
            }
            return 'committed';
        },
        durability: 'process',
        get: async channel => find(channel),
        getMany: async channels => findAll(channels),
        getRow: async (kind, key) => {
            const row = rows.get(rowId(kind, key));
            return row && readRow(kind, row);
        },
        journal,
        list: async query => {
            const found: Address[] = [];
            for (const channel of [...entries.keys()].sort(compareText)) {
                if (found.length > query.limit) break;
                if (matches(entries.get(channel)!.record, query)) found.push(channel);
            }
            const page = found.slice(0, query.limit);
            const next = found.length > query.limit ? page.at(-1) : undefined;
            return toResult({ channels: findAll(page), next });
        },
        listPending: async limit => {
            const pending = [...rows.values()].flatMap(row => {
                const { key, kind } = row;
                if (kind !== 'transaction') return [];
                return [
                    readOr(
                        error => ({ error, key, kind }),
                        () => readRow(kind, row),
                    ),
                ];
            });
            const open = pending.filter(row => 'error' in row || row.value.outcome === 'pending');
            // One that can't be read is as old as can be.
            const getTime = (row: (typeof open)[number]) => ('error' in row ? 0n : row.value.recordedAt);
            open.sort((a, b) => compareText(getTime(a), getTime(b)) || compareText(a.key, b.key));
            return Object.freeze(open.slice(0, limit));
        },
        network,
        purge: async ({ charges, closed }) => {
            const over = [...entries].filter(
                ([, { record, updatedAt }]) => record.chain.status === 'absent' && updatedAt < closed,
            );
            const gone = new Set<string>(over.map(([channel]) => channel));
            const old = [...rows].filter(([, { key, kind, text }]) => {
                const row = readOr(
                    () => undefined,
                    () => decodeRow(kind, key, text).value,
                );
                // What can't be read is somebody's to look at.
                return row !== undefined && isOver({ key, kind, value: row } as StoredRow, gone, { charges, closed });
            });
            for (const channel of gone) entries.delete(channel as Address);
            for (const [id] of old) rows.delete(id);
            return gone.size + old.length;
        },
    });
}

/** What a function reads, or what stands for it with the error. */
function readOr<T, TError>(onError: (error: Error) => TError, read: () => T): T | TError {
    try {
        return read();
    } catch (error) {
        if (error instanceof Error) return onError(error);
        throw error;
    }
}

function compareText<T extends bigint | string>(a: T, b: T): number {
    return a < b ? -1 : Number(a > b);
}

function isDue({ due, quarantine }: ChannelRecord, now: bigint, reasons: readonly string[] | undefined): boolean {
    if (due === null || quarantine !== null || due.at > now) return false;
    return reasons === undefined || reasons.includes(due.reason);
}

function matches({ chain, due, identity, quarantine }: ChannelRecord, query: ChannelQuery): boolean {
    const { after, dueBefore, isQuarantined, payee, payer, rentPayer, status } = query;
    return (
        (after === undefined || identity.channel > after) &&
        (dueBefore === undefined || (due !== null && due.at <= dueBefore)) &&
        (isQuarantined === undefined || (quarantine !== null) === isQuarantined) &&
        (payee === undefined || identity.payee === payee) &&
        (payer === undefined || identity.payer === payer) &&
        (rentPayer === undefined || identity.rentPayer === rentPayer) &&
        (status === undefined || chain.status === status)
    );
}

/** Deadlines first, the earliest first; then the most at risk; then what is due longest. */
function compareUrgency(a: ChannelRecord, b: ChannelRecord): number {
    const [deadline, otherDeadline] = [a.due!.deadline, b.due!.deadline];
    if (deadline !== null && otherDeadline !== null) return Number(deadline - otherDeadline);
    if (deadline !== null || otherDeadline !== null) return deadline === null ? 1 : -1;
    const [risk, otherRisk] = [getAtRisk(a), getAtRisk(b)];
    if (risk !== otherRisk) return risk > otherRisk ? -1 : 1;
    return Number(a.due!.at - b.due!.at);
}

/** Rows that nobody asks for any more. */
function isOver(row: StoredRow, gone: ReadonlySet<string>, { charges, closed }: PurgeLimits): boolean {
    switch (row.kind) {
        case 'challenge':
            return row.value.expiresAt < charges;
        case 'charge':
            return gone.has(getChannelOf(row.key)) || (row.value.endedAt ?? row.value.startedAt) < charges;
        case 'delivery':
            return gone.has(getChannelOf(row.key));
        case 'settlement':
            return false;
        case 'transaction': {
            const { channel, outcome, recordedAt } = row.value;
            const hasFailed = outcome === 'expired' || outcome === 'failed';
            return gone.has(channel) || (hasFailed && recordedAt < closed);
        }
    }
}

/** Keys of charges and deliveries begin with their channel. */
const getChannelOf = (key: string) => key.slice(0, key.indexOf('/'));
