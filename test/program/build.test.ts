import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REVISIONS, runProgramCommand, type ProgramEnvironment } from '../../program/toolchain/command';
import { findTools, type Tools } from '../../program/toolchain/tools';

const PROGRAM = resolve(fileURLToPath(import.meta.url), '../../../program');
const tools = findTools();

/** Runs the command and collects what it says. */
function run(options: readonly string[], environment: ProgramEnvironment) {
    const errors: string[] = [];
    const lines: string[] = [];
    const code = runProgramCommand(options, environment, {
        error: line => void errors.push(line),
        log: line => void lines.push(line),
    });
    return { code, errors: errors.join('\n'), lines: lines.join('\n') };
}

describe('just program', () => {
    let folder: string;

    beforeAll(() => {
        folder = mkdtempSync(join(tmpdir(), 'payment-channels-test-'));
        cpSync(PROGRAM, folder, { filter: path => !path.endsWith('target'), recursive: true });
    });
    afterAll(() => rmSync(folder, { force: true, recursive: true }));

    const readElfs = () => REVISIONS.map(revision => readFileSync(join(folder, `${revision}.so`)));

    it('refuses an option that it does not know', () => {
        const { code, errors } = run(['--force'], { folder, tools });
        expect(code).toBe(2);
        expect(errors).toContain('--force');
    });

    describe.skipIf('missing' in tools)('with the toolchain', () => {
        it('rebuilds the committed ELFs byte for byte, in any folder', { timeout: 120_000 }, () => {
            expect(run([], { folder: PROGRAM, tools })).toMatchObject({ code: 0, errors: '' });
            expect(run([], { folder, tools })).toMatchObject({ code: 0, errors: '' });
        });

        it('fails when the sources have changed, and updates on request', { timeout: 120_000 }, () => {
            const path = join(folder, 'src/channel.rs');
            const source = readFileSync(path, 'utf8');
            const committed = readElfs();
            writeFileSync(path, source.replace('VERSION: u8 = 1;', 'VERSION: u8 = 2;'));
            const changed = run([], { folder, tools });
            expect(changed.code).toBe(1);
            expect(changed.errors).toContain('the sources or the build have changed');

            expect(run(['--update'], { folder, tools }).code).toBe(0);
            for (const [index, elf] of readElfs().entries()) expect(elf.equals(committed[index]!)).toBe(false);
            expect(run([], { folder, tools }).code).toBe(0);

            writeFileSync(path, source);
            expect(run(['--update'], { folder, tools }).code).toBe(0);
            for (const [index, elf] of readElfs().entries()) expect(elf.equals(committed[index]!)).toBe(true);
        });

        it('names the tools when other ones give other bytes', { timeout: 120_000 }, () => {
            const path = join(folder, 'src/channel.rs');
            const source = readFileSync(path, 'utf8');
            // Another compiler is played by another source.
            writeFileSync(path, source.replace('VERSION: u8 = 1;', 'VERSION: u8 = 2;'));
            const { assembler, rustc, versions } = tools as Tools;
            const other = { assembler, rustc, versions: { ...versions, rustc: '0.1.0' } };
            const { code, errors } = run([], { folder, tools: other });
            writeFileSync(path, source);
            expect(code).toBe(1);
            expect(errors).toContain(`rustc: here 0.1.0, the committed ELF was built with ${versions.rustc}`);
        });
    });

    it.runIf('missing' in tools)('cannot rebuild here', context => context.skip());

    describe('without the toolchain', () => {
        const missing = { missing: 'there is no /usr/bin/rustc' };

        it('compares the committed ELF with its hash, and says that this is all', () => {
            const { code, lines } = run([], { folder, tools: missing });
            expect(code).toBe(0);
            expect(lines).toContain('Not rebuilt: there is no /usr/bin/rustc');
            expect(lines).toContain('apt-get install -y rustc-web libstd-rust-web-dev-bpf llvm-19');
        });

        it.each(REVISIONS)('fails for an ELF of the %s revision with another hash', revision => {
            const path = join(folder, `${revision}.so`);
            const elf = readFileSync(path);
            writeFileSync(path, Buffer.concat([elf, Buffer.of(0)]));
            const { code, errors } = run([], { folder, tools: missing });
            writeFileSync(path, elf);
            expect(code).toBe(1);
            expect(errors).toContain(`${revision}.so.sha256 says`);
        });

        it('cannot update', () => {
            expect(run(['--update'], { folder, tools: missing }).code).toBe(1);
        });
    });
});
