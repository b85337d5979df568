import type { Address } from '@solana/kit';

import type { ChannelTask } from './channel-task';
import type { BatchCounts, BatchProgress, BatchStop, BatchTransactionResult } from './report';

/** A step of an execution, without where the execution then is. */
export type ProgressStep = BatchProgress extends infer T ? (T extends unknown ? Omit<T, 'counts'> : never) : never;

/** What has happened so far in an execution, and tells who listens. */
export class ExecutionLog {
    readonly transactions: BatchTransactionResult[] = [];
    readonly #givenUp = new Set<Address>();
    #feeLamports = 0n;
    #stopped: BatchStop | undefined;

    constructor(
        private readonly tasks: ReadonlyMap<Address, ChannelTask>,
        private readonly getTransactionsUnderWay: () => number,
        private readonly onProgress: ((progress: BatchProgress) => void) | undefined,
    ) {}

    /** Why nothing more is started; `undefined` while all is well. */
    get stopped(): BatchStop | undefined {
        return this.#stopped;
    }

    get feeLamports(): bigint {
        return this.#feeLamports;
    }

    /** The first reason counts: it may be what the others follow from. */
    stop(reason: BatchStop['reason'], error: unknown): void {
        if (this.#stopped !== undefined) return;
        this.#stopped = Object.freeze({ error, reason });
        this.report({ kind: 'stopping', stop: this.#stopped });
    }

    addTransaction(transaction: BatchTransactionResult): void {
        this.transactions.push(transaction);
        this.#feeLamports += transaction.feeLamports;
        this.report({ kind: 'settled', transaction });
    }

    /** Says once of a channel that nothing more is done with it, unless all is done. */
    reportGivenUp(task: ChannelTask): void {
        if (task.status === undefined || task.status === 'done' || this.#givenUp.has(task.channel)) return;
        this.#givenUp.add(task.channel);
        this.report({ channel: task.getResult(), kind: 'given up' });
    }

    report(step: ProgressStep): void {
        if (this.onProgress === undefined) return;
        try {
            this.onProgress(Object.freeze({ ...step, counts: this.#getCounts() }) as BatchProgress);
        } catch (error) {
            this.#stopped ??= Object.freeze({ error, reason: 'aborted' });
        }
    }

    #getCounts(): BatchCounts {
        const counts = { done: 0, notDone: 0, underWay: 0, waiting: 0 };
        for (const { status, underWay } of this.tasks.values()) {
            if (status === 'done') counts.done++;
            else if (status !== undefined) counts.notDone++;
            else if (underWay > 0) counts.underWay++;
            else counts.waiting++;
        }
        return Object.freeze({
            ...counts,
            channels: this.tasks.size,
            feeLamports: this.feeLamports,
            transactionsUnderWay: this.getTransactionsUnderWay(),
        });
    }
}
