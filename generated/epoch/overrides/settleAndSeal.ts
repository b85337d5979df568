/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getSettleAndSealInstruction as getSettleAndSealInstructionBase,
    parseSettleAndSealInstruction as parseSettleAndSealInstructionBase,
} from '../instructions/settleAndSeal';
import { assertAccountCount } from '../shared/accountCount';

/** Seals an open channel, or a closing one before its deadline, at the request of the payee, optionally after settling a last voucher, which it reads from the Ed25519 precompile instruction that verifies it and must stand directly before. */
export const getSettleAndSealInstruction: typeof getSettleAndSealInstructionBase = (...input) =>
    getSettleAndSealInstructionBase(...input);

/**
 * Parses an instruction `settleAndSeal`: its 3 accounts, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseSettleAndSealInstruction: typeof parseSettleAndSealInstructionBase = instruction => {
    assertAccountCount('settleAndSeal', instruction.accounts, 3, 3);
    return parseSettleAndSealInstructionBase(instruction);
};
