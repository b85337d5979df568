import { isPaymentChannelsError } from '../../core/errors';
import type { ChannelStore } from '../../store/store';
import { expectEqual } from './expect';
import { createDraw, type Draw } from './random';
import { createReplica, type Replica } from './store-command-cases';
import { channelOf } from './store-samples';
import type { StoreContext } from './store-subject';

const A = channelOf(1);
const CLIENTS = 4;
const MAX_STEPS = 8;

/** What was acknowledged: this, and nothing else, has to be in the store. */
type Books = {
    accepted: bigint;
    charged: Map<string, bigint>;
    reserved: Map<string, bigint>;
    /** Versions that were used. */
    committed: number;
};

/** A store whose answers come at another time, so that reads and commits of several mix in any order. */
function shuffle(store: ChannelStore, { below }: Draw, books: Books): ChannelStore {
    const wait = async () => {
        for (let left = below(6); left > 0; left--) await Promise.resolve();
    };
    return {
        ...store,
        commit: async change => {
            await wait();
            const answer = await store.commit(change);
            if (answer === 'committed' && change.record !== undefined) books.committed++;
            await wait();
            return answer;
        },
        get: async channel => {
            const stored = await store.get(channel);
            await wait();
            return stored;
        },
    };
}

/** Payments and charges of several clients of one channel, by two store objects, all at once. */
export async function followCommands(context: StoreContext, name: string, calls: string[]): Promise<void> {
    const { now, other, store } = context;
    const draw = createDraw(name);
    const books: Books = { accepted: 0n, charged: new Map(), committed: 0, reserved: new Map() };
    const replicas = Array.from({ length: CLIENTS }, (_, index) =>
        createReplica(shuffle(index % 2 === 0 ? store : other, draw, books), {
            now,
            owner: `process ${index}`,
            pause: async () => undefined,
        }),
    );
    await replicas[0]!.recordOpen();
    await Promise.all(replicas.map(replica => replica.activate()));
    await Promise.all(replicas.map((replica, index) => pay(replica, index, draw, books, calls)));
    await expectBooks(other, books);
}

async function pay(
    replica: Replica,
    client: number,
    { below, oneOf }: Draw,
    books: Books,
    calls: string[],
): Promise<void> {
    for (let step = 0; step < MAX_STEPS; step++) {
        // Some keys are those of others as well.
        const key = `key ${oneOf([0, 1, 2, 10 * client + step + 10])}`;
        const cumulative = books.accepted + BigInt(below(40));
        const price = BigInt(below(10));
        const call = `process ${client}: pay ${cumulative} for ${key} at ${price}`;
        const { result } = await insist(() => replica.pay(cumulative, key, price));
        calls.push(`${call}: ${result.kind === 'refused' ? result.code : result.kind}`);
        if (result.kind !== 'accepted') continue;
        if (cumulative > books.accepted) books.accepted = cumulative;
        if (result.charge?.kind !== 'reserved') continue;
        const reservation = `${key} of process ${client}`;
        books.reserved.set(reservation, price);
        const end = oneOf(['charge', 'charge', 'release', 'nothing'] as const);
        if (end === 'nothing') continue;
        const ended = await insist<Readonly<{ result: Readonly<{ kind: string }> }>>(() =>
            end === 'charge' ? replica.charge(key, price) : replica.release(key),
        );
        calls.push(`process ${client}: ${end} ${key}: ${ended.result.kind}`);
        expectEqual(`${end} of what this process has reserved`, ended.result.kind, `${end}d`);
        books.reserved.delete(reservation);
        if (end === 'release') continue;
        expectEqual(`whether ${key} was charged before`, books.charged.has(key), false);
        books.charged.set(key, price);
    }
}

/** When others were faster sixteen times, nothing was written: once more. */
async function insist<T>(command: () => Promise<T>): Promise<T> {
    for (;;) {
        try {
            return await command();
        } catch (error) {
            if (!isPaymentChannelsError(error, 'STORE_CONFLICT')) throw error;
        }
    }
}

async function expectBooks(store: ChannelStore, { accepted, charged, committed, reserved }: Books): Promise<void> {
    const { record, version } = (await store.get(A))!;
    const given = {
        accepted: record.accepted,
        reserved: record.reservations.map(({ amount, key, owner }) => `${key} of ${owner}: ${amount}`).sort(),
        spent: record.spent,
        version,
        voucher: record.voucher?.cumulativeAmount ?? 0n,
    };
    expectEqual('the record, and what was acknowledged', given, {
        accepted,
        reserved: [...reserved].map(([key, amount]) => `${key}: ${amount}`).sort(),
        spent: [...charged.values()].reduce((sum, amount) => sum + amount, 0n),
        version: committed,
        voucher: accepted,
    });
}
