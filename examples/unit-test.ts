// A channel's whole life in a unit test: `npx tsx --test examples/unit-test.ts`. Any test runner will do.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
    findChannelPda,
    getDistributeInstructionsAsync,
    getOpenInstructionAsync,
    getPayouts,
    getSettleAndFinalizeInstructions,
    MAINNET_DEPLOYMENT,
    signVoucher,
} from 'solana-payment-channels';
import { createSimulator } from 'solana-payment-channels/testing';

test('the merchant and the platform get what the last voucher says', async () => {
    // Everyone who takes part, with tokens where they are needed.
    const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
    const payer = await simulator.createFundedSigner();
    const merchant = await simulator.createFundedSigner();
    const platform = (await simulator.createSigner()).address;
    const mint = await simulator.createMint();
    const payerTokens = await simulator.mintTokens({ amount: 1_000n, mint, owner: payer.address });
    const merchantTokens = await simulator.createTokenAccount({ mint, owner: merchant.address });
    const platformTokens = await simulator.createTokenAccount({ mint, owner: platform });
    await simulator.createTreasuryTokenAccount({ mint });

    // The payer opens a channel and pays three times; only the last voucher counts.
    const splits = [{ bps: 300, recipient: platform }];
    const { slot: openSlot } = simulator.getClock();
    const parties = { authorizedSigner: payer.address, payee: merchant.address, payer: payer.address };
    const seeds = { ...parties, mint, openSlot, salt: 1n };
    const [channel] = await findChannelPda({ ...seeds }, MAINNET_DEPLOYMENT);
    const open = await getOpenInstructionAsync(
        { ...seeds, deposit: 1_000n, gracePeriodSeconds: 60, payer, splits },
        MAINNET_DEPLOYMENT,
    );
    await simulator.sendOrThrow([open], { feePayer: payer });
    const [, , voucher] = await Promise.all(
        [100n, 250n, 400n].map(cumulativeAmount =>
            signVoucher({ channelId: channel, cumulativeAmount }, payer, MAINNET_DEPLOYMENT),
        ),
    );

    // The merchant closes the channel: settles, finalizes, distributes.
    const finalize = getSettleAndFinalizeInstructions({ channel, payee: merchant, voucher }, MAINNET_DEPLOYMENT);
    await simulator.sendOrThrow(finalize, { feePayer: merchant });
    const state = simulator.getChannel(channel);
    assert(state.kind === 'finalized');
    const distribute = await getDistributeInstructionsAsync({ ...state.channel, channel, splits }, MAINNET_DEPLOYMENT);
    await simulator.sendOrThrow(distribute, { feePayer: merchant });

    const { payee, recipients } = getPayouts({ payoutWatermark: 0n, settled: 400n, splits }, MAINNET_DEPLOYMENT);
    assert.equal(simulator.getTokenAmount(merchantTokens), payee);
    assert.equal(simulator.getTokenAmount(platformTokens), recipients[0]);
    assert.equal(simulator.getTokenAmount(payerTokens), 600n);
    // What is left is the rent, which comes back once the slot of opening is long enough ago.
    assert.equal(simulator.getChannel(channel).kind, 'distributed');
});
