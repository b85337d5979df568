import {
    isSolanaError,
    SOLANA_ERROR__JSON_RPC__INTERNAL_ERROR,
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    type SolanaErrorCode,
} from '@solana/kit';

import { RPC_UNAVAILABLE } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { sleep, within } from '../core/within';

/** The time, and how to let it pass. */
export type Timers = Readonly<{
    /** Milliseconds since some moment. */
    now: () => number;
    sleep: (milliseconds: number) => Promise<void>;
}>;

export const SYSTEM_TIMERS: Timers = /* @__PURE__ */ Object.freeze({
    now: () => Date.now(),
    sleep: (milliseconds: number) => sleep(milliseconds),
});

/** A question that was not answered and is asked again. */
export type RpcRetry = Readonly<{
    method: string;
    /** Why there was no answer, the last time. */
    error: unknown;
    /** Time without an answer. */
    failingMs: number;
}>;

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 4_000;
/** Codes with which a node would answer the same request again. */
const LASTING_ERRORS: readonly SolanaErrorCode[] = [
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
];

/** Asks an RPC that fails now and then: each request is bounded, and a question is asked again until it is answered. */
export class RpcCalls {
    /** When the first of the failures happened that no answer has followed; `undefined` while it works. */
    #failingSince: number | undefined;
    /** The same for single questions of those who come back to them. */
    readonly #unansweredSince = new Map<string, number>();

    constructor(
        private readonly config: Readonly<{
            timers: Timers;
            requestTimeoutMs: number;
            /** For how long a request is repeated. */
            patienceMs: number;
            /** Hears of each question before it is asked again. */
            onRetry?: ((retry: RpcRetry) => void) | undefined;
            /** Aborts every request. */
            abortSignal?: AbortSignal | undefined;
        }>,
    ) {}

    /**
     * Asks until there is an answer.
     *
     * @param isWanted Whether another request is still useful; a working RPC gets one in any case.
     * @throws `RPC_UNAVAILABLE` when the RPC has answered nothing at all, or has refused this question, for longer than
     * the patience lasts. What would fail in the same way again comes through as it is, and so does the reason of an abort.
     */
    async ask<T>(
        method: string,
        request: (abortSignal: AbortSignal) => Promise<T>,
        isWanted: () => boolean = () => true,
    ): Promise<T> {
        const { abortSignal, onRetry, patienceMs, timers } = this.config;
        const askedAt = timers.now();
        for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
            try {
                return await this.once(request);
            } catch (cause) {
                abortSignal?.throwIfAborted();
                if (LASTING_ERRORS.some(code => isSolanaError(cause, code))) throw cause;
                // A node that lags behind for good, or does not serve the question, refuses it again and again.
                const failingMs = timers.now() - Math.min(askedAt, this.#failingSince ?? askedAt);
                if (failingMs > patienceMs || !isWanted()) {
                    throw new PaymentChannelsError(RPC_UNAVAILABLE, { failingMs, method }, { cause });
                }
                onRetry?.({ error: cause, failingMs, method });
            }
            await timers.sleep(pause);
            abortSignal?.throwIfAborted();
        }
    }

    /**
     * Asks once, for whoever has something better to do than to wait, and comes back to the question.
     *
     * @returns `undefined` without an answer.
     * @throws `RPC_UNAVAILABLE` when it has not been answered for longer than the patience lasts; the reason of an abort.
     */
    async tryOnce<T>(method: string, request: (abortSignal: AbortSignal) => Promise<T>): Promise<T | undefined> {
        const { abortSignal, onRetry, patienceMs, timers } = this.config;
        try {
            const answer = await this.once(request);
            this.#unansweredSince.delete(method);
            return answer;
        } catch (cause) {
            abortSignal?.throwIfAborted();
            const since = this.#unansweredSince.get(method) ?? timers.now();
            this.#unansweredSince.set(method, since);
            const failingMs = timers.now() - since;
            if (failingMs > patienceMs) {
                this.#unansweredSince.delete(method);
                throw new PaymentChannelsError(RPC_UNAVAILABLE, { failingMs, method }, { cause });
            }
            onRetry?.({ error: cause, failingMs, method });
            return undefined;
        }
    }

    /** Sends one request with a time limit; errors pass through unchanged. */
    async once<T>(request: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
        const { abortSignal, requestTimeoutMs, timers } = this.config;
        try {
            const answer = await within('the RPC', requestTimeoutMs, request, abortSignal);
            this.#failingSince = undefined;
            return answer;
        } catch (error) {
            // A refusal is an answer.
            if (isRefusal(error)) this.#failingSince = undefined;
            else this.#failingSince ??= timers.now();
            throw error;
        }
    }
}

/** Whether a node has answered, even if with an error. */
function isRefusal(error: unknown): boolean {
    if (!isSolanaError(error)) return false;
    const { __code: code } = error.context;
    // JSON-RPC counts its codes below zero, kit its own above.
    return code < 0 && code !== SOLANA_ERROR__JSON_RPC__INTERNAL_ERROR;
}
