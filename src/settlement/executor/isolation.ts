import type { Address } from '@solana/kit';

import type { PlannedTransaction } from '../plan/batch-plan';
import type { Cause, ChannelTask } from './channel-task';
import { countAttempt, failAlone, isolate, noteCause, type AttemptLimits } from './channel-transitions';

/**
 * Retries the failing channel alone, and of several that may be the failing one each half by itself; the others continue.
 * One that was alone already is abandoned, unless the chain shows by now that something else is to be done with it: its
 * payer may just have begun to close it.
 *
 * @param failing The channels of the transaction that it may have failed for, this one among them.
 */
export function isolateFailing(
    task: ChannelTask,
    failing: readonly Address[],
    { channels }: Pick<PlannedTransaction, 'channels'>,
    cause: Cause,
    { isOutOfDate, limits, now }: Readonly<{ isOutOfDate: boolean; limits: AttemptLimits; now: number }>,
): ChannelTask {
    const [first, ...others] = channels;
    let next = noteCause(task, cause);
    if (others.length === 0) {
        next = isOutOfDate ? countAttempt(next, cause, now, limits) : failAlone(next, first!);
    }
    if (failing.length === 1) return isolate(next, `alone ${task.channel}`);
    const half = failing.indexOf(task.channel) < failing.length / 2 ? 1 : 2;
    return isolate(next, `half ${half} of ${failing.length} of ${first!.channel}`);
}
