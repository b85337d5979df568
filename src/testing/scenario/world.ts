import type { Address, KeyPairSigner } from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { findChannelPda, findEscrowPda, findTokenPda, type ChannelSeedsInput } from '../../channel/find-pdas';
import { TOKEN_2022_PROGRAM_ADDRESS } from '../../core/input';
import { chooseOpenSlot } from '../../revision/open-slot';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';
import type { LedgerAccount, LedgerMint } from './ledger';
import { TREASURY, type ScenarioNames } from './names';
import type { ScenarioChannel, ScenarioTokenProgram } from './scenario';

/** A token of a scenario with its mint. */
export type WorldToken = LedgerMint & Readonly<{ name: string; decimals: number; program: ScenarioTokenProgram }>;

/** A party of a scenario; the treasury's has no key here. */
export type WorldParty = Readonly<{
    name: string;
    /** The name that it shares with those that are alike. */
    group: string;
    address: Address;
    wallet: KeyPairSigner | undefined;
    /** Token accounts by the name of the token. */
    tokenAccounts: Map<string, Address>;
}>;

/** Where a channel is; it follows from the slot that it is opened for, where the revision knows one. */
export type ChannelPlace = Readonly<{ address: Address; escrow: Address; openSlot: bigint | undefined }>;

/** A channel of a scenario with everybody in it. */
export type WorldChannel = Readonly<{
    name: string;
    terms: ScenarioChannel;
    payer: WorldParty;
    payee: WorldParty;
    recipients: readonly WorldParty[];
    splits: readonly Readonly<{ bps: number; recipient: Address }>[];
    /** Pays the rent, where the revision lets somebody but the payer do so. */
    rentPayer: WorldParty | undefined;
    session: KeyPairSigner;
    token: WorldToken;
    salt: bigint;
}>;

/** Everything that a scenario needs before its first step. */
export type World = Readonly<{
    channels: readonly WorldChannel[];
    parties: readonly WorldParty[];
    /** Each party by every name that means it alone. */
    partyOf: ReadonlyMap<string, WorldParty>;
    tokens: readonly WorldToken[];
    treasury: WorldParty;
}>;

const DEFAULT_DECIMALS = 6;
const PROGRAMS: Readonly<Record<ScenarioTokenProgram, Address>> = {
    'SPL Token': TOKEN_PROGRAM_ADDRESS,
    'Token-2022': TOKEN_2022_PROGRAM_ADDRESS,
};

/** Creates the mints, the wallets with what they hold, and every token account that a payout may need. */
export async function createWorld(simulator: Simulator<RevisionName>, names: ScenarioNames): Promise<World> {
    const tokens: WorldToken[] = [];
    for (const { item, name } of names.tokens.all) {
        const { decimals = DEFAULT_DECIMALS, program = 'SPL Token' } = item;
        const tokenProgram = PROGRAMS[program];
        const mint = await simulator.createMint({ decimals, label: `mint ${name}`, tokenProgram });
        tokens.push({ decimals, mint, name, program, tokenProgram });
    }
    const parties: WorldParty[] = [];
    for (const { group, item, name } of names.parties.all) {
        const isTreasury = name === TREASURY;
        const wallet = isTreasury
            ? undefined
            : await simulator.createFundedSigner({ label: `party ${name}`, lamports: item.lamports });
        const address = wallet?.address ?? simulator.deployment.treasuryOwner;
        parties.push({ address, group, name, tokenAccounts: new Map(), wallet });
    }
    const byOwnName = new Map(parties.map(party => [party.name, party]));
    const partyOf = new Map<string, WorldParty>();
    for (const [name, [first, ...others]] of names.parties.byName) {
        if (others.length === 0) partyOf.set(name, byOwnName.get(first!.name)!);
    }
    const tokenOf = new Map(tokens.map(token => [token.name, token]));
    const treasury = partyOf.get(TREASURY)!;
    const sessions = new Map<WorldParty, KeyPairSigner>();
    const channels: WorldChannel[] = [];
    for (const [place, { index, item: terms, name }] of names.channels.all.entries()) {
        const payers = names.parties.byName.get(terms.payer)!;
        const payer = byOwnName.get(payers[index % payers.length]!.name)!;
        const session = sessions.get(payer) ?? (await simulator.createSigner(`session of ${payer.name}`));
        sessions.set(payer, session);
        const recipients = (terms.splits ?? []).map(({ recipient }) => partyOf.get(recipient)!);
        channels.push({
            name,
            payee: partyOf.get(terms.payee)!,
            payer,
            recipients,
            rentPayer:
                terms.rentPayer === undefined || !simulator.deployment.open.hasRentPayer
                    ? undefined
                    : partyOf.get(terms.rentPayer),
            salt: BigInt(place + 1),
            session,
            splits: recipients.map(({ address }, at) => ({ bps: terms.splits![at]!.bps, recipient: address })),
            terms,
            token: tokenOf.get(terms.token)!,
        });
    }
    const world = { channels, parties, partyOf, tokens, treasury };
    await createTokenAccounts(simulator, world, names);
    return world;
}

/** One for everybody who holds a token or can be paid in it. */
async function createTokenAccounts(
    simulator: Simulator<RevisionName>,
    { channels, parties, tokens, treasury }: World,
    names: ScenarioNames,
): Promise<void> {
    const holdings = new Map<WorldParty, Map<string, bigint>>();
    const hold = (party: WorldParty, token: string, amount: bigint) => {
        const own = holdings.get(party) ?? new Map<string, bigint>();
        holdings.set(party, own.set(token, (own.get(token) ?? 0n) + amount));
    };
    for (const [place, { item }] of names.parties.all.entries()) {
        for (const { amount, token } of item.holds ?? []) hold(parties[place]!, token, BigInt(amount));
    }
    for (const { payee, payer, recipients, token } of channels) {
        for (const party of [payer, payee, ...recipients]) hold(party, token.name, 0n);
    }
    for (const { name } of tokens) hold(treasury, name, 0n);
    for (const party of parties) {
        for (const token of tokens) {
            const amount = holdings.get(party)?.get(token.name);
            if (amount === undefined) continue;
            const { mint, tokenProgram } = token;
            const address = await simulator.mintTokens({ amount, mint, owner: party.address, tokenProgram });
            party.tokenAccounts.set(token.name, address);
        }
    }
}

/** The accounts of all parties, for a ledger. */
export function getLedgerAccounts({ parties, tokens }: World): LedgerAccount[] {
    return parties.flatMap(({ address, name, tokenAccounts }): LedgerAccount[] => [
        { address, party: name },
        ...tokens.flatMap(token => {
            const account = tokenAccounts.get(token.name);
            return account === undefined ? [] : [{ address: account, mint: token.mint, party: name }];
        }),
    ]);
}

/** Where a channel is that is opened now. */
export async function findChannelPlace(
    simulator: Simulator<RevisionName>,
    { payee, payer, salt, session, token }: WorldChannel,
): Promise<ChannelPlace> {
    const { deployment } = simulator;
    const openSlot =
        deployment.channel.openSlotWindow === undefined
            ? undefined
            : chooseOpenSlot({ currentSlot: simulator.getClock().slot }, deployment);
    const seeds: ChannelSeedsInput<RevisionName> & Readonly<{ openSlot: bigint | undefined }> = {
        authorizedSigner: session.address,
        mint: token.mint,
        openSlot,
        payee: payee.address,
        payer: payer.address,
        salt,
    };
    const [address] = await findChannelPda(seeds, deployment);
    const [escrow] = await findEscrowPda({ channel: address, mint: token.mint, tokenProgram: token.tokenProgram });
    return { address, escrow, openSlot };
}

/** The token account of a party, which is there or was before it was closed. */
export async function findTokenAccount(party: WorldParty, token: WorldToken): Promise<Address> {
    const known = party.tokenAccounts.get(token.name);
    if (known !== undefined) return known;
    const [address] = await findTokenPda('owner', party.address, {
        mint: token.mint,
        tokenProgram: token.tokenProgram,
    });
    return address;
}
