/** What `just program` does. */

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { compileProgram } from './compile';
import { INSTALL_COMMAND, type Tools, type ToolVersions } from './tools';

/** Each revision is a feature of the crate and gives one ELF. */
export const REVISIONS = ['tombstone', 'epoch'] as const;

/** Where the crate and the committed ELFs are, and what there is to build with. */
export type ProgramEnvironment = Readonly<{ folder: string; tools: Tools | Readonly<{ missing: string }> }>;

/** Where things are said; the console by default. */
export type Output = Readonly<{ error: (line: string) => void; log: (line: string) => void }>;

/**
 * Rebuilds and compares; with `--update` replaces the ELF, its hash and the versions of the tools that made it. Where
 * the tools are missing the committed ELF is compared with its committed hash instead, and that is said.
 *
 * Returns the exit code.
 */
export function runProgramCommand(
    options: readonly string[],
    { folder, tools }: ProgramEnvironment,
    output: Output = console,
): number {
    const unknown = options.find(option => option !== '--update');
    if (unknown !== undefined) {
        output.error(`unknown option ${unknown}; the only one is --update`);
        return 2;
    }
    const isUpdate = options.includes('--update');
    if ('missing' in tools) {
        return isUpdate ? refuseUpdate(tools.missing, output) : checkHashes(folder, tools.missing, output);
    }
    const { assembler, llvm, rustc } = tools.versions;
    output.log(`rustc ${rustc}, LLVM ${llvm}, llvm-mc ${assembler}`);
    return isUpdate ? update(folder, tools, output) : checkRebuilt(folder, tools, output);
}

function refuseUpdate(missing: string, output: Output): number {
    output.error(`Cannot build: ${missing}. On Debian: ${INSTALL_COMMAND}`);
    return 1;
}

function checkHashes(folder: string, missing: string, output: Output): number {
    if (
        !report(
            REVISIONS.map(revision => findWrongHash(folder, revision)),
            output,
        )
    )
        return 1;
    output.log(
        `Not rebuilt: ${missing}. The committed ELF was only compared with its committed hash, which it has. ` +
            `To rebuild it on Debian: ${INSTALL_COMMAND}`,
    );
    return 0;
}

function checkRebuilt(folder: string, tools: Tools, output: Output): number {
    if (
        !report(
            REVISIONS.map(revision => findDifference(folder, tools, revision)),
            output,
        )
    )
        return 1;
    output.log(`Rebuilt to the same bytes: ${REVISIONS.map(revision => `${revision}.so`).join(', ')}`);
    return 0;
}

function update(folder: string, tools: Tools, output: Output): number {
    for (const revision of REVISIONS) {
        const { elf, hash, versions } = paths(folder, revision);
        const bytes = build(folder, tools, revision);
        writeFileSync(elf, bytes);
        writeFileSync(hash, `${sha256(bytes)}  ${revision}.so\n`);
        writeFileSync(versions, `${JSON.stringify(tools.versions, undefined, 4)}\n`);
        output.log(`${revision}.so: ${bytes.length} bytes, sha256 ${sha256(bytes)}`);
    }
    return 0;
}

/** Prints what is wrong; whether nothing is. */
function report(problems: readonly (string | undefined)[], output: Output): boolean {
    const found = problems.filter(problem => problem !== undefined);
    for (const problem of found) output.error(problem);
    return found.length === 0;
}

/** Compares the committed ELF with its committed hash; says what is wrong, if anything. */
function findWrongHash(folder: string, revision: string): string | undefined {
    const { elf, hash } = paths(folder, revision);
    if (!existsSync(elf) || !existsSync(hash)) return `${revision}: the ELF or its hash is missing`;
    const [expected] = readFileSync(hash, 'utf8').split(/\s+/);
    const got = sha256(readFileSync(elf));
    return got === expected ? undefined : `${revision}.so has the hash ${got}, ${revision}.so.sha256 says ${expected}`;
}

/** Rebuilds a revision and compares; says what is wrong, if anything. */
function findDifference(folder: string, tools: Tools, revision: string): string | undefined {
    const wrongHash = findWrongHash(folder, revision);
    if (wrongHash !== undefined) return wrongHash;
    const elf = readFileSync(paths(folder, revision).elf);
    const rebuilt = build(folder, tools, revision);
    if (elf.equals(rebuilt)) return undefined;

    const recorded = JSON.parse(readFileSync(paths(folder, revision).versions, 'utf8')) as ToolVersions;
    const different = (Object.keys(tools.versions) as (keyof ToolVersions)[])
        .filter(tool => tools.versions[tool] !== recorded[tool])
        .map(tool => `    ${tool}: here ${tools.versions[tool]}, the committed ELF was built with ${recorded[tool]}`);
    const reason =
        different.length > 0
            ? `The tools are not those it was built with, which is reason enough:\n${different.join('\n')}`
            : 'The tools are those it was built with, so the sources or the build have changed: `just program --update`?';
    return `${revision}: rebuilding gives ${sha256(rebuilt)}, not the committed ${sha256(elf)}.\n${reason}`;
}

function build(folder: string, tools: Tools, revision: string): Uint8Array {
    const output = mkdtempSync(join(tmpdir(), 'payment-channels-program-'));
    try {
        return compileProgram(tools, revision, folder, output);
    } finally {
        rmSync(output, { force: true, recursive: true });
    }
}

function paths(folder: string, revision: string) {
    return {
        elf: join(folder, `${revision}.so`),
        hash: join(folder, `${revision}.so.sha256`),
        versions: join(folder, `${revision}.so.versions.json`),
    };
}

function sha256(bytes: Uint8Array): string {
    return createHash('sha256').update(bytes).digest('hex');
}
