import { expect, expectTypeOf, it } from 'vitest';

import {
    decodeChannelAccount,
    EPOCH_LOCALNET,
    getReclaimInstruction,
    TOMBSTONE_LOCALNET,
    type AnyDeployment,
    type ChannelOf,
    type ChannelState,
    type Deployment,
    type InspectedOpen,
    type OpenInput,
    type RevisionName,
} from '../../src';
import { accountOf, CHANNEL_ARGS, RENT_PAYER } from '../fixtures/channels';
import { VECTOR_OPEN_SLOT } from '../fixtures/revision';
import { CHANNEL } from '../fixtures/vectors';

// Whoever handles every revision is told by TypeScript what each has: unions of revisions narrow.

const DEPLOYMENTS: readonly AnyDeployment[] = [EPOCH_LOCALNET, TOMBSTONE_LOCALNET];
const decode = (deployment: Deployment): ChannelOf<RevisionName> => {
    const data = deployment.channel.encode({ ...CHANNEL_ARGS, openSlot: VECTOR_OPEN_SLOT, rentPayer: RENT_PAYER });
    return decodeChannelAccount(accountOf(new Uint8Array(data), CHANNEL, deployment.programAddress), deployment).data;
};

it('a deployment narrows by its revision', () => {
    const reclaims = DEPLOYMENTS.map(deployment => {
        if (deployment.revision !== 'epoch') {
            expectTypeOf(deployment).toEqualTypeOf<Deployment<'tombstone'>>();
            return undefined;
        }
        return getReclaimInstruction({ channel: CHANNEL, rentPayer: RENT_PAYER }, deployment).accounts.length;
    });
    expect(reclaims).toEqual([2, undefined]);
});

it('a channel narrows by a field that one revision has', () => {
    const openSlots = DEPLOYMENTS.map(decode).map(channel => {
        if (!('openSlot' in channel)) {
            expectTypeOf(channel).toEqualTypeOf<ChannelOf<'tombstone'>>();
            return undefined;
        }
        expectTypeOf(channel).toEqualTypeOf<ChannelOf<'epoch'>>();
        return channel.openSlot;
    });
    expect(openSlots).toEqual([VECTOR_OPEN_SLOT, undefined]);
});

it('what is read and inspected narrows likewise, and what is written may have what any revision takes', () => {
    const getOpenSlot = (opened: InspectedOpen) => ('openSlot' in opened ? opened.openSlot : undefined);
    expectTypeOf(getOpenSlot).returns.toEqualTypeOf<bigint | undefined>();
    const getReclaimableFromSlot = (state: ChannelState) =>
        state.kind === 'distributed' ? state.reclaimableFromSlot : undefined;
    expectTypeOf(getReclaimableFromSlot).returns.toEqualTypeOf<bigint | undefined>();
    expectTypeOf<OpenInput<'epoch'>>().toExtend<OpenInput>();
    expectTypeOf<OpenInput<'tombstone'>>().toExtend<OpenInput>();
    expect(getOpenSlot({ openSlot: 7n } as InspectedOpen<'epoch'>)).toBe(7n);
});
