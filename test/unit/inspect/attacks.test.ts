import { describe, expect, it } from 'vitest';

import { OPEN_RULES, TOP_UP_RULES } from '../../../src/transactions/inspect/rules/all-rules';
import { ACCOUNT_ATTACKS } from './attacks/accounts';
import { OPEN_DATA_ATTACKS, TOP_UP_ATTACKS } from './attacks/data';
import { EPOCH_ATTACKS } from './attacks/epoch';
import { EXTRA_ATTACKS } from './attacks/extras';
import { FEE_ATTACKS } from './attacks/fees';
import { MESSAGE_ATTACKS } from './attacks/message';
import { describeAttacks } from './harness';

// Every attack on the operator that we know, and the proof of which rule stops it.

describeAttacks('the message', MESSAGE_ATTACKS);
describeAttacks('accounts and instructions', ACCOUNT_ATTACKS);
describeAttacks('beside the instruction', EXTRA_ATTACKS);
describeAttacks('the fee', FEE_ATTACKS);
describeAttacks('open', OPEN_DATA_ATTACKS);
describeAttacks('topUp', TOP_UP_ATTACKS);
describeAttacks('open of the epoch revision', EPOCH_ATTACKS);

describe('every rule', () => {
    const attacks = [
        ...MESSAGE_ATTACKS,
        ...ACCOUNT_ATTACKS,
        ...EXTRA_ATTACKS,
        ...FEE_ATTACKS,
        ...OPEN_DATA_ATTACKS,
        ...TOP_UP_ATTACKS,
        ...EPOCH_ATTACKS,
    ];
    const rules = [...new Set([...OPEN_RULES, ...TOP_UP_RULES].map(({ name }) => name))];
    // An account of an unknown table is unknown: whatever needs it can't be what was agreed.
    const overlapped = ['lookupTables'];

    it.each(rules.filter(name => !overlapped.includes(name)))('%s stops an attack that nothing else stops', name => {
        expect(attacks.filter(({ stoppedBy }) => stoppedBy.length === 1 && stoppedBy[0] === name)).not.toEqual([]);
    });

    it.each(overlapped)('%s stops an attack', name => {
        expect(attacks.filter(({ stoppedBy }) => stoppedBy.includes(name))).not.toEqual([]);
    });

    it('has a name of its own', () => {
        expect(new Set(OPEN_RULES.map(({ name }) => name)).size).toBe(OPEN_RULES.length);
        expect(new Set(TOP_UP_RULES.map(({ name }) => name)).size).toBe(TOP_UP_RULES.length);
    });
});
