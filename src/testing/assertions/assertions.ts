import { AssertionError } from 'node:assert';

import type { Address } from '@solana/kit';

import type { ProgramErrorName } from '../../revision/revision-types';
import type { TransactionResult } from '../result';
import type { Simulator } from '../simulator';
import type { TrackedBalances } from './balances';
import {
    checkBalanceChanges,
    checkChannel,
    checkConserved,
    checkEvents,
    checkLamports,
    checkProgramError,
    checkTokens,
    type BalanceChanges,
    type Check,
    type ExpectedChannel,
} from './checks';

/**
 * Throws unless a transaction failed with an error of the program, of a precompile or of the runtime, by its name.
 *
 * @throws An `AssertionError` that shows the instructions as the program reads them, and the logs; `INPUT_INVALID`.
 *
 * @example
 * ```ts
 * const result = await simulator.send([getFinalizeInstruction({ channel }, MAINNET_DEPLOYMENT)]);
 * assertProgramError(result, 'invalidChannelStatus');
 * ```
 */
export function assertProgramError(result: TransactionResult, name: ProgramErrorName | (string & {})): void {
    assertPasses(checkProgramError(result, name), assertProgramError);
}

/**
 * Throws unless a transaction has emitted these events and no others, in this order. Of each, only the fields that are
 * named are compared.
 *
 * @throws An `AssertionError`; `INPUT_INVALID`.
 *
 * @example
 * ```ts
 * const result = await simulator.sendOrThrow(getSettleInstructions({ voucher }, MAINNET_DEPLOYMENT));
 * assertEvents(result, [{ channel }]);
 * ```
 */
export function assertEvents(result: TransactionResult, expected: readonly object[]): void {
    assertPasses(checkEvents(result, expected), assertEvents);
}

/**
 * Throws unless a channel is as expected: of its kind, and of its fields those that are named.
 *
 * @throws An `AssertionError`; `INPUT_INVALID`; as `simulator.getChannel`.
 *
 * @example
 * ```ts
 * assertChannel(simulator, channel, { kind: 'open', settlement: { settled: 500_000n } });
 * ```
 */
export function assertChannel(simulator: Simulator, channel: Address, expected: ExpectedChannel): void {
    assertPasses(checkChannel(simulator, channel, expected), assertChannel);
}

/**
 * Throws unless an address has so many lamports.
 *
 * @throws An `AssertionError`; `INPUT_INVALID`, `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`.
 *
 * @example
 * ```ts
 * assertLamports(simulator, merchant.address, 10_000_000_000n);
 * ```
 */
export function assertLamports(simulator: Simulator, address: Address, expected: bigint | number): void {
    assertPasses(checkLamports(simulator, address, expected), assertLamports);
}

/**
 * Throws unless a token account holds so many base units.
 *
 * @throws As {@link assertLamports}.
 *
 * @example
 * ```ts
 * const [escrow] = findEscrowPdaSync({ channel, mint });
 * assertTokens(simulator, escrow, 1_000_000n);
 * ```
 */
export function assertTokens(simulator: Simulator, tokenAccount: Address, expected: bigint | number): void {
    assertPasses(checkTokens(simulator, tokenAccount, expected), assertTokens);
}

/**
 * Throws unless balances that are tracked have changed by so much: tokens, or lamports, or both.
 *
 * @throws An `AssertionError`; `INPUT_INVALID`.
 *
 * @example
 * ```ts
 * const [escrow] = findEscrowPdaSync({ channel, mint });
 * const balances = trackBalances(simulator, { escrow, payer: payer.address });
 * // … something happens …
 * assertBalanceChanges(balances, { escrow: 250_000n, payer: { lamports: -5_000n } });
 * ```
 */
export function assertBalanceChanges(balances: TrackedBalances, expected: BalanceChanges): void {
    assertPasses(checkBalanceChanges(balances, expected), assertBalanceChanges);
}

/**
 * Throws unless nothing has left the accounts that are tracked, and nothing has come to them, but for fees: the sum of
 * their lamports, and that of the tokens of each mint.
 *
 * @throws An `AssertionError`; `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`.
 *
 * @example
 * ```ts
 * const balances = trackBalances(simulator, { channel, merchant: merchant.address });
 * const { feeLamports } = await simulator.sendOrThrow(instructions, { feePayer: merchant });
 * assertConserved(balances, feeLamports);
 * ```
 */
export function assertConserved(balances: TrackedBalances, feeLamports: bigint | number = 0n): void {
    assertPasses(checkConserved(balances, feeLamports), assertConserved);
}

function assertPasses({ message, pass }: Check, stackStartFn: (...args: never[]) => void): void {
    if (!pass)
        throw new AssertionError({ message: message(), stackStartFn: stackStartFn as (...args: unknown[]) => void });
}
