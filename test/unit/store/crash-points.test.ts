import { describe, expect, it } from 'vitest';

import {
    commitCommand,
    createLedgerPolicy,
    createMemoryStore,
    getAvailable,
    getChargeKey,
    getReserved,
} from '../../../src/store';
import type { ChannelStore, ChannelRecord, CommitContext, LedgerEvent } from '../../../src/store';
import {
    channelOf,
    recordOf,
    signatureOf,
    transactionRowOf,
    viewOf,
} from '../../../src/testing/contract/store-samples';
import { transactionOf } from '../../../src/testing/contract/journal-samples';

// The crash points of a server that concern its store: a process that ends at some call of the store, and another one that
// finds what is there. The numbers are those of docs/ledger.md.

const A = channelOf(1);
const OPEN = signatureOf(1);
const START = 1_760_000_000;
const LEASE = 30n;

/** A database that outlives processes, and the time. */
function createWorld() {
    const clock = { at: START };
    const store = createMemoryStore({ network: 'localnet', now: () => clock.at * 1_000 });
    return { clock, now: () => BigInt(clock.at), store };
}
type World = ReturnType<typeof createWorld>;

class Crash extends Error {}

/** The store as a process has it that ends at the n-th call, before or after what was asked for has happened. */
function dieAt(store: ChannelStore, call: number, when: 'after' | 'before'): ChannelStore {
    let count = 0;
    const dying =
        <TArgs extends unknown[], T>(method: (...args: TArgs) => Promise<T>) =>
        async (...args: TArgs): Promise<T> => {
            count++;
            if (count > call || (count === call && when === 'before')) throw new Crash();
            const answer = await method(...args);
            if (count === call) throw new Crash();
            return answer;
        };
    return { ...store, commit: dying(store.commit), get: dying(store.get), getRow: dying(store.getRow) as never };
}

type Request = Readonly<{ key: string; cumulative: bigint; price: bigint }>;

/** A server, as short as one can be: an open, and requests that are paid with vouchers. */
function createServer({ now }: World, store: ChannelStore, owner: string) {
    const handled: string[] = [];
    const events: LedgerEvent[] = [];
    const context: CommitContext = {
        getContext: () => ({ now: now(), policy: createLedgerPolicy() }),
        onEvent: event => events.push(event),
        pause: async () => undefined,
    };
    const getRow = (key: string) => store.getRow('charge', getChargeKey(recordOf(1), key));
    const reserve = async ({ cumulative, key, price }: Request) =>
        await commitCommand(
            store,
            A,
            async () => ({
                charge: {
                    fingerprint: `request ${key}`,
                    key,
                    owner,
                    price,
                    row: await getRow(key),
                    units: 1n,
                    until: now() + LEASE,
                },
                kind: 'acceptVoucher',
                voucher: {
                    channelId: A,
                    cumulativeAmount: cumulative,
                    expiresAt: 0n,
                    isSignatureGood: true,
                    signature: signatureOf(Number(cumulative)),
                },
            }),
            context,
        );
    const charge = async ({ key, price }: Request, body: string) =>
        await commitCommand(
            store,
            A,
            async () => ({
                amount: price,
                kind: 'commitCharge',
                owner,
                receipt: `receipt of ${key}`,
                response: { body, headers: [], status: 200 },
                row: (await getRow(key))!,
                units: 1n,
            }),
            context,
        );
    const recordOpen = async () =>
        await commitCommand(
            store,
            A,
            () => ({ kind: 'open', signature: OPEN, transaction: transactionRowOf(1) }),
            context,
        );
    const activate = async () =>
        await commitCommand(
            store,
            A,
            async () => ({
                chain: viewOf({ deposit: 1_000n }),
                kind: 'activate',
                openedSlot: 99n,
                row: (await store.getRow('transaction', OPEN))!,
            }),
            context,
        );
    return {
        activate,
        charge,
        context,
        events,
        handled,
        recordOpen,
        reserve,
        /** Answers with what was bought, or with a word for why not. */
        serve: async (request: Request): Promise<string> => {
            const { result } = await reserve(request);
            if (result.kind === 'answered') return result.row.response!.body!;
            if (result.kind === 'refused') return result.code;
            if (result.kind === 'replayed' || result.charge?.kind !== 'reserved') return result.kind;
            handled.push(request.key);
            const body = `content of ${request.key}`;
            const charged = await charge(request, body);
            return charged.result.kind === 'charged' ? body : charged.result.code;
        },
    };
}

async function openWorld(): Promise<World> {
    const world = createWorld();
    const server = createServer(world, world.store, 'one');
    await server.recordOpen();
    await server.activate();
    return world;
}

const getRecord = async ({ store }: World): Promise<ChannelRecord> => (await store.get(A))!.record;
const booksOf = async (world: World) => {
    const record = await getRecord(world);
    return { accepted: record.accepted, reserved: getReserved(record), spent: record.spent };
};
const restart = (world: World, owner = 'two') => createServer(world, world.store, owner);

describe('after a crash', () => {
    it.each([
        ['2: the transaction of an open is recorded, and not sent', 0],
        ['3: it is sent, and not confirmed', 5],
    ])('%s: its bytes and the splits are there, to be sent again', async (_, seconds) => {
        const world = createWorld();
        const dying = createServer(world, dieAt(world.store, 2, 'after'), 'one');
        await expect(dying.recordOpen()).rejects.toThrow(Crash);
        world.clock.at += seconds;
        const [row] = await world.store.listPending(10);
        expect(row).toMatchObject({ key: OPEN, value: { channel: A, wire: 'AQ==' } });
        expect(row && 'value' in row && row.value.open?.identity.splits).toEqual(recordOf(1).identity.splits);
        expect(await world.store.get(A)).toBeUndefined();
    });

    it('4: the open is confirmed, and there is no record: the next look makes it, the client’s repetition is told the same', async () => {
        const world = createWorld();
        await createServer(world, world.store, 'one').recordOpen();
        await expect(createServer(world, dieAt(world.store, 3, 'before'), 'one').activate()).rejects.toThrow(Crash);
        const server = restart(world);
        const made = await server.activate();
        const again = await restart(world, 'three').activate();
        expect([made.result.kind, again.result.kind]).toEqual(['activated', 'replayed']);
        expect(again.result).toMatchObject({ standing: { accepted: 0n, deposit: 1_000n } });
        expect(await world.store.listPending(10)).toEqual([]);
    });

    it('5: a voucher is verified, and not committed: the client repeats it, and nothing was given', async () => {
        const world = await openWorld();
        const dying = createServer(world, dieAt(world.store, 3, 'before'), 'one');
        const request = { cumulative: 10n, key: 'a', price: 4n };
        await expect(dying.serve(request)).rejects.toThrow(Crash);
        expect([dying.handled, await booksOf(world)]).toEqual([[], { accepted: 0n, reserved: 0n, spent: 0n }]);
        expect(await restart(world).serve(request)).toBe('content of a');
    });

    it.each([
        ['6: credit is reserved, and the handler has not run', 3, 'after', []],
        ['7: the handler runs', 4, 'before', ['a']],
        ['8: the handler has run, and nothing is charged', 6, 'before', ['a']],
    ] as const)(
        '%s: nothing is charged, the credit is back after the lease, the handler never runs again',
        async (_, call, when, handled) => {
            const world = await openWorld();
            const dying = createServer(world, dieAt(world.store, call, when), 'one');
            const request = { cumulative: 10n, key: 'a', price: 4n };
            await expect(dying.serve(request)).rejects.toThrow(Crash);
            expect(dying.handled).toEqual(handled);
            const server = restart(world);
            expect(await server.serve(request)).toBe('CHARGE_RUNNING');
            world.clock.at += Number(LEASE);
            expect(await server.serve(request)).toBe('CHARGE_ABANDONED');
            expect(server.handled).toEqual([]);
            // What is left of the voucher buys something else.
            expect(await server.serve({ cumulative: 11n, key: 'b', price: 11n })).toBe('content of b');
            expect(server.events).toContainEqual({ amount: 4n, channel: A, key: 'a', kind: 'CHARGE_ABANDONED' });
            expect(await booksOf(world)).toEqual({ accepted: 11n, reserved: 0n, spent: 11n });
        },
    );

    it('9: the charge is committed, and the answer not sent: the repetition gets the same content, and pays once', async () => {
        const world = await openWorld();
        const request = { cumulative: 10n, key: 'a', price: 4n };
        await expect(createServer(world, dieAt(world.store, 6, 'after'), 'one').serve(request)).rejects.toThrow(Crash);
        const server = restart(world);
        expect(await server.serve(request)).toBe('content of a');
        expect(server.handled).toEqual([]);
        expect(await booksOf(world)).toEqual({ accepted: 10n, reserved: 0n, spent: 4n });
    });

    it('10: a unit of a stream is reserved, and not emitted: no more than it is lost, and the credit is there', async () => {
        const world = await openWorld();
        const stream = createServer(world, world.store, 'one');
        expect(await stream.serve({ cumulative: 10n, key: 'unit 1', price: 2n })).toBe('content of unit 1');
        await stream.reserve({ cumulative: 12n, key: 'unit 2', price: 2n });
        world.clock.at += Number(LEASE);
        const server = restart(world);
        expect(await server.serve({ cumulative: 13n, key: 'unit 2 again', price: 2n })).toBe('content of unit 2 again');
        expect(await booksOf(world)).toEqual({ accepted: 13n, reserved: 0n, spent: 4n });
        expect(getAvailable(await getRecord(world))).toBe(9n);
    });

    it('11: a top-up is recorded, sent or not: the deposit is read, and credited once', async () => {
        const world = await openWorld();
        const server = restart(world);
        await world.store.commit({
            changeId: 'top-up',
            channel: A,
            expected: 1,
            rows: [
                {
                    expected: 'absent',
                    key: 'top-up',
                    kind: 'transaction',
                    value: transactionRowOf(1, { kind: 'topUp', open: null }),
                },
            ],
        });
        expect(await world.store.listPending(10)).toMatchObject([{ key: 'top-up' }]);
        const credit = async () =>
            await commitCommand(
                world.store,
                A,
                async () => ({
                    chain: viewOf({ deposit: 1_500n, observedSlot: 101n }),
                    kind: 'topUpSeen',
                    row: (await world.store.getRow('transaction', 'top-up'))!,
                }),
                server.context,
            );
        expect([(await credit()).result.kind, (await credit()).result.kind]).toEqual(['credited', 'replayed']);
        expect((await getRecord(world)).chain.deposit).toBe(1_500n);
    });

    it('12: the end is committed, and nothing sent: the worker closes, and clients are told the amount', async () => {
        const world = await openWorld();
        await createServer(world, world.store, 'one').serve({ cumulative: 10n, key: 'a', price: 4n });
        const { context } = restart(world);
        const dying = dieAt(world.store, 2, 'after');
        const end = commitCommand(dying, A, () => ({ kind: 'end', reason: 'client' }), context);
        await expect(end).rejects.toThrow(Crash);
        expect(await restart(world).serve({ cumulative: 20n, key: 'b', price: 4n })).toBe('CHANNEL_CLOSE_PENDING');
        const again = await commitCommand(world.store, A, () => ({ kind: 'end', reason: 'operator' }), context);
        expect(again.result).toMatchObject({ ending: { amount: 10n, reason: 'client' }, isFirst: false });
        const due = await world.store.claimDue({ leaseMs: 60_000, limit: 10, owner: 'worker' });
        expect(due).toMatchObject([{ record: { due: { reason: 'close' }, voucher: { cumulativeAmount: 10n } } }]);
    });

    it('16: the outcome of a settlement is recorded, and the record not updated: the next look brings it', async () => {
        const world = await openWorld();
        const server = restart(world);
        await server.serve({ cumulative: 10n, key: 'a', price: 4n });
        const transaction = transactionOf(1, [A]);
        await world.store.journal.acquire('worker', [A], 60_000);
        await world.store.journal.recordSent('worker', transaction);
        await world.store.journal.recordOutcome(transaction.signature, 'landed');
        expect(await world.store.journal.getUnresolved([A])).toEqual([]);
        world.clock.at += 100;
        const seen = viewOf({ deposit: 1_000n, observedSlot: 200n, settled: 10n });
        await commitCommand(world.store, A, () => ({ chain: seen, kind: 'observe' }), server.context);
        const record = await getRecord(world);
        expect(record.chain.settled).toBe(10n);
        expect(record.settledMark).toEqual({ amount: 10n, at: world.now(), units: 1n });
        expect(record.accepted).toBe(10n);
    });

    it('22: a process stands still for longer than its leases: its stream and its worker stop at the next step', async () => {
        const world = await openWorld();
        const paused = createServer(world, world.store, 'one');
        const unit = { cumulative: 10n, key: 'unit 1', price: 2n };
        await paused.reserve(unit);
        await world.store.journal.acquire('paused', [A], 1_000);
        world.clock.at += Number(LEASE) + 60;
        await world.store.journal.acquire('other', [A], 60_000);
        expect((await paused.charge(unit, 'late')).result).toMatchObject({ code: 'CHARGE_ABANDONED' });
        await expect(world.store.journal.recordSent('paused', transactionOf(1, [A]))).rejects.toMatchObject({
            code: 'JOURNAL_LEASE_LOST',
        });
        expect(await booksOf(world)).toEqual({ accepted: 10n, reserved: 2n, spent: 0n });
        await restart(world).serve({ cumulative: 11n, key: 'unit 2', price: 1n });
        expect(await booksOf(world)).toEqual({ accepted: 11n, reserved: 0n, spent: 1n });
    });
});

const REQUESTS: readonly Request[] = [
    { cumulative: 10n, key: 'a', price: 4n },
    { cumulative: 20n, key: 'b', price: 7n },
    { cumulative: 30n, key: 'c', price: 9n },
];
/** More calls of the store than the whole takes. */
const MAX_CALLS = 30;

describe.each(['before', 'after'] as const)('a process that dies %s any call of its store happens (19)', when => {
    it.each(Array.from({ length: MAX_CALLS }, (_, index) => index + 1))('the one number %i', async call => {
        const world = createWorld();
        const dying = createServer(world, dieAt(world.store, call, when), 'one');
        const answers = new Map<string, string>();
        try {
            await dying.recordOpen();
            await dying.activate();
            for (const request of REQUESTS) answers.set(request.key, await dying.serve(request));
        } catch (error) {
            expect(error).toBeInstanceOf(Crash);
        }
        world.clock.at += Number(LEASE);
        const server = restart(world);
        if ((await world.store.get(A)) === undefined) {
            if ((await world.store.getRow('transaction', OPEN)) === undefined) await server.recordOpen();
            await server.activate();
        }
        const repeated = new Map<string, string>();
        for (const request of REQUESTS) repeated.set(request.key, await server.serve(request));
        // What was answered is answered again, and no handler has run twice.
        for (const [key, answer] of answers) expect(repeated.get(key)).toBe(answer);
        const handled = [...dying.handled, ...server.handled];
        expect(new Set(handled).size).toBe(handled.length);
        // Whatever comes next finds the credit of what was abandoned.
        expect(await server.serve({ cumulative: 31n, key: 'd', price: 1n })).toBe('content of d');
        const served = REQUESTS.filter(({ key }) => repeated.get(key) === `content of ${key}`);
        const spent = served.reduce((sum, { price }) => sum + price, 1n);
        expect(await booksOf(world)).toEqual({ accepted: 31n, reserved: 0n, spent });
        const unserved = REQUESTS.filter(request => !served.includes(request)).map(({ key }) => repeated.get(key));
        // At most the one that was in progress is lost, and nobody has paid for it.
        expect(unserved.length).toBeLessThan(2);
        expect(unserved.filter(answer => answer !== 'CHARGE_ABANDONED')).toEqual([]);
    });
});
