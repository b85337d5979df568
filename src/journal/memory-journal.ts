import { JOURNAL_LEASE_LOST } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { assertIsInput, readOnlyMembers } from '../core/input';
import type { BatchJournal } from './journal';
import { createCheckedJournal } from './checked-journal';
import { toClock, toNow } from './checks';
import { createJournalState } from './state';

/** How to create a journal in memory; every field has a default. */
export type MemoryJournalOptions = Readonly<{
    /** The wall clock that leases expire by, in milliseconds: `Date.now` by default. */
    now?: (() => number) | undefined;
}>;

/**
 * Creates a journal that lives as long as the process: for tests, and for a service whose executors all run in one
 * process and which asks the chain about every channel when it starts. What has to outlive a crash, or is shared by
 * processes, belongs in a journal of `solana-payment-channels/store/sqlite`.
 *
 * @throws `INPUT_INVALID` for options that are none; the journal's functions reject as {@link BatchJournal} says, and with `INPUT_INVALID`,
 * `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field.
 *
 * @example
 * ```ts
 * const journal = createMemoryJournal();
 * const options = { feePayer: merchant, journal, mode: 'settle' } as const;
 * const { channels } = await executeBatchSettle(rpc, requests, options, MAINNET_DEPLOYMENT);
 * ```
 */
export function createMemoryJournal(options: MemoryJournalOptions = {}): BatchJournal {
    assertIsInput('options', options);
    const now = toClock(readOnlyMembers('options', options, { now: true }).now);
    const state = createJournalState();
    // Each call runs to its end before another one starts: nothing in between is awaited.
    return createCheckedJournal({
        acquire: async (owner, channels, durationMs) => {
            const at = toNow(now());
            return Object.freeze(state.acquire({ at, durationMs, owner }, channels));
        },
        getLeases: async channels => Object.freeze(state.getLeases(channels, toNow(now()))),
        getUnresolved: async channels => Object.freeze(state.getUnresolved(channels)),
        recordOutcome: async signature => state.recordOutcome(signature),
        recordSent: async (owner, transaction) => {
            const channels = state.recordSent(owner, transaction, toNow(now()));
            if (channels.length > 0) throw new PaymentChannelsError(JOURNAL_LEASE_LOST, { channels, owner });
        },
        release: async (owner, channels) => state.release(owner, channels),
    });
}
