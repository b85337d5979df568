import {
    isSolanaError,
    SOLANA_ERROR__JSON_RPC__INTERNAL_ERROR,
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    type SolanaErrorCode,
} from '@solana/kit';

import { PaymentChannelsError } from '../../errors';
import { within } from '../../within';

/** The time, and how to let it pass. */
export type Timers = Readonly<{
    /** Milliseconds since some moment. */
    now: () => number;
    sleep: (milliseconds: number) => Promise<void>;
}>;

export const SYSTEM_TIMERS: Timers = /* @__PURE__ */ Object.freeze({
    now: () => Date.now(),
    sleep: (milliseconds: number) =>
        new Promise<void>(resolve => {
            setTimeout(resolve, milliseconds);
        }),
});

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 4_000;
/** What a node answers to a request that it would answer in the same way again. */
const LASTING_ERRORS: readonly SolanaErrorCode[] = [
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
];

/** Asks an RPC that fails now and then: each request is bounded, and a question is asked again until it is answered. */
export class RpcCalls {
    /** When the first of the failures happened that no answer has followed; `undefined` while it works. */
    #failingSince: number | undefined;

    constructor(
        private readonly timers: Timers,
        private readonly requestTimeoutMs: number,
        private readonly patienceMs: number,
    ) {}

    /**
     * Asks until there is an answer.
     *
     * @param isWanted Whether it is worth while to ask again; an RPC that works is asked once in any case.
     * @throws `RPC_UNAVAILABLE` when the RPC has answered nothing at all, or has refused this question, for longer than
     * the patience lasts. What would fail in the same way again comes through as it is.
     */
    async ask<T>(
        method: string,
        request: (abortSignal: AbortSignal) => Promise<T>,
        isWanted: () => boolean = () => true,
    ): Promise<T> {
        const askedAt = this.timers.now();
        for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
            try {
                return await this.once(request);
            } catch (cause) {
                if (LASTING_ERRORS.some(code => isSolanaError(cause, code))) throw cause;
                // A node that lags behind for good, or does not serve the question, refuses it again and again.
                const failingMs = this.timers.now() - Math.min(askedAt, this.#failingSince ?? askedAt);
                if (failingMs > this.patienceMs || !isWanted()) {
                    throw new PaymentChannelsError('RPC_UNAVAILABLE', { failingMs, method }, { cause });
                }
            }
            await this.timers.sleep(pause);
        }
    }

    /** Asks once, for so long; whatever goes wrong comes through as it is. */
    async once<T>(request: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
        try {
            const answer = await within('the RPC', this.requestTimeoutMs, request);
            this.#failingSince = undefined;
            return answer;
        } catch (error) {
            // What a node refuses, it answers.
            if (isRefusal(error)) this.#failingSince = undefined;
            else this.#failingSince ??= this.timers.now();
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
