import type { Address } from '@solana/kit';
import { getMintDecoder, getMintSize } from '@solana-program/token';

import { readTokenHolding } from '../../channel/token-account';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';

/** The asset of a balance that is no token. */
export const LAMPORTS = 'lamports';

/** An account whose balances are part of a report, and whose they are. */
export type LedgerAccount = Readonly<{
    party: string;
    address: Address;
    /** The mint for a token account: its tokens are listed beside its lamports. */
    mint?: Address;
}>;

/** Holdings of one account in one asset. */
export type Balance = Readonly<{
    party: string;
    address: Address;
    /** A mint, or {@link LAMPORTS}. */
    asset: Address | typeof LAMPORTS;
    /** In base units of the token, or in lamports. */
    amount: bigint;
}>;

/** A mint and the program that owns it and its token accounts. */
export type LedgerMint = Readonly<{ mint: Address; tokenProgram: Address }>;

/** Reads what accounts hold. An account that does not exist holds nothing. */
export function readBalances(simulator: Simulator<RevisionName>, accounts: readonly LedgerAccount[]): Balance[] {
    return accounts.flatMap(({ address, mint, party }): Balance[] => [
        ...(mint ? [{ address, amount: simulator.getTokenAmount(address), asset: mint, party }] : []),
        { address, amount: simulator.getLamports(address), asset: LAMPORTS, party },
    ]);
}

/** An asset of which more or less is there than should be. */
export type Discrepancy = Readonly<{
    asset: Address | typeof LAMPORTS;
    what: string;
    expected: bigint;
    actual: bigint;
}>;

/**
 * Checks that nothing came from nowhere and nothing went missing: of each mint, the accounts hold as much as before and
 * together all that was ever minted; of lamports, as much as before less the fees.
 */
export function findDiscrepancies(
    input: Readonly<{
        before: readonly Balance[];
        after: readonly Balance[];
        feeLamports: bigint;
        /** Supply by mint as the mint account itself says. */
        supplies: ReadonlyMap<Address, bigint>;
    }>,
): Discrepancy[] {
    const { after, before, feeLamports, supplies } = input;
    const checks: Discrepancy[] = [
        {
            actual: sumOf(after, LAMPORTS) + feeLamports,
            asset: LAMPORTS,
            expected: sumOf(before, LAMPORTS),
            what: 'after the run, with the fees',
        },
    ];
    for (const [mint, supply] of supplies) {
        checks.push(
            { actual: sumOf(after, mint), asset: mint, expected: sumOf(before, mint), what: 'after the run' },
            { actual: sumOf(after, mint), asset: mint, expected: supply, what: 'of the supply' },
        );
    }
    return checks.filter(({ actual, expected }) => actual !== expected);
}

/** The supply of each mint, as its account says. */
export function readSupplies(simulator: Simulator<RevisionName>, mints: readonly LedgerMint[]): Map<Address, bigint> {
    return new Map(
        mints.map(({ mint }) => {
            const account = simulator.svm.getAccount(mint);
            if (!account.exists) throw new Error(`mint ${mint} does not exist`);
            return [mint, getMintDecoder().decode(account.data.subarray(0, getMintSize())).supply];
        }),
    );
}

/** Every token account of a mint that the simulator holds, whether a ledger knows it or not. */
export function findTokenAccounts(simulator: Simulator<RevisionName>, { mint, tokenProgram }: LedgerMint): Address[] {
    return simulator.svm
        .getProgramAccounts(tokenProgram)
        .filter(account => readTokenHolding(account)?.mint === mint)
        .map(({ address }) => address);
}

function sumOf(balances: readonly Balance[], asset: Balance['asset']): bigint {
    return balances.reduce((sum, balance) => (balance.asset === asset ? sum + balance.amount : sum), 0n);
}
