import type { Address } from '@solana/kit';

import { STORE_CONFLICT } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import type { Answers, LedgerCommand, LedgerEvent, Refusal } from '../ledger/commands';
import { decide } from '../ledger/decide';
import type { DecisionContext } from '../ledger/draft';
import { encodeRow } from '../ledger/ledger-json';
import type { ChannelStore, StoreChange, StoredChannel } from './store';

const MAX_ATTEMPTS = 16;
const MAX_REPEATS = 3;
const MAX_PAUSE_MS = 20;

/** What surrounds the decisions about a channel: time, chance and the ways to wait. */
export type CommitContext = Readonly<{
    /** The clock and the rules, asked again for each decision. */
    getContext: () => DecisionContext;
    /** A new random id for a commit; `crypto.randomUUID` by default. */
    createId?: (() => string) | undefined;
    /** Waits between two attempts; by default a random time of at most 20 ms. */
    pause?: (() => Promise<void>) | undefined;
    /** Is told of what an operator should hear of, after it was committed. */
    onEvent?: ((event: LedgerEvent) => void) | undefined;
}>;

/** What became of a command: the answer or the refusal, and the record as it is now. */
export type CommitResult<TAnswer> = Readonly<{ result: Refusal | TAnswer; stored: StoredChannel | undefined }>;

/**
 * Reads the record of a channel, decides about a command and commits what follows from it; where somebody else was
 * faster, once more from the beginning.
 *
 * When it resolves, what it answers is written. When it rejects, nothing may be delivered: the same command can be given
 * again, and finds what was written.
 *
 * @param getCommand Makes the command for the record that was read. It is called again after a conflict and reads the rows
 * that the command needs; nothing that takes longer belongs there.
 * @throws `STORE_CONFLICT` after 16 conflicts; whatever the store rejects with.
 *
 * @example
 * ```ts
 * const context = { getContext: () => ({ now: BigInt(Math.floor(Date.now() / 1000)), policy: createLedgerPolicy() }) };
 * const { result } = await commitCommand(store, channel, () => ({ kind: 'end', reason: 'operator' }), context);
 * if (result.kind === 'refused') console.log(result.code);
 * ```
 */
export async function commitCommand<TCommand extends LedgerCommand>(
    store: ChannelStore,
    channel: Address,
    getCommand: (stored: StoredChannel | undefined) => Promise<TCommand> | TCommand,
    context: CommitContext,
): Promise<CommitResult<Answers[TCommand['kind']]>> {
    const { createId = () => crypto.randomUUID(), getContext, onEvent, pause = pauseShortly } = context;
    for (let attempt = 1; ; attempt++) {
        const stored = await store.get(channel);
        const command = await getCommand(stored);
        const { change, events, result } = decide(stored, command, getContext());
        if (change === null) return { result, stored };
        const isCommitted = await commitOrRead(store, { ...change, changeId: createId(), unknown: stored?.unknown });
        if (isCommitted) {
            for (const event of events) onEvent?.(event);
            return { result, stored: await store.get(channel) };
        }
        if (attempt === MAX_ATTEMPTS) throw new PaymentChannelsError(STORE_CONFLICT, { attempts: attempt, channel });
        await pause();
    }
}

/**
 * Commits a change, and finds out whether it happened where the store could not say.
 *
 * @returns Whether it is committed; `false` for a conflict.
 * @throws What the store rejects with, when nothing was written, or when that can't be found out either.
 *
 * @example
 * ```ts
 * const isCommitted = await commitOrRead(store, change);
 * ```
 */
export async function commitOrRead(store: ChannelStore, change: StoreChange): Promise<boolean> {
    for (let repeat = 1; ; repeat++) {
        try {
            return (await store.commit(change)) === 'committed';
        } catch (error) {
            // An error of ours says that the change was not even tried.
            if (isPaymentChannelsError(error) && error.code !== 'STORE_UNAVAILABLE') throw error;
            const state = await findOut(store, change);
            if (state === 'committed') return true;
            if (state === 'conflict') return false;
            if (repeat === MAX_REPEATS) throw error;
        }
    }
}

async function findOut(store: ChannelStore, change: StoreChange): Promise<'committed' | 'conflict' | 'untouched'> {
    const { changeId, channel, expected, record, rows } = change;
    const stored = await store.get(channel);
    if (record !== undefined) {
        if (stored?.changeId === changeId) return 'committed';
        return (stored?.version ?? 'absent') === expected ? 'untouched' : 'conflict';
    }
    // Only rows: they are there together or not at all.
    for (const { key, kind, value } of rows) {
        const row = await store.getRow(kind, key);
        if (value === 'delete' ? row !== undefined : row === undefined) return 'untouched';
        if (row !== undefined && value !== 'delete' && encodeRow(kind, row.value) !== encodeRow(kind, value)) {
            return 'conflict';
        }
    }
    return 'committed';
}

const pauseShortly = () => new Promise<void>(resolve => setTimeout(resolve, Math.random() * MAX_PAUSE_MS));
