import { lamports, type Account, type Address, type MaybeEncodedAccount } from '@solana/kit';

import { toResult } from '../core/json-form';
import { refuseRpcAnswer, toRpcAddress, toRpcBytes, toRpcList, toRpcRecord, toRpcU64 } from '../runtime/rpc-answer';

/**
 * Reads what an RPC says of an account: `null`, or its fields with the data as base64 (or base58).
 *
 * @param field Place in the answer, for errors.
 * @throws `RPC_RESPONSE_INVALID` with the place of what is not as it has to be.
 */
export function toMaybeEncodedAccount(field: string, address: Address, value: unknown): MaybeEncodedAccount {
    if (value === null) return Object.freeze({ address, exists: false });
    return toResult({ ...toEncodedAccount(field, address, value), exists: true });
}

/** As {@link toMaybeEncodedAccount} for an account that has to be there. */
export function toEncodedAccount(field: string, address: Address, value: unknown): Account<Uint8Array> {
    const account = toRpcRecord(field, value);
    const [text, encoding, ...rest] = toRpcList(`${field}.data`, account['data']);
    if ((encoding !== 'base64' && encoding !== 'base58') || rest.length > 0) {
        return refuseRpcAnswer(`${field}.data[1]`, encoding);
    }
    const data = toRpcBytes(`${field}.data[0]`, text, encoding);
    const { executable } = account;
    if (typeof executable !== 'boolean') return refuseRpcAnswer(`${field}.executable`, executable);
    return toResult({
        address,
        data: data as Uint8Array,
        executable,
        lamports: lamports(toRpcU64(`${field}.lamports`, account['lamports'])),
        programAddress: toRpcAddress(`${field}.owner`, account['owner']),
        space: BigInt(data.length),
    });
}
