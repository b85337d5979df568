/** Vouchers verified per second, against kit's own functions and against libsodium in a plain loop. */

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import {
    generateKeyPairSigner,
    getAddressEncoder,
    getPublicKeyFromAddress,
    verifySignature,
    type Address,
} from '@solana/kit';

import {
    createVoucherVerifier,
    encodeVoucher,
    signVoucher,
    type VoucherVerification,
    type VoucherVerifier,
} from '../src';
import { createNodeVoucherVerifier } from '../src/node';
import type { BenchReport, BenchRow } from './report';
import { DEPLOYMENT } from '../test/fixtures/deployment';

const BENCH = 'verify';
const UNIT = 'vouchers/s';
const CPU_UNIT = 'µs/voucher';
const VOUCHERS = 6_000;
const CHANNELS = 200;
const ROUNDS = 5;
/** Channels that are seen for the first time cost more; they are measured with fewer vouchers. */
const COLD_VOUCHERS = 1_000;

type Sodium = Readonly<{
    crypto_sign_verify_detached: (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;
}>;

/** One way to verify all vouchers. It has to find every one good. */
type Contestant = Readonly<{
    name: string;
    verify: () => boolean[] | Promise<boolean[]>;
    end?: () => Promise<unknown>;
}>;

export async function run(): Promise<BenchReport> {
    const cores = availableParallelism();
    const vouchers = await makeVouchers(VOUCHERS, CHANNELS);
    const ours = createVoucherVerifier(DEPLOYMENT);
    const node = await createNodeVoucherVerifier(DEPLOYMENT);
    const packed = vouchers.map(pack);
    const contestants: Contestant[] = [
        { name: 'kit', verify: () => verifyWithKit(vouchers) },
        { name: 'kit, 128 at once', verify: () => verifyWithKitConcurrently(vouchers) },
        { name: 'createVoucherVerifier', verify: () => ours.verifyAll(vouchers) },
        { name: 'sodium-native, one thread', verify: () => verifyWithSodium(packed) },
        await startSodiumThreads(packed, cores),
        { end: node.close, name: 'createNodeVoucherVerifier', verify: () => node.verifyAll(vouchers) },
        { name: 'createNodeVoucherVerifier, one by one', verify: () => verifyOneByOne(node, vouchers) },
    ];
    const measured = await measure(contestants, VOUCHERS, ROUNDS);
    for (const { end } of contestants) await end?.();

    const toRow = (name: string, value: number, baselineName: string | null): BenchRow => {
        const baseline = baselineName === null ? null : measured.get(baselineName)!.perSecond;
        const ratio = baseline === null ? null : value / baseline;
        return { baseline, bench: BENCH, case: getCase(name, baselineName), ratio, unit: UNIT, value };
    };
    const row = (name: string, baseline: string | null) => toRow(name, measured.get(name)!.perSecond, baseline);
    const cpuRow = (name: string, baselineName: string | null): BenchRow => {
        const value = measured.get(name)!.cpu;
        const baseline = baselineName === null ? null : measured.get(baselineName)!.cpu;
        const ratio = baseline === null ? null : baseline / value;
        return { baseline, bench: BENCH, case: `CPU: ${getCase(name, baselineName)}`, ratio, unit: CPU_UNIT, value };
    };
    const allCores = 'sodium-native, all cores';
    const cold = await measureCold();
    return {
        notes: [
            `${cores} cores, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}; ./node runs on ` +
                `${node.backend}${node.fallbackReason === undefined ? '' : ` (${node.fallbackReason})`}.`,
            `${VOUCHERS} vouchers of ${CHANNELS} channels with a signer each, the best of ${ROUNDS} rounds in turn; the ` +
                `last two rows with ${COLD_VOUCHERS} vouchers, each of a channel and a signer of its own.`,
        ],
        tables: [
            {
                rows: [
                    row('kit', null),
                    row('kit, 128 at once', 'kit'),
                    row('createVoucherVerifier', 'kit'),
                    row('createVoucherVerifier', 'kit, 128 at once'),
                    toRow('createVoucherVerifier, nothing cached', cold.ours, 'kit'),
                ],
                title:
                    "The Web Crypto API: createVoucherVerifier().verifyAll, against kit's getPublicKeyFromAddress and " +
                    'verifySignature for each voucher, one after the other and many at once.',
            },
            {
                rows: [
                    row('sodium-native, one thread', null),
                    row(allCores, 'sodium-native, one thread'),
                    row('createNodeVoucherVerifier', allCores),
                    row('createNodeVoucherVerifier, one by one', allCores),
                    toRow('createNodeVoucherVerifier, nothing cached', cold.node, allCores),
                ],
                title:
                    './node: createNodeVoucherVerifier().verifyAll and .verify, against the limit: libsodium in a plain ' +
                    'loop over bytes that are there already, in one thread for each core.',
            },
            {
                rows: [
                    cpuRow('kit', null),
                    cpuRow('createVoucherVerifier', 'kit'),
                    cpuRow('sodium-native, one thread', null),
                    cpuRow('createNodeVoucherVerifier', 'sodium-native, one thread'),
                ],
                title:
                    'CPU time of all threads for each voucher, which says what is left of a busy machine: the second ratio ' +
                    'is the part of the limit that ./node can reach on all cores.',
            },
        ],
    };
}

const getCase = (name: string, baseline: string | null) => (baseline === null ? name : `${name} / ${baseline}`);

/** What one contestant reached: vouchers per second, and microseconds of all threads' CPU for each voucher. */
type Measured = Readonly<{ cpu: number; perSecond: number }>;

/** The best round of several for each. The rounds take turns, so that all have the same weather. */
async function measure(
    contestants: readonly Contestant[],
    count: number,
    rounds: number,
    warmUps = 1,
): Promise<ReadonlyMap<string, Measured>> {
    const best = new Map<string, Measured>();
    for (let round = 0; round < warmUps + rounds; round += 1) {
        for (const { name, verify } of contestants) {
            const start = performance.now();
            const cpuStart = process.cpuUsage();
            const verdicts = await verify();
            const perSecond = (count * 1_000) / (performance.now() - start);
            const { system, user } = process.cpuUsage(cpuStart);
            const cpu = (system + user) / count;
            if (verdicts.length !== count || !verdicts.every(Boolean))
                throw new Error(`${name} refused a good voucher`);
            if (round < warmUps) continue;
            const before = best.get(name) ?? { cpu: Infinity, perSecond: 0 };
            best.set(name, {
                cpu: Math.min(before.cpu, cpu),
                perSecond: Math.max(before.perSecond, perSecond),
            });
        }
    }
    return best;
}

/** With new verifiers that have seen none of the channels. */
async function measureCold(): Promise<Readonly<{ node: number; ours: number }>> {
    const vouchers = await makeVouchers(COLD_VOUCHERS, COLD_VOUCHERS);
    const best = { node: 0, ours: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
        const node = await createNodeVoucherVerifier(DEPLOYMENT);
        for (const [name, verifier] of [
            ['ours', createVoucherVerifier(DEPLOYMENT)] as const,
            ['node', node] as const,
        ]) {
            const once = { name, verify: () => verifier.verifyAll(vouchers) };
            best[name] = Math.max(best[name], (await measure([once], COLD_VOUCHERS, 1, 0)).get(name)!.perSecond);
        }
        await node.close();
    }
    return best;
}

async function makeVouchers(count: number, channels: number): Promise<VoucherVerification[]> {
    const signers = await Promise.all(Array.from({ length: channels }, () => generateKeyPairSigner()));
    const addresses = await Promise.all(signers.map(async () => (await generateKeyPairSigner()).address));
    const vouchers: VoucherVerification[] = [];
    for (let index = 0; index < count; index += 1) {
        const signer = signers[index % channels]!;
        const voucher = { channelId: addresses[index % channels]!, cumulativeAmount: BigInt(index + 1) };
        vouchers.push({
            authorizedSigner: signer.address,
            signedVoucher: await signVoucher(voucher, signer, DEPLOYMENT),
        });
    }
    return vouchers;
}

async function verifyWithKit(vouchers: readonly VoucherVerification[]): Promise<boolean[]> {
    const verdicts: boolean[] = [];
    for (const { authorizedSigner, signedVoucher } of vouchers) {
        const key = await getPublicKeyFromAddress(authorizedSigner);
        verdicts.push(
            await verifySignature(key, signedVoucher.signature, encodeVoucher(signedVoucher.voucher, DEPLOYMENT)),
        );
    }
    return verdicts;
}

async function verifyWithKitConcurrently(vouchers: readonly VoucherVerification[]): Promise<boolean[]> {
    const verdicts: boolean[] = [];
    for (let start = 0; start < vouchers.length; start += 128) {
        const some = vouchers.slice(start, start + 128);
        verdicts.push(...(await Promise.all(some.map(async one => (await verifyWithKit([one]))[0]!))));
    }
    return verdicts;
}

/** As the requests of a server come in: each asks for one voucher, many at a time. */
async function verifyOneByOne(verifier: VoucherVerifier, vouchers: readonly VoucherVerification[]): Promise<boolean[]> {
    return await Promise.all(
        vouchers.map(({ authorizedSigner, signedVoucher }) => verifier.verify(signedVoucher, authorizedSigner)),
    );
}

type Packed = Readonly<{ key: Uint8Array; message: Uint8Array; signature: Uint8Array }>;

function pack({ authorizedSigner, signedVoucher }: VoucherVerification): Packed {
    return {
        key: encodeAddress(authorizedSigner),
        message: new Uint8Array(encodeVoucher(signedVoucher.voucher, DEPLOYMENT)),
        signature: new Uint8Array(signedVoucher.signature),
    };
}

const encodeAddress = (address: Address) => new Uint8Array(getAddressEncoder().encode(address));

function verifyWithSodium(packed: readonly Packed[]): boolean[] {
    const sodium = createRequire(import.meta.url)('sodium-native') as Sodium;
    return packed.map(({ key, message, signature }) => sodium.crypto_sign_verify_detached(signature, message, key));
}

/** A loop over the vouchers that the thread was given when it started; each message starts it once. */
const THREAD_SOURCE = `
    const { parentPort, workerData } = require('node:worker_threads');
    const sodium = require(workerData.path);
    parentPort.on('message', () => {
        const verdicts = workerData.packed.map(({ key, message, signature }) =>
            sodium.crypto_sign_verify_detached(signature, message, key));
        parentPort.postMessage(verdicts);
    });
    parentPort.postMessage([]);
`;

/** Far more than a thread takes for its share, however slow the machine. */
const ANSWER_TIMEOUT_MS = 300_000;

async function startSodiumThreads(packed: readonly Packed[], threads: number): Promise<Contestant> {
    const path = createRequire(import.meta.url).resolve('sodium-native');
    const share = Math.ceil(packed.length / threads);
    const answerOf = async (worker: Worker): Promise<boolean[]> => {
        const over = new AbortController();
        const { signal } = over;
        const refuse = (why: string) => Promise.reject(new Error(`A thread ${why}.`));
        try {
            return await Promise.race([
                once(worker, 'message', { signal }).then(([verdicts]) => verdicts as boolean[]),
                once(worker, 'exit', { signal }).then(([code]) => refuse(`ended with code ${code}`)),
                setTimeout(ANSWER_TIMEOUT_MS, undefined, { signal }).then(() => refuse('did not answer')),
            ]);
        } finally {
            over.abort();
        }
    };
    const workers = await Promise.all(
        Array.from({ length: threads }, async (_, index) => {
            const workerData = { packed: packed.slice(index * share, (index + 1) * share), path };
            const worker = new Worker(THREAD_SOURCE, { eval: true, execArgv: [], workerData });
            await answerOf(worker);
            return worker;
        }),
    );
    return {
        end: () => Promise.all(workers.map(worker => worker.terminate())),
        name: 'sodium-native, all cores',
        verify: async () => {
            const answers = workers.map(answerOf);
            for (const worker of workers) worker.postMessage('go');
            return (await Promise.all(answers)).flat();
        },
    };
}
