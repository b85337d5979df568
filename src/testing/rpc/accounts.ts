import {
    getBase58Decoder,
    getBase58Encoder,
    getBase64Decoder,
    getBase64Encoder,
    type EncodedAccount,
    type MaybeEncodedAccount,
    type ReadonlyUint8Array,
} from '@solana/kit';
import type { LiteSVM } from 'litesvm';

import { toParsedData } from './parsed-account';
import {
    getContext,
    isAskedFor,
    refuseRequest,
    toConfig,
    toRequestAddress,
    toRequestList,
    toRequestNumber,
    withContext,
    type RequestConfig,
    type RpcMethods,
} from './request';
import { toZstdFrame } from './zstd';
import { describe } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';

/** The most addresses that a node takes in one request. */
const MAX_ADDRESSES = 100;
export const MAX_FILTERS = 4;
export const MAX_BASE58_BYTES = 128;

/** The methods of an RPC that read accounts. */
export function createAccountMethods(simulator: Simulator<RevisionName>): RpcMethods {
    const { cluster, svm } = simulator;
    return {
        getAccountInfo(address, rest) {
            const config = toConfig(rest);
            return withContext(
                simulator,
                config,
                toRpcAccount(svm, cluster.getAccount(toRequestAddress(address)), config),
            );
        },
        getBalance(address, rest) {
            return withContext(simulator, toConfig(rest), simulator.getLamports(toRequestAddress(address)));
        },
        getMinimumBalanceForRentExemption(size) {
            return svm.minimumBalanceForRentExemption(BigInt(toRequestNumber(size)));
        },
        getMultipleAccounts(addresses, rest) {
            // Other than for a single account.
            const config = { encoding: 'base64', ...toConfig(rest) };
            const list = toRequestList(addresses, MAX_ADDRESSES, 'inputs provided');
            const accounts = list.map(address =>
                toRpcAccount(svm, cluster.getAccount(toRequestAddress(address)), config),
            );
            return withContext(simulator, config, accounts);
        },
        getProgramAccounts(program, rest) {
            const config = toConfig(rest);
            const filters = toRequestList(config['filters'] ?? [], MAX_FILTERS, 'filters provided').map(toFilter);
            const accounts: object[] = [];
            for (const account of cluster.accounts.getOfProgram(toRequestAddress(program))) {
                if (!filters.every(isMatch => isMatch(account.data))) continue;
                const told = toRpcAccount(svm, { ...account, exists: true }, config);
                accounts.push({ account: told, pubkey: account.address });
            }
            const context = getContext(simulator, config);
            return isAskedFor(config, 'withContext') ? { context, value: accounts } : accounts;
        },
    };
}

/** An account as a node writes it, in the encoding and with the slice of its data that was asked for. */
export function toRpcAccount(
    svm: LiteSVM,
    account: MaybeEncodedAccount | MaybeReadonlyAccount,
    config: RequestConfig,
): unknown {
    if (!account.exists) return null;
    const { dataSlice, encoding = 'binary' } = config;
    const { length, offset } = toConfig(dataSlice);
    const data =
        dataSlice === undefined
            ? account.data
            : account.data.slice(toRequestNumber(offset), toRequestNumber(offset) + toRequestNumber(length));
    return {
        data: (encoding === 'jsonParsed' && toParsedData(svm, account)) || encodeData(data, encoding),
        executable: account.executable,
        lamports: account.lamports,
        owner: account.programAddress,
        rentEpoch: 2n ** 64n - 1n,
        space: BigInt(account.data.length),
    };
}

type MaybeReadonlyAccount = EncodedAccount & { readonly exists: true };

function encodeData(data: ReadonlyUint8Array, encoding: unknown): unknown {
    switch (encoding) {
        case 'base64':
        case 'jsonParsed': // What a node answers as well for an account that it has no parser for.
            return [getBase64Decoder().decode(data), 'base64'];
        case 'base58':
        case 'binary': {
            if (data.length > MAX_BASE58_BYTES) {
                const message = `Encoded binary (base 58) data should be less than ${MAX_BASE58_BYTES} bytes, please use Base64 encoding.`;
                refuseRequest('invalidParams', message);
            }
            const text = getBase58Decoder().decode(data);
            return encoding === 'binary' ? text : [text, encoding];
        }
        case 'base64+zstd':
            return [getBase64Decoder().decode(toZstdFrame(data)), encoding];
        default:
            return refuseRequest('invalidParams', `There is no encoding ${describe(encoding)}`);
    }
}

export function toFilter(value: unknown): (data: ReadonlyUint8Array) => boolean {
    const { dataSize, memcmp } = toConfig(value);
    if (dataSize !== undefined && memcmp !== undefined) {
        refuseRequest('invalidParams', 'Invalid param: a filter is either dataSize or memcmp');
    }
    if (dataSize !== undefined) {
        const size = toRequestNumber(dataSize);
        return data => data.length === size;
    }
    const { bytes: text, encoding = 'base58', offset } = toConfig(memcmp);
    if (typeof text !== 'string' || (encoding !== 'base58' && encoding !== 'base64')) {
        return refuseRequest('invalidParams', 'Invalid param: a filter is neither dataSize nor memcmp');
    }
    const start = toRequestNumber(offset);
    let bytes: ReadonlyUint8Array;
    try {
        bytes = (encoding === 'base58' ? getBase58Encoder() : getBase64Encoder()).encode(text);
    } catch {
        return refuseRequest('invalidParams', `Invalid param: ${text} is not ${encoding}`);
    }
    if (bytes.length > MAX_BASE58_BYTES)
        refuseRequest('invalidParams', 'Invalid param: the bytes of a filter are too many');
    return data => hasBytesAt(data, start, bytes);
}

/** Whether bytes stand in data, from an offset on. */
export function hasBytesAt(data: ReadonlyUint8Array, start: number, bytes: ReadonlyUint8Array): boolean {
    if (data.length < start + bytes.length) return false;
    for (let index = 0; index < bytes.length; index++) if (data[start + index] !== bytes[index]) return false;
    return true;
}
