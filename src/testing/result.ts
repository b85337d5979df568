import type { Address, Signature } from '@solana/kit';
import type { FailedTransactionMetadata, TransactionMetadata } from 'litesvm';

import { toResult } from '../core/json-form';
import type { Deployment } from '../revision/deployment';
import { TRANSACTION_FAILED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { parseEvents, type ChannelEvent } from '../channel/channel-events';
import { readMembers } from '../core/input';
import { getProgramFailure, type TransactionFailure } from '../revision/program-failure';
import type { RevisionName } from '../revision/revision-types';
import { isFailed } from './litesvm';
import { getTransactionFailure } from './runtime-error';

/** The report of a transaction, whether it succeeded or failed. */
export type TransactionReport<TRevision extends RevisionName = RevisionName> = Readonly<{
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
export type TransactionResult<TRevision extends RevisionName = RevisionName> = TransactionReport<TRevision> &
    Readonly<{ ok: true; failure?: undefined } | { ok: false; failure: TransactionFailure }>;

/** The outcome of a transaction that succeeded. */
export type SuccessfulTransactionResult<TRevision extends RevisionName = RevisionName> = Extract<
    TransactionResult<TRevision>,
    { ok: true }
>;

/**
 * Throws for a transaction that failed.
 *
 * @throws `TRANSACTION_FAILED` with the reason and the logs; `INPUT_INVALID` for what is no result.
 *
 * @example
 * ```ts
 * const result = await simulator.send(getSettleInstructions({ voucher }, MAINNET_DEPLOYMENT), { feePayer: merchant });
 * assertSucceeded(result);
 * console.log(result.computeUnits);
 * ```
 */
export function assertSucceeded<TRevision extends RevisionName>(
    result: TransactionResult<TRevision>,
): asserts result is SuccessfulTransactionResult<TRevision> {
    const { failure, logs, ok } = readMembers('result', result, ['failure', 'logs', 'ok']);
    if (ok === true) return;
    const { message: reason } = readMembers('result.failure', failure!, ['message']);
    throw new PaymentChannelsError(TRANSACTION_FAILED, { logs, reason });
}

/** The result of a transaction that was refused before it ran, for a reason that LiteSVM does not know. */
export function getRefusal<TRevision extends RevisionName>(
    reason: 'AlreadyProcessed' | 'SignatureFailure',
    known: Readonly<{ bytes: number; deployment: Deployment<TRevision>; signature: Signature }>,
): TransactionResult<TRevision> {
    const { bytes, deployment, signature } = known;
    const failure = getProgramFailure({ err: reason, logs: [] }, deployment)!;
    return toResult({
        ...{ bytes, failure, signature },
        ...{ computeUnits: 0, events: [], feeLamports: 0n, logs: [], ok: false },
    });
}

/** Whether a transaction was executed, and so stands in a block, be it that it failed there; it has paid its fee then. */
export function hasLanded({
    failure,
    feeLamports,
}: Readonly<{ failure?: TransactionFailure | undefined; feeLamports: bigint }>): boolean {
    return failure?.kind !== 'transaction' || feeLamports > 0n;
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
        deployment: Deployment<TRevision>;
        /** Programs of its instructions, in their order. */
        programs: readonly Address[];
        /** The transaction's own: LiteSVM has none of one that it refused. */
        signature: Signature;
    }>,
): TransactionResult<TRevision> {
    const { addresses, bytes, deployment, feeLamports, programs, signature } = known;
    const metadata = isFailed(outcome) ? outcome.meta() : outcome;
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
        signature,
    };
    if (!isFailed(outcome)) return toResult({ ...report, ok: true });
    const instructions = programs.map(programAddress => ({ programAddress }));
    const failure = getTransactionFailure(outcome, source => getProgramFailure(source, deployment, { instructions }));
    return toResult({ ...report, failure, ok: false });
}
