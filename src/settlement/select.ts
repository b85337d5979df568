import type { Address } from '@solana/kit';

import {
    getLiveChannelState,
    isFinalizable,
    isLiveChannelState,
    type ChannelState,
    type LiveChannelState,
} from '../channel/state';
import type { DeploymentConfig } from '../deployment';
import { toAddress, toTokenProgram } from '../input';
import type { RevisionName } from '../revision/types';
import { compareVouchers } from '../voucher/better';
import { checkVoucherToSettle } from '../voucher/check';
import { refuse as refuseVoucher } from '../voucher/verdict';
import { toSignedVoucher, type SignedVoucher } from '../voucher/voucher';
import type { BatchDistribution, BatchItem } from './batch';
import { leaveOut, type LeftOut, type LeftOutReason } from './left-out';
import { refuse, toParty, type CheckedOptions, type Party } from './options';
import { isFinal } from './revision-names';

/** What is done to a channel before it may be distributed. */
export type SettleForm = 'finalize' | 'finalizeByPayee' | 'none' | 'settle' | 'settleAndFinalize';

/** What is done with a channel, but for its distribution. */
export type Selection = Readonly<{
    /** Place of its first item in the batch, and of the item whose voucher is brought in. */
    index: number;
    voucherIndex: number | undefined;
    channel: LiveChannelState<RevisionName>;
    form: SettleForm;
    /** The voucher that `settle` and `settleAndFinalize` bring in. */
    voucher: SignedVoucher | undefined;
    payee: Party;
    tokenProgram: Address;
    distribution: BatchDistribution | undefined;
}>;

type ChannelItems = {
    channel: ChannelState<RevisionName>;
    vouchers: { index: number; isValid: boolean | undefined; signed: SignedVoucher }[];
    index: number;
    payee: Party | undefined;
    tokenProgram: Address | undefined;
    distribution: BatchDistribution | undefined;
};

/**
 * Chooses, for each channel, the highest voucher that the chain will accept and the form that it accepts it in.
 *
 * @throws As `planBatchSettle`, for what is wrong with the form of an item.
 */
export function selectVouchers(
    items: readonly BatchItem<RevisionName>[],
    options: CheckedOptions,
    leftOut: LeftOut[],
    config: DeploymentConfig<RevisionName>,
): readonly Selection[] {
    const selections: Selection[] = [];
    for (const channelItems of groupByChannel(items, config).values()) {
        const selection = select(channelItems, options, leftOut, config);
        if (selection !== undefined) selections.push(selection);
    }
    return selections;
}

function groupByChannel(
    items: readonly BatchItem<RevisionName>[],
    config: DeploymentConfig<RevisionName>,
): ReadonlyMap<Address, ChannelItems> {
    if (!Array.isArray(items)) refuse('items', items);
    const channels = new Map<Address, ChannelItems>();
    for (const [index, item] of (items as readonly BatchItem<RevisionName>[]).entries()) {
        const field = `items[${index}]`;
        if (typeof item !== 'object' || (item as unknown) === null) refuse(field, item);
        const channel = toChannelState(`${field}.channel`, item.channel, config);
        const payee = item.payee === undefined ? undefined : toParty(`${field}.payee`, item.payee);
        const tokenProgram =
            item.tokenProgram === undefined ? undefined : toTokenProgram(`${field}.tokenProgram`, item.tokenProgram);
        const { distribution, isSignatureValid } = item;
        if (distribution !== undefined && typeof (distribution as unknown) !== 'object') {
            refuse(`${field}.distribution`, distribution);
        }
        let entry = channels.get(channel.address);
        if (entry === undefined) {
            entry = { channel, distribution, index, payee, tokenProgram, vouchers: [] };
            channels.set(channel.address, entry);
        } else {
            // Which of two states is the newer one, only the caller can know.
            if (!isSameState(entry.channel, channel))
                refuse(`${field}.channel`, 'another state than in an item before');
            entry.distribution ??= distribution;
            entry.payee ??= payee;
            entry.tokenProgram ??= tokenProgram;
        }
        if (item.voucher !== undefined) {
            if (isSignatureValid !== undefined && typeof isSignatureValid !== 'boolean') {
                refuse(`${field}.isSignatureValid`, isSignatureValid);
            }
            entry.vouchers.push({ index, isValid: isSignatureValid, signed: toSignedVoucher(item.voucher) });
        }
    }
    return channels;
}

function toChannelState(
    field: string,
    value: BatchItem<RevisionName>['channel'],
    config: DeploymentConfig<RevisionName>,
): ChannelState<RevisionName> {
    if (typeof value !== 'object' || (value as unknown) === null) refuse(field, value);
    const address = toAddress(`${field}.address`, value.address);
    if ('kind' in value) return value;
    if (typeof value.channel?.settlement !== 'object') refuse(`${field}.channel`, value.channel);
    const state = getLiveChannelState<RevisionName>(address, value.channel, config) as
        LiveChannelState<RevisionName> | undefined;
    return state ?? refuse(`${field}.channel.status`, value.channel.status);
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
    leftOut: LeftOut[],
    config: DeploymentConfig<RevisionName>,
): Selection | undefined {
    const { channel: state, distribution, index, vouchers } = items;
    const dropChannel = (reason: LeftOutReason) => {
        const first = vouchers[0];
        if (first === undefined) leftOut.push(toLeftOut(index, state.address, 'channel', reason));
        for (const voucher of vouchers) {
            leftOut.push(toLeftOut(voucher.index, state.address, 'channel', reason, voucher.signed));
        }
        return undefined;
    };
    // Distributed is the epoch revision's way to be closed: what is left in the account is rent.
    if (!isLiveChannelState(state) || state.kind === 'distributed') {
        if (vouchers.length === 0) {
            return dropChannel(leaveOut('NOTHING_TO_DO', { channel: state.address, status: state.kind }));
        }
        chooseVoucher(items, 'settle', options, leftOut, config);
        return undefined;
    }
    const { payee: payeeAddress } = state.channel;
    if (items.payee !== undefined && items.payee.address !== payeeAddress) {
        return dropChannel(
            leaveOut('PAYEE_MISMATCH', { channel: state.address, given: items.payee.address, payee: payeeAddress }),
        );
    }
    const isClosing = state.kind === 'closing';
    const canSign = options.finalizes || items.payee !== undefined;
    const isOver = isFinalizable(state, options.now);
    if (isClosing && !isOver && !canSign && vouchers.length > 0) {
        return dropChannel(leaveOut('PAYEE_SIGNATURE_NEEDED', { channel: state.address, payee: payeeAddress }));
    }
    const form = isClosing || options.finalizes ? 'settleAndFinalize' : 'settle';
    const { chosen, isHarmless } = chooseVoucher(items, form, options, leftOut, config);
    const selection = (form: SettleForm): Selection => ({
        channel: state,
        distribution,
        form,
        index,
        payee: items.payee ?? { address: payeeAddress, signer: undefined },
        tokenProgram: items.tokenProgram ?? toTokenProgram('tokenProgram', undefined),
        voucher: chosen?.signed,
        voucherIndex: chosen?.index,
    });
    if (chosen !== undefined) return selection(form);
    if (isFinal(state.kind)) return selectRest(selection('none'), vouchers.length > 0, options, leftOut);
    // Nothing is lost any more by finalizing: the chain takes no voucher after the deadline.
    if (isClosing && isOver) {
        return options.finalizes
            ? selection('finalize')
            : selectRest(selection('none'), vouchers.length > 0, options, leftOut);
    }
    // Ending a channel for further vouchers is no way to deal with one that can't be brought in now.
    if (!isHarmless) return undefined;
    if (!options.finalizes) return selectRest(selection('none'), vouchers.length > 0, options, leftOut);
    const tooLate = isClosing ? getDeadlineReason(state, options) : undefined;
    return tooLate === undefined ? selection('finalizeByPayee') : dropChannel(tooLate);
}

/** A channel that nothing is settled in may have something to distribute. */
function selectRest(
    selection: Selection,
    isReported: boolean,
    options: CheckedOptions,
    leftOut: LeftOut[],
): Selection | undefined {
    const { channel, index } = selection;
    const { payoutWatermark, settled } = channel.channel.settlement;
    const hasPayout = isFinal(channel.kind) || (channel.kind === 'open' && settled > payoutWatermark);
    if (options.distributes && hasPayout) return selection;
    if (!isReported) {
        const reason = leaveOut('NOTHING_TO_DO', { channel: channel.address, status: channel.kind });
        leftOut.push(toLeftOut(index, channel.address, 'channel', reason));
    }
    return undefined;
}

/** Why a payee can't finalize a closing channel any more, or could not be sure to. */
function getDeadlineReason(
    state: LiveChannelState<RevisionName> & { kind: 'closing' },
    { marginSeconds, now }: CheckedOptions,
): LeftOutReason | undefined {
    const { address: channel, deadlineAt } = state;
    if (deadlineAt === undefined) return leaveOut('NOTHING_TO_DO', { channel, status: state.kind });
    if (now + BigInt(marginSeconds) < deadlineAt) return undefined;
    return refuseVoucher('DEADLINE_TOO_SOON', { channel, deadlineAt, marginSeconds, unixTimestamp: now });
}

type Chosen = ChannelItems['vouchers'][number];

/**
 * The highest good voucher of a channel; every other one is left out with its reason. It is harmless to go on without
 * a voucher when there is none, or when all that there are authorize no more than what is settled.
 */
function chooseVoucher(
    { channel, vouchers }: ChannelItems,
    form: 'settle' | 'settleAndFinalize',
    { endingNames, marginSeconds, now }: CheckedOptions,
    leftOut: LeftOut[],
    config: DeploymentConfig<RevisionName>,
): Readonly<{ chosen: Chosen | undefined; isHarmless: boolean }> {
    const instruction = form === 'settle' ? form : endingNames.settleAndFinalize;
    let chosen: Chosen | undefined;
    let isHarmless = true;
    const ordered = vouchers.length > 1 ? [...vouchers].sort(byWorth) : vouchers;
    for (const candidate of ordered) {
        const { index, isValid, signed } = candidate;
        const verdict = checkVoucherToSettle(
            { channel, instruction, marginSeconds, signedVoucher: signed, unixTimestamp: now },
            isValid !== false,
            config,
        );
        const drop = (reason: LeftOutReason) =>
            leftOut.push(toLeftOut(index, channel.address, 'voucher', reason, signed));
        if (verdict.kind === 'refused') {
            drop(verdict);
            isHarmless &&= verdict.code === 'NOT_ABOVE_SETTLED';
        } else if (isValid === undefined) {
            drop(leaveOut('SIGNATURE_NOT_VERIFIED', { signer: signed.signer }));
            isHarmless = false;
        } else if (chosen === undefined) {
            chosen = candidate;
        } else {
            const { cumulativeAmount } = signed.voucher;
            const takenAmount = chosen.signed.voucher.cumulativeAmount;
            drop(leaveOut('DUPLICATE', { cumulativeAmount, takenAmount }));
        }
    }
    return { chosen, isHarmless };
}

/** The better voucher first; of two that are as good the one given first. */
function byWorth(a: Chosen, b: Chosen): number {
    return compareVouchers(a.signed.voucher, b.signed.voucher) || a.index - b.index;
}

export function toLeftOut(
    index: number,
    channel: Address,
    part: LeftOut['part'],
    reason: LeftOutReason,
    voucher?: SignedVoucher,
): LeftOut {
    return Object.freeze({ channel, index, part, reason, ...(voucher === undefined ? {} : { voucher }) });
}
