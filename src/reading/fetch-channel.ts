import {
    assertAccountExists,
    type Account,
    type Address,
    type Commitment,
    type GetAccountInfoApi,
    type GetMultipleAccountsApi,
    type MaybeAccount,
    type MaybeEncodedAccount,
    type Rpc,
    type Slot,
} from '@solana/kit';

import { toResult } from '../core/json-form';
import type { Deployment } from '../revision/deployment';
import {
    assertHasMethods,
    readOnlyMembers,
    toAbortSignal,
    toAddress,
    toList,
    toOneOf,
    toInteger,
    toU64,
    type OnlyMembers,
} from '../core/input';
import type { ChannelOf, RevisionName } from '../revision/revision-types';
import { refuseRpcAnswer, toContextSlot, toRpcList, toRpcRecord } from '../runtime/rpc-answer';
import { within } from '../core/within';
import { decodeChannelAccount } from '../channel/channel-account';
import { findChannelPda, type ChannelSeedsInput } from '../channel/find-pdas';
import { toMaybeEncodedAccount } from './rpc-account';
import { assertIsLiveChannelState, decodeChannelState, type ChannelState } from '../channel/channel-state';

/** Config of a request to an RPC; every field has a default. */
export type FetchConfig = Readonly<{
    abortSignal?: AbortSignal | undefined;
    /**
     * Commitment of the state; `confirmed` by default. Without one an RPC would use `finalized`, which lags by about 13
     * seconds and reports a channel that was just opened as missing.
     */
    commitment?: Commitment | undefined;
    /**
     * Slot that the RPC has to have seen, for instance that of a transaction that was just confirmed. An answer from
     * before it is refused, whether or not the RPC heeds it.
     */
    minContextSlot?: Slot | undefined;
    /** Milliseconds that a request may take, 60,000 by default: then it fails with `NO_ANSWER`. */
    requestTimeoutMs?: number | undefined;
}>;

const FETCH_MEMBERS: OnlyMembers<FetchConfig> = {
    abortSignal: true,
    commitment: true,
    minContextSlot: true,
    requestTimeoutMs: true,
};
const COMMITMENTS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];

/**
 * Checks what says how to read, before anything is asked.
 *
 * @param others Names of what else the config may have.
 */
export function assertIsFetchConfig(config: FetchConfig, others: Readonly<Record<string, true>> = {}): void {
    const given = readOnlyMembers<FetchConfig>('config', config, { ...FETCH_MEMBERS, ...others });
    toAbortSignal('config.abortSignal', given.abortSignal);
    if (given.commitment !== undefined) toOneOf('config.commitment', given.commitment, COMMITMENTS);
    if (given.minContextSlot !== undefined) toU64('config.minContextSlot', given.minContextSlot);
}

/** A value with the slot that it was read at. */
export type Fetched<TState> = TState & Readonly<{ slot: Slot }>;

/** The most addresses that getMultipleAccounts takes. */
export const MAX_ADDRESSES = 100;

/** The part of a config that goes to the RPC. Fields that are not given are left out, as kit's types require. */
export function getRpcConfig({
    commitment = 'confirmed',
    minContextSlot,
}: Pick<FetchConfig, 'commitment' | 'minContextSlot'>): {
    commitment: Commitment;
    minContextSlot?: Slot;
} {
    return { commitment, ...(minContextSlot === undefined ? {} : { minContextSlot }) };
}

const REQUEST_TIMEOUT_MS = 60_000;
export const MAX_REQUEST_TIMEOUT_MS = 86_400_000;

/**
 * Asks an RPC, for so long and until the caller aborts, whether or not the transport listens.
 *
 * @throws `NO_ANSWER`; `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the time; the reason of the signal; what the
 * transport throws.
 */
export async function askRpc<T>(
    method: string,
    { abortSignal, requestTimeoutMs = REQUEST_TIMEOUT_MS }: Pick<FetchConfig, 'abortSignal' | 'requestTimeoutMs'>,
    send: (options: Readonly<{ abortSignal: AbortSignal }>) => Promise<T>,
): Promise<T> {
    const timeout = toInteger('requestTimeoutMs', requestTimeoutMs, 1n, BigInt(MAX_REQUEST_TIMEOUT_MS));
    return await within(`the RPC (${method})`, Number(timeout), own => send({ abortSignal: own }), abortSignal);
}

/**
 * Fetches what stands at the address of a channel: an open, closing or finalized channel, the tombstone of a closed one,
 * or nothing.
 *
 * @throws `ADDRESS_INVALID`; `RPC_RESPONSE_INVALID` when the answer can't be read; `NO_ANSWER`; the errors of
 * {@link decodeChannelState}. Errors of the RPC itself (kit's `SolanaError`) come through as they are.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * if (state.kind === 'closing') console.log(`settle before ${state.deadlineAt}`);
 * ```
 */
export async function fetchChannelState<TRevision extends RevisionName>(
    rpc: Rpc<GetAccountInfoApi>,
    address: Address,
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<Fetched<ChannelState<TRevision>>> {
    const { account, slot } = await fetchAccount(rpc, address, config);
    return toResult({ ...decodeChannelState<TRevision>(account, deployment), slot });
}

/**
 * Fetches what stands at each of many addresses, in their order: 100 addresses with each request, one request after the
 * other.
 *
 * @throws As {@link fetchChannelState}, for the first address that can't be read.
 *
 * @example
 * ```ts
 * const states = await fetchChannelStates(rpc, addresses, MAINNET_DEPLOYMENT, { commitment: 'finalized' });
 * const open = states.filter(({ kind }) => kind === 'open');
 * ```
 */
export async function fetchChannelStates<TRevision extends RevisionName>(
    rpc: Rpc<GetMultipleAccountsApi>,
    addresses: readonly Address[],
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<readonly Fetched<ChannelState<TRevision>>[]> {
    const accounts = await fetchAccounts(rpc, addresses, config);
    return Object.freeze(
        accounts.map(({ account, slot }) => toResult({ ...decodeChannelState<TRevision>(account, deployment), slot })),
    );
}

/**
 * Fetches the account of a channel.
 *
 * @throws `CHANNEL_NOT_FOUND` when there is none, `CHANNEL_CLOSED` when it left its tombstone, or as
 * {@link fetchChannelState}.
 *
 * @example
 * ```ts
 * const { data } = await fetchChannel(rpc, channel, MAINNET_DEPLOYMENT);
 * console.log(data.deposit, data.settlement.settled);
 * ```
 */
export async function fetchChannel<TRevision extends RevisionName, TAddress extends string = string>(
    rpc: Rpc<GetAccountInfoApi>,
    address: Address<TAddress>,
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<Account<ChannelOf<TRevision>, TAddress>> {
    const { account } = await fetchAccount(rpc, address, config);
    return toChannelAccount(account, deployment) as Account<ChannelOf<TRevision>, TAddress>;
}

/**
 * Fetches the account of a channel, if there is one.
 *
 * @throws `CHANNEL_CLOSED` when it left its tombstone, or as {@link fetchChannelState}.
 *
 * @example
 * ```ts
 * const account = await fetchMaybeChannel(rpc, channel, MAINNET_DEPLOYMENT);
 * console.log(account.exists ? account.data.deposit : 'not opened yet');
 * ```
 */
export async function fetchMaybeChannel<TRevision extends RevisionName, TAddress extends string = string>(
    rpc: Rpc<GetAccountInfoApi>,
    address: Address<TAddress>,
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<MaybeAccount<ChannelOf<TRevision>, TAddress>> {
    const { account } = await fetchAccount(rpc, address, config);
    return toMaybeChannelAccount(account, deployment) as MaybeAccount<ChannelOf<TRevision>, TAddress>;
}

/**
 * Fetches the accounts of many channels as {@link fetchChannelStates} does.
 *
 * @throws As {@link fetchChannel}, for the first address that there is no channel at.
 *
 * @example
 * ```ts
 * const channels = await fetchAllChannel(rpc, addresses, MAINNET_DEPLOYMENT);
 * for (const { address, data } of channels) console.log(address, data.deposit);
 * ```
 */
export async function fetchAllChannel<TRevision extends RevisionName>(
    rpc: Rpc<GetMultipleAccountsApi>,
    addresses: readonly Address[],
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<Account<ChannelOf<TRevision>>[]> {
    const accounts = await fetchAccounts(rpc, addresses, config);
    return accounts.map(({ account }) => toChannelAccount<TRevision>(account, deployment));
}

/**
 * Fetches the accounts of many channels, of those that there are, as {@link fetchChannelStates} does.
 *
 * @throws As {@link fetchMaybeChannel}, for the first address that can't be read.
 *
 * @example
 * ```ts
 * const channels = await fetchAllMaybeChannel(rpc, addresses, MAINNET_DEPLOYMENT);
 * const existing = channels.filter(({ exists }) => exists);
 * ```
 */
export async function fetchAllMaybeChannel<TRevision extends RevisionName>(
    rpc: Rpc<GetMultipleAccountsApi>,
    addresses: readonly Address[],
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<MaybeAccount<ChannelOf<TRevision>>[]> {
    const accounts = await fetchAccounts(rpc, addresses, config);
    return accounts.map(({ account }) => toMaybeChannelAccount<TRevision>(account, deployment));
}

/**
 * Fetches the account of the channel of the given parties and salt.
 *
 * @throws As {@link findChannelPda} and {@link fetchChannel}.
 *
 * @example
 * ```ts
 * const seeds = { authorizedSigner: payer.address, mint, openSlot, payee, payer, salt: 1n };
 * const { address, data } = await fetchChannelFromSeeds(rpc, seeds, MAINNET_DEPLOYMENT);
 * ```
 */
export async function fetchChannelFromSeeds<TRevision extends RevisionName>(
    rpc: Rpc<GetAccountInfoApi>,
    seeds: ChannelSeedsInput<TRevision>,
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<Account<ChannelOf<TRevision>>> {
    const [address] = await findChannelPda<TRevision>(seeds, deployment);
    return await fetchChannel<TRevision, string>(rpc, address, deployment, config);
}

/**
 * Fetches the account of the channel of the given parties and salt, if there is one.
 *
 * @throws As {@link findChannelPda} and {@link fetchMaybeChannel}.
 *
 * @example
 * ```ts
 * const seeds = { authorizedSigner: payer.address, mint, openSlot, payee, payer, salt: 1n };
 * const account = await fetchMaybeChannelFromSeeds(rpc, seeds, MAINNET_DEPLOYMENT);
 * ```
 */
export async function fetchMaybeChannelFromSeeds<TRevision extends RevisionName>(
    rpc: Rpc<GetAccountInfoApi>,
    seeds: ChannelSeedsInput<TRevision>,
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<MaybeAccount<ChannelOf<TRevision>>> {
    const [address] = await findChannelPda<TRevision>(seeds, deployment);
    return await fetchMaybeChannel<TRevision, string>(rpc, address, deployment, config);
}

/** The account at an address, with the slot at which the RPC looked. */
export type FetchedAccount = Readonly<{ account: MaybeEncodedAccount; slot: Slot }>;

/** Reads the account at an address. */
export async function fetchAccount(
    rpc: Rpc<GetAccountInfoApi>,
    input: Address,
    config: FetchConfig,
): Promise<FetchedAccount> {
    assertHasMethods('rpc', rpc, ['getAccountInfo']);
    assertIsFetchConfig(config);
    const address = toAddress('address', input);
    const answer: unknown = await askRpc('getAccountInfo', config, options =>
        rpc.getAccountInfo(address, { encoding: 'base64', ...getRpcConfig(config) }).send(options),
    );
    const slot = toContextSlot('answer', answer, config.minContextSlot);
    return { account: toMaybeEncodedAccount('answer.value', address, toRpcRecord('answer', answer)['value']), slot };
}

/** Reads the accounts at addresses, in their order. */
export async function fetchAccounts(
    rpc: Rpc<GetMultipleAccountsApi>,
    input: readonly Address[],
    config: FetchConfig,
): Promise<FetchedAccount[]> {
    assertHasMethods('rpc', rpc, ['getMultipleAccounts']);
    assertIsFetchConfig(config);
    const addresses = toList('addresses', input, 'an array of addresses', (address, path) => toAddress(path, address));
    const fetched: FetchedAccount[] = [];
    for (let start = 0; start < addresses.length; start += MAX_ADDRESSES) {
        const chunk = addresses.slice(start, start + MAX_ADDRESSES);
        const { accounts, slot } = await fetchAccountsAtOnce(rpc, chunk, config);
        for (const account of accounts) fetched.push({ account, slot });
    }
    return fetched;
}

/** Reads as many accounts as one request takes, in the order in which they are asked for. */
export async function fetchAccountsAtOnce(
    rpc: Rpc<GetMultipleAccountsApi>,
    addresses: readonly Address[],
    config: FetchConfig,
): Promise<Readonly<{ accounts: readonly MaybeEncodedAccount[]; slot: Slot }>> {
    const answer: unknown = await askRpc('getMultipleAccounts', config, options =>
        rpc.getMultipleAccounts(addresses, { encoding: 'base64', ...getRpcConfig(config) }).send(options),
    );
    const slot = toContextSlot('answer', answer, config.minContextSlot);
    const values = toRpcList('answer.value', toRpcRecord('answer', answer)['value']);
    if (values.length !== addresses.length) refuseRpcAnswer('answer.value.length', values.length);
    const accounts = addresses.map((address, index) =>
        toMaybeEncodedAccount(`answer.value[${index}]`, address, values[index]),
    );
    return { accounts, slot };
}

function toMaybeChannelAccount<TRevision extends RevisionName>(
    account: MaybeEncodedAccount,
    deployment: Deployment<TRevision>,
): MaybeAccount<ChannelOf<TRevision>> {
    const state = decodeChannelState<TRevision>(account, deployment);
    if (state.kind === 'absent') return toResult({ address: account.address, exists: false });
    return toResult({ ...toChannelAccount(account, deployment), exists: true });
}

function toChannelAccount<TRevision extends RevisionName>(
    account: MaybeEncodedAccount,
    deployment: Deployment<TRevision>,
): Account<ChannelOf<TRevision>> {
    assertIsLiveChannelState<TRevision>(decodeChannelState(account, deployment));
    assertAccountExists(account);
    return decodeChannelAccount<string, TRevision>(account, deployment);
}
