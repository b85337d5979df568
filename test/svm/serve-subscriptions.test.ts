import type { KeyPairSigner } from '@solana/kit';
import { getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { addressOf } from '../fixtures/parties';
import { RawSocket, useServedLab } from './fixtures/served';

// Subscriptions, message by message.

const lab = useServedLab();
const WHO = addressOf(0x42);
let payer: KeyPairSigner;
let socket: RawSocket;
beforeAll(async () => {
    payer = await lab.simulator.createFundedSigner();
});
beforeEach(async () => {
    socket = await RawSocket.open(lab.served.webSocketUrl!);
});
afterEach(() => socket.socket.terminate());
const pay = (amount = 1_000_000n) =>
    lab.simulator.send([getTransferSolInstruction({ amount, destination: WHO, source: payer })], { feePayer: payer });
const toMessage = (method: string, subscription: number, result: unknown) => ({
    jsonrpc: '2.0',
    method,
    params: { result, subscription },
});
const context = () => ({ slot: Number(lab.simulator.getClock().slot) });

describe('a subscription', () => {
    it('to an account tells what a transaction, the simulator, or a test has changed', async () => {
        lab.simulator.setLamports(WHO, 1_000_000n);
        const id = await socket.subscribe('accountSubscribe', WHO, { encoding: 'base64' });
        const toAccount = (lamports: number, rest: object = {}) =>
            toMessage('accountNotification', id, {
                context: context(),
                value: {
                    data: ['', 'base64'],
                    executable: false,
                    lamports,
                    owner: SYSTEM_PROGRAM_ADDRESS,
                    rentEpoch: 2 ** 64,
                    space: 0,
                    ...rest,
                },
            });
        await pay(500_000n);
        expect(await socket.next()).toEqual(toAccount(1_500_000));
        lab.simulator.setLamports(WHO, 2_000_000n);
        expect(await socket.next()).toEqual(toAccount(2_000_000));
        const account = lab.simulator.svm.getAccount(WHO);
        if (!account.exists) throw new Error('it exists');
        lab.simulator.svm.setAccount({ ...account, data: new Uint8Array([1, 2]), space: 2n });
        expect(await socket.next()).toEqual(toAccount(2_000_000, { data: ['AQI=', 'base64'], space: 2 }));
        lab.simulator.setLamports(WHO, 0n);
        expect(await socket.next()).toEqual(toAccount(0));
        lab.simulator.setLamports(WHO, 1_000_000n);
    });

    it('to a signature tells once, whether it has landed before or after, and what it has come to', async () => {
        const before = await pay();
        const early = await socket.subscribe('signatureSubscribe', before.signature, { commitment: 'finalized' });
        const toStatus = (id: number, err: unknown) =>
            toMessage('signatureNotification', id, { context: context(), value: { err } });
        expect(await socket.next()).toEqual(toStatus(early, null));
        // It has ended by itself.
        expect(await socket.ask('signatureUnsubscribe', early)).toMatchObject({ error: { code: -32_602 } });

        const options = { enableReceivedNotification: true };
        const received = await socket.subscribe('signatureSubscribe', before.signature, options);
        const result = { context: context(), value: 'receivedSignature' };
        expect(await socket.next()).toEqual(toMessage('signatureNotification', received, result));
        expect(await socket.next()).toEqual(toStatus(received, null));
        expect(lab.served.getSubscriptionCount()).toBe(0);
    });

    it('to a signature tells of one that lands later, with its error', async () => {
        const excess = getTransferSolInstruction({ amount: 10n ** 15n, destination: WHO, source: payer });
        const { signature, wire } = await lab.sign([excess], payer);
        const id = await socket.subscribe('signatureSubscribe', signature);
        await lab.call('sendTransaction', wire, { encoding: 'base64', skipPreflight: true });
        const value = { err: { InstructionError: [0, { Custom: 1 }] } };
        expect(await socket.next()).toEqual(toMessage('signatureNotification', id, { context: context(), value }));
    });

    it('to logs tells those of all transactions, or of those that mention an address', async () => {
        const all = await socket.subscribe('logsSubscribe', 'all');
        const mentioned = await socket.subscribe('logsSubscribe', { mentions: [WHO] });
        await socket.subscribe('logsSubscribe', { mentions: [addressOf(0x55)] });
        const { logs, signature } = await pay();
        const result = { context: context(), value: { err: null, logs, signature } };
        expect(await socket.next()).toEqual(toMessage('logsNotification', all, result));
        expect(await socket.next()).toEqual(toMessage('logsNotification', mentioned, result));
        await lab.simulator.send([]);
        expect(await socket.next()).toMatchObject({ params: { subscription: all } });
    });

    it('to a program tells the accounts that a transaction has written, and that its filters let through', async () => {
        const mint = await lab.simulator.createMint();
        const filters = [{ dataSize: 165 }, { memcmp: { bytes: mint, offset: 0 } }];
        const id = await socket.subscribe('programSubscribe', TOKEN_PROGRAM_ADDRESS, {
            encoding: 'jsonParsed',
            filters,
        });
        const tokenAccount = await lab.simulator.mintTokens({ amount: 5n, mint, owner: WHO });
        const toAccount = (amount: string) => ({
            method: 'programNotification',
            params: {
                result: {
                    value: {
                        account: { data: { parsed: { info: { tokenAmount: { amount } } } } },
                        pubkey: tokenAccount,
                    },
                },
                subscription: id,
            },
        });
        // It is created, and tokens are minted to it.
        expect(await socket.next()).toMatchObject(toAccount('0'));
        expect(await socket.next()).toMatchObject(toAccount('5'));
    });

    it('to slots and roots tells each that the clock is found at', async () => {
        const slot = await socket.subscribe('slotSubscribe');
        const root = await socket.subscribe('rootSubscribe');
        lab.simulator.advanceClock({ slots: 10n });
        const now = Number(lab.simulator.getClock().slot);
        expect(await socket.next()).toEqual(
            toMessage('slotNotification', slot, { parent: now - 1, root: now, slot: now }),
        );
        expect(await socket.next()).toEqual(toMessage('rootNotification', root, now));
    });

    it('that has been ended tells nothing more, and can not be ended twice', async () => {
        const first = await socket.subscribe('logsSubscribe', 'all');
        const second = await socket.subscribe('logsSubscribe', 'all');
        expect(second).not.toBe(first);
        expect(await socket.ask('logsUnsubscribe', first)).toMatchObject({ result: true });
        await pay();
        expect(await socket.next()).toMatchObject({ params: { subscription: second } });
        expect(await socket.ask('logsUnsubscribe', first)).toMatchObject({ error: { code: -32_602 } });
    });

    it.each<[method: string, params: readonly unknown[], code: number]>([
        ['accountSubscribe', [], -32_602],
        ['accountSubscribe', ['x'], -32_602],
        ['accountSubscribe', [WHO, { encoding: 'base65' }], -32_602],
        ['programSubscribe', [WHO, { filters: [{}] }], -32_602],
        ['signatureSubscribe', ['x'], -32_602],
        ['logsSubscribe', ['some'], -32_602],
        ['logsSubscribe', [{ mentions: [WHO, WHO] }], -32_602],
        ['blockSubscribe', ['all'], -32_601],
        ['getSlot', [], -32_601],
        ['Unsubscribe', [0], -32_601],
    ])('%s of %j is refused', async (method, params, code) => {
        expect(await socket.ask(method, ...params)).toMatchObject({ error: { code } });
        expect(lab.served.getSubscriptionCount()).toBe(0);
    });
});

describe('a client', () => {
    it('that goes away leaves nothing, and takes only its own subscriptions', async () => {
        const other = await RawSocket.open(lab.served.webSocketUrl!);
        const others = await other.subscribe('logsSubscribe', 'all');
        expect(await socket.ask('logsUnsubscribe', others)).toMatchObject({ error: { code: -32_602 } });
        await socket.subscribe('logsSubscribe', 'all');
        expect(lab.served.getSubscriptionCount()).toBe(2);
        other.socket.terminate();
        await other.closed;
        while (lab.served.getSubscriptionCount() > 1) await new Promise(resolve => setTimeout(resolve, 5));
        await pay();
        expect(await socket.next()).toMatchObject({ method: 'logsNotification' });
    });

    it('may use the port of HTTP, and send batches', async () => {
        const other = await RawSocket.open(lab.served.url.replace('http', 'ws'));
        other.socket.send(
            JSON.stringify([
                { id: 1, jsonrpc: '2.0', method: 'slotSubscribe' },
                { id: 2, jsonrpc: '2.0', method: 'rootSubscribe' },
            ]),
        );
        expect(await other.next()).toMatchObject([{ id: 1 }, { id: 2 }]);
        other.socket.terminate();
        await other.closed;
    });

    it('that sends what is no JSON is told so, and what is too long or no text is let go', async () => {
        socket.socket.send('{');
        expect(await socket.next()).toMatchObject({ error: { code: -32_700 } });
        const others = await Promise.all([1, 2].map(() => RawSocket.open(lab.served.webSocketUrl!)));
        others[0]!.socket.send('x'.repeat(60_000));
        others[1]!.socket.send(Buffer.from('{}'));
        expect(await Promise.all(others.map(({ closed }) => closed))).toEqual([1009, 1003]);
        expect(await socket.subscribe('slotSubscribe')).toEqual(expect.any(Number));
    });
});
