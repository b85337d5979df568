import { getEventListeners } from 'node:events';

import { getBase58Decoder, isSolanaError, type Address } from '@solana/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import {
    fetchAllChannel,
    fetchAllMaybeChannel,
    fetchChannel,
    fetchChannelFromSeeds,
    fetchChannels,
    fetchChannelState,
    fetchChannelStates,
    fetchClosingChannels,
    fetchDistributionAssessment,
    fetchMaybeChannel,
    fetchMaybeChannelFromSeeds,
    fetchTokenProgram,
    getChannelFilters,
    type PaymentChannelsError,
    fetchOpenSlot,
    EPOCH_LOCALNET,
} from '../../src';
import { fetchBatchItems, fetchLookupTables } from '../../src/settlement';
import { accountOf, CHANNEL_ARGS, channelData, closingAt, NOW, rpcAccount } from '../fixtures/channels';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, PAYER, PROGRAM, SALT, SYSTEM_PROGRAM } from '../fixtures/parties';
import { I64_MAX } from '../fixtures/random';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { CHANNEL_SIZE, HAS_TOMBSTONES, STATUSES, UNKNOWN_STATUS, ofTombstone } from '../fixtures/revision';
import { atSlot, createFakeRpc } from '../fixtures/rpc';
import { CHANNEL } from '../fixtures/vectors';
import { DEPLOYMENT, OPENED } from '../fixtures/deployment';

const SLOT = 350_000_000n;
const OTHER = addressOf(0x77);
const channel = { ...CHANNEL_ARGS, discriminator: 1 };

/** An RPC at which every account is the given one. */
const rpcWith = (account: unknown) =>
    createFakeRpc(({ method, params }) =>
        atSlot(SLOT, method === 'getMultipleAccounts' ? (params[0] as unknown[]).map(() => account) : account),
    );
const found = (accounts: Record<Address, Uint8Array>) =>
    Object.entries(accounts).map(([pubkey, data]) => ({ account: rpcAccount(data), pubkey }));
const rpcThatFinds = (accounts: Record<Address, Uint8Array>) => createFakeRpc(() => atSlot(SLOT, found(accounts)));

describe('one channel', () => {
    it.each([
        { account: null, expected: { kind: 'absent' } },
        { account: rpcAccount(new Uint8Array(), SYSTEM_PROGRAM), expected: { kind: 'absent' } },
        ...ofTombstone({ account: rpcAccount(Uint8Array.of(2)), expected: { kind: 'closed' } }),
        { account: rpcAccount(channelData()), expected: { channel, kind: 'open' } },
        { account: rpcAccount(channelData(closingAt(NOW))), expected: { deadlineAt: NOW + 600n, kind: 'closing' } },
        { account: rpcAccount(channelData({ status: STATUSES.finalized })), expected: { kind: 'finalized' } },
        {
            account: { ...rpcAccount(channelData()), data: [getBase58Decoder().decode(channelData()), 'base58'] },
            expected: { channel, kind: 'open' },
        },
    ])('is told with its slot: $expected.kind', async ({ account, expected }) => {
        const { rpc } = rpcWith(account);
        expect(await fetchChannelState(rpc, CHANNEL, DEPLOYMENT)).toMatchObject({
            address: CHANNEL,
            slot: SLOT,
            ...expected,
        });
    });

    it('is asked for as base64 and confirmed', async () => {
        const { requests, rpc } = rpcWith(null);
        await fetchChannelState(rpc, CHANNEL, DEPLOYMENT);
        expect(requests).toMatchObject([
            { method: 'getAccountInfo', params: [CHANNEL, { commitment: 'confirmed', encoding: 'base64' }] },
        ]);
    });

    it('is asked for as the caller says', async () => {
        const { requests, rpc } = rpcWith(null);
        await fetchChannelState(rpc, CHANNEL, DEPLOYMENT, { commitment: 'processed', minContextSlot: 7n });
        expect(requests[0]?.params[1]).toEqual({ commitment: 'processed', encoding: 'base64', minContextSlot: 7n });
    });

    it('is not taken from an RPC that has not come to the slot that was asked for', async () => {
        const { rpc } = rpcWith(rpcAccount(channelData()));
        expect(await fetchChannelState(rpc, CHANNEL, DEPLOYMENT, { minContextSlot: SLOT })).toMatchObject({
            slot: SLOT,
        });
        const config = { minContextSlot: SLOT + 1n };
        const many = createFakeRpc(() => atSlot(SLOT, [null])).rpc;
        for (const ask of [
            () => fetchChannelState(rpc, CHANNEL, DEPLOYMENT, config),
            () => fetchChannelStates(many, [CHANNEL], DEPLOYMENT, config),
            () => fetchChannels(rpcThatFinds({}).rpc, { payee: PAYEE }, DEPLOYMENT, config),
        ]) {
            await expectRefusal(ask, 'RPC_RESPONSE_INVALID', { field: 'answer.context.slot' });
        }
        const { rpc: slots } = createFakeRpc(() => SLOT);
        expect(await fetchOpenSlot(slots, {}, EPOCH_LOCALNET, { minContextSlot: SLOT })).toBeLessThanOrEqual(SLOT);
        await expectRefusal(() => fetchOpenSlot(slots, {}, EPOCH_LOCALNET, config), 'RPC_RESPONSE_INVALID', {
            field: 'answer',
        });
    });

    it('comes as an account too, with everything around its data', async () => {
        const { rpc } = rpcWith(rpcAccount(channelData()));
        const expected = { ...accountOf(channelData()), data: channel, exists: true };
        const seeds = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER, salt: SALT };
        expect(await fetchChannel(rpc, CHANNEL, DEPLOYMENT)).toEqual(expected);
        expect(await fetchMaybeChannel(rpc, CHANNEL, DEPLOYMENT)).toEqual(expected);
        expect(await fetchChannelFromSeeds(rpc, { ...OPENED, ...seeds }, DEPLOYMENT)).toEqual(expected);
        expect(await fetchMaybeChannelFromSeeds(rpc, { ...OPENED, ...seeds }, DEPLOYMENT)).toEqual(expected);
        expect(await fetchAllChannel(rpc, [CHANNEL], DEPLOYMENT)).toEqual([expected]);
        expect(await fetchAllMaybeChannel(rpc, [CHANNEL], DEPLOYMENT)).toEqual([expected]);
    });

    it('has no account where there is none, or a tombstone', async () => {
        const absent = rpcWith(null).rpc;
        const closed = rpcWith(rpcAccount(Uint8Array.of(2))).rpc;
        const nothing = { address: CHANNEL, exists: false };
        expect(await fetchMaybeChannel(absent, CHANNEL, DEPLOYMENT)).toEqual(nothing);
        expect(await fetchAllMaybeChannel(absent, [CHANNEL], DEPLOYMENT)).toEqual([nothing]);
        await expectRefusal(() => fetchChannel(absent, CHANNEL, DEPLOYMENT), 'CHANNEL_NOT_FOUND', { address: CHANNEL });
        await expectRefusal(() => fetchAllChannel(absent, [CHANNEL], DEPLOYMENT), 'CHANNEL_NOT_FOUND', {
            address: CHANNEL,
        });
        // The epoch revision knows no tombstones.
        const code = HAS_TOMBSTONES ? 'CHANNEL_CLOSED' : 'ACCOUNT_MALFORMED';
        await expectRefusal(() => fetchChannel(closed, CHANNEL, DEPLOYMENT), code, { address: CHANNEL });
        await expectRefusal(() => fetchMaybeChannel(closed, CHANNEL, DEPLOYMENT), code, { address: CHANNEL });
    });

    it('is looked for in the deployment of the config', async () => {
        const { rpc } = rpcWith(rpcAccount(channelData(), OTHER));
        expect(await fetchChannelState(rpc, CHANNEL, { ...DEPLOYMENT, programAddress: OTHER })).toMatchObject({
            kind: 'open',
        });
        await expectRefusal(() => fetchChannelState(rpc, CHANNEL, DEPLOYMENT), 'ACCOUNT_OWNER_MISMATCH', {
            owner: OTHER,
        });
    });

    const good = rpcAccount(channelData());
    it.each<[field: string, answer: unknown]>([
        ['answer', null],
        ['answer', 'text'],
        ['answer.context', { value: good }],
        ['answer.context.slot', { context: { slot: -1 }, value: good }],
        ['answer.value', { context: { slot: 1 } }],
        ['answer.value', atSlot(1, [good])],
        ['answer.value.data', atSlot(1, { ...good, data: 'text' })],
        ['answer.value.data[0]', atSlot(1, { ...good, data: [1, 'base64'] })],
        ['answer.value.data[0]', atSlot(1, { ...good, data: ['=', 'base64'] })],
        // Text that decodes to the same bytes as another text: only one of them is what the bytes encode to.
        ['answer.value.data[0]', atSlot(1, { ...good, data: ['Ah==', 'base64'] })],
        ['answer.value.data[0]', atSlot(1, { ...good, data: ['0', 'base58'] })],
        ['answer.value.data[1]', atSlot(1, { ...good, data: [good.data[0], 'base64+zstd'] })],
        ['answer.value.data[1]', atSlot(1, { ...good, data: [good.data[0]] })],
        ['answer.value.data[1]', atSlot(1, { ...good, data: [...good.data, 'more'] })],
        ['answer.value.executable', atSlot(1, { ...good, executable: 'no' })],
        ['answer.value.lamports', atSlot(1, { ...good, lamports: 0.5 })],
        ['answer.value.lamports', atSlot(1, { ...good, lamports: 2n ** 64n })],
        ['answer.value.owner', atSlot(1, { ...good, owner: 'nobody' })],
    ])('is refused when the RPC answers it badly, by the place: %s', async (field, answer) => {
        const { rpc } = createFakeRpc(() => answer);
        await expectRefusal(() => fetchChannelState(rpc, CHANNEL, DEPLOYMENT), 'RPC_RESPONSE_INVALID', { field });
    });

    it('refuses a bad address before it asks', async () => {
        const { requests, rpc } = rpcWith(null);
        await expectRefusal(() => fetchChannelState(rpc, 'x' as Address, DEPLOYMENT), 'ADDRESS_INVALID', {
            field: 'address',
        });
        const refused = () => fetchChannelStates(rpc, [CHANNEL, 'x' as Address], DEPLOYMENT);
        await expectRefusal(refused, 'ADDRESS_INVALID', { field: 'addresses[1]' });
        expect(requests).toEqual([]);
    });

    it('lets the errors of the RPC through', async () => {
        const { rpc } = createFakeRpc(() => {
            throw new Error('connection refused');
        });
        expect(await errorOf(() => fetchChannelState(rpc, CHANNEL, DEPLOYMENT))).toMatchObject({
            message: 'connection refused',
        });
    });
});

describe('many channels', () => {
    it('are asked for by the hundred and told in their order, each with its slot', async () => {
        const addresses = Array.from({ length: 201 }, (_, index) => addressOf(index));
        let slot = SLOT;
        const { requests, rpc } = createFakeRpc(({ params }) =>
            atSlot(
                slot++,
                (params[0] as Address[]).map((_, index) => (index % 2 ? null : rpcAccount(channelData()))),
            ),
        );
        const states = await fetchChannelStates(rpc, addresses, DEPLOYMENT);
        expect(states.map(({ address }) => address)).toEqual(addresses);
        expect(states.slice(99, 102).map(({ kind }) => kind)).toEqual(['absent', 'open', 'absent']);
        expect([states[0], states[100], states[200]].map(state => state?.slot)).toEqual([SLOT, SLOT + 1n, SLOT + 2n]);
        expect(requests.map(({ method, params }) => [method, (params[0] as unknown[]).length, params[1]])).toEqual(
            [100, 100, 1].map(count => ['getMultipleAccounts', count, { commitment: 'confirmed', encoding: 'base64' }]),
        );
    });

    it('of no address need no request', async () => {
        const { requests, rpc } = rpcWith(null);
        expect(await fetchChannelStates(rpc, [], DEPLOYMENT)).toEqual([]);
        expect(requests).toEqual([]);
    });

    it('are refused when the RPC answers more or fewer', async () => {
        const { rpc } = createFakeRpc(() => atSlot(SLOT, [null]));
        const refused = () => fetchChannelStates(rpc, [CHANNEL, OTHER], DEPLOYMENT);
        await expectRefusal(refused, 'RPC_RESPONSE_INVALID', { field: 'answer.value.length' });
    });
});

describe('a query', () => {
    it('asks the program of the deployment, with the filters, confirmed, with its context', async () => {
        const { requests, rpc } = rpcThatFinds({});
        const filter = { payee: PAYEE, status: 'open' as const };
        expect(await fetchChannels(rpc, filter, DEPLOYMENT)).toEqual([]);
        await fetchChannels(
            rpc,
            filter,
            { ...DEPLOYMENT, programAddress: OTHER },
            { commitment: 'processed', minContextSlot: 7n },
        );
        const filters = [
            { dataSize: BigInt(CHANNEL_SIZE) },
            { memcmp: { bytes: '1', encoding: 'base58', offset: 3n } },
            { memcmp: { bytes: PAYEE, encoding: 'base58', offset: 120n } },
        ];
        expect(getChannelFilters(filter, DEPLOYMENT)).toEqual(filters);
        const config = { commitment: 'confirmed', encoding: 'base64', filters, withContext: true };
        expect(requests).toMatchObject([
            { method: 'getProgramAccounts', params: [PROGRAM, config] },
            { params: [OTHER, { ...config, commitment: 'processed', minContextSlot: 7n }] },
        ]);
    });

    it('returns the state of each with the slot', async () => {
        const { rpc } = rpcThatFinds({ [CHANNEL]: channelData(), [OTHER]: channelData(closingAt(NOW)) });
        expect(await fetchChannels(rpc, { payee: PAYEE }, DEPLOYMENT)).toMatchObject([
            { address: CHANNEL, channel, kind: 'open', slot: SLOT },
            { address: OTHER, kind: 'closing', slot: SLOT },
        ]);
    });

    const UNREADABLE: Record<string, Uint8Array> = {
        'a status that nobody knows': channelData({}, [3, UNKNOWN_STATUS]),
        'a version that nobody knows': channelData({ version: 2 }),
        'another discriminator': channelData({}, [0, 9]),
        'another payee than was asked for': channelData({ payee: OTHER }),
        'a tombstone, which was not asked for': Uint8Array.of(2),
    };
    it.each(Object.entries(UNREADABLE))('fails when it finds an account with %s', async (_, data) => {
        const { rpc } = rpcThatFinds({ [CHANNEL]: channelData(), [OTHER]: data });
        const error = await errorOf(() => fetchChannels(rpc, { payee: PAYEE }, DEPLOYMENT));
        expect(error).toMatchObject({
            code: 'CHANNELS_UNREADABLE',
            context: { failures: [{ address: OTHER, code: 'ACCOUNT_MALFORMED' }] },
        });
    });

    it('names each account that it can not read', async () => {
        const bad = Object.fromEntries(Object.values(UNREADABLE).map((data, index) => [addressOf(index), data]));
        const { rpc } = rpcThatFinds(bad);
        const error = (await errorOf(() => fetchChannels(rpc, { payee: PAYEE }, DEPLOYMENT))) as Error;
        const { failures } = (error as PaymentChannelsError<'CHANNELS_UNREADABLE'>).context;
        expect(failures.map(({ address }) => address)).toEqual(Object.keys(bad));
        expect((error.cause as AggregateError).errors).toMatchObject(failures.map(({ code }) => ({ code })));
    });

    it('hands them to whoever asks for them, and returns the others', async () => {
        const { rpc } = rpcThatFinds({ [CHANNEL]: channelData(), [OTHER]: channelData({}, [3, UNKNOWN_STATUS]) });
        const unreadable: [string, string][] = [];
        const channels = await fetchChannels(rpc, {}, DEPLOYMENT, {
            onUnreadable: (e, address) => unreadable.push([e.code, address]),
        });
        expect(channels.map(({ address }) => address)).toEqual([CHANNEL]);
        expect(unreadable).toEqual([['ACCOUNT_MALFORMED', OTHER]]);
    });

    it.each<[field: string, answer: unknown]>([
        ['answer', found({})],
        ['answer.value', atSlot(1, null)],
        ['answer.value[0]', atSlot(1, [null])],
        ['answer.value[1].pubkey', atSlot(1, [...found({ [CHANNEL]: channelData() }), { account: {}, pubkey: 'x' }])],
    ])('is refused when the RPC answers it badly, by the place: %s', async (field, answer) => {
        const { rpc } = createFakeRpc(() => answer);
        const error = await errorOf(() => fetchChannels(rpc, {}, DEPLOYMENT));
        expect(error).toMatchObject({ context: { field: expect.stringContaining(field) as string } });
        await expectRefusal(() => fetchChannels(rpc, {}, DEPLOYMENT), 'RPC_RESPONSE_INVALID');
    });

    it('lets the errors of the RPC through', async () => {
        const { rpc } = createFakeRpc(() => Promise.reject(new Error('busy')));
        const error = await errorOf(() => fetchChannels(rpc, {}, DEPLOYMENT));
        expect([isSolanaError(error), (error as Error).message]).toEqual([false, 'busy']);
    });
});

describe('the channels that a payer has begun to close', () => {
    const CLOSING = {
        [addressOf(1)]: channelData(closingAt(NOW + 2n)),
        [addressOf(2)]: channelData(closingAt(I64_MAX)),
        [addressOf(3)]: channelData({ ...closingAt(NOW), gracePeriod: 601 }),
        [addressOf(4)]: channelData(),
        [addressOf(5)]: channelData({ status: STATUSES.finalized }),
        [addressOf(6)]: channelData(closingAt(NOW - 10_000n)),
        [addressOf(7)]: channelData({ ...closingAt(NOW + 1n), gracePeriod: 600 }),
    };

    it('come in the order of their deadlines, those without one last', async () => {
        const { rpc } = rpcThatFinds(CLOSING);
        const closing = await fetchClosingChannels(rpc, { payee: PAYEE }, DEPLOYMENT);
        expect(closing.map(({ address }) => address)).toEqual([6, 3, 7, 1, 2].map(addressOf));
        expect(closing.map(({ deadlineAt }) => deadlineAt)).toEqual([
            NOW - 9_400n,
            NOW + 601n,
            NOW + 601n,
            NOW + 602n,
            undefined,
        ]);
    });

    it('are selected here, so that a status nobody knows is an error and not left out', async () => {
        const { requests, rpc } = rpcThatFinds({ ...CLOSING, [OTHER]: channelData({}, [3, UNKNOWN_STATUS]) });
        await expectRefusal(() => fetchClosingChannels(rpc, { payee: PAYEE }, DEPLOYMENT), 'CHANNELS_UNREADABLE');
        expect(requests[0]?.params[1]).toMatchObject({ filters: getChannelFilters({ payee: PAYEE }, DEPLOYMENT) });
    });

    it('are selected by the RPC when the caller says so', async () => {
        const { requests, rpc } = rpcThatFinds({ [CHANNEL]: channelData(closingAt(NOW)) });
        const filter = { mint: MINT, payee: PAYEE };
        expect(await fetchClosingChannels(rpc, filter, DEPLOYMENT, { isStatusFilteredByRpc: true })).toHaveLength(1);
        const filters = getChannelFilters({ ...filter, status: 'closing' }, DEPLOYMENT);
        expect(requests[0]?.params[1]).toMatchObject({ filters });
    });
});

describe('an RPC that does not answer', () => {
    beforeEach(() => {
        vi.useFakeTimers({ toFake: ['clearTimeout', 'setTimeout'] });
    });
    afterEach(() => {
        vi.useRealTimers();
    });

    type Config = Readonly<{ abortSignal?: AbortSignal; requestTimeoutMs?: number }>;
    const readers = [
        ['fetchChannelState', (rpc: never, config: Config) => fetchChannelState(rpc, CHANNEL, DEPLOYMENT, config)],
        ['fetchChannel', (rpc: never, config: Config) => fetchChannel(rpc, CHANNEL, DEPLOYMENT, config)],
        ['fetchChannelStates', (rpc: never, config: Config) => fetchChannelStates(rpc, [CHANNEL], DEPLOYMENT, config)],
        ['fetchChannels', (rpc: never, config: Config) => fetchChannels(rpc, { payee: PAYEE }, DEPLOYMENT, config)],
        [
            'fetchClosingChannels',
            (rpc: never, config: Config) => fetchClosingChannels(rpc, { payee: PAYEE }, DEPLOYMENT, config),
        ],
        ['fetchTokenProgram', (rpc: never, config: Config) => fetchTokenProgram(rpc, MINT, config)],
        ['fetchLookupTables', (rpc: never, config: Config) => fetchLookupTables(rpc, [OTHER], config)],
        [
            'fetchBatchItems',
            (rpc: never, config: Config) => fetchBatchItems(rpc, [{ channel: CHANNEL }], DEPLOYMENT, config),
        ],
        [
            'fetchDistributionAssessment',
            (rpc: never, config: Config) =>
                fetchDistributionAssessment(rpc, { channel: CHANNEL, splits: [] }, DEPLOYMENT, config),
        ],
    ] as const;
    const createDeafRpc = () => createFakeRpc(() => new Promise(() => undefined));

    it.each(readers)('is waited for by %s no longer than it may take, and told so', async (_, read) => {
        for (const [config, milliseconds] of [
            [{}, 60_000],
            [{ requestTimeoutMs: 500 }, 500],
        ] as const) {
            const { requests, rpc } = createDeafRpc();
            const failing = expectRefusal(() => read(rpc as never, config), 'NO_ANSWER', { milliseconds });
            await vi.advanceTimersByTimeAsync(milliseconds);
            await failing;
            expect(requests[0]!.signal!.aborted).toBe(true);
        }
    });

    it.each(readers)('ends %s as soon as the caller aborts, and leaves nothing on the signal', async (_, read) => {
        const controller = new AbortController();
        const { requests, rpc } = createDeafRpc();
        const failing = expect(read(rpc as never, { abortSignal: controller.signal })).rejects.toThrow('enough');
        await vi.advanceTimersByTimeAsync(0);
        controller.abort(new Error('enough'));
        await failing;
        expect(requests[0]!.signal!.aborted).toBe(true);
        expect(vi.getTimerCount()).toBe(0);
        expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    });

    it('is not asked within a time that is none', async () => {
        const { requests, rpc } = rpcWith(null);
        for (const requestTimeoutMs of [0, -1, 0.5, NaN, 1e9]) {
            const error = await errorOf(() => fetchChannelState(rpc, CHANNEL, DEPLOYMENT, { requestTimeoutMs }));
            expect(error).toMatchObject({ context: { field: 'requestTimeoutMs' } });
        }
        expect(requests).toEqual([]);
    });

    it('leaves nothing on the signal of a caller when it does answer', async () => {
        const { signal } = new AbortController();
        const { rpc } = rpcWith(rpcAccount(channelData()));
        await fetchChannelState(rpc, CHANNEL, DEPLOYMENT, { abortSignal: signal });
        await fetchChannelStates(rpc, [CHANNEL, OTHER], DEPLOYMENT, { abortSignal: signal });
        expect(getEventListeners(signal, 'abort')).toEqual([]);
    });
});
