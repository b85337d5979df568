import {
    bytesEqual,
    getBase64Decoder,
    getBase64Encoder,
    getTransactionDecoder,
    getTransactionEncoder,
    getTransactionSizeLimit,
    type Address,
    type Base64EncodedWireTransaction,
    type ReadonlyUint8Array,
    type SignatureBytes,
    type Transaction,
    type TransactionMessageBytes,
} from '@solana/kit';

import { toResult } from '../core/json-form';
import { getByteCount, isBytes } from '../core/bytes';
import { TRANSACTION_MALFORMED, TRANSACTION_TOO_LARGE } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { describe } from '../core/describe';
import { decodeMessage, type MessageView } from './decode-message';

/** A transaction with its message in one form for all versions. */
export type DecodedTransaction = Readonly<{
    transaction: Transaction;
    message: MessageView;
    bytes: ReadonlyUint8Array;
}>;

const MAX_BYTES = 4096;
const SIGNATURE_LENGTH = 64;

/**
 * Encodes a transaction to base64, as it travels between two parties and to an RPC node.
 *
 * Missing signatures are zeroes. The signatures may stand in any order in the object.
 *
 * @throws `TRANSACTION_MALFORMED` for what is no transaction, or has signatures of others than its signers;
 * `TRANSACTION_TOO_LARGE` for more bytes than a cluster accepts.
 *
 * @example
 * ```ts
 * const sendable = await cosignTransaction(inspected, operatorSigner, MAINNET_DEPLOYMENT);
 * await rpc.sendTransaction(encodeWireTransaction(sendable), { encoding: 'base64' }).send();
 * ```
 */
export function encodeWireTransaction(transaction: Transaction): Base64EncodedWireTransaction {
    return toWire(toDecodedTransaction(transaction).bytes);
}

/** Base64 of the bytes of a transaction. */
export function toWire(bytes: ReadonlyUint8Array): Base64EncodedWireTransaction {
    return getBase64Decoder().decode(bytes) as Base64EncodedWireTransaction;
}

/**
 * Decodes a transaction from base64, strictly: canonical base64, nothing after the end, every length in as few bytes as
 * it needs, as many signatures as there are signers, and a message that a validator could run. No two strings decode
 * to the same transaction. Whether its signatures are good is another question.
 *
 * @throws `TRANSACTION_MALFORMED`, with the part that is wrong; `TRANSACTION_TOO_LARGE` for more bytes than a cluster
 * accepts in the transaction's version.
 *
 * @example
 * ```ts
 * const transaction = decodeWireTransaction(await request.text());
 * console.log(Object.keys(transaction.signatures));
 * ```
 */
export function decodeWireTransaction(wire: string): Transaction {
    return toDecodedTransaction(wire).transaction;
}

/** The same for base64 and for a transaction as an object, with the message. */
export function toDecodedTransaction(input: string | Transaction): DecodedTransaction {
    return typeof input === 'string' ? decodeBytes(decodeBase64(input)) : decodeBytes(encode(input));
}

function refuse(field: string, reason: string): never {
    throw new PaymentChannelsError(TRANSACTION_MALFORMED, { field, reason });
}

function assertSize(actualBytes: number, maxBytes: number): void {
    if (actualBytes > maxBytes) throw new PaymentChannelsError(TRANSACTION_TOO_LARGE, { actualBytes, maxBytes });
}

function decodeBase64(wire: string): ReadonlyUint8Array {
    // Before anything is done with it: whoever sends it decides on its length.
    assertSize(Math.floor(wire.length / 4) * 3 - 2, MAX_BYTES);
    try {
        const bytes = getBase64Encoder().encode(wire);
        // Bits after the last byte, padding that is missing or too much.
        if (getBase64Decoder().decode(bytes) === wire) return bytes;
    } catch {
        // Characters that are not of the alphabet.
    }
    return refuse('transaction', 'it is not canonical base64');
}

function decodeBytes(bytes: ReadonlyUint8Array): DecodedTransaction {
    const decoded = attempt(() => getTransactionDecoder().decode(bytes));
    if (!decoded) return refuse('transaction', 'it is not a transaction of version legacy, 0 or 1');
    const message = decodeMessage(decoded.messageBytes);
    assertSize(bytes.length, getTransactionSizeLimit(decoded));
    const again = attempt(() => getTransactionEncoder().encode(decoded));
    if (!again || !bytesEqual(new Uint8Array(again), new Uint8Array(bytes))) {
        // A signature count in more bytes than it needs, or a signer that the message names twice.
        return refuse('transaction.signatures', 'they are not encoded in the one canonical way');
    }
    return toResult({ bytes, message, transaction: Object.freeze(decoded) });
}

/** The bytes of a transaction that is an object, which may have come from anywhere, for instance from a wallet. */
function encode(input: Transaction): ReadonlyUint8Array {
    // Members may be getters, or those of a proxy, which throw.
    const { messageBytes, signatures } = attempt(() => ({
        messageBytes: (input as Partial<Transaction> | undefined)?.messageBytes as unknown,
        signatures: (input as Partial<Transaction> | undefined)?.signatures as unknown,
    })) ?? { messageBytes: undefined, signatures: undefined };
    if (!isBytes(messageBytes)) return refuse('transaction', `it is ${describe(input)}`);
    const given =
        typeof signatures === 'object' && signatures !== null ? attempt(() => ({ ...signatures })) : undefined;
    if (given === undefined) return refuse('transaction.signatures', `it is ${describe(signatures)}`);
    // Bytes of their own, so that nobody changes them while they are looked at.
    const message = new Uint8Array(messageBytes);
    const { signers } = decodeMessage(message);
    const stranger = Object.keys(given).find(address => !signers.includes(address as Address));
    if (stranger !== undefined) refuse('transaction.signatures', `${describe(stranger)} is not one of the signers`);
    // In the order of the message, whatever the order in the object is.
    const ordered = signers.map((address): [Address, SignatureBytes | null] => {
        const signature: unknown = (given as Record<string, unknown>)[address] ?? null;
        if (signature !== null && getByteCount(signature) !== SIGNATURE_LENGTH) {
            return refuse(`transaction.signatures.${address}`, `it is not a signature of ${SIGNATURE_LENGTH} bytes`);
        }
        return [address, signature as SignatureBytes | null];
    });
    const bytes = attempt(() =>
        getTransactionEncoder().encode({
            messageBytes: message as unknown as TransactionMessageBytes,
            signatures: Object.fromEntries(ordered),
        }),
    );
    return bytes ?? refuse('transaction.signatures', 'the message names a signer twice');
}

function attempt<T>(call: () => T): T | undefined {
    try {
        return call();
    } catch {
        return undefined;
    }
}
