/** Who may send for a channel, and until when, in milliseconds of the journal's clock. A journal keeps one per channel. */
export type JournalLease = Readonly<{
    owner: string;
    until: number;
    /** The duration that it was taken for. */
    durationMs: number;
    /** When it was refused to somebody else for the first time since it was taken or renewed. */
    refusedAt?: number | undefined;
}>;

/** An owner that asks for a lease: when, and for how long. */
export type LeaseRequest = Readonly<{ owner: string; at: number; durationMs: number }>;

/** A lease is for a day at most. */
export const MAX_LEASE_MS = 86_400_000;
/** Clocks that are right may differ by as much. */
const CLOCK_TOLERANCE_MS = 300_000;
/** One that would last for longer is void. */
export const MAX_LASTING_MS = MAX_LEASE_MS + CLOCK_TOLERANCE_MS;

/** Whether a lease would last for longer than any does. */
export function isVoid({ until }: JournalLease, at: number): boolean {
    return until - at > MAX_LASTING_MS;
}

/** When a lease ends by a clock that shows `at`; immediately if it is void. */
export function getEnd(lease: JournalLease, at: number): number {
    if (isVoid(lease, at)) return at;
    return Math.min(lease.until, (lease.refusedAt ?? at) + lease.durationMs);
}

/** The lease of a channel after a request: the requester's if nobody else holds it, else that of its holder. */
export function getNext<T extends JournalLease>(
    lease: T | undefined,
    { at, durationMs, owner }: LeaseRequest,
): JournalLease | T {
    const isInForce = lease !== undefined && getEnd(lease, at) > at;
    if (isInForce && lease.owner !== owner) {
        // A clock that was put back starts again.
        return { ...lease, refusedAt: Math.min(lease.refusedAt ?? at, at) };
    }
    const until = at + durationMs;
    if (isInForce && lease.until > until) return { ...lease, refusedAt: undefined };
    return { durationMs, owner, refusedAt: undefined, until };
}

/** Whether a lease lets an owner record what it sends. */
export function isHeldBy(lease: JournalLease | undefined, owner: string, at: number): boolean {
    return lease !== undefined && lease.owner === owner && lease.until > at;
}
