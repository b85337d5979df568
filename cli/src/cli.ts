import { Command, CommanderError } from 'commander';
import { toLine } from 'solana-payment-channels-codegen/printable';

import { version } from '../package.json';
import { addGenerateCommand } from './generate';
import { addIdlCommands } from './idl';
import { addInspectCommand } from './inspect';
import { addLedgerCommands } from './ledger';
import { addPlanCommand } from './plan';
import { addProgramCommands } from './program';
import { addSimulateCommand } from './simulate';
import { addSimulatorCommand } from './simulator';
import { createTerminal, ExitCode, UsageError, type Io } from './io';

/**
 * Runs the command line and returns its exit code.
 *
 * @param args The arguments after the name of the program.
 */
export async function runCli(args: readonly string[], io: Io): Promise<ExitCode> {
    const terminal = createTerminal(io);
    let exitCode = ExitCode.Success;
    const program = new Command('payment-channels')
        .description(
            'Payment channels on Solana: simulate and plan settlement in this process, serve a simulator; decode what you hold; ' +
                'check, compare and render IDLs. ' +
                'They take the program to be of the revision that runs on mainnet; --revision selects another.',
        )
        .version(version)
        .showSuggestionAfterError(false)
        .configureOutput({ writeErr: () => undefined, writeOut: terminal.writeOutput })
        .exitOverride();
    const setExitCode = (code: ExitCode) => void (exitCode = code);
    addSimulateCommand(program, terminal, setExitCode);
    addSimulatorCommand(program, terminal);
    addIdlCommands(program, terminal, setExitCode);
    addGenerateCommand(program, terminal, setExitCode);
    addPlanCommand(program, terminal);
    addInspectCommand(program, terminal, setExitCode);
    addProgramCommands(program, terminal);
    addLedgerCommands(program, terminal, setExitCode);
    try {
        await program.parseAsync(args, { from: 'user' });
        return exitCode;
    } catch (error) {
        return report(error, terminal);
    }
}

function report(error: unknown, io: Io): ExitCode {
    if (error instanceof CommanderError) {
        if (error.exitCode === 0) return ExitCode.Success;
        // Without a command commander writes its help as an error; one line will do, as for any bad usage.
        const message =
            error.code === 'commander.help'
                ? 'error: name a command; payment-channels --help lists them'
                : error.message;
        io.writeError(`payment-channels: ${toLine(message.replace(/^error: /, ''))}\n`);
        return ExitCode.Usage;
    }
    const message = error instanceof Error ? error.message : String(error);
    io.writeError(`payment-channels: ${toLine(message)}\n`);
    return error instanceof UsageError ? ExitCode.Usage : ExitCode.Failure;
}
