import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { parseIdl } from '../../codegen/check/check';
import { BadIdlError } from '../../codegen/idl';
import { renderClient, type RenderedClient } from '../../codegen/render';
import { formatReport, toJson } from '../../cli/src/simulate-report';
import { formatTable } from '../../cli/src/table';
import { LAMPORTS } from '../../src/testing/scenario/ledger';
import type { ScenarioReport } from '../../src/testing/scenario/report';
import { findUnseen, HOSTILE } from '../fixtures/hostile-text';
import { run } from '../fixtures/run-cli';
import { copyProject, makeFolder, removeFolders, runCodegen, startCodegen } from './project-copy';
import { TOMBSTONE_LOCALNET } from '../../src';

// Whatever an IDL, a file or its name says: on the terminal it is text within the line that it belongs to.

const FEE_PAYER = 'Vote111111111111111111111111111111111111111';
/** A file name can't hold a NUL or a slash, nor half of a character. */
const HOSTILE_NAME = HOSTILE.replaceAll(/[/\0\ud800\udfff]/g, '').slice(0, 60);
const TEXT = { kind: 'stringTypeNode', encoding: 'utf8' };

/** A program with a text in the places where an IDL may have any. */
const till = (text: string) => ({
    kind: 'rootNode',
    standard: 'codama',
    version: '1.0.0',
    program: {
        kind: 'programNode',
        name: 'till',
        publicKey: FEE_PAYER,
        version: '1.0.0',
        docs: [text],
        constants: [
            { kind: 'constantNode', name: 'motto', type: TEXT, value: { kind: 'stringValueNode', string: text } },
        ],
        errors: [{ kind: 'errorNode', name: 'shut', code: 1, message: text, docs: [text] }],
        pdas: [
            {
                kind: 'pdaNode',
                name: 'box',
                docs: [text],
                seeds: [
                    { kind: 'constantPdaSeedNode', type: TEXT, value: { kind: 'stringValueNode', string: text } },
                    { kind: 'variablePdaSeedNode', name: 'owner', type: { kind: 'publicKeyTypeNode' } },
                ],
            },
        ],
        instructions: [
            {
                kind: 'instructionNode',
                name: 'ring',
                docs: [text],
                accounts: [],
                arguments: [
                    {
                        kind: 'instructionArgumentNode',
                        name: 'note',
                        docs: [text],
                        type: {
                            kind: 'sizePrefixTypeNode',
                            type: TEXT,
                            prefix: { kind: 'numberTypeNode', format: 'u32', endian: 'le' },
                        },
                        defaultValue: { kind: 'stringValueNode', string: text },
                    },
                ],
            },
        ],
    },
});

let folder: string;
let written: number;
beforeEach(() => {
    folder = makeFolder();
    written = 0;
});
afterEach(removeFolders);

/** Writes a file under a name that is as hostile as what is in it. */
function write(content: unknown): string {
    const file = join(folder, `${written++}${HOSTILE_NAME}`);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
}

/** Runs a command, and makes sure that nothing of what it was given got out of its line. */
async function runHostile(...args: string[]) {
    const result = await run(...args);
    for (const text of [result.error, result.output]) {
        expect(findUnseen(text)).toEqual([]);
        expect(text.split('\n').filter(line => /^\s*(✔|The interfaces are the same)/.test(line))).toEqual([]);
    }
    return result;
}

describe('nothing hostile gets to the terminal from', () => {
    const broken = [
        ['a name', { ...till(''), program: { ...till('').program, name: HOSTILE } }],
        ['a kind', { ...till(''), program: { ...till('').program, kind: HOSTILE } }],
        ['a kind of a node within', { ...till(''), program: { ...till('').program, errors: [{ kind: HOSTILE }] } }],
        ['an address', { ...till(''), program: { ...till('').program, publicKey: HOSTILE } }],
        ['the standard', { ...till(''), standard: HOSTILE }],
        ['the version', { ...till(''), version: HOSTILE }],
        ['what is no JSON', `{"kind": "${HOSTILE}`],
        ['what is no IDL', JSON.stringify({ [HOSTILE]: HOSTILE })],
        [
            'an attribute that is too deep',
            `{"kind":"rootNode",${`${JSON.stringify(HOSTILE)}:{`.repeat(300)}${'}'.repeat(301)}`,
        ],
    ] as const;

    it.each(broken)('%s, by idl check', async (_, idl) => {
        const file = write(idl);
        for (const format of ['table', 'markdown', 'json']) {
            const { exitCode, output } = await runHostile('idl', 'check', file, '--format', format);
            expect(exitCode).toBe(1);
            if (format === 'json') expect(JSON.parse(output)).toMatchObject({ file });
            if (format === 'markdown') expectWholeTables(output);
        }
    });

    it.each(broken)('%s, by idl diff and generate', async (_, idl) => {
        const [good, bad] = [write(till('')), write(idl)];
        expect((await runHostile('idl', 'diff', good, bad)).exitCode).toBe(2);
        expect((await runHostile('generate', '--idl', bad, '--out', join(folder, 'out'))).exitCode).toBe(1);
    });

    it('the texts that are compared', async () => {
        const [before, after] = [write(till('')), write(till(HOSTILE))];
        const table = await runHostile('idl', 'diff', before, after);
        expect(table.exitCode).toBe(1);
        const lines = table.output.split('\n').filter(line => /^[│┌├└]/.test(line));
        expect(new Set(lines.map(line => line.replaceAll(/\p{M}/gu, '').length))).toEqual(new Set([138]));

        const markdown = await runHostile('idl', 'diff', before, after, '--markdown');
        expectWholeTables(markdown.output);
        expect(markdown.output).not.toMatch(/<img|\]\(/);

        const json = await runHostile('idl', 'diff', before, after, '--json');
        expect(json.exitCode).toBe(1);
        const report = JSON.parse(json.output) as { changes: { message: string }[]; new: string };
        expect(report.new).toBe(after);
        expect(report.changes.length).toBeGreaterThan(2);
    });

    it('the names of files that generate finds', async () => {
        const [idl, out] = [write(till('')), join(folder, `out${HOSTILE_NAME}`)];
        expect((await runHostile('generate', '--idl', idl, '--out', out)).exitCode).toBe(0);
        writeFileSync(join(out, HOSTILE_NAME), '');
        expect((await runHostile('generate', '--idl', idl, '--out', out, '--check')).exitCode).toBe(1);
        expect((await runHostile('generate', '--idl', idl, '--out', out)).exitCode).toBe(2);
        const missing = join(folder, `none${HOSTILE_NAME}`);
        expect((await runHostile('generate', '--idl', missing, '--out', out)).exitCode).toBe(2);
        expect((await runHostile('idl', 'check', missing)).exitCode).toBe(2);
    });

    it.each([
        { channels: [], vouchers: [], [HOSTILE]: 1 },
        { channels: [{ address: HOSTILE }], vouchers: [] },
        { channels: [{ address: FEE_PAYER, fields: { status: HOSTILE } }], vouchers: [] },
        { channels: [], lookupTables: { [HOSTILE]: [] }, vouchers: [] },
        { channels: [], revision: HOSTILE, vouchers: [] },
        `[${HOSTILE}`,
    ])('the file of plan', async content => {
        const { error, exitCode } = await runHostile('plan', write(content), '--fee-payer', FEE_PAYER);
        expect(exitCode).toBe(2);
        expect(error).toMatch(/^payment-channels: [^\n]+\n$/);
    });

    it.each([
        [HOSTILE],
        [`--${HOSTILE}`],
        ['simulate', '--deployment', HOSTILE],
        ['simulate', '--channels', HOSTILE],
        ['simulate', '--program', HOSTILE_NAME],
        ['plan', HOSTILE_NAME, '--fee-payer', HOSTILE],
        ['plan', HOSTILE_NAME, '--fee-payer', FEE_PAYER, '--mode', HOSTILE],
        ['idl', 'check', 'a', '--format', HOSTILE],
    ])('the arguments %#', async (...args) => {
        const { error, exitCode } = await runHostile(...args);
        expect(exitCode).toBe(2);
        expect(error).toMatch(/^payment-channels: [^\n]+\n$/);
    });

    it('the IDLs and folders of this project', async () => {
        const project = copyProject();
        for (const name of ['idl', 'generated']) rmSync(join(project, name), { recursive: true });
        const { constants, ...program } = till(HOSTILE).program;
        const documented = constants.map(constant => ({ ...constant, docs: [HOSTILE] }));
        const none = { errors: [], instructions: [], pdas: [] };
        mkdirSync(join(project, 'idl'));
        const file = join(project, 'idl', 'till.json');
        writeFileSync(file, JSON.stringify({ kind: HOSTILE }));
        const bad = startCodegen(project);
        expect(bad.stderr.split('\n')).toHaveLength(3);

        writeFileSync(file, JSON.stringify({ ...till(''), program: { ...program, ...none, constants: documented } }));
        mkdirSync(join(project, 'generated', `x${HOSTILE_NAME}`), { recursive: true });
        mkdirSync(join(project, 'generated/till'));
        writeFileSync(join(project, 'generated/till', HOSTILE_NAME), '');
        const stale = await runCodegen(project, '--check');
        expect(stale.stderr).toMatch(/^missing /m);
        expect(stale.stderr).toMatch(/^unexpected /m);
        expect(stale.stderr).toMatch(/^no IDL /m);
        const unknown = await runCodegen(project, HOSTILE_NAME);
        expect([bad, stale, unknown].map(({ status }) => status)).toEqual([1, 1, 2]);
        for (const { stderr, stdout } of [bad, stale, unknown]) {
            expect(findUnseen(stderr + stdout)).toEqual([]);
            expect(stderr).not.toMatch(/^✔/m);
        }
    });
});

/** Every row of a Markdown table has the cells of its head. */
function expectWholeTables(markdown: string): void {
    const rows = markdown.split('\n').filter(line => line.startsWith('|'));
    expect(rows.length).toBeGreaterThan(2);
    const count = (row: string) => row.replaceAll('\\|', '').split('|').length;
    expect(new Set(rows.map(count))).toEqual(new Set([count(rows[0]!)]));
}

describe('what is printed has an end', () => {
    const errors = Array.from({ length: 1_475 }, (_, code) => ({ kind: 'errorNode', code, message: '', name: 'same' }));
    const idl = { ...till(''), program: { ...till('').program, errors } };

    it('by idl check, which says how to see the rest', async () => {
        const file = write(idl);
        const { exitCode, output } = await run('idl', 'check', file);
        expect(exitCode).toBe(1);
        expect(output.match(/\[duplicate-name\]/g)).toHaveLength(50);
        expect(output).toContain('… and 1,424 more errors (--all shows them)');
        expect(output).toContain('1474 errors, ');
        expect((await run('idl', 'check', file, '--all')).output.match(/\[duplicate-name\]/g)).toHaveLength(1_474);
        const json = JSON.parse((await run('idl', 'check', file, '--json')).output) as { findings: unknown[] };
        expect(json.findings.length).toBeGreaterThanOrEqual(1_474);
        const markdown = (await run('idl', 'check', file, '--markdown')).output;
        expect(markdown.match(/duplicate-name/g)).toHaveLength(50);
        expect(markdown).toContain('… and 1,424 more errors (--all shows them)');
    });

    it('by idl diff and generate', async () => {
        const file = write(idl);
        const diff = await run('idl', 'diff', file, file);
        const generate = await run('generate', '--idl', file, '--out', join(folder, 'out'));
        expect([diff.exitCode, generate.exitCode]).toEqual([2, 1]);
        for (const { error } of [diff, generate]) {
            expect(error.match(/\[duplicate-name\]/g)).toHaveLength(50);
            expect(error).toContain('… and 1,424 more errors (payment-channels idl check --all shows them)');
        }
    });

    it('by codegen', () => {
        const findings = Array.from({ length: 1_475 }, () => ({
            fix: 'f'.repeat(9_000),
            message: 'm'.repeat(9_000),
            path: 'p'.repeat(9_000),
            rule: 'shape' as const,
            severity: 'error' as const,
        }));
        const lines = new BadIdlError('a.json', findings).message.split('\n');
        expect(lines).toHaveLength(22);
        expect(lines.at(-1)).toBe('  … and 1,455 more errors (payment-channels idl check shows them)');
        expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(6_300);
    });

    it('by simulate, where the JSON has the rest', () => {
        const report: ScenarioReport = {
            balances: { after: [], before: [] },
            channels: 1,
            deployment: TOMBSTONE_LOCALNET,
            discrepancies: Array.from({ length: 1_284 }, () => ({
                actual: 1n,
                asset: LAMPORTS,
                expected: 2n,
                what: 'missing',
            })),
            elf: { sha256: '', source: HOSTILE },
            flows: [],
            lives: [],
            scenario: { description: undefined, name: HOSTILE },
            steps: [],
            tokens: [],
            transactions: [],
            unmet: [],
            vouchers: 1,
        };
        const text = formatReport(report, { deploymentName: 'localnet', elapsedMs: 1 });
        expect(text.match(/lamports missing: 1 instead of 2/g)).toHaveLength(50);
        expect(text).toContain('… and 1,234 more discrepancies (--json has them)');
        expect(text).not.toMatch(/^✔/m);
        const json = toJson(report, { deploymentName: 'localnet', elapsedMs: 1 });
        expect(json).toMatchObject({ conserved: false });
        expect(json.discrepancies).toHaveLength(1_284);
    });

    it('in each line, which says how long it is', async () => {
        const file = write({ kind: 'k'.repeat(100_000) });
        const { output } = await run('idl', 'check', file);
        expect(Math.max(...output.split('\n').map(({ length }) => length))).toBeLessThan(2_100);
        expect(output).toMatch(/… \(9\d,\d{3} more characters\)/);
        const { error } = await run('x'.repeat(100_000));
        expect(error).toMatch(/… \(9\d,\d{3} more characters\)\n$/);
    });
});

describe('formatTable', () => {
    it('leaves nothing out of a cell that is wider than its column', () => {
        const table = formatTable(['what'], [['a bc def'], ['abcdefghijk']], { textColumns: 1, widths: [5] });
        expect(table.split('\n')).toEqual([
            '┌───────┐',
            '│ what  │',
            '├───────┤',
            '│ a bc  │',
            '│ def   │',
            '│ abcde │',
            '│ fghij │',
            '│ k     │',
            '└───────┘',
        ]);
    });

    it('counts wide characters as two columns and marks as none', () => {
        const rows = [
            ['日本', 1],
            ['cafe\u0301', 22],
            ['🙂', 3n],
            ['ｆｕ', 4],
            ['a\nb', 5],
        ];
        expect(formatTable(['text', 'n'], rows, { textColumns: 1 }).split('\n').slice(3, -1)).toEqual([
            '│ 日本 │  1 │',
            '│ cafe\u0301 │ 22 │',
            '│ 🙂   │  3 │',
            '│ ｆｕ │  4 │',
            '│ a\\nb │  5 │',
        ]);
    });
});

describe('rendered source', () => {
    it('holds no character that cannot be seen, and the values that the IDL has', async () => {
        const text = `${HOSTILE}*/ evil(); /*`;
        const { root } = parseIdl(JSON.stringify(till(text)));
        const client = await renderClient(root!);
        for (const [path, content] of client) {
            expect([path, findUnseen(content)]).toEqual([path, []]);
            const source = ts.createSourceFile(path, content, ts.ScriptTarget.Latest);
            // Nothing of it is code.
            expect(
                source
                    .getFullText()
                    .split('\n')
                    .filter(line => /^\s*(evil|✔|The interfaces)/.test(line)),
            ).toEqual([]);
        }
        const holders = [...client.keys()].filter(path => readStrings(client, path).includes(text));
        expect(holders).toEqual([
            'constants/till.ts',
            'errors/till.ts',
            'pdas/box.ts',
            'seeds/till.ts',
            'types/ringInstructionData.ts',
        ]);
    });
});

/** The values of the string literals of a file. */
function readStrings(client: RenderedClient, path: string): string[] {
    const strings: string[] = [];
    const visit = (node: ts.Node): void => {
        if (ts.isStringLiteral(node)) strings.push(node.text);
        ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, client.get(path)!, ts.ScriptTarget.Latest));
    return strings;
}
