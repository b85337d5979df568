import { getAddressEncoder, isAddress, type Address } from '@solana/kit';

import type { ChannelQuery, ChannelStore } from '../../store/store';
import { expectEqual } from './expect';
import { channelOf, fill, inOrder, recordOf, walletOf, withoutTime, writeOf, type SampleFields } from './store-samples';
import { NETWORK, type StoreTests } from './store-subject';

const addressesOf = (channels: Awaited<ReturnType<ChannelStore['list']>>['channels']): Address[] =>
    channels.map(one => ('error' in one ? one.channel : one.record.identity.channel));

/** All pages of a list, one after another. */
async function listAll(
    store: ChannelStore,
    query: ChannelQuery,
    between?: (page: number) => Promise<void>,
): Promise<readonly Address[]> {
    const found: Address[] = [];
    let after = query.after;
    for (let page = 0; page < 10_000; page++) {
        const { channels, next } = await store.list({ ...query, after });
        found.push(...addressesOf(channels));
        expectEqual('a page, at most as long as the limit', channels.length <= query.limit, true);
        if (next === undefined) return found;
        expectEqual('the next page begins after the last channel of this one', next, found.at(-1));
        after = next;
        await between?.(page);
    }
    return found;
}

/** Two addresses that differ in nothing but the case of one letter. */
export function getAddressesOfTwoCases(): readonly [Address, Address] {
    for (let index = 0; ; index++) {
        const address = channelOf(index);
        for (let place = 8; place < address.length; place++) {
            const letter = address[place]!;
            const upper = letter.toUpperCase();
            if (letter === upper || !/[1-9A-HJ-NP-Z]/.test(upper)) continue;
            const other = address.slice(0, place) + upper + address.slice(place + 1);
            if (isAddress(other) && getAddressEncoder().encode(other).length === 32) return [address, other];
        }
    }
}

const FIELDS: readonly SampleFields[] = [
    {},
    { chain: { closureStartedAt: 5n, status: 'closing' }, due: { at: 100n, deadline: 200n, reason: 'deadline' } },
    { chain: { status: 'sealed' }, due: { at: 50n, deadline: null, reason: 'distribute' } },
    { chain: { status: 'distributed' }, identity: { payee: walletOf(31) } },
    { chain: { status: 'absent' }, identity: { payer: walletOf(41) } },
    { due: { at: 101n, deadline: null, reason: 'settle' }, identity: { payee: walletOf(31), rentPayer: null } },
    { due: { at: -5n, deadline: null, reason: 'close' }, identity: { rentPayer: walletOf(61) } },
    { due: { at: 0n, deadline: null, reason: 'close' }, isQuarantined: true },
    { identity: { payee: walletOf(31), payer: walletOf(41) }, isQuarantined: true },
];

/** Queries, and which of the channels above they find. */
const QUERIES: readonly (readonly [title: string, query: Omit<ChannelQuery, 'limit'>, found: readonly number[]])[] = [
    ['everything', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['open', { status: 'open' }, [0, 5, 6, 7, 8]],
    ['closing', { status: 'closing' }, [1]],
    ['sealed', { status: 'sealed' }, [2]],
    ['distributed', { status: 'distributed' }, [3]],
    ['absent', { status: 'absent' }, [4]],
    ['of a payee', { payee: walletOf(31) }, [3, 5, 8]],
    ['of a payer', { payer: walletOf(41) }, [4, 8]],
    ['of a rent payer', { rentPayer: walletOf(61) }, [6]],
    ['of nobody', { payee: walletOf(99) }, []],
    ['due', { dueBefore: 100n }, [1, 2, 6, 7]],
    ['due long ago', { dueBefore: 0n }, [6, 7]],
    ['due before there was a clock', { dueBefore: -6n }, []],
    ['due whenever', { dueBefore: 2n ** 63n - 1n }, [1, 2, 5, 6, 7]],
    ['in quarantine', { isQuarantined: true }, [7, 8]],
    ['not in quarantine', { isQuarantined: false }, [0, 1, 2, 3, 4, 5, 6]],
    ['of a payee and open', { payee: walletOf(31), status: 'open' }, [5, 8]],
    ['of a payee and due', { dueBefore: 101n, payee: walletOf(31) }, [5]],
    ['due, open and in quarantine', { dueBefore: 100n, isQuarantined: true, status: 'open' }, [7]],
];

const INSERTED = 40;

export const LIST_TESTS: StoreTests = {
    'is empty when nothing is there': async ({ store }) => {
        expectEqual('list', await store.list({ limit: 1 }), { channels: [], next: undefined });
    },
    'is in the order of the characters of addresses, page by page': async ({ other, store }) => {
        // Their addresses differ in case and in digits early on, where languages sort in other ways.
        const channels = Array.from({ length: 30 }, (_, index) => channelOf(index * 0x0123_4567));
        await fill(
            store,
            channels.map((_, index) => recordOf(index * 0x0123_4567)),
        );
        const expected = inOrder(channels);
        for (const limit of [1, 7, 29, 30, 31, 1_000]) {
            expectEqual(`list by ${limit}`, await listAll(other, { limit }), expected);
        }
        const after = channelOf(7);
        const rest = expected.filter(channel => channel > after);
        expectEqual('list after an address that is not there', await listAll(other, { after, limit: 7 }), rest);
        const end = await other.list({ after: expected.at(-1), limit: 5 });
        expectEqual('list after the last one', end, { channels: [], next: undefined });
    },
    'gives what get gives': async ({ other, store }) => {
        await fill(store, [recordOf(1, { accepted: 5n })]);
        const { channels } = await other.list({ limit: 5 });
        expectEqual('list', channels.map(withoutTime), [withoutTime(await store.get(channelOf(1)))]);
    },
    ...Object.fromEntries(
        QUERIES.map(([title, query, found]): [string, StoreTests[string]] => [
            `has what was asked for and nothing else: ${title}`,
            async ({ other, store }) => {
                await fill(
                    store,
                    FIELDS.map((fields, index) => recordOf(index, fields)),
                );
                const expected = inOrder(found.map(channelOf));
                expectEqual('list by 2', await listAll(other, { ...query, limit: 2 }), expected);
                expectEqual('list by 1,000', await listAll(other, { ...query, limit: 1_000 }), expected);
            },
        ]),
    ),
    'goes by what a channel is now': async ({ other, store }) => {
        await fill(store, [recordOf(1), recordOf(2)]);
        const fields: SampleFields = {
            chain: { status: 'sealed' },
            due: { at: 5n, deadline: null, reason: 'distribute' },
        };
        await store.commit(writeOf(recordOf(1, fields), 1));
        const open = await listAll(other, { limit: 5, status: 'open' });
        expectEqual('open ones after one was sealed', open, [channelOf(2)]);
        expectEqual('due ones', await listAll(other, { dueBefore: 5n, limit: 5 }), [channelOf(1)]);
        await store.commit(writeOf(recordOf(1), 2));
        expectEqual('due ones, when it is not', await listAll(other, { dueBefore: 5n, limit: 5 }), []);
    },
    'has each earlier channel once while others are put in between (Store 14)': async ({ other, store }) => {
        const earlier = Array.from({ length: INSERTED }, (_, index) => index * 3);
        await fill(
            store,
            earlier.map(index => recordOf(index)),
        );
        const found = await listAll(other, { limit: 3 }, async page => {
            await fill(store, [recordOf(page * 3 + 1), recordOf(10_000 - page)]);
            // Those that are written again stay where they are.
            const again = channelOf(earlier[page % INSERTED]!);
            const stored = await store.get(again);
            if (stored) await store.commit(writeOf({ ...stored.record, attempts: 9 }, stored.version));
        });
        const seen = earlier.map(channelOf).filter(channel => found.filter(one => one === channel).length !== 1);
        expectEqual('earlier channels that were seen not once', seen, []);
        expectEqual('channels that were seen twice', found.length, new Set(found).size);
    },
    'tells addresses apart that differ in case (Store 13)': async ({ other, store }) => {
        const pair = getAddressesOfTwoCases();
        for (const [attempts, channel] of pair.entries()) {
            const record = recordOf(1, { attempts, identity: { channel } });
            expectEqual('commit', await store.commit(writeOf(record, 'absent')), 'committed');
        }
        for (const [attempts, channel] of pair.entries()) {
            expectEqual('get', (await other.get(channel))?.record.attempts, attempts);
        }
        expectEqual('list', await listAll(other, { limit: 1 }), inOrder(pair));
    },
    'has the channels of its own network only, whatever its name (Store 13)': async ({ openNetwork, store }) => {
        if (openNetwork === undefined) return;
        await fill(store, [recordOf(1)]);
        const names = [`${NETWORK}:b`, NETWORK.slice(0, -1), NETWORK.toUpperCase(), `${NETWORK}%`];
        for (const [index, network] of names.entries()) {
            const apart = await openNetwork(network);
            expectEqual(`get in ${network}`, await apart.get(channelOf(1)), undefined);
            const record = recordOf(1, { attempts: index + 5, identity: { network } });
            expectEqual(`commit in ${network}`, await apart.commit(writeOf(record, 'absent')), 'committed');
            expectEqual(`list in ${network}`, await listAll(apart, { limit: 10 }), [channelOf(1)]);
            expectEqual(`get in ${network}`, (await apart.get(channelOf(1)))?.record.attempts, index + 5);
            await apart.close();
        }
        expectEqual('get in its own', (await store.get(channelOf(1)))?.record.attempts, 0);
        expectEqual('list in its own', await listAll(store, { limit: 10 }), [channelOf(1)]);
    },
};
