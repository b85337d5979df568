import type { Address } from '@solana/kit';

import { refuseInput } from '../core/input';
import { within } from '../core/within';
import type { BatchJournal, ChannelLease } from './journal';
import { toSentTransaction } from './checks';

/**
 * A journal whose answers are looked at, and waited for no longer than so many milliseconds. Leases that it gives once
 * nobody waits for them are given back.
 *
 * @param abortSignal Once it is aborted, no lease is waited for; what ends something is.
 */
export function createBoundedJournal(
    journal: BatchJournal,
    milliseconds: number,
    abortSignal: AbortSignal | undefined,
): Required<BatchJournal> {
    const ask = <T>(name: keyof BatchJournal, work: () => Promise<T>, signal?: AbortSignal) =>
        within(`the journal (${name})`, milliseconds, work, signal);
    return Object.freeze({
        acquire: async (owner, channels, durationMs) => {
            abortSignal?.throwIfAborted();
            const answer = (async () => await journal.acquire(owner, channels, durationMs))();
            try {
                const held = new Set(toList('acquire', await ask('acquire', () => answer, abortSignal)));
                return channels.filter(channel => held.has(channel));
            } catch (error) {
                answer.then(() => journal.release(owner, channels)).catch(() => undefined);
                throw error;
            }
        },
        getLeases: async channels => {
            if (journal.getLeases === undefined) return [];
            const leases = await ask('getLeases', () => journal.getLeases!(channels));
            return toList('getLeases', leases).filter(isLease);
        },
        getUnresolved: async channels => {
            const transactions = await ask('getUnresolved', () => journal.getUnresolved(channels));
            return toList('getUnresolved', transactions).map(one => toSentTransaction(one));
        },
        recordOutcome: (signature, outcome) => ask('recordOutcome', () => journal.recordOutcome(signature, outcome)),
        recordSent: (owner, transaction) => ask('recordSent', () => journal.recordSent(owner, transaction)),
        release: (owner, channels) => ask('release', () => journal.release(owner, channels)),
    } satisfies BatchJournal);
}

function toList(name: keyof BatchJournal, answer: unknown): readonly unknown[] {
    return Array.isArray(answer) ? (answer as unknown[]) : refuseInput(`answer of journal.${name}`, 'an array', answer);
}

function isLease(value: unknown): value is ChannelLease {
    const { channel, until } = (value ?? {}) as Readonly<Partial<Record<keyof ChannelLease, unknown>>>;
    return typeof channel === 'string' && typeof until === 'number' && Number.isFinite(until);
}

/** Until when each of the channels is leased, as far as the journal says so. */
export async function fetchLeaseEnds(
    journal: Required<BatchJournal>,
    channels: readonly Address[],
): Promise<ReadonlyMap<Address, number>> {
    return new Map((await journal.getLeases(channels)).map(({ channel, until }) => [channel, until]));
}
