import { withAccount, withData, withoutSigners } from '../alter';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM, U64_MAX } from '../model';
import { builtin, changed, code, FORGED_BUMPS, type Row, type Rows } from './row';
import { DEPOSIT, NOW, PAYER_TOKENS, SETTLED, type Stage } from './stage';

// docs/program.md, sections 7.3, 7.5, 7.7 and 7.10: who may do it, and how much.

const payerRows: readonly Row[] = (
    [
        { build: (stage: Stage) => stage.topUp(), given: 'open', name: 'topUp' },
        { build: (stage: Stage) => stage.requestClose(), given: 'open', name: 'requestClose' },
        { build: (stage: Stage) => stage.withdrawPayer(), given: 'finalized', name: 'withdrawPayer' },
    ] as const
).flatMap(({ build, given, name }): Row[] => [
    {
        arrange: stage => changed(build(stage), withoutSigners),
        expected: code(1),
        given,
        name: `${name}: payer did not sign`,
    },
    {
        arrange: stage => changed(build(stage), instruction => withAccount(instruction, 0, stage.payee)),
        expected: code(5),
        given,
        name: `${name}: payer is the payee`,
    },
]);

const topUpRows: readonly Row[] = [
    {
        arrange: stage => changed(stage.topUp(), instruction => withData(instruction, [3, ...new Uint8Array(8)])),
        expected: code(200),
        name: 'topUp: amount of 0',
    },
    {
        arrange: stage => stage.topUp(2n ** 64n - DEPOSIT),
        expected: code(2100),
        name: 'topUp: one more than the deposit has room for',
    },
    { arrange: stage => stage.topUp(2n ** 64n - 1n), expected: code(2100), name: 'topUp: u64 max' },
    ...(['spl', 't22'] as const).map((token): Row => ({
        arrange: stage => stage.topUp(PAYER_TOKENS - DEPOSIT + 1n),
        expected: code(1, { by: token === 'spl' ? TOKEN_PROGRAM : TOKEN_2022_PROGRAM }),
        name: `topUp: one more than the payer has (${token})`,
        token,
    })),
];

const withdrawRows: readonly Row[] = [
    {
        arrange: async stage => {
            await stage.do(stage.withdrawPayer());
            return await stage.withdrawPayer();
        },
        expected: code(2300),
        given: 'finalized',
        name: 'withdrawPayer: a second time',
    },
    {
        arrange: stage => {
            stage.forgeChannel(() => ({ payerWithdrawnAt: -1n }));
            return stage.withdrawPayer();
        },
        expected: code(2300),
        given: 'finalized',
        name: 'withdrawPayer: withdrawn before 1970',
    },
    {
        arrange: stage => {
            stage.forgeChannel(() => ({ deposit: SETTLED - 1n }));
            return stage.withdrawPayer();
        },
        expected: code(2301),
        given: 'finalized',
        name: 'withdrawPayer: more settled than deposited',
    },
    {
        arrange: async stage => {
            stage.arena.setClock(0n);
            await stage.do(stage.withdrawPayer());
            stage.arena.setClock(NOW);
            return await stage.withdrawPayer();
        },
        expected: code(1, { by: TOKEN_PROGRAM }),
        given: 'finalized',
        name: 'withdrawPayer: again after a withdrawal at the time 0, which leaves no trace',
    },
    ...FORGED_BUMPS.map(({ error, isOffCurve, name }): Row => ({
        arrange: stage => {
            stage.forgeBump(isOffCurve);
            return stage.withdrawPayer();
        },
        expected: builtin(error),
        given: 'finalized',
        name: `withdrawPayer: ${name}`,
    })),
];

const emitEventRows: readonly Row[] = [
    {
        arrange: stage => changed(stage.emitEvent(), withoutSigners),
        expected: code(1),
        name: 'emitEvent: event authority did not sign',
    },
    {
        arrange: stage => changed(stage.emitEvent(), instruction => withAccount(instruction, 0, stage.payer)),
        expected: code(8),
        name: 'emitEvent: signed by another',
    },
    {
        arrange: stage =>
            changed(stage.emitEvent(), instruction => withoutSigners(withAccount(instruction, 0, stage.payer))),
        expected: code(1),
        name: 'emitEvent: another that did not sign: the signature comes first',
    },
];

const behindWindow =
    (arrange: Row['arrange']): Row['arrange'] =>
    stage => {
        stage.passWindow();
        return arrange(stage);
    };

/** Epoch 7.9. */
const reclaimRows: readonly Row[] = (
    [
        ...([0n, -1n, -1_501n] as const).map((by): Row => ({
            arrange: stage => {
                stage.passWindow(by - 1n);
                return stage.reclaim();
            },
            expected: code(2414),
            name: `${1n - by} slots before the first one that it can be freed in`,
        })),
        ...(['the payer', 'a stranger', 'the channel'] as const).map((who): Row => ({
            arrange: behindWindow(stage =>
                changed(stage.reclaim(), instruction =>
                    withAccount(
                        instruction,
                        1,
                        { 'a stranger': stage.stranger(), 'the channel': stage.channel, 'the payer': stage.payer }[who],
                    ),
                ),
            ),
            expected: code(10),
            name: `rent payer is ${who}`,
        })),
        {
            arrange: stage => changed(stage.reclaim(), instruction => withAccount(instruction, 1, stage.payer)),
            expected: code(10),
            name: 'another rent payer and too early: the rent payer comes first',
        },
        {
            arrange: stage => {
                stage.forgeChannel(() => ({ openSlot: U64_MAX - 1_499n }));
                return stage.reclaim();
            },
            expected: builtin('ArithmeticOverflow'),
            name: 'the end of the window overflows',
        },
        {
            arrange: stage => {
                stage.forgeChannel(() => ({ openSlot: U64_MAX - 1_500n }));
                return stage.reclaim();
            },
            expected: code(2414),
            name: 'the window ends with the last slot there is',
        },
        {
            arrange: behindWindow(stage => {
                stage.arena.set(stage.rentPayer, { kind: 'wallet', lamports: U64_MAX });
                return stage.reclaim();
            }),
            expected: code(2412),
            name: 'rent payer has no room for the lamports of the channel',
        },
        {
            arrange: behindWindow(async stage => [...(await stage.reclaim()), ...(await stage.reclaim())]),
            expected: builtin('InvalidAccountOwner', { at: 1 }),
            name: 'a second time in the same transaction',
        },
    ] satisfies Row[]
).map(row => ({ ...row, given: 'closed' as const, name: `reclaim: ${row.name}` }));

export const partyRows: Rows = ({ openSlotWindow }) => [
    ...payerRows,
    ...topUpRows,
    ...withdrawRows,
    ...emitEventRows,
    ...(openSlotWindow === undefined ? [] : reclaimRows),
];
