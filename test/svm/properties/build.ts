import { createNoopSigner, type Address, type Instruction } from '@solana/kit';

import { getReclaimInstruction } from '../../../generated/epoch';
import {
    getEmitEventInstruction,
    getSettleAndFinalizeInstructionDataEncoder,
    getSettleInstructionDataEncoder,
} from '../../../generated/tombstone';
import { getDistributeInstructionAsync } from '../../../src/instructions/distribute';
import { getFinalizeInstruction } from '../../../src/instructions/finalize';
import { getOpenInstructionAsync } from '../../../src/instructions/open';
import { getRequestCloseInstruction } from '../../../src/instructions/request-close';
import { getSettleInstructions } from '../../../src/instructions/settle';
import { getSettleAndFinalizeInstructions } from '../../../src/instructions/settle-and-finalize';
import { getTopUpInstructionAsync } from '../../../src/instructions/top-up';
import { getWithdrawPayerInstructionAsync } from '../../../src/instructions/withdraw-payer';
import { signVoucher } from '../../../src/voucher/sign-voucher';
import { type SignedVoucher, type Voucher } from '../../../src/voucher/voucher';
import {
    I64_MAX,
    STATUS_CLOSING,
    STATUS_DISTRIBUTED,
    STATUS_OPEN,
    U64_MAX,
    type ChannelAccount,
    type TokenAccount,
    type World,
} from '../model';
import { type AmountPick, type Call, type CallName, type ExpiryPick } from './scenario';
import { type Slot } from './slot';
import { type Universe } from './universe';
import { OPENED } from '../../fixtures/deployment';

/** The instructions of one call as the toolkit builds them: the last one is the program's. */
export type BuiltCall = Readonly<{
    name: CallName;
    instructions: readonly Instruction[];
    voucher?: Voucher;
    /** What was chosen, for a person to read. */
    note: string;
}>;

export async function buildCall(universe: Universe, world: World, slot: Slot, call: Call): Promise<BuiltCall> {
    const channel = channelOf(world, slot);
    const name = call.name === 'next' ? nextOf(world, slot, call) : call.name;
    const config = universe.deployment;
    const { mint, payee, payer, tokenProgram } = slot;
    const common = { channel: slot.channel, mint, payer, tokenProgram };
    switch (name) {
        case 'open': {
            const deposit = amountOf(call, 0n, balanceOf(world, slot.payerToken));
            const { authorizedSigner, openSlot, salt } = slot.seeds;
            const dated = { openSlot, rentPayer: createNoopSigner(slot.rentPayer) };
            const instruction = await getOpenInstructionAsync(
                {
                    ...OPENED,
                    authorizedSigner,
                    // The builder refuses what the program refuses; a fault can still put a 0 into the data.
                    deposit: deposit === 0n ? 1n : deposit,
                    // The one kind of transaction that has room for 32 recipients; the arena does not mind.
                    distribution: { version: 1 },
                    gracePeriodSeconds: slot.gracePeriod,
                    mint,
                    payee,
                    payer,
                    salt,
                    splits: slot.splits,
                    tokenProgram,
                    ...dated,
                },
                config,
            );
            return { instructions: [instruction], name, note: `deposit ${deposit}` };
        }
        case 'settle': {
            const signed = await signFor(universe, world, slot, call);
            return {
                instructions: getSettleInstructions({ voucher: signed }, config),
                name,
                note: describeVoucher(signed),
                voucher: signed.voucher,
            };
        }
        case 'topUp': {
            const ceiling = balanceOf(world, slot.payerToken);
            // The last u64 that the deposit leaves room for is as much of a limit as the balance is.
            const room = U64_MAX - (channel?.deposit ?? 0n);
            const amount = amountOf(call, 0n, call.part % 5 === 0 ? room : ceiling) || 1n;
            const instruction = await getTopUpInstructionAsync({ ...common, amount }, config);
            return { instructions: [instruction], name, note: `amount ${amount}` };
        }
        case 'settleAndFinalize': {
            const merchant = createNoopSigner(payee);
            if (!call.hasVoucher) {
                const input = { channel: slot.channel, payee: merchant };
                return { instructions: getSettleAndFinalizeInstructions(input, config), name, note: 'no voucher' };
            }
            const voucher = await signFor(universe, world, slot, call);
            const input = { channel: slot.channel, payee: merchant, voucher };
            return {
                instructions: getSettleAndFinalizeInstructions(input, config),
                name,
                note: describeVoucher(voucher),
                voucher: voucher.voucher,
            };
        }
        case 'requestClose':
            return { instructions: [getRequestCloseInstruction(common, config)], name, note: '' };
        case 'finalize':
            return { instructions: [getFinalizeInstruction(common, config)], name, note: '' };
        case 'distribute': {
            const input = { ...common, payee, payer: payer.address, rentPayer: slot.rentPayer, splits: slot.splits };
            const instruction = await cached(slot, () => getDistributeInstructionAsync(input, config));
            return { instructions: [instruction], name, note: `${slot.splits.length} recipients` };
        }
        case 'withdrawPayer':
            return { instructions: [await getWithdrawPayerInstructionAsync(common, config)], name, note: '' };
        case 'emitEvent': {
            const eventAuthority = createNoopSigner(universe.book.eventAuthority);
            return { instructions: [getEmitEventInstruction({ eventAuthority }, config)], name, note: '' };
        }
        case 'reclaim': {
            const instruction = getReclaimInstruction({ channel: slot.channel, rentPayer: slot.rentPayer }, config);
            return { instructions: [instruction], name, note: '' };
        }
    }
}

/** Deriving the accounts of 32 recipients takes longer than everything else: it is done once for each slot. */
const distributes = new WeakMap<Slot, Promise<Instruction>>();
function cached(slot: Slot, build: () => Promise<Instruction>): Promise<Instruction> {
    const instruction = distributes.get(slot) ?? build();
    distributes.set(slot, instruction);
    return instruction;
}

export function channelOf(world: World, slot: Slot): ChannelAccount | undefined {
    const account = world.accounts.get(slot.channel);
    return account?.kind === 'channel' ? account : undefined;
}

export function balanceOf(world: World, address: Address): bigint {
    return (world.accounts.get(address) as TokenAccount | undefined)?.amount ?? 0n;
}

/** An instruction that has a good chance to succeed where the channel is. */
function nextOf(world: World, slot: Slot, { part }: Call): CallName {
    const from = (names: readonly CallName[]) => names[part % names.length]!;
    const account = world.accounts.get(slot.channel);
    // Nothing succeeds on a tombstone; and an address with lamports can't be opened.
    if (account?.kind === 'tombstone') {
        return from(['open', 'settle', 'topUp', 'settleAndFinalize', 'requestClose', 'finalize', 'withdrawPayer']);
    }
    const channel = channelOf(world, slot);
    if (!channel) return 'open';
    if (channel.status === STATUS_OPEN) {
        const isPaid = channel.settled > channel.payoutWatermark;
        const pay: CallName = isPaid ? 'distribute' : 'settle';
        return from([pay, 'settle', pay, 'topUp', pay, 'settle', 'settleAndFinalize', pay, 'requestClose', 'settle']);
    }
    if (channel.status === STATUS_CLOSING) {
        const isOver = world.now >= channel.closureStartedAt + BigInt(channel.gracePeriod);
        return isOver
            ? 'finalize'
            : from(['settleAndFinalize', 'finalize', 'settleAndFinalize', 'settle', 'distribute']);
    }
    if (channel.status === STATUS_DISTRIBUTED)
        return from(['reclaim', 'reclaim', 'distribute', 'settle', 'withdrawPayer']);
    return from(['withdrawPayer', 'distribute', 'distribute', 'settle']);
}

/** An amount by its description, above a floor and up to a limit: the limits of what a channel accepts. */
function amountOf({ amount, part }: { amount: AmountPick; part: number }, floor: bigint, limit: bigint): bigint {
    const inRange = (value: bigint) => (value < 0n ? 0n : value > U64_MAX ? U64_MAX : value);
    // Deposits of a few million base units are where the rounding of shares shows.
    const small = limit - floor > 10_000_000n ? floor + 10_000_000n : limit;
    const amounts: Record<AmountPick, bigint> = {
        floor: floor,
        'floor+1': floor + 1n,
        limit: limit,
        'limit+1': limit + 1n,
        'limit-1': limit - 1n,
        max: U64_MAX,
        most: floor + ((limit - floor) * BigInt(part)) / 10_000n,
        one: 1n,
        some: floor + 1n + ((small - floor) * BigInt(part)) / 20_000n,
        zero: 0n,
    };
    return inRange(amounts[amount]);
}

function expiryOf(pick: ExpiryPick, now: bigint): bigint {
    const inRange = (value: bigint) => (value > I64_MAX ? I64_MAX : value < -I64_MAX - 1n ? -I64_MAX - 1n : value);
    const expiries: Record<ExpiryPick, bigint> = {
        far: now + 1_000_000n,
        'i64 max': I64_MAX,
        'i64 min': -I64_MAX - 1n,
        negative: -5n,
        never: 0n,
        now: now,
        'now+1': now + 1n,
        'now-1': now - 1n,
    };
    return inRange(expiries[pick]);
}

async function signFor({ deployment: config }: Universe, world: World, slot: Slot, call: Call): Promise<SignedVoucher> {
    const channel = channelOf(world, slot);
    const voucher = {
        channelId: slot.channel,
        cumulativeAmount: amountOf(call, channel?.settled ?? 0n, channel?.deposit ?? 1_000_000n),
        expiresAt: expiryOf(call.expiry, world.now),
    };
    return await signVoucher(voucher, slot.session, config);
}

const describeVoucher = ({ voucher }: SignedVoucher) =>
    `voucher ${voucher.cumulativeAmount}` + (voucher.expiresAt === 0n ? '' : ` until ${voucher.expiresAt}`);

/** The data of a settling instruction with another voucher in it than the signed one, where it holds one at all. */
export function withVoucher({ facts }: Universe, { instructions, name }: BuiltCall, voucher: Voucher): Instruction {
    const instruction = instructions.at(-1)!;
    if (!facts.hasVoucherInData) return instruction;
    const data =
        name === 'settle'
            ? getSettleInstructionDataEncoder().encode({ voucher })
            : getSettleAndFinalizeInstructionDataEncoder().encode({ hasVoucher: 1, voucher });
    return { ...instruction, data: new Uint8Array(data) };
}
