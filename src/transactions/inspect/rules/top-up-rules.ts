import type { TopUpData } from '../channel-instruction';
import type { CheckedTopUpAgreement } from '../../check-agreement';
import type { InspectionContext, Rule } from '../inspection-context';
import { getMismatch } from '../inspection-mismatch';

// Rules on the data of topUp. Data that can't be read at all has a rule of its own.

export type TopUpContext = InspectionContext<CheckedTopUpAgreement, TopUpData>;

/** The amount is within what was agreed. */
export const amount: Rule<TopUpContext> = {
    check: ({ agreement: { amount: expected }, data }) =>
        !data || (data.amount >= expected.min && data.amount <= expected.max)
            ? []
            : [getMismatch('AMOUNT_OUT_OF_BOUNDS', 'topUp.amount', { actual: data.amount, expected })],
    name: 'amount',
};
