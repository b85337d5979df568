// One program, on a cluster through an RPC or in this process in LiteSVM. Without RPC_URL it runs in the simulator:
// `npx tsx examples/cluster-or-simulator.ts`. On a cluster PAYER and MERCHANT are key files, MINT a mint that the payer
// has tokens of.

import { readFileSync } from 'node:fs';

import {
    address,
    createClient,
    createKeyPairSignerFromBytes,
    createSolanaRpc,
    type Address,
    type KeyPairSigner,
} from '@solana/kit';
import {
    assertIsAgreedChannel,
    checkVoucher,
    fetchOpenSlot,
    MAINNET_DEPLOYMENT,
    signVoucher,
} from 'solana-payment-channels';
import {
    payer,
    paymentChannels,
    type PaymentChannelsPlugin,
    rpc,
    transactionSending,
} from 'solana-payment-channels/kit';
import { createSimulator, createSimulatorRpc, simulated } from 'solana-payment-channels/testing';

type Market = { getSlot: () => Promise<bigint>; merchant: KeyPairSigner; mint: Address; wallet: KeyPairSigner };

/** What a payer and a merchant do: the same wherever it runs. */
async function trade(
    payerChannels: PaymentChannelsPlugin<'epoch'>,
    merchantChannels: PaymentChannelsPlugin<'epoch'>,
    { getSlot, merchant, mint, wallet }: Market,
): Promise<void> {
    const salt = BigInt(Date.now());
    // What the merchant offers: to be paid in this token, with an hour to settle after the payer begins to close.
    const offer = { gracePeriodSeconds: 3_600, mint, payee: merchant.address, splits: [] };
    // The slot that the channel is opened for is part of its address.
    const openSlot = await getSlot();
    const terms = { ...offer, deposit: 1_000n, openSlot, salt };
    await payerChannels.instructions.open({ ...terms, createTokenAccounts: true }).sendTransaction();
    const [channel] = await payerChannels.pdas.channel({
        ...terms,
        authorizedSigner: wallet.address,
        payer: wallet.address,
    });

    const voucher = await signVoucher({ channelId: channel, cumulativeAmount: 400n }, wallet, MAINNET_DEPLOYMENT);

    // The merchant looks at the channel once and at every voucher, and keeps the best one.
    const state = await merchantChannels.accounts.channel.fetchState(channel);
    assertIsAgreedChannel(state, offer, MAINNET_DEPLOYMENT);
    const unixTimestamp = Math.floor(Date.now() / 1_000);
    const verdict = await checkVoucher(
        { channel: state, marginSeconds: 120, signedVoucher: voucher, unixTimestamp },
        MAINNET_DEPLOYMENT,
    );
    if (verdict.kind !== 'accepted') throw new Error(`the voucher is not accepted: ${verdict.kind}`);
    await merchantChannels.instructions.settleAndFinalize({ channel, voucher }).sendTransaction();
    await merchantChannels.instructions.distribute({ channel, splits: [] }).sendTransaction();
    const { kind } = await merchantChannels.accounts.channel.fetchState(channel);
    console.log(`channel ${channel} is ${kind}`);
}

async function main(): Promise<void> {
    const url = process.env['RPC_URL'];
    if (url) {
        const read = (name: string) => createKeyPairSignerFromBytes(readKey(process.env[name]!));
        const [wallet, merchant] = await Promise.all([read('PAYER'), read('MERCHANT')]);
        const connect = (signer: KeyPairSigner) =>
            createClient()
                .use(payer(signer))
                .use(rpc(createSolanaRpc(url)))
                .use(transactionSending())
                .use(paymentChannels({ deployment: MAINNET_DEPLOYMENT })).paymentChannels;
        const mint = address(process.env['MINT']!);
        const getSlot = () => fetchOpenSlot(createSolanaRpc(url), {}, MAINNET_DEPLOYMENT);
        await trade(connect(wallet), connect(merchant), { getSlot, merchant, mint, wallet });
        return;
    }
    const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
    const [wallet, merchant] = [await simulator.createFundedSigner(), await simulator.createFundedSigner()];
    const mint = await simulator.createMint();
    await simulator.mintTokens({ amount: 1_000n, mint, owner: wallet.address });
    const connect = (signer: KeyPairSigner) =>
        createClient().use(payer(signer)).use(simulated(simulator)).use(transactionSending()).use(paymentChannels())
            .paymentChannels;
    const getSlot = () => fetchOpenSlot(createSimulatorRpc(simulator), {}, MAINNET_DEPLOYMENT);
    await trade(connect(wallet), connect(merchant), { getSlot, merchant, mint, wallet });
}

function readKey(path: string): Uint8Array {
    return new Uint8Array(JSON.parse(readFileSync(path, 'utf8')) as number[]);
}

await main();
