import { isWritableRole } from '@solana/kit';

import type { InspectionContext, Rule } from '../inspection-context';
import { getMismatch } from '../inspection-mismatch';

// Rules on the accounts of the instructions.

/** The instructions whose accounts follow from the agreement; one that should not be there is refused for that. */
const getInstructionsToCompare = ({ instructions }: InspectionContext) =>
    instructions.filter(({ expected, kind }) => expected !== undefined && kind !== 'repeatedChannel');

/** Each instruction has as many accounts as it takes. */
export const accountCount: Rule = {
    check: context =>
        getInstructionsToCompare(context).flatMap(({ addresses, expected = [], path }) => {
            const values = { actual: addresses.length, expected: expected.length };
            return values.actual === values.expected
                ? []
                : [getMismatch('ACCOUNT_COUNT_MISMATCH', `${path}.accounts`, values)];
        }),
    name: 'accountCount',
};

/**
 * In each place stands the account that follows from the agreement: parties, mint and programs as agreed, channel,
 * escrow, token account and event authority derived from them.
 */
export const accountAddresses: Rule = {
    check: context =>
        getInstructionsToCompare(context).flatMap(({ addresses, expected = [], path }) =>
            // A place that is missing is the count's business.
            expected.slice(0, addresses.length).flatMap(({ address, name }, position) => {
                const values = { actual: addresses[position], expected: address, name };
                return values.actual === address
                    ? []
                    : [getMismatch('ACCOUNT_MISMATCH', `${path}.accounts[${position}]`, values)];
            }),
        ),
    name: 'accountAddresses',
};

/**
 * The operator's account, which signs and can be spent from in the whole message, is passed to no instruction but in a
 * place where the agreement puts it.
 */
export const operatorAccounts: Rule = {
    check: ({ agreement: { operator }, instructions }) =>
        instructions.flatMap(({ addresses, expected = [], path }) =>
            addresses.flatMap((actual, position) => {
                const place = expected[position];
                if (actual !== operator || place?.address === operator) return [];
                const values = { actual, expected: place?.address, ...(place && { name: place.name }) };
                return [getMismatch('OPERATOR_EXPOSED', `${path}.accounts[${position}]`, values)];
            }),
        ),
    name: 'operatorAccounts',
};

/** Accounts are writable where an instruction writes to them, and nowhere else. */
export const writability: Rule = {
    check: ({ accounts, instructions }) => {
        // The fee is taken from the first account.
        const required = new Set([0]);
        const allowed = new Set<number>();
        for (const { accountIndexes, addresses, expected = [], ...instruction } of instructions) {
            expected.forEach(({ role }, position) => {
                const index = accountIndexes[position];
                if (index !== undefined && isWritableRole(role)) required.add(index);
            });
            if (instruction.kind !== 'guard') continue;
            accountIndexes.forEach((index, position) => {
                const agreed = instruction.guard.accounts.find(({ address }) => address === addresses[position]);
                if (agreed && isWritableRole(agreed.role)) allowed.add(index);
            });
        }
        return accounts.flatMap(({ isWritable: actual, path }, index) => {
            const expected = required.has(index);
            return actual === expected || (actual && allowed.has(index))
                ? []
                : [getMismatch('ACCOUNT_WRITABLE_MISMATCH', path, { actual, expected })];
        });
    },
    name: 'writability',
};
