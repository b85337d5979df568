import { isSignature, type Address, type Base64EncodedWireTransaction, type Signature } from '@solana/kit';

import { readMembers, readOnlyMembers, refuseInput, toAddress, toInteger, toList, toOneOf, toU64 } from '../core/input';
import { toResult } from '../core/json-form';
import type { PlannedAction, SentChannel, SentOutcome, SentTransaction } from './journal';
import { MAX_LEASE_MS, type JournalLease } from './lease';

// Checks that every journal makes before it records anything. They return frozen copies, so that later changes by the
// caller don't change the record.

const MAX_OWNER_LENGTH = 256;
// Several times what a cluster accepts.
const MAX_WIRE_LENGTH = 1 << 16;

const ACTIONS: Readonly<Record<PlannedAction, true>> = {
    distribute: true,
    finalize: true,
    reclaim: true,
    settle: true,
    settleAndFinalize: true,
};
const isAction = (value: unknown): value is PlannedAction => typeof value === 'string' && Object.hasOwn(ACTIONS, value);
const OUTCOMES: readonly SentOutcome[] = ['expired', 'failed', 'landed', 'refused'];

export function toOwner(value: unknown, field = 'owner'): string {
    if (typeof value !== 'string' || value.length === 0 || value.length > MAX_OWNER_LENGTH) {
        return refuseInput(field, `a name of 1 to ${MAX_OWNER_LENGTH} characters`, value);
    }
    return value;
}

/** Each channel once, in the order in which they are named first. */
export function toChannels(value: unknown): readonly Address[] {
    return [...new Set(toList('channels', value, 'an array of addresses', (one, path) => toAddress(path, one)))];
}

export function toDurationMs(value: unknown, field = 'durationMs'): number {
    return Number(toInteger(field, value, 1n, BigInt(MAX_LEASE_MS)));
}

/** The wall clock of a journal, in whole milliseconds; what it says is looked at each time that it is asked. */
export function toClock(value: unknown): () => unknown {
    const clock = value ?? Date.now;
    return typeof clock === 'function' ? (clock as () => unknown) : refuseInput('now', 'a function', clock);
}

/** The time of a clock, in whole milliseconds. */
export function toNow(value: unknown, field = 'now'): number {
    const whole = typeof value === 'number' ? Math.floor(value) : value;
    return Number(toInteger(field, whole, 0n, BigInt(Number.MAX_SAFE_INTEGER - MAX_LEASE_MS)));
}

const LEASE_MEMBERS = { durationMs: true, owner: true, refusedAt: true, until: true } as const;

/** A lease as it was stored; `undefined` where there is none. */
export function toLease(value: unknown): JournalLease | undefined {
    if (value === undefined) return undefined;
    const { durationMs, owner, refusedAt, until } = readOnlyMembers('lease', value as JournalLease, LEASE_MEMBERS);
    return toResult({
        durationMs: toDurationMs(durationMs, 'lease.durationMs'),
        owner: toOwner(owner, 'lease.owner'),
        refusedAt: refusedAt === undefined ? undefined : toNow(refusedAt, 'lease.refusedAt'),
        until: Number(toInteger('lease.until', until, 0n, BigInt(Number.MAX_SAFE_INTEGER))),
    });
}

export function toSignature(field: string, value: unknown): Signature {
    return typeof value === 'string' && isSignature(value)
        ? value
        : refuseInput(field, 'the signature of a transaction, in base58', value);
}

export function toOutcome(value: unknown): SentOutcome {
    return toOneOf('outcome', value, OUTCOMES);
}

export function toSentTransaction(value: unknown): SentTransaction {
    const names = ['channels', 'feeLamports', 'lastValidBlockHeight', 'signature', 'wireTransaction'] as const;
    const { channels, feeLamports, lastValidBlockHeight, signature, wireTransaction } = readMembers(
        'transaction',
        value as SentTransaction,
        names,
    );
    const expected = 'an array of { channel, actions }';
    return toResult({
        channels: Object.freeze(
            toList('transaction.channels', channels, expected, (one, path) => toSentChannel(path, one)),
        ),
        feeLamports: toU64('transaction.feeLamports', feeLamports),
        lastValidBlockHeight: toU64('transaction.lastValidBlockHeight', lastValidBlockHeight),
        signature: toSignature('transaction.signature', signature),
        wireTransaction: toWireTransaction(wireTransaction),
    });
}

function toSentChannel(field: string, value: unknown): SentChannel {
    const names = ['actions', 'channel', 'cumulativeAmount'] as const;
    const { actions, channel, cumulativeAmount } = readMembers(field, value as SentChannel, names);
    return toResult({
        actions: Object.freeze(
            toList(`${field}.actions`, actions, 'an array of actions', (action, path) =>
                isAction(action) ? action : refuseInput(path, Object.keys(ACTIONS).join(', or '), action),
            ),
        ),
        channel: toAddress(`${field}.channel`, channel),
        cumulativeAmount:
            cumulativeAmount === undefined ? undefined : toU64(`${field}.cumulativeAmount`, cumulativeAmount),
    });
}

function toWireTransaction(value: unknown): Base64EncodedWireTransaction {
    const isGood =
        typeof value === 'string' &&
        value.length <= MAX_WIRE_LENGTH &&
        value.length % 4 === 0 &&
        /^[A-Za-z0-9+/]+={0,2}$/.test(value);
    return isGood
        ? (value as Base64EncodedWireTransaction)
        : refuseInput('transaction.wireTransaction', 'a transaction in base64', value);
}
