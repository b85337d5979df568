/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getOpenInstructionAsync as getOpenInstructionAsyncBase,
    getOpenInstruction as getOpenInstructionBase,
    parseOpenInstruction as parseOpenInstructionBase,
} from '../instructions/open';
import { assertAccountCount } from '../shared/accountCount';

/**
 * Opens a channel: creates its account and its escrow, moves the deposit into the escrow and fixes the distribution plan by its hash. Emits `Opened`.
 *
 * Derives the addresses that are not given.
 */
export const getOpenInstructionAsync: typeof getOpenInstructionAsyncBase = (...input) =>
    getOpenInstructionAsyncBase(...input);

/**
 * Opens a channel: creates its account and its escrow, moves the deposit into the escrow and fixes the distribution plan by its hash. Emits `Opened`.
 *
 * Derives nothing; {@link getOpenInstructionAsync} does.
 */
export const getOpenInstruction: typeof getOpenInstructionBase = (...input) => getOpenInstructionBase(...input);

/**
 * Parses an instruction `open`: its 13 accounts, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseOpenInstruction: typeof parseOpenInstructionBase = instruction => {
    assertAccountCount('open', instruction.accounts, 13, 13);
    return parseOpenInstructionBase(instruction);
};
