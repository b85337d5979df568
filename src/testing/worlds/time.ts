import type { Address } from '@solana/kit';

import { refuseInput } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import { getSlotsIn } from '../clock';
import type { Simulator } from '../simulator';

/** Moves the clock to where a closing channel can be finalized by anybody, and the slot by as many as that takes. */
export function passGracePeriod(simulator: Simulator<RevisionName>, channel: Address): void {
    const state = simulator.getChannel(channel);
    if (state.kind !== 'closing')
        return refuseInput('channel', 'a channel that is closing', `one that is ${state.kind}`);
    const { slot, unixTimestamp } = simulator.getClock();
    const { deadlineAt } = state;
    if (deadlineAt === undefined) return refuseInput('channel', 'a grace period that ends within an i64', channel);
    if (deadlineAt <= unixTimestamp) return;
    simulator.setClock({ slot: slot + getSlotsIn(deadlineAt - unixTimestamp), unixTimestamp: deadlineAt });
}
