import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openFileJournal, type FileJournal, type FileJournalOptions } from '../../../src/node';

/** A new place for a journal, which is opened as often as a test likes, and removed with everything that is open. */
export async function openTemporary(options: FileJournalOptions = {}) {
    const parent = await mkdtemp(join(tmpdir(), 'payment-channels-journal-'));
    const path = join(parent, 'journal');
    const journals: FileJournal[] = [];
    return {
        folder: {
            /** The files of the journal, oldest first. */
            files: async () => (await readdir(path)).sort().map(name => join(path, name)),
            path,
            remove: async () => {
                await Promise.all(journals.map(journal => journal.close()));
                await rm(parent, { recursive: true });
            },
        },
        open: async (more: FileJournalOptions = {}) => {
            const journal = await openFileJournal(path, { ...options, ...more });
            journals.push(journal);
            return journal;
        },
    };
}
