import type { GetSlotApi, Rpc } from '@solana/kit';

import { assertHasMethods, readOnlyMembers } from '../input';
import { refuseRpcAnswer, toRpcSlot } from '../rpc-answer';
import { askRpc, assertIsFetchConfig, getRpcConfig, type FetchChannelConfig } from './fetch';
import { chooseOpenSlot, type ChooseOpenSlotInput } from '../revision/open-slot';

/** How to read the slot. */
export type SlotConfig = Pick<FetchChannelConfig, 'abortSignal' | 'commitment' | 'minContextSlot' | 'requestTimeoutMs'>;

/**
 * Picks the open slot of a channel as {@link chooseOpenSlot} does, by the slot that an RPC has reached.
 *
 * @param config `commitment` is `confirmed` by default: what is processed only may never become a slot of the chain.
 * @throws As {@link chooseOpenSlot}; `RPC_RESPONSE_INVALID`; `NO_ANSWER`. Errors of the RPC itself come through as they are.
 */
export async function fetchOpenSlot(
    rpc: Rpc<GetSlotApi>,
    options: Omit<ChooseOpenSlotInput, 'currentSlot'> = {},
    config: SlotConfig = {},
): Promise<bigint> {
    const { landingSlots } = readOnlyMembers('options', options, { landingSlots: true });
    // What is wrong with it shows before anything is asked.
    chooseOpenSlot({ currentSlot: 0n, landingSlots });
    return chooseOpenSlot({ currentSlot: await fetchCurrentSlot(rpc, config), landingSlots });
}

/** The slot that an RPC has reached. */
export async function fetchCurrentSlot(rpc: Rpc<GetSlotApi>, config: SlotConfig = {}): Promise<bigint> {
    assertHasMethods('rpc', rpc, ['getSlot']);
    assertIsFetchConfig(config);
    const answer: unknown = await askRpc('getSlot', config, options => rpc.getSlot(getRpcConfig(config)).send(options));
    const slot = toRpcSlot('answer', answer);
    return slot >= BigInt(config.minContextSlot ?? 0n) ? slot : refuseRpcAnswer('answer', slot);
}
