import {
    getAddressDecoder,
    getArrayDecoder,
    getI16Decoder,
    getStructDecoder,
    getTupleDecoder,
    getU16Decoder,
    getU64Decoder,
    getUtf8Decoder,
    addDecoderSizePrefix,
    getU32Decoder,
    type Address,
    type Decoder,
    type ReadonlyUint8Array,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';

/** An extension of Token-2022 as nodes write it. */
export type ParsedExtension = Readonly<{ extension: string; state?: unknown }>;

type Reader = Readonly<{ name: string; readState?: (data: ReadonlyUint8Array) => unknown }>;

/** A whole state is one decoder: what is longer or shorter is no state. */
const decode = <T>(decoder: Decoder<T>, data: ReadonlyUint8Array): T => {
    const [value, end] = decoder.read(data, 0);
    if (end !== data.length) throw new Error('the data of the extension has another length');
    return value;
};
/** An address that may be none, which is written as zeros. */
const toOptional = (address: Address): Address | null => (address === SYSTEM_PROGRAM_ADDRESS ? null : address);
const readAddresses = (data: ReadonlyUint8Array) =>
    decode(getArrayDecoder(getAddressDecoder(), { size: 'remainder' }), data).map(toOptional);
const withAddresses = (name: string, ...members: readonly string[]): Reader => ({
    name,
    readState: data => {
        const addresses = readAddresses(data);
        if (addresses.length !== members.length) throw new Error('the data of the extension has another length');
        return Object.fromEntries(members.map((member, index) => [member, addresses[index]]));
    },
});
const ACCOUNT_STATES = ['uninitialized', 'initialized', 'frozen'];

const getTextDecoder = () => addDecoderSizePrefix(getUtf8Decoder(), getU32Decoder());
const getTransferFeeDecoder = () =>
    getStructDecoder([
        ['epoch', getU64Decoder()],
        ['maximumFee', getU64Decoder()],
        ['transferFeeBasisPoints', getU16Decoder()],
    ]);

/** By the number of the extension's type. */
const READERS: Readonly<Record<number, Reader>> = /* @__PURE__ */ (() => ({
    1: {
        name: 'transferFeeConfig',
        readState: data => {
            const { transferFeeConfigAuthority, withdrawWithheldAuthority, ...fees } = decode(
                getStructDecoder([
                    ['transferFeeConfigAuthority', getAddressDecoder()],
                    ['withdrawWithheldAuthority', getAddressDecoder()],
                    ['withheldAmount', getU64Decoder()],
                    ['olderTransferFee', getTransferFeeDecoder()],
                    ['newerTransferFee', getTransferFeeDecoder()],
                ]),
                data,
            );
            return {
                ...fees,
                transferFeeConfigAuthority: toOptional(transferFeeConfigAuthority),
                withdrawWithheldAuthority: toOptional(withdrawWithheldAuthority),
            };
        },
    },
    2: { name: 'transferFeeAmount', readState: data => ({ withheldAmount: decode(getU64Decoder(), data) }) },
    3: withAddresses('mintCloseAuthority', 'closeAuthority'),
    6: { name: 'defaultAccountState', readState: data => ({ accountState: ACCOUNT_STATES[data[0]!] }) },
    7: { name: 'immutableOwner' },
    8: { name: 'memoTransfer', readState: data => ({ requireIncomingTransferMemos: data[0] === 1 }) },
    9: { name: 'nonTransferable' },
    10: {
        name: 'interestBearingConfig',
        readState: data => {
            const { rateAuthority, ...rates } = decode(
                getStructDecoder([
                    ['rateAuthority', getAddressDecoder()],
                    ['initializationTimestamp', getU64Decoder()],
                    ['preUpdateAverageRate', getI16Decoder()],
                    ['lastUpdateTimestamp', getU64Decoder()],
                    ['currentRate', getI16Decoder()],
                ]),
                data,
            );
            return { ...rates, rateAuthority: toOptional(rateAuthority) };
        },
    },
    11: { name: 'cpiGuard', readState: data => ({ lockCpi: data[0] === 1 }) },
    12: withAddresses('permanentDelegate', 'delegate'),
    13: { name: 'nonTransferableAccount' },
    14: withAddresses('transferHook', 'authority', 'programId'),
    15: { name: 'transferHookAccount', readState: data => ({ transferring: data[0] === 1 }) },
    18: withAddresses('metadataPointer', 'authority', 'metadataAddress'),
    19: {
        name: 'tokenMetadata',
        readState: data => {
            const { updateAuthority, ...metadata } = decode(
                getStructDecoder([
                    ['updateAuthority', getAddressDecoder()],
                    ['mint', getAddressDecoder()],
                    ['name', getTextDecoder()],
                    ['symbol', getTextDecoder()],
                    ['uri', getTextDecoder()],
                    ['additionalMetadata', getArrayDecoder(getTupleDecoder([getTextDecoder(), getTextDecoder()]))],
                ]),
                data,
            );
            return { ...metadata, updateAuthority: toOptional(updateAuthority) };
        },
    },
    20: withAddresses('groupPointer', 'authority', 'groupAddress'),
    22: withAddresses('groupMemberPointer', 'authority', 'memberAddress'),
}))();

/** Reads the extensions of an account of Token-2022: the entries that follow its kind. */
export function parseExtensions(entries: ReadonlyUint8Array): readonly ParsedExtension[] {
    const u16 = getU16Decoder();
    const parsed: ParsedExtension[] = [];
    let rest = entries;
    while (rest.length >= 2 * u16.fixedSize && u16.decode(rest) !== 0) {
        const end = 2 * u16.fixedSize + u16.decode(rest, u16.fixedSize);
        parsed.push(parseExtension(u16.decode(rest), rest.subarray(2 * u16.fixedSize, end)));
        rest = rest.subarray(end);
    }
    return parsed;
}

function parseExtension(type: number, data: ReadonlyUint8Array): ParsedExtension {
    const reader = READERS[type];
    if (!reader) return { extension: 'unparseableExtension' };
    try {
        const { name, readState } = reader;
        return readState ? { extension: name, state: readState(data) } : { extension: name };
    } catch {
        return { extension: 'unparseableExtension' };
    }
}
