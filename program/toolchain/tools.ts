/** The compiler and the assembler, and what their versions are. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What a machine needs to build the program, as Debian calls it. */
export const PACKAGES = ['rustc-web', 'libstd-rust-web-dev-bpf', 'llvm-19'] as const;
export const INSTALL_COMMAND = `apt-get install -y ${PACKAGES.join(' ')}`;

export const TARGET = 'bpfel-unknown-none';
/** Not by PATH: a rustc of rustup that comes first there has no `core` for the target. */
const RUSTC = '/usr/bin/rustc';
/** The assembler of any of these versions writes the same object from the same assembly. */
const ASSEMBLERS = ['/usr/bin/llvm-mc-19', '/usr/lib/llvm-22/bin/llvm-mc', '/usr/lib/llvm-19/bin/llvm-mc'];

/** Versions of the tools that made an ELF; recorded beside its hash, since the bytes depend on them. */
export type ToolVersions = Readonly<{ assembler: string; llvm: string; rustc: string }>;

export type Tools = Readonly<{ assembler: string; rustc: string; versions: ToolVersions }>;

/** Looks for the tools; a sentence about what is missing where they are not all there. */
export function findTools(): Tools | { missing: string } {
    if (!existsSync(RUSTC)) return { missing: `there is no ${RUSTC}` };
    const sysroot = run(RUSTC, ['--print', 'sysroot']).trim();
    if (!existsSync(`${sysroot}/lib/rustlib/${TARGET}/lib`)) {
        return { missing: `${RUSTC} has no core library for ${TARGET}` };
    }
    const assembler = ASSEMBLERS.find(existsSync);
    if (assembler === undefined) return { missing: `there is no llvm-mc (${ASSEMBLERS.join(', ')})` };
    const compiler = run(RUSTC, ['-vV']);
    return {
        assembler,
        rustc: RUSTC,
        versions: {
            rustc: /^rustc (.*)$/m.exec(compiler)?.[1] ?? 'unknown',
            llvm: /^LLVM version: (.*)$/m.exec(compiler)?.[1] ?? 'unknown',
            assembler: /LLVM version (\S+)/.exec(run(assembler, ['--version']))?.[1] ?? 'unknown',
        },
    };
}

/** The largest program is compiled in a fraction of it. */
const TIMEOUT_MS = 600_000;

/** Runs a tool and returns what it prints; throws with what it complains about when it fails. */
export function run(command: string, commandArguments: readonly string[]): string {
    const { error, status, stderr, stdout } = spawnSync(command, commandArguments, {
        encoding: 'utf8',
        timeout: TIMEOUT_MS,
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`${command} ${commandArguments.join(' ')} failed:\n${stderr}`);
    return stdout;
}
