import { getBase58Decoder, type Address, type Signature } from '@solana/kit';
import { FailedTransactionMetadata, type TransactionMetadata } from 'litesvm';

import { PaymentChannelsError } from '../errors';
import { parseEvents, type ChannelEvent } from '../events';
import { getTransactionFailure, type TransactionFailure } from './runtime-error';

/** What can be said of a transaction whether it succeeded or failed. */
export type TransactionReport = Readonly<{
    signature: Signature;
    /** Size on the wire, in bytes. */
    bytes: number;
    /** Compute units of the whole transaction. */
    computeUnits: number;
    /** Lamports taken from the fee payer for the transaction itself; 0 when it was refused before it ran. */
    feeLamports: bigint;
    logs: readonly string[];
    /** Events of the payment-channels program, in order; none of them lasts when the transaction failed. */
    events: readonly ChannelEvent[];
}>;

/** The outcome of a transaction: look at `ok`, or call {@link assertSucceeded}. */
export type TransactionResult = TransactionReport &
    Readonly<{ ok: true; failure?: undefined } | { ok: false; failure: TransactionFailure }>;

/** The outcome of a transaction that succeeded. */
export type SuccessfulTransactionResult = Extract<TransactionResult, { ok: true }>;

/**
 * Throws for a transaction that failed.
 *
 * @throws `TRANSACTION_FAILED` with the reason and the logs.
 */
export function assertSucceeded(result: TransactionResult): asserts result is SuccessfulTransactionResult {
    if (result.ok) return;
    throw new PaymentChannelsError('TRANSACTION_FAILED', { logs: result.logs, reason: result.failure.message });
}

/**
 * Makes a result of what LiteSVM returns.
 *
 * @param addresses The addresses of the transaction's accounts, in the order in which its inner instructions name them.
 */
export function getTransactionResult(
    outcome: TransactionMetadata | FailedTransactionMetadata,
    known: Readonly<{
        addresses: readonly Address[];
        bytes: number;
        feeLamports: bigint;
        programAddress: Address;
    }>,
): TransactionResult {
    const { addresses, bytes, feeLamports, programAddress } = known;
    const isFailed = outcome instanceof FailedTransactionMetadata;
    const metadata = isFailed ? outcome.meta() : outcome;
    const executed = metadata
        .innerInstructions()
        .flat()
        .map(inner => ({
            data: inner.instruction().data(),
            programAddress: addresses[inner.instruction().programIdIndex()]!,
            stackHeight: inner.stackHeight(),
        }));
    const report: TransactionReport = {
        bytes,
        computeUnits: Number(metadata.computeUnitsConsumed()),
        events: parseEvents(executed, { programAddress }),
        feeLamports,
        logs: metadata.logs(),
        signature: getBase58Decoder().decode(metadata.signature()) as Signature,
    };
    return isFailed
        ? Object.freeze({ ...report, failure: getTransactionFailure(outcome, programAddress), ok: false })
        : Object.freeze({ ...report, ok: true });
}
