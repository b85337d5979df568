import type { ReadonlyUint8Array } from '@solana/kit';

import { getDefaultComputeUnits, getTransactionFees, MICRO_LAMPORTS_PER_LAMPORT } from '../../runtime/fees';
import { COMPUTE_BUDGET_PROGRAM_ADDRESS } from '../../runtime/programs';
import { decodeComputeBudget } from '../../transactions/inspect/compute-budget-setting';
import { decodeMessage } from '../../transactions/decode-message';

/** What a message costs and offers. */
export type MessageFees = Readonly<{
    feeLamports: bigint;
    /** In micro-lamports for each unit. */
    computeUnitPrice: bigint;
}>;

/**
 * The fee of a message, and its price for priority.
 *
 * @throws `TRANSACTION_MALFORMED`.
 */
export function getMessageFees(messageBytes: ReadonlyUint8Array): MessageFees {
    const { config, instructions, signers } = decodeMessage(messageBytes);
    let { computeUnitLimit } = config;
    let computeUnitPrice = 0n;
    for (const instruction of instructions) {
        if (instruction.programAddress !== COMPUTE_BUDGET_PROGRAM_ADDRESS) continue;
        const setting = decodeComputeBudget(instruction);
        if (setting?.name === 'computeUnitLimit') computeUnitLimit = setting.value;
        if (setting?.name === 'computeUnitPriceMicroLamports') computeUnitPrice = setting.value;
    }
    const { priorityFeeLamports } = config;
    const { feeLamports } = getTransactionFees({
        computeUnitLimit,
        computeUnitPrice,
        instructions,
        priorityFeeLamports,
        signerCount: signers.length,
    });
    if (priorityFeeLamports === undefined) return { computeUnitPrice, feeLamports };
    // A message of version 1 names the fee itself.
    const units = BigInt(computeUnitLimit ?? getDefaultComputeUnits(instructions));
    const price = units === 0n ? 0n : (priorityFeeLamports * MICRO_LAMPORTS_PER_LAMPORT) / units;
    return { computeUnitPrice: price, feeLamports };
}
