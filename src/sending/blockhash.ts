import {
    getBase64Encoder,
    getCompiledTransactionMessageDecoder,
    getTransactionDecoder,
    isBlockhash,
    isSolanaError,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    type Base64EncodedWireTransaction,
    type Blockhash,
    type Commitment,
    type GetLatestBlockhashApi,
    type IsBlockhashValidApi,
    type Rpc,
} from '@solana/kit';

import { refuseRpcAnswer, toContextSlot, toRpcRecord } from '../runtime/rpc-answer';
import { toRpcBlockhash, type RpcBlockhash } from './block-height';

/** @throws `RPC_RESPONSE_INVALID`; what the RPC throws. */
export async function fetchLatestBlockhash(
    rpc: Rpc<GetLatestBlockhashApi>,
    commitment: Commitment,
    abortSignal: AbortSignal,
): Promise<RpcBlockhash> {
    return toRpcBlockhash(await rpc.getLatestBlockhash({ commitment }).send({ abortSignal }));
}

/**
 * Asks a node that has come to a slot whether the blockhash of a transaction is still good there.
 *
 * @returns `undefined` when the RPC does not serve the question.
 * @throws `RPC_RESPONSE_INVALID`; what the RPC throws, also when the node has not come so far.
 */
export async function isBlockhashGoodAt(
    rpc: Rpc<IsBlockhashValidApi>,
    blockhash: Blockhash,
    { commitment, slot }: Readonly<{ commitment: Commitment; slot: bigint }>,
    abortSignal: AbortSignal,
): Promise<boolean | undefined> {
    if (typeof rpc.isBlockhashValid !== 'function') return undefined;
    try {
        const request = rpc.isBlockhashValid(blockhash, { commitment, minContextSlot: slot });
        const answer: unknown = await request.send({ abortSignal });
        const { context, value } = toRpcRecord('answer', answer);
        // To a node that is behind, the newest blockhashes are as unknown as the oldest ones.
        if (context !== undefined) toContextSlot('answer', answer, slot);
        return typeof value === 'boolean' ? value : refuseRpcAnswer('answer.value', value);
    } catch (error) {
        if (isSolanaError(error, SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND)) return undefined;
        throw error;
    }
}

/** The blockhash of a transaction; `undefined` when it can't be decoded. */
export function getBlockhash(wireTransaction: Base64EncodedWireTransaction): Blockhash | undefined {
    try {
        const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(wireTransaction));
        const { lifetimeToken } = getCompiledTransactionMessageDecoder().decode(messageBytes);
        return isBlockhash(lifetimeToken) ? lifetimeToken : undefined;
    } catch {
        return undefined;
    }
}
