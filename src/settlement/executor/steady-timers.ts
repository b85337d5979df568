import { refuseInput } from '../../core/input';
import { within } from '../../core/within';
import type { Timers } from '../../sending/rpc-calls';

/**
 * Timers that waiting can rely on, whatever the given ones do: time never goes back, as that of a machine does whose clock
 * is set; it passes while somebody sleeps, even by a clock that stands still; and nobody sleeps for ever.
 *
 * @param graceMs How much longer than it should a sleep may take, by the time of the process.
 * @throws `INPUT_INVALID` for timers that are none, or whose time is none.
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
        // A wrong answer in between is no reason to give up what is under way.
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
