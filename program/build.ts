/** `just program [--update]`: rebuilds the reference program and compares it with the committed ELF, or replaces that. */

import { fileURLToPath } from 'node:url';

import { runProgramCommand } from './toolchain/command';
import { findTools } from './toolchain/tools';

const folder = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');

process.exitCode = runProgramCommand(process.argv.slice(2), { folder, tools: findTools() });
