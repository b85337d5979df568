import {
    isSolanaError,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE,
    type Commitment,
    type GetSignatureStatusesApi,
    type Rpc,
    type Signature,
} from '@solana/kit';

import { isRpcRecord, refuseRpcAnswer, toContextSlot, toRpcList, toRpcRecord, toRpcSlot } from '../runtime/rpc-answer';

/** A node's knowledge of a transaction. */
export type TransactionStatus = Readonly<{ err: unknown; slot: bigint; commitment: Commitment }>;

/** A node's knowledge of some transactions at a slot; `undefined` for those that it does not know. */
export type TransactionStatuses = Readonly<{ slot: bigint; statuses: readonly (TransactionStatus | undefined)[] }>;

/** The most signatures that getSignatureStatuses takes. */
export const MAX_SIGNATURES = 256;
const COMMITMENTS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];

export function isFinalEnough({ commitment }: TransactionStatus, wanted: Commitment): boolean {
    return COMMITMENTS.indexOf(commitment) >= COMMITMENTS.indexOf(wanted);
}

/**
 * Asks what a node knows of transactions.
 *
 * @param searchesHistory Whether the node is to look further back than its latest statuses, which are those of some
 * minutes; one that has no history answers with those.
 * @throws `RPC_RESPONSE_INVALID`; what the RPC throws.
 */
export async function fetchStatuses(
    rpc: Rpc<GetSignatureStatusesApi>,
    signatures: readonly Signature[],
    searchesHistory: boolean,
    abortSignal: AbortSignal,
): Promise<TransactionStatuses> {
    const read = async (searchTransactionHistory: boolean): Promise<unknown> =>
        await rpc.getSignatureStatuses(signatures, { searchTransactionHistory }).send({ abortSignal });
    const answer = await read(searchesHistory).catch((error: unknown) => {
        const code = SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE;
        if (searchesHistory && isSolanaError(error, code)) return read(false);
        throw error;
    });
    const values = toRpcList('answer.value', toRpcRecord('answer', answer)['value']);
    if (values.length !== signatures.length) refuseRpcAnswer('answer.value.length', values.length);
    const slot = toContextSlot('answer', answer);
    return { slot, statuses: values.map((value, index) => toStatus(`answer.value[${index}]`, value, slot)) };
}

function toStatus(field: string, value: unknown, answeredAtSlot: bigint): TransactionStatus | undefined {
    if (value === null) return undefined;
    const { confirmationStatus, err, slot: slotValue } = toRpcRecord(field, value);
    // A status without a commitment is that of a rooted transaction.
    const commitment = COMMITMENTS.find(one => one === (confirmationStatus ?? 'finalized'));
    if (commitment === undefined) return refuseRpcAnswer(`${field}.confirmationStatus`, confirmationStatus);
    if (err !== null && typeof err !== 'string' && !isRpcRecord(err)) return refuseRpcAnswer(`${field}.err`, err);
    const slot = toRpcSlot(`${field}.slot`, slotValue);
    // Later questions are asked of nodes that have come to this slot: to none, if it is one that there never was.
    if (slot > answeredAtSlot) return refuseRpcAnswer(`${field}.slot`, slot);
    return { commitment, err, slot };
}
