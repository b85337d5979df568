import {
    getBase64EncodedWireTransaction,
    getSignatureFromTransaction,
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    type Commitment,
    type GetLatestBlockhashApi,
    type Rpc,
    type Signature,
} from '@solana/kit';

import type { Deployment } from '../../revision/deployment';
import { RPC_UNAVAILABLE } from '../../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../../core/errors';
import { getProgramFailure, type FailureReader } from '../../revision/program-failure';
import type { RpcBlockhash } from '../../sending/block-height';
import { fetchLatestBlockhash } from '../../sending/blockhash';
import type { RpcCalls, Timers } from '../../sending/rpc-calls';
import { within } from '../../core/within';
import type { PlannedTransaction } from '../plan/batch-plan';
import { getBatchTransactionMessage } from '../plan/batch-message';
import type { SentTransaction } from '../../journal/journal';

/** A transaction that is signed, and not sent yet. */
export type PreparedTransaction = Readonly<{
    sent: SentTransaction;
    /** Instructions of the compute budget, which stand before those of the plan. */
    prefixLength: number;
    readFailure: FailureReader;
    /** Slot at which its blockhash was given out. */
    sinceSlot: bigint;
}>;

/** A blockhash is good for about a minute: one that is so old leaves most of it to the transaction. */
const MAX_BLOCKHASH_AGE_MS = 10_000;

/** Milliseconds that a transaction waits for urgent ones to be signed first: more than local signers take. */
const PRECEDENCE_MS = 250;

/** Signs transactions with a recent blockhash. */
export class Preparer {
    #blockhash: Promise<RpcBlockhash> | undefined;
    #blockhashAt = 0;
    readonly #signatures = new Set<Signature>();
    /** Transactions with a deadline that are not signed yet. */
    readonly #urgent = new Set<Promise<PreparedTransaction>>();

    constructor(
        private readonly rpc: Rpc<GetLatestBlockhashApi>,
        private readonly calls: RpcCalls,
        private readonly config: Readonly<{
            /** Once it is aborted, nobody's signature is waited for. */
            abortSignal: AbortSignal | undefined;
            commitment: Commitment;
            isWanted: () => boolean;
            patienceMs: number;
            pollIntervalMs: number;
            signTimeoutMs: number;
            timers: Timers;
        }>,
        private readonly deployment: Deployment,
    ) {}

    /** The next transaction gets another blockhash. */
    forgetBlockhash(): void {
        this.#blockhash = undefined;
    }

    /**
     * Those with a deadline are ready first: a node that takes one after the other would keep them waiting.
     *
     * @throws Errors of a signer; `NO_ANSWER` if it does not sign in time; `RPC_UNAVAILABLE`.
     */
    async prepare(planned: PlannedTransaction): Promise<PreparedTransaction> {
        const preparing = this.#prepare(planned);
        if (planned.deadlineAt !== undefined) {
            this.#urgent.add(preparing);
            return await preparing.finally(() => this.#urgent.delete(preparing));
        }
        const prepared = await preparing;
        if (this.#urgent.size > 0) {
            const urgent = Promise.allSettled(this.#urgent);
            await within('the signers', PRECEDENCE_MS, () => urgent).catch(() => undefined);
        }
        return prepared;
    }

    async #prepare(planned: PlannedTransaction): Promise<PreparedTransaction> {
        const { isWanted, patienceMs, pollIntervalMs, signTimeoutMs, timers } = this.config;
        const startedAt = timers.now();
        for (;;) {
            const { lifetime, slot: sinceSlot } = await this.#getBlockhash();
            const message = setTransactionMessageLifetimeUsingBlockhash(lifetime, getBatchTransactionMessage(planned));
            const transaction = await within(
                'the signers',
                signTimeoutMs,
                abortSignal => signTransactionMessageWithSigners(message, { abortSignal }),
                this.config.abortSignal,
            );
            const signature = getSignatureFromTransaction(transaction);
            // The same instructions again, after a refusal, have to be another transaction.
            if (!this.#signatures.has(signature)) {
                this.#signatures.add(signature);
                const { instructions } = message;
                return {
                    readFailure: source => getProgramFailure(source, this.deployment, { instructions }),
                    prefixLength: instructions.length - planned.instructions.length,
                    sinceSlot,
                    sent: Object.freeze({
                        channels: planned.channels.map(({ actions, channel, voucher }) =>
                            Object.freeze({ actions, channel, cumulativeAmount: voucher?.voucher.cumulativeAmount }),
                        ),
                        feeLamports: planned.feeLamports,
                        lastValidBlockHeight: lifetime.lastValidBlockHeight,
                        signature,
                        wireTransaction: getBase64EncodedWireTransaction(transaction),
                    }),
                };
            }
            const failingMs = timers.now() - startedAt;
            if (failingMs > patienceMs || !isWanted()) {
                throw new PaymentChannelsError(RPC_UNAVAILABLE, { failingMs, method: 'getLatestBlockhash' });
            }
            this.forgetBlockhash();
            await timers.sleep(pollIntervalMs);
        }
    }

    /** Concurrent callers share one request. */
    async #getBlockhash(): Promise<RpcBlockhash> {
        const now = this.config.timers.now();
        if (this.#blockhash === undefined || now - this.#blockhashAt > MAX_BLOCKHASH_AGE_MS) {
            this.#blockhashAt = now;
            const { commitment, isWanted } = this.config;
            const read = (signal: AbortSignal) => fetchLatestBlockhash(this.rpc, commitment, signal);
            this.#blockhash = this.calls.ask('getLatestBlockhash', read, isWanted);
        }
        const blockhash = this.#blockhash;
        try {
            return await blockhash;
        } catch (error) {
            if (this.#blockhash === blockhash) this.forgetBlockhash();
            if (isPaymentChannelsError(error, 'RPC_UNAVAILABLE')) throw error;
            // Not an error of a signer, which would cost its channels attempts.
            throw new PaymentChannelsError(
                RPC_UNAVAILABLE,
                { failingMs: 0, method: 'getLatestBlockhash' },
                { cause: error },
            );
        }
    }
}
