import { toResult } from '../../core/json-form';
import type { ChannelTask } from './channel-task';
import type { BatchChannelResult } from './execution-report';

/** The result of a channel so far. */
export function getChannelResult(task: ChannelTask): BatchChannelResult {
    const { account, channel, error, failure, landed, phase, signatures, skipped } = task;
    const lost = getLost(task);
    const settled = landed.flatMap(({ cumulativeAmount }) => cumulativeAmount ?? []).at(-1);
    const alreadySettled = lost === undefined && settled === undefined ? getAlreadySettled(task) : undefined;
    return toResult({
        account,
        actions: Object.freeze(landed.flatMap(({ actions }) => actions)),
        alreadySettled,
        channel,
        error,
        failure,
        leasedUntil: phase.kind === 'ended' && phase.status === 'leased' ? phase.until : undefined,
        lost,
        settledAmount: settled ?? alreadySettled,
        signatures: Object.freeze([...signatures]),
        skipped: Object.freeze([...skipped]),
        status: phase.kind === 'ended' ? phase.status : 'notStarted',
    });
}

/** The settled amount in the account, where a voucher was skipped for it. It never decreases. */
function getAlreadySettled({ skipped }: ChannelTask): bigint | undefined {
    return getHighest(
        skipped.map(({ reason }) => {
            if (reason.code === 'NOT_ABOVE_SETTLED') return reason.context.settled;
            return 'alreadySettled' in reason.context ? reason.context.alreadySettled : undefined;
        }),
    );
}

/** The amount by which the highest voucher exceeds what is settled, for a channel that takes no voucher any more. */
function getLost({ skipped }: ChannelTask): bigint | undefined {
    return getHighest(skipped.map(({ reason: { context } }) => ('lost' in context ? context.lost : undefined)));
}

function getHighest(amounts: readonly (bigint | undefined)[]): bigint | undefined {
    return amounts.reduce((highest, amount) => {
        return amount !== undefined && (highest === undefined || amount > highest) ? amount : highest;
    }, undefined);
}
