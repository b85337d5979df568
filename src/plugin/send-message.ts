import {
    assertIsTransactionWithinSizeLimit,
    estimateAndSetResourceLimitsFactory,
    estimateResourceLimitsFactory,
    getBase64EncodedWireTransaction,
    getSignatureFromTransaction,
    getSolanaErrorFromTransactionError,
    getTransactionMessageComputeUnitLimit,
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED,
    SolanaError,
    type Commitment,
    type GetEpochInfoApi,
    type GetLatestBlockhashApi,
    type GetSignatureStatusesApi,
    type IsBlockhashValidApi,
    type Rpc,
    type SendTransactionApi,
    type SimulateTransactionApi,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
    type TransactionPlanResultContextWithSignature,
} from '@solana/kit';

import { setComputeBudget } from '../runtime/compute-budget';
import { isPaymentChannelsError } from '../core/errors';
import { toRpcRecord } from '../runtime/rpc-answer';
import type { RpcBlockhash } from '../sending/block-height';
import { fetchLatestBlockhash } from '../sending/blockhash';
import { getPriorityFeeLamports } from '../runtime/fees';
import { MAX_COMPUTE_UNITS } from '../runtime/limits';
import { RpcCalls, SYSTEM_TIMERS } from '../sending/rpc-calls';
import { TransactionSender, type SendOutcome } from '../sending/transaction-sender';
import { toOutcomeUnknownError, type SignedTransaction } from '../sending/transaction-watcher';
import { sleep, within } from '../core/within';

/** The RPC methods that sending needs. */
export type SendingApi = GetEpochInfoApi &
    GetLatestBlockhashApi &
    GetSignatureStatusesApi &
    IsBlockhashValidApi &
    SendTransactionApi &
    SimulateTransactionApi;

/** How one transaction is sent. */
export type SendingConfig = Readonly<{
    /** Price in micro-lamports per compute unit; 0 for none. */
    computeUnitPrice: bigint;
    /** Percentage added to a simulated limit, 10 by default: accounts change until a transaction lands. */
    computeUnitMarginPercent?: number | undefined;
    /** Commitment that a transaction has to reach before a send is done, `confirmed` by default. */
    commitment?: Commitment | undefined;
    /** Milliseconds between two looks at the status of a transaction, 500 by default. */
    pollIntervalMs?: number | undefined;
    /** Milliseconds after which a transaction that nobody has seen yet is sent again, 2,000 by default. */
    resendIntervalMs?: number | undefined;
    /** Milliseconds that a request may take, 15,000 by default. */
    requestTimeoutMs?: number | undefined;
    /** Milliseconds that the signers may take, 60,000 by default: by then the blockhash is about to be too old. */
    signTimeoutMs?: number | undefined;
    /**
     * Milliseconds after which a transaction that was sent is no longer followed, and its outcome is unknown; 120,000 by
     * default. It is for nodes that can't be reached or stand still: a transaction lands or expires within 90 seconds.
     */
    followTimeoutMs?: number | undefined;
}>;

type Message = TransactionMessage & TransactionMessageWithFeePayer;
type Context = {
    -readonly [K in keyof TransactionPlanResultContextWithSignature]?: TransactionPlanResultContextWithSignature[K];
};

/**
 * Patience before anything is sent. The caller can simply retry after an error, so this only covers brief
 * interruptions.
 */
const PATIENCE_BEFORE_SENDING_MS = 5_000;

/**
 * Completes, signs, sends and confirms one transaction message. What is known of it is written to the context as soon as
 * it is known, so that a failure says which transaction it was.
 *
 * @throws `TRANSACTION_OUTCOME_UNKNOWN` when it was sent, and nobody could tell what has become of it, or nobody waited
 * for it. Everything else that is thrown means that it has not landed, or has landed as failed.
 */
export async function sendMessage(
    rpc: Rpc<SendingApi>,
    message: Message,
    config: SendingConfig,
    context: Context,
    abortSignal: AbortSignal | undefined,
): Promise<TransactionPlanResultContextWithSignature> {
    const { commitment = 'confirmed', signTimeoutMs = 60_000 } = config;
    const calls = createCalls(config, PATIENCE_BEFORE_SENDING_MS, abortSignal);
    const blockhash = await calls.ask('getLatestBlockhash', signal => fetchLatestBlockhash(rpc, commitment, signal));
    const limited = setTransactionMessageLifetimeUsingBlockhash(blockhash.lifetime, message) as Message;
    const complete = await completeMessage(createEstimatingRpc(rpc, calls), limited, config);
    context.message = complete;
    const transaction = await within(
        'the signers',
        signTimeoutMs,
        signal => signTransactionMessageWithSigners(complete as never, { abortSignal: signal }),
        abortSignal,
    );
    assertIsTransactionWithinSizeLimit(transaction);
    context.transaction = transaction;
    const signature = getSignatureFromTransaction(transaction);
    context.signature = signature;
    const { lastValidBlockHeight } = blockhash.lifetime;
    const wireTransaction = getBase64EncodedWireTransaction(transaction);
    const signed = { lastValidBlockHeight, signature, wireTransaction };
    assertHasLanded(signed, await sendSigned(rpc, signed, blockhash, { ...config, commitment }, abortSignal));
    return { ...context, message: complete, signature, transaction };
}

function createCalls(
    { requestTimeoutMs = 15_000 }: SendingConfig,
    patienceMs: number,
    abortSignal: AbortSignal | undefined,
): RpcCalls {
    const timers = {
        ...SYSTEM_TIMERS,
        // Stops waiting once the caller no longer does.
        sleep: (milliseconds: number) => sleep(milliseconds, abortSignal),
    };
    return new RpcCalls({ abortSignal, patienceMs, requestTimeoutMs, timers });
}

/** Sets the limits that the message leaves open to what a simulation uses, and the fee that depends on them. */
async function completeMessage(
    rpc: Rpc<SimulateTransactionApi>,
    message: Message,
    { commitment, computeUnitMarginPercent = 10, computeUnitPrice }: SendingConfig,
): Promise<Message> {
    const estimate = estimateResourceLimitsFactory({ rpc });
    const estimateAndSet = estimateAndSetResourceLimitsFactory(async (m, estimateConfig) => {
        const limits = await estimate(m, estimateConfig);
        const withMargin = Math.ceil((limits.computeUnitLimit * (100 + computeUnitMarginPercent)) / 100);
        return { ...limits, computeUnitLimit: Math.min(MAX_COMPUTE_UNITS, withMargin) };
    });
    const limited = await estimateAndSet(message, commitment ? { commitment } : {});
    // Version 1 names the fee itself where the others name a price for each unit of the limit.
    if (limited.version !== 1 || computeUnitPrice === 0n) return limited;
    const limit = getTransactionMessageComputeUnitLimit(limited) ?? MAX_COMPUTE_UNITS;
    const fee = getPriorityFeeLamports(limit, computeUnitPrice);
    return setComputeBudget(limited, { priorityFeeLamports: fee });
}

/** Replaces kit's own simulation, which asks once, without a time limit, and would wrap the reason of an abort. */
function createEstimatingRpc(rpc: Rpc<SimulateTransactionApi>, calls: RpcCalls): Rpc<SimulateTransactionApi> {
    const simulateTransaction = (...input: Parameters<Rpc<SimulateTransactionApi>['simulateTransaction']>) => {
        const ask = async (abortSignal: AbortSignal) => {
            const answer: unknown = await rpc.simulateTransaction(...input).send({ abortSignal });
            toRpcRecord('answer.value', toRpcRecord('answer', answer)['value']);
            return answer;
        };
        return { send: () => calls.ask('simulateTransaction', ask) };
    };
    return { simulateTransaction } as unknown as Rpc<SimulateTransactionApi>;
}

async function sendSigned(
    rpc: Rpc<SendingApi>,
    signed: SignedTransaction,
    { slot }: RpcBlockhash,
    config: SendingConfig & { commitment: Commitment },
    abortSignal: AbortSignal | undefined,
): Promise<SendOutcome> {
    const { commitment, followTimeoutMs = 120_000, pollIntervalMs = 500, resendIntervalMs = 2_000 } = config;
    abortSignal?.throwIfAborted();
    try {
        // From here on an abort is no failure: the transaction is on its way.
        return await within(
            'the cluster',
            Infinity,
            async signal => {
                const sender = new TransactionSender(rpc, createCalls(config, followTimeoutMs, signal), {
                    commitment,
                    followTimeoutMs,
                    looksAtOnce: true,
                    minContextSlot: slot,
                    patienceMs: followTimeoutMs,
                    pollIntervalMs,
                    resendIntervalMs,
                    timers: { ...SYSTEM_TIMERS, sleep: milliseconds => sleep(milliseconds, signal) },
                });
                return await sender.send(signed, slot, () => undefined);
            },
            abortSignal,
        );
    } catch (error) {
        return { error, kind: 'lost' };
    }
}

function assertHasLanded(signed: SignedTransaction, outcome: SendOutcome): void {
    if (outcome.kind === 'landed') return;
    if (outcome.kind === 'refused') throw outcome.error;
    if (outcome.kind === 'failed') throw getSolanaErrorFromTransactionError(outcome.err as never);
    const { lastValidBlockHeight } = signed;
    if (outcome.kind === 'expired') {
        const currentBlockHeight = outcome.blockHeight;
        throw new SolanaError(SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED, { currentBlockHeight, lastValidBlockHeight });
    }
    const { error } = outcome;
    if (isPaymentChannelsError(error, 'TRANSACTION_OUTCOME_UNKNOWN')) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw toOutcomeUnknownError(signed, reason, error);
}
