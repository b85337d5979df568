import type { Address } from '@solana/kit';

/**
 * The owner of the treasury in a program that was built without one: nobody holds a key for it (docs/program.md,
 * section 1).
 */
export const PLACEHOLDER_TREASURY_OWNER = 'DrLViEZBgqj6TgP8vKqu22uvLgV6p3tfkvCYfG8yqSUn' as Address;

/** The owner of the treasury in the program that is deployed on mainnet (docs/program.md, section 1). */
export const MAINNET_TREASURY_OWNER = 'Cs2zdfUNonRdRGsiZUQQLdTxzxVvJZmgiX2mpLYKuEqP' as Address;
