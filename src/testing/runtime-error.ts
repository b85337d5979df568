import type { Address } from '@solana/kit';
import type { FailedTransactionMetadata } from 'litesvm';

import { getInstructionFailure, getRefusal, type TransactionFailure } from '../program-error';

export type { TransactionFailure } from '../program-error';

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

/** Decodes the error of a transaction that LiteSVM refused or that failed while it ran. */
export function getTransactionFailure(failed: FailedTransactionMetadata, programAddress: Address): TransactionFailure {
    const error = failed.err();
    if (typeof error === 'number') return getRefusal(TRANSACTION_ERRORS[error] ?? `TransactionError${error}`);
    if (!('err' in error)) {
        const text = error.toString();
        return getRefusal(/^\w+/.exec(text.replace(/^TransactionError(?=[A-Z])/, ''))?.[0] ?? text, text);
    }
    const instructionIndex = error.index;
    const known = { logs: failed.meta().logs(), programAddress };
    const cause = error.err();
    if (typeof cause !== 'number' && 'code' in cause) {
        return getInstructionFailure({ code: cause.code, instructionIndex }, known);
    }
    const name = typeof cause === 'number' ? (INSTRUCTION_ERRORS[cause] ?? `InstructionError${cause}`) : 'BorshIoError';
    return getInstructionFailure({ instructionIndex, name }, known);
}
