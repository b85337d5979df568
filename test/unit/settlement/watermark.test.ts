import type { Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import type { ChannelState } from '../../../src/channel/channel-state';
import type { RevisionName } from '../../../src/revision/revision-types';
import type { PlannedAction } from '../../../src/journal/journal';
import { getEvidence } from '../../../src/settlement/executor/landed-on-chain';

// What the channels tell of a transaction that nobody knows the signature of any more.

const channel = '11111111111111111111111111111111' as Address;
const other = 'SysvarC1ock11111111111111111111111111111111' as Address;

const at = (kind: string, settled = 0n, payoutWatermark = 0n) =>
    ({ channel: { settlement: { payoutWatermark, settled } }, kind }) as unknown as ChannelState<RevisionName>;
const send = (actions: readonly PlannedAction[], cumulativeAmount?: bigint) => ({ actions, channel, cumulativeAmount });

describe('getEvidence', () => {
    it.each([
        ['a voucher that is not in', send(['settle'], 5n), at('open', 4n), 'notLanded'],
        ['a voucher that is in', send(['settle'], 5n), at('open', 5n), 'landed'],
        ['a voucher below one that is in', send(['settle'], 5n), at('open', 6n), 'landed'],
        // Others can end a channel as well: what is gone tells nothing, whatever the transaction was to do.
        ['a voucher of a channel that was closed', send(['settle'], 5n), at('closed'), 'unknown'],
        ['a voucher of a channel that is gone', send(['settle'], 5n), at('absent'), 'unknown'],
        ['a payout of a channel that is gone', send(['settleAndFinalize', 'distribute'], 5n), at('absent'), 'unknown'],
        [
            'a payout of a channel that was closed',
            send(['settleAndFinalize', 'distribute'], 5n),
            at('closed'),
            'unknown',
        ],
        ['a voucher of a channel that was paid out without', send(['settle'], 5n), at('distributed', 4n), 'notLanded'],
        ['a voucher of a channel that was paid out with it', send(['settle'], 5n), at('distributed', 5n), 'landed'],
        [
            'an end of a channel that was ended without',
            send(['settleAndFinalize'], 5n),
            at('distributed', 4n),
            'notLanded',
        ],
        ['a voucher that is in and not paid out', send(['settle', 'distribute'], 5n), at('open', 5n, 4n), 'notLanded'],
        ['a voucher that is in and paid out', send(['settle', 'distribute'], 5n), at('open', 5n, 5n), 'landed'],
        ['a voucher that is in, with nothing to pay out', send(['settle'], 5n), at('open', 5n, 0n), 'landed'],
        ['a payout without a voucher', send(['distribute']), at('open', 5n, 4n), 'notLanded'],
        ['a payout without a voucher that was made', send(['distribute']), at('open', 5n, 5n), 'landed'],
        ['an end that has not come', send(['settleAndFinalize'], 5n), at('open', 5n), 'notLanded'],
        ['an end', send(['settleAndFinalize'], 5n), at('finalized', 5n), 'landed'],
        ['an end with less than the voucher', send(['settleAndFinalize'], 5n), at('finalized', 4n), 'notLanded'],
        ['an end without the payout', send(['settleAndFinalize', 'distribute'], 5n), at('finalized', 5n), 'notLanded'],
        ['an end with the payout', send(['settleAndFinalize', 'distribute'], 5n), at('distributed', 5n, 5n), 'landed'],
    ])('%s', (_, sent, state, evidence) => {
        expect(getEvidence([sent], new Map([[channel, state]]))).toBe(evidence);
    });

    it('takes every channel for it, since a transaction does all or nothing', () => {
        const both = [send(['settle'], 5n), { ...send(['settle'], 5n), channel: other }];
        const states = (amount: bigint) =>
            new Map([
                [channel, at('open', 5n)],
                [other, at('open', amount)],
            ]);
        expect(getEvidence(both, states(5n))).toBe('landed');
        expect(getEvidence(both, states(4n))).toBe('notLanded');
        expect(getEvidence(both, new Map([[channel, at('open', 5n)]]))).toBe('unknown');
        // One that is gone takes nothing from what another one disproves.
        const gone = [other, at('closed')] as const;
        expect(getEvidence(both, new Map([[channel, at('open', 4n)], gone]))).toBe('notLanded');
        expect(getEvidence(both, new Map([[channel, at('open', 5n)], gone]))).toBe('unknown');
    });
});
