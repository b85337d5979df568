import type { Address } from '@solana/kit';

import type { ChannelState } from '../../channel/state';
import type { RevisionName } from '../../revision/types';
import { isFinal } from '../revision-names';
import type { SentChannel } from './journal';

/**
 * Whether the channels are as a transaction would have left them. It does all that it is for or nothing, so that one
 * channel that is not proves that it has not landed.
 */
export function isDoneOnChain(
    channels: readonly SentChannel[],
    states: ReadonlyMap<Address, ChannelState<RevisionName>>,
): boolean {
    return channels.every(sent => {
        const state = states.get(sent.channel);
        return state !== undefined && isChannelDone(sent, state);
    });
}

function isChannelDone({ actions, cumulativeAmount }: SentChannel, state: ChannelState<RevisionName>): boolean {
    const distributes = actions.includes('distribute');
    const finalizes = actions.some(action => action !== 'distribute' && action !== 'settle');
    switch (state.kind) {
        case 'absent':
            // It was there when the transaction was made. In the epoch revision, paying out for good may remove it.
            return distributes;
        case 'closed':
        case 'distributed':
            return true;
        default: {
            const { payoutWatermark, settled } = state.channel.settlement;
            if (cumulativeAmount !== undefined && settled < cumulativeAmount) return false;
            // Paying out a channel that is finalized ends it.
            if (finalizes) return isFinal(state.kind) && !distributes;
            return !distributes || payoutWatermark >= (cumulativeAmount ?? settled);
        }
    }
}
