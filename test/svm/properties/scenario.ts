import fc from 'fast-check';

import { instructionsOf, type InstructionName, type RevisionFacts } from '../revisions';
import { MINT_NAMES, SALTS } from './universe';

// What fast-check generates: descriptions that say "settled + 1" rather than a number, so that they keep their meaning
// when a step before them is shrunk away. The first choice of every list is the one that a failure shrinks to.

export const STEPS_PER_SEQUENCE = 20;

export type CallName = InstructionName;

export const AMOUNTS = [
    'most',
    'some',
    'one',
    'zero',
    'floor',
    'floor+1',
    'limit-1',
    'limit',
    'limit+1',
    'max',
] as const;
export type AmountPick = (typeof AMOUNTS)[number];

export const EXPIRIES = ['never', 'now+1', 'now', 'now-1', 'far', 'negative', 'i64 min', 'i64 max'] as const;
export type ExpiryPick = (typeof EXPIRIES)[number];

/** One fault in an instruction: which, where, and with which stranger; all taken modulo what there is. */
export type FaultPick = Readonly<{ which: number; at: number; other: number }>;

export type Call = Readonly<{
    /** `next` is what makes sense in the channel's state. */
    name: CallName | 'next';
    slot: number;
    amount: AmountPick;
    part: number;
    expiry: ExpiryPick;
    hasVoucher: boolean;
    faults: readonly FaultPick[];
}>;

export const CLOCKS = ['+1', '+grace', 'deadline', 'deadline-1', 'deadline+1', '-1', 'zero', 'last', 'start'] as const;
/** Slots, around those of the open-slot window of a channel. */
export const SLOTS = ['+1', 'window', 'window+1', 'start', 'before', 'future'] as const;
export const HOLDERS = ['recipient', 'payee', 'payer', 'treasury', 'escrow'] as const;
export const CONDITIONS = [
    'fine',
    'missing',
    'frozen',
    'uninitialised',
    'reassigned',
    'other mint',
    'bare',
    'unsupported extension',
    'malformed extension',
    'other program',
    'bad state',
    // Two things wrong at once: which of them is seen first?
    'frozen and reassigned',
    'frozen and malformed',
    'reassigned and malformed',
    'reassigned and unsupported',
] as const;
export const DONATIONS = ['channel lamports', 'escrow lamports', 'escrow tokens'] as const;
export const FUNDS = ['rich', 'exact', 'exact-1', 'channel only', 'dust left', 'nothing'] as const;

export type Step =
    | Readonly<{ type: 'nothing' }>
    | Readonly<{ type: 'transaction'; calls: readonly Call[]; payerPaysFee: boolean }>
    | Readonly<{ type: 'clock'; slot: number; to: (typeof CLOCKS)[number] }>
    | Readonly<{ type: 'slot'; slot: number; to: (typeof SLOTS)[number] }>
    | Readonly<{
          type: 'token';
          slot: number;
          holder: (typeof HOLDERS)[number];
          index: number;
          condition: (typeof CONDITIONS)[number];
      }>
    | Readonly<{ type: 'donate'; slot: number; what: (typeof DONATIONS)[number]; amount: number }>
    | Readonly<{ type: 'fund'; slot: number; lamports: (typeof FUNDS)[number] }>;

export const PLAN_SHAPES = ['even', 'tiny', 'greedy', 'partial'] as const;
export type SlotPick = Readonly<{
    payer: number;
    payee: number;
    mint: (typeof MINT_NAMES)[number];
    /** An index into the sessions; one past their end means that the payer signs the vouchers. */
    signer: number;
    salt: number;
    /** An index into the ages of a channel's open slot. */
    openSlot: number;
    isRentSponsored: boolean;
    gracePeriod: number;
    plan: Readonly<{ count: number; start: number; shape: (typeof PLAN_SHAPES)[number] }>;
}>;

export type Sequence = Readonly<{
    slots: readonly SlotPick[];
    /** Every how many-th recipient lacks a token account at the start; 0 for none. */
    missingRecipients: number;
    steps: readonly Step[];
}>;

const weighted = <T>(...choices: readonly (readonly [weight: number, value: T])[]): fc.Arbitrary<T> =>
    fc.oneof(
        { withCrossShrink: true },
        ...choices.map(([weight, value]) => ({ arbitrary: fc.constant(value), weight })),
    );
/** The first one with a weight of its own, the others alike. */
const mostly = <T>(weight: number, values: readonly T[]): fc.Arbitrary<T> =>
    weighted(...values.map((value, index) => [index === 0 ? weight : 1, value] as const));

const slot = weighted([6, 0], [3, 1], [1, 2]);
const fault = fc.record({ at: fc.nat(63), other: fc.nat(255), which: fc.nat(255) });
const callOf = (names: readonly CallName[]): fc.Arbitrary<Call> =>
    fc.record({
        amount: weighted<AmountPick>(
            [14, 'some'],
            ...AMOUNTS.filter(name => name !== 'some').map(name => [1, name] as const),
        ),
        expiry: mostly(24, EXPIRIES),
        faults: fc.oneof(
            { withCrossShrink: true },
            { arbitrary: fc.constant([]), weight: 9 },
            { arbitrary: fc.tuple(fault), weight: 2 },
            { arbitrary: fc.tuple(fault, fault), weight: 1 },
        ),
        hasVoucher: fc.boolean(),
        name: weighted<Call['name']>([36, 'next'], ...names.map(name => [1, name] as const)),
        part: fc.nat(10_000),
        slot,
    });

// Rare, but first: what every step that a failure can do without shrinks to.
const stepOf = (call: fc.Arbitrary<Call>): fc.Arbitrary<Step> =>
    fc.oneof(
        { withCrossShrink: true },
        { arbitrary: fc.constant({ type: 'nothing' as const }), weight: 1 },
        {
            arbitrary: fc.record({
                calls: fc.array(call, { maxLength: 2, minLength: 1, size: 'small' }),
                payerPaysFee: mostly(4, [false, true]),
                type: fc.constant('transaction' as const),
            }),
            weight: 300,
        },
        {
            arbitrary: fc.record({
                slot,
                to: weighted(
                    [3, '+1' as const],
                    [3, '+grace' as const],
                    [4, 'deadline' as const],
                    [3, 'deadline-1' as const],
                    [2, 'deadline+1' as const],
                    [1, '-1' as const],
                    [1, 'zero' as const],
                    [1, 'last' as const],
                    [2, 'start' as const],
                ),
                type: fc.constant('clock' as const),
            }),
            weight: 70,
        },
        {
            arbitrary: fc.record({
                slot,
                to: weighted(
                    [1, '+1' as const],
                    [3, 'window' as const],
                    [2, 'window+1' as const],
                    [6, 'start' as const],
                    [1, 'before' as const],
                    [1, 'future' as const],
                ),
                type: fc.constant('slot' as const),
            }),
            weight: 40,
        },
        {
            arbitrary: fc.record({
                condition: mostly(12, CONDITIONS),
                holder: weighted(
                    [4, 'recipient' as const],
                    [3, 'payee' as const],
                    [3, 'payer' as const],
                    [1, 'treasury' as const],
                    [1, 'escrow' as const],
                ),
                index: fc.nat(31),
                slot,
                type: fc.constant('token' as const),
            }),
            weight: 70,
        },
        {
            arbitrary: fc.record({
                amount: fc.integer({ max: 5_000_000, min: 1 }),
                slot,
                type: fc.constant('donate' as const),
                what: mostly(1, DONATIONS),
            }),
            weight: 20,
        },
        {
            arbitrary: fc.record({ lamports: mostly(4, FUNDS), slot, type: fc.constant('fund' as const) }),
            weight: 10,
        },
    );

/** Most channels that are worth anything are open from the start. */
const openingOf = (call: fc.Arbitrary<Call>): fc.Arbitrary<Step> =>
    fc.record({
        calls: fc.tuple(
            call.map(picked => ({ ...picked, amount: 'some' as const, faults: [], name: 'open' as const, slot: 0 })),
        ),
        payerPaysFee: fc.constant(false),
        type: fc.constant('transaction' as const),
    });

const slotPick: fc.Arbitrary<SlotPick> = fc.record({
    gracePeriod: weighted([4, 3600], [2, 1], [1, 0xffff_ffff]),
    mint: fc.constantFrom(...MINT_NAMES),
    payee: fc.nat(1),
    payer: fc.nat(1),
    plan: fc.record({
        count: fc.oneof(
            { withCrossShrink: true },
            { arbitrary: fc.integer({ max: 4, min: 0 }), weight: 12 },
            // Around the size of a batch of transfers, and the most that there can be.
            { arbitrary: fc.constantFrom(7, 8, 9, 16), weight: 3 },
            { arbitrary: fc.integer({ max: 32, min: 30 }), weight: 1 },
        ),
        shape: fc.constantFrom(...PLAN_SHAPES),
        start: fc.nat(35),
    }),
    isRentSponsored: fc.boolean(),
    openSlot: weighted([6, 0], [3, 1], [2, 2], [1, 3]),
    salt: fc.nat(SALTS.length - 1),
    signer: fc.nat(2),
});

/** Nearly everything that can be freed can be freed in the end. */
const endingOf = (call: fc.Arbitrary<Call>): fc.Arbitrary<readonly Step[]> =>
    fc.tuple(
        fc.record({
            slot: fc.constant(0),
            to: weighted([9, 'window+1' as const], [1, 'window' as const]),
            type: fc.constant('slot' as const),
        }),
        fc.record({
            calls: fc.tuple(
                call.map(picked => ({ ...picked, faults: picked.faults.slice(1), name: 'next' as const, slot: 0 })),
            ),
            payerPaysFee: fc.constant(false),
            type: fc.constant('transaction' as const),
        }),
    );

/** Sequences of the instructions that a revision has. */
export function sequenceArbitrary(facts: RevisionFacts): fc.Arbitrary<Sequence> {
    const call = callOf(instructionsOf(facts));
    const step = stepOf(call);
    return fc.record({
        missingRecipients: weighted([6, 0], [1, 1], [2, 2], [2, 3], [2, 7]),
        slots: fc.tuple(slotPick, slotPick, slotPick),
        steps: fc
            .tuple(
                openingOf(call),
                fc.array(step, { maxLength: STEPS_PER_SEQUENCE - 3, minLength: STEPS_PER_SEQUENCE - 3 }),
                endingOf(call),
            )
            .map(([first, others, last]) => [first, ...others, ...last]),
    });
}
