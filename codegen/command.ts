import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { findStaleFiles, writeClient } from './files';
import { assertHasOnlyRendered, ForeignFolderError } from './folder';
import { BadIdlError, readIdls } from './idl';
import { toLine, toPrintable } from './printable';
import { renderClient } from './render';
import { assertHasExactVersions, WrongVersionError } from './versions';

/** Where the command writes to. */
export type Output = Readonly<{ writeError: (text: string) => void; writeOutput: (text: string) => void }>;

const NAME = 'payment-channels-codegen';
const OPTIONS = {
    check: { type: 'boolean' },
    help: { short: 'h', type: 'boolean' },
    idl: { default: 'idl', type: 'string' },
    out: { default: 'generated', type: 'string' },
    strict: { type: 'boolean' },
} as const;
const HELP = `Usage: ${NAME} [options]

Renders every IDL of a folder, <idl>/<name>.json, to a TypeScript client in <out>/<name>/. All are checked and rendered
before anything is written: a bad IDL leaves the clients as they were.

  --idl <folder>  where the IDLs are (default: ${OPTIONS.idl.default})
  --out <folder>  where the clients are written to (default: ${OPTIONS.out.default})
  --check         write nothing; exit 1 and list the files when the clients are not what the IDLs render to
  --strict        hold the IDLs to all rules: every node documented, every u64 an integer
  -h, --help      print this

The command payment-channels, a package of that name, renders a single IDL, and checks and compares IDLs.
`;

/**
 * Runs `payment-channels-codegen` and returns its exit code: 1 when a file or a folder is not what it should be, 2 when the
 * command was not understood.
 *
 * @param args The arguments after the name of the program.
 */
export async function runCodegen(args: readonly string[], output: Output): Promise<0 | 1 | 2> {
    // The one way out: what is printed may hold whatever the files and their names hold.
    const print = (line: string) => output.writeOutput(`${toPrintable(line)}\n`);
    const printError = (line: string) => output.writeError(`${toPrintable(line)}\n`);
    let flags: ReturnType<typeof readFlags>;
    try {
        flags = readFlags(args);
    } catch (error) {
        printError(`${NAME}: unknown argument: ${toLine((error as Error).message)}`);
        return 2;
    }
    if (flags.help === true) {
        output.writeOutput(HELP);
        return 0;
    }
    try {
        assertHasExactVersions();
        return await renderAll(flags, print, printError);
    } catch (error) {
        printError(`${NAME}: ${toMessage(error)}`);
        return 1;
    }
}

const readFlags = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS }).values;

async function renderAll(
    {
        check = false,
        idl,
        out,
        strict = false,
    }: Readonly<{ check?: boolean; idl: string; out: string; strict?: boolean }>,
    print: (line: string) => void,
    printError: (line: string) => void,
): Promise<0 | 1> {
    const [from, to] = [idl, out].map(folder => `${toLine(folder.replace(/\/+$/, ''))}/`) as [string, string];
    const idls = readIdls(idl, { isHouse: strict });
    if (idls.length === 0) {
        printError(`${NAME}: ${from} holds no IDL: no file whose name ends with .json`);
        return 1;
    }
    const clients = await Promise.all(
        idls.map(async ({ revision, root }) => ({ client: await renderClient(root), revision })),
    );
    if (!check) clients.forEach(({ revision }) => assertHasOnlyRendered(join(out, revision)));
    const stale = clients.flatMap(({ client, revision }) =>
        (check ? findStaleFiles : writeClient)(join(out, revision), client).map(
            ({ path, reason }) => `${reason.padEnd(10)} ${to}${toLine(`${revision}/${path}`)}`,
        ),
    );
    const revisions = new Set(idls.map(({ revision }) => revision));
    const orphans = (existsSync(out) ? readdirSync(out) : [])
        .filter(name => !revisions.has(name))
        .map(name => `no IDL     ${to}${toLine(name)}`);
    if (!check) {
        for (const line of stale) print(line);
        for (const line of orphans) printError(`${line}: delete it if its IDL is gone`);
        print(stale.length === 0 ? `${to} was up to date` : `${stale.length} files of ${to} changed`);
        return 0;
    }
    for (const line of [...stale, ...orphans]) printError(line);
    if (stale.length + orphans.length > 0) {
        printError(`${to} is not what ${from} renders to: run this without --check and commit the result`);
        return 1;
    }
    print(`${to} is what ${from} renders to (${toLine([...revisions].join(', '))})`);
    return 0;
}

/** That a file or a folder is not what it should be is a message; whatever else happens is a fault, and shows where. */
function toMessage(error: unknown): string {
    if (error instanceof BadIdlError) return error.message;
    if (error instanceof ForeignFolderError || error instanceof WrongVersionError) return toLine(error.message);
    if (!(error instanceof Error)) return String(error);
    return 'syscall' in error ? toLine(error.message) : (error.stack ?? error.message);
}
