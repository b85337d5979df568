import {
    getI64Decoder,
    getStructDecoder,
    getU64Decoder,
    type Address,
    type GetMultipleAccountsApi,
    type MaybeEncodedAccount,
    type Rpc,
} from '@solana/kit';

import { toResult, withJson } from '../../core/json-form';
import { createAddressCache, type AddressCache } from '../../channel/address-cache';
import type { DistributionAccounts } from '../../channel/assess-distribution';
import { toSplits } from '../../channel/splits';
import { assertIsFetchConfig, fetchAccountsAtOnce, MAX_ADDRESSES, type FetchConfig } from '../../reading/fetch-channel';
import {
    decodeChannelState,
    isLiveChannelState,
    type ChannelState,
    type LiveChannelState,
} from '../../channel/channel-state';
import { getTreasuryOwner, type Deployment } from '../../revision/deployment';
import { isPaymentChannelsError, type PaymentChannelsError } from '../../core/errors';
import { assertHasMethods, TOKEN_2022_PROGRAM_ADDRESS, toTokenProgram } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import { refuseRpcAnswer } from '../../runtime/rpc-answer';
import { toSignedVoucher } from '../../voucher/voucher';
import type { BatchItem } from '../plan/batch-input';
import { toRequests, type BatchRequest } from './execute-options';

/** The channels of a batch as they are on chain: the input of `planBatchSettle`. */
export type FetchedBatch<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** An item for each request whose channel can be read, in their order. */
    items: readonly BatchItem<TRevision>[];
    /** Place of the request that each item is for. */
    requestIndexes: readonly number[];
    /** The requests whose channel, or one of the requests for it, can't be read, each with the reason. */
    unreadable: readonly Readonly<{ requestIndex: number; channel: Address; error: PaymentChannelsError }>[];
    /** Time of the cluster, in unix seconds. */
    unixTimestamp: bigint;
    /** The oldest slot at which any of it was read. */
    slot: bigint;
}>;

/** How to read a batch. */
export type FetchBatchConfig = FetchConfig &
    Readonly<{
        /** Remembers derived addresses from batch to batch; see `createAddressCache`. */
        addresses?: AddressCache | undefined;
    }>;

/** Reads accounts in one request, at one slot. */
export type AccountReader = (
    addresses: readonly Address[],
) => Promise<Readonly<{ accounts: readonly MaybeEncodedAccount[]; slot: bigint }>>;

const CONCURRENT_REQUESTS = 4;
const CLOCK_SYSVAR = 'SysvarC1ock11111111111111111111111111111111' as Address;

/**
 * Reads what planning a batch takes: the channels, the time of the cluster, and of the requests with splits the token
 * accounts that distributing depends on (docs/program.md, sections 7.8 and 8).
 *
 * A channel that can't be read does not keep the others from being read.
 *
 * @throws `BATCH_INVALID`, `ADDRESS_INVALID` or `SIGNER_INVALID`, by field of a request; `INPUT_INVALID` for the config,
 * misspelt members included; `RPC_RESPONSE_INVALID`. Errors of the RPC itself come through as they are.
 *
 * @example
 * ```ts
 * const requests = vouchers.map(voucher => ({ channel: voucher.voucher.channelId, voucher }));
 * const { items, unixTimestamp } = await fetchBatchItems(rpc, requests, MAINNET_DEPLOYMENT);
 * ```
 */
export async function fetchBatchItems<TRevision extends RevisionName>(
    rpc: Rpc<GetMultipleAccountsApi>,
    requests: readonly BatchRequest[],
    deployment: Deployment<TRevision>,
    config: FetchBatchConfig = {},
): Promise<FetchedBatch<TRevision>> {
    assertHasMethods('rpc', rpc, ['getMultipleAccounts']);
    assertIsFetchConfig(config, { addresses: true });
    const read: AccountReader = async addresses => await fetchAccountsAtOnce(rpc, addresses, config);
    return await readBatch(read, toRequests(requests), config.addresses ?? createAddressCache(), deployment);
}

/** As {@link fetchBatchItems}, by another reader. */
export async function readBatch<TRevision extends RevisionName>(
    read: AccountReader,
    requests: readonly BatchRequest[],
    addresses: AddressCache,
    deployment: Deployment<TRevision>,
): Promise<FetchedBatch<TRevision>> {
    const channels = [...new Set(requests.map(({ channel }) => channel))];
    const { accounts, slot } = await readAll(read, [CLOCK_SYSVAR, ...channels]);
    const unixTimestamp = await confirmTime(read, readTime(accounts.get(CLOCK_SYSVAR)!), requests);

    const states = new Map<Address, ChannelState<TRevision> | PaymentChannelsError>();
    for (const channel of channels)
        states.set(
            channel,
            attempt(() => decodeChannelState(accounts.get(channel)!, deployment)),
        );

    const readers = requests.map(({ channel, splits }) => {
        const state = states.get(channel)!;
        return splits !== undefined && !isPaymentChannelsError(state) && isLiveChannelState(state) ? state : undefined;
    });
    const mints = await readAll(read, [...new Set(readers.flatMap(state => (state ? [state.channel.mint] : [])))]);
    const distributions = requests.map((request, index) => {
        const state = readers[index];
        if (state === undefined) return undefined;
        return attempt(() =>
            toDistributionAddresses(request, state, mints.accounts.get(state.channel.mint)!, addresses, deployment),
        );
    });
    const tokenAccounts = await readAll(read, [
        ...new Set(
            distributions.flatMap(distribution =>
                distribution === undefined || isPaymentChannelsError(distribution) ? [] : distribution.all,
            ),
        ),
    ]);

    // With only some of the vouchers of a channel it might be ended below the best.
    const errors = new Map<Address, PaymentChannelsError>();
    for (const [index, { channel }] of requests.entries()) {
        const error = [states.get(channel), distributions[index]].find(value => isPaymentChannelsError(value));
        if (error !== undefined && !errors.has(channel)) errors.set(channel, error);
    }

    const items: BatchItem<TRevision>[] = [];
    const requestIndexes: number[] = [];
    const unreadable: FetchedBatch<TRevision>['unreadable'][number][] = [];
    for (const [requestIndex, request] of requests.entries()) {
        const { allowForfeit, channel: address, isSignatureValid, payee, voucher } = request;
        const state = states.get(address)!;
        const distribution = distributions[requestIndex];
        const error = errors.get(address);
        if (error !== undefined) {
            unreadable.push(toResult({ channel: address, error, requestIndex }));
            continue;
        }
        requestIndexes.push(requestIndex);
        const base = { channel: state as ChannelState<TRevision>, isSignatureValid, payee, voucher };
        if (distribution === undefined || isPaymentChannelsError(distribution)) {
            items.push(toResult(base));
            continue;
        }
        const get = (account: Address) => tokenAccounts.accounts.get(account)!;
        const { addresses: found, mint, splits, tokenProgram } = distribution;
        const distributionAccounts: DistributionAccounts = withJson({
            escrow: get(found.escrow),
            mint,
            payee: get(found.payee),
            payer: get(found.payer),
            recipients: found.recipients.map(get),
            treasury: get(found.treasury),
        });
        items.push(
            toResult({
                ...base,
                distribution: withJson({ accounts: distributionAccounts, allowForfeit, splits }),
                tokenProgram,
            }),
        );
    }
    return toResult({
        items: Object.freeze(items),
        requestIndexes: Object.freeze(requestIndexes),
        slot,
        unixTimestamp,
        unreadable: Object.freeze(unreadable),
    });
}

/** A channel may be ended for good without a voucher that has expired: the time of one answer is not enough for that. */
async function confirmTime(read: AccountReader, time: bigint, requests: readonly BatchRequest[]): Promise<bigint> {
    const hasExpired = ({ voucher }: BatchRequest) => {
        if (voucher === undefined) return false;
        // A voucher that can't be read is reported with its channel.
        const signed = attempt(() => toSignedVoucher(voucher));
        if (isPaymentChannelsError(signed)) return false;
        const { expiresAt } = signed.voucher;
        return expiresAt !== 0n && expiresAt <= time;
    };
    if (!requests.some(hasExpired)) return time;
    const { accounts } = await readAll(read, [CLOCK_SYSVAR]);
    const again = readTime(accounts.get(CLOCK_SYSVAR)!);
    return again < time ? again : time;
}

/** Reads any number of accounts; the slot is that of the oldest answer. */
async function readAll(read: AccountReader, addresses: readonly Address[]) {
    const accounts = new Map<Address, MaybeEncodedAccount>();
    const slots: bigint[] = [];
    const starts = Array.from({ length: Math.ceil(addresses.length / MAX_ADDRESSES) }, (_, i) => i * MAX_ADDRESSES);
    const work = async () => {
        for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
            const answer = await read(addresses.slice(start, start + MAX_ADDRESSES));
            slots.push(answer.slot);
            for (const account of answer.accounts) accounts.set(account.address, account);
        }
    };
    await Promise.all(Array.from({ length: CONCURRENT_REQUESTS }, work));
    return { accounts, slot: slots.reduce((lowest, slot) => (slot < lowest ? slot : lowest), slots[0] ?? 0n) };
}

// As the runtime lays the sysvar out.
const getClockDecoder = () =>
    getStructDecoder([
        ['slot', getU64Decoder()],
        ['epochStartTimestamp', getI64Decoder()],
        ['epoch', getU64Decoder()],
        ['leaderScheduleEpoch', getU64Decoder()],
        ['unixTimestamp', getI64Decoder()],
    ]);

function readTime(account: MaybeEncodedAccount): bigint {
    const decoder = getClockDecoder();
    if (!account.exists || account.data.length !== decoder.fixedSize) {
        return refuseRpcAnswer('clock sysvar', account.exists);
    }
    return decoder.decode(account.data).unixTimestamp;
}

function toDistributionAddresses(
    request: BatchRequest,
    { address, channel: { mint, payee, payer } }: LiveChannelState<RevisionName>,
    mintAccount: MaybeEncodedAccount,
    cache: AddressCache,
    deployment: Deployment,
) {
    // A mint that can't be read is found when the distribution is assessed: no voucher waits for it.
    const owner = mintAccount.exists ? mintAccount.programAddress : undefined;
    const tokenProgram = toTokenProgram('owner of mint', owner === TOKEN_2022_PROGRAM_ADDRESS ? owner : undefined);
    const splits = toSplits(request.splits!, deployment);
    const find = (owner: Address) => cache.findTokenPdaSync({ mint, owner, tokenProgram })[0];
    const addresses = {
        escrow: find(address),
        payee: find(payee),
        payer: find(payer),
        recipients: splits.map(({ recipient }) => find(recipient)),
        treasury: find(getTreasuryOwner(deployment)),
    };
    const { escrow, recipients, treasury } = addresses;
    return {
        addresses,
        all: [escrow, addresses.payer, addresses.payee, treasury, ...recipients],
        mint: mintAccount,
        splits: request.splits!,
        tokenProgram,
    };
}

/** A typed error as a value: one channel that can't be read must not stop the others. */
function attempt<T>(make: () => T): PaymentChannelsError | T {
    try {
        return make();
    } catch (error) {
        if (isPaymentChannelsError(error)) return error;
        throw error;
    }
}
