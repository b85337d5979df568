import type { Address } from '@solana/kit';

import {
    PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_STATUS,
    PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_CHANNEL_MISMATCH,
    PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_EXPIRED,
    PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_OVER_DEPOSIT,
    PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_SIGNER_MISMATCH,
    PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_WATERMARK_NOT_MONOTONIC,
} from '../../generated/tombstone';
import { isLiveChannelState, type ChannelState, type LiveChannelState } from '../channel/state';
import { getRevisionName, getRevisionPart, type DeploymentConfig } from '../deployment';
import { PaymentChannelsError } from '../errors';
import { describe, toAddress, toI64, toU32, toU64 } from '../input';
import { TOMBSTONE_CHANNEL } from '../revision/tombstone';
import type { RevisionName } from '../revision/types';
import {
    builtinError,
    customError,
    refuse,
    type VoucherInstruction,
    type VoucherRefusal,
    type VoucherVerdict,
} from './verdict';
import { verifyVoucher } from './verify';
import { toSignedVoucher, type SignedVoucher } from './voucher';

/** What a voucher is checked against. */
export type VoucherCheckInput<TRevision extends RevisionName = 'tombstone'> = Readonly<{
    /** The voucher to check. */
    signedVoucher: SignedVoucher;
    /** The channel that it is to be brought in to, as it stands on chain. */
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
    /** The cumulative amount accepted so far, in base units (u64), for who does not keep the voucher. */
    acceptedAmount?: bigint | number | undefined;
    /** The least that a voucher has to add to what was accepted or settled before, in base units: 1 by default. */
    minimumDelta?: bigint | number | undefined;
    /** Seconds that the voucher, and a closing channel, have to leave for settling: 0 by default (u32). */
    marginSeconds?: bigint | number | undefined;
}>;

/** Says whether the signature of a voucher is good: {@link verifyVoucher}, or `verify` of a verifier. */
export type VerifySignedVoucher = (signedVoucher: SignedVoucher, authorizedSigner: Address) => Promise<boolean>;

/**
 * Checks a voucher against its channel and the server's rules, without looking at the signature: what it says must come
 * from a verifier.
 *
 * The first rule that is broken decides. The program's come first, in its own order (spec sections 6.1, 7.2, 7.4 and
 * 6.5): account, status and deadline, channel, expiry, deposit, amount settled, signer. Then the server's: amount
 * accepted, minimum delta, margin. The signature comes last, as the costliest; on chain the precompile refuses it before
 * anything else. That the verified message is the voucher itself goes without saying: it is made from it.
 *
 * A voucher that was accepted last is recognised before all that, also when it has been settled or has expired, or when
 * the channel has ended since: whoever sends it again has not seen the answer.
 *
 * @param isSignatureGood What {@link verifyVoucher} says of the voucher and the channel's authorized signer.
 * @throws As {@link toSignedVoucher}; `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field; `VOUCHER_INVALID` for
 * anything else in the input that is not what it has to be; `VOUCHER_CHANNEL_MISMATCH` when `accepted` is of another
 * channel. A voucher that is refused is no error but a verdict.
 */
export function checkVoucherState<TRevision extends RevisionName = 'tombstone'>(
    input: VoucherCheckInput<TRevision>,
    isSignatureGood: boolean,
    config: DeploymentConfig<TRevision> = {},
): VoucherVerdict {
    const check = toCheck(input, config);
    return decide(check, isSignatureGood === true);
}

/**
 * Checks a voucher as {@link checkVoucherState} does and verifies its signature, unless it is refused for something
 * else or is, to the last byte, the voucher that was accepted last.
 *
 * @param verify What verifies the signature, {@link verifyVoucher} by default.
 * @throws As {@link checkVoucherState}, or as `verify`.
 *
 * @example
 * ```ts
 * const verdict = await checkVoucher({ signedVoucher, channel, unixTimestamp, accepted }, verifier.verify);
 * if (verdict.kind === 'refused') return reply(402, verdict.code);
 * if (verdict.kind === 'accepted') await store(verdict.signedVoucher, verdict.watermark);
 * ```
 */
export async function checkVoucher<TRevision extends RevisionName = 'tombstone'>(
    input: VoucherCheckInput<TRevision>,
    verify: VerifySignedVoucher = (signedVoucher, signer) => verifyVoucher(signedVoucher, signer, config),
    config: DeploymentConfig<TRevision> = {},
): Promise<VoucherVerdict> {
    const check = toCheck(input, config);
    const { channel, signedVoucher } = check;
    const verdict = decide(check, true);
    if (verdict.kind === 'refused' || isReplay(check, false)) return verdict;
    // Only what has an account is not refused; a replay in a channel that has ended is judged by the key it named.
    const authorizedSigner = isLiveChannelState(channel) ? channel.channel.authorizedSigner : signedVoucher.signer;
    return decide(check, await verify(signedVoucher, authorizedSigner));
}

/** The input once it is checked. */
type Check = Readonly<{
    signedVoucher: SignedVoucher;
    channel: ChannelState<RevisionName>;
    config: DeploymentConfig<RevisionName>;
    now: bigint;
    instruction: VoucherInstruction<RevisionName>;
    accepted: SignedVoucher | undefined;
    acceptedAmount: bigint;
    minimumDelta: bigint;
    marginSeconds: number;
}>;

function toCheck(input: VoucherCheckInput<RevisionName>, config: DeploymentConfig<RevisionName>): Check {
    const invalid = (field: string, value: unknown): never => {
        throw new PaymentChannelsError('VOUCHER_INVALID', { field, value: describe(value) });
    };
    if (typeof input !== 'object' || input === null) invalid('input', input);
    const { acceptedAmount = 0n, channel, instruction = 'settle', marginSeconds = 0, minimumDelta = 1n } = input;
    if (typeof channel !== 'object' || channel === null || typeof channel.kind !== 'string')
        invalid('channel', channel);
    toAddress('channel.address', channel.address);
    if (!getKnownKinds(config).includes(channel.kind)) invalid('channel.kind', channel.kind);
    if (isLiveChannelState(channel)) {
        const { channel: account } = channel;
        if (typeof account?.settlement !== 'object') invalid('channel.channel', account);
        toU64('channel.channel.deposit', account.deposit);
        toU64('channel.channel.settlement.settled', account.settlement.settled);
    }
    if (instruction !== 'settle' && instruction !== SETTLE_AND_END[getRevisionName(config)]) {
        invalid('instruction', instruction);
    }
    const accepted = input.accepted === undefined ? undefined : toSignedVoucher(input.accepted);
    if (accepted !== undefined && accepted.voucher.channelId !== channel.address) {
        const { channelId: voucherChannelId } = accepted.voucher;
        throw new PaymentChannelsError('VOUCHER_CHANNEL_MISMATCH', { channel: channel.address, voucherChannelId });
    }
    return {
        accepted,
        acceptedAmount: max(toU64('acceptedAmount', acceptedAmount), accepted?.voucher.cumulativeAmount ?? 0n),
        channel,
        config,
        instruction,
        marginSeconds: toU32('marginSeconds', marginSeconds),
        minimumDelta: toU64('minimumDelta', minimumDelta),
        now: toI64('unixTimestamp', input.unixTimestamp),
        signedVoucher: toSignedVoucher(input.signedVoucher),
    };
}

/** The other instruction that brings a voucher on chain, which ends the channel as well (spec section 7.4). */
const SETTLE_AND_END = { epoch: 'settleAndSeal', tombstone: 'settleAndFinalize' } as const satisfies {
    [TRevision in RevisionName]: VoucherInstruction<TRevision>;
};

/** The kinds of states that a revision has. */
function getKnownKinds(config: DeploymentConfig<RevisionName>): readonly string[] {
    const { kinds, tombstone } = getRevisionPart(config, 'channel', TOMBSTONE_CHANNEL);
    return ['absent', ...(tombstone ? ['closed'] : []), ...Object.values(kinds)];
}

function decide(check: Check, isSignatureGood: boolean): VoucherVerdict {
    const { acceptedAmount, channel, signedVoucher } = check;
    if (isReplay(check, isSignatureGood)) {
        return Object.freeze({ kind: 'replay', signedVoucher, watermark: acceptedAmount });
    }
    const refusal = checkStatus(check);
    if (refusal !== undefined) return refusal;
    // The status of a channel without an account is refused above.
    const live = channel as LiveChannelState<RevisionName>;
    const broken = checkVoucherFields(check, live) ?? checkRules(check, live);
    if (broken !== undefined) return broken;
    if (!isSignatureGood) {
        return refuse('SIGNATURE_INVALID', { signer: signedVoucher.signer }, Object.freeze({ kind: 'precompile' }));
    }
    const { cumulativeAmount } = signedVoucher.voucher;
    return Object.freeze({
        delta: cumulativeAmount - getBase(check, live),
        kind: 'accepted',
        signedVoucher,
        watermark: cumulativeAmount,
    });
}

/** Whether it is the voucher accepted last: the same bytes, or the same voucher signed again by the same key. */
function isReplay({ accepted, acceptedAmount, signedVoucher }: Check, isSignatureGood: boolean): boolean {
    if (accepted === undefined) return false;
    const [a, b] = [accepted.voucher, signedVoucher.voucher];
    return (
        accepted.signer === signedVoucher.signer &&
        a.channelId === b.channelId &&
        a.cumulativeAmount === b.cumulativeAmount &&
        a.expiresAt === b.expiresAt &&
        // A later voucher may have been accepted since, of which only the amount is known.
        a.cumulativeAmount === acceptedAmount &&
        (isSignatureGood || accepted.signature.every((byte, index) => byte === signedVoucher.signature[index]))
    );
}

/** The account, its status and its deadline (spec sections 6.1, 7.2 and 7.4). */
function checkStatus({ channel, config, instruction, now }: Check): VoucherRefusal | undefined {
    const { address, kind } = channel;
    const context = { channel: address, instruction, status: kind };
    if (kind === 'absent') return refuse('CHANNEL_NOT_SETTLEABLE', context, builtinError('InvalidAccountOwner'));
    if (kind === 'closed') return refuse('CHANNEL_NOT_SETTLEABLE', context, builtinError('InvalidAccountData'));
    if (kind === 'open') return undefined;
    const invalidStatus = customError(PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_STATUS, config);
    if (kind !== 'closing' || instruction === 'settle') {
        return refuse('CHANNEL_NOT_SETTLEABLE', context, invalidStatus);
    }
    const { deadlineAt } = channel;
    if (deadlineAt === undefined) {
        return refuse('CHANNEL_NOT_SETTLEABLE', context, builtinError('ArithmeticOverflow'));
    }
    if (now < deadlineAt) return undefined;
    return refuse('DEADLINE_PASSED', { channel: address, deadlineAt, unixTimestamp: now }, invalidStatus);
}

/** What the program looks at in the voucher, in its order (spec section 6.5). */
function checkVoucherFields(
    { config, now, signedVoucher }: Check,
    live: LiveChannelState<RevisionName>,
): VoucherRefusal | undefined {
    const { authorizedSigner, deposit, settlement } = live.channel;
    const { signer, voucher } = signedVoucher;
    const { channelId, cumulativeAmount, expiresAt } = voucher;
    if (channelId !== live.address) {
        return refuse(
            'CHANNEL_MISMATCH',
            { channel: live.address, voucherChannelId: channelId },
            customError(PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_CHANNEL_MISMATCH, config),
        );
    }
    if (expiresAt !== 0n && now >= expiresAt) {
        return refuse(
            'EXPIRED',
            { expiresAt, unixTimestamp: now },
            customError(PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_EXPIRED, config),
        );
    }
    if (cumulativeAmount > deposit) {
        return refuse(
            'OVER_DEPOSIT',
            { cumulativeAmount, deposit },
            customError(PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_OVER_DEPOSIT, config),
        );
    }
    if (cumulativeAmount <= settlement.settled) {
        return refuse(
            'NOT_ABOVE_SETTLED',
            { cumulativeAmount, settled: settlement.settled },
            customError(PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_WATERMARK_NOT_MONOTONIC, config),
        );
    }
    if (signer !== authorizedSigner) {
        return refuse(
            'SIGNER_MISMATCH',
            { authorizedSigner, signer },
            customError(PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_SIGNER_MISMATCH, config),
        );
    }
    return undefined;
}

/** What the server wants beyond what the program does. */
function checkRules(check: Check, live: LiveChannelState<RevisionName>): VoucherRefusal | undefined {
    const { acceptedAmount, marginSeconds, minimumDelta, now, signedVoucher } = check;
    const { cumulativeAmount, expiresAt } = signedVoucher.voucher;
    if (cumulativeAmount <= acceptedAmount) {
        return refuse('NOT_ABOVE_ACCEPTED', { acceptedAmount, cumulativeAmount });
    }
    const delta = cumulativeAmount - getBase(check, live);
    if (delta < minimumDelta) return refuse('DELTA_TOO_SMALL', { delta, minimumDelta });
    const settledBy = now + BigInt(marginSeconds);
    if (expiresAt !== 0n && settledBy >= expiresAt) {
        return refuse('EXPIRES_TOO_SOON', { expiresAt, marginSeconds, unixTimestamp: now });
    }
    if (live.kind === 'closing' && live.deadlineAt !== undefined && settledBy >= live.deadlineAt) {
        const { address: channel, deadlineAt } = live;
        return refuse('DEADLINE_TOO_SOON', { channel, deadlineAt, marginSeconds, unixTimestamp: now });
    }
    return undefined;
}

/** What was accepted or settled before the voucher, whichever is more. */
function getBase({ acceptedAmount }: Check, live: LiveChannelState<RevisionName>): bigint {
    return max(acceptedAmount, live.channel.settlement.settled);
}

function max(a: bigint, b: bigint): bigint {
    return a > b ? a : b;
}
