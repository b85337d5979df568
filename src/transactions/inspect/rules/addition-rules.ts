import { AccountRole, bytesEqual, isSignerRole, isWritableRole } from '@solana/kit';

import type { Rule } from '../inspection-context';
import type { JudgedInstruction } from '../judged-instruction';
import { getMismatch, type InspectionMismatch } from '../inspection-mismatch';
import { decodeMemo, encodeMemo } from '../../memo';

// Rules on what stands beside the agreed instruction: memos, token accounts to create, guards.

const isMemo = (instruction: JudgedInstruction) => instruction.kind === 'memo';

/** Whether the data of a memo is this text, to the byte. */
const isContent = ({ data }: JudgedInstruction, content: string) =>
    bytesEqual(new Uint8Array(data), new Uint8Array(encodeMemo(content)));

/** Each memo is one of those agreed, and each of those stands in the transaction once at most. */
export const memoContents: Rule = {
    check: ({ agreement, instructions }) => {
        const expected = [...agreement.memos.required, ...agreement.memos.allowed];
        const left = [...expected];
        return instructions.filter(isMemo).flatMap(instruction => {
            const index = left.findIndex(content => isContent(instruction, content));
            if (index >= 0) {
                left.splice(index, 1);
                return [];
            }
            const values = { actual: decodeMemo(instruction.data), expected };
            return [getMismatch('MEMO_NOT_AGREED', `${instruction.path}.data`, values)];
        });
    },
    name: 'memoContents',
};

/** The required memos are there. */
export const requiredMemos: Rule = {
    check: ({ agreement, instructions }) => {
        const left = instructions.filter(isMemo);
        return agreement.memos.required.flatMap(content => {
            const index = left.findIndex(instruction => isContent(instruction, content));
            if (index < 0) {
                return [getMismatch('MEMO_MISSING', 'instructions', { actual: undefined, expected: content })];
            }
            left.splice(index, 1);
            return [];
        });
    },
    name: 'requiredMemos',
};

/** Nobody but the payer stands by a memo. The operator, whose signature would vouch for it, has a rule of its own. */
export const memoAccounts: Rule = {
    check: ({ agreement: { operator, payer }, instructions }) =>
        instructions.filter(isMemo).flatMap(({ addresses, path }) =>
            addresses.flatMap((actual, position) =>
                actual === payer || actual === operator
                    ? []
                    : [
                          getMismatch('MEMO_ACCOUNT_NOT_AGREED', `${path}.accounts[${position}]`, {
                              actual,
                              expected: [payer],
                          }),
                      ],
            ),
        ),
    name: 'memoAccounts',
};

/** Token accounts are created for agreed owners only. */
export const tokenAccountOwners: Rule = {
    check: ({ agreement, instructions }) =>
        instructions.flatMap(instruction => {
            const expected = agreement.createTokenAccounts.owners;
            if (instruction.kind !== 'createTokenAccount') return [];
            if (instruction.owner !== undefined && expected.includes(instruction.owner)) return [];
            const values = { actual: instruction.owner, expected };
            return [getMismatch('TOKEN_ACCOUNT_OWNER_NOT_AGREED', `${instruction.path}.accounts[2]`, values)];
        }),
    name: 'tokenAccountOwners',
};

/** Guards are passed the agreed accounts only, and none that may do more in this message than was agreed. */
export const guardAccounts: Rule = {
    check: ({ accounts, agreement: { operator }, instructions }) =>
        instructions.flatMap(instruction => {
            if (instruction.kind !== 'guard') return [];
            const { accountIndexes, guard, path } = instruction;
            return accountIndexes.flatMap((index, position): InspectionMismatch[] => {
                const { address, isSigner, isWritable } = accounts[index]!;
                if (address === operator) return [];
                const agreed = guard.accounts.find(account => account.address === address)?.role;
                const mayBe = { signer: isSignerRole(agreed ?? 0), writable: isWritableRole(agreed ?? 0) };
                if (agreed !== undefined && (!isSigner || mayBe.signer) && (!isWritable || mayBe.writable)) return [];
                const actual = `${address ?? 'an unknown account'} (${describeRole(isSigner, isWritable)})`;
                const expected =
                    agreed === undefined ? 'an agreed account' : describeRole(mayBe.signer, mayBe.writable);
                return [getMismatch('GUARD_ACCOUNT_NOT_AGREED', `${path}.accounts[${position}]`, { actual, expected })];
            });
        }),
    name: 'guardAccounts',
};

function describeRole(isSigner: boolean, isWritable: boolean): string {
    const role = (isSigner ? AccountRole.READONLY_SIGNER : 0) | (isWritable ? AccountRole.WRITABLE : 0);
    return ['readonly', 'writable', 'readonly signer', 'writable signer'][role]!;
}
