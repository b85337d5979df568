// The sentences in which nodes report the errors of the runtime: clients look for parts of them.

const TRANSACTION_TEXTS: Readonly<Record<string, string>> = {
    AccountInUse: 'Account in use',
    AccountLoadedTwice: 'Account loaded twice',
    AccountNotFound: 'Attempt to debit an account but found no record of a prior credit.',
    AddressLookupTableNotFound: "Transaction loads an address table account that doesn't exist",
    AlreadyProcessed: 'This transaction has already been processed',
    BlockhashNotFound: 'Blockhash not found',
    InsufficientFundsForFee: 'Insufficient funds for fee',
    InvalidAccountForFee: 'This account may not be used to pay transaction fees',
    InvalidAccountIndex: 'Transaction contains an invalid account reference',
    InvalidAddressLookupTableData: 'Transaction loads an address table account with invalid data',
    InvalidAddressLookupTableIndex: 'Transaction address table lookup uses an invalid index',
    InvalidAddressLookupTableOwner: 'Transaction loads an address table account with an invalid owner',
    InvalidProgramForExecution: 'This program may not be used for executing instructions',
    InvalidWritableAccount: 'Transaction loads a writable account that cannot be written',
    MaxLoadedAccountsDataSizeExceeded: 'Transaction exceeded max loaded accounts data size cap',
    MissingSignatureForFee: 'Transaction requires a fee but has no signature present',
    ProgramAccountNotFound: 'Attempt to load a program that does not exist',
    SanitizeFailure: 'Transaction failed to sanitize accounts offsets correctly',
    SignatureFailure: 'Transaction did not pass signature verification',
    TooManyAccountLocks: 'Transaction locked too many accounts',
    UnsupportedVersion: 'Transaction version is unsupported',
};

const INSTRUCTION_TEXTS: Readonly<Record<string, string>> = {
    AccountAlreadyInitialized: 'instruction requires an uninitialized account',
    AccountDataTooSmall: 'account data too small for instruction',
    AccountNotExecutable: 'account is not executable',
    AccountNotRentExempt: 'An account does not have enough lamports to be rent-exempt',
    ArithmeticOverflow: 'Program arithmetic overflowed',
    CallDepth: 'Cross-program invocation call depth too deep',
    ComputationalBudgetExceeded: 'Computational budget exceeded',
    DuplicateAccountIndex: 'instruction contains duplicate accounts',
    ExternalAccountDataModified: 'instruction modified data of an account it does not own',
    ExternalAccountLamportSpend: 'instruction spent from the balance of an account it does not own',
    GenericError: 'generic instruction error',
    IllegalOwner: 'Provided owner is not allowed',
    Immutable: 'Account is immutable',
    IncorrectAuthority: 'Incorrect authority provided',
    IncorrectProgramId: 'incorrect program id for instruction',
    InsufficientFunds: 'insufficient funds for instruction',
    InvalidAccountData: 'invalid account data for instruction',
    InvalidAccountOwner: 'Invalid account owner',
    InvalidArgument: 'invalid program argument',
    InvalidInstructionData: 'invalid instruction data',
    InvalidRealloc: 'Failed to reallocate account data',
    InvalidSeeds: 'Provided seeds do not result in a valid address',
    MaxSeedLengthExceeded: 'Length of the seed is too long for address generation',
    MissingAccount: 'An account required by the instruction is missing',
    MissingRequiredSignature: 'missing required signature for instruction',
    NotEnoughAccountKeys: 'insufficient account keys for instruction',
    PrivilegeEscalation: 'Cross-program invocation with unauthorized signer or writable account',
    ProgramFailedToComplete: 'Program failed to complete',
    ReadonlyDataModified: 'instruction modified data of a read-only account',
    ReadonlyLamportChange: 'instruction changed the balance of a read-only account',
    ReentrancyNotAllowed: 'Cross-program invocation reentrancy not allowed for this instruction',
    UnbalancedInstruction: 'sum of account balances before and after instruction do not match',
    UninitializedAccount: 'instruction requires an initialized account',
    UnsupportedProgramId: 'Unsupported program id',
    UnsupportedSysvar: 'Unsupported sysvar',
};

/** The sentence for the error of a transaction, which an RPC writes as a name or as an object of one name. */
export function describeTransactionError(err: unknown): string {
    if (typeof err === 'string') return TRANSACTION_TEXTS[err] ?? err;
    const { DuplicateInstruction, InstructionError, InsufficientFundsForRent } = err as {
        DuplicateInstruction?: number;
        InstructionError?: readonly [index: number, error: unknown];
        InsufficientFundsForRent?: { account_index: number };
    };
    if (InstructionError) {
        const [index, error] = InstructionError;
        return `Error processing Instruction ${index}: ${describeInstructionError(error)}`;
    }
    if (InsufficientFundsForRent) {
        return `Transaction results in an account (${InsufficientFundsForRent.account_index}) with insufficient funds for rent`;
    }
    if (DuplicateInstruction !== undefined) {
        return `Transaction contains a duplicate instruction (${DuplicateInstruction}) that is not allowed`;
    }
    return JSON.stringify(err);
}

function describeInstructionError(error: unknown): string {
    if (typeof error === 'string') return INSTRUCTION_TEXTS[error] ?? error;
    const { Custom } = error as { Custom?: number };
    return Custom === undefined ? JSON.stringify(error) : `custom program error: 0x${Custom.toString(16)}`;
}
