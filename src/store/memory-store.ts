import type { Address } from '@solana/kit';

import { STORE_CLOSED, STORE_FULL } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readOnlyMembers, toAddress, toInteger, toList } from '../core/input';
import { toResult } from '../core/json-form';
import { toClock, toNow } from '../journal/checks';
import { createMemoryJournal } from '../journal/memory-journal';
import { decodeChannelRecord, decodeRow, encodeChannelRecord, encodeRow, LEDGER_SCHEMA } from '../ledger/ledger-json';
import { getAtRisk, type ChannelRecord } from '../ledger/record';
import type { RowKind, StoredRow } from '../ledger/rows';
import {
    assertIsWritable,
    toChange,
    toClaim,
    toLimit,
    toName,
    toPurgeLimits,
    toQuery,
    toRowKey,
    toRowKind,
} from './checks';
import type { ChannelQuery, ChannelStore, StoredChannel } from './store';

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
    record: ChannelRecord;
};
type RowEntry = { kind: RowKind; key: string; version: number; text: string };

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
    const given = readOnlyMembers('options', options, { maxChannels: true, network: true, now: true });
    const network = toName('options.network', given.network);
    const maxChannels = Number(
        toInteger(
            'options.maxChannels',
            given.maxChannels ?? DEFAULT_MAX_CHANNELS,
            1n,
            BigInt(Number.MAX_SAFE_INTEGER),
        ),
    );
    const clock = toClock(given.now);
    const nowMs = () => toNow(clock());
    const entries = new Map<Address, Entry>();
    const rows = new Map<string, RowEntry>();
    const journal = createMemoryJournal({ now: nowMs });
    let isClosed = false;

    const open = () => {
        if (isClosed) throw new PaymentChannelsError(STORE_CLOSED, {});
    };
    const toStored = (channel: Address, { changeId, schema, text, updatedAt, version }: Entry): StoredChannel => {
        const { unknown, value } = decodeChannelRecord(channel, text);
        return toResult({ changeId, record: value, schema, unknown, updatedAt, version });
    };
    const find = (channel: Address): StoredChannel | undefined => {
        const entry = entries.get(channel);
        return entry && toStored(channel, entry);
    };
    const rowId = (kind: RowKind, key: string) => `${kind} ${key}`;
    const sorted = () => [...entries.keys()].sort((a, b) => (a < b ? -1 : 1));

    return Object.freeze({
        claimDue: async claim => {
            open();
            const { leaseMs, limit, owner, reasons } = toClaim(claim);
            const now = BigInt(Math.floor(nowMs() / 1_000));
            const due = [...entries.entries()]
                .filter(
                    ([
                        ,
                        {
                            record: { due: work, quarantine },
                        },
                    ]) => {
                        if (work === null || quarantine !== null || work.at > now) return false;
                        return reasons === undefined || reasons.includes(work.reason);
                    },
                )
                .sort(([, a], [, b]) => compareUrgency(a.record, b.record))
                .map(([channel]) => channel);
            const leases = await journal.getLeases!(due);
            const leased = new Set(leases.map(({ channel }) => channel));
            const free = due.filter(channel => !leased.has(channel)).slice(0, limit);
            const taken = await journal.acquire(owner, free, leaseMs);
            return taken.flatMap(channel => find(channel) ?? []);
        },
        close: async () => {
            isClosed = true;
        },
        commit: async change => {
            open();
            const { changeId, channel, expected, record, rows: changes, unknown } = toChange(change, network);
            const before = entries.get(channel);
            if ((before?.version ?? 'absent') !== expected) return 'conflict';
            if (before) assertIsWritable(channel, before.schema);
            for (const { expected: version, key, kind } of changes) {
                const row = rows.get(rowId(kind, key));
                if (version !== 'any' && (row?.version ?? 'absent') !== version) return 'conflict';
            }
            if (record !== undefined && before === undefined && entries.size >= maxChannels) {
                throw new PaymentChannelsError(STORE_FULL, { limit: maxChannels });
            }
            // Everything that can fail comes before the first write.
            const texts = changes.map(({ kind, value }) => (value === 'delete' ? undefined : encodeRow(kind, value)));
            const text = record && encodeChannelRecord(record, unknown);
            changes.forEach(({ key, kind }, index) => {
                const id = rowId(kind, key);
                const rowText = texts[index];
                if (rowText === undefined) rows.delete(id);
                else rows.set(id, { key, kind, text: rowText, version: (rows.get(id)?.version ?? 0) + 1 });
            });
            if (record !== undefined && text !== undefined) {
                entries.set(channel, {
                    changeId,
                    record,
                    schema: LEDGER_SCHEMA,
                    text,
                    updatedAt: BigInt(Math.floor(nowMs() / 1_000)),
                    version: (before?.version ?? 0) + 1,
                });
            }
            return 'committed';
        },
        durability: 'process',
        get: async channel => {
            open();
            return find(toAddress('channel', channel));
        },
        getMany: async channels => {
            open();
            const all = toList('channels', channels, 'an array of addresses', (one, path) => toAddress(path, one));
            return Object.freeze(all.flatMap(channel => find(channel) ?? []));
        },
        getRow: async <TKind extends RowKind>(kind: TKind, key: string) => {
            open();
            toRowKind(kind);
            const row = rows.get(rowId(kind, toRowKey('key', key)));
            if (row === undefined) return undefined;
            const { value } = decodeRow(kind, key, row.text);
            return toResult({ key, kind, value, version: row.version }) as StoredRow<TKind>;
        },
        journal,
        list: async query => {
            open();
            const checked = toQuery(query);
            const found: Address[] = [];
            for (const channel of sorted()) {
                if (found.length > checked.limit) break;
                if (matches(entries.get(channel)!.record, checked)) found.push(channel);
            }
            const page = found.slice(0, checked.limit);
            return toResult({
                channels: Object.freeze(page.map(channel => find(channel)!)),
                next: found.length > checked.limit ? page.at(-1) : undefined,
            });
        },
        listPending: async limit => {
            open();
            const most = toLimit('limit', limit);
            const pending = [...rows.values()].flatMap(({ key, kind, text, version }) => {
                if (kind !== 'transaction') return [];
                const { value } = decodeRow('transaction', key, text);
                return value.outcome === 'pending' ? [toResult({ key, kind, value, version } as const)] : [];
            });
            pending.sort((a, b) => (a.value.recordedAt < b.value.recordedAt ? -1 : 1));
            return Object.freeze(pending.slice(0, most));
        },
        network,
        purge: async limits => {
            open();
            const { charges, closed } = toPurgeLimits(limits);
            let count = 0;
            for (const [id, { key, kind, text }] of rows) {
                if (!isOver(kind, key, text, charges)) continue;
                rows.delete(id);
                count++;
            }
            for (const [channel, { record, updatedAt }] of entries) {
                if (record.chain.status !== 'absent' || updatedAt >= closed) continue;
                entries.delete(channel);
                count++;
            }
            return count;
        },
    } satisfies ChannelStore);
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
function isOver(kind: RowKind, key: string, text: string, before: bigint): boolean {
    if (kind === 'charge') {
        const { endedAt, startedAt } = decodeRow('charge', key, text).value;
        return (endedAt ?? startedAt) < before;
    }
    return kind === 'challenge' && decodeRow('challenge', key, text).value.expiresAt < before;
}
