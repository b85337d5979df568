import { type Address, type Instruction, type KeyPairSigner } from '@solana/kit';

import { getOpenInstructionDataEncoder, getDistributeInstructionDataEncoder } from '../../../generated/tombstone';
import { signVoucher } from '../../../src/voucher/sign';
import { getVerifyVoucherInstruction } from '../../../src/voucher/ed25519';
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
import { emptyVerification, signatureBeforeKey } from '../ed25519';
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

const reopened = (context: Context, change: (args: { deposit: bigint; gracePeriod: number }) => void): Uint8Array => {
    const args = { deposit: 1n, gracePeriod: context.slot.gracePeriod };
    change(args);
    const { slot } = context;
    return new Uint8Array(
        getOpenInstructionDataEncoder().encode({ ...args, recipients: [...slot.splits], salt: slot.seeds.salt }),
    );
};

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
        all: async ([verify], { built }) => {
            const { cumulativeAmount } = built.voucher!;
            const voucher = { ...built.voucher!, cumulativeAmount: cumulativeAmount > 0n ? cumulativeAmount - 1n : 1n };
            return [verify!, withData(built.instructions.at(-1)!, withVoucher(built.name, voucher))];
        },
        name: 'other amount than signed',
    },
    {
        all: async ([, settle], context) => {
            const { built } = context;
            return [getVerifyVoucherInstruction(await signVoucher(built.voucher!, intruderOf(context))), settle!];
        },
        name: 'signed by another',
    },
    {
        all: async ([, settle], context) => {
            const voucher = { ...context.built.voucher!, expiresAt: 1n };
            return [getVerifyVoucherInstruction(await signVoucher(voucher, intruderOf(context))), settle!];
        },
        name: 'another voucher signed by another',
    },
    {
        all: async ([, settle], { built, elsewhere, slot }) => {
            const voucher = { ...built.voucher!, channelId: elsewhere.channel };
            const signed = await signVoucher(voucher, slot.session);
            return [getVerifyVoucherInstruction(signed), withData(settle!, withVoucher(built.name, voucher))];
        },
        name: 'voucher of another channel',
    },
];

const SPECIFIC: Readonly<Record<CallName, readonly Fault[]>> = {
    distribute: [
        accountAt(0, 'channel', ({ elsewhere }) => elsewhere.channel),
        accountAt(1, 'payer', ({ slot }) => slot.payee),
        accountAt(2, 'escrow', ({ elsewhere }) => elsewhere.escrow),
        accountAt(3, 'payer token', ({ slot }) => slot.payeeToken),
        accountAt(4, 'payee token', ({ slot }) => slot.payerToken),
        accountAt(5, 'treasury token', ({ slot }) => slot.payeeToken),
        accountAt(6, 'mint', ({ universe }) => universe.mints.get('t22ext')!.address),
        otherTokenProgram(7),
        accountAt(8, 'event authority', ({ slot }) => slot.payee),
        accountAt(9, 'self program', ({ slot }) => slot.payee),
        accountAt(10, 'recipient token', ({ slot }) => slot.payerToken),
        ...badPlans(1),
    ],
    emitEvent: [accountAt(0, 'event authority', ({ slot }) => slot.payee)],
    finalize: [accountAt(0, 'channel', ({ elsewhere }) => elsewhere.channel)],
    open: [
        accountAt(1, 'payee', ({ slot }) => slot.payer.address),
        accountAt(3, 'authorized signer', ({ universe }) => universe.book.treasuryOwner),
        accountAt(4, 'channel', ({ elsewhere }) => elsewhere.channel),
        accountAt(5, 'payer token', ({ slot }) => slot.payeeToken),
        accountAt(6, 'escrow', ({ elsewhere }) => elsewhere.escrow),
        otherTokenProgram(7),
        accountAt(8, 'system program', ({ slot }) => slot.payee),
        accountAt(9, 'rent', ({ slot }) => slot.payee),
        accountAt(10, 'ATA program', ({ slot }) => slot.payee),
        accountAt(11, 'event authority', ({ slot }) => slot.payee),
        accountAt(12, 'self program', ({ slot }) => slot.payee),
        {
            change: (instruction, context) =>
                withData(
                    instruction,
                    reopened(context, args => (args.deposit = 0n)),
                ),
            name: 'deposit 0',
        },
        {
            change: (instruction, context) =>
                withData(
                    instruction,
                    reopened(context, args => (args.gracePeriod = 0)),
                ),
            name: 'grace period 0',
        },
        ...badPlans(21),
    ],
    requestClose: [accountAt(0, 'payer', ({ slot }) => slot.payee)],
    settle: [accountAt(1, 'sysvar', ({ slot }) => slot.payee)],
    settleAndFinalize: [
        accountAt(0, 'merchant', ({ slot }) => slot.payer.address),
        accountAt(2, 'sysvar', ({ slot }) => slot.payee),
        {
            change: (instruction, { at }) => withDataChanged(instruction, data => (data[49] = at)),
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
};

function faultsOf(name: CallName, isPair: boolean): readonly Fault[] {
    return [...SPECIFIC[name], ...(isPair ? voucherFaults : []), ...COMMON];
}

/** How many faults there are to choose from in an instruction. */
export function countFaults(name: CallName, isPair: boolean): number {
    return faultsOf(name, isPair).length;
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
        const faults = faultsOf(built.name, isPair);
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
