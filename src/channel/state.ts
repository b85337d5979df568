import type { Address, EncodedAccount, MaybeAccount } from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';

import { ChannelStatus, type Channel } from '../../generated/tombstone';
import type { DeploymentConfig } from '../deployment';
import { PaymentChannelsError } from '../errors';
import { describe, I64_MAX, toAddress, toI64, toU64 } from '../input';
import { decodeChannelAccount, isClosedChannelAccount } from './account';

/** There is no channel at the address: no account, or a wallet that only holds lamports. */
export type AbsentChannelState = Readonly<{ kind: 'absent'; address: Address }>;

/** The channel takes vouchers. */
export type OpenChannelState = Readonly<{ kind: 'open'; address: Address; channel: Channel }>;

/** The payer has begun to close the channel. */
export type ClosingChannelState = Readonly<{
    kind: 'closing';
    address: Address;
    channel: Channel;
    /**
     * Unix time in seconds up to which, and not at which, the payee can still bring in its last voucher with
     * settleAndFinalize, and from which on anyone can finalize (spec section 4). `undefined` when the time exceeds an
     * i64: then neither is ever possible (spec section 11).
     */
    deadlineAt: bigint | undefined;
}>;

/** Nothing more can be settled: what is left to do is to pay out. */
export type FinalizedChannelState = Readonly<{ kind: 'finalized'; address: Address; channel: Channel }>;

/** The channel has ended and left a tombstone: its address can never be opened again (spec section 3.2). */
export type ClosedChannelState = Readonly<{ kind: 'closed'; address: Address }>;

/** A channel that still has its account. */
export type LiveChannelState = ClosingChannelState | FinalizedChannelState | OpenChannelState;

/** What stands at the address of a channel. */
export type ChannelState = AbsentChannelState | ClosedChannelState | LiveChannelState;

/**
 * Says what stands at the address of a channel (spec sections 3 and 4).
 *
 * An account that holds nothing but lamports (anyone can send some ahead) is no channel yet: it is `absent`.
 *
 * @throws `ACCOUNT_OWNER_MISMATCH` when another program owns the account; `ACCOUNT_MALFORMED` when it is neither a
 * channel nor the tombstone of one, has a version or a status that nobody knows, or amounts that contradict each other;
 * `ADDRESS_INVALID`.
 */
export function decodeChannelState(
    account: MaybeAccount<EncodedAccount['data']>,
    config: DeploymentConfig = {},
): ChannelState {
    if (typeof account !== 'object' || (account as unknown) === null) {
        throw new PaymentChannelsError('ACCOUNT_MALFORMED', { address: describe(account), reason: 'it is no account' });
    }
    const address = toAddress('account.address', account.address);
    if (!account.exists) return Object.freeze({ address, kind: 'absent' });
    if (account.data instanceof Uint8Array) {
        if (account.programAddress === SYSTEM_PROGRAM_ADDRESS && account.data.length === 0) {
            return Object.freeze({ address, kind: 'absent' });
        }
        if (isClosedChannelAccount(account, config)) return Object.freeze({ address, kind: 'closed' });
    }
    return getLiveChannelState(address, decodeChannelAccount(account, config).data);
}

/**
 * The state of a channel whose account was decoded.
 *
 * @throws `ACCOUNT_MALFORMED` for amounts that contradict each other.
 */
export function getLiveChannelState(address: Address, channel: Channel): LiveChannelState {
    const { deposit, settlement } = channel;
    // The program never lets these happen; an account that shows them is not what the program wrote.
    if (settlement.settled > deposit) {
        const reason = `it has settled ${settlement.settled} of a deposit of ${deposit}`;
        throw new PaymentChannelsError('ACCOUNT_MALFORMED', { address, reason });
    }
    if (settlement.payoutWatermark > settlement.settled) {
        const reason = `it has paid out ${settlement.payoutWatermark} of ${settlement.settled} that were settled`;
        throw new PaymentChannelsError('ACCOUNT_MALFORMED', { address, reason });
    }
    switch (channel.status) {
        case ChannelStatus.Open:
            return Object.freeze({ address, channel, kind: 'open' });
        case ChannelStatus.Closing:
            return Object.freeze({ address, channel, deadlineAt: getDeadline(channel), kind: 'closing' });
        case ChannelStatus.Finalized:
            return Object.freeze({ address, channel, kind: 'finalized' });
    }
}

function getDeadline({ closureStartedAt, gracePeriod }: Channel): bigint | undefined {
    const deadline = closureStartedAt + BigInt(gracePeriod);
    return deadline <= I64_MAX ? deadline : undefined;
}

/** Whether the channel still has its account: it is open, closing or finalized. */
export function isLiveChannelState(state: ChannelState): state is LiveChannelState {
    return state.kind === 'open' || state.kind === 'closing' || state.kind === 'finalized';
}

/**
 * Throws unless the channel still has its account.
 *
 * @throws `CHANNEL_NOT_FOUND` when there is none at the address, `CHANNEL_CLOSED` when it left its tombstone there.
 */
export function assertIsLiveChannelState(state: ChannelState): asserts state is LiveChannelState {
    if (state.kind === 'absent') throw new PaymentChannelsError('CHANNEL_NOT_FOUND', { address: state.address });
    if (state.kind === 'closed') throw new PaymentChannelsError('CHANNEL_CLOSED', { address: state.address });
}

/**
 * Whether a voucher can be settled in the channel at a time: by settle or settleAndFinalize while it is open, by
 * settleAndFinalize before the deadline while it is closing (spec section 4).
 *
 * @param unixTimestamp Time of the cluster, in unix seconds.
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the time.
 */
export function isSettleable(state: ChannelState, unixTimestamp: bigint | number): boolean {
    const now = toI64('unixTimestamp', unixTimestamp);
    if (state.kind === 'closing') return state.deadlineAt !== undefined && now < state.deadlineAt;
    return state.kind === 'open';
}

/**
 * Whether anyone can finalize the channel at a time: from the deadline on while it is closing (spec section 7.6).
 *
 * @param unixTimestamp Time of the cluster, in unix seconds.
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the time.
 */
export function isFinalizable(state: ChannelState, unixTimestamp: bigint | number): boolean {
    const now = toI64('unixTimestamp', unixTimestamp);
    return state.kind === 'closing' && state.deadlineAt !== undefined && now >= state.deadlineAt;
}

/** What follows from the amounts of a channel, each in base units of the token. */
export type ChannelFigures = Readonly<{
    /** What further vouchers can still authorize, above both what is settled and what was accepted off chain. */
    spendable: bigint;
    /** Accepted off chain and not settled: lost to the payee once the channel is finalized or its deadline has passed. */
    unsettled: bigint;
    /** Settled and not paid out: what the next distribute divides among recipients and payee. */
    undistributed: bigint;
    /**
     * What the payer gets back when the channel ends with what is settled now; 0 when it was paid back already. Until
     * the channel is finalized, every voucher that is settled makes it less.
     */
    refundable: bigint;
    /** Whether the payer took its refund by withdrawPayer. */
    hasPayerWithdrawn: boolean;
}>;

/**
 * Derives the figures of a channel.
 *
 * @param options `acceptedAmount`: cumulative amount of the latest voucher that the payee accepted, in base units (u64);
 * 0 by default. One above the deposit counts in full as unsettled, and leaves nothing spendable.
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the accepted amount.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, address);
 * if (state.kind === 'open') console.log(getChannelFigures(state, { acceptedAmount }).spendable);
 * ```
 */
export function getChannelFigures(
    state: LiveChannelState,
    options: Readonly<{ acceptedAmount?: bigint | number | undefined }> = {},
): ChannelFigures {
    const { acceptedAmount = 0n } = options;
    const accepted = toU64('acceptedAmount', acceptedAmount);
    const { deposit, payerWithdrawnAt, settlement } = state.channel;
    const { payoutWatermark, settled } = settlement;
    const authorized = max(settled, accepted);
    const hasPayerWithdrawn = payerWithdrawnAt !== 0n;
    return Object.freeze({
        hasPayerWithdrawn,
        refundable: hasPayerWithdrawn ? 0n : deposit - settled,
        spendable: state.kind === 'finalized' ? 0n : max(0n, deposit - authorized),
        undistributed: settled - payoutWatermark,
        unsettled: authorized - settled,
    });
}

function max(a: bigint, b: bigint): bigint {
    return a > b ? a : b;
}
