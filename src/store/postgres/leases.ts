import { MAX_LASTING_MS } from '../../journal/lease';

// The rules of leases (journal/lease.ts) in the words of the database.

/** When a lease ends, as seen by a clock that shows `at`, unless it is void. */
export const getEnd = (lease: string, at: string) =>
    `least(${lease}.until, coalesce(${lease}.refused_at, ${at}) + ${lease}.duration_ms)`;

/** Whether a lease holds others off: neither void nor over. One that nobody has ended in 1970. */
export const isInForce = (lease: string, at: string) =>
    `(${lease}.until - ${at} <= ${MAX_LASTING_MS} AND ${getEnd(lease, at)} > ${at})`;
