import { type ChannelState, isFinalizable, isLiveChannelState } from '../../channel/channel-state';
import type { Deployment } from '../../revision/deployment';
import type { RevisionName } from '../../revision/revision-types';
import { compareVouchers } from '../../voucher/compare-vouchers';
import { checkVoucherToSettle } from '../../voucher/check-voucher';
import { refuse as refuseVoucher, type VoucherRefusal } from '../../voucher/voucher-verdict';
import { skip, type Skipped, type SkippedReason, toSkipped } from './skipped';
import type { CheckedOptions } from './check-options';
import type { ChannelItems } from './group-by-channel';
import { isNearDeadline } from './deadlines';

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
export function chooseVoucher(
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
