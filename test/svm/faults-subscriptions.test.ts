import {
    createSolanaRpc,
    createSolanaRpcSubscriptions,
    isSolanaError,
    sendAndConfirmTransactionFactory,
    SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED,
    type Rpc,
    type RpcSubscriptions,
    type Signature,
} from '@solana/kit';
import { afterEach, describe, expect, it } from 'vitest';

import {
    createFaults,
    createSimulatorRpcSubscriptions,
    serveSimulator,
    type FaultRule,
    type ServedSimulator,
    type SimulatorRpcApi,
    type SimulatorRpcSubscriptionsApi,
} from '../../src/testing';
import { errorOf } from '../fixtures/refusals';
import { TO, useClusterLab } from './fixtures/cluster';
import { RawSocket } from './fixtures/served';

// Faults of what is told to those who have subscribed: over a plain WebSocket, to unmodified kit, and in this process.

const lab = useClusterLab();
const ends: (() => unknown)[] = [];
afterEach(async () => {
    for (const end of ends.splice(0)) await end();
});

async function serve(): Promise<ServedSimulator> {
    const served = await serveSimulator(lab.simulator);
    ends.push(served.close);
    return served;
}

async function openSocket(served?: ServedSimulator): Promise<RawSocket> {
    const socket = await RawSocket.open((served ?? (await serve())).webSocketUrl!);
    ends.push(() => socket.socket.terminate());
    return socket;
}

const inject = (rule: FaultRule) => lab.simulator.faults.inject(rule);
const pay = (amount?: bigint) => lab.simulator.sendOrThrow([lab.transfer(amount)], { feePayer: lab.payer });
/** What the next message of a socket tells. */
const nextOf = async (socket: RawSocket) =>
    ((await socket.next()) as { params: { result: { context: { slot: number }; value: unknown } } }).params.result;
const lamportsOf = async (socket: RawSocket) => ((await nextOf(socket)).value as { lamports: number }).lamports;

describe('over a plain WebSocket', () => {
    it('a notification is dropped, by its kind and number', async () => {
        const socket = await openSocket();
        await socket.subscribe('accountSubscribe', TO);
        await socket.subscribe('logsSubscribe', { mentions: [TO] });
        const dropped = inject({ fault: 'dropNotification', method: 'accountNotification', nth: 2 });
        const told: unknown[] = [];
        for (const amount of [1n, 10n, 100n]) await pay(amount);
        for (let index = 0; index < 5; index++) told.push(((await socket.next()) as { method: string }).method);
        expect(told).toEqual([
            'accountNotification',
            'logsNotification',
            'logsNotification',
            'accountNotification',
            'logsNotification',
        ]);
        expect(dropped.getCount()).toBe(1);
        expect(lab.simulator.faults.log).toMatchObject([
            { fault: 'dropNotification', method: 'accountNotification', nth: 2 },
        ]);
        expect(lab.simulator.faults.log[0]!.text).toContain('notification 2');
    });

    it('a notification comes some milliseconds later', async () => {
        const socket = await openSocket();
        await socket.subscribe('accountSubscribe', TO);
        inject({ fault: 'delayNotification', milliseconds: 20, times: 1 });
        await pay(1n);
        await pay(10n);
        // The second overtakes the first.
        expect([await lamportsOf(socket), await lamportsOf(socket)]).toEqual([1_000_011, 1_000_001]);
    });

    it.each<FaultRule>([
        { fault: 'delayNotification', slots: 3 },
        { fault: 'lagReads', slots: 3 },
    ])('a notification comes some slots later, with the slot that it is of: %j', async rule => {
        const socket = await openSocket();
        await socket.subscribe('accountSubscribe', TO);
        const slot = Number(lab.simulator.getClock().slot);
        inject(rule);
        await pay(1n);
        lab.simulator.advanceClock({ slots: 2n });
        // Whatever was told is told before this answer.
        expect(await socket.ask('logsSubscribe', 'all')).toMatchObject({ result: expect.any(Number) as number });
        lab.simulator.advanceClock({ slots: 1n });
        expect(await nextOf(socket)).toMatchObject({ context: { slot }, value: { lamports: 1_000_001 } });
    });

    it('a subscription ends in silence, and the connection stays', async () => {
        const served = await serve();
        const socket = await openSocket(served);
        const ended = await socket.subscribe('accountSubscribe', TO);
        const other = await socket.subscribe('accountSubscribe', TO);
        inject({ fault: 'endSubscription', times: 1 });
        await pay(1n);
        expect(await socket.next()).toMatchObject({ params: { subscription: other } });
        await pay(10n);
        expect(await socket.next()).toMatchObject({ params: { subscription: other } });
        expect(served.getSubscriptionCount()).toBe(1);
        expect(await socket.ask('accountUnsubscribe', ended)).toMatchObject({ error: { code: -32_602 } });
    });

    it('the connection breaks off, and leaves no subscription; another one is as good as ever', async () => {
        const served = await serve();
        const socket = await openSocket(served);
        await socket.subscribe('accountSubscribe', TO);
        await socket.subscribe('slotSubscribe');
        inject({ fault: 'closeSocket', method: 'accountNotification', times: 1 });
        await pay();
        expect(await socket.closed).toBe(1006);
        while (served.getSubscriptionCount() > 0) await new Promise(resolve => setTimeout(resolve, 5));
        const again = await openSocket(served);
        await again.subscribe('accountSubscribe', TO);
        await pay(1n);
        expect(await lamportsOf(again)).toBe(1_000_101);
    });

    it.each<FaultRule>([
        { fault: 'refuse', method: 'accountSubscribe' },
        { fault: 'loseAnswer', method: 'accountSubscribe' },
    ])('a request to subscribe that gets no answer ends the connection: %j', async rule => {
        const served = await serve();
        const socket = await openSocket(served);
        inject(rule);
        socket.send('accountSubscribe', TO);
        expect(await socket.closed).toBe(1006);
        while (served.getSubscriptionCount() > 0) await new Promise(resolve => setTimeout(resolve, 5));
    });

    it('a request to subscribe is answered late, and what it has to tell comes after its answer', async () => {
        const socket = await openSocket();
        const held = inject({ fault: 'holdAnswer', method: 'accountSubscribe' });
        socket.send('accountSubscribe', TO);
        const slots = await socket.subscribe('slotSubscribe');
        await pay(1n);
        lab.simulator.advanceClock({ slots: 1n });
        expect(await socket.next()).toMatchObject({ params: { subscription: slots } });
        held.release();
        const { result } = (await socket.next()) as { result: number };
        expect(await socket.next()).toMatchObject({
            params: { result: { value: { lamports: 1_000_001 } }, subscription: result },
        });
    });

    it('the signature of a transaction is lied about, or forgotten', async () => {
        const socket = await openSocket();
        const { signature } = await pay();
        inject({ fault: 'lieAboutStatuses', lie: { err: 'AccountInUse' }, times: 1 });
        await socket.subscribe('signatureSubscribe', signature);
        expect(await nextOf(socket)).toMatchObject({ value: { err: 'AccountInUse' } });
        await socket.subscribe('signatureSubscribe', signature);
        expect(await nextOf(socket)).toMatchObject({ value: { err: null } });
        inject({ fault: 'forgetStatuses' });
        await socket.subscribe('signatureSubscribe', signature);
        await socket.subscribe('accountSubscribe', TO);
        await pay(1n);
        expect(await socket.next()).toMatchObject({ method: 'accountNotification' });
    });

    it('what is about requests says nothing to those who have subscribed', async () => {
        const socket = await openSocket();
        await socket.subscribe('accountSubscribe', TO);
        inject({ fault: 'standStill', method: 'getBalance' });
        inject({ fault: 'refuse', method: 'getBalance' });
        await pay(1n);
        expect(await lamportsOf(socket)).toBe(1_000_001);
        expect(lab.simulator.faults.log).toEqual([]);
    });
});

type Clients = Readonly<{
    rpc: Rpc<SimulatorRpcApi>;
    rpcSubscriptions: RpcSubscriptions<SimulatorRpcSubscriptionsApi>;
}>;

describe.each<[where: string, connect: () => Promise<Clients>]>([
    [
        'over HTTP and WebSocket',
        async () => {
            const served = await serve();
            return {
                rpc: createSolanaRpc(served.url) as Clients['rpc'],
                rpcSubscriptions: createSolanaRpcSubscriptions(served.webSocketUrl!),
            };
        },
    ],
    [
        'in this process',
        () =>
            Promise.resolve({
                rpc: lab.rpc,
                rpcSubscriptions: createSimulatorRpcSubscriptions(lab.simulator),
            } as const),
    ],
])('unmodified kit, %s,', (_, connect) => {
    /** Sends as an application does; statuses are no way out where they are forgotten. */
    const send = async ({ rpc, rpcSubscriptions }: Clients, onSent?: (signature: Signature) => void) => {
        const transaction = await lab.build([lab.transfer()], lab.simulator.getLatestBlockhash());
        const sendAndConfirm = sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions } as never);
        onSent?.(Object.values(transaction.signatures)[0] as never);
        await sendAndConfirm(transaction as never, { commitment: 'confirmed' });
    };
    /** Waits until something has gone wrong so many times. */
    const untilLog = async (count: number) => {
        while (lab.simulator.faults.log.length < count) await new Promise(resolve => setTimeout(resolve, 5));
    };

    it('has its confirmation, and what it follows', async () => {
        const clients = await connect();
        const abort = new AbortController();
        const accounts = await clients.rpcSubscriptions
            .accountNotifications(TO, { encoding: 'base64' })
            .subscribe({ abortSignal: abort.signal });
        // Kit keeps only what comes after it is first asked.
        const told = accounts[Symbol.asyncIterator]().next();
        await send(clients);
        const { context, value } = (await told).value!;
        expect([context.slot, value.lamports]).toEqual([lab.simulator.getClock().slot, 1_000_100n]);
        abort.abort();
        expect(lab.getReceived()).toBe(100n);
    });

    it('that is never told waits until the blockhash is too old, although the transaction has landed', async () => {
        const clients = await connect();
        inject({ fault: 'forgetStatuses' });
        const sending = errorOf(() => send(clients));
        // The status is asked for once, and the subscription has something to tell.
        await untilLog(2);
        lab.simulator.advanceClock({ slots: 151n });
        const error = await sending;
        expect(isSolanaError(error, SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED)).toBe(true);
        expect(lab.getReceived()).toBe(100n);
    });

    it('that is told some slots later has its confirmation then', async () => {
        const clients = await connect();
        inject({ fault: 'forgetStatuses', nth: 1 });
        inject({ fault: 'delayNotification', method: 'signatureNotification', slots: 5 });
        let isConfirmed = false;
        const sending = send(clients).then(() => (isConfirmed = true));
        await untilLog(2);
        expect(isConfirmed).toBe(false);
        lab.simulator.advanceClock({ slots: 5n });
        await sending;
    });

    it('hears that its connection broke off', async () => {
        const clients = await connect();
        inject({ fault: 'forgetStatuses', nth: 1 });
        inject({ fault: 'closeSocket', method: 'signatureNotification' });
        const error = await errorOf(() => send(clients));
        expect(error).toBeInstanceOf(Error);
        expect(lab.getReceived()).toBe(100n);
    });

    it('hears nothing more of a subscription that has ended', async () => {
        const clients = await connect();
        const abort = new AbortController();
        const subscribe = async () => {
            const told = await clients.rpcSubscriptions
                .accountNotifications(TO, { encoding: 'base64' })
                .subscribe({ abortSignal: abort.signal });
            const iterator = told[Symbol.asyncIterator]();
            return async () => (await iterator.next()).value?.value.lamports as bigint | undefined;
        };
        const first = await subscribe();
        const told = first();
        await pay(1n);
        expect(await told).toBe(1_000_001n);
        const silent = first();
        inject({ fault: 'endSubscription', times: 1 });
        await pay(10n);
        await untilLog(1);
        // Kit shares the subscriptions of equal requests.
        await pay(100n);
        abort.abort();
        expect(await silent).toBeUndefined();
    });
});

it('one client of several hears nothing', async () => {
    const faults = createFaults(lab.simulator);
    faults.inject({ fault: 'standStill' });
    const abort = new AbortController();
    const follow = async (options?: object) => {
        const slots = await createSimulatorRpcSubscriptions(lab.simulator, options)
            .slotNotifications()
            .subscribe({ abortSignal: abort.signal });
        // Awaited by whoever wants to know.
        return { next: slots[Symbol.asyncIterator]().next() };
    };
    const [deaf, hearing] = [await follow({ faults }), await follow()];
    lab.simulator.advanceClock({ slots: 1n });
    expect((await hearing.next).value).toMatchObject({ slot: lab.simulator.getClock().slot });
    abort.abort();
    expect((await deaf.next).done).toBe(true);
    expect(faults.log).toMatchObject([{ fault: 'standStill', method: 'slotNotification' }]);
});

it.each<[title: string, rule: object, field: string]>([
    ['the method of a request', { fault: 'dropNotification', method: 'accountSubscribe' }, 'rule.method'],
    ['neither milliseconds nor slots', { fault: 'delayNotification' }, 'rule'],
    ['both of them', { fault: 'delayNotification', milliseconds: 1, slots: 1 }, 'rule'],
    ['milliseconds that are none', { fault: 'delayNotification', milliseconds: -1 }, 'rule.milliseconds'],
])('a rule with %s is refused', async (_, rule, field) => {
    expect(await errorOf(() => inject(rule as never))).toMatchObject({ context: { field } });
});
