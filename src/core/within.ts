import { NO_ANSWER } from './error-definitions';
import { PaymentChannelsError } from './errors';

const MAX_TIMER_MS = 0x7fff_ffff;

// A caller's signal may live as long as a server does: no listener is left on it, and nothing that would leave one is given
// it, as kit does with each promise that can be aborted.

/**
 * Waits for somebody else's work for a limited time and until the caller aborts, whether or not that work heeds its
 * signal. A later answer or error is ignored.
 *
 * @param what Names the awaited party in the error.
 * @param milliseconds `Infinity` where the work itself comes to an end in time.
 * @throws `NO_ANSWER` when the time is over; the reason of the caller's signal; whatever the work throws.
 */
export async function within<T>(
    what: string,
    milliseconds: number,
    work: (abortSignal: AbortSignal) => Promise<T> | T,
    outer?: AbortSignal,
): Promise<T> {
    outer?.throwIfAborted();
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let onAbort: (() => void) | undefined;
    const end = new Promise<never>((_, reject) => {
        const stop = (reason: unknown) => {
            reject(reason as Error);
            controller.abort(reason);
        };
        onAbort = () => stop(outer!.reason);
        outer?.addEventListener('abort', onAbort, { once: true });
        // A longer delay than a timer can count would fire immediately.
        if (milliseconds > MAX_TIMER_MS) return;
        timer = setTimeout(() => stop(new PaymentChannelsError(NO_ANSWER, { milliseconds, what })), milliseconds);
    });
    try {
        return await Promise.race([(async () => await work(controller.signal))(), end]);
    } finally {
        clearTimeout(timer);
        outer?.removeEventListener('abort', onAbort!);
    }
}

/** Lets time pass. An abort ends it early, and is for whoever waits to look at. */
export async function sleep(milliseconds: number, abortSignal?: AbortSignal): Promise<void> {
    if (abortSignal?.aborted) return;
    await new Promise<void>(resolve => {
        const end = () => {
            clearTimeout(timer);
            abortSignal?.removeEventListener('abort', end);
            resolve();
        };
        const timer = setTimeout(end, milliseconds);
        abortSignal?.addEventListener('abort', end);
    });
}
