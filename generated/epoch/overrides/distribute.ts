/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    getDistributeInstructionAsync as getDistributeInstructionAsyncBase,
    getDistributeInstruction as getDistributeInstructionBase,
    parseDistributeInstruction as parseDistributeInstructionBase,
} from '../instructions/distribute';
import { assertAccountCount } from '../shared/accountCount';

/**
 * Pays what was settled since the last distribution to the recipients and the payee. On a sealed channel it also refunds the payer, sweeps the rest to the treasury and closes the escrow; the channel itself is closed as well, or, within 1,500 slots of its open slot, left for reclaim. Needs no signer. A share whose token account cannot receive it goes to the treasury for good and emits `PayoutRedirected`.
 *
 * Derives the addresses that are not given.
 */
export const getDistributeInstructionAsync: typeof getDistributeInstructionAsyncBase = (...input) =>
    getDistributeInstructionAsyncBase(...input);

/**
 * Pays what was settled since the last distribution to the recipients and the payee. On a sealed channel it also refunds the payer, sweeps the rest to the treasury and closes the escrow; the channel itself is closed as well, or, within 1,500 slots of its open slot, left for reclaim. Needs no signer. A share whose token account cannot receive it goes to the treasury for good and emits `PayoutRedirected`.
 *
 * Derives nothing; {@link getDistributeInstructionAsync} does.
 */
export const getDistributeInstruction: typeof getDistributeInstructionBase = (...input) =>
    getDistributeInstructionBase(...input);

/**
 * Parses an instruction `distribute`: at least 11 accounts, and the data.
 *
 * @throws A `SolanaError` when there are fewer accounts, or when the data cannot be decoded.
 */
export const parseDistributeInstruction: typeof parseDistributeInstructionBase = instruction => {
    assertAccountCount('distribute', instruction.accounts, 11, Infinity);
    return parseDistributeInstructionBase(instruction);
};
