import type { Rule } from '../inspection-context';
import { getMismatch, type InspectionMismatch } from '../inspection-mismatch';

// Rules on the message as a whole: its version, who pays for it, how long it can land, and what its accounts are.

/** The version of the message is one that was agreed. */
export const version: Rule = {
    check: ({ agreement, message }) =>
        agreement.versions.includes(message.version)
            ? []
            : [
                  getMismatch('VERSION_NOT_ALLOWED', 'version', {
                      actual: message.version,
                      expected: agreement.versions,
                  }),
              ],
    name: 'version',
};

/** The operator pays the fee. */
export const feePayer: Rule = {
    check: ({ agreement, message }) => {
        const [actual] = message.signers;
        return actual === agreement.operator
            ? []
            : [getMismatch('FEE_PAYER_MISMATCH', 'accounts[0]', { actual: actual!, expected: agreement.operator })];
    },
    name: 'feePayer',
};

/** The message is built on an agreed blockhash; on the agreed nonce if its first instruction advances one. */
export const lifetime: Rule = {
    check: ({ agreement, instructions, message }) => {
        const { blockhashes, durableNonce } = agreement;
        const isNonce = instructions[0]?.kind === 'durableNonce' && durableNonce !== undefined;
        const expected: readonly string[] = isNonce
            ? [durableNonce.nonce]
            : blockhashes.map(({ blockhash }) => blockhash);
        const actual = message.lifetimeToken;
        return expected.includes(actual)
            ? []
            : [getMismatch('LIFETIME_NOT_AGREED', 'lifetimeToken', { actual, expected })];
    },
    name: 'lifetime',
};

/** A transaction with a durable nonce can be held back and sent at any time: only if that was agreed. */
export const durableNonce: Rule = {
    check: ({ agreement, instructions }) =>
        instructions.flatMap(instruction =>
            instruction.kind === 'durableNonce' && agreement.durableNonce === undefined
                ? [
                      getMismatch('DURABLE_NONCE_REFUSED', instruction.path, {
                          actual: instruction.addresses[0],
                          expected: undefined,
                      }),
                  ]
                : [],
        ),
    name: 'durableNonce',
};

/** The contents of a lookup table come from the agreement; others are refused. */
export const lookupTables: Rule = {
    check: ({ accounts, agreement }) =>
        accounts.flatMap(({ lookup, path }): InspectionMismatch[] => {
            if (!lookup) return [];
            const addresses = agreement.lookupTables.get(lookup.table);
            if (!addresses) {
                const expected = [...agreement.lookupTables.keys()];
                return [getMismatch('LOOKUP_TABLE_REFUSED', path, { actual: lookup.table, expected })];
            }
            if (lookup.index < addresses.length) return [];
            const values = { actual: lookup.index, expected: addresses.length };
            return [getMismatch('LOOKUP_TABLE_INDEX_OUT_OF_RANGE', path, values)];
        }),
    name: 'lookupTables',
};

/** No account stands in the message twice; the runtime refuses that. */
export const duplicateAccounts: Rule = {
    check: ({ accounts }) =>
        accounts.flatMap(({ address, path }) => {
            const first = accounts.find(other => other.address === address)!;
            return address === undefined || first.path === path
                ? []
                : [getMismatch('ACCOUNT_DUPLICATED', path, { actual: address, expected: first.path })];
        }),
    name: 'duplicateAccounts',
};

/** Every account but the one that pays the fee is there for an instruction. */
export const unusedAccounts: Rule = {
    check: ({ accounts, message }) => {
        const used = new Set(
            message.instructions.flatMap(({ accountIndexes, programIndex }) => [programIndex, ...accountIndexes]),
        );
        return accounts.flatMap(({ address, path }, index) =>
            index === 0 || used.has(index)
                ? []
                : [getMismatch('ACCOUNT_UNUSED', path, { actual: address, expected: undefined })],
        );
    },
    name: 'unusedAccounts',
};
