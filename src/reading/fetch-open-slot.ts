import type { GetSlotApi, Rpc } from '@solana/kit';

import { assertHasMethods, readOnlyMembers } from '../core/input';
import { refuseRpcAnswer, toRpcSlot } from '../runtime/rpc-answer';
import { askRpc, assertIsFetchConfig, getRpcConfig, type FetchConfig } from './fetch-channel';
import type { DeploymentParts } from '../revision/deployment';
import { chooseOpenSlot, type ChooseOpenSlotInput } from '../revision/open-slot';

/**
 * Picks the open slot of a channel as {@link chooseOpenSlot} does, by the slot that an RPC has reached.
 *
 * @param config `commitment` is `confirmed` by default: what is processed only may never become a slot of the chain.
 * @throws As {@link chooseOpenSlot}; `RPC_RESPONSE_INVALID`; `NO_ANSWER`. Errors of the RPC itself come through as they are.
 *
 * @example
 * ```ts
 * // Two minutes to be signed and landed.
 * const openSlot = await fetchOpenSlot(rpc, { landingSlots: 300 }, MAINNET_DEPLOYMENT);
 * ```
 */
export async function fetchOpenSlot(
    rpc: Rpc<GetSlotApi>,
    options: Omit<ChooseOpenSlotInput, 'currentSlot'>,
    deployment: DeploymentParts<'channel'>,
    config: FetchConfig = {},
): Promise<bigint> {
    const { landingSlots } = readOnlyMembers('options', options, { landingSlots: true });
    // What is wrong with it shows before anything is asked.
    chooseOpenSlot({ currentSlot: 0n, landingSlots }, deployment);
    return chooseOpenSlot({ currentSlot: await fetchCurrentSlot(rpc, config), landingSlots }, deployment);
}

/** The slot that an RPC has reached. */
export async function fetchCurrentSlot(rpc: Rpc<GetSlotApi>, config: FetchConfig = {}): Promise<bigint> {
    assertHasMethods('rpc', rpc, ['getSlot']);
    assertIsFetchConfig(config);
    const answer: unknown = await askRpc('getSlot', config, options => rpc.getSlot(getRpcConfig(config)).send(options));
    const slot = toRpcSlot('answer', answer);
    return slot >= BigInt(config.minContextSlot ?? 0n) ? slot : refuseRpcAnswer('answer', slot);
}
