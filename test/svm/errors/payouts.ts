import { type Address } from '@solana/kit';

import { withAccount, withExtraAccount, withoutAccount } from '../alter';
import { rentFor, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, TOMBSTONE_LENGTH, U64_MAX } from '../model';
import { placeOf } from '../revisions';
import { builtin, changed, code, FORGED_BUMPS, type Row, type Rows } from './row';
import { DEPOSIT, type Given, type Stage } from './stage';

// docs/program.md, sections 7.8 and 7.9, 8, and 9: distribute beyond what tokens.ts and loading.ts have of it.

const PLACES = { payer: 3, payee: 4, 'recipient 0': 10, 'recipient 1': 11 } as const;
type Beneficiary = keyof typeof PLACES;

const ownerOf = (stage: Stage, beneficiary: Beneficiary): Address =>
    ({
        payee: stage.payee,
        payer: stage.payer,
        'recipient 0': stage.recipients[0],
        'recipient 1': stage.recipients[1],
    })[beneficiary];

const BENEFICIARIES: readonly Readonly<{ who: Beneficiary; given: Given; mismatch: number; malformed: number }>[] = [
    { given: 'open', malformed: 2406, mismatch: 2404, who: 'recipient 0' },
    { given: 'finalized', malformed: 2406, mismatch: 2404, who: 'recipient 1' },
    { given: 'open', malformed: 62, mismatch: 60, who: 'payee' },
    { given: 'finalized', malformed: 62, mismatch: 60, who: 'payee' },
    { given: 'finalized', malformed: 59, mismatch: 57, who: 'payer' },
];

const replaced = (index: number, choose: (stage: Stage) => Address) => (stage: Stage) =>
    changed(stage.distribute(), instruction =>
        withAccount(instruction, placeOf(stage.facts, 'distribute', index), choose(stage)),
    );

const beneficiaryRows: readonly Row[] = BENEFICIARIES.flatMap(({ given, malformed, mismatch, who }): Row[] => [
    {
        arrange: replaced(PLACES[who], stage => stage.stranger()),
        expected: code(mismatch),
        given,
        name: `account of the ${who} is another address (${given})`,
    },
    {
        arrange: replaced(PLACES[who], stage => stage.treasuryToken),
        expected: code(mismatch),
        given,
        name: `account of the ${who} is that of the treasury (${given})`,
    },
    {
        arrange: async stage => {
            const owner = ownerOf(stage, who);
            stage.arena.set(await stage.tokenOf(owner), { ...stage.token(owner), trailer: 'malformed' });
            return await stage.distribute();
        },
        expected: code(malformed),
        given,
        name: `account of the ${who} has a malformed extension (${given})`,
        token: 't22',
    },
    {
        arrange: async stage => {
            const owner = ownerOf(stage, who);
            stage.arena.set(await stage.tokenOf(owner), { ...stage.token(owner), state: 3 });
            return await stage.distribute();
        },
        expected: builtin('ProgramFailedToComplete'),
        given,
        name: `account of the ${who} has state byte 3 (${given})`,
    },
]);

const zeroShareRows: readonly Row[] = [
    {
        // 1 of 1,000,000 settled: every share rounds down to nothing, and the addresses count all the same.
        arrange: async stage => {
            await stage.do(stage.settle(1n));
            return await replaced(10, ({ payeeToken }) => payeeToken)(stage);
        },
        expected: code(2404),
        given: 'fresh',
        name: 'account of a recipient without a share is another address',
    },
    {
        arrange: async stage => {
            await stage.do(stage.settle(1n));
            return await replaced(4, ({ payerToken }) => payerToken)(stage);
        },
        expected: code(60),
        given: 'fresh',
        name: 'account of a payee without a share is another address',
    },
];

/** Makes a share be redirected, which is what needs the event authority and the program itself. */
function closeRecipient(stage: Stage): void {
    stage.arena.remove(stage.recipientTokens[0]!);
}

const planRows: readonly Row[] = [
    {
        arrange: stage => stage.distribute([...stage.splits].reverse()),
        expected: code(2407),
        name: 'plan in another order',
    },
    {
        arrange: stage => stage.distribute(stage.splits.map(split => ({ ...split, bps: split.bps - 1 }))),
        expected: code(2407),
        name: 'plan with other shares',
    },
    {
        arrange: stage => stage.distribute([]),
        expected: code(2407),
        name: 'plan without recipients',
    },
    {
        arrange: stage =>
            changed(stage.distribute(), instruction => withoutAccount(instruction, instruction.accounts!.length - 1)),
        expected: code(2409),
        name: 'one recipient account fewer',
    },
    {
        arrange: stage => changed(stage.distribute(), instruction => withExtraAccount(instruction, stage.payeeToken)),
        expected: code(2409),
        name: 'one recipient account more',
    },
    {
        arrange: replaced(10, stage => stage.recipientTokens[1]!),
        expected: code(2404),
        name: 'recipient accounts in another order',
    },
    {
        arrange: replaced(1, stage => stage.payee),
        expected: code(5),
        name: 'payer is the payee',
    },
    {
        arrange: async stage => {
            closeRecipient(stage);
            return await replaced(8, s => s.stranger())(stage);
        },
        expected: code(8),
        name: 'event authority is another address while a share is redirected',
    },
    {
        arrange: async stage => {
            closeRecipient(stage);
            return await replaced(9, s => s.stranger())(stage);
        },
        expected: builtin('MissingAccount'),
        name: 'self program is another address while a share is redirected',
    },
    {
        arrange: async stage => {
            await stage.do(stage.distribute());
            return await stage.distribute();
        },
        expected: code(2408),
        name: 'nothing settled since the last time',
    },
];

const forgedRows: readonly Row[] = [
    {
        arrange: stage => {
            stage.forgeChannel(({ settlement }) => ({
                settlement: { ...settlement, payoutWatermark: settlement.settled + 1n },
            }));
            return stage.distribute();
        },
        expected: code(2410),
        name: 'watermark above what is settled (open)',
    },
    {
        arrange: stage => {
            stage.forgeChannel(({ settlement }) => ({
                settlement: { ...settlement, payoutWatermark: settlement.settled + 10_000n },
            }));
            return stage.distribute();
        },
        expected: code(2410),
        given: 'finalized',
        name: 'watermark above what is settled (finalized): a share is negative',
    },
    {
        arrange: stage => {
            stage.arena.set(stage.escrow, stage.token(stage.channel, DEPOSIT - 1n));
            return stage.distribute();
        },
        expected: code(2411),
        given: 'finalized',
        name: 'escrow holds less than is queued',
    },
    {
        arrange: async stage => {
            // At the time 0 a withdrawal leaves no trace of itself (docs/program.md, section 7.7).
            stage.arena.setClock(0n);
            await stage.do(stage.withdrawPayer());
            return await stage.distribute();
        },
        expected: code(2411),
        given: 'finalized',
        name: 'payer withdrew at the time 0',
    },
    {
        arrange: stage => {
            // Room for what the escrow holds, and not for what the channel holds.
            stage.arena.set(stage.rentPayer, { kind: 'wallet', lamports: U64_MAX - rentFor(165) });
            stage.passWindow();
            return stage.distribute();
        },
        expected: code(2412),
        given: 'finalized',
        name: 'whoever gets the rent has no room for the lamports of the channel',
    },
    ...(['spl', 't22'] as const).map((token): Row => ({
        arrange: stage => {
            stage.arena.set(stage.escrow, stage.token(stage.channel, 1n));
            return stage.distribute();
        },
        expected: code(1, { by: token === 'spl' ? TOKEN_PROGRAM : TOKEN_2022_PROGRAM }),
        name: `escrow holds less than the shares (open, ${token})`,
        token,
    })),
    ...FORGED_BUMPS.map(({ error, isOffCurve, name }): Row => ({
        arrange: stage => {
            stage.forgeBump(isOffCurve);
            return stage.distribute();
        },
        expected: builtin(error),
        name,
    })),
];

/** Section 7.9. */
const tombstoneRows: readonly Row[] = [
    {
        arrange: stage => {
            stage.forge(stage.channel, data => data, rentFor(TOMBSTONE_LENGTH) - 1n);
            return stage.distribute();
        },
        expected: code(2411),
        given: 'finalized',
        name: 'channel has too few lamports for its tombstone',
    },
];

/** Epoch 7.8. */
const datedRows: readonly Row[] = [
    ...(['open', 'finalized'] as const).flatMap((given): Row[] => [
        {
            arrange: stage => changed(stage.distribute(), instruction => withAccount(instruction, 2, stage.payer)),
            expected: code(10),
            given,
            name: `rent payer is the payer (${given})`,
        },
        {
            arrange: stage => changed(stage.distribute(), instruction => withAccount(instruction, 2, stage.stranger())),
            expected: code(10),
            given,
            name: `rent payer is a stranger (${given})`,
        },
    ]),
    {
        arrange: stage =>
            changed(replaced(6, another => another.stranger())(stage), instruction =>
                withAccount(instruction, 2, stage.payer),
            ),
        expected: code(7),
        name: 'another mint and another rent payer: the mint comes first',
    },
    {
        arrange: stage =>
            changed(replaced(7, ({ mint }) => mint)(stage), instruction => withAccount(instruction, 2, stage.payer)),
        expected: code(10),
        name: 'another token program and another rent payer: the rent payer comes first',
    },
    {
        arrange: stage => {
            stage.passWindow();
            return changed(stage.distribute(), instruction => withAccount(instruction, 2, stage.payer));
        },
        expected: code(2400),
        given: 'closed',
        name: 'distributed already, also behind the window: the status comes first',
    },
    {
        arrange: async stage => {
            const address = await stage.plantChannel(U64_MAX - 1_499n);
            const escrow = await stage.tokenOf(address);
            stage.arena.set(escrow, stage.token(address, DEPOSIT));
            return await changed(stage.distribute(), instruction =>
                withAccount(withAccount(instruction, 0, address), 3, escrow),
            );
        },
        expected: builtin('ArithmeticOverflow'),
        given: 'finalized',
        name: 'the end of the window overflows',
    },
];

export const payoutRows: Rows = ({ openSlotWindow }) =>
    [
        ...[...beneficiaryRows, ...zeroShareRows, ...planRows, ...forgedRows],
        ...(openSlotWindow === undefined ? tombstoneRows : datedRows),
    ].map(row => ({
        ...row,
        name: `distribute: ${row.name}`,
    }));
