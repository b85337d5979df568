import { type Instruction } from '@solana/kit';

import { type SignedVoucher } from '../../../src/voucher/voucher';
import { UNRELATED_INSTRUCTION, withAccount, withData, withDataChanged, withoutSigners } from '../alter';
import {
    emptyVerification,
    encodePlacement,
    joined,
    partsOf,
    resigned,
    signatureBeforeKey,
    usualPlacement,
    type Placement,
} from '../ed25519';
import { type RevisionFacts } from '../revisions';
import { builtin, changed, code, type Expected, type Row, type Rows } from './row';
import { DEPOSIT, NOW, SETTLED, type Stage } from './stage';

// docs/program.md, sections 6.5 and 6.6, for both instructions that take a voucher.

type User = Readonly<{
    name: string;
    sysvar: number;
    build: (stage: Stage, voucher: SignedVoucher) => Instruction[];
}>;

const USERS: readonly User[] = [
    { build: (stage, voucher) => stage.settleSigned(voucher), name: 'settle', sysvar: 1 },
    { build: (stage, voucher) => stage.settleAndFinalizeSigned(voucher), name: 'settleAndFinalize', sysvar: 2 },
];

/** A change of the precompile instruction that the precompile itself has nothing against. */
type Layout = Readonly<{
    name: string;
    verify: (verify: Instruction, stage: Stage) => Promise<Instruction> | Instruction;
}>;

const placed = (name: string, placement: Partial<Placement>): Layout => ({
    name,
    verify: verify => {
        const { key, message, signature } = partsOf(verify);
        const data = [...encodePlacement({ ...usualPlacement(message.length), ...placement })];
        return withData(verify, [1, 0, ...data, ...key, ...signature, ...message]);
    },
});

/** A message of another length, signed by the right key. */
const ofLength = (name: string, change: (message: Uint8Array) => Uint8Array): Layout => ({
    name,
    verify: (verify, { session }) => resigned(verify, change(partsOf(verify).message), session),
});

const LAYOUTS: readonly Layout[] = [
    { name: 'one byte longer than needed', verify: verify => withData(verify, [...verify.data!, 0]) },
    ofLength('a message that is a byte shorter', message => message.slice(0, -1)),
    ofLength('a message that is a byte longer', message => new Uint8Array([...message, 0])),
    ofLength('a message that is two bytes shorter', message => message.slice(2)),
    ofLength('a message that is two bytes longer', message => new Uint8Array([...message, 0, 0])),
    { name: 'no signature at all', verify: emptyVerification },
    { name: 'two signatures', verify: verify => joined(verify, verify) },
    { name: 'padding byte 1', verify: verify => withDataChanged(verify, data => (data[1] = 1)) },
    placed('signature index 0', { signatureIndex: 0 }),
    placed('key index 0', { keyIndex: 0 }),
    placed('message index 0', { messageIndex: 0 }),
    { name: 'signature before the key', verify: signatureBeforeKey },
    {
        name: 'message first',
        verify: verify => {
            const { key, message, signature } = partsOf(verify);
            const placement = {
                ...usualPlacement(message.length),
                keyOffset: 16 + message.length,
                messageOffset: 16,
                signatureOffset: 16 + message.length + 32,
            };
            return withData(verify, [1, 0, ...encodePlacement(placement), ...message, ...key, ...signature]);
        },
    },
    {
        name: 'key and message offset where the message is the key',
        verify: async (verify, { session }) => {
            // A whole message that overlaps key and signature can't be signed; one of 32 bytes, the key, can.
            const { key, message } = partsOf(verify);
            const [signatures] = await session.signMessages([{ content: key, signatures: {} }]);
            const placement = { ...usualPlacement(32), messageOffset: 16 };
            const signature = signatures![session.address]!;
            return withData(verify, [1, 0, ...encodePlacement(placement), ...key, ...signature, ...message]);
        },
    },
    {
        name: 'message size one byte too small',
        verify: async (verify, { session }) => {
            const { key, message } = partsOf(verify);
            const [signatures] = await session.signMessages([{ content: message.slice(0, -1), signatures: {} }]);
            const signature = signatures![session.address]!;
            return withData(verify, [
                1,
                0,
                ...encodePlacement(usualPlacement(message.length - 1)),
                ...key,
                ...signature,
                ...message,
            ]);
        },
    },
];

type Field = Readonly<{ name: string; expected: Expected; voucher: Parameters<Stage['sign']>[0] }>;
const FIELDS: readonly Field[] = [
    { expected: code(233, { at: 1 }), name: 'expires now', voucher: { expiresAt: NOW } },
    { expected: code(233, { at: 1 }), name: 'expired a second ago', voucher: { expiresAt: NOW - 1n } },
    { expected: code(233, { at: 1 }), name: 'expires before 1970', voucher: { expiresAt: -1n } },
    { expected: code(233, { at: 1 }), name: 'expires at i64 min', voucher: { expiresAt: -(2n ** 63n) } },
    { expected: code(235, { at: 1 }), name: 'one above the deposit', voucher: { cumulativeAmount: DEPOSIT + 1n } },
    { expected: code(235, { at: 1 }), name: 'u64 max', voucher: { cumulativeAmount: 2n ** 64n - 1n } },
    { expected: code(234, { at: 1 }), name: 'at the settled amount', voucher: { cumulativeAmount: SETTLED } },
    { expected: code(234, { at: 1 }), name: 'below the settled amount', voucher: { cumulativeAmount: SETTLED - 1n } },
    { expected: code(234, { at: 1 }), name: 'nothing', voucher: { cumulativeAmount: 0n } },
    {
        expected: code(233, { at: 1 }),
        name: 'expired and above the deposit: the expiry comes first',
        voucher: { cumulativeAmount: DEPOSIT + 1n, expiresAt: NOW },
    },
];

/** A message that does not start as a voucher does, signed by the right key. */
function remarked(verify: Instruction, { session }: Stage, index: number): Promise<Instruction> {
    const { message } = partsOf(verify);
    message[index]! ^= 1;
    return resigned(verify, message, session);
}

const rowsOf = ({ build, name, sysvar }: User, { hasVoucherInData }: RevisionFacts): readonly Row[] => {
    const pair = async (stage: Stage) => build(stage, await stage.sign()) as [Instruction, Instruction];
    const rows: Row[] = [
        {
            arrange: stage => changed(pair(stage), instruction => withAccount(instruction, sysvar, stage.stranger())),
            expected: builtin('UnsupportedSysvar', { at: 1 }),
            name: 'sysvar is another address',
        },
        {
            arrange: stage => changed(pair(stage), instruction => withAccount(instruction, sysvar, stage.channel)),
            expected: builtin('UnsupportedSysvar', { at: 1 }),
            name: 'sysvar is the channel',
        },
        {
            arrange: async stage => (await pair(stage)).slice(1),
            expected: code(230),
            name: 'first instruction of the transaction',
        },
        {
            arrange: async stage => (await pair(stage)).reverse(),
            expected: code(230),
            name: 'precompile after it',
        },
        {
            arrange: async stage => {
                const [verify, settle] = await pair(stage);
                return [verify, UNRELATED_INSTRUCTION, settle];
            },
            expected: code(230, { at: 2 }),
            name: 'another instruction between',
        },
        {
            arrange: async stage => {
                const [verify, settle] = await pair(stage);
                return [UNRELATED_INSTRUCTION, settle, verify];
            },
            expected: code(230, { at: 1 }),
            name: 'another program in the place of the precompile',
        },
        {
            arrange: async stage => {
                const [verify, settle] = await pair(stage);
                return [withDataChanged(verify, data => (data[60]! ^= 1)), settle];
            },
            expected: code(2, { by: 'runtime' }),
            name: 'bad signature: the precompile fails, not the program',
        },
        ...LAYOUTS.map((layout): Row => ({
            arrange: async stage => {
                const [verify, settle] = await pair(stage);
                return [await layout.verify(verify, stage), settle];
            },
            expected: code(231, { at: 1 }),
            name: `layout: ${layout.name}`,
        })),
        {
            arrange: async stage => {
                const voucher = await stage.sign({ channelId: stage.stranger() });
                const instructions = build(stage, voucher);
                const place = instructions[1]!.accounts!.findIndex(({ address }) => address === stage.stranger());
                return [instructions[0]!, withAccount(instructions[1]!, place, stage.channel)];
            },
            expected: code(232, { at: 1 }),
            name: 'voucher of another channel',
        },
        ...FIELDS.map(({ expected, name: what, voucher }): Row => ({
            arrange: async stage => build(stage, await stage.sign(voucher)),
            expected,
            name: what,
        })),
        {
            arrange: async stage => {
                const [verify] = build(stage, await stage.sign({}, stage.intruder));
                return [verify!, (await pair(stage))[1]];
            },
            expected: code(237, { at: 1 }),
            name: 'signed by another key',
        },
    ];
    const copied: Row[] = [
        {
            arrange: async stage => {
                const [verify] = build(stage, await stage.sign({ cumulativeAmount: 500_001n }));
                return [verify!, (await pair(stage))[1]];
            },
            expected: code(236, { at: 1 }),
            name: 'another amount was signed',
        },
        {
            arrange: async stage => {
                const [verify] = build(stage, await stage.sign({ expiresAt: NOW + 1n }));
                return [verify!, (await pair(stage))[1]];
            },
            expected: code(236, { at: 1 }),
            name: 'another expiry was signed',
        },
        {
            arrange: async stage => {
                const [verify] = build(stage, await stage.sign({ cumulativeAmount: 500_001n }, stage.intruder));
                return [verify!, (await pair(stage))[1]];
            },
            expected: code(236, { at: 1 }),
            name: 'another amount signed by another key: the message comes first',
        },
    ];
    const marked: Row[] = [
        ...([0, 1] as const).map((index): Row => ({
            arrange: async stage => {
                const [verify, settle] = await pair(stage);
                return [await remarked(verify, stage, index), settle];
            },
            expected: code(238, { at: 1 }),
            name: `byte ${index} of the message is not that of a voucher`,
        })),
        {
            arrange: async stage => {
                const voucher = await stage.sign({ channelId: stage.stranger(), cumulativeAmount: DEPOSIT + 1n });
                const [, settle] = await pair(stage);
                const [verify] = build(stage, voucher) as [Instruction, Instruction];
                return [await remarked(verify, stage, 0), settle];
            },
            expected: code(238, { at: 1 }),
            name: 'no voucher, of another channel and above the deposit: the first bytes come first',
        },
        {
            arrange: async stage => {
                const [verify] = build(stage, await stage.sign({ cumulativeAmount: DEPOSIT + 1n }, stage.intruder));
                return [verify!, (await pair(stage))[1]];
            },
            expected: code(235, { at: 1 }),
            name: 'above the deposit and signed by another key: the amount comes first',
        },
    ];
    return [...rows, ...(hasVoucherInData ? copied : marked)].map(row => ({ ...row, name: `${name}: ${row.name}` }));
};

const merchantRows: readonly Row[] = [
    {
        arrange: stage => changed(stage.settleAndFinalize(), withoutSigners),
        expected: code(1),
        name: 'settleAndFinalize: merchant did not sign',
    },
    {
        arrange: stage => changed(stage.settleAndFinalize(), instruction => withAccount(instruction, 0, stage.payer)),
        expected: code(6),
        name: 'settleAndFinalize: merchant is the payer',
    },
    ...[2, 255].map((flag): Row => ({
        arrange: stage =>
            changed(stage.settleAndFinalize(), instruction =>
                withDataChanged(instruction, data => (data[data.length - 1] = flag)),
            ),
        expected: code(230),
        name: `settleAndFinalize: voucher flag ${flag} asks for a precompile as 1 does`,
    })),
];

export const voucherRows: Rows = facts => [...USERS.flatMap(user => rowsOf(user, facts)), ...merchantRows];
