import type { Answers, Decision, QuarantineCommand, TouchCommand, WorkedCommand } from './commands';
import type { Draft } from './draft';
import type { RowChange } from './rows';

/** Activity that is a commit of its own is written only when it moves the end of the idle time by as much as this. */
const TOUCH_FRACTION = 6n;

export function touch(draft: Draft, { at }: TouchCommand): Decision<Answers['touch']> {
    const { ending, idleTimeoutSeconds, lastActivityAt } = draft.record;
    const seen = at < draft.now ? at : draft.now;
    const isWorth =
        idleTimeoutSeconds !== null && (seen - lastActivityAt) * TOUCH_FRACTION > BigInt(idleTimeoutSeconds);
    if (ending !== null || !isWorth) return draft.decide({ kind: 'unchanged' });
    draft.set({ lastActivityAt: seen });
    return draft.decide({ kind: 'touched' });
}

/** Notes what became of the work for a channel; what was seen on chain came with the command. */
export function noteWork(draft: Draft, { error, settlements = [] }: WorkedCommand): Decision<Answers['worked']> {
    for (const { row, signature } of settlements) {
        const change: RowChange = {
            expected: 'any',
            key: `${draft.channel}/${signature}`,
            kind: 'settlement',
            value: row,
        };
        draft.write(change);
    }
    if (error === undefined) draft.set({ attempts: 0, lastError: null });
    else draft.set({ attempts: draft.record.attempts + 1, lastError: { ...error, at: draft.now } });
    return draft.decide({ kind: 'noted' });
}

/** Takes a channel out of the worker's hands, or gives it back. */
export function quarantine(draft: Draft, { reason }: QuarantineCommand): Decision<Answers['quarantine']> {
    if (reason === null) {
        if (draft.record.quarantine !== null) draft.set({ attempts: 0, lastError: null, quarantine: null });
        return draft.decide({ kind: 'released' });
    }
    if (draft.record.quarantine === null) draft.set({ quarantine: { at: draft.now, reason } });
    return draft.decide({ kind: 'quarantined' });
}
