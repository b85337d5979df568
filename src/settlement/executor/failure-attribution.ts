import { isSolanaError, SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_RENT, type Address } from '@solana/kit';

import type { TransactionFailure } from '../../revision/program-failure';
import { isRpcRecord } from '../../runtime/rpc-answer';
import { ED25519_PROGRAM_ADDRESS } from '../../runtime/programs';
import type { PlannedTransaction } from '../plan/batch-plan';

/**
 * What a failure says of the channels of a transaction.
 *
 * - `channel`: it is this one's; the others are innocent.
 * - `feePayer`: it can't pay, which every other transaction would fail for as well.
 * - `nobody`: it comes from the moment, and passes.
 * - `somebody`: it is one of the channels', and nothing says whose.
 */
export type Blame =
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
 * Finds whose fault a failure is.
 *
 * @param source What the failure was read from: what sending threw, or the status on chain.
 * @param prefixLength Number of instructions, those of the compute budget, before those of the plan.
 */
export function getBlame(
    failure: TransactionFailure | undefined,
    source: unknown,
    { channels, instructions }: PlannedTransaction,
    prefixLength: number,
): Blame {
    if (failure === undefined) return { kind: 'somebody' };
    if (failure.kind === 'transaction') {
        if (FEE_PAYER_ERRORS.includes(failure.name) || getPoorAccountIndex(source) === 0) return { kind: 'feePayer' };
        return { kind: PASSING_ERRORS.includes(failure.name) ? 'nobody' : 'somebody' };
    }
    const index = failure.instructionIndex - prefixLength;
    const instruction = instructions[index];
    // The precompile's instruction names no accounts; the one after it is what it is there for.
    const accounts = instruction?.accounts?.length ? instruction.accounts : instructions[index + 1]?.accounts;
    const culprit = channels.find(({ channel }) => accounts?.some(({ address }) => address === channel));
    return culprit === undefined ? { kind: 'somebody' } : { channel: culprit.channel, kind: 'channel' };
}

/** Whether a failure may come from the signature of a voucher: the precompile refused it, or nothing says what did. */
export function mayBeBadSignature(
    blame: Blame,
    failure: TransactionFailure | undefined,
    { instructions }: Pick<PlannedTransaction, 'instructions'>,
    prefixLength: number,
): boolean {
    if (blame.kind !== 'channel' && blame.kind !== 'somebody') return false;
    if (failure === undefined || failure.kind === 'transaction') return true;
    return instructions[failure.instructionIndex - prefixLength]?.programAddress === ED25519_PROGRAM_ADDRESS;
}

/** Place in the transaction of the account that would have too little left to be kept; the fee payer is the first. */
function getPoorAccountIndex(source: unknown): number | undefined {
    if (isSolanaError(source, SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_RENT)) {
        return Number(source.context.accountIndex);
    }
    if (source instanceof Error) return getPoorAccountIndex(source.cause);
    const detail = isRpcRecord(source) ? source['InsufficientFundsForRent'] : undefined;
    return isRpcRecord(detail) ? Number(detail['account_index']) : undefined;
}
