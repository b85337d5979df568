import { toJsonForm, toResult } from './json-form';

/** A field with an invalid value. */
type InvalidContext = {
    /** What was expected, in words. */
    expected: string;
    field: string;
    /** What was given. */
    value: string;
};

/** The context of each error: what a program needs to react to it, and a person to mend it. */
export type PaymentChannelsErrorContexts = {
    ACCOUNT_MALFORMED: { address: string; reason: string };
    ACCOUNT_MISSING: { address: string; field: string };
    ACCOUNT_OWNER_MISMATCH: { address: string; expectedOwner: string; owner: string };
    ADDRESS_INVALID: { field: string; value: string };
    ADDRESS_OFF_CURVE: { address: string; field: string };
    AGREEMENT_INVALID: InvalidContext;
    BATCH_ATTEMPTS_EXHAUSTED: { attempts: number; channel: string };
    BATCH_INVALID: InvalidContext;
    BLOCKHASH_INVALID: { field: string; value: string };
    BYTES_LENGTH_INVALID: {
        /** -1 for a value that is not bytes. */
        actualLength: number;
        expectedLength: number;
        field: string;
        /** The given value, where it is not bytes. */
        value?: string | undefined;
    };
    CHANNELS_UNREADABLE: { failures: readonly Readonly<{ address: string; code: string; reason: string }>[] };
    CHANNEL_CLOSED: { address: string };
    /** Everything in which a channel differs from what was agreed. */
    CHANNEL_NOT_AGREED: {
        address: string;
        mismatches: readonly Readonly<{ expected: string; field: string; given: string }>[];
    };
    CHANNEL_NOT_FOUND: { address: string };
    CHANNEL_STATUS_INVALID: { expected: readonly string[]; value: string };
    CONTRACT_BROKEN: {
        expected: string;
        given: string;
        /** The calls before it, where they are random: the last one is the one that went wrong. */
        calls?: readonly string[] | undefined;
        /** The seed that the random calls follow from. */
        seed?: number | undefined;
        what: string;
    };
    DEPLOYMENT_MISMATCH: { expected: string; field: string; given: string };
    DISTRIBUTION_BLOCKED: { reasons: readonly string[] };
    DISTRIBUTION_FORFEITS: { amount: bigint; owners: readonly string[] };
    ED25519_UNSUPPORTED: { reason: string };
    ELF_INVALID: { reason: string; source: string };
    INPUT_INVALID: InvalidContext;
    INTEGER_NOT_EXACT: { field: string; value: string };
    INTEGER_OUT_OF_RANGE: { field: string; max: bigint; min: bigint; value: bigint };
    /** A fault of this package: a decision of the ledger contradicts itself, and is not written. */
    LEDGER_INVARIANT_BROKEN: { channel: string; problems: readonly string[] };
    /** What a store has under a key is damaged. */
    LEDGER_RECORD_INVALID: { key: string; reason: string };
    LOOKUP_TABLE_INVALID: { address: string; reason: string };
    /** The revision of the deployment has nothing of the kind. */
    OPERATION_UNSUPPORTED: { operation: string };
    OPEN_BLOCKED: { reasons: readonly string[] };
    OPEN_SLOT_OUT_OF_WINDOW: { currentSlot: bigint; maxOpenSlot: bigint; minOpenSlot: bigint; openSlot: bigint };
    OPEN_UNREADY: { owners: readonly string[] };
    OPERATOR_IS_PAYER: { address: string };
    JSON_FIELD_MISSING: { field: string };
    JSON_FIELD_MISTYPED: { expected: string; field: string; value: string };
    JSON_FIELD_REPEATED: { field: string };
    JSON_FIELD_UNKNOWN: { field: string };
    JSON_MALFORMED: { field: string; reason: string };
    JOURNAL_LEASE_LOST: { channels: readonly string[]; owner: string };
    MODULE_MISSING: {
        /** The command that installs it. */
        install: string;
        module: string;
        reason: string;
    };
    NO_ANSWER: { milliseconds: number; what: string };
    PAYER_IS_PAYEE: { address: string };
    REVISION_MISMATCH: { expected: string; field: string; given: string };
    RPC_RESPONSE_INVALID: { field: string; value: string };
    RPC_UNAVAILABLE: { failingMs: number; method: string };
    SALT_NOT_FOUND: { attempts: number };
    SERVER_NOT_STARTED: { host: string; port: number; reason: string };
    SIGNER_INVALID: { field: string; value?: string | undefined };
    SPLITS_DUPLICATE_RECIPIENT: { field: string; firstField: string; recipient: string };
    SPLITS_HASH_MISMATCH: { actualHash: string; expectedHash: string };
    SPLITS_INVALID: InvalidContext;
    SPLITS_NOT_DISTRIBUTABLE: {
        actual: number;
        exceeded: 'accounts' | 'bytes' | 'computeUnits' | 'instructionTrace';
        max: number;
        recipientCount: number;
        remedies: readonly string[];
    };
    SPLITS_RECIPIENT_IS_CHANNEL: { channel: string; field: string };
    SPLITS_SUM_TOO_HIGH: { maxBps: number; sumBps: number };
    SPLITS_TOO_MANY: { count: number; max: number };
    STORE_CLOSED: Record<never, never>;
    STORE_CONFLICT: { attempts: number; channel: string };
    STORE_FULL: { limit: number };
    STORE_NEWER: { key: string; schema: number; supported: number };
    /** The store loses what it has when the process ends, or is not shared by all replicas. */
    STORE_NOT_DURABLE: { durability: string; enough: readonly string[] };
    /** The tables of a store are of another version than the package. */
    STORE_SCHEMA_MISMATCH: { found: number; supported: number };
    /** The database of a store has failed: whether what was asked of it happened is not known. */
    STORE_UNAVAILABLE: { reason: string };
    /** The database is set up in a way that loses what was written. */
    STORE_UNSAFE: { reason: string };
    SUBSCRIPTION_ENDED: { subscription: string };
    TOKEN_PROGRAM_UNSUPPORTED: { field: string; tokenProgram: string };
    TRANSACTION_FAILED: { logs: readonly string[]; reason: string };
    TRANSACTION_MALFORMED: { field: string; reason: string };
    TRANSACTION_MESSAGE_CHANGED: { signer: string };
    TRANSACTION_NOT_INSPECTED: { reason: string };
    TRANSACTION_OUTCOME_UNKNOWN: {
        /** Block height after which it can't land any more. */
        lastValidBlockHeight: bigint;
        reason: string;
        signature: string;
        /** The transaction in base64: to send it again is safe, to build another one is not. */
        wireTransaction: string;
    };
    TRANSACTION_SIGNATURE_INVALID: { signer: string };
    TRANSACTION_SIGNATURE_MISSING: { signer: string };
    TRANSACTION_TOO_LARGE: { actualBytes: number; maxBytes: number };
    TRANSACTION_VERSION_UNSUPPORTED: { field: string; value: string };
    VERIFIER_ANSWER_INVALID: { field: string; value: string };
    VERIFIER_BACKEND_UNAVAILABLE: {
        backend: string;
        reason: string;
        /** The command that installs what is missing. */
        install?: string | undefined;
    };
    VERIFIER_CLOSED: { backend: string };
    VERIFIER_FAILED: { backend: string; reason: string };
    VOUCHER_CHANNEL_MISMATCH: { channel: string; voucherChannelId: string };
    VOUCHER_INVALID: InvalidContext;
    VOUCHER_SIGNER_CHANGED_MESSAGE: { signer: string };
    VOUCHER_SIGNER_DID_NOT_SIGN: { signer: string };
};

/** Code of an error: narrow to it with {@link isPaymentChannelsError}. */
export type PaymentChannelsErrorCode = keyof PaymentChannelsErrorContexts;

/** An error of this package: its code, and the message that it makes of a context. */
export type ErrorDefinition<TCode extends PaymentChannelsErrorCode = PaymentChannelsErrorCode> = Readonly<{
    code: TCode;
    getMessage: (context: PaymentChannelsErrorContexts[TCode]) => string;
}>;

/**
 * Every error that this package throws itself.
 *
 * `code` says what went wrong, `context` the values it went wrong with. Errors of the on-chain program are something
 * else: they come back from a failed transaction with a numeric code.
 */
export class PaymentChannelsError<TCode extends PaymentChannelsErrorCode = PaymentChannelsErrorCode> extends Error {
    override readonly name = 'PaymentChannelsError';
    readonly code: TCode;
    readonly context: Readonly<PaymentChannelsErrorContexts[TCode]>;

    constructor(
        { code, getMessage }: ErrorDefinition<TCode>,
        context: PaymentChannelsErrorContexts[TCode],
        options?: ErrorOptions,
    ) {
        super(getMessage(context), options);
        this.code = code;
        this.context = toResult({ ...context }) as Readonly<PaymentChannelsErrorContexts[TCode]>;
    }

    /**
     * The JSON form: name, code, message, context and cause, with integers as decimal strings and bytes as base58. Of
     * other errors only name, code, message and cause, without paths of RPC URLs.
     */
    toJSON(): unknown {
        return toJsonForm(this);
    }
}

/**
 * Whether an error is one of this package, and the one with the given code if a code is given.
 *
 * @example
 * ```ts
 * try {
 *     await getTopUpInstructionAsync({ amount: -1n, channel, mint, payer }, MAINNET_DEPLOYMENT);
 * } catch (error) {
 *     if (isPaymentChannelsError(error, 'INTEGER_OUT_OF_RANGE')) console.error(error.context.field);
 * }
 * ```
 */
export function isPaymentChannelsError<TCode extends PaymentChannelsErrorCode = PaymentChannelsErrorCode>(
    error: unknown,
    code?: TCode,
): error is PaymentChannelsError<TCode> {
    try {
        // By shape and not by class: an application may have loaded both the ESM and the CommonJS build.
        if (!(error instanceof Error) || error.name !== 'PaymentChannelsError' || !('code' in error)) return false;
        return code === undefined || error.code === code;
    } catch {
        // A proxy that throws when it is asked what it is.
        return false;
    }
}
