// Upper bounds for the compute units of the deployed program, where `instructions/distribute-compute.ts` has those of
// distribute. The published figures (docs/program.md, section 12.1) are up to 16 percent lower than what the authors measured.

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

/** Creating an associated token account of Token-2022, the first candidate for its address being good. */
export const CREATE_TOKEN_ACCOUNT_COMPUTE_UNITS = 35_000;
/** Calls it makes: three to the System program if somebody sent lamports ahead, and three to the token program. */
export const CREATE_TOKEN_ACCOUNT_CALLS = 6;
