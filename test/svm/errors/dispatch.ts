import { type Instruction } from '@solana/kit';

import { withBytesAdded, withBytesCut, withData, withExtraAccount, withoutAccount } from '../alter';
import { placeOf, type RevisionFacts } from '../revisions';
import { builtin, changed, code, type Expected, type Row, type Rows } from './row';
import { type Given, type Stage } from './stage';

// docs/program.md, section 5: data lengths, account counts, and the order between the two.

type Valid = Readonly<{
    name: string;
    given?: Given;
    build: (stage: Stage) => Promise<Instruction[]>;
    /** Index of the instruction in its transaction. */
    at: number;
    /** Its data is of one length only. */
    isExact: boolean;
    wrongCount: Expected;
}>;

const NOT_ENOUGH = builtin('NotEnoughAccountKeys');

const RECLAIM: Valid = {
    at: 0,
    build: stage => stage.reclaim(),
    given: 'closed',
    isExact: false,
    name: 'reclaim',
    wrongCount: NOT_ENOUGH,
};

const instructionsOf = ({ hasVoucherInData, openSlotWindow }: RevisionFacts): readonly Valid[] => [
    { at: 0, build: stage => stage.open(), given: 'nothing', isExact: true, name: 'open', wrongCount: NOT_ENOUGH },
    {
        at: 1,
        build: stage => stage.settle(500_000n),
        isExact: hasVoucherInData,
        name: 'settle',
        wrongCount: builtin('NotEnoughAccountKeys', { at: 1 }),
    },
    { at: 0, build: stage => stage.topUp(), isExact: true, name: 'topUp', wrongCount: code(9) },
    {
        at: 1,
        build: stage => stage.settleAndFinalize(500_000n),
        isExact: true,
        name: 'settleAndFinalize',
        wrongCount: code(9, { at: 1 }),
    },
    { at: 0, build: stage => stage.requestClose(), isExact: false, name: 'requestClose', wrongCount: code(9) },
    {
        at: 0,
        build: stage => stage.finalize(),
        given: 'closing',
        isExact: false,
        name: 'finalize',
        wrongCount: NOT_ENOUGH,
    },
    {
        at: 0,
        build: stage => stage.withdrawPayer(),
        given: 'finalized',
        isExact: false,
        name: 'withdrawPayer',
        wrongCount: code(9),
    },
    { at: 0, build: stage => stage.emitEvent(), isExact: false, name: 'emitEvent', wrongCount: code(9) },
    ...(openSlotWindow === undefined ? [] : [RECLAIM]),
];

const DISTRIBUTE: Valid = {
    at: 0,
    build: stage => stage.distribute(),
    isExact: true,
    name: 'distribute',
    wrongCount: NOT_ENOUGH,
};

const lengths: Rows = facts =>
    [...instructionsOf(facts), DISTRIBUTE]
        .filter(({ isExact }) => isExact)
        .flatMap(({ at, build, given, name }) => [
            {
                arrange: (stage: Stage) => changed(build(stage), instruction => withBytesCut(instruction, 1)),
                expected: builtin('InvalidInstructionData', { at }),
                given,
                name: `${name}: data one byte shorter`,
            },
            {
                arrange: (stage: Stage) => changed(build(stage), instruction => withBytesAdded(instruction, 1)),
                expected: builtin('InvalidInstructionData', { at }),
                given,
                name: `${name}: data one byte longer`,
            },
            {
                arrange: (stage: Stage) =>
                    changed(build(stage), instruction => withData(instruction, [...instruction.data!].slice(0, 1))),
                expected: builtin('InvalidInstructionData', { at }),
                given,
                name: `${name}: nothing but the discriminator`,
            },
        ]);

const counts: Rows = facts =>
    instructionsOf(facts).flatMap(({ build, given, name, wrongCount }) => [
        {
            arrange: (stage: Stage) =>
                changed(build(stage), instruction => withoutAccount(instruction, instruction.accounts!.length - 1)),
            expected: wrongCount,
            given,
            name: `${name}: one account fewer`,
        },
        {
            arrange: (stage: Stage) =>
                changed(build(stage), instruction => withExtraAccount(instruction, stage.sponsor)),
            expected: wrongCount,
            given,
            name: `${name}: one account more`,
        },
        {
            arrange: (stage: Stage) => changed(build(stage), instruction => ({ ...instruction, accounts: [] })),
            expected: wrongCount,
            given,
            name: `${name}: no account`,
        },
    ]);

const onlyFixed = (count: number) => (stage: Stage) =>
    changed(stage.distribute([]), instruction => ({
        ...instruction,
        accounts: instruction.accounts!.slice(0, count),
    }));

export const dispatchRows: Rows = facts => [
    {
        arrange: stage => changed(stage.topUp(), instruction => withData(instruction, [])),
        expected: builtin('InvalidInstructionData'),
        name: 'empty data',
    },
    ...[0, ...(facts.openSlotWindow === undefined ? [9] : []), 10, 227, 229, 255].map((byte): Row => ({
        arrange: stage =>
            changed(stage.topUp(), instruction => withData(instruction, [byte, ...[...instruction.data!].slice(1)])),
        expected: builtin('InvalidInstructionData'),
        name: `unknown discriminator ${byte}`,
    })),
    ...lengths(facts),
    ...counts(facts),
    {
        arrange: onlyFixed(placeOf(facts, 'distribute', 10) - 1),
        expected: NOT_ENOUGH,
        name: 'distribute: one account fewer',
    },
    { arrange: onlyFixed(0), expected: NOT_ENOUGH, name: 'distribute: no account' },
    {
        arrange: stage =>
            changed(stage.topUp(), instruction => withExtraAccount(withBytesCut(instruction, 1), stage.sponsor)),
        expected: builtin('InvalidInstructionData'),
        name: 'topUp: bad data and a wrong count: the data comes first',
    },
];
