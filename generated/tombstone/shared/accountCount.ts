/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    SOLANA_ERROR__CODECS__INVALID_NUMBER_OF_ITEMS,
    SOLANA_ERROR__PROGRAM_CLIENTS__INSUFFICIENT_ACCOUNT_METAS,
    SolanaError,
    type AccountMeta,
} from '@solana/kit';

/** Throws when an instruction has fewer accounts than `min`, or more than `max`. */
export function assertAccountCount(
    name: string,
    accounts: readonly AccountMeta[] | undefined,
    min: number,
    max: number,
): void {
    const actual = accounts?.length ?? 0;
    if (actual < min) {
        throw new SolanaError(SOLANA_ERROR__PROGRAM_CLIENTS__INSUFFICIENT_ACCOUNT_METAS, {
            actualAccountMetas: actual,
            expectedAccountMetas: min,
        });
    }
    if (actual > max) {
        throw new SolanaError(SOLANA_ERROR__CODECS__INVALID_NUMBER_OF_ITEMS, {
            actual,
            codecDescription: `accounts of ${name}`,
            expected: max,
        });
    }
}
