import type { Address } from '@solana/kit';

import type { ChannelRecord, DueReason } from '../../ledger/record';
import type { RowChange } from '../../ledger/rows';
import type { ChannelStore, WorkClaim } from '../../store/store';
import { expectEqual } from './expect';
import { transactionOf } from './journal-samples';
import {
    changeOf,
    channelOf,
    chargeOf,
    fill,
    inOrder,
    recordOf,
    transactionRowOf,
    withoutTime,
    writeOf,
    type SampleFields,
} from './store-samples';
import type { StoreContext, StoreTests } from './store-subject';

const LEASE_MS = 60_000;

const dueOf = (
    at: bigint,
    reason: DueReason = 'settle',
    deadline: bigint | null = null,
): NonNullable<ChannelRecord['due']> => ({ at, deadline, reason });

async function claim(store: ChannelStore, owner: string, fields: Partial<WorkClaim> = {}): Promise<Address[]> {
    const claimed = await store.claimDue({ leaseMs: LEASE_MS, limit: 10, owner, ...fields });
    return claimed.map(one => ('error' in one ? one.channel : one.record.identity.channel));
}

/** Channels with work that is due, all of one kind. */
async function fillDue({ now, store }: StoreContext, count: number, fields: SampleFields = {}): Promise<Address[]> {
    const due = dueOf(now() - 10n);
    await fill(
        store,
        Array.from({ length: count }, (_, index) => recordOf(index, { due, ...fields })),
    );
    return Array.from({ length: count }, (_, index) => channelOf(index));
}

export const CLAIM_TESTS: StoreTests = {
    'gives what is due, and nothing else': async ({ now, other, store }) => {
        await fill(store, [
            recordOf(1),
            recordOf(2, { due: dueOf(now() - 1n) }),
            recordOf(3, { due: dueOf(now() + 3_600n) }),
            recordOf(4, { due: dueOf(now() - 1n), isQuarantined: true }),
            recordOf(5, { due: dueOf(now()), chain: { status: 'sealed' } }),
        ]);
        expectEqual('claimDue', inOrder(await claim(other, 'one')), inOrder([2, 5].map(channelOf)));
    },
    'gives the whole record with its version': async context => {
        await fillDue(context, 1, { accepted: 7n });
        const claimed = await context.other.claimDue({ leaseMs: LEASE_MS, limit: 1, owner: 'one' });
        expectEqual('claimDue', claimed.map(withoutTime), [withoutTime(await context.store.get(channelOf(0)))]);
    },
    'gives deadlines first, then what is at risk, then what is due longest': async ({ now, other, store }) => {
        const at = now();
        const records: Readonly<Record<number, SampleFields>> = {
            1: { accepted: 5n, due: dueOf(at - 3n) },
            2: { accepted: 10n, due: dueOf(at - 2n) },
            3: { accepted: 10n, due: dueOf(at - 4n) },
            // More than a signed integer of a database can hold, and with one digit more.
            4: { accepted: 2n ** 64n - 1n, due: dueOf(at - 1n) },
            5: { accepted: 9n * 10n ** 18n, due: dueOf(at - 1n) },
            6: { due: dueOf(at - 1n, 'deadline', at + 90n) },
            7: { due: dueOf(at - 1n, 'voucherExpiry', at + 20n) },
            8: { accepted: 9n, due: dueOf(at - 1n, 'deadline', at + 100n) },
            // What is settled already is at no risk.
            9: { accepted: 100n, chain: { settled: 98n }, due: dueOf(at - 9n) },
            10: { due: dueOf(at - 100n, 'distribute') },
        };
        await fill(
            store,
            Object.entries(records).map(([index, fields]) => recordOf(Number(index), fields)),
        );
        const order = [7, 6, 8, 4, 5, 3, 2, 1, 9, 10].map(channelOf);
        expectEqual('the first four', await claim(other, 'one', { limit: 4 }), order.slice(0, 4));
        expectEqual('the others', await claim(store, 'two'), order.slice(4));
        expectEqual('when all are taken', await claim(store, 'three'), []);
    },
    'gives no more than the limit, and only for the reasons that were asked for': async ({ now, other, store }) => {
        const reasons: readonly DueReason[] = ['settle', 'close', 'distribute', 'reclaim', 'seal', 'verify'];
        await fill(
            store,
            reasons.map((reason, index) => recordOf(index, { due: dueOf(now() - 1n, reason) })),
        );
        expectEqual('no reasons', await claim(other, 'one', { reasons: [] }), []);
        const some = await claim(other, 'one', { reasons: ['close', 'seal'] });
        expectEqual('close and seal', inOrder(some), inOrder([1, 4].map(channelOf)));
        expectEqual('close, once more', await claim(other, 'two', { reasons: ['close'] }), []);
        expectEqual('two', (await claim(other, 'two', { limit: 2 })).length, 2);
        expectEqual('the rest', (await claim(other, 'two')).length, 2);
    },
    'takes the leases of the journal, and respects them': async context => {
        const { other, store } = context;
        const [first, second, third] = await fillDue(context, 3);
        expectEqual('acquire', await store.journal.acquire('one', [first!], LEASE_MS), [first]);
        const claimed = await claim(other, 'two', { limit: 1 });
        expectEqual('a channel that nobody holds', claimed.length === 1 && claimed[0] !== first, true);
        const free = [second!, third!].filter(channel => channel !== claimed[0]);
        const acquired = await store.journal.acquire('one', [first!, second!, third!], LEASE_MS);
        expectEqual('acquire of all', acquired, [first, ...free]);
        // Not even by its owner: it is at work already.
        expectEqual('claimDue by whoever holds them', await claim(store, 'one'), []);
        await other.journal.release('two', claimed);
        expectEqual('claimDue of what was released', await claim(store, 'three'), claimed);
    },
    'is what lets its owner record what it sends': async context => {
        const { other, store } = context;
        await fillDue(context, 1);
        await claim(store, 'one');
        const transaction = transactionOf(1, [channelOf(0)]);
        await store.journal.recordSent('one', transaction);
        expectEqual('getUnresolved', await other.journal.getUnresolved([channelOf(0)]), [transaction]);
    },
    'gives each channel to one of two at the same time': async context => {
        const channels = await fillDue(context, 24);
        const answers = await Promise.all(
            Array.from({ length: 8 }, (_, index) =>
                claim(index % 2 === 0 ? context.store : context.other, `worker ${index}`, { limit: 5 }),
            ),
        );
        const claimed = answers.flat();
        expectEqual('channels that were given twice', claimed.length, new Set(claimed).size);
        const late = await claim(context.store, 'the last', { limit: 100 });
        expectEqual('all of them in the end', inOrder([...claimed, ...late]), inOrder(channels));
    },
    'gives nothing for the commits of others to conflict with': async context => {
        await fillDue(context, 1);
        await claim(context.other, 'one');
        const change = writeOf(recordOf(0), 1);
        expectEqual('commit of the version that was claimed', await context.store.commit(change), 'committed');
    },
};

/** For a store whose clock is given. */
export const CLAIM_TIME_TESTS: StoreTests = {
    'gives what has become due, in the second in which it is': async ({ clock, now, other, store }) => {
        await fill(store, [recordOf(1, { due: dueOf(now() + 10n) })]);
        clock.at += 9_999;
        expectEqual('claimDue a millisecond before', await claim(other, 'one'), []);
        clock.at += 1;
        expectEqual('claimDue then', await claim(other, 'one'), [channelOf(1)]);
    },
    'gives a channel again when the lease has ended': async context => {
        await fillDue(context, 1);
        await claim(context.store, 'one', { leaseMs: 1_000 });
        context.clock.at += 999;
        expectEqual('claimDue before the end', await claim(context.other, 'two'), []);
        context.clock.at += 1;
        expectEqual('claimDue at the end', await claim(context.other, 'two'), [channelOf(0)]);
        expectEqual('claimDue by the one before', await claim(context.store, 'one'), []);
    },
};

/** For a store that goes by the clock of its database. */
export const CLAIM_OWN_CLOCK_TESTS: StoreTests = {
    'gives a channel again when the lease has ended': async context => {
        await fillDue(context, 1);
        expectEqual('claimDue', await claim(context.store, 'one', { leaseMs: 1_000 }), [channelOf(0)]);
        const end = Date.now() + 120_000;
        let again: Address[] = [];
        while (again.length === 0 && Date.now() < end) {
            await new Promise(resolve => setTimeout(resolve, 100));
            again = await claim(context.other, 'two');
        }
        expectEqual('claimDue after the end', again, [channelOf(0)]);
    },
};

const HOUR = 3_600n;

/** Rows of every kind of a channel. */
function rowsOf(index: number, at: bigint): RowChange[] {
    const channel = channelOf(index);
    const delivery = { amount: 1n, committedAt: at, cumulative: 1n, signature: recordOf(1).identity.openSignature };
    const settlement = {
        action: 'settle',
        amount: 1n,
        at,
        channel,
        feeLamports: 1n,
        outcome: 'landed',
        slot: 1n,
    } as const;
    const charge = chargeOf(1, { endedAt: at, stage: 'committed', startedAt: at });
    const landed = transactionRowOf(index, { outcome: 'landed', recordedAt: at });
    return [
        { expected: 'absent', key: `${channel}/charge`, kind: 'charge', value: charge },
        { expected: 'absent', key: `${channel}/delivery`, kind: 'delivery', value: delivery },
        { expected: 'absent', key: `${channel}/settlement`, kind: 'settlement', value: settlement },
        { expected: 'absent', key: `open ${index}`, kind: 'transaction', value: landed },
    ];
}

/** Which of the rows above are there. */
async function getKinds(store: ChannelStore, index: number): Promise<string[]> {
    const rows = rowsOf(index, 0n);
    const found = await Promise.all(rows.map(({ key, kind }) => store.getRow(kind, key)));
    return rows.filter((_, place) => found[place] !== undefined).map(({ kind }) => kind);
}

export const PURGE_TESTS: StoreTests = {
    'deletes nothing of what may be needed': async ({ now, other, store }) => {
        const statuses = ['open', 'closing', 'sealed', 'distributed', 'absent'] as const;
        for (const [index, status] of statuses.entries()) {
            await store.commit(writeOf(recordOf(index, { chain: { status } }), 'absent', rowsOf(index, now())));
        }
        expectEqual('purge', await other.purge({ charges: now() - HOUR, closed: now() - HOUR }), 0);
        expectEqual('the channels', (await other.list({ limit: 10 })).channels.length, 5);
        for (const index of statuses.keys()) expectEqual('the rows', (await getKinds(other, index)).length, 4);
    },
    'deletes channels that are proven absent, with their rows but the ledger': async ({ now, other, store }) => {
        const statuses = ['open', 'closing', 'sealed', 'distributed', 'absent'] as const;
        for (const [index, status] of statuses.entries()) {
            await store.commit(writeOf(recordOf(index, { chain: { status } }), 'absent', rowsOf(index, now())));
        }
        // However far the clocks of machines may be apart.
        const count = await other.purge({ charges: now() - HOUR, closed: now() + HOUR });
        expectEqual('purge: a channel and three rows', count, 4);
        const left = (await store.list({ limit: 10 })).channels.map(one =>
            'error' in one ? '' : one.record.chain.status,
        );
        expectEqual('what is left', inOrder(left), inOrder(['open', 'closing', 'sealed', 'distributed']));
        expectEqual('rows of the one that was deleted', await getKinds(store, 4), ['settlement']);
        for (const index of [0, 1, 2, 3]) expectEqual('rows of others', (await getKinds(store, index)).length, 4);
        expectEqual('purge, once more', await other.purge({ charges: now() - HOUR, closed: now() + HOUR }), 0);
    },
    'deletes charges and challenges that are over, of any channel': async ({ now, other, store }) => {
        const at = now();
        const old = at - 10n * HOUR;
        const charges = [
            chargeOf(1, { endedAt: old, stage: 'committed', startedAt: old }),
            chargeOf(2, { endedAt: old, stage: 'released', startedAt: old }),
            // It ended late: it may still be repeated.
            chargeOf(3, { endedAt: at, stage: 'committed', startedAt: old }),
            chargeOf(4, { startedAt: old }),
            chargeOf(5, { startedAt: at }),
        ];
        const rows: RowChange[] = [
            ...charges.map((value, index): RowChange => ({
                expected: 'absent',
                key: `${index}`,
                kind: 'charge',
                value,
            })),
            { expected: 'absent', key: 'old', kind: 'challenge', value: { channel: channelOf(1), expiresAt: old } },
            { expected: 'absent', key: 'new', kind: 'challenge', value: { channel: channelOf(1), expiresAt: at } },
        ];
        await store.commit(writeOf(recordOf(1), 'absent', rows));
        expectEqual('purge', await other.purge({ charges: at - HOUR, closed: at - HOUR }), 4);
        const left = await Promise.all(
            rows.map(async ({ key, kind }) => (await store.getRow(kind, key)) && `${kind} ${key}`),
        );
        expectEqual('what is left', left, [
            undefined,
            undefined,
            'charge 2',
            undefined,
            'charge 4',
            undefined,
            'challenge new',
        ]);
        expectEqual('the record', (await store.get(channelOf(1)))?.version, 1);
    },
    'deletes transactions that failed, and none that may still land': async ({ now, other, store }) => {
        const old = now() - 10n * HOUR;
        const outcomes = ['expired', 'failed', 'landed', 'pending'] as const;
        const rows = outcomes.flatMap(outcome =>
            [old, now()].map((recordedAt): RowChange => ({
                expected: 'absent',
                key: `${outcome} ${recordedAt === old ? 'old' : 'new'}`,
                kind: 'transaction',
                value: transactionRowOf(1, { outcome, recordedAt }),
            })),
        );
        await store.commit(changeOf(channelOf(1), 'absent', { rows }));
        expectEqual('purge', await other.purge({ charges: now() - HOUR, closed: now() - HOUR }), 2);
        const left = await Promise.all(rows.map(async ({ key }) => (await store.getRow('transaction', key))?.key));
        expectEqual(
            'what is gone',
            rows.filter((_, index) => left[index] === undefined).map(({ key }) => key),
            ['expired old', 'failed old'],
        );
        expectEqual('what is pending', (await store.listPending(10)).length, 2);
    },
    'lets nothing come back that was read before it (Store 4)': async ({ now, other, store }) => {
        await fill(store, [recordOf(1, { chain: { status: 'absent' } })]);
        const read = (await store.get(channelOf(1)))!;
        expectEqual('purge', await other.purge({ charges: now(), closed: now() + HOUR }), 1);
        const late = writeOf({ ...read.record, attempts: 5 }, read.version);
        expectEqual('commit of the version that was read', await store.commit(late), 'conflict');
        expectEqual('get', await store.get(channelOf(1)), undefined);
    },
};
