import { type Instruction } from '@solana/kit';

import { withAccount } from '../alter';
import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, type TokenAccount } from '../model';
import { placeOf, type InstructionName, type RevisionFacts } from '../revisions';
import { builtin, changed, code, type Expected, type Row, type Rows } from './row';
import { DEPOSIT, PAYER_TOKENS, type Given, type Stage, type TokenKind } from './stage';

// docs/program.md, sections 6.2 to 6.4: the mint, and the token accounts that have to be in order, wherever they are
// checked.

type User = Readonly<{
    name: string;
    instruction: InstructionName;
    given: Given;
    build: (stage: Stage) => Promise<Instruction[]>;
    /** Places of the accounts that are checked. */
    mint: number;
    tokenProgram: number;
    escrow?: number;
    payer?: number;
    treasury?: number;
}>;

const USERS: readonly User[] = [
    {
        build: stage => stage.open(),
        given: 'nothing',
        mint: 2,
        instruction: 'open',
        name: 'open',
        payer: 5,
        tokenProgram: 7,
    },
    {
        build: stage => stage.topUp(),
        escrow: 3,
        given: 'open',
        mint: 4,
        instruction: 'topUp',
        name: 'topUp',
        payer: 2,
        tokenProgram: 5,
    },
    {
        build: stage => stage.distribute(),
        escrow: 2,
        given: 'open',
        mint: 6,
        instruction: 'distribute',
        name: 'distribute',
        tokenProgram: 7,
        treasury: 5,
    },
    {
        build: stage => stage.distribute(),
        escrow: 2,
        given: 'finalized',
        mint: 6,
        instruction: 'distribute',
        name: 'distribute when finalized',
        tokenProgram: 7,
        treasury: 5,
    },
    {
        build: stage => stage.withdrawPayer(),
        escrow: 2,
        given: 'finalized',
        mint: 4,
        instruction: 'withdrawPayer',
        name: 'withdrawPayer',
        payer: 3,
        tokenProgram: 5,
    },
];

// The mint.

const ACCOUNT_TYPE_MINT = 1;

/** A mint of Token-2022 with extensions: base, padding, type, then the given bytes. */
function extended(
    base: Uint8Array,
    tlv: readonly number[],
    { padding = 0, type = ACCOUNT_TYPE_MINT } = {},
): Uint8Array {
    const data = new Uint8Array(166 + tlv.length);
    data.set(base.slice(0, 82));
    data[82] = padding;
    data[165] = type;
    data.set(tlv, 166);
    return data;
}

const POINTER = [18, 0, 64, 0, ...new Uint8Array(64)];

type MintCause = Readonly<{
    name: string;
    token: TokenKind;
    expected: Expected;
    forge: (base: Uint8Array) => Uint8Array;
}>;
const MINT_CAUSES: readonly MintCause[] = [
    { expected: code(53), forge: base => base.slice(0, 81), name: '81 bytes', token: 'spl' },
    { expected: code(53), forge: base => new Uint8Array([...base, 0]), name: '83 bytes', token: 'spl' },
    { expected: code(53), forge: base => extended(base, POINTER), name: 'with extensions', token: 'spl' },
    { expected: code(53), forge: base => base.slice(0, 81), name: '81 bytes', token: 't22' },
    { expected: code(53), forge: base => new Uint8Array([...base, 0]), name: '83 bytes', token: 't22' },
    { expected: code(53), forge: base => extended(base, []).slice(0, 165), name: '165 bytes', token: 't22' },
    {
        expected: code(53),
        forge: base => extended(base, [...new Uint8Array(355 - 166)]),
        name: '355 bytes, the length of a multisig',
        token: 't22',
    },
    {
        expected: code(53),
        forge: base => extended(base, POINTER, { type: 2 }),
        name: 'type of an account',
        token: 't22',
    },
    { expected: code(53), forge: base => extended(base, POINTER, { type: 0 }), name: 'type 0', token: 't22' },
    { expected: code(55), forge: base => extended(base, POINTER, { padding: 1 }), name: 'padding set', token: 't22' },
    {
        expected: code(55),
        forge: base => extended(base, [1, 0, 0, 0], { padding: 1 }),
        name: 'padding set and a forbidden extension: the padding comes first',
        token: 't22',
    },
    {
        expected: code(56),
        forge: base => extended(base, [1, 0, 0, 0]),
        name: 'an extension that is not known to be harmless',
        token: 't22',
    },
    {
        expected: code(56),
        forge: base => extended(base, [7, 0, 0, 0]),
        name: 'an extension for accounts',
        token: 't22',
    },
    {
        expected: code(56),
        forge: base => extended(base, [...POINTER, 99, 0, 0, 0]),
        name: 'an unknown extension after an allowed one',
        token: 't22',
    },
    {
        expected: code(56),
        forge: base => extended(base, [18, 0, 65, 0, ...new Uint8Array(64)]),
        name: 'an extension past the end',
        token: 't22',
    },
    {
        expected: code(56),
        forge: base => extended(base, [18, 0, 0]),
        name: 'an extension without length',
        token: 't22',
    },
    { expected: code(56), forge: base => extended(base, [...POINTER, 1]), name: 'one byte left over', token: 't22' },
];

/** The users, with the places of their accounts in a revision. */
const usersOf = (facts: RevisionFacts): readonly User[] =>
    USERS.map(user => {
        const place = (index: number) => placeOf(facts, user.instruction, index);
        const { escrow, mint, payer, tokenProgram, treasury } = user;
        return {
            ...user,
            ...(escrow !== undefined && { escrow: place(escrow) }),
            ...(payer !== undefined && { payer: place(payer) }),
            ...(treasury !== undefined && { treasury: place(treasury) }),
            mint: place(mint),
            tokenProgram: place(tokenProgram),
        };
    });

const mintRows: Rows = facts =>
    usersOf(facts).flatMap(({ build, given, mint, name, tokenProgram }) => [
        ...MINT_CAUSES.map((cause): Row => ({
            arrange: stage => {
                stage.forge(stage.mint, data => cause.forge(data));
                return build(stage);
            },
            expected: cause.expected,
            given,
            name: `${name}: mint of ${cause.token}: ${cause.name}`,
            token: cause.token,
        })),
        ...(['spl', 't22'] as const).map((token): Row => ({
            arrange: stage => {
                stage.arena.remove(stage.mint);
                return build(stage);
            },
            expected: code(53),
            given,
            name: `${name}: mint of ${token}: missing`,
            token,
        })),
        ...(['spl', 't22'] as const).map((token): Row => ({
            arrange: stage => {
                const other = token === 'spl' ? TOKEN_2022_PROGRAM : TOKEN_PROGRAM;
                return changed(build(stage), instruction => withAccount(instruction, tokenProgram, other));
            },
            expected: code(53),
            given,
            name: `${name}: the other token program than that of ${token}`,
            token,
        })),
        ...(given === 'nothing'
            ? []
            : [
                  {
                      arrange: (stage: Stage) =>
                          changed(build(stage), instruction => withAccount(instruction, mint, stage.stranger())),
                      expected: code(7),
                      given,
                      name: `${name}: another mint`,
                  },
              ]),
        ...(['the System program', 'the mint'] as const).map((which): Row => ({
            arrange: stage =>
                changed(build(stage), instruction =>
                    withAccount(instruction, tokenProgram, which === 'the mint' ? stage.mint : SYSTEM_PROGRAM),
                ),
            expected: code(54),
            given,
            name: `${name}: token program is ${which}`,
        })),
    ]);

// Token accounts.

const ROLES = {
    escrow: { codes: [50, 51, 52], owner: (stage: Stage) => stage.channel },
    payer: { codes: [57, 58, 59], owner: (stage: Stage) => stage.payer },
    treasury: { codes: [2401, 2402, 2403], owner: (stage: Stage) => stage.book.treasuryOwner },
} as const;

type Condition = Readonly<{ name: string; change: (account: TokenAccount, stage: Stage) => TokenAccount }>;
const MISMATCHES: readonly Condition[] = [
    { change: account => ({ ...account, state: 2 }), name: 'frozen' },
    { change: account => ({ ...account, state: 0 }), name: 'not initialised' },
    { change: (account, stage) => ({ ...account, owner: stage.stranger() }), name: 'of another owner' },
    { change: (account, stage) => ({ ...account, mint: stage.stranger() }), name: 'of another mint' },
];
const EXTENSIONS: readonly Condition[] = [
    { change: account => ({ ...account, trailer: 'unsupported' }), name: 'with an unsupported extension' },
    { change: account => ({ ...account, trailer: 'malformed' }), name: 'with a malformed extension' },
];

const accountRows: Rows = facts =>
    usersOf(facts).flatMap(user =>
        (['escrow', 'payer', 'treasury'] as const).flatMap(role => {
            const place = user[role];
            if (place === undefined) return [];
            const { codes, owner } = ROLES[role];
            const [mismatch, unreadable, extensions] = codes;
            const common = { given: user.given, name: `${user.name}: ${role}` };
            const amount = role === 'payer' ? PAYER_TOKENS : role === 'escrow' ? DEPOSIT : 0n;

            const conditional = (token: TokenKind, { change, name }: Condition, expected: Expected): Row => ({
                arrange: async stage => {
                    const account = change(stage.token(owner(stage), amount), stage);
                    stage.arena.set(await stage.tokenOf(owner(stage)), account);
                    return await user.build(stage);
                },
                expected,
                given: user.given,
                name: `${common.name} ${name} (${token})`,
                token,
            });
            const forged = (token: TokenKind, name: string, change: (data: Uint8Array) => Uint8Array): Row => ({
                arrange: async stage => {
                    stage.forge(await stage.tokenOf(owner(stage)), change);
                    return await user.build(stage);
                },
                expected: code(unreadable),
                given: user.given,
                name: `${common.name} ${name} (${token})`,
                token,
            });
            return [
                {
                    ...common,
                    arrange: (stage: Stage) =>
                        changed(user.build(stage), instruction => withAccount(instruction, place, stage.payeeToken)),
                    expected: code(mismatch),
                    name: `${common.name} at another address`,
                },
                ...(['spl', 't22'] as const).flatMap(token => [
                    ...MISMATCHES.map(condition => conditional(token, condition, code(mismatch))),
                    ...[3, 255].map(state =>
                        conditional(
                            token,
                            { change: account => ({ ...account, state }), name: `with state byte ${state}` },
                            builtin('ProgramFailedToComplete'),
                        ),
                    ),
                    conditional(
                        token,
                        {
                            change: account => ({
                                ...account,
                                tokenProgram: token === 'spl' ? TOKEN_2022_PROGRAM : TOKEN_PROGRAM,
                            }),
                            name: 'of the other token program',
                        },
                        code(unreadable),
                    ),
                    {
                        ...common,
                        arrange: async (stage: Stage) => {
                            stage.arena.remove(await stage.tokenOf(owner(stage)));
                            return await user.build(stage);
                        },
                        expected: code(unreadable),
                        name: `${common.name} missing (${token})`,
                        token,
                    },
                    forged(token, 'of 164 bytes', data => data.slice(0, 164)),
                ]),
                forged('spl', 'with bytes behind the base', data => new Uint8Array([...data, 2, 7, 0, 0, 0])),
                forged('t22', 'of the type of a mint', data => data.fill(1, 165, 166)),
                forged('t22', 'as long as a multisig', data => new Uint8Array([...data, ...new Uint8Array(355 - 170)])),
                ...EXTENSIONS.map(condition => conditional('t22', condition, code(extensions))),
            ];
        }),
    );

export const tokenRows: Rows = facts => [...mintRows(facts), ...accountRows(facts)];
