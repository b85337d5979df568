import { type Address, type Instruction } from '@solana/kit';

import { getDistributeInstructionDataEncoder } from '../../../generated/tombstone';
import { withData } from '../alter';
import { openHeadLength, type RevisionFacts } from '../revisions';
import { builtin, changed, code, type Expected, type Row } from './row';
import { type Stage } from './stage';

// docs/program.md, section 5.1, for both instructions that carry a plan. The toolkit builds none of these plans.

type Entry = Readonly<{ recipient: Address; bps: number }>;
type Carrier = Readonly<{
    name: string;
    headLength: (facts: RevisionFacts) => number;
    build: (stage: Stage) => Promise<Instruction[]>;
}>;

const CARRIERS: readonly Carrier[] = [
    { build: stage => stage.open(), headLength: openHeadLength, name: 'open' },
    { build: stage => stage.distribute(), headLength: () => 1, name: 'distribute' },
];

const many = (stage: Stage, count: number): Entry[] =>
    Array.from({ length: count }, (_, i) => ({ bps: 1, recipient: stage.stranger(`of the plan ${i}`) }));

type Cause = Readonly<{ name: string; expected: Expected; entries: (stage: Stage) => readonly Entry[] }>;
const CAUSES: readonly Cause[] = [
    { entries: stage => many(stage, 33), expected: code(260), name: '33 recipients' },
    {
        entries: stage => many(stage, 2).map((entry, i) => ({ ...entry, bps: i === 0 ? 5_000 : 0 })),
        expected: code(261),
        name: 'a share of 0 bps',
    },
    {
        entries: stage => many(stage, 2).map((entry, i) => ({ ...entry, bps: i === 0 ? 10_000 : 1 })),
        expected: code(261),
        name: 'shares of 10,001 bps together',
    },
    {
        entries: stage => many(stage, 1).map(entry => ({ ...entry, bps: 10_001 })),
        expected: code(261),
        name: 'one share above the whole',
    },
    {
        entries: stage => many(stage, 32).map(entry => ({ ...entry, bps: 65_535 })),
        expected: code(261),
        name: '32 shares of 65,535 bps: the sum does not overflow',
    },
    {
        entries: stage => [...many(stage, 2), ...many(stage, 1)],
        expected: code(263),
        name: 'the same recipient twice',
    },
    {
        entries: stage => [...many(stage, 1), ...many(stage, 1)].map(entry => ({ ...entry, bps: 10_000 })),
        expected: code(263),
        name: 'a duplicate and too high a sum: the duplicate comes first',
    },
    {
        entries: stage => [...many(stage, 1), ...many(stage, 1).map(entry => ({ ...entry, bps: 0 }))],
        expected: code(261),
        name: 'a duplicate with 0 bps: the share comes first',
    },
];

const withPreimage = (carrier: Carrier, stage: Stage, preimage: readonly number[]) =>
    changed(carrier.build(stage), instruction =>
        withData(instruction, [...[...instruction.data!].slice(0, carrier.headLength(stage.facts)), ...preimage]),
    );

export const planRows: readonly Row[] = CARRIERS.flatMap(carrier => {
    const given = carrier.name === 'open' ? 'nothing' : 'open';
    return [
        ...CAUSES.map(({ entries, expected, name }): Row => ({
            arrange: stage => {
                const data = getDistributeInstructionDataEncoder().encode({ recipients: [...entries(stage)] });
                return withPreimage(carrier, stage, [...data].slice(1));
            },
            expected,
            given,
            name: `${carrier.name}: ${name}`,
        })),
        {
            arrange: (stage: Stage) => withPreimage(carrier, stage, [33, 0, 0, 0]),
            expected: code(260),
            given,
            name: `${carrier.name}: a count of 33 and nothing behind it: the count comes before the length`,
        },
        {
            arrange: (stage: Stage) => withPreimage(carrier, stage, [0xff, 0xff, 0xff, 0xff]),
            expected: code(260),
            given,
            name: `${carrier.name}: a count of u32 max`,
        },
        {
            arrange: (stage: Stage) => withPreimage(carrier, stage, [0, 0, 0]),
            expected: builtin('InvalidInstructionData'),
            given,
            name: `${carrier.name}: three bytes of plan`,
        },
        {
            arrange: (stage: Stage) => withPreimage(carrier, stage, [1, 0, 0, 0]),
            expected: builtin('InvalidInstructionData'),
            given,
            name: `${carrier.name}: a count of 1 without an entry`,
        },
    ] satisfies Row[];
});
