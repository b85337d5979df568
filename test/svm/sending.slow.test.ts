import { getEventListeners } from 'node:events';

import {
    flattenTransactionPlanResult,
    isSolanaError,
    sequentialInstructionPlan,
    sequentialTransactionPlan,
    SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED,
    SOLANA_ERROR__FAILED_TO_SEND_TRANSACTION,
    SOLANA_ERROR__JSON_RPC__INTERNAL_ERROR,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_NODE_UNHEALTHY,
    SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR,
    SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE,
    SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND,
    SolanaError,
    type KeyPairSigner,
} from '@solana/kit';
import { beforeEach, describe, expect, it } from 'vitest';

import { isPaymentChannelsError, type PaymentChannelsError } from '../../src';
import { sample } from '../fixtures/depth';
import { NEVER } from './fixtures/execution';
import { lagging, toRefusal } from './fixtures/node-errors';
import type { Interceptor } from './fixtures/intercepted-rpc';
import { AMOUNT, SendingStage } from './fixtures/sending-stage';

// One top-up is wanted. Whatever nodes answer, it is made once and reported as made; or it is not made, and reported as
// failed; or nobody can tell, and the error says so. What is called a failure is done again, and paid for twice.

const httpError = (statusCode: number) =>
    new SolanaError(SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR, { headers: new Headers(), message: 'no', statusCode });

const LOST_ANSWERS: readonly Readonly<{ name: string; fail: () => unknown }>[] = [
    { fail: () => Promise.reject(new TypeError('fetch failed')), name: 'no connection' },
    { fail: () => Promise.reject(httpError(504)), name: 'a proxy that has waited too long' },
    { fail: () => Promise.reject(httpError(429)), name: 'a limit of rates' },
    { fail: () => Promise.reject(new SyntaxError('Unexpected token <')), name: 'a page of HTML' },
    {
        fail: () => Promise.reject(new SolanaError(SOLANA_ERROR__JSON_RPC__INTERNAL_ERROR, { __serverMessage: 'oh' })),
        name: 'an internal error',
    },
    {
        fail: () =>
            Promise.reject(new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_NODE_UNHEALTHY, { numSlotsBehind: 9 })),
        name: 'a node that is unwell',
    },
    { fail: () => Promise.reject(lagging()), name: 'a node that is behind' },
    { fail: () => null, name: 'null' },
    { fail: () => ({ value: null }), name: 'an answer without a context' },
    { fail: () => NEVER, name: 'nothing at all' },
];
/** Short, so that an answer that never comes costs no time; a real one that takes longer is asked for again. */
const CONFIG = { requestTimeoutMs: 300 };

const catchError = async (attempt: Promise<unknown>): Promise<Error> => {
    const error: unknown = await attempt.then(
        () => undefined,
        (thrown: unknown) => thrown,
    );
    if (!(error instanceof Error)) throw new Error('nothing was thrown');
    return error;
};
const expectFailure = (error: Error) =>
    expect(isSolanaError(error, SOLANA_ERROR__FAILED_TO_SEND_TRANSACTION) ? 'failed' : error).toBe('failed');
const expectUnknown = (error: Error): PaymentChannelsError<'TRANSACTION_OUTCOME_UNKNOWN'> => {
    expect(isPaymentChannelsError(error, 'TRANSACTION_OUTCOME_UNKNOWN') ? 'unknown' : error).toBe('unknown');
    return error as PaymentChannelsError<'TRANSACTION_OUTCOME_UNKNOWN'>;
};

let stage: SendingStage;
beforeEach(async () => {
    stage = await SendingStage.create();
});

const METHODS = [
    'getLatestBlockhash',
    'simulateTransaction',
    'sendTransaction',
    'getSignatureStatuses',
    'getEpochInfo',
];

describe('a send survives', () => {
    describe.each(LOST_ANSWERS)('$name', ({ fail }) => {
        it.each(sample(METHODS, METHODS.length))('in the place of an answer to %s', async failing => {
            let failures = 1;
            await stage.topUp(async (method, params, send) => {
                if (method === failing && failures-- > 0) return await fail();
                // Nothing asks for the height of what has landed at once.
                if (failing === 'getEpochInfo') {
                    if (method === 'sendTransaction') return stage.hold(params);
                    if (method === 'getSignatureStatuses' && failures < 0) await stage.land();
                }
                return await send();
            }, CONFIG);
            expect(failures).toBeLessThanOrEqual(0);
            expect(stage.topUps).toBe(1n);
        });

        it('in the place of the answer of a node that has taken it', async () => {
            let isFirst = true;
            await stage.topUp(async (method, _, send) => {
                const answer = await send();
                if (method !== 'sendTransaction' || !isFirst) return answer;
                isFirst = false;
                return await fail();
            }, CONFIG);
            expect(stage.topUps).toBe(1n);
        });
    });

    const MUCH = 22_000_000n;
    const HEIGHTS: readonly Readonly<{ name: string; bend: (info: Info, look: number) => object }>[] = [
        { bend: info => ({ blockHeight: info.blockHeight + MUCH }), name: 'a height above its slot' },
        {
            bend: info => ({ absoluteSlot: info.absoluteSlot + MUCH, blockHeight: info.blockHeight + MUCH }),
            name: 'a position that no status is from',
        },
        {
            bend: (info, look) =>
                look === 1 ? { absoluteSlot: info.absoluteSlot + 151n, blockHeight: info.blockHeight + 151n } : {},
            name: 'a position that jumps and comes back',
        },
        { bend: () => ({ absoluteSlot: 2n ** 64n - 1n, blockHeight: 2n ** 64n - 1n }), name: 'the highest numbers' },
        { bend: () => ({ blockHeight: null }), name: 'no height' },
    ];
    type Info = Readonly<{ absoluteSlot: bigint; blockHeight: bigint }>;

    it.each(HEIGHTS)('$name, and waits until it has landed', async ({ bend }) => {
        let looks = 0;
        await stage.topUp(async (method, params, send) => {
            if (method === 'sendTransaction') return stage.hold(params);
            if (method === 'getSignatureStatuses' && looks === 4) await stage.land();
            const answer = await send();
            if (method !== 'getEpochInfo') return answer;
            return { ...(answer as Info), ...bend(answer as Info, ++looks) };
        });
        expect(stage.topUps).toBe(1n);
    });

    it('a node that has not come so far, and knows the blockhash as little as it would know an old one', async () => {
        const ahead = 200n;
        let looks = 0;
        await stage.topUp(async (method, params, send) => {
            if (method === 'sendTransaction') return stage.hold(params);
            const { slot } = stage.simulator.getClock();
            if (method === 'isBlockhashValid') return { context: { slot }, value: false };
            if (method === 'getSignatureStatuses' && ++looks === 6) await stage.land();
            const answer = await send();
            if (method === 'getSignatureStatuses') {
                return { context: { slot: slot + ahead }, value: (answer as { value: unknown }).value };
            }
            if (method !== 'getEpochInfo') return answer;
            const { absoluteSlot, blockHeight } = answer as Info;
            return { ...(answer as Info), absoluteSlot: absoluteSlot + ahead, blockHeight: blockHeight + ahead };
        });
        expect(looks).toBeGreaterThanOrEqual(6);
        expect(stage.topUps).toBe(1n);
    });

    it('all of a node’s numbers being too high, as long as it says that the blockhash is good', async () => {
        let looks = 0;
        await stage.topUp(async (method, params, send) => {
            if (method === 'sendTransaction') return stage.hold(params);
            if (method === 'isBlockhashValid') return { context: { slot: MUCH }, value: true };
            if (method === 'getSignatureStatuses' && looks === 4) await stage.land();
            const answer = await send();
            if (method === 'getSignatureStatuses') {
                const { value } = answer as { value: ({ slot: bigint } | null)[] };
                return { context: { slot: stage.simulator.getClock().slot + MUCH }, value };
            }
            if (method !== 'getEpochInfo') return answer;
            looks++;
            const { absoluteSlot } = answer as Info;
            return { ...(answer as Info), absoluteSlot: absoluteSlot + MUCH, blockHeight: absoluteSlot + MUCH };
        });
        expect(stage.topUps).toBe(1n);
    });

    it('a last valid height that is too low', async () => {
        let looks = 0;
        await stage.topUp(async (method, params, send) => {
            if (method === 'sendTransaction') return stage.hold(params);
            if (method === 'getSignatureStatuses' && ++looks === 4) await stage.land();
            const answer = await send();
            if (method !== 'getLatestBlockhash') return answer;
            const { context, value } = answer as { context: object; value: object };
            return { context, value: { ...value, lastValidBlockHeight: 1n } };
        });
        expect(stage.topUps).toBe(1n);
    });

    it('nodes of which the one that tells the height is ahead', async () => {
        let behind = 3;
        let sentAt: bigint | undefined;
        await stage.topUp(async (method, _, send) => {
            const answer = await send();
            if (method === 'sendTransaction' && sentAt === undefined) {
                sentAt = stage.simulator.getClock().slot;
                stage.simulator.advanceClock({ slots: 151 });
            }
            if (method !== 'getSignatureStatuses' || sentAt === undefined || behind-- <= 0) return answer;
            return { context: { slot: sentAt - 1n }, value: [null] };
        });
        expect(stage.topUps).toBe(1n);
    });

    it.each([['has no such blockhash yet', SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND]] as const)(
        'a node that %s',
        async (_, code) => {
            let isFirst = true;
            await stage.topUp(async (method, __, send) => {
                if (method !== 'sendTransaction' || !isFirst) return await send();
                isFirst = false;
                throw toRefusal(code);
            });
            expect(stage.topUps).toBe(1n);
        },
    );

    it('the refusal of a second node when the first one has it on chain', async () => {
        let isFirst = true;
        await stage.topUp(async (method, __, send) => {
            const answer = await send();
            if (method !== 'sendTransaction' || !isFirst) return answer;
            isFirst = false;
            throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE);
        });
        expect(stage.topUps).toBe(1n);
    });

    it('a fork in which it has failed, and from which it vanishes', async () => {
        const inFork = { confirmationStatus: 'processed', confirmations: 0n, err: 'AccountInUse', slot: 1n };
        let looks = 0;
        await stage.topUp(async (method, params, send) => {
            if (method === 'sendTransaction') return stage.hold(params);
            if (method === 'getSignatureStatuses') {
                looks++;
                if (looks === 5) await stage.land();
                if (looks === 1 || looks === 2) return { context: { slot: 9_999_999n }, value: [inFork] };
            }
            return await send();
        });
        expect(stage.topUps).toBe(1n);
    });
});

describe('a send has failed', () => {
    it('when a node has refused to forward it', async () => {
        const error = await catchError(
            stage.topUp(async (method, __, send) => {
                if (method === 'sendTransaction') throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE);
                return await send();
            }),
        );
        expectFailure(error);
        expect([stage.topUps, stage.calls['sendTransaction']]).toEqual([0n, 1]);
    });

    it('when nothing can be sent at all', async () => {
        const error = await catchError(
            stage.topUp(async (method, __, send) => {
                if (method === 'sendTransaction') {
                    throw new SolanaError(SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND, { __serverMessage: 'no' });
                }
                return await send();
            }),
        );
        expectFailure(error);
    });

    it('when the chain has it as failed, at the commitment that was asked for', async () => {
        const err = { InstructionError: [0, { Custom: 201 }] };
        const error = await catchError(
            stage.topUp(async (method, params, send) => {
                if (method === 'sendTransaction') return stage.hold(params);
                if (method !== 'getSignatureStatuses') return await send();
                const status = { confirmationStatus: 'confirmed', confirmations: 1n, err, slot: 1n };
                return { context: { slot: 9n }, value: [status] };
            }),
        );
        expectFailure(error);
    });

    it.each([true, false])('when it can land no more, isBlockhashValid served: %s', async isServed => {
        const error = await catchError(
            stage.topUp(async (method, params, send) => {
                if (method === 'sendTransaction') return stage.hold(params);
                if (method === 'isBlockhashValid' && !isServed) {
                    throw new SolanaError(SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND, { __serverMessage: 'no' });
                }
                if (method === 'getSignatureStatuses') stage.simulator.advanceClock({ slots: 20 });
                return await send();
            }),
        );
        expectFailure(error);
        expect(isSolanaError(error.cause, SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED)).toBe(true);
        await stage.land().catch(() => undefined);
        expect(stage.topUps).toBe(0n);
    });

    it('when a signer does not sign, or the caller aborts before it was sent', async () => {
        const never = { ...stage.signer, signTransactions: () => NEVER } as KeyPairSigner;
        const send: Interceptor = (_, __, go) => go();
        const input = { amount: AMOUNT, channel: stage.channel };
        const slow = stage.createClient(send, { signTimeoutMs: 20 }, never).paymentChannels.instructions.topUp(input);
        expectFailure(await catchError(slow.sendTransaction()));
        const controller = new AbortController();
        const aborted = stage.createClient(async (method, _, go) => {
            if (method === 'simulateTransaction') controller.abort(new Error('enough'));
            return await go();
        }, {});
        const error = await catchError(
            aborted.paymentChannels.instructions.topUp(input).sendTransaction({ abortSignal: controller.signal }),
        );
        expectFailure(error);
        expect(stage.calls['sendTransaction']).toBeUndefined();
    });
});

describe('nobody knows what has become of a send', () => {
    const CASES: readonly Readonly<{ name: string; intercept: Interceptor }>[] = [
        {
            intercept: async (method, _, send) => {
                if (method === 'getSignatureStatuses') throw new TypeError('fetch failed');
                return await send();
            },
            name: 'when no status can be had',
        },
        {
            intercept: async (method, _, send) => {
                const answer = await send();
                return method === 'getSignatureStatuses' ? { context: { slot: 1n }, value: [null] } : answer;
            },
            name: 'when the node stands still',
        },
        {
            intercept: (method, _, send) => {
                const isSent = method === 'sendTransaction' || method === 'getSignatureStatuses';
                return isSent ? NEVER : send();
            },
            name: 'when the node answers no more',
        },
    ];

    it.each(CASES)('$name: the error says so, and which transaction it is', async ({ intercept }) => {
        const config = { followTimeoutMs: 30, requestTimeoutMs: 300 };
        const error = expectUnknown(await catchError(stage.topUp(intercept, config)));
        const { lastValidBlockHeight, signature, wireTransaction } = error.context;
        expect(error.message).toContain(signature);
        expect(lastValidBlockHeight).toBeGreaterThan(0n);
        // Whoever sends the same again pays once.
        stage.held.push(wireTransaction as never);
        await stage.land().catch(() => undefined);
        expect(stage.topUps).toBe(1n);
    });

    it('when the caller aborts after it was sent', async () => {
        const controller = new AbortController();
        const reason = new Error('enough');
        const sending = stage.topUp(
            async (method, params, send) => {
                if (method === 'sendTransaction') return stage.hold(params);
                if (method === 'getEpochInfo') controller.abort(reason);
                return await send();
            },
            {},
            controller.signal,
        );
        const error = expectUnknown(await catchError(sending));
        expect(error.cause).toBe(reason);
        expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
        await stage.land();
        expect(stage.topUps).toBe(1n);
    });

    it('of several transactions: what comes after it is not sent, and the results are in the cause', async () => {
        let sends = 0;
        const client = stage.createClient(
            async (method, _, send) => {
                if (method === 'sendTransaction') sends++;
                if (method === 'getSignatureStatuses' && sends > 1) throw new TypeError('fetch failed');
                return await send();
            },
            { followTimeoutMs: 30, resendIntervalMs: 1_000_000 },
        );
        const { instructions } = client.paymentChannels;
        const topUp = async () =>
            await instructions.topUp({ amount: AMOUNT, channel: stage.channel }).planTransaction();
        const plan = sequentialTransactionPlan([await topUp(), await topUp(), await topUp()]);
        const { signal: abortSignal } = new AbortController();
        const error = expectUnknown(await catchError(client.sendTransactions(plan, { abortSignal })));
        const { transactionPlanResult } = (error.cause as SolanaError).context as never as Record<string, never>;
        const results = flattenTransactionPlanResult(transactionPlanResult!);
        expect(results.map(({ status }) => status)).toEqual(['successful', 'failed', 'canceled']);
        expect(sends).toBe(2);
        expect(stage.topUps).toBe(2n);
        expect(getEventListeners(abortSignal, 'abort')).toEqual([]);
    });
});

it('no send, of one transaction or of several, leaves a listener on the signal of the caller', async () => {
    const client = stage.createClient((_, __, send) => send());
    const { signal: abortSignal } = new AbortController();
    const { instructions } = client.paymentChannels;
    const topUp = () => instructions.topUp({ amount: AMOUNT, channel: stage.channel });
    for (let index = 0; index < 3; index++) await topUp().sendTransaction({ abortSignal });
    const plan = sequentialInstructionPlan([await topUp(), await topUp()]);
    await client.sendTransactions(plan, { abortSignal });
    await client.planTransactions(plan, { abortSignal });
    expect(stage.topUps).toBe(5n);
    expect(getEventListeners(abortSignal, 'abort')).toEqual([]);
});
