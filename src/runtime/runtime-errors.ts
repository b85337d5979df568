import { SOLANA_ERROR__INSTRUCTION_ERROR__UNKNOWN, SOLANA_ERROR__TRANSACTION_ERROR__UNKNOWN } from '@solana/kit';

// The runtime's own errors, in the order in which it and kit count them. Kit's error for one has its number only.

// prettier-ignore
export const INSTRUCTION_ERRORS = [
    'GenericError', 'InvalidArgument', 'InvalidInstructionData', 'InvalidAccountData', 'AccountDataTooSmall',
    'InsufficientFunds', 'IncorrectProgramId', 'MissingRequiredSignature', 'AccountAlreadyInitialized',
    'UninitializedAccount', 'UnbalancedInstruction', 'ModifiedProgramId', 'ExternalAccountLamportSpend',
    'ExternalAccountDataModified', 'ReadonlyLamportChange', 'ReadonlyDataModified', 'DuplicateAccountIndex',
    'ExecutableModified', 'RentEpochModified', 'NotEnoughAccountKeys', 'AccountDataSizeChanged',
    'AccountNotExecutable', 'AccountBorrowFailed', 'AccountBorrowOutstanding', 'DuplicateAccountOutOfSync', 'Custom',
    'InvalidError', 'ExecutableDataModified', 'ExecutableLamportChange', 'ExecutableAccountNotRentExempt',
    'UnsupportedProgramId', 'CallDepth', 'MissingAccount', 'ReentrancyNotAllowed', 'MaxSeedLengthExceeded',
    'InvalidSeeds', 'InvalidRealloc', 'ComputationalBudgetExceeded', 'PrivilegeEscalation',
    'ProgramEnvironmentSetupFailure', 'ProgramFailedToComplete', 'ProgramFailedToCompile', 'Immutable',
    'IncorrectAuthority', 'BorshIoError', 'AccountNotRentExempt', 'InvalidAccountOwner', 'ArithmeticOverflow',
    'UnsupportedSysvar', 'IllegalOwner', 'MaxAccountsDataAllocationsExceeded', 'MaxAccountsExceeded',
    'MaxInstructionTraceLengthExceeded', 'BuiltinProgramsMustConsumeComputeUnits',
] as const;
// prettier-ignore
export const TRANSACTION_ERRORS = [
    'AccountInUse', 'AccountLoadedTwice', 'AccountNotFound', 'ProgramAccountNotFound', 'InsufficientFundsForFee',
    'InvalidAccountForFee', 'AlreadyProcessed', 'BlockhashNotFound', 'CallChainTooDeep', 'MissingSignatureForFee',
    'InvalidAccountIndex', 'SignatureFailure', 'InvalidProgramForExecution', 'SanitizeFailure', 'ClusterMaintenance',
    'AccountBorrowOutstanding', 'WouldExceedMaxBlockCostLimit', 'UnsupportedVersion', 'InvalidWritableAccount',
    'WouldExceedMaxAccountCostLimit', 'WouldExceedAccountDataBlockLimit', 'TooManyAccountLocks',
    'AddressLookupTableNotFound', 'InvalidAddressLookupTableOwner', 'InvalidAddressLookupTableData',
    'InvalidAddressLookupTableIndex', 'InvalidRentPayingAccount', 'WouldExceedMaxVoteCostLimit',
    'WouldExceedAccountDataTotalLimit', 'DuplicateInstruction', 'InsufficientFundsForRent',
    'MaxLoadedAccountsDataSizeExceeded', 'InvalidLoadedAccountsDataSizeLimit', 'ResanitizationNeeded',
    'ProgramExecutionTemporarilyRestricted', 'UnbalancedTransaction',
] as const;

/** A name of the runtime's for what is wrong with an instruction; `Unknown` for what can't be read. */
export type InstructionErrorName = (typeof INSTRUCTION_ERRORS)[number] | 'Unknown';

/** A name of the runtime's for what is wrong with a transaction; `Unknown` for what can't be read. */
export type TransactionErrorName = (typeof TRANSACTION_ERRORS)[number] | 'Unknown';

/** The name of the instruction error that a code of kit's stands for; `undefined` when it stands for none. */
export function getInstructionErrorName(kitErrorCode: number): string | undefined {
    return INSTRUCTION_ERRORS[kitErrorCode - SOLANA_ERROR__INSTRUCTION_ERROR__UNKNOWN - 1];
}

/** The name of the transaction error that a code of kit's stands for; `undefined` when it stands for none. */
export function getTransactionErrorName(kitErrorCode: number): string | undefined {
    return TRANSACTION_ERRORS[kitErrorCode - SOLANA_ERROR__TRANSACTION_ERROR__UNKNOWN - 1];
}
