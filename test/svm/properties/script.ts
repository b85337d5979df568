import {
    type Call,
    type CallName,
    type CONDITIONS,
    type FaultPick,
    type HOLDERS,
    type Sequence,
    type SLOTS,
    type SlotPick,
    type Step,
} from './scenario';
import { type MintName } from './universe';

// Sequences that are written down instead of drawn.

/** One valid call of slot 0, or one with faults: a deposit of 4,500,001, or nine twentieths of the way to it. */
export const call = (name: CallName, faults: readonly FaultPick[] = [], hasVoucher = true): Call => ({
    amount: 'some',
    expiry: 'never',
    faults,
    hasVoucher,
    name,
    part: 9_000,
    slot: 0,
});
export const transaction = (...calls: Call[]): Step => ({ calls, payerPaysFee: false, type: 'transaction' });
/** Something that happens to a token account of slot 0. */
export const token = (holder: (typeof HOLDERS)[number], condition: (typeof CONDITIONS)[number]): Step => ({
    condition,
    holder,
    index: 0,
    slot: 0,
    type: 'token',
});
/** A slot, seen from the channel of slot 0. */
export const slot = (to: (typeof SLOTS)[number]): Step => ({ slot: 0, to, type: 'slot' });

/** The rent is paid by somebody else, so that mixing the two up shows. */
const PLAIN = { isRentSponsored: true, openSlot: 0 } as const;
const PLAN = { count: 3, shape: 'partial', start: 0 } as const;

/** A channel with three recipients in slot 0, and another one beside it that steps can be mixed up with. */
export function sequenceOf(mint: MintName, steps: readonly Step[], plan: SlotPick['plan'] = PLAN): Sequence {
    const picked = { gracePeriod: 3600, mint, payee: 0, payer: 0, salt: 0, signer: 0, ...PLAIN };
    // The neighbour, whose accounts get mixed up with those of the channel, has another payer and payee.
    const neighbour = { ...picked, payee: 1, payer: 1, plan: { ...PLAN, count: 1, start: 5 } };
    return { missingRecipients: 0, slots: [{ ...picked, plan }, neighbour], steps };
}
