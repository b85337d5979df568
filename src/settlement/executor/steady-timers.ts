import { refuseInput } from '../../core/input';
import { within } from '../../core/within';
import type { Timers } from '../../sending/rpc-calls';

/**
 * Timers that can be relied on, whatever the given ones do: time never goes back when a clock is set, it passes during a
 * sleep even if the clock stands still, and every sleep ends.
 *
 * @param graceMs How much longer than it should a sleep may take, by the time of the process.
 * @throws `INPUT_INVALID` for timers without the functions, or whose time is not a number.
 */
export function createSteadyTimers(timers: Timers, graceMs: number): Timers {
    for (const name of ['now', 'sleep'] as const) {
        const given: unknown = (timers as Timers | null)?.[name];
        if (typeof given !== 'function') refuseInput(`timers.${name}`, 'a function', given);
    }
    const read = (): number | undefined => {
        const time: unknown = timers.now();
        return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
    };
    const readSafely = () => {
        try {
            return read();
        } catch {
            return undefined;
        }
    };
    const first = readSafely();
    if (first === undefined) refuseInput('timers.now', 'a function that answers a number of milliseconds', undefined);
    let last = first;
    let elapsed = 0;
    const now = () => {
        // A wrong answer later is no reason to abandon what is under way.
        const time = readSafely() ?? last;
        elapsed += Math.max(0, time - last);
        last = time;
        return elapsed;
    };
    return Object.freeze({
        now,
        sleep: async milliseconds => {
            const until = now() + milliseconds;
            await within('the timers', milliseconds + graceMs, () => timers.sleep(milliseconds));
            now();
            elapsed = Math.max(elapsed, until);
        },
    });
}
