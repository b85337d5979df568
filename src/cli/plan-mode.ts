import type { BatchMode } from '../settlement/plan/batch';

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
