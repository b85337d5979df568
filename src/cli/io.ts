/** Where a command writes to. Results go to the output, everything about the way there to the error output. */
export type Io = Readonly<{
    writeOutput: (text: string) => void;
    writeError: (text: string) => void;
    /** Whether the error output is a terminal, so that a line on it can be written over. */
    isErrorTerminal: boolean;
}>;

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
