import {
    getBase58Decoder,
    getBase64Decoder,
    getTransactionDecoder,
    isFullySignedTransaction,
    type Address,
    type ReadonlyUint8Array,
    type Transaction,
} from '@solana/kit';

import { getV3ProgramDecoder } from '../loader-accounts';
import { receiveTransaction, type ReceivedTransaction, type Simulation } from '../cluster';
import { isFailed } from '../litesvm';
import { toRpcAccount } from './accounts';
import { describeTransactionError } from './error-text';
import { toRpcInnerInstructions } from './executed';
import {
    getContext,
    isAskedFor,
    refuseRequest,
    toConfig,
    toRequestAddress,
    toRequestList,
    type RequestConfig,
    type RpcMethods,
} from './request';
import { isPaymentChannelsError } from '../../core/errors';
import { describe } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import { toRpcBytes } from '../../runtime/rpc-answer';
import type { Simulator } from '../simulator';

const ENCODINGS = ['base58', 'base64'] as const;
/** Length of the largest transaction (4,096 bytes) in base58: base64 takes less. */
const MAX_WIRE_CHARACTERS = 5_595;

/** The methods of an RPC that send and simulate transactions. */
export function createTransactionMethods(simulator: Simulator<RevisionName>): RpcMethods {
    return {
        sendTransaction(wire, rest) {
            const config = toConfig(rest);
            const skipsPreflight = isAskedFor(config, 'skipPreflight');
            const received = decode(wire, config);
            getContext(simulator, config);
            if (!isFullySignedTransaction(received.transaction)) refuseSignature();
            if (!skipsPreflight) checkPreflight(simulator, received);
            const { failure, signature } = simulator.cluster.execute(received);
            if (failure?.name === 'SanitizeFailure') refuseInsane();
            return signature;
        },
        simulateTransaction(wire, rest) {
            const config = toConfig(rest);
            const received = decode(wire, config);
            const context = getContext(simulator, config);
            if (isAskedFor(config, 'sigVerify') && isAskedFor(config, 'replaceRecentBlockhash')) {
                refuseRequest('invalidParams', 'sigVerify may not be used with replaceRecentBlockhash');
            }
            const value = simulate(simulator, received, config);
            if (value.err === 'SanitizeFailure') refuseInsane();
            return { context, value };
        },
    };
}

/** A transaction from the wire, and no other bytes than its own. */
function decode(wire: unknown, { encoding = 'base58' }: RequestConfig): ReceivedTransaction {
    if (!ENCODINGS.some(known => known === encoding)) {
        const message = `unsupported encoding: ${describe(encoding)}. Supported encodings: ${ENCODINGS.join(', ')}`;
        return refuseRequest('invalidParams', message);
    }
    const bytes = decodeText(wire, encoding as (typeof ENCODINGS)[number]);
    let transaction: Transaction;
    try {
        transaction = getTransactionDecoder().decode(bytes);
    } catch (error) {
        return refuseTransaction(error);
    }
    const received = receiveTransaction(transaction);
    // A count of signatures in more bytes than it needs.
    return received.bytes === bytes.length ? received : refuseTransaction('it is not encoded in the one canonical way');
}

function refuseTransaction(reason: unknown): never {
    const text = reason instanceof Error ? reason.message : String(reason);
    return refuseRequest('invalidParams', `failed to deserialize the transaction: ${text}`);
}

function decodeText(wire: unknown, encoding: (typeof ENCODINGS)[number]): ReadonlyUint8Array {
    if (typeof wire === 'string' && wire.length > MAX_WIRE_CHARACTERS) {
        const message = `${encoding} encoded transaction too large: ${wire.length} bytes (max: ${MAX_WIRE_CHARACTERS})`;
        return refuseRequest('invalidParams', message);
    }
    try {
        return toRpcBytes('transaction', wire, encoding);
    } catch (error) {
        if (!isPaymentChannelsError(error)) throw error;
        return refuseRequest('invalidParams', `invalid ${encoding} encoding: ${describe(wire)}`);
    }
}

/** Refuses what fails in a simulation, as a node does before it forwards a transaction. */
function checkPreflight(simulator: Simulator<RevisionName>, received: ReceivedTransaction): void {
    const { err, ...data } = simulate(simulator, received, { sigVerify: true });
    if (err === 'SignatureFailure') refuseSignature();
    if (err === 'SanitizeFailure') refuseInsane();
    if (err !== null) {
        const message = `Transaction simulation failed: ${describeTransactionError(err)}`;
        refuseRequest('preflightFailure', message, { ...data, err });
    }
}

function refuseSignature(): never {
    return refuseRequest('signatureVerificationFailure', 'Transaction signature verification failure');
}

function refuseInsane(): never {
    const reason = 'Transaction failed to sanitize accounts offsets correctly';
    return refuseRequest('invalidParams', `invalid transaction: ${reason}`);
}

function simulate(simulator: Simulator<RevisionName>, received: ReceivedTransaction, config: RequestConfig) {
    const { cluster } = simulator;
    const replacesBlockhash = isAskedFor(config, 'replaceRecentBlockhash');
    const addresses = cluster.getAddresses(received.message);
    const accounts = toWanted(config, addresses.length);
    const { err, outcome } = cluster.simulate(received, {
        replacesBlockhash,
        verifiesSignatures: isAskedFor(config, 'sigVerify'),
    });
    const meta = outcome?.meta();
    const returnData = meta?.returnData();
    return {
        accounts: accounts === undefined ? null : getAccounts(simulator, outcome, accounts),
        err,
        ...(isAskedFor(config, 'innerInstructions')
            ? { innerInstructions: meta ? toRpcInnerInstructions(meta) : null }
            : {}),
        loadedAccountsDataSize: getLoadedSize(simulator, addresses),
        logs: meta?.logs() ?? [],
        ...(replacesBlockhash ? { replacementBlockhash: cluster.blockhashes.getLatest() } : {}),
        returnData: returnData?.data().length ? toReturnData(returnData.programId(), returnData.data()) : null,
        unitsConsumed: meta?.computeUnitsConsumed() ?? 0n,
    };
}

/** The accounts that somebody wants to see after a simulation, and how. */
type Wanted = Readonly<{ addresses: readonly Address[]; encoding: unknown }>;

/** @param max As many as the transaction has: a node shows no more. */
function toWanted(config: RequestConfig, max: number): Wanted | undefined {
    const { addresses, encoding = 'base64' } = toConfig(config['accounts']);
    if (addresses === undefined) return undefined;
    if (encoding === 'base58' || encoding === 'binary') {
        refuseRequest('invalidParams', 'base58 encoding not supported');
    }
    return { addresses: toRequestList(addresses, max, 'accounts provided').map(toRequestAddress), encoding };
}

/** The accounts that were asked for, as they would be afterwards. */
function getAccounts(
    simulator: Simulator<RevisionName>,
    outcome: Simulation['outcome'],
    { addresses, encoding }: Wanted,
): unknown {
    const after = !outcome || isFailed(outcome) ? [] : outcome.postAccounts();
    return addresses.map(address => {
        const changed = after.find(account => account.address === address);
        const account = changed ? { ...changed, exists: true as const } : simulator.svm.getAccount(address);
        return toRpcAccount(simulator.svm, account, { encoding });
    });
}

/** Bytes that a node counts for an account that a transaction loads, beside its data. */
const ACCOUNT_BASE_SIZE = 64;
function getLoadedSize(simulator: Simulator<RevisionName>, addresses: readonly Address[]): number {
    const sizeOf = (address: Address) => {
        const account = simulator.svm.getAccount(address);
        if (!account.exists) return ACCOUNT_BASE_SIZE;
        // That of a program of loader v3 only names the account of its data, and that counts as well.
        const decoder = getV3ProgramDecoder();
        const isPointer = account.executable && account.data.length === decoder.fixedSize;
        const behind = isPointer ? simulator.svm.getAccount(decoder.decode(account.data).programData) : undefined;
        return ACCOUNT_BASE_SIZE + account.data.length + (behind?.exists ? ACCOUNT_BASE_SIZE + behind.data.length : 0);
    };
    return [...new Set(addresses)].reduce((sum, address) => sum + sizeOf(address), 0);
}

function toReturnData(programId: ReadonlyUint8Array, data: ReadonlyUint8Array) {
    return { data: [getBase64Decoder().decode(data), 'base64'], programId: getBase58Decoder().decode(programId) };
}
