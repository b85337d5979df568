import { describe, expect, it } from 'vitest';

import {
    assertIsDurable,
    createMemoryStore,
    exportChannels,
    importChannel,
    type ChannelStore,
    type DurabilityRequirement,
    type UnreadableChannel,
} from '../../../src/store';
import { changeOf, channelOf, fill, inOrder, recordOf, writeOf } from '../../../src/testing/contract/store-samples';
import { createMemorySubject } from './memory-subject';

const createStore = () => createMemoryStore({ network: 'localnet', now: () => 1_760_000_000_000 });

describe('a store that would lose vouchers is refused (Store 15)', () => {
    it.each<[ChannelStore['durability'], DurabilityRequirement | undefined, readonly string[] | undefined]>([
        ['process', undefined, ['shared', 'machine']],
        ['process', { allowEphemeral: false }, ['shared', 'machine']],
        ['process', { allowEphemeral: true }, undefined],
        ['process', { allowEphemeral: true, replicas: 'several' }, ['shared']],
        ['machine', undefined, undefined],
        ['machine', { replicas: 'one' }, undefined],
        ['machine', { replicas: 'several' }, ['shared']],
        ['shared', undefined, undefined],
        ['shared', { replicas: 'several' }, undefined],
    ])('%s, for %j', (durability, requirement, enough) => {
        const check = () => assertIsDurable({ durability }, requirement);
        if (enough === undefined) expect(check()).toBeUndefined();
        else
            expect(check).toThrow(
                expect.objectContaining({ code: 'STORE_NOT_DURABLE', context: { durability, enough } }) as Error,
            );
    });

    it.each([
        ['store.durability', { durability: 'proces' }, undefined],
        ['store.durability', {}, undefined],
        ['requirement.allowEphemeral', { durability: 'process' }, { allowEphemeral: 'true' }],
        ['requirement.allowephemeral', { durability: 'process' }, { allowephemeral: true }],
        ['requirement.replicas', { durability: 'shared' }, { replicas: 2 }],
        ['requirement.replica', { durability: 'machine' }, { replica: 'several' }],
    ])('a misspelt or wrong %s is refused, and stands for nothing else', (field, store, requirement) => {
        expect(() => assertIsDurable(store as never, requirement as never)).toThrow(
            expect.objectContaining({
                code: 'INPUT_INVALID',
                context: expect.objectContaining({ field }) as object,
            }) as Error,
        );
    });

    it('the store in memory says what it is', () => {
        expect(() => assertIsDurable(createStore())).toThrow(/'process'/);
    });
});

const collect = async (lines: AsyncIterable<string>) => {
    const all: string[] = [];
    for await (const line of lines) all.push(line);
    return all;
};

describe('export and import', () => {
    it('move every channel, in the order of their addresses, with what newer versions know', async () => {
        const from = createStore();
        const indexes = Array.from({ length: 1_203 }, (_, index) => index);
        await fill(
            from,
            indexes.slice(1).map(index => recordOf(index, { accepted: BigInt(index) })),
        );
        await from.commit(changeOf(channelOf(0), 'absent', { record: recordOf(0), unknown: { proof: [1] } }));
        const lines = await collect(exportChannels(from));
        const channels = lines.map(
            line => (JSON.parse(line) as { record: { identity: { channel: string } } }).record.identity.channel,
        );
        expect(channels).toEqual(inOrder(indexes.map(channelOf)));
        expect(lines.filter(line => line.includes('\n'))).toEqual([]);
        const to = createStore();
        for (const line of lines.slice(0, 50)) expect(await importChannel(to, line)).toBe(true);
        const first = channels[0] as typeof A;
        expect((await to.get(first))?.record).toEqual((await from.get(first))?.record);
        for (const line of lines.filter(one => one.includes('"proof"'))) await importChannel(to, line);
        expect(await to.get(channelOf(0))).toMatchObject({ unknown: { proof: [1] } });
    });

    const A = channelOf(1);

    it('never replace what a store has', async () => {
        const from = createStore();
        await fill(from, [recordOf(1, { attempts: 5 })]);
        const [line] = await collect(exportChannels(from));
        const to = createStore();
        await fill(to, [recordOf(1, { attempts: 7 })]);
        expect(await importChannel(to, line!)).toBe(false);
        expect((await to.get(A))?.record.attempts).toBe(7);
    });

    it('tell of what can’t be read, and leave nothing out without being told to', async () => {
        const { overwrite, store } = createMemorySubject({ network: 'localnet', now: () => 1_760_000_000_000 });
        await fill(store, [recordOf(1), recordOf(2)]);
        await overwrite!(A, 1, '{');
        await expect(collect(exportChannels(store))).rejects.toMatchObject({ code: 'LEDGER_RECORD_INVALID' });
        const unreadable: UnreadableChannel[] = [];
        const lines = await collect(exportChannels(store, { onUnreadable: one => unreadable.push(one) }));
        expect(lines).toHaveLength(1);
        expect(unreadable).toMatchObject([{ channel: A, error: { code: 'LEDGER_RECORD_INVALID' } }]);
    });

    it.each([
        ['no JSON', '{"schema":1,', 'LEDGER_RECORD_INVALID'],
        ['no object', '[]', 'LEDGER_RECORD_INVALID'],
        ['no schema', '{"record":{}}', 'LEDGER_RECORD_INVALID'],
        ['no record', '{"schema":1}', 'LEDGER_RECORD_INVALID'],
        ['a damaged record', '{"schema":1,"record":{"accepted":"1"}}', 'LEDGER_RECORD_INVALID'],
        ['a newer version', '{"schema":2,"record":{}}', 'STORE_NEWER'],
        ['nothing', '', 'LEDGER_RECORD_INVALID'],
        ['no text', undefined, 'LEDGER_RECORD_INVALID'],
    ])('a line of %s is refused', async (_, line, code) => {
        await expect(importChannel(createStore(), line as string)).rejects.toMatchObject({ code });
    });

    it('a channel of another network is refused', async () => {
        const from = createMemoryStore({ network: 'mainnet' });
        await from.commit(writeOf(recordOf(1, { identity: { network: 'mainnet' } }), 'absent'));
        const [line] = await collect(exportChannels(from));
        await expect(importChannel(createStore(), line!)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    });
});

describe('a store that has its channels', () => {
    it('takes no further one, and goes on with those that it has', async () => {
        const store = createMemoryStore({ maxChannels: 2, network: 'localnet' });
        await fill(store, [recordOf(1), recordOf(2)]);
        const refused = { code: 'STORE_FULL', context: { limit: 2 } };
        await expect(store.commit(writeOf(recordOf(3), 'absent'))).rejects.toMatchObject(refused);
        expect(await store.commit(writeOf(recordOf(1, { attempts: 1 }), 1))).toBe('committed');
        expect(await store.get(channelOf(3))).toBeUndefined();
    });
});
