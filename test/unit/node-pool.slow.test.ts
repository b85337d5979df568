import { Worker } from 'node:worker_threads';

import { afterEach, describe, expect, it } from 'vitest';

import { createPool, type Pool } from '../../src/node/worker-pool';
import { errorOf, expectRefusal } from '../fixtures/refusals';

// Threads that echo the first byte of each record of one byte, and die as they are told to.

const SOURCE = `
    const { parentPort, workerData } = require('node:worker_threads');
    parentPort.on('message', ({ id, records }) => {
        const bytes = new Uint8Array(records);
        if (bytes.includes(255)) process.exit(7);
        if (bytes.includes(254)) throw new TypeError('poison');
        if (bytes.includes(253) && Atomics.add(workerData, 0, 1) === 0) process.exit(8);
        const answer = () => parentPort.postMessage({ id, verdicts: bytes.slice() });
        if (bytes.includes(251)) return;
        if (bytes.includes(252)) setTimeout(answer, 50);
        else answer();
    });
    parentPort.postMessage({ ready: true });
`;

const pools: Pool[] = [];
afterEach(async () => {
    await Promise.all(pools.splice(0).map(pool => pool.close()));
});

const FAR_MS = 600_000;

async function create(threads: number, answerTimeoutMs = FAR_MS) {
    const started: Worker[] = [];
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const pool = await createPool(
        threads,
        'test',
        () => {
            const worker = new Worker(SOURCE, { eval: true, execArgv: [], workerData: counter });
            started.push(worker);
            return worker;
        },
        answerTimeoutMs,
    );
    pools.push(pool);
    const submit = async (...bytes: number[]) => [...(await pool.submit(Uint8Array.from(bytes), 0))];
    return { pool, started, submit };
}

describe('createPool', () => {
    it('answers each batch with its own verdicts, with more batches than threads', async () => {
        const { started, submit } = await create(2);
        const batches = Array.from({ length: 50 }, (_, index) => [index, 1, index]);
        expect(await Promise.all(batches.map(batch => submit(...batch)))).toEqual(batches);
        expect(started).toHaveLength(2);
    });

    it('lets a slow batch hold up only its own thread', async () => {
        const { submit } = await create(2);
        const order: string[] = [];
        await Promise.all([
            submit(252).then(() => order.push('slow')),
            ...[1, 2, 3].map(byte => submit(byte).then(() => order.push('fast'))),
        ]);
        expect(order.indexOf('slow')).toBeGreaterThan(0);
    });

    it('gives the batch of a thread that died to another one', async () => {
        const { started, submit } = await create(1);
        expect(await Promise.all([submit(253), submit(1), submit(2)])).toEqual([[253], [1], [2]]);
        expect(started).toHaveLength(2);
        expect(await submit(3)).toEqual([3]);
    });

    it.each([
        { byte: 255, reason: /exited with code 7/, threads: 1, title: 'exits' },
        { byte: 255, reason: /exited with code 7/, threads: 2, title: 'exits' },
        { byte: 254, reason: /poison/, threads: 2, title: 'throws' },
    ])(
        'refuses a batch at which $threads of $threads $title, and answers the others',
        async ({ byte, reason, threads }) => {
            const { started, submit } = await create(threads);
            const [poisoned, ...others] = await Promise.allSettled([submit(byte), submit(1), submit(2), submit(3)]);
            expect(poisoned).toMatchObject({ reason: { code: 'VERIFIER_FAILED' }, status: 'rejected' });
            expect(String((poisoned as PromiseRejectedResult).reason)).toMatch(reason);
            expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
            // Three attempts, each of which takes down a thread; no more than that.
            expect(started.length).toBeLessThanOrEqual(threads + 3);
            expect(await submit(4)).toEqual([4]);
        },
    );

    it('answers after its threads were ended from outside', async () => {
        const { started, submit } = await create(2);
        const answers = Promise.all([submit(1), submit(252), submit(3), submit(4), submit(252)]);
        await Promise.all(started.slice(0, 2).map(worker => worker.terminate()));
        expect(await answers).toEqual([[1], [252], [3], [4], [252]]);
    });

    it('refuses a batch when no thread can be started in the place of one that died', async () => {
        let starts = 0;
        const pool = await createPool(
            1,
            'test',
            () => {
                starts += 1;
                if (starts > 1) throw new Error('no more threads');
                return new Worker(SOURCE, { eval: true, execArgv: [], workerData: new Int32Array(1) });
            },
            FAR_MS,
        );
        pools.push(pool);
        const error = await errorOf(() => pool.submit(Uint8Array.of(255), 0));
        expect(error).toMatchObject({
            cause: { message: 'no more threads' },
            code: 'VERIFIER_FAILED',
            context: { backend: 'test' },
        });
    });

    it('is refused when one of its threads can not be started, and leaves none behind', async () => {
        const started: Worker[] = [];
        await expectRefusal(
            () =>
                createPool(
                    3,
                    'test',
                    () => {
                        const source = started.length === 1 ? 'throw new Error("not loaded")' : SOURCE;
                        const worker = new Worker(source, { eval: true, execArgv: [], workerData: new Int32Array(1) });
                        started.push(worker);
                        return worker;
                    },
                    FAR_MS,
                ),
            'VERIFIER_FAILED',
            { backend: 'test', reason: 'not loaded' },
        );
        // A thread that has ended has no id any more.
        expect(started.map(({ threadId }) => threadId)).toEqual([-1, -1, -1]);
    });

    it('ends a thread that does not answer, and gives its batch up after several of them', async () => {
        // Time enough for those that answer, on any machine.
        const { started, submit } = await create(2, 5_000);
        const error = errorOf(() => submit(251));
        expect(await submit(1)).toEqual([1]);
        expect(await error).toMatchObject({ code: 'VERIFIER_FAILED', context: { backend: 'test' } });
        expect(started.length).toBeGreaterThan(2);
        expect(await submit(252)).toEqual([252]);
    });

    it('is refused when a thread does not start in time, and leaves none behind', async () => {
        const started: Worker[] = [];
        const start = () => {
            started.push(new Worker('setInterval(() => undefined, 1_000)', { eval: true, execArgv: [] }));
            return started.at(-1)!;
        };
        await expectRefusal(() => createPool(2, 'test', start, 5), 'VERIFIER_FAILED', {
            reason: 'There was no answer from a thread of the verifier within 5 ms',
        });
        expect(started.map(({ threadId }) => threadId)).toEqual([-1, -1]);
    });

    it('closes after the last answer, ends its threads, and refuses what comes later', async () => {
        const { pool, started, submit } = await create(2);
        const answers = Promise.all([submit(252), submit(252), submit(252), submit(1)]);
        await pool.close();
        expect(await answers).toEqual([[252], [252], [252], [1]]);
        expect(started.map(({ threadId }) => threadId)).toEqual([-1, -1]);
        await expectRefusal(() => submit(1), 'VERIFIER_CLOSED', { backend: 'test' });
    });
});
