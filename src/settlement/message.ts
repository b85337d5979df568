import {
    appendTransactionMessageInstructions,
    compressTransactionMessageUsingAddressLookupTables,
    createTransactionMessage,
    pipe,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageComputeUnitPrice,
    setTransactionMessageFeePayer,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    setTransactionMessagePriorityFeeLamports,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
} from '@solana/kit';

import type { PlannedTransaction } from './batch-plan';

/**
 * The transaction message of a planned transaction; what it still needs is a lifetime.
 *
 * It compiles to exactly the bytes that the plan says.
 *
 * @example
 * ```ts
 * const message = setTransactionMessageLifetimeUsingBlockhash(blockhash, getBatchTransactionMessage(transaction));
 * const signed = await signTransactionMessageWithSigners(message);
 * ```
 */
export function getBatchTransactionMessage(
    transaction: PlannedTransaction,
): TransactionMessage & TransactionMessageWithFeePayer {
    type Message = TransactionMessage & TransactionMessageWithFeePayer;
    const {
        computeUnitLimit,
        computeUnitPrice,
        feePayer,
        feePayerSigner,
        instructions,
        loadedAccountsDataSizeLimit,
        lookupTables,
        priorityFeeLamports,
        version,
    } = transaction;
    return pipe(
        // Kit's types keep the versions apart; what is done here is the same for each.
        createTransactionMessage({ version }) as TransactionMessage,
        m =>
            (feePayerSigner === undefined
                ? setTransactionMessageFeePayer(feePayer, m)
                : setTransactionMessageFeePayerSigner(feePayerSigner, m)) as Message,
        m => (computeUnitLimit === undefined ? m : setTransactionMessageComputeUnitLimit(computeUnitLimit, m)),
        m => {
            if (computeUnitPrice === 0n) return m;
            return m.version === 1
                ? setTransactionMessagePriorityFeeLamports(priorityFeeLamports, m)
                : setTransactionMessageComputeUnitPrice(computeUnitPrice, m);
        },
        m =>
            loadedAccountsDataSizeLimit === undefined
                ? m
                : setTransactionMessageLoadedAccountsDataSizeLimit(loadedAccountsDataSizeLimit, m),
        m => appendTransactionMessageInstructions(instructions, m) as Message,
        m =>
            m.version === 0 && Object.keys(lookupTables).length > 0
                ? (compressTransactionMessageUsingAddressLookupTables(m, lookupTables) as Message)
                : m,
    );
}
