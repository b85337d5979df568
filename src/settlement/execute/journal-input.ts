import { isSignature, type Address, type Base64EncodedWireTransaction, type Signature } from '@solana/kit';

import { PaymentChannelsError } from '../../errors';
import { assertIsInput, describe, toAddress, toInteger, toU64 } from '../../input';
import type { PlannedAction } from '../batch-plan';
import type { SentChannel, SentOutcome, SentTransaction } from './journal';
import { MAX_LEASE_MS } from './journal-state';

// What every journal checks before it records anything, and what it makes of it: frozen copies, so that nothing that the
// caller changes later changes what was recorded.

const MAX_OWNER_LENGTH = 256;
// Several times what a cluster accepts.
const MAX_WIRE_LENGTH = 1 << 16;

const ACTIONS: Readonly<Record<PlannedAction, true>> = {
    distribute: true,
    finalize: true,
    reclaim: true,
    seal: true,
    settle: true,
    settleAndFinalize: true,
    settleAndSeal: true,
};
const isAction = (value: unknown): value is PlannedAction => typeof value === 'string' && Object.hasOwn(ACTIONS, value);
const isOutcome = (value: unknown): value is SentOutcome =>
    value === 'expired' || value === 'failed' || value === 'landed' || value === 'refused';

function refuse(field: string, value: unknown): never {
    throw new PaymentChannelsError('INPUT_INVALID', { field, value: describe(value) });
}

export function toOwner(value: unknown): string {
    if (typeof value !== 'string' || value.length === 0 || value.length > MAX_OWNER_LENGTH) refuse('owner', value);
    return value;
}

/** Each channel once, in the order in which they are named first. */
export function toChannels(value: unknown): readonly Address[] {
    if (!Array.isArray(value)) refuse('channels', value);
    return [...new Set(Array.from(value as unknown[], (one, index) => toAddress(`channels[${index}]`, one)))];
}

export function toDurationMs(value: unknown): number {
    return Number(toInteger('durationMs', value, 1n, BigInt(MAX_LEASE_MS)));
}

/** The wall clock of a journal, in whole milliseconds; what it says is looked at each time that it is asked. */
export function toClock(value: unknown): () => unknown {
    const clock = value ?? Date.now;
    return typeof clock === 'function' ? (clock as () => unknown) : refuse('now', clock);
}

/** What a clock says, in whole milliseconds. */
export function toNow(value: unknown): number {
    const whole = typeof value === 'number' ? Math.floor(value) : value;
    return Number(toInteger('now', whole, 0n, BigInt(Number.MAX_SAFE_INTEGER - MAX_LEASE_MS)));
}

export function toSignature(field: string, value: unknown): Signature {
    return typeof value === 'string' && isSignature(value) ? value : refuse(field, value);
}

export function toOutcome(value: unknown): SentOutcome {
    return isOutcome(value) ? value : refuse('outcome', value);
}

export function toSentTransaction(value: unknown): SentTransaction {
    assertIsInput('transaction', value);
    const { channels, feeLamports, lastValidBlockHeight, signature, wireTransaction } = value as SentTransaction;
    if (!Array.isArray(channels)) refuse('transaction.channels', channels);
    return Object.freeze({
        channels: Object.freeze(channels.map((one, index) => toSentChannel(`transaction.channels[${index}]`, one))),
        feeLamports: toU64('transaction.feeLamports', feeLamports),
        lastValidBlockHeight: toU64('transaction.lastValidBlockHeight', lastValidBlockHeight),
        signature: toSignature('transaction.signature', signature),
        wireTransaction: toWireTransaction(wireTransaction),
    });
}

function toSentChannel(field: string, value: unknown): SentChannel {
    assertIsInput(field, value);
    const { actions, channel, cumulativeAmount } = value as SentChannel;
    if (!Array.isArray(actions)) refuse(`${field}.actions`, actions);
    return Object.freeze({
        actions: Object.freeze(
            Array.from(actions as unknown[], (action, index) =>
                isAction(action) ? action : refuse(`${field}.actions[${index}]`, action),
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
    return isGood ? (value as Base64EncodedWireTransaction) : refuse('transaction.wireTransaction', value);
}
