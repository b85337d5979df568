import type { Address } from '@solana/kit';

import type { ChannelState } from '../../channel/channel-state';
import type { RevisionName } from '../../revision/revision-types';
import type { SentChannel } from '../../journal/journal';

/**
 * What the channels say of a transaction without a known status.
 *
 * - `landed`: each of its channels is as it would have left it, by the channel's own numbers.
 * - `notLanded`: one of them is not; it does all that it is for or nothing.
 * - `unknown`: a channel that would tell is gone. Anybody can end one, and how much was settled before is not kept.
 */
export type ChannelEvidence = 'landed' | 'notLanded' | 'unknown';

/** Compares the channels with what a transaction would have left; those without a state could not be read. */
export function getEvidence(
    channels: readonly SentChannel[],
    states: ReadonlyMap<Address, ChannelState<RevisionName>>,
): ChannelEvidence {
    const found = channels.map(sent => getChannelEvidence(sent, states.get(sent.channel)));
    if (found.includes('notLanded')) return 'notLanded';
    return found.includes('unknown') ? 'unknown' : 'landed';
}

function getChannelEvidence(
    { actions, cumulativeAmount }: SentChannel,
    state: ChannelState<RevisionName> | undefined,
): ChannelEvidence {
    // It was there when the transaction was made.
    if (state === undefined || state.kind === 'absent' || state.kind === 'closed') return 'unknown';
    const { payoutWatermark, settled } = state.channel.settlement;
    if (cumulativeAmount !== undefined && settled < cumulativeAmount) return 'notLanded';
    // The account that is left of it keeps its numbers (docs/program.md, section 7.8).
    if (state.kind === 'distributed') return 'landed';
    const distributes = actions.includes('distribute');
    const finalizes = actions.some(action => action !== 'distribute' && action !== 'settle');
    // Paying out a channel that is finalized ends it.
    const isDone = finalizes
        ? state.kind === 'finalized' && !distributes
        : !distributes || payoutWatermark >= (cumulativeAmount ?? settled);
    return isDone ? 'landed' : 'notLanded';
}
