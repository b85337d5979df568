import { type Address, type KeyPairSigner } from '@solana/kit';

import { type Split } from '../../../src/channel/splits';
import {
    rentFor,
    TOKEN_2022_LENGTH,
    TOKEN_2022_PROGRAM,
    TOKEN_LENGTH,
    type AccountState,
    type ChannelSeeds,
    type TokenAccount,
    type World,
} from '../model';
import { type Sequence, type SlotPick } from './scenario';
import { MINT_NAMES, SALTS, type MintName, type Universe } from './universe';

/** A place for a channel in a sequence: its parties and addresses, whether or not it is open yet. */
export type Slot = Readonly<{
    payer: KeyPairSigner;
    /** Who pays the rent and gets it back. */
    rentPayer: Address;
    payee: Address;
    session: KeyPairSigner;
    mintName: MintName;
    mint: Address;
    tokenProgram: Address;
    seeds: ChannelSeeds;
    channel: Address;
    escrow: Address;
    payerToken: Address;
    payeeToken: Address;
    treasuryToken: Address;
    recipientTokens: readonly Address[];
    splits: readonly Split[];
    gracePeriod: number;
}>;

/** What payers start with. Two payers and all donations stay below u64 together. */
const START_AMOUNT = 2n ** 62n;
export const START_LAMPORTS = 10_000_000_000n;
export const START_TIME = 1_750_000_000n;
export const START_SLOT = 350_000_000n;
/** How long before the start, in slots, a channel is dated: within the window that ends there, but for the last one. */
export const OPEN_SLOT_AGES = [0n, 1_500n, 1n, -3n] as const;

export async function toSlot(universe: Universe, pick: SlotPick): Promise<Slot> {
    const payer = universe.payers[pick.payer]!;
    const payee = universe.payees[pick.payee]!;
    const session = universe.sessions[pick.signer] ?? payer;
    const { account, address: mint } = universe.mints.get(pick.mint)!;
    const { facts } = universe;
    const seeds = {
        authorizedSigner: session.address,
        mint,
        openSlot: facts.openSlotWindow === undefined ? 0n : START_SLOT - OPEN_SLOT_AGES[pick.openSlot]!,
        payee,
        payer: payer.address,
        salt: SALTS[pick.salt]!,
    };
    const channel = await universe.channel(seeds);
    const splits = toPlan(universe, pick, [payee, payer.address, universe.book.treasuryOwner, mint]);
    const token = (owner: Address) => universe.token(owner, pick.mint);
    return {
        channel,
        escrow: await token(channel),
        gracePeriod: pick.gracePeriod,
        mint,
        mintName: pick.mint,
        payee,
        payeeToken: await token(payee),
        payer,
        payerToken: await token(payer.address),
        rentPayer: facts.rentPayer.open !== undefined && pick.isRentSponsored ? universe.rentPayer : payer.address,
        recipientTokens: await Promise.all(splits.map(({ recipient }) => token(recipient))),
        seeds,
        session,
        splits,
        tokenProgram: account.tokenProgram,
        treasuryToken: await token(universe.book.treasuryOwner),
    };
}

/** Recipients in a row, from a circle in which the parties themselves stand too: all of them may be recipients. */
function toPlan(universe: Universe, { plan }: SlotPick, parties: readonly Address[]): Split[] {
    const circle = [...universe.recipients, ...parties];
    const { count, shape, start } = plan;
    const shareOf = (index: number): number => {
        if (shape === 'tiny') return 1;
        if (shape === 'greedy') return index === 0 ? 10_000 - (count - 1) : 1;
        return Math.floor((shape === 'even' ? 10_000 : 3_333) / count);
    };
    return Array.from({ length: count }, (_, index) => ({
        bps: shareOf(index),
        recipient: circle[(start + index) % circle.length]!,
    }));
}

export function newToken(slot: Slot, owner: Address, amount: bigint): TokenAccount {
    const isToken2022 = slot.tokenProgram === TOKEN_2022_PROGRAM;
    return {
        amount,
        kind: 'token',
        lamports: rentFor(isToken2022 ? TOKEN_2022_LENGTH : TOKEN_LENGTH),
        mint: slot.mint,
        owner,
        state: 1,
        tokenProgram: slot.tokenProgram,
        trailer: isToken2022 ? 'immutableOwner' : 'none',
    };
}

/** The world that a sequence starts in: everybody is there and has what is needed, but for some recipients. */
export function startOf(universe: Universe, sequence: Sequence, slots: readonly Slot[]): World {
    const accounts = new Map<Address, AccountState>();
    for (const name of MINT_NAMES) {
        const { account, address } = universe.mints.get(name)!;
        accounts.set(address, account);
    }
    accounts.set(universe.sponsor, { kind: 'wallet', lamports: 1_000n * START_LAMPORTS });
    accounts.set(universe.rentPayer, { kind: 'wallet', lamports: START_LAMPORTS });
    const every = sequence.missingRecipients;
    for (const slot of slots) {
        slot.recipientTokens.forEach((address, index) => {
            if (every > 0 && index % every === 0) return;
            accounts.set(address, newToken(slot, slot.splits[index]!.recipient, 0n));
        });
    }
    // After the recipients: a party may be one of them, and parties are never missing at the start.
    for (const slot of slots) {
        accounts.set(slot.payer.address, { kind: 'wallet', lamports: START_LAMPORTS });
        accounts.set(slot.payee, { kind: 'wallet', lamports: START_LAMPORTS });
        accounts.set(slot.payeeToken, newToken(slot, slot.payee, 0n));
        accounts.set(slot.treasuryToken, newToken(slot, universe.book.treasuryOwner, 0n));
    }
    for (const slot of slots) accounts.set(slot.payerToken, newToken(slot, slot.payer.address, START_AMOUNT));
    return { accounts, now: START_TIME, slot: START_SLOT };
}
