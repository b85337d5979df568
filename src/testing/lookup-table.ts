import {
    getAddressDecoder,
    getArrayDecoder,
    offsetDecoder,
    type Address,
    type CompiledTransactionMessage,
    type MaybeEncodedAccount,
} from '@solana/kit';

// The address-lookup-table program keeps 56 bytes of metadata before the addresses of a table.
const getTableAddressesDecoder = () =>
    offsetDecoder(getArrayDecoder(getAddressDecoder(), { size: 'remainder' }), { preOffset: () => 56 });

/** Every account of a compiled message in the order of the runtime: static, then loaded writable, then loaded readonly. */
export function getMessageAddresses(
    message: CompiledTransactionMessage,
    getAccount: (address: Address) => MaybeEncodedAccount,
): readonly Address[] {
    const lookups = 'addressTableLookups' in message ? (message.addressTableLookups ?? []) : [];
    const tables = lookups.map(lookup => {
        const account = getAccount(lookup.lookupTableAddress);
        const addresses = account.exists ? getTableAddressesDecoder().decode(account.data) : [];
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
