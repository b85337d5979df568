import {
    isSolanaError,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE,
    type Base64EncodedWireTransaction,
    type Commitment,
    type GetEpochInfoApi,
    type GetSignatureStatusesApi,
    type Rpc,
    type SendTransactionApi,
    type Signature,
} from '@solana/kit';

import { Expiry, toRpcBlockHeight } from '../../block-height';
import { PaymentChannelsError } from '../../errors';
import { isRpcRecord, refuseRpcAnswer, toContextSlot, toRpcList, toRpcRecord, toRpcSlot } from '../../rpc-answer';
import type { SentTransaction } from './journal';
import type { RpcCalls, Timers } from './rpc-calls';

/** What was seen of a transaction. */
export type SeenOutcome =
    | Readonly<{ kind: 'landed'; slot: bigint }>
    | Readonly<{ kind: 'failed'; slot: bigint; err: unknown }>
    /** No status of it is known at the slot, and from there on it can't land. */
    | Readonly<{ kind: 'expired'; slot: bigint }>
    /** It can't be followed any longer. */
    | Readonly<{ kind: 'lost'; error: unknown }>;

type Entry = {
    readonly sent: SentTransaction;
    readonly expiry: Expiry;
    readonly watchedSince: number;
    /** Whether somebody else sent it, or was about to: it may have landed long ago. */
    readonly isResumed: boolean;
    readonly settle: (outcome: SeenOutcome) => void;
    /** When it was sent last; `undefined` while the answer to its first sending is awaited. */
    sentAt: number | undefined;
};

type Status = Readonly<{ err: unknown; slot: bigint; isFinalEnough: boolean }>;

/** What the RPC is asked for. */
export type WatcherApi = GetEpochInfoApi & GetSignatureStatusesApi & SendTransactionApi;

const COMMITMENTS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];
/** The most signatures that getSignatureStatuses takes. */
const MAX_SIGNATURES = 256;

/**
 * Follows transactions until each has landed, failed or can't land any more, and sends again what nodes have dropped,
 * which is the same transaction and lands once only. All of them share the requests.
 */
export class Watcher {
    readonly #entries = new Map<Signature, Entry>();
    #isPolling = false;
    /** The last block height that was another one than before. */
    #moved: Readonly<{ at: number; blockHeight: bigint }> | undefined;
    /** The highest slot that anything was seen to happen in: an answer from before it is out of date. */
    lastSlot = 0n;

    constructor(
        private readonly rpc: Rpc<WatcherApi>,
        private readonly calls: RpcCalls,
        private readonly config: Readonly<{
            commitment: Commitment;
            /** Milliseconds after which a transaction is given up that is neither known nor proved to be lost. */
            followTimeoutMs: number;
            patienceMs: number;
            pollIntervalMs: number;
            resendIntervalMs: number;
            timers: Timers;
        }>,
    ) {}

    /** @param isResumed Whether it was sent by somebody else: it is looked for before it is sent again. */
    watch(sent: SentTransaction, isResumed: boolean): Promise<SeenOutcome> {
        return new Promise(settle => {
            const sentAt = isResumed ? -Infinity : undefined;
            this.#entries.set(sent.signature, {
                expiry: new Expiry(sent.lastValidBlockHeight),
                isResumed,
                sent,
                sentAt,
                settle,
                watchedSince: this.config.timers.now(),
            });
            if (!this.#isPolling) void this.#poll();
        });
    }

    /** From now on it is sent again: sooner, another node might take what the first one is about to refuse. */
    markSent(signature: Signature): void {
        const entry = this.#entries.get(signature);
        if (entry !== undefined) entry.sentAt = this.config.timers.now();
    }

    /**
     * Stops following a transaction that a node has refused.
     *
     * @returns Whether nothing was seen of it; otherwise it is on chain, by whoever's hand.
     */
    forget(signature: Signature): boolean {
        return this.#entries.delete(signature);
    }

    async #poll(): Promise<void> {
        this.#isPolling = true;
        this.#moved = undefined;
        try {
            while (this.#entries.size > 0) {
                await this.config.timers.sleep(this.config.pollIntervalMs);
                await this.#look([...this.#entries.values()]);
            }
        } catch (error) {
            for (const { sent, settle } of this.#entries.values()) {
                this.#entries.delete(sent.signature);
                settle({ error, kind: 'lost' });
            }
        } finally {
            this.#isPolling = false;
        }
    }

    readonly #isWanted = () => this.#entries.size > 0;

    async #look(entries: readonly Entry[]): Promise<void> {
        const resumed = entries.filter(({ isResumed }) => isResumed);
        const ours = entries.filter(({ isResumed }) => !isResumed);
        const unseen: Entry[] = [];
        // Nodes keep the latest statuses at hand; for older ones they have to search.
        for (const [group, searches] of [
            [ours, false],
            [resumed, true],
        ] as const) {
            for (const chunk of toChunks(group)) unseen.push(...(await this.#readStatuses(chunk, searches)).unseen);
        }
        if (unseen.length === 0) return;

        const readEpoch = async (abortSignal: AbortSignal) => {
            const { commitment } = this.config;
            return toRpcBlockHeight(await this.rpc.getEpochInfo({ commitment }).send({ abortSignal }));
        };
        const { followTimeoutMs, timers } = this.config;
        const { blockHeight, slot } = await this.calls.ask('getEpochInfo', readEpoch, this.#isWanted);
        const now = timers.now();
        this.#checkIsMoving(blockHeight, now);
        const overdue = new Set(unseen.filter(({ expiry }) => expiry.isOver(blockHeight, now)));
        for (const chunk of toChunks([...overdue])) {
            const answer = await this.#readStatuses(chunk, true);
            // A node that lags behind the one that told the height may not have seen the last blocks yet.
            if (answer.slot < slot) continue;
            for (const { sent } of answer.unknown) this.#settle(sent.signature, { kind: 'expired', slot });
        }
        await this.#resend(unseen.filter(entry => !overdue.has(entry)));
        const isTooLong = ({ watchedSince }: Entry) => timers.now() - watchedSince > followTimeoutMs;
        for (const { sent } of unseen.filter(isTooLong)) {
            const what = `the cluster as to how transaction ${sent.signature} has ended`;
            const error = new PaymentChannelsError('NO_ANSWER', { milliseconds: followTimeoutMs, what });
            this.#settle(sent.signature, { error, kind: 'lost' });
        }
    }

    /** @throws `RPC_UNAVAILABLE` when the chain stands still, for nothing that is under way has an end then. */
    #checkIsMoving(blockHeight: bigint, now: number): void {
        if (blockHeight !== this.#moved?.blockHeight) this.#moved = { at: now, blockHeight };
        const failingMs = now - this.#moved.at;
        if (failingMs <= this.config.patienceMs) return;
        const cause = new Error(`its block height has been ${blockHeight} all the time`);
        throw new PaymentChannelsError('RPC_UNAVAILABLE', { failingMs, method: 'getEpochInfo' }, { cause });
    }

    /** Settles what is final enough, and returns the others; among them those that the node knows nothing of. */
    async #readStatuses(
        entries: readonly Entry[],
        searchTransactionHistory: boolean,
    ): Promise<Readonly<{ unseen: Entry[]; unknown: Entry[]; slot: bigint }>> {
        const signatures = entries.map(({ sent }) => sent.signature);
        const readAll = async (abortSignal: AbortSignal) => {
            const read = async (searches: boolean): Promise<unknown> =>
                await this.rpc
                    .getSignatureStatuses(signatures, { searchTransactionHistory: searches })
                    .send({ abortSignal });
            const answer = await read(searchTransactionHistory).catch((error: unknown) => {
                // A node without a history knows the latest statuses; what they don't tell, the channels do.
                const code = SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE;
                if (searchTransactionHistory && isSolanaError(error, code)) return read(false);
                throw error;
            });
            const values = toRpcList('answer.value', toRpcRecord('answer', answer)['value']);
            if (values.length !== signatures.length) refuseRpcAnswer('answer.value.length', values.length);
            return {
                slot: toContextSlot('answer', answer),
                statuses: values.map((value, index) => this.#toStatus(`answer.value[${index}]`, value)),
            };
        };
        const { slot, statuses } = await this.calls.ask('getSignatureStatuses', readAll, this.#isWanted);
        const unseen: Entry[] = [];
        const unknown: Entry[] = [];
        for (const [index, entry] of entries.entries()) {
            const status = statuses[index];
            if (status === undefined) unknown.push(entry);
            if (status?.isFinalEnough) {
                const { err, slot: seenAt } = status;
                const outcome: SeenOutcome =
                    err === null ? { kind: 'landed', slot: seenAt } : { err, kind: 'failed', slot: seenAt };
                this.#settle(entry.sent.signature, outcome);
            } else {
                unseen.push(entry);
            }
        }
        return { slot, unknown, unseen };
    }

    #toStatus(field: string, value: unknown): Status | undefined {
        if (value === null) return undefined;
        const { confirmationStatus, err, slot } = toRpcRecord(field, value);
        // A status without a commitment is that of a rooted transaction.
        const reached = COMMITMENTS.indexOf((confirmationStatus ?? 'finalized') as Commitment);
        if (reached === -1) return refuseRpcAnswer(`${field}.confirmationStatus`, confirmationStatus);
        if (err !== null && typeof err !== 'string' && !isRpcRecord(err)) return refuseRpcAnswer(`${field}.err`, err);
        return {
            err,
            isFinalEnough: reached >= COMMITMENTS.indexOf(this.config.commitment),
            slot: toRpcSlot(`${field}.slot`, slot),
        };
    }

    async #resend(entries: readonly Entry[]): Promise<void> {
        const { resendIntervalMs, timers } = this.config;
        const now = timers.now();
        const due = entries.filter(({ sentAt }) => sentAt !== undefined && now - sentAt >= resendIntervalMs);
        await Promise.all(
            due.map(async entry => {
                entry.sentAt = now;
                // What a node answers to a transaction that it knows already is of no interest; its status is. One that
                // would fail by now is better not on chain, where it takes its fee.
                await this.calls
                    .once(abortSignal => this.#send(entry.sent.wireTransaction, abortSignal))
                    .catch(() => undefined);
            }),
        );
    }

    async #send(wireTransaction: Base64EncodedWireTransaction, abortSignal: AbortSignal): Promise<void> {
        const { commitment: preflightCommitment } = this.config;
        await this.rpc
            .sendTransaction(wireTransaction, { encoding: 'base64', maxRetries: 0n, preflightCommitment })
            .send({ abortSignal });
    }

    #settle(signature: Signature, outcome: SeenOutcome): void {
        const entry = this.#entries.get(signature);
        if (entry === undefined) return;
        this.#entries.delete(signature);
        if (outcome.kind !== 'lost' && outcome.slot > this.lastSlot) this.lastSlot = outcome.slot;
        entry.settle(outcome);
    }
}

function toChunks(entries: readonly Entry[]): readonly (readonly Entry[])[] {
    return Array.from({ length: Math.ceil(entries.length / MAX_SIGNATURES) }, (_, index) =>
        entries.slice(index * MAX_SIGNATURES, (index + 1) * MAX_SIGNATURES),
    );
}
