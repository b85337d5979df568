// x402 2.x as it is published, in all three roles: the simulator is their cluster.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { serve } from '@hono/node-server';
import { createKeyPairSignerFromBytes } from '@solana/kit';
import { x402Client } from '@x402/core/client';
import { x402Facilitator } from '@x402/core/facilitator';
import { HTTPFacilitatorClient, x402ResourceServer } from '@x402/core/server';
import { wrapFetchWithPayment } from '@x402/fetch';
import { paymentMiddleware } from '@x402/hono';
import { toFacilitatorSvmSigner } from '@x402/svm';
import { ExactSvmScheme as ClientScheme } from '@x402/svm/exact/client';
import { ExactSvmScheme as FacilitatorScheme } from '@x402/svm/exact/facilitator';
import { ExactSvmScheme as ServerScheme } from '@x402/svm/exact/server';
import { Hono } from 'hono';

import { ask, getTokenAmount, startSimulator } from './simulator.mjs';

const NETWORK = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp';
const AMOUNT = 1_000n;
let simulator;
let payer;
let payee;
let sponsor;
const servers = [];
before(async () => {
    simulator = await startSimulator();
    [payer, payee, sponsor] = await Promise.all(
        ['payer', 'payee', 'sponsor'].map(name => createKeyPairSignerFromBytes(simulator.readKey(name))),
    );
});
after(async () => {
    for (const server of servers) {
        server.closeAllConnections();
        server.close();
    }
    await simulator?.close();
});

/** Serves an application at a free port of this machine. */
async function listen(app) {
    return await new Promise(resolve => {
        const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
            resolve(`http://127.0.0.1:${port}`),
        );
        servers.push(server);
    });
}

async function startFacilitator() {
    const signer = toFacilitatorSvmSigner(sponsor, { defaultRpcUrl: simulator.url });
    const facilitator = new x402Facilitator().register(NETWORK, new FacilitatorScheme(signer));
    const app = new Hono();
    app.get('/supported', c => c.json(facilitator.getSupported()));
    app.post('/verify', async c => {
        const { paymentPayload, paymentRequirements } = await c.req.json();
        return c.json(await facilitator.verify(paymentPayload, paymentRequirements));
    });
    app.post('/settle', async c => {
        const { paymentPayload, paymentRequirements } = await c.req.json();
        return c.json(await facilitator.settle(paymentPayload, paymentRequirements));
    });
    return await listen(app);
}

/** A server that sells the weather, and one that fails after it was paid. */
async function startServer(facilitatorUrl, mint) {
    const resourceServer = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitatorUrl })).register(
        NETWORK,
        new ServerScheme(),
    );
    const price = { amount: AMOUNT.toString(), asset: mint };
    const accepts = { maxTimeoutSeconds: 60, network: NETWORK, payTo: payee.address, price, scheme: 'exact' };
    const route = { accepts, description: 'The weather', mimeType: 'application/json' };
    const app = new Hono();
    app.use(paymentMiddleware({ 'GET /broken': route, 'GET /weather': route }, resourceServer));
    app.get('/weather', c => c.json({ weather: 'sunny' }));
    app.get('/broken', c => c.json({ error: 'broken' }, 500));
    return await listen(app);
}

function createClient() {
    const client = new x402Client();
    client.register(NETWORK, new ClientScheme(payer, { rpcUrl: simulator.url }));
    client.setSpendControls(false);
    return wrapFetchWithPayment(fetch, client);
}

describe('x402 exact, every role as published', () => {
    for (const index of [0, 1]) {
        it(`pays in ${['SPL Token', 'Token-2022'][index]}, to the unit`, async () => {
            const { address: mint } = simulator.mints[index];
            const url = await startServer(await startFacilitator(), mint);
            const owners = [payer.address, payee.address, sponsor.address];
            const read = () => Promise.all(owners.map(owner => getTokenAmount(simulator.url, owner, mint)));
            const readLamports = async owner => (await ask(simulator.url, 'getBalance', owner)).value;
            const [before_, lamportsBefore] = [await read(), await Promise.all(owners.map(readLamports))];

            assert.equal((await fetch(`${url}/weather`)).status, 402);
            const response = await createClient()(`${url}/weather`);
            assert.equal(response.status, 200);
            assert.deepEqual(await response.json(), { weather: 'sunny' });
            const receipt = JSON.parse(Buffer.from(response.headers.get('payment-response'), 'base64').toString());
            assert.equal(receipt.success, true);

            const after_ = await read();
            assert.deepEqual(
                after_.map((amount, place) => amount - before_[place]),
                [-AMOUNT, AMOUNT, 0n],
            );
            // The sponsor pays for it all.
            const lamportsAfter = await Promise.all(owners.map(readLamports));
            const paid = lamportsAfter.map((amount, place) => amount - lamportsBefore[place]);
            assert.deepEqual(paid.slice(0, 2), [0, 0]);
            const transaction = await ask(simulator.url, 'getTransaction', receipt.transaction, {
                encoding: 'jsonParsed',
                maxSupportedTransactionVersion: 0,
            });
            assert.equal(transaction.meta.fee, -paid[2]);
            const amounts = balances => balances.map(({ uiTokenAmount }) => BigInt(uiTokenAmount.amount));
            const { postTokenBalances, preTokenBalances } = transaction.meta;
            const differences = amounts(postTokenBalances).map(
                (amount, place) => amount - amounts(preTokenBalances)[place],
            );
            assert.deepEqual(differences.sort(), [-AMOUNT, AMOUNT]);
            const parsed = transaction.transaction.message.instructions.find(
                ({ parsed: one }) => one?.type === 'transferChecked',
            );
            assert.equal(parsed.parsed.info.tokenAmount.amount, AMOUNT.toString());
        });
    }

    it('takes nothing for an answer that fails', async () => {
        const { address: mint } = simulator.mints[0];
        const url = await startServer(await startFacilitator(), mint);
        const before_ = await getTokenAmount(simulator.url, payer.address, mint);
        assert.equal((await createClient()(`${url}/broken`)).status, 500);
        assert.equal(await getTokenAmount(simulator.url, payer.address, mint), before_);
    });
});
