/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

/** Most recipients that a distribution plan may name. */
export const MAX_RECIPIENTS = 32;

/** Basis points of the whole: what the recipients leave of it goes to the payee. */
export const BPS_DENOMINATOR = 10000;

/** Version byte of the channel accounts that the program accepts. */
export const CHANNEL_VERSION = 1;
