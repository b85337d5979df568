#!/usr/bin/env node
import { runCodegen } from './command';

process.exitCode = await runCodegen(process.argv.slice(2), {
    writeError: text => void process.stderr.write(text),
    writeOutput: text => void process.stdout.write(text),
});
