import type { Address, Signature, Transaction } from '@solana/kit';
import type { FailedTransactionMetadata, TransactionMetadata } from 'litesvm';

import { toResult, withJson } from '../core/json-form';
import type { RevisionName } from '../revision/revision-types';
import type { TransactionResult } from './result';

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
    /** When it was executed. */
    clock: Readonly<{ slot: bigint; unixTimestamp: bigint }>;
}>;

// More than a test looks at, less than a long run would fill the memory with.
const MAX_TRANSACTIONS = 10_000;

/** The last transactions that were executed, to look up by their signature as on a cluster. */
export class TransactionHistory {
    readonly #executed = new Map<Signature, ExecutedTransaction>();

    add(executed: ExecutedTransaction): void {
        const balances = toResult({
            after: withJson(executed.balances.after),
            before: withJson(executed.balances.before),
        });
        this.#executed.set(
            executed.result.signature,
            toResult({ ...executed, balances, clock: toResult(executed.clock) }),
        );
        if (this.#executed.size > MAX_TRANSACTIONS) this.#executed.delete(this.#executed.keys().next().value!);
    }

    get(signature: Signature): ExecutedTransaction | undefined {
        return this.#executed.get(signature);
    }
}
