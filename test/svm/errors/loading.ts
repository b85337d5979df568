import { type Instruction } from '@solana/kit';

import { withAccount } from '../alter';
import { type RevisionFacts } from '../revisions';
import { builtin, changed, code, type Expected, type Row, type Rows } from './row';
import { GRACE_PERIOD, NOW, type Given, type Stage } from './stage';

// docs/program.md, sections 4 and 6.1: what every instruction but open asks of the channel account, and of its status.

type User = Readonly<{
    name: string;
    build: (stage: Stage) => Promise<Instruction[]>;
    /** Place of the channel among the accounts. */
    channel: number;
    /** Index of the instruction in its transaction. */
    at: number;
    /** Codes for the states in which it is refused. */
    refusals: Partial<Record<Given, Expected>>;
}>;

const SHARED_USERS: readonly User[] = [
    {
        at: 1,
        build: stage => stage.settle(500_000n),
        channel: 0,
        name: 'settle',
        refusals: { closing: code(2, { at: 1 }), finalized: code(2, { at: 1 }) },
    },
    {
        at: 0,
        build: stage => stage.topUp(),
        channel: 1,
        name: 'topUp',
        refusals: { closing: code(2), finalized: code(2) },
    },
    {
        at: 1,
        build: stage => stage.settleAndFinalize(500_000n),
        channel: 1,
        name: 'settleAndFinalize',
        refusals: { finalized: code(2, { at: 1 }) },
    },
    {
        at: 0,
        build: stage => stage.settleAndFinalize(),
        channel: 1,
        name: 'settleAndFinalize without a voucher',
        refusals: { finalized: code(2) },
    },
    {
        at: 0,
        build: stage => stage.requestClose(),
        channel: 1,
        name: 'requestClose',
        refusals: { closing: code(2), finalized: code(2) },
    },
    {
        at: 0,
        build: stage => stage.finalize(),
        channel: 0,
        name: 'finalize',
        refusals: { finalized: code(2), open: code(2) },
    },
    {
        at: 0,
        build: stage => stage.distribute(),
        channel: 0,
        name: 'distribute',
        refusals: { closing: code(2400), fresh: code(2408) },
    },
    {
        at: 0,
        build: stage => stage.withdrawPayer(),
        channel: 1,
        name: 'withdrawPayer',
        refusals: { closing: code(2), open: code(2) },
    },
];

const RECLAIM: User = {
    at: 0,
    build: stage => stage.reclaim(),
    channel: 0,
    name: 'reclaim',
    refusals: { closing: code(2), finalized: code(2), fresh: code(2), open: code(2) },
};

/** A revision that dates its channels has one more instruction, and a state in which every other one is refused. */
const usersOf = ({ openSlotWindow }: RevisionFacts): readonly User[] => {
    if (openSlotWindow === undefined) return SHARED_USERS;
    const users = SHARED_USERS.map(user => ({
        ...user,
        refusals: { ...user.refusals, closed: code(user.name === 'distribute' ? 2400 : 2, { at: user.at }) },
    }));
    return [...users, RECLAIM];
};

const loadRows = ({ at, build, channel, name }: User, facts: RevisionFacts): readonly Row[] => {
    const isDated = facts.openSlotWindow !== undefined;
    const lengths = [-1, 1, ...(isDated ? [216 - facts.channelLength] : [])].map(by => facts.channelLength + by);
    const forged = (what: string, expected: Expected, change: (data: Uint8Array) => Uint8Array | undefined): Row => ({
        arrange: stage => {
            stage.forge(stage.channel, change);
            return build(stage);
        },
        expected,
        name: `${name}: ${what}`,
    });
    const byte = (index: number, value: number) => (data: Uint8Array) => data.fill(value, index, index + 1);
    return [
        {
            arrange: build,
            expected: builtin('InvalidAccountOwner', { at }),
            given: 'nothing',
            name: `${name}: channel does not exist`,
        },
        {
            arrange: stage => changed(build(stage), instruction => withAccount(instruction, channel, stage.sponsor)),
            expected: builtin('InvalidAccountOwner', { at }),
            name: `${name}: channel is a wallet`,
        },
        isDated
            ? {
                  arrange: build,
                  expected: builtin('InvalidAccountOwner', { at }),
                  given: 'freed',
                  name: `${name}: channel was freed`,
              }
            : {
                  arrange: build,
                  expected: builtin('InvalidAccountData', { at }),
                  given: 'closed',
                  name: `${name}: channel is a tombstone`,
              },
        ...[1, ...lengths].map(length =>
            forged(`channel of ${length} bytes`, builtin('InvalidAccountData', { at }), data =>
                Uint8Array.from({ length }, (_, index) => data[index] ?? 0),
            ),
        ),
        ...[0, 2].map(value => forged(`discriminator ${value}`, code(3, { at }), byte(0, value))),
        ...[0, 2].map(value => forged(`version ${value}`, code(4, { at }), byte(1, value))),
        ...[isDated ? 4 : 3, 255].map(value => forged(`status byte ${value}`, code(2, { at }), byte(3, value))),
    ];
};

const statusRows = ({ build, name, refusals }: User): readonly Row[] =>
    Object.entries(refusals).map(([given, expected]) => ({
        arrange: build,
        expected,
        given: given as Given,
        name: `${name}: channel is ${given}`,
    }));

const atTime = (now: bigint, build: (stage: Stage) => Promise<Instruction[]>) => (stage: Stage) => {
    stage.arena.setClock(now);
    return build(stage);
};
const DEADLINE = NOW + BigInt(GRACE_PERIOD);

const deadlineRows: Rows = ({ beforeDeadline }) => [
    {
        arrange: atTime(DEADLINE - 1n, stage => stage.finalize()),
        expected: code(beforeDeadline),
        given: 'closing',
        name: 'finalize: a second before the deadline',
    },
    ...([DEADLINE, DEADLINE + 1n] as const).flatMap((now): Row[] => [
        {
            arrange: atTime(now, stage => stage.settleAndFinalize()),
            expected: code(2),
            given: 'closing',
            name: `settleAndFinalize without a voucher: ${now - DEADLINE} seconds after the deadline`,
        },
        {
            arrange: atTime(now, stage => stage.settleAndFinalize(500_000n)),
            expected: code(2, { at: 1 }),
            given: 'closing',
            name: `settleAndFinalize: ${now - DEADLINE} seconds after the deadline`,
        },
    ]),
    {
        arrange: stage => {
            stage.forgeChannel(() => ({ closureStartedAt: 2n ** 63n - BigInt(GRACE_PERIOD) }));
            return stage.finalize();
        },
        expected: code(2200),
        given: 'closing',
        name: 'finalize: the deadline overflows',
    },
    {
        arrange: stage => {
            stage.forgeChannel(() => ({ closureStartedAt: 2n ** 63n - BigInt(GRACE_PERIOD) }));
            return stage.settleAndFinalize();
        },
        expected: builtin('ArithmeticOverflow'),
        given: 'closing',
        name: 'settleAndFinalize: the deadline overflows',
    },
    {
        arrange: stage => {
            stage.forgeChannel(() => ({ closureStartedAt: 2n ** 63n - 1n - BigInt(GRACE_PERIOD) }));
            return stage.finalize();
        },
        expected: code(beforeDeadline),
        given: 'closing',
        name: 'finalize: the deadline is the last second there is',
    },
];

export const loadingRows: Rows = facts => [
    ...usersOf(facts).flatMap(user => loadRows(user, facts)),
    ...usersOf(facts).flatMap(statusRows),
    ...deadlineRows(facts),
];
