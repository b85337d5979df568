import type { Address, Signature } from '@solana/kit';

import { JSON_FIELD_MISTYPED } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { describe, U64_MAX } from '../../core/input';
import type { SentOutcome, SentTransaction } from '../../journal/journal';
import { toChannels, toOutcome, toOwner, toSentTransaction, toSignature } from '../../journal/checks';
import { readDecimal, readObject, type JsonFields } from '../../core/strict-json';

/** One entry of a journal's file. Times are milliseconds of the wall clock. */
export type JournalRecord = Readonly<
    | { kind: 'acquire'; owner: string; channels: readonly Address[]; at: number; until: number }
    | { kind: 'release'; owner: string; channels: readonly Address[] }
    | { kind: 'sent'; owner: string; transaction: SentTransaction; at: number }
    | { kind: 'outcome'; signature: Signature; outcome: SentOutcome }
    // The end of a file: what comes after it in this file is void, and the next file goes on.
    | { kind: 'seal'; at: number }
    // What a file took over from the one before; leases only by earlier versions of this package.
    | { kind: 'lease'; owner: string; channels: readonly Address[]; until: number }
    | { kind: 'unresolved'; transaction: SentTransaction }
>;

const FIELDS = {
    acquire: { required: ['kind', 'owner', 'channels', 'at', 'until'] },
    lease: { required: ['kind', 'owner', 'channels', 'until'] },
    outcome: { required: ['kind', 'signature', 'outcome'] },
    release: { required: ['kind', 'owner', 'channels'] },
    seal: { required: ['kind', 'at'] },
    sent: { required: ['kind', 'owner', 'transaction', 'at'] },
    unresolved: { required: ['kind', 'transaction'] },
} as const;

const ANY_RECORD = /* @__PURE__ */ (() => ({
    optional: [...new Set(Object.values(FIELDS).flatMap(({ required }) => required))],
    required: [],
}))();
const TRANSACTION = {
    required: ['signature', 'wireTransaction', 'lastValidBlockHeight', 'feeLamports', 'channels'],
} as const;
const CHANNEL = { optional: ['cumulativeAmount'], required: ['channel', 'actions'] } as const;

/** The JSON text of a record: integers as strings of decimal digits, everything else as it is. */
export function encodeRecord(record: JournalRecord): string {
    return JSON.stringify(record, (_, value: unknown) =>
        typeof value === 'bigint' || typeof value === 'number' ? `${value}` : value,
    );
}

/**
 * Reads a record from the value of its JSON text.
 *
 * @throws By field: `JSON_FIELD_UNKNOWN`, `JSON_FIELD_MISSING`, `JSON_FIELD_MISTYPED`, `ADDRESS_INVALID`,
 * `INPUT_INVALID`, `INTEGER_OUT_OF_RANGE`.
 */
export function decodeRecord(value: unknown): JournalRecord {
    const kind = readObject('record', value, ANY_RECORD).get('kind');
    if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) return mistyped('record.kind', 'a known kind', kind);
    const name = kind as JournalRecord['kind'];
    const fields = readObject('record', value, FIELDS[name]);
    const owner = () => toOwner(fields.get('owner'));
    const channels = () => toChannels(fields.get('channels'));
    switch (name) {
        case 'acquire':
            return {
                at: readTime(fields, 'at'),
                channels: channels(),
                kind: name,
                owner: owner(),
                until: readTime(fields, 'until'),
            };
        case 'lease':
            return { channels: channels(), kind: name, owner: owner(), until: readTime(fields, 'until') };
        case 'outcome':
            return {
                kind: name,
                outcome: toOutcome(fields.get('outcome')),
                signature: toSignature('signature', fields.get('signature')),
            };
        case 'release':
            return { channels: channels(), kind: name, owner: owner() };
        case 'seal':
            return { at: readTime(fields, 'at'), kind: name };
        case 'sent':
            return { at: readTime(fields, 'at'), kind: name, owner: owner(), transaction: readTransaction(fields) };
        case 'unresolved':
            return { kind: name, transaction: readTransaction(fields) };
    }
}

function readTransaction(record: JsonFields): SentTransaction {
    const fields = readObject('transaction', record.get('transaction'), TRANSACTION);
    const channels = fields.get('channels');
    if (!Array.isArray(channels)) return mistyped('transaction.channels', 'an array', channels);
    return toSentTransaction({
        channels: channels.map((value: unknown, index) => {
            const field = `transaction.channels[${index}]`;
            const channel = readObject(field, value, CHANNEL);
            const amount = channel.get('cumulativeAmount');
            return {
                actions: channel.get('actions'),
                channel: channel.get('channel'),
                cumulativeAmount:
                    amount === undefined ? undefined : readDecimal(`${field}.cumulativeAmount`, amount, 0n, U64_MAX),
            };
        }),
        feeLamports: readDecimal('transaction.feeLamports', fields.get('feeLamports'), 0n, U64_MAX),
        lastValidBlockHeight: readDecimal(
            'transaction.lastValidBlockHeight',
            fields.get('lastValidBlockHeight'),
            0n,
            U64_MAX,
        ),
        signature: fields.get('signature'),
        wireTransaction: fields.get('wireTransaction'),
    });
}

function readTime(fields: JsonFields, name: string): number {
    return Number(readDecimal(`record.${name}`, fields.get(name), 0n, BigInt(Number.MAX_SAFE_INTEGER)));
}

function mistyped(field: string, expected: string, value: unknown): never {
    throw new PaymentChannelsError(JSON_FIELD_MISTYPED, { expected, field, value: describe(value) });
}
