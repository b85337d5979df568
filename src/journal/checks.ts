import { isSignature, type Address, type Base64EncodedWireTransaction, type Signature } from '@solana/kit';

import { readMembers, refuseInput, toAddress, toInteger, toList, toOneOf, toU64 } from '../core/input';
import { toResult } from '../core/json-form';
import type { PlannedAction, SentChannel, SentOutcome, SentTransaction } from './journal';
import { MAX_LEASE_MS } from './state';

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

export function toOwner(value: unknown): string {
    if (typeof value !== 'string' || value.length === 0 || value.length > MAX_OWNER_LENGTH) {
        return refuseInput('owner', `a name of 1 to ${MAX_OWNER_LENGTH} characters`, value);
    }
    return value;
}

/** Each channel once, in the order in which they are named first. */
export function toChannels(value: unknown): readonly Address[] {
    return [...new Set(toList('channels', value, 'an array of addresses', (one, path) => toAddress(path, one)))];
}

export function toDurationMs(value: unknown): number {
    return Number(toInteger('durationMs', value, 1n, BigInt(MAX_LEASE_MS)));
}

/** The wall clock of a journal, in whole milliseconds; what it says is looked at each time that it is asked. */
export function toClock(value: unknown): () => unknown {
    const clock = value ?? Date.now;
    return typeof clock === 'function' ? (clock as () => unknown) : refuseInput('now', 'a function', clock);
}

/** The time of a clock, in whole milliseconds. */
export function toNow(value: unknown): number {
    const whole = typeof value === 'number' ? Math.floor(value) : value;
    return Number(toInteger('now', whole, 0n, BigInt(Number.MAX_SAFE_INTEGER - MAX_LEASE_MS)));
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
