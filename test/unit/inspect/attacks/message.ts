import { AccountRole, type Nonce } from '@solana/kit';
import { getAdvanceNonceAccountInstruction } from '@solana-program/system';

import { addressOf, ATA_PROGRAM, MINT, PAYEE, RENT_SYSVAR, SPL_TOKEN } from '../../../fixtures/parties';
import type { Attack } from '../harness';
import { createPayeeAccount } from './extras';
import {
    addAccount,
    ATTACKER,
    BLOCKHASH,
    forge,
    getInstruction,
    getOpen,
    inOpen,
    makeSigner,
    OPEN_CHANNEL,
    OPERATOR,
    OPERATOR_KEY,
    PAYER,
    PAYER_KEY,
    RENT_PAYER_POSITIONS,
} from '../stage';

// Attacks with the message as a whole.

const TABLE = addressOf(0x71);
const NONCE_ACCOUNT = addressOf(0x72);
const OTHER_NONCE = addressOf(0x62) as string as Nonce;
const NONCE = {
    nonce: BLOCKHASH.blockhash as string as Nonce,
    nonceAccountAddress: NONCE_ACCOUNT,
    nonceAuthorityAddress: PAYER,
};
const advanceNonce = (nonceAuthority = PAYER_KEY, nonceAccount = NONCE_ACCOUNT) =>
    getAdvanceNonceAccountInstruction({ nonceAccount, nonceAuthority });

/** The last account of the message comes from a table instead. */
const lookUpLast =
    (lookupIndex: number): NonNullable<Parameters<typeof forge>[0]>['compiled'] =>
    message => {
        message.staticAccounts.pop();
        message.header.numReadonlyNonSignerAccounts -= 1;
        message.addressTableLookups = [
            { lookupTableAddress: TABLE as never, readonlyIndexes: [lookupIndex], writableIndexes: [] },
        ];
    };
/** Where open uses the last account of the good message, by position. */
const LAST_POSITION = inOpen(7);

export const MESSAGE_ATTACKS: readonly Attack[] = [
    {
        agreement: { versions: [0, 1] },
        forge: () => forge({ version: 'legacy' }),
        mismatches: ['VERSION_NOT_ALLOWED version'],
        stoppedBy: ['version'],
        title: 'a version that the operator does not send',
    },
    {
        forge: () => forge({ feePayer: PAYER }),
        mismatches: ['FEE_PAYER_MISMATCH accounts[0]'],
        stoppedBy: ['feePayer'],
        title: 'a transaction that the operator is no part of',
    },
    {
        forge: () => forge({ feePayer: ATTACKER }),
        mismatches: ['FEE_PAYER_MISMATCH accounts[0]', 'SIGNER_UNEXPECTED accounts[0]'],
        overlap: 'whoever else pays the fee also signs',
        stoppedBy: ['feePayer', 'unexpectedSigners'],
        title: 'somebody else pays the fee',
    },
    {
        forge: () => forge({ lifetime: addressOf(0x62) }),
        mismatches: ['LIFETIME_NOT_AGREED lifetimeToken'],
        stoppedBy: ['lifetime'],
        title: 'a stale blockhash',
    },
    {
        agreement: { durableNonce: { ...NONCE, nonce: OTHER_NONCE } },
        forge: async () => forge({ instructions: [advanceNonce(), await getOpen()] }),
        mismatches: ['LIFETIME_NOT_AGREED lifetimeToken'],
        stoppedBy: ['lifetime'],
        title: 'an agreed nonce with the value of a blockhash',
    },
    {
        agreement: { durableNonce: { ...NONCE, nonce: OTHER_NONCE } },
        forge: () => forge({ lifetime: addressOf(0x62) }),
        mismatches: ['LIFETIME_NOT_AGREED lifetimeToken'],
        stoppedBy: ['lifetime'],
        title: 'the value of an agreed nonce that is not advanced',
    },
    {
        forge: async () => forge({ instructions: [advanceNonce(), await getOpen()] }),
        mismatches: ['DURABLE_NONCE_REFUSED instructions[0]', 'ACCOUNT_WRITABLE_MISMATCH accounts[2]'],
        overlap: 'what is not agreed to is not agreed to write either',
        stoppedBy: ['durableNonce', 'writability'],
        title: 'a durable nonce, so that the transaction can be held back',
    },
    {
        forge: async () => forge({ instructions: [advanceNonce(PAYER_KEY, OPEN_CHANNEL), await getOpen()] }),
        mismatches: ['DURABLE_NONCE_REFUSED instructions[0]'],
        stoppedBy: ['durableNonce'],
        title: 'a durable nonce in an account that open writes to anyway',
    },
    {
        forge: () => forge({ compiled: lookUpLast(0) }),
        mismatches: [
            'LOOKUP_TABLE_REFUSED accounts[13]',
            `ACCOUNT_MISMATCH instructions[0].accounts[${LAST_POSITION}]`,
        ],
        overlap: 'what an unknown table holds is the wrong account as well',
        stoppedBy: ['lookupTables', 'accountAddresses'],
        title: 'a lookup table that nobody agreed to',
    },
    {
        agreement: { lookupTables: { [TABLE]: [SPL_TOKEN] } },
        forge: () => forge({ compiled: lookUpLast(1) }),
        mismatches: [
            'LOOKUP_TABLE_INDEX_OUT_OF_RANGE accounts[13]',
            `ACCOUNT_MISMATCH instructions[0].accounts[${LAST_POSITION}]`,
        ],
        overlap: 'a place after the end of a table holds the wrong account as well',
        stoppedBy: ['lookupTables', 'accountAddresses'],
        title: 'a place after the end of an agreed table, which can be extended later',
    },
    {
        agreement: { lookupTables: { [TABLE]: [addressOf(0x73)] } },
        forge: () => forge({ compiled: lookUpLast(0) }),
        mismatches: [`ACCOUNT_MISMATCH instructions[0].accounts[${LAST_POSITION}]`],
        stoppedBy: ['accountAddresses'],
        title: 'an agreed table that holds another account',
    },
    {
        agreement: { lookupTables: { [TABLE]: [OPERATOR] } },
        forge: async () =>
            forge({
                compiled: message => {
                    message.addressTableLookups = [
                        { lookupTableAddress: TABLE as never, readonlyIndexes: [0], writableIndexes: [] },
                    ];
                },
            }),
        mismatches: ['ACCOUNT_DUPLICATED accounts[14]', 'ACCOUNT_UNUSED accounts[14]'],
        overlap: 'the second time is of no use to anybody',
        stoppedBy: ['duplicateAccounts', 'unusedAccounts'],
        title: 'the operator once more, by way of a table',
    },
    {
        agreement: { createTokenAccounts: { owners: [PAYEE] } },
        forge: async () =>
            forge({
                compiled: message => {
                    message.instructions[0]!.accountIndices![3] = addAccount(message, MINT);
                },
                instructions: [await createPayeeAccount(), await getOpen()],
            }),
        mismatches: ['ACCOUNT_DUPLICATED accounts[15]'],
        stoppedBy: ['duplicateAccounts'],
        title: 'an account twice, which the runtime refuses',
    },
    {
        forge: () => forge({ compiled: message => void addAccount(message, addressOf(0x74)) }),
        mismatches: ['ACCOUNT_UNUSED accounts[14]'],
        stoppedBy: ['unusedAccounts'],
        title: 'an account that no instruction needs',
    },
    {
        forge: async () =>
            forge({
                compiled: message => {
                    addAccount(message, ATTACKER);
                    makeSigner(message, ATTACKER);
                },
            }),
        mismatches: ['ACCOUNT_UNUSED accounts[2]', 'SIGNER_UNEXPECTED accounts[2]'],
        overlap: 'a signer of no instruction is an account of none as well',
        stoppedBy: ['unusedAccounts', 'unexpectedSigners'],
        title: 'a signer whom no instruction needs',
    },
    {
        forge: () =>
            forge({
                compiled: message => makeSigner(message, PAYEE),
                signatures: signatures => {
                    signatures[PAYEE] = null;
                },
            }),
        mismatches: ['SIGNATURE_MISSING signatures[2]', 'SIGNER_UNEXPECTED accounts[2]'],
        overlap: 'whoever never signs is missing as well',
        stoppedBy: ['missingSignatures', 'unexpectedSigners'],
        title: 'a second signer who never signs',
    },
    {
        agreement: { payee: ATTACKER },
        forge: async () =>
            forge({
                compiled: message => makeSigner(message, ATTACKER),
                instructions: [await getOpen({ payee: ATTACKER })],
            }),
        mismatches: ['SIGNER_UNEXPECTED accounts[2]'],
        stoppedBy: ['unexpectedSigners'],
        title: 'a payee who has to sign, and has',
    },
    {
        forge: () =>
            forge({
                compiled: message => {
                    // Payer is the last signer; now the first account that does not sign, and still writable.
                    message.header.numSignerAccounts -= 1;
                },
            }),
        mismatches: [0, ...RENT_PAYER_POSITIONS].map(p => `SIGNER_MISSING instructions[0].accounts[${p}]`),
        stoppedBy: ['missingSigners'],
        title: 'a payer who does not sign, so that the operator pays for a failure',
    },
    {
        forge: () => forge({ signers: [] }),
        mismatches: ['SIGNATURE_MISSING signatures[1]'],
        stoppedBy: ['missingSignatures'],
        title: 'without the signature of the payer',
    },
    {
        forge: () => forge({ signatures: signatures => void signatures[PAYER]!.set([1, 2, 3]) }),
        mismatches: ['SIGNATURE_INVALID signatures[1]'],
        stoppedBy: ['invalidSignatures'],
        title: 'with a bad signature of the payer',
    },
    {
        forge: () =>
            forge({
                signatures: signatures => {
                    signatures[OPERATOR] = signatures[PAYER]!;
                },
            }),
        mismatches: ['SIGNATURE_INVALID signatures[0]'],
        stoppedBy: ['invalidSignatures'],
        title: "with something in the operator's place",
    },
    {
        agreement: { createTokenAccounts: { owners: [ATTACKER] } },
        forge: () => forge({ instructions: [] }),
        mismatches: ['CHANNEL_INSTRUCTION_MISSING instructions'],
        stoppedBy: ['oneChannelInstruction'],
        title: 'nothing at all',
    },
    {
        agreement: {
            durableNonce: {
                nonce: OTHER_NONCE,
                nonceAccountAddress: NONCE_ACCOUNT,
                nonceAuthorityAddress: PAYER,
            },
        },
        forge: async () =>
            forge({ instructions: [advanceNonce(OPERATOR_KEY), await getOpen()], lifetime: addressOf(0x62) }),
        mismatches: ['ACCOUNT_MISMATCH instructions[0].accounts[2]', 'OPERATOR_EXPOSED instructions[0].accounts[2]'],
        overlap: 'the operator in another place is the wrong account as well',
        stoppedBy: ['accountAddresses', 'operatorAccounts'],
        title: 'a nonce that the operator would advance, when it is the payer who should',
    },
    {
        agreement: { durableNonce: NONCE },
        forge: async () =>
            forge({
                instructions: [{ ...advanceNonce(), data: new Uint8Array([4, 0, 0, 0, 0]) }, await getOpen()],
            }),
        mismatches: ['INSTRUCTION_DATA_MALFORMED instructions[0].data'],
        stoppedBy: ['instructionData'],
        title: 'a nonce with bytes after the end, which the runtime does not mind',
    },
    {
        agreement: { durableNonce: NONCE },
        forge: async () => forge({ instructions: [await getOpen(), advanceNonce()] }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[1]', 'ACCOUNT_WRITABLE_MISMATCH accounts[2]'],
        overlap: 'what is not agreed to is not agreed to write either',
        stoppedBy: ['extraInstructions', 'writability'],
        title: 'an agreed nonce that is not advanced first',
    },
    {
        forge: async () =>
            forge({
                instructions: [await getOpen(), getInstruction(ATA_PROGRAM, [[RENT_SYSVAR, AccountRole.READONLY]])],
            }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[1]'],
        stoppedBy: ['extraInstructions'],
        title: 'an instruction of a program that open needs too',
    },
];
