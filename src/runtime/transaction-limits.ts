import {
    createTransactionMessage,
    getTransactionMessageSizeLimit,
    setTransactionMessageFeePayer,
    type TransactionVersion,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';

import { TRANSACTION_VERSION_UNSUPPORTED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { describe, readMembers, refuseInput } from '../core/input';

/** The limits of a transaction of a version. */
export type TransactionLimits = Readonly<{
    /** Bytes on the wire, signatures included. */
    bytes: number;
    /** Accounts, those of lookup tables included: each is locked while the transaction runs. */
    accounts: number;
    /** Signatures. */
    signers: number;
    /** Instructions, those of the compute budget included. */
    instructions: number;
}>;

/** The measures of a transaction that {@link TransactionLimits} limits. */
export type TransactionMeasure = TransactionLimits;

/**
 * The limits of a transaction version.
 *
 * @example
 * ```ts
 * const { bytes } = getTransactionLimits(0); // 1,232
 * ```
 */
export function getTransactionLimits(version: TransactionVersion): TransactionLimits {
    const empty = createTransactionMessage({ version: toTransactionVersion('version', version) });
    // Kit enforces the other three when it compiles a message and has no names for them.
    return Object.freeze({
        accounts: 64,
        // Any fee payer will do: it only looks at the version.
        bytes: getTransactionMessageSizeLimit(setTransactionMessageFeePayer(SYSTEM_PROGRAM_ADDRESS, empty)),
        instructions: 64,
        signers: 12,
    });
}

/**
 * The first limit of its version that a transaction exceeds, if it does.
 *
 * @throws `INPUT_INVALID` for what is no measure.
 *
 * @example
 * ```ts
 * const measure = measureTransaction({ feePayer: merchant.address, instructions, version: 0 });
 * const excess = findExceededLimit(measure, getTransactionLimits(0));
 * if (excess) console.log(`${excess.limit}: ${excess.actual} of ${excess.max}`);
 * ```
 */
export function findExceededLimit(
    measure: TransactionMeasure,
    limits: TransactionLimits,
): Readonly<{ limit: keyof TransactionLimits; actual: number; max: number }> | undefined {
    const actual = toMeasure('measure', measure);
    const max = toMeasure('limits', limits);
    for (const limit of MEASURED) {
        if (actual[limit] > max[limit]) return Object.freeze({ actual: actual[limit], limit, max: max[limit] });
    }
    return undefined;
}

const MEASURED = ['bytes', 'accounts', 'signers', 'instructions'] as const;

function toMeasure(field: string, value: TransactionMeasure): TransactionMeasure {
    const measure = readMembers(field, value, MEASURED);
    for (const name of MEASURED) {
        // Infinity is no limit.
        if (typeof measure[name] !== 'number' || !(measure[name] >= 0)) {
            refuseInput(`${field}.${name}`, 'a number that is not negative', measure[name]);
        }
    }
    return measure;
}

/** Checks a transaction version. */
export function toTransactionVersion(field: string, value: unknown): TransactionVersion {
    if (value !== 'legacy' && value !== 0 && value !== 1) {
        throw new PaymentChannelsError(TRANSACTION_VERSION_UNSUPPORTED, { field, value: describe(value) });
    }
    return value;
}
