import { type Address } from '@solana/kit';

import {
    I64_MAX,
    rentFor,
    STATUS_CLOSING,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    type AccountState,
    type TokenAccount,
    type World,
} from '../model';
import { channelOf } from './build';
import { type Step } from './scenario';
import { newToken, START_LAMPORTS, START_SLOT, START_TIME, type Slot } from './slot';
import { type Universe } from './universe';

/** What happens to the world between transactions, by others or by time. */
export type Perturbation = Readonly<{
    now?: bigint;
    slot?: bigint;
    accounts: readonly (readonly [Address, AccountState | undefined])[];
    note: string;
}>;

const NOTHING: Perturbation = { accounts: [], note: 'nothing to change' };

export function perturb(
    universe: Universe,
    world: World,
    slot: Slot,
    step: Exclude<Step, { type: 'transaction' | 'nothing' }>,
): Perturbation {
    switch (step.type) {
        case 'clock':
            return moveClock(world, slot, step.to);
        case 'slot':
            return moveSlot(universe, world, slot, step.to);
        case 'token':
            return changeToken(universe, world, slot, step);
        case 'donate':
            return donate(world, slot, step);
        case 'fund':
            return fund(universe, slot, step.lamports);
    }
}

function moveClock(world: World, slot: Slot, to: Extract<Step, { type: 'clock' }>['to']): Perturbation {
    const channel = channelOf(world, slot);
    const grace = BigInt(channel?.gracePeriod ?? slot.gracePeriod);
    const deadline = channel?.status === STATUS_CLOSING ? channel.closureStartedAt + grace : world.now + grace;
    const times: Record<typeof to, bigint> = {
        '+1': world.now + 1n,
        '+grace': world.now + grace,
        '-1': world.now - 1n,
        deadline: deadline,
        'deadline+1': deadline + 1n,
        'deadline-1': deadline - 1n,
        last: I64_MAX - 1n,
        start: START_TIME,
        zero: 0n,
    };
    const now = times[to] > I64_MAX ? I64_MAX : times[to];
    return { accounts: [], note: `clock ${to}: ${now}`, now };
}

/** Slots may go back: another fork, or a machine that starts again. */
function moveSlot(
    { facts }: Universe,
    world: World,
    { seeds }: Slot,
    to: Extract<Step, { type: 'slot' }>['to'],
): Perturbation {
    const last = seeds.openSlot + (facts.openSlotWindow ?? 0n);
    const slots: Record<typeof to, bigint> = {
        '+1': world.slot + 1n,
        before: seeds.openSlot > 0n ? seeds.openSlot - 1n : 0n,
        future: START_SLOT + 1_000_000n,
        start: START_SLOT,
        window: last,
        'window+1': last + 1n,
    };
    return { accounts: [], note: `slot ${to}: ${slots[to]}`, slot: slots[to] };
}

function changeToken(
    universe: Universe,
    world: World,
    slot: Slot,
    { condition, holder, index }: Extract<Step, { type: 'token' }>,
): Perturbation {
    const owners: Record<typeof holder, readonly [Address | undefined, Address | undefined]> = {
        escrow: [slot.escrow, slot.channel],
        payee: [slot.payeeToken, slot.payee],
        payer: [slot.payerToken, slot.payer.address],
        recipient: [
            slot.recipientTokens[index % slot.recipientTokens.length],
            slot.splits[index % slot.splits.length]?.recipient,
        ],
        treasury: [slot.treasuryToken, universe.book.treasuryOwner],
    };
    const [address, owner] = owners[holder];
    if (!address || !owner) return NOTHING;
    const existing = world.accounts.get(address);
    const fresh = newToken(slot, owner, 0n);
    const fine =
        existing?.kind === 'token' ? { ...fresh, amount: existing.amount, lamports: existing.lamports } : fresh;
    const hasTrailer = slot.tokenProgram === TOKEN_2022_PROGRAM;
    // An account of SPL Token has no place for extensions: there these are like `fine`.
    const malformed = hasTrailer ? ({ trailer: 'malformed' } as const) : {};
    const unsupported = hasTrailer ? ({ trailer: 'unsupported' } as const) : {};
    const frozen = { state: 2 };
    const reassigned = { owner: universe.sponsor };
    const states: Record<typeof condition, TokenAccount | undefined> = {
        'bad state': { ...fine, state: 3 },
        bare: { ...fine, trailer: 'none' },
        fine: fine,
        frozen: { ...fine, ...frozen },
        'frozen and malformed': { ...fine, ...frozen, ...malformed },
        'frozen and reassigned': { ...fine, ...frozen, ...reassigned },
        'reassigned and malformed': { ...fine, ...reassigned, ...malformed },
        'reassigned and unsupported': { ...fine, ...reassigned, ...unsupported },
        'malformed extension': { ...fine, ...malformed },
        missing: undefined,
        'other mint': { ...fine, mint: universe.recipients[0]! },
        'other program': { ...fine, tokenProgram: hasTrailer ? TOKEN_PROGRAM : TOKEN_2022_PROGRAM },
        reassigned: { ...fine, ...reassigned },
        uninitialised: { ...fine, state: 0 },
        'unsupported extension': { ...fine, ...unsupported },
    };
    return { accounts: [[address, states[condition]]], note: `${universe.nameOf(address)} becomes ${condition}` };
}

function donate(world: World, slot: Slot, { amount, what }: Extract<Step, { type: 'donate' }>): Perturbation {
    const address = what === 'channel lamports' ? slot.channel : slot.escrow;
    const account: AccountState = world.accounts.get(address) ?? { kind: 'wallet', lamports: 0n };
    const note = `donation of ${amount} ${what}`;
    if (what === 'escrow tokens') {
        if (account.kind !== 'token') return NOTHING;
        return { accounts: [[address, { ...account, amount: account.amount + BigInt(amount) }]], note };
    }
    return { accounts: [[address, { ...account, lamports: account.lamports + BigInt(amount) }]], note };
}

/** Sets what the one has who pays for a channel, around what it costs to open one. */
function fund(universe: Universe, slot: Slot, pick: Extract<Step, { type: 'fund' }>['lamports']): Perturbation {
    const channelRent = rentFor(universe.facts.channelLength);
    const rent = channelRent + newToken(slot, slot.channel, 0n).lamports;
    const amounts: Record<typeof pick, bigint> = {
        'channel only': channelRent,
        'dust left': rent + 1n,
        exact: rent,
        'exact-1': rent - 1n,
        nothing: 0n,
        rich: START_LAMPORTS,
    };
    const wallet = amounts[pick] === 0n ? undefined : ({ kind: 'wallet', lamports: amounts[pick] } as const);
    return {
        accounts: [[slot.rentPayer, wallet]],
        note: `${universe.nameOf(slot.rentPayer)} has ${amounts[pick]} lamports (${pick})`,
    };
}
