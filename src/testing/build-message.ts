import {
    appendTransactionMessageInstructions,
    createTransactionMessage,
    pipe,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingBlockhash,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    type Instruction,
    type TransactionMessage,
    type TransactionMessageWithBlockhashLifetime,
    type TransactionMessageWithFeePayerSigner,
    type TransactionSigner,
} from '@solana/kit';

type Message = TransactionMessage & TransactionMessageWithBlockhashLifetime & TransactionMessageWithFeePayerSigner;

const MAX_COMPUTE_UNITS = 1_400_000;
// The runtime's own default where a message may leave it out; LiteSVM refuses a version 1 message without one.
const MAX_LOADED_ACCOUNTS_DATA_SIZE = 64 * 1024 * 1024;

/** A message of any version, ready to be signed; of version 1 with the limits that it has to name. */
export function buildMessage(
    input: Readonly<{
        blockhash: TransactionMessageWithBlockhashLifetime['lifetimeConstraint'];
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
        m => (limit === undefined ? m : setTransactionMessageComputeUnitLimit(limit, m)),
        m => (version === 1 ? setTransactionMessageLoadedAccountsDataSizeLimit(MAX_LOADED_ACCOUNTS_DATA_SIZE, m) : m),
    );
}
