import type { Address } from '@solana/kit';

import { JOURNAL_LEASE_LOST } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readOnlyMembers } from '../core/input';
import { toResult } from '../core/json-form';
import { toChannels, toDurationMs, toLease, toNow, toOwner } from './checks';
import { getEnd, getNext, isHeldBy, type JournalLease, type LeaseRequest } from './lease';

// The rules of leases for whoever writes a journal: what is stored comes from a database and is checked.

const REQUEST_MEMBERS = { at: true, durationMs: true, owner: true } as const;

/**
 * The lease of a channel after an owner has asked for it: store it, in the same transaction in which the one before was
 * read. It is the requester's if its `owner` is; otherwise somebody else holds the channel, and the lease only remembers
 * that it was refused.
 *
 * @param lease The lease that is stored, over or not; `undefined` where there is none.
 * @param request `at` is the time of the journal's clock in milliseconds, as {@link checkJournalTime} returns it.
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field.
 *
 * @example
 * ```ts
 * const first = getNextLease(undefined, { at: 1_000, durationMs: 60_000, owner: 'worker 1' });
 * const second = getNextLease(first, { at: 2_000, durationMs: 60_000, owner: 'worker 2' });
 * console.log(second.owner); // worker 1
 * ```
 */
export function getNextLease(lease: JournalLease | undefined, request: LeaseRequest): JournalLease {
    const { at, durationMs, owner } = readOnlyMembers('request', request, REQUEST_MEMBERS);
    return toResult(
        getNext(toLease(lease), {
            at: toNow(at, 'request.at'),
            durationMs: toDurationMs(durationMs, 'request.durationMs'),
            owner: toOwner(owner, 'request.owner'),
        }),
    );
}

/**
 * When a lease ends, in milliseconds of the journal's clock, as seen by a clock that shows `at`; `undefined` where it is
 * over, void or missing. For `getLeases` of a journal.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field.
 *
 * @example
 * ```ts
 * const lease = getNextLease(undefined, { at: 1_000, durationMs: 60_000, owner: 'worker 1' });
 * console.log(getLeaseEnd(lease, 2_000)); // 61000
 * console.log(getLeaseEnd(lease, 61_000)); // undefined
 * ```
 */
export function getLeaseEnd(lease: JournalLease | undefined, at: number): number | undefined {
    const stored = toLease(lease);
    const time = toNow(at, 'at');
    const end = stored && getEnd(stored, time);
    return end !== undefined && end > time ? end : undefined;
}

/**
 * Whether a lease lets an owner record a transaction at a time of the journal's clock: the condition of `recordSent`, to
 * be looked at in the same transaction that records.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field.
 *
 * @example
 * ```ts
 * const lease = getNextLease(undefined, { at: 1_000, durationMs: 60_000, owner: 'worker 1' });
 * console.log(isLeaseHeldBy(lease, 'worker 1', 60_999)); // true
 * ```
 */
export function isLeaseHeldBy(lease: JournalLease | undefined, owner: string, at: number): boolean {
    return isHeldBy(toLease(lease), toOwner(owner), toNow(at, 'at'));
}

/**
 * The time of a journal's clock in whole milliseconds, once it is known to be one: a clock that fails must neither give
 * a lease nor let one be used.
 *
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, field `now`.
 *
 * @example
 * ```ts
 * const at = checkJournalTime(Date.now());
 * ```
 */
export function checkJournalTime(now: unknown): number {
    return toNow(now);
}

/**
 * The error that `recordSent` of a journal rejects with, having recorded nothing: `JOURNAL_LEASE_LOST`.
 *
 * @param channels The channels whose lease the owner does not hold, in the order in which the transaction names them.
 * @throws `INPUT_INVALID` or `ADDRESS_INVALID` by field.
 *
 * @example
 * ```ts
 * const error = createLeaseLostError([channel], 'worker 1');
 * console.log(error.code); // JOURNAL_LEASE_LOST
 * ```
 */
export function createLeaseLostError(
    channels: readonly Address[],
    owner: string,
): PaymentChannelsError<'JOURNAL_LEASE_LOST'> {
    return new PaymentChannelsError(JOURNAL_LEASE_LOST, { channels: toChannels(channels), owner: toOwner(owner) });
}
