import { isSolanaError, SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_RENT, type Address } from '@solana/kit';

import { getPart, type DeploymentParts } from '../../revision/deployment';
import type { TransactionFailure } from '../../revision/program-failure';
import { isRpcRecord } from '../../runtime/rpc-answer';
import { ED25519_PROGRAM_ADDRESS } from '../../runtime/programs';
import type { InstructionErrorName } from '../../runtime/runtime-errors';
import type { PlannedTransaction } from '../plan/batch-plan';

/** Errors of the program where there is no channel any more, or a tombstone (docs/program.md, section 6.1). */
const GONE: readonly InstructionErrorName[] = ['InvalidAccountData', 'InvalidAccountOwner'];

/** Whether a failure says that the channel has changed since it was read, or the time: other nodes may not know it yet. */
export function isOutOfDate(failure: TransactionFailure | undefined, deployment: DeploymentParts<'outdated'>): boolean {
    if (failure?.kind === 'custom') return getPart(deployment, 'outdated').names.some(name => name === failure.name);
    return failure?.kind === 'builtin' && GONE.includes(failure.name);
}

/**
 * Which channels of a transaction its failure comes from.
 *
 * - `channel`: this one; the others have nothing to do with it.
 * - `feePayer`: none; it can't pay, for any other transaction either.
 * - `nobody`: none; it passes.
 * - `somebody`: one of them, and nothing says which.
 */
export type FailureAttribution =
    Readonly<{ kind: 'channel'; channel: Address }> | Readonly<{ kind: 'feePayer' | 'nobody' | 'somebody' }>;

// A fee payer without an account is not found.
const FEE_PAYER_ERRORS: readonly string[] = ['AccountNotFound', 'InsufficientFundsForFee', 'InvalidAccountForFee'];
const PASSING_ERRORS: readonly string[] = [
    'AccountInUse',
    'AlreadyProcessed',
    'BlockhashNotFound',
    'ClusterMaintenance',
    'CommitCancelled',
    'ProgramCacheHitMaxLimit',
    'ProgramExecutionTemporarilyRestricted',
    'ResanitizationNeeded',
    'WouldExceedAccountDataBlockLimit',
    'WouldExceedAccountDataTotalLimit',
    'WouldExceedMaxAccountCostLimit',
    'WouldExceedMaxBlockCostLimit',
    'WouldExceedMaxVoteCostLimit',
];

/**
 * Finds the channel that a failure comes from.
 *
 * @param source What the failure was read from: what sending threw, or the status on chain.
 * @param prefixLength Number of instructions, those of the compute budget, before those of the plan.
 */
export function attributeFailure(
    failure: TransactionFailure | undefined,
    source: unknown,
    { channels, instructions }: PlannedTransaction,
    prefixLength: number,
): FailureAttribution {
    if (failure === undefined) return { kind: 'somebody' };
    if (failure.kind === 'transaction') {
        if (FEE_PAYER_ERRORS.includes(failure.name) || getPoorAccountIndex(source) === 0) return { kind: 'feePayer' };
        return { kind: PASSING_ERRORS.includes(failure.name) ? 'nobody' : 'somebody' };
    }
    const index = failure.instructionIndex - prefixLength;
    const instruction = instructions[index];
    // The precompile's instruction names no accounts: it verifies the voucher of the instruction that follows.
    const accounts = instruction?.accounts?.length ? instruction.accounts : instructions[index + 1]?.accounts;
    const failing = channels.find(({ channel }) => accounts?.some(({ address }) => address === channel));
    return failing === undefined ? { kind: 'somebody' } : { channel: failing.channel, kind: 'channel' };
}

/** Whether a failure may come from the signature of a voucher: the precompile refused it, or nothing says what did. */
export function mayBeBadSignature(
    { kind }: FailureAttribution,
    failure: TransactionFailure | undefined,
    { instructions }: Pick<PlannedTransaction, 'instructions'>,
    prefixLength: number,
): boolean {
    if (kind !== 'channel' && kind !== 'somebody') return false;
    if (failure === undefined || failure.kind === 'transaction') return true;
    return instructions[failure.instructionIndex - prefixLength]?.programAddress === ED25519_PROGRAM_ADDRESS;
}

/** Index of the account that would be left below the rent minimum; the fee payer's is 0. */
function getPoorAccountIndex(source: unknown): number | undefined {
    if (isSolanaError(source, SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_RENT)) {
        return Number(source.context.accountIndex);
    }
    if (source instanceof Error) return getPoorAccountIndex(source.cause);
    const detail = isRpcRecord(source) ? source['InsufficientFundsForRent'] : undefined;
    return isRpcRecord(detail) ? Number(detail['account_index']) : undefined;
}
