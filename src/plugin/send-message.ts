import {
    assertIsTransactionWithinSizeLimit,
    estimateAndSetResourceLimitsFactory,
    estimateResourceLimitsFactory,
    getBase64EncodedWireTransaction,
    getSignatureFromTransaction,
    getSolanaErrorFromTransactionError,
    getTransactionMessageComputeUnitLimit,
    setTransactionMessageLifetimeUsingBlockhash,
    setTransactionMessagePriorityFeeLamports,
    signTransactionMessageWithSigners,
    SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED,
    SolanaError,
    type Base64EncodedWireTransaction,
    type Commitment,
    type GetBlockHeightApi,
    type GetLatestBlockhashApi,
    type GetSignatureStatusesApi,
    type Rpc,
    type SendTransactionApi,
    type Signature,
    type SimulateTransactionApi,
    type Transaction,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
    type TransactionPlanResultContextWithSignature,
} from '@solana/kit';

/** The RPC methods that sending needs. */
export type SendingApi = GetBlockHeightApi &
    GetLatestBlockhashApi &
    GetSignatureStatusesApi &
    SendTransactionApi &
    SimulateTransactionApi;

/** How one transaction is sent. */
export type SendingConfig = Readonly<{
    /** Price in micro-lamports per compute unit; 0 for none. */
    computeUnitPrice: bigint;
    /** By how much a simulated limit is raised, in percent, 10 by default: accounts change until a transaction lands. */
    computeUnitMarginPercent?: number | undefined;
    /** How final a transaction has to be before a send is done, `confirmed` by default. */
    commitment?: Commitment | undefined;
    /** Milliseconds between two looks at the status of a transaction, 500 by default. */
    pollIntervalMs?: number | undefined;
}>;

type Message = TransactionMessage & TransactionMessageWithFeePayer;
type Context = {
    -readonly [K in keyof TransactionPlanResultContextWithSignature]?: TransactionPlanResultContextWithSignature[K];
};

const MAX_COMPUTE_UNITS = 1_400_000;
const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;
const COMMITMENTS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];

/**
 * Completes, signs, sends and confirms one transaction message. What is known of it is written to the context as soon as
 * it is known, so that a failure says which transaction it was.
 */
export async function sendMessage(
    rpc: Rpc<SendingApi>,
    message: Message,
    config: SendingConfig,
    context: Context,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
): Promise<TransactionPlanResultContextWithSignature> {
    const { commitment = 'confirmed' } = config;
    const options = abortSignal ? { abortSignal } : {};
    const { value: blockhash } = await rpc.getLatestBlockhash({ commitment }).send(options);
    const complete = await completeMessage(
        rpc,
        setTransactionMessageLifetimeUsingBlockhash(blockhash, message) as Message,
        config,
        options,
    );
    context.message = complete;
    const transaction = await signTransactionMessageWithSigners(complete as never, options);
    assertIsTransactionWithinSizeLimit(transaction);
    context.transaction = transaction;
    const signature = getSignatureFromTransaction(transaction);
    context.signature = signature;
    await sendUntilConfirmed(
        rpc,
        transaction,
        signature,
        blockhash.lastValidBlockHeight,
        { ...config, commitment },
        options,
    );
    return { ...context, message: complete, signature, transaction };
}

/** Sets the limits that the message leaves open to what a simulation uses, and the fee that depends on them. */
async function completeMessage(
    rpc: Rpc<SendingApi>,
    message: Message,
    { commitment, computeUnitMarginPercent = 10, computeUnitPrice }: SendingConfig,
    options: { abortSignal?: AbortSignal },
): Promise<Message> {
    const estimate = estimateResourceLimitsFactory({ rpc });
    const estimateAndSet = estimateAndSetResourceLimitsFactory(async (m, estimateConfig) => {
        const limits = await estimate(m, estimateConfig);
        const withMargin = Math.ceil((limits.computeUnitLimit * (100 + computeUnitMarginPercent)) / 100);
        return { ...limits, computeUnitLimit: Math.min(MAX_COMPUTE_UNITS, withMargin) };
    });
    const limited = await estimateAndSet(message, { ...options, ...(commitment ? { commitment } : {}) });
    // Version 1 names the fee itself where the others name a price for each unit of the limit.
    if (limited.version !== 1 || computeUnitPrice === 0n) return limited;
    const limit = BigInt(getTransactionMessageComputeUnitLimit(limited) ?? MAX_COMPUTE_UNITS);
    const fee = (limit * computeUnitPrice + MICRO_LAMPORTS_PER_LAMPORT - 1n) / MICRO_LAMPORTS_PER_LAMPORT;
    return setTransactionMessagePriorityFeeLamports(fee, limited as never) as Message;
}

/**
 * Sends a transaction and looks at its status until it is as final as it has to be. Nodes drop transactions: it is sent
 * again at every look, which is the same transaction and can land once only.
 */
async function sendUntilConfirmed(
    rpc: Rpc<SendingApi>,
    transaction: Transaction,
    signature: Signature,
    lastValidBlockHeight: bigint,
    config: SendingConfig & { commitment: Commitment },
    options: { abortSignal?: AbortSignal },
): Promise<void> {
    const { commitment, pollIntervalMs = 500 } = config;
    const wire = getBase64EncodedWireTransaction(transaction);
    await send(rpc, wire, { preflightCommitment: commitment, skipPreflight: false }, options);
    for (;;) {
        if (await isConfirmed(rpc, signature, commitment, options)) return;
        const currentBlockHeight = await rpc.getBlockHeight({ commitment }).send(options);
        if (currentBlockHeight > lastValidBlockHeight) {
            // It may have landed in the last block that it could land in, between the two calls above.
            if (await isConfirmed(rpc, signature, commitment, options)) return;
            throw new SolanaError(SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED, { currentBlockHeight, lastValidBlockHeight });
        }
        await sleep(pollIntervalMs, options.abortSignal);
        // What a node answers to a transaction that it knows already is of no interest; its status is.
        await send(rpc, wire, { skipPreflight: true }, options).catch(() => undefined);
    }
}

async function send(
    rpc: Rpc<SendTransactionApi>,
    wire: Base64EncodedWireTransaction,
    config: Readonly<{ preflightCommitment?: Commitment; skipPreflight: boolean }>,
    options: { abortSignal?: AbortSignal },
): Promise<void> {
    const { skipPreflight, ...rest } = config;
    const request = skipPreflight
        ? rpc.sendTransaction(wire, { encoding: 'base64', maxRetries: 0n, skipPreflight: true })
        : rpc.sendTransaction(wire, { encoding: 'base64', maxRetries: 0n, ...rest });
    await request.send(options);
}

async function isConfirmed(
    rpc: Rpc<GetSignatureStatusesApi>,
    signature: Signature,
    commitment: Commitment,
    options: { abortSignal?: AbortSignal },
): Promise<boolean> {
    const {
        value: [status],
    } = await rpc.getSignatureStatuses([signature]).send(options);
    if (!status) return false;
    if (status.err) throw getSolanaErrorFromTransactionError(status.err);
    // A status without a commitment is that of a rooted transaction.
    const reached = status.confirmationStatus ?? 'finalized';
    return COMMITMENTS.indexOf(reached) >= COMMITMENTS.indexOf(commitment);
}

function sleep(milliseconds: number, abortSignal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
        abortSignal?.throwIfAborted();
        const onAbort = () => {
            clearTimeout(timer);
            reject(abortSignal?.reason as Error);
        };
        const timer = setTimeout(() => {
            abortSignal?.removeEventListener('abort', onAbort);
            resolve();
        }, milliseconds);
        abortSignal?.addEventListener('abort', onAbort, { once: true });
    });
}
