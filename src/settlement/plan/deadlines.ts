import type { LiveChannelState } from '../../channel/channel-state';
import type { RevisionName } from '../../revision/revision-types';
import type { SignedVoucher } from '../../voucher/voucher';
import type { CheckedOptions } from './check-options';

/** Orders deadlines, the earliest first; what has none comes last. */
export function compareDeadlines(a: bigint | undefined, b: bigint | undefined): number {
    if (a === b) return 0;
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return a < b ? -1 : 1;
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
