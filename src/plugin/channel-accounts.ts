import type { Account, Address, MaybeAccount } from '@solana/kit';

import { type ClosingChannelFilter, fetchClosingChannels } from '../reading/watch-closing-channels';
import {
    fetchAllChannel,
    fetchAllMaybeChannel,
    fetchChannel,
    fetchChannelState,
    type FetchConfig,
    type Fetched,
    fetchMaybeChannel,
} from '../reading/fetch-channel';
import type { ChannelFilter } from '../channel/channel-filters';
import { fetchChannels, type FetchChannelsConfig } from '../reading/fetch-channels';
import type { ChannelState, ClosingChannelState, LiveChannelState } from '../channel/channel-state';
import type { Deployment } from '../revision/deployment';
import { readMembers } from '../core/input';
import type { ChannelOf, RevisionName } from '../revision/revision-types';
import type { PaymentChannelsPluginRequirements } from './plugin-requirements';

/** Readers of the accounts of channels. */
export type ChannelReaders<TRevision extends RevisionName = RevisionName> = Readonly<{
    fetch: (address: Address, config?: FetchConfig) => Promise<Account<ChannelOf<TRevision>>>;
    fetchMaybe: (address: Address, config?: FetchConfig) => Promise<MaybeAccount<ChannelOf<TRevision>>>;
    fetchAll: (addresses: readonly Address[], config?: FetchConfig) => Promise<Account<ChannelOf<TRevision>>[]>;
    fetchAllMaybe: (
        addresses: readonly Address[],
        config?: FetchConfig,
    ) => Promise<MaybeAccount<ChannelOf<TRevision>>[]>;
    /** The state of the account at the address: a channel, a tombstone, or nothing. */
    fetchState: (address: Address, config?: FetchConfig) => Promise<Fetched<ChannelState<TRevision>>>;
    /** The channels with all of the given fields. */
    find: (
        filter: ChannelFilter<TRevision>,
        config?: FetchChannelsConfig,
    ) => Promise<readonly Fetched<LiveChannelState<TRevision>>[]>;
    /** The channels that their payers have begun to close, the most urgent first. */
    findClosing: (
        filter: ClosingChannelFilter<TRevision>,
        config?: FetchChannelsConfig,
    ) => Promise<readonly Fetched<ClosingChannelState<TRevision>>[]>;
}>;

/** Readers of the program's accounts, by the kind of account. */
export type PaymentChannelsAccounts<TRevision extends RevisionName = RevisionName> = Readonly<{
    channel: ChannelReaders<TRevision>;
}>;

/** Config for reading: the caller's values override the plugin's. */
export type WithDefaults = (given?: FetchChannelsConfig) => FetchChannelsConfig;

export function getAccounts(
    client: PaymentChannelsPluginRequirements,
    deployment: Deployment,
    withDefaults: WithDefaults,
): PaymentChannelsAccounts {
    const { rpc } = readMembers('client', client, ['rpc']);
    return Object.freeze({
        channel: Object.freeze<ChannelReaders>({
            fetch: async (address, given) => await fetchChannel(rpc, address, deployment, withDefaults(given)),
            fetchAll: async (addresses, given) =>
                await fetchAllChannel(rpc, addresses, deployment, withDefaults(given)),
            fetchAllMaybe: async (addresses, given) =>
                await fetchAllMaybeChannel(rpc, addresses, deployment, withDefaults(given)),
            fetchMaybe: async (address, given) =>
                await fetchMaybeChannel(rpc, address, deployment, withDefaults(given)),
            fetchState: async (address, given) =>
                await fetchChannelState(rpc, address, deployment, withDefaults(given)),
            find: async (filter, given) => await fetchChannels(rpc, filter, deployment, withDefaults(given)),
            findClosing: async (filter, given) =>
                await fetchClosingChannels(rpc, filter, deployment, withDefaults(given)),
        }),
    });
}
