import { describeJournal } from '../../fixtures/journal-contract';
import { openTemporary } from './journal-folder';

for (const [name, options] of [
    ['file journal', {}],
    // Compacted after nearly every call: what is left has to be the same.
    ['file journal, compacted all the time', { compactAtBytes: 1 }],
] as const) {
    describeJournal(name, async now => {
        const { folder, open } = await openTemporary({ ...options, now });
        return {
            close: folder.remove,
            journal: await open(),
            other: await open(),
        };
    });
}
