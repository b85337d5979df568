/**
 * Rendered from the program's Codama IDL by `just generate`: do not edit, change the IDL or codegen/ instead.
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
