import type { Address } from '@solana/kit';

import { isPaymentChannelsError, PaymentChannelsError } from '../errors';
import { describe, toInteger } from '../input';
import type { BatchJournal, SentTransaction } from '../settlement/execute/journal';
import {
    toChannels,
    toDurationMs,
    toNow,
    toOutcome,
    toOwner,
    toSentTransaction,
    toSignature,
} from '../settlement/execute/journal-input';
import type { JournalState } from '../settlement/execute/journal-state';
import { openLog, type JournalLog, type RecordResult } from './journal/log';
import type { JournalRecord } from './journal/record';

/** How to open a file journal; every field has a default. */
export type FileJournalOptions = Readonly<{
    /**
     * How many bytes a file of the journal has at least before what is resolved is left behind: 4 MiB by default. A file
     * that starts with much that is not resolved grows to four times that first.
     */
    compactAtBytes?: number | undefined;
    /** The wall clock that leases expire by, in milliseconds: `Date.now` by default. */
    now?: (() => number) | undefined;
}>;

/** A {@link BatchJournal} in files. */
export type FileJournal = BatchJournal &
    Readonly<{
        /** Its folder. */
        path: string;
        /** Finishes what was asked, then closes the file; later calls are refused with `JOURNAL_CLOSED`. */
        close: () => Promise<void>;
        [Symbol.asyncDispose]: () => Promise<void>;
    }>;

const COMPACT_AT_BYTES = 4 << 20;
/** Calls that share one write and one fsync, at most. */
const MAX_BATCH = 1_000;

/** What waits for its turn: a record to write and what becomes of it, or a question about what is recorded. */
type Call = Readonly<{
    toRecord?: (at: number) => JournalRecord;
    isDurable?: boolean;
    settle: (state: JournalState, result: RecordResult) => void;
    reject: (error: unknown) => void;
}>;

/**
 * Opens a journal that outlives the process, and that any number of processes on one machine may have open at the same
 * time: none ever waits for another one, so one that is killed or paused holds up nobody, and one that wakes up after
 * its leases went to somebody else records nothing with them. A process that crashes at any point leaves a journal that
 * the others go on with.
 *
 * `recordSent` resolves when its record is on the disk; calls that are made at the same time share one write and one
 * fsync. Leases and outcomes survive the process at once, and a power failure only with the next record that was sent;
 * what a power failure takes of them is asked again of the chain.
 *
 * @param path A folder that is the journal's alone, created if it is missing, readable by its owner only. It has to be on
 * a local file system that has hard links, not on a network share.
 * @throws `JOURNAL_UNREADABLE` with the file and line where something that was recorded is damaged, or that is of another
 * version: nothing is skipped. `JOURNAL_UNAVAILABLE` when the file system refuses, also from every function; then what
 * was to be recorded may be recorded or not. `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field. The
 * journal's functions reject as those of `createMemoryJournal` do, and with `JOURNAL_CLOSED`.
 *
 * @example
 * ```ts
 * await using journal = await openFileJournal('/var/lib/merchant/journal');
 * const held = await journal.acquire('executor-1', channels, 60_000);
 * ```
 */
export async function openFileJournal(path: string, options: FileJournalOptions = {}): Promise<FileJournal> {
    if (typeof path !== 'string' || path.length === 0 || path.includes('\0')) {
        throw new PaymentChannelsError('INPUT_INVALID', { field: 'path', value: describe(path) });
    }
    const clock = options.now ?? Date.now;
    const now = () => toNow(clock());
    const compactAt = toInteger('compactAtBytes', options.compactAtBytes ?? COMPACT_AT_BYTES, 1n, 1n << 30n);
    let log: JournalLog;
    try {
        log = await openLog(path, Number(compactAt), now);
    } catch (error) {
        throw toTyped(path, error);
    }

    const calls: Call[] = [];
    let turn: Promise<void> | undefined;
    let closing: Promise<void> | undefined;
    let failure: PaymentChannelsError | undefined;

    const commit = async (batch: readonly Call[]) => {
        const writers = batch.filter(({ toRecord }) => toRecord !== undefined);
        try {
            if (failure !== undefined) throw failure;
            const isDurable = writers.some(call => call.isDurable === true);
            const results = await log.commit(at => writers.map(({ toRecord }) => toRecord!(at)), isDurable);
            const state = log.state();
            const resultOf = new Map(writers.map((call, index) => [call, results[index]!]));
            for (const call of batch) call.settle(state, resultOf.get(call) ?? []);
        } catch (error) {
            const typed = toTyped(path, error);
            // After an fsync that failed, the system may have forgotten what it could not write: a later one that
            // succeeds proves nothing.
            if (isSyncError(error)) failure = typed;
            for (const { reject } of batch) reject(typed);
        }
    };
    const run = async () => {
        // What is called in the same turn of the event loop goes together.
        await Promise.resolve();
        while (calls.length > 0) {
            await commit(calls.splice(0, MAX_BATCH));
            // When there is no room for a new file, the old one still serves; the next call that needs a new one says so.
            if (failure === undefined) await log.compact().catch(() => undefined);
        }
        turn = undefined;
    };
    const call = <T>(
        parts: Pick<Call, 'isDurable' | 'toRecord'>,
        toAnswer: (state: JournalState, result: RecordResult) => T,
    ): Promise<T> => {
        if (closing !== undefined) return Promise.reject(new PaymentChannelsError('JOURNAL_CLOSED', { path }));
        return new Promise<T>((resolve, reject) => {
            const settle: Call['settle'] = (state, result) => {
                try {
                    resolve(toAnswer(state, result));
                } catch (error) {
                    reject(error as Error);
                }
            };
            calls.push({ ...parts, reject, settle });
            turn ??= run();
        });
    };
    const close = () =>
        (closing ??= Promise.resolve(turn)
            .then(log.close)
            .catch((error: unknown) => {
                throw toTyped(path, error);
            }));

    return Object.freeze({
        acquire: async (owner: string, channels: readonly Address[], durationMs: number) => {
            const ofOwner = toOwner(owner);
            const all = toChannels(channels);
            const duration = toDurationMs(durationMs);
            if (all.length === 0) return Object.freeze([]);
            return await call(
                { toRecord: at => ({ at, channels: all, kind: 'acquire', owner: ofOwner, until: at + duration }) },
                // A process that was paused for longer than the lease comes back with none.
                (state, got) => Object.freeze(got.filter(channel => state.holds(ofOwner, channel, now()))),
            );
        },
        close,
        getUnresolved: async (channels: readonly Address[]) => {
            const all = toChannels(channels);
            return await call({}, state => Object.freeze(state.getUnresolved(all)));
        },
        path,
        recordOutcome: async (signature, outcome) => {
            const record = {
                kind: 'outcome',
                outcome: toOutcome(outcome),
                signature: toSignature('signature', signature),
            } as const;
            await call({ toRecord: () => record }, () => undefined);
        },
        recordSent: async (owner: string, transaction: SentTransaction) => {
            const record = {
                kind: 'sent',
                owner: toOwner(owner),
                transaction: toSentTransaction(transaction),
            } as const;
            await call({ isDurable: true, toRecord: at => ({ ...record, at }) }, (_, channels) => {
                if (channels.length > 0) throw new PaymentChannelsError('JOURNAL_LEASE_LOST', { channels, owner });
            });
        },
        release: async (owner: string, channels: readonly Address[]) => {
            const record = { channels: toChannels(channels), kind: 'release', owner: toOwner(owner) } as const;
            if (record.channels.length > 0) await call({ toRecord: () => record }, () => undefined);
        },
        [Symbol.asyncDispose]: close,
    } satisfies FileJournal);
}

function toTyped(path: string, error: unknown): PaymentChannelsError {
    if (isPaymentChannelsError(error)) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new PaymentChannelsError('JOURNAL_UNAVAILABLE', { path, reason }, { cause: error });
}

function isSyncError(error: unknown): boolean {
    return error instanceof Error && 'syscall' in error && error.syscall === 'fdatasync';
}
