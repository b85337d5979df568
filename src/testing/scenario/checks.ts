import type { Address } from '@solana/kit';

import { getPayouts } from '../../channel/splits';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';
import { findTokenAccounts, LAMPORTS, type Balance, type Discrepancy, type LedgerAccount } from './ledger';
import { findPartyTokenAccount, type Parties, type PlannedChannel } from './parties';

// What the sums of the ledger alone would not show.

/** Tokens in accounts that the ledger does not list would make its sums right by accident. */
export function findUnlistedTokens(
    simulator: Simulator<RevisionName>,
    { mints }: Parties,
    accounts: readonly LedgerAccount[],
): Discrepancy[] {
    const listed = new Set(accounts.map(({ address }) => address));
    return mints.flatMap(token =>
        findTokenAccounts(simulator, token)
            .filter(address => !listed.has(address))
            .map(address => ({
                actual: simulator.getTokenAmount(address),
                asset: token.mint,
                expected: 0n,
                what: `in ${address}, which belongs to nobody`,
            }))
            .filter(({ actual }) => actual !== 0n),
    );
}

/** Compares what each party was paid with what follows from the vouchers and the splits alone. */
export async function findWrongPayouts(
    { accounts, affiliate, merchant, mints, platform, splits }: Parties,
    channels: readonly PlannedChannel[],
    simulator: Simulator<RevisionName>,
): Promise<Discrepancy[]> {
    const discrepancies: Discrepancy[] = [];
    for (const token of mints) {
        const paid = channels
            .filter(channel => channel.token.mint === token.mint)
            .map(({ spent }) => getPayouts({ payoutWatermark: 0n, settled: spent, splits }, simulator.deployment));
        const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
        const expectations: [owner: Address, party: string, expected: bigint][] = [
            [merchant.address, 'merchant', sum(paid.map(({ payee }) => payee))],
            [platform, 'platform', sum(paid.map(({ recipients }) => recipients[0]!))],
            [affiliate, 'affiliate', sum(paid.map(({ recipients }) => recipients[1]!))],
            [simulator.deployment.treasuryOwner, 'treasury', sum(paid.map(({ remainder }) => remainder))],
        ];
        for (const [owner, party, expected] of expectations) {
            const address = await findPartyTokenAccount(owner, token);
            if (!accounts.some(account => account.address === address)) throw new Error(`${party} has no account`);
            const actual = simulator.getTokenAmount(address);
            if (actual !== expected) discrepancies.push({ actual, asset: token.mint, expected, what: `of ${party}` });
        }
    }
    return discrepancies;
}

/**
 * Compares the lamports of everyone who pays rent or fees, and of every channel, with what follows from the fees alone:
 * whoever paid the rent of a channel has all of it back, but for what the revision leaves where a channel was.
 */
export function findMissingRent(
    input: Readonly<{
        after: readonly Balance[];
        before: readonly Balance[];
        channels: readonly PlannedChannel[];
        parties: Parties;
        simulator: Simulator<RevisionName>;
        transactions: readonly Readonly<{ feeLamports: bigint; feePayer: Address }>[];
    }>,
): Discrepancy[] {
    const { after, before, channels, parties, simulator, transactions } = input;
    const { merchant, payers, sponsor } = parties;
    const { tombstone } = simulator.deployment.channel;
    const left =
        tombstone === undefined ? 0n : simulator.svm.minimumBalanceForRentExemption(BigInt(tombstone.getSize()));
    const lamportsIn = (balances: readonly Balance[]) =>
        new Map(balances.flatMap(({ address, amount, asset }) => (asset === LAMPORTS ? [[address, amount]] : [])));
    const had = lamportsIn(before);
    const has = lamportsIn(after);

    const spent = new Map<Address, bigint>();
    const spend = (address: Address, lamports: bigint) => spent.set(address, (spent.get(address) ?? 0n) + lamports);
    for (const { feeLamports, feePayer } of transactions) spend(feePayer, feeLamports);
    for (const { payer } of channels) spend((sponsor ?? payer.wallet).address, left);

    const wallets: [what: string, address: Address][] = [
        ['of merchant', merchant.address],
        ...payers.map(({ name, wallet }): [string, Address] => [`of ${name}`, wallet.address]),
        ...(sponsor === undefined ? [] : [['of sponsor', sponsor.address] as [string, Address]]),
    ];
    const expectations: [what: string, address: Address, expected: bigint][] = [
        ...wallets.map(([what, address]): [string, Address, bigint] => [
            `${what}, with all rent back`,
            address,
            (had.get(address) ?? 0n) - (spent.get(address) ?? 0n),
        ]),
        ...channels.flatMap(({ address, escrow, name }): [string, Address, bigint][] => [
            [`left where ${name} was`, address, left],
            [`left where the escrow of ${name} was`, escrow, 0n],
        ]),
    ];
    return expectations.flatMap(([what, address, expected]) => {
        const actual = has.get(address) ?? 0n;
        return actual === expected ? [] : [{ actual, asset: LAMPORTS, expected, what }];
    });
}
