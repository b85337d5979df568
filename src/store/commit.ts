import type { Address } from '@solana/kit';

import { STORE_CONFLICT } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError, type PaymentChannelsErrorCode } from '../core/errors';
import { assertHasMethods, readOnlyMembers, refuseInput, toAddress } from '../core/input';
import type { Answers, LedgerCommand, LedgerEvent, Refusal } from '../ledger/commands';
import { decide } from '../ledger/decide';
import type { DecisionContext, VersionedRecord } from '../ledger/draft';
import { encodeRow } from '../ledger/ledger-json';
import type { RowKind, RowValues } from '../ledger/rows';
import type { KnownChannels } from './known-channels';
import type { ChannelStore, StoreChange } from './store';

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
    /** Records that this process has committed, by {@link createKnownChannels}: they are not read before the next command. */
    known?: KnownChannels | undefined;
    /** Is told of what an operator should hear of, after it was committed. */
    onEvent?: ((event: LedgerEvent) => void) | undefined;
}>;

/** What became of a command: the answer or the refusal, and the record that it was given for, with its version. */
export type CommitResult<TAnswer> = Readonly<{ result: Refusal | TAnswer; stored: VersionedRecord | undefined }>;

/** Methods of a store without which nothing can be committed. */
const METHODS = ['commit', 'get', 'getRow'] as const;
/** What a store may reject with after it has written. */
const UNKNOWN_OUTCOMES: readonly PaymentChannelsErrorCode[] = ['NO_ANSWER', 'STORE_UNAVAILABLE'];

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
    getCommand: (stored: VersionedRecord | undefined) => Promise<TCommand> | TCommand,
    context: CommitContext,
): Promise<CommitResult<Answers[TCommand['kind']]>> {
    assertHasMethods('store', store, METHODS);
    const address = toAddress('channel', channel);
    assertIsFunction('getCommand', getCommand);
    const {
        createId = () => crypto.randomUUID(),
        getContext,
        known,
        onEvent,
        pause = pauseShortly,
    } = toContext(context);
    for (let attempt = 1; ; attempt++) {
        const remembered = attempt === 1 ? known?.get(address) : undefined;
        // Until it is known what becomes of the command, nothing is.
        known?.delete(address);
        const stored = remembered ?? (await store.get(address));
        const command = await getCommand(stored);
        const { change, events, result } = decide(stored, command, getContext());
        if (change === null && remembered !== undefined) continue;
        if (change === null) {
            // The rows were read later than the record: an answer that is bound to no commit holds for no other version.
            const isCurrent = !hasRow(command) || (await store.get(address))?.version === stored?.version;
            if (isCurrent) return { result, stored };
        } else {
            const { expected, record } = change;
            const [changeId, unknown] = [createId(), stored?.unknown];
            if (await commitOrRead(store, { ...change, changeId, expectedChangeId: stored?.changeId, unknown })) {
                for (const event of events) onEvent?.(event);
                if (record === undefined) return { result, stored };
                const written = { changeId, record, unknown, version: expected === 'absent' ? 1 : expected + 1 };
                known?.set(address, written);
                return { result, stored: { record, version: written.version } };
            }
        }
        if (attempt === MAX_ATTEMPTS) {
            throw new PaymentChannelsError(STORE_CONFLICT, { attempts: attempt, channel: address });
        }
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
    assertHasMethods('store', store, METHODS);
    for (let repeat = 1; ; repeat++) {
        try {
            return (await store.commit(change)) === 'committed';
        } catch (error) {
            // Any other error of ours says that the change was not even tried.
            if (isPaymentChannelsError(error) && !UNKNOWN_OUTCOMES.includes(error.code)) throw error;
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
    for (const { expected: version, key, kind, value } of rows) {
        const row = await store.getRow(kind, key);
        if (value === 'delete' ? row === undefined : row !== undefined && isSameRow(kind, row.value, value)) continue;
        return version === 'any' || (row?.version ?? 'absent') === version ? 'untouched' : 'conflict';
    }
    return 'committed';
}

function hasRow(command: LedgerCommand): boolean {
    return 'row' in command || ('charge' in command && command.charge !== undefined);
}

function isSameRow<TKind extends RowKind>(kind: TKind, a: RowValues[TKind], b: RowValues[TKind]): boolean {
    return encodeRow(kind, a) === encodeRow(kind, b);
}

function toContext(context: CommitContext): CommitContext {
    const given = readOnlyMembers('context', context, {
        createId: true,
        getContext: true,
        known: true,
        onEvent: true,
        pause: true,
    });
    assertIsFunction('context.getContext', given.getContext);
    for (const name of ['createId', 'onEvent', 'pause'] as const) {
        if (given[name] !== undefined) assertIsFunction(`context.${name}`, given[name]);
    }
    if (given.known !== undefined) assertHasMethods('context.known', given.known, ['delete', 'get', 'set']);
    return given;
}

function assertIsFunction(field: string, value: unknown): void {
    if (typeof value !== 'function') refuseInput(field, 'a function', value);
}

const pauseShortly = () => new Promise<void>(resolve => setTimeout(resolve, Math.random() * MAX_PAUSE_MS));
