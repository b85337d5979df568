import { AccountRole } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { inspectOpenTransaction, inspectTopUpTransaction, type PaymentChannelsErrorCode } from '../../../src';
import { addressOf, OFF_CURVE } from '../../fixtures/parties';
import { expectRefusal } from '../../fixtures/refusals';
import { ofTombstone } from '../../fixtures/revision';
import { BLOCKHASH, forge, OPEN_AGREEMENT, OPERATOR, PAYER, TOP_UP_AGREEMENT } from './stage';
import { DEPLOYMENT } from '../../fixtures/deployment';

// The agreement is the operator's own: a mistake in it is told at once, by field, and never widens what is accepted.

const GUARD = { accounts: [], programAddress: addressOf(0x51) };
const NONCE = {
    nonce: addressOf(0x62),
    nonceAccountAddress: addressOf(0x72),
    nonceAuthorityAddress: PAYER,
};

type Row = [path: string, value: unknown, code: PaymentChannelsErrorCode, field?: string];

const BAD: Row[] = [
    ['payer', undefined, 'ADDRESS_INVALID'],
    ['payer', OPERATOR, 'OPERATOR_IS_PAYER', ''],
    ['operator', 'nobody', 'ADDRESS_INVALID'],
    ['mint', null, 'ADDRESS_INVALID'],
    ['tokenProgram', addressOf(9), 'TOKEN_PROGRAM_UNSUPPORTED'],
    ['tokenProgram', null, 'ADDRESS_INVALID'],
    ['payee', PAYER, 'PAYER_IS_PAYEE', ''],
    ['authorizedSigner', OFF_CURVE, 'ADDRESS_OFF_CURVE'],
    ['authorizedSigner', undefined, 'ADDRESS_INVALID'],
    ['salt', undefined, 'INTEGER_NOT_EXACT'],
    ['salt', 'whatever', 'INTEGER_NOT_EXACT'],
    ['salt', -1n, 'INTEGER_OUT_OF_RANGE'],
    ['deposit', 0n, 'INTEGER_OUT_OF_RANGE'],
    ['deposit', undefined, 'INTEGER_NOT_EXACT'],
    ['deposit', null, 'INTEGER_NOT_EXACT'],
    ['deposit', { min: 0n }, 'INTEGER_OUT_OF_RANGE', 'deposit.min'],
    ['deposit', { max: 1n, min: 2n }, 'INTEGER_OUT_OF_RANGE', 'deposit.max'],
    ['deposit', { max: null }, 'INTEGER_NOT_EXACT', 'deposit.max'],
    ['gracePeriodSeconds', 0, 'INTEGER_OUT_OF_RANGE'],
    ['gracePeriodSeconds', { min: 2 ** 32 }, 'INTEGER_OUT_OF_RANGE', 'gracePeriodSeconds.min'],
    ['splits', null, 'SPLITS_INVALID', ''],
    ['blockhashes', undefined, 'AGREEMENT_INVALID'],
    ['blockhashes', [], 'AGREEMENT_INVALID'],
    ['blockhashes', [BLOCKHASH.blockhash], 'AGREEMENT_INVALID', 'blockhashes[0]'],
    ['blockhashes', [{ ...BLOCKHASH, blockhash: 'x' }], 'BLOCKHASH_INVALID', 'blockhashes[0].blockhash'],
    ['blockhashes', [{ blockhash: BLOCKHASH.blockhash }], 'INTEGER_NOT_EXACT', 'blockhashes[0].lastValidBlockHeight'],
    ['durableNonce', null, 'AGREEMENT_INVALID'],
    ['durableNonce', { ...NONCE, nonce: 'x' }, 'BLOCKHASH_INVALID', 'durableNonce.nonce'],
    ['durableNonce', { ...NONCE, nonceAccountAddress: 1 }, 'ADDRESS_INVALID', 'durableNonce.nonceAccountAddress'],
    ['durableNonce', { ...NONCE, nonceAuthorityAddress: 1 }, 'ADDRESS_INVALID', 'durableNonce.nonceAuthorityAddress'],
    ['maxFeeLamports', undefined, 'INTEGER_NOT_EXACT'],
    ['maxFeeLamports', -1, 'INTEGER_OUT_OF_RANGE'],
    ['versions', null, 'AGREEMENT_INVALID'],
    ['versions', [2], 'AGREEMENT_INVALID', 'versions[0]'],
    ['computeUnitLimit', null, 'INTEGER_NOT_EXACT'],
    ['maxComputeUnitPriceMicroLamports', null, 'INTEGER_NOT_EXACT'],
    ['memos', null, 'AGREEMENT_INVALID'],
    ['memos', { allowed: 'order' }, 'AGREEMENT_INVALID', 'memos.allowed'],
    ['memos', { required: [7] }, 'AGREEMENT_INVALID', 'memos.required[0]'],
    ['createTokenAccounts', null, 'AGREEMENT_INVALID'],
    ['createTokenAccounts', {}, 'AGREEMENT_INVALID', 'createTokenAccounts.owners'],
    ['createTokenAccounts', { owners: [1] }, 'ADDRESS_INVALID', 'createTokenAccounts.owners[0]'],
    [
        'createTokenAccounts',
        { operatorPaysLamports: null, owners: [] },
        'INTEGER_NOT_EXACT',
        'createTokenAccounts.operatorPaysLamports',
    ],
    ['guardPrograms', null, 'AGREEMENT_INVALID'],
    ['guardPrograms', [null], 'AGREEMENT_INVALID', 'guardPrograms[0]'],
    ['guardPrograms', [{ ...GUARD, programAddress: '' }], 'ADDRESS_INVALID', 'guardPrograms[0].programAddress'],
    ['guardPrograms', [{ ...GUARD, accounts: {} }], 'AGREEMENT_INVALID', 'guardPrograms[0].accounts'],
    [
        'guardPrograms',
        [{ ...GUARD, accounts: [{ address: OPERATOR, role: AccountRole.READONLY }] }],
        'AGREEMENT_INVALID',
        'guardPrograms[0].accounts[0].address',
    ],
    [
        'guardPrograms',
        [{ ...GUARD, accounts: [{ address: PAYER, role: 4 }] }],
        'INTEGER_OUT_OF_RANGE',
        'guardPrograms[0].accounts[0].role',
    ],
    ['lookupTables', null, 'AGREEMENT_INVALID'],
    ['lookupTables', { nowhere: [] }, 'ADDRESS_INVALID', 'lookupTables.nowhere'],
    ['lookupTables', { [PAYER]: [null] }, 'ADDRESS_INVALID', `lookupTables.${PAYER}[0]`],
    // Nothing would be seen in these.
    ['lookupTables', new Map([[PAYER, []]]), 'AGREEMENT_INVALID'],
    ['lookupTables', [[PAYER]], 'AGREEMENT_INVALID'],
    ['deposit', {}, 'AGREEMENT_INVALID'],
    ['deposit', [], 'AGREEMENT_INVALID'],
    ['deposit', new Date(0), 'AGREEMENT_INVALID'],
    ['memos', ['order'], 'AGREEMENT_INVALID'],
    ['memos', new Map([['required', ['order']]]), 'AGREEMENT_INVALID'],
    // Misspelt.
    ['maxFeeLamport', 5n, 'AGREEMENT_INVALID'],
    ['maxComputeUnitPrice', 5n, 'AGREEMENT_INVALID'],
    ['version', [0], 'AGREEMENT_INVALID'],
    ['deposit', { maximum: 5n, min: 1n }, 'AGREEMENT_INVALID', 'deposit.maximum'],
    ['memos', { require: ['order'] }, 'AGREEMENT_INVALID', 'memos.require'],
    ['createTokenAccounts', { owner: [], owners: [] }, 'AGREEMENT_INVALID', 'createTokenAccounts.owner'],
    ['guardPrograms', [{ ...GUARD, account: [] }], 'AGREEMENT_INVALID', 'guardPrograms[0].account'],
    // Missing by mistake: without these more is accepted.
    ['versions', undefined, 'AGREEMENT_INVALID'],
    ['computeUnitLimit', undefined, 'AGREEMENT_INVALID'],
    ['maxComputeUnitPriceMicroLamports', undefined, 'AGREEMENT_INVALID'],
    ['memos', { allowed: ['order 42'], required: undefined }, 'AGREEMENT_INVALID', 'memos.required'],
    ['deposit', { max: undefined, min: 1n }, 'AGREEMENT_INVALID', 'deposit.max'],
    ['deposit', { max: 5n, min: undefined }, 'AGREEMENT_INVALID', 'deposit.min'],
    ['openSlot', undefined, 'AGREEMENT_INVALID'],
    // What no transaction of the other revision could be asked for.
    ...ofTombstone<Row>(['rentPayer', PAYER, 'AGREEMENT_INVALID']),
];

describe('a bad agreement', () => {
    it.each(BAD)('%s: %o', async (key, value, code, field) => {
        const agreement = { ...OPEN_AGREEMENT, [key]: value } as typeof OPEN_AGREEMENT;
        const transaction = await forge();
        const context = field === '' ? {} : { field: `agreement.${field ?? key}` };
        await expectRefusal(() => inspectOpenTransaction(transaction, agreement, DEPLOYMENT), code, context);
    });

    it.each([
        ['channel', undefined, 'ADDRESS_INVALID'],
        ['amount', 0n, 'INTEGER_OUT_OF_RANGE'],
        ['amount', undefined, 'INTEGER_NOT_EXACT'],
    ] as const)('%s of a topUp: %o', async (key, value, code) => {
        const agreement = { ...TOP_UP_AGREEMENT, [key]: value } as typeof TOP_UP_AGREEMENT;
        const context = { field: `agreement.${key}` };
        await expectRefusal(() => inspectTopUpTransaction('', agreement, DEPLOYMENT), code, context);
    });

    it('a misspelt member is named, with the one that was meant', async () => {
        const agreement = { ...OPEN_AGREEMENT, maxFeeLamport: 5n };
        const expected = 'left out, since no such member is known; did you mean maxFeeLamports?';
        await expectRefusal(() => inspectOpenTransaction('', agreement, DEPLOYMENT), 'AGREEMENT_INVALID', {
            expected,
            field: 'agreement.maxFeeLamport',
        });
    });

    it.each([undefined, null, 'agreed'])('%o', async agreement => {
        await expectRefusal(() => inspectOpenTransaction('', agreement as never, DEPLOYMENT), 'AGREEMENT_INVALID', {
            field: 'agreement',
        });
    });
});

it('a bad transaction is a mismatch, not an error', async () => {
    for (const transaction of ['', 'AAAA', '💥', undefined, null, 7, {}, { messageBytes: new Uint8Array() }]) {
        expect(await inspectOpenTransaction(transaction as string, OPEN_AGREEMENT, DEPLOYMENT)).toMatchObject({
            isAccepted: false,
            mismatches: [{ code: 'TRANSACTION_MALFORMED' }],
        });
    }
    expect(await inspectOpenTransaction('A'.repeat(10_000), OPEN_AGREEMENT, DEPLOYMENT)).toMatchObject({
        isAccepted: false,
        mismatches: [{ code: 'TRANSACTION_TOO_LARGE' }],
    });
});
