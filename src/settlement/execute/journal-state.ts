import type { Address, Signature } from '@solana/kit';

import type { SentTransaction } from './journal';

/** Who may send for a channel, and until when, in milliseconds of the wall clock. */
export type Lease = Readonly<{ owner: string; until: number }>;

/**
 * What a journal knows: every journal is this, and a way to keep it. What happens depends on what happened before and on
 * the times that are passed in, on nothing else: whoever applies the same calls in the same order knows the same.
 */
export type JournalState = Readonly<{
    /** Takes and prolongs leases until a time; never shortens one. @returns What the owner holds at `at`. */
    acquire: (owner: string, channels: readonly Address[], at: number, until: number) => readonly Address[];
    release: (owner: string, channels: readonly Address[]) => void;
    /** @returns The channels whose lease the owner does not hold at `at`; if there are any, nothing was recorded. */
    recordSent: (owner: string, transaction: SentTransaction, at: number) => readonly Address[];
    recordOutcome: (signature: Signature) => void;
    /** Puts back what another state had. */
    restoreLease: (channel: Address, lease: Lease) => void;
    restoreSent: (transaction: SentTransaction) => void;
    holds: (owner: string, channel: Address, at: number) => boolean;
    getUnresolved: (channels: readonly Address[]) => readonly SentTransaction[];
    /** All transactions whose end is not known, in the order of recording. */
    getAllUnresolved: () => Iterable<SentTransaction>;
    getLeases: () => Iterable<readonly [Address, Lease]>;
}>;

export function createJournalState(): JournalState {
    const leases = new Map<Address, Lease>();
    const unresolved = new Map<Signature, { place: number; transaction: SentTransaction }>();
    const signaturesOf = new Map<Address, Set<Signature>>();
    let nextPlace = 0;

    const holds = (owner: string, channel: Address, at: number) => {
        const lease = leases.get(channel);
        return lease !== undefined && lease.owner === owner && lease.until > at;
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
        acquire: (owner, channels, at, until) =>
            channels.filter(channel => {
                const lease = leases.get(channel);
                if (lease !== undefined && lease.owner !== owner && lease.until > at) return false;
                const isLonger = lease?.owner === owner && lease.until > until;
                if (!isLonger) leases.set(channel, { owner, until });
                return true;
            }),
        getAllUnresolved: function* () {
            for (const { transaction } of unresolved.values()) yield transaction;
        },
        getLeases: () => leases.entries(),
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
        restoreLease: (channel, lease) => void leases.set(channel, lease),
        restoreSent,
    });
}
