import { readFileSync } from 'node:fs';

import { InvalidArgumentError, type Command } from 'commander';

import { importCodegen } from './codegen';
import { formatChanges, formatFindings, type Format } from './idl-report';
import { ExitCode, UsageError, type Io } from './io';

type ReportFlags = { format: Format; json?: true; markdown?: true };
type CheckFlags = ReportFlags & { all?: true; strict?: true };

/** How a user gets at what a command that only needs an IDL does not print of the faults in it. */
export const ALL_BY_CHECK = 'payment-channels idl check --all shows them';

/** `payment-channels idl check` and `payment-channels idl diff`. */
export function addIdlCommands(program: Command, io: Io, setExitCode: (code: ExitCode) => void): void {
    const idl = program.command('idl').description('Check an IDL, or tell what changed between two.');

    addFormat(
        idl
            .command('check <file>')
            .description(
                'Check a Codama IDL before anything is rendered from it. Exits 1 when there is an error, ' +
                    'and 0 when there are only warnings.',
            )
            .option('--strict', 'hold it to all the rules of this project: every node documented, every u64 an integer')
            .option('--all', 'show every error and warning, and not the first few'),
    ).action(async (file: string, flags: CheckFlags) => {
        const { parseIdl } = await importCodegen();
        const { findings } = parseIdl(readFile(file), { isHouse: flags.strict ?? false });
        const hint = flags.all ? undefined : '--all shows them';
        io.writeOutput(formatFindings(file, findings, getFormat(flags), hint));
        if (findings.some(({ severity }) => severity === 'error')) setExitCode(ExitCode.Failure);
    });

    addFormat(
        idl
            .command('diff <old> <new>')
            .description(
                'Tell what changed from one IDL to another and what that means to callers. Exits 1 when something ' +
                    'breaks, on the wire or in types, and 0 when nothing does.',
            ),
    ).action(async (oldFile: string, newFile: string, flags: ReportFlags) => {
        const { diffIdl, parseIdl } = await importCodegen();
        const read = (file: string) => {
            const { findings, root } = parseIdl(readFile(file), { use: 'compare' });
            if (root) return root;
            const errors = findings.filter(({ severity }) => severity === 'error');
            io.writeError(formatFindings(file, errors, 'table', ALL_BY_CHECK));
            throw new UsageError(`${file} is not an IDL that can be compared`);
        };
        const changes = diffIdl(read(oldFile), read(newFile));
        io.writeOutput(formatChanges({ new: newFile, old: oldFile }, changes, getFormat(flags)));
        if (changes.some(({ impact }) => impact !== 'compatible')) setExitCode(ExitCode.Failure);
    });
}

/** Reads a file that a user named. */
export function readFile(file: string): string {
    if (file === '') throw new UsageError('the name of a file to read is empty');
    try {
        return readFileSync(file, 'utf8');
    } catch (cause) {
        throw new UsageError(`cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
            cause,
        });
    }
}

function addFormat(command: Command): Command {
    return command
        .option('--format <format>', 'table, markdown (for a pull request) or json', parseFormat, 'table')
        .option('--json', 'the same as --format json')
        .option('--markdown', 'the same as --format markdown')
        .allowExcessArguments(false);
}

function getFormat({ format, json, markdown }: ReportFlags): Format {
    return json ? 'json' : markdown ? 'markdown' : format;
}

function parseFormat(value: string): Format {
    if (value === 'json' || value === 'markdown' || value === 'table') return value;
    throw new InvalidArgumentError('It has to be table, markdown or json.');
}
