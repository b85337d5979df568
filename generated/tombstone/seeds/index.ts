/**
 * Rendered from the program's Codama IDL by `just generate`: do not edit, change the IDL or codegen/ instead.
 */

export * from './paymentChannels';
