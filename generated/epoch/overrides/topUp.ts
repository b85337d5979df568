/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getTopUpInstructionAsync as getTopUpInstructionAsyncBase,
    getTopUpInstruction as getTopUpInstructionBase,
    parseTopUpInstruction as parseTopUpInstructionBase,
} from '../instructions/topUp';
import { assertAccountCount } from '../shared/accountCount';

/**
 * Adds to the deposit of an open channel.
 *
 * Derives the addresses that are not given.
 */
export const getTopUpInstructionAsync: typeof getTopUpInstructionAsyncBase = (...input) =>
    getTopUpInstructionAsyncBase(...input);

/**
 * Adds to the deposit of an open channel.
 *
 * Derives nothing; {@link getTopUpInstructionAsync} does.
 */
export const getTopUpInstruction: typeof getTopUpInstructionBase = (...input) => getTopUpInstructionBase(...input);

/**
 * Parses an instruction `topUp`: its 6 accounts, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseTopUpInstruction: typeof parseTopUpInstructionBase = instruction => {
    assertAccountCount('topUp', instruction.accounts, 6, 6);
    return parseTopUpInstructionBase(instruction);
};
