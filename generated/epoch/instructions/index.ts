/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

export * from './distribute';
export * from './emitEvent';
export * from './open';
export * from './reclaim';
export * from './requestClose';
export * from './seal';
export * from './settle';
export * from './settleAndSeal';
export * from './topUp';
export * from './withdrawPayer';

export {
    getDistributeInstruction,
    getDistributeInstructionAsync,
    getEmitEventInstruction,
    getEmitEventInstructionAsync,
    getOpenInstruction,
    getOpenInstructionAsync,
    getReclaimInstruction,
    getRequestCloseInstruction,
    getSealInstruction,
    getSettleAndSealInstruction,
    getSettleInstruction,
    getTopUpInstruction,
    getTopUpInstructionAsync,
    getWithdrawPayerInstruction,
    getWithdrawPayerInstructionAsync,
    parseDistributeInstruction,
    parseEmitEventInstruction,
    parseOpenInstruction,
    parseReclaimInstruction,
    parseRequestCloseInstruction,
    parseSealInstruction,
    parseSettleAndSealInstruction,
    parseSettleInstruction,
    parseTopUpInstruction,
    parseWithdrawPayerInstruction,
} from '../overrides';
