/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

/**
 * Payment channels, tombstone revision: a payer locks a deposit once, pays by signing cumulative vouchers off chain, and the payee settles the latest voucher on chain. A closed channel leaves a tombstone at its address.
 *
 * @module
 */

export * from './accounts';
export * from './constants';
export * from './errors';
export * from './events';
export * from './instructions';
export * from './pdas';
export * from './programs';
export * from './seeds';
export * from './types';
