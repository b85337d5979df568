import type { Address, TransactionVersion } from '@solana/kit';

import { toResult } from '../../core/json-form';
import type { Split } from '../../channel/splits';
import type { Bounds } from '../check-agreement';

type Values<TExpected, TActual = TExpected> = { expected: TExpected; actual: TActual };

/** The values that each mismatch between a transaction and an agreement compares. */
export type InspectionMismatchValues = {
    /** The instruction has another number of accounts. */
    ACCOUNT_COUNT_MISMATCH: Values<number>;
    /** An account of the message stands in it a second time; `expected` is where it stands first. */
    ACCOUNT_DUPLICATED: Values<string, Address>;
    /** Another account than the one that follows from the agreement. `actual` is undefined in an unknown table. */
    ACCOUNT_MISMATCH: Values<Address, Address | undefined>;
    /** No instruction uses the account. */
    ACCOUNT_UNUSED: Values<undefined, Address | undefined>;
    /** An account is writable and should not be, or the other way round. */
    ACCOUNT_WRITABLE_MISMATCH: Values<boolean>;
    AMOUNT_OUT_OF_BOUNDS: Values<Bounds, bigint>;
    /** The instruction of the agreement is missing; `expected` is its name. */
    CHANNEL_INSTRUCTION_MISSING: Values<string, undefined>;
    /** The instruction of the agreement is there more than once. */
    CHANNEL_INSTRUCTION_REPEATED: Values<1, number>;
    COMPUTE_BUDGET_MALFORMED: Values<string, string>;
    /** A setting of the compute budget is made twice; such a transaction fails. */
    COMPUTE_BUDGET_REPEATED: Values<1, number>;
    COMPUTE_UNIT_LIMIT_OUT_OF_BOUNDS: Values<Bounds, bigint>;
    COMPUTE_UNIT_PRICE_TOO_HIGH: Values<Readonly<{ max: bigint }>, bigint>;
    /** Without it a version 1 transaction can do nothing. */
    CONFIG_MISSING: Values<string, undefined>;
    DEPOSIT_OUT_OF_BOUNDS: Values<Bounds, bigint>;
    DURABLE_NONCE_REFUSED: Values<undefined, Address | undefined>;
    FEE_PAYER_MISMATCH: Values<Address, Address>;
    /** Lamports for signatures and priority together. */
    FEE_TOO_HIGH: Values<Readonly<{ max: bigint }>, bigint>;
    GRACE_PERIOD_OUT_OF_BOUNDS: Values<Bounds, bigint>;
    /** A guard program is passed an account that was not agreed, or one that may do more than was agreed. */
    GUARD_ACCOUNT_NOT_AGREED: Values<string, string>;
    HEAP_SIZE_INVALID: Values<string, number>;
    /** The data is not that of the instruction, to the last byte. */
    INSTRUCTION_DATA_MALFORMED: Values<string, string>;
    /** An instruction that was not agreed; `actual` is its program. */
    INSTRUCTION_NOT_ALLOWED: Values<undefined, Address>;
    /** Neither one of the agreed blockhashes nor the agreed nonce. */
    LIFETIME_NOT_AGREED: Values<readonly string[], string>;
    LOADED_ACCOUNTS_DATA_SIZE_LIMIT_INVALID: Values<Readonly<{ min: 1 }>, number>;
    /** `actual` is the index in the table, `expected` the number of addresses that it is agreed to have. */
    LOOKUP_TABLE_INDEX_OUT_OF_RANGE: Values<number>;
    LOOKUP_TABLE_REFUSED: Values<readonly Address[], Address>;
    MEMO_ACCOUNT_NOT_AGREED: Values<readonly Address[], Address | undefined>;
    MEMO_MISSING: Values<string, undefined>;
    /** `actual` is the memo, as hexadecimal bytes if it is not the text of a memo. */
    MEMO_NOT_AGREED: Values<readonly string[], string>;
    /** The slot of opening was not agreed, or leaves too little time to land. */
    OPEN_SLOT_OUT_OF_BOUNDS: Values<Bounds, bigint>;
    /** The operator is passed to an instruction that it has no business in. */
    OPERATOR_EXPOSED: Values<Address | undefined, Address>;
    SALT_MISMATCH: Values<bigint>;
    SIGNATURE_INVALID: Values<'valid', Address>;
    SIGNATURE_MISSING: Values<'valid', Address>;
    /** An account has to sign its instruction and does not. */
    SIGNER_MISSING: Values<Address, undefined>;
    SIGNER_UNEXPECTED: Values<readonly Address[], Address | undefined>;
    SPLITS_MISMATCH: Values<readonly Split[]>;
    /** The channel itself is one of the agreed recipients, which the program refuses. */
    SPLITS_RECIPIENT_IS_CHANNEL: Values<undefined, Address>;
    TOKEN_ACCOUNT_OWNER_NOT_AGREED: Values<readonly Address[], Address | undefined>;
    /** It could not be decoded; `path` is the part and `actual` the reason. Nothing else was looked at. */
    TRANSACTION_MALFORMED: Values<undefined, string>;
    /** Bytes. */
    TRANSACTION_TOO_LARGE: Values<Readonly<{ max: number }>, number>;
    VERSION_NOT_ALLOWED: Values<readonly TransactionVersion[], TransactionVersion>;
};

/** Code of a mismatch. */
export type InspectionMismatchCode = keyof InspectionMismatchValues;

/**
 * One point in which a transaction is not what was agreed.
 *
 * `path` is the place in the transaction, such as `instructions[1].accounts[4]`; `name` what stands there, such as
 * `channel`, where that has a name. Narrow `expected` and `actual` by `code`.
 */
export type InspectionMismatch<TCode extends InspectionMismatchCode = InspectionMismatchCode> = {
    [C in TCode]: Readonly<{ code: C; path: string; name?: string } & InspectionMismatchValues[C]>;
}[TCode];

export function getMismatch<TCode extends InspectionMismatchCode>(
    code: TCode,
    path: string,
    values: InspectionMismatchValues[TCode] & { name?: string },
): InspectionMismatch {
    const { expected } = values as { expected?: unknown };
    // Bounds of amounts.
    const isObject = typeof expected === 'object' && expected !== null && !Array.isArray(expected);
    const shown = isObject ? { expected: toResult({ ...expected }) } : {};
    return toResult({ code, path, ...values, ...shown }) as unknown as InspectionMismatch;
}
