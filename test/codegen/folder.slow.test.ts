import {
    existsSync,
    linkSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, parse, relative } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { findStaleFiles, writeClient } from '../../codegen/files';
import type * as render from '../../codegen/render';
import { isClientPath, MARKER_FILE, STAGE_FOLDER } from '../../codegen/folder';
import { readIdls } from '../../codegen/idl';
import { run } from '../fixtures/run-cli';
import { copyProject, makeFolder, removeFolders, ROOT, runCodegen } from './project-copy';

// Whatever is in the folder that a client is written to, and whatever its marker says: nothing outside of it is touched,
// and nothing in it that was not rendered.

/** Called whenever a client was rendered. */
const rendered = vi.hoisted(() => vi.fn());
vi.mock('../../codegen/render', async importOriginal => {
    const original = await importOriginal<typeof render>();
    const renderClient: typeof original.renderClient = async root => {
        const client = await original.renderClient(root);
        rendered();
        return client;
    };
    return { ...original, renderClient };
});

const IDL = {
    additionalPrograms: [],
    kind: 'rootNode',
    program: {
        kind: 'programNode',
        name: 'till',
        pdas: [
            {
                kind: 'pdaNode',
                name: 'box',
                seeds: [{ kind: 'variablePdaSeedNode', name: 'owner', type: { kind: 'publicKeyTypeNode' } }],
            },
        ],
        publicKey: 'Vote111111111111111111111111111111111111111',
        version: '1.0.0',
    },
    standard: 'codama',
    version: '1.0.0',
};
/** The same program with another PDA, so that files go and come. */
const OTHER = structuredClone(IDL);
OTHER.program.pdas[0]!.name = 'chest';

let folder: string;
let out: string;
let outside: string;
beforeEach(() => {
    folder = makeFolder();
    out = join(folder, 'repository', 'client');
    outside = join(folder, 'outside');
    mkdirSync(join(outside, 'deep'), { recursive: true });
    mkdirSync(dirname(out));
    write('outside/precious.ts', 'mine');
    write('outside/deep/precious.ts', 'mine');
    write('idl.json', JSON.stringify(IDL));
    write('other.json', JSON.stringify(OTHER));
});
afterEach(removeFolders);

const write = (path: string, content: string) => writeFileSync(join(folder, path), content);
const generate = (at = out, ...flags: string[]) =>
    run('generate', '--idl', join(folder, 'idl.json'), '--out', at, ...flags);
const generateOther = () => run('generate', '--idl', join(folder, 'other.json'), '--out', out);
/** What is in the test's folder by its path, links not followed. */
const snapshot = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
        .map(entry => {
            const path = join(entry.parentPath, entry.name);
            return `${relative(folder, path)}: ${entry.isFile() ? readFileSync(path, 'utf8') : ''}`;
        })
        .sort();
const setMarker = (content: unknown) => {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, MARKER_FILE), typeof content === 'string' ? content : JSON.stringify(content));
};
const listed = (...files: unknown[]) => ({ files, renderedBy: 'payment-channels generate' });

/** One line, exit code 2, and everything as it was. */
async function expectRefused(act: () => ReturnType<typeof run>, message: RegExp | string): Promise<void> {
    const before = snapshot();
    const { error, exitCode, output } = await act();
    expect(error).toMatch(message);
    expect(error).toMatch(/^payment-channels: [^\n]*\n$/);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
    expect(snapshot()).toEqual(before);
}

describe('--out', () => {
    it.each([
        ['nothing', '', 'has no name'],
        ['spaces', ' \t ', 'has no name'],
        ['a NUL', 'a\0b', 'NUL'],
        ['the root', parse(ROOT).root, 'is the root of the file system'],
        ['the home', homedir(), 'is the home of a user'],
        ['a file', join(ROOT, 'package.json'), 'package.json is no folder'],
        ['a file as a folder', join(ROOT, 'package.json', 'client'), 'package.json is no folder'],
    ])('refuses %s, to write and to check', async (_, path, message) => {
        await expectRefused(() => generate(path), message);
        const { error, exitCode } = await generate(path, '--check');
        expect(exitCode).not.toBe(0);
        expect(error).toMatch(/^payment-channels: [^\n]*\n$/);
    });

    it.each([
        ['the checkout', ROOT],
        ['a folder of it', join(ROOT, 'src')],
        ['what is above it', dirname(join(ROOT, '.'))],
    ])('refuses %s', async (_, path) => {
        await expectRefused(() => generate(path), 'was not rendered by this command');
    });

    it('refuses a link to a folder, full or empty, and a path that leads through one', async () => {
        mkdirSync(join(folder, 'empty'));
        for (const target of ['outside', 'empty', 'nowhere']) {
            rmSync(out, { force: true });
            symlinkSync(join(folder, target), out);
            await expectRefused(() => generate(), 'client is a link, through which no client is written');
            await expectRefused(() => generate(join(out, 'deep')), 'is a link, through which no client is written');
        }
    });

    it('is the same folder for every step, however it is written', async () => {
        mkdirSync(out);
        writeFileSync(join(out, 'index.ts'), 'mine');
        symlinkSync(join(outside, 'deep'), join(folder, 'repository', 'link'));
        // Where the link leads to there is no client, so that there would be nothing to lose.
        await expectRefused(() => generate(`${folder}/repository/link/../client`), 'was not rendered by this command');
        await expectRefused(() => generate(`${folder}/outside/../repository/./client/`), 'was not rendered');
    });

    it('takes a folder that is empty but for other folders', async () => {
        mkdirSync(join(out, 'types'), { recursive: true });
        expect((await generate()).exitCode).toBe(0);
        expect(existsSync(join(out, 'pdas/box.ts'))).toBe(true);
    });
});

describe('links in a folder that was rendered', () => {
    beforeEach(async () => {
        expect((await generate()).exitCode).toBe(0);
    });
    const replace = (path: string, target: string) => {
        rmSync(join(out, path), { force: true, recursive: true });
        symlinkSync(target, join(out, path));
    };

    it.each<[string, string, (path: string) => string]>([
        ['a file', 'index.ts', () => join(outside, 'precious.ts')],
        ['a file, by a relative path', 'index.ts', () => '../../outside/precious.ts'],
        ['a file in a folder', 'pdas/box.ts', () => join(outside, 'precious.ts')],
        ['nothing', 'index.ts', () => join(outside, 'new.ts')],
        ['itself', 'index.ts', path => join(out, path)],
        ['another file of the client', 'index.ts', () => join(out, 'pdas/box.ts')],
        ['a folder in the place of a folder', 'pdas', () => outside],
        ['a folder that the client has not', 'old', () => outside],
        ['a folder above', 'old', () => folder],
        ['a marker elsewhere', MARKER_FILE, () => join(outside, 'precious.ts')],
        ['a folder in the place of the stage', STAGE_FOLDER, () => outside],
    ])('are refused when one leads to %s', async (_, path, target) => {
        replace(path, target(path));
        await expectRefused(() => generate(), /links or other things|was not made by this command|is no file/);
        await expectRefused(() => generateOther(), /links or other things|was not made by this command|is no file/);
        expect((await generate(out, '--check')).exitCode).toBe(path === STAGE_FOLDER ? 0 : 1);
    });

    it('replaces a file that has a second name elsewhere, and leaves that as it is', async () => {
        rmSync(join(out, 'index.ts'));
        linkSync(join(outside, 'precious.ts'), join(out, 'index.ts'));
        expect((await generate()).output).toContain('changed    index.ts');
        expect(readFileSync(join(outside, 'precious.ts'), 'utf8')).toBe('mine');
        expect((await generate(out, '--check')).exitCode).toBe(0);
    });
});

describe('the marker', () => {
    it.each([
        ['a path that leads out', listed('index.ts', '../../outside/precious.ts')],
        ['a path that leads out and in', listed('types/../index.ts')],
        ['an absolute path', listed('/etc/passwd')],
        ['a path of Windows', listed('..\\..\\outside\\precious.ts')],
        ['a drive', listed('C:/precious.ts')],
        ['a NUL', listed('index.ts\0.json')],
        ['the folder itself', listed('.')],
        ['an empty path', listed('')],
        ['a file that no client has', listed('package.json')],
        ['a hidden folder', listed('.git/config')],
        ['a name of control characters', listed('\u001b[2Jindex.ts')],
        ['a number', listed(7)],
        ['null', listed(null)],
        ['a list', listed(['index.ts'])],
        ['an object that says that it is a path', listed({ toString: 'index.ts' })],
        ['no list', { files: 'index.ts' }],
        ['nothing', {}],
        ['null as a whole', null],
        ['no JSON', '{ "files": ['],
        ['a list as deep as can be', '['.repeat(100_000)],
        ['five megabytes', `{"files":["${'a'.repeat(5_000_000)}"]}`],
    ])('does not make a folder ours with %s', async (_, marker) => {
        setMarker(marker);
        await expectRefused(() => generate(), /was not rendered by this command \(its \.rendered\.json [\x20-\x7e]*\)/);
    });

    it('is no marker when it is a folder', async () => {
        mkdirSync(join(out, MARKER_FILE), { recursive: true });
        writeFileSync(join(out, 'mine.ts'), '');
        await expectRefused(() => generate(), 'its .rendered.json is no file');
    });

    it('makes a listed file ours, and no other', async () => {
        setMarker(listed('types/old.ts'));
        mkdirSync(join(out, 'types'));
        writeFileSync(join(out, 'types/old.ts'), '');
        writeFileSync(join(out, 'types/mine.ts'), '');
        await expectRefused(() => generate(), 'holds files that were not rendered (types/mine.ts)');
        rmSync(join(out, 'types/mine.ts'));
        expect((await generate()).output).toContain('unexpected types/old.ts');
        expect(existsSync(join(out, 'types/old.ts'))).toBe(false);
    });

    it('lists what every client of ours has', () => {
        for (const revision of ['epoch', 'tombstone']) {
            const paths = readdirSync(join(ROOT, 'generated', revision), { recursive: true, withFileTypes: true })
                .filter(entry => entry.isFile())
                .map(entry => relative(join(ROOT, 'generated', revision), join(entry.parentPath, entry.name)));
            expect(paths.filter(path => !isClientPath(path))).toEqual([]);
        }
    });
});

it('a file that somebody puts into the folder while the client is rendered is left alone', async () => {
    expect((await generate()).exitCode).toBe(0);
    rendered.mockImplementationOnce(() => writeFileSync(join(out, 'mine.ts'), 'mine'));
    const { error, exitCode } = await generateOther();
    expect(error).toMatch(/holds files that were not rendered \(mine\.ts\)[^\n]*\n$/);
    expect(exitCode).toBe(2);
    expect(readFileSync(join(out, 'mine.ts'), 'utf8')).toBe('mine');
    expect(existsSync(join(out, 'pdas/box.ts'))).toBe(true);
});

describe('writing', () => {
    const CLIENT = new Map([
        [MARKER_FILE, JSON.stringify({ files: ['index.ts', 'types/a.ts'] })],
        ['index.ts', 'index'],
        ['types/a.ts', 'a'],
    ]);

    it('changes nothing when one of its files cannot be written', () => {
        const at = mkdtempSync(join(folder, 'at-'));
        writeClient(at, new Map([['index.ts', 'old']]));
        mkdirSync(join(at, 'types/a.ts'), { recursive: true });
        expect(() => writeClient(at, CLIENT)).toThrow('a.ts is a folder, where the client has a file');
        expect(readFileSync(join(at, 'index.ts'), 'utf8')).toBe('old');
    });

    it('takes no client with a path that leads out, or that a marker could not list', () => {
        for (const path of ['../x.ts', '/x.ts', 'a\\b.ts', '.git/hooks.ts', 'x.json', 'a/b/c/d.ts']) {
            expect(() => writeClient(out, new Map([[path, '']]))).toThrow('A client cannot have a file');
        }
        expect(existsSync(out)).toBe(false);
    });

    it('goes on where a run was killed, before or after the files were moved', async () => {
        await generate();
        mkdirSync(join(out, STAGE_FOLDER, 'types'), { recursive: true });
        writeFileSync(join(out, STAGE_FOLDER, 'types/half.ts'), 'expo');
        expect(findStaleFiles(out, new Map()).map(({ path }) => path)).not.toContain('types/half.ts');
        expect((await generateOther()).exitCode).toBe(0);
        expect(existsSync(join(out, STAGE_FOLDER))).toBe(false);
        expect(readdirSync(join(out, 'pdas')).sort()).toEqual(['chest.ts', 'index.ts']);
    });

    it('leaves nothing of a killed run where there is nothing to write', async () => {
        await generate();
        mkdirSync(join(out, STAGE_FOLDER));
        writeFileSync(join(out, STAGE_FOLDER, 'half.ts'), 'expo');
        expect((await generate()).exitCode).toBe(0);
        expect(existsSync(join(out, STAGE_FOLDER))).toBe(false);
    });

    it('leaves a folder alone that is only named like its stage', async () => {
        await generate();
        mkdirSync(join(out, STAGE_FOLDER));
        writeFileSync(join(out, STAGE_FOLDER, 'notes.md'), 'mine');
        await expectRefused(() => generateOther(), 'was not made by this command');
    });
});

it.each(['..json', '...json', ' .json', '\u001b[2J.json'])(
    'an IDL whose name is no folder below generated/ is refused: %j',
    name => {
        mkdirSync(join(folder, 'idl'));
        writeFileSync(join(folder, 'idl', name), JSON.stringify(IDL));
        const message = `The name of the file, ${JSON.stringify(name.slice(0, -'.json'.length))}, is no name of a revision.`;
        expect(() => readIdls(join(folder, 'idl'))).toThrow(message);
    },
);

it('just generate refuses a link and a file of someone else with one line', async () => {
    const project = copyProject();
    rmSync(join(project, 'generated/tombstone/index.ts'));
    symlinkSync(join(outside, 'precious.ts'), join(project, 'generated/tombstone/index.ts'));
    const { status, stderr } = await runCodegen(project);
    expect(stderr).toMatch(/^[^\n]*tombstone holds links[^\n]*\n$/);
    expect(status).toBe(1);
    expect(readFileSync(join(outside, 'precious.ts'), 'utf8')).toBe('mine');
    rmSync(join(project, 'generated/tombstone'), { recursive: true });
    symlinkSync(outside, join(project, 'generated/tombstone'));
    expect(await runCodegen(project, '--check')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('is a link') as string,
    });
});
