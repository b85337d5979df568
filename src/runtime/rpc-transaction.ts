import {
    getAccountMetasFromCompiledTransactionMessage,
    getCompiledTransactionMessageDecoder,
    getInstructionsFromCompiledTransactionMessage,
    getTransactionDecoder,
    type Address,
    type ReadonlyUint8Array,
} from '@solana/kit';

import { isBytes } from '../core/bytes';
import { assertHasNoMisspelt } from '../core/input';
import {
    isRpcRecord,
    refuseRpcAnswer,
    toRpcAddress,
    toRpcBytes,
    toRpcIndex,
    toRpcList,
    toRpcRecord,
    type RpcRecord,
} from './rpc-answer';

/** An instruction that was executed. */
export type ExecutedInstruction = Readonly<{
    programAddress: Address;
    data?: ReadonlyUint8Array | undefined;
    /** 1 for an instruction of the transaction, 2 for one that such a one called, and so on; where it is known. */
    stackHeight?: number | undefined;
}>;

/** A transaction as getTransaction and getBlock answer it: in JSON, in JSON that the node parsed, base58 or base64. */
export type RpcTransaction = Readonly<{ meta: unknown; transaction: unknown }>;

/** Where the instructions of a transaction and its inner ones find their programs. */
type Message = Readonly<{
    getAddress: (field: string, index: unknown) => Address;
    instructions: readonly ExecutedInstruction[];
}>;

const TRANSACTION = 'transaction.transaction';
const META = 'transaction.meta';

/**
 * The instructions that a transaction executed, the inner ones after those that called them. None for a transaction that
 * failed: nothing of it lasts.
 *
 * @throws `RPC_RESPONSE_INVALID` with the place of what can't be read.
 */
export function getExecutedInstructions(answer: unknown): readonly ExecutedInstruction[] {
    const { meta: metaValue, transaction } = toRpcRecord('transaction', answer);
    const meta = toRpcRecord(META, metaValue);
    if (meta['err'] === undefined) return refuseRpcAnswer(`${META}.err`, undefined);
    if (meta['err'] !== null) return [];
    const loaded = getLoadedAddresses(meta);
    const message = Array.isArray(transaction)
        ? readWireTransaction(transaction, loaded)
        : readJsonTransaction(toRpcRecord(TRANSACTION, transaction), loaded);

    const innerOf = message.instructions.map((): ExecutedInstruction[] => []);
    const innerField = `${META}.innerInstructions`;
    for (const [position, value] of toRpcList(innerField, meta['innerInstructions']).entries()) {
        const field = `${innerField}[${position}]`;
        const { index, instructions } = toRpcRecord(field, value);
        const inner = innerOf[toRpcIndex(`${field}.index`, index)] ?? refuseRpcAnswer(`${field}.index`, index);
        for (const [innerPosition, instruction] of toRpcList(`${field}.instructions`, instructions).entries()) {
            const place = `${field}.instructions[${innerPosition}]`;
            inner.push(readInstruction(place, toRpcRecord(place, instruction), message.getAddress));
        }
    }
    return message.instructions.flatMap((instruction, index) => [instruction, ...innerOf[index]!]);
}

/** Checks a list of instructions that a caller put together. */
export function toExecutedInstructions(value: unknown): readonly ExecutedInstruction[] {
    return toRpcList('instructions', value).map((item, index) => {
        const field = `instructions[${index}]`;
        const instruction = toRpcRecord(field, item);
        const { data, programAddress, stackHeight } = instruction;
        // Where it is missing, less is looked at.
        if (stackHeight === undefined) assertHasNoMisspelt(field, instruction, ['stackHeight']);
        if (data !== undefined && !isBytes(data)) return refuseRpcAnswer(`${field}.data`, data);
        return {
            data,
            programAddress: toRpcAddress(`${field}.programAddress`, programAddress),
            stackHeight: readHeight(field, stackHeight),
        };
    });
}

type LoadedAddresses = Readonly<{ readonly: readonly Address[]; writable: readonly Address[] }>;

function getLoadedAddresses({ loadedAddresses }: RpcRecord): LoadedAddresses {
    if (loadedAddresses === undefined || loadedAddresses === null) return { readonly: [], writable: [] };
    const field = `${META}.loadedAddresses`;
    const { readonly, writable } = toRpcRecord(field, loadedAddresses);
    const toAddresses = (name: string, value: unknown) =>
        toRpcList(`${field}.${name}`, value).map((address, index) =>
            toRpcAddress(`${field}.${name}[${index}]`, address),
        );
    return { readonly: toAddresses('readonly', readonly), writable: toAddresses('writable', writable) };
}

function readWireTransaction(value: readonly unknown[], loaded: LoadedAddresses): Message {
    const [text, encoding] = value;
    if (encoding !== 'base64' && encoding !== 'base58') return refuseRpcAnswer(`${TRANSACTION}[1]`, encoding);
    const bytes = toRpcBytes(`${TRANSACTION}[0]`, text, encoding);
    try {
        const { messageBytes } = getTransactionDecoder().decode(bytes);
        const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
        const metas = getAccountMetasFromCompiledTransactionMessage(message, loaded);
        return {
            getAddress: lookUpIn(metas.map(({ address }) => address)),
            instructions: getInstructionsFromCompiledTransactionMessage(message, loaded).map(
                ({ data, programAddress }) => ({ data, programAddress, stackHeight: 1 }),
            ),
        };
    } catch (cause) {
        return refuseRpcAnswer(`${TRANSACTION}[0]`, text, cause);
    }
}

function readJsonTransaction(transaction: RpcRecord, loaded: LoadedAddresses): Message {
    const field = `${TRANSACTION}.message`;
    const message = toRpcRecord(field, transaction['message']);
    const keys = toRpcList(`${field}.accountKeys`, message['accountKeys']).map((key, index) =>
        toRpcAddress(`${field}.accountKeys[${index}]`, isRpcRecord(key) ? key['pubkey'] : key),
    );
    // Inner instructions count the static keys first, then the writable ones of lookup tables, then the others.
    const getAddress = lookUpIn([...keys, ...loaded.writable, ...loaded.readonly]);
    const instructions = toRpcList(`${field}.instructions`, message['instructions']).map((value, index) => {
        const place = `${field}.instructions[${index}]`;
        return { ...readInstruction(place, toRpcRecord(place, value), getAddress), stackHeight: 1 };
    });
    return { getAddress, instructions };
}

function lookUpIn(addresses: readonly Address[]) {
    return (field: string, index: unknown): Address =>
        addresses[toRpcIndex(field, index)] ?? refuseRpcAnswer(field, index);
}

function readInstruction(field: string, value: RpcRecord, getAddress: Message['getAddress']): ExecutedInstruction {
    const { data, programId, programIdIndex, stackHeight } = value;
    // An instruction that the node parsed names its program, and has no data when the node knows the program.
    const programAddress =
        programId === undefined
            ? getAddress(`${field}.programIdIndex`, programIdIndex)
            : toRpcAddress(`${field}.programId`, programId);
    return {
        data: readData(`${field}.data`, value, data),
        programAddress,
        stackHeight: readHeight(field, stackHeight),
    };
}

function readData(field: string, { parsed }: RpcRecord, data: unknown): ReadonlyUint8Array | undefined {
    return data === undefined && parsed !== undefined ? undefined : toRpcBytes(field, data, 'base58');
}

const MAX_STACK_HEIGHT = 64;

function readHeight(field: string, stackHeight: unknown): number | undefined {
    if (stackHeight === undefined || stackHeight === null) return undefined;
    const height = toRpcIndex(`${field}.stackHeight`, stackHeight);
    return height >= 1 && height <= MAX_STACK_HEIGHT ? height : refuseRpcAnswer(`${field}.stackHeight`, stackHeight);
}
