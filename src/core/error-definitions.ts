import type { ErrorDefinition } from './errors';

// The errors of this package with their messages, each by itself: a bundle has those that its functions can throw.

/** Codes of the errors that say what was expected of a field. */
export type InvalidCode =
    'AGREEMENT_INVALID' | 'BATCH_INVALID' | 'INPUT_INVALID' | 'SPLITS_INVALID' | 'VOUCHER_INVALID';

/** The error with one of these codes, `INPUT_INVALID` by default. */
export function getInvalidDefinition(code: InvalidCode = 'INPUT_INVALID'): ErrorDefinition<InvalidCode> {
    return { code, getMessage: ({ expected, field, value }) => `${field} has to be ${expected}; got ${value}` };
}

const DISTRIBUTION_LIMITS = {
    accounts: 'accounts',
    bytes: 'bytes',
    computeUnits: 'compute units',
    instructionTrace: 'instructions, inner ones included',
};

export const ACCOUNT_MALFORMED: ErrorDefinition<'ACCOUNT_MALFORMED'> = {
    code: 'ACCOUNT_MALFORMED',
    getMessage: ({ address, reason }) => `Account ${address} is not a channel of this program: ${reason}`,
};

export const ACCOUNT_MISSING: ErrorDefinition<'ACCOUNT_MISSING'> = {
    code: 'ACCOUNT_MISSING',
    getMessage: ({ address, field }) => `There is no ${field} at ${address}`,
};

export const ACCOUNT_OWNER_MISMATCH: ErrorDefinition<'ACCOUNT_OWNER_MISMATCH'> = {
    code: 'ACCOUNT_OWNER_MISMATCH',
    getMessage: ({ address, expectedOwner, owner }) =>
        `Account ${address} is owned by ${owner}, not by the payment-channels program ${expectedOwner}: ` +
        `check the address, and that it belongs to this deployment`,
};

export const ADDRESS_INVALID: ErrorDefinition<'ADDRESS_INVALID'> = {
    code: 'ADDRESS_INVALID',
    getMessage: ({ field, value }) => `${field} is not a base58 address of 32 bytes: ${value}`,
};

export const ADDRESS_OFF_CURVE: ErrorDefinition<'ADDRESS_OFF_CURVE'> = {
    code: 'ADDRESS_OFF_CURVE',
    getMessage: ({ address, field }) =>
        `${field} ${address} is not a point of the Ed25519 curve: nobody could ever sign with it`,
};

export const BATCH_ATTEMPTS_EXHAUSTED: ErrorDefinition<'BATCH_ATTEMPTS_EXHAUSTED'> = {
    code: 'BATCH_ATTEMPTS_EXHAUSTED',
    getMessage: ({ attempts, channel }) =>
        `Channel ${channel} was in ${attempts} transactions that did not land, and is abandoned`,
};

export const BLOCKHASH_INVALID: ErrorDefinition<'BLOCKHASH_INVALID'> = {
    code: 'BLOCKHASH_INVALID',
    getMessage: ({ field, value }) => `${field} is not a base58 blockhash of 32 bytes: ${value}`,
};

export const BYTES_LENGTH_INVALID: ErrorDefinition<'BYTES_LENGTH_INVALID'> = {
    code: 'BYTES_LENGTH_INVALID',
    getMessage: ({ actualLength, expectedLength, field, value }) =>
        `${field} has to be ${expectedLength} bytes, in a Uint8Array; got ${value ?? `${actualLength} bytes`}`,
};

export const CHANNELS_UNREADABLE: ErrorDefinition<'CHANNELS_UNREADABLE'> = {
    code: 'CHANNELS_UNREADABLE',
    getMessage: ({ failures }) =>
        `${failures.length} of the accounts found can't be read: ` + failures.map(({ reason }) => reason).join('; '),
};

export const CHANNEL_CLOSED: ErrorDefinition<'CHANNEL_CLOSED'> = {
    code: 'CHANNEL_CLOSED',
    getMessage: ({ address }) => `Channel ${address} was closed: its address can never be opened again`,
};

export const CHANNEL_NOT_AGREED: ErrorDefinition<'CHANNEL_NOT_AGREED'> = {
    code: 'CHANNEL_NOT_AGREED',
    getMessage: ({ address, mismatches }) =>
        `Channel ${address} is not what was agreed: ` +
        mismatches.map(({ expected, field, given }) => `${field} has to be ${expected}, and is ${given}`).join('; '),
};

export const CHANNEL_NOT_FOUND: ErrorDefinition<'CHANNEL_NOT_FOUND'> = {
    code: 'CHANNEL_NOT_FOUND',
    getMessage: ({ address }) =>
        `There is no channel at ${address}: check the address, and that the transaction that opens it is confirmed`,
};

export const CHANNEL_STATUS_INVALID: ErrorDefinition<'CHANNEL_STATUS_INVALID'> = {
    code: 'CHANNEL_STATUS_INVALID',
    getMessage: ({ expected, value }) => `status has to be ${expected.join(' or ')}; got ${value}`,
};

export const CONTRACT_BROKEN: ErrorDefinition<'CONTRACT_BROKEN'> = {
    code: 'CONTRACT_BROKEN',
    getMessage: ({ calls, expected, given, seed, what }) =>
        [
            `${what}\n  expected: ${expected}\n  got:      ${given}`,
            ...(calls === undefined ? [] : [`  after the calls\n    ${calls.join('\n    ')}`]),
            ...(seed === undefined ? [] : [`  To run these calls again: seed: ${seed}`]),
        ].join('\n'),
};

export const DEPLOYMENT_MISMATCH: ErrorDefinition<'DEPLOYMENT_MISMATCH'> = {
    code: 'DEPLOYMENT_MISMATCH',
    getMessage: ({ expected, field, given }) =>
        `${field} is of another deployment of the program: expected ${expected}, got ${given}`,
};

export const DISTRIBUTION_BLOCKED: ErrorDefinition<'DISTRIBUTION_BLOCKED'> = {
    code: 'DISTRIBUTION_BLOCKED',
    getMessage: ({ reasons }) => `distribute would fail: ${reasons.join(' ')}`,
};

export const DISTRIBUTION_FORFEITS: ErrorDefinition<'DISTRIBUTION_FORFEITS'> = {
    code: 'DISTRIBUTION_FORFEITS',
    getMessage: ({ amount, owners }) =>
        `distribute would send ${amount} base units to the treasury for good, which are due to ${owners.join(', ')}: ` +
        `make their token accounts usable first`,
};

export const ED25519_UNSUPPORTED: ErrorDefinition<'ED25519_UNSUPPORTED'> = {
    code: 'ED25519_UNSUPPORTED',
    getMessage: ({ reason }) =>
        `The Web Crypto API of this runtime can't be trusted to verify as the chain does: ${reason}`,
};

export const ELF_INVALID: ErrorDefinition<'ELF_INVALID'> = {
    code: 'ELF_INVALID',
    getMessage: ({ reason, source }) => `The program ELF (${source}) can't be used: ${reason}`,
};

export const INTEGER_NOT_EXACT: ErrorDefinition<'INTEGER_NOT_EXACT'> = {
    code: 'INTEGER_NOT_EXACT',
    getMessage: ({ field, value }) =>
        `${field} has to be a bigint or a safe integer, so that nothing is lost or rounded; got ${value}`,
};

export const INTEGER_OUT_OF_RANGE: ErrorDefinition<'INTEGER_OUT_OF_RANGE'> = {
    code: 'INTEGER_OUT_OF_RANGE',
    getMessage: ({ field, max, min, value }) => `${field} has to be between ${min} and ${max}; got ${value}`,
};

export const LEDGER_INVARIANT_BROKEN: ErrorDefinition<'LEDGER_INVARIANT_BROKEN'> = {
    code: 'LEDGER_INVARIANT_BROKEN',
    getMessage: ({ channel, problems }) =>
        `What was decided about channel ${channel} contradicts itself, and was not written: ${problems.join('; ')}`,
};

export const LEDGER_RECORD_INVALID: ErrorDefinition<'LEDGER_RECORD_INVALID'> = {
    code: 'LEDGER_RECORD_INVALID',
    getMessage: ({ key, reason }) => `What is stored under ${key} can't be read: ${reason}`,
};

export const LOOKUP_TABLE_INVALID: ErrorDefinition<'LOOKUP_TABLE_INVALID'> = {
    code: 'LOOKUP_TABLE_INVALID',
    getMessage: ({ address, reason }) => `There is no lookup table at ${address}: ${reason}`,
};

export const OPERATION_UNSUPPORTED: ErrorDefinition<'OPERATION_UNSUPPORTED'> = {
    code: 'OPERATION_UNSUPPORTED',
    getMessage: ({ operation }) => `The revision of the deployment has no ${operation}`,
};

export const OPEN_BLOCKED: ErrorDefinition<'OPEN_BLOCKED'> = {
    code: 'OPEN_BLOCKED',
    getMessage: ({ reasons }) => `open would fail: ${reasons.join(' ')}`,
};

export const OPEN_SLOT_OUT_OF_WINDOW: ErrorDefinition<'OPEN_SLOT_OUT_OF_WINDOW'> = {
    code: 'OPEN_SLOT_OUT_OF_WINDOW',
    getMessage: ({ currentSlot, maxOpenSlot, minOpenSlot, openSlot }) =>
        `A channel with open slot ${openSlot} can't be opened at slot ${currentSlot}: its open slot has to be between ` +
        `${minOpenSlot} and ${maxOpenSlot}. Another one changes the addresses of the channel and its escrow`,
};

export const OPEN_UNREADY: ErrorDefinition<'OPEN_UNREADY'> = {
    code: 'OPEN_UNREADY',
    getMessage: ({ owners }) =>
        `The token accounts of ${owners.join(', ')} could not receive a payout as they are: make them usable, or create ` +
        `the missing ones together with the channel`,
};

export const OPERATOR_IS_PAYER: ErrorDefinition<'OPERATOR_IS_PAYER'> = {
    code: 'OPERATOR_IS_PAYER',
    getMessage: ({ address }) =>
        `Operator and payer have to differ; both are ${address}. A payer who pays the fee needs no operator`,
};

export const JSON_FIELD_MISSING: ErrorDefinition<'JSON_FIELD_MISSING'> = {
    code: 'JSON_FIELD_MISSING',
    getMessage: ({ field }) => `${field} is missing`,
};

export const JSON_FIELD_MISTYPED: ErrorDefinition<'JSON_FIELD_MISTYPED'> = {
    code: 'JSON_FIELD_MISTYPED',
    getMessage: ({ expected, field, value }) => `${field} has to be ${expected}; got ${value}`,
};

export const JSON_FIELD_REPEATED: ErrorDefinition<'JSON_FIELD_REPEATED'> = {
    code: 'JSON_FIELD_REPEATED',
    getMessage: ({ field }) => `${field} is given twice, or once by its name and once by its alias`,
};

export const JSON_FIELD_UNKNOWN: ErrorDefinition<'JSON_FIELD_UNKNOWN'> = {
    code: 'JSON_FIELD_UNKNOWN',
    getMessage: ({ field }) => `${field} is not a known field: check its spelling, and the version of whoever wrote it`,
};

export const JSON_MALFORMED: ErrorDefinition<'JSON_MALFORMED'> = {
    code: 'JSON_MALFORMED',
    getMessage: ({ field, reason }) => `${field} can't be read as JSON: ${reason}`,
};

export const JOURNAL_LEASE_LOST: ErrorDefinition<'JOURNAL_LEASE_LOST'> = {
    code: 'JOURNAL_LEASE_LOST',
    getMessage: ({ channels, owner }) =>
        `${owner} does not hold the lease of ${channels.join(', ')}, or no longer does: another executor may be settling them`,
};

export const MODULE_MISSING: ErrorDefinition<'MODULE_MISSING'> = {
    code: 'MODULE_MISSING',
    getMessage: ({ install, module, reason }) =>
        `${module}, an optional peer dependency, can't be loaded (${reason}): ${install} installs it`,
};

export const NO_ANSWER: ErrorDefinition<'NO_ANSWER'> = {
    code: 'NO_ANSWER',
    getMessage: ({ milliseconds, what }) => `There was no answer from ${what} within ${milliseconds} ms`,
};

export const PAYER_IS_PAYEE: ErrorDefinition<'PAYER_IS_PAYEE'> = {
    code: 'PAYER_IS_PAYEE',
    getMessage: ({ address }) => `Payer and payee have to differ; both are ${address}`,
};

export const REVISION_MISMATCH: ErrorDefinition<'REVISION_MISMATCH'> = {
    code: 'REVISION_MISMATCH',
    getMessage: ({ expected, field, given }) =>
        `${field} is of the ${given} revision of the program, but the ${expected} revision is expected: check the address ` +
        `and the deployment, or use a deployment of the ${given} revision`,
};

export const RPC_RESPONSE_INVALID: ErrorDefinition<'RPC_RESPONSE_INVALID'> = {
    code: 'RPC_RESPONSE_INVALID',
    getMessage: ({ field, value }) => `The RPC's answer can't be read: ${field} is ${value}`,
};

export const RPC_UNAVAILABLE: ErrorDefinition<'RPC_UNAVAILABLE'> = {
    code: 'RPC_UNAVAILABLE',
    getMessage: ({ failingMs, method }) =>
        `The RPC has not answered for ${Math.round(failingMs / 1000)} s; the last request was ${method}`,
};

export const SALT_NOT_FOUND: ErrorDefinition<'SALT_NOT_FOUND'> = {
    code: 'SALT_NOT_FOUND',
    getMessage: ({ attempts }) =>
        `None of ${attempts} salts puts the channel and its escrow on bump 255: try more of them, or take any salt`,
};

export const SERVER_NOT_STARTED: ErrorDefinition<'SERVER_NOT_STARTED'> = {
    code: 'SERVER_NOT_STARTED',
    getMessage: ({ host, port, reason }) => `No server can listen at ${host}, port ${port}: ${reason}`,
};

export const SIGNER_INVALID: ErrorDefinition<'SIGNER_INVALID'> = {
    code: 'SIGNER_INVALID',
    getMessage: ({ field, value }) =>
        `${field} has to be a signer of @solana/kit that can sign this${value === undefined ? '' : `; got ${value}`}`,
};

export const SPLITS_DUPLICATE_RECIPIENT: ErrorDefinition<'SPLITS_DUPLICATE_RECIPIENT'> = {
    code: 'SPLITS_DUPLICATE_RECIPIENT',
    getMessage: ({ field, firstField, recipient }) =>
        `${field} names ${recipient}, and so does ${firstField}: merge the two shares`,
};

export const SPLITS_HASH_MISMATCH: ErrorDefinition<'SPLITS_HASH_MISMATCH'> = {
    code: 'SPLITS_HASH_MISMATCH',
    getMessage: ({ actualHash, expectedHash }) =>
        `splits are not the ones the channel was opened with: they hash to ${actualHash}, the channel holds ${expectedHash}`,
};

export const SPLITS_NOT_DISTRIBUTABLE: ErrorDefinition<'SPLITS_NOT_DISTRIBUTABLE'> = {
    code: 'SPLITS_NOT_DISTRIBUTABLE',
    getMessage: ({ actual, exceeded, max, recipientCount, remedies }) =>
        `splits name ${recipientCount} recipients and could never be distributed by the given method: the ` +
        `transaction needs ${actual} ${DISTRIBUTION_LIMITS[exceeded]}, and has room for ${max}` +
        (remedies.length === 0 ? '' : `. Name fewer, or distribute ${remedies.join(', or ')}, and say so at open`),
};

export const SPLITS_RECIPIENT_IS_CHANNEL: ErrorDefinition<'SPLITS_RECIPIENT_IS_CHANNEL'> = {
    code: 'SPLITS_RECIPIENT_IS_CHANNEL',
    getMessage: ({ channel, field }) => `${field} is the channel itself (${channel})`,
};

export const SPLITS_SUM_TOO_HIGH: ErrorDefinition<'SPLITS_SUM_TOO_HIGH'> = {
    code: 'SPLITS_SUM_TOO_HIGH',
    getMessage: ({ maxBps, sumBps }) => `splits add up to ${sumBps} bps; the whole is ${maxBps}`,
};

export const SPLITS_TOO_MANY: ErrorDefinition<'SPLITS_TOO_MANY'> = {
    code: 'SPLITS_TOO_MANY',
    getMessage: ({ count, max }) => `splits name ${count} recipients; the program accepts at most ${max}`,
};

export const STORE_CLOSED: ErrorDefinition<'STORE_CLOSED'> = {
    code: 'STORE_CLOSED',
    getMessage: () => 'The store was closed',
};

export const STORE_CONFLICT: ErrorDefinition<'STORE_CONFLICT'> = {
    code: 'STORE_CONFLICT',
    getMessage: ({ attempts, channel }) =>
        `The record of channel ${channel} was changed by others each of ${attempts} times; nothing was written: try again`,
};

export const STORE_FULL: ErrorDefinition<'STORE_FULL'> = {
    code: 'STORE_FULL',
    getMessage: ({ limit }) => `The store has its ${limit} channels and takes no further one`,
};

export const STORE_NEWER: ErrorDefinition<'STORE_NEWER'> = {
    code: 'STORE_NEWER',
    getMessage: ({ key, schema, supported }) =>
        `What is stored under ${key} was written by a newer version (form ${schema}; this one writes ${supported}): ` +
        'it can be read, and is not written',
};

export const STORE_NOT_DURABLE: ErrorDefinition<'STORE_NOT_DURABLE'> = {
    code: 'STORE_NOT_DURABLE',
    getMessage: ({ durability, enough }) =>
        `The durability of the store is '${durability}'; what is asked for takes a store of '${enough.join("' or '")}': ` +
        'what it does not keep is lost for good',
};

export const STORE_SCHEMA_MISMATCH: ErrorDefinition<'STORE_SCHEMA_MISMATCH'> = {
    code: 'STORE_SCHEMA_MISMATCH',
    getMessage: ({ found, supported }) =>
        found < supported
            ? `The tables of the store are of version ${found}; this package needs ${supported}: call migrate first`
            : `The tables of the store are of version ${found}, which is newer than ${supported}, the one of this package`,
};

export const STORE_UNAVAILABLE: ErrorDefinition<'STORE_UNAVAILABLE'> = {
    code: 'STORE_UNAVAILABLE',
    getMessage: ({ reason }) => `The database of the store has failed: ${reason}`,
};

export const STORE_UNSAFE: ErrorDefinition<'STORE_UNSAFE'> = {
    code: 'STORE_UNSAFE',
    getMessage: ({ reason }) => `The database would not keep what the store promises: ${reason}`,
};

export const SUBSCRIPTION_ENDED: ErrorDefinition<'SUBSCRIPTION_ENDED'> = {
    code: 'SUBSCRIPTION_ENDED',
    getMessage: ({ subscription }) =>
        `The subscription to ${subscription} ended: what happens from now on goes unseen; start it again`,
};

export const TOKEN_PROGRAM_UNSUPPORTED: ErrorDefinition<'TOKEN_PROGRAM_UNSUPPORTED'> = {
    code: 'TOKEN_PROGRAM_UNSUPPORTED',
    getMessage: ({ field, tokenProgram }) => `${field} ${tokenProgram} is neither SPL Token nor Token-2022`,
};

export const TRANSACTION_FAILED: ErrorDefinition<'TRANSACTION_FAILED'> = {
    code: 'TRANSACTION_FAILED',
    getMessage: ({ reason }) => `The transaction failed: ${reason}`,
};

export const TRANSACTION_MALFORMED: ErrorDefinition<'TRANSACTION_MALFORMED'> = {
    code: 'TRANSACTION_MALFORMED',
    getMessage: ({ field, reason }) => `The transaction can't be decoded: ${field}: ${reason}`,
};

export const TRANSACTION_MESSAGE_CHANGED: ErrorDefinition<'TRANSACTION_MESSAGE_CHANGED'> = {
    code: 'TRANSACTION_MESSAGE_CHANGED',
    getMessage: ({ signer }) =>
        `Signer ${signer} changed the message before signing it, which voids every other signature`,
};

export const TRANSACTION_NOT_INSPECTED: ErrorDefinition<'TRANSACTION_NOT_INSPECTED'> = {
    code: 'TRANSACTION_NOT_INSPECTED',
    getMessage: ({ reason }) =>
        `Only a transaction that an inspection accepted is signed: ${reason}. Pass the member "inspected" of the result of ` +
        `inspectOpenTransaction or inspectTopUpTransaction, unchanged`,
};

export const TRANSACTION_OUTCOME_UNKNOWN: ErrorDefinition<'TRANSACTION_OUTCOME_UNKNOWN'> = {
    code: 'TRANSACTION_OUTCOME_UNKNOWN',
    getMessage: ({ lastValidBlockHeight, reason, signature }) =>
        `Transaction ${signature} was sent, and may have landed or may still land: ${reason}. Look it up before you ` +
        `send again; above block height ${lastValidBlockHeight} it can no longer land`,
};

export const TRANSACTION_SIGNATURE_INVALID: ErrorDefinition<'TRANSACTION_SIGNATURE_INVALID'> = {
    code: 'TRANSACTION_SIGNATURE_INVALID',
    getMessage: ({ signer }) => `The signature of ${signer} is not one of this message`,
};

export const TRANSACTION_SIGNATURE_MISSING: ErrorDefinition<'TRANSACTION_SIGNATURE_MISSING'> = {
    code: 'TRANSACTION_SIGNATURE_MISSING',
    getMessage: ({ signer }) => `The transaction has no signature of ${signer}`,
};

export const TRANSACTION_TOO_LARGE: ErrorDefinition<'TRANSACTION_TOO_LARGE'> = {
    code: 'TRANSACTION_TOO_LARGE',
    getMessage: ({ actualBytes, maxBytes }) =>
        `The transaction is ${actualBytes} bytes long; a cluster accepts at most ${maxBytes}`,
};

export const TRANSACTION_VERSION_UNSUPPORTED: ErrorDefinition<'TRANSACTION_VERSION_UNSUPPORTED'> = {
    code: 'TRANSACTION_VERSION_UNSUPPORTED',
    getMessage: ({ field, value }) => `${field} is not a transaction version ('legacy', 0 or 1): ${value}`,
};

export const VERIFIER_ANSWER_INVALID: ErrorDefinition<'VERIFIER_ANSWER_INVALID'> = {
    code: 'VERIFIER_ANSWER_INVALID',
    getMessage: ({ field, value }) =>
        `${field} has to say true or false for each voucher, and nothing else; got ${value}`,
};

export const VERIFIER_BACKEND_UNAVAILABLE: ErrorDefinition<'VERIFIER_BACKEND_UNAVAILABLE'> = {
    code: 'VERIFIER_BACKEND_UNAVAILABLE',
    getMessage: ({ backend, install, reason }) =>
        `Vouchers can't be verified with ${backend}: ${reason}${install === undefined ? '' : `; ${install} installs it`}`,
};

export const VERIFIER_CLOSED: ErrorDefinition<'VERIFIER_CLOSED'> = {
    code: 'VERIFIER_CLOSED',
    getMessage: ({ backend }) => `This verifier (${backend}) was closed: create another one`,
};

export const VERIFIER_FAILED: ErrorDefinition<'VERIFIER_FAILED'> = {
    code: 'VERIFIER_FAILED',
    getMessage: ({ backend, reason }) =>
        `The verifier (${backend}) could not tell whether the signature is good: ${reason}`,
};

export const VOUCHER_CHANNEL_MISMATCH: ErrorDefinition<'VOUCHER_CHANNEL_MISMATCH'> = {
    code: 'VOUCHER_CHANNEL_MISMATCH',
    getMessage: ({ channel, voucherChannelId }) =>
        `The voucher was signed for channel ${voucherChannelId}, not for ${channel}`,
};

export const VOUCHER_SIGNER_CHANGED_MESSAGE: ErrorDefinition<'VOUCHER_SIGNER_CHANGED_MESSAGE'> = {
    code: 'VOUCHER_SIGNER_CHANGED_MESSAGE',
    getMessage: ({ signer }) =>
        `Signer ${signer} changed the message before signing it: the program accepts the bytes of the voucher only`,
};

export const VOUCHER_SIGNER_DID_NOT_SIGN: ErrorDefinition<'VOUCHER_SIGNER_DID_NOT_SIGN'> = {
    code: 'VOUCHER_SIGNER_DID_NOT_SIGN',
    getMessage: ({ signer }) => `Signer ${signer} returned no signature of its own`,
};
