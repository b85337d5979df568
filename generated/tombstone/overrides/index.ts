/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

export * from './distribute';
export * from './emitEvent';
export * from './finalize';
export * from './open';
export * from './requestClose';
export * from './settle';
export * from './settleAndFinalize';
export * from './topUp';
export * from './withdrawPayer';
