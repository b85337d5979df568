import { isOffCurveAddress, type Address } from '@solana/kit';

import { acceptVoucher, emit, isAssociatedToken, load, requireAssociatedToken, share, tokenContext } from './checks';
import { openHeadLength, placeOf } from '../revisions';
import { C9, takeAccounts, takeRentPayer, type Draft, type Frame } from './draft';
import {
    closeToken,
    createAssociatedToken,
    createChannelAccount,
    flush,
    transferChecked,
    type Transfer,
} from './effects';
import { parseFixed, parsePlan, parseVoucher, u32, u64 } from './parse';
import { openedEvent, payOut } from './payout';
import { builtin, refuse } from './refusal';
import {
    I64_MAX,
    RENT_SYSVAR,
    rentFor,
    STATUS_CLOSING,
    STATUS_DISTRIBUTED,
    STATUS_FINALIZED,
    STATUS_OPEN,
    TOMBSTONE_LENGTH,
    U64_MAX,
    type ChannelAccount,
    type TokenAccount,
} from './world';

// docs/program.md, section 7, one function for each instruction. Every line that refuses is a numbered step, in its
// order.

const NOT_ENOUGH_KEYS = builtin('NotEnoughAccountKeys');

export function execute(frame: Frame): void {
    const instructions = frame.facts.openSlotWindow === undefined ? INSTRUCTIONS : DATED_INSTRUCTIONS;
    const instruction = instructions.get(frame.data[0] ?? -1);
    if (!instruction) refuse('InvalidInstructionData');
    instruction(frame);
}

const INSTRUCTIONS = new Map<number, (frame: Frame) => void>([
    [1, open],
    [2, settle],
    [3, topUp],
    [4, settleAndFinalize],
    [5, requestClose],
    [6, finalize],
    [7, distribute],
    [8, withdrawPayer],
    [228, emitEvent],
]);
/** Those of a revision that dates its channels. */
const DATED_INSTRUCTIONS = new Map([...INSTRUCTIONS, [9, reclaim]]);

function open(frame: Frame): void {
    const { draft, facts } = frame;
    const { hash, openSlotWindow } = facts;
    if (frame.data.length < openHeadLength(facts)) refuse('InvalidInstructionData');
    const args = frame.data.subarray(1);
    const [salt, deposit, gracePeriod] = [u64(args, 0), u64(args, 8), u32(args, 16)];
    const openSlot = openSlotWindow === undefined ? 0n : u64(args, 20);
    const plan = parsePlan(frame.data.subarray(openHeadLength(facts)));
    takeAccounts(frame, placeOf(facts, 'open', 13), NOT_ENOUGH_KEYS);
    const { others, rentPayer } = takeRentPayer(frame, 'open', frame.addresses[0]!);
    const [payer, payee, mint, authorizedSigner, channel, payerToken, escrow, tokenProgram] = others as Address[];
    const [rent, eventAuthority] = [others[9]!, others[11]!];

    if (!frame.isSigner(payer!)) refuse(1);
    if (!frame.isSigner(rentPayer)) refuse(1);
    if (payer === payee) refuse(2001);
    if (deposit === 0n) refuse(200);
    if (gracePeriod === 0) refuse(201);
    if (isOffCurveAddress(authorizedSigner!)) refuse(2002);
    if (openSlotWindow !== undefined && (openSlot > draft.slot || draft.slot - openSlot > openSlotWindow)) refuse(2003);
    const isDerived = (address: Address) => {
        const seeds = draft.book.channelAt(address);
        return (
            seeds?.payer === payer &&
            seeds?.payee === payee &&
            seeds?.mint === mint &&
            seeds?.authorizedSigner === authorizedSigner &&
            seeds?.salt === salt &&
            seeds?.openSlot === openSlot
        );
    };
    if (plan.entries.some(({ recipient }) => isDerived(recipient))) refuse(261);
    if (!isDerived(channel!)) refuse(2000);
    const token = tokenContext(draft, mint!, tokenProgram!);
    if (!isAssociatedToken(draft, escrow!, channel!, token)) refuse(50);
    requireAssociatedToken(draft, 'payer', payerToken!, payer!, token);
    if (rent !== RENT_SYSVAR) refuse('InvalidArgument');

    createChannelAccount(frame, rentPayer, channel!, {
        authorizedSigner: authorizedSigner!,
        bump: draft.book.channelAt(channel!)!.bump,
        closureStartedAt: 0n,
        deposit,
        distributionHash: hash(plan.preimage),
        gracePeriod,
        kind: 'channel',
        lamports: 0n,
        mint: mint!,
        openSlot,
        payee: payee!,
        payer: payer!,
        payerWithdrawnAt: 0n,
        payoutWatermark: 0n,
        rentPayer,
        salt,
        settled: 0n,
        status: STATUS_OPEN,
    });
    createAssociatedToken(frame, rentPayer, escrow!, channel!, token);
    transferChecked(frame, { amount: deposit, destination: escrow!, source: payerToken! }, token);
    emit(frame, eventAuthority, openedEvent(channel!, openSlot, facts));
}

function settle(frame: Frame): void {
    const { facts } = frame;
    const voucher = facts.hasVoucherInData
        ? parseVoucher(parseFixed(frame.data, 1 + facts.voucherLength), facts)
        : undefined;
    const [address, sysvar] = takeAccounts(frame, 2, NOT_ENOUGH_KEYS) as [Address, Address];
    const channel = load(frame.draft, address);
    if (channel.status !== STATUS_OPEN) refuse(2);
    const settled = acceptVoucher(frame, address, channel, voucher, sysvar);
    frame.draft.put(address, { ...channel, settled });
}

function topUp(frame: Frame): void {
    const { draft } = frame;
    const amount = u64(parseFixed(frame.data, 9), 0);
    const [payer, address, payerToken, escrow, mint, tokenProgram] = takeAccounts(frame, 6, C9) as Address[];
    if (!frame.isSigner(payer!)) refuse(1);
    if (amount === 0n) refuse(200);
    const channel = load(draft, address!);
    if (channel.status !== STATUS_OPEN) refuse(2);
    if (payer !== channel.payer) refuse(5);
    if (mint !== channel.mint) refuse(7);
    const token = tokenContext(draft, mint, tokenProgram!);
    requireAssociatedToken(draft, 'channel', escrow!, address!, token);
    requireAssociatedToken(draft, 'payer', payerToken!, payer, token);
    const deposit = channel.deposit + amount;
    if (deposit > U64_MAX) refuse(2100);
    draft.put(address!, { ...channel, deposit });
    transferChecked(frame, { amount, destination: escrow!, source: payerToken! }, token);
}

function settleAndFinalize(frame: Frame): void {
    const { facts } = frame;
    const copyLength = facts.hasVoucherInData ? facts.voucherLength : 0;
    const args = parseFixed(frame.data, 1 + copyLength + 1);
    const [merchant, address, sysvar] = takeAccounts(frame, 3, C9) as [Address, Address, Address];
    if (!frame.isSigner(merchant)) refuse(1);
    const channel = load(frame.draft, address);
    if (channel.status === STATUS_FINALIZED || channel.status === STATUS_DISTRIBUTED) refuse(2);
    if (channel.status === STATUS_CLOSING && frame.now >= deadlineOf(channel, 'ArithmeticOverflow')) refuse(2);
    if (merchant !== channel.payee) refuse(6);
    const copy = facts.hasVoucherInData ? parseVoucher(args, facts) : undefined;
    const settled = args[copyLength] === 0 ? channel.settled : acceptVoucher(frame, address, channel, copy, sysvar);
    frame.draft.put(address, { ...channel, closureStartedAt: 0n, settled, status: STATUS_FINALIZED });
}

function requestClose(frame: Frame): void {
    const [payer, address] = takeAccounts(frame, 2, C9) as [Address, Address];
    if (!frame.isSigner(payer)) refuse(1);
    const channel = load(frame.draft, address);
    if (channel.status !== STATUS_OPEN) refuse(2);
    if (payer !== channel.payer) refuse(5);
    frame.draft.put(address, { ...channel, closureStartedAt: frame.now, status: STATUS_CLOSING });
}

function finalize(frame: Frame): void {
    const [address] = takeAccounts(frame, 1, NOT_ENOUGH_KEYS) as [Address];
    const channel = load(frame.draft, address);
    if (channel.status !== STATUS_CLOSING) refuse(2);
    if (frame.now < deadlineOf(channel, 2200)) refuse(frame.facts.beforeDeadline);
    frame.draft.put(address, { ...channel, closureStartedAt: 0n, status: STATUS_FINALIZED });
}

function deadlineOf(channel: ChannelAccount, overflow: number | string): bigint {
    const deadline = channel.closureStartedAt + BigInt(channel.gracePeriod);
    if (deadline > I64_MAX) refuse(overflow);
    return deadline;
}

function withdrawPayer(frame: Frame): void {
    const { draft } = frame;
    const [payer, address, escrow, payerToken, mint, tokenProgram] = takeAccounts(frame, 6, C9) as Address[];
    if (!frame.isSigner(payer!)) refuse(1);
    const channel = load(draft, address!);
    if (channel.status !== STATUS_FINALIZED) refuse(2);
    if (payer !== channel.payer) refuse(5);
    if (channel.payerWithdrawnAt !== 0n) refuse(2300);
    if (mint !== channel.mint) refuse(7);
    const token = tokenContext(draft, mint, tokenProgram!);
    requireAssociatedToken(draft, 'channel', escrow!, address!, token);
    requireAssociatedToken(draft, 'payer', payerToken!, payer, token);
    draft.put(address!, { ...channel, payerWithdrawnAt: frame.now });
    const amount = channel.deposit - channel.settled;
    if (amount < 0n) refuse(2301);
    if (amount > 0n) transferChecked(frame, { amount, destination: payerToken!, source: escrow! }, token);
}

function distribute(frame: Frame): void {
    const { draft } = frame;
    const plan = parsePlan(frame.data.subarray(1));
    if (frame.addresses.length < placeOf(frame.facts, 'distribute', 10)) refuse('NotEnoughAccountKeys');
    const { others, rentPayer } = takeRentPayer(frame, 'distribute', frame.addresses[1]!);
    const [address, payer, escrow, payerToken, payeeToken, treasury, mint, tokenProgram] = others as Address[];
    const eventAuthority = others[8]!;
    const recipientTokens = others.slice(10);

    const channel = load(draft, address!);
    if (channel.status === STATUS_CLOSING || channel.status === STATUS_DISTRIBUTED) refuse(2400);
    const isFinal = channel.status === STATUS_FINALIZED;
    if (payer !== channel.payer) refuse(5);
    if (mint !== channel.mint) refuse(7);
    if (rentPayer !== channel.rentPayer) refuse(10);
    const token = tokenContext(draft, mint, tokenProgram!);
    requireAssociatedToken(draft, 'channel', escrow!, address!, token);
    requireAssociatedToken(draft, 'treasury', treasury!, draft.book.treasuryOwner, token);
    if (!Buffer.from(frame.facts.hash(plan.preimage)).equals(channel.distributionHash)) refuse(2407);
    if (recipientTokens.length !== plan.entries.length) refuse(2409);
    if (!isFinal && channel.payoutWatermark > channel.settled) refuse(2410);
    if (!isFinal && channel.payoutWatermark === channel.settled) refuse(2408);

    const ctx = { channel: address!, escrow: escrow!, eventAuthority, frame, token, treasury: treasury! };
    const queue: Transfer[] = [];
    plan.entries.forEach(({ bps, recipient }, index) => {
        queue.push(...payOut(ctx, 'recipient', recipientTokens[index]!, recipient, share(channel, bps)));
    });
    queue.push(...payOut(ctx, 'payee', payeeToken!, channel.payee, share(channel, plan.payeeBps)));
    if (!isFinal) {
        flush(frame, queue, token);
        draft.put(address!, { ...channel, payoutWatermark: channel.settled });
        return;
    }
    if (channel.payerWithdrawnAt === 0n && channel.deposit > channel.settled) {
        queue.push(...payOut(ctx, 'payer', payerToken!, channel.payer, channel.deposit - channel.settled));
    }
    const queued = queue.reduce((sum, { amount }) => sum + amount, 0n);
    const sweep = (draft.accounts.get(escrow!) as TokenAccount).amount - queued;
    if (sweep < 0n) refuse(2411);
    if (sweep > 0n) queue.push({ amount: sweep, destination: treasury!, source: escrow! });
    flush(frame, queue, token);
    closeToken(frame, escrow!, rentPayer, token);
    if (frame.facts.openSlotWindow === undefined) leaveTombstone(draft, address!, rentPayer);
    else if (isWindowOver(frame, channel)) deallocate(draft, address!, rentPayer);
    else draft.put(address!, { ...channel, status: STATUS_DISTRIBUTED });
}

/** Section 7.9, steps 2 to 6. */
function leaveTombstone(draft: Draft, address: Address, payer: Address): void {
    const rent = rentFor(TOMBSTONE_LENGTH);
    const freed = draft.lamportsOf(address) - rent;
    if (freed < 0n) refuse(2411);
    if (draft.lamportsOf(payer) + freed > U64_MAX) refuse(2412);
    draft.put(address, { kind: 'tombstone', lamports: rent });
    draft.addLamports(payer, freed);
}

/** Whether the address of a channel can't be opened any more. */
function isWindowOver({ draft, facts }: Frame, { openSlot }: ChannelAccount): boolean {
    const last = openSlot + facts.openSlotWindow!;
    if (last > U64_MAX) refuse('ArithmeticOverflow');
    return draft.slot > last;
}

/** Epoch 6.3. */
function deallocate(draft: Draft, address: Address, rentPayer: Address): void {
    const freed = draft.lamportsOf(address);
    if (draft.lamportsOf(rentPayer) + freed > U64_MAX) refuse(2412);
    draft.accounts.delete(address);
    draft.addLamports(rentPayer, freed);
}

/** Epoch 7.9. */
function reclaim(frame: Frame): void {
    const [address, rentPayer] = takeAccounts(frame, 2, NOT_ENOUGH_KEYS) as [Address, Address];
    const channel = load(frame.draft, address);
    if (channel.status !== STATUS_DISTRIBUTED) refuse(2);
    if (rentPayer !== channel.rentPayer) refuse(10);
    if (!isWindowOver(frame, channel)) refuse(2414);
    deallocate(frame.draft, address, rentPayer);
}

function emitEvent(frame: Frame): void {
    const [authority] = takeAccounts(frame, 1, C9) as [Address];
    if (!frame.isSigner(authority)) refuse(1);
    if (authority !== frame.book.eventAuthority) refuse(8);
}
