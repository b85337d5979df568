import type { Address, CompiledTransactionMessage, MaybeEncodedAccount } from '@solana/kit';

import { isPaymentChannelsError } from '../core/errors';
import { decodeLookupTable } from '../runtime/lookup-table/lookup-table';

/** Every account of a compiled message in the order of the runtime: static, then loaded writable, then loaded readonly. */
export function getMessageAddresses(
    message: CompiledTransactionMessage,
    getAccount: (address: Address) => MaybeEncodedAccount,
): readonly Address[] {
    const lookups = 'addressTableLookups' in message ? (message.addressTableLookups ?? []) : [];
    const tables = lookups.map(lookup => {
        const addresses = readAddresses(getAccount(lookup.lookupTableAddress));
        const pick = (indexes: readonly number[]) =>
            indexes.map(index => addresses[index]).filter(a => a !== undefined);
        return { readonly: pick(lookup.readonlyIndexes), writable: pick(lookup.writableIndexes) };
    });
    return [
        ...message.staticAccounts,
        ...tables.flatMap(({ writable }) => writable),
        ...tables.flatMap(({ readonly }) => readonly),
    ];
}

/** None where there is no table: the runtime refuses the transaction then. */
function readAddresses(account: MaybeEncodedAccount): readonly Address[] {
    try {
        return decodeLookupTable(account).addresses;
    } catch (error) {
        if (isPaymentChannelsError(error, 'LOOKUP_TABLE_INVALID')) return [];
        throw error;
    }
}
