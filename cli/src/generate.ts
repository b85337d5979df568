import type { Command } from 'commander';
import { toLine } from 'solana-payment-channels-codegen/printable';

import { importCodegen } from './codegen';
import { ALL_BY_CHECK, readFile } from './idl';
import { formatFindings } from './idl-report';
import { ExitCode, UsageError, type Io } from './io';

type GenerateFlags = { check?: true; idl: string; out: string; strict?: true };

/** `payment-channels generate`: an IDL of the user's own to a TypeScript client. */
export function addGenerateCommand(program: Command, io: Io, setExitCode: (code: ExitCode) => void): void {
    program
        .command('generate')
        .description(
            'Render the TypeScript client of a Codama IDL, with nothing in it but @solana/kit. The folder is made to ' +
                'hold exactly this client; one that was not rendered by this command is left alone.',
        )
        .requiredOption('--idl <file>', 'the IDL; it is checked first, and nothing is written when it has an error')
        .requiredOption('--out <folder>', 'where to write the client')
        .option('--strict', 'hold the IDL to all the rules of `idl check --strict`')
        .option('--check', 'write nothing; exit 1 and list the files when the folder is not as it would be rendered')
        .allowExcessArguments(false)
        .action(async ({ check, idl, out, strict }: GenerateFlags) => {
            const codegen = await importCodegen();
            const { findings, root } = codegen.parseIdl(readFile(idl), { isHouse: strict ?? false });
            if (!root) {
                io.writeError(formatFindings(idl, findings, 'table', ALL_BY_CHECK));
                io.writeError('payment-channels: nothing was written\n');
                setExitCode(ExitCode.Failure);
                return;
            }
            if (!check) atFolder(() => codegen.assertHasOnlyRendered(out));
            const client = await codegen.renderClient(root);
            const stale = atFolder(() => {
                if (check) return codegen.findStaleFiles(out, client);
                // Again: somebody may have put a file there meanwhile.
                codegen.assertHasOnlyRendered(out);
                return codegen.writeClient(out, client);
            });
            for (const { path, reason } of stale) io.writeOutput(`${reason.padEnd(10)} ${toLine(path)}\n`);
            if (check && stale.length > 0) {
                io.writeError(`payment-channels: ${toLine(out)} is not what ${toLine(idl)} renders to\n`);
                setExitCode(ExitCode.Failure);
            }
            const folder = toLine(out);
            const verdict =
                stale.length === 0 ? `${folder} is up to date` : `${stale.length} files of ${folder} changed`;
            if (!check || stale.length === 0) io.writeOutput(`${verdict}\n`);

            function atFolder<T>(act: () => T): T {
                try {
                    return act();
                } catch (cause) {
                    if (cause instanceof codegen.ForeignFolderError) throw new UsageError(cause.message, { cause });
                    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
                    throw new Error(`${out} cannot be ${check ? 'read' : 'written'}: ${cause.message}`, { cause });
                }
            }
        });
}
