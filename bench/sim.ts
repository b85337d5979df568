/** Lives of channels per second in the simulator, against LiteSVM driven by hand; snapshots, start-up, and requests per second. */

import {
    appendTransactionMessageInstructions,
    createTransactionMessage,
    getAddressEncoder,
    pipe,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingBlockhash,
    signBytes,
    signTransactionMessageWithSigners,
    type Address,
    type Instruction,
    type KeyPairSigner,
} from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { FailedTransactionMetadata } from 'litesvm';

import {
    findChannelPda,
    getDistributeInstructionAsync,
    getOpenInstructionAsync,
    getSettleAndFinalizeInstructions,
    MAINNET_DEPLOYMENT,
    signVoucher,
    type SignedVoucher,
} from '../src';
import * as rendered from '../src/epoch';
import { createSimulator, type Simulator } from '../src/testing';
import type { BenchReport, BenchRow } from './report';
import { measureRpcRequests } from './rpc-requests';

const BENCH = 'sim';
const LIVES = 40;
const ROUNDS = 5;
const VOUCHERS = 10n;
const DEPOSIT = 1_000_000n;
const PAID = 400_000n;
const GRACE_PERIOD_SECONDS = 3_600;
const SNAPSHOTS = 20;
const OPENED = 50;
const WRITTEN = 100_000;
const DEPLOYMENT = MAINNET_DEPLOYMENT;

/** Somebody who pays, somebody who is paid, and a token, in a simulator of their own. */
type Stage = Readonly<{
    mint: Address;
    payee: KeyPairSigner;
    payeeTokenAccount: Address;
    payer: KeyPairSigner;
    simulator: Simulator<'epoch'>;
    treasuryTokenAccount: Address;
}>;
/** What a transaction took, by which those of both ways are compared. */
type Took = Readonly<{ bytes: number; computeUnits: number }>;

async function createStage(): Promise<Stage> {
    const simulator = await createSimulator({ deployment: DEPLOYMENT });
    const [payer, payee] = [await simulator.createFundedSigner(), await simulator.createFundedSigner()];
    simulator.setLamports(payer.address, 1_000_000_000_000n);
    const mint = await simulator.createMint();
    await simulator.mintTokens({ amount: DEPOSIT * 10_000n, mint, owner: payer.address });
    const payeeTokenAccount = await simulator.createTokenAccount({ mint, owner: payee.address });
    const treasuryTokenAccount = await simulator.createTreasuryTokenAccount({ mint });
    return { mint, payee, payeeTokenAccount, payer, simulator, treasuryTokenAccount };
}

/** A life with what the library has: builders, vouchers, `send`. */
async function liveWithLibrary({ mint, payee, payer, simulator }: Stage, salt: bigint): Promise<Took[]> {
    const openSlot = simulator.getClock().slot;
    const terms = { mint, openSlot, payee: payee.address, salt };
    const [channel] = await findChannelPda(
        { ...terms, authorizedSigner: payer.address, payer: payer.address },
        DEPLOYMENT,
    );
    const open = await getOpenInstructionAsync(
        { ...terms, deposit: DEPOSIT, gracePeriodSeconds: GRACE_PERIOD_SECONDS, payer, splits: [] },
        DEPLOYMENT,
    );
    const took = [await simulator.sendOrThrow([open], { feePayer: payer })];
    let voucher: SignedVoucher | undefined;
    for (let number = 1n; number <= VOUCHERS; number++) {
        const cumulativeAmount = (PAID * number) / VOUCHERS;
        voucher = await signVoucher({ channelId: channel, cumulativeAmount }, payer, DEPLOYMENT);
    }
    const settle = getSettleAndFinalizeInstructions({ channel, payee, voucher: voucher! }, DEPLOYMENT);
    took.push(await simulator.sendOrThrow(settle, { feePayer: payee }));
    const { address: payerAddress } = payer;
    const distribute = await getDistributeInstructionAsync(
        { channel, mint, payee: payee.address, payer: payerAddress, rentPayer: payerAddress, splits: [] },
        DEPLOYMENT,
    );
    took.push(await simulator.sendOrThrow([distribute], { feePayer: payee }));
    return took;
}

/** The same transactions with LiteSVM, kit and the rendered client alone. */
async function liveByHand(stage: Stage, salt: bigint): Promise<Took[]> {
    const { mint, payee, payeeTokenAccount, payer, simulator, treasuryTokenAccount } = stage;
    const { svm } = simulator;
    const took: Took[] = [];
    const send = async (instructions: readonly Instruction[], feePayer: KeyPairSigner) => {
        const message = pipe(
            createTransactionMessage({ version: 0 }),
            m => setTransactionMessageFeePayerSigner(feePayer, m),
            m => appendTransactionMessageInstructions(instructions, m),
            m =>
                setTransactionMessageLifetimeUsingBlockhash(
                    { blockhash: svm.latestBlockhash(), lastValidBlockHeight: 0n },
                    m,
                ),
        );
        const transaction = await signTransactionMessageWithSigners(message);
        const result = svm.sendTransaction(transaction);
        if (result instanceof FailedTransactionMetadata) throw new Error(result.toString());
        const signatures = Object.keys(transaction.signatures).length;
        const bytes = 1 + 64 * signatures + transaction.messageBytes.length;
        took.push({ bytes, computeUnits: Number(result.computeUnitsConsumed()) });
    };
    const openSlot = svm.getClock().slot;
    const seeds = { authorizedSigner: payer.address, mint, openSlot, payee: payee.address, payer: payer.address, salt };
    const [channel] = await rendered.findChannelPda(seeds);
    const tokenProgram = TOKEN_PROGRAM_ADDRESS;
    const open = await rendered.getOpenInstructionAsync({
        ...seeds,
        channel,
        deposit: DEPOSIT,
        gracePeriod: GRACE_PERIOD_SECONDS,
        payer,
        recipients: [],
        rentPayer: payer,
        tokenProgram,
    });
    await send([open], payer);
    let message: Uint8Array = new Uint8Array();
    let signature: Uint8Array = new Uint8Array();
    for (let number = 1n; number <= VOUCHERS; number++) {
        const cumulativeAmount = (PAID * number) / VOUCHERS;
        const voucher = { channelId: channel, cumulativeAmount, expiresAt: 0n };
        message = rendered.getVoucherArgsEncoder().encode(voucher) as Uint8Array;
        signature = await signBytes(payer.keyPair.privateKey, message);
    }
    const verify = { data: getPrecompileData(payer.address, signature, message), programAddress: ED25519 };
    await send([verify, rendered.getSettleAndSealInstruction({ channel, hasVoucher: 1, payee })], payee);
    const distribute = await rendered.getDistributeInstructionAsync({
        channel,
        mint,
        payeeTokenAccount,
        payer: payer.address,
        recipients: [],
        rentPayer: payer.address,
        tokenProgram,
        treasuryTokenAccount,
    });
    await send([distribute], payee);
    return took;
}

const ED25519 = 'Ed25519SigVerify111111111111111111111111111' as Address;

function getPrecompileData(signer: Address, signature: Uint8Array, message: Uint8Array): Uint8Array {
    const here = 0xffff;
    const header = new Uint16Array([1, 48, here, 16, here, 112, message.length, here]);
    return Buffer.concat([
        Buffer.from(header.buffer),
        getAddressEncoder().encode(signer) as Uint8Array,
        signature,
        message,
    ]);
}

export async function run(): Promise<BenchReport> {
    const ways = { hand: liveByHand, library: liveWithLibrary };
    const stages = { hand: await createStage(), library: await createStage() };
    const [took, tookByHand] = [await liveWithLibrary(stages.library, 0n), await liveByHand(stages.hand, 0n)];
    const show = (all: readonly Took[]) => all.map(({ bytes, computeUnits }) => `${bytes}/${computeUnits}`).join(' ');
    if (show(took) !== show(tookByHand)) throw new Error(`not the same: ${show(took)} and ${show(tookByHand)}`);
    const rates = { hand: [] as number[], library: [] as number[] };
    const byCpu = { hand: [] as number[], library: [] as number[] };
    for (let round = 1; round <= ROUNDS; round++) {
        // In turn, each first in every other round.
        for (const way of round % 2 === 0 ? (['hand', 'library'] as const) : (['library', 'hand'] as const)) {
            const [start, startCpu] = [performance.now(), process.cpuUsage()];
            for (let life = 0; life < LIVES; life++) await ways[way](stages[way], BigInt(round * LIVES + life));
            rates[way].push((LIVES * 1_000) / (performance.now() - start));
            const { system, user } = process.cpuUsage(startCpu);
            byCpu[way].push((LIVES * 1_000_000) / (system + user));
        }
    }
    const compare = (title: string, { hand, library }: typeof rates, unit: string): BenchRow => ({
        baseline: getMedian(hand),
        bench: BENCH,
        case: title,
        ratio: getMedian(library.map((rate, round) => rate / hand[round]!)),
        unit,
        value: getMedian(library),
    });
    const row = (title: string, value: number, unit: string): BenchRow => {
        return { baseline: null, bench: BENCH, case: title, ratio: null, unit, value };
    };
    return {
        notes: [
            `${LIVES} lives in each of ${ROUNDS} rounds in turn, the median of the rounds' ratios; a ratio of 0.8 is conveniences ` +
                `that cost 20 %. Transactions of both ways have the same sizes and compute units: ${show(took)}.`,
        ],
        tables: [
            {
                rows: [
                    compare('open, 10 vouchers, settle and finalize, distribute', rates, 'lives/s'),
                    compare('the same, by the processor time of the process', byCpu, 'lives/CPU-s'),
                ],
                title: 'Lives of channels, against LiteSVM driven by hand with kit and the rendered client.',
            },
            { rows: await measureSimulator(stages.library.simulator, row), title: 'A simulator after those lives.' },
            {
                rows: await measureRpcRequests(stages.library.simulator),
                title: 'RPC requests over HTTP, against a bare HTTP server that answers with a constant.',
            },
            { rows: [await measureWorld()], title: 'A world of many channels.' },
        ],
    };
}

async function measureSimulator(
    simulator: Simulator,
    row: (title: string, value: number, unit: string) => BenchRow,
): Promise<BenchRow[]> {
    const startUps: number[] = [];
    const [taken, restored]: [number[], number[]] = [[], []];
    const time = async (into: number[], act: () => unknown) => {
        const start = performance.now();
        await act();
        into.push(performance.now() - start);
    };
    for (let round = 0; round < ROUNDS; round++) {
        await time(startUps, () => createSimulator({ deployment: DEPLOYMENT }));
    }
    for (let round = 0; round < SNAPSHOTS; round++) {
        let snapshot: ReturnType<Simulator['takeSnapshot']>;
        await time(taken, () => (snapshot = simulator.takeSnapshot()));
        simulator.setLamports(simulator.faucet.address, BigInt(round + 1) * 1_000_000_000n);
        await time(restored, () => simulator.restoreSnapshot(snapshot));
    }
    return [
        row('createSimulator', getMedian(startUps), 'ms'),
        row('takeSnapshot', getMedian(taken), 'ms'),
        row('restoreSnapshot, after one account has changed', getMedian(restored), 'ms'),
    ];
}

/** Channels that are written, against the same ones that are opened by transactions. */
async function measureWorld(): Promise<BenchRow> {
    const { simulator } = await createStage();
    const rate = async (count: number, make: () => Promise<unknown>) => {
        const start = performance.now();
        await make();
        return (count * 1_000) / (performance.now() - start);
    };
    const opened = await rate(OPENED, async () => {
        for (let index = 0; index < OPENED; index++) await simulator.createChannel();
    });
    const written = await rate(WRITTEN, () => simulator.createChannels({ count: WRITTEN }));
    return {
        baseline: opened,
        bench: BENCH,
        case: `createChannels({ count: ${WRITTEN.toLocaleString('en-US')} }), against createChannel`,
        ratio: written / opened,
        unit: 'channels/s',
        value: written,
    };
}

function getMedian(values: readonly number[]): number {
    return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
