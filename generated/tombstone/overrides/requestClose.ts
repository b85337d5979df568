/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getRequestCloseInstruction as getRequestCloseInstructionBase,
    parseRequestCloseInstruction as parseRequestCloseInstructionBase,
} from '../instructions/requestClose';
import { assertAccountCount } from '../shared/accountCount';

/** Starts the grace period of an open channel at the request of the payer. The payee can still settle and finalize until it has passed. */
export const getRequestCloseInstruction: typeof getRequestCloseInstructionBase = (...input) =>
    getRequestCloseInstructionBase(...input);

/**
 * Parses an instruction `requestClose`: its 2 accounts, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseRequestCloseInstruction: typeof parseRequestCloseInstructionBase = instruction => {
    assertAccountCount('requestClose', instruction.accounts, 2, 2);
    return parseRequestCloseInstructionBase(instruction);
};
