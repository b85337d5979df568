import type { Address, Signature } from '@solana/kit';

import type { ChannelLease, SentTransaction } from './journal';
import { getEnd, getNext, isHeldBy, type JournalLease, type LeaseRequest } from './lease';

/**
 * The state of a journal in memory. It depends only on earlier calls and on the times passed in, so the same calls in the
 * same order lead to the same state.
 *
 * Clocks jump, and a machine may start with one that is years ahead. A lease of such a clock still ends: it is void
 * where it would last for longer than any lease does, and once it has been refused for as long as it was taken for
 * without being renewed. If its owner is still alive, its next record is refused.
 */
export type JournalState = Readonly<{
    /** Takes and renews leases; never shortens one. @returns What the owner holds at the time of the request. */
    acquire: (request: LeaseRequest, channels: readonly Address[]) => readonly Address[];
    release: (owner: string, channels: readonly Address[]) => void;
    /** @returns The channels whose lease the owner does not hold at `at`; if there are any, nothing was recorded. */
    recordSent: (owner: string, transaction: SentTransaction, at: number) => readonly Address[];
    recordOutcome: (signature: Signature) => void;
    getUnresolved: (channels: readonly Address[]) => readonly SentTransaction[];
    /** The leases of the channels that are not over at a time. */
    getLeases: (channels: readonly Address[], at: number) => readonly ChannelLease[];
}>;

export function createJournalState(): JournalState {
    const leases = new Map<Address, JournalLease>();
    const unresolved = new Map<Signature, { place: number; transaction: SentTransaction }>();
    const signaturesOf = new Map<Address, Set<Signature>>();
    let nextPlace = 0;

    const acquireOne = (request: LeaseRequest, channel: Address): boolean => {
        const lease = getNext(leases.get(channel), request);
        leases.set(channel, lease);
        return lease.owner === request.owner;
    };
    const record = (transaction: SentTransaction) => {
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
        getLeases: (channels, at) =>
            channels.flatMap(channel => {
                const lease = leases.get(channel);
                const until = lease === undefined ? at : getEnd(lease, at);
                return until > at ? [Object.freeze({ channel, owner: lease!.owner, until })] : [];
            }),
        getUnresolved: channels => {
            const found = new Set(channels.flatMap(channel => [...(signaturesOf.get(channel) ?? [])]));
            return [...found]
                .map(signature => unresolved.get(signature)!)
                .sort((a, b) => a.place - b.place)
                .map(({ transaction }) => transaction);
        },
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
            const lost = [...all].filter(channel => !isHeldBy(leases.get(channel), owner, at));
            if (lost.length === 0) record(transaction);
            return lost;
        },
        release: (owner, channels) => {
            for (const channel of channels) if (leases.get(channel)?.owner === owner) leases.delete(channel);
        },
    } satisfies JournalState);
}
