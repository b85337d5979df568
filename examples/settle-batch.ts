// A merchant's server brings the vouchers of many channels on chain, with a journal in SQLite, and is restarted in the
// middle: `npx tsx examples/settle-batch.ts`.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'libsql';
import {
    assertIsAgreedChannel,
    checkVoucher,
    createVoucherVerifier,
    fetchChannelState,
    findChannelPda,
    getOpenInstructionAsync,
    MAINNET_DEPLOYMENT,
    type SignedVoucher,
    signVoucher,
} from 'solana-payment-channels';
import {
    type BatchExecution,
    type BatchProgress,
    type BatchRequest,
    executeBatchSettle,
} from 'solana-payment-channels/settlement';
import { migrateSqliteStore, openSqliteJournal } from 'solana-payment-channels/store/sqlite';
import { createSimulator, createSimulatorRpc } from 'solana-payment-channels/testing';

const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
// On a cluster: createSolanaRpc(url).
const rpc = createSimulatorRpc(simulator);
const merchant = await simulator.createFundedSigner();
const payer = await simulator.createFundedSigner();
const mint = await simulator.createMint();
await simulator.mintTokens({ amount: 1_000_000n, mint, owner: payer.address });

// What the server offers: to be paid in this token, with an hour to settle after a payer begins to close its channel.
const offer = { gracePeriodSeconds: 3_600, mint, payee: merchant.address, splits: [] };

// What the server has accepted: the best voucher of each channel, however it keeps them.
const accepted = new Map<string, SignedVoucher>();
const verifier = createVoucherVerifier(MAINNET_DEPLOYMENT);

async function accept(signedVoucher: SignedVoucher): Promise<void> {
    const { channelId } = signedVoucher.voucher;
    const channel = await fetchChannelState(rpc, channelId, MAINNET_DEPLOYMENT);
    if (!accepted.has(channelId)) assertIsAgreedChannel(channel, offer, MAINNET_DEPLOYMENT);
    const { unixTimestamp } = simulator.getClock();
    const last = accepted.get(channelId);
    const input = { accepted: last, channel, marginSeconds: 120, signedVoucher, unixTimestamp };
    const verdict = await checkVoucher(input, MAINNET_DEPLOYMENT, verifier.verify);
    if (verdict.kind === 'refused') throw new Error(verdict.message);
    if (verdict.kind !== 'replay') accepted.set(channelId, verdict.signedVoucher);
}

const { unixTimestamp: now } = simulator.getClock();
for (let salt = 1n; salt <= 24n; salt++) {
    const terms = { ...offer, authorizedSigner: payer.address, openSlot: simulator.getClock().slot, salt };
    await simulator.sendOrThrow([
        await getOpenInstructionAsync({ ...terms, deposit: 1_000n, payer }, MAINNET_DEPLOYMENT),
    ]);
    const [channel] = await findChannelPda({ ...terms, payer: payer.address }, MAINNET_DEPLOYMENT);
    // One of them is good for an hour only, and nobody brings it in.
    const expiresAt = salt === 7n ? now + 3_600n : 0n;
    await accept(
        await signVoucher(
            { channelId: channel, cumulativeAmount: 100n * (salt % 9n) + 1n, expiresAt },
            payer,
            MAINNET_DEPLOYMENT,
        ),
    );
}
simulator.advanceClock({ seconds: 3_600 });

const requests: BatchRequest[] = [...accepted.values()].map(voucher => ({
    channel: voucher.voucher.channelId,
    voucher,
}));

// What was sent is in the journal before it is sent. Every process that may settle the same channels opens the same one.
const folder = await mkdtemp(join(tmpdir(), 'settle-batch-'));

async function settle(abortSignal: AbortSignal, onProgress: (step: BatchProgress) => void): Promise<BatchExecution> {
    const database = new Database(join(folder, 'journal.db'));
    try {
        await migrateSqliteStore(database);
        const journal = await openSqliteJournal(database, { network: 'localnet' });
        return await executeBatchSettle(
            rpc,
            requests,
            {
                abortSignal,
                concurrency: 2,
                feePayer: merchant,
                journal,
                mode: 'settle',
                onProgress,
                version: 'legacy',
            },
            MAINNET_DEPLOYMENT,
        );
    } finally {
        database.close();
    }
}

function print({ counts, kind }: BatchProgress): void {
    const { channels, done, notDone, underWay, waiting } = counts;
    if (kind === 'abandoned') return; // Said below, with the reason.
    console.log(
        `${kind}: ${done} of ${channels} done, ${underWay} under way, ${waiting} waiting, ${notDone} not to be done`,
    );
}

// The server is stopped while its first transaction is under way: it starts nothing more and sees that one to its end.
// Had it crashed instead, the next start would find in the journal what was under way, and ask the chain about it first.
const shutdown = new AbortController();
const first = await settle(shutdown.signal, step => {
    print(step);
    if (step.kind === 'sent') shutdown.abort();
});
console.log(`stopped: ${first.stopped?.reason}, ${first.feeLamports} lamports in fees\n`);

// It starts again with the same vouchers and the same journal. What has landed already is not paid for a second time.
const second = await settle(new AbortController().signal, print);
console.log(`the rest: ${second.feeLamports} lamports in fees\n`);

// What was not done says why. What is skipped stays so until its channel or its voucher is another one; anything else,
// such as `leased` (another process is at it) or `unknown` (it was not seen to its end), is for the next run.
for (const { channel, error, failure, skipped, status } of second.channels) {
    if (status === 'done') continue;
    const reason = skipped[0]?.reason;
    if (reason?.code === 'NOT_ABOVE_SETTLED') continue; // It is on chain: the voucher can be forgotten.
    console.log(`${channel} is ${status}:`, reason?.message ?? failure?.message ?? error);
}

const settled = requests.filter(({ channel, voucher }) => {
    const state = simulator.getChannel(channel);
    return state.kind === 'open' && state.channel.settlement.settled === voucher?.voucher.cumulativeAmount;
});
console.log(`${settled.length} of ${requests.length} channels settled`);
await rm(folder, { recursive: true });
