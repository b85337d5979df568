import type { Address } from '@solana/kit';

import { assertIsInput, toI64, toU64 } from '../input';
import { getReclaimableFromSlot } from '../revision/open-slot';
import type { LiveChannelState } from './state';

/** What brings the rent of a channel one step nearer, or back: an instruction that anybody can send. */
export type RentRecoveryStep = 'distribute' | 'reclaim' | 'seal';

/** How the rent of a channel comes back to who paid it. */
export type RentRecovery = Readonly<{
    address: Address;
    state: LiveChannelState<'epoch'>;
    /**
     * What anybody can do next. `undefined` while the channel is open, which its payer (requestClose) and its payee
     * (settleAndSeal) can end, and nobody else; and where a grace period never ends (spec section 11).
     */
    step: RentRecoveryStep | undefined;
    /** Whether the step is possible now. */
    isDue: boolean;
    /** Time, in unix seconds, from which on the channel can be sealed. */
    dueAt?: bigint | undefined;
    /** Slot from which on it can be reclaimed. */
    dueFromSlot?: bigint | undefined;
    /**
     * First slot at which the rent itself is free: distributing a sealed channel frees it from then on, and before that
     * leaves it to reclaim. `undefined` when there is none.
     */
    reclaimableFromSlot: bigint | undefined;
}>;

/**
 * Says what it takes to bring the rent of a channel back, and from when on (spec sections 4.1, 7.6, 7.8 and 7.9).
 *
 * Sealing and distributing pay the parties as well: a channel is better brought in with its last voucher before.
 *
 * @param now Slot and time (unix seconds) of the cluster.
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
 */
export function getRentRecovery(
    state: LiveChannelState<'epoch'>,
    now: Readonly<{ slot: bigint | number; unixTimestamp: bigint | number }>,
): RentRecovery {
    assertIsInput('state', state);
    assertIsInput('now', now);
    const slot = toU64('slot', now.slot);
    const unixTimestamp = toI64('unixTimestamp', now.unixTimestamp);
    const { address } = state;
    const reclaimableFromSlot = getReclaimableFromSlot(state.channel.openSlot);
    const recovery = (rest: Pick<RentRecovery, 'dueAt' | 'dueFromSlot' | 'isDue' | 'step'>): RentRecovery =>
        Object.freeze({ address, reclaimableFromSlot, state, ...rest });
    switch (state.kind) {
        case 'open':
            return recovery({ isDue: false, step: undefined });
        case 'closing': {
            const { deadlineAt } = state;
            if (deadlineAt === undefined) return recovery({ isDue: false, step: undefined });
            return recovery({ dueAt: deadlineAt, isDue: unixTimestamp >= deadlineAt, step: 'seal' });
        }
        case 'sealed':
            return recovery({ isDue: true, step: 'distribute' });
        case 'distributed': {
            const isDue = reclaimableFromSlot !== undefined && slot >= reclaimableFromSlot;
            const step = reclaimableFromSlot === undefined ? undefined : 'reclaim';
            return recovery({ dueFromSlot: reclaimableFromSlot, isDue, step });
        }
    }
}
