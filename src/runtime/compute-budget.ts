import {
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageComputeUnitPrice,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    setTransactionMessagePriorityFeeLamports,
    type TransactionMessage,
} from '@solana/kit';

/** Limits of a transaction and its priority fee; what is missing stays as it is in the message. */
export type ComputeBudget = Readonly<{
    computeUnitLimit?: number | undefined;
    /** Micro-lamports for each unit of the limit: the fee of messages of version legacy and 0. */
    computeUnitPrice?: bigint | undefined;
    /** The fee of messages of version 1, in lamports. */
    priorityFeeLamports?: bigint | undefined;
    /** In bytes. */
    loadedAccountsDataSizeLimit?: number | undefined;
}>;

/**
 * Sets limits and the priority fee of a message: as instructions of the Compute Budget program, or in the configuration
 * that messages of version 1 have. Of the two forms of the fee a message takes the one of its version.
 */
export function setComputeBudget<TMessage extends TransactionMessage>(
    message: TMessage,
    budget: ComputeBudget,
): TMessage {
    const { computeUnitLimit, computeUnitPrice, loadedAccountsDataSizeLimit, priorityFeeLamports } = budget;
    // Kit's types keep the versions apart; what is done here is the same for each.
    let set: TransactionMessage = message;
    if (computeUnitLimit !== undefined) set = setTransactionMessageComputeUnitLimit(computeUnitLimit, set);
    if (set.version === 1) {
        if (priorityFeeLamports !== undefined) set = setTransactionMessagePriorityFeeLamports(priorityFeeLamports, set);
    } else if (computeUnitPrice !== undefined) {
        set = setTransactionMessageComputeUnitPrice(computeUnitPrice, set);
    }
    if (loadedAccountsDataSizeLimit !== undefined) {
        set = setTransactionMessageLoadedAccountsDataSizeLimit(loadedAccountsDataSizeLimit, set);
    }
    return set as TMessage;
}
