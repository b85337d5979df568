/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getSealInstruction as getSealInstructionBase,
    parseSealInstruction as parseSealInstructionBase,
} from '../instructions/seal';
import { assertAccountCount } from '../shared/accountCount';

/** Seals a closing channel once its grace period has passed. Needs no signer. */
export const getSealInstruction: typeof getSealInstructionBase = (...input) => getSealInstructionBase(...input);

/**
 * Parses an instruction `seal`: its one account, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseSealInstruction: typeof parseSealInstructionBase = instruction => {
    assertAccountCount('seal', instruction.accounts, 1, 1);
    return parseSealInstructionBase(instruction);
};
