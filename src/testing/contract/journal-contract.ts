import { CONTRACT_BROKEN } from '../../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../../core/errors';
import { assertHasMethods, readOnlyMembers, refuseInput, toInteger, toOneOf } from '../../core/input';
import { runWith, toCases, type ContractCase } from './contract-case';
import { expectEqual } from './expect';
import { INPUT_TESTS } from './journal-input-cases';
import { LEASE_TESTS, LEASE_TIME_TESTS, OWN_CLOCK_TESTS } from './journal-lease-cases';
import { createModel, drawSteps, showStep, take } from './journal-model';
import { SENT_TESTS, SENT_TIME_TESTS } from './journal-sent-cases';
import type { JournalContext, JournalUnderTest } from './journal-subject';
import { createDraw } from './random';

/** What the contract of a journal is tried with. */
export type JournalContractInput = Readonly<{
    /**
     * Creates a journal, new and empty, each time that it is called.
     *
     * @param options `now` is the clock for its leases, in milliseconds. Tests put it forward and back, and have it say
     * what is no time.
     */
    createJournal: (options: Readonly<{ now: () => number }>) => JournalUnderTest | Promise<JournalUnderTest>;
    /**
     * `given` (the default) for a journal that goes by the clock that it is given. `own` for one that goes by the clock of
     * its database: what depends on the time is left out then, but for one case that waits for a second.
     */
    clock?: 'given' | 'own' | undefined;
    /** The seed of the random calls, from a message of a failure; a new one by default. */
    seed?: number | undefined;
    /** How many sequences of random calls are made: 60 by default. */
    sequences?: number | undefined;
}>;

const MEMBERS = { clock: true, createJournal: true, seed: true, sequences: true } as const;
const METHODS = ['acquire', 'getUnresolved', 'recordOutcome', 'recordSent', 'release'];
const MAX_SEED = 0xffff_ffff;
const MAX_SEQUENCES = 1_000_000n;
const START = 1_000_000;

/**
 * The contract of {@link BatchJournal}, sentence by sentence, as cases for any test runner: leases, fenced records of what
 * is sent, what is unresolved, wrong input, two journal objects over one place, clocks that jump, and random calls that
 * are compared with a model. A journal that keeps them all can be given to `executeBatchSettle`.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field. Cases reject with `CONTRACT_BROKEN`.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const cases = getJournalContractCases({
 *     createJournal: ({ now }) => ({ journal: createMemoryJournal({ now }) }),
 * });
 * for (const { name, run } of cases) test(name, run);
 * ```
 */
export function getJournalContractCases(input: JournalContractInput): readonly ContractCase[] {
    const {
        clock: clockInput = 'given',
        createJournal,
        seed: seedInput,
        sequences = 60,
    } = readOnlyMembers('input', input, MEMBERS);
    if (typeof createJournal !== 'function') refuseInput('createJournal', 'a function', createJournal);
    const hasTime = toOneOf('clock', clockInput, ['given', 'own']) === 'given';
    const seed = Number(toInteger('seed', seedInput ?? Math.floor(Math.random() * MAX_SEED), 0n, BigInt(MAX_SEED)));
    const count = Number(toInteger('sequences', sequences, 0n, MAX_SEQUENCES));

    const open = async (): Promise<JournalContext> => {
        const clock = { at: hasTime ? START : Date.now() };
        const under = await createJournal({ now: () => (hasTime ? clock.at : Date.now()) });
        const { close, journal, other = journal } = under;
        assertHasMethods('createJournal().journal', journal, METHODS);
        return { clock, close: async () => await close?.(), journal, other };
    };
    const close = (context: JournalContext) => context.close();
    const tryRandomCalls = async () => {
        for (let index = 0; index < count; index++) {
            await runWith(open, close, context => follow(context, `${seed}/${index}`, seed, hasTime));
        }
    };
    return Object.freeze([
        ...toCases('leases', { ...LEASE_TESTS, ...(hasTime ? LEASE_TIME_TESTS : OWN_CLOCK_TESTS) }, open, close),
        ...toCases('what was sent', { ...SENT_TESTS, ...(hasTime ? SENT_TIME_TESTS : {}) }, open, close),
        ...toCases('input', INPUT_TESTS, open, close),
        Object.freeze({ name: 'random calls are answered as by a simple model', run: tryRandomCalls }),
    ]);
}

/** Makes random calls of a journal, and expects of each what the model answers. */
async function follow(context: JournalContext, name: string, seed: number, hasTime: boolean): Promise<void> {
    const { clock, journal, other } = context;
    const model = createModel();
    const calls: string[] = [];
    for (const step of drawSteps(createDraw(name), hasTime)) {
        clock.at += step.later;
        calls.push(showStep(step));
        try {
            const given = await take(step, step.owner === 'two' ? other : journal);
            expectEqual(step.call.name, given, model(step, clock.at));
        } catch (error) {
            const { expected, given, what } = isPaymentChannelsError(error, 'CONTRACT_BROKEN')
                ? error.context
                : { expected: 'an answer', given: String(error), what: step.call.name };
            throw new PaymentChannelsError(CONTRACT_BROKEN, { calls, expected, given, seed, what }, { cause: error });
        }
    }
}
