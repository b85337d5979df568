/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getWithdrawPayerInstructionAsync as getWithdrawPayerInstructionAsyncBase,
    getWithdrawPayerInstruction as getWithdrawPayerInstructionBase,
    parseWithdrawPayerInstruction as parseWithdrawPayerInstructionBase,
} from '../instructions/withdrawPayer';
import { assertAccountCount } from '../shared/accountCount';

/**
 * Refunds the payer of a finalized channel with what was not settled, once, without waiting for distribute.
 *
 * Derives the addresses that are not given.
 */
export const getWithdrawPayerInstructionAsync: typeof getWithdrawPayerInstructionAsyncBase = (...input) =>
    getWithdrawPayerInstructionAsyncBase(...input);

/**
 * Refunds the payer of a finalized channel with what was not settled, once, without waiting for distribute.
 *
 * Derives nothing; {@link getWithdrawPayerInstructionAsync} does.
 */
export const getWithdrawPayerInstruction: typeof getWithdrawPayerInstructionBase = (...input) =>
    getWithdrawPayerInstructionBase(...input);

/**
 * Parses an instruction `withdrawPayer`: its 6 accounts, and the data.
 *
 * @throws A `SolanaError` when there are fewer or more accounts, or when the data cannot be decoded.
 */
export const parseWithdrawPayerInstruction: typeof parseWithdrawPayerInstructionBase = instruction => {
    assertAccountCount('withdrawPayer', instruction.accounts, 6, 6);
    return parseWithdrawPayerInstructionBase(instruction);
};
