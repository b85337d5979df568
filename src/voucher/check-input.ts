import type { Address } from '@solana/kit';

import { getStateKinds, isLiveChannelState, type ChannelState, type LiveChannelState } from '../channel/state';
import { getRevisionName, type DeploymentConfig } from '../deployment';
import { PaymentChannelsError } from '../errors';
import { describe, toI64, toAddress, toU32, toU64 } from '../input';
import type { RevisionName } from '../revision/types';
import type { VoucherInstruction } from './verdict';
import { toSignedVoucher, type SignedVoucher } from './voucher';

/** What a voucher is checked against. */
export type VoucherCheckInput<TRevision extends RevisionName = 'tombstone'> = Readonly<{
    /** The voucher to check. */
    signedVoucher: SignedVoucher;
    /** The channel that it is to be brought in to, as it stands on chain; see {@link assertIsAgreedChannel}. */
    channel: ChannelState<TRevision>;
    /** Time of the cluster, in unix seconds. */
    unixTimestamp: bigint | number;
    /**
     * The instruction that is to bring the voucher on chain: settle (the default) takes vouchers of open channels,
     * settleAndFinalize, in the epoch revision settleAndSeal, also those of closing ones before the deadline.
     */
    instruction?: VoucherInstruction<TRevision> | undefined;
    /** The voucher of this channel that was accepted last, and verified then; it is known again when it is replayed. */
    accepted?: SignedVoucher | undefined;
    /** The cumulative amount accepted so far, in base units (u64), for who does not have the voucher at hand. */
    acceptedAmount?: bigint | number | undefined;
    /**
     * Unix time in seconds from which the voucher over `acceptedAmount` is no longer accepted: 0, the default, for never.
     * Where neither it nor the voucher is given, only a voucher that never expires can be known to be as good.
     */
    acceptedExpiresAt?: bigint | number | undefined;
    /** The least that a voucher has to add to what was accepted or settled before, in base units: 1 by default. */
    minimumDelta?: bigint | number | undefined;
    /**
     * Seconds that there have to be for settling, 0 by default (u32): before the voucher expires, before the deadline of
     * a closing channel, and in the grace period that the payer of an open one could begin at once.
     */
    marginSeconds?: bigint | number | undefined;
}>;

/** What a voucher is checked against, as it was when it was looked at. */
export type Check = Readonly<{
    signedVoucher: SignedVoucher;
    channel: CheckedChannel;
    config: DeploymentConfig<RevisionName>;
    now: bigint;
    instruction: VoucherInstruction<RevisionName>;
    accepted: SignedVoucher | undefined;
    acceptedAmount: bigint;
    claims: readonly Claim[];
    minimumDelta: bigint;
    marginSeconds: number;
}>;

export type CheckedChannel = Readonly<{
    address: Address;
    kind: ChannelState<RevisionName>['kind'];
    deadlineAt: bigint | undefined;
    /** What is in its account, where it has one. */
    account: CheckedAccount | undefined;
}>;

export type CheckedAccount = Readonly<{
    authorizedSigner: Address;
    deposit: bigint;
    gracePeriodSeconds: number;
    settled: bigint;
}>;

/** What was promised by a voucher before: an amount, and until when it can be brought in, as far as that is known. */
export type Claim = Readonly<{ amount: bigint; expiresAt: bigint; isExpiryKnown: boolean }>;

/** @throws As `checkVoucherState`. */
export function toCheck(input: VoucherCheckInput<RevisionName>, config: DeploymentConfig<RevisionName>): Check {
    if (typeof input !== 'object' || input === null) refuse('input', input);
    const { instruction = 'settle', marginSeconds = 0, minimumDelta = 1n } = input;
    const channel = toCheckedChannel(input.channel, config);
    if (instruction !== 'settle' && instruction !== SETTLE_AND_END[getRevisionName(config)]) {
        refuse('instruction', instruction);
    }
    const { accepted: acceptedInput } = input;
    const accepted = acceptedInput === undefined ? undefined : toSignedVoucher(acceptedInput);
    if (accepted !== undefined && accepted.voucher.channelId !== channel.address) {
        const { channelId: voucherChannelId } = accepted.voucher;
        throw new PaymentChannelsError('VOUCHER_CHANNEL_MISMATCH', { channel: channel.address, voucherChannelId });
    }
    return {
        ...toAcceptedAmount(input, accepted, channel),
        accepted,
        channel,
        config,
        instruction,
        marginSeconds: toU32('marginSeconds', marginSeconds),
        minimumDelta: toU64('minimumDelta', minimumDelta),
        now: toI64('unixTimestamp', input.unixTimestamp),
        signedVoucher: toSignedVoucher(input.signedVoucher),
    };
}

function refuse(field: string, value: unknown): never {
    throw new PaymentChannelsError('VOUCHER_INVALID', { field, value: describe(value) });
}

/** A copy of what is looked at: the caller's own state may go on to change while a verifier is at work. */
function toCheckedChannel(channel: ChannelState<RevisionName>, config: DeploymentConfig<RevisionName>): CheckedChannel {
    if (typeof channel !== 'object' || channel === null) return refuse('channel', channel);
    const { address: addressInput, kind } = channel;
    if (typeof kind !== 'string') refuse('channel', channel);
    const address = toAddress('channel.address', addressInput);
    if (!getStateKinds(config).includes(kind)) refuse('channel.kind', kind);
    const deadlineAt = kind === 'closing' ? channel.deadlineAt : undefined;
    return {
        account: isLiveChannelState({ address, kind } as ChannelState<RevisionName>)
            ? toCheckedAccount((channel as LiveChannelState<RevisionName>).channel)
            : undefined,
        address,
        deadlineAt: deadlineAt === undefined ? undefined : toI64('channel.deadlineAt', deadlineAt),
        kind,
    };
}

function toCheckedAccount(account: LiveChannelState<RevisionName>['channel']): CheckedAccount {
    const settlement: unknown = account?.settlement;
    if (typeof settlement !== 'object' || settlement === null) return refuse('channel.channel', account);
    const { authorizedSigner, deposit, gracePeriod } = account;
    if (typeof authorizedSigner !== 'string') refuse('channel.channel.authorizedSigner', authorizedSigner);
    return {
        authorizedSigner,
        deposit: toU64('channel.channel.deposit', deposit),
        gracePeriodSeconds: toU32('channel.channel.gracePeriod', gracePeriod),
        settled: toU64('channel.channel.settlement.settled', (settlement as { settled?: unknown }).settled),
    };
}

/** The other instruction that brings a voucher on chain, which ends the channel as well (spec section 7.4). */
const SETTLE_AND_END = { epoch: 'settleAndSeal', tombstone: 'settleAndFinalize' } as const satisfies {
    [TRevision in RevisionName]: VoucherInstruction<TRevision>;
};

/** How much was accepted, and what of that is still to be brought in. */
function toAcceptedAmount(
    { acceptedAmount: amountInput = 0n, acceptedExpiresAt }: VoucherCheckInput<RevisionName>,
    accepted: SignedVoucher | undefined,
    { account }: CheckedChannel,
): Pick<Check, 'acceptedAmount' | 'claims'> {
    const amount = toU64('acceptedAmount', amountInput);
    const expiresAt = acceptedExpiresAt === undefined ? 0n : toI64('acceptedExpiresAt', acceptedExpiresAt);
    const claims: Claim[] = [];
    const ofVoucher = accepted?.voucher.cumulativeAmount ?? 0n;
    // What was signed by somebody else could never be brought in.
    if (accepted !== undefined && accepted.signer === account?.authorizedSigner) {
        claims.push({ amount: ofVoucher, expiresAt: accepted.voucher.expiresAt, isExpiryKnown: true });
    }
    // The voucher is not the one over the amount: a later one was accepted since.
    if (amount > ofVoucher) claims.push({ amount, expiresAt, isExpiryKnown: acceptedExpiresAt !== undefined });
    const settled = account?.settled ?? 0n;
    return {
        acceptedAmount: amount > ofVoucher ? amount : ofVoucher,
        // What is on chain already can't be lost any more.
        claims: claims.filter(claim => claim.amount > settled),
    };
}
