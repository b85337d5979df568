// Limits of the runtime for a transaction, and what its builtin instructions count.

/** The most compute units that a transaction can request. */
export const MAX_COMPUTE_UNITS = 1_400_000;
/** Compute units for each instruction of a program, of a transaction that asks for nothing. */
export const DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION = 200_000;
/** The same for each instruction of a program that is built in; see `isBuiltin`. */
export const DEFAULT_COMPUTE_UNITS_PER_BUILTIN = 3_000;
/** What an instruction of the compute budget takes. */
export const COMPUTE_BUDGET_INSTRUCTION_COMPUTE_UNITS = 150;
/** A candidate for an address derived from seeds that lies on the curve. */
export const COMPUTE_UNITS_PER_BUMP_STEP = 1_500;
/** The most bytes of account data that a transaction can load, and the default. */
export const MAX_LOADED_ACCOUNTS_DATA_SIZE = 64 * 1024 * 1024;
/** Instructions that the runtime traces in a transaction, inner ones included. */
export const MAX_INSTRUCTION_TRACE = 64;
