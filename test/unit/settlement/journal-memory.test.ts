import { describe, expect, it } from 'vitest';

import { createMemoryJournal } from '../../../src/settlement';
import { getJournalContractCases } from '../../../src/testing';
import { channelOf, transactionOf } from '../../fixtures/journal';
import { runs } from '../../fixtures/random';
import { expectRefusal } from '../../fixtures/refusals';

describe('memory journal', () => {
    const createJournal = ({ now }: { now: () => number }) => ({ journal: createMemoryJournal({ now }) });
    const cases = getJournalContractCases({ createJournal, sequences: runs(60).numRuns });
    for (const { name, run } of cases) it(name, run);
});

describe('memory journal by the clock of the machine', () => {
    const createJournal = () => ({ journal: createMemoryJournal() });
    for (const { name, run } of getJournalContractCases({ clock: 'own', createJournal })) it(name, run);
});

it('answers with frozen copies', async () => {
    const journal = createMemoryJournal();
    await journal.acquire('one', [channelOf(1)], 60_000);
    await journal.recordSent('one', transactionOf(1, [channelOf(1)]));
    const found = await journal.getUnresolved([channelOf(1)]);
    expect([Object.isFrozen(found), Object.isFrozen(found[0])]).toEqual([true, true]);
});

it('a clock that is none is refused', async () => {
    await expectRefusal(() => createMemoryJournal({ now: 5 as never }), 'INPUT_INVALID', { field: 'now' });
    await expectRefusal(() => createMemoryJournal(null as never), 'INPUT_INVALID', { field: 'options' });
});

it('goes by the wall clock by default', async () => {
    expect(await createMemoryJournal().acquire('one', [channelOf(1)], 60_000)).toEqual([channelOf(1)]);
});
