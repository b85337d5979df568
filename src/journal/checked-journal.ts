import { assertHasMethods, readTerms } from '../core/input';
import { toChannels, toDurationMs, toOutcome, toOwner, toSentTransaction, toSignature } from './checks';
import type { BatchJournal } from './journal';

const METHODS = ['acquire', 'getUnresolved', 'recordOutcome', 'recordSent', 'release'] as const;

/**
 * Puts the input checks of a journal in front of a store, so that whoever writes a store checks nothing. What the store
 * is called with is frozen and its own: each channel once, in the order in which they were named first; addresses,
 * signatures, durations and transactions that are what their types say. Whatever it answers or throws goes through as it
 * is, and it is called in the same turn of the event loop.
 *
 * @throws `INPUT_INVALID` for a journal without one of the methods. The methods reject with `INPUT_INVALID`,
 * `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field, before the store is asked.
 *
 * @example
 * ```ts
 * const checked = createCheckedJournal(journal);
 * await checked.acquire('worker 1', [channel], 0); // rejects: durationMs
 * ```
 */
export function createCheckedJournal(journal: BatchJournal): BatchJournal {
    assertHasMethods('journal', journal, METHODS);
    const { getLeases } = readTerms('journal', journal, ['getLeases'], ['getLeases']);
    if (getLeases !== undefined) assertHasMethods('journal', journal, ['getLeases']);
    return Object.freeze({
        acquire: async (owner, channels, durationMs) =>
            await journal.acquire(toOwner(owner), toChannels(channels), toDurationMs(durationMs)),
        ...(getLeases === undefined
            ? {}
            : { getLeases: async channels => await journal.getLeases!(toChannels(channels)) }),
        getUnresolved: async channels => await journal.getUnresolved(toChannels(channels)),
        recordOutcome: async (signature, outcome) =>
            await journal.recordOutcome(toSignature('signature', signature), toOutcome(outcome)),
        recordSent: async (owner, transaction) =>
            await journal.recordSent(toOwner(owner), toSentTransaction(transaction)),
        release: async (owner, channels) => await journal.release(toOwner(owner), toChannels(channels)),
    } satisfies BatchJournal as BatchJournal);
}
