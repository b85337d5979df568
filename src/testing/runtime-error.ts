import type { FailedTransactionMetadata } from 'litesvm';

import type { FailureReader, TransactionFailure } from '../revision/program-failure';

export type { TransactionFailure } from '../revision/program-failure';

// LiteSVM hands out these errors as the numbers of enums that exist in its type declarations only.
// prettier-ignore
const INSTRUCTION_ERRORS = [
    'GenericError', 'InvalidArgument', 'InvalidInstructionData', 'InvalidAccountData', 'AccountDataTooSmall',
    'InsufficientFunds', 'IncorrectProgramId', 'MissingRequiredSignature', 'AccountAlreadyInitialized',
    'UninitializedAccount', 'UnbalancedInstruction', 'ModifiedProgramId', 'ExternalAccountLamportSpend',
    'ExternalAccountDataModified', 'ReadonlyLamportChange', 'ReadonlyDataModified', 'DuplicateAccountIndex',
    'ExecutableModified', 'RentEpochModified', 'NotEnoughAccountKeys', 'AccountDataSizeChanged',
    'AccountNotExecutable', 'AccountBorrowFailed', 'AccountBorrowOutstanding', 'DuplicateAccountOutOfSync',
    'InvalidError', 'ExecutableDataModified', 'ExecutableLamportChange', 'ExecutableAccountNotRentExempt',
    'UnsupportedProgramId', 'CallDepth', 'MissingAccount', 'ReentrancyNotAllowed', 'MaxSeedLengthExceeded',
    'InvalidSeeds', 'InvalidRealloc', 'ComputationalBudgetExceeded', 'PrivilegeEscalation',
    'ProgramEnvironmentSetupFailure', 'ProgramFailedToComplete', 'ProgramFailedToCompile', 'Immutable',
    'IncorrectAuthority', 'AccountNotRentExempt', 'InvalidAccountOwner', 'ArithmeticOverflow', 'UnsupportedSysvar',
    'IllegalOwner', 'MaxAccountsDataAllocationsExceeded', 'MaxAccountsExceeded', 'MaxInstructionTraceLengthExceeded',
    'BuiltinProgramsMustConsumeComputeUnits', 'BorshIoError',
] as const;
// prettier-ignore
const TRANSACTION_ERRORS = [
    'AccountInUse', 'AccountLoadedTwice', 'AccountNotFound', 'ProgramAccountNotFound', 'InsufficientFundsForFee',
    'InvalidAccountForFee', 'AlreadyProcessed', 'BlockhashNotFound', 'CallChainTooDeep', 'MissingSignatureForFee',
    'InvalidAccountIndex', 'SignatureFailure', 'InvalidProgramForExecution', 'SanitizeFailure', 'ClusterMaintenance',
    'AccountBorrowOutstanding', 'WouldExceedMaxBlockCostLimit', 'UnsupportedVersion', 'InvalidWritableAccount',
    'WouldExceedMaxAccountCostLimit', 'WouldExceedAccountDataBlockLimit', 'TooManyAccountLocks',
    'AddressLookupTableNotFound', 'InvalidAddressLookupTableOwner', 'InvalidAddressLookupTableData',
    'InvalidAddressLookupTableIndex', 'InvalidRentPayingAccount', 'WouldExceedMaxVoteCostLimit',
    'WouldExceedAccountDataTotalLimit', 'MaxLoadedAccountsDataSizeExceeded', 'ResanitizationNeeded',
    'InvalidLoadedAccountsDataSizeLimit', 'UnbalancedTransaction', 'ProgramCacheHitMaxLimit', 'CommitCancelled',
] as const;

/** The error of a transaction that LiteSVM refused or that failed while it ran, as an RPC writes it. */
export function getRpcTransactionError(failed: FailedTransactionMetadata): unknown {
    const error = failed.err();
    if (typeof error === 'number') return TRANSACTION_ERRORS[error] ?? `TransactionError${error}`;
    if ('err' in error) return { InstructionError: [error.index, getRpcInstructionError(error.err())] };
    const name = /^[A-Za-z]+/.exec(error.toString().replace(/^TransactionError(?=[A-Z])/, ''))?.[0] ?? 'Unknown';
    return { [name]: 'accountIndex' in error ? { account_index: error.accountIndex } : error.index };
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
