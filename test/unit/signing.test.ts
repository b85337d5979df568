import { getEventListeners } from 'node:events';

import type { MessagePartialSigner, TransactionPartialSigner } from '@solana/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { assembleOpenTransaction, cosignTransaction, inspectOpenTransaction, signVoucher } from '../../src';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { CHANNEL } from '../fixtures/vectors';
import { BLOCKHASH, OPEN_AGREEMENT, OPEN_INPUT, OPERATOR, PAYER, PAYER_KEY } from './inspect/stage';
import { DEPLOYMENT, OPENED } from '../fixtures/deployment';

// Signers are wallets that ask a person, and services that may be down: whoever waits for one waits for so long.

type Wait = Readonly<{ abortSignal?: AbortSignal; signTimeoutMs?: number }>;
const never = (signals: (AbortSignal | undefined)[]) => (_: unknown, config?: { abortSignal?: AbortSignal }) => {
    signals.push(config?.abortSignal);
    return new Promise<never>(() => undefined);
};
const INPUT = { ...OPEN_INPUT, blockhash: BLOCKHASH, operator: OPERATOR };
const inspectOpen = async () => {
    const { wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT, payer: PAYER_KEY }, DEPLOYMENT);
    const inspection = await inspectOpenTransaction(wire, OPEN_AGREEMENT, DEPLOYMENT);
    if (!inspection.isAccepted) throw new Error('not accepted');
    return inspection.inspected;
};

beforeEach(() => {
    vi.useFakeTimers({ toFake: ['clearTimeout', 'setTimeout'] });
});
afterEach(() => {
    vi.useRealTimers();
});

describe.each([
    [
        'signVoucher',
        (signals: (AbortSignal | undefined)[], wait: Wait) => {
            const signer = { address: PAYER, signMessages: never(signals) } satisfies MessagePartialSigner;
            return signVoucher({ channelId: CHANNEL, cumulativeAmount: 1n }, signer, DEPLOYMENT, wait);
        },
    ],
    [
        'assembleOpenTransaction',
        (signals: (AbortSignal | undefined)[], wait: Wait) => {
            const payer = { address: PAYER, signTransactions: never(signals) } satisfies TransactionPartialSigner;
            return assembleOpenTransaction({ ...OPENED, ...INPUT, ...wait, payer }, DEPLOYMENT);
        },
    ],
    [
        'cosignTransaction',
        async (signals: (AbortSignal | undefined)[], wait: Wait) => {
            const signer = { address: OPERATOR, signTransactions: never(signals) } satisfies TransactionPartialSigner;
            return await cosignTransaction(await inspectOpen(), signer, DEPLOYMENT, wait);
        },
    ],
])('%s', (_, call) => {
    it('waits for a signer for two minutes, or for as long as was asked for', async () => {
        for (const [wait, milliseconds] of [
            [{}, 120_000],
            [{ signTimeoutMs: 10 }, 10],
        ] as const) {
            const signals: (AbortSignal | undefined)[] = [];
            const failing = expectRefusal(() => call(signals, wait), 'NO_ANSWER', { milliseconds });
            await vi.waitFor(() => expect(signals).toHaveLength(1));
            await vi.advanceTimersByTimeAsync(milliseconds);
            await failing;
            expect(signals[0]!.aborted).toBe(true);
        }
    });

    it('ends as soon as the caller aborts, and leaves nothing on the signal', async () => {
        const signals: (AbortSignal | undefined)[] = [];
        const controller = new AbortController();
        const failing = expect(call(signals, { abortSignal: controller.signal })).rejects.toThrow('enough');
        await vi.waitFor(() => expect(signals).toHaveLength(1));
        controller.abort(new Error('enough'));
        await failing;
        expect(signals[0]!.aborted).toBe(true);
        expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    });

    it.each([0, -1, 0.5, NaN, 1e9, '5'])('does not wait for %s milliseconds', async signTimeoutMs => {
        const signals: (AbortSignal | undefined)[] = [];
        const error = await errorOf(() => call(signals, { signTimeoutMs: signTimeoutMs as number }));
        expect(error).toMatchObject({ context: { field: 'signTimeoutMs' } });
        expect(signals).toEqual([]);
    });
});
