import type { Address } from '@solana/kit';

import { BATCH_ATTEMPTS_EXHAUSTED, JOURNAL_LEASE_LOST } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { getPart, type DeploymentParts } from '../../revision/deployment';
import type { TransactionFailure } from '../../revision/program-failure';
import type { InstructionErrorName } from '../../runtime/runtime-errors';
import type { Timers } from '../../sending/rpc-calls';
import type { ChannelTask, Step } from './channel-task';

/** What it finds where there is no channel any more, or a tombstone (docs/program.md, section 6.1). */
const GONE: readonly InstructionErrorName[] = ['InvalidAccountData', 'InvalidAccountOwner'];

/**
 * Whether a failure says that the channel, or the time, is not as it was read: whoever reads it again may ask a node that
 * does not know it yet either.
 */
export function isOutOfDate(failure: TransactionFailure | undefined, deployment: DeploymentParts<'outdated'>): boolean {
    if (failure?.kind === 'custom') return getPart(deployment, 'outdated').names.some(name => name === failure.name);
    return failure?.kind === 'builtin' && GONE.includes(failure.name);
}

/** What becomes of the channels of a transaction that did not land. */
export class Suspects {
    constructor(
        private readonly options: Readonly<{
            deployment: DeploymentParts<'outdated'>;
            maxAttempts: number;
            patienceMs: number;
            timers: Pick<Timers, 'now'>;
        }>,
    ) {}

    /** A channel that did not get through for no fault of its own: it has so many attempts, and those that time is for. */
    count(task: ChannelTask, failure: TransactionFailure | undefined, error: unknown): void {
        task.attempts++;
        task.failure = failure;
        task.error = error;
        const { maxAttempts, timers } = this.options;
        if (task.attempts < maxAttempts || timers.now() < task.triedUntil) return;
        const { attempts, channel } = task;
        task.error = new PaymentChannelsError(BATCH_ATTEMPTS_EXHAUSTED, { attempts, channel }, { cause: error });
        task.status ??= 'failed';
    }

    /**
     * The leases of channels have run out before what was signed could be sent. Where that happens each time, as with short
     * ones and a slow node, it has an end as well.
     */
    countLapse({ concerns }: Pick<Step, 'concerns'>, owner: string): void {
        const { maxAttempts, patienceMs, timers } = this.options;
        const now = timers.now();
        for (const task of concerns) {
            const { count, since } = (task.lapses ??= { count: 0, since: now });
            const attempts = count + 1;
            task.lapses = { count: attempts, since };
            if (task.hasLostLease || attempts < maxAttempts || now - since <= patienceMs) continue;
            const { channel } = task;
            const cause = new PaymentChannelsError(JOURNAL_LEASE_LOST, { channels: [channel], owner });
            task.error = new PaymentChannelsError(BATCH_ATTEMPTS_EXHAUSTED, { attempts, channel }, { cause });
            task.status ??= 'failed';
        }
    }

    /**
     * Whoever is at fault goes on alone; the others go on without. One that was alone already is given up, unless the chain
     * shows by now that something else is to be done with it: whoever could begin to close it may just have done so.
     */
    separate(
        { planned, tasks }: Pick<Step, 'planned' | 'tasks'>,
        culprit: Address | undefined,
        failure: TransactionFailure | undefined,
        error: unknown,
    ): void {
        const suspects = culprit === undefined ? tasks : tasks.filter(({ channel }) => channel === culprit);
        for (const [index, task] of suspects.entries()) {
            task.failure = failure;
            task.error = error;
            if (tasks.length === 1) {
                if (isOutOfDate(failure, this.options.deployment)) this.count(task, failure, error);
                else task.failAlone(planned.channels[0]!);
            }
            if (suspects.length === 1) task.group = `suspect ${task.channel}`;
            else {
                // Of several suspects each half is tried by itself.
                const half = index < suspects.length / 2 ? 1 : 2;
                task.group = `suspects ${tasks[0]!.channel} ${half} of ${suspects.length}`;
            }
        }
    }

    /** Whose signature is missing, only the signers know: the channels of each payee go on without the others. */
    separateByPayee(tasks: readonly ChannelTask[], error: unknown): void {
        if (new Set(tasks.map(({ payee }) => payee)).size > 1) {
            for (const task of tasks) task.group = `payee ${task.payee}`;
        } else {
            for (const task of tasks) this.count(task, undefined, error);
        }
    }
}
