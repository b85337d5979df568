// Every error that the program can return, each by every cause it has: docs/program.md, sections 5 to 9. The rows are
// in errors/.

import { beforeAll, describe, expect, it } from 'vitest';

import epochIdl from '../../idl/epoch.json';
import tombstoneIdl from '../../idl/tombstone.json';
import { Arena } from './arena';
import { controlsOf } from './errors/controls';
import { dispatchRows } from './errors/dispatch';
import { loadingRows } from './errors/loading';
import { openRows } from './errors/open';
import { partyRows } from './errors/parties';
import { payoutRows } from './errors/payouts';
import { planRows } from './errors/plan';
import { type Expected, type Row, type Rows } from './errors/row';
import { Stage } from './errors/stage';
import { tokenRows } from './errors/tokens';
import { unreachableOf } from './errors/unreachable';
import { voucherRows } from './errors/vouchers';
import { REVISIONS, type RevisionFacts } from './revisions';
import { sample } from '../fixtures/depth';

const IDLS = { epoch: epochIdl, tombstone: tombstoneIdl };
const TABLES: Readonly<Record<string, Rows>> = {
    'data and number of accounts': dispatchRows,
    'distribution plan': () => planRows,
    'channel account, status and deadline': loadingRows,
    'mint and token accounts': tokenRows,
    open: openRows,
    voucher: voucherRows,
    'parties and amounts': partyRows,
    distribute: payoutRows,
};

function titleOf({ expected, name }: Row, facts: RevisionFacts): string {
    return `${name} -> ${nameOf(expected, facts)}`;
}

function nameOf({ builtin, by, code }: Expected, { deployment }: RevisionFacts): string {
    if (by !== 'self') return `${builtin ?? code} of ${by}`;
    if (code === undefined) return builtin;
    return `${deployment.errors[code]?.name ?? 'unknown'} (${code})`;
}

describe.each(REVISIONS)('the $name program', facts => {
    const tables = Object.entries(TABLES).map(([name, rowsOf]) => [name, rowsOf(facts)] as const);
    const allRows = tables.flatMap(([, rows]) => rows);

    describe('errors of the program', () => {
        let arena: Arena;
        beforeAll(async () => {
            arena = new Arena(facts);
        });

        describe.each(tables)('%s', (_, rows) => {
            it.each(sample(rows, 4).map(row => [titleOf(row, facts), row] as const))('%s', async (title, row) => {
                const stage = await Stage.create(arena, title, row.token ?? 'spl', row.given ?? 'open');
                const result = stage.send(await row.arrange(stage));

                expect(result.ok, `it succeeded:\n${result.logs.join('\n')}`).toBe(false);
                if (result.ok || result.failure.kind === 'transaction') throw new Error(JSON.stringify(result));
                const { failure } = result;
                const { at, builtin, by, code } = row.expected;
                const observed =
                    failure.kind === 'custom' ? { code: failure.code } : { builtin: failure.name, code: undefined };
                expect(
                    { ...observed, at: failure.instructionIndex, by: failure.program },
                    result.logs.join('\n'),
                ).toEqual({
                    at,
                    builtin,
                    by: by === 'self' ? stage.book.programAddress : by === 'runtime' ? undefined : by,
                    code,
                });
            });
        });
    });

    describe('what the rows change', () => {
        let arena: Arena;
        beforeAll(async () => {
            arena = new Arena(facts);
        });

        // A row says something only if its transaction would succeed without its one fault.
        it.each(sample(controlsOf(facts), 4))(
            'succeeds as it is: $name, $token, $given',
            async ({ build, given, name, now, token }) => {
                const stage = await Stage.create(arena, `control ${name} ${token} ${given}`, token, given);
                if (now) arena.setClock(now);
                await stage.do(build(stage));
            },
        );
    });

    describe('the error table', () => {
        const unreachable = unreachableOf(facts);
        const produced = new Set(
            allRows.filter(({ expected }) => expected.by === 'self').map(({ expected }) => expected.code),
        );
        const known = IDLS[facts.name].program.errors.map(({ code }) => code);

        it.each(known)('says of code %i either how to get it or why nobody can', code => {
            expect([produced.has(code), code in unreachable].filter(Boolean)).toHaveLength(1);
        });

        it('knows no code that the IDL does not', () => {
            const codes = [...produced, ...Object.keys(unreachable).map(Number)].filter(code => code !== undefined);
            expect(codes.filter(code => !known.includes(code))).toEqual([]);
        });

        it('has every builtin error that the program returns', () => {
            const builtins = allRows
                .filter(({ expected }) => expected.by === 'self')
                .map(({ expected }) => expected.builtin);
            expect(new Set(builtins.filter(name => name !== undefined))).toEqual(
                new Set([
                    'ArithmeticOverflow',
                    'InvalidAccountData',
                    'InvalidAccountOwner',
                    'InvalidArgument',
                    'InvalidInstructionData',
                    'MissingAccount',
                    'NotEnoughAccountKeys',
                    'PrivilegeEscalation',
                    'ProgramFailedToComplete',
                    'UnsupportedSysvar',
                ]),
            );
        });

        it('names every row once', () => {
            const titles = allRows.map(row => titleOf(row, facts));
            expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
        });
    });
});
