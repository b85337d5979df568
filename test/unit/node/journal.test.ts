import { describe, expect, it } from 'vitest';

import { getJournalContractCases } from '../../../src/testing';
import { channelOf, transactionOf } from '../../fixtures/journal';
import { runs } from '../../fixtures/random';
import { openTemporary } from './journal-folder';

describe.each([
    ['file journal', {}],
    // Compacted after nearly every call: what is left has to be the same.
    ['file journal, compacted all the time', { compactAtBytes: 1 }],
] as const)('%s', (_, options) => {
    const createJournal = async ({ now }: { now: () => number }) => {
        const { folder, open } = await openTemporary({ ...options, now });
        return { close: folder.remove, journal: await open(), other: await open() };
    };
    for (const { name, run } of getJournalContractCases({ createJournal, sequences: runs(30).numRuns })) it(name, run);

    it('answers with frozen copies', async () => {
        const { close, journal } = await createJournal({ now: Date.now });
        await journal.acquire('one', [channelOf(1)], 60_000);
        await journal.recordSent('one', transactionOf(1, [channelOf(1)]));
        const found = await journal.getUnresolved([channelOf(1)]);
        expect([Object.isFrozen(found), Object.isFrozen(found[0])]).toEqual([true, true]);
        await close();
    });
});
