import { AccountRole, type Address } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import {
    AuthorityType,
    getApproveInstruction,
    getCloseAccountInstruction,
    getSetAuthorityInstruction,
} from '@solana-program/token';

import { getOpenInstructionAsync, getRequestCloseInstruction } from '../../../../src';
import {
    addressOf,
    AUTHORIZED_SIGNER,
    MINT,
    PAYEE,
    PROGRAM,
    RENT_SYSVAR,
    SPL_TOKEN,
    SYSTEM_PROGRAM,
    TOKEN_2022,
} from '../../../fixtures/parties';
import { ofEpoch } from '../../../fixtures/revision';
import type { Attack } from '../harness';
import {
    ATTACKER,
    ATTACKER_KEY,
    forge,
    getInstruction,
    getOpen,
    inOpen,
    makeReadonly,
    makeWritable,
    OPEN_CHANNEL,
    OPEN_INPUT,
    OPERATOR,
    OPERATOR_KEY,
    PAYER_KEY,
    RENT_PAYER_POSITIONS,
    replaceAccounts,
    replaceData,
} from '../stage';
import { DEPLOYMENT, OPENED } from '../../../fixtures/deployment';

// Attacks with the accounts of open and with other instructions.

const at = (...positions: readonly number[]) =>
    positions.map(p => `ACCOUNT_MISMATCH instructions[0].accounts[${inOpen(p)}]`);
const atRentPayer = (code: string) => RENT_PAYER_POSITIONS.map(p => `${code} instructions[0].accounts[${p}]`);

/** Another account in each place of open by itself; the attacker's own where it has to sign. */
const REPLACED: readonly Attack[] = [
    'payee',
    'mint',
    'authorizedSigner',
    'channel',
    'payerTokenAccount',
    'channelTokenAccount',
    'tokenProgram',
    'systemProgram',
    'rent',
    'associatedTokenProgram',
    'eventAuthority',
    'selfProgram',
].map((name, index) => ({
    forge: async () => {
        const open = replaceAccounts(await getOpen(), { [inOpen(index + 1)]: { address: addressOf(0x41) } });
        return forge({ instructions: [open] });
    },
    mismatches: at(index + 1),
    stoppedBy: ['accountAddresses'],
    title: `another account in the place of ${name}`,
}));

/** Whole opens, consistent in themselves, that were not agreed. */
const SWAPPED: readonly Attack[] = [
    {
        forge: async () => forge({ instructions: [await getOpen({ payee: ATTACKER })] }),
        mismatches: at(1, 4, 6),
        stoppedBy: ['accountAddresses'],
        title: 'a channel that pays the attacker',
    },
    {
        forge: async () => forge({ instructions: [await getOpen({ authorizedSigner: ATTACKER })] }),
        mismatches: at(3, 4, 6),
        stoppedBy: ['accountAddresses'],
        title: 'a channel whose vouchers somebody else signs',
    },
    {
        forge: async () => forge({ instructions: [await getOpen({ mint: addressOf(0x42) })] }),
        mismatches: at(2, 4, 5, 6),
        stoppedBy: ['accountAddresses'],
        title: 'a mint with the same symbol',
    },
    {
        forge: async () => forge({ instructions: [await getOpen({ tokenProgram: TOKEN_2022 })] }),
        mismatches: at(5, 6, 7),
        stoppedBy: ['accountAddresses'],
        title: 'the other token program',
    },
    {
        agreement: { tokenProgram: TOKEN_2022 },
        forge: () => forge(),
        mismatches: at(5, 6, 7),
        stoppedBy: ['accountAddresses'],
        title: 'SPL Token when Token-2022 was agreed',
    },
    {
        forge: async () => forge({ instructions: [await getOpen({ payer: ATTACKER_KEY })] }),
        mismatches: [...at(0, 4, 5, 6), ...atRentPayer('ACCOUNT_MISMATCH'), 'SIGNER_UNEXPECTED accounts[1]'],
        overlap: 'another payer signs',
        stoppedBy: ['accountAddresses', 'unexpectedSigners'],
        title: 'a payer who is not the one that was agreed',
    },
    {
        forge: async () => forge({ instructions: [await getOpen({ payer: OPERATOR_KEY })] }),
        mismatches: [
            ...at(0, 4, 5, 6),
            'OPERATOR_EXPOSED instructions[0].accounts[0]',
            ...atRentPayer('ACCOUNT_MISMATCH'),
            ...atRentPayer('OPERATOR_EXPOSED'),
        ],
        overlap: 'the operator in another place is the wrong account as well',
        stoppedBy: ['accountAddresses', 'operatorAccounts'],
        title: 'the operator as the payer, of rent and deposit too',
    },
    {
        forge: async () =>
            forge({
                instructions: [
                    await getOpenInstructionAsync(
                        { ...OPENED, ...OPEN_INPUT },
                        { ...DEPLOYMENT, programAddress: addressOf(0x43) },
                    ),
                ],
            }),
        mismatches: ['CHANNEL_INSTRUCTION_MISSING instructions', 'INSTRUCTION_NOT_ALLOWED instructions[0]'].concat(
            [2, 3, 4].map(index => `ACCOUNT_WRITABLE_MISMATCH accounts[${index}]`),
            'ACCOUNT_WRITABLE_MISMATCH accounts[1]',
        ),
        overlap: 'the instruction of another program is none of those agreed, and its accounts neither',
        stoppedBy: ['oneChannelInstruction', 'extraInstructions', 'writability'],
        title: 'the program of another deployment',
    },
];

const FORM: readonly Attack[] = [
    {
        forge: async () => {
            const open = await getOpen();
            const accounts = [...open.accounts, { address: MINT, role: AccountRole.READONLY }];
            return forge({ instructions: [{ ...open, accounts }] });
        },
        mismatches: ['ACCOUNT_COUNT_MISMATCH instructions[0].accounts'],
        stoppedBy: ['accountCount'],
        title: 'one account more than open takes',
    },
    {
        forge: async () => {
            const open = await getOpen();
            return forge({ instructions: [{ ...open, accounts: open.accounts.slice(0, -1) }] });
        },
        mismatches: ['ACCOUNT_COUNT_MISMATCH instructions[0].accounts'],
        stoppedBy: ['accountCount'],
        title: 'one account less than open takes',
    },
    ...(
        [
            ['payee', PAYEE],
            ['mint', MINT],
            ['authorized signer', AUTHORIZED_SIGNER],
            ['token program', SPL_TOKEN],
            ['rent sysvar', RENT_SYSVAR],
        ] as [string, Address][]
    ).map(([name, address]): Attack => ({
        forge: () => forge({ compiled: message => makeWritable(message, address) }),
        mismatches: ['ACCOUNT_WRITABLE_MISMATCH accounts[5]'],
        stoppedBy: ['writability'],
        title: `a ${name} that is writable`,
    })),
    {
        forge: () => forge({ compiled: message => makeReadonly(message, OPEN_CHANNEL) }),
        mismatches: ['ACCOUNT_WRITABLE_MISMATCH accounts[4]'],
        stoppedBy: ['writability'],
        title: 'a channel that is readonly, so that the operator pays for a failure',
    },
    {
        forge: () =>
            forge({
                compiled: message => {
                    message.header.numReadonlySignerAccounts = 1;
                },
            }),
        mismatches: ['ACCOUNT_WRITABLE_MISMATCH accounts[1]'],
        stoppedBy: ['writability'],
        title: 'a payer that is readonly',
    },
    {
        forge: async () =>
            forge({ instructions: [replaceData(await getOpen(), data => new Uint8Array([...data, 0]))] }),
        mismatches: ['INSTRUCTION_DATA_MALFORMED instructions[0].data'],
        stoppedBy: ['instructionData'],
        title: 'data with a byte after the end',
    },
    {
        forge: async () => forge({ instructions: [replaceData(await getOpen(), data => data.slice(0, 20))] }),
        // The open slot is a seed of the channel's address, and is read from the data.
        mismatches: ['INSTRUCTION_DATA_MALFORMED instructions[0].data', ...ofEpoch(...at(4, 6))],
        overlap: 'without an open slot there is no channel that could be the right one',
        stoppedBy: ['instructionData', ...ofEpoch('accountAddresses')],
        title: 'data that is cut off',
    },
    {
        forge: async () => forge({ instructions: [await getOpen(), await getOpen()] }),
        mismatches: ['CHANNEL_INSTRUCTION_REPEATED instructions[1]'],
        stoppedBy: ['oneChannelInstruction'],
        title: 'the same open twice',
    },
    {
        forge: async () => forge({ instructions: [await getOpen(), await getOpen({ salt: 43n, splits: [] })] }),
        mismatches: ['CHANNEL_INSTRUCTION_REPEATED instructions[1]'],
        stoppedBy: ['oneChannelInstruction'],
        title: 'a second open beside the one that was agreed',
    },
];

/** Instructions that have no business in such a transaction, whoever they are aimed at. */
const OTHERS: readonly Attack[] = [
    {
        forge: async () =>
            forge({
                instructions: [
                    await getOpen(),
                    getTransferSolInstruction({
                        amount: 1_000_000n,
                        destination: PAYER_KEY.address,
                        source: OPERATOR_KEY,
                    }),
                ],
            }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[1]', 'OPERATOR_EXPOSED instructions[1].accounts[0]'],
        overlap: 'whatever is done to the operator is done by an instruction that was not agreed',
        stoppedBy: ['extraInstructions', 'operatorAccounts'],
        title: "a transfer of the operator's lamports to the payer",
    },
    ...[
        getSetAuthorityInstruction({
            authorityType: AuthorityType.AccountOwner,
            newAuthority: ATTACKER,
            owned: addressOf(0x44),
            owner: OPERATOR_KEY,
        }),
        getApproveInstruction({ amount: 1n, delegate: ATTACKER, owner: OPERATOR_KEY, source: addressOf(0x44) }),
        getCloseAccountInstruction({ account: addressOf(0x44), destination: PAYER_KEY.address, owner: OPERATOR_KEY }),
    ].map((instruction, index): Attack => ({
        forge: async () => forge({ instructions: [await getOpen(), instruction] }),
        mismatches: [
            'INSTRUCTION_NOT_ALLOWED instructions[1]',
            `OPERATOR_EXPOSED instructions[1].accounts[${instruction.accounts.length - 1 === 1 ? 1 : 2}]`,
            'ACCOUNT_WRITABLE_MISMATCH accounts[2]',
        ],
        overlap: 'an instruction that was not agreed, to the operator, which writes what nobody else does',
        stoppedBy: ['extraInstructions', 'operatorAccounts', 'writability'],
        title: `${['SetAuthority', 'Approve', 'CloseAccount'][index]} on a token account of the operator`,
    })),
    {
        forge: async () =>
            forge({
                instructions: [
                    await getOpen(),
                    getTransferSolInstruction({ amount: 1n, destination: OPEN_CHANNEL, source: PAYER_KEY }),
                ],
            }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[1]'],
        stoppedBy: ['extraInstructions'],
        title: "a transfer of the payer's own",
    },
    {
        forge: async () =>
            forge({ instructions: [await getOpen(), getInstruction(addressOf(0x45), [[MINT, AccountRole.READONLY]])] }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[1]'],
        stoppedBy: ['extraInstructions'],
        title: 'a program that nobody knows',
    },
    {
        agreement: {
            guardPrograms: [
                { accounts: [], programAddress: addressOf(0x45) },
                { accounts: [], programAddress: PROGRAM },
            ],
        },
        forge: async () =>
            forge({
                instructions: [
                    await getOpen(),
                    getRequestCloseInstruction({ channel: OPEN_CHANNEL, payer: PAYER_KEY }, DEPLOYMENT),
                ],
            }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[1]'],
        stoppedBy: ['extraInstructions'],
        title: 'an open that begins to close at once, even where the program was listed as a guard',
    },
    {
        agreement: { payee: OPERATOR },
        forge: async () => {
            const open = await getOpen({ payee: OPERATOR });
            return forge({ instructions: [open, getInstruction(SYSTEM_PROGRAM, [[OPERATOR, AccountRole.READONLY]])] });
        },
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[1]', 'OPERATOR_EXPOSED instructions[1].accounts[0]'],
        overlap: 'whatever is done to the operator is done by an instruction that was not agreed',
        stoppedBy: ['extraInstructions', 'operatorAccounts'],
        title: 'an operator who is the payee, in another instruction besides',
    },
];

export const ACCOUNT_ATTACKS: readonly Attack[] = [...REPLACED, ...SWAPPED, ...FORM, ...OTHERS];
