import { LEDGER_RECORD_INVALID } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import { assertHasMethods, readMembers, readOnlyMembers, refuseInput, toList } from '../core/input';
import { fromJsonText, readPlainObject } from '../core/strict-json';
import { decodeChannelRecord, encodeChannelRecord } from '../ledger/ledger-json';
import { assertIsWritable } from './checks';
import { commitOrRead } from './commit';
import type { ChannelStore, UnreadableChannel } from './store';

const PAGE = 500;
const MAX_LINE_LENGTH = 1_100_000;

/** How to export. */
export type ExportOptions = Readonly<{
    /** Is told of records that can't be read, which are left out. Without it the export ends with the error of the first. */
    onUnreadable?: ((unreadable: UnreadableChannel) => void) | undefined;
}>;

/**
 * The channels of a store as lines of JSON, in the order of their addresses: to look into it, to move it, to repair it. The
 * rows beside the records are not in it.
 *
 * @throws `LEDGER_RECORD_INVALID` for a record that can't be read, unless `onUnreadable` is told; whatever the store rejects
 * with.
 *
 * @example
 * ```ts
 * for await (const line of exportChannels(store)) console.log(line);
 * ```
 */
export async function* exportChannels(
    store: Pick<ChannelStore, 'list'>,
    options: ExportOptions = {},
): AsyncGenerator<string> {
    assertHasMethods('store', store, ['list']);
    const { onUnreadable } = readOnlyMembers('options', options, { onUnreadable: true });
    if (onUnreadable !== undefined && typeof onUnreadable !== 'function') {
        refuseInput('options.onUnreadable', 'a function', onUnreadable);
    }
    let after: Awaited<ReturnType<typeof store.list>>['next'];
    do {
        const page = readMembers('store.list()', await store.list({ after, limit: PAGE }), ['channels', 'next']);
        const { channels, next } = page;
        for (const one of toList(
            'store.list().channels',
            channels,
            'an array of channels',
            one => one as (typeof channels)[number],
        )) {
            if (!('error' in one))
                yield `{"schema":${one.schema},"record":${encodeChannelRecord(one.record, one.unknown)}}`;
            else if (onUnreadable === undefined) throw one.error;
            else onUnreadable(one);
        }
        after = next;
    } while (after !== undefined);
}

/**
 * Puts a channel into a store that does not have it, from a line of {@link exportChannels}. What the store has of the channel
 * is never replaced.
 *
 * A repetition of a request that was charged before would be charged again, as the rows of charges do not come along: import
 * while nothing is served, and serve once the credentials of that time have expired.
 *
 * @returns Whether it was put there; `false` where the store has the channel.
 * @throws `LEDGER_RECORD_INVALID` for a line that is damaged; `STORE_NEWER` for one of a newer version; `INPUT_INVALID` for
 * a channel of another network than the store's.
 *
 * @example
 * ```ts
 * const isNew = await importChannel(store, line);
 * ```
 */
export async function importChannel(store: ChannelStore, line: string): Promise<boolean> {
    const { schema, text } = readLine(line);
    assertIsWritable('the line', schema);
    const { unknown, value: record } = decodeChannelRecord('the line', text);
    const { channel } = record.identity;
    return await commitOrRead(store, {
        changeId: crypto.randomUUID(),
        channel,
        expected: 'absent',
        record,
        rows: [],
        unknown,
    });
}

function readLine(line: unknown): Readonly<{ schema: number; text: string }> {
    try {
        const members = readPlainObject('line', fromJsonText('line', line, MAX_LINE_LENGTH));
        const schema = members.get('schema');
        if (!Number.isSafeInteger(schema) || (schema as number) < 1) {
            refuseInput('line.schema', 'the version of the form, an integer from 1 on', schema);
        }
        return { schema: schema as number, text: JSON.stringify(members.get('record') ?? null) };
    } catch (cause) {
        if (!isPaymentChannelsError(cause)) throw cause;
        throw new PaymentChannelsError(LEDGER_RECORD_INVALID, { key: 'the line', reason: cause.message }, { cause });
    }
}
