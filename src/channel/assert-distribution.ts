import type { Address } from '@solana/kit';

import { PaymentChannelsError } from '../errors';
import { toAddress, toBoolean, toList } from '../input';
import type { RevisionName } from '../revision/types';
import type { DistributionAssessment } from './assess-distribution';
import type { OpenAssessment } from './assess-open';

/**
 * Throws unless `distribute` would succeed and pay every party what it is due.
 *
 * @param options `willCreate`: wallets whose missing token account is created before, in the same transaction.
 * `allowForfeit`: wallets whose share may go to the treasury, or `true` for every one.
 * @throws `DISTRIBUTION_BLOCKED` with what would make it fail; `DISTRIBUTION_FORFEITS` with who would lose how much;
 * `INPUT_INVALID` or `ADDRESS_INVALID` for the options.
 */
export function assertIsSafeToDistribute(
    assessment: DistributionAssessment<RevisionName>,
    options: Readonly<{
        willCreate?: readonly Address[] | undefined;
        allowForfeit?: readonly Address[] | boolean | undefined;
    }> = {},
): void {
    const { allowForfeit = false, willCreate = [] } = options;
    const allowed =
        typeof allowForfeit === 'boolean'
            ? allowForfeit
            : toOwners('options.allowForfeit', allowForfeit, 'true, false or an array of addresses');
    const isAllowed = (owner: Address) => (typeof allowed === 'boolean' ? allowed : allowed.includes(owner));
    const created = toOwners('options.willCreate', willCreate);
    const willExist = (owner: Address) => created.includes(owner);
    const treasury = assessment.treasuryOwner;
    const reasons = assessment.blockers
        .filter(({ subject }) => !(subject === 'treasury' && assessment.isTreasuryMissing && willExist(treasury)))
        .map(({ message }) => message);
    if (reasons.length > 0) throw new PaymentChannelsError('DISTRIBUTION_BLOCKED', { reasons });

    const lost = assessment.payouts.filter(
        ({ condition, outcome, owner }) =>
            outcome === 'forfeited' && !(condition === 'missing' && willExist(owner)) && !isAllowed(owner),
    );
    if (lost.length > 0) {
        throw new PaymentChannelsError('DISTRIBUTION_FORFEITS', {
            amount: lost.reduce((sum, { amount }) => sum + amount, 0n),
            owners: lost.map(({ owner }) => owner),
        });
    }
}

/**
 * Throws when `open` would fail, or when something it needs later is missing that it does not create on the way.
 *
 * @param options `willCreate`: wallets whose missing token account is created in the same transaction. `allowUnready`:
 * whether parties may still be unable to receive.
 * @throws `OPEN_BLOCKED` with what would make it fail; `OPEN_UNREADY` with who could not be paid as things are;
 * `INPUT_INVALID` or `ADDRESS_INVALID` for the options.
 */
export function assertIsSafeToOpen(
    assessment: OpenAssessment<RevisionName>,
    options: Readonly<{ allowUnready?: boolean | undefined; willCreate?: readonly Address[] | undefined }> = {},
): void {
    const { allowUnready = false, willCreate = [] } = options;
    const isUnreadyAllowed = toBoolean('options.allowUnready', allowUnready);
    const created = toOwners('options.willCreate', willCreate);
    const reasons = assessment.blockers.map(({ message }) => message);
    if (reasons.length > 0) throw new PaymentChannelsError('OPEN_BLOCKED', { reasons });
    const unready = assessment.unready.filter(
        ({ condition, owner }) => !(condition === 'missing' && created.includes(owner)),
    );
    if (unready.length > 0 && !isUnreadyAllowed) {
        const owners = unready.map(({ owner }) => owner);
        throw new PaymentChannelsError('OPEN_UNREADY', { owners });
    }
}

function toOwners(field: string, value: readonly Address[], expected = 'an array of addresses'): readonly Address[] {
    return toList(field, value, expected, (item, path) => toAddress(path, item));
}
