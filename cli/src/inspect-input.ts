import { readFile, stat } from 'node:fs/promises';

import {
    getBase16Encoder,
    getBase58Decoder,
    getBase58Encoder,
    getBase64Decoder,
    getBase64Encoder,
    type ReadonlyUint8Array,
} from '@solana/kit';

import { UsageError, type Io } from './io';

// What a user holds comes as an argument, in a file or through the standard input, as text in one of the encodings that
// people copy from tools and logs, or as the bytes themselves.

/** More than anything that is decoded here has. */
export const MAX_INPUT_BYTES = 10 * 1024 * 1024;
/** Longer than the text of any bytes that are decoded here; base58 takes time in proportion to the square of its length. */
const MAX_ENCODED_LENGTH = 16_384;
const MAX_BASE58_LENGTH = 6_000;
/** As long as a name of a file can be. */
const MAX_PATH_LENGTH = 4_096;

/** The encodings of bytes. */
export const ENCODINGS = ['base58', 'base64', 'hex'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** One way to take the input: as the text that it is, or as bytes. */
export type Form =
    Readonly<{ as: 'text'; text: string }> | Readonly<{ as: 'bytes'; bytes: Uint8Array; encoding: Encoding | 'none' }>;

/** Reads what an argument means: `-` or nothing is the standard input, the name of a file that file, else it is what it says. */
export async function readInput(argument: string | undefined, { readInput }: Io): Promise<string | Uint8Array> {
    if (argument === undefined || argument === '-') {
        if (readInput === undefined)
            throw new UsageError('name what to inspect: a text, a file, or - for the standard input');
        return toText(await readInput(MAX_INPUT_BYTES));
    }
    if (argument.trim() === '') throw new UsageError('there is nothing in what is to be inspected');
    const size = await getFileSize(argument);
    if (size === undefined) return argument.trim();
    if (size > MAX_INPUT_BYTES) throw tooLarge(argument);
    const bytes = await readFile(argument).catch((cause: unknown) => {
        throw new UsageError(`${argument} can't be read: ${(cause as NodeJS.ErrnoException).code}`, { cause });
    });
    if (bytes.length > MAX_INPUT_BYTES) throw tooLarge(argument);
    return toText(bytes);
}

/** Reads a stream to its end, unless it has too much. */
export async function readStream(stream: AsyncIterable<unknown>, maxBytes: number): Promise<Uint8Array> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream) {
        const bytes = Buffer.from(chunk as Uint8Array);
        length += bytes.length;
        if (length > maxBytes) throw tooLarge('the standard input');
        chunks.push(bytes);
    }
    return new Uint8Array(Buffer.concat(chunks));
}

function tooLarge(what: string): UsageError {
    return new UsageError(
        `${what} has more than ${MAX_INPUT_BYTES.toLocaleString('en-US')} bytes: nothing that is inspected does`,
    );
}

/** Undefined where there is no file of that name, as for most that is not meant as one. */
async function getFileSize(name: string): Promise<number | undefined> {
    if (name.length > MAX_PATH_LENGTH || name.includes('\0')) return undefined;
    const stats = await stat(name).catch(() => undefined);
    if (stats?.isDirectory() && /[/\\]/.test(name)) throw new UsageError(`${name} is a folder: name a file`);
    return stats?.isFile() ? stats.size : undefined;
}

/** Text where it is text; bytes where it can't be. */
function toText(bytes: Uint8Array): string | Uint8Array {
    try {
        const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
        // Controls that no text has: bytes that happen to be UTF-8.
        if (!/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) && text !== '') return text;
    } catch {
        // No UTF-8.
    }
    if (bytes.length === 0) throw new UsageError('there is nothing in what is to be inspected');
    return bytes;
}

/** The ways to take an input. A line of a program's log that has data in base64 is taken for that. */
export function getForms(input: string | Uint8Array, encoding: Encoding | undefined): readonly Form[] {
    if (typeof input !== 'string') return [{ as: 'bytes', bytes: input, encoding: 'none' }];
    const text = /^Program data: (\S+)$/.exec(input)?.[1] ?? input;
    const encodings = encoding === undefined ? ENCODINGS : [encoding];
    const decoded = encodings.flatMap((name): Form[] => {
        const bytes = text.length > MAX_ENCODED_LENGTH ? undefined : decode(text, name);
        return bytes === undefined ? [] : [{ as: 'bytes', bytes: new Uint8Array(bytes), encoding: name }];
    });
    return [{ as: 'text', text: input }, ...decoded];
}

/** Bytes of a text in an encoding; undefined for a text that is not the one of any bytes. */
function decode(text: string, encoding: Encoding): ReadonlyUint8Array | undefined {
    try {
        switch (encoding) {
            case 'hex': {
                const digits = text.replace(/^0x/i, '');
                const isHex = /^(?:[0-9a-f]{2})+$/i.test(digits);
                return isHex ? getBase16Encoder().encode(digits.toLowerCase()) : undefined;
            }
            case 'base58': {
                if (text.length > MAX_BASE58_LENGTH) return undefined;
                const bytes = getBase58Encoder().encode(text);
                return bytes.length > 0 && getBase58Decoder().decode(bytes) === text ? bytes : undefined;
            }
            case 'base64': {
                const bytes = getBase64Encoder().encode(text);
                return bytes.length > 0 && getBase64Decoder().decode(bytes) === text ? bytes : undefined;
            }
        }
    } catch {
        // Characters that are not of the alphabet.
        return undefined;
    }
}
