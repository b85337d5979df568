import type { Address } from '@solana/kit';

import { readTokenHolding } from '../../channel/token-account';
import { assertHasMethods, assertIsInput, readMembers, toAddress, toEntries } from '../../core/input';
import { toResult } from '../../core/json-form';
import type { Simulator } from '../simulator';

/** What an account has, or by how much that has changed. */
export type Balance = Readonly<{ lamports: bigint; tokens: bigint }>;

/** The balances of accounts at one moment, to compare with what they are later. */
export type TrackedBalances<TName extends string = string> = Readonly<{
    accounts: Readonly<Record<TName, Address>>;
    before: Readonly<Record<TName, Balance>>;
    /** By how much each has changed since. */
    getChanges: () => Readonly<Record<TName, Balance>>;
    /** Sums of those changes: lamports, and the tokens of each mint. */
    getTotals: () => Readonly<{ lamports: bigint; tokens: ReadonlyMap<Address, bigint> }>;
}>;

/**
 * Remembers the balances of accounts by names of the caller's, of wallets and of token accounts, to see later what has
 * changed: with {@link assertBalanceChanges} and {@link assertConserved}, or the matchers of the same names.
 *
 * @throws `INPUT_INVALID` or `ADDRESS_INVALID`, by field.
 *
 * @example
 * ```ts
 * const balances = trackBalances(simulator, { merchant: merchant.address, payer: payer.address });
 * ```
 */
export function trackBalances<TName extends string>(
    simulator: Simulator,
    accounts: Readonly<Record<TName, Address>>,
): TrackedBalances<TName> {
    assertIsInput('simulator', simulator);
    const { svm } = readMembers('simulator', simulator, ['svm']);
    assertHasMethods('simulator.svm', svm, ['getAccount']);
    const named = toEntries('accounts', accounts, 'an object of addresses by names').map(
        ([name, address]) => [name, toAddress(`accounts.${name}`, address)] as const,
    );
    const read = () =>
        named.map(([name, address]) => {
            const account = svm.getAccount(address);
            const holding = account.exists ? readTokenHolding(account) : undefined;
            const balance = { lamports: account.exists ? BigInt(account.lamports) : 0n, tokens: holding?.amount ?? 0n };
            return { balance, mint: holding?.mint, name };
        });
    const first = read();
    const compare = () =>
        read().map(({ balance, mint, name }, index) => {
            const { balance: before, mint: mintBefore } = first[index]!;
            const change = { lamports: balance.lamports - before.lamports, tokens: balance.tokens - before.tokens };
            // One that was closed, or opened since, is of the mint that it was or is of.
            return { change, mint: mint ?? mintBefore, name };
        });
    const toRecord = (entries: readonly (readonly [string, Balance])[]) =>
        Object.fromEntries(entries) as Record<TName, Balance>;
    return toResult({
        accounts: Object.fromEntries(named) as Record<TName, Address>,
        before: toRecord(first.map(({ balance, name }) => [name, balance])),
        getChanges: () => toRecord(compare().map(({ change, name }) => [name, change])),
        getTotals: () => {
            const tokens = new Map<Address, bigint>();
            let lamports = 0n;
            for (const { change, mint } of compare()) {
                lamports += change.lamports;
                if (mint !== undefined) tokens.set(mint, (tokens.get(mint) ?? 0n) + change.tokens);
            }
            return { lamports, tokens };
        },
    });
}
