import type { Address, ProgramNotificationsApi, RpcSubscriptions } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    getChannelFilters,
    watchClosingChannels,
    type FetchChannelsConfig,
    type Fetched,
    type LiveChannelState,
} from '../../src';
import { channelData, closingAt, NOW, rpcAccount } from '../fixtures/channels';
import { addressOf, PAYEE, PROGRAM } from '../fixtures/parties';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { STATUSES, UNKNOWN_STATUS } from '../fixtures/revision';
import { atSlot, createFakeRpc, createFakeSubscriptions, type RpcRequest } from '../fixtures/rpc';
import { DEPLOYMENT } from '../fixtures/deployment';

const QUERY_SLOT = 100n;
const [A, B, C] = [addressOf(1), addressOf(2), addressOf(3)];
const CLOSING = channelData(closingAt(NOW));
const LATER = channelData(closingAt(NOW + 50n));
const OPEN = channelData();
const FINALIZED = channelData({ status: STATUSES.finalized });

type Snapshot = Record<Address, Uint8Array>;
const found = (snapshot: Snapshot) =>
    Object.entries(snapshot).map(([pubkey, data]) => ({ account: rpcAccount(data), pubkey }));
const notify = (slot: bigint, pubkey: Address, data: Uint8Array) => atSlot(slot, { account: rpcAccount(data), pubkey });

/** A watch on a chain that the test plays: what the query finds, and what is published meanwhile. */
function watch(
    snapshot: Snapshot,
    config: FetchChannelsConfig = {},
    whileQuerying: (publish: (notification: unknown) => void, request: RpcRequest) => unknown = () => undefined,
) {
    const subscriptions = createFakeSubscriptions();
    const { requests, rpc } = createFakeRpc(async request => {
        await whileQuerying(subscriptions.publish, request);
        return atSlot(QUERY_SLOT, found(snapshot));
    });
    const clients = { rpc, rpcSubscriptions: subscriptions.rpcSubscriptions };
    const states = watchClosingChannels(clients, { payee: PAYEE }, DEPLOYMENT, config);
    const next = async () => {
        const { done, value } = await states.next();
        return done ? 'done' : summary(value as Fetched<LiveChannelState>);
    };
    return { ...subscriptions, next, queries: requests, states };
}
const summary = ({ address, kind, slot }: Fetched<LiveChannelState>) => [address, kind, slot];

describe('watchClosingChannels', () => {
    it('asks for the channels of the payee in every status, confirmed', async () => {
        const { isSubscribed, next, queries } = watch({ [A]: CLOSING });
        await next();
        const filters = getChannelFilters({ payee: PAYEE }, DEPLOYMENT);
        expect(isSubscribed()).toBe(true);
        expect(queries).toMatchObject([
            {
                method: 'getProgramAccounts',
                params: [PROGRAM, { commitment: 'confirmed', filters, withContext: true }],
            },
        ]);
    });

    it('subscribes to the same, as base64, at the commitment of the caller', async () => {
        const programAddress = addressOf(9);
        const subscriptions = createFakeSubscriptions();
        const { rpc } = createFakeRpc(() => atSlot(QUERY_SLOT, []));
        const clients = { rpc, rpcSubscriptions: subscriptions.rpcSubscriptions };
        const abort = new AbortController();
        const config = { abortSignal: abort.signal, commitment: 'processed' as const };
        const first = watchClosingChannels(clients, { payee: PAYEE }, { ...DEPLOYMENT, programAddress }, config).next();
        await settle();
        const filters = getChannelFilters({ payee: PAYEE }, DEPLOYMENT);
        expect(subscriptions.requests).toEqual([
            {
                method: 'programNotifications',
                params: [programAddress, { commitment: 'processed', encoding: 'base64', filters }],
            },
        ]);
        abort.abort();
        expect(await first).toEqual({ done: true, value: undefined });
    });

    it('begins with what is closing, in the order of the deadlines', async () => {
        const { next } = watch({ [A]: LATER, [B]: OPEN, [C]: CLOSING });
        expect([await next(), await next()]).toEqual([
            [C, 'closing', QUERY_SLOT],
            [A, 'closing', QUERY_SLOT],
        ]);
    });

    it('tells what happens while it asks, once', async () => {
        const { next } = watch({ [A]: CLOSING }, {}, publish => {
            publish(notify(QUERY_SLOT - 1n, A, OPEN)); // older than what the query tells
            publish(notify(QUERY_SLOT, A, CLOSING)); // what the query tells as well
            publish(notify(QUERY_SLOT + 1n, B, CLOSING)); // newer than the query
        });
        expect([await next(), await next()]).toEqual([
            [A, 'closing', QUERY_SLOT],
            [B, 'closing', QUERY_SLOT + 1n],
        ]);
    });

    it('tells what happens though a slot was told that there can not be yet', async () => {
        const subscriptions = createFakeSubscriptions();
        const { rpc } = createFakeRpc(() => atSlot(2n ** 62n, found({ [A]: CLOSING })));
        const clients = { rpc, rpcSubscriptions: subscriptions.rpcSubscriptions };
        const states = watchClosingChannels(clients, { payee: PAYEE }, DEPLOYMENT);
        const next = async () => summary((await states.next()).value as Fetched<LiveChannelState>);
        expect(await next()).toEqual([A, 'closing', 2n ** 62n]);
        subscriptions.publish(notify(QUERY_SLOT, B, CLOSING));
        expect(await next()).toEqual([B, 'closing', QUERY_SLOT]);
        subscriptions.publish(notify(QUERY_SLOT + 1n, A, FINALIZED));
        expect(await next()).toEqual([A, 'finalized', QUERY_SLOT + 1n]);
        // What is as far behind as nodes are is out of date.
        subscriptions.publish(notify(QUERY_SLOT - 1n, B, OPEN));
        subscriptions.publish(notify(QUERY_SLOT + 600n, B, LATER));
        expect(await next()).toEqual([B, 'closing', QUERY_SLOT + 600n]);
        await states.return();
    });

    it('is subscribed before it asks, so that there is no gap', async () => {
        let wasSubscribed = false;
        const subscriptions = createFakeSubscriptions();
        const { rpc } = createFakeRpc(() => {
            wasSubscribed = subscriptions.isSubscribed();
            return atSlot(QUERY_SLOT, found({ [A]: CLOSING }));
        });
        const clients = { rpc, rpcSubscriptions: subscriptions.rpcSubscriptions };
        await watchClosingChannels(clients, { payee: PAYEE }, DEPLOYMENT).next();
        expect(wasSubscribed).toBe(true);
    });

    it('tells each channel that begins to close, and each of those that no longer is', async () => {
        const { next, publish } = watch({ [A]: CLOSING });
        expect(await next()).toEqual([A, 'closing', QUERY_SLOT]);
        publish(notify(101n, B, OPEN)); // a settle or a topUp of an open channel is no news
        publish(notify(102n, B, CLOSING));
        publish(notify(102n, B, CLOSING)); // the same again, for instance with other lamports
        publish(notify(101n, B, OPEN)); // a latecomer
        publish(notify(103n, C, FINALIZED)); // never seen closing
        publish(notify(104n, A, FINALIZED));
        publish(notify(105n, B, LATER));
        expect([await next(), await next(), await next()]).toEqual([
            [B, 'closing', 102n],
            [A, 'finalized', 104n],
            [B, 'closing', 105n],
        ]);
    });

    it('loses nothing while the caller is slow', async () => {
        const { next, publish } = watch({});
        const first = next();
        await settle();
        for (let index = 1; index <= 50; index++) publish(notify(100n + BigInt(index), addressOf(index), CLOSING));
        expect(await first).toEqual([addressOf(1), 'closing', 101n]);
        for (let index = 2; index <= 50; index++) expect((await next())[0]).toBe(addressOf(index));
    });

    it.each<[title: string, notification: unknown, code: 'CHANNELS_UNREADABLE' | 'RPC_RESPONSE_INVALID']>([
        ['a status that nobody knows', notify(101n, B, channelData({}, [3, UNKNOWN_STATUS])), 'CHANNELS_UNREADABLE'],
        ['the channel of another payee', notify(101n, B, channelData({ payee: C })), 'CHANNELS_UNREADABLE'],
        ['a tombstone', notify(101n, B, Uint8Array.of(2)), 'CHANNELS_UNREADABLE'],
        ['no slot', { value: found({ [B]: OPEN })[0] }, 'RPC_RESPONSE_INVALID'],
        ['no account', atSlot(101n, null), 'RPC_RESPONSE_INVALID'],
        ['nothing', undefined, 'RPC_RESPONSE_INVALID'],
    ])('ends with an error when it is told %s', async (_, notification, code) => {
        const { isSubscribed, next, publish } = watch({ [A]: CLOSING });
        await next();
        publish(notification);
        await expectRefusal(next, code);
        expect(isSubscribed()).toBe(false);
    });

    it('goes on after what it can not read when someone takes it', async () => {
        const unreadable: Address[] = [];
        const { next, publish } = watch({ [A]: CLOSING }, { onUnreadable: (_, address) => unreadable.push(address) });
        await next();
        publish(notify(101n, B, channelData({}, [3, UNKNOWN_STATUS])));
        publish(notify(102n, C, CLOSING));
        expect(await next()).toEqual([C, 'closing', 102n]);
        expect(unreadable).toEqual([B]);
    });

    it('ends with the error of the subscription', async () => {
        const { fail, next } = watch({ [A]: CLOSING });
        await next();
        const pending = errorOf(next);
        await settle();
        fail(new Error('socket closed'));
        expect(await pending).toMatchObject({ message: 'socket closed' });
    });

    it('ends with an error when the subscription died while it asked', async () => {
        const subscriptions = createFakeSubscriptions();
        const { rpc } = createFakeRpc(async () => {
            subscriptions.fail(new Error('socket closed'));
            await settle();
            return atSlot(QUERY_SLOT, []);
        });
        const clients = { rpc, rpcSubscriptions: subscriptions.rpcSubscriptions };
        const error = await errorOf(() => watchClosingChannels(clients, { payee: PAYEE }, DEPLOYMENT).next());
        expect(error).toMatchObject({ message: 'socket closed' });
    });

    it('ends with an error when the subscription ends in silence', async () => {
        const rpcSubscriptions = {
            programNotifications: () => ({
                subscribe: () =>
                    Promise.resolve({
                        async *[Symbol.asyncIterator]() {
                            yield notify(101n, B, CLOSING);
                        },
                    }),
            }),
        } as unknown as RpcSubscriptions<ProgramNotificationsApi>;
        const { rpc } = createFakeRpc(() => atSlot(QUERY_SLOT, []));
        const states = watchClosingChannels({ rpc, rpcSubscriptions }, { payee: PAYEE }, DEPLOYMENT);
        expect(await states.next()).toMatchObject({ value: { address: B } });
        await expectRefusal(() => states.next(), 'SUBSCRIPTION_ENDED');
    });

    it('ends with the error of the query, and unsubscribes', async () => {
        const { isSubscribed, next } = watch({}, {}, () => Promise.reject(new Error('busy')));
        expect(await errorOf(next)).toMatchObject({ message: 'busy' });
        expect(isSubscribed()).toBe(false);
    });

    it('unsubscribes when the caller leaves the loop', async () => {
        const { isSubscribed, states } = watch({ [A]: CLOSING });
        for await (const state of states) {
            expect([state.address, isSubscribed()]).toEqual([A, true]);
            break;
        }
        expect(isSubscribed()).toBe(false);
    });

    describe('ends in silence when the signal is aborted', () => {
        it('before it starts', async () => {
            const { next, queries } = watch({ [A]: CLOSING }, { abortSignal: AbortSignal.abort() });
            expect(await next()).toBe('done');
            expect(queries).toEqual([]);
        });

        it('while it asks, even when the transport does not heed the signal', async () => {
            const abort = new AbortController();
            const never = new Promise(() => undefined);
            const { isSubscribed, next } = watch({}, { abortSignal: abort.signal }, () => {
                abort.abort();
                return never;
            });
            expect(await next()).toBe('done');
            expect(isSubscribed()).toBe(false);
        });

        it('while it waits', async () => {
            const abort = new AbortController();
            const { isSubscribed, next } = watch({ [A]: CLOSING }, { abortSignal: abort.signal });
            await next();
            const pending = next();
            await settle();
            abort.abort();
            expect(await pending).toBe('done');
            expect(isSubscribed()).toBe(false);
        });
    });

    describe('does not wait for ever', () => {
        const never = () => new Promise<never>(() => undefined);

        it('for a query', async () => {
            const { isSubscribed, next } = watch({}, { requestTimeoutMs: 5 }, never);
            await expectRefusal(next, 'NO_ANSWER', { milliseconds: 5, what: 'the RPC (getProgramAccounts)' });
            expect(isSubscribed()).toBe(false);
        });

        it('for a subscription, which is ended should it begin later', async () => {
            const { rpc } = createFakeRpc(() => atSlot(QUERY_SLOT, []));
            let signal: AbortSignal | undefined;
            const subscribe = (options: { abortSignal: AbortSignal }) => ((signal = options.abortSignal), never());
            const rpcSubscriptions = { programNotifications: () => ({ subscribe }) } as never;
            const config = { requestTimeoutMs: 5 };
            const states = watchClosingChannels({ rpc, rpcSubscriptions }, { payee: PAYEE }, DEPLOYMENT, config);
            await expectRefusal(() => states.next(), 'NO_ANSWER', { what: 'the RPC (programNotifications)' });
            expect(signal!.aborted).toBe(true);
        });
    });

    it('refuses a bad filter', async () => {
        const { rpc } = createFakeRpc(() => atSlot(QUERY_SLOT, []));
        const { rpcSubscriptions } = createFakeSubscriptions();
        const states = watchClosingChannels({ rpc, rpcSubscriptions }, { payee: 'x' as Address }, DEPLOYMENT);
        await expectRefusal(() => states.next(), 'ADDRESS_INVALID', { field: 'payee' });
    });
});

/** Lets everything that can go on go on. */
const settle = () => new Promise(resolve => setTimeout(resolve, 0));
