import { resolve } from 'node:path';

import type { Address } from '@solana/kit';

import { JOURNAL_CLOSED, JOURNAL_LEASE_LOST, JOURNAL_UNAVAILABLE } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import { readOnlyMembers, refuseInput, toInteger } from '../core/input';
import { createCheckedJournal } from '../journal/checked-journal';
import { toClock, toNow } from '../journal/checks';
import type { BatchJournal } from '../journal/journal';
import { getLeases, type JournalState } from '../journal/state';
import { openLog, type JournalLog, type RecordResult } from './file-journal/log';
import { isWriterDead } from './file-journal/process';
import type { JournalRecord } from './file-journal/record';

/** How to open a file journal; every field has a default. */
export type FileJournalOptions = Readonly<{
    /**
     * Minimum size in bytes of a journal file before a new one without the resolved records replaces it: 4 MiB by
     * default. A file that starts with many unresolved records first grows to four times their size.
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

const MEMBERS = { compactAtBytes: true, now: true } as const;
/** No system has longer ones. */
const MAX_PATH_LENGTH = 4_096;
const COMPACT_AT_BYTES = 4 << 20;
/** Calls that share one write and one fsync, at most. */
const MAX_BATCH = 1_000;

/** A queued request: a record to write with its result, or a query. */
type Call = Readonly<{
    toRecord?: (at: number) => JournalRecord;
    isDurable?: boolean;
    settle: (state: JournalState, result: RecordResult) => void;
    reject: (error: unknown) => void;
}>;

/**
 * Opens a journal that outlives the process. Any number of processes on one machine may have it open at the same time,
 * and none ever waits for another: a process that is killed or paused delays nobody, and one that wakes up after it
 * lost its leases can record nothing with them. A process that crashes at any point leaves a journal that the others go
 * on with.
 *
 * `recordSent` resolves when its record is on the disk; calls that are made at the same time share one write and one
 * fsync. Leases and outcomes survive the end of the process as soon as they are written, but survive a power failure only
 * once the next sent transaction is recorded; the chain is asked again for those that are lost.
 *
 * The leases of a process that is proved to have ended go to the next one that asks for them. The proof works on Linux, for
 * processes of this machine since it was started, in the same container if any; elsewhere the leases have to expire.
 *
 * @param path A folder that is the journal's alone, created for its owner only if it is missing. It has to be on a local
 * file system that has hard links, not on a network share. What it is relative to is the process's folder at this call.
 * @throws `JOURNAL_UNREADABLE` with the file and line where something that was recorded is damaged, or that is of another
 * version: nothing is skipped. `JOURNAL_UNSAFE` with what to do when the folder is a link, or somebody else's, or others
 * may write to it or exchange it. `JOURNAL_UNAVAILABLE` when the file system refuses, also from every function; then what
 * was to be recorded may be recorded or not. `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field. The
 * journal's functions reject as those of `createMemoryJournal` do, and with `JOURNAL_CLOSED`.
 *
 * @example
 * ```ts
 * const journal = await openFileJournal('/var/lib/merchant/journal');
 * const options = { feePayer: merchant, journal, mode: 'settle' } as const;
 * const { channels } = await executeBatchSettle(rpc, requests, options, MAINNET_DEPLOYMENT);
 * await journal.close();
 * ```
 */
export async function openFileJournal(path: string, options: FileJournalOptions = {}): Promise<FileJournal> {
    if (typeof path !== 'string' || path.length === 0 || path.length > MAX_PATH_LENGTH || path.includes('\0')) {
        refuseInput('path', `the path of a folder, of 1 to ${MAX_PATH_LENGTH} characters`, path);
    }
    const { compactAtBytes = COMPACT_AT_BYTES, now: nowInput } = readOnlyMembers('options', options, MEMBERS);
    // For good: a process may change its folder.
    const folder = resolve(path);
    const clock = toClock(nowInput);
    const now = () => toNow(clock());
    const compactAt = toInteger('compactAtBytes', compactAtBytes, 1n, 1n << 30n);
    let log: JournalLog;
    try {
        log = await openLog(folder, Number(compactAt), now);
    } catch (error) {
        throw toTyped(folder, error);
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
            const typed = toTyped(folder, error);
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
        if (closing !== undefined) return Promise.reject(new PaymentChannelsError(JOURNAL_CLOSED, { path: folder }));
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
    const release = async (owner: string, channels: readonly Address[]) => {
        const record = { channels, kind: 'release', owner } as const;
        if (channels.length > 0) await call({ toRecord: () => record }, () => undefined);
    };
    const close = () =>
        (closing ??= Promise.resolve(turn)
            .then(log.close)
            .catch((error: unknown) => {
                throw toTyped(folder, error);
            }));

    const journal = createCheckedJournal({
        acquire: async (owner, channels, durationMs) => {
            if (channels.length === 0) return Object.freeze([]);
            const acquire = () =>
                call(
                    { toRecord: at => ({ at, channels, kind: 'acquire', owner, until: at + durationMs }) },
                    (state, got) => ({
                        // Those of owners that died with their process.
                        dead: findDead(state, channels, owner, now()),
                        // A process that was paused for longer than the lease comes back with none.
                        held: got.filter(channel => state.holds(owner, channel, now())),
                    }),
                );
            const { dead, held } = await acquire();
            if (dead.size === 0) return Object.freeze(held);
            for (const [of, channelsOf] of dead) await release(of, channelsOf);
            return Object.freeze((await acquire()).held);
        },
        getLeases: channels => call({}, state => getLeases(state, channels, now())),
        getUnresolved: channels => call({}, state => Object.freeze(state.getUnresolved(channels))),
        recordOutcome: (signature, outcome) =>
            call({ toRecord: () => ({ kind: 'outcome', outcome, signature }) }, () => undefined),
        recordSent: (owner, transaction) => {
            const toRecord = (at: number) => ({ at, kind: 'sent', owner, transaction }) as const;
            return call({ isDurable: true, toRecord }, (_, channels) => {
                if (channels.length > 0) throw new PaymentChannelsError(JOURNAL_LEASE_LOST, { channels, owner });
            });
        },
        release,
    });
    return Object.freeze({ ...journal, close, path: folder, [Symbol.asyncDispose]: close } satisfies FileJournal);
}

/** The leases of the channels that belong to owners which have ended, by owner. */
function findDead(
    state: JournalState,
    channels: readonly Address[],
    owner: string,
    at: number,
): ReadonlyMap<string, readonly Address[]> {
    const verdicts = new Map<string | undefined, boolean>();
    const dead = new Map<string, Address[]>();
    for (const channel of channels) {
        const lease = state.getLease(channel, at);
        if (lease === undefined || lease.owner === owner) continue;
        const { owner: of, writer } = lease;
        if (!verdicts.has(writer)) verdicts.set(writer, isWriterDead(writer));
        if (verdicts.get(writer) !== true) continue;
        const channelsOf = dead.get(of);
        if (channelsOf === undefined) dead.set(of, [channel]);
        else channelsOf.push(channel);
    }
    return dead;
}

function toTyped(path: string, error: unknown): PaymentChannelsError {
    if (isPaymentChannelsError(error)) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new PaymentChannelsError(JOURNAL_UNAVAILABLE, { path, reason }, { cause: error });
}

function isSyncError(error: unknown): boolean {
    return error instanceof Error && 'syscall' in error && error.syscall === 'fdatasync';
}
