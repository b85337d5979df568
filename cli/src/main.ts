#!/usr/bin/env node
import { runCli } from './cli';
import { readStream } from './inspect-input';
import { createWriter, ExitCode } from './io';

let isWritten = true;
const writeError = createWriter(process.stderr, () => undefined);
const writeOutput = createWriter(process.stdout, ({ message }) => {
    isWritten = false;
    process.exitCode = ExitCode.Failure;
    writeError(`payment-channels: the output cannot be written: ${message}\n`);
});

const exitCode = await runCli(process.argv.slice(2), {
    isErrorTerminal: process.stderr.isTTY ?? false,
    // Nobody types what is inspected.
    readInput: process.stdin.isTTY ? undefined : maxBytes => readStream(process.stdin, maxBytes),
    writeError,
    writeOutput,
});
process.exitCode = isWritten ? exitCode : ExitCode.Failure;
