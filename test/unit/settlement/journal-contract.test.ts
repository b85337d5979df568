import type { Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { PaymentChannelsError } from '../../../src';
import {
    createCheckedJournal,
    createMemoryJournal,
    type BatchJournal,
    type SentTransaction,
} from '../../../src/settlement';
import { getJournalContractCases, type JournalContractInput } from '../../../src/testing';
import { errorOf, expectRefusal } from '../../fixtures/refusals';

// The contract finds what is wrong with a journal, and says what: journals that are wrong in one thing each.

type Change = (journal: BatchJournal, now: () => number) => Partial<BatchJournal>;

/** A journal in memory with something changed. */
const changed =
    (change: Change): JournalContractInput['createJournal'] =>
    ({ now }) => {
        const journal = createMemoryJournal({ now });
        return { journal: { ...journal, ...change(journal, now) } };
    };

const WRONG: readonly (readonly [title: string, change: Change, broken: RegExp])[] = [
    [
        'leases in another order',
        journal => ({ acquire: async (...args) => [...(await journal.acquire(...args))].reverse() }),
        /in the order that was asked for/,
    ],
    [
        'a lease for everybody',
        journal => ({
            acquire: async (owner, channels) => (await journal.acquire(owner, channels, 1_000)) && channels,
        }),
        /go to one of many owners/,
    ],
    [
        'leases that outlive their end',
        (journal, now) => ({
            acquire: async (owner, channels, durationMs) => {
                now();
                return await journal.acquire(owner, channels, durationMs + 1);
            },
        }),
        /end with their last millisecond/,
    ],
    [
        'a release by anybody',
        journal => ({
            release: async (_, channels) => {
                for (const owner of ['one', 'two', 'three']) await journal.release(owner, channels);
            },
        }),
        /released by their owner only/,
    ],
    [
        'a record without a lease',
        journal => {
            const unfenced = createMemoryJournal();
            const toChannels = ({ channels }: SentTransaction) => channels.map(({ channel }) => channel);
            return {
                getUnresolved: unfenced.getUnresolved,
                recordOutcome: unfenced.recordOutcome,
                recordSent: async (owner, transaction) => {
                    await journal.recordSent(owner, transaction).catch(() => undefined);
                    await unfenced.acquire('all', toChannels(transaction), 86_400_000);
                    await unfenced.recordSent('all', transaction);
                },
            };
        },
        /not recorded when the lease was never taken/,
    ],
    [
        'another error for a lost lease',
        journal => ({
            recordSent: (...args) =>
                journal.recordSent(...args).catch(() => {
                    throw new Error('lost');
                }),
        }),
        /not recorded when the lease has ended/,
    ],
    [
        'the newest first',
        journal => ({ getUnresolved: async channels => [...(await journal.getUnresolved(channels))].reverse() }),
        /comes in the order of recording/,
    ],
    [
        'integers as floats',
        journal => ({
            getUnresolved: async channels =>
                (await journal.getUnresolved(channels)).map(one => ({
                    ...one,
                    lastValidBlockHeight: BigInt(Number(one.lastValidBlockHeight)),
                })),
        }),
        /is unresolved until it has an outcome/,
    ],
    [
        'the objects of the caller',
        journal => {
            const kept = new Map<string, SentTransaction>();
            return {
                getUnresolved: async channels =>
                    (await journal.getUnresolved(channels)).map(({ signature }) => kept.get(signature)!),
                recordSent: async (owner, transaction) => {
                    if (transaction !== null) kept.set(transaction.signature, transaction);
                    await journal.recordSent(owner, transaction);
                },
            };
        },
        /is a copy/,
    ],
    [
        'an outcome that counts only once for all',
        journal => {
            let isUsed = false;
            return {
                recordOutcome: async (...args) => {
                    if (!isUsed) await journal.recordOutcome(...args);
                    isUsed = true;
                },
            };
        },
        /random calls/,
    ],
    [
        'no look at its input',
        () => {
            const none = () => Promise.resolve([]);
            return { acquire: none, getUnresolved: none, recordOutcome: async () => undefined };
        },
        /input that is wrong is refused by its field/,
    ],
    ['a clock that is not looked at', () => createMemoryJournal(), /of a clock that says NaN/],
    [
        'a window between the look at the lease and the record',
        journal => ({
            recordSent: async (owner, transaction) => {
                const channels = transaction?.channels?.map?.(({ channel }) => channel) as Address[] | undefined;
                const leases = channels === undefined ? [] : await journal.getLeases!(channels).catch(() => []);
                const isHeld = leases.length > 0 && leases.every(lease => lease.owner === owner);
                if (!isHeld) return await journal.recordSent(owner, transaction);
                for (let turn = 0; turn < 3; turn++) await Promise.resolve();
                await journal.acquire('window', channels!, 1);
                const holder = (await journal.getLeases!(channels!))[0]!.owner;
                await journal.recordSent(holder, transaction);
                await journal.release('window', channels!);
            },
        }),
        /is seen by whoever takes the lease over/,
    ],
];

async function findBroken(createJournal: JournalContractInput['createJournal']): Promise<string[]> {
    const broken: string[] = [];
    for (const { name, run } of getJournalContractCases({ createJournal, seed: 1 })) {
        const error = await run().catch((cause: unknown) => cause);
        if (error !== undefined) broken.push(name);
    }
    return broken;
}

describe('the contract of a journal is broken by', () => {
    it.each(WRONG)('%s', async (_, change, broken) => {
        expect(await findBroken(changed(change))).toContainEqual(expect.stringMatching(broken));
    });

    it('nothing of the journal in memory', async () => {
        expect(await findBroken(changed(() => ({})))).toEqual([]);
    });

    it('two objects that do not see what the other one does', async () => {
        const broken = await findBroken(({ now }) => ({
            journal: createMemoryJournal({ now }),
            other: createMemoryJournal({ now }),
        }));
        expect(broken).toContainEqual(expect.stringMatching(/go to one of two owners/));
    });
});

describe('a case of the contract', () => {
    const reversed = changed(journal => ({
        getUnresolved: async channels => [...(await journal.getUnresolved(channels))].reverse(),
    }));
    const find = (input: Partial<JournalContractInput>, name: RegExp) =>
        getJournalContractCases({ createJournal: reversed, ...input }).find(one => name.test(one.name))!;

    it('says what was called, what was expected and what came', async () => {
        const error = await errorOf(find({}, /order of recording/).run);
        expect(error).toBeInstanceOf(PaymentChannelsError);
        expect((error as Error).message).toMatch(
            /^getUnresolved of A, B and C\n {2}expected: \[\{ channels: .*\n {2}got: {6}\[\{ channels: /,
        );
    });

    it('of random calls says which, and with which seed they come again', async () => {
        const first = (await errorOf(
            find({ sequences: 2_000 }, /random/).run,
        )) as PaymentChannelsError<'CONTRACT_BROKEN'>;
        const { calls, seed, what } = first.context;
        expect([what, calls!.at(-1)!.includes('getUnresolved by')]).toEqual(['getUnresolved', true]);
        expect(first.message).toContain(`seed: ${seed}`);
        const again = (await errorOf(find({ seed, sequences: 2_000 }, /random/).run)) as typeof first;
        expect(again.message).toBe(first.message);
        // They go on from the calls that were right.
        expect(calls!.length).toBeGreaterThan(1);
    });

    it('closes what it has opened, also where it fails, and says why it failed', async () => {
        let open = 0;
        const input: Partial<JournalContractInput> = {
            createJournal: async options => {
                open++;
                const close = () => {
                    open--;
                    throw new Error('of closing');
                };
                return { ...(await reversed(options)), close };
            },
        };
        await expectRefusal(find(input, /order of recording/).run, 'CONTRACT_BROKEN');
        expect(await errorOf(find(input, /name a channel once/).run)).toMatchObject({ message: 'of closing' });
        expect(open).toBe(0);
    });

    it('fails where no journal is created', async () => {
        const createJournal = () => ({ journal: {} as never });
        await expectRefusal(find({ createJournal }, /name a channel once/).run, 'INPUT_INVALID');
    });
});

describe('a checked journal', () => {
    it('has getLeases where the store has it', () => {
        const { getLeases: _, ...without } = createMemoryJournal();
        expect(createCheckedJournal(without).getLeases).toBeUndefined();
        expect(createCheckedJournal(createMemoryJournal()).getLeases).toBeInstanceOf(Function);
    });

    it('is none without a method', async () => {
        const { release: _, ...without } = createMemoryJournal();
        await expectRefusal(() => createCheckedJournal(without as never), 'INPUT_INVALID', {
            field: 'journal.release',
        });
    });
});
