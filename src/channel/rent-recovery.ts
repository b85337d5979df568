import type { Address } from '@solana/kit';

import { toResult } from '../core/json-form';
import { readMembers, readTerms, toAddress, toI64, toOneOf, toU64 } from '../core/input';
import { getPart, type DeploymentParts } from '../revision/deployment';
import type { ChannelOf, RevisionName } from '../revision/revision-types';
import { toOwnFields, type OwnFields } from './own-fields';
import { assertIsLiveChannelState, readKind, type ClosingChannelState, type LiveChannelState } from './channel-state';

/** The next instruction on the way to the rent of a channel; anybody can send it. */
export type RentRecoveryStep = 'distribute' | 'finalize' | 'reclaim';

/** How the rent of a channel returns to its payer. */
export type RentRecovery = Readonly<{
    address: Address;
    state: LiveChannelState;
    /**
     * The instruction that anybody can send next. `undefined` while the channel is open, because only its payer
     * (requestClose) and its payee (settleAndFinalize) can end it, and where the deadline exceeds all times
     * (docs/program.md, section 11).
     */
    step: RentRecoveryStep | undefined;
    /** Whether the step is possible now. */
    isDue: boolean;
    /** Time, in unix seconds, from which on the channel can be finalized. */
    dueAt?: bigint | undefined;
    /** Slot from which on it can be reclaimed. */
    dueFromSlot?: bigint | undefined;
    /**
     * First slot at which the rent itself is free: distributing a finalized channel frees it from then on, and before that
     * leaves it to reclaim. 0 where distributing frees it at any time, `undefined` when there is none.
     */
    reclaimableFromSlot: bigint | undefined;
}>;

/**
 * Says which instruction recovers the rent of a channel next, and from when on it is possible (docs/program.md,
 * sections 4.1, 7.6, 7.8 and 7.9).
 *
 * Finalizing and distributing also pay the parties: settle the last voucher first.
 *
 * @param now Slot and time (unix seconds) of the cluster.
 * @throws By field `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`, `INPUT_INVALID`; `CHANNEL_NOT_FOUND` for the state of a
 * channel that is gone, `CHANNEL_CLOSED` for the state of one that left its tombstone.
 *
 * @example
 * ```ts
 * for (const state of await fetchChannels(rpc, { rentPayer: sponsor.address }, MAINNET_DEPLOYMENT)) {
 *     const { isDue, step } = getRentRecovery(state, { slot, unixTimestamp }, MAINNET_DEPLOYMENT);
 *     if (isDue) console.log(state.address, step); // finalize, distribute or reclaim
 * }
 * ```
 */
export function getRentRecovery(
    state: LiveChannelState,
    now: Readonly<{ slot: bigint | number; unixTimestamp: bigint | number }>,
    deployment: DeploymentParts<'channel'>,
): RentRecovery {
    const moment = readMembers('now', now, ['slot', 'unixTimestamp']);
    const slot = toU64('slot', moment.slot);
    const unixTimestamp = toI64('unixTimestamp', moment.unixTimestamp);
    const kind = readKind(state);
    const names = ['address', 'channel', 'deadlineAt'] as const;
    const given = readTerms('state', state as ClosingChannelState, names, ['deadlineAt']);
    const address = toAddress('state.address', given.address);
    assertIsLiveChannelState(state);
    const { getReclaimableFromSlot, kinds, ownFields } = getPart<'channel', DeploymentParts<'channel'>>(
        deployment,
        'channel',
    );
    toOneOf('state.kind', kind, Object.values(kinds) as readonly string[]);
    const fields = readMembers('state.channel', given.channel as OwnFields, ownFields);
    const own = toOwnFields('state.channel', ownFields, fields) as ChannelOf<RevisionName>;
    const reclaimableFromSlot = getReclaimableFromSlot(own);
    const recovery = (rest: Pick<RentRecovery, 'dueAt' | 'dueFromSlot' | 'isDue' | 'step'>): RentRecovery =>
        toResult({ address, reclaimableFromSlot, state, ...rest });
    switch (kind as LiveChannelState['kind']) {
        case 'open':
            return recovery({ isDue: false, step: undefined });
        case 'closing': {
            if (given.deadlineAt === undefined) return recovery({ isDue: false, step: undefined });
            const deadlineAt = toI64('state.deadlineAt', given.deadlineAt);
            return recovery({ dueAt: deadlineAt, isDue: unixTimestamp >= deadlineAt, step: 'finalize' });
        }
        case 'finalized':
            return recovery({ isDue: true, step: 'distribute' });
        case 'distributed': {
            const isDue = reclaimableFromSlot !== undefined && slot >= reclaimableFromSlot;
            const step = reclaimableFromSlot === undefined ? undefined : 'reclaim';
            return recovery({ dueFromSlot: reclaimableFromSlot, isDue, step });
        }
    }
}
