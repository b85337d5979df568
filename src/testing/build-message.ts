import {
    appendTransactionMessageInstructions,
    compileTransaction,
    createTransactionMessage,
    isSolanaError,
    pipe,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    SOLANA_ERROR__TRANSACTION__SIGNATURES_MISSING,
    type Instruction,
    type Transaction,
    type TransactionMessage,
    type TransactionMessageWithBlockhashLifetime,
    type TransactionMessageWithFeePayerSigner,
    type TransactionSigner,
} from '@solana/kit';

import { setComputeBudget } from '../runtime/compute-budget';
import { SIGNER_INVALID, TRANSACTION_MALFORMED, TRANSACTION_SIGNATURE_MISSING } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { MAX_COMPUTE_UNITS, MAX_LOADED_ACCOUNTS_DATA_SIZE } from '../runtime/limits';
import { describe, readMembers, readOnlyMembers, toAddress, toList, toOneOf, toSigner, toU32 } from '../core/input';
import { toInstruction } from '../instructions/instruction-input';

type BlockhashLifetime = TransactionMessageWithBlockhashLifetime['lifetimeConstraint'];
type Message = TransactionMessage & TransactionMessageWithBlockhashLifetime & TransactionMessageWithFeePayerSigner;

/** How to send a transaction; every field has a default. */
export type SendOptions = Readonly<{
    /** Signer that pays the fee; an account of the simulator's own by default. */
    feePayer?: TransactionSigner | undefined;
    /** Version of the transaction message, 0 by default. */
    version?: 'legacy' | 0 | 1 | undefined;
    /** Limit of compute units; by default the runtime's, and for version 1 the most that a transaction may use. */
    computeUnitLimit?: number | undefined;
}>;

/**
 * Checks the instructions to send, and returns a function that makes a signed transaction of them with a blockhash.
 *
 * @throws `INPUT_INVALID`, `ADDRESS_INVALID`, `SIGNER_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field. What
 * is returned throws `TRANSACTION_MALFORMED` when no transaction can be made, `TRANSACTION_SIGNATURE_MISSING` or
 * `SIGNER_INVALID` for a signer that does not sign, and otherwise whatever a signer throws.
 */
export function toTransactionBuilder(
    instructions: readonly Instruction[],
    options: SendOptions,
    faucet: TransactionSigner,
): (blockhash: BlockhashLifetime) => Promise<Transaction> {
    const given = readOnlyMembers('options', options, { computeUnitLimit: true, feePayer: true, version: true });
    const { computeUnitLimit, feePayer = faucet, version = 0 } = given;
    const parts = {
        computeUnitLimit: computeUnitLimit === undefined ? undefined : toU32('computeUnitLimit', computeUnitLimit),
        feePayer: toSigner('feePayer', feePayer),
        instructions: toList('instructions', instructions, 'an array of instructions', toSent),
        version: toOneOf('version', version, ['legacy', 0, 1]),
    };
    return async blockhash => {
        const message = attempt(() => buildMessage({ ...parts, blockhash }));
        try {
            return await signTransactionMessageWithSigners(message);
        } catch (error) {
            // Either the message is to blame or a signer.
            attempt(() => compileTransaction(message));
            throw toTyped(error);
        }
    };
}

function toSent(item: unknown, path: string): Instruction {
    const { programAddress } = readMembers(path, item as Instruction, ['programAddress']);
    toAddress(`${path}.programAddress`, programAddress);
    return attempt(() => toInstruction(item, path));
}

/** Distinguishes a signer that does not sign, or returns no list of signatures, from one that throws. */
function toTyped(error: unknown): unknown {
    if (isSolanaError(error, SOLANA_ERROR__TRANSACTION__SIGNATURES_MISSING)) {
        const [signer] = error.context.addresses;
        return new PaymentChannelsError(TRANSACTION_SIGNATURE_MISSING, { signer: signer! }, { cause: error });
    }
    if (!(error instanceof TypeError)) return error;
    return new PaymentChannelsError(SIGNER_INVALID, { field: 'a signer of the transaction' }, { cause: error });
}

function attempt<T>(call: () => T): T {
    try {
        return call();
    } catch (cause) {
        const reason = cause instanceof Error ? cause.message : describe(cause);
        throw new PaymentChannelsError(TRANSACTION_MALFORMED, { field: 'message', reason }, { cause });
    }
}

/** A message of any version, ready to be signed; of version 1 with the limits that it has to name. */
function buildMessage(
    input: Readonly<{
        blockhash: BlockhashLifetime;
        computeUnitLimit: number | undefined;
        feePayer: TransactionSigner;
        instructions: readonly Instruction[];
        version: TransactionMessage['version'];
    }>,
): Message {
    const { blockhash, computeUnitLimit, feePayer, instructions, version } = input;
    const limit = computeUnitLimit ?? (version === 1 ? MAX_COMPUTE_UNITS : undefined);
    return pipe(
        // Kit's types keep the versions apart; what is done here is the same for each.
        createTransactionMessage({ version }) as TransactionMessage,
        m => setTransactionMessageFeePayerSigner(feePayer, m) as Message,
        m => appendTransactionMessageInstructions(instructions, m) as Message,
        m => setTransactionMessageLifetimeUsingBlockhash(blockhash, m) as Message,
        m =>
            setComputeBudget(m, {
                computeUnitLimit: limit,
                // LiteSVM refuses a version 1 message without one.
                loadedAccountsDataSizeLimit: version === 1 ? MAX_LOADED_ACCOUNTS_DATA_SIZE : undefined,
            }),
    );
}
