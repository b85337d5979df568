import { AccountRole, type Address } from '@solana/kit';
import {
    getCreateAssociatedTokenIdempotentInstructionAsync,
    getCreateAssociatedTokenInstructionAsync,
} from '@solana-program/token';

import { getMemoInstruction, MEMO_PROGRAM_ADDRESS } from '../../../../src';
import { addressOf, MINT, PAYEE, SPL_TOKEN, TOKEN_2022 } from '../../../fixtures/parties';
import { byRevision } from '../../../fixtures/revision';
import type { Attack } from '../harness';
import {
    ATTACKER,
    ATTACKER_KEY,
    forge,
    getInstruction,
    getOpen,
    OPERATOR,
    OPERATOR_KEY,
    PAYER,
    PAYER_KEY,
    replaceAccounts,
    replaceData,
} from '../stage';

// Attacks with what may stand beside the instruction that was agreed.

const creation = (owner: Address, payer = PAYER_KEY, mint = MINT, tokenProgram: Address = SPL_TOKEN) =>
    getCreateAssociatedTokenIdempotentInstructionAsync({ mint, owner, payer, tokenProgram });
/** The payee's token account, created at the payer's expense. */
export const createPayeeAccount = () => creation(PAYEE);

const ORDER = 'order 1234';
const GUARD = addressOf(0x51);
const GUARDED = addressOf(0x52);
const getGuard = (accounts: readonly (readonly [Address, AccountRole])[]) => getInstruction(GUARD, accounts, [9]);
const agreeOnGuard = (address: Address, role: AccountRole) => ({
    guardPrograms: [{ accounts: [{ address, role }], programAddress: GUARD }],
});

/** Where the message has the token account that is created: kit orders accounts by their addresses. */
const PAYEE_ACCOUNT = byRevision({ epoch: 3, tombstone: 4 });

export const EXTRA_ATTACKS: readonly Attack[] = [
    {
        forge: async () => forge({ instructions: [await getOpen(), getMemoInstruction(ORDER)] }),
        mismatches: ['MEMO_NOT_AGREED instructions[1].data'],
        stoppedBy: ['memoContents'],
        title: 'a memo when none was agreed',
    },
    {
        agreement: { memos: { allowed: [ORDER] } },
        forge: async () => forge({ instructions: [await getOpen(), getMemoInstruction(`${ORDER} `)] }),
        mismatches: ['MEMO_NOT_AGREED instructions[1].data'],
        stoppedBy: ['memoContents'],
        title: 'a memo with another content',
    },
    {
        agreement: { memos: { allowed: [ORDER] } },
        forge: async () =>
            forge({ instructions: [getMemoInstruction(ORDER), await getOpen(), getMemoInstruction(ORDER)] }),
        mismatches: ['MEMO_NOT_AGREED instructions[2].data'],
        stoppedBy: ['memoContents'],
        title: 'an agreed memo twice',
    },
    {
        agreement: { memos: { required: [ORDER] } },
        forge: () => forge(),
        mismatches: ['MEMO_MISSING instructions'],
        stoppedBy: ['requiredMemos'],
        title: 'without the memo that was required',
    },
    {
        agreement: { memos: { allowed: [ORDER], required: [ORDER] } },
        forge: async () => forge({ instructions: [await getOpen(), getMemoInstruction('another')] }),
        mismatches: ['MEMO_MISSING instructions', 'MEMO_NOT_AGREED instructions[1].data'],
        overlap: 'a memo in the place of the required one is one too many and one too few',
        stoppedBy: ['memoContents', 'requiredMemos'],
        title: 'another memo in the place of the required one',
    },
    {
        agreement: { memos: { allowed: [ORDER] } },
        forge: async () => {
            const memo = getMemoInstruction(ORDER);
            const accounts = [[OPERATOR, AccountRole.READONLY_SIGNER]] as const;
            return forge({ instructions: [getInstruction(memo.programAddress, accounts, memo.data), await getOpen()] });
        },
        mismatches: ['OPERATOR_EXPOSED instructions[0].accounts[0]'],
        stoppedBy: ['operatorAccounts'],
        title: "a memo that the operator's signature vouches for",
    },
    {
        agreement: { memos: { allowed: [ORDER] } },
        forge: async () => {
            const accounts = [[PAYEE, AccountRole.READONLY]] as const;
            const memo = getInstruction(MEMO_PROGRAM_ADDRESS, accounts, getMemoInstruction(ORDER).data);
            return forge({ instructions: [memo, await getOpen()] });
        },
        mismatches: ['MEMO_ACCOUNT_NOT_AGREED instructions[0].accounts[0]'],
        stoppedBy: ['memoAccounts'],
        title: 'a memo that somebody else would have to sign, so that the operator pays for a failure',
    },
    {
        forge: async () => forge({ instructions: [await createPayeeAccount(), await getOpen()] }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[0]', `ACCOUNT_WRITABLE_MISMATCH accounts[${PAYEE_ACCOUNT}]`],
        overlap: 'what is not agreed to is not agreed to write either',
        stoppedBy: ['extraInstructions', 'writability'],
        title: 'a token account when none was agreed',
    },
    {
        agreement: { createTokenAccounts: { owners: [PAYEE] } },
        forge: async () => forge({ instructions: [await creation(ATTACKER), await getOpen()] }),
        mismatches: ['TOKEN_ACCOUNT_OWNER_NOT_AGREED instructions[0].accounts[2]'],
        stoppedBy: ['tokenAccountOwners'],
        title: 'a token account of somebody else',
    },
    {
        agreement: { createTokenAccounts: { owners: [PAYEE] } },
        forge: async () => forge({ instructions: [await creation(PAYEE, OPERATOR_KEY), await getOpen()] }),
        mismatches: ['ACCOUNT_MISMATCH instructions[0].accounts[0]', 'OPERATOR_EXPOSED instructions[0].accounts[0]'],
        overlap: 'the operator in another place is the wrong account as well',
        stoppedBy: ['accountAddresses', 'operatorAccounts'],
        title: "a token account at the operator's expense",
    },
    {
        agreement: { createTokenAccounts: { operatorPaysLamports: 1n, owners: [PAYEE] } },
        forge: async () => forge({ instructions: [await creation(PAYEE, ATTACKER_KEY), await getOpen()] }),
        mismatches: ['ACCOUNT_MISMATCH instructions[0].accounts[0]', 'SIGNER_UNEXPECTED accounts[1]'],
        overlap: 'whoever else pays the rent also signs',
        stoppedBy: ['accountAddresses', 'unexpectedSigners'],
        title: "a token account at a third party's expense, which may never sign",
    },
    {
        agreement: { createTokenAccounts: { owners: [PAYEE] } },
        forge: async () =>
            forge({ instructions: [await creation(PAYEE, PAYER_KEY, addressOf(0x53)), await getOpen()] }),
        mismatches: ['ACCOUNT_MISMATCH instructions[0].accounts[1]', 'ACCOUNT_MISMATCH instructions[0].accounts[3]'],
        stoppedBy: ['accountAddresses'],
        title: 'a token account for another mint',
    },
    {
        agreement: { createTokenAccounts: { owners: [PAYEE] } },
        forge: async () =>
            forge({ instructions: [await creation(PAYEE, PAYER_KEY, MINT, TOKEN_2022), await getOpen()] }),
        mismatches: ['ACCOUNT_MISMATCH instructions[0].accounts[1]', 'ACCOUNT_MISMATCH instructions[0].accounts[5]'],
        stoppedBy: ['accountAddresses'],
        title: 'a token account of the other token program',
    },
    {
        agreement: { createTokenAccounts: { owners: [PAYEE] } },
        forge: async () =>
            forge({
                instructions: [
                    await getCreateAssociatedTokenInstructionAsync({
                        mint: MINT,
                        owner: PAYEE,
                        payer: PAYER_KEY,
                        tokenProgram: SPL_TOKEN,
                    }),
                    await getOpen(),
                ],
            }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[0]', `ACCOUNT_WRITABLE_MISMATCH accounts[${PAYEE_ACCOUNT}]`],
        overlap: 'what is not agreed to is not agreed to write either',
        stoppedBy: ['extraInstructions', 'writability'],
        title: 'a creation that fails when the token account is there',
    },
    {
        agreement: { createTokenAccounts: { owners: [PAYEE] } },
        forge: async () =>
            forge({
                instructions: [replaceData(await createPayeeAccount(), () => new Uint8Array([1, 0])), await getOpen()],
            }),
        mismatches: ['INSTRUCTION_DATA_MALFORMED instructions[0].data'],
        stoppedBy: ['instructionData'],
        title: 'a creation with bytes after the end',
    },
    {
        agreement: { createTokenAccounts: { owners: [PAYEE] } },
        forge: async () => {
            const create = await createPayeeAccount();
            const accounts = [...create.accounts, { address: GUARDED, role: AccountRole.READONLY }];
            return forge({ instructions: [{ ...create, accounts }, await getOpen()] });
        },
        mismatches: ['ACCOUNT_COUNT_MISMATCH instructions[0].accounts'],
        stoppedBy: ['accountCount'],
        title: 'a creation with one account more',
    },
    {
        forge: async () => forge({ instructions: [await getOpen(), getGuard([])] }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[1]'],
        stoppedBy: ['extraInstructions'],
        title: 'a guard when none was agreed',
    },
    {
        agreement: agreeOnGuard(GUARDED, AccountRole.READONLY),
        forge: async () => forge({ instructions: [await getOpen(), getGuard([[PAYER, AccountRole.READONLY]])] }),
        mismatches: ['GUARD_ACCOUNT_NOT_AGREED instructions[1].accounts[0]'],
        stoppedBy: ['guardAccounts'],
        title: 'a guard that is passed the payer, which signs and can be spent from',
    },
    {
        agreement: agreeOnGuard(PAYER, AccountRole.READONLY),
        forge: async () => forge({ instructions: [await getOpen(), getGuard([[PAYER, AccountRole.READONLY]])] }),
        mismatches: ['GUARD_ACCOUNT_NOT_AGREED instructions[1].accounts[0]'],
        stoppedBy: ['guardAccounts'],
        title: 'a guard for which the payer looks readonly, while it is not in the message',
    },
    {
        agreement: agreeOnGuard(GUARDED, AccountRole.READONLY),
        forge: async () => forge({ instructions: [await getOpen(), getGuard([[GUARDED, AccountRole.WRITABLE]])] }),
        mismatches: ['GUARD_ACCOUNT_NOT_AGREED instructions[1].accounts[0]', 'ACCOUNT_WRITABLE_MISMATCH accounts[2]'],
        overlap: 'what a guard may not write to, nobody may',
        stoppedBy: ['guardAccounts', 'writability'],
        title: 'a guard that may write to what it should read',
    },
    {
        agreement: agreeOnGuard(PAYER, AccountRole.WRITABLE),
        forge: async () => forge({ instructions: [await getOpen(), getGuard([[PAYER, AccountRole.WRITABLE]])] }),
        mismatches: ['GUARD_ACCOUNT_NOT_AGREED instructions[1].accounts[0]'],
        stoppedBy: ['guardAccounts'],
        title: 'a guard that may be passed the payer, but not as a signer',
    },
    {
        agreement: agreeOnGuard(ATTACKER, AccountRole.READONLY),
        forge: async () =>
            forge({ instructions: [await getOpen(), getGuard([[ATTACKER, AccountRole.READONLY_SIGNER]])] }),
        mismatches: ['GUARD_ACCOUNT_NOT_AGREED instructions[1].accounts[0]', 'SIGNER_UNEXPECTED accounts[2]'],
        overlap: 'an account that may not sign for a guard may not sign at all',
        stoppedBy: ['guardAccounts', 'unexpectedSigners'],
        title: 'a guard whose agreed account signs without being agreed to',
    },
    {
        agreement: agreeOnGuard(GUARDED, AccountRole.WRITABLE),
        forge: async () => forge({ instructions: [await getOpen(), getGuard([[OPERATOR, AccountRole.WRITABLE]])] }),
        mismatches: ['OPERATOR_EXPOSED instructions[1].accounts[0]'],
        stoppedBy: ['operatorAccounts'],
        title: 'a guard that is passed the operator, and could spend all it has',
    },
    {
        agreement: agreeOnGuard(GUARDED, AccountRole.WRITABLE),
        forge: async () =>
            forge({
                instructions: [
                    replaceAccounts(await getOpen(), {}),
                    getGuard([[ATTACKER, AccountRole.READONLY_SIGNER]]),
                ],
            }),
        mismatches: ['GUARD_ACCOUNT_NOT_AGREED instructions[1].accounts[0]', 'SIGNER_UNEXPECTED accounts[2]'],
        overlap: 'a signer that was not agreed is an account that was not agreed as well',
        stoppedBy: ['guardAccounts', 'unexpectedSigners'],
        title: 'a guard that somebody else has to sign',
    },
];
