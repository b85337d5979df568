import { getEventListeners } from 'node:events';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { within } from '../../src/core/within';

beforeEach(() => {
    vi.useFakeTimers();
});
afterEach(() => {
    vi.useRealTimers();
});

const NEVER = new Promise<never>(() => undefined);

it('what answers in time is passed on, and nothing is left behind', async () => {
    const { signal } = new AbortController();
    await expect(within('it', 10, () => 5, signal)).resolves.toBe(5);
    await expect(within('it', 10, () => Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    const throwing = () => {
        throw new Error('at once');
    };
    await expect(within('it', 10, throwing, signal)).rejects.toThrow('at once');
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('what never answers is left, told so, and named', async () => {
    let given: AbortSignal | undefined;
    const waiting = within('the price function', 1_000, signal => ((given = signal), NEVER));
    const refused = expect(waiting).rejects.toMatchObject({
        code: 'NO_ANSWER',
        context: { milliseconds: 1_000, what: 'the price function' },
    });
    await vi.advanceTimersByTimeAsync(1_000);
    await refused;
    expect(given!.aborted).toBe(true);
});

it('whoever aborts waits no longer', async () => {
    const controller = new AbortController();
    const waiting = within('it', 1_000_000, () => NEVER, controller.signal);
    const refused = expect(waiting).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await refused;
    expect(vi.getTimerCount()).toBe(0);
    await expect(within('it', 10, () => 5, controller.signal)).rejects.toThrow('enough');
});

it('an answer that comes too late, or goes wrong too late, is passed over', async () => {
    let fail: ((error: Error) => void) | undefined;
    const waiting = within('it', 10, () => new Promise((_, reject) => (fail = reject)));
    const refused = expect(waiting).rejects.toMatchObject({ code: 'NO_ANSWER' });
    await vi.advanceTimersByTimeAsync(10);
    await refused;
    fail!(new Error('late'));
    await vi.advanceTimersByTimeAsync(10);
});
