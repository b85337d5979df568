import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { copyProject, removeFolders, runCodegen, startCodegen } from './project-copy';

// What `just generate` and `just check-generated` run, in a copy of the project.

afterEach(removeFolders);

describe('just check-generated', () => {
    it('passes for the project as it is', async () => {
        const { status, stderr, stdout } = await runCodegen(copyProject(), '--check');
        expect(stderr).toBe('');
        expect(stdout).toContain('generated/ is what idl/ renders to');
        expect(status).toBe(0);
    });

    it('fails, lists every stale file and changes none of them', async () => {
        const project = copyProject();
        const changed = join(project, 'generated/tombstone/types/voucherArgs.ts');
        appendFileSync(changed, '// by hand\n');
        rmSync(join(project, 'generated/tombstone/pdas/channel.ts'));
        writeFileSync(join(project, 'generated/tombstone/types/old.ts'), '');
        mkdirSync(join(project, 'generated/gone'));

        const { status, stderr } = await runCodegen(project, '--check');
        expect(stderr.trimEnd().split('\n')).toEqual([
            'missing    generated/tombstone/pdas/channel.ts',
            'unexpected generated/tombstone/types/old.ts',
            'changed    generated/tombstone/types/voucherArgs.ts',
            'no IDL     generated/gone',
            'generated/ is not what idl/ renders to: run this without --check and commit the result',
        ]);
        expect(status).toBe(1);
        expect(readFileSync(changed, 'utf8')).toContain('// by hand');
    });

    it('fails when the IDL changed and the client did not', async () => {
        const project = copyProject();
        const idl = join(project, 'idl/tombstone.json');
        writeFileSync(idl, readFileSync(idl, 'utf8').replace('"number": 10000', '"number": 20000'));
        const { status, stderr } = await runCodegen(project, '--check');
        expect(stderr).toContain('changed    generated/tombstone/constants/paymentChannels.ts');
        expect(status).toBe(1);
    });
});

describe('just generate', () => {
    it('mends what check-generated complains of, and says what it changed', async () => {
        const project = copyProject();
        const file = join(project, 'generated/tombstone/types/voucherArgs.ts');
        const content = readFileSync(file, 'utf8');
        appendFileSync(file, '// by hand\n');

        const { status, stdout } = await runCodegen(project);
        expect(status).toBe(0);
        expect(stdout).toContain('changed    generated/tombstone/types/voucherArgs.ts');
        expect(readFileSync(file, 'utf8')).toBe(content);
        expect((await runCodegen(project)).stdout.trim()).toBe('generated/ was up to date');
    });

    it('leaves generated/ as it was when an IDL is bad', async () => {
        const project = copyProject();
        const file = join(project, 'generated/tombstone/types/voucherArgs.ts');
        appendFileSync(file, '// by hand\n');
        writeFileSync(join(project, 'idl/zzz.json'), '{ "kind": "rootNode"');
        expect((await runCodegen(project)).status).not.toBe(0);
        expect(readFileSync(file, 'utf8')).toContain('// by hand');
    });

    it.each([['--chek'], ['--check', 'tombstone'], ['tombstone']])(
        'refuses arguments it does not know: %s',
        async (...args) => {
            const { status, stderr } = await runCodegen(copyProject(), ...args);
            expect(stderr).toContain('unknown argument');
            expect(status).toBe(2);
        },
    );

    it('runs as a process, with its exit code and what it prints where they belong', () => {
        const project = copyProject();
        const { status, stderr, stdout } = startCodegen(project, '--check', '--idl', 'nowhere');
        expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
        expect(stderr).toContain('nowhere');
        expect(startCodegen(project, '--help')).toMatchObject({ status: 0, stderr: '' });
    });
});
