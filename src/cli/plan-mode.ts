import type { Deployment } from '../deployment';
import { PaymentChannelsError } from '../errors';
import type { RevisionName } from '../revision/types';
import type { BatchMode } from '../settlement/batch';
import { getEndingNames } from '../settlement/revision-names';
import { DEPLOYMENTS } from './deployment';

/** What `payment-channels plan` can plan. */
export type PlanMode = BatchMode<RevisionName> | 'reclaim';

/** The modes of every revision. */
export const PLAN_MODES: readonly PlanMode[] = [
    ...new Set(DEPLOYMENTS.flatMap(({ deployment }) => getModes(deployment))),
];

/** The modes of the revision of a deployment. */
function getModes(deployment: Deployment<RevisionName>): readonly PlanMode[] {
    const { settleAndFinalize } = getEndingNames(deployment);
    return [
        'settle',
        'settleAndDistribute',
        settleAndFinalize,
        `${settleAndFinalize}AndDistribute`,
        ...(deployment.revision.open.openSlotWindow === undefined ? [] : (['reclaim'] as const)),
    ];
}

/**
 * Throws unless the revision of a deployment has a mode.
 *
 * @throws `REVISION_MISMATCH` with the revision that has it.
 */
export function assertIsModeOf(mode: PlanMode, deployment: Deployment<RevisionName>): void {
    if (getModes(deployment).includes(mode)) return;
    const other = DEPLOYMENTS.find(({ deployment: known }) => getModes(known).includes(mode))!;
    throw new PaymentChannelsError('REVISION_MISMATCH', {
        expected: deployment.revision.name,
        field: `--mode ${mode}`,
        given: other.deployment.revision.name,
    });
}
