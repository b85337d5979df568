import { getBase58Decoder, type Address, type Signature } from '@solana/kit';
import { FailedTransactionMetadata, type TransactionMetadata } from 'litesvm';

import type { DeploymentConfig } from '../deployment';
import { PaymentChannelsError } from '../errors';
import { parseEvents, type ChannelEvent } from '../events';
import type { RevisionName } from '../revision/types';
import { getTransactionFailure, type TransactionFailure } from './runtime-error';

/** What can be said of a transaction whether it succeeded or failed. */
export type TransactionReport<TRevision extends RevisionName = 'tombstone'> = Readonly<{
    signature: Signature;
    /** Size on the wire, in bytes. */
    bytes: number;
    /** Compute units of the whole transaction. */
    computeUnits: number;
    /** Lamports taken from the fee payer for the transaction itself; 0 when it was refused before it ran. */
    feeLamports: bigint;
    logs: readonly string[];
    /** Events of the payment-channels program, in order; none of them lasts when the transaction failed. */
    events: readonly ChannelEvent<TRevision>[];
}>;

/** The outcome of a transaction: look at `ok`, or call {@link assertSucceeded}. */
export type TransactionResult<TRevision extends RevisionName = 'tombstone'> = TransactionReport<TRevision> &
    Readonly<{ ok: true; failure?: undefined } | { ok: false; failure: TransactionFailure }>;

/** The outcome of a transaction that succeeded. */
export type SuccessfulTransactionResult<TRevision extends RevisionName = 'tombstone'> = Extract<
    TransactionResult<TRevision>,
    { ok: true }
>;

/**
 * Throws for a transaction that failed.
 *
 * @throws `TRANSACTION_FAILED` with the reason and the logs.
 */
export function assertSucceeded<TRevision extends RevisionName>(
    result: TransactionResult<TRevision>,
): asserts result is SuccessfulTransactionResult<TRevision> {
    if (result.ok) return;
    throw new PaymentChannelsError('TRANSACTION_FAILED', { logs: result.logs, reason: result.failure.message });
}

/**
 * Makes a result of what LiteSVM returns.
 *
 * @param addresses The addresses of the transaction's accounts, in the order in which its inner instructions name them.
 */
export function getTransactionResult<TRevision extends RevisionName>(
    outcome: TransactionMetadata | FailedTransactionMetadata,
    known: Readonly<{
        addresses: readonly Address[];
        bytes: number;
        feeLamports: bigint;
        deployment: DeploymentConfig<TRevision>;
    }>,
): TransactionResult<TRevision> {
    const { addresses, bytes, deployment, feeLamports } = known;
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
    const report: TransactionReport<TRevision> = {
        bytes,
        computeUnits: Number(metadata.computeUnitsConsumed()),
        events: parseEvents<TRevision>(executed, deployment),
        feeLamports,
        logs: metadata.logs(),
        signature: getBase58Decoder().decode(metadata.signature()) as Signature,
    };
    return isFailed
        ? Object.freeze({ ...report, failure: getTransactionFailure(outcome, deployment), ok: false })
        : Object.freeze({ ...report, ok: true });
}
