import {
    SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
    SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_ACCOUNT_DATA,
    SolanaError,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { addressOf, PROGRAM, SPL_TOKEN } from '../fixtures/parties';
import { ofEpoch, ofTombstone } from '../fixtures/revision';
import { rendered } from '../fixtures/rendered';

const {
    PAYMENT_CHANNELS_PROGRAM_ERRORS,
    PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_STATUS,
    PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_EXPIRED,
    getPaymentChannelsProgramErrorMessage,
    isPaymentChannelsProgramError,
    isPaymentChannelsProgramErrorCode,
} = rendered;

// The errors of the on-chain program, as a failed transaction reports them: a number, and which instruction it was.

describe('isPaymentChannelsProgramErrorCode', () => {
    it.each([0, 2, 9, 50, 237, 2413, ...ofEpoch(10, 238, 2003, 2201, 2414)])('is true for %i', code => {
        expect(isPaymentChannelsProgramErrorCode(code)).toBe(true);
        if (isPaymentChannelsProgramErrorCode(code)) {
            expect(getPaymentChannelsProgramErrorMessage(code)).toBe(PAYMENT_CHANNELS_PROGRAM_ERRORS[code].message);
        }
    });

    it.each([-1, 49, 63, 2415, 6000, 0.5, NaN, ...ofTombstone(10, 238, 2003, 2201, 2414)])(
        'is false for %d, of which the program knows nothing',
        code => {
            expect(isPaymentChannelsProgramErrorCode(code)).toBe(false);
        },
    );
});

describe('isPaymentChannelsProgramError', () => {
    const OTHER_PROGRAM = addressOf(0x77);
    const failure = (code: number, index = 1) =>
        new SolanaError(SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM, { code, index });
    const message = { instructions: [SPL_TOKEN, PROGRAM, OTHER_PROGRAM].map(programAddress => ({ programAddress })) };
    const expired = failure(PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_EXPIRED);

    it('knows an error of an instruction of the program, and its code', () => {
        expect(isPaymentChannelsProgramError(expired, message)).toBe(true);
        expect(isPaymentChannelsProgramError(expired, message, PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_EXPIRED)).toBe(
            true,
        );
        expect(
            isPaymentChannelsProgramError(expired, message, PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_STATUS),
        ).toBe(false);
    });

    it('takes code 0 for the code it is, and not for none', () => {
        expect(isPaymentChannelsProgramError(failure(0), message, 0)).toBe(true);
        expect(isPaymentChannelsProgramError(expired, message, 0)).toBe(false);
    });

    it('does not take the same number of another program for its own', () => {
        expect(isPaymentChannelsProgramError(failure(1, 0), message)).toBe(false);
        expect(isPaymentChannelsProgramError(failure(2, 2), message)).toBe(false);
    });

    it('follows an overridden program address', () => {
        const config = { programAddress: OTHER_PROGRAM };
        expect(isPaymentChannelsProgramError(failure(2, 2), message, undefined, config)).toBe(true);
        expect(isPaymentChannelsProgramError(expired, message, undefined, config)).toBe(false);
    });

    it.each([
        ['a builtin error', new SolanaError(SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_ACCOUNT_DATA, { index: 1 })],
        ['another error', new Error('custom program error: 0xe9')],
        ['nothing', undefined],
    ])('is false for %s', (_, error) => {
        expect(isPaymentChannelsProgramError(error, message)).toBe(false);
    });
});
