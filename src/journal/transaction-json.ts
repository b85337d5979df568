import { JSON_FIELD_MISTYPED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { describe, U64_MAX } from '../core/input';
import { fromJsonText, readDecimal, readObject } from '../core/strict-json';
import { toSentTransaction } from './checks';
import type { SentTransaction } from './journal';

// The text that a journal keeps of a transaction.

/** Many times what a transaction of the largest wire format with all of its channels takes. */
const MAX_LENGTH = 1 << 20;
const TRANSACTION = {
    required: ['signature', 'wireTransaction', 'lastValidBlockHeight', 'feeLamports', 'channels'],
} as const;
const CHANNEL = { optional: ['cumulativeAmount'], required: ['channel', 'actions'] } as const;

/** The JSON text of a transaction: integers as strings of decimal digits, everything else as it is. */
export function encodeSentTransaction(transaction: SentTransaction): string {
    return JSON.stringify(transaction, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
}

/**
 * Reads the text of a transaction strictly.
 *
 * @throws By field: `JSON_FIELD_UNKNOWN`, `JSON_FIELD_MISSING`, `JSON_FIELD_MISTYPED`, `ADDRESS_INVALID`,
 * `INPUT_INVALID`, `INTEGER_OUT_OF_RANGE`; `JSON_MALFORMED` for what is no JSON.
 */
export function decodeSentTransaction(text: string): SentTransaction {
    const fields = readObject('transaction', fromJsonText('transaction', text, MAX_LENGTH), TRANSACTION);
    const channels = fields.get('channels');
    if (!Array.isArray(channels)) {
        const context = { expected: 'an array', field: 'transaction.channels', value: describe(channels) };
        throw new PaymentChannelsError(JSON_FIELD_MISTYPED, context);
    }
    const readU64 = (field: string, value: unknown) => readDecimal(field, value, 0n, U64_MAX);
    return toSentTransaction({
        channels: channels.map((value: unknown, index) => {
            const field = `transaction.channels[${index}]`;
            const channel = readObject(field, value, CHANNEL);
            const amount = channel.get('cumulativeAmount');
            return {
                actions: channel.get('actions'),
                channel: channel.get('channel'),
                cumulativeAmount: amount === undefined ? undefined : readU64(`${field}.cumulativeAmount`, amount),
            };
        }),
        feeLamports: readU64('transaction.feeLamports', fields.get('feeLamports')),
        lastValidBlockHeight: readU64('transaction.lastValidBlockHeight', fields.get('lastValidBlockHeight')),
        signature: fields.get('signature'),
        wireTransaction: fields.get('wireTransaction'),
    });
}
