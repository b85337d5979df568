import {
    getTransactionMessageComputeUnitLimit,
    getTransactionMessageComputeUnitPrice,
    getTransactionMessageHeapSize,
    getTransactionMessageLoadedAccountsDataSizeLimit,
    type Instruction,
    type TransactionMessage,
} from '@solana/kit';

/** One setting of the compute budget. */
export type ComputeBudgetSetting = Readonly<
    | { name: 'computeUnitLimit'; value: number }
    | { name: 'computeUnitPriceMicroLamports'; value: bigint }
    | { name: 'heapSize'; value: number }
    | { name: 'loadedAccountsDataSizeLimit'; value: number }
>;

/** The setting of a compute-budget instruction; undefined when its data is not exactly that of a setting. */
export function decodeComputeBudget(instruction: Instruction): ComputeBudgetSetting | undefined {
    // Kit reads these instructions, but out of a whole message only.
    const message = { instructions: [instruction], version: 0 } as TransactionMessage & { version: 0 };
    const computeUnitLimit = getTransactionMessageComputeUnitLimit(message);
    if (computeUnitLimit !== undefined) return { name: 'computeUnitLimit', value: computeUnitLimit };
    const price = getTransactionMessageComputeUnitPrice(message);
    if (price !== undefined) return { name: 'computeUnitPriceMicroLamports', value: price };
    const heapSize = getTransactionMessageHeapSize(message);
    if (heapSize !== undefined) return { name: 'heapSize', value: heapSize };
    const size = getTransactionMessageLoadedAccountsDataSizeLimit(message);
    if (size !== undefined) return { name: 'loadedAccountsDataSizeLimit', value: size };
    return undefined;
}
