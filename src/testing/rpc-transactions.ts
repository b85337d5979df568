import {
    getBase58Decoder,
    getBase58Encoder,
    getBase64Decoder,
    getBase64Encoder,
    getCompiledTransactionMessageDecoder,
    getTransactionDecoder,
    isFullySignedTransaction,
    type Address,
    type Blockhash,
    type ReadonlyUint8Array,
    type Signature,
    type SignatureBytes,
    type Transaction,
} from '@solana/kit';
import { FailedTransactionMetadata, type TransactionMetadata } from 'litesvm';

import { isPaymentChannelsError } from '../errors';
import { getMessageAddresses } from './lookup-table';
import { toRpcAccount } from './rpc-accounts';
import { toRpcInnerInstructions, toRpcTransaction } from './rpc-executed';
import {
    getContext,
    refuseRequest,
    toConfig,
    toRequestAddress,
    withContext,
    type RequestConfig,
    type RpcMethods,
} from './rpc-request';
import { getRpcTransactionError } from './runtime-error';
import type { RevisionName } from '../revision/types';
import type { Simulator } from './simulator';

/** How many slots a blockhash is good for. */
const BLOCKHASH_SLOTS = 150n;
/** As on mainnet. */
const SLOTS_IN_EPOCH = 432_000n;

/** The methods of an RPC that send, simulate and look up transactions. */
export function createTransactionMethods(simulator: Simulator<RevisionName>): RpcMethods {
    const blockhashes = new RecentBlockhashes(simulator);
    return {
        getBlockHeight: rest => getContext(simulator, toConfig(rest)).slot,
        getEpochInfo(rest) {
            const { slot } = getContext(simulator, toConfig(rest));
            return {
                absoluteSlot: slot,
                blockHeight: slot,
                epoch: slot / SLOTS_IN_EPOCH,
                slotIndex: slot % SLOTS_IN_EPOCH,
                slotsInEpoch: SLOTS_IN_EPOCH,
                transactionCount: null,
            };
        },
        getLatestBlockhash: rest => withContext(simulator, toConfig(rest), blockhashes.getLatest()),
        getSignatureStatuses(signatures) {
            const statuses = (signatures as readonly Signature[]).map(signature => {
                const executed = simulator.getExecutedTransaction(signature);
                if (!executed) return null;
                const err = getError(executed.outcome);
                const status = err === null ? { Ok: null } : { Err: err };
                const { slot } = executed.clock;
                return { confirmations: null, confirmationStatus: 'finalized', err, slot, status };
            });
            return withContext(simulator, {}, statuses);
        },
        getSlot: rest => getContext(simulator, toConfig(rest)).slot,
        getTransaction(signature, rest) {
            const executed = simulator.getExecutedTransaction(signature as Signature);
            return executed ? toRpcTransaction(executed, toConfig(rest)) : null;
        },
        isBlockhashValid(blockhash, rest) {
            return withContext(simulator, toConfig(rest), blockhashes.isKnown(blockhash as Blockhash));
        },
        sendTransaction(wire, rest) {
            const config = toConfig(rest);
            const transaction = decode(wire, config);
            if (!isFullySignedTransaction(transaction)) refuseSignature();
            if (!config['skipPreflight']) checkPreflight(simulator, blockhashes, transaction);
            const result = blockhashes.withCheck(transaction, () => send(simulator, transaction));
            blockhashes.markUsed();
            return result.signature;
        },
        simulateTransaction(wire, rest) {
            const config = toConfig(rest);
            const { replacementBlockhash, ...simulation } = simulate(
                simulator,
                blockhashes,
                decode(wire, config),
                config,
            );
            const replaced = config['replaceRecentBlockhash'] ? { replacementBlockhash } : {};
            return withContext(simulator, config, { ...simulation, ...replaced });
        },
    };
}

/** The blockhashes that were given out: on a cluster each is good for a while, in LiteSVM only the latest. */
class RecentBlockhashes {
    readonly #slotOf = new Map<Blockhash, bigint>();
    #isLatestUsed = false;

    constructor(private readonly simulator: Simulator<RevisionName>) {}

    getLatest(): { blockhash: Blockhash; lastValidBlockHeight: bigint } {
        const { svm } = this.simulator;
        const { slot } = this.simulator.getClock();
        const givenOutAt = this.#slotOf.get(svm.latestBlockhash()) ?? slot;
        // Every slot has its own; and after a transaction the same instructions have to make another one than before.
        if (this.#isLatestUsed || givenOutAt !== slot) svm.expireBlockhash();
        this.#isLatestUsed = false;
        const blockhash = svm.latestBlockhash();
        this.#slotOf.set(blockhash, slot);
        return { blockhash, lastValidBlockHeight: slot + BLOCKHASH_SLOTS };
    }

    markUsed(): void {
        this.#isLatestUsed = true;
    }

    isKnown(blockhash: Blockhash): boolean {
        const slot = this.#slotOf.get(blockhash);
        return slot !== undefined && this.simulator.getClock().slot <= slot + BLOCKHASH_SLOTS;
    }

    /** Runs a transaction; LiteSVM looks at its lifetime itself unless the blockhash is one that was given out. */
    withCheck<T>(transaction: Transaction, run: () => T): T {
        const { lifetimeToken } = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
        return this.withoutCheck(this.isKnown(lifetimeToken as Blockhash), run);
    }

    withoutCheck<T>(isUnchecked: boolean, run: () => T): T {
        const { svm } = this.simulator;
        svm.withBlockhashCheck(!isUnchecked);
        try {
            return run();
        } finally {
            svm.withBlockhashCheck(true);
        }
    }
}

function decode(wire: unknown, { encoding = 'base58' }: RequestConfig): Transaction {
    try {
        const encoder = encoding === 'base64' ? getBase64Encoder() : getBase58Encoder();
        const transaction = getTransactionDecoder().decode(encoder.encode(wire as string));
        getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
        return transaction;
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return refuseRequest('invalidParams', `failed to deserialize the transaction: ${reason}`);
    }
}

function send(simulator: Simulator<RevisionName>, transaction: Transaction) {
    try {
        return simulator.sendTransaction(transaction);
    } catch (error) {
        if (!isPaymentChannelsError(error, 'TRANSACTION_TOO_LARGE')) throw error;
        const { actualBytes, maxBytes } = error.context;
        return refuseRequest(
            'invalidParams',
            `decoded transaction too large: ${actualBytes} bytes (max: ${maxBytes} bytes)`,
        );
    }
}

/** Refuses what fails in a simulation, as a node does before it forwards a transaction. */
function checkPreflight(
    simulator: Simulator<RevisionName>,
    blockhashes: RecentBlockhashes,
    transaction: Transaction,
): void {
    const { err, ...data } = simulate(simulator, blockhashes, transaction, { sigVerify: true });
    if (err === 'SignatureFailure') refuseSignature();
    if (err !== null) {
        const message = `Transaction simulation failed: ${JSON.stringify(err)}`;
        refuseRequest('preflightFailure', message, { ...data, err });
    }
}

function refuseSignature(): never {
    return refuseRequest('signatureVerificationFailure', 'Transaction signature verification failure');
}

/** LiteSVM takes no transaction without signatures, even when it does not look at them: any will do, and none is good. */
function fillSignatures(transaction: Transaction): Transaction {
    const placeholder = new Uint8Array(64).fill(1) as SignatureBytes;
    const signatures = Object.entries(transaction.signatures).map(([address, signature]) => [
        address,
        signature ?? placeholder,
    ]);
    return { ...transaction, signatures: Object.fromEntries(signatures) as Transaction['signatures'] };
}

function simulate(
    simulator: Simulator<RevisionName>,
    blockhashes: RecentBlockhashes,
    transaction: Transaction,
    config: RequestConfig,
) {
    const { svm } = simulator;
    const isReplaced = Boolean(config['replaceRecentBlockhash']);
    const run = () => {
        svm.withSigverify(Boolean(config['sigVerify']));
        try {
            return svm.simulateTransaction(fillSignatures(transaction));
        } finally {
            svm.withSigverify(true);
        }
    };
    const outcome = isReplaced ? blockhashes.withoutCheck(true, run) : blockhashes.withCheck(transaction, run);
    const meta = outcome.meta();
    const addresses = getAddresses(simulator, transaction);
    const returnData = meta.returnData().data();
    return {
        accounts: getAccounts(simulator, outcome, toConfig(config['accounts'])),
        err: outcome instanceof FailedTransactionMetadata ? getRpcTransactionError(outcome) : null,
        ...(config['innerInstructions'] ? { innerInstructions: toRpcInnerInstructions(meta) } : {}),
        loadedAccountsDataSize: getLoadedSize(simulator, addresses),
        logs: meta.logs(),
        replacementBlockhash: isReplaced ? blockhashes.getLatest() : null,
        returnData: returnData.length === 0 ? null : toReturnData(meta.returnData().programId(), returnData),
        unitsConsumed: meta.computeUnitsConsumed(),
    };
}

type Simulation = ReturnType<Simulator['svm']['simulateTransaction']>;

/** The accounts that were asked for, as they would be afterwards. */
function getAccounts(
    simulator: Simulator<RevisionName>,
    outcome: Simulation,
    { addresses, encoding }: RequestConfig,
): unknown {
    if (!Array.isArray(addresses)) return null;
    const after = outcome instanceof FailedTransactionMetadata ? [] : outcome.postAccounts();
    return (addresses as unknown[]).map(value => {
        const address = toRequestAddress(value);
        const changed = after.find(account => account.address === address);
        const account = changed ? { ...changed, exists: true as const } : simulator.svm.getAccount(address);
        return toRpcAccount(account, { encoding: encoding ?? 'base64' });
    });
}

function getAddresses(simulator: Simulator<RevisionName>, { messageBytes }: Transaction): readonly Address[] {
    const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
    return getMessageAddresses(message, address => simulator.svm.getAccount(address));
}

/** What a node counts beside the data of an account that a transaction loads. */
const ACCOUNT_BASE_SIZE = 64;
/** What it counts for the data of a program, whose account only says where they are: 4 bytes, then the address. */
const PROGRAM_ACCOUNT_SIZE = 36;

function getLoadedSize(simulator: Simulator<RevisionName>, addresses: readonly Address[]): number {
    const sizeOf = (address: Address) => {
        const account = simulator.svm.getAccount(address);
        if (!account.exists) return ACCOUNT_BASE_SIZE;
        const isPointer = account.executable && account.data.length === PROGRAM_ACCOUNT_SIZE;
        const programData = isPointer ? getBase58Decoder().decode(account.data.subarray(4)) : undefined;
        const behind = programData === undefined ? undefined : simulator.svm.getAccount(programData as Address);
        return ACCOUNT_BASE_SIZE + account.data.length + (behind?.exists ? ACCOUNT_BASE_SIZE + behind.data.length : 0);
    };
    return [...new Set(addresses)].reduce((sum, address) => sum + sizeOf(address), 0);
}

function toReturnData(programId: ReadonlyUint8Array, data: ReadonlyUint8Array) {
    return { data: [getBase64Decoder().decode(data), 'base64'], programId: getBase58Decoder().decode(programId) };
}

function getError(outcome: FailedTransactionMetadata | TransactionMetadata): unknown {
    return outcome instanceof FailedTransactionMetadata ? getRpcTransactionError(outcome) : null;
}
