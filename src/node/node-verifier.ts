import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';

import type { Address } from '@solana/kit';

import { getPart, type DeploymentParts } from '../revision/deployment';
import { VERIFIER_BACKEND_UNAVAILABLE, VERIFIER_CLOSED, VERIFIER_FAILED } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import { describe, readOnlyMembers, toInteger, type OnlyMembers } from '../core/input';
import { getInstallCommand } from '../core/optional-peers';
import { createVoucherPacker, type PackedVoucher, type VoucherPacker } from '../voucher/voucher-bytes';
import { assertIsSignedFor } from '../voucher/signed-for';
import { getStrictnessCases, STRICTNESS_MESSAGE_LENGTH } from '../voucher/strict-signature';
import {
    createVoucherVerifier,
    packItem,
    toAnswerTimeoutMs,
    toCacheSize,
    toVerifications,
    type VoucherVerification,
    type VoucherVerifier,
} from '../voucher/voucher-verifier';
import type { SignedVoucher } from '../voucher/voucher';
import { createPool, type Pool } from './worker-pool';
import { findSodium, startSodiumWorker } from './sodium';

/** How to create a verifier for Node; every field has a default. */
export type NodeVoucherVerifierOptions = Readonly<{
    /**
     * Backend: `auto` (the default) is sodium-native when it is installed and usable, otherwise the Web Crypto API.
     * Naming one of the two allows no other.
     */
    backend?: 'auto' | 'sodium-native' | 'webcrypto' | undefined;
    /** Threads that verify with sodium-native: one for each core by default. */
    threads?: number | undefined;
    /** Maximum number of keys, and of channels, that are cached: 10,000 by default, 0 for none. */
    cacheSize?: number | undefined;
    /**
     * Milliseconds that a thread may take to start, and for each of its batches of at most 256 vouchers; 60,000 by
     * default. One that takes longer is ended, as if it had died. For Web Crypto as for `createVoucherVerifier`.
     */
    answerTimeoutMs?: number | undefined;
}>;

/** A {@link VoucherVerifier} for Node, which may have threads to end. */
export type NodeVoucherVerifier = VoucherVerifier &
    Readonly<{
        /** Number of threads; 0 with the Web Crypto API, which has its own. */
        threads: number;
        /** Why the Web Crypto API is in use where sodium-native could have been; otherwise `undefined`. */
        fallbackReason: string | undefined;
        /** Answers what was asked, then ends the threads; later questions are refused with `VERIFIER_CLOSED`. */
        close: () => Promise<void>;
        [Symbol.asyncDispose]: () => Promise<void>;
    }>;

/** Large enough that a batch is worth its message, small enough that the last batches end at the same time. */
const MIN_BATCH = 16;
const MAX_BATCH = 256;
const ANSWER_TIMEOUT_MS = 60_000;

const MEMBERS: OnlyMembers<NodeVoucherVerifierOptions> = {
    answerTimeoutMs: true,
    backend: true,
    cacheSize: true,
    threads: true,
};

/**
 * Creates a verifier that uses every core, through sodium-native in threads of its own, or the Web Crypto API where
 * sodium-native is not installed: `backend` and `fallbackReason` say which, and why.
 *
 * Its answers are those of {@link createVoucherVerifier}: what the precompile refuses is refused whatever the backend
 * says, and sodium-native is used only after it has proven that it verifies in the same way. Idle threads do not keep
 * the process alive. A thread that dies is replaced, and its vouchers are verified again.
 *
 * @param deployment The deployment whose vouchers it verifies: a revision of the program has its own message to sign
 * (docs/program.md, section 3.4).
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field; `INPUT_INVALID` for the config;
 * `VERIFIER_BACKEND_UNAVAILABLE` when the backend that was asked for can't be used. The verifier's functions throw as
 * those of {@link createVoucherVerifier}, and `VERIFIER_CLOSED`.
 *
 * @example
 * ```ts
 * const verifier = await createNodeVoucherVerifier(MAINNET_DEPLOYMENT);
 * const isGood = await verifier.verify(voucher, payer.address);
 * console.log(verifier.backend);
 * await verifier.close();
 * ```
 */
export async function createNodeVoucherVerifier(
    deployment: DeploymentParts<'voucher'>,
    options: NodeVoucherVerifierOptions = {},
): Promise<NodeVoucherVerifier> {
    const given = readOnlyMembers('options', options, MEMBERS);
    const { answerTimeoutMs: timeoutMs = ANSWER_TIMEOUT_MS, backend = 'auto' } = given;
    const cacheSize = toCacheSize(given.cacheSize);
    const answerTimeoutMs = toAnswerTimeoutMs(timeoutMs);
    const packer = createVoucherPacker(cacheSize, getPart(deployment, 'voucher'));
    const createFallback = (fallbackReason: string | undefined): NodeVoucherVerifier => {
        const verifier = createVoucherVerifier(deployment, { answerTimeoutMs, cacheSize });
        return toClosable(verifier, { fallbackReason, threads: 0 }, () => Promise.resolve());
    };
    const threads = Number(
        toInteger('threads', given.threads === undefined ? availableParallelism() : given.threads, 1n, 1024n),
    );
    if (!['auto', 'sodium-native', 'webcrypto'].includes(backend)) {
        const reason = 'there is auto, sodium-native and webcrypto';
        throw new PaymentChannelsError(VERIFIER_BACKEND_UNAVAILABLE, { backend: describe(backend), reason });
    }
    if (backend === 'webcrypto') return createFallback(undefined);
    try {
        return createSodiumVerifier(await startPool(threads, answerTimeoutMs), packer, deployment);
    } catch (cause) {
        const reason = getReason(cause);
        if (backend === 'auto') return createFallback(reason);
        const install = reason === NOT_INSTALLED ? { install: getInstallCommand('sodium-native') } : {};
        throw new PaymentChannelsError(VERIFIER_BACKEND_UNAVAILABLE, { backend, reason, ...install }, { cause });
    }
}

const NOT_INSTALLED = 'sodium-native is not installed';

function getReason(cause: unknown): string {
    if (isPaymentChannelsError(cause, 'VERIFIER_FAILED')) return cause.context.reason;
    if (cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND') {
        return NOT_INSTALLED;
    }
    return cause instanceof Error ? cause.message : String(cause);
}

/** Starts the threads, and has them verify what tells a strict backend from another one. */
async function startPool(threads: number, answerTimeoutMs: number): Promise<Pool> {
    const sodiumPath = findSodium();
    const pool = await createPool(threads, 'sodium-native', () => startSodiumWorker(sodiumPath), answerTimeoutMs);
    try {
        const cases = getStrictnessCases();
        const message = new Uint8Array(STRICTNESS_MESSAGE_LENGTH);
        const records = cases.map(({ publicKey, signature }) => ({
            key: { bytes: publicKey, isStrict: true },
            message,
            signature,
        }));
        const verdicts = await verifyRecords(pool, records, message.length);
        const wrong = cases.find(({ isAccepted }, index) => verdicts[index] !== isAccepted);
        if (wrong === undefined) return pool;
        throw new PaymentChannelsError(VERIFIER_FAILED, {
            backend: 'sodium-native',
            reason: `this version does not verify as the precompile does: ${wrong.title}`,
        });
    } catch (error) {
        await pool.close();
        throw error;
    }
}

/**
 * Has a thread verify vouchers.
 *
 * @throws `VERIFIER_FAILED` when it says neither yes nor no to one of them; as the pool.
 */
async function verifyRecords(
    pool: Pool,
    vouchers: readonly PackedVoucher[],
    messageLength: number,
): Promise<readonly boolean[]> {
    const bytes = await pool.submit(toRecords(vouchers, messageLength), messageLength);
    const isAnswered = bytes?.length === vouchers.length && bytes.every(byte => byte === 0 || byte === 1);
    if (isAnswered) return Array.from(bytes, byte => byte === 1);
    const reason = 'a thread did not say of each voucher whether it is good';
    throw new PaymentChannelsError(VERIFIER_FAILED, { backend: 'sodium-native', reason });
}

function createSodiumVerifier(
    pool: Pool,
    packer: VoucherPacker,
    deployment: DeploymentParts<'voucher'>,
): NodeVoucherVerifier {
    const submit = (vouchers: readonly PackedVoucher[]) => verifyRecords(pool, vouchers, packer.messageLength);

    // Single requests of the same turn of the event loop go to a thread in one batch.
    type Question = { packed: PackedVoucher; resolve: (isGood: boolean) => void; reject: (error: unknown) => void };
    let questions: Question[] = [];
    const ask = (packed: PackedVoucher) =>
        new Promise<boolean>((resolve, reject) => {
            if (questions.length === 0) queueMicrotask(answer);
            questions.push({ packed, reject, resolve });
            if (questions.length === MAX_BATCH) answer();
        });
    const answer = () => {
        const batch = questions;
        questions = [];
        if (batch.length === 0) return;
        submit(batch.map(({ packed }) => packed)).then(
            verdicts => batch.forEach(({ resolve }, index) => resolve(verdicts[index]!)),
            (error: unknown) => batch.forEach(({ reject }) => reject(error)),
        );
    };

    const verifier: VoucherVerifier = {
        backend: 'sodium-native',
        verify: async (signedVoucher: SignedVoucher, authorizedSigner: Address) => {
            const packed = packer.pack(signedVoucher, authorizedSigner);
            assertIsSignedFor('signedVoucher', packed?.signature, deployment);
            return packed !== undefined && (await ask(packed));
        },
        verifyAll: async (vouchers: readonly VoucherVerification[]) => {
            const items = toVerifications(vouchers);
            const verdicts = new Array<boolean>(items.length).fill(false);
            const size = Math.min(MAX_BATCH, Math.max(MIN_BATCH, Math.ceil(items.length / (4 * pool.threads))));
            const batches: Promise<void>[] = [];
            for (let start = 0; start < items.length; start += size) {
                // The threads' answers come in between, and so does whatever else the process has to do.
                if (start > 0) await setImmediate();
                const places: number[] = [];
                const packed: PackedVoucher[] = [];
                for (let index = start; index < Math.min(start + size, items.length); index += 1) {
                    const one = packItem(packer, items[index]!, index);
                    if (one === undefined) continue;
                    places.push(index);
                    packed.push(one);
                }
                if (packed.length === 0) continue;
                const batch = submit(packed).then(answers => {
                    places.forEach((place, index) => (verdicts[place] = answers[index]!));
                });
                // It is awaited below; until then, or when a later voucher is malformed, nobody else handles its error.
                batch.catch(() => undefined);
                batches.push(batch);
            }
            await Promise.all(batches);
            return verdicts;
        },
    };
    return toClosable(verifier, { fallbackReason: undefined, threads: pool.threads }, pool.close);
}

/** A verifier that can be closed: what was asked before is answered, then it ends. */
function toClosable(
    { backend, verify, verifyAll }: VoucherVerifier,
    about: Pick<NodeVoucherVerifier, 'fallbackReason' | 'threads'>,
    end: () => Promise<void>,
): NodeVoucherVerifier {
    const pending = new Set<Promise<unknown>>();
    let closing: Promise<void> | undefined;
    const track = async <T>(ask: () => Promise<T>): Promise<T> => {
        if (closing !== undefined) throw new PaymentChannelsError(VERIFIER_CLOSED, { backend });
        const answer = ask();
        pending.add(answer);
        try {
            return await answer;
        } finally {
            pending.delete(answer);
        }
    };
    const close = () => (closing ??= Promise.allSettled([...pending]).then(end));
    return Object.freeze({
        ...about,
        backend,
        close,
        verify: (signedVoucher: SignedVoucher, authorizedSigner: Address) =>
            track(() => verify(signedVoucher, authorizedSigner)),
        verifyAll: (vouchers: readonly VoucherVerification[]) => track(() => verifyAll(vouchers)),
        [Symbol.asyncDispose]: close,
    });
}

/** Key, signature and message of each voucher, one after the other. */
function toRecords(vouchers: readonly PackedVoucher[], messageLength: number): Uint8Array {
    const parts = vouchers.flatMap(({ key, message, signature }) => [key.bytes, signature, message]);
    const keyAndSignature = vouchers.length === 0 ? 0 : vouchers[0]!.key.bytes.length + vouchers[0]!.signature.length;
    const records = new Uint8Array(vouchers.length * (keyAndSignature + messageLength));
    let offset = 0;
    for (const part of parts) {
        records.set(part as Uint8Array, offset);
        offset += part.length;
    }
    return records;
}
