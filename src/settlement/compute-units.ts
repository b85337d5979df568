// Upper bounds for the compute units of the deployed program, where `instructions/distribute-compute.ts` has those of
// distribute. The published figures (spec, appendix) are up to 16 percent lower than what the authors measured.

/** Settle with the precompile's instruction, which takes none: 382 were published. */
export const SETTLE_COMPUTE_UNITS = 500;
/** 419 were published. */
export const SETTLE_AND_FINALIZE_COMPUTE_UNITS = 550;
/** Without a voucher: 252 were published. */
export const FINALIZE_BY_PAYEE_COMPUTE_UNITS = 350;
/** 202 were published. */
export const FINALIZE_COMPUTE_UNITS = 300;
/** 240 were published. */
export const RECLAIM_COMPUTE_UNITS = 350;

/** An instruction of the compute budget. */
export const BUDGET_INSTRUCTION_COMPUTE_UNITS = 150;

/** Creating an associated token account of Token-2022, the first candidate for its address being good. */
export const CREATE_TOKEN_ACCOUNT_COMPUTE_UNITS = 35_000;
export const COMPUTE_UNITS_PER_BUMP_STEP = 1_500;
/** Calls it makes: three to the System program if somebody sent lamports ahead, and three to the token program. */
export const CREATE_TOKEN_ACCOUNT_CALLS = 6;

/** What the runtime grants for each instruction of a program, to a transaction that asks for nothing. */
export const DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION = 200_000;
export const MAX_COMPUTE_UNITS = 1_400_000;
/** Instructions that the runtime traces in a transaction, inner ones included. */
export const MAX_INSTRUCTION_TRACE = 64;

/** Transfers in one call to SPL Token (spec section 9.2). */
const TRANSFERS_IN_BATCH = 8;
/** Of the payee, the payer's refund and the sweep to the treasury. */
const OTHER_TRANSFERS = 3;

/** Calls that a distribute makes at most: transfers, events about redirected ones, and the closing of the escrow. */
export function getDistributeCalls(
    input: Readonly<{ isSplToken: boolean; recipientCount: number; redirectCount: number }>,
): number {
    const transfers = input.recipientCount + OTHER_TRANSFERS;
    return (input.isSplToken ? Math.ceil(transfers / TRANSFERS_IN_BATCH) : transfers) + input.redirectCount + 1;
}
