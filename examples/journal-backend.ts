// A journal for executors on several machines, in a database that has compare-and-set, and the contract that every journal
// has to keep: `npx tsx examples/journal-backend.ts`. docs/journal.md explains it.

import { test } from 'node:test';

import {
    type BatchJournal,
    checkJournalTime,
    createCheckedJournal,
    createLeaseLostError,
    getLeaseEnd,
    getNextLease,
    isLeaseHeldBy,
    type JournalLease,
    type SentTransaction,
} from 'solana-payment-channels/settlement';
import { getJournalContractCases } from 'solana-payment-channels/testing';

/** What the journal asks of a database: to read a document, and to replace the version that was read and no other. */
type DocumentStore = {
    read: () => Promise<{ document: JournalDocument | undefined; version: number }>;
    /** Resolves to `false`, with nothing written, where the version is not the current one. It is durable otherwise. */
    replace: (document: JournalDocument, version: number) => Promise<boolean>;
};

type JournalDocument = Readonly<{
    leases: Readonly<Record<string, JournalLease>>;
    /** In the order of recording. */
    sent: readonly SentTransaction[];
}>;

const EMPTY: JournalDocument = { leases: {}, sent: [] };
const MAX_ATTEMPTS = 100;

export function createDocumentJournal(store: DocumentStore, now: () => number = Date.now): BatchJournal {
    const read = async () => {
        const { document = EMPTY, version } = await store.read();
        return { document, version };
    };
    /** Reads, decides and writes; again where somebody else has written meanwhile. */
    const update = async <T>(decide: (document: JournalDocument) => readonly [JournalDocument, T]): Promise<T> => {
        for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            const { document, version } = await read();
            const [next, answer] = decide(document);
            if (next === document || (await store.replace(next, version))) return answer;
        }
        throw new Error('The journal is too busy');
    };
    return createCheckedJournal({
        acquire: (owner, channels, durationMs) =>
            update(document => {
                const at = checkJournalTime(now());
                const asked = channels.map(channel => {
                    const lease = getNextLease(document.leases[channel], { at, durationMs, owner });
                    return [channel, lease] as const;
                });
                const held = asked.filter(([, lease]) => lease.owner === owner).map(([channel]) => channel);
                // Refused leases are written as well: they end once they were refused for long enough.
                return [{ ...document, leases: { ...document.leases, ...Object.fromEntries(asked) } }, held];
            }),
        getLeases: async channels => {
            const { document } = await read();
            const at = checkJournalTime(now());
            return channels.flatMap(channel => {
                const lease = document.leases[channel];
                const until = getLeaseEnd(lease, at);
                return until === undefined ? [] : [{ channel, owner: lease!.owner, until }];
            });
        },
        getUnresolved: async channels => {
            const { document } = await read();
            return document.sent.filter(one => one.channels.some(({ channel }) => channels.includes(channel)));
        },
        recordOutcome: signature =>
            update(document => {
                const sent = document.sent.filter(one => one.signature !== signature);
                return [sent.length === document.sent.length ? document : { ...document, sent }, undefined];
            }),
        recordSent: (owner, transaction) =>
            update(document => {
                const at = checkJournalTime(now());
                const channels = [...new Set(transaction.channels.map(({ channel }) => channel))];
                const lost = channels.filter(channel => !isLeaseHeldBy(document.leases[channel], owner, at));
                if (lost.length > 0) throw createLeaseLostError(lost, owner);
                const isKnown = document.sent.some(({ signature }) => signature === transaction.signature);
                return [isKnown ? document : { ...document, sent: [...document.sent, transaction] }, undefined];
            }),
        release: (owner, channels) =>
            update(document => {
                const leases = Object.entries(document.leases).filter(
                    ([channel, lease]) => lease.owner !== owner || !channels.some(one => one === channel),
                );
                return [{ ...document, leases: Object.fromEntries(leases) }, undefined];
            }),
    });
}

/** A database for the tests: it answers late, and gives copies. */
function createStore(): DocumentStore {
    let stored: JournalDocument | undefined;
    let current = 0;
    const later = () => new Promise(resolve => setImmediate(resolve));
    return {
        read: async () => {
            await later();
            return { document: structuredClone(stored), version: current };
        },
        replace: async (document, version) => {
            await later();
            if (version !== current) return false;
            stored = structuredClone(document);
            current += 1;
            return true;
        },
    };
}

const cases = getJournalContractCases({
    createJournal: ({ now }) => {
        const store = createStore();
        // Two journals over one database, as two processes have them.
        return { journal: createDocumentJournal(store, now), other: createDocumentJournal(store, now) };
    },
});
for (const { name, run } of cases) test(name, run);
