import type { Address } from '@solana/kit';

import type { ChannelState } from '../../channel/state';
import type { SentChannel } from './journal';

/**
 * Whether the channels are as a transaction would have left them. It does all that it is for or nothing, so that one
 * channel that is not proves that it has not landed.
 */
export function isDoneOnChain(channels: readonly SentChannel[], states: ReadonlyMap<Address, ChannelState>): boolean {
    return channels.every(sent => {
        const state = states.get(sent.channel);
        return state !== undefined && isChannelDone(sent, state);
    });
}

function isChannelDone({ actions, cumulativeAmount }: SentChannel, state: ChannelState): boolean {
    // It was there when the transaction was made.
    if (state.kind === 'absent') return false;
    if (state.kind === 'closed') return true;
    const { payoutWatermark, settled } = state.channel.settlement;
    if (cumulativeAmount !== undefined && settled < cumulativeAmount) return false;
    if (actions.includes('finalize') || actions.includes('settleAndFinalize')) {
        // Distributing a finalized channel closes it.
        if (state.kind !== 'finalized') return false;
        return !actions.includes('distribute');
    }
    return !actions.includes('distribute') || payoutWatermark >= (cumulativeAmount ?? settled);
}
