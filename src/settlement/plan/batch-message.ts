import {
    appendTransactionMessageInstructions,
    compressTransactionMessageUsingAddressLookupTables,
    createTransactionMessage,
    pipe,
    setTransactionMessageFeePayer,
    setTransactionMessageFeePayerSigner,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
} from '@solana/kit';

import { setComputeBudget } from '../../runtime/compute-budget';
import { getListLength, readDeeply, readTerms, refuseInput, toAddress, toU64 } from '../../core/input';
import { toTransactionVersion } from '../../runtime/transaction-limits';
import type { PlannedTransaction } from './batch-plan';

/**
 * The transaction message of a planned transaction; what it still needs is a lifetime.
 *
 * It compiles to exactly the bytes that the plan says.
 *
 * @throws `INPUT_INVALID` or `TRANSACTION_VERSION_UNSUPPORTED` for what is no transaction of a plan.
 *
 * @example
 * ```ts
 * const { transactions } = planBatchSettle(items, options, MAINNET_DEPLOYMENT);
 * for (const transaction of transactions) {
 *     const message = getBatchTransactionMessage(transaction);
 *     await signTransactionMessageWithSigners(setTransactionMessageLifetimeUsingBlockhash(blockhash, message));
 * }
 * ```
 */
export function getBatchTransactionMessage(
    transaction: PlannedTransaction,
): TransactionMessage & TransactionMessageWithFeePayer {
    const planned = readTerms('transaction', transaction, NAMES, OPTIONAL);
    if (getListLength(planned.instructions) === undefined) {
        refuseInput('transaction.instructions', 'an array of instructions', planned.instructions);
    }
    toAddress('transaction.feePayer', planned.feePayer);
    toU64('transaction.priorityFeeLamports', planned.priorityFeeLamports);
    return readDeeply('transaction', 'a transaction of a plan', transaction, () => toMessage(planned));
}

const OPTIONAL = ['computeUnitLimit', 'feePayerSigner', 'loadedAccountsDataSizeLimit'] as const;
const NAMES = [
    'computeUnitLimit',
    'computeUnitPrice',
    'feePayer',
    'feePayerSigner',
    'instructions',
    'loadedAccountsDataSizeLimit',
    'lookupTables',
    'priorityFeeLamports',
    'version',
] as const;

type Message = TransactionMessage & TransactionMessageWithFeePayer;

function toMessage({
    computeUnitLimit,
    computeUnitPrice,
    feePayer,
    feePayerSigner,
    instructions,
    loadedAccountsDataSizeLimit,
    lookupTables,
    priorityFeeLamports,
    version,
}: Pick<PlannedTransaction, (typeof NAMES)[number]>): Message {
    return pipe(
        // Kit's types keep the versions apart; what is done here is the same for each.
        createTransactionMessage({
            version: toTransactionVersion('transaction.version', version),
        }) as TransactionMessage,
        m =>
            (feePayerSigner === undefined
                ? setTransactionMessageFeePayer(feePayer, m)
                : setTransactionMessageFeePayerSigner(feePayerSigner, m)) as Message,
        m =>
            setComputeBudget(m, {
                computeUnitLimit,
                loadedAccountsDataSizeLimit,
                ...(toU64('transaction.computeUnitPrice', computeUnitPrice) === 0n
                    ? {}
                    : { computeUnitPrice, priorityFeeLamports }),
            }),
        m => appendTransactionMessageInstructions(instructions, m) as Message,
        m =>
            m.version === 0 && Object.keys(lookupTables).length > 0
                ? (compressTransactionMessageUsingAddressLookupTables(m, lookupTables) as Message)
                : m,
    );
}
