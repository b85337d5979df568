import type { Address, Signature } from '@solana/kit';

import { isPaymentChannelsError } from '../../core/errors';
import type { BatchJournal, SentTransaction } from '../../journal/journal';
import { show } from './expect';
import { A, B, C, signatureOf, transactionOf } from './journal-samples';
import type { Draw } from './random';

/** A call of a journal, and how much later than the one before it is made. */
export type Step = Readonly<{
    later: number;
    owner: string;
    channels: readonly Address[];
    call:
        | Readonly<{ name: 'acquire'; durationMs: number }>
        | Readonly<{ name: 'getUnresolved' | 'release' }>
        | Readonly<{ name: 'recordOutcome' | 'recordSent'; transaction: number }>;
}>;

const CALLS = ['acquire', 'acquire', 'release', 'getUnresolved', 'recordSent', 'recordSent', 'recordOutcome'] as const;
const MAX_STEPS = 40;

/** Some random calls; without the time, leases outlast them. */
export function drawSteps({ below, oneOf }: Draw, hasTime: boolean): Step[] {
    return Array.from({ length: below(MAX_STEPS + 1) }, () => {
        const name = oneOf(CALLS);
        const durationMs = hasTime ? 1 + below(100) : 3_600_000;
        return {
            call:
                name === 'acquire'
                    ? { durationMs, name }
                    : name === 'release' || name === 'getUnresolved'
                      ? { name }
                      : { name, transaction: below(5) },
            channels: Array.from({ length: 1 + below(3) }, () => oneOf([A, B, C])),
            later: hasTime ? oneOf([0, 0, 1, 20, 60]) : 0,
            owner: oneOf(['one', 'two', 'three']),
        };
    });
}

const NAMES = new Map([
    [A, 'A'],
    [B, 'B'],
    [C, 'C'],
]);

/** A step as a line of a report. */
export function showStep({ call, channels, later, owner }: Step): string {
    const { name, ...rest } = call;
    const text = show({ ...rest, channels: channels.map(channel => NAMES.get(channel)) });
    return `${later === 0 ? '' : `${later} ms later `}${name} by ${owner}: ${text}`;
}

/** What a journal answers to a step. */
export async function take({ call, channels, owner }: Step, journal: BatchJournal): Promise<unknown> {
    switch (call.name) {
        case 'acquire':
            return await journal.acquire(owner, channels, call.durationMs);
        case 'getUnresolved':
            return (await journal.getUnresolved(channels)).map(({ signature }) => signature);
        case 'recordOutcome':
            return await journal.recordOutcome(signatureOf(call.transaction), 'landed');
        case 'recordSent':
            try {
                return await journal.recordSent(owner, transactionOf(call.transaction, channels));
            } catch (error) {
                if (!isPaymentChannelsError(error, 'JOURNAL_LEASE_LOST')) throw error;
                return [error.code, ...error.context.channels];
            }
        case 'release':
            return await journal.release(owner, channels);
    }
}

/** The rules, as plainly as they can be written. */
export function createModel(): (step: Step, at: number) => unknown {
    const leases: { owner: string; channel: Address; until: number }[] = [];
    let sent: { signature: Signature; channels: SentTransaction['channels'] }[] = [];
    const find = (channel: Address, at: number) =>
        leases.filter(lease => lease.channel === channel && lease.until > at).at(-1);
    return ({ call, channels, owner }, at) => {
        const named = channels.filter((channel, index) => channels.indexOf(channel) === index);
        switch (call.name) {
            case 'acquire': {
                const free = named.filter(channel => (find(channel, at)?.owner ?? owner) === owner);
                for (const channel of free) {
                    const until = Math.max(at + call.durationMs, find(channel, at)?.until ?? 0);
                    leases.push({ channel, owner, until });
                }
                return free;
            }
            case 'getUnresolved':
                return sent
                    .filter(one => one.channels.some(({ channel }) => named.includes(channel)))
                    .map(({ signature }) => signature);
            case 'recordOutcome':
                sent = sent.filter(({ signature }) => signature !== signatureOf(call.transaction));
                return undefined;
            case 'recordSent': {
                const lost = named.filter(channel => find(channel, at)?.owner !== owner);
                if (lost.length > 0) return ['JOURNAL_LEASE_LOST', ...lost];
                const signature = signatureOf(call.transaction);
                if (!sent.some(one => one.signature === signature)) {
                    sent.push(transactionOf(call.transaction, channels));
                }
                return undefined;
            }
            case 'release':
                for (const lease of leases) {
                    if (lease.owner === owner && named.includes(lease.channel)) lease.until = 0;
                }
                return undefined;
        }
    };
}
