// Every error that the program can return, each by every cause it has: spec sections 5 to 9. The rows are in errors/.

import { beforeAll, describe, expect, it } from 'vitest';

import { PAYMENT_CHANNELS_PROGRAM_ERRORS } from '../../generated/tombstone';
import idl from '../../idl/tombstone.json';
import { Arena } from './arena';
import { CONTROLS } from './errors/controls';
import { dispatchRows } from './errors/dispatch';
import { loadingRows } from './errors/loading';
import { openRows } from './errors/open';
import { partyRows } from './errors/parties';
import { payoutRows } from './errors/payouts';
import { planRows } from './errors/plan';
import { type Expected, type Row } from './errors/row';
import { Stage } from './errors/stage';
import { tokenRows } from './errors/tokens';
import { UNREACHABLE } from './errors/unreachable';
import { voucherRows } from './errors/vouchers';

const TABLES: Readonly<Record<string, readonly Row[]>> = {
    'data and number of accounts': dispatchRows,
    'distribution plan': planRows,
    'channel account, status and deadline': loadingRows,
    'mint and token accounts': tokenRows,
    open: openRows,
    voucher: voucherRows,
    'parties and amounts': partyRows,
    distribute: payoutRows,
};
const ROWS = Object.values(TABLES).flat();

function titleOf({ expected, name }: Row): string {
    return `${name} -> ${nameOf(expected)}`;
}

function nameOf({ builtin, by, code }: Expected): string {
    if (by !== 'self') return `${builtin ?? code} of ${by}`;
    if (code === undefined) return builtin;
    const names = PAYMENT_CHANNELS_PROGRAM_ERRORS as Readonly<Record<number, Readonly<{ name: string }> | undefined>>;
    return `${names[code]?.name ?? 'unknown'} (${code})`;
}

describe('errors of the program', () => {
    let arena: Arena;
    beforeAll(async () => {
        arena = await Arena.create();
    });

    describe.each(Object.entries(TABLES))('%s', (_, rows) => {
        it.each(rows.map(row => [titleOf(row), row] as const))('%s', async (title, row) => {
            const stage = await Stage.create(arena, title, row.token ?? 'spl', row.given ?? 'open');
            const result = stage.send(await row.arrange(stage));

            expect(result.ok, `it succeeded:\n${result.logs.join('\n')}`).toBe(false);
            if (result.ok || result.failure.kind === 'transaction') throw new Error(JSON.stringify(result));
            const { failure } = result;
            const { at, builtin, by, code } = row.expected;
            const observed =
                failure.kind === 'custom' ? { code: failure.code } : { builtin: failure.name, code: undefined };
            expect({ ...observed, at: failure.instructionIndex, by: failure.program }, result.logs.join('\n')).toEqual({
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
        arena = await Arena.create();
    });

    // A row says something only if its transaction would succeed without its one fault.
    it.each(CONTROLS)('succeeds as it is: $name, $token, $given', async ({ build, given, name, now, token }) => {
        const stage = await Stage.create(arena, `control ${name} ${token} ${given}`, token, given);
        if (now) arena.setClock(now);
        await stage.do(build(stage));
    });
});

describe('the error table', () => {
    const produced = new Set(
        ROWS.filter(({ expected }) => expected.by === 'self').map(({ expected }) => expected.code),
    );
    const known = idl.program.errors.map(({ code }) => code);

    it.each(known)('says of code %i either how to get it or why nobody can', code => {
        expect([produced.has(code), code in UNREACHABLE].filter(Boolean)).toHaveLength(1);
    });

    it('knows no code that the IDL does not', () => {
        const codes = [...produced, ...Object.keys(UNREACHABLE).map(Number)].filter(code => code !== undefined);
        expect(codes.filter(code => !known.includes(code))).toEqual([]);
    });

    it('has every builtin error that the program returns', () => {
        const builtins = ROWS.filter(({ expected }) => expected.by === 'self').map(({ expected }) => expected.builtin);
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
        const titles = ROWS.map(titleOf);
        expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
    });
});
