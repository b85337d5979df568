import {
    getBase64EncodedWireTransaction,
    getSignatureFromTransaction,
    isSolanaError,
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_PRECOMPILE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION,
    type Commitment,
    type GetLatestBlockhashApi,
    type Rpc,
    type SendTransactionApi,
    type Signature,
    type SolanaErrorCode,
} from '@solana/kit';

import { toRpcBlockhash, type RpcBlockhash } from '../../block-height';
import type { DeploymentConfig } from '../../deployment';
import type { RevisionName } from '../../revision/types';
import { getProgramFailure, type ProgramFailureConfig, type TransactionFailure } from '../../program-error';
import type { PlannedTransaction } from '../batch-plan';
import { isPaymentChannelsError, PaymentChannelsError } from '../../errors';
import { within } from '../../within';
import { getBatchTransactionMessage } from '../message';
import type { SentTransaction } from './journal';
import type { RpcCalls, Timers } from './rpc-calls';

/** A transaction that is signed, and not sent yet. */
export type PreparedTransaction = Readonly<{
    sent: SentTransaction;
    /** Instructions of the compute budget, which stand before those of the plan. */
    prefixLength: number;
    failureConfig: ProgramFailureConfig;
}>;

/** A node's refusal to forward a transaction. */
export type SendRefusal = Readonly<{ failure: TransactionFailure | undefined; error: unknown }>;

/** A blockhash is good for about a minute: one that is so old leaves most of it to the transaction. */
const MAX_BLOCKHASH_AGE_MS = 10_000;
/** With these a node says that it has not forwarded the transaction. */
const REFUSALS: readonly SolanaErrorCode[] = [
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_PRECOMPILE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION,
];
/** Reasons of a refusal that are no reason against the transaction: it is known, or the node is behind. */
const NO_REFUSALS: readonly string[] = ['AlreadyProcessed', 'BlockhashNotFound'];

/** Signs transactions with a recent blockhash, and sends them for the first time. */
export class Sender {
    #blockhash: Promise<RpcBlockhash> | undefined;
    #blockhashAt = 0;
    readonly #signatures = new Set<Signature>();

    constructor(
        private readonly rpc: Rpc<GetLatestBlockhashApi & SendTransactionApi>,
        private readonly calls: RpcCalls,
        private readonly config: Readonly<{
            /** Once it is aborted, nobody's signature is waited for. */
            abortSignal: AbortSignal | undefined;
            commitment: Commitment;
            /** Slot that a node has to have seen before it judges a transaction. */
            getLastSlot: () => bigint;
            isWanted: () => boolean;
            patienceMs: number;
            pollIntervalMs: number;
            signTimeoutMs: number;
            timers: Timers;
        }>,
        private readonly deployment: DeploymentConfig<RevisionName>,
    ) {}

    /** The next transaction gets another blockhash. */
    forgetBlockhash(): void {
        this.#blockhash = undefined;
    }

    /** @throws What a signer throws, or that it does not sign in time; `RPC_UNAVAILABLE`. */
    async prepare(planned: PlannedTransaction): Promise<PreparedTransaction> {
        const { isWanted, patienceMs, pollIntervalMs, signTimeoutMs, timers } = this.config;
        const startedAt = timers.now();
        for (;;) {
            const lifetime = await this.#getBlockhash();
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
                    failureConfig: { ...this.deployment, instructions },
                    prefixLength: instructions.length - planned.instructions.length,
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
                throw new PaymentChannelsError('RPC_UNAVAILABLE', { failingMs, method: 'getLatestBlockhash' });
            }
            this.forgetBlockhash();
            await timers.sleep(pollIntervalMs);
        }
    }

    /**
     * Sends a transaction.
     *
     * @returns The refusal of a node that has not forwarded it. Otherwise nothing: it may be on its way, or it may not.
     */
    async send({ failureConfig, sent }: PreparedTransaction): Promise<SendRefusal | undefined> {
        const { commitment: preflightCommitment, getLastSlot } = this.config;
        const minContextSlot = getLastSlot();
        const config = {
            encoding: 'base64',
            maxRetries: 0n,
            preflightCommitment,
            // A node that has not seen yet what it depends on would refuse it for good.
            ...(minContextSlot > 0n ? { minContextSlot } : {}),
        } as const;
        try {
            await this.calls.once(abortSignal =>
                this.rpc.sendTransaction(sent.wireTransaction, config).send({ abortSignal }),
            );
        } catch (error) {
            if (!REFUSALS.some(code => isSolanaError(error, code))) return undefined;
            const failure = getProgramFailure(error, failureConfig);
            const isRefusal = failure?.kind !== 'transaction' || !NO_REFUSALS.includes(failure.name);
            return isRefusal ? { error, failure } : undefined;
        }
        return undefined;
    }

    /** Those who ask at the same time share one request. */
    async #getBlockhash(): Promise<RpcBlockhash> {
        const now = this.config.timers.now();
        if (this.#blockhash === undefined || now - this.#blockhashAt > MAX_BLOCKHASH_AGE_MS) {
            this.#blockhashAt = now;
            const { commitment, isWanted } = this.config;
            const read = async (abortSignal: AbortSignal) =>
                toRpcBlockhash(await this.rpc.getLatestBlockhash({ commitment }).send({ abortSignal }));
            this.#blockhash = this.calls.ask('getLatestBlockhash', read, isWanted);
        }
        const blockhash = this.#blockhash;
        try {
            return await blockhash;
        } catch (error) {
            if (this.#blockhash === blockhash) this.forgetBlockhash();
            if (isPaymentChannelsError(error, 'RPC_UNAVAILABLE')) throw error;
            // Whatever it is, no signer is to blame for it.
            throw new PaymentChannelsError(
                'RPC_UNAVAILABLE',
                { failingMs: 0, method: 'getLatestBlockhash' },
                { cause: error },
            );
        }
    }
}
