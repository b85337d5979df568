import type { Address, Signature, Transaction } from '@solana/kit';
import type { FailedTransactionMetadata, TransactionMetadata } from 'litesvm';

import { toResult, withJson } from '../core/json-form';
import type { RevisionName } from '../revision/revision-types';
import type { TransactionResult } from './result';
import type { TokenBalance } from './token-balances';

/** A transaction that a simulator has executed, whether it succeeded or failed, with all that is known of it. */
export type ExecutedTransaction = Readonly<{
    transaction: Transaction;
    result: TransactionResult<RevisionName>;
    /** LiteSVM's answer. */
    outcome: FailedTransactionMetadata | TransactionMetadata;
    /** Its accounts, in the order in which its instructions name them. */
    addresses: readonly Address[];
    /** Lamports of those accounts before and after it. */
    balances: Readonly<{ before: readonly bigint[]; after: readonly bigint[] }>;
    /**
     * Its token accounts before and after it; `undefined` for a transaction that was executed before the simulator had an
     * RPC, which is who tells them.
     */
    tokenBalances?: Readonly<{ before: readonly TokenBalance[]; after: readonly TokenBalance[] }> | undefined;
    /** When it was executed. */
    clock: Readonly<{ slot: bigint; unixTimestamp: bigint }>;
}>;

// More than a test looks at, less than a long run would fill the memory with.
const MAX_TRANSACTIONS = 10_000;

type Executed = Map<Signature, ExecutedTransaction>;

/** The history as it was at one moment. */
export type HistoryMark = Readonly<{ count: number; executed: ReadonlyMap<Signature, ExecutedTransaction> }>;

/** The last transactions that were executed, to look up by their signature as on a cluster. */
export class TransactionHistory {
    #executed: Executed = new Map();
    /** Whether a mark has it: then it is copied before it changes. */
    #isMarked = false;
    /** Number of transactions that were executed so far, those that are no longer in it included. */
    count = 0;

    add(executed: ExecutedTransaction): ExecutedTransaction {
        if (this.#isMarked) this.#executed = new Map(this.#executed);
        this.#isMarked = false;
        const balances = toResult({
            after: withJson(executed.balances.after),
            before: withJson(executed.balances.before),
        });
        this.count++;
        const added = toResult({ ...executed, balances, clock: toResult(executed.clock) });
        this.#executed.set(executed.result.signature, added);
        if (this.#executed.size > MAX_TRANSACTIONS) this.#executed.delete(this.#executed.keys().next().value!);
        return added;
    }

    /** From old to new. */
    list(): readonly ExecutedTransaction[] {
        return [...this.#executed.values()];
    }

    get(signature: Signature): ExecutedTransaction | undefined {
        return this.#executed.get(signature);
    }

    mark(): HistoryMark {
        this.#isMarked = true;
        return { count: this.count, executed: this.#executed };
    }

    restore({ count, executed }: HistoryMark): void {
        this.count = count;
        this.#executed = executed as Executed;
        this.#isMarked = true;
    }
}
