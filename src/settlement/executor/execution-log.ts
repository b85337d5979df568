import type { Address } from '@solana/kit';

import { toResult } from '../../core/json-form';
import type { ChannelTask, Tally } from './channel-task';
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
        private readonly channels: number,
        private readonly tally: Tally,
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
        this.#stopped = toResult({ error, reason });
        this.report({ kind: 'stopping', stop: this.#stopped });
    }

    addTransaction(transaction: BatchTransactionResult): void {
        this.transactions.push(transaction);
        this.#feeLamports += transaction.feeLamports;
        this.report({ kind: 'concluded', transaction });
    }

    /** Says once of a channel that nothing more is done with it, unless all is done. */
    reportGivenUp(task: ChannelTask): void {
        if (task.status === undefined || task.status === 'done' || this.#givenUp.has(task.channel)) return;
        this.#givenUp.add(task.channel);
        this.report({ channel: task.getResult(), kind: 'abandoned' });
    }

    report(step: ProgressStep): void {
        if (this.onProgress === undefined) return;
        const fail = (error: unknown) => {
            this.#stopped ??= toResult({ error, reason: 'aborted' });
        };
        try {
            const answer: unknown = this.onProgress(toResult({ ...step, counts: this.#getCounts() }) as BatchProgress);
            // A listener may well be an async function; its promise is nobody else's.
            Promise.resolve(answer).catch(fail);
        } catch (error) {
            fail(error);
        }
    }

    #getCounts(): BatchCounts {
        return toResult({
            ...this.tally,
            channels: this.channels,
            feeLamports: this.feeLamports,
            transactionsUnderWay: this.getTransactionsUnderWay(),
        });
    }
}
