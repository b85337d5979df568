import type { Address } from '@solana/kit';

import { readOnlyMembers, toInteger } from '../core/input';
import type { StoredChannel } from './store';

/** A record as it was read or written last: what a commit is bound to, and what it has to write back. */
export type KnownChannel = Pick<StoredChannel, 'changeId' | 'record' | 'unknown' | 'version'>;

/** What a process knows of the channels of one store without asking it: see {@link createKnownChannels}. */
export type KnownChannels = Readonly<{
    get: (channel: Address) => KnownChannel | undefined;
    set: (channel: Address, known: KnownChannel) => void;
    delete: (channel: Address) => void;
}>;

const DEFAULT_MAX_CHANNELS = 1_000;

/**
 * Remembers the records that this process has committed last, so that `commitCommand` need not read them before the next
 * command: one request to the database for each voucher instead of two. Whatever is decided on such a record is bound to its
 * version and to the id of its commit, and is decided again on what is there where somebody else has written since; what
 * writes nothing is never answered from memory.
 *
 * One of them is for one store. Channels beyond the limit are forgotten, those that were not committed for longest first.
 *
 * @param options `maxChannels`: 1,000 by default; a record takes a few kilobytes.
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field.
 *
 * @example
 * ```ts
 * const getContext = () => ({ now: BigInt(Math.floor(Date.now() / 1_000)), policy: createLedgerPolicy() });
 * const context = { getContext, known: createKnownChannels() };
 * const { result } = await commitCommand(store, channel, () => ({ kind: 'end', reason: 'operator' }), context);
 * ```
 */
export function createKnownChannels(options: Readonly<{ maxChannels?: number | undefined }> = {}): KnownChannels {
    const given = readOnlyMembers('options', options, { maxChannels: true });
    const maxChannels = Number(
        toInteger('options.maxChannels', given.maxChannels ?? DEFAULT_MAX_CHANNELS, 1n, BigInt(2 ** 24)),
    );
    const channels = new Map<Address, KnownChannel>();
    return Object.freeze({
        delete: channel => void channels.delete(channel),
        get: channel => channels.get(channel),
        set: (channel, known) => {
            channels.delete(channel);
            // A copy: what others have of it, they may change.
            channels.set(channel, structuredClone(known));
            if (channels.size > maxChannels) channels.delete(channels.keys().next().value!);
        },
    } satisfies KnownChannels);
}
