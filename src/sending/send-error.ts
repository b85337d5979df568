import {
    isSolanaError,
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__INVALID_REQUEST,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    SOLANA_ERROR__JSON_RPC__PARSE_ERROR,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_PRECOMPILE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_LEN_MISMATCH,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION,
    type SolanaErrorCode,
} from '@solana/kit';

import { getRefusalName, type FailureReader, type TransactionFailure } from '../revision/program-failure';

/** A node's refusal to forward a transaction. */
export type SendRefusal = Readonly<{ failure: TransactionFailure | undefined; error: unknown }>;

/** With these a node says that it has not forwarded the transaction. */
const REFUSALS: readonly SolanaErrorCode[] = [
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__INVALID_REQUEST,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    SOLANA_ERROR__JSON_RPC__PARSE_ERROR,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_PRECOMPILE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_LEN_MISMATCH,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION,
];
/** Reasons of a refusal that are no reason against the transaction: it is known, or the node is behind. */
const NO_REFUSALS: readonly string[] = ['AlreadyProcessed', 'BlockhashNotFound'];

/**
 * Says what an error of `sendTransaction` means.
 *
 * @returns The refusal of a node that has not forwarded the transaction. `undefined` for everything else (an answer that
 * got lost, a limit of rates, a page of a proxy, a node that is behind or unwell): the transaction may be on its way.
 */
export function getSendRefusal(error: unknown, readFailure: FailureReader): SendRefusal | undefined {
    if (!REFUSALS.some(code => isSolanaError(error, code))) return undefined;
    const name = getRefusalName(error);
    return name !== undefined && NO_REFUSALS.includes(name) ? undefined : { error, failure: readFailure(error) };
}
