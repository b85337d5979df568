import type { Deployment } from 'solana-payment-channels';
import type { BatchMode } from 'solana-payment-channels/settlement';

import { DEPLOYMENTS, refuseRevision } from './deployment-options';

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
 * @throws {@link UsageError} with a revision that has it.
 */
export function assertIsModeOf(mode: PlanMode, deployment: Deployment): void {
    const hasMode = (known: Deployment) => mode !== 'reclaim' || known.reclaim !== undefined;
    if (hasMode(deployment)) return;
    const { revision: given } = DEPLOYMENTS.map(known => known.deployment).find(hasMode)!;
    refuseRevision(`--mode ${mode}`, given, deployment.revision);
}
