/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getSettleAndFinalizeInstruction as getSettleAndFinalizeInstructionBase,
    parseSettleAndFinalizeInstruction as parseSettleAndFinalizeInstructionBase,
} from '../instructions/settleAndFinalize';
import { assertAccountCount } from '../shared/accountCount';

/** Finalizes an open channel, or a closing one before its deadline, at the request of the payee, optionally after settling a last voucher. With a voucher, the Ed25519 precompile instruction that verifies it must stand directly before. */
export const getSettleAndFinalizeInstruction: typeof getSettleAndFinalizeInstructionBase = (...input) =>
    getSettleAndFinalizeInstructionBase(...input);

/**
 * Parses an instruction `settleAndFinalize`: its 3 accounts, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseSettleAndFinalizeInstruction: typeof parseSettleAndFinalizeInstructionBase = instruction => {
    assertAccountCount('settleAndFinalize', instruction.accounts, 3, 3);
    return parseSettleAndFinalizeInstructionBase(instruction);
};
