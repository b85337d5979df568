import {
    getBase58Decoder,
    getSolanaErrorFromTransactionError,
    type Address,
    type GetAccountInfoApi,
    type GetMultipleAccountsApi,
    type GetProgramAccountsApi,
    type MaybeEncodedAccount,
    type ProgramNotificationsApi,
    type Rpc,
    type RpcSubscriptions,
} from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
    decodeChannelAccount,
    decodeChannelState,
    fetchChannels,
    fetchChannelState,
    fetchChannelStates,
    getLoggedEventCount,
    getProgramFailure,
    isClosedChannelAccount,
    isLiveChannelState,
    isPaymentChannelsError,
    parseEvents,
    parseProgramLogs,
    parseTransactionEvents,
    watchClosingChannels,
    type ChannelEvent,
    type ExecutedInstruction,
    type RpcTransaction,
} from '../../src';
import { PRECOMPILE_ERRORS } from '../../src/runtime/programs';
import { accountOf, channelData, closingAt, NOW, rpcAccount } from '../fixtures/channels';
import { addressOf, EVENT_AUTHORITY, PAYEE, PAYER, PROGRAM, SPL_TOKEN } from '../fixtures/parties';
import { anyBytes, runs } from '../fixtures/random';
import { byRevision, CHANNEL_SIZE, HAS_TOMBSTONES, ofTombstone } from '../fixtures/revision';
import { CHANNEL } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';
import { rendered } from '../fixtures/rendered';

const {
    OPENED_EVENT_DISCRIMINATOR,
    PAYOUT_REDIRECTED_EVENT_DISCRIMINATOR,
    PaymentChannelsEvent,
    getOpenedEncoder,
    getPayoutRedirectedEncoder,
} = rendered;

// What comes over a wire is accepted or refused with a typed error of the package: there is no other exception, no
// hang, and no two encodings of one thing. With TEST_DEPTH=deep well over 100,000 inputs.

/** Runs a decoder; any error but a typed one of this package fails the test. */
function attempt<T>(decode: () => T): T | undefined {
    try {
        return decode();
    } catch (error) {
        if (isPaymentChannelsError(error)) return undefined;
        throw error;
    }
}
async function attemptAsync<T>(decode: () => Promise<T>): Promise<T | undefined> {
    try {
        return await decode();
    } catch (error) {
        if (isPaymentChannelsError(error)) return undefined;
        throw error;
    }
}

const anyThing = fc.anything({
    withBigInt: true,
    withDate: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
});
/** Values that a field of an answer might hold instead of what it has to. */
const anyField = fc.oneof(
    anyThing,
    fc.constantFrom<unknown>(null, undefined, -1, 0.5, 2 ** 53, 2n ** 64n, -1n, '', 'x', [], {}, NaN, Symbol('x')),
    fc.nat(300),
    fc.string(),
    fc.constantFrom<unknown>(PROGRAM, PAYER, 'base64', 'base58', 'AA==', 'AB==', '11111111111111111111111111111111'),
);

/** A value with one of its fields, however deep, replaced, removed or doubled. */
const mutated = (value: unknown) =>
    fc
        .tuple(fc.infiniteStream(fc.nat(1_000)), fc.nat(4), anyField, fc.constantFrom('replace', 'remove', 'double'))
        .map(([stream, depth, replacement, how]) => {
            const picks = stream[Symbol.iterator]();
            const change = (node: unknown, level: number): unknown => {
                if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return replacement;
                const copy = (Array.isArray(node) ? [...(node as unknown[])] : { ...node }) as Record<string, unknown>;
                const keys = Object.keys(copy);
                const key = keys[picks.next().value! % Math.max(1, keys.length)];
                if (key === undefined) return replacement;
                if (level > 0) copy[key] = change(copy[key], level - 1);
                else if (how === 'remove') Reflect.deleteProperty(copy, key);
                else if (how === 'double' && Array.isArray(copy)) copy.push(copy[Number(key)]);
                else copy[key] = replacement;
                return copy;
            };
            return change(value, depth);
        });

/** Bytes of a channel with some of them changed, cut off or added; with a known status more often than not. */
const anyChannelData = fc
    .tuple(
        fc.constantFrom(channelData(), channelData(closingAt(NOW)), Uint8Array.of(2), new Uint8Array(CHANNEL_SIZE)),
        fc.array(fc.tuple(fc.nat(CHANNEL_SIZE - 1), fc.nat(255)), { maxLength: 4 }),
        fc.constantFrom(0, 0, 0, 0, -1, 1, 3),
    )
    .map(([data, changes, by]) => {
        const bytes = new Uint8Array(Math.max(0, data.length + by));
        bytes.set(data.subarray(0, bytes.length));
        for (const [offset, byte] of changes) if (offset < bytes.length) bytes[offset] = byte;
        return bytes;
    });

describe('accounts', () => {
    it('are decoded to one state, which encodes to the same bytes, or refused', () => {
        const seen = new Set<string>();
        fc.assert(
            fc.property(fc.oneof({ arbitrary: anyChannelData, weight: 4 }, fc.uint8Array()), data => {
                const state = attempt(() => decodeChannelState({ ...accountOf(data), exists: true }, DEPLOYMENT));
                const account = attempt(() => decodeChannelAccount(accountOf(data), DEPLOYMENT));
                seen.add(state?.kind ?? 'refused');
                if (state && isLiveChannelState(state)) {
                    expect([...DEPLOYMENT.channel.encode(state.channel)]).toEqual([...data]);
                    expect(account?.data).toEqual(state.channel);
                } else if (state) {
                    expect([state.kind, [...data]]).toEqual(['closed', [2]]);
                    expect(account).toBeUndefined();
                }
            }),
            runs(800),
        );
        // The test sees every state, or it tests less than it says.
        const states = ['closing', 'open', 'refused', ...ofTombstone('closed')];
        expect([...seen].sort()).toEqual(expect.arrayContaining(states));
    });

    it('of any shape are refused', () => {
        const account = { ...accountOf(channelData()), exists: true };
        const input = fc.oneof(anyThing, mutated(account)) as fc.Arbitrary<MaybeEncodedAccount>;
        fc.assert(
            fc.property(input, value => {
                attempt(() => decodeChannelState(value, DEPLOYMENT));
                attempt(() => decodeChannelAccount(value as ReturnType<typeof accountOf>, DEPLOYMENT));
                if (HAS_TOMBSTONES)
                    attempt(() => isClosedChannelAccount(value as ReturnType<typeof accountOf>, DEPLOYMENT));
            }),
            runs(500),
        );
    });
});

/** An RPC whose every answer is the given one, without kit between: what is fuzzed is what this package does. */
const rpcOf = (answer: unknown) =>
    new Proxy({}, { get: () => () => ({ send: () => Promise.resolve(answer) }) }) as Rpc<
        GetAccountInfoApi & GetMultipleAccountsApi & GetProgramAccountsApi
    >;
const context = { apiVersion: '2.3.0', slot: 100n };

describe('the answers of an RPC', () => {
    it('about one account', async () => {
        const input = fc.oneof(mutated({ context, value: rpcAccount(channelData()) }), anyThing);
        await fc.assert(
            fc.asyncProperty(input, async answer => {
                const state = await attemptAsync(() => fetchChannelState(rpcOf(answer), CHANNEL, DEPLOYMENT));
                if (state) expect(typeof state.slot).toBe('bigint');
            }),
            runs(500),
        );
    });

    it('about many accounts', async () => {
        const value = [rpcAccount(channelData()), null, rpcAccount(Uint8Array.of(2))];
        const addresses = [CHANNEL, addressOf(8), addressOf(9)];
        await fc.assert(
            fc.asyncProperty(mutated({ context, value }), async answer => {
                const states = await attemptAsync(() => fetchChannelStates(rpcOf(answer), addresses, DEPLOYMENT));
                if (states) expect(states.map(({ address }) => address)).toEqual(addresses);
            }),
            runs(250),
        );
    });

    it('to a query: each account is returned or reported', async () => {
        const value = [channelData(), channelData(closingAt(NOW))].map((data, index) => ({
            account: rpcAccount(data),
            pubkey: addressOf(index),
        }));
        await fc.assert(
            fc.asyncProperty(mutated({ context, value }), fc.boolean(), async (answer, isReported) => {
                const reports: Address[] = [];
                const config = isReported
                    ? { onUnreadable: (_: unknown, address: Address) => reports.push(address) }
                    : {};
                const channels = await attemptAsync(() =>
                    fetchChannels(rpcOf(answer), { payee: PAYEE }, DEPLOYMENT, config),
                );
                const { value: found } = answer as { value: unknown[] };
                if (channels) expect(channels.length + reports.length).toBe(Object.keys(found).length);
            }),
            runs(250),
        );
    });

    it('to a subscription', async () => {
        const notification = { context, value: { account: rpcAccount(channelData(closingAt(NOW))), pubkey: CHANNEL } };
        await fc.assert(
            fc.asyncProperty(mutated(notification), async value => {
                async function* notifications() {
                    yield value;
                }
                const rpcSubscriptions = {
                    programNotifications: () => ({ subscribe: () => Promise.resolve(notifications()) }),
                } as unknown as RpcSubscriptions<ProgramNotificationsApi>;
                const rpc = rpcOf({ context, value: [] });
                const states = watchClosingChannels({ rpc, rpcSubscriptions }, { payee: PAYEE }, DEPLOYMENT);
                const first = await attemptAsync(() => states.next());
                if (first) expect(first.value).toMatchObject({ kind: 'closing' });
            }),
            runs(150),
        );
    });
});

/** Bytes that Opened has besides its discriminator (docs/program.md, section 10). */
const OPENED_SIZE = byRevision({ epoch: 40, tombstone: 32 });

const anyEventData = fc
    .tuple(
        fc.constantFrom(
            OPENED_EVENT_DISCRIMINATOR,
            PAYOUT_REDIRECTED_EVENT_DISCRIMINATOR,
            new Uint8Array([228]),
            new Uint8Array(),
        ),
        fc.oneof(anyBytes(OPENED_SIZE), anyBytes(74), fc.uint8Array({ maxLength: 90 })),
        fc.option(fc.tuple(fc.constantFrom(0, 1, 2), fc.constantFrom(0, 1, 2, 3))),
    )
    .map(([discriminator, payload, enums]) => {
        const bytes = new Uint8Array([...discriminator, ...payload]);
        if (enums && bytes.length > 2) bytes.set(enums, bytes.length - 2);
        return bytes;
    });

/** The bytes that an event would have been emitted with. */
function encodeEvent(event: ChannelEvent): number[] {
    switch (event.eventType) {
        case PaymentChannelsEvent.Opened:
            return [...OPENED_EVENT_DISCRIMINATOR, ...getOpenedEncoder().encode(event.data)];
        case PaymentChannelsEvent.PayoutRedirected:
            return [...PAYOUT_REDIRECTED_EVENT_DISCRIMINATOR, ...getPayoutRedirectedEncoder().encode(event.data)];
        case 'unknown':
            return [...event.data];
        default:
            throw new Error('an event of no kind');
    }
}

describe('events', () => {
    it('encode to the bytes that they were decoded from, and none is lost', () => {
        const seen = new Set<unknown>();
        fc.assert(
            fc.property(anyEventData, data => {
                const events = parseEvents([{ data, programAddress: PROGRAM }], DEPLOYMENT);
                expect(events).toHaveLength(data[0] === 228 ? 1 : 0);
                for (const event of events) {
                    seen.add(event.eventType);
                    expect(encodeEvent(event)).toEqual([...data]);
                }
            }),
            runs(500),
        );
        expect(seen).toEqual(new Set([PaymentChannelsEvent.Opened, PaymentChannelsEvent.PayoutRedirected, 'unknown']));
    });

    const anyInstruction = fc.record({
        data: fc.oneof(anyEventData, fc.constant(undefined)),
        programAddress: fc.constantFrom(PROGRAM, SPL_TOKEN),
        stackHeight: fc.oneof(fc.nat(5), fc.constant(undefined)),
    });

    it('are only what the program said to itself, in any trace', () => {
        fc.assert(
            fc.property(fc.array(anyInstruction, { maxLength: 12 }), trace => {
                const events = attempt(() => parseEvents(trace, DEPLOYMENT));
                const ofProgram = trace.filter(({ programAddress }) => programAddress === PROGRAM);
                if (events) expect(events.length).toBeLessThanOrEqual(ofProgram.length);
            }),
            runs(300),
        );
    });

    it('in instructions of any shape', () => {
        const trace = [{ data: Uint8Array.of(228), programAddress: PROGRAM, stackHeight: 2 }];
        const input = fc.oneof(anyThing, mutated(trace)) as fc.Arbitrary<ExecutedInstruction[]>;
        fc.assert(
            fc.property(input, value => void attempt(() => parseEvents(value, DEPLOYMENT))),
            runs(300),
        );
    });

    it('in transactions of any shape', () => {
        const opened = [...OPENED_EVENT_DISCRIMINATOR, ...new Uint8Array(OPENED_SIZE)];
        const instruction = {
            accounts: [2],
            data: getBase58Decoder().decode(new Uint8Array(opened)),
            programIdIndex: 1,
        };
        const transaction = {
            meta: {
                err: null,
                innerInstructions: [{ index: 0, instructions: [{ ...instruction, stackHeight: 2 }] }],
                loadedAddresses: { readonly: [], writable: [SPL_TOKEN] },
            },
            transaction: {
                message: {
                    accountKeys: [PAYER, PROGRAM, EVENT_AUTHORITY],
                    instructions: [{ ...instruction, data: '', stackHeight: null }],
                },
            },
        };
        const wire = fc
            .tuple(
                fc.oneof(
                    fc.base64String(),
                    fc.uint8Array({ maxLength: 400 }).map(bytes => Buffer.from(bytes).toString('base64')),
                ),
                fc.constantFrom('base64', 'base58'),
            )
            .map(encoded => ({ ...transaction, transaction: encoded }));
        const input = fc.oneof({ arbitrary: mutated(transaction), weight: 4 }, wire, anyThing);
        fc.assert(
            fc.property(input as fc.Arbitrary<RpcTransaction>, value => {
                attempt(() => parseTransactionEvents(value, DEPLOYMENT));
            }),
            runs(800),
        );
        expect(parseTransactionEvents(transaction, DEPLOYMENT)).toHaveLength(1);
    });
});

describe('failures', () => {
    const logs = [
        `Program ${PROGRAM} invoke [1]`,
        `Program ${SPL_TOKEN} invoke [2]`,
        `Program ${SPL_TOKEN} failed: custom program error: 0x1`,
        `Program ${PROGRAM} failed: custom program error: 0x1`,
    ];
    const anyLogs = fc.array(
        fc.oneof(
            fc.constantFrom(
                ...logs,
                `Program ${PROGRAM} success`,
                'Log truncated',
                `Program ${'1'.repeat(44)} invoke [1]`,
            ),
            fc.string(),
            fc.string().map(text => `Program ${text} invoke [1]`),
            fc.string().map(text => `Program log: ${text}`),
        ),
        { maxLength: 12 },
    );
    const err = { InstructionError: [1, { Custom: 1n }] };

    it('are decoded, or are none, from anything that may tell of one', () => {
        const answer = { context, value: { err, logs } };
        const thrown = getSolanaErrorFromTransactionError(err as unknown as 'AccountInUse');
        const error = mutated({ ...thrown.context }).map(changed =>
            Object.assign(new Error('x', { cause: changed }), { context: changed, name: 'SolanaError' }),
        );
        const input = fc.oneof(
            mutated(answer),
            mutated({ meta: { err, logMessages: logs } }),
            mutated(err),
            error,
            anyThing,
        );
        fc.assert(
            fc.property(input, source => {
                const failure = getProgramFailure(source, DEPLOYMENT);
                if (failure) expect(failure.message.length).toBeGreaterThan(0);
            }),
            runs(800),
        );
    });

    it('have a name of ours only when the logs name the program', () => {
        fc.assert(
            fc.property(anyLogs, fc.nat(300), (lines, code) => {
                const failure = getProgramFailure(
                    { err: { InstructionError: [0, { Custom: code }] }, logs: lines },
                    DEPLOYMENT,
                );
                expect(failure).toMatchObject({ code, kind: 'custom' });
                if (failure?.kind !== 'custom' || failure.name === undefined) return;
                // A precompile is the one program of which nothing is logged.
                if (PRECOMPILE_ERRORS.some(name => name === failure.name)) {
                    expect([failure.program, parseProgramLogs(lines).firstFailure]).toEqual([undefined, undefined]);
                } else {
                    expect(failure.program).toBe(PROGRAM);
                }
            }),
            runs(300),
        );
    });

    it('in logs of any shape', () => {
        fc.assert(
            fc.property(fc.oneof(anyLogs, anyThing), value => {
                const { calls, isIncomplete } = parseProgramLogs(value as string[]);
                const count = getLoggedEventCount(value as string[], DEPLOYMENT);
                if (!isIncomplete && count !== undefined) expect(count).toBeLessThanOrEqual(calls.length);
            }),
            runs(300),
        );
    });
});
