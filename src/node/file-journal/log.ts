import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import type { Address } from '@solana/kit';

import { JOURNAL_UNAVAILABLE, JOURNAL_UNREADABLE } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { createJournalState, type JournalState, type Lease } from '../../journal/state';
import { fromJsonText } from '../../core/strict-json';
import {
    createFolder,
    createGeneration,
    encodeHeader,
    findHeaderFault,
    findLatestGeneration,
    getJournalFile,
    openGeneration,
    removeOldGenerations,
} from './files';
import { encodeAppend, encodeLine, parseLine, splitLines } from './lines';
import { describeProcess } from './process';
import { decodeRecord, encodeRecord, type JournalRecord } from './record';

/** Result of a record: the channels that an `acquire` got, those that a `sent` had lost, nothing for the others. */
export type RecordResult = readonly Address[];

/**
 * A log that several processes append to and read, without a lock: none of them ever waits for another one, whatever
 * became of it.
 *
 * Why that is safe. Every append is one write to a file that was opened for appending, which the system does at the end
 * of the file, one at a time; so the records have one order, which everybody reads. What a record does is decided by the
 * records before it and by the times in them, and by nothing else; so everybody decides alike, the writer included, who
 * learns it by reading its own record back. A process that was paused, for however long and at whatever point, has
 * either appended its record or not. If it appends it after somebody took the lease over, the record stands behind the
 * other's in the log, and is void for everyone. Nobody ever truncates a file or replaces one: a paused process has no
 * way to do harm later.
 */
export type JournalLog = Readonly<{
    /** The records read so far. */
    state: () => JournalState;
    /** Appends records, to the disk if so asked, and reads up to the end. Each result is that of the record's place. */
    commit: (
        toRecords: (at: number) => readonly JournalRecord[],
        isDurable: boolean,
    ) => Promise<readonly RecordResult[]>;
    /** Starts the next file with what is still of use, if this one has grown enough. */
    compact: () => Promise<void>;
    close: () => Promise<void>;
}>;

/** The place that a lease from an earlier file has, beside those that whoever took it has given to its records. */
const TAKEN_OVER = '0';
/** A file is compacted when it has grown to so many times what it started with. */
const GROWTH = 4;
/** Generations that come and go while one process tries to open the latest: more is not a coincidence any more. */
const MAX_TRIES = 1_000;

export async function openLog(folder: string, compactAtBytes: number, now: () => number): Promise<JournalLog> {
    const instance = `${randomBytes(6).toString('hex')}${describeProcess()}`;
    let serial = 1;
    let state = createJournalState();
    let handle: FileHandle | undefined;
    let generation = 0;
    // How much of the file was read, and how much of that was in it from the start.
    let position = 0;
    let line = 0;
    let startLength = 0;
    /** When the file was sealed. */
    let sealedAt: number | undefined;
    /** Records appended to this file and not read back yet, with the place for their results. */
    let own = new Map<string, Readonly<{ place: number; record: JournalRecord }>>();
    let results: (RecordResult | undefined)[] = [];

    const refuse = (reason: string, lineNumber?: number, cause?: unknown): never => {
        const path = generation === 0 ? folder : getJournalFile(folder, generation);
        throw new PaymentChannelsError(JOURNAL_UNREADABLE, { line: lineNumber, path, reason }, { cause });
    };
    const fail = (reason: string): never => {
        throw new PaymentChannelsError(JOURNAL_UNAVAILABLE, { path: folder, reason });
    };

    const apply = (record: JournalRecord, writer: string): RecordResult => {
        switch (record.kind) {
            case 'acquire': {
                const { at, channels, owner, until } = record;
                return state.acquire({ at, owner, until, writer }, channels);
            }
            case 'lease': {
                const { channels, owner, until } = record;
                for (const channel of channels) state.restoreLease(channel, { owner, until, writer });
                return [];
            }
            case 'outcome':
                state.recordOutcome(record.signature);
                return [];
            case 'release':
                state.release(record.owner, record.channels);
                return [];
            case 'seal':
                sealedAt = record.at;
                return [];
            case 'sent':
                return state.recordSent(record.owner, record.transaction, record.at);
            case 'unresolved':
                state.restoreSent(record.transaction);
                return [];
        }
    };

    const readLine = (bytes: Buffer) => {
        if (line === 0) {
            const fault = findHeaderFault(bytes.toString('utf8'), generation);
            if (fault !== undefined) refuse(fault, 1);
            return;
        }
        const parsed = parseLine(bytes);
        if (parsed.kind === 'damaged') return refuse(parsed.reason, line + 1);
        if (parsed.kind === 'void') return;
        const mine = own.get(parsed.id);
        if (mine !== undefined) {
            results[mine.place] = apply(mine.record, instance);
            own.delete(parsed.id);
            return;
        }
        let record: JournalRecord;
        try {
            record = decodeRecord(fromJsonText('record', parsed.text, Infinity));
        } catch (cause) {
            return refuse(cause instanceof Error ? cause.message : String(cause), line + 1, cause);
        }
        const [writer, place] = parsed.id.split(':') as [string, string];
        apply(record, writer);
        const isTakenOver = place === TAKEN_OVER || record.kind === 'lease' || record.kind === 'unresolved';
        if (isTakenOver) startLength = position + bytes.length + 1;
    };

    /** Reads up to the end of the file, or to its seal. */
    const catchUp = async (file: FileHandle) => {
        const { nlink, size } = await file.stat();
        if (size < position) fail('its file became shorter while it was in use');
        const bytes = Buffer.allocUnsafe(size - position);
        let length = 0;
        while (length < bytes.length) {
            const { bytesRead } = await file.read(bytes, length, bytes.length - length, position + length);
            if (bytesRead === 0) break;
            length += bytesRead;
        }
        for (const one of splitLines(bytes.subarray(0, length))) {
            if (sealedAt !== undefined) return;
            readLine(one);
            position += one.length + 1;
            line += 1;
        }
        // Only what is sealed is ever removed by one of us.
        if (sealedAt === undefined && nlink === 0) fail('its file was removed while it was in use');
    };

    /**
     * The records that the next generation starts with: those before the seal, so they are the same whoever writes it.
     */
    const toSnapshot = (next: number, at: number): string => {
        const byLease = new Map<string, { lease: Lease; channels: Address[] }>();
        for (const [channel, lease] of state.getLeases(at)) {
            const key = JSON.stringify([lease.until, lease.durationMs, lease.writer, lease.owner]);
            const group = byLease.get(key);
            if (group === undefined) byLease.set(key, { channels: [channel], lease });
            else group.channels.push(channel);
        }
        const lines = [...byLease.values()].map(({ channels, lease }) => {
            const { durationMs, owner, until, writer = instance } = lease;
            const at = Math.max(0, until - durationMs);
            // Its owner and its duration have to be known still.
            return encodeLine(`${writer}:${TAKEN_OVER}`, encodeRecord({ at, channels, kind: 'acquire', owner, until }));
        });
        for (const transaction of state.getAllUnresolved()) {
            lines.push(encodeLine(toId(), encodeRecord({ kind: 'unresolved', transaction })));
        }
        return encodeHeader(next) + lines.join('');
    };
    const toId = () => `${instance}:${serial++}`;

    /** Moves on to the latest generation, which it creates if nobody did. */
    const advance = async () => {
        for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
            const latest = Math.max(await findLatestGeneration(folder), generation);
            if (latest === generation) {
                await createGeneration(folder, latest + 1, instance, toSnapshot(latest + 1, sealedAt ?? 0));
                if (generation > 0) await removeOldGenerations(folder, latest + 1);
                continue;
            }
            const file = await openGeneration(folder, latest);
            if (file === undefined) continue;
            // A listing may have missed a generation that came while it was made.
            if ((await findLatestGeneration(folder)) !== latest) {
                await file.close();
                continue;
            }
            await handle?.close();
            handle = file;
            generation = latest;
            state = createJournalState();
            [position, line, startLength, sealedAt] = [0, 0, 0, undefined];
            // Records after the seal are void: they are not in the log.
            own = new Map();
            return;
        }
        fail('its files come and go too fast');
    };

    /** The latest generation, read to its end. */
    const getCurrent = async (): Promise<FileHandle> => {
        for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
            if (handle !== undefined) {
                await catchUp(handle);
                if (sealedAt === undefined) return handle;
            }
            await advance();
        }
        return fail('its files come and go too fast');
    };

    const append = async (file: FileHandle, records: readonly JournalRecord[], places: readonly number[]) => {
        const lines = records.map((record, index) => {
            const id = toId();
            own.set(id, { place: places[index]!, record });
            return encodeLine(id, encodeRecord(record));
        });
        const bytes = encodeAppend(lines);
        // One write: the rest of a write that broke off would come behind what others appended meanwhile.
        const { bytesWritten } = await file.write(bytes, 0, bytes.length, null);
        if (bytesWritten < bytes.length) fail(`of ${bytes.length} bytes, ${bytesWritten} could be written`);
    };

    const commit = async (toRecords: (at: number) => readonly JournalRecord[], isDurable: boolean) => {
        results = [];
        own = new Map();
        for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
            const file = sealedAt === undefined && handle !== undefined ? handle : await getCurrent();
            const records = toRecords(now());
            const places = [...records.keys()].filter(place => results[place] === undefined);
            if (places.length > 0) {
                await append(
                    file,
                    places.map(place => records[place]!),
                    places,
                );
                // All of the file, so also what others wrote that decides about these records.
                if (isDurable) await file.datasync();
            }
            await catchUp(file);
            // Records before the seal are done; the others are void and go into the next file.
            if (sealedAt !== undefined) continue;
            if (own.size === 0) return results as RecordResult[];
            fail('what was written to its file is not in it');
        }
        return fail('its files come and go too fast');
    };

    try {
        await createFolder(folder);
        await getCurrent();
    } catch (error) {
        await (handle as FileHandle | undefined)?.close();
        throw error;
    }
    return Object.freeze({
        close: async () => handle?.close(),
        commit,
        compact: async () => {
            if (position < Math.max(compactAtBytes, GROWTH * startLength) || sealedAt !== undefined) return;
            const file = await getCurrent();
            // If somebody else's seal is first, this one is void, as it should be.
            await append(file, [{ at: now(), kind: 'seal' }], [0]);
            await getCurrent();
        },
        state: () => state,
    });
}
