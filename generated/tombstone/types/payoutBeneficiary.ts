/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    combineCodec,
    getEnumDecoder,
    getEnumEncoder,
    type FixedSizeCodec,
    type FixedSizeDecoder,
    type FixedSizeEncoder,
} from '@solana/kit';

/** Whose payout was redirected. */
export enum PayoutBeneficiary {
    /** A recipient of the distribution plan. */
    Recipient = 0,
    /** The payee. */
    Payee = 1,
    /** The payer. */
    Payer = 2,
}

export type PayoutBeneficiaryArgs = PayoutBeneficiary;

export function getPayoutBeneficiaryEncoder(): FixedSizeEncoder<PayoutBeneficiaryArgs> {
    return getEnumEncoder(PayoutBeneficiary);
}

export function getPayoutBeneficiaryDecoder(): FixedSizeDecoder<PayoutBeneficiary> {
    return getEnumDecoder(PayoutBeneficiary);
}

export function getPayoutBeneficiaryCodec(): FixedSizeCodec<PayoutBeneficiaryArgs, PayoutBeneficiary> {
    return combineCodec(getPayoutBeneficiaryEncoder(), getPayoutBeneficiaryDecoder());
}
