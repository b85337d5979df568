import {
    bytesEqual,
    type Address,
    type EncodedAccount,
    type GetProgramAccountsApi,
    type ProgramNotificationsApi,
    type Rpc,
    type RpcSubscriptions,
    type Slot,
} from '@solana/kit';

import { getProgramConfig, type Deployment } from '../revision/deployment';
import { SUBSCRIPTION_ENDED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { assertHasMethods, readMembers, refuseInput, toAddress, toBoolean } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { MAX_LEAD_SLOTS, toContextSlot, toRpcRecord } from '../runtime/rpc-answer';
import { askRpc, getRpcConfig, type Fetched } from './fetch-channel';
import { within } from '../core/within';
import { getBytesToMatch, toRpcFilters, type ChannelFilter } from '../channel/channel-filters';
import {
    assertIsQueryConfig,
    queryChannels,
    readFoundChannel,
    UnreadableReports,
    type FetchChannelsConfig,
    type FoundChannel,
} from './fetch-channels';
import type { ClosingChannelState, LiveChannelState } from '../channel/channel-state';

/** The payee or payer whose closing channels to look for. */
export type ClosingChannelFilter<TRevision extends RevisionName = RevisionName> = Readonly<{ payee: Address }> &
    Omit<ChannelFilter<TRevision>, 'payee' | 'status'>;

/** Config of a search for closing channels. */
export type FetchClosingChannelsConfig = FetchChannelsConfig &
    Readonly<{
        /**
         * Whether the RPC selects the closing channels, rather than this package among all channels of the payee: less
         * to transfer for a payee of many. A channel with a status that this version of the package does not know then
         * goes unseen, where it otherwise is an error; so it is off by default.
         */
        isStatusFilteredByRpc?: boolean | undefined;
    }>;

/** The clients that {@link watchClosingChannels} takes. */
export type WatchClients = Readonly<{
    rpc: Rpc<GetProgramAccountsApi>;
    rpcSubscriptions: RpcSubscriptions<ProgramNotificationsApi>;
}>;

/**
 * Finds the channels that their payers have begun to close, ordered by the deadline until which the payee can still
 * settle its last voucher with settleAndFinalize (docs/program.md, section 4). Whoever misses it loses what was not
 * settled.
 *
 * Those whose deadline has passed, and that nobody has finalized, come first: `isSettleable(state, now)` tells them
 * apart. Those without a deadline (docs/program.md, section 11) come last.
 *
 * @throws As {@link fetchChannels}.
 *
 * @example
 * ```ts
 * for (const state of await fetchClosingChannels(rpc, { payee }, MAINNET_DEPLOYMENT)) {
 *     if (isSettleable(state, unixTimestamp)) await settleLastVoucher(state);
 * }
 * ```
 */
export async function fetchClosingChannels<TRevision extends RevisionName>(
    rpc: Rpc<GetProgramAccountsApi>,
    filter: ClosingChannelFilter<TRevision>,
    deployment: Deployment<TRevision>,
    config: FetchClosingChannelsConfig = {},
): Promise<readonly Fetched<ClosingChannelState<TRevision>>[]> {
    assertIsQueryConfig(config);
    const { isStatusFilteredByRpc = false } = readMembers('config', config, ['isStatusFilteredByRpc']);
    const { found } = await queryChannels<TRevision>(
        rpc,
        toClosingFilter(filter, toBoolean('config.isStatusFilteredByRpc', isStatusFilteredByRpc)),
        deployment,
        config,
    );
    return Object.freeze(selectClosing(found).map(({ state }) => state));
}

/** Without a party it would find the closing channels of everybody. */
function toClosingFilter<TRevision extends RevisionName>(
    filter: ClosingChannelFilter<TRevision>,
    isStatusFiltered: boolean,
): ChannelFilter<TRevision> {
    const { payee, status } = readMembers('filter', filter as ChannelFilter & typeof filter, ['payee', 'status']);
    toAddress('payee', payee);
    if (status !== undefined) refuseInput('filter.status', 'left out: it is that of closing channels', status);
    return (isStatusFiltered ? { ...filter, status: 'closing' } : filter) as ChannelFilter<TRevision>;
}

type FoundClosingChannel<TRevision extends RevisionName> = FoundChannel<TRevision> &
    Readonly<{ state: Fetched<ClosingChannelState<TRevision>> }>;

function selectClosing<TRevision extends RevisionName>(
    found: readonly FoundChannel<TRevision>[],
): FoundClosingChannel<TRevision>[] {
    return found
        .filter((channel): channel is FoundClosingChannel<TRevision> => channel.state.kind === 'closing')
        .sort(({ state: a }, { state: b }) => compareDeadlines(a, b));
}

function compareDeadlines(a: ClosingChannelState<RevisionName>, b: ClosingChannelState<RevisionName>): number {
    if (a.deadlineAt !== b.deadlineAt) {
        if (a.deadlineAt === undefined) return 1;
        if (b.deadlineAt === undefined) return -1;
        return a.deadlineAt < b.deadlineAt ? -1 : 1;
    }
    return a.address < b.address ? -1 : 1;
}

/**
 * Watches the channels that their payers have begun to close.
 *
 * First yields what {@link fetchClosingChannels} finds, in its order; then each channel that begins to close, and each
 * of those it has yielded when it changes: one that comes with another `kind` than `closing` needs no more attention.
 * Nothing is missed between the two, since the subscription stands before the query is made, and nothing comes twice. A
 * channel that is finalized and distributed within one slot leaves no trace in the subscription: what its deadline has
 * passed for is over in any case.
 *
 * The two clients have to reach the same node, or nodes that keep up with each other: what a lagging node does not know
 * yet when it is asked, and the subscription no longer tells, would be missed. `minContextSlot` guards against it.
 *
 * The iterator ends in silence only when the signal is aborted or the caller leaves the loop. Reconnecting is the
 * transport's matter, or the caller's: start it again after an error, it begins with what is closing then.
 *
 * @throws `SUBSCRIPTION_ENDED` when the subscription ends by itself; `NO_ANSWER` when it does not begin, or the query is not
 * answered, within `requestTimeoutMs`; as {@link fetchChannels}. Errors of the RPC and of
 * the subscription come through as they are.
 *
 * @example
 * ```ts
 * const clients = { rpc, rpcSubscriptions };
 * for await (const state of watchClosingChannels(clients, { payee }, MAINNET_DEPLOYMENT, { abortSignal })) {
 *     if (state.kind === 'closing') await settleLastVoucher(state);
 * }
 * ```
 */
export async function* watchClosingChannels<TRevision extends RevisionName>(
    clients: WatchClients,
    filter: ClosingChannelFilter<TRevision>,
    deployment: Deployment<TRevision>,
    config: FetchChannelsConfig = {},
): AsyncGenerator<Fetched<LiveChannelState<TRevision>>, void, void> {
    const { rpc, rpcSubscriptions } = readMembers('clients', clients, ['rpc', 'rpcSubscriptions']);
    assertHasMethods('clients.rpc', rpc, ['getProgramAccounts']);
    assertHasMethods('clients.rpcSubscriptions', rpcSubscriptions, ['programNotifications']);
    assertIsQueryConfig(config);
    const asked = toClosingFilter(filter, false);
    const parts = getBytesToMatch(asked, deployment);
    const abort = linkAbort(config.abortSignal);
    try {
        // Without the status: the RPC tells nothing of a channel that no longer matches, as one that was finalized.
        const subscribe = rpcSubscriptions.programNotifications(getProgramConfig(deployment).programAddress, {
            commitment: getRpcConfig(config).commitment,
            encoding: 'base64',
            filters: toRpcFilters(parts, deployment),
        });
        const bounds = { abortSignal: abort.signal, requestTimeoutMs: config.requestTimeoutMs };
        // Its signal is that of the loop, which it lives as long as.
        const subscription = await askRpc('programNotifications', bounds, () =>
            subscribe.subscribe({ abortSignal: abort.signal }),
        );
        const notifications = subscription[Symbol.asyncIterator]() as AsyncIterator<unknown>;
        // Kit keeps what comes in only from the first time on that it is asked for something.
        let next = notifications.next();
        next.catch(() => undefined);

        const { found, slot } = await queryChannels<TRevision>(rpc, asked, deployment, {
            ...config,
            abortSignal: abort.signal,
        });
        const watched = new WatchedChannels(slot);
        for (const channel of selectClosing(found)) {
            if (watched.isNews(channel)) yield channel.state;
        }

        for (;;) {
            const { done, value } = await abort.orAborted(next);
            if (done) throw new PaymentChannelsError(SUBSCRIPTION_ENDED, { subscription: 'closing channels' });
            next = notifications.next();
            next.catch(() => undefined);
            const reports = new UnreadableReports(config);
            const { value: account } = toRpcRecord('notification', value);
            const at = toContextSlot('notification', value);
            const channel = readFoundChannel('notification.value', account, at, parts, deployment, reports);
            reports.throwIfAny();
            if (channel && watched.isNews(channel)) yield channel.state;
        }
    } catch (error) {
        if (!config.abortSignal?.aborted) throw error;
    } finally {
        abort.release();
    }
}

/** The last state yielded for each channel, to recognize known and older states. */
class WatchedChannels {
    readonly #known = new Map<Address, Readonly<{ data: EncodedAccount['data']; slot: Slot }>>();

    /** @param querySlot Slot up to which the query has seen everything. */
    constructor(private readonly querySlot: Slot) {}

    isNews<TRevision extends RevisionName>({ data, state }: FoundChannel<TRevision>): boolean {
        const known = this.#known.get(state.address);
        const behind = (known?.slot ?? this.querySlot) - state.slot;
        // With a slot in the future, every later state would count as older.
        if (behind > 0n && behind <= MAX_LEAD_SLOTS) return false;
        // A channel that is no longer closing is yielded only if it was yielded as closing.
        if (!known && state.kind !== 'closing') return false;
        if (known && bytesEqual(known.data, data)) return false;
        this.#known.set(state.address, { data, slot: state.slot });
        return true;
    }
}

/** A signal of its own that follows the caller's, for what has to end with the caller's loop as well. */
function linkAbort(outer: AbortSignal | undefined) {
    const controller = new AbortController();
    const { signal } = controller;
    const onAbort = () => controller.abort(outer?.reason);
    if (outer?.aborted) onAbort();
    else outer?.addEventListener('abort', onAbort);
    return {
        /** The promise, or a rejection as soon as the caller aborts, whether or not the transport heeds it. */
        orAborted: <T>(promise: Promise<T>): Promise<T> => within('the subscription', Infinity, () => promise, signal),
        release() {
            outer?.removeEventListener('abort', onAbort);
            controller.abort();
        },
        signal,
    };
}
