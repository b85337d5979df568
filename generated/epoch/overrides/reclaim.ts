/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getReclaimInstruction as getReclaimInstructionBase,
    parseReclaimInstruction as parseReclaimInstructionBase,
} from '../instructions/reclaim';
import { assertAccountCount } from '../shared/accountCount';

/** Closes a distributed channel more than 1,500 slots after its open slot and gives its rent back. Needs no signer; many fit a transaction. */
export const getReclaimInstruction: typeof getReclaimInstructionBase = (...input) =>
    getReclaimInstructionBase(...input);

/**
 * Parses an instruction `reclaim`: its 2 accounts, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseReclaimInstruction: typeof parseReclaimInstructionBase = instruction => {
    assertAccountCount('reclaim', instruction.accounts, 2, 2);
    return parseReclaimInstructionBase(instruction);
};
