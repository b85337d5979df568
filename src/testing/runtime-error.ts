import type { Address } from '@solana/kit';
import type { FailedTransactionMetadata } from 'litesvm';

import { isPaymentChannelsProgramErrorCode, PAYMENT_CHANNELS_PROGRAM_ERRORS } from '../../generated/tombstone';

/** Why a transaction failed. */
export type TransactionFailure =
    | Readonly<{
          /** A program returned a code of its own. */
          kind: 'custom';
          instructionIndex: number;
          code: number;
          /** The program that returned the code first: with nested calls not the one the instruction names. */
          program: Address | undefined;
          /** Name of the code, when the payment-channels program returned it. */
          name: string | undefined;
          message: string;
      }>
    | Readonly<{
          /** A program or the runtime returned one of the runtime's own instruction errors. */
          kind: 'builtin';
          instructionIndex: number;
          program: Address | undefined;
          /** As in `InstructionError`, for instance `InvalidAccountData`. */
          name: string;
          message: string;
      }>
    | Readonly<{
          /** The transaction was refused as a whole. */
          kind: 'transaction';
          /** As in `TransactionError`, for instance `BlockhashNotFound`. */
          name: string;
          message: string;
      }>;

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
    if (typeof error === 'number') {
        const name = TRANSACTION_ERRORS[error] ?? `TransactionError${error}`;
        return Object.freeze({ kind: 'transaction', message: `the runtime refused the transaction: ${name}`, name });
    }
    if (!('err' in error)) {
        const text = error.toString();
        const name = /^\w+/.exec(text.replace(/^TransactionError(?=[A-Z])/, ''))?.[0] ?? text;
        return Object.freeze({ kind: 'transaction', message: `the runtime refused the transaction: ${text}`, name });
    }
    const instructionIndex = error.index;
    const program = getFailedProgram(failed.meta().logs());
    const cause = error.err();
    if (typeof cause === 'number' || !('code' in cause)) {
        const name =
            typeof cause === 'number' ? (INSTRUCTION_ERRORS[cause] ?? `InstructionError${cause}`) : 'BorshIoError';
        const message = `instruction ${instructionIndex}: ${name}`;
        return Object.freeze({ instructionIndex, kind: 'builtin', message, name, program });
    }
    const { code } = cause;
    // The number alone does not tell whose it is: a failed call into another program surfaces unchanged (spec section 11).
    const known =
        program === programAddress && isPaymentChannelsProgramErrorCode(code)
            ? PAYMENT_CHANNELS_PROGRAM_ERRORS[code]
            : undefined;
    const message = known
        ? `instruction ${instructionIndex}: ${known.name} (${code}). ${known.message}`
        : `instruction ${instructionIndex}: custom error ${code} of program ${program ?? 'unknown'}`;
    return Object.freeze({ code, instructionIndex, kind: 'custom', message, name: known?.name, program });
}

/** The program whose failure is logged first: that of the innermost call. */
function getFailedProgram(logs: readonly string[]): Address | undefined {
    for (const line of logs) {
        const match = /^Program (\w+) failed: /.exec(line);
        if (match) return match[1] as Address;
    }
    return undefined;
}
