import { isSignerRole, type Address } from '@solana/kit';

import type { InspectionContext, Rule } from '../inspection-context';
import { getMismatch } from '../inspection-mismatch';

// Rules for signers. The accounts that an instruction names and the signers of the message are checked separately on
// purpose: the privileges of an account belong to the whole message.

/** Everyone who may have to sign: operator, payer, rent payer, and whom the agreement names for a nonce or a guard. */
function getAllowedSigners({ agreement, instructions }: InspectionContext): readonly Address[] {
    const signers = instructions.flatMap(instruction => {
        if (instruction.kind === 'guard') {
            return instruction.guard.accounts.filter(({ role }) => isSignerRole(role)).map(({ address }) => address);
        }
        if (instruction.kind !== 'durableNonce') return [];
        return (instruction.expected ?? []).filter(({ role }) => isSignerRole(role)).map(({ address }) => address);
    });
    const rentPayers = agreement.rent ? [agreement.rent.payer] : [];
    return [...new Set([agreement.operator, agreement.payer, ...rentPayers, ...signers])];
}

/** Nobody else has to sign: one who never does would hold the transaction back, or decide when it is sent. */
export const unexpectedSigners: Rule = {
    check: context => {
        const expected = getAllowedSigners(context);
        return context.accounts.flatMap(({ address, isSigner, path }) =>
            !isSigner || (address !== undefined && expected.includes(address))
                ? []
                : [getMismatch('SIGNER_UNEXPECTED', path, { actual: address, expected })],
        );
    },
    name: 'unexpectedSigners',
};

/** Every signer of an instruction is among the signers of the message. */
export const missingSigners: Rule = {
    check: ({ accounts, instructions }) =>
        instructions.flatMap(({ accountIndexes, expected = [], path }) =>
            expected.flatMap(({ address, name, role }, position) => {
                const account = accounts[accountIndexes[position] ?? -1];
                if (!account || account.isSigner || !isSignerRole(role)) return [];
                const values = { actual: undefined, expected: address, name };
                return [getMismatch('SIGNER_MISSING', `${path}.accounts[${position}]`, values)];
            }),
        ),
    name: 'missingSigners',
};

/** Everyone but the operator, who signs last, has signed. */
export const missingSignatures: Rule = {
    check: ({ agreement, signatures }) =>
        [...signatures].flatMap(([address, state], index) =>
            state === 'missing' && address !== agreement.operator
                ? [getMismatch('SIGNATURE_MISSING', `signatures[${index}]`, { actual: address, expected: 'valid' })]
                : [],
        ),
    name: 'missingSignatures',
};

/** Every signature that is there is one over this message. */
export const invalidSignatures: Rule = {
    check: ({ signatures }) =>
        [...signatures].flatMap(([address, state], index) =>
            state === 'invalid'
                ? [getMismatch('SIGNATURE_INVALID', `signatures[${index}]`, { actual: address, expected: 'valid' })]
                : [],
        ),
    name: 'invalidSignatures',
};
