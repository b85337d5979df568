import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLedgerPolicy } from '../../../src/ledger/policy';
import { commitCommand, commitOrRead } from '../../../src/store/commit';
import { openPostgresStore } from '../../../src/store/postgres';
import type { ChannelStore } from '../../../src/store/store';
import { transactionOf } from '../../../src/testing/contract/journal-samples';
import { useTestDatabase } from '../../fixtures/postgres/database';
import { startProxy, type Proxy } from '../../fixtures/postgres/proxy';
import { NOW, toSignature } from '../ledger/records';
import { channelOf, create, getStored, toChange, toCharge, toRecord, toUpdate } from './postgres-records';

// Connections that are cut in the middle of a commit.

const getDatabase = useTestDatabase();
let proxy: Proxy;
let pool: pg.Pool;
/** Behind the proxy, and beside it. */
let store: ChannelStore;
let other: ChannelStore;
let channels = 0;
beforeAll(async () => {
    const { openStore, schema, url } = getDatabase();
    proxy = await startProxy(url);
    pool = new pg.Pool({ connectionString: proxy.url, max: 2 });
    pool.on('error', () => undefined);
    store = await openPostgresStore((text, values) => pool.query(text, values), { network: 'localnet', schema });
    other = await openStore();
});
afterAll(async () => {
    await pool?.end();
    await proxy?.close();
});

/** What only a commit has. */
const COMMIT = 'AS committed';

describe.each(['before', 'after'] as const)('a connection that is cut %s the server has committed (Store 12)', at => {
    const text = COMMIT;

    it('says nothing about a commit', async () => {
        const channel = channelOf(++channels);
        proxy.cutNext({ at, text });
        const commit = store.commit(toChange(channel, { record: toRecord(channel) }));
        await expect(commit).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
        expect(await other.get(channel)).toEqual(at === 'before' ? undefined : expect.objectContaining({ version: 1 }));
    });

    it('is found out about: a new record, an update with rows, rows alone', async () => {
        const channel = channelOf(++channels);
        const cutAnd = async (change: Parameters<ChannelStore['commit']>[0]) => {
            const cuts = proxy.getCuts();
            proxy.cutNext({ at, text });
            expect(await commitOrRead(store, change)).toBe(true);
            expect(proxy.getCuts()).toBe(cuts + 1);
        };
        await cutAnd(toChange(channel, { record: toRecord(channel) }));
        const stored = await getStored(other, channel);
        expect(stored.version).toBe(1);
        const [a, b] = [toCharge(channel, 'a'), toCharge(channel, 'b')];
        await cutAnd(toUpdate(stored, { rows: [a] }));
        expect(await getStored(other, channel)).toMatchObject({ record: { accepted: 101n }, version: 2 });
        await cutAnd(toChange(channel, { expected: 2, rows: [b] }));
        for (const { key } of [a, b]) expect(await other.getRow('charge', key)).toMatchObject({ version: 1 });
    });

    it('is a conflict where somebody else has committed meanwhile', async () => {
        const channel = channelOf(++channels);
        await create(other, toRecord(channel));
        const stored = await getStored(other, channel);
        proxy.cutNext({ at, text }, async () => {
            const now = await getStored(other, channel);
            await other.commit(toUpdate(now, { changeId: 'of somebody else' }));
        });
        const row = toCharge(channel, 'a');
        const isCommitted = await commitOrRead(store, toUpdate(stored, { changeId: 'mine', rows: [row] }));
        // What was committed is built upon by then, and only its rows tell of it: to decide again finds them.
        expect(isCommitted).toBe(false);
        expect(await getStored(other, channel)).toMatchObject({
            changeId: 'of somebody else',
            version: at === 'before' ? 2 : 3,
        });
        expect(await other.getRow('charge', row.key)).toEqual(at === 'before' ? undefined : expect.anything());
    });

    it('charges nothing twice and loses nothing', async () => {
        const channel = channelOf(++channels);
        await create(other, toRecord(channel));
        const context = { getContext: () => ({ now: NOW, policy: createLedgerPolicy() }) };
        const accept = async (by: ChannelStore, amount: bigint) => {
            const row = await by.getRow('charge', `${channel}/key ${amount}`);
            return await commitCommand(
                by,
                channel,
                () => ({
                    charge: {
                        fingerprint: 'a request',
                        key: `key ${amount}`,
                        owner: 'process 1',
                        price: 10n,
                        row,
                        units: 1n,
                        until: NOW + 30n,
                    },
                    kind: 'acceptVoucher',
                    voucher: {
                        channelId: channel,
                        cumulativeAmount: amount,
                        expiresAt: 0n,
                        isSignatureGood: true,
                        signature: toSignature(Number(amount)),
                    },
                }),
                context,
            );
        };
        for (const amount of [110n, 120n, 130n]) {
            proxy.cutNext({ at, text });
            const { result } = await accept(store, amount);
            expect(result).toMatchObject({ charge: { kind: 'reserved' }, delta: 10n, kind: 'accepted' });
        }
        const { record, version } = await getStored(other, channel);
        expect([record.accepted, record.reservations.length, version]).toEqual([130n, 3, 4]);
    });
});

it('a journal whose connection is cut has recorded what it resolved, and can record it again', async () => {
    const channel = channelOf(++channels);
    const transaction = transactionOf(1, [channel]);
    await store.journal.acquire('one', [channel], 60_000);
    proxy.cutNext({ at: 'after', text: 'AS lost' });
    await expect(store.journal.recordSent('one', transaction)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await other.journal.getUnresolved([channel])).toEqual([transaction]);
    await store.journal.recordSent('one', transaction);
    expect(await other.journal.getUnresolved([channel])).toEqual([transaction]);
});
