import type { Address, EncodedAccount, GetProgramAccountsApi, Rpc, Slot } from '@solana/kit';

import { getProgramConfig, type Deployment } from '../revision/deployment';
import { ACCOUNT_MALFORMED, CHANNELS_UNREADABLE } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import { toResult } from '../core/json-form';
import { assertHasMethods, readMembers, refuseInput } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { toContextSlot, toRpcAddress, toRpcList, toRpcRecord } from '../runtime/rpc-answer';
import { askRpc, assertIsFetchConfig, getRpcConfig, type FetchConfig, type Fetched } from './fetch-channel';
import { getBytesToMatch, isMatch, toRpcFilters, type BytesAt, type ChannelFilter } from '../channel/channel-filters';
import { toEncodedAccount } from './rpc-account';
import { decodeChannelState, isLiveChannelState, type LiveChannelState } from '../channel/channel-state';

/** Config of a search for channels. */
export type FetchChannelsConfig = FetchConfig &
    Readonly<{
        /**
         * Called for each account that was found and can't be read, with the typed error that says why; the others are
         * then returned. Without it such an account makes the whole query fail: none is ever skipped in silence.
         */
        onUnreadable?: ((error: PaymentChannelsError, address: Address) => void) | undefined;
    }>;

/** An account that an RPC found, as it was found. */
export type FoundChannel<TRevision extends RevisionName> = Readonly<{
    data: EncodedAccount['data'];
    state: Fetched<LiveChannelState<TRevision>>;
}>;

/**
 * Finds the channels with all of the given fields, by the RPC's getProgramAccounts. Closed channels are not among them:
 * a tombstone does not say whose channel it was, and where there are no tombstones nothing is left.
 *
 * @throws `CHANNELS_UNREADABLE` with every account that can't be read (its `cause` has the errors), unless
 * {@link FetchChannelsConfig.onUnreadable} takes them; `RPC_RESPONSE_INVALID` when the answer as a whole can't be read; `NO_ANSWER`;
 * `ADDRESS_INVALID` by field, `CHANNEL_STATUS_INVALID`. Errors of the RPC itself come through as they are.
 *
 * @example
 * ```ts
 * const open = await fetchChannels(rpc, { payee, status: 'open' }, MAINNET_DEPLOYMENT);
 * ```
 */
export async function fetchChannels<TRevision extends RevisionName>(
    rpc: Rpc<GetProgramAccountsApi>,
    filter: ChannelFilter<TRevision>,
    deployment: Deployment<TRevision>,
    config: FetchChannelsConfig = {},
): Promise<readonly Fetched<LiveChannelState<TRevision>>[]> {
    const { found } = await queryChannels(rpc, filter, deployment, config);
    return Object.freeze(found.map(({ state }) => state));
}

/** Checks what says how to look for channels, before anything is asked. */
export function assertIsQueryConfig(config: FetchChannelsConfig): void {
    assertIsFetchConfig(config, { isStatusFilteredByRpc: true, onUnreadable: true });
    const { onUnreadable } = readMembers('config', config, ['onUnreadable']);
    if (onUnreadable !== undefined && typeof onUnreadable !== 'function') {
        refuseInput('config.onUnreadable', 'a function', onUnreadable);
    }
}

/** As {@link fetchChannels}, with the slot of the query, which a query that finds nothing has too. */
export async function queryChannels<TRevision extends RevisionName>(
    rpc: Rpc<GetProgramAccountsApi>,
    filter: ChannelFilter<TRevision>,
    deployment: Deployment<TRevision>,
    config: FetchChannelsConfig,
): Promise<{ found: readonly FoundChannel<TRevision>[]; slot: Slot }> {
    assertHasMethods('rpc', rpc, ['getProgramAccounts']);
    assertIsQueryConfig(config);
    const { programAddress } = getProgramConfig(deployment);
    const parts = getBytesToMatch(filter, deployment);
    const params = {
        encoding: 'base64',
        filters: toRpcFilters(parts, deployment),
        withContext: true,
        ...getRpcConfig(config),
    } as const;
    const answer: unknown = await askRpc('getProgramAccounts', config, options =>
        rpc.getProgramAccounts(programAddress, params).send(options),
    );
    const slot = toContextSlot('answer', answer, config.minContextSlot);
    const reports = new UnreadableReports(config);
    const found: FoundChannel<TRevision>[] = [];
    for (const [index, value] of toRpcList('answer.value', toRpcRecord('answer', answer)['value']).entries()) {
        const channel = readFoundChannel(`answer.value[${index}]`, value, slot, parts, deployment, reports);
        if (channel) found.push(channel);
    }
    reports.throwIfAny();
    return { found, slot };
}

/** Reads an account that an RPC found by filters; one that can't be read goes to the reports. */
export function readFoundChannel<TRevision extends RevisionName>(
    field: string,
    value: unknown,
    slot: Slot,
    parts: readonly BytesAt[],
    deployment: Deployment<TRevision>,
    reports: UnreadableReports,
): FoundChannel<TRevision> | undefined {
    const { account: fields, pubkey } = toRpcRecord(field, value);
    const address = toRpcAddress(`${field}.pubkey`, pubkey);
    try {
        const account = toEncodedAccount(`${field}.account`, address, fields);
        const state = decodeChannelState<TRevision>({ ...account, exists: true }, deployment);
        if (!isLiveChannelState(state) || !isMatch(account.data, parts, deployment)) {
            const reason = 'it is not one that was asked for; the RPC did not filter';
            throw new PaymentChannelsError(ACCOUNT_MALFORMED, { address, reason });
        }
        const read: Fetched<LiveChannelState<TRevision>> = { ...state, slot };
        return { data: account.data, state: toResult(read) as Fetched<LiveChannelState<TRevision>> };
    } catch (error) {
        if (!isPaymentChannelsError(error)) throw error;
        reports.add(error, address);
        return undefined;
    }
}

/** Collects the accounts that can't be read, or hands them to whoever asked for them. */
export class UnreadableReports {
    readonly #errors: { address: Address; error: PaymentChannelsError }[] = [];

    constructor(private readonly config: Pick<FetchChannelsConfig, 'onUnreadable'>) {}

    add(error: PaymentChannelsError, address: Address): void {
        if (this.config.onUnreadable) this.config.onUnreadable(error, address);
        else this.#errors.push({ address, error });
    }

    throwIfAny(): void {
        if (this.#errors.length === 0) return;
        const failures = this.#errors.map(({ address, error: { code, message } }) => ({
            address,
            code,
            reason: message,
        }));
        const cause = new AggregateError(this.#errors.map(({ error }) => error));
        throw new PaymentChannelsError(CHANNELS_UNREADABLE, { failures }, { cause });
    }
}
