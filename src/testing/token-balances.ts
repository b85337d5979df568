import type { Address } from '@solana/kit';
import { getMintDecoder, getMintSize } from '@solana-program/token';
import type { LiteSVM } from 'litesvm';

import { readTokenHolding } from '../channel/token-account';
import { toResult } from '../core/json-form';

/** The tokens that an account of a transaction held, as an RPC tells them with the transaction. */
export type TokenBalance = Readonly<{
    /** Where the token account stands among the accounts of the transaction. */
    accountIndex: number;
    /** In base units. */
    amount: bigint;
    decimals: number;
    mint: Address;
    owner: Address;
    tokenProgram: Address;
}>;

/**
 * Reads the token accounts among the accounts of a transaction.
 *
 * @param programs Places of the programs that it invokes: reading one of them copies its binary.
 */
export function readTokenBalances(
    svm: LiteSVM,
    addresses: readonly Address[],
    programs: readonly number[],
): readonly TokenBalance[] {
    const decimalsOf = new Map<Address, number | undefined>();
    const balances: TokenBalance[] = [];
    for (const [accountIndex, address] of addresses.entries()) {
        if (programs.includes(accountIndex)) continue;
        const account = svm.getAccount(address);
        const holding = account.exists ? readTokenHolding(account) : undefined;
        if (!account.exists || !holding) continue;
        const { amount, mint, owner } = holding;
        if (!decimalsOf.has(mint)) decimalsOf.set(mint, readDecimals(svm, mint));
        const decimals = decimalsOf.get(mint);
        if (decimals === undefined) continue;
        balances.push(toResult({ accountIndex, amount, decimals, mint, owner, tokenProgram: account.programAddress }));
    }
    return balances;
}

/** The decimals of a mint of either token program; `undefined` where there is none. */
export function readDecimals(svm: LiteSVM, mint: Address): number | undefined {
    const account = svm.getAccount(mint);
    return account.exists && account.data.length >= getMintSize()
        ? getMintDecoder().decode(account.data).decimals
        : undefined;
}
