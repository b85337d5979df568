import { stat } from 'node:fs/promises';

import type { Command } from 'commander';
import { isPaymentChannelsError } from 'solana-payment-channels';
import { exportChannels } from 'solana-payment-channels/store';
import { openSqliteStore } from 'solana-payment-channels/store/sqlite';

import { ExitCode, UsageError, type Io } from './io';

type ExportFlags = { network: string };

/** `payment-channels ledger export`. */
export function addLedgerCommands(program: Command, io: Io, setExitCode: (code: ExitCode) => void): void {
    const command = program.command('ledger').description('Look into what a server knows of its channels.');
    command
        .command('export')
        .description(
            'Print the channels of an SQLite store as lines of JSON, in the order of their addresses. ' +
                'What cannot be read is named on the error output, and the exit code is 1.',
        )
        .argument('<file>', 'the database')
        .requiredOption('--network <name>', 'the cluster whose channels are exported, as the store was opened for')
        .allowExcessArguments(false)
        .action(async (file: string, { network }: ExportFlags) => {
            const database = await openDatabase(file);
            try {
                const store = await openSqliteStore(database, { network }).catch((error: unknown) => {
                    const isUsage =
                        isPaymentChannelsError(error, 'INPUT_INVALID') ||
                        isPaymentChannelsError(error, 'STORE_SCHEMA_MISMATCH');
                    throw isUsage ? new UsageError((error as Error).message, { cause: error }) : error;
                });
                const onUnreadable = ({ error }: Readonly<{ error: Error }>) => {
                    io.writeError(`payment-channels: ${error.message}\n`);
                    setExitCode(ExitCode.Failure);
                };
                for await (const line of exportChannels(store, { onUnreadable })) io.writeOutput(`${line}\n`);
                await store.close();
            } finally {
                database.close();
            }
        });
}

/** A database that is there: SQLite would make one that is not. */
async function openDatabase(file: string) {
    const found = await stat(file).catch((error: Error) => {
        throw new UsageError(`${file} can't be read: ${error.message}`, { cause: error });
    });
    if (!found.isFile()) throw new UsageError(`${file} is no file`);
    // Only here: no other command needs a database.
    const { default: Database } = await import('libsql');
    return new Database(file);
}
