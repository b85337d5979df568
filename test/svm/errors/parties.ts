import { withAccount, withData, withoutSigners } from '../alter';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../model';
import { builtin, changed, code, FORGED_BUMPS, type Row } from './row';
import { DEPOSIT, NOW, PAYER_TOKENS, SETTLED, type Stage } from './stage';

// Spec sections 7.3, 7.5, 7.7 and 7.10: who may do it, and how much.

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

export const partyRows: readonly Row[] = [...payerRows, ...topUpRows, ...withdrawRows, ...emitEventRows];
