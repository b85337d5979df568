import type { Address } from '@solana/kit';

import {
    getStateKinds,
    isLiveChannelState,
    type ChannelState,
    type ClosingChannelState,
    type LiveChannelState,
} from '../channel/channel-state';
import { getRevisionName, type Deployment } from '../revision/deployment';
import { assertHasFieldsOf, assertIsNoKindOfOther, getTellingFields } from '../revision/detect-other-revision';
import { VOUCHER_CHANNEL_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { assertHasNoMisspelt, readMembers, refuseInput, toAddress, toI64, toOneOf, toU32, toU64 } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import type { VoucherInstruction } from './voucher-verdict';
import { toSignedVoucher, toSignedVoucherFor, type SignedVoucher } from './voucher';

/** The input of a check of a voucher. */
export type VoucherCheckInput<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** The voucher to check. */
    signedVoucher: SignedVoucher;
    /** Its channel as it stands on chain; see {@link assertIsAgreedChannel}. */
    channel: ChannelState<TRevision>;
    /** Time of the cluster, in unix seconds. */
    unixTimestamp: bigint | number;
    /**
     * The instruction that will settle the voucher: settle (the default) takes vouchers of open channels,
     * settleAndFinalize also those of closing ones before the deadline.
     */
    instruction?: VoucherInstruction | undefined;
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
     * Seconds that have to be left for settling, 0 by default (u32): before the voucher expires, before the deadline of
     * a closing channel, and in the grace period that the payer of an open channel could start immediately.
     */
    marginSeconds?: bigint | number | undefined;
}>;

/** A copy of the input of a check, taken at the start. */
export type Check = Readonly<{
    signedVoucher: SignedVoucher;
    channel: CheckedChannel;
    deployment: Deployment;
    now: bigint;
    instruction: VoucherInstruction;
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
    /** The fields of its account, where it has one. */
    account: CheckedAccount | undefined;
}>;

export type CheckedAccount = Readonly<{
    authorizedSigner: Address;
    deposit: bigint;
    gracePeriodSeconds: number;
    settled: bigint;
}>;

/** The promise of an earlier voucher: an amount, and until when it can be settled, as far as that is known. */
export type Claim = Readonly<{ amount: bigint; expiresAt: bigint; isExpiryKnown: boolean }>;

const NAMES = [
    'accepted',
    'acceptedAmount',
    'acceptedExpiresAt',
    'channel',
    'instruction',
    'marginSeconds',
    'minimumDelta',
    'signedVoucher',
    'unixTimestamp',
] as const satisfies readonly (keyof VoucherCheckInput)[];

/** @throws As `checkVoucherState`. */
export function toCheck(input: VoucherCheckInput<RevisionName>, deployment: Deployment): Check {
    // A rule whose name is misspelt would not be one.
    assertHasNoMisspelt('input', input, NAMES, 'VOUCHER_INVALID');
    const given = readMembers('input', input, NAMES, 'VOUCHER_INVALID');
    const { instruction = 'settle', marginSeconds = 0, minimumDelta = 1n } = given;
    const channel = toCheckedChannel(given.channel, deployment);
    const accepted =
        given.accepted === undefined ? undefined : toSignedVoucherFor(given.accepted, deployment, 'accepted');
    if (accepted !== undefined && accepted.voucher.channelId !== channel.address) {
        const { channelId: voucherChannelId } = accepted.voucher;
        throw new PaymentChannelsError(VOUCHER_CHANNEL_MISMATCH, { channel: channel.address, voucherChannelId });
    }
    return {
        ...toAcceptedAmount(given, accepted, channel),
        accepted,
        channel,
        deployment,
        instruction: toOneOf('instruction', instruction, INSTRUCTIONS, 'VOUCHER_INVALID'),
        marginSeconds: toU32('marginSeconds', marginSeconds),
        minimumDelta: toU64('minimumDelta', minimumDelta),
        now: toI64('unixTimestamp', given.unixTimestamp),
        signedVoucher: toSignedVoucher(given.signedVoucher),
    };
}

/** A copy of what is looked at: the caller's own state may go on to change while a verifier is at work. */
function toCheckedChannel(value: ChannelState<RevisionName>, deployment: Deployment): CheckedChannel {
    const expected = 'the state of a channel, as fetchChannelState returns it';
    if (typeof value !== 'object' || value === null) return refuseInput('channel', expected, value, 'VOUCHER_INVALID');
    const names = ['address', 'channel', 'deadlineAt', 'kind'] as const;
    const given = readMembers('channel', value as ClosingChannelState<RevisionName>, names, 'VOUCHER_INVALID');
    const kind: unknown = given.kind;
    if (typeof kind !== 'string') return refuseInput('channel', expected, value, 'VOUCHER_INVALID');
    const revision = getRevisionName(deployment);
    assertIsNoKindOfOther('channel', kind, revision);
    const address = toAddress('channel.address', given.address);
    const known = toOneOf('channel.kind', kind, getStateKinds(deployment), 'VOUCHER_INVALID') as CheckedChannel['kind'];
    const deadlineAt = known === 'closing' ? given.deadlineAt : undefined;
    return {
        account: isLiveChannelState({ address, kind: known } as ChannelState<RevisionName>)
            ? toCheckedAccount(given.channel, revision)
            : undefined,
        address,
        deadlineAt: deadlineAt === undefined ? undefined : toI64('channel.deadlineAt', deadlineAt),
        kind: known,
    };
}

const ACCOUNT_NAMES = ['authorizedSigner', 'deposit', 'gracePeriod', 'settlement'] as const;

function toCheckedAccount(value: LiveChannelState<RevisionName>['channel'], revision: RevisionName): CheckedAccount {
    const field = 'channel.channel';
    const names = [...ACCOUNT_NAMES, ...getTellingFields()] as (typeof ACCOUNT_NAMES)[number][];
    const account = readMembers(field, value, names, 'VOUCHER_INVALID');
    assertHasFieldsOf('channel', account, revision);
    const { settled } = readMembers(`${field}.settlement`, account.settlement, ['settled'], 'VOUCHER_INVALID');
    if (typeof account.authorizedSigner !== 'string') {
        refuseInput(`${field}.authorizedSigner`, 'an address', account.authorizedSigner, 'VOUCHER_INVALID');
    }
    return {
        authorizedSigner: account.authorizedSigner,
        deposit: toU64(`${field}.deposit`, account.deposit),
        gracePeriodSeconds: toU32(`${field}.gracePeriod`, account.gracePeriod),
        settled: toU64(`${field}.settlement.settled`, settled),
    };
}

/** The instructions that settle a voucher (docs/program.md, sections 7.2 and 7.4). */
const INSTRUCTIONS = ['settle', 'settleAndFinalize'] as const;

/** The accepted amount, and how much of it is not settled yet. */
function toAcceptedAmount(
    {
        acceptedAmount: amountInput = 0n,
        acceptedExpiresAt,
    }: Pick<VoucherCheckInput, 'acceptedAmount' | 'acceptedExpiresAt'>,
    accepted: SignedVoucher | undefined,
    { account }: CheckedChannel,
): Pick<Check, 'acceptedAmount' | 'claims'> {
    const amount = toU64('acceptedAmount', amountInput);
    const expiresAt = acceptedExpiresAt === undefined ? 0n : toI64('acceptedExpiresAt', acceptedExpiresAt);
    const claims: Claim[] = [];
    const ofVoucher = accepted?.voucher.cumulativeAmount ?? 0n;
    // A voucher that somebody else signed could never be settled.
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
