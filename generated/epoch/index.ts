/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

/**
 * Payment channels, epoch revision: a payer locks a deposit once, pays by signing cumulative vouchers off chain, and the payee settles the latest voucher on chain. The slot of opening is part of a channel's address, and a closed channel leaves nothing behind: all of its rent goes back to the wallet that paid it.
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
