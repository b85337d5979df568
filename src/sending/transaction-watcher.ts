import type {
    Base64EncodedWireTransaction,
    Blockhash,
    Commitment,
    GetEpochInfoApi,
    GetSignatureStatusesApi,
    IsBlockhashValidApi,
    Rpc,
    Signature,
} from '@solana/kit';

import { RPC_UNAVAILABLE, TRANSACTION_OUTCOME_UNKNOWN } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { Expiry, isAnswerAbout, toRpcBlockHeight, type ChainPosition } from './block-height';
import { getBlockhash, isBlockhashGoodAt } from './blockhash';
import type { RpcCalls, Timers } from './rpc-calls';
import { fetchStatuses, isFinalEnough, MAX_SIGNATURES } from './transaction-statuses';

/** A signed transaction, and how long it can land. */
export type SignedTransaction = Readonly<{
    signature: Signature;
    wireTransaction: Base64EncodedWireTransaction;
    /** Block height after which its blockhash is no longer good. */
    lastValidBlockHeight: bigint;
}>;

/** The observed status of a transaction. */
export type SeenOutcome =
    | Readonly<{ kind: 'landed'; slot: bigint }>
    | Readonly<{ kind: 'failed'; slot: bigint; err: unknown }>
    /** No status of it is known at the slot, and from there on it can't land. */
    | Readonly<{ kind: 'expired'; slot: bigint; blockHeight: bigint }>
    /** It can't be followed any longer. */
    | Readonly<{ kind: 'lost'; error: unknown }>;

type Entry = {
    readonly sent: SignedTransaction;
    readonly expiry: Expiry;
    /** Whether somebody else sent it, or was about to: it may have landed long ago. */
    readonly isResumed: boolean;
    readonly settle: (outcome: SeenOutcome) => void;
    readonly watchedSince: number;
    /** When it was sent last; `undefined` while the answer to its first sending is awaited. */
    sentAt: number | undefined;
};

/** The RPC methods that are called. */
export type WatcherApi = GetEpochInfoApi & GetSignatureStatusesApi & IsBlockhashValidApi;

/** How transactions are followed. */
export type WatcherConfig = Readonly<{
    /** How final a transaction has to be. */
    commitment: Commitment;
    /** Milliseconds between two looks. */
    pollIntervalMs: number;
    /** Milliseconds after which what nobody has seen is sent again. */
    resendIntervalMs: number;
    /** Milliseconds after which a transaction is no longer followed, whatever the nodes say. */
    followTimeoutMs: number;
    /** Milliseconds without a new block after which nothing is followed any longer. */
    patienceMs: number;
    timers: Timers;
}>;

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
        private readonly config: WatcherConfig,
        /** Sends a transaction again; its answer is of no interest. */
        private readonly resend: (sent: SignedTransaction) => Promise<unknown>,
    ) {}

    /**
     * Follows a transaction that is about to be sent: it is resent after {@link markSent} was called.
     *
     * @param sinceSlot Slot at which its blockhash was given out.
     */
    watch(sent: SignedTransaction, sinceSlot: bigint): Promise<SeenOutcome> {
        return this.#add(sent, new Expiry(sent.lastValidBlockHeight, sinceSlot), false);
    }

    /** Follows a transaction that somebody else sent, or was about to: it is looked for before it is sent again. */
    resume(sent: SignedTransaction): Promise<SeenOutcome> {
        return this.#add(sent, new Expiry(sent.lastValidBlockHeight), true);
    }

    #add(sent: SignedTransaction, expiry: Expiry, isResumed: boolean): Promise<SeenOutcome> {
        return new Promise(settle => {
            const sentAt = isResumed ? -Infinity : undefined;
            const watchedSince = this.config.timers.now();
            this.#entries.set(sent.signature, { expiry, isResumed, sent, sentAt, settle, watchedSince });
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

    /** Whether a node knows a transaction right now; one that does not answer is not asked again. */
    async isKnown(signature: Signature): Promise<boolean> {
        try {
            const read = (abortSignal: AbortSignal) => fetchStatuses(this.rpc, [signature], false, abortSignal);
            return (await this.calls.once(read)).statuses[0] !== undefined;
        } catch {
            return false;
        }
    }

    /** Looks at one transaction immediately, between two looks at all of them; errors are ignored. */
    async lookAt(signature: Signature): Promise<void> {
        const entry = this.#entries.get(signature);
        if (entry === undefined) return;
        const read = (abortSignal: AbortSignal) => fetchStatuses(this.rpc, [signature], false, abortSignal);
        await this.calls.once(read).then(
            ({ statuses: [status] }) => this.#settleStatus(entry, status),
            () => undefined,
        );
    }

    async #poll(): Promise<void> {
        this.#isPolling = true;
        this.#moved = undefined;
        try {
            while (this.#entries.size > 0) {
                await this.config.timers.sleep(this.config.pollIntervalMs);
                await this.#look([...this.#entries.values()]);
                this.#giveUpLate();
            }
        } catch (error) {
            for (const { sent } of this.#entries.values()) this.#settle(sent.signature, { error, kind: 'lost' });
        } finally {
            this.#isPolling = false;
        }
    }

    /** A node that stands still, or that always says the same, must not hold anybody up for ever. */
    #giveUpLate(): void {
        const { followTimeoutMs, timers } = this.config;
        for (const { sent, watchedSince } of this.#entries.values()) {
            const waitedMs = timers.now() - watchedSince;
            if (waitedMs < followTimeoutMs) continue;
            const seconds = Math.round(waitedMs / 1_000);
            const reason = `for ${seconds} s no node has shown it, or that it can't land any more`;
            this.#settle(sent.signature, { error: toOutcomeUnknownError(sent, reason), kind: 'lost' });
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

        const readPosition = async (abortSignal: AbortSignal) => {
            const { commitment } = this.config;
            return toRpcBlockHeight(await this.rpc.getEpochInfo({ commitment }).send({ abortSignal }));
        };
        // Without an answer the transactions are looked for all the same.
        const position = await this.calls.tryOnce('getEpochInfo', readPosition);
        const overdue = position === undefined ? [] : this.#selectOverdue(unseen, position);
        for (const chunk of toChunks(overdue)) await this.#settleExpired(chunk, position!);
        const isOverdue = new Set(overdue);
        await this.#resend(unseen.filter(entry => !isOverdue.has(entry)));
    }

    #selectOverdue(entries: readonly Entry[], position: ChainPosition): readonly Entry[] {
        const now = this.config.timers.now();
        this.#checkIsMoving(position, now);
        return entries.filter(({ expiry }) => expiry.isOver(position, now));
    }

    async #settleExpired(entries: readonly Entry[], position: ChainPosition): Promise<void> {
        const { slot, unknown } = await this.#readStatuses(entries, true);
        if (!isAnswerAbout(position, slot)) return;
        for (const { sent } of await this.#selectWithDeadBlockhash(unknown, position)) {
            this.#settle(sent.signature, { ...position, kind: 'expired' });
        }
    }

    /** @throws `RPC_UNAVAILABLE` when the chain stands still, for nothing that is under way has an end then. */
    #checkIsMoving({ blockHeight }: ChainPosition, now: number): void {
        if (blockHeight !== this.#moved?.blockHeight) this.#moved = { at: now, blockHeight };
        const failingMs = now - this.#moved.at;
        if (failingMs <= this.config.patienceMs) return;
        const cause = new Error(`its block height has been ${blockHeight} all the time`);
        throw new PaymentChannelsError(RPC_UNAVAILABLE, { failingMs, method: 'getEpochInfo' }, { cause });
    }

    /** Heights may be mixed up, in what was recorded as well: where a node can say of a blockhash itself, it is asked. */
    async #selectWithDeadBlockhash(entries: readonly Entry[], { slot }: ChainPosition): Promise<readonly Entry[]> {
        const { commitment } = this.config;
        const isGood = new Map<Blockhash, boolean>();
        const dead: Entry[] = [];
        for (const entry of entries) {
            const blockhash = getBlockhash(entry.sent.wireTransaction);
            if (blockhash !== undefined && !isGood.has(blockhash)) {
                const ask = (signal: AbortSignal) =>
                    isBlockhashGoodAt(this.rpc, blockhash, { commitment, slot }, signal);
                // Without an answer there is another look.
                isGood.set(blockhash, (await this.calls.once(ask).catch(() => true)) === true);
            }
            if (blockhash === undefined || isGood.get(blockhash) === false) dead.push(entry);
        }
        return dead;
    }

    /** Settles what is final enough, and returns the others; among them those that the node knows nothing of. */
    async #readStatuses(
        entries: readonly Entry[],
        searchesHistory: boolean,
    ): Promise<Readonly<{ unseen: Entry[]; unknown: Entry[]; slot: bigint }>> {
        const signatures = entries.map(({ sent }) => sent.signature);
        const read = (abortSignal: AbortSignal) => fetchStatuses(this.rpc, signatures, searchesHistory, abortSignal);
        const { slot, statuses } = await this.calls.ask('getSignatureStatuses', read, this.#isWanted);
        const unseen = entries.filter((entry, index) => !this.#settleStatus(entry, statuses[index]));
        const unknown = entries.filter((_, index) => statuses[index] === undefined);
        return { slot, unknown, unseen };
    }

    /** @returns Whether it is final enough. */
    #settleStatus({ sent }: Entry, status: Awaited<ReturnType<typeof fetchStatuses>>['statuses'][number]): boolean {
        if (status === undefined || !isFinalEnough(status, this.config.commitment)) return false;
        const { err, slot } = status;
        this.#settle(sent.signature, err === null ? { kind: 'landed', slot } : { err, kind: 'failed', slot });
        return true;
    }

    async #resend(entries: readonly Entry[]): Promise<void> {
        const { resendIntervalMs, timers } = this.config;
        const now = timers.now();
        const due = entries.filter(({ sentAt }) => sentAt !== undefined && now - sentAt >= resendIntervalMs);
        await Promise.all(
            due.map(async entry => {
                entry.sentAt = now;
                // A node's answer to a transaction that it knows already is ignored; its status counts.
                await this.resend(entry.sent);
            }),
        );
    }

    #settle(signature: Signature, outcome: SeenOutcome): void {
        const entry = this.#entries.get(signature);
        if (entry === undefined) return;
        this.#entries.delete(signature);
        // To a slot that there can't be yet no node would ever have come.
        if (outcome.kind !== 'lost' && outcome.slot > this.lastSlot && entry.expiry.isWithinReach(outcome.slot)) {
            this.lastSlot = outcome.slot;
        }
        entry.settle(outcome);
    }
}

/** Result for a transaction that was sent and could not be followed to its end. */
export function toOutcomeUnknownError(
    { lastValidBlockHeight, signature, wireTransaction }: SignedTransaction,
    reason: string,
    cause?: unknown,
): PaymentChannelsError<'TRANSACTION_OUTCOME_UNKNOWN'> {
    const context = { lastValidBlockHeight, reason, signature, wireTransaction };
    return new PaymentChannelsError(TRANSACTION_OUTCOME_UNKNOWN, context, { cause });
}

function toChunks(entries: readonly Entry[]): readonly (readonly Entry[])[] {
    return Array.from({ length: Math.ceil(entries.length / MAX_SIGNATURES) }, (_, index) =>
        entries.slice(index * MAX_SIGNATURES, (index + 1) * MAX_SIGNATURES),
    );
}
