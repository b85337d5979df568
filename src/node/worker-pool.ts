import type { Worker } from 'node:worker_threads';

import { VERIFIER_CLOSED, VERIFIER_FAILED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { within } from '../core/within';

/** Threads that verify batches of records; see {@link createPool}. */
export type Pool = Readonly<{
    threads: number;
    /**
     * Verifies records that stand one after the other: key, signature and message of each.
     *
     * @returns A thread's answer, one byte for each record: 1 for good, 0 for bad.
     * @throws `VERIFIER_CLOSED`; `VERIFIER_FAILED` when the batch has brought down a thread several times, or took
     * it too long.
     */
    submit: (records: Uint8Array, messageLength: number) => Promise<Uint8Array>;
    /** Answers what was submitted, then ends the threads. */
    close: () => Promise<void>;
}>;

/** The batches that a thread is working on. The thread is missing until there is work for it again after it died. */
type Slot = {
    worker: Worker | undefined;
    inFlight: Map<number, Batch>;
    /** Ends the thread unless it answers in time. */
    watchdog: ReturnType<typeof setTimeout> | undefined;
};

type Batch = {
    records: Uint8Array;
    messageLength: number;
    failures: number;
    resolve: (verdicts: Uint8Array) => void;
    reject: (error: unknown) => void;
};

type Answer = Readonly<{ ready: true } | { ready?: undefined; id: number; verdicts: Uint8Array }>;

/** One at work and one to go on with, so that no thread waits for this one. */
const MAX_IN_FLIGHT = 2;
/** The first time another batch may have been to blame. */
const MAX_FAILURES = 3;

/**
 * Starts threads and waits until each of them has loaded what it verifies with.
 *
 * A thread that dies is replaced when there is work for it; its batches go to the others.
 *
 * @param startWorker Starts one thread, which answers as worker-source.ts says.
 * @param answerTimeoutMs How long a thread may take to start, and for a batch: then it is ended as one that has died is.
 * @throws `VERIFIER_FAILED` when one of them can't be started.
 */
export async function createPool(
    threads: number,
    backend: string,
    startWorker: () => Worker,
    answerTimeoutMs: number,
): Promise<Pool> {
    const slots = Array.from({ length: threads }, (): Slot => ({
        inFlight: new Map(),
        watchdog: undefined,
        worker: undefined,
    }));
    const queue: Batch[] = [];
    const pending = new Set<Promise<unknown>>();
    // Those that have not ended: one that failed may still be about to.
    const alive = new Set<Worker>();
    let isClosed = false;
    let nextId = 0;

    const fail = (reason: string, cause?: unknown) =>
        new PaymentChannelsError(VERIFIER_FAILED, { backend, reason }, { cause });

    const spawn = (slot: Slot, onReady: () => void = noop, onGone: (cause: unknown) => void = noop) => {
        const worker = startWorker();
        slot.worker = worker;
        alive.add(worker);
        const lose = (reason: string, cause?: unknown) => {
            onGone(cause ?? new Error(reason));
            // An error is followed by an exit.
            if (slot.worker !== worker) return;
            slot.worker = undefined;
            clearTimeout(slot.watchdog);
            const lost = [...slot.inFlight.values()];
            slot.inFlight.clear();
            for (const batch of lost.reverse()) {
                batch.failures += 1;
                if (batch.failures < MAX_FAILURES) queue.unshift(batch);
                else batch.reject(fail(`a thread died ${MAX_FAILURES} times at the same batch: ${reason}`, cause));
            }
            pump();
        };
        worker.on('message', (answer: Answer) => {
            if (answer.ready) return onReady();
            const batch = slot.inFlight.get(answer.id);
            slot.inFlight.delete(answer.id);
            watch(slot);
            if (slot.inFlight.size === 0) worker.unref();
            batch?.resolve(answer.verdicts);
            pump();
        });
        worker.on('error', cause => lose(cause instanceof Error ? cause.message : String(cause), cause));
        worker.on('messageerror', cause => {
            lose('its answer could not be read', cause);
            void worker.terminate();
        });
        worker.on('exit', code => {
            alive.delete(worker);
            lose(`it exited with code ${code}`);
        });
        return worker;
    };

    /** From now on the thread has so much time for the next of its batches. */
    const watch = (slot: Slot) => {
        const { worker } = slot;
        clearTimeout(slot.watchdog);
        if (slot.inFlight.size === 0) return;
        slot.watchdog = setTimeout(() => void worker?.terminate(), answerTimeoutMs).unref();
    };

    const pump = () => {
        while (queue.length > 0) {
            const slot = findSlot(slots, queue[0]!);
            if (slot === undefined) return;
            const batch = queue.shift()!;
            try {
                const worker = slot.worker ?? spawn(slot);
                const id = nextId++;
                slot.inFlight.set(id, batch);
                // The batch keeps its own copy, for the case that the thread dies with the one it is given.
                const records = batch.records.slice().buffer;
                worker.postMessage({ id, messageLength: batch.messageLength, records }, [records]);
                // A thread at work keeps the process alive, an idle one does not.
                worker.ref();
                if (slot.inFlight.size === 1) watch(slot);
            } catch (cause) {
                batch.reject(fail('a thread could not be started', cause));
            }
        }
    };

    const end = async () => {
        await Promise.all([...alive].map(worker => worker.terminate()));
    };

    const pool: Pool = {
        close: async () => {
            isClosed = true;
            await Promise.allSettled(pending);
            await end();
        },
        submit: (records, messageLength) => {
            if (isClosed) return Promise.reject(new PaymentChannelsError(VERIFIER_CLOSED, { backend }));
            const answer = new Promise<Uint8Array>((resolve, reject) => {
                queue.push({ failures: 0, messageLength, records, reject, resolve });
            });
            pending.add(answer);
            const forget = () => pending.delete(answer);
            answer.then(forget, forget);
            pump();
            return answer;
        },
        threads,
    };

    try {
        await within('a thread of the verifier', answerTimeoutMs, () =>
            Promise.all(slots.map(slot => new Promise<void>((resolve, reject) => spawn(slot, resolve, reject)))),
        );
    } catch (cause) {
        isClosed = true;
        await end();
        throw fail(cause instanceof Error ? cause.message : String(cause), cause);
    }
    // Until there is work; while it starts, its thread keeps the process alive.
    for (const { worker } of slots) worker?.unref();
    return Object.freeze(pool);
}

/** The thread that has the least to do, of those that can take the batch now. */
function findSlot(slots: readonly Slot[], batch: Batch): Slot | undefined {
    const isSuspect = ({ failures }: Batch) => failures > 0;
    return slots
        .filter(({ inFlight }) =>
            // A batch that a thread died at is tried again alone, so that it takes down no other.
            isSuspect(batch)
                ? inFlight.size === 0
                : inFlight.size < MAX_IN_FLIGHT && ![...inFlight.values()].some(isSuspect),
        )
        .reduce<Slot | undefined>(
            (best, slot) => (best === undefined || slot.inFlight.size < best.inFlight.size ? slot : best),
            undefined,
        );
}

function noop(): void {
    // Nobody waits for the thread that replaces another one.
}
