import { toPrintable } from 'solana-payment-channels-codegen/printable';

/** Where a command writes to. Results go to the output, everything about the way there to the error output. */
export type Io = Readonly<{
    writeOutput: (text: string) => void;
    writeError: (text: string) => void;
    /** Whether the error output is a terminal, so that a line on it can be written over. */
    isErrorTerminal: boolean;
    /** Reads the standard input to its end, up to so many bytes; left out where there is none. */
    readInput?: ((maxBytes: number) => Promise<Uint8Array>) | undefined;
}>;

/**
 * Writes to a stream of the process. Whoever reads it may have seen enough and be gone (`| head`), which is no failure: the
 * command goes on to its exit code.
 *
 * @param onFailure Told once when nothing can be written for another reason, such as a disk that is full.
 */
export function createWriter(stream: NodeJS.WritableStream, onFailure: (error: Error) => void) {
    let isOver = false;
    stream.on('error', (error: NodeJS.ErrnoException) => {
        if (!isOver && error.code !== 'EPIPE') onFailure(error);
        isOver = true;
    });
    return (text: string): void => {
        if (!isOver) stream.write(text);
    };
}

/** Where a command writes to, with nothing in it that a terminal takes for a command. */
export type Terminal = Io & Readonly<{ clearErrorLine: () => void }>;

const CLEAR_LINE = '\r\x1b[2K';

/** The one way out of the commands: what they write may hold whatever their files hold. */
export function createTerminal({ isErrorTerminal, readInput, writeError, writeOutput }: Io): Terminal {
    return {
        clearErrorLine: () => {
            if (isErrorTerminal) writeError(CLEAR_LINE);
        },
        isErrorTerminal,
        readInput,
        writeError: text => writeError(toPrintable(text)),
        writeOutput: text => writeOutput(toPrintable(text)),
    };
}

/** The exit code of a command. */
export enum ExitCode {
    Success = 0,
    /** The command ran, and what it was to do or to check failed. */
    Failure = 1,
    /** The command was not understood, and nothing was done. */
    Usage = 2,
}

/** Bad usage: one line for the error output, exit code 2. */
export class UsageError extends Error {}
