import type { Address } from '@solana/kit';

import { toResult } from '../core/json-form';
import { getErrorCode, type DeploymentParts } from '../revision/deployment';
import type { ProgramErrorCodeOf, RevisionName } from '../revision/revision-types';
import type { SignedVoucher } from './voucher';

/** The voucher is good and worth more than what was accepted before. */
export type AcceptedVoucher = Readonly<{
    kind: 'accepted';
    signedVoucher: SignedVoucher;
    /** Its value above everything that was accepted or settled before, in base units. */
    delta: bigint;
    /** The cumulative amount that counts as accepted from now on, in base units. */
    watermark: bigint;
}>;

/**
 * The voucher is good, has the same amount as the one accepted before, and can be settled for longer: keep it instead
 * of the other, and give nothing for it.
 */
export type ExtendedVoucher = Readonly<{
    kind: 'extended';
    signedVoucher: SignedVoucher;
    /** The cumulative amount that counts as accepted, as before, in base units. */
    watermark: bigint;
}>;

/** The voucher that was accepted last has come again: answer as the first time, and give nothing for it. */
export type ReplayedVoucher = Readonly<{
    kind: 'replay';
    signedVoucher: SignedVoucher;
    /** The cumulative amount that counts as accepted, as before, in base units. */
    watermark: bigint;
}>;

/** The instruction that will settle a voucher. */
export type VoucherInstruction = 'settle' | 'settleAndFinalize';

/**
 * The fate of a voucher in a channel that takes no more vouchers, as far as its account shows: one of the two, or
 * neither where the account is gone, the channel still takes vouchers, or the voucher is of another channel.
 */
export type VoucherFate = {
    /** It was paid: this amount is settled, and its own is not higher. */
    alreadySettled?: bigint | undefined;
    /** It is lost, if its signature is good: the channel ended with this much less than its amount. */
    lost?: bigint | undefined;
};

/** Why a voucher is refused: what a program needs to react to it. Amounts are base units, times unix seconds. */
export type VoucherRefusalContexts = {
    /** The channel has another status than the instruction needs. */
    CHANNEL_NOT_SETTLEABLE: {
        channel: Address;
        instruction: VoucherInstruction;
        status: string;
    } & VoucherFate;
    CHANNEL_MISMATCH: { channel: Address; voucherChannelId: Address };
    /** The channel is closing, and its deadline has passed. */
    DEADLINE_PASSED: { channel: Address; deadlineAt: bigint; unixTimestamp: bigint } & VoucherFate;
    /** The channel is closing, and its deadline leaves less time than the margin. */
    DEADLINE_TOO_SOON: { channel: Address; deadlineAt: bigint; marginSeconds: number; unixTimestamp: bigint };
    /** The voucher is worth less above what was accepted than the server wants at least. */
    DELTA_TOO_SMALL: { delta: bigint; minimumDelta: bigint };
    EXPIRED: { expiresAt: bigint; unixTimestamp: bigint };
    /**
     * The voucher accepted before is not settled yet and can be settled for longer than this one; `acceptedExpiresAt`
     * is missing where its expiry is unknown.
     */
    EXPIRES_EARLIER: { acceptedAmount: bigint; acceptedExpiresAt: bigint | undefined; expiresAt: bigint };
    /** The voucher has not expired, but does not leave the time of the margin. */
    EXPIRES_TOO_SOON: { expiresAt: bigint; marginSeconds: number; unixTimestamp: bigint };
    /** The channel is open, and could be over before the margin is, if its payer began to close it now. */
    GRACE_PERIOD_TOO_SHORT: { channel: Address; gracePeriodSeconds: number; marginSeconds: number };
    /** A voucher over as much or more was accepted before. */
    NOT_ABOVE_ACCEPTED: { acceptedAmount: bigint; cumulativeAmount: bigint };
    NOT_ABOVE_SETTLED: { cumulativeAmount: bigint; settled: bigint };
    OVER_DEPOSIT: { cumulativeAmount: bigint; deposit: bigint };
    /** The voucher is known to have been signed for another revision: the bytes of its vouchers are others. */
    REVISION_MISMATCH: { expected: RevisionName; given: RevisionName };
    SIGNATURE_INVALID: { signer: Address };
    SIGNER_MISMATCH: { authorizedSigner: Address; signer: Address };
};

export type VoucherRefusalCode = keyof VoucherRefusalContexts;

/** The error of a transaction that settles a refused voucher nevertheless. */
export type VoucherOnChainError =
    | Readonly<{ kind: 'custom'; code: ProgramErrorCodeOf<RevisionName>; name: string }>
    | Readonly<{ kind: 'builtin'; name: 'ArithmeticOverflow' | 'InvalidAccountData' | 'InvalidAccountOwner' }>
    /** The Ed25519 precompile refuses the transaction before the program runs. */
    | Readonly<{ kind: 'precompile' }>;

type RefusalOf<TCode extends VoucherRefusalCode> = Readonly<{
    kind: 'refused';
    code: TCode;
    context: Readonly<VoucherRefusalContexts[TCode]>;
    /** The error that the program or the precompile has for it; `undefined` for a rule of the server's own. */
    onChainError: VoucherOnChainError | undefined;
    message: string;
}>;

/** The voucher is not accepted: narrow it by its code. */
export type VoucherRefusal = { [TCode in VoucherRefusalCode]: RefusalOf<TCode> }[VoucherRefusalCode];

/** The verdict on a voucher. */
export type VoucherVerdict = AcceptedVoucher | ExtendedVoucher | ReplayedVoucher | VoucherRefusal;

type Messages = { [TCode in VoucherRefusalCode]: (context: VoucherRefusalContexts[TCode]) => string };

const MESSAGES: Messages = {
    CHANNEL_MISMATCH: ({ channel, voucherChannelId }) =>
        `the voucher was signed for channel ${voucherChannelId}, not for ${channel}`,
    CHANNEL_NOT_SETTLEABLE: ({ channel, instruction, status, ...fate }) =>
        `channel ${channel} is ${status}: ${instruction} takes no voucher there${describeFate(fate)}`,
    DEADLINE_PASSED: ({ channel, deadlineAt, unixTimestamp, ...fate }) =>
        `channel ${channel} took vouchers until ${deadlineAt}; it is ${unixTimestamp}${describeFate(fate)}`,
    DEADLINE_TOO_SOON: ({ channel, deadlineAt, marginSeconds, unixTimestamp }) =>
        `channel ${channel} takes vouchers until ${deadlineAt}, less than ${marginSeconds} seconds after ${unixTimestamp}`,
    DELTA_TOO_SMALL: ({ delta, minimumDelta }) =>
        `the voucher adds ${delta} to what was accepted; at least ${minimumDelta} is wanted`,
    EXPIRED: ({ expiresAt, unixTimestamp }) => `the voucher expired at ${expiresAt}; it is ${unixTimestamp}`,
    EXPIRES_EARLIER: ({ acceptedAmount, acceptedExpiresAt, expiresAt }) =>
        `the voucher expires at ${expiresAt}, and the one over ${acceptedAmount} that was accepted before ` +
        (acceptedExpiresAt === 0n
            ? 'never does: sign one that does not expire'
            : acceptedExpiresAt === undefined
              ? 'may last longer: sign one that does not expire, or say when the other one does'
              : `at ${acceptedExpiresAt}: sign one that does not expire before that`),
    EXPIRES_TOO_SOON: ({ expiresAt, marginSeconds, unixTimestamp }) =>
        `the voucher expires at ${expiresAt}, less than ${marginSeconds} seconds after ${unixTimestamp}`,
    GRACE_PERIOD_TOO_SHORT: ({ channel, gracePeriodSeconds, marginSeconds }) =>
        `channel ${channel} can be closed ${gracePeriodSeconds} seconds after its payer asks for it, and settling has to ` +
        `have more than ${marginSeconds} seconds`,
    NOT_ABOVE_ACCEPTED: ({ acceptedAmount, cumulativeAmount }) =>
        `the voucher is over ${cumulativeAmount} in all, and ${acceptedAmount} was accepted before`,
    NOT_ABOVE_SETTLED: ({ cumulativeAmount, settled }) =>
        `the voucher is over ${cumulativeAmount} in all, and ${settled} is settled already`,
    OVER_DEPOSIT: ({ cumulativeAmount, deposit }) =>
        `the voucher is over ${cumulativeAmount} in all, and the deposit is ${deposit}: top the channel up first`,
    REVISION_MISMATCH: ({ expected, given }) =>
        `the voucher was signed for the ${given} revision of the program; the channel is one of the ${expected} revision`,
    SIGNATURE_INVALID: ({ signer }) => `the signature is not one of ${signer} over this voucher`,
    SIGNER_MISMATCH: ({ authorizedSigner, signer }) =>
        `the voucher was signed by ${signer}; the authorized signer is ${authorizedSigner}`,
};

function describeFate({ alreadySettled, lost }: VoucherFate): string {
    if (alreadySettled !== undefined) return `; it is paid, ${alreadySettled} being settled`;
    return lost === undefined ? '' : `; ${lost} of the voucher is lost`;
}

/** A refusal, with the error that the chain has for it. */
export function refuse<TCode extends VoucherRefusalCode>(
    code: TCode,
    context: VoucherRefusalContexts[TCode],
    onChainError?: VoucherOnChainError,
): RefusalOf<TCode> {
    return toResult({
        code,
        context: toResult({ ...context }),
        kind: 'refused',
        message: MESSAGES[code](context),
        onChainError,
    });
}

/** A custom error of the program. */
export function customError(name: string, deployment: DeploymentParts<'errors'>): VoucherOnChainError {
    const code = getErrorCode(name, deployment);
    return toResult({ code, kind: 'custom', name });
}

/** One of the runtime's own errors. */
export function builtinError(name: Extract<VoucherOnChainError, { kind: 'builtin' }>['name']): VoucherOnChainError {
    return toResult({ kind: 'builtin', name });
}
