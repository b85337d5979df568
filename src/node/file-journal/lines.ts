import { crc32 } from 'node:zlib';

// The lines of a journal's file. Processes append to it without a lock, and any of them may die in the middle of a write,
// so a line has to tell three things apart: a whole record, the remains of a write that broke off, and damage.
//
// - A record is `[record,"id","checksum"]` and its own newline, all of one write.
// - Every append starts with a line that holds nothing but a mark. Where the write before it broke off, the mark ends up
//   behind the remains instead, and says that they are remains: nobody was ever told that they are recorded.
// - What stands behind the last newline is a write that broke off or is still going on. It counts for nothing until it
//   has its newline.
// - Everything else was whole once and is not any more.

const MARK = '"~"';
const NEWLINE = 0x0a;
/** The bytes after the checked part of a record: `,"01234567"]`. */
const CHECKSUM_LENGTH = 12;
const ENDING = /^,"([0-9a-f]{8})"\]$/;
const RECORD = /^\[(.*),"([0-9a-f]+:[0-9]+)"$/s;
// Inside a record there are no such quotes: JSON escapes those of a text, and no list ends with eight hex digits.
const MORE_AFTER_RECORD = /","[0-9a-f]{8}"\]./s;
const MARKS_AT_END = /(?:"(?:~"?)?)*$/;

/** A line of a journal's file, without its newline. */
export type JournalLine =
    | Readonly<{ kind: 'record'; id: string; text: string }>
    /** The remains of a write that broke off, or nothing. */
    | Readonly<{ kind: 'void' }>
    | Readonly<{ kind: 'damaged'; reason: string }>;

/** A record's line. */
export function encodeLine(id: string, recordText: string): string {
    const checked = `[${recordText},"${id}"`;
    return `${checked},"${crc32(checked).toString(16).padStart(8, '0')}"]\n`;
}

/** The bytes of one append. */
export function encodeAppend(lines: readonly string[]): Uint8Array {
    return new TextEncoder().encode(`${MARK}\n${lines.join('')}`);
}

/** The ends of the complete lines in some bytes: the offset after each newline. */
export function* splitLines(bytes: Buffer): Generator<Buffer> {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        yield bytes.subarray(start, end);
        start = end + 1;
    }
}

export function parseLine(line: Buffer): JournalLine {
    const ending = ENDING.exec(line.toString('latin1', Math.max(0, line.length - CHECKSUM_LENGTH)));
    if (ending !== null) {
        const checked = line.subarray(0, line.length - CHECKSUM_LENGTH);
        if (crc32(checked) !== Number.parseInt(ending[1]!, 16)) return damaged('its checksum is another one');
        const record = RECORD.exec(checked.toString('utf8'));
        return record === null ? damaged('it is no record') : { id: record[2]!, kind: 'record', text: record[1]! };
    }
    const text = line.toString('latin1');
    if (!text.endsWith(MARK)) return damaged('it is neither whole nor the remains of a write that broke off');
    // The mark would hide a good record whose newline was damaged.
    if (MORE_AFTER_RECORD.test(text.replace(MARKS_AT_END, ''))) return damaged('a record does not end where it should');
    return { kind: 'void' };
}

const damaged = (reason: string): JournalLine => ({ kind: 'damaged', reason });
