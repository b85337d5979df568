import { SOLANA_ERROR__INVALID_BLOCKHASH_BYTE_LENGTH, SolanaError } from '@solana/kit';
import { describe, expect, expectTypeOf, it } from 'vitest';

import * as definitions from '../../src/core/error-definitions';
import {
    isPaymentChannelsError,
    PaymentChannelsError,
    type PaymentChannelsErrorCode,
    type PaymentChannelsErrorContexts,
} from '../../src';
import type { ErrorDefinition } from '../../src/core/errors';
import { CHANNEL } from '../fixtures/vectors';

// One context for each code of the core; the rooms that build on it test their own.
const CONTEXTS = {
    ACCOUNT_MALFORMED: { address: CHANNEL, reason: 'it has 7 bytes' },
    ACCOUNT_OWNER_MISMATCH: { address: CHANNEL, expectedOwner: 'the program', owner: 'another' },
    ADDRESS_INVALID: { field: 'payee', value: '7' },
    ADDRESS_OFF_CURVE: { address: CHANNEL, field: 'authorizedSigner' },
    BYTES_LENGTH_INVALID: { actualLength: 63, expectedLength: 64, field: 'signature' },
    ELF_INVALID: { reason: 'it is empty', source: 'program.so' },
    INTEGER_NOT_EXACT: { field: 'amount', value: '1.5' },
    INTEGER_OUT_OF_RANGE: { field: 'deposit', max: 2n, min: 1n, value: 0n },
    JOURNAL_LEASE_LOST: { channels: [CHANNEL], owner: 'worker 1' },
    NO_ANSWER: { milliseconds: 5, what: 'the journal' },
    PAYER_IS_PAYEE: { address: CHANNEL },
    SIGNER_INVALID: { field: 'payer' },
    SPLITS_DUPLICATE_RECIPIENT: { field: 'splits[1].recipient', firstField: 'splits[0].recipient', recipient: CHANNEL },
    SPLITS_HASH_MISMATCH: { actualHash: 'aa', expectedHash: 'bb' },
    SPLITS_INVALID: { expected: 'an array', field: 'splits', value: 'null' },
    SPLITS_RECIPIENT_IS_CHANNEL: { channel: CHANNEL, field: 'splits[0].recipient' },
    SPLITS_SUM_TOO_HIGH: { maxBps: 10_000, sumBps: 10_001 },
    SPLITS_TOO_MANY: { count: 33, max: 32 },
    TOKEN_PROGRAM_UNSUPPORTED: { field: 'tokenProgram', tokenProgram: CHANNEL },
    TRANSACTION_FAILED: { logs: [], reason: 'custom error 2' },
    TRANSACTION_TOO_LARGE: { actualBytes: 1233, maxBytes: 1232 },
    VOUCHER_CHANNEL_MISMATCH: { channel: CHANNEL, voucherChannelId: 'another' },
    VOUCHER_INVALID: { expected: 'an object', field: 'voucher', value: 'null' },
    VOUCHER_SIGNER_CHANGED_MESSAGE: { signer: CHANNEL },
    VOUCHER_SIGNER_DID_NOT_SIGN: { signer: CHANNEL },
} satisfies Partial<PaymentChannelsErrorContexts>;

const { INTEGER_OUT_OF_RANGE, PAYER_IS_PAYEE } = definitions;

function getDefinition(code: PaymentChannelsErrorCode): ErrorDefinition {
    const all: Readonly<Record<string, unknown>> = definitions;
    return (all[code] ?? definitions.getInvalidDefinition(code as definitions.InvalidCode)) as ErrorDefinition;
}

const codes = Object.keys(CONTEXTS) as (keyof typeof CONTEXTS)[];

const rangeError = () =>
    new PaymentChannelsError(INTEGER_OUT_OF_RANGE, { field: 'deposit', max: 2n, min: 1n, value: 0n });

describe('PaymentChannelsError', () => {
    describe.each(codes)('%s', code => {
        const error = new PaymentChannelsError(getDefinition(code), CONTEXTS[code]);

        it('is an Error with its code, its context and a name', () => {
            expect(error).toBeInstanceOf(Error);
            expect(error).toMatchObject({ code, context: CONTEXTS[code], name: 'PaymentChannelsError' });
        });

        it('has a message that names the field, and leaves no gap', () => {
            const { field } = CONTEXTS[code] as { field?: string };
            if (field !== undefined) expect(error.message).toContain(field);
            expect(error.message.length).toBeGreaterThan(20);
            expect(error.message).not.toMatch(/undefined|\[object|\$\{/);
        });
    });

    it('has a context of its own that nobody can change', () => {
        const context = { address: CHANNEL as string };
        const error = new PaymentChannelsError(PAYER_IS_PAYEE, context);
        context.address = 'changed';
        expect(error.context).toEqual({ address: CHANNEL });
        expect(Object.isFrozen(error.context)).toBe(true);
        expect(() => Object.assign(error.context, { address: 'changed' })).toThrow(TypeError);
    });

    it('keeps its cause', () => {
        const cause = new Error('the reason');
        expect(new PaymentChannelsError(PAYER_IS_PAYEE, { address: CHANNEL }, { cause }).cause).toBe(cause);
    });
});

describe('isPaymentChannelsError', () => {
    it('is true for every error of the package, and for its code only', () => {
        const error: unknown = rangeError();
        expect(isPaymentChannelsError(error)).toBe(true);
        for (const code of codes) expect(isPaymentChannelsError(error, code)).toBe(code === 'INTEGER_OUT_OF_RANGE');
    });

    it('is true for an error of another copy of the package', () => {
        // As when an application loads the ESM and the CommonJS build.
        const error = Object.assign(new Error('message'), { code: 'PAYER_IS_PAYEE', name: 'PaymentChannelsError' });
        expect(error).not.toBeInstanceOf(PaymentChannelsError);
        expect(isPaymentChannelsError(error, 'PAYER_IS_PAYEE')).toBe(true);
    });

    it.each([
        ['null', null],
        ['undefined', undefined],
        ['text', 'PaymentChannelsError'],
        ['another error', new Error('message')],
        ['an error of kit', new SolanaError(SOLANA_ERROR__INVALID_BLOCKHASH_BYTE_LENGTH, { actualLength: 7 })],
        ['another error with a code', Object.assign(new Error('message'), { code: 'PAYER_IS_PAYEE' })],
        ['an object that is no error', { code: 'PAYER_IS_PAYEE', name: 'PaymentChannelsError' }],
        ['an error with the name and no code', Object.assign(new Error('message'), { name: 'PaymentChannelsError' })],
    ])('is false for %s', (_, value) => {
        expect(isPaymentChannelsError(value)).toBe(false);
        expect(isPaymentChannelsError(value, 'PAYER_IS_PAYEE')).toBe(false);
    });
});

describe('types', () => {
    // What `npx tsc` checks; there is nothing to run.
    it('narrow the context by the code', () => {
        const error: unknown = rangeError();
        if (isPaymentChannelsError(error, 'INTEGER_OUT_OF_RANGE')) {
            expectTypeOf(error.code).toEqualTypeOf<'INTEGER_OUT_OF_RANGE'>();
            expectTypeOf(error.context.field).toEqualTypeOf<string>();
            expectTypeOf(error.context.max).toEqualTypeOf<bigint>();
            // @ts-expect-error: of another code
            void error.context.recipient;
            expect(() => {
                // @ts-expect-error: nobody changes a context
                error.context.field = 'another';
            }).toThrow(TypeError);
        }
        if (isPaymentChannelsError(error, 'SPLITS_TOO_MANY')) {
            expectTypeOf(error.context).toEqualTypeOf<Readonly<{ count: number; max: number }>>();
        }
    });

    it('know every code without one', () => {
        const error: unknown = rangeError();
        if (isPaymentChannelsError(error)) expectTypeOf(error.code).toEqualTypeOf<PaymentChannelsErrorCode>();
    });

    it('know no other code, and no context of another code', () => {
        // @ts-expect-error: no such code
        isPaymentChannelsError(null, 'NO_SUCH_CODE');
        // @ts-expect-error: the context of another code
        expect(() => new PaymentChannelsError(PAYER_IS_PAYEE, { count: 1, max: 0 })).not.toThrow();
    });
});
