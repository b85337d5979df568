import {
    getBase58Decoder,
    getBase64Decoder,
    getCompiledTransactionMessageDecoder,
    getTransactionEncoder,
    type Address,
    type CompiledTransactionMessage,
    type ReadonlyUint8Array,
} from '@solana/kit';
import type { InnerInstruction, TransactionMetadata } from 'litesvm';

import { toParsedInstruction } from './parsed-instruction';
import { refuseRequest, type RequestConfig } from './request';
import { toUiTokenAmount } from './ui-amount';
import { describe } from '../../core/input';
import type { ExecutedTransaction } from '../history';
import { isFailed } from '../litesvm';
import { getRpcError } from '../runtime-error';
import type { TokenBalance } from '../token-balances';
import { decodeMessage } from '../../transactions/decode-message';

/** A transaction as a node answers it to getTransaction. */
export function toRpcTransaction(executed: ExecutedTransaction, config: RequestConfig): object {
    const { clock } = executed;
    return { blockTime: clock.unixTimestamp, slot: clock.slot, ...toTransactionWithMeta(executed, config) };
}

const DETAILS = ['full', 'accounts', 'signatures', 'none'] as const;

/** What a block has in it, as a node answers it to getBlock. */
export function toRpcBlock(executed: readonly ExecutedTransaction[], config: RequestConfig): object {
    const { rewards = true, transactionDetails = 'full' } = config;
    const members = rewards === false ? {} : { rewards: [] };
    switch (transactionDetails) {
        case 'full':
            return { ...members, transactions: executed.map(one => toTransactionWithMeta(one, config)) };
        case 'none':
            return members;
        case 'signatures':
            return { ...members, signatures: executed.map(({ result }) => result.signature) };
        default: {
            const known = DETAILS.filter(name => name !== 'accounts').join(', ');
            const message = `Invalid param: transactionDetails of a simulator are ${known}; got ${describe(transactionDetails)}`;
            return refuseRequest('invalidParams', message);
        }
    }
}

function toTransactionWithMeta(executed: ExecutedTransaction, config: RequestConfig): object {
    const { encoding = 'json', maxSupportedTransactionVersion: max } = config;
    const message = getCompiledTransactionMessageDecoder().decode(executed.transaction.messageBytes);
    const { version } = message;
    if (version !== 'legacy' && (max === undefined || Number(max) < version)) {
        const text = `Transaction version (${version}) is not supported by the requesting client. Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": ${version}`;
        refuseRequest('unsupportedTransactionVersion', text);
    }
    return {
        meta: toMeta(executed, message, encoding),
        transaction: toEncodedTransaction(executed, message, encoding),
        ...(max === undefined ? {} : { version }),
    };
}

function toEncodedTransaction(executed: ExecutedTransaction, message: CompiledTransactionMessage, encoding: unknown) {
    const { transaction } = executed;
    const signatures = Object.values(transaction.signatures).map(toBase58);
    switch (encoding) {
        case 'binary':
            return getBase58Decoder().decode(getTransactionEncoder().encode(transaction));
        case 'base58':
        case 'base64': {
            const decoder = encoding === 'base58' ? getBase58Decoder() : getBase64Decoder();
            return [decoder.decode(getTransactionEncoder().encode(transaction)), encoding];
        }
        case 'json':
            return { message: toJsonMessage(message), signatures };
        case 'jsonParsed':
            return { message: toParsedMessage(executed, message), signatures };
        default:
            return refuseRequest('invalidParams', `The RPC of a simulator has no encoding ${describe(encoding)}`);
    }
}

function toMeta(executed: ExecutedTransaction, message: CompiledTransactionMessage, encoding: unknown) {
    const { addresses, balances, outcome, result, tokenBalances } = executed;
    const err = getRpcError(outcome);
    const meta = isFailed(outcome) ? outcome.meta() : outcome;
    const loaded = addresses.slice(message.staticAccounts.length);
    const lookups = 'addressTableLookups' in message ? (message.addressTableLookups ?? []) : [];
    const writableCount = lookups.reduce((sum, { writableIndexes }) => sum + writableIndexes.length, 0);
    return {
        computeUnitsConsumed: BigInt(result.computeUnits),
        err,
        fee: result.feeLamports,
        innerInstructions: toRpcInnerInstructions(meta, encoding === 'jsonParsed' ? addresses : undefined),
        loadedAddresses: { readonly: loaded.slice(writableCount), writable: loaded.slice(0, writableCount) },
        logMessages: result.logs,
        postBalances: balances.after,
        postTokenBalances: tokenBalances === undefined ? null : tokenBalances.after.map(toRpcTokenBalance),
        preBalances: balances.before,
        preTokenBalances: tokenBalances === undefined ? null : tokenBalances.before.map(toRpcTokenBalance),
        rewards: [],
        status: err === null ? { Ok: null } : { Err: err },
    };
}

function toRpcTokenBalance(balance: TokenBalance): object {
    const { accountIndex, amount, decimals, mint, owner, tokenProgram } = balance;
    return { accountIndex, mint, owner, programId: tokenProgram, uiTokenAmount: toUiTokenAmount(amount, decimals) };
}

/**
 * The inner instructions of a transaction as a node writes them: those of each of its instructions that has some.
 *
 * @param addresses Its accounts, for instructions that name them instead of their places, and that are read where their
 * program is known.
 */
export function toRpcInnerInstructions(meta: TransactionMetadata, addresses?: readonly Address[]): object[] {
    return meta
        .innerInstructions()
        .map((group, index) => ({
            index,
            instructions: group.map(inner => {
                const { accounts, data, programIdIndex } = toPlain(inner.instruction());
                const stackHeight = inner.stackHeight();
                return addresses === undefined
                    ? { accounts, data: toBase58(data), programIdIndex, stackHeight }
                    : toParsedInstruction(
                          {
                              accounts: accounts.map(account => addresses[account]!),
                              data,
                              programAddress: addresses[programIdIndex]!,
                          },
                          stackHeight,
                      );
            }),
        }))
        .filter(({ instructions }) => instructions.length > 0);
}

function toPlain(instruction: ReturnType<InnerInstruction['instruction']>) {
    return {
        accounts: [...instruction.accounts()],
        data: instruction.data(),
        programIdIndex: instruction.programIdIndex(),
    };
}

function toParsedMessage({ addresses, transaction }: ExecutedTransaction, message: CompiledTransactionMessage) {
    const { accounts, instructions, lifetimeToken } = decodeMessage(transaction.messageBytes);
    return {
        accountKeys: accounts.map(({ isSigner, isWritable, source }, index) => ({
            pubkey: addresses[index],
            signer: isSigner,
            source: source === 'static' ? 'transaction' : 'lookupTable',
            writable: isWritable,
        })),
        instructions: instructions.map(({ accountIndexes, data, programAddress }) =>
            toParsedInstruction(
                { accounts: accountIndexes.map(index => addresses[index]!), data, programAddress },
                TOP_STACK_HEIGHT,
            ),
        ),
        recentBlockhash: lifetimeToken,
        ...toJsonLookups(message),
    };
}

const TOP_STACK_HEIGHT = 1;

function toJsonMessage(message: CompiledTransactionMessage & { lifetimeToken?: string }) {
    const { header, staticAccounts } = message;
    return {
        accountKeys: staticAccounts,
        header: {
            numReadonlySignedAccounts: header.numReadonlySignerAccounts,
            numReadonlyUnsignedAccounts: header.numReadonlyNonSignerAccounts,
            numRequiredSignatures: header.numSignerAccounts,
        },
        instructions: toJsonInstructions(message),
        recentBlockhash: message.lifetimeToken,
        ...toJsonLookups(message),
    };
}

function toJsonLookups(message: CompiledTransactionMessage): object {
    if (message.version !== 0) return {};
    const lookups = message.addressTableLookups ?? [];
    return {
        addressTableLookups: lookups.map(({ lookupTableAddress, readonlyIndexes, writableIndexes }) => ({
            accountKey: lookupTableAddress,
            readonlyIndexes,
            writableIndexes,
        })),
    };
}

function toJsonInstructions(message: CompiledTransactionMessage): object[] {
    const toJson = (programIdIndex: number, accounts: readonly number[], data: ReadonlyUint8Array) => ({
        accounts,
        data: toBase58(data),
        programIdIndex,
        stackHeight: TOP_STACK_HEIGHT,
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
