import type { Address } from '@solana/kit';

import { toResult } from '../../core/json-form';
import {
    assertIsStateOf,
    getLiveChannelState,
    isFinalizable,
    isLiveChannelState,
    type ChannelState,
    type LiveChannelState,
} from '../../channel/channel-state';
import { type Deployment } from '../../revision/deployment';
import { assertHasNoMisspelt, getListLength, toAddress, toTokenProgram } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import { compareVouchers } from '../../voucher/compare-vouchers';
import { checkVoucherToSettle } from '../../voucher/check-voucher';
import { refuse as refuseVoucher, type VoucherRefusal } from '../../voucher/voucher-verdict';
import { toSignedVoucher, type SignedVoucher } from '../../voucher/voucher';
import type { BatchDistribution, BatchItem } from './batch-input';
import { skip, type Skipped, type SkippedReason } from './skipped';
import { refuse, type CheckedOptions } from './batch-options';
import { toParty, type Party } from '../../runtime/party';

/** The action on a channel before it may be distributed. */
export type SettleForm = 'finalize' | 'finalizeByPayee' | 'none' | 'settle' | 'settleAndFinalize';

/** The plan for a channel, without its distribution. */
export type Selection = Readonly<{
    /** Place of its first item in the batch, and of the item whose voucher is settled. */
    index: number;
    voucherIndex: number | undefined;
    channel: LiveChannelState<RevisionName>;
    form: SettleForm;
    /** The voucher that `settle` and `settleAndFinalize` settle. */
    voucher: SignedVoucher | undefined;
    /** Whether less time than the margin is left to settle the voucher. */
    isLate: boolean;
    payee: Party;
    tokenProgram: Address;
    distribution: BatchDistribution | undefined;
}>;

type ChannelItems = {
    channel: ChannelState<RevisionName>;
    vouchers: { index: number; isValid: boolean | undefined; signed: SignedVoucher }[];
    index: number;
    /** The payees that the items name, in their order; the first one has to be the channel's. */
    payees: Party[];
    tokenProgram: Address | undefined;
    distribution: BatchDistribution | undefined;
};

/** A batch item in words, for messages. */
export const ITEMS = 'an array of { channel, voucher, … }';

/**
 * Chooses, for each channel, the highest voucher that the chain will accept and the form that it accepts it in.
 *
 * @throws As `planBatchSettle`, for what is wrong with the form of an item.
 */
export function selectVouchers(
    items: readonly BatchItem<RevisionName>[],
    options: CheckedOptions,
    skipped: Skipped[],
    deployment: Deployment,
): readonly Selection[] {
    const selections: Selection[] = [];
    for (const channelItems of groupByChannel(items, deployment).values()) {
        const selection = select(channelItems, options, skipped, deployment);
        if (selection !== undefined) selections.push(selection);
    }
    return selections;
}

const OPTIONAL_NAMES = ['distribution', 'isSignatureValid', 'payee', 'tokenProgram', 'voucher'] as const;

/** Leaving a member out changes the plan, so a misspelt name is refused. */
export function assertIsItemSpeltRight(field: string, item: BatchItem<RevisionName>): void {
    const skipped = OPTIONAL_NAMES.filter(name => item[name] === undefined);
    assertHasNoMisspelt(field, item, skipped, 'BATCH_INVALID');
}

function groupByChannel(
    items: readonly BatchItem<RevisionName>[],
    deployment: Deployment,
): ReadonlyMap<Address, ChannelItems> {
    if (getListLength(items) === undefined) refuse('items', items, ITEMS);
    const channels = new Map<Address, ChannelItems>();
    for (const [index, item] of (items as readonly BatchItem<RevisionName>[]).entries()) {
        const field = `items[${index}]`;
        if (typeof item !== 'object' || (item as unknown) === null) refuse(field, item, '{ channel, voucher, … }');
        assertIsItemSpeltRight(field, item);
        const channel = toChannelState(`${field}.channel`, item.channel, deployment);
        const payee = item.payee === undefined ? undefined : toParty(`${field}.payee`, item.payee);
        const tokenProgram =
            item.tokenProgram === undefined ? undefined : toTokenProgram(`${field}.tokenProgram`, item.tokenProgram);
        const { distribution, isSignatureValid } = item;
        if (distribution !== undefined && typeof (distribution as unknown) !== 'object') {
            refuse(`${field}.distribution`, distribution, '{ splits, accounts }');
        }
        let entry = channels.get(channel.address);
        if (entry === undefined) {
            entry = { channel, distribution, index, payees: [], tokenProgram, vouchers: [] };
            channels.set(channel.address, entry);
        } else {
            // Which of two states is the newer one, only the caller can know.
            if (!isSameState(entry.channel, channel)) {
                refuse(`${field}.channel`, item.channel, 'the same state as in an item of the same channel before');
            }
            entry.distribution ??= distribution;
            entry.tokenProgram ??= tokenProgram;
        }
        if (payee !== undefined) entry.payees.push(payee);
        if (item.voucher !== undefined) {
            if (isSignatureValid !== undefined && typeof isSignatureValid !== 'boolean') {
                refuse(`${field}.isSignatureValid`, isSignatureValid, 'true or false');
            }
            entry.vouchers.push({ index, isValid: isSignatureValid, signed: toSignedVoucher(item.voucher) });
        }
    }
    return channels;
}

function toChannelState(
    field: string,
    value: BatchItem<RevisionName>['channel'],
    deployment: Deployment,
): ChannelState<RevisionName> {
    if (typeof value !== 'object' || (value as unknown) === null) refuse(field, value, 'the state of a channel');
    const address = toAddress(`${field}.address`, value.address);
    if ('kind' in value) {
        assertIsStateOf(deployment, value, field);
        if (isLiveChannelState(value)) assertIsAccount(`${field}.channel`, value.channel);
        return value;
    }
    assertIsAccount(`${field}.channel`, value.channel);
    const state = getLiveChannelState<RevisionName>(address, value.channel, deployment) as
        LiveChannelState<RevisionName> | undefined;
    return state ?? refuse(`${field}.channel.status`, value.channel.status, 'a status that the program knows');
}

const ADDRESSES = ['authorizedSigner', 'mint', 'payee', 'payer'] as const;

/** The fields of a channel's account that a plan uses. */
function assertIsAccount(field: string, account: LiveChannelState<RevisionName>['channel']): void {
    const expected = 'the decoded account of a channel';
    if (typeof account !== 'object' || (account as unknown) === null) refuse(field, account, expected);
    const { closureStartedAt, deposit, settlement } = account;
    if (typeof settlement !== 'object' || (settlement as unknown) === null) {
        refuse(`${field}.settlement`, settlement, '{ settled, payoutWatermark }');
    }
    const amounts = [closureStartedAt, deposit, settlement.payoutWatermark, settlement.settled] as const;
    if (!amounts.every(amount => typeof amount === 'bigint'))
        refuse(field, account, `${expected}, with bigint amounts`);
    for (const name of ADDRESSES) if (typeof account[name] !== 'string') toAddress(`${field}.${name}`, account[name]);
}

function isSameState(a: ChannelState<RevisionName>, b: ChannelState<RevisionName>): boolean {
    if (a === b) return true;
    if (a.kind !== b.kind || !('channel' in a) || !('channel' in b)) return a.kind === b.kind;
    return (
        a.channel.deposit === b.channel.deposit &&
        a.channel.closureStartedAt === b.channel.closureStartedAt &&
        a.channel.settlement.settled === b.channel.settlement.settled &&
        a.channel.settlement.payoutWatermark === b.channel.settlement.payoutWatermark
    );
}

function select(
    items: ChannelItems,
    options: CheckedOptions,
    skipped: Skipped[],
    deployment: Deployment,
): Selection | undefined {
    const { channel: state, distribution, index, vouchers } = items;
    const dropChannel = (reason: SkippedReason) => {
        const first = vouchers[0];
        if (first === undefined) skipped.push(toSkipped(index, state.address, 'channel', reason));
        for (const voucher of vouchers) {
            skipped.push(toSkipped(voucher.index, state.address, 'channel', reason, voucher.signed));
        }
        return undefined;
    };
    const formOfMode = options.finalizes ? 'settleAndFinalize' : 'settle';
    // A distributed channel is as good as closed: what is left in the account is rent.
    if (!isLiveChannelState(state) || state.kind === 'distributed') {
        if (vouchers.length === 0) {
            return dropChannel(skip('NOTHING_TO_DO', { channel: state.address, status: state.kind }));
        }
        chooseVoucher(items, formOfMode, options, skipped, deployment);
        return undefined;
    }
    const { payee: payeeAddress } = state.channel;
    const [named] = items.payees;
    if (named !== undefined && named.address !== payeeAddress) {
        return dropChannel(
            skip('PAYEE_MISMATCH', { channel: state.address, given: named.address, payee: payeeAddress }),
        );
    }
    const canSignHere = ({ address, signer }: Party) => address === payeeAddress && signer !== undefined;
    const payee = items.payees.find(canSignHere) ?? named;
    const isClosing = state.kind === 'closing';
    const canSign = options.finalizes || payee !== undefined;
    const isOver = isFinalizable(state, options.now);
    if (isClosing && !isOver && !canSign && vouchers.length > 0) {
        return dropChannel(skip('PAYEE_SIGNATURE_NEEDED', { channel: state.address, payee: payeeAddress }));
    }
    const wanted = isClosing ? 'settleAndFinalize' : formOfMode;
    const { chosen, form, isHarmless } = chooseVoucher(items, wanted, options, skipped, deployment);
    const selection = (form: SettleForm): Selection => ({
        channel: state,
        distribution,
        form,
        index,
        isLate: isLate(state, chosen?.signed, options),
        payee: payee ?? { address: payeeAddress, signer: undefined },
        tokenProgram: items.tokenProgram ?? toTokenProgram('tokenProgram', undefined),
        voucher: chosen?.signed,
        voucherIndex: chosen?.index,
    });
    if (chosen !== undefined) return selection(form);
    if (state.kind === 'finalized') return selectRest(selection('none'), vouchers.length > 0, options, skipped);
    // Nothing is lost any more by finalizing: the chain takes no voucher after the deadline.
    if (isClosing && isOver) {
        return options.finalizes
            ? selection('finalize')
            : selectRest(selection('none'), vouchers.length > 0, options, skipped);
    }
    // Ending a channel for further vouchers is no way to deal with one that can't be settled now.
    if (!isHarmless) return undefined;
    if (!options.finalizes) return selectRest(selection('none'), vouchers.length > 0, options, skipped);
    // A deadline that no time can reach: nobody can end the channel, its payee included.
    if (isClosing && state.deadlineAt === undefined) {
        return dropChannel(skip('NOTHING_TO_DO', { channel: state.address, status: state.kind }));
    }
    return selection('finalizeByPayee');
}

/** Whether there is less time than the margin: until the deadline of the channel, or until the voucher expires. */
export function isLate(
    state: LiveChannelState<RevisionName>,
    signed: SignedVoucher | undefined,
    options: Pick<CheckedOptions, 'marginSeconds' | 'now'>,
): boolean {
    const { expiresAt = 0n } = signed?.voucher ?? {};
    return (expiresAt !== 0n && isNear(expiresAt, options)) || isNearDeadline(state, options);
}

/** Whether a channel is closing, and takes vouchers for less time than the margin. */
export function isNearDeadline(
    state: LiveChannelState<RevisionName>,
    time: Pick<CheckedOptions, 'marginSeconds' | 'now'>,
): boolean {
    return state.kind === 'closing' && state.deadlineAt !== undefined && isNear(state.deadlineAt, time);
}

function isNear(time: bigint, { marginSeconds, now }: Pick<CheckedOptions, 'marginSeconds' | 'now'>): boolean {
    return now < time && now + BigInt(marginSeconds) >= time;
}

/** A channel that nothing is settled in may have something to distribute. */
function selectRest(
    selection: Selection,
    isReported: boolean,
    options: CheckedOptions,
    skipped: Skipped[],
): Selection | undefined {
    const { channel, index } = selection;
    const { payoutWatermark, settled } = channel.channel.settlement;
    const hasPayout = channel.kind === 'finalized' || (channel.kind === 'open' && settled > payoutWatermark);
    if (options.distributes && hasPayout) return selection;
    if (!isReported) {
        const reason = skip('NOTHING_TO_DO', { channel: channel.address, status: channel.kind });
        skipped.push(toSkipped(index, channel.address, 'channel', reason));
    }
    return undefined;
}

type Candidate = ChannelItems['vouchers'][number];

/**
 * The use of a voucher now.
 *
 * - `good`: it can be settled now.
 * - `spent`: the channel has settled as much.
 * - `dead`: it will never be settled, which no other view of the chain and no other verdict can change.
 * - `waiting`: it is refused for now: it is not verified, or a top-up may be on its way.
 */
type Standing = 'dead' | 'good' | 'spent' | 'waiting';

/** The refusals of a voucher that are final, whatever happens to the channel. */
const LASTING_REFUSALS: readonly SkippedReason['code'][] = [
    'CHANNEL_MISMATCH',
    'CHANNEL_NOT_SETTLEABLE',
    'DEADLINE_PASSED',
    'EXPIRED',
    'REVISION_MISMATCH',
    'SIGNATURE_INVALID',
    'SIGNER_MISMATCH',
];

function getStanding(
    { isValid, signed }: Candidate,
    channel: ChannelState<RevisionName>,
    refusal: VoucherRefusal | undefined,
): Standing {
    const { signer, voucher } = signed;
    if (!isLiveChannelState(channel)) return 'waiting';
    const { authorizedSigner, settlement } = channel.channel;
    if (voucher.channelId === channel.address && voucher.cumulativeAmount <= settlement.settled) return 'spent';
    // The first reason is reported; another one may be what is final.
    if (isValid === false || signer !== authorizedSigner) return 'dead';
    if (refusal === undefined) return isValid === true ? 'good' : 'waiting';
    // A channel that is closing takes no top-up any more (docs/program.md, section 4).
    if (refusal.code === 'OVER_DEPOSIT') return channel.kind === 'open' ? 'waiting' : 'dead';
    return LASTING_REFUSALS.includes(refusal.code) ? 'dead' : 'waiting';
}

/** Says of a voucher whether it was paid or is lost, where the channel takes none any more and its account tells. */
function withFate(
    refusal: VoucherRefusal,
    { isValid, signed }: Candidate,
    channel: ChannelState<RevisionName>,
    now: bigint,
): VoucherRefusal {
    if (refusal.code !== 'CHANNEL_NOT_SETTLEABLE' && refusal.code !== 'DEADLINE_PASSED') return refusal;
    const { signer, voucher } = signed;
    if (!isLiveChannelState(channel) || voucher.channelId !== channel.address) return refusal;
    if (channel.kind === 'closing' && !isFinalizable(channel, now)) return refusal;
    const { authorizedSigner, settlement } = channel.channel;
    const { settled } = settlement;
    const isPaid = voucher.cumulativeAmount <= settled;
    // Nobody loses what was never a claim.
    if (!isPaid && (isValid === false || signer !== authorizedSigner)) return refusal;
    const fate = isPaid ? { alreadySettled: settled } : { lost: voucher.cumulativeAmount - settled };
    const { code, context, onChainError } = refusal;
    return refuseVoucher(code, { ...context, ...fate } as typeof context, onChainError) as VoucherRefusal;
}

/** Which voucher of a channel is settled, and how. */
type Choice = Readonly<{
    chosen: Candidate | undefined;
    form: 'settle' | 'settleAndFinalize';
    /** Whether nothing is lost without a voucher: there is none, or all authorize no more than what is settled. */
    isHarmless: boolean;
}>;

/**
 * The highest good voucher of a channel; every other one is skipped with its reason.
 *
 * Ending a channel gives up every voucher that is not settled with it. While a higher one is only refused for now, the
 * channel is not ended: a lower one is settled without ending it, or skipped where it could only be settled by ending
 * it, unless this is the last try.
 */
function chooseVoucher(
    { channel, index, vouchers }: ChannelItems,
    wanted: Choice['form'],
    options: CheckedOptions,
    skipped: Skipped[],
    deployment: Deployment,
): Choice {
    const { isLastTry, now } = options;
    const instruction = wanted === 'settle' ? wanted : 'settleAndFinalize';
    const drop = ({ index, signed }: Candidate, reason: SkippedReason) =>
        skipped.push(toSkipped(index, channel.address, 'voucher', reason, signed));
    let isHarmless = true;
    let waitingAmount = 0n;
    const good: Candidate[] = [];
    const ordered = vouchers.length > 1 ? [...vouchers].sort(byWorth) : vouchers;
    for (const candidate of ordered) {
        const { isValid, signed } = candidate;
        // The margin is no rule here: what can still be settled is tried.
        const verdict = checkVoucherToSettle(
            { channel, instruction, signedVoucher: signed, unixTimestamp: now },
            isValid !== false,
            deployment,
        );
        const refusal = verdict.kind === 'refused' ? withFate(verdict, candidate, channel, now) : undefined;
        const standing = getStanding(candidate, channel, refusal);
        if (standing === 'good') {
            good.push(candidate);
            continue;
        }
        drop(candidate, refusal ?? skip('SIGNATURE_NOT_VERIFIED', { signer: signed.signer }));
        isHarmless &&= standing === 'spent';
        const { cumulativeAmount } = signed.voucher;
        if (standing === 'waiting' && cumulativeAmount > waitingAmount) waitingAmount = cumulativeAmount;
    }
    const [chosen, ...others] = good;
    if (chosen === undefined) return { chosen, form: wanted, isHarmless };
    const { cumulativeAmount: takenAmount } = chosen.signed.voucher;
    for (const other of others) {
        const { cumulativeAmount } = other.signed.voucher;
        drop(other, skip('DUPLICATE', { cumulativeAmount, takenAmount }));
    }
    if (wanted === 'settle' || waitingAmount <= takenAmount) return { chosen, form: wanted, isHarmless };
    const reason = skip('HIGHER_VOUCHER_WAITS', { channel: channel.address, takenAmount, waitingAmount });
    if (channel.kind === 'open') {
        skipped.push(toSkipped(index, channel.address, 'ending', reason));
        return { chosen, form: 'settle', isHarmless };
    }
    // Nobody comes back to it before its deadline: without this one nothing at all would be settled.
    if (isLastTry && isLiveChannelState(channel) && isNearDeadline(channel, options)) {
        return { chosen, form: wanted, isHarmless };
    }
    drop(chosen, reason);
    return { chosen: undefined, form: wanted, isHarmless: false };
}

/** The better voucher first; of two that are as good the one given first. */
function byWorth(a: Candidate, b: Candidate): number {
    return compareVouchers(a.signed.voucher, b.signed.voucher) || a.index - b.index;
}

export function toSkipped(
    index: number,
    channel: Address,
    part: Skipped['part'],
    reason: SkippedReason,
    voucher?: SignedVoucher,
): Skipped {
    return toResult({ channel, index, part, reason, ...(voucher === undefined ? {} : { voucher }) });
}
