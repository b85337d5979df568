import type { OpenInput, Split } from '../../../../src';
import { addressOf } from '../../../fixtures/parties';
import { SPLITS } from '../../../fixtures/vectors';
import type { Attack } from '../harness';
import { ATTACKER, forge, getOpen, getTopUp, OPEN_CHANNEL, PAYER, replaceAccounts, replaceData } from '../stage';

// Attacks with what open and topUp say in their data.

const forgeOpen = async (input: Partial<OpenInput>) => forge({ instructions: [await getOpen(input)] });

const [FIRST, SECOND] = SPLITS as [Split, Split];

/** Every way to share the money otherwise. */
const SHARES: readonly Attack[] = (
    [
        ['nothing to anybody but the payee', []],
        ['the money to the client', [{ bps: 10_000, recipient: PAYER }]],
        ['a share to the client besides', [FIRST, SECOND, { bps: 4_500, recipient: PAYER }]],
        ["one recipient's share to the attacker", [FIRST, { ...SECOND, recipient: ATTACKER }]],
        ['another share', [FIRST, { ...SECOND, bps: SECOND.bps - 1 }]],
        ['another order', [SECOND, FIRST]],
        ['one recipient less', [FIRST]],
    ] as [string, readonly Split[]][]
).map(([title, splits]) => ({
    forge: () => forgeOpen({ splits }),
    mismatches: ['SPLITS_MISMATCH open.recipients'],
    stoppedBy: ['splits'],
    title: `splits: ${title}`,
}));

export const OPEN_DATA_ATTACKS: readonly Attack[] = [
    ...SHARES,
    {
        agreement: { splits: [] },
        forge: () => forgeOpen({}),
        mismatches: ['SPLITS_MISMATCH open.recipients'],
        stoppedBy: ['splits'],
        title: 'splits: some when none were agreed',
    },
    {
        forge: () => forgeOpen({ salt: 43n }),
        mismatches: ['SALT_MISMATCH open.salt'],
        stoppedBy: ['salt'],
        title: 'a salt that was used before',
    },
    {
        forge: () => forgeOpen({ deposit: 499_999n }),
        mismatches: ['DEPOSIT_OUT_OF_BOUNDS open.deposit'],
        stoppedBy: ['deposit'],
        title: 'a deposit below the least that was agreed',
    },
    {
        forge: () => forgeOpen({ deposit: 2_000_001n }),
        mismatches: ['DEPOSIT_OUT_OF_BOUNDS open.deposit'],
        stoppedBy: ['deposit'],
        title: 'a deposit above the most that was agreed',
    },
    {
        forge: async () =>
            forge({ instructions: [replaceData(await getOpen(), data => data.fill(0, 1 + 8, 1 + 8 + 8))] }),
        mismatches: ['DEPOSIT_OUT_OF_BOUNDS open.deposit'],
        stoppedBy: ['deposit'],
        title: 'no deposit at all',
    },
    {
        forge: () => forgeOpen({ gracePeriodSeconds: 1 }),
        mismatches: ['GRACE_PERIOD_OUT_OF_BOUNDS open.gracePeriod'],
        stoppedBy: ['gracePeriod'],
        title: 'a grace period in which nobody can settle',
    },
    {
        agreement: { gracePeriodSeconds: { max: 3_599 } },
        forge: () => forgeOpen({}),
        mismatches: ['GRACE_PERIOD_OUT_OF_BOUNDS open.gracePeriod'],
        stoppedBy: ['gracePeriod'],
        title: 'a grace period above the most that was agreed',
    },
    {
        agreement: { salt: 'any', splits: [FIRST, { bps: 1, recipient: OPEN_CHANNEL }] },
        forge: async () => {
            // The builder would refuse it: the recipient is put into the data of another plan.
            const open = await getOpen({ splits: [FIRST, { bps: 1, recipient: addressOf(0x31) }] });
            const { data } = await getOpen({ splits: [FIRST, { bps: 1, recipient: OPEN_CHANNEL }], salt: 7n });
            return forge({ instructions: [{ ...open, data: withSalt(data, open.data) }] });
        },
        mismatches: ['SPLITS_RECIPIENT_IS_CHANNEL open.recipients[1]'],
        stoppedBy: ['splitsRecipient'],
        title: 'a salt with which the channel itself is one of the recipients, so that the operator pays for a failure',
    },
];

/** Data with the salt of other data. */
function withSalt(data: Iterable<number>, other: Iterable<number>): Uint8Array {
    const result = new Uint8Array([...data]);
    result.set([...other].slice(1, 9), 1);
    return result;
}

const TOP_UP = { amount: { max: 2_000_000n, min: 500_000n } };

export const TOP_UP_ATTACKS: readonly Attack[] = [
    ...[499_999n, 2_000_001n].map((amount): Attack => ({
        agreement: TOP_UP,
        forge: async () => forge({ instructions: [await getTopUp(amount)] }),
        mismatches: ['AMOUNT_OUT_OF_BOUNDS topUp.amount'],
        stoppedBy: ['amount'],
        title: `an amount of ${amount}`,
    })),
    ...['channel', 'payerTokenAccount', 'channelTokenAccount', 'mint', 'tokenProgram'].map((name, index): Attack => ({
        agreement: TOP_UP,
        forge: async () => {
            const topUp = replaceAccounts(await getTopUp(), { [index + 1]: { address: addressOf(0x41) } });
            return forge({ instructions: [topUp] });
        },
        mismatches: [`ACCOUNT_MISMATCH instructions[0].accounts[${index + 1}]`],
        stoppedBy: ['accountAddresses'],
        title: `another account in the place of ${name}`,
    })),
    {
        agreement: TOP_UP,
        forge: async () => forge({ instructions: [await getTopUp(1_000_000n, addressOf(0x42))] }),
        mismatches: [1, 3].map(position => `ACCOUNT_MISMATCH instructions[0].accounts[${position}]`),
        stoppedBy: ['accountAddresses'],
        title: 'a top-up of another channel',
    },
    {
        agreement: TOP_UP,
        forge: async () =>
            forge({ instructions: [replaceData(await getTopUp(), data => new Uint8Array([...data, 0]))] }),
        mismatches: ['INSTRUCTION_DATA_MALFORMED instructions[0].data'],
        stoppedBy: ['instructionData'],
        title: 'data with a byte after the end',
    },
    {
        agreement: TOP_UP,
        forge: async () => forge({ instructions: [await getTopUp(), await getTopUp()] }),
        mismatches: ['CHANNEL_INSTRUCTION_REPEATED instructions[1]'],
        stoppedBy: ['oneChannelInstruction'],
        title: 'the same topUp twice',
    },
    {
        agreement: TOP_UP,
        forge: () => forge(),
        mismatches: [
            'CHANNEL_INSTRUCTION_MISSING instructions',
            'INSTRUCTION_NOT_ALLOWED instructions[0]',
            ...[1, 2, 3, 4].map(index => `ACCOUNT_WRITABLE_MISMATCH accounts[${index}]`),
        ],
        overlap: 'another instruction of the program is none of those agreed, and its accounts neither',
        stoppedBy: ['oneChannelInstruction', 'extraInstructions', 'writability'],
        title: 'an open in the place of a topUp',
    },
];
