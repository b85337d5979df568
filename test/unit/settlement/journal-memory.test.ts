import { expect, it } from 'vitest';

import { createMemoryJournal } from '../../../src/settlement';
import { channelOf } from '../../fixtures/journal';
import { describeJournal } from '../../fixtures/journal-contract';
import { expectRefusal } from '../../fixtures/refusals';

describeJournal('memory journal', async now => {
    const journal = createMemoryJournal({ now });
    return { close: () => Promise.resolve(), journal, other: journal };
});

it('a clock that is none is refused', async () => {
    await expectRefusal(() => createMemoryJournal({ now: 5 as never }), 'INPUT_INVALID', { field: 'now' });
    await expectRefusal(() => createMemoryJournal(null as never), 'INPUT_INVALID', { field: 'options' });
});

it('goes by the wall clock by default', async () => {
    expect(await createMemoryJournal().acquire('one', [channelOf(1)], 60_000)).toEqual([channelOf(1)]);
});
