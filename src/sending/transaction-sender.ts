import type {
    GetEpochInfoApi,
    GetSignatureStatusesApi,
    IsBlockhashValidApi,
    Rpc,
    SendTransactionApi,
} from '@solana/kit';

import type { FailureReader } from '../revision/program-failure';
import type { RpcCalls } from './rpc-calls';
import { getSendRefusal, type SendRefusal } from './send-error';
import { Watcher, type SeenOutcome, type SignedTransaction, type WatcherConfig } from './transaction-watcher';

/** The RPC methods that are called. */
export type SenderApi = GetEpochInfoApi & GetSignatureStatusesApi & IsBlockhashValidApi & SendTransactionApi;

/** Outcome of sending a transaction; a refusal comes from a node that has not forwarded it. */
export type SendOutcome = SeenOutcome | (SendRefusal & Readonly<{ kind: 'refused' }>);

/**
 * Sends signed transactions and follows each to its end.
 *
 * What nobody has seen is no failure: an answer that gets lost, a node that can't be reached, lags behind or contradicts
 * itself is asked again, and the transaction is sent again. It has failed when a node has refused to forward it, when the
 * chain has it as failed, or when it can't land any more; otherwise its end is unknown.
 */
export class TransactionSender {
    readonly #watcher: Watcher;

    constructor(
        private readonly rpc: Rpc<SenderApi>,
        private readonly calls: RpcCalls,
        private readonly config: WatcherConfig &
            Readonly<{
                /** Slot that a node has to have come to before it judges a transaction, beside what was seen here. */
                minContextSlot?: bigint | undefined;
                /** Whether to look for a transaction right after it was sent. */
                looksAtOnce?: boolean | undefined;
            }>,
    ) {
        const resend = (sent: SignedTransaction) => this.#trySend(sent, () => undefined);
        this.#watcher = new Watcher(rpc, calls, config, resend);
    }

    /** The highest slot that anything was seen to happen in: an answer from before it is out of date. */
    get lastSlot(): bigint {
        return this.#watcher.lastSlot;
    }

    /**
     * Sends a transaction for the first time, and follows it.
     *
     * @param sinceSlot Slot at which its blockhash was given out.
     * @param readFailure Says what a failure of it is.
     */
    async send(sent: SignedTransaction, sinceSlot: bigint, readFailure: FailureReader): Promise<SendOutcome> {
        const { signature } = sent;
        const seen = this.#watcher.watch(sent, sinceSlot);
        const refusal = await this.#trySend(sent, readFailure);
        // Somebody may have sent it already: another process, or a proxy that has asked two nodes.
        const isRefused = refusal !== undefined && !(await this.#watcher.isKnown(signature));
        if (isRefused && this.#watcher.forget(signature)) return { ...refusal, kind: 'refused' };
        this.#watcher.markSent(signature);
        if (this.config.looksAtOnce === true) await this.#watcher.lookAt(signature);
        return await seen;
    }

    /** Follows a transaction that somebody else sent, or was about to. */
    async resume(sent: SignedTransaction): Promise<SeenOutcome> {
        return await this.#watcher.resume(sent);
    }

    /** Nodes simulate it first: one that would fail by now is better not on chain, where it takes its fee. */
    async #trySend(
        { wireTransaction }: SignedTransaction,
        readFailure: FailureReader,
    ): Promise<SendRefusal | undefined> {
        const { commitment: preflightCommitment, minContextSlot: given = 0n } = this.config;
        const minContextSlot = this.lastSlot > given ? this.lastSlot : given;
        const config = {
            encoding: 'base64',
            maxRetries: 0n,
            preflightCommitment,
            // A node that has not seen yet what it depends on would refuse it for good.
            ...(minContextSlot > 0n ? { minContextSlot } : {}),
        } as const;
        try {
            await this.calls.once(abortSignal =>
                this.rpc.sendTransaction(wireTransaction, config).send({ abortSignal }),
            );
            return undefined;
        } catch (error) {
            return getSendRefusal(error, readFailure);
        }
    }
}
