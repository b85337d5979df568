/**
 * `just program [--update]`: rebuilds the reference program and compares it with the committed ELF, or replaces that.
 *
 * Where the toolchain is missing the committed ELF is compared with its committed hash instead, and that is said.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compileProgram } from './toolchain/compile';
import { findTools, INSTALL_COMMAND, type Tools, type ToolVersions } from './toolchain/tools';

/** Each revision is a feature of the crate and gives one ELF. */
const REVISIONS = ['tombstone'] as const;
const PROGRAM = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');

const paths = (revision: string) => ({
    elf: join(PROGRAM, `${revision}.so`),
    hash: join(PROGRAM, `${revision}.so.sha256`),
    versions: join(PROGRAM, `${revision}.so.versions.json`),
});

function sha256(bytes: Uint8Array): string {
    return createHash('sha256').update(bytes).digest('hex');
}

function build(tools: Tools, revision: string): Uint8Array {
    const output = mkdtempSync(join(tmpdir(), 'payment-channels-program-'));
    try {
        return compileProgram(tools, revision, PROGRAM, output);
    } finally {
        rmSync(output, { force: true, recursive: true });
    }
}

/** Compares the committed ELF with its committed hash; returns what is wrong, if anything. */
function checkCommitted(revision: string): string | undefined {
    const { elf, hash } = paths(revision);
    if (!existsSync(elf) || !existsSync(hash)) return `${revision}: the ELF or its hash is not there`;
    const [expected] = readFileSync(hash, 'utf8').split(/\s+/);
    const got = sha256(readFileSync(elf));
    return got === expected ? undefined : `${revision}.so has the hash ${got}, ${revision}.so.sha256 says ${expected}`;
}

/** Rebuilds and compares; returns what is wrong, if anything. */
function checkRebuilt(tools: Tools, revision: string): string | undefined {
    const committed = checkCommitted(revision);
    if (committed !== undefined) return committed;
    const elf = readFileSync(paths(revision).elf);
    const rebuilt = build(tools, revision);
    if (elf.equals(rebuilt)) return undefined;

    const recorded = JSON.parse(readFileSync(paths(revision).versions, 'utf8')) as ToolVersions;
    const different = (Object.keys(tools.versions) as (keyof ToolVersions)[])
        .filter(tool => tools.versions[tool] !== recorded[tool])
        .map(tool => `    ${tool}: here ${tools.versions[tool]}, the committed ELF was built with ${recorded[tool]}`);
    const reason =
        different.length > 0
            ? `The tools are not those it was built with, which is reason enough:\n${different.join('\n')}`
            : 'The tools are those it was built with: the sources or the build have changed. `just program --update`?';
    return `${revision}: rebuilding gives ${sha256(rebuilt)}, not the committed ${sha256(elf)}.\n${reason}`;
}

function update(tools: Tools, revision: string): void {
    const { elf, hash, versions } = paths(revision);
    const bytes = build(tools, revision);
    writeFileSync(elf, bytes);
    writeFileSync(hash, `${sha256(bytes)}  ${revision}.so\n`);
    writeFileSync(versions, `${JSON.stringify(tools.versions, undefined, 4)}\n`);
    console.log(`${revision}.so: ${bytes.length} bytes, sha256 ${sha256(bytes)}`);
}

function main(options: readonly string[]): number {
    const unknown = options.find(option => option !== '--update');
    if (unknown !== undefined) {
        console.error(`unknown option ${unknown}; the only one is --update`);
        return 2;
    }
    const tools = findTools();
    if ('missing' in tools) {
        if (options.includes('--update')) {
            console.error(`Cannot build: ${tools.missing}. On Debian: ${INSTALL_COMMAND}`);
            return 1;
        }
        const problems = REVISIONS.map(checkCommitted).filter(problem => problem !== undefined);
        for (const problem of problems) console.error(problem);
        if (problems.length > 0) return 1;
        console.log(
            `Not rebuilt: ${tools.missing}. The committed ELF was only compared with its committed hash, which it has. ` +
                `To rebuild it on Debian: ${INSTALL_COMMAND}`,
        );
        return 0;
    }
    const { assembler, llvm, rustc } = tools.versions;
    console.log(`rustc ${rustc}, LLVM ${llvm}, llvm-mc ${assembler}`);
    if (options.includes('--update')) {
        for (const revision of REVISIONS) update(tools, revision);
        return 0;
    }
    const problems = REVISIONS.map(revision => checkRebuilt(tools, revision)).filter(problem => problem !== undefined);
    for (const problem of problems) console.error(problem);
    if (problems.length === 0)
        console.log(`Rebuilt to the same bytes: ${REVISIONS.map(name => `${name}.so`).join(', ')}`);
    return problems.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
