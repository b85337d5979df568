import { PaymentChannelsError } from './errors';

/**
 * Waits for something that others do, whether or not they listen to the signal that they are given: for so long, and no
 * longer than until the caller aborts. What comes later, be it an answer or an error, is passed over.
 *
 * @param what Who is waited for, for the error.
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
        timer = setTimeout(() => stop(new PaymentChannelsError('NO_ANSWER', { milliseconds, what })), milliseconds);
        onAbort = () => stop(outer!.reason);
        outer?.addEventListener('abort', onAbort, { once: true });
    });
    try {
        return await Promise.race([(async () => await work(controller.signal))(), end]);
    } finally {
        clearTimeout(timer);
        outer?.removeEventListener('abort', onAbort!);
    }
}
