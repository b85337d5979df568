import type { Address } from '@solana/kit';

import type { ProgramErrorName } from '../../revision/revision-types';
import {
    checkBalanceChanges,
    checkChannel,
    checkConserved,
    checkEvents,
    checkLamports,
    checkProgramError,
    checkSucceeded,
    checkTokens,
    type BalanceChanges,
    type ExpectedChannel,
} from './checks';

/**
 * Matchers for `expect.extend` of vitest, jest, and whatever has the same contract: of the result of a transaction, of a
 * simulator, and of balances that are tracked. `docs/testing.md` says how TypeScript hears of them.
 *
 * ```ts
 * expect.extend(paymentChannelsMatchers);
 * ```
 */
export const paymentChannelsMatchers = /* @__PURE__ */ Object.freeze({
    toBeConserved: checkConserved,
    toEmitEvents: checkEvents,
    toFailWithProgramError: checkProgramError,
    toHaveChangedBy: checkBalanceChanges,
    toHaveChannel: checkChannel,
    toHaveLamports: checkLamports,
    toHaveTokens: checkTokens,
    toSucceed: checkSucceeded,
});

/** The matchers as methods of an expectation, for the declarations of a test runner. */
// A test runner's own interface extends it.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export interface PaymentChannelsMatchers<TReturned = void> {
    /** Of balances that are tracked: their sum has not changed but for fees. */
    toBeConserved(feeLamports?: bigint | number): TReturned;
    /** Of a result: it has these events, in this order; only fields that are named are compared. */
    toEmitEvents(expected: readonly object[]): TReturned;
    /** Of a result: it failed with this error. */
    toFailWithProgramError(name: ProgramErrorName | (string & {})): TReturned;
    /** Of balances that are tracked: they have changed by so much. */
    toHaveChangedBy(expected: BalanceChanges): TReturned;
    /** Of a simulator: a channel is as expected; only fields that are named are compared. */
    toHaveChannel(channel: Address, expected: ExpectedChannel): TReturned;
    /** Of a simulator: an address has so many lamports. */
    toHaveLamports(address: Address, expected: bigint | number): TReturned;
    /** Of a simulator: a token account holds so many base units. */
    toHaveTokens(tokenAccount: Address, expected: bigint | number): TReturned;
    /** Of a result: the transaction succeeded. */
    toSucceed(): TReturned;
}
