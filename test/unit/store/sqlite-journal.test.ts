import { describe, expect, it } from 'vitest';

import { getJournalContractCases } from '../../../src/testing';
import { channelOf, transactionOf } from '../../fixtures/journal';
import { runs } from '../../fixtures/random';
import { createPlace, DRIVERS } from '../../fixtures/sqlite';

describe.each(DRIVERS)('the journal in a database of $name', driver => {
    const createJournal = async ({ now }: { now: () => number }) => {
        const place = await createPlace(driver);
        return {
            close: place.remove,
            journal: await place.openJournal({ now }),
            other: await place.openJournal({ now }),
        };
    };
    for (const { name, run } of getJournalContractCases({ createJournal, sequences: runs(30).numRuns })) it(name, run);

    it('answers with frozen copies', async () => {
        const { close, journal } = await createJournal({ now: Date.now });
        await journal.acquire('one', [channelOf(1)], 60_000);
        await journal.recordSent('one', transactionOf(1, [channelOf(1)]));
        const found = await journal.getUnresolved([channelOf(1)]);
        expect([Object.isFrozen(found), Object.isFrozen(found[0])]).toEqual([true, true]);
        close();
    });

    it('keeps networks apart, and shares the leases of one with its store', async () => {
        const place = await createPlace(driver);
        const [journal, store] = [await place.openJournal(), await place.openStore()];
        const other = await place.openJournal({ network: 'localnet:2' });
        await journal.acquire('one', [channelOf(1)], 60_000);
        await journal.recordSent('one', transactionOf(1, [channelOf(1)]));
        expect(await store.journal.acquire('two', [channelOf(1)], 60_000)).toEqual([]);
        expect(await store.journal.getUnresolved([channelOf(1)])).toHaveLength(1);
        expect(await other.getUnresolved([channelOf(1)])).toEqual([]);
        expect(await other.acquire('two', [channelOf(1)], 60_000)).toEqual([channelOf(1)]);
        place.remove();
    });
});

it.skipIf(DRIVERS.length > 1)('node:sqlite is not tried, since this Node has none', () => {
    expect(DRIVERS.map(({ name }) => name)).toEqual(['libsql']);
});
