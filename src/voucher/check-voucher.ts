import { bytesEqual, type Address, type SignatureBytes } from '@solana/kit';

import { toResult } from '../core/json-form';
import { copyBytes } from '../core/bytes';
import type { Deployment } from '../revision/deployment';
import { refuseInput } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { toVerdict } from './verifier-answer';
import { lastsAsLong } from './compare-vouchers';
import { toCheck, type Check, type CheckedAccount, type VoucherCheckInput } from './voucher-check-input';
import { findOtherRevision } from './signed-for';
import { builtinError, customError, refuse, type VoucherRefusal, type VoucherVerdict } from './voucher-verdict';
import { verifyVoucher } from './verify-voucher';
import type { SignedVoucher } from './voucher';
import { within } from '../core/within';

/** A request of a payer waits for it. */
const VERIFY_TIMEOUT_MS = 60_000;

export type { VoucherCheckInput } from './voucher-check-input';

/** Says whether the signature of a voucher is good: {@link verifyVoucher}, or `verify` of a verifier. */
export type VerifySignedVoucher = (signedVoucher: SignedVoucher, authorizedSigner: Address) => Promise<boolean>;

/**
 * Checks a voucher against its channel and the server's rules, without looking at the signature: whether it is good has
 * to come from a verifier.
 *
 * The first broken rule decides. The program's rules come first, in its own order (docs/program.md, sections 6.1, 7.2,
 * 7.4 and 6.5): account, status and deadline, channel, expiry, deposit, amount settled, signer. Then the server's:
 * amount accepted, minimum delta, expiry of what was accepted, margin. The signature comes last, as the costliest; on
 * chain the precompile refuses it before anything else. That the verified message is the voucher itself goes without
 * saying: it is made from it.
 *
 * An accepted voucher can be kept instead of the one accepted before: its amount is higher, and it can be settled for
 * at least as long (an `expiresAt` of 0 is the latest). One that expires earlier is refused as `EXPIRES_EARLIER`,
 * unless what was accepted is settled already. One over the same amount that lasts longer is `extended`: better to
 * keep, and nothing to give for.
 *
 * A voucher that was accepted last is recognised before all that, also when it has been settled or has expired, or when
 * the channel has ended since: whoever sends it again has not seen the answer.
 *
 * Whose channel it is, in which token and on what terms, is not looked at here: {@link assertIsAgreedChannel} is for
 * that.
 *
 * @param isSignatureGood What {@link verifyVoucher} says of the voucher and the channel's authorized signer.
 * @throws As {@link toSignedVoucher}; `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field; `VOUCHER_INVALID` for
 * anything else in the input that is not what it has to be; `VOUCHER_CHANNEL_MISMATCH` when `accepted` is of another
 * channel. A voucher that is refused is no error but a verdict.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * const isGood = await verifyVoucher(voucher, payer.address, MAINNET_DEPLOYMENT);
 * const verdict = checkVoucherState(
 *     { channel: state, signedVoucher: voucher, unixTimestamp },
 *     isGood,
 *     MAINNET_DEPLOYMENT,
 * );
 * ```
 */
export function checkVoucherState<TRevision extends RevisionName>(
    input: VoucherCheckInput<TRevision>,
    isSignatureGood: boolean,
    deployment: Deployment<TRevision>,
): VoucherVerdict {
    return decide(toCheck(input, deployment), isSignatureGood === true);
}

/**
 * {@link checkVoucherState} for a voucher that is about to be settled: a short grace period of the channel no longer
 * matters.
 */
export function checkVoucherToSettle(
    input: VoucherCheckInput<RevisionName>,
    isSignatureGood: boolean,
    deployment: Deployment,
): VoucherVerdict {
    const check = toCheck(input, deployment);
    const account = check.channel.account && { ...check.channel.account, gracePeriodSeconds: Infinity };
    return decide({ ...check, channel: { ...check.channel, account } }, isSignatureGood === true);
}

/**
 * Checks a voucher as {@link checkVoucherState} does and verifies its signature, unless it is refused for something
 * else or is, to the last byte, the voucher that was accepted last.
 *
 * The verdict has the very voucher that was verified, whatever becomes of the bytes that were given meanwhile.
 *
 * @param verify What verifies the signature, {@link verifyVoucher} by default: `true` for good, `false` for bad.
 * @throws As {@link checkVoucherState}, or as `verify`; `VERIFIER_ANSWER_INVALID` when it answers anything else;
 * `NO_ANSWER` when it has not answered after a minute.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * const input = { accepted, channel: state, marginSeconds: 120, signedVoucher: voucher, unixTimestamp };
 * const verdict = await checkVoucher(input, MAINNET_DEPLOYMENT);
 * if (verdict.kind === 'refused') throw new Error(verdict.message);
 * // An accepted voucher is worth verdict.delta more; an extended one only lasts longer.
 * if (verdict.kind !== 'replay') await keep(verdict.signedVoucher, verdict.watermark);
 * ```
 */
export async function checkVoucher<TRevision extends RevisionName>(
    input: VoucherCheckInput<TRevision>,
    deployment: Deployment<TRevision>,
    verify: VerifySignedVoucher = (signedVoucher, signer) => verifyVoucher(signedVoucher, signer, deployment),
): Promise<VoucherVerdict> {
    if (typeof verify !== 'function') {
        refuseInput('verify', 'a function that says whether the signature of a voucher is good', verify);
    }
    const check = toCheck(input, deployment);
    const { channel, signedVoucher } = check;
    const verdict = decide(check, true);
    if (verdict.kind === 'refused' || isReplay(check, false)) return verdict;
    // Only what has an account is not refused; a replay in a channel that has ended is judged by the key it named.
    const authorizedSigner = channel.account?.authorizedSigner ?? signedVoucher.signer;
    // A copy: what somebody else does with its bytes is not done to the verdict's.
    const signature = copyBytes(signedVoucher.signature) as SignatureBytes;
    const verified = toResult({ ...signedVoucher, signature });
    const answer: unknown = await within('verify', VERIFY_TIMEOUT_MS, () => verify(verified, authorizedSigner));
    return decide(check, toVerdict('verify', answer));
}

function decide(check: Check, isSignatureGood: boolean): VoucherVerdict {
    const { acceptedAmount, channel, deployment: config, signedVoucher } = check;
    const other = findOtherRevision(signedVoucher.signature, config);
    // Whatever else it says, it was said to another program.
    if (other !== undefined) return refuse('REVISION_MISMATCH', other, Object.freeze({ kind: 'precompile' }));
    if (isReplay(check, isSignatureGood)) {
        return toResult({ kind: 'replay', signedVoucher, watermark: acceptedAmount });
    }
    const refusal = checkStatus(check);
    if (refusal !== undefined) return refusal;
    // The status of a channel without an account is refused above.
    const account = channel.account!;
    const isExtension = isLongerForAsMuch(check);
    const broken =
        checkVoucherFields(check, account) ??
        (isExtension ? undefined : checkAmount(check, account)) ??
        checkExpiryOfClaims(check) ??
        checkMargin(check, account);
    if (broken !== undefined) return broken;
    if (!isSignatureGood) {
        return refuse('SIGNATURE_INVALID', { signer: signedVoucher.signer }, toResult({ kind: 'precompile' }));
    }
    const { cumulativeAmount: watermark } = signedVoucher.voucher;
    if (isExtension) return toResult({ kind: 'extended', signedVoucher, watermark });
    return toResult({ delta: watermark - getBase(check, account), kind: 'accepted', signedVoucher, watermark });
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
        (isSignatureGood || bytesEqual(accepted.signature, signedVoucher.signature))
    );
}

/** Whether its amount is exactly the accepted one, and it can be settled for longer. */
function isLongerForAsMuch({ acceptedAmount, claims, signedVoucher }: Check): boolean {
    const { cumulativeAmount, expiresAt } = signedVoucher.voucher;
    return (
        cumulativeAmount === acceptedAmount &&
        claims.length > 0 &&
        claims.every(claim => claim.isExpiryKnown && !lastsAsLong(claim.expiresAt, expiresAt))
    );
}

/** The account, its status and its deadline (docs/program.md, sections 6.1, 7.2 and 7.4). */
function checkStatus({ channel, deployment: deployment, instruction, now }: Check): VoucherRefusal | undefined {
    const { address, deadlineAt, kind } = channel;
    const context = { channel: address, instruction, status: kind };
    if (kind === 'absent') return refuse('CHANNEL_NOT_SETTLEABLE', context, builtinError('InvalidAccountOwner'));
    if (kind === 'closed') return refuse('CHANNEL_NOT_SETTLEABLE', context, builtinError('InvalidAccountData'));
    if (kind === 'open') return undefined;
    const invalidStatus = customError('invalidChannelStatus', deployment);
    if (kind !== 'closing' || instruction === 'settle') {
        return refuse('CHANNEL_NOT_SETTLEABLE', context, invalidStatus);
    }
    if (deadlineAt === undefined) {
        return refuse('CHANNEL_NOT_SETTLEABLE', context, builtinError('ArithmeticOverflow'));
    }
    if (now < deadlineAt) return undefined;
    return refuse('DEADLINE_PASSED', { channel: address, deadlineAt, unixTimestamp: now }, invalidStatus);
}

/** The program's checks of a voucher, in its order (docs/program.md, section 6.5). */
function checkVoucherFields(
    { channel, deployment: deployment, now, signedVoucher }: Check,
    { authorizedSigner, deposit, settled }: CheckedAccount,
): VoucherRefusal | undefined {
    const { signer, voucher } = signedVoucher;
    const { channelId, cumulativeAmount, expiresAt } = voucher;
    if (channelId !== channel.address) {
        return refuse(
            'CHANNEL_MISMATCH',
            { channel: channel.address, voucherChannelId: channelId },
            customError('voucherChannelMismatch', deployment),
        );
    }
    if (expiresAt !== 0n && now >= expiresAt) {
        return refuse('EXPIRED', { expiresAt, unixTimestamp: now }, customError('voucherExpired', deployment));
    }
    if (cumulativeAmount > deposit) {
        return refuse('OVER_DEPOSIT', { cumulativeAmount, deposit }, customError('voucherOverDeposit', deployment));
    }
    if (cumulativeAmount <= settled) {
        return refuse(
            'NOT_ABOVE_SETTLED',
            { cumulativeAmount, settled },
            customError('voucherWatermarkNotMonotonic', deployment),
        );
    }
    if (signer !== authorizedSigner) {
        return refuse(
            'SIGNER_MISMATCH',
            { authorizedSigner, signer },
            customError('voucherSignerMismatch', deployment),
        );
    }
    return undefined;
}

/** The server's minimum for the increase of a voucher. */
function checkAmount(check: Check, account: CheckedAccount): VoucherRefusal | undefined {
    const { acceptedAmount, minimumDelta, signedVoucher } = check;
    const { cumulativeAmount } = signedVoucher.voucher;
    if (cumulativeAmount <= acceptedAmount) {
        return refuse('NOT_ABOVE_ACCEPTED', { acceptedAmount, cumulativeAmount });
    }
    const delta = cumulativeAmount - getBase(check, account);
    return delta < minimumDelta ? refuse('DELTA_TOO_SMALL', { delta, minimumDelta }) : undefined;
}

/** A voucher that replaces another has to be settleable for as long. */
function checkExpiryOfClaims({ claims, signedVoucher }: Check): VoucherRefusal | undefined {
    const { expiresAt } = signedVoucher.voucher;
    const lost = claims.find(claim => !lastsAsLong(expiresAt, claim.expiresAt));
    if (lost === undefined) return undefined;
    const acceptedExpiresAt = lost.isExpiryKnown ? lost.expiresAt : undefined;
    return refuse('EXPIRES_EARLIER', { acceptedAmount: lost.amount, acceptedExpiresAt, expiresAt });
}

/**
 * Whether there is the time to settle that the server wants. At its very end there is none left (docs/program.md,
 * section 4).
 */
function checkMargin(
    { channel, marginSeconds, now, signedVoucher }: Check,
    { gracePeriodSeconds }: CheckedAccount,
): VoucherRefusal | undefined {
    const { expiresAt } = signedVoucher.voucher;
    const { address, deadlineAt } = channel;
    const settledBy = now + BigInt(marginSeconds);
    if (expiresAt !== 0n && settledBy >= expiresAt) {
        return refuse('EXPIRES_TOO_SOON', { expiresAt, marginSeconds, unixTimestamp: now });
    }
    if (deadlineAt !== undefined && settledBy >= deadlineAt) {
        return refuse('DEADLINE_TOO_SOON', { channel: address, deadlineAt, marginSeconds, unixTimestamp: now });
    }
    // The payer can start it at any time without notice.
    if (channel.kind === 'open' && marginSeconds >= gracePeriodSeconds) {
        return refuse('GRACE_PERIOD_TOO_SHORT', { channel: address, gracePeriodSeconds, marginSeconds });
    }
    return undefined;
}

/** The amount accepted or settled before the voucher, whichever is higher. */
function getBase({ acceptedAmount }: Check, { settled }: CheckedAccount): bigint {
    return acceptedAmount > settled ? acceptedAmount : settled;
}
