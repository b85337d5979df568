/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getSettleInstruction as getSettleInstructionBase,
    parseSettleInstruction as parseSettleInstructionBase,
} from '../instructions/settle';
import { assertAccountCount } from '../shared/accountCount';

/** Raises the settled amount of an open channel to the cumulative amount of a voucher, which it reads from the Ed25519 precompile instruction that verifies it and must stand directly before. Needs no signer and moves no tokens. */
export const getSettleInstruction: typeof getSettleInstructionBase = (...input) => getSettleInstructionBase(...input);

/**
 * Parses an instruction `settle`: its 2 accounts, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseSettleInstruction: typeof parseSettleInstructionBase = instruction => {
    assertAccountCount('settle', instruction.accounts, 2, 2);
    return parseSettleInstructionBase(instruction);
};
