import { createLedgerPolicy } from '../../ledger/policy';
import { getChargeKey } from '../../ledger/charge';
import type { ChainView } from '../../ledger/record';
import { commitCommand, type CommitContext } from '../../store/commit';
import { createKnownChannels } from '../../store/known-channels';
import type { ChannelStore } from '../../store/store';
import { expectEqual, expectRefusal } from './expect';
import { channelOf, recordOf, signatureOf, transactionRowOf, viewOf } from './store-samples';
import type { StoreContext, StoreTests } from './store-subject';

// What a server does with a store: commands on one channel, by two store objects, and by others that come in between.

const A = channelOf(1);
const OPEN = signatureOf(1);

/** What was written before has to be there. */
async function need<T>(what: string, reading: Promise<T | undefined>): Promise<T> {
    const found = await reading;
    expectEqual(what, found === undefined ? 'missing' : 'there', 'there');
    return found!;
}

/** A replica of a server, as far as it has to do with one channel. */
export type Replica = ReturnType<typeof createReplica>;

export function createReplica(
    store: ChannelStore,
    { now, owner, ...rest }: Readonly<{ now: () => bigint; owner: string }> & Partial<CommitContext>,
) {
    const context: CommitContext = {
        getContext: () => ({ now: now(), policy: createLedgerPolicy() }),
        known: createKnownChannels(),
        ...rest,
    };
    const findCharge = (key: string) => store.getRow('charge', getChargeKey(recordOf(1), key));
    const getCharge = (key: string) => need(`the row of charge ${key}`, findCharge(key));
    const getTransaction = (key: string) => need(`the row of ${key}`, store.getRow('transaction', key));
    const voucherOf = (cumulativeAmount: bigint) => ({
        channelId: A,
        cumulativeAmount,
        expiresAt: 0n,
        isSignatureGood: true,
        signature: signatureOf(Number(cumulativeAmount)),
    });
    return {
        activate: async () =>
            await commitCommand(
                store,
                A,
                async () => ({
                    chain: viewOf(),
                    kind: 'activate',
                    openedSlot: 99n,
                    row: await getTransaction(OPEN),
                }),
                context,
            ),
        charge: async (key: string, amount: bigint) =>
            await commitCommand(
                store,
                A,
                async () => ({
                    amount,
                    kind: 'commitCharge',
                    owner,
                    receipt: null,
                    response: null,
                    row: await getCharge(key),
                    units: 1n,
                }),
                context,
            ),
        end: async () => await commitCommand(store, A, () => ({ kind: 'end', reason: 'operator' }), context),
        /** Accepts a voucher, and reserves a price where a key is given. */
        pay: async (cumulativeAmount: bigint, key?: string, price = 0n) =>
            await commitCommand(
                store,
                A,
                async () => ({
                    charge:
                        key === undefined
                            ? undefined
                            : {
                                  fingerprint: `request ${key}`,
                                  key,
                                  owner,
                                  price,
                                  row: await findCharge(key),
                                  units: 1n,
                                  until: now() + 3_600n,
                              },
                    kind: 'acceptVoucher',
                    voucher: voucherOf(cumulativeAmount),
                }),
                context,
            ),
        recordOpen: async () =>
            await commitCommand(
                store,
                A,
                () => ({ kind: 'open', signature: OPEN, transaction: transactionRowOf(1) }),
                context,
            ),
        release: async (key: string) =>
            await commitCommand(
                store,
                A,
                async () => ({ kind: 'releaseCharge', owner, row: await getCharge(key) }),
                context,
            ),
        see: async (fields: Partial<ChainView>) =>
            await commitCommand(store, A, () => ({ chain: viewOf(fields), kind: 'observe' }), context),
        topUp: async (key: string, deposit: bigint, observedSlot: bigint) =>
            await commitCommand(
                store,
                A,
                async () => ({
                    chain: viewOf({ deposit, observedSlot }),
                    kind: 'topUpSeen',
                    row: await getTransaction(key),
                }),
                context,
            ),
        touch: async (at: bigint) => await commitCommand(store, A, () => ({ at, kind: 'touch' }), context),
    };
}

const getReplicas = ({ now, other, store }: StoreContext): readonly [Replica, Replica] => [
    createReplica(store, { now, owner: 'one' }),
    // One that reads before every command.
    createReplica(other, { known: undefined, now, owner: 'two' }),
];

async function openChannel(context: StoreContext): Promise<readonly [Replica, Replica]> {
    const [one, two] = getReplicas(context);
    await one.recordOpen();
    await two.activate();
    return [one, two];
}

/** A replica with which somebody else interferes: between each read and the commit after it. */
function createDisturbed(
    { now, store }: StoreContext,
    disturb: () => Promise<unknown>,
    times = Infinity,
): Replica & Readonly<{ getCount: () => number }> {
    let count = 0;
    const disturbed: ChannelStore = {
        ...store,
        commit: async change => {
            if (count < times) {
                count++;
                await disturb();
            }
            return await store.commit(change);
        },
    };
    const replica = createReplica(disturbed, { now, owner: 'disturbed', pause: async () => undefined });
    return { ...replica, getCount: () => count };
}

const kindsOf = (answers: readonly Readonly<{ result: object }>[]) =>
    answers.map(({ result }) => ('code' in result ? result.code : (result as { kind: string }).kind)).sort();

async function expectBooks(
    store: ChannelStore,
    expected: Readonly<{ accepted: bigint; spent: bigint; reserved?: bigint }>,
): Promise<void> {
    const { accepted, reservations, spent } = (await store.get(A))!.record;
    const reserved = reservations.reduce((sum, { amount }) => sum + amount, 0n);
    expectEqual('the record', { accepted, reserved, spent }, { reserved: 0n, ...expected });
}

export const COMMAND_TESTS: StoreTests = {
    'make a life: open, payments, an end': async context => {
        const [one, two] = await openChannel(context);
        expectEqual('pay', (await two.pay(10n, 'a', 4n)).result.kind, 'accepted');
        expectEqual('charge', (await two.charge('a', 3n)).result.kind, 'charged');
        expectEqual('pay', (await one.pay(20n, 'b', 5n)).result.kind, 'accepted');
        expectEqual('release', (await one.release('b')).result.kind, 'released');
        expectEqual('end', (await two.end()).result.kind, 'ending');
        await expectBooks(context.store, { accepted: 20n, spent: 3n });
        expectEqual('pay after the end', kindsOf([await one.pay(30n)]), ['CHANNEL_CLOSE_PENDING']);
    },
    'of one voucher by two at once accept it once, and charge it once (Store 1, Store 3)': async context => {
        const replicas = await openChannel(context);
        const answers = await Promise.all(replicas.map(replica => replica.pay(10n, 'key', 4n)));
        expectEqual('the answers', kindsOf(answers), ['CHARGE_RUNNING', 'accepted']);
        await expectBooks(context.other, { accepted: 10n, reserved: 4n, spent: 0n });
    },
    'of one voucher without a charge by two at once accept it once (Store 1)': async context => {
        const replicas = await openChannel(context);
        const answers = await Promise.all(replicas.map(replica => replica.pay(10n)));
        expectEqual('the answers', kindsOf(answers), ['accepted', 'replayed']);
        expectEqual('the version', (await context.store.get(A))?.version, 2);
    },
    'of two vouchers at once end with the higher one (Store 2)': async context => {
        const [one, two] = await openChannel(context);
        const answers = await Promise.all([one.pay(10n), two.pay(20n)]);
        const lower = (answers[0].result as { code?: string }).code;
        expectEqual('the lower one', lower === undefined || lower === 'CUMULATIVE_NOT_MONOTONIC', true);
        expectEqual('the higher one', answers[1].result.kind, 'accepted');
        await expectBooks(context.other, { accepted: 20n, spent: 0n });
    },
    'of one charge by its owner twice at once charge it once': async context => {
        const [one] = await openChannel(context);
        const again = createReplica(context.other, { now: context.now, owner: 'one' });
        await one.pay(10n, 'key', 4n);
        const answers = await Promise.all([one.charge('key', 4n), again.charge('key', 4n)]);
        expectEqual('the answers', kindsOf(answers), ['CHARGE_NOT_RUNNING', 'charged']);
        await expectBooks(context.store, { accepted: 10n, spent: 4n });
    },
    'after the end of a channel bring nothing back, and an older time is none (Store 5)': async context => {
        const [one, two] = await openChannel(context);
        const before = (await context.store.get(A))!;
        const older = await one.touch(before.record.lastActivityAt - 1_000n);
        expectEqual('touch with an older time', older.result.kind, 'unchanged');
        await two.end();
        expectEqual('touch after the end', (await one.touch(context.now())).result.kind, 'unchanged');
        const { record, version } = (await context.other.get(A))!;
        expectEqual('the version', version, before.version + 1);
        expectEqual('the last activity', record.lastActivityAt, before.record.lastActivityAt);
    },
    'of one top-up at once credit it once, with what the chain has (Store 6)': async context => {
        const replicas = await openChannel(context);
        const row = transactionRowOf(1, { kind: 'topUp', open: null });
        await context.store.commit({
            changeId: 'a top-up',
            channel: A,
            expected: 1,
            rows: [{ expected: 'absent', key: 'top-up', kind: 'transaction', value: row }],
        });
        await replicas[0].see({ deposit: 2n ** 64n - 1n, observedSlot: 101n });
        const answers = await Promise.all(replicas.map(replica => replica.topUp('top-up', 2n ** 64n - 1n, 102n)));
        expectEqual('the answers', kindsOf(answers), ['credited', 'replayed']);
        expectEqual('the deposit', (await context.other.get(A))?.record.chain.deposit, 2n ** 64n - 1n);
        expectEqual('the row', (await context.other.getRow('transaction', 'top-up'))?.value.outcome, 'landed');
    },
    'that change nothing use no version, and are in nobody’s way (Store 16)': async context => {
        const [one, two] = await openChannel(context);
        await one.pay(10n);
        const { version } = (await context.store.get(A))!;
        expectEqual('the same voucher', (await two.pay(10n)).result.kind, 'replayed');
        expectEqual('the same view', (await two.see({})).result.kind, 'observed');
        expectEqual('the same open', (await two.activate()).result.kind, 'replayed');
        const disturbed = createDisturbed(context, () => two.pay(10n));
        expectEqual('a charge meanwhile', (await disturbed.pay(20n)).result.kind, 'accepted');
        expectEqual('how often it was tried', disturbed.getCount(), 1);
        expectEqual('the version', (await context.other.get(A))?.version, version + 1);
    },
    'lose nothing to somebody who commits between each read and commit': async context => {
        const [, two] = await openChannel(context);
        let amount = 100n;
        for (let times = 1; times <= 5; times++) {
            const before = amount;
            const interfere = async () => {
                amount += 10n;
                await two.pay(amount, `theirs ${amount}`, 1n);
                await two.charge(`theirs ${amount}`, 1n);
            };
            const disturbed = createDisturbed(context, interfere, times);
            const mine = before + 10n * BigInt(times) + 5n;
            const paid = await disturbed.pay(mine, `mine ${times}`, 2n);
            expectEqual('pay', paid.result.kind, 'accepted');
            const charged = await createDisturbed(context, interfere, times).charge(`mine ${times}`, 2n);
            expectEqual('charge', charged.result.kind, 'charged');
            amount = amount > mine ? amount : mine;
        }
        const charges = 5n * 2n + 2n * (1n + 2n + 3n + 4n + 5n);
        await expectBooks(context.other, { accepted: amount, spent: charges });
    },
    'give up after sixteen conflicts, with nothing written': async context => {
        const [, two] = await openChannel(context);
        let amount = 100n;
        const disturbed = createDisturbed(context, () => two.pay((amount += 1n)));
        const refusal = { attempts: 16, channel: A };
        await expectRefusal('pay', () => disturbed.pay(1_000n, 'key', 5n), 'STORE_CONFLICT', refusal);
        await expectBooks(context.store, { accepted: amount, spent: 0n });
        expectEqual('the charge', await context.store.getRow('charge', `${A}/key`), undefined);
    },
    'accept nothing once an end was committed in between': async context => {
        const [, two] = await openChannel(context);
        const disturbed = createDisturbed(context, () => two.end(), 1);
        expectEqual('pay', kindsOf([await disturbed.pay(10n, 'key', 5n)]), ['CHANNEL_CLOSE_PENDING']);
        await expectBooks(context.store, { accepted: 0n, spent: 0n });
    },
};
