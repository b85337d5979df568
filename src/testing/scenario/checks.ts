import type { Address } from '@solana/kit';

import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';
import type { Books } from './books';
import { findTokenAccounts, LAMPORTS, type Balance, type Discrepancy, type LedgerAccount } from './ledger';
import { findChannels, type ScenarioNames } from './names';
import type { UnmetExpectation } from './report';
import type { ScenarioChannelStatus, ScenarioEnd } from './scenario';
import type { World, WorldChannel } from './world';

// What the sums of the ledger alone would not show.

/** Tokens in accounts that the ledger does not list would make its sums right by accident. */
export function findUnlistedTokens(
    simulator: Simulator<RevisionName>,
    { tokens }: World,
    accounts: readonly LedgerAccount[],
): Discrepancy[] {
    const listed = new Set(accounts.map(({ address }) => address));
    return tokens.flatMap(token =>
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

/** Compares what each party holds with what follows from terms, vouchers and splits alone, by the books. */
export function findWrongHoldings(
    simulator: Simulator<RevisionName>,
    { parties, tokens }: World,
    books: Books,
): Discrepancy[] {
    return parties.flatMap(party =>
        tokens.flatMap(({ mint, name }): Discrepancy[] => {
            const account = party.tokenAccounts.get(name);
            const actual = account === undefined ? 0n : simulator.getTokenAmount(account);
            const expected = books.getExpected(party, name);
            return actual === expected ? [] : [{ actual, asset: mint, expected, what: `of ${party.name}` }];
        }),
    );
}

/** What a channel is at in the end, and who paid its rent. */
export type EndedChannel = Readonly<{
    name: string;
    address: Address;
    escrow: Address;
    rentPayer: Address;
    /** Whether it has ended, so that all of its rent is back but for what its tombstone keeps. */
    isClosed: boolean;
}>;

/**
 * Compares the lamports of every party and of every channel with what follows from the fees alone: whoever paid the rent of
 * a channel that has ended has all of it back, but for what the revision leaves where it was, and has paid no other rent.
 */
export function findMissingRent(
    input: Readonly<{
        after: readonly Balance[];
        before: readonly Balance[];
        channels: readonly EndedChannel[];
        parties: readonly Readonly<{ name: string; address: Address }>[];
        /** Lamports that stay for good where a channel was. */
        tombstoneLamports: bigint;
        /** Lamports that parties have by other ways than transactions with channels. */
        gained?: ReadonlyMap<Address, bigint> | undefined;
        transactions: readonly Readonly<{ feeLamports: bigint; feePayer: Address }>[];
    }>,
): Discrepancy[] {
    const { after, before, channels, gained, parties, tombstoneLamports, transactions } = input;
    const lamportsIn = (balances: readonly Balance[]) =>
        new Map(balances.flatMap(({ address, amount, asset }) => (asset === LAMPORTS ? [[address, amount]] : [])));
    const had = lamportsIn(before);
    const has = lamportsIn(after);

    const spent = new Map<Address, bigint>();
    const spend = (address: Address, lamports: bigint) => spent.set(address, (spent.get(address) ?? 0n) + lamports);
    for (const { feeLamports, feePayer } of transactions) spend(feePayer, feeLamports);
    for (const [address, lamports] of gained ?? []) spend(address, -lamports);
    for (const { address, escrow, isClosed, rentPayer } of channels) {
        spend(rentPayer, isClosed ? tombstoneLamports : (has.get(address) ?? 0n) + (has.get(escrow) ?? 0n));
    }
    const expectations: [what: string, address: Address, expected: bigint][] = [
        ...parties.map(({ address, name }): [string, Address, bigint] => [
            `of ${name}, with all rent back`,
            address,
            (had.get(address) ?? 0n) - (spent.get(address) ?? 0n),
        ]),
        ...channels
            .filter(({ isClosed }) => isClosed)
            .flatMap(({ address, escrow, name }): [string, Address, bigint][] => [
                [`left where ${name} was`, address, tombstoneLamports],
                [`left where the escrow of ${name} was`, escrow, 0n],
            ]),
    ];
    return expectations.flatMap(([what, address, expected]) => {
        const actual = has.get(address) ?? 0n;
        return actual === expected ? [] : [{ actual, asset: LAMPORTS, expected, what }];
    });
}

/** What a scenario says about its end, and what is not so. */
export function findUnmet(
    end: ScenarioEnd | undefined,
    known: Readonly<{
        after: readonly Balance[];
        names: ScenarioNames;
        statusOf: (channel: WorldChannel) => ScenarioChannelStatus;
        world: World;
    }>,
): UnmetExpectation[] {
    const { after, names, statusOf, world } = known;
    const unmet: UnmetExpectation[] = [];
    for (const { amount, asset, party } of end?.balances ?? []) {
        const members = new Set(names.parties.byName.get(party)!.map(({ name }) => name));
        const isLamports = asset === LAMPORTS;
        const mint = isLamports ? LAMPORTS : world.tokens.find(({ name }) => name === asset)!.mint;
        // Of lamports those of the wallets, and not the rent of their token accounts.
        const wallets = new Set(world.parties.filter(({ name }) => members.has(name)).map(({ address }) => address));
        const actual = after
            .filter(balance => balance.asset === mint && members.has(balance.party))
            .filter(({ address }) => !isLamports || wallets.has(address))
            .reduce((sum, balance) => sum + balance.amount, 0n);
        if (actual === BigInt(amount)) continue;
        unmet.push({ actual: `${actual}`, expected: `${amount}`, what: `${asset} of ${party} in the end` });
    }
    const channelOf = new Map(world.channels.map(channel => [channel.name, channel]));
    for (const { channel, is } of end?.channels ?? []) {
        for (const { name } of findChannels(names, 'scenario.end.channels', channel)) {
            const actual = statusOf(channelOf.get(name)!);
            if (actual !== is) unmet.push({ actual, expected: is, what: `${name} in the end` });
        }
    }
    return unmet;
}
