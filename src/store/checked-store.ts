import { STORE_CLOSED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { assertHasMethods, readMembers, toAddress, toOneOf } from '../core/input';
import { createCheckedJournal } from '../journal/checked-journal';
import type { BatchJournal } from '../journal/journal';
import type { RowKind } from '../ledger/rows';
import { toChange, toChannels, toClaim, toLimit, toName, toPurgeLimits, toQuery, toRowKey, toRowKind } from './checks';
import { DURABILITIES, type ChannelStore } from './store';

const METHODS = ['claimDue', 'close', 'commit', 'get', 'getMany', 'getRow', 'list', 'listPending', 'purge'] as const;

/**
 * Puts the checks of a store in front of one, so that whoever writes a store checks no input: it is called with frozen
 * values that are what their types say, each channel of `getMany` once, and never after `close`, which it is called for
 * once. The checks of {@link createCheckedJournal} are in front of its journal. Whatever it answers or throws goes through
 * as it is, and it is called in the same turn of the event loop.
 *
 * Left to the store are the texts (`encodeChannelRecord`, `encodeRow`, which refuse what could not be read again) and
 * `assertIsWritable`.
 *
 * @throws `INPUT_INVALID` for a store without one of the members. The methods reject with `INPUT_INVALID`,
 * `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` by field, or with `STORE_CLOSED`, before the store is
 * asked.
 *
 * @example
 * ```ts
 * const checked = createCheckedStore(store);
 * await checked.claimDue({ leaseMs: 0, limit: 10, owner: 'worker 1' }); // rejects: claim.leaseMs
 * ```
 */
export function createCheckedStore(store: ChannelStore): ChannelStore {
    assertHasMethods('store', store, METHODS);
    const given = readMembers('store', store, ['durability', 'journal', 'network']);
    const durability = toOneOf('store.durability', given.durability, DURABILITIES);
    const network = toName('store.network', given.network);
    const checkedJournal = createCheckedJournal(given.journal);
    let closing: Promise<void> | undefined;
    const open = () => {
        if (closing !== undefined) throw new PaymentChannelsError(STORE_CLOSED, {});
    };
    const { getLeases } = checkedJournal;
    const journal: BatchJournal = {
        acquire: async (...args) => (open(), await checkedJournal.acquire(...args)),
        ...(getLeases === undefined ? {} : { getLeases: async channels => (open(), await getLeases(channels)) }),
        getUnresolved: async channels => (open(), await checkedJournal.getUnresolved(channels)),
        recordOutcome: async (...args) => (open(), await checkedJournal.recordOutcome(...args)),
        recordSent: async (...args) => (open(), await checkedJournal.recordSent(...args)),
        release: async (...args) => (open(), await checkedJournal.release(...args)),
    };
    return Object.freeze({
        claimDue: async claim => {
            open();
            const checked = toClaim(claim);
            // For no reason there is nothing to do.
            return checked.reasons?.length === 0 ? Object.freeze([]) : await store.claimDue(checked);
        },
        close: async () => await (closing ??= store.close()),
        commit: async change => (open(), await store.commit(toChange(change, network))),
        durability,
        get: async channel => (open(), await store.get(toAddress('channel', channel))),
        getMany: async channels => (open(), await store.getMany(toChannels(channels))),
        getRow: async <TKind extends RowKind>(kind: TKind, key: string) => {
            open();
            toRowKind(kind);
            return await store.getRow(kind, toRowKey('key', key));
        },
        journal: Object.freeze(journal),
        list: async query => (open(), await store.list(toQuery(query))),
        listPending: async limit => (open(), await store.listPending(toLimit('limit', limit))),
        network,
        purge: async limits => (open(), await store.purge(toPurgeLimits(limits))),
    } satisfies ChannelStore);
}
