import type { AccountMeta, Instruction } from '@solana/kit';

import { copyBytes, isBytes } from '../core/bytes';
import { readDeeply, readMembers, readTerms, refuseInput, toAddress, toInteger, toList } from '../core/input';

/**
 * An instruction of the caller's, in the form that kit compiles.
 *
 * @throws `INPUT_INVALID`, `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
 */
export function toInstruction(value: unknown, field: string): Instruction {
    const names = ['accounts', 'data', 'programAddress'] as const;
    const given = readTerms(field, value as Instruction, names, ['accounts', 'data']);
    const { accounts, data, programAddress } = given;
    if (data !== undefined && !isBytes(data)) refuseInput(`${field}.data`, 'bytes, in a Uint8Array', data);
    return {
        ...(accounts === undefined
            ? {}
            : { accounts: toList(`${field}.accounts`, accounts, 'an array of { address, role }', toAccountMeta) }),
        ...(data === undefined ? {} : { data: copyBytes(data) }),
        programAddress: toAddress(`${field}.programAddress`, programAddress),
    };
}

function toAccountMeta(value: unknown, field: string): AccountMeta {
    const { address, role } = readMembers(field, value as AccountMeta, ['address', 'role']);
    toInteger(`${field}.role`, role, 0n, 3n);
    // A signer that is in it comes along; who it is was said by the address.
    const members = readDeeply(field, 'an object whose members can be read', value, () => ({
        ...(value as AccountMeta),
    }));
    return { ...members, address: toAddress(`${field}.address`, address), role };
}
