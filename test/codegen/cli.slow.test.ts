import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { run } from '../fixtures/run-cli';
import { instruction, mutate, placeOf, set, splice, type Json } from './mutate';
import { makeFolder, removeFolders, ROOT } from './project-copy';

// `payment-channels idl check`, `idl diff` and `generate` as they are called: what they print, and their exit codes.

let folder: string;
beforeEach(() => {
    folder = makeFolder();
});
afterEach(removeFolders);

const idlOf = (revision: string) => join(ROOT, `idl/${revision}.json`);
/** Writes an IDL to a file and returns its path. */
function write(name: string, idl: Json | string): string {
    const path = join(folder, name);
    writeFileSync(path, typeof idl === 'string' ? idl : JSON.stringify(idl));
    return path;
}
const undocumented = () => mutate(program => set(instruction(program, 'open'), 'docs', []));
const dangling = () => mutate(program => set(program['accounts']![0]!['pda']!, 'name', 'nowhere'));

describe('payment-channels idl check', () => {
    it('says nothing of a good IDL but that it is one', async () => {
        const file = idlOf('epoch');
        expect(await run('idl', 'check', file, '--strict')).toEqual({
            error: '',
            exitCode: 0,
            output: `${file}: 0 errors, 0 warnings\n`,
        });
    });

    it('prints where, what and how to mend it, and exits 1', async () => {
        const file = write('idl.json', dangling());
        const { exitCode, output } = await run('idl', 'check', file);
        expect(exitCode).toBe(1);
        expect(output.split('\n').slice(0, 3)).toEqual([
            'error program.accounts[0].pda [dangling-link]',
            '    There is no PDA "nowhere" in program "paymentChannels".',
            '    Point to one that exists (channel, eventAuthority), or add it.',
        ]);
        expect(output).toContain(`${file}: 1 error, 0 warnings`);
    });

    it('prints the same as JSON and as Markdown', async () => {
        const file = write('idl.json', dangling());
        const json = await run('idl', 'check', file, '--json');
        expect(json.exitCode).toBe(1);
        expect(JSON.parse(json.output)).toMatchObject({
            errors: 1,
            file,
            findings: [{ path: 'program.accounts[0].pda' }],
            warnings: 0,
        });
        const { output } = await run('idl', 'check', file, '--markdown');
        expect(output).toContain('| error | dangling-link | program.accounts[0].pda | There is no PDA');
    });

    it('takes the rules of this house as warnings, and with --strict as errors', async () => {
        const file = write('idl.json', undocumented());
        expect(await run('idl', 'check', file)).toMatchObject({
            exitCode: 0,
            output: expect.stringContaining('0 errors, 1 warning') as string,
        });
        expect(await run('idl', 'check', file, '--strict')).toMatchObject({ exitCode: 1 });
    });

    it('counts the warnings that it does not show, and shows them with --all', async () => {
        const bare = mutate(program => {
            for (const item of program['errors']!) set(item, 'docs', []);
        });
        const file = write('idl.json', bare);
        const { output } = await run('idl', 'check', file);
        expect(output).toContain('57 more warnings of rule undocumented (--all shows them)');
        const all = (await run('idl', 'check', file, '--all')).output;
        expect(all.match(/\[undocumented\]/g)).toHaveLength(60);
    });

    it('tells where a file stops being JSON', async () => {
        const { exitCode, output } = await run('idl', 'check', write('idl.json', '{ "kind": '));
        expect(exitCode).toBe(1);
        expect(output).toContain('error (the file) [json]\n    This is not JSON');
    });

    it.each([
        [['idl', 'check', 'nowhere.json'], 'cannot read nowhere.json'],
        [['idl', 'check'], 'missing required argument'],
        [['idl', 'check', 'a.json', 'b.json'], 'too many arguments'],
        [['idl', 'check', 'a.json', '--format', 'yaml'], 'It has to be table, markdown or json.'],
        [['idl', 'diff', 'a.json'], 'missing required argument'],
        [['idl'], 'name a command'],
    ])('refuses %j with exit code 2', async (args, message) => {
        const { error, exitCode } = await run(...args);
        expect(exitCode).toBe(2);
        expect(error).toContain(message);
    });
});

describe('payment-channels idl diff', () => {
    it('prints tombstone -> epoch as in the golden file', async () => {
        const { exitCode, output } = await run('idl', 'diff', idlOf('tombstone'), idlOf('epoch'), '--markdown');
        expect(exitCode).toBe(1);
        await expect(output.replaceAll(`${ROOT}`, '')).toMatchFileSnapshot('golden/tombstone-epoch.md');
    });

    it('prints the same as a table', async () => {
        const { output } = await run('idl', 'diff', idlOf('tombstone'), idlOf('epoch'));
        await expect(output.replaceAll(`${ROOT}`, '')).toMatchFileSnapshot('golden/tombstone-epoch.txt');
    });

    it('prints the same as JSON', async () => {
        const { output } = await run('idl', 'diff', idlOf('tombstone'), idlOf('epoch'), '--format', 'json');
        const report = JSON.parse(output) as {
            changes: { impact: string }[];
            compatible: number;
            types: number;
            wire: number;
        };
        const count = (wanted: string) => report.changes.filter(({ impact }) => impact === wanted).length;
        expect([report.wire, report.types, report.compatible]).toEqual(['wire', 'types', 'compatible'].map(count));
        expect(report.changes).toContainEqual({
            impact: 'wire',
            kind: 'account-inserted',
            meaning: 'What was built without it is refused; callers have to give it unless it has a default.',
            message: 'Account `rentPayer` (writable) inserted at 2; 8 accounts after it move.',
            subject: 'instruction distribute',
        });
    });

    it('exits 0 when nothing changed', async () => {
        const { exitCode, output } = await run('idl', 'diff', idlOf('epoch'), idlOf('epoch'));
        expect(exitCode).toBe(0);
        expect(output).toContain('The interfaces are the same.');
    });

    it('exits 0 when nothing breaks', async () => {
        const before = mutate(program =>
            splice(program['instructions'], placeOf(program['instructions'], 'finalize'), 1),
        );
        const { exitCode, output } = await run('idl', 'diff', write('old.json', before), idlOf('tombstone'));
        expect(exitCode).toBe(0);
        expect(output).toContain('Nothing breaks: 1 compatible change.');
    });

    it('exits 1 when only types break', async () => {
        const after = mutate(program => set(instruction(program, 'finalize'), 'name', 'seal'));
        const { exitCode, output } = await run('idl', 'diff', idlOf('tombstone'), write('new.json', after));
        expect(exitCode).toBe(1);
        expect(output).toContain('0 breaking on the wire, 1 breaking in types, 0 compatible.');
    });

    it.each(['old', 'new'])('exits 2 for a bad IDL, the %s one', async which => {
        const bad = write('bad.json', dangling());
        const files = which === 'old' ? [bad, idlOf('epoch')] : [idlOf('epoch'), bad];
        const { error, exitCode, output } = await run('idl', 'diff', ...files);
        expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
        expect(error).toContain('error program.accounts[0].pda [dangling-link]');
        expect(error).toContain(`${bad} is not an IDL that can be compared`);
    });

    it('exits 2 for a file that cannot be read', async () => {
        expect(await run('idl', 'diff', 'nowhere.json', idlOf('epoch'))).toMatchObject({ exitCode: 2 });
    });
});

describe('payment-channels generate', () => {
    const generate = (idl: string, ...flags: string[]) =>
        run('generate', '--idl', idl, '--out', join(folder, 'client'), ...flags);
    const files = () =>
        existsSync(join(folder, 'client')) ? readdirSync(join(folder, 'client'), { recursive: true }).sort() : [];
    const readClient = (path: string) => readFileSync(join(folder, 'client', path), 'utf8');

    it('renders what is committed, and nothing the second time', async () => {
        const first = await generate(idlOf('epoch'), '--strict');
        expect(first.exitCode).toBe(0);
        expect(first.output).toMatch(/\d+ files of .*client changed\n$/);
        expect(files()).toEqual(readdirSync(join(ROOT, 'generated/epoch'), { recursive: true }).sort());
        expect(readClient('instructions/open.ts')).toBe(
            readFileSync(join(ROOT, 'generated/epoch/instructions/open.ts'), 'utf8'),
        );
        expect((await generate(idlOf('epoch'))).output).toMatch(/client is up to date\n$/);
        expect((await generate(idlOf('epoch'), '--check')).exitCode).toBe(0);
    });

    it('removes the files of an instruction that is gone, and mends what was edited', async () => {
        await generate(idlOf('tombstone'));
        writeFileSync(join(folder, 'client/index.ts'), '');
        const without = mutate(program =>
            splice(program['instructions'], placeOf(program['instructions'], 'requestClose'), 1),
        );
        const { output } = await generate(write('idl.json', without));
        expect(output).toContain('unexpected instructions/requestClose.ts');
        expect(output).toContain('changed    index.ts');
        expect(files().filter(file => String(file).includes('requestClose'))).toEqual([]);
        expect(readClient('instructions/index.ts')).not.toContain('RequestClose');
    });

    it('writes nothing when the IDL is bad, and says why', async () => {
        await generate(idlOf('tombstone'));
        const before = files();
        const { error, exitCode } = await generate(write('idl.json', dangling()));
        expect(exitCode).toBe(1);
        expect(error).toContain('error program.accounts[0].pda [dangling-link]');
        expect(error).toContain('nothing was written');
        expect(files()).toEqual(before);
        expect((await generate(idlOf('tombstone'), '--check')).exitCode).toBe(0);
    });

    it('writes nothing with --check, and lists what is stale', async () => {
        const { exitCode, output } = await generate(idlOf('epoch'), '--check');
        expect(exitCode).toBe(1);
        expect(output).toContain('missing    instructions/reclaim.ts');
        expect(files()).toEqual([]);
    });

    it('refuses a folder that it did not render', async () => {
        mkdirSync(join(folder, 'client'));
        writeFileSync(join(folder, 'client/mine.ts'), 'export {};');
        const { error, exitCode } = await generate(idlOf('epoch'));
        expect(exitCode).toBe(2);
        expect(error).toContain('was not rendered by this command');
        expect(files()).toEqual(['mine.ts']);
    });

    it('refuses to remove a file that someone put into a folder that it rendered', async () => {
        await generate(idlOf('epoch'));
        writeFileSync(join(folder, 'client/mine.ts'), 'export {};');
        const { error, exitCode } = await generate(idlOf('tombstone'));
        expect(exitCode).toBe(2);
        expect(error).toContain('holds files that were not rendered (mine.ts)');
        expect(readClient('instructions/reclaim.ts')).not.toBe('');
    });

    it('asks for the files that it needs', async () => {
        expect((await run('generate', '--idl', idlOf('epoch'))).error).toContain("required option '--out <folder>'");
        expect(await run('generate', '--idl', 'nowhere.json', '--out', folder)).toMatchObject({ exitCode: 2 });
    });
});
