import { describe, it } from 'vitest';

import {
    assertIsSafeToDistribute,
    assertIsSafeToOpen,
    type DistributionAssessment,
    type OpenAssessment,
} from '../../src';
import { addressOf, PAYEE } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';

// A flag that allows to lose money is `true`, and no text that is taken for it.

const OWNER = addressOf(9);
const FORFEITS = {
    blockers: [],
    forfeited: 5n,
    isTreasuryMissing: false,
    missingTokenAccounts: [OWNER],
    payouts: [
        {
            amount: 5n,
            beneficiary: 'recipient',
            condition: 'missing',
            outcome: 'forfeited',
            owner: OWNER,
            tokenAccount: addressOf(8),
        },
    ],
    sweep: 0n,
    treasuryOwner: addressOf(7),
} as const satisfies DistributionAssessment;
const UNREADY = {
    blockers: [],
    missingTokenAccounts: [OWNER],
    unready: [{ beneficiary: 'recipient', condition: 'missing', owner: OWNER, tokenAccount: addressOf(8) }],
} as const satisfies OpenAssessment;
const NO_FLAGS: unknown[] = ['true', 'false', 1, 0, null, {}, Object(true)];

describe('what may be forfeited', () => {
    it('is what is said', async () => {
        for (const allowForfeit of [true, [OWNER]]) assertIsSafeToDistribute(FORFEITS, { allowForfeit });
        assertIsSafeToDistribute(FORFEITS, { willCreate: [OWNER] });
        for (const allowForfeit of [false, undefined, [], [PAYEE]]) {
            await expectRefusal(() => assertIsSafeToDistribute(FORFEITS, { allowForfeit }), 'DISTRIBUTION_FORFEITS');
        }
    });

    it.each([...NO_FLAGS, OWNER, new Set([OWNER])])('is not said by %o', async value => {
        const allowForfeit = value as boolean;
        await expectRefusal(() => assertIsSafeToDistribute(FORFEITS, { allowForfeit }), 'INPUT_INVALID', {
            field: 'options.allowForfeit',
        });
        const willCreate = value as [];
        for (const call of [
            () => assertIsSafeToDistribute(FORFEITS, { willCreate }),
            () => assertIsSafeToOpen(UNREADY, { willCreate }),
        ]) {
            await expectRefusal(call, 'INPUT_INVALID', { field: 'options.willCreate' });
        }
    });

    it('is not all that is said to be created', async () => {
        const willCreate = true as unknown as [];
        await expectRefusal(() => assertIsSafeToDistribute(FORFEITS, { willCreate }), 'INPUT_INVALID');
    });
});

describe('a channel whose parties could not be paid', () => {
    it('is opened when that is said', async () => {
        assertIsSafeToOpen(UNREADY, { allowUnready: true });
        assertIsSafeToOpen(UNREADY, { willCreate: [OWNER] });
        await expectRefusal(() => assertIsSafeToOpen(UNREADY, { allowUnready: false }), 'OPEN_UNREADY');
    });

    it.each(NO_FLAGS)('is not opened by %o', async value => {
        const allowUnready = value as boolean;
        await expectRefusal(() => assertIsSafeToOpen(UNREADY, { allowUnready }), 'INPUT_INVALID', {
            field: 'options.allowUnready',
        });
    });
});
