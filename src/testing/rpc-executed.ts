import {
    getBase58Decoder,
    getBase64Decoder,
    getCompiledTransactionMessageDecoder,
    getTransactionEncoder,
    type CompiledTransactionMessage,
    type ReadonlyUint8Array,
} from '@solana/kit';
import type { TransactionMetadata } from 'litesvm';

import type { ExecutedTransaction } from './history';
import { isFailed } from './litesvm';
import { refuseRequest, type RequestConfig } from './rpc-request';
import { getRpcTransactionError } from './runtime-error';

/** A transaction as a node answers it to getTransaction. */
export function toRpcTransaction(executed: ExecutedTransaction, config: RequestConfig): object {
    const { clock, transaction } = executed;
    const { encoding = 'json', maxSupportedTransactionVersion: max } = config;
    const message = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
    const { version } = message;
    if (version !== 'legacy' && (max === undefined || Number(max) < version)) {
        const text = `Transaction version (${version}) is not supported by the requesting client. Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": ${version}`;
        refuseRequest('unsupportedTransactionVersion', text);
    }
    return {
        blockTime: clock.unixTimestamp,
        meta: toMeta(executed, message),
        slot: clock.slot,
        transaction: toEncodedTransaction(executed, message, encoding),
        ...(max === undefined ? {} : { version }),
    };
}

function toEncodedTransaction(
    { transaction }: ExecutedTransaction,
    message: CompiledTransactionMessage,
    encoding: unknown,
) {
    switch (encoding) {
        case 'base58':
        case 'base64': {
            const decoder = encoding === 'base58' ? getBase58Decoder() : getBase64Decoder();
            return [decoder.decode(getTransactionEncoder().encode(transaction)), encoding];
        }
        case 'json':
            return { message: toJsonMessage(message), signatures: Object.values(transaction.signatures).map(toBase58) };
        default:
            return refuseRequest('invalidParams', `The RPC of a simulator has no encoding ${String(encoding)}`);
    }
}

function toMeta({ addresses, balances, outcome, result }: ExecutedTransaction, message: CompiledTransactionMessage) {
    const err = isFailed(outcome) ? getRpcTransactionError(outcome) : null;
    const meta = isFailed(outcome) ? outcome.meta() : outcome;
    const loaded = addresses.slice(message.staticAccounts.length);
    const lookups = 'addressTableLookups' in message ? (message.addressTableLookups ?? []) : [];
    const writableCount = lookups.reduce((sum, { writableIndexes }) => sum + writableIndexes.length, 0);
    return {
        computeUnitsConsumed: BigInt(result.computeUnits),
        err,
        fee: result.feeLamports,
        innerInstructions: toRpcInnerInstructions(meta),
        loadedAddresses: { readonly: loaded.slice(writableCount), writable: loaded.slice(0, writableCount) },
        logMessages: result.logs,
        postBalances: balances.after,
        preBalances: balances.before,
        rewards: [],
        status: err === null ? { Ok: null } : { Err: err },
    };
}

/** The inner instructions of a transaction as a node writes them: those of each of its instructions that has some. */
export function toRpcInnerInstructions(meta: TransactionMetadata): object[] {
    return meta
        .innerInstructions()
        .map((group, index) => ({
            index,
            instructions: group.map(inner => {
                const instruction = inner.instruction();
                return {
                    accounts: [...instruction.accounts()],
                    data: toBase58(instruction.data()),
                    programIdIndex: instruction.programIdIndex(),
                    stackHeight: inner.stackHeight(),
                };
            }),
        }))
        .filter(({ instructions }) => instructions.length > 0);
}

function toJsonMessage(message: CompiledTransactionMessage & { lifetimeToken?: string }) {
    const { header, staticAccounts } = message;
    const lookups = 'addressTableLookups' in message ? (message.addressTableLookups ?? []) : [];
    return {
        accountKeys: staticAccounts,
        header: {
            numReadonlySignedAccounts: header.numReadonlySignerAccounts,
            numReadonlyUnsignedAccounts: header.numReadonlyNonSignerAccounts,
            numRequiredSignatures: header.numSignerAccounts,
        },
        instructions: toJsonInstructions(message),
        recentBlockhash: message.lifetimeToken,
        ...(message.version === 0
            ? {
                  addressTableLookups: lookups.map(({ lookupTableAddress, readonlyIndexes, writableIndexes }) => ({
                      accountKey: lookupTableAddress,
                      readonlyIndexes,
                      writableIndexes,
                  })),
              }
            : {}),
    };
}

function toJsonInstructions(message: CompiledTransactionMessage): object[] {
    const toJson = (programIdIndex: number, accounts: readonly number[], data: ReadonlyUint8Array) => ({
        accounts,
        data: toBase58(data),
        programIdIndex,
        stackHeight: 1,
    });
    if (message.version === 1) {
        return message.instructionPayloads.map(({ instructionAccountIndices, instructionData }, index) =>
            toJson(message.instructionHeaders[index]!.programAccountIndex, instructionAccountIndices, instructionData),
        );
    }
    return message.instructions.map(({ accountIndices = [], data = new Uint8Array(), programAddressIndex }) =>
        toJson(programAddressIndex, accountIndices, data),
    );
}

function toBase58(bytes: ReadonlyUint8Array | null): string {
    return getBase58Decoder().decode(bytes ?? new Uint8Array(64));
}
