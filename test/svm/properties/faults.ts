import { type Address, type Instruction, type KeyPairSigner } from '@solana/kit';

import { getDistributeInstructionDataEncoder } from '../../../generated/tombstone';
import { signVoucher } from '../../../src/voucher/sign-voucher';
import { getVerifyVoucherInstruction } from '../../../src/voucher/verify-voucher-instruction';
import {
    UNRELATED_INSTRUCTION,
    withAccount,
    withBytesAdded,
    withBytesCut,
    withData,
    withDataChanged,
    withExtraAccount,
    withoutAccount,
    withoutSigners,
} from '../alter';
import { emptyVerification, partsOf, resigned, signatureBeforeKey } from '../ed25519';
import { type Voucher } from '../../../src/voucher/voucher';
import { openHeadLength, placeOf, type RevisionFacts } from '../revisions';
import { type World } from '../model';
import { withVoucher, type BuiltCall } from './build';
import { type CallName, type FaultPick } from './scenario';
import { type Slot } from './slot';
import { type Universe } from './universe';

/** What a fault may draw on. `at` and `other` are numbers to choose with. */
type Context = Readonly<{
    built: BuiltCall;
    universe: Universe;
    world: World;
    slot: Slot;
    /** Another channel of the sequence, where there is one. */
    elsewhere: Slot;
    at: number;
    other: number;
    /** Any address at all. */
    stranger: Address;
}>;

/** Changes the program's own instruction; or, with `all`, the ones around it too. */
type Fault = Readonly<{ name: string }> &
    Readonly<
        | { change: (instruction: Instruction, context: Context) => Instruction }
        | { all: (instructions: readonly Instruction[], context: Context) => Promise<readonly Instruction[]> }
    >;

const accountAt = (index: number, name: string, choose: (context: Context) => Address): Fault => ({
    change: (instruction, context) => withAccount(instruction, index, choose(context)),
    name: `${name} replaced`,
});
const otherTokenProgram = (index: number): Fault =>
    accountAt(index, 'token program', ({ elsewhere, other, slot, universe }) => {
        const programs = ['spl', 't22'] as const;
        const wrong = programs.map(name => universe.mints.get(name)!.account.tokenProgram);
        return other % 3 === 0 ? elsewhere.channel : wrong.find(address => address !== slot.tokenProgram)!;
    });

/** Faults that any instruction can have. */
const COMMON: readonly Fault[] = [
    {
        change: (instruction, { at, stranger }) =>
            withAccount(instruction, at % Math.max(1, instruction.accounts?.length ?? 0), stranger),
        name: 'stranger',
    },
    { change: withoutSigners, name: 'unsigned' },
    {
        change: (instruction, { at, elsewhere, other, slot }) => {
            const related = [
                elsewhere.channel,
                elsewhere.escrow,
                elsewhere.payerToken,
                elsewhere.payeeToken,
                elsewhere.payer.address,
                elsewhere.payee,
                elsewhere.mint,
                slot.channel,
                slot.escrow,
                slot.payerToken,
                slot.payeeToken,
                slot.treasuryToken,
                slot.payee,
            ];
            const index = at % Math.max(1, instruction.accounts?.length ?? 0);
            return withAccount(instruction, index, related[other % related.length]!);
        },
        name: 'confused account',
    },
    {
        change: (instruction, { at }) =>
            withoutAccount(instruction, at % Math.max(1, instruction.accounts?.length ?? 0)),
        name: 'account missing',
    },
    { change: (instruction, { stranger }) => withExtraAccount(instruction, stranger), name: 'extra account' },
    { change: (instruction, { at }) => withBytesCut(instruction, 1 + (at % 9)), name: 'data cut' },
    { change: (instruction, { at }) => withBytesAdded(instruction, 1 + (at % 35)), name: 'data longer' },
    {
        change: (instruction, { at, other }) =>
            withDataChanged(instruction, data => {
                if (data.length > 0) data[at % data.length]! ^= 1 << (other % 8);
            }),
        name: 'bit flipped',
    },
];

/** The plan of the call with something wrong in it; `head` is what stands before it in the data. */
const badPlans = (headLength: number): readonly Fault[] => {
    const replaced = (
        name: string,
        recipientsOf: (context: Context) => { recipient: Address; bps: number }[],
    ): Fault => ({
        change: (instruction, context) => {
            const head = Uint8Array.from(instruction.data ?? []).slice(0, headLength);
            const plan = getDistributeInstructionDataEncoder()
                .encode({ recipients: recipientsOf(context) })
                .slice(1);
            return withData(instruction, [...head, ...plan]);
        },
        name,
    });
    const [first, second] = [0, 1];
    const recipient = ({ universe }: Context, index: number) => universe.recipients[index]!;
    return [
        replaced('plan with 0 bps', context => [{ bps: 0, recipient: recipient(context, first) }]),
        replaced('plan with a duplicate', context => [
            { bps: 1, recipient: recipient(context, first) },
            { bps: 10_000, recipient: recipient(context, second) },
            { bps: 1, recipient: recipient(context, first) },
        ]),
        replaced('plan above the whole', context => [
            { bps: 10_000, recipient: recipient(context, first) },
            { bps: 1, recipient: recipient(context, second) },
        ]),
        replaced('plan of 33', ({ slot, universe }) =>
            [...universe.recipients, slot.payee].map(address => ({ bps: 1, recipient: address })),
        ),
        replaced('plan with the channel', ({ slot }) => [{ bps: 1, recipient: slot.channel }]),
        replaced('another plan', ({ slot }) => slot.splits.slice(1).map(split => ({ ...split }))),
    ];
};

/** Somebody with a key who is not the channel's signer. */
function intruderOf({ slot, universe }: Context): KeyPairSigner {
    return [...universe.sessions, ...universe.payers].find(({ address }) => address !== slot.session.address)!;
}

async function signedBy({ universe }: Context, voucher: Voucher, signer: KeyPairSigner): Promise<Instruction> {
    const { deployment } = universe;
    return getVerifyVoucherInstruction(await signVoucher(voucher, signer, deployment), deployment);
}

const voucherFaults: readonly Fault[] = [
    { all: async ([, settle]) => (settle ? [settle] : []), name: 'no precompile' },
    {
        all: async instructions => [...instructions.slice(0, -1), UNRELATED_INSTRUCTION, ...instructions.slice(-1)],
        name: 'something between',
    },
    { all: async instructions => [...instructions].reverse(), name: 'precompile after' },
    {
        all: async ([verify, settle]) => [withDataChanged(verify!, data => (data[1] = 1)), settle!],
        name: 'padding of the precompile',
    },
    { all: async ([verify, settle]) => [signatureBeforeKey(verify!), settle!], name: 'another packing' },
    { all: async ([, settle]) => [emptyVerification(), settle!], name: 'no signature in the precompile' },
    {
        all: async ([verify, settle]) => [withDataChanged(verify!, data => (data[60]! ^= 1)), settle!],
        name: 'bad signature',
    },
    {
        all: async ([verify], { built, universe }) => {
            const { cumulativeAmount } = built.voucher!;
            const voucher = { ...built.voucher!, cumulativeAmount: cumulativeAmount > 0n ? cumulativeAmount - 1n : 1n };
            return [verify!, withVoucher(universe, built, voucher)];
        },
        name: 'other amount than signed',
    },
    {
        all: async ([, settle], context) => {
            const { built } = context;
            return [await signedBy(context, built.voucher!, intruderOf(context)), settle!];
        },
        name: 'signed by another',
    },
    {
        all: async ([, settle], context) => {
            const voucher = { ...context.built.voucher!, expiresAt: 1n };
            return [await signedBy(context, voucher, intruderOf(context)), settle!];
        },
        name: 'another voucher signed by another',
    },
    {
        all: async (_, context) => {
            const { built, elsewhere, slot, universe } = context;
            const voucher = { ...built.voucher!, channelId: elsewhere.channel };
            return [await signedBy(context, voucher, slot.session), withVoucher(universe, built, voucher)];
        },
        name: 'voucher of another channel',
    },
    {
        all: async ([verify, settle], { at, slot }) => {
            const message = partsOf(verify!).message;
            message[at % 2]! ^= 0x80;
            return [await resigned(verify!, message, slot.session), settle!];
        },
        name: 'another first byte than the one of a voucher',
    },
];

/** Open slots of another channel, which may be one that nobody can open now. */
function openSlotFaults({ extraSeed }: RevisionFacts): readonly Fault[] {
    if (extraSeed === undefined) return [];
    const { inOpenData } = extraSeed;
    const moved = (name: string, by: bigint): Fault => ({
        change: (instruction, { world }) =>
            withDataChanged(instruction, data => {
                const view = new DataView(data.buffer);
                if (data.length >= inOpenData + 8) view.setBigUint64(inOpenData, world.slot + by, true);
            }),
        name,
    });
    return [
        moved('open slot of the next slot', 1n),
        moved('open slot behind the window', -1_501n),
        moved('first open slot of the window', -1_500n),
    ];
}

function specificFaults(facts: RevisionFacts): Readonly<Record<CallName, readonly Fault[]>> {
    /** By the place that the account has where no rent payer is listed. */
    const inOpen = (index: number) => placeOf(facts, 'open', index);
    const inDistribute = (index: number) => placeOf(facts, 'distribute', index);
    const rentPayerFaults = (name: CallName): readonly Fault[] => {
        const place = facts.rentPayer[name];
        if (place === undefined) return [];
        return [
            accountAt(
                place,
                'rent payer',
                ({ other, slot, universe }) => [slot.payee, slot.payer.address, universe.sponsor][other % 3]!,
            ),
        ];
    };
    const zeroed = (name: string, start: number, length: number): Fault => ({
        change: instruction => withDataChanged(instruction, data => data.fill(0, start, start + length)),
        name,
    });
    return {
        distribute: [
            accountAt(inDistribute(0), 'channel', ({ elsewhere }) => elsewhere.channel),
            accountAt(inDistribute(1), 'payer', ({ slot }) => slot.payee),
            accountAt(inDistribute(2), 'escrow', ({ elsewhere }) => elsewhere.escrow),
            accountAt(inDistribute(3), 'payer token', ({ slot }) => slot.payeeToken),
            accountAt(inDistribute(4), 'payee token', ({ slot }) => slot.payerToken),
            accountAt(inDistribute(5), 'treasury token', ({ slot }) => slot.payeeToken),
            accountAt(inDistribute(6), 'mint', ({ universe }) => universe.mints.get('t22ext')!.address),
            otherTokenProgram(inDistribute(7)),
            accountAt(inDistribute(8), 'event authority', ({ slot }) => slot.payee),
            accountAt(inDistribute(9), 'self program', ({ slot }) => slot.payee),
            accountAt(inDistribute(10), 'recipient token', ({ slot }) => slot.payerToken),
            ...rentPayerFaults('distribute'),
            ...badPlans(1),
        ],
        emitEvent: [accountAt(0, 'event authority', ({ slot }) => slot.payee)],
        finalize: [accountAt(0, 'channel', ({ elsewhere }) => elsewhere.channel)],
        open: [
            accountAt(inOpen(1), 'payee', ({ slot }) => slot.payer.address),
            accountAt(inOpen(3), 'authorized signer', ({ universe }) => universe.book.treasuryOwner),
            accountAt(inOpen(4), 'channel', ({ elsewhere }) => elsewhere.channel),
            accountAt(inOpen(5), 'payer token', ({ slot }) => slot.payeeToken),
            accountAt(inOpen(6), 'escrow', ({ elsewhere }) => elsewhere.escrow),
            otherTokenProgram(inOpen(7)),
            accountAt(inOpen(8), 'system program', ({ slot }) => slot.payee),
            accountAt(inOpen(9), 'rent', ({ slot }) => slot.payee),
            accountAt(inOpen(10), 'ATA program', ({ slot }) => slot.payee),
            accountAt(inOpen(11), 'event authority', ({ slot }) => slot.payee),
            accountAt(inOpen(12), 'self program', ({ slot }) => slot.payee),
            zeroed('deposit 0', 9, 8),
            zeroed('grace period 0', 17, 4),
            ...rentPayerFaults('open'),
            ...openSlotFaults(facts),
            ...badPlans(openHeadLength(facts)),
        ],
        requestClose: [accountAt(0, 'payer', ({ slot }) => slot.payee)],
        settle: [accountAt(1, 'sysvar', ({ slot }) => slot.payee)],
        settleAndFinalize: [
            accountAt(0, 'merchant', ({ slot }) => slot.payer.address),
            accountAt(2, 'sysvar', ({ slot }) => slot.payee),
            {
                change: (instruction, { at }) => withDataChanged(instruction, data => (data[data.length - 1] = at)),
                name: 'voucher flag',
            },
        ],
        topUp: [
            accountAt(0, 'payer', ({ slot }) => slot.payee),
            accountAt(2, 'payer token', ({ slot }) => slot.payeeToken),
            accountAt(3, 'escrow', ({ elsewhere }) => elsewhere.escrow),
            accountAt(4, 'mint', ({ universe }) => universe.mints.get('t22ext')!.address),
            otherTokenProgram(5),
            { change: instruction => withData(instruction, [3, 0, 0, 0, 0, 0, 0, 0, 0]), name: 'amount 0' },
        ],
        withdrawPayer: [
            accountAt(0, 'payer', ({ slot }) => slot.payee),
            accountAt(2, 'escrow', ({ elsewhere }) => elsewhere.escrow),
            accountAt(3, 'payer token', ({ slot }) => slot.payeeToken),
            accountAt(4, 'mint', ({ universe }) => universe.mints.get('t22ext')!.address),
            otherTokenProgram(5),
        ],
        reclaim: [accountAt(0, 'channel', ({ elsewhere }) => elsewhere.channel), ...rentPayerFaults('reclaim')],
    };
}

function faultsOf(facts: RevisionFacts, name: CallName, isPair: boolean): readonly Fault[] {
    return [...specificFaults(facts)[name], ...(isPair ? voucherFaults : []), ...COMMON];
}

/** How many faults there are to choose from in an instruction. */
export function countFaults(facts: RevisionFacts, name: CallName, isPair: boolean): number {
    return faultsOf(facts, name, isPair).length;
}

/** Applies the faults that were drawn for a call, and says which they were. */
export async function applyFaults(
    built: BuiltCall,
    picks: readonly FaultPick[],
    context: Omit<Context, 'at' | 'built' | 'other' | 'stranger'>,
): Promise<Readonly<{ instructions: readonly Instruction[]; names: readonly string[] }>> {
    let { instructions } = built;
    const names: string[] = [];
    for (const { at, other, which } of picks) {
        const strangers = context.universe.strangers;
        const full = { ...context, at, built, other, stranger: strangers[other % strangers.length]! };
        // A fault of the precompile needs a pair that no fault before it has taken apart.
        const own = instructions.findIndex(
            ({ programAddress }) => programAddress === context.universe.book.programAddress,
        );
        const isPair = built.voucher !== undefined && own === 1 && instructions[0] === built.instructions[0];
        const faults = faultsOf(context.universe.facts, built.name, isPair);
        const fault = faults[which % faults.length]!;
        names.push(fault.name);
        if ('all' in fault) instructions = await fault.all(instructions, full);
        else
            instructions = instructions.map((instruction, i) =>
                i === own ? fault.change(instruction, full) : instruction,
            );
    }
    return { instructions, names };
}
