#!/usr/bin/env node
import { runCli } from './cli';

process.exitCode = await runCli(process.argv.slice(2), {
    isErrorTerminal: process.stderr.isTTY ?? false,
    writeError: text => process.stderr.write(text),
    writeOutput: text => process.stdout.write(text),
});
