import { REVISION_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import type { Deployment } from '../revision/deployment';
import type { BatchMode } from '../settlement/plan/batch';
import { DEPLOYMENTS } from './deployment';

/** What `payment-channels plan` can plan. */
export type PlanMode = BatchMode | 'reclaim';

/** Every mode that there is. */
export const PLAN_MODES: readonly PlanMode[] = [
    'settle',
    'settleAndDistribute',
    'settleAndFinalize',
    'settleAndFinalizeAndDistribute',
    'reclaim',
];

/**
 * Throws unless the revision of a deployment has a mode.
 *
 * @throws `REVISION_MISMATCH` with a revision that has it.
 */
export function assertIsModeOf(mode: PlanMode, deployment: Deployment): void {
    const hasMode = (known: Deployment) => mode !== 'reclaim' || known.reclaim !== undefined;
    if (hasMode(deployment)) return;
    const { revision: given } = DEPLOYMENTS.map(known => known.deployment).find(hasMode)!;
    throw new PaymentChannelsError(REVISION_MISMATCH, {
        expected: deployment.revision,
        field: `--mode ${mode}`,
        given,
    });
}
