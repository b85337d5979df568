import { CONTRACT_BROKEN } from '../../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../../core/errors';
import { assertHasMethods, readOnlyMembers, refuseInput, toInteger, toOneOf } from '../../core/input';
import { runWith, toCases, type ContractCase } from './contract-case';
import { expectEqual } from './expect';
import { getJournalContractCases } from './journal-contract';
import { createDraw } from './random';
import { COMMAND_TESTS } from './store-command-cases';
import { COMMIT_TESTS, READ_TESTS, ROW_TESTS } from './store-commit-cases';
import { followCommands } from './store-commands-model';
import { DAMAGE_TESTS } from './store-damage-cases';
import { CLOSE_TESTS, STORE_INPUT_TESTS } from './store-input-cases';
import { LIST_TESTS } from './store-list-cases';
import { drawStoreSteps, showStoreStep, StoreModel } from './store-model';
import { NETWORK, type StoreContext, type StoreUnderTest } from './store-subject';
import { CLAIM_OWN_CLOCK_TESTS, CLAIM_TESTS, CLAIM_TIME_TESTS, PURGE_TESTS } from './store-work-cases';

/** What the contract of a store is tried with. */
export type StoreContractInput = Readonly<{
    /**
     * Creates a store over a database that is new and empty, each time that it is called.
     *
     * @param options `network` is the one of the store; `now` is the clock for its leases and for what is due, in
     * milliseconds. Tests put it forward and back, and have it say what is no time.
     */
    createStore: (
        options: Readonly<{ network: string; now: () => number }>,
    ) => StoreUnderTest | Promise<StoreUnderTest>;
    /**
     * `given` (the default) for a store that goes by the clock that it is given. `own` for one that goes by the clock of its
     * database: what depends on the time is left out then, but for cases that wait for a second.
     */
    clock?: 'given' | 'own' | undefined;
    /** The seed of the random calls, from a message of a failure; a new one by default. */
    seed?: number | undefined;
    /** How many sequences of random calls are made of each kind: 20 by default. */
    sequences?: number | undefined;
}>;

const MEMBERS = { clock: true, createStore: true, seed: true, sequences: true } as const;
const METHODS = ['claimDue', 'close', 'commit', 'get', 'getMany', 'getRow', 'list', 'listPending', 'purge'];
const MAX_SEED = 0xffff_ffff;
const MAX_SEQUENCES = 1_000_000n;
const START = 1_760_000_000_000;

/**
 * The contract of {@link ChannelStore}, sentence by sentence, as cases for any test runner: commits and conflicts in every
 * combination, all or nothing, two store objects over one database, somebody who commits between each read and commit, lists
 * and claims, damaged and newer records, wrong input, the journal, and random calls that are compared with a model. A store
 * that keeps them all can be given to a server.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field. Cases reject with `CONTRACT_BROKEN`.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const cases = getStoreContractCases({
 *     createStore: ({ network, now }) => ({ store: createMemoryStore({ network, now }) }),
 * });
 * for (const { name, run } of cases) test(name, run);
 * ```
 */
export function getStoreContractCases(input: StoreContractInput): readonly ContractCase[] {
    const given = readOnlyMembers('input', input, MEMBERS);
    const { clock: clockInput = 'given', createStore, seed: seedInput, sequences = 20 } = given;
    if (typeof createStore !== 'function') refuseInput('createStore', 'a function', createStore);
    const hasTime = toOneOf('clock', clockInput, ['given', 'own']) === 'given';
    const seed = Number(toInteger('seed', seedInput ?? Math.floor(Math.random() * MAX_SEED), 0n, BigInt(MAX_SEED)));
    const count = Number(toInteger('sequences', sequences, 0n, MAX_SEQUENCES));

    const open = async (): Promise<StoreContext> => {
        const clock = { at: hasTime ? START : Date.now() };
        const nowMs = () => (hasTime ? clock.at : Date.now());
        const under = await createStore({ network: NETWORK, now: nowMs });
        const { close, openNetwork, other = under.store, overwrite, overwriteRow, store } = under;
        assertHasMethods('createStore().store', store, METHODS);
        return {
            clock,
            close: async () => {
                await store.close();
                await other.close();
                await close?.();
            },
            now: () => BigInt(Math.floor(nowMs() / 1_000)),
            openNetwork,
            other,
            overwrite,
            overwriteRow,
            store,
        };
    };
    const close = (context: StoreContext) => context.close();
    const trySequences =
        (follow: (context: StoreContext, name: string, calls: string[]) => Promise<void>) => async () => {
            for (let index = 0; index < count; index++) {
                await runWith(open, close, context =>
                    report(seed, calls => follow(context, `${seed}/${index}`, calls)),
                );
            }
        };
    const journalCases = getJournalContractCases({
        clock: hasTime ? 'given' : 'own',
        createJournal: async ({ now }) => {
            const { close: remove, other, store } = await createStore({ network: NETWORK, now });
            return {
                close: async () => {
                    await store.close();
                    await other?.close();
                    await remove?.();
                },
                journal: store.journal,
                other: other?.journal,
            };
        },
        seed,
        sequences,
    });
    return Object.freeze([
        ...toCases('a commit', COMMIT_TESTS, open, close),
        ...toCases('rows', ROW_TESTS, open, close),
        ...toCases('getMany', READ_TESTS, open, close),
        ...toCases('a list', LIST_TESTS, open, close),
        ...toCases('a claim', { ...CLAIM_TESTS, ...(hasTime ? CLAIM_TIME_TESTS : CLAIM_OWN_CLOCK_TESTS) }, open, close),
        ...toCases('a purge', PURGE_TESTS, open, close),
        ...toCases('what is damaged', DAMAGE_TESTS, open, close),
        ...toCases('commands', COMMAND_TESTS, open, close),
        ...toCases('input', STORE_INPUT_TESTS, open, close),
        ...toCases('a store that is closed', CLOSE_TESTS, open, close),
        Object.freeze({
            name: 'random calls are answered as by a simple model',
            run: trySequences((context, name, calls) => followSteps(context, name, calls, hasTime)),
        }),
        Object.freeze({
            name: 'random commands of several at once lose nothing and charge nothing twice',
            run: trySequences(followCommands),
        }),
        ...journalCases.map(({ name, run }) => Object.freeze({ name: `the journal: ${name}`, run })),
    ]);
}

/** Has a failure say which calls led to it, and by which seed they come again. */
async function report(seed: number, follow: (calls: string[]) => Promise<void>): Promise<void> {
    const calls: string[] = [];
    try {
        await follow(calls);
    } catch (error) {
        const { expected, given, what } = isPaymentChannelsError(error, 'CONTRACT_BROKEN')
            ? error.context
            : { expected: 'an answer', given: String(error), what: calls.at(-1) ?? 'a call' };
        throw new PaymentChannelsError(CONTRACT_BROKEN, { calls, expected, given, seed, what }, { cause: error });
    }
}

/** Makes random calls of a store, and expects of each what the model answers. */
async function followSteps(
    { clock, now, other, store }: StoreContext,
    name: string,
    calls: string[],
    hasTime: boolean,
): Promise<void> {
    const model = new StoreModel(now());
    for (const step of drawStoreSteps(createDraw(name), hasTime)) {
        clock.at += step.later;
        calls.push(showStoreStep(step));
        const atMs = hasTime ? clock.at : Date.now();
        const [given, expected] = await model.take(step, step.isOther ? other : store, atMs);
        expectEqual(step.call.name, given, expected);
    }
}
