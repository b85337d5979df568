/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getFinalizeInstruction as getFinalizeInstructionBase,
    parseFinalizeInstruction as parseFinalizeInstructionBase,
} from '../instructions/finalize';
import { assertAccountCount } from '../shared/accountCount';

/** Finalizes a closing channel once its grace period has passed. Needs no signer. */
export const getFinalizeInstruction: typeof getFinalizeInstructionBase = (...input) =>
    getFinalizeInstructionBase(...input);

/**
 * Parses an instruction `finalize`: its one account, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseFinalizeInstruction: typeof parseFinalizeInstructionBase = instruction => {
    assertAccountCount('finalize', instruction.accounts, 1, 1);
    return parseFinalizeInstructionBase(instruction);
};
