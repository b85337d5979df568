import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import {
    getBase58Decoder,
    getCompiledTransactionMessageDecoder,
    getCompiledTransactionMessageEncoder,
    getTransactionSize,
    getTransactionSizeLimit,
    isSolanaError,
    SOLANA_ERROR__TRANSACTION__SIGNATURES_MISSING,
    type Address,
    type Blockhash,
    type CompiledTransactionMessage,
    type MaybeEncodedAccount,
    type Signature,
    type SignatureBytes,
    type Transaction,
    type TransactionMessageBytes,
} from '@solana/kit';
import type { FailedTransactionMetadata, LiteSVM, SimulatedTransactionInfo } from 'litesvm';

import { Accounts, getWritableAddresses, type AccountMark } from './accounts';
import { RecentBlockhashes, type BlockhashMark } from './blockhashes';
import { Changes } from './changes';
import { TransactionHistory, type ExecutedTransaction, type HistoryMark } from './history';
import { isFailed } from './litesvm';
import { getMessageAddresses } from './lookup-table';
import { advanceNonce } from './nonce';
import { getRefusal, getTransactionResult, hasLanded, type TransactionResult } from './result';
import { keepSource } from './result-source';
import { getRpcTransactionError } from './runtime-error';
import { SLOT_HASHES_SYSVAR, SlotHashes } from './slot-hashes';
import { readTokenBalances } from './token-balances';
import type { Deployment } from '../revision/deployment';
import { getByteCount } from '../core/bytes';
import { describe } from '../core/describe';
import { TRANSACTION_MALFORMED, TRANSACTION_TOO_LARGE } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { assertIsInput, TOKEN_2022_PROGRAM_ADDRESS } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { decodeMessage } from '../transactions/decode-message';

/** Outcome of a transaction: its error as an RPC writes it, and LiteSVM's answer, unless it was not asked. */
export type Simulation<T = SimulatedTransactionInfo> = Readonly<{
    err: unknown;
    outcome?: FailedTransactionMetadata | T | undefined;
}>;

/** A transaction with what is read out of it. */
export type ReceivedTransaction = Readonly<{
    transaction: Transaction;
    /** Its size on the wire. */
    bytes: number;
    message: CompiledTransactionMessage & Readonly<{ lifetimeToken: Blockhash }>;
}>;

/** A cluster as it was at one moment. */
export type ClusterMark = Readonly<{
    accounts: AccountMark;
    blockhashes: BlockhashMark;
    history: HistoryMark;
    restoreSlotHashes: () => void;
    salts: bigint;
}>;

const ALREADY_PROCESSED = 'AlreadyProcessed';
const SIGNATURE_FAILURE = 'SignatureFailure';
const SIGNATURE_BYTES = 64;
/** Number of transactions that LiteSVM remembers unless it is told otherwise. */
const LITESVM_HISTORY = 32n;

/**
 * The parts of a cluster that LiteSVM lacks: blockhashes that expire, transactions that land only once, and a history.
 * Everyone who uses a simulator shares its cluster.
 */
export class Cluster<TRevision extends RevisionName> {
    readonly accounts: Accounts;
    readonly blockhashes: RecentBlockhashes;
    readonly changes = new Changes();
    readonly history = new TransactionHistory();
    /** Whether the history has token balances: they take time to read, and only an RPC tells them. */
    recordsTokenBalances = false;
    readonly #slotHashes: SlotHashes;
    #salts = 0n;

    constructor(
        private readonly svm: LiteSVM,
        private readonly deployment: Deployment<TRevision>,
    ) {
        const searched = [TOKEN_PROGRAM_ADDRESS, TOKEN_2022_PROGRAM_ADDRESS, deployment.programAddress];
        this.accounts = new Accounts(svm, transaction => this.#getWritten(transaction as Transaction), searched);
        this.blockhashes = new RecentBlockhashes(svm);
        this.#slotHashes = new SlotHashes(svm);
    }

    /** A salt for a channel, another one each time. */
    nextSalt(): bigint {
        return (this.#salts += 1n);
    }

    mark(): ClusterMark {
        return {
            accounts: this.accounts.mark(),
            blockhashes: this.blockhashes.mark(),
            history: this.history.mark(),
            restoreSlotHashes: this.#slotHashes.mark(),
            salts: this.#salts,
        };
    }

    /** Forgets a mark, which nobody goes back to. */
    release({ accounts }: ClusterMark): void {
        this.accounts.release(accounts);
    }

    getSlot(): bigint {
        return this.svm.getClock().slot;
    }

    /** Runs something as soon as the clock has reached a slot. */
    runAt(slot: bigint, run: () => void): void {
        const stop = this.changes.listen(() => {
            if (this.getSlot() < slot) return;
            stop();
            run();
        });
    }

    /** Puts everything back to how it was; all marks stay good. */
    restore({ accounts, blockhashes, history, restoreSlotHashes, salts }: ClusterMark): void {
        this.#salts = salts;
        this.accounts.restore(accounts);
        this.blockhashes.restore(blockhashes);
        this.history.restore(history);
        restoreSlotHashes();
        // What has landed since can land again. LiteSVM forgets what it knows when it has no room for it.
        this.svm.withTransactionHistory(0n).withTransactionHistory(LITESVM_HISTORY);
    }

    /**
     * Runs a transaction, unless a cluster would not: for a signature, for its blockhash, or since it has landed before.
     *
     * @throws `TRANSACTION_MALFORMED`.
     */
    execute({ bytes, message, transaction }: ReceivedTransaction): TransactionResult<TRevision> {
        const { messageBytes } = transaction;
        const { lifetimeToken: blockhash } = message;
        const known = { bytes, deployment: this.deployment, signature: getSignature(transaction) };
        const isRecent = this.blockhashes.isRecent(blockhash);
        if (this.blockhashes.isProcessed(blockhash, messageBytes)) {
            // Signatures come first: whoever changes one has not sent that transaction again.
            const { err } = this.#run(isRecent, () => this.svm.simulateTransaction(transaction));
            return getRefusal(err === SIGNATURE_FAILURE ? err : ALREADY_PROCESSED, known);
        }

        this.#slotHashes.prepareFor(message);
        const addresses = this.getAddresses(message);
        const readBalances = () => addresses.map(address => this.accounts.getLamports(address));
        const programs = getProgramIndexes(message);
        const readTokens = () =>
            this.recordsTokenBalances ? readTokenBalances(this.svm, addresses, programs) : undefined;
        const [before, tokensBefore] = [readBalances(), readTokens()];
        const { outcome } = this.accounts.writing(
            () => getWritableAddresses(message, addresses),
            () => this.#run(isRecent, () => this.svm.sendTransaction(transaction)),
        );
        if (!outcome) return getRefusal(SIGNATURE_FAILURE, known);
        const after = readBalances();
        // The lamports that all accounts of a transaction lose together are its fee, including priority and precompile
        // signatures.
        const lostLamports = addresses.map((address, index) =>
            addresses.indexOf(address) === index ? before[index]! - after[index]! : 0n,
        );
        const feeLamports = lostLamports.reduce((sum, lost) => sum + lost, 0n);
        const result = getTransactionResult(outcome, {
            ...known,
            addresses,
            feeLamports,
            programs: programs.map(program => addresses[program]!),
        });
        keepSource(result, { addresses, deployment: this.deployment as Deployment, messageBytes });
        let executed: ExecutedTransaction | undefined;
        if (hasLanded(result)) {
            this.blockhashes.markProcessed(blockhash, messageBytes);
            if (!isRecent && !result.ok) advanceNonce(this.svm, messageBytes);
            const { slot, unixTimestamp } = this.svm.getClock();
            const tokensAfter = readTokens();
            executed = this.history.add({
                addresses,
                balances: { after, before },
                clock: { slot, unixTimestamp },
                outcome,
                result: result as TransactionResult<RevisionName>,
                tokenBalances: tokensBefore && tokensAfter && { after: tokensAfter, before: tokensBefore },
                transaction,
            });
        }
        // So that the same instructions can be sent again: with the same blockhash they would be the same transaction.
        this.blockhashes.expireLatest();
        if (executed) this.changes.notify(executed);
        return result;
    }

    /**
     * Says what would come of a transaction, and changes nothing.
     *
     * @param options Whether it gets the latest blockhash in the place of its own, and whether its signatures count.
     * @throws `TRANSACTION_MALFORMED`.
     */
    simulate(
        { message, transaction }: ReceivedTransaction,
        options: Readonly<{ replacesBlockhash: boolean; verifiesSignatures: boolean }>,
    ): Simulation {
        const { replacesBlockhash, verifiesSignatures } = options;
        const lifetimeToken = replacesBlockhash ? this.blockhashes.getLatest().blockhash : message.lifetimeToken;
        const messageBytes = replacesBlockhash
            ? (getCompiledTransactionMessageEncoder().encode({ ...message, lifetimeToken }) as TransactionMessageBytes)
            : transaction.messageBytes;
        const isRecent = this.blockhashes.isRecent(lifetimeToken);
        this.#slotHashes.prepareFor(message);
        // Signatures that don't count are all the same: LiteSVM knows a transaction that has landed by its signature.
        const signatures = verifiesSignatures ? transaction.signatures : withoutSignatures(transaction);
        this.svm.withSigverify(verifiesSignatures);
        try {
            const simulation = this.#run(isRecent, () => this.svm.simulateTransaction({ messageBytes, signatures }));
            const isRepeated = this.blockhashes.isProcessed(lifetimeToken, messageBytes);
            return isRepeated && simulation.err !== SIGNATURE_FAILURE ? { err: ALREADY_PROCESSED } : simulation;
        } finally {
            this.svm.withSigverify(true);
        }
    }

    /** An account as it stands in the slot of the clock. */
    getAccount(address: Address): MaybeEncodedAccount {
        if (address === SLOT_HASHES_SYSVAR) this.#slotHashes.followClock();
        return this.svm.getAccount(address);
    }

    /** Every account of a message, in the order in which its instructions name them. */
    getAddresses(message: CompiledTransactionMessage): readonly Address[] {
        return getMessageAddresses(message, address => this.svm.getAccount(address));
    }

    /** The accounts that a transaction may write; none for what is none. */
    #getWritten(transaction: Transaction): readonly Address[] {
        try {
            const message = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
            return getWritableAddresses(message, this.getAddresses(message));
        } catch {
            return [];
        }
    }

    /** Has LiteSVM run a transaction; it looks at the lifetime itself where the blockhash is none of a recent block. */
    #run<T extends object>(isRecent: boolean, run: () => FailedTransactionMetadata | T): Simulation<T> {
        this.svm.withBlockhashCheck(!isRecent);
        try {
            const outcome = run();
            return {
                err: isFailed(outcome) ? getRpcTransactionError(outcome) : null,
                outcome,
            };
        } catch (cause) {
            if (isSolanaError(cause, SOLANA_ERROR__TRANSACTION__SIGNATURES_MISSING)) return { err: SIGNATURE_FAILURE };
            return refuse(cause);
        } finally {
            this.svm.withBlockhashCheck(true);
        }
    }
}

/**
 * Reads a transaction, once for all that is done with it: it takes longer than to run it.
 *
 * @throws `INPUT_INVALID`, `TRANSACTION_MALFORMED` or `TRANSACTION_TOO_LARGE`.
 */
export function receiveTransaction(transaction: Transaction): ReceivedTransaction {
    assertIsInput('transaction', transaction);
    let received: ReceivedTransaction;
    let maxBytes: number;
    try {
        const { messageBytes } = transaction;
        assertAreSignatures(transaction.signatures);
        maxBytes = getTransactionSizeLimit(transaction);
        const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
        // LiteSVM ends the process for bytes that are no message. Lengths in more bytes than they need, and bytes after
        // the end, make it longer than it has to be; a message of version 1 can be wrong in more ways.
        if (getCompiledTransactionMessageEncoder().getSizeFromValue(message as never) !== messageBytes.length) {
            throw new Error('the message is not encoded in the one canonical way');
        }
        if (message.version === 1) decodeMessage(messageBytes);
        received = {
            bytes: getTransactionSize(transaction),
            message: message as ReceivedTransaction['message'],
            transaction,
        };
    } catch (cause) {
        return refuse(cause);
    }
    const { bytes: actualBytes } = received;
    if (actualBytes > maxBytes) throw new PaymentChannelsError(TRANSACTION_TOO_LARGE, { actualBytes, maxBytes });
    return received;
}

function assertAreSignatures(signatures: Transaction['signatures']): void {
    for (const signature of Object.values<unknown>(signatures)) {
        if (signature !== null && getByteCount(signature) !== SIGNATURE_BYTES) {
            throw new Error(`a signature has to be null, or ${SIGNATURE_BYTES} bytes; got ${describe(signature)}`);
        }
    }
}

/** The signature of the fee payer, by which a transaction is known; zeros where it is missing. */
function getSignature({ signatures }: Transaction): Signature {
    const [first] = Object.values(signatures);
    try {
        return getBase58Decoder().decode(first ?? new Uint8Array(SIGNATURE_BYTES)) as Signature;
    } catch (cause) {
        return refuse(cause);
    }
}

/** Where the programs of a message's instructions stand among its addresses. */
function getProgramIndexes(message: CompiledTransactionMessage): readonly number[] {
    return message.version === 1
        ? message.instructionHeaders.map(({ programAccountIndex }) => programAccountIndex)
        : message.instructions.map(({ programAddressIndex }) => programAddressIndex);
}

function refuse(cause: unknown): never {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PaymentChannelsError(TRANSACTION_MALFORMED, { field: 'transaction', reason }, { cause });
}

/** LiteSVM takes no transaction without signatures, even when it does not look at them: any will do, and none is good. */
function withoutSignatures({ signatures }: Transaction): Transaction['signatures'] {
    const placeholder = new Uint8Array(SIGNATURE_BYTES).fill(1) as SignatureBytes;
    return Object.fromEntries(Object.keys(signatures).map(address => [address, placeholder]));
}
