import { toJsonForm, toResult } from './json-form';

/** A field that is not what it has to be. */
type InvalidContext = {
    /** What it has to be, in words. */
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
        /** -1 for what is no bytes at all. */
        actualLength: number;
        expectedLength: number;
        field: string;
        /** What was given, where that is no bytes at all. */
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
    DEPLOYMENT_MISMATCH: { expected: string; field: string; given: string };
    DISTRIBUTION_BLOCKED: { reasons: readonly string[] };
    DISTRIBUTION_FORFEITS: { amount: bigint; owners: readonly string[] };
    ED25519_UNSUPPORTED: { reason: string };
    ELF_INVALID: { reason: string; source: string };
    INPUT_INVALID: InvalidContext;
    INTEGER_NOT_EXACT: { field: string; value: string };
    INTEGER_OUT_OF_RANGE: { field: string; max: bigint; min: bigint; value: bigint };
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
    JOURNAL_CLOSED: { path: string };
    JOURNAL_LEASE_LOST: { channels: readonly string[]; owner: string };
    JOURNAL_UNAVAILABLE: { path: string; reason: string };
    JOURNAL_UNSAFE: { path: string; reason: string; remedy: string };
    JOURNAL_UNREADABLE: { line?: number | undefined; path: string; reason: string };
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

/** What went wrong, as a literal: narrow an error to it with {@link isPaymentChannelsError}. */
export type PaymentChannelsErrorCode = keyof PaymentChannelsErrorContexts;

type Messages = { [TCode in PaymentChannelsErrorCode]: (context: PaymentChannelsErrorContexts[TCode]) => string };

const sayWhatIsInvalid = ({ expected, field, value }: InvalidContext): string =>
    `${field} has to be ${expected}; got ${value}`;

const DISTRIBUTION_LIMITS = {
    accounts: 'accounts',
    bytes: 'bytes',
    computeUnits: 'compute units',
    instructionTrace: 'instructions, inner ones included',
};

const MESSAGES: Messages = {
    ACCOUNT_MALFORMED: ({ address, reason }) => `Account ${address} is not a channel of this program: ${reason}`,
    ACCOUNT_MISSING: ({ address, field }) => `There is no ${field} at ${address}`,
    ACCOUNT_OWNER_MISMATCH: ({ address, expectedOwner, owner }) =>
        `Account ${address} is owned by ${owner}, not by the payment-channels program ${expectedOwner}: ` +
        `check the address, and that it belongs to this deployment`,
    ADDRESS_INVALID: ({ field, value }) => `${field} is not a base58 address of 32 bytes: ${value}`,
    ADDRESS_OFF_CURVE: ({ address, field }) =>
        `${field} ${address} is not a point of the Ed25519 curve: nobody could ever sign with it`,
    AGREEMENT_INVALID: sayWhatIsInvalid,
    BATCH_ATTEMPTS_EXHAUSTED: ({ attempts, channel }) =>
        `Channel ${channel} was in ${attempts} transactions that did not land, and is given up`,
    BATCH_INVALID: sayWhatIsInvalid,
    BLOCKHASH_INVALID: ({ field, value }) => `${field} is not a base58 blockhash of 32 bytes: ${value}`,
    BYTES_LENGTH_INVALID: ({ actualLength, expectedLength, field, value }) =>
        `${field} has to be ${expectedLength} bytes, in a Uint8Array; got ${value ?? `${actualLength} bytes`}`,
    CHANNELS_UNREADABLE: ({ failures }) =>
        `${failures.length} of the accounts that were found can't be read: ` +
        failures.map(({ reason }) => reason).join('; '),
    CHANNEL_CLOSED: ({ address }) => `Channel ${address} was closed: its address can never be opened again`,
    CHANNEL_NOT_AGREED: ({ address, mismatches }) =>
        `Channel ${address} is not what was agreed: ` +
        mismatches.map(({ expected, field, given }) => `${field} has to be ${expected}, and is ${given}`).join('; '),
    CHANNEL_NOT_FOUND: ({ address }) =>
        `There is no channel at ${address}: check the address, and that the transaction that opens it is confirmed`,
    CHANNEL_STATUS_INVALID: ({ expected, value }) => `status has to be ${expected.join(' or ')}; got ${value}`,
    DEPLOYMENT_MISMATCH: ({ expected, field, given }) =>
        `${field} is of another deployment of the program: ${given}, where it has to be ${expected}`,
    DISTRIBUTION_BLOCKED: ({ reasons }) => `distribute would fail: ${reasons.join(' ')}`,
    DISTRIBUTION_FORFEITS: ({ amount, owners }) =>
        `distribute would send ${amount} base units to the treasury for good, which are due to ${owners.join(', ')}: ` +
        `make their token accounts usable first`,
    ED25519_UNSUPPORTED: ({ reason }) =>
        `The Web Crypto API of this runtime can't be trusted to verify as the chain does: ${reason}`,
    ELF_INVALID: ({ reason, source }) => `The program ELF (${source}) can't be used: ${reason}`,
    INPUT_INVALID: sayWhatIsInvalid,
    INTEGER_NOT_EXACT: ({ field, value }) =>
        `${field} has to be a bigint or a safe integer, so that nothing is lost or rounded; got ${value}`,
    INTEGER_OUT_OF_RANGE: ({ field, max, min, value }) => `${field} has to be between ${min} and ${max}; got ${value}`,
    LOOKUP_TABLE_INVALID: ({ address, reason }) => `There is no lookup table at ${address}: ${reason}`,
    OPERATION_UNSUPPORTED: ({ operation }) => `There is no such thing in the revision of the deployment: ${operation}`,
    OPEN_BLOCKED: ({ reasons }) => `open would fail: ${reasons.join(' ')}`,
    OPEN_SLOT_OUT_OF_WINDOW: ({ currentSlot, maxOpenSlot, minOpenSlot, openSlot }) =>
        `The open slot ${openSlot} can't be opened for at slot ${currentSlot}: it has to be between ${minOpenSlot} and ` +
        `${maxOpenSlot}. Choose another, which changes the addresses of the channel and its escrow`,
    OPEN_UNREADY: ({ owners }) =>
        `The token accounts of ${owners.join(', ')} could not receive a payout as they are: make them usable, or create ` +
        `the missing ones together with the channel`,
    OPERATOR_IS_PAYER: ({ address }) =>
        `Operator and payer have to differ; both are ${address}, who then needs nobody to sponsor the transaction`,
    JSON_FIELD_MISSING: ({ field }) => `${field} is missing`,
    JSON_FIELD_MISTYPED: ({ expected, field, value }) => `${field} has to be ${expected}; got ${value}`,
    JSON_FIELD_REPEATED: ({ field }) => `${field} is given twice, under one name or under its alias as well`,
    JSON_FIELD_UNKNOWN: ({ field }) => `${field} is not a field that is known here: a typo, or another version`,
    JSON_MALFORMED: ({ field, reason }) => `${field} can't be read as JSON: ${reason}`,
    JOURNAL_CLOSED: ({ path }) => `The journal ${path} was closed: open it again`,
    JOURNAL_LEASE_LOST: ({ channels, owner }) =>
        `${owner} does not hold the lease of ${channels.join(', ')}, or not any more: somebody else may be settling them`,
    JOURNAL_UNAVAILABLE: ({ path, reason }) =>
        `The journal ${path} can't be read or written now: ${reason}. What was to be recorded may be recorded or not`,
    JOURNAL_UNREADABLE: ({ line, path, reason }) =>
        `The journal ${path} can't be used${line === undefined ? '' : `, because of line ${line}`}: ${reason}`,
    JOURNAL_UNSAFE: ({ path, reason, remedy }) =>
        `The journal ${path} is not safe from others: ${reason}. What to do: ${remedy}`,
    MODULE_MISSING: ({ install, module, reason }) =>
        `${module}, an optional peer dependency, can't be loaded (${reason}): ${install} installs it`,
    NO_ANSWER: ({ milliseconds, what }) => `There was no answer from ${what} within ${milliseconds} ms`,
    PAYER_IS_PAYEE: ({ address }) => `Payer and payee have to differ; both are ${address}`,
    REVISION_MISMATCH: ({ expected, field, given }) =>
        `${field} is of the ${given} revision of the program, where the ${expected} revision is due: check the address ` +
        `and the deployment, or use what the package has for the ${given} revision`,
    RPC_RESPONSE_INVALID: ({ field, value }) => `The RPC answered something that can't be read: ${field} is ${value}`,
    RPC_UNAVAILABLE: ({ failingMs, method }) =>
        `The RPC has answered nothing for ${Math.round(failingMs / 1000)} s; the last question was ${method}`,
    SALT_NOT_FOUND: ({ attempts }) =>
        `None of ${attempts} salts puts the channel and its escrow on bump 255: try more of them, or take any salt`,
    SIGNER_INVALID: ({ field, value }) =>
        `${field} has to be a signer of @solana/kit that can sign this${value === undefined ? '' : `; got ${value}`}`,
    SPLITS_DUPLICATE_RECIPIENT: ({ field, firstField, recipient }) =>
        `${field} names ${recipient}, and so does ${firstField}: merge the two shares`,
    SPLITS_HASH_MISMATCH: ({ actualHash, expectedHash }) =>
        `splits are not the ones the channel was opened with: they hash to ${actualHash}, the channel holds ${expectedHash}`,
    SPLITS_INVALID: sayWhatIsInvalid,
    SPLITS_NOT_DISTRIBUTABLE: ({ actual, exceeded, max, recipientCount, remedies }) =>
        `splits name ${recipientCount} recipients and could never be distributed in the way that was said: the ` +
        `transaction needs ${actual} ${DISTRIBUTION_LIMITS[exceeded]}, and ${max} is the most` +
        (remedies.length === 0 ? '' : `. Name fewer, or distribute ${remedies.join(', or ')}, and say so at open`),
    SPLITS_RECIPIENT_IS_CHANNEL: ({ channel, field }) => `${field} is the channel itself (${channel})`,
    SPLITS_SUM_TOO_HIGH: ({ maxBps, sumBps }) => `splits add up to ${sumBps} bps; the whole is ${maxBps}`,
    SPLITS_TOO_MANY: ({ count, max }) => `splits name ${count} recipients; the program accepts at most ${max}`,
    SUBSCRIPTION_ENDED: ({ subscription }) =>
        `The subscription to ${subscription} ended: what happens from now on goes unseen; start it again`,
    TOKEN_PROGRAM_UNSUPPORTED: ({ field, tokenProgram }) =>
        `${field} ${tokenProgram} is neither SPL Token nor Token-2022`,
    TRANSACTION_FAILED: ({ reason }) => `The transaction failed: ${reason}`,
    TRANSACTION_MALFORMED: ({ field, reason }) => `The transaction can't be decoded: ${field}: ${reason}`,
    TRANSACTION_MESSAGE_CHANGED: ({ signer }) =>
        `Signer ${signer} changed the message before signing it, which voids every other signature`,
    TRANSACTION_NOT_INSPECTED: ({ reason }) =>
        `Nothing is signed that no inspection accepted: ${reason}. Pass the inspected member of what ` +
        `inspectOpenTransaction or inspectTopUpTransaction returned, as it is`,
    TRANSACTION_OUTCOME_UNKNOWN: ({ lastValidBlockHeight, reason, signature }) =>
        `Transaction ${signature} was sent, and may have landed or may still land: ${reason}. Look for it before you do ` +
        `the same again; at block heights above ${lastValidBlockHeight} it can't land any more`,
    TRANSACTION_SIGNATURE_INVALID: ({ signer }) => `The signature of ${signer} is not one over this message`,
    TRANSACTION_SIGNATURE_MISSING: ({ signer }) => `The transaction has no signature of ${signer}`,
    TRANSACTION_TOO_LARGE: ({ actualBytes, maxBytes }) =>
        `The transaction is ${actualBytes} bytes long; a cluster accepts at most ${maxBytes}`,
    TRANSACTION_VERSION_UNSUPPORTED: ({ field, value }) =>
        `${field} is not a version of transactions ('legacy', 0 or 1): ${value}`,
    VERIFIER_ANSWER_INVALID: ({ field, value }) =>
        `${field} has to say true or false for each voucher, and nothing else; got ${value}`,
    VERIFIER_BACKEND_UNAVAILABLE: ({ backend, install, reason }) =>
        `Vouchers can't be verified with ${backend}: ${reason}${install === undefined ? '' : `; ${install} does it`}`,
    VERIFIER_CLOSED: ({ backend }) => `This verifier (${backend}) was closed: create another one`,
    VERIFIER_FAILED: ({ backend, reason }) =>
        `The verifier (${backend}) could not tell whether the signature is good: ${reason}`,
    VOUCHER_CHANNEL_MISMATCH: ({ channel, voucherChannelId }) =>
        `The voucher was signed for channel ${voucherChannelId}, not for ${channel}`,
    VOUCHER_INVALID: sayWhatIsInvalid,
    VOUCHER_SIGNER_CHANGED_MESSAGE: ({ signer }) =>
        `Signer ${signer} changed the message before signing it: the program accepts the bytes of the voucher only`,
    VOUCHER_SIGNER_DID_NOT_SIGN: ({ signer }) => `Signer ${signer} returned no signature of its own`,
};

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

    constructor(code: TCode, context: PaymentChannelsErrorContexts[TCode], options?: ErrorOptions) {
        super(MESSAGES[code](context), options);
        this.code = code;
        this.context = toResult({ ...context }) as Readonly<PaymentChannelsErrorContexts[TCode]>;
    }

    /**
     * What JSON.stringify writes: name, code, message, context and cause, with integers as decimal strings and bytes as
     * base58. Of the errors of others only name, code, message and cause, and no path of an RPC's address.
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
 * if (isPaymentChannelsError(error, 'INTEGER_OUT_OF_RANGE')) console.error(error.context.field);
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
