// The order of checks: which of two errors is seen first? Every pair of faults that the random sequences draw from, in
// every instruction, in LiteSVM and in the model. `just test-all` takes every third pair, a run of this file alone one in
// fifteen, and others every day; TEST_DEPTH=deep takes all of them, with both token programs, and every third one where the
// channel is in a state that the instruction is not meant for.

import { beforeAll, describe, expect, it } from 'vitest';

import { Arena } from './arena';
import { countFaults } from './properties/faults';
import { runInLockstep } from './properties/lockstep';
import { type CallName, type FaultPick, type Step } from './properties/scenario';
import { call, sequenceOf, slot, token, transaction } from './properties/script';
import { Tally } from './properties/tally';
import { Universe, type MintName } from './properties/universe';
import { instructionsOf, REVISIONS, type RevisionFacts } from './revisions';
import { byDepth, IS_DEEP, IS_QUICK, SEED } from '../fixtures/depth';

/** Where in the pairs and faults a run begins. */
const OFFSET = IS_QUICK ? SEED : 0;

/** Where the channel can be before the instruction, and how it gets there. */
const STATES = {
    nothing: [],
    settled: [transaction(call('open')), transaction(call('settle'))],
    closing: [transaction(call('open')), transaction(call('settle')), transaction(call('requestClose'))],
    'past the deadline': [
        transaction(call('open')),
        transaction(call('settle')),
        transaction(call('requestClose')),
        { slot: 0, to: 'deadline', type: 'clock' },
    ],
    finalized: [transaction(call('open')), transaction(call('settle')), transaction(call('settleAndFinalize'))],
    /** Paid out: a tombstone, or in a revision that dates its channels one that waits until it can be freed. */
    closed: [
        transaction(call('open')),
        transaction(call('settle')),
        transaction(call('settleAndFinalize')),
        transaction(call('distribute')),
    ],
    /** From here on a revision that dates its channels can free their addresses. */
    'finalized, window over': [
        transaction(call('open')),
        transaction(call('settle')),
        transaction(call('settleAndFinalize')),
        slot('window+1'),
    ],
    'closed, window over': [
        transaction(call('open')),
        transaction(call('settle')),
        transaction(call('settleAndFinalize')),
        transaction(call('distribute')),
        slot('window+1'),
    ],
} as const satisfies Record<string, readonly Step[]>;
type State = keyof typeof STATES;

/** The states in which an instruction succeeds: there, faults show one by one. */
const NATURAL: Readonly<Record<CallName, readonly State[]>> = {
    distribute: ['settled', 'finalized', 'finalized, window over'],
    emitEvent: ['nothing'],
    finalize: ['past the deadline'],
    open: ['nothing'],
    reclaim: ['closed, window over'],
    requestClose: ['settled'],
    settle: ['settled'],
    settleAndFinalize: ['settled', 'closing'],
    topUp: ['settled'],
    withdrawPayer: ['finalized'],
};

/** Faults of the world instead of the instruction. Each meets every fault of the instruction. */
const SURROUNDINGS: Readonly<Record<string, readonly Step[]>> = {
    'nothing else': [],
    'payer account missing': [token('payer', 'missing')],
    'payer account frozen': [token('payer', 'frozen')],
    'payer account malformed': [token('payer', 'malformed extension')],
    'payee account missing': [token('payee', 'missing')],
    'payee account malformed': [token('payee', 'malformed extension')],
    'recipient account frozen': [token('recipient', 'frozen')],
    'recipient account malformed': [token('recipient', 'malformed extension')],
    'treasury account missing': [token('treasury', 'missing')],
    'treasury account frozen': [token('treasury', 'frozen')],
    'escrow frozen': [token('escrow', 'frozen')],
    'escrow there': [token('escrow', 'fine')],
    'escrow missing': [token('escrow', 'missing')],
    'channel address with a lamport': [{ amount: 1, slot: 0, type: 'donate', what: 'channel lamports' }],
    'escrow address with a lamport': [{ amount: 1, slot: 0, type: 'donate', what: 'escrow lamports' }],
    'escrow address with more than its rent': [{ amount: 5_000_000, slot: 0, type: 'donate', what: 'escrow lamports' }],
    'tokens given to the escrow': [{ amount: 1, slot: 0, type: 'donate', what: 'escrow tokens' }],
    'poor payer': [{ lamports: 'channel only', slot: 0, type: 'fund' }],
};

/** The pairs of faults, and single ones. */
function* pairsOf(facts: RevisionFacts, name: CallName, state: State): Generator<readonly FaultPick[]> {
    const hasVoucher = name === 'settle' || name === 'settleAndFinalize';
    const count = countFaults(facts, name, hasVoucher);
    const step = IS_DEEP && NATURAL[name].includes(state) ? 1 : byDepth({ all: 3, deep: 3, quick: 15 });
    for (let first = 0; first < count; first++) {
        for (let second = first; second < count; second++) {
            if ((first + second) % step !== OFFSET % step) continue;
            // Where and with what, of faults that leave it open: something else for each pair.
            const fault = (which: number) => ({ at: first * 5 + second, other: first + second * 3, which });
            yield first === second ? [fault(first)] : [fault(first), fault(second)];
        }
    }
}

describe.each(REVISIONS)('order of checks of the $name program', facts => {
    let arena: Arena;
    let universe: Universe;
    beforeAll(async () => {
        arena = new Arena(facts);
        universe = await Universe.create(facts);
    });

    const names = instructionsOf(facts);
    const isDated = facts.openSlotWindow !== undefined;
    // The window makes no difference where there is none.
    const states = (Object.keys(STATES) as State[]).filter(state => isDated || !state.endsWith('window over'));
    const naturalOf = (name: CallName): readonly State[] => NATURAL[name].filter(state => states.includes(state));
    const mints: readonly MintName[] = IS_DEEP ? ['spl', 't22'] : ['spl'];
    const cases = names.flatMap(name => [
        ...mints.flatMap(mint => naturalOf(name).map(state => [name, mint, state] as const)),
        ...states
            .filter(state => IS_DEEP && !NATURAL[name].includes(state))
            .map(state => [name, 'spl', state] as const),
    ]);
    const timeout = IS_DEEP ? 3_600_000 : 300_000;

    it.each(cases)('two faults in %s (%s), channel %s', { timeout }, async (name, mint, state) => {
        const tally = new Tally();
        for (const faults of pairsOf(facts, name, state)) {
            const sequence = sequenceOf(mint, [...STATES[state], transaction(call(name, faults))]);
            await runInLockstep(arena, universe, sequence, tally);
        }
        expect(tally.toString()).not.toBe('');
    });

    it.each(names)('a fault in %s and one around it', { timeout }, async name => {
        const tally = new Tally();
        const count = countFaults(facts, name, name === 'settle' || name === 'settleAndFinalize');
        for (const mint of mints) {
            for (const state of naturalOf(name)) {
                for (const surrounding of Object.values(SURROUNDINGS)) {
                    for (let which = -1; which < count; which += byDepth({ all: 5, deep: 1, quick: 20 })) {
                        const faults = which < 0 ? [] : [{ at: which, other: which * 3, which }];
                        const steps = [...STATES[state], ...surrounding, transaction(call(name, faults))];
                        await runInLockstep(arena, universe, sequenceOf(mint, steps), tally);
                    }
                }
            }
        }
        expect(tally.toString()).not.toBe('');
    });
});
