import type { FailedTransactionMetadata, TransactionMetadata } from 'litesvm';

import { isFailed } from './litesvm';
import type { FailureReader, TransactionFailure } from '../revision/program-failure';
import {
    INSTRUCTION_ERRORS as RUNTIME_INSTRUCTION_ERRORS,
    TRANSACTION_ERRORS as RUNTIME_TRANSACTION_ERRORS,
} from '../runtime/runtime-errors';

export type { TransactionFailure } from '../revision/program-failure';

// LiteSVM hands out these errors as the numbers of enums that exist in its type declarations only. They count as the runtime
// does, but for those that carry a value.
const INSTRUCTION_ERRORS: readonly string[] = /* @__PURE__ */ (() => [
    ...RUNTIME_INSTRUCTION_ERRORS.filter(name => name !== 'Custom' && name !== 'BorshIoError'),
    'BorshIoError',
])();
const TRANSACTION_ERRORS: readonly string[] = /* @__PURE__ */ (() => [
    ...RUNTIME_TRANSACTION_ERRORS.slice(0, RUNTIME_TRANSACTION_ERRORS.indexOf('DuplicateInstruction')),
    'MaxLoadedAccountsDataSizeExceeded',
    'ResanitizationNeeded',
    'InvalidLoadedAccountsDataSizeLimit',
    'UnbalancedTransaction',
    'ProgramCacheHitMaxLimit',
    'CommitCancelled',
])();

/** The error of a transaction that LiteSVM refused or that failed while it ran, as an RPC writes it. */
export function getRpcTransactionError(failed: FailedTransactionMetadata): unknown {
    const error = failed.err();
    if (typeof error === 'number') return TRANSACTION_ERRORS[error] ?? `TransactionError${error}`;
    if ('err' in error) return { InstructionError: [error.index, getRpcInstructionError(error.err())] };
    const name = /^[A-Za-z]+/.exec(error.toString().replace(/^TransactionError(?=[A-Z])/, ''))?.[0] ?? 'Unknown';
    return { [name]: 'accountIndex' in error ? { account_index: error.accountIndex } : error.index };
}

/** The error of a transaction that was executed as an RPC writes it; `null` when it has succeeded. */
export function getRpcError(outcome: FailedTransactionMetadata | TransactionMetadata): unknown {
    return isFailed(outcome) ? getRpcTransactionError(outcome) : null;
}

type LiteSvmInstructionError = ReturnType<
    Extract<ReturnType<FailedTransactionMetadata['err']>, { err: unknown }>['err']
>;

function getRpcInstructionError(error: LiteSvmInstructionError): unknown {
    if (typeof error === 'number') return INSTRUCTION_ERRORS[error] ?? `InstructionError${error}`;
    return 'code' in error ? { Custom: error.code } : 'BorshIoError';
}

/** Decodes the error of a transaction that LiteSVM refused or that failed while it ran. */
export function getTransactionFailure(
    failed: FailedTransactionMetadata,
    readFailure: FailureReader,
): TransactionFailure {
    const source = { err: getRpcTransactionError(failed), logs: failed.meta().logs() };
    return readFailure(source)!;
}
