import { describe, expect, it, vi } from 'vitest';

import { STORE_FULL, STORE_UNAVAILABLE } from '../../../src/core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../../../src';
import {
    commitCommand,
    commitOrRead,
    createKnownChannels,
    createLedgerPolicy,
    createMemoryStore,
} from '../../../src/store';
import type { ChannelStore, LedgerEvent, StoreChange } from '../../../src/store';
import { createReplica } from '../../../src/testing/contract/store-command-cases';
import {
    changeOf,
    channelOf,
    chargeOf,
    recordOf,
    transactionRowOf,
    writeOf,
} from '../../../src/testing/contract/store-samples';

const A = channelOf(1);
const NOW = 1_760_000_000n;
const now = () => NOW;
const lost = () => new PaymentChannelsError(STORE_UNAVAILABLE, { reason: 'the connection is lost' });

const createStore = () => createMemoryStore({ network: 'localnet', now: () => Number(NOW) * 1_000 });

/** A store whose commits fail as they are told: before or after they happen. */
function failing(store: ChannelStore, plan: ('after' | 'before' | 'never')[], error: () => Error = lost) {
    const commits: StoreChange[] = [];
    const failingStore: ChannelStore = {
        ...store,
        commit: async change => {
            commits.push(change);
            const when = plan.shift() ?? 'never';
            if (when === 'before') throw error();
            const answer = await store.commit(change);
            if (when === 'after') throw error();
            return answer;
        },
    };
    return { commits, store: failingStore };
}

async function openChannel(store: ChannelStore) {
    const replica = createReplica(store, { now, owner: 'one' });
    await replica.recordOpen();
    await replica.activate();
    return replica;
}

const replicaOf = (store: ChannelStore) => createReplica(store, { now, owner: 'one', pause: async () => undefined });

describe('a commit whose connection dies (Store 12, crash point 19)', () => {
    it.each([
        ['before it happened', ['before'], 2],
        ['after it happened', ['after'], 1],
        ['before it happened, twice', ['before', 'before'], 3],
        ['before, and then after it happened', ['before', 'after'], 2],
    ] as const)('%s: it is there once, and is acknowledged', async (_, plan, commits) => {
        const store = createStore();
        await openChannel(store);
        const failed = failing(store, [...plan]);
        const { result } = await replicaOf(failed.store).pay(10n, 'key', 4n);
        expect(result).toMatchObject({ charge: { kind: 'reserved' }, kind: 'accepted' });
        expect(failed.commits).toHaveLength(commits);
        // It is repeated as it was, so that it can't happen twice.
        expect(new Set(failed.commits.map(({ changeId }) => changeId)).size).toBe(1);
        expect(await store.get(A)).toMatchObject({ record: { accepted: 10n }, version: 2 });
    });

    it('as often as it is tried: it is not acknowledged, and can be given again', async () => {
        const store = createStore();
        await openChannel(store);
        const failed = failing(store, ['before', 'before', 'before']);
        await expect(replicaOf(failed.store).pay(10n, 'key', 4n)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
        expect(await store.get(A)).toMatchObject({ record: { accepted: 0n }, version: 1 });
        expect((await replicaOf(failed.store).pay(10n, 'key', 4n)).result.kind).toBe('accepted');
    });

    it('and the reads after it too: it is not acknowledged, and whoever asks again finds it', async () => {
        const store = createStore();
        await openChannel(store);
        const failed = failing(store, ['after']);
        const blind: ChannelStore = {
            ...failed.store,
            get: async channel => {
                if (failed.commits.length > 0) throw lost();
                return await store.get(channel);
            },
        };
        await expect(replicaOf(blind).pay(10n)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
        expect((await replicaOf(store).pay(10n)).result.kind).toBe('replayed');
        expect(await store.get(A)).toMatchObject({ version: 2 });
    });

    it('after it happened, and somebody has committed since: it is decided again, on what is there', async () => {
        const store = createStore();
        const other = await openChannel(store);
        const failed = failing(store, ['after']);
        const raced: ChannelStore = {
            ...failed.store,
            commit: async change => {
                try {
                    return await failed.store.commit(change);
                } catch (error) {
                    await other.pay(20n);
                    throw error;
                }
            },
        };
        // Its own voucher is not the last one any more: nothing is served for it a second time.
        expect((await replicaOf(raced).pay(10n)).result).toMatchObject({ code: 'CUMULATIVE_NOT_MONOTONIC' });
        expect(await store.get(A)).toMatchObject({ record: { accepted: 20n }, version: 3 });
    });

    it('after it happened, and its charge was made: the charge is not made again', async () => {
        const store = createStore();
        const one = await openChannel(store);
        await one.pay(10n, 'key', 4n);
        const failed = failing(store, ['after']);
        expect((await replicaOf(failed.store).charge('key', 4n)).result.kind).toBe('charged');
        expect(await store.get(A)).toMatchObject({ record: { reservations: [], spent: 4n }, version: 3 });
    });

    it('with an error of a driver or of another store: it is found out as well', async () => {
        const store = createStore();
        await openChannel(store);
        const failed = failing(store, ['after'], () => new Error('ECONNRESET'));
        expect((await replicaOf(failed.store).pay(10n)).result.kind).toBe('accepted');
        expect(failed.commits).toHaveLength(1);
    });
});

describe('an error that says that nothing happened', () => {
    it.each([['STORE_FULL', () => new PaymentChannelsError(STORE_FULL, { limit: 1 })]] as const)(
        '%s goes through, and nothing is read or repeated',
        async (code, error) => {
            const store = createStore();
            const failed = failing(store, ['before', 'before'], error);
            const get = vi.fn(store.get);
            const change = writeOf(recordOf(1), 'absent');
            await expect(commitOrRead({ ...failed.store, get }, change)).rejects.toMatchObject({ code });
            expect(failed.commits).toHaveLength(1);
            expect(get).not.toHaveBeenCalled();
        },
    );
});

describe('a change of rows alone', () => {
    const rowsOf = (fingerprint: string, expected: number | 'absent') =>
        changeOf(A, 'absent', {
            rows: [1, 2].map(number => ({
                expected,
                key: `key ${number}`,
                kind: 'charge' as const,
                value: chargeOf(number, { fingerprint }),
            })),
        });

    it.each([
        ['before', 2],
        ['after', 1],
    ] as const)('whose connection dies %s it happened is there once', async (when, commits) => {
        const store = createStore();
        const failed = failing(store, [when]);
        expect(await commitOrRead(failed.store, rowsOf('mine', 'absent'))).toBe(true);
        expect(failed.commits).toHaveLength(commits);
        expect(await store.getRow('charge', 'key 2')).toMatchObject({ value: { fingerprint: 'mine' }, version: 1 });
    });

    it('of rows that are there is repeated while they are as they were', async () => {
        const store = createStore();
        await store.commit(rowsOf('earlier', 'absent'));
        const failed = failing(store, ['before']);
        expect(await commitOrRead(failed.store, rowsOf('mine', 1))).toBe(true);
        expect(await store.getRow('charge', 'key 1')).toMatchObject({ value: { fingerprint: 'mine' }, version: 2 });
    });

    it('is a conflict when somebody else was faster', async () => {
        const store = createStore();
        const failed = failing(store, ['before']);
        await store.commit(rowsOf('theirs', 'absent'));
        expect(await commitOrRead(failed.store, rowsOf('mine', 'absent'))).toBe(false);
        expect(await store.getRow('charge', 'key 1')).toMatchObject({ value: { fingerprint: 'theirs' } });
    });

    it('that deletes is committed once they are gone', async () => {
        const store = createStore();
        await store.commit(rowsOf('mine', 'absent'));
        const failed = failing(store, ['after']);
        const change = changeOf(A, 'absent', {
            rows: [{ expected: 1, key: 'key 1', kind: 'charge', value: 'delete' }],
        });
        expect(await commitOrRead(failed.store, change)).toBe(true);
        expect(failed.commits).toHaveLength(1);
    });
});

describe('commitCommand', () => {
    const context = { getContext: () => ({ now: NOW, policy: createLedgerPolicy() }) };

    it('gives up after sixteen conflicts, and pauses before each new attempt', async () => {
        const store = createStore();
        await openChannel(store);
        const pause = vi.fn(async () => undefined);
        const busy: ChannelStore = { ...store, commit: async () => 'conflict' };
        const getCommand = vi.fn(() => ({ kind: 'end', reason: 'operator' }) as const);
        await expect(commitCommand(busy, A, getCommand, { ...context, pause })).rejects.toMatchObject({
            code: 'STORE_CONFLICT',
            context: { attempts: 16, channel: A },
        });
        expect(getCommand).toHaveBeenCalledTimes(16);
        expect(pause).toHaveBeenCalledTimes(15);
    });

    it('tells events once they are committed, and not those of attempts that were not', async () => {
        const store = createStore();
        await openChannel(store);
        const events: LedgerEvent[] = [];
        let attempts = 0;
        const raced: ChannelStore = {
            ...store,
            commit: async change => (++attempts < 3 ? 'conflict' : await store.commit(change)),
        };
        const { chain } = (await store.get(A))!.record;
        const seen = { ...chain, observedSlot: chain.observedSlot + 1n, settled: 5n };
        await commitCommand(raced, A, () => ({ chain: seen, kind: 'observe' }), {
            ...context,
            onEvent: event => void events.push(event),
            pause: async () => undefined,
        });
        expect(events).toEqual([{ accepted: 0n, channel: A, kind: 'CHAIN_AHEAD', settled: 5n }]);
    });

    it('returns the record as it was committed, with its version', async () => {
        const store = createStore();
        await openChannel(store);
        const { stored } = await replicaOf(store).pay(10n);
        expect(stored).toMatchObject({ record: { accepted: 10n }, version: 2 });
        expect(stored?.record).toEqual((await store.get(A))?.record);
        const replayed = await replicaOf(store).pay(10n);
        expect(replayed.stored).toMatchObject({ version: 2 });
    });

    it('keeps what a newer version has in a record, and refuses one that is newer as a whole', async () => {
        const store = createStore();
        await store.commit(changeOf(A, 'absent', { record: recordOf(1), unknown: { proof: 'x' } }));
        await commitCommand(store, A, () => ({ kind: 'end', reason: 'operator' }), context);
        expect(await store.get(A)).toMatchObject({ unknown: { proof: 'x' }, version: 2 });
    });

    it('answers nothing of a request whose row belongs to another version of the record', async () => {
        const store = createStore();
        const one = await openChannel(store);
        const two = createReplica(store, { now, owner: 'two' });
        let isFirst = true;
        const between: ChannelStore = {
            ...store,
            // Between the read of the record and that of the row, the same request begins elsewhere.
            getRow: async (kind, key) => {
                if (isFirst) {
                    isFirst = false;
                    await two.pay(10n, 'key', 4n);
                }
                return await store.getRow(kind, key);
            },
        };
        expect((await replicaOf(between).pay(10n, 'key', 4n)).result).toMatchObject({ code: 'CHARGE_RUNNING' });
        await two.release('key');
        expect((await one.pay(10n, 'key', 4n)).result).toMatchObject({ charge: { kind: 'reserved' } });
    });

    it.each([
        ['store', () => commitCommand({} as never, A, () => ({}) as never, context)],
        ['channel', () => commitCommand(createStore(), 'x' as never, () => ({}) as never, context)],
        ['getCommand', () => commitCommand(createStore(), A, {} as never, context)],
        ['context.getContext', () => commitCommand(createStore(), A, () => ({}) as never, {} as never)],
        [
            'context.onEvents',
            () => commitCommand(createStore(), A, () => ({}) as never, { ...context, onEvents: 1 } as never),
        ],
    ] as const)('refuses a wrong %s', async (field, call) => {
        const error: unknown = await call().catch((reason: unknown) => reason);
        expect(isPaymentChannelsError(error) && error.context).toMatchObject({
            field: expect.stringContaining(field) as string,
        });
    });
});

it('transactions of opens are listed until they have an outcome', async () => {
    const store = createStore();
    const one = createReplica(store, { now, owner: 'one' });
    await one.recordOpen();
    expect(await store.listPending(10)).toMatchObject([{ value: transactionRowOf(1) }]);
    await one.activate();
    expect(await store.listPending(10)).toEqual([]);
});

describe('records that a process knows', () => {
    /** A store that counts what is read of it. */
    function counting(store: ChannelStore) {
        const calls = { commit: 0, get: 0 };
        const counted: ChannelStore = {
            ...store,
            commit: async change => (calls.commit++, await store.commit(change)),
            get: async channel => (calls.get++, await store.get(channel)),
        };
        return { calls, store: counted };
    }

    it('are not read again', async () => {
        const { calls, store } = counting(createStore());
        const replica = await openChannel(store);
        Object.assign(calls, { commit: 0, get: 0 });
        for (const amount of [10n, 20n, 30n]) expect((await replica.pay(amount)).result.kind).toBe('accepted');
        expect(calls).toEqual({ commit: 3, get: 0 });
        expect(await store.get(A)).toMatchObject({ record: { accepted: 30n }, version: 4 });
    });

    it('are read where somebody else has written', async () => {
        const { calls, store } = counting(createStore());
        const one = await openChannel(store);
        const two = replicaOf(store);
        await two.pay(10n);
        Object.assign(calls, { commit: 0, get: 0 });
        expect((await one.pay(20n)).result).toMatchObject({ delta: 10n, kind: 'accepted' });
        expect(calls).toEqual({ commit: 2, get: 1 });
        // A refusal is bound to no commit, and holds for what is there.
        await two.end();
        expect((await one.pay(30n)).result).toMatchObject({ code: 'CHANNEL_CLOSE_PENDING', kind: 'refused' });
    });

    it('answer no command that writes nothing', async () => {
        const { calls, store } = counting(createStore());
        const replica = await openChannel(store);
        await replica.pay(10n);
        calls.get = 0;
        expect((await replica.pay(10n)).result.kind).toBe('replayed');
        expect(calls.get).toBe(1);
    });

    it('overwrite nothing in a database that was put back and went on to the same version', async () => {
        const [before, after] = [createStore(), createStore()];
        await openChannel(before);
        await openChannel(after);
        const place = { store: before };
        const failedOver: ChannelStore = {
            ...before,
            commit: async change => await place.store.commit(change),
            get: async channel => await place.store.get(channel),
            getRow: async (kind, key) => await place.store.getRow(kind, key),
        };
        const one = replicaOf(failedOver);
        await one.pay(10n);
        // What `one` has committed is lost, and another process has taken a better voucher under the same version.
        await replicaOf(after).pay(50n);
        place.store = after;
        expect((await one.pay(20n)).result).toMatchObject({ code: 'CUMULATIVE_NOT_MONOTONIC', kind: 'refused' });
        expect(await after.get(A)).toMatchObject({ record: { accepted: 50n }, version: 2 });
    });

    it('are forgotten with a commit that fails, and are copies', async () => {
        const store = createStore();
        await openChannel(store);
        const known = createKnownChannels();
        const failed = failing(store, ['never', 'before', 'before', 'before']);
        const replica = createReplica(failed.store, { known, now, owner: 'one', pause: async () => undefined });
        const { stored } = await replica.pay(10n);
        expect(known.get(A)).toMatchObject({ record: { accepted: 10n }, version: 2 });
        (stored!.record.chain as { deposit: bigint }).deposit = 1n;
        expect(known.get(A)!.record.chain.deposit).not.toBe(1n);
        await expect(replica.pay(20n)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
        expect(known.get(A)).toBeUndefined();
    });

    it('are as many as it says, those of the last commits', () => {
        const known = createKnownChannels({ maxChannels: 2 });
        const one = { changeId: 'a', record: recordOf(1), unknown: undefined, version: 1 };
        for (const index of [1, 2, 1, 3]) known.set(channelOf(index), one);
        expect([1, 2, 3].map(index => known.get(channelOf(index)) !== undefined)).toEqual([true, false, true]);
        expect(() => createKnownChannels({ maxChannels: 0 })).toThrow(/options\.maxChannels/);
    });
});
