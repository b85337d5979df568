/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getEmitEventInstructionAsync as getEmitEventInstructionAsyncBase,
    getEmitEventInstruction as getEmitEventInstructionBase,
    parseEmitEventInstruction as parseEmitEventInstructionBase,
} from '../instructions/emitEvent';
import { assertAccountCount } from '../shared/accountCount';

/**
 * Target of the program's calls to itself: carries an event in its data and does nothing. Only the program can sign for the event authority.
 *
 * Derives the addresses that are not given.
 */
export const getEmitEventInstructionAsync: typeof getEmitEventInstructionAsyncBase = (...input) =>
    getEmitEventInstructionAsyncBase(...input);

/**
 * Target of the program's calls to itself: carries an event in its data and does nothing. Only the program can sign for the event authority.
 *
 * Derives nothing; {@link getEmitEventInstructionAsync} does.
 */
export const getEmitEventInstruction: typeof getEmitEventInstructionBase = (...input) =>
    getEmitEventInstructionBase(...input);

/**
 * Parses an instruction `emitEvent`: its one account, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseEmitEventInstruction: typeof parseEmitEventInstructionBase = instruction => {
    assertAccountCount('emitEvent', instruction.accounts, 1, 1);
    return parseEmitEventInstructionBase(instruction);
};
