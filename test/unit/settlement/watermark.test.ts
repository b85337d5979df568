import type { Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import type { ChannelState } from '../../../src/channel/state';
import type { RevisionName } from '../../../src/revision/types';
import type { PlannedAction } from '../../../src/settlement/batch-plan';
import { isDoneOnChain } from '../../../src/settlement/execute/watermark';

// What the channels tell of a transaction that nobody knows the signature of any more.

const channel = '11111111111111111111111111111111' as Address;
const other = 'SysvarC1ock11111111111111111111111111111111' as Address;

const at = (kind: string, settled = 0n, payoutWatermark = 0n) =>
    ({ channel: { settlement: { payoutWatermark, settled } }, kind }) as unknown as ChannelState<RevisionName>;
const send = (actions: readonly PlannedAction[], cumulativeAmount?: bigint) => ({ actions, channel, cumulativeAmount });

describe('isDoneOnChain', () => {
    it.each([
        ['a voucher that is not in', send(['settle'], 5n), at('open', 4n), false],
        ['a voucher that is in', send(['settle'], 5n), at('open', 5n), true],
        ['a voucher below one that is in', send(['settle'], 5n), at('open', 6n), true],
        ['a voucher of a channel that was closed', send(['settle'], 5n), at('closed'), true],
        ['a voucher of a channel that is gone', send(['settle'], 5n), at('absent'), false],
        ['a payout of a channel that is gone', send(['settleAndSeal', 'distribute'], 5n), at('absent'), true],
        ['a voucher that is in and not paid out', send(['settle', 'distribute'], 5n), at('open', 5n, 4n), false],
        ['a voucher that is in and paid out', send(['settle', 'distribute'], 5n), at('open', 5n, 5n), true],
        ['a voucher that is in, with nothing to pay out', send(['settle'], 5n), at('open', 5n, 0n), true],
        ['a payout without a voucher', send(['distribute']), at('open', 5n, 4n), false],
        ['a payout without a voucher that was made', send(['distribute']), at('open', 5n, 5n), true],
        ['an end that has not come', send(['settleAndFinalize'], 5n), at('open', 5n), false],
        ['an end', send(['settleAndFinalize'], 5n), at('finalized', 5n), true],
        ['an end of the epoch revision', send(['settleAndSeal'], 5n), at('sealed', 5n), true],
        ['an end with less than the voucher', send(['settleAndFinalize'], 5n), at('finalized', 4n), false],
        ['an end without the payout', send(['settleAndFinalize', 'distribute'], 5n), at('finalized', 5n), false],
        ['an end with the payout', send(['settleAndFinalize', 'distribute'], 5n), at('distributed', 5n, 5n), true],
    ])('%s', (_, sent, state, isDone) => {
        expect(isDoneOnChain([sent], new Map([[channel, state]]))).toBe(isDone);
    });

    it('takes every channel for it, since a transaction does all or nothing', () => {
        const both = [send(['settle'], 5n), { ...send(['settle'], 5n), channel: other }];
        const states = (amount: bigint) =>
            new Map([
                [channel, at('open', 5n)],
                [other, at('open', amount)],
            ]);
        expect(isDoneOnChain(both, states(5n))).toBe(true);
        expect(isDoneOnChain(both, states(4n))).toBe(false);
        expect(isDoneOnChain(both, new Map([[channel, at('open', 5n)]]))).toBe(false);
    });
});
