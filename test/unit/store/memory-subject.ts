import { createMemoryDatabase, openMemoryStore, type MemoryDatabase } from '../../../src/store/memory-store';
import type { ChannelStore } from '../../../src/store/store';
import type { StoreUnderTest } from '../../../src/testing';

/** Two stores over one database in memory, with ways to damage what is in it. */
export function createMemorySubject(
    { network, now }: Readonly<{ network: string; now: () => number }>,
    change: (store: ChannelStore, database: MemoryDatabase) => ChannelStore = store => store,
): StoreUnderTest {
    const database = createMemoryDatabase({ network, now });
    return {
        other: change(openMemoryStore(database), database),
        overwrite: (channel, schema, text) => {
            Object.assign(database.entries.get(channel)!, { schema, text });
        },
        overwriteRow: (kind, key, text) => {
            Object.assign(database.rows.get(`${kind} ${key}`)!, { text });
        },
        store: change(openMemoryStore(database), database),
    };
}
