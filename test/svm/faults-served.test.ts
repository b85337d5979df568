import { createSolanaRpc, getBase64EncodedWireTransaction, getSignatureFromTransaction } from '@solana/kit';
import { afterEach, expect, it } from 'vitest';

import { serveSimulator } from '../../src/testing';
import { errorOf } from '../fixtures/refusals';
import { TO, useClusterLab } from './fixtures/cluster';

// What a client sees of faults that asks over HTTP.

const lab = useClusterLab();
const servers: { close: () => Promise<void> }[] = [];
afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
});

async function connect() {
    const served = await serveSimulator(lab.simulator, { webSocket: false });
    servers.push(served);
    return createSolanaRpc(served.url);
}

it('a refused request has its status, and a batch goes on afterwards', async () => {
    const rpc = await connect();
    lab.simulator.faults.inject({ fault: 'refuse', status: 429, times: 1 });
    expect(await errorOf(() => rpc.getSlot().send())).toMatchObject({ context: { statusCode: 429 } });
    expect(await rpc.getSlot().send()).toBe(lab.simulator.getClock().slot);
});

it('a lost answer ends the connection, after the transaction has landed', async () => {
    const rpc = await connect();
    lab.simulator.faults.inject({ fault: 'loseAnswer', method: 'sendTransaction' });
    const transaction = await lab.build([lab.transfer()], lab.simulator.getLatestBlockhash());
    const wire = getBase64EncodedWireTransaction(transaction);
    const error = await errorOf(() => rpc.sendTransaction(wire, { encoding: 'base64' }).send());
    expect(String(error)).toMatch(/fetch failed|terminated|socket/);
    expect(lab.getReceived()).toBe(100n);
    const signature = getSignatureFromTransaction(transaction);
    expect((await rpc.getSignatureStatuses([signature]).send()).value).toMatchObject([{ err: null }]);
});

it('a node that stands still tells what there was', async () => {
    const rpc = await connect();
    lab.simulator.faults.inject({ fault: 'standStill' });
    const { slot } = lab.simulator.getClock();
    lab.simulator.advanceClock({ slots: 7 });
    lab.simulator.setLamports(TO, 5n);
    const { context, value } = await rpc.getBalance(TO).send();
    expect([context.slot, value]).toEqual([slot, 1_000_000n]);
    expect(lab.simulator.faults.log).toMatchObject([{ fault: 'standStill', method: 'getBalance' }]);
});
