import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createVoucherVerifier } from '../../src';
import { createMemoryJournal, type BatchJournal, type BatchExecuteOptions } from '../../src/settlement';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { countBy, ExecutionLab, NEVER } from './fixtures/execution';
import { DEPLOYMENT } from '../fixtures/deployment';

// Whatever an RPC, a callback or a clock says or does not say: an execution ends, and what is stored harms no later one.

const U64_MAX = 2n ** 64n - 1n;
const HOUR = 3_600_000;
const TIMEOUT_MS = 30_000;

let lab: ExecutionLab;
beforeEach(async () => {
    lab = await ExecutionLab.create();
    // What bounds a callback is the time of the process; the lab's own time goes on by itself.
    vi.useFakeTimers({ toFake: ['clearTimeout', 'setTimeout'] });
});
afterEach(() => {
    vi.useRealTimers();
});

/** Something that never answers, and says when it was asked. */
function createHang() {
    let reach: (() => void) | undefined;
    const reached = new Promise<void>(resolve => (reach = resolve));
    let answer: ((value: never) => void) | undefined;
    return {
        answer: (value: unknown) => answer!(value as never),
        hang: () => {
            reach!();
            return new Promise<never>(resolve => (answer = resolve));
        },
        reached,
    };
}

const isFree = async (channels: readonly { address: Parameters<BatchJournal['release']>[1][number] }[]) =>
    (await lab.journal.getLeases!(channels.map(({ address }) => address))).length === 0;

describe('what never answers', () => {
    const signer = () => lab.market.merchants[0]!.signer;
    type Hanging = (hang: () => Promise<never>) => Partial<BatchExecuteOptions>;
    const CALLBACKS: readonly (readonly [string, string, Hanging])[] = [
        ['the function for the price', 'price', hang => ({ computeUnitPrice: hang })],
        ['the verifier', 'verifier', hang => ({ verifier: { ...createVoucherVerifier(DEPLOYMENT), verifyAll: hang } })],
        ['the journal, to record,', 'journal', hang => ({ journal: { ...lab.journal, recordSent: hang } })],
    ];

    it.each(CALLBACKS)('%s stops the execution before anything is sent, and its leases are free', async (...row) => {
        const [, reason, toOptions] = row;
        const { channels, requests } = await lab.prepare(3);
        const { hang, reached } = createHang();
        const executing = lab.execute(requests, { mode: 'settle', ...toOptions(hang) });
        await reached;
        await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
        const result = await executing;
        expect(result.stopped).toMatchObject({ error: { code: 'NO_ANSWER' }, reason });
        expect(countBy(result)).toEqual({ notStarted: 3 });
        expect(lab.accepted.size).toBe(0);
        expect(await isFree(channels)).toBe(true);
    });

    it.each([
        ...CALLBACKS.slice(0, 2),
        [
            'the signer',
            '',
            hang => ({ feePayer: { address: signer().address, modifyAndSignTransactions: hang } as never }),
        ],
        ['the journal, for leases,', '', hang => ({ journal: { ...lab.journal, acquire: hang } })],
    ] satisfies typeof CALLBACKS)('%s is waited for no longer once the execution is aborted', async (...row) => {
        const [, , toOptions] = row;
        const { channels, requests } = await lab.prepare(3);
        const { hang, reached } = createHang();
        const controller = new AbortController();
        const { signal: abortSignal } = controller;
        const executing = lab.execute(requests, { abortSignal, mode: 'settle', ...toOptions(hang) });
        await reached;
        controller.abort(new Error('enough'));
        const result = await executing;
        expect(result.stopped).toMatchObject({ error: { message: 'enough' }, reason: 'aborted' });
        expect(countBy(result)).toEqual({ notStarted: 3 });
        expect(await isFree(channels)).toBe(true);
    });

    it('the signer is passed over as before', async () => {
        const { requests } = await lab.prepare(1);
        const { hang, reached } = createHang();
        const feePayer = { address: signer().address, modifyAndSignTransactions: hang } as never;
        const executing = lab.execute(requests, { feePayer, maxAttempts: 1, mode: 'settle', signTimeoutMs: 5_000 });
        await reached;
        await vi.advanceTimersByTimeAsync(5_000);
        expect((await executing).channels).toMatchObject([
            { error: { cause: { code: 'NO_ANSWER' } }, status: 'failed' },
        ]);
    });

    it('the journal, when it is asked for leases, fails the call; leases that it gives later are given back', async () => {
        const { channels, requests } = await lab.prepare(3);
        const { answer, hang, reached } = createHang();
        let given: readonly unknown[] = [];
        const journal: BatchJournal = {
            ...lab.journal,
            acquire: async (...parameters) => {
                await hang();
                return (given = await lab.journal.acquire(...parameters)) as never;
            },
        };
        const failing = expectRefusal(() => lab.execute(requests, { journal, mode: 'settle' }), 'NO_ANSWER', {
            what: 'the journal (acquire)',
        });
        await reached;
        await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
        await failing;
        answer(undefined);
        await vi.advanceTimersByTimeAsync(0);
        expect(given).toHaveLength(3);
        expect(await isFree(channels)).toBe(true);
    });

    it('the journal, when it is asked what is under way, fails the call, and the leases are free', async () => {
        const { channels, requests } = await lab.prepare(3);
        const { hang, reached } = createHang();
        const journal: BatchJournal = { ...lab.journal, getUnresolved: hang };
        const failing = expectRefusal(() => lab.execute(requests, { journal, mode: 'settle' }), 'NO_ANSWER');
        await reached;
        await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
        await failing;
        expect(await isFree(channels)).toBe(true);
    });

    it.each(['recordOutcome', 'release'] as const)(
        'the journal, for %s, leaves what is done in the result',
        async name => {
            const { requests } = await lab.prepare(1);
            const { hang, reached } = createHang();
            const executing = lab.execute(requests, { journal: { ...lab.journal, [name]: hang }, mode: 'settle' });
            await reached;
            await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
            const result = await executing;
            expect(countBy(result)).toEqual({ done: 1 });
            expect(result.stopped).toMatchObject({ error: { code: 'NO_ANSWER' }, reason: 'journal' });
        },
    );

    it('the listener is not waited for', async () => {
        const { requests } = await lab.prepare(1);
        const result = await lab.execute(requests, { mode: 'settle', onProgress: () => NEVER as never });
        expect(countBy(result)).toEqual({ done: 1 });
    });

    it('a sleep ends the execution, what was sent being unknown', async () => {
        const { requests } = await lab.prepare(1);
        const { hang, reached } = createHang();
        const timers = { now: lab.timers.now, sleep: hang };
        const executing = lab.execute(requests, { mode: 'settle', timers });
        await reached;
        await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 1_000);
        const result = await executing;
        expect(result.stopped).toMatchObject({ error: { code: 'NO_ANSWER', context: { what: 'the timers' } } });
        expect(countBy(result)).toEqual({ unknown: 1 });
        expect(countBy(await lab.execute(requests, { mode: 'settle' }))).toEqual({ done: 1 });
    });
});

describe('a journal that answers nonsense', () => {
    it.each([
        ['acquire', undefined],
        ['acquire', 5],
        ['getUnresolved', undefined],
        ['getUnresolved', [{ signature: 'none' }]],
    ] as const)('to %s is refused: %o', async (name, answer) => {
        const { channels, requests } = await lab.prepare(1);
        const journal = { ...lab.journal, [name]: () => Promise.resolve(answer) } as unknown as BatchJournal;
        await expectRefusal(() => lab.execute(requests, { journal, mode: 'settle' }), 'INPUT_INVALID');
        expect(await isFree(channels)).toBe(true);
    });

    it('to getLeases says nothing of leases', async () => {
        const { channels, requests } = await lab.prepare(1);
        await lab.journal.acquire('another', [channels[0]!.address], 1_000);
        for (const answer of [undefined, 5, [null], [{ channel: channels[0]!.address, until: NaN }]]) {
            const getLeases = () => Promise.resolve(answer);
            const journal = { ...lab.journal, getLeases } as unknown as BatchJournal;
            const result = await lab.execute(requests, { journal, mode: 'settle' });
            expect(result.channels).toMatchObject([{ leasedUntil: undefined, status: 'leased' }]);
            expect(result.stopped).toBeUndefined();
        }
    });
});

describe('a clock', () => {
    const NO_TIMERS: readonly (readonly [unknown, string])[] = [
        [{ now: () => NaN, sleep: () => NEVER }, 'timers.now'],
        [{ now: () => 5n, sleep: () => NEVER }, 'timers.now'],
        [
            {
                now: (): number => {
                    throw new Error('no');
                },
                sleep: () => NEVER,
            },
            'timers.now',
        ],
        [{ sleep: () => NEVER }, 'timers.now'],
        [{ now: () => 5 }, 'timers.sleep'],
        [null, 'timers.now'],
    ];
    it.each(NO_TIMERS)('that is none is refused before anything is done: %o', async (timers, field) => {
        const { requests } = await lab.prepare(1);
        const call = () => lab.execute(requests, { mode: 'settle', timers: timers as never });
        await expectRefusal(call, 'INPUT_INVALID', { field });
    });

    it.each([
        ['is set back by a year at each look', (time: number, looks: number) => time - looks * 365 * 24 * HOUR],
        ['stands still', () => 5],
        ['says nothing any more', (time: number, looks: number) => (looks > 3 ? NaN : time)],
        ['goes on by 20 ms at each look', (time: number, looks: number) => time + 20 * looks],
    ])('that %s holds up nobody whose RPC is gone', async (_, change) => {
        const { requests } = await lab.prepare(1);
        let looks = 0;
        let slept = 0;
        const timers = {
            now: (): number => change(lab.timers.now(), looks++),
            sleep: async (milliseconds: number) => {
                slept += milliseconds;
                await lab.timers.sleep(milliseconds);
            },
        };
        const result = await lab.execute(requests, { mode: 'settle', timers }, () => Promise.reject(new Error('gone')));
        expect(result.stopped).toMatchObject({ error: { code: 'RPC_UNAVAILABLE' }, reason: 'rpc' });
        expect(slept).toBeLessThan(130_000);
    });
});

describe('an RPC', () => {
    it.each([U64_MAX, 2n ** 63n, 400_000_000_000n])(
        'whose last valid block height is %s is not believed',
        async height => {
            const { channels, requests } = await lab.prepare(1);
            const sent = vi.fn(lab.journal.recordSent);
            const journal = { ...lab.journal, recordSent: sent };
            const result = await lab.execute(requests, { journal, mode: 'settle' }, async (method, _, send) => {
                const answer = (await send()) as { value: object };
                if (method !== 'getLatestBlockhash') return answer;
                return { ...answer, value: { ...answer.value, lastValidBlockHeight: height } };
            });
            expect(result.stopped).toMatchObject({ error: { cause: { code: 'RPC_RESPONSE_INVALID' } }, reason: 'rpc' });
            expect(sent).not.toHaveBeenCalled();
            expect(await isFree(channels)).toBe(true);
        },
    );

    it.each([U64_MAX, 2n ** 62n, 2_000n])(
        'may have left the height %s in the journal: later executions go on all the same',
        async lastValidBlockHeight => {
            const { channels, requests } = await lab.prepare(2);
            await lab.leaveUnresolved(requests, 'settle');
            const [sent] = await lab.journal.getUnresolved(channels.map(({ address }) => address));
            const journal = createMemoryJournal({ now: lab.timers.now });
            await journal.acquire(
                'one',
                channels.map(({ address }) => address),
                1,
            );
            await journal.recordSent('one', { ...sent!, lastValidBlockHeight });
            await lab.timers.sleep(HOUR);
            const result = await lab.execute(requests, { journal, mode: 'settle' }, async (method, [wire], send) =>
                method === 'sendTransaction' && wire === sent!.wireTransaction ? 'dropped' : await send(),
            );
            expect(countBy(result)).toEqual({ done: 2 });
            expect(result.stopped).toBeUndefined();
        },
    );

    it('that stands still ends the execution, and the next one goes on', async () => {
        const { requests } = await lab.prepare(2);
        const still = await lab.rpc.getEpochInfo().send();
        const before = lab.timers.now();
        const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
            if (method === 'sendTransaction') return 'dropped';
            return method === 'getEpochInfo' ? still : await send();
        });
        expect(result.stopped).toMatchObject({ error: { code: 'RPC_UNAVAILABLE' }, reason: 'rpc' });
        expect(lab.timers.now() - before).toBeLessThan(150_000);
        expect(countBy(result)).toEqual({ unknown: 2 });
        expect(countBy(await lab.execute(requests, { mode: 'settle' }))).toEqual({ done: 2 });
    });

    it('whose statuses lag behind for ever ends the execution after a while, and the next one goes on', async () => {
        const { requests } = await lab.prepare(2);
        const before = lab.timers.now();
        const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
            if (method === 'sendTransaction') return 'dropped';
            const answer = (await send()) as { context: object };
            if (method !== 'getSignatureStatuses') return answer;
            return { ...answer, context: { ...answer.context, slot: 1n } };
        });
        expect(result.stopped?.reason).toBe('rpc');
        expect(lab.timers.now() - before).toBeGreaterThan(800_000);
        expect(lab.timers.now() - before).toBeLessThan(1_000_000);
        expect(countBy(result)).toEqual({ unknown: 2 });
        expect(countBy(await lab.execute(requests, { mode: 'settle' }))).toEqual({ done: 2 });
    });

    it('that never answers ends an execution that was aborted as well', async () => {
        const { requests } = await lab.prepare(1);
        const controller = new AbortController();
        const { hang, reached } = createHang();
        const executing = lab.execute(
            requests,
            { abortSignal: controller.signal, mode: 'settle', requestTimeoutMs: 15_000 },
            () => hang(),
        );
        await reached;
        controller.abort();
        await vi.advanceTimersByTimeAsync(15_000);
        expect((await executing).stopped?.reason).toBe('aborted');
    });
});

describe('channels that others have leased', () => {
    it('are reported with the time until when', async () => {
        const { channels, requests } = await lab.prepare(3);
        const [first, second] = channels.map(({ address }) => address);
        await lab.journal.acquire('another', [first!], 300_000);
        await lab.journal.acquire('a third', [second!], 10_000);
        const at = lab.timers.now();
        const result = await lab.execute(requests, { mode: 'settle' });
        expect(result.channels).toMatchObject([
            { leasedUntil: at + 300_000, status: 'leased' },
            { leasedUntil: at + 10_000, status: 'leased' },
            { leasedUntil: undefined, status: 'done' },
        ]);
    });

    it('are waited for as long as was asked for, after everything else is done', async () => {
        const { channels, requests } = await lab.prepare(3);
        const [first, second] = channels.map(({ address }) => address);
        await lab.journal.acquire('another', [first!], 60_000);
        await lab.journal.acquire('a third', [second!], HOUR);
        const at = lab.timers.now();
        const counts: number[] = [];
        const result = await lab.execute(requests, {
            leaseWaitMs: 120_000,
            mode: 'settle',
            onProgress: ({ counts: { waiting } }) => counts.push(waiting),
        });
        expect(result.channels.map(({ status }) => status)).toEqual(['done', 'leased', 'done']);
        expect(result.channels[1]!.leasedUntil).toBe(at + HOUR);
        expect(result.stopped).toBeUndefined();
        expect(lab.timers.now() - at).toBeGreaterThan(119_000);
        expect(lab.timers.now() - at).toBeLessThan(140_000);
        expect(counts.at(-1)).toBe(0);
    });

    it('are followed first for what their last owner had sent', async () => {
        const { channels, requests } = await lab.prepare(2);
        await lab.leaveUnresolved(requests, 'settle');
        const addresses = channels.map(({ address }) => address);
        await lab.journal.acquire('killed', addresses, 60_000);
        const sent = await lab.journal.getUnresolved(addresses);
        const result = await lab.execute(requests, { leaseWaitMs: 120_000, mode: 'settle' });
        expect(countBy(result)).toEqual({ done: 2 });
        expect(result.transactions).toMatchObject([{ isResumed: true, signature: sent[0]!.signature }]);
        expect(lab.getFailedOnChain()).toEqual([]);
    });

    it('are not waited for once it is aborted', async () => {
        const { channels, requests } = await lab.prepare(1);
        await lab.journal.acquire('another', [channels[0]!.address], HOUR);
        const controller = new AbortController();
        const { hang, reached } = createHang();
        const { now } = lab.timers;
        const executing = lab.execute(requests, {
            abortSignal: controller.signal,
            leaseWaitMs: HOUR,
            mode: 'settle',
            timers: { now, sleep: hang },
        });
        await reached;
        controller.abort();
        const result = await executing;
        expect(result.stopped?.reason).toBe('aborted');
        expect(result.channels).toMatchObject([{ status: 'leased' }]);
    });

    it('are not taken where the option is none', async () => {
        const { requests } = await lab.prepare(1);
        for (const leaseWaitMs of [-1, 0.5, 86_400_001, '5']) {
            const call = () => lab.execute(requests, { leaseWaitMs: leaseWaitMs as never, mode: 'settle' });
            expect(((await errorOf(call)) as { context: unknown }).context).toMatchObject({ field: 'leaseWaitMs' });
        }
    });

    it('of its own that run out whenever a node has been asked do not have it ask for ever', async () => {
        const { requests } = await lab.prepare(2);
        let asked = 0;
        const result = await lab.execute(requests, { leaseMs: 500, mode: 'settle' }, async (method, _, send) => {
            if (method === 'getLatestBlockhash') {
                asked++;
                await lab.timers.sleep(1_000);
            }
            return await send();
        });
        expect(asked).toBeLessThan(200);
        expect(lab.timers.now()).toBeLessThan(300_000);
        expect(result.transactions).toEqual([]);
        for (const { error, status } of result.channels) {
            expect(status).toBe('failed');
            expect(error).toMatchObject({ cause: { code: 'JOURNAL_LEASE_LOST' }, code: 'BATCH_ATTEMPTS_EXHAUSTED' });
        }
    });
});
