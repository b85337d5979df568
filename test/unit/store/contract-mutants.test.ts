import { describe, expect, it } from 'vitest';

import { isPaymentChannelsError } from '../../../src';
import { createMemoryJournal } from '../../../src/journal/memory-journal';
import { encodeRow, LEDGER_SCHEMA } from '../../../src/ledger/ledger-json';
import type { MemoryDatabase } from '../../../src/store/memory-store';
import type { ChannelStore, StoreChange, StoredChannel } from '../../../src/store/store';
import { getStoreContractCases } from '../../../src/testing';
import { createMemorySubject } from './memory-subject';

// Stores with one fault each, as somebody may write them: the contract finds every one. That proves the contract.

type Mutate = (store: ChannelStore, database: MemoryDatabase) => Partial<ChannelStore>;

const pause = () => new Promise<void>(resolve => setTimeout(resolve, 0));
const toVersion = ({ entries }: MemoryDatabase, channel: StoreChange['channel']) =>
    entries.get(channel)?.version ?? 'absent';

/** Writes rows whatever is there. */
function forceRows({ rows }: MemoryDatabase, changes: StoreChange['rows']): void {
    for (const { key, kind, value } of changes) {
        const id = `${kind} ${key}`;
        const version = (rows.get(id)?.version ?? 0) + 1;
        if (value === 'delete') rows.delete(id);
        else rows.set(id, { key, kind, text: encodeRow(kind, value), version });
    }
}

/** A store whose answers of get, and of what reads several, are changed. */
const changeReads = (change: (stored: StoredChannel) => StoredChannel): Mutate => {
    const changeAll = <T extends object>(all: readonly T[]) =>
        all.map(one => ('error' in one ? one : change(one as unknown as StoredChannel)) as T);
    return store => ({
        claimDue: async claim => changeAll(await store.claimDue(claim)),
        get: async channel => {
            const stored = await store.get(channel);
            return stored && change(stored);
        },
        getMany: async channels => changeAll(await store.getMany(channels)),
        list: async query => {
            const page = await store.list(query);
            return { ...page, channels: changeAll(page.channels) };
        },
    });
};

const MUTANTS: Readonly<Record<string, readonly [found: RegExp, mutate: Mutate]>> = {
    'acknowledges a commit that it loses': [
        /^a commit is there/,
        store => ({
            commit: async change =>
                change.record === undefined
                    ? await store.commit(change)
                    : (await store.get(change.channel), 'committed'),
        }),
    ],
    'answers with a conflict though it has written': [
        /^commands make a life/,
        store => {
            let count = 0;
            return {
                commit: async change => {
                    const answer = await store.commit(change);
                    return ++count % 3 === 0 ? 'conflict' : answer;
                },
            };
        },
    ],
    'compares no version of records': [
        /^commands lose nothing/,
        (store, database) => ({
            commit: async change =>
                await store.commit({
                    ...change,
                    expected: toVersion(database, change.channel),
                    expectedChangeId: undefined,
                }),
        }),
    ],
    'compares no id of commits': [
        /^a commit binds a change to the commit before it/,
        store => ({
            commit: async change => await store.commit({ ...change, expectedChangeId: undefined }),
        }),
    ],
    'compares no version of rows': [
        /^a commit is made only where all is as expected/,
        store => ({
            commit: async change =>
                await store.commit({ ...change, rows: change.rows.map(row => ({ ...row, expected: 'any' as const })) }),
        }),
    ],
    'makes nothing of a record that is to be absent': [
        /^a commit is made only where all is as expected: a record of version 2, expected absent/,
        (store, database) => ({
            commit: async change =>
                await store.commit(
                    change.expected === 'absent'
                        ? { ...change, expected: toVersion(database, change.channel) }
                        : change,
                ),
        }),
    ],
    'writes the rows of a change that conflicts': [
        /^a commit makes nothing of many rows/,
        (store, database) => ({
            commit: async change => {
                const answer = await store.commit(change);
                if (answer === 'conflict') forceRows(database, change.rows.slice(0, 1));
                return answer;
            },
        }),
    ],
    'writes the record of a change whose rows conflict': [
        /^a commit is made only where all is as expected/,
        store => ({
            commit: async change => {
                const answer = await store.commit(change);
                if (answer === 'conflict' && change.record !== undefined) await store.commit({ ...change, rows: [] });
                return answer;
            },
        }),
    ],
    'forgets a row where the record is written too': [
        /^a commit is made only where all is as expected/,
        store => ({
            commit: async change =>
                await store.commit(change.record === undefined ? change : { ...change, rows: change.rows.slice(1) }),
        }),
    ],
    'reads, waits and writes': [
        /^a commit is made by one of many/,
        (store, database) => ({
            commit: async change => {
                const before = toVersion(database, change.channel);
                await pause();
                if (before !== change.expected) return 'conflict';
                return await store.commit({ ...change, expected: toVersion(database, change.channel) });
            },
        }),
    ],
    'looks at rows before it waits': [
        /^a commit is made by one of many that write the same new row/,
        (store, { rows }) => ({
            commit: async change => {
                const isFree = change.rows.every(
                    ({ expected, key, kind }) => expected !== 'absent' || !rows.has(`${kind} ${key}`),
                );
                await pause();
                if (!isFree) return 'conflict';
                return await store.commit({
                    ...change,
                    rows: change.rows.map(row => ({ ...row, expected: 'any' as const })),
                });
            },
        }),
    ],
    'uses a version for rows alone': [
        /^a commit of rows alone/,
        (store, { entries }) => ({
            commit: async change => {
                const answer = await store.commit(change);
                const entry = entries.get(change.channel);
                if (answer === 'committed' && change.record === undefined && entry) entry.version++;
                return answer;
            },
        }),
    ],
    'hands out what it keeps': [
        /^a commit keeps what it was given, and gives/,
        store => {
            const live = new Map<string, StoredChannel>();
            return {
                get: async channel => {
                    const stored = await store.get(channel);
                    if (stored === undefined) return undefined;
                    const id = `${channel} ${stored.version}`;
                    // The record of strangers is not frozen.
                    if (!live.has(id)) live.set(id, { ...stored });
                    return live.get(id);
                },
            };
        },
    ],
    'keeps what it was given, and not a copy': [
        /^a commit keeps what it was given, and gives/,
        store => {
            const live = new Map<string, StoredChannel['record']>();
            return {
                commit: async change => {
                    if (change.record) live.set(change.channel, change.record);
                    return await store.commit(change);
                },
                get: async channel => {
                    const stored = await store.get(channel);
                    return stored && { ...stored, record: live.get(channel) ?? stored.record };
                },
            };
        },
    ],
    'has amounts as numbers': [
        /^a commit is there/,
        changeReads(stored => ({
            ...stored,
            record: { ...stored.record, accepted: BigInt(Number(stored.record.accepted)) },
        })),
    ],
    'has no id of its commits': [/^a commit raises/, changeReads(stored => ({ ...stored, changeId: 'x' }))],
    'tells another time': [/^a commit is there/, changeReads(stored => ({ ...stored, updatedAt: 5n }))],
    'drops unknown members of records': [
        /^a commit keeps unknown members/,
        store => ({ commit: async change => await store.commit({ ...change, unknown: undefined }) }),
    ],
    'drops unknown members of rows': [
        /^what is damaged with members of a newer version/,
        store => ({
            commit: async change =>
                await store.commit({ ...change, rows: change.rows.map(row => ({ ...row, unknown: undefined })) }),
        }),
    ],
    'writes over records of newer versions': [
        /^what is damaged of a newer version/,
        (store, { entries }) => ({
            commit: async change => {
                const entry = entries.get(change.channel);
                if (entry) entry.schema = LEDGER_SCHEMA;
                return await store.commit(change);
            },
        }),
    ],
    'tells no case of keys': [
        /^rows are apart by key/,
        store => ({
            commit: async change =>
                await store.commit({
                    ...change,
                    rows: change.rows.map(row => ({ ...row, key: row.key.toLowerCase() })),
                }),
            getRow: async (kind, key) => await store.getRow(kind, key.toLowerCase()),
        }),
    ],
    'cuts keys': [
        /^rows are apart by key/,
        store => ({
            commit: async change =>
                await store.commit({
                    ...change,
                    rows: change.rows.map(row => ({ ...row, key: row.key.trim() || 'x' })),
                }),
            getRow: async (kind, key) => await store.getRow(kind, key.trim()),
        }),
    ],
    'lists in the order of a language': [
        /^a list is in the order/,
        store => ({
            list: async query => {
                const { channels } = await store.list({ ...query, after: undefined, limit: 1_000 });
                const named = channels.map(
                    one => ['error' in one ? one.channel : one.record.identity.channel, one] as const,
                );
                named.sort(([a], [b]) => a.localeCompare(b, 'en'));
                const start = named.findIndex(([channel]) => channel === query.after) + 1;
                const page = named.slice(start, start + query.limit);
                const isLast = start + query.limit >= named.length;
                return { channels: page.map(([, one]) => one), next: isLast ? undefined : page.at(-1)![0] };
            },
        }),
    ],
    'begins a page with the last one of the page before': [
        /^a list is in the order/,
        (store, { entries }) => ({
            list: async query => {
                const before = [...entries.keys()]
                    .filter(channel => query.after !== undefined && channel < query.after)
                    .sort();
                return await store.list({ ...query, after: before.at(-1) });
            },
        }),
    ],
    'passes over a filter': [
        /^a list has what was asked for/,
        store => ({ list: async query => await store.list({ ...query, rentPayer: undefined }) }),
    ],
    'takes what is due never for due': [
        /^a list has what was asked for/,
        (store, { entries }) => ({
            list: async query => {
                const { channels, next } = await store.list({ ...query, dueBefore: undefined });
                const due = channels.filter(one => {
                    const record = 'error' in one ? entries.get(one.channel)!.record : one.record;
                    return query.dueBefore === undefined || (record.due?.at ?? 0n) <= query.dueBefore;
                });
                return { channels: due, next };
            },
        }),
    ],
    'lists nothing where one record is damaged': [
        /^what is damaged is told by its channel/,
        store => ({
            list: async query => {
                const page = await store.list(query);
                for (const one of page.channels) if ('error' in one) throw one.error;
                return page;
            },
        }),
    ],
    'claims nothing where one record is damaged': [
        /^what is damaged is told by its channel/,
        store => ({
            claimDue: async claim => {
                const claimed = await store.claimDue(claim);
                for (const one of claimed) if ('error' in one) throw one.error;
                return claimed;
            },
        }),
    ],
    'claims what others hold': [
        /^a claim takes the leases/,
        (store, { journal }) => ({
            claimDue: async claim => {
                const { channels } = await store.list({ dueBefore: 2n ** 62n, limit: claim.limit });
                const all = channels.flatMap(one => ('error' in one ? [] : [one.record.identity.channel]));
                await journal.acquire(claim.owner, all, claim.leaseMs);
                return await store.getMany(all);
            },
        }),
    ],
    'has leases of its own beside those of the journal': [
        /^a claim takes the leases/,
        (_, { nowMs }) => ({ journal: createMemoryJournal({ now: nowMs }) }),
    ],
    'claims for every reason': [
        /^a claim gives no more than the limit/,
        store => ({ claimDue: async claim => await store.claimDue({ ...claim, reasons: undefined }) }),
    ],
    'claims what is in quarantine': [
        /^a claim gives what is due/,
        (store, { entries }) => ({
            claimDue: async claim => {
                for (const entry of entries.values()) entry.record = { ...entry.record, quarantine: null };
                return await store.claimDue(claim);
            },
        }),
    ],
    'claims in the order of the text of amounts': [
        /^a claim gives deadlines first/,
        store => ({
            claimDue: async claim => {
                const all = await store.claimDue({ ...claim, limit: 1_000 });
                const toText = (one: (typeof all)[number]) => ('error' in one ? '' : `${one.record.accepted}`);
                const sorted = [...all].sort((a, b) => (toText(a) > toText(b) ? -1 : 1));
                return sorted.slice(0, claim.limit);
            },
        }),
    ],
    'takes a lease of no length for one of a second': [
        /^input that is wrong/,
        store => ({
            claimDue: async claim => await store.claimDue({ ...claim, leaseMs: Math.max(1_000, claim.leaseMs || 0) }),
        }),
    ],
    'deletes channels that are only distributed': [
        /^a purge deletes channels/,
        (store, { entries }) => ({
            purge: async limits => {
                for (const [channel, { record }] of entries) {
                    if (record.chain.status === 'distributed') entries.delete(channel);
                }
                return await store.purge(limits);
            },
        }),
    ],
    'deletes channels as soon as they are absent': [
        /^a purge deletes nothing/,
        store => ({ purge: async limits => await store.purge({ ...limits, closed: 2n ** 62n }) }),
    ],
    'deletes the ledger with its channel': [
        /^a purge deletes channels/,
        (store, { rows }) => ({
            purge: async limits => {
                const count = await store.purge(limits);
                for (const [id, { kind }] of rows) if (kind === 'settlement' && id.includes(' 1')) rows.delete(id);
                return count;
            },
        }),
    ],
    'lists transactions that are over': [
        /^rows that are pending/,
        (store, { rows }) => ({
            listPending: async limit => {
                const keys = [...rows.values()].filter(({ kind }) => kind === 'transaction').map(({ key }) => key);
                const all = await Promise.all(keys.map(key => store.getRow('transaction', key)));
                return all.flatMap(row => row ?? []).slice(0, limit);
            },
        }),
    ],
    'gives several channels in an order of its own': [
        /^getMany/,
        store => ({ getMany: async channels => await store.getMany([...channels].sort()) }),
    ],
    'answers when it is closed': [/^a store that is closed answers nothing/, () => ({ close: async () => undefined })],
    'records what is sent without a lease': [
        /^the journal: what was sent is not recorded when the lease/,
        store => ({
            journal: {
                ...store.journal,
                recordSent: async (owner, transaction) => {
                    const channels = transaction.channels.map(({ channel }) => channel);
                    const leases = await store.journal.getLeases!(channels);
                    const holder = leases[0]?.owner ?? owner;
                    await store.journal.acquire(holder, channels, 1_000);
                    await store.journal.recordSent(holder, transaction);
                },
            },
        }),
    ],
};

describe('a store', () => {
    it.each(Object.entries(MUTANTS))('that %s is found', async (_, [found, mutate]) => {
        const cases = getStoreContractCases({
            createStore: options =>
                createMemorySubject(options, (store, database) => ({ ...store, ...mutate(store, database) })),
        }).filter(({ name }) => found.test(name));
        expect(cases).not.toEqual([]);
        const errors = await Promise.all(
            cases.map(async ({ run }) => {
                try {
                    await run();
                    return undefined;
                } catch (error) {
                    return error;
                }
            }),
        );
        const told = errors.filter(error => error !== undefined);
        expect(told).not.toEqual([]);
        expect(told.filter(error => !isPaymentChannelsError(error))).toEqual([]);
    });

    it('that has one of two faults is found by the random calls as well', async () => {
        for (const name of ['compares no version of records', 'writes the record of a change whose rows conflict']) {
            const [, mutate] = MUTANTS[name]!;
            const cases = getStoreContractCases({
                createStore: options =>
                    createMemorySubject(options, (store, database) => ({ ...store, ...mutate(store, database) })),
                seed: 1,
            }).filter(one => one.name === 'random calls are answered as by a simple model');
            const error = await cases[0]!.run().catch((reason: unknown) => reason);
            expect(isPaymentChannelsError(error, 'CONTRACT_BROKEN')).toBe(true);
            expect(error).toMatchObject({ context: { seed: 1 } });
        }
    });
});
