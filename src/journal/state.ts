import type { Address, Signature } from '@solana/kit';

import type { ChannelLease, SentTransaction } from './journal';
import { getEnd, getNext, isHeldBy, isVoid, MAX_LEASE_MS, type JournalLease } from './lease';

/** A lease in a journal that several processes write. */
export type Lease = JournalLease &
    Readonly<{
        /** The writer in the journal's log, where there is one: the lease ends with that writer. */
        writer: string | undefined;
    }>;

/** The owner that asks for leases, and when. */
type LeaseRequest = Readonly<{ owner: string; at: number; until: number; writer?: string | undefined }>;

/**
 * The state of a journal; every journal is this state and a way to keep it. It depends only on earlier calls and on the
 * times passed in, so the same calls in the same order lead to the same state.
 *
 * Clocks jump, and a machine may start with one that is years ahead. A lease of such a clock still ends: it is void
 * where it would last for longer than any lease does, and once it has been refused for as long as it was taken for
 * without being renewed. If its owner is still alive, its next record is refused.
 */
export type JournalState = Readonly<{
    /** Takes and renews leases until a time; never shortens one. @returns What the owner holds at `at`. */
    acquire: (request: LeaseRequest, channels: readonly Address[]) => readonly Address[];
    release: (owner: string, channels: readonly Address[]) => void;
    /** @returns The channels whose lease the owner does not hold at `at`; if there are any, nothing was recorded. */
    recordSent: (owner: string, transaction: SentTransaction, at: number) => readonly Address[];
    recordOutcome: (signature: Signature) => void;
    /** Puts back what another state had. */
    restoreLease: (channel: Address, lease: Pick<Lease, 'owner' | 'until' | 'writer'>) => void;
    restoreSent: (transaction: SentTransaction) => void;
    holds: (owner: string, channel: Address, at: number) => boolean;
    getUnresolved: (channels: readonly Address[]) => readonly SentTransaction[];
    /** All transactions whose end is not known, in the order of recording. */
    getAllUnresolved: () => Iterable<SentTransaction>;
    /** The leases that are not over at a time, each with the end that it has as seen from then. */
    getLeases: (at: number) => Iterable<readonly [Address, Lease]>;
    getLease: (channel: Address, at: number) => Lease | undefined;
}>;

export function createJournalState(): JournalState {
    const leases = new Map<Address, Lease>();
    const unresolved = new Map<Signature, { place: number; transaction: SentTransaction }>();
    const signaturesOf = new Map<Address, Set<Signature>>();
    let nextPlace = 0;

    const holds = (owner: string, channel: Address, at: number) => isHeldBy(leases.get(channel), owner, at);
    const getLease = (channel: Address, at: number): Lease | undefined => {
        const lease = leases.get(channel);
        const until = lease && getEnd(lease, at);
        return until !== undefined && until > at ? { ...lease!, until } : undefined;
    };
    const acquireOne = ({ at, owner, until, writer }: LeaseRequest, channel: Address): boolean => {
        const lease = leases.get(channel);
        const next = getNext(lease, { at, durationMs: until - at, owner });
        const isHeld = next.owner === owner;
        leases.set(channel, { ...next, writer: isHeld ? writer : lease?.writer });
        return isHeld;
    };
    const restoreSent = (transaction: SentTransaction) => {
        const { channels, signature } = transaction;
        // Recorded again, by whoever sends it again: it is one transaction, whose place is that of the first record.
        if (unresolved.has(signature)) return;
        unresolved.set(signature, { place: nextPlace++, transaction });
        for (const { channel } of channels) {
            const signatures = signaturesOf.get(channel);
            if (signatures === undefined) signaturesOf.set(channel, new Set([signature]));
            else signatures.add(signature);
        }
    };
    return Object.freeze({
        acquire: (request, channels) => channels.filter(channel => acquireOne(request, channel)),
        getAllUnresolved: function* () {
            for (const { transaction } of unresolved.values()) yield transaction;
        },
        getLease,
        getLeases: function* (at) {
            for (const [channel, lease] of leases) {
                // This clock may be the wrong one, so nothing is void for good.
                const until = isVoid(lease, at) ? lease.until : getEnd(lease, at);
                if (until > at) yield [channel, { ...lease, until }];
            }
        },
        getUnresolved: channels => {
            const found = new Set(channels.flatMap(channel => [...(signaturesOf.get(channel) ?? [])]));
            return [...found]
                .map(signature => unresolved.get(signature)!)
                .sort((a, b) => a.place - b.place)
                .map(({ transaction }) => transaction);
        },
        holds,
        recordOutcome: signature => {
            const { transaction } = unresolved.get(signature) ?? {};
            if (transaction === undefined) return;
            unresolved.delete(signature);
            for (const { channel } of transaction.channels) {
                const signatures = signaturesOf.get(channel);
                signatures?.delete(signature);
                if (signatures?.size === 0) signaturesOf.delete(channel);
            }
        },
        recordSent: (owner, transaction, at) => {
            const all = new Set(transaction.channels.map(({ channel }) => channel));
            const lost = [...all].filter(channel => !holds(owner, channel, at));
            if (lost.length === 0) restoreSent(transaction);
            return lost;
        },
        release: (owner, channels) => {
            for (const channel of channels) if (leases.get(channel)?.owner === owner) leases.delete(channel);
        },
        restoreLease: (channel, lease) =>
            void leases.set(channel, { ...lease, durationMs: MAX_LEASE_MS, refusedAt: undefined }),
        restoreSent,
    });
}

/** The journal's answer about the holders of channels. */
export function getLeases(state: JournalState, channels: readonly Address[], at: number): readonly ChannelLease[] {
    return Object.freeze(
        channels.flatMap(channel => {
            const lease = state.getLease(channel, at);
            return lease === undefined ? [] : [Object.freeze({ channel, owner: lease.owner, until: lease.until })];
        }),
    );
}
