/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

export * from './paymentChannels';
