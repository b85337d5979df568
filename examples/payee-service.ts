// A payee's service, and its tests: `npx tsx --test examples/payee-service.ts`. It knows the simulator by its clients only.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createClient, type Address, type TransactionSigner } from '@solana/kit';
import {
    assertIsAgreedChannel,
    checkVoucher,
    fetchChannelState,
    getRequestCloseInstruction,
    isSettleable,
    MAINNET_DEPLOYMENT,
    parseSignedVoucherJson,
    watchClosingChannels,
    type SignedVoucher,
} from 'solana-payment-channels';
import { payer, paymentChannels, rpc, transactionSending } from 'solana-payment-channels/kit';
import {
    assertChannel,
    assertTokens,
    createSimulator,
    createSimulatorRpc,
    createSimulatorRpcSubscriptions,
    type SimulatorRpcSubscriptions,
} from 'solana-payment-channels/testing';

type Offer = Parameters<typeof assertIsAgreedChannel>[1];

/** Takes vouchers and settles them; ends a channel when it is told to, or when its payer has begun to. */
function createService(
    merchant: TransactionSigner,
    offer: Offer,
    clients: Readonly<{ rpc: ReturnType<typeof createSimulatorRpc>; rpcSubscriptions: SimulatorRpcSubscriptions }>,
    now: () => bigint,
) {
    const { instructions } = createClient()
        .use(payer(merchant))
        .use(rpc(clients.rpc))
        .use(transactionSending())
        .use(paymentChannels({ deployment: MAINNET_DEPLOYMENT })).paymentChannels;
    const best = new Map<Address, SignedVoucher>();

    async function accept(json: string) {
        const signedVoucher = parseSignedVoucherJson(json);
        const { channelId } = signedVoucher.voucher;
        const channel = await fetchChannelState(clients.rpc, channelId, MAINNET_DEPLOYMENT);
        const accepted = best.get(channelId);
        if (accepted === undefined) assertIsAgreedChannel(channel, offer, MAINNET_DEPLOYMENT);
        const input = { accepted, channel, signedVoucher, unixTimestamp: now() };
        const verdict = await checkVoucher(input, MAINNET_DEPLOYMENT);
        // In production: in one database transaction with the reading of what is replaced.
        if (verdict.kind === 'accepted' || verdict.kind === 'extended') best.set(channelId, verdict.signedVoucher);
        return verdict.kind;
    }

    async function close(channel: Address) {
        await instructions.settleAndFinalize({ channel, voucher: best.get(channel) }).sendTransaction();
        const { splits } = offer;
        await instructions.distribute({ channel, createTokenAccounts: true, splits }).sendTransaction();
    }

    /** Ends the channels that their payers have begun to close, before it is too late. */
    async function watch(abortSignal: AbortSignal) {
        const filter = { payee: merchant.address };
        for await (const closing of watchClosingChannels(clients, filter, MAINNET_DEPLOYMENT, { abortSignal })) {
            if (closing.kind === 'closing' && isSettleable(closing, now())) await close(closing.address);
        }
    }

    return { accept, close, watch };
}

/** A world with a service, and a channel that is offered to it. */
async function createWorld() {
    const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
    const merchant = await simulator.createFundedSigner({ label: 'merchant' });
    const { mint } = await simulator.createStablecoin('USDC');
    const merchantTokens = await simulator.createTokenAccount({ mint, owner: merchant.address });
    await simulator.createTreasuryTokenAccount({ mint });
    const offer = { gracePeriodSeconds: 3_600, mint, payee: merchant.address, splits: [] };
    const clients = {
        rpc: createSimulatorRpc(simulator),
        rpcSubscriptions: createSimulatorRpcSubscriptions(simulator),
    };
    const made = await simulator.createChannel({ ...offer, deposit: 1_000_000n, payee: merchant });
    const service = createService(merchant, offer, clients, () => simulator.getClock().unixTimestamp);
    const pay = async (amount: bigint) => await service.accept(JSON.stringify(await made.sign(amount)));
    return { made, merchantTokens, pay, service, simulator };
}

test('the best voucher is paid out, and a lower one or one above the deposit is refused', async () => {
    const { made, merchantTokens, pay, service, simulator } = await createWorld();
    assert.equal(await pay(400_000n), 'accepted');
    assert.equal(await pay(300_000n), 'refused');
    assert.equal(await pay(1_000_001n), 'refused');
    await service.close(made.address);
    assertTokens(simulator, merchantTokens, 400_000n);
});

test('a channel is paid out once, although the node loses an answer', async () => {
    const { made, merchantTokens, pay, service, simulator } = await createWorld();
    await pay(400_000n);
    simulator.faults.inject({ fault: 'loseAnswer', method: 'sendTransaction', times: 1 });
    await service.close(made.address);
    assert.equal(simulator.faults.log.length, 1);
    assertTokens(simulator, merchantTokens, 400_000n);
});

test('a payer that begins to close the channel is answered by the last voucher', async () => {
    const { made, merchantTokens, pay, service, simulator } = await createWorld();
    await pay(250_000n);
    const stop = new AbortController();
    const watching = service.watch(stop.signal);
    const requestClose = getRequestCloseInstruction({ channel: made.address, payer: made.payer }, MAINNET_DEPLOYMENT);
    await simulator.sendOrThrow([requestClose], { feePayer: made.payer });
    for (let round = 0; round < 1_000 && simulator.getTokenAmount(merchantTokens) === 0n; round++) {
        await new Promise(resolve => setTimeout(resolve, 10));
    }
    stop.abort();
    await watching;
    assertTokens(simulator, merchantTokens, 250_000n);
    assertChannel(simulator, made.address, { kind: 'distributed' });
});
