import type { Address } from '@solana/kit';

import { isFinalizable, isLiveChannelState, type LiveChannelState } from '../../channel/channel-state';
import type { Deployment } from '../../revision/deployment';
import { toTokenProgram } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import type { SignedVoucher } from '../../voucher/voucher';
import type { BatchDistribution, BatchItem } from './batch-input';
import { skip, type Skipped, type SkippedReason, toSkipped } from './skipped';
import type { CheckedOptions } from './check-options';
import type { Party } from '../../runtime/party';
import { type ChannelItems, groupByChannel } from './group-by-channel';
import { chooseVoucher } from './choose-voucher';
import { isLate } from './deadlines';

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
