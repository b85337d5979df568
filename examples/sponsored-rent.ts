// A channel on the program that runs on mainnet, with a sponsor who pays the rent and gets it back:
// `npx tsx examples/sponsored-rent.ts`.

import {
    assertIsAgreedChannel,
    checkVoucher,
    chooseOpenSlot,
    fetchChannels,
    fetchChannelState,
    findCheapChannelSalt,
    getDistributeInstructionsAsync,
    getOpenInstructionAsync,
    getRentRecovery,
    getSettleAndFinalizeInstructions,
    isLiveChannelState,
    MAINNET_DEPLOYMENT,
    signVoucher,
} from 'solana-payment-channels';
import { getBatchTransactionMessage, planBatchReclaim } from 'solana-payment-channels/settlement';
import { createSimulator, createSimulatorRpc } from 'solana-payment-channels/testing';

const deployment = MAINNET_DEPLOYMENT;
const simulator = await createSimulator({ deployment });
const rpc = createSimulatorRpc(simulator);

const sponsor = await simulator.createFundedSigner();
const merchant = await simulator.createFundedSigner();
const payer = await simulator.createSigner(); // It never needs any SOL.
const mint = await simulator.createMint();
await simulator.mintTokens({ amount: 1_000n, mint, owner: payer.address });
await simulator.createTokenAccount({ mint, owner: merchant.address });
await simulator.createTreasuryTokenAccount({ mint });
// What the merchant offers: to be paid in this token, with an hour to settle after the payer begins to close the channel.
const offer = { gracePeriodSeconds: 3_600, mint, payee: merchant.address, splits: [] };
const lamportsBefore = simulator.getLamports(sponsor.address);

// The channel is opened for a slot: here it has 300 slots, two minutes, to be signed and landed. A salt that puts the
// channel and its escrow on bump 255 makes every instruction cheaper.
const openSlot = chooseOpenSlot({ currentSlot: await rpc.getSlot().send(), landingSlots: 300 }, deployment);
const terms = { ...offer, authorizedSigner: payer.address, openSlot };
const { channel, salt } = findCheapChannelSalt({ ...terms, payer: payer.address }, deployment);
const open = await getOpenInstructionAsync({ ...terms, deposit: 1_000n, payer, rentPayer: sponsor, salt }, deployment);
const opened = await simulator.sendOrThrow([open], { feePayer: sponsor });
console.log(`opened ${channel}: ${lamportsBefore - simulator.getLamports(sponsor.address)} lamports`);

// Off chain: the payer signs totals. The merchant looks at the channel once and at every voucher, and keeps the best one.
const voucher = await signVoucher({ channelId: channel, cumulativeAmount: 400n }, payer, deployment);
const offered = await fetchChannelState(rpc, channel, deployment);
assertIsAgreedChannel(offered, offer, deployment);
const verdict = await checkVoucher(
    {
        channel: offered,
        marginSeconds: 120,
        signedVoucher: voucher,
        unixTimestamp: simulator.getClock().unixTimestamp,
    },
    deployment,
);
if (verdict.kind !== 'accepted') throw new Error(`the voucher is not accepted: ${verdict.kind}`);

// The merchant brings it in, finalizes the channel and has everybody paid out.
const finalize = getSettleAndFinalizeInstructions({ channel, payee: merchant, voucher }, deployment);
await simulator.sendOrThrow(finalize, { feePayer: merchant });
const finalized = simulator.getChannel(channel);
if (!isLiveChannelState(finalized)) throw new Error('the channel is gone');
const distribute = await getDistributeInstructionsAsync({ ...finalized.channel, channel, splits: [] }, deployment);
await simulator.sendOrThrow(distribute, { feePayer: merchant });

// The escrow's rent is back; the channel's is not before 1,500 slots have passed since its open slot.
const [state] = await fetchChannels(rpc, { rentPayer: sponsor.address }, deployment);
const { slot, unixTimestamp } = simulator.getClock();
const { dueFromSlot, isDue, step } = getRentRecovery(state!, { slot, unixTimestamp }, deployment);
console.log(`${state!.kind}: ${step} is ${isDue ? 'possible' : `possible in ${dueFromSlot! - slot} slots`}`);

// From time to time the sponsor sweeps what can be reclaimed, all of its channels in few transactions.
simulator.advanceClock({ seconds: 600, slots: dueFromSlot! - slot });
const states = await fetchChannels(rpc, { rentPayer: sponsor.address, status: 'distributed' }, deployment);
const options = { feePayer: sponsor, slot: await rpc.getSlot().send() };
const { skipped, transactions } = planBatchReclaim(states, options, deployment);
let feeLamports = opened.feeLamports;
for (const transaction of transactions) {
    // On a cluster `getBatchTransactionMessage(transaction)` is what is given a blockhash, signed and sent.
    const { instructions } = getBatchTransactionMessage(transaction);
    feeLamports += (await simulator.sendOrThrow(instructions, { feePayer: sponsor })).feeLamports;
}
for (const { channel: address, reason } of skipped) console.log(`${address}: ${reason.message}`);

const cost = lamportsBefore - simulator.getLamports(sponsor.address);
console.log(
    `${simulator.getChannel(channel).kind}: the sponsor has paid ${cost} lamports, ${feeLamports} of them in fees`,
);
