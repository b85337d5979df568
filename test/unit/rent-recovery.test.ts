import { describe, expect, it } from 'vitest';

import { decodeChannelState, getRentRecovery, type LiveChannelState } from '../../src';
import { accountOf, type CHANNEL_ARGS, channelData } from '../fixtures/channels';
import { DEPLOYMENT } from '../fixtures/deployment';
import { errorOf } from '../fixtures/refusals';
import { STATUSES } from '../fixtures/revision';

// Where channels have no open slot, distributing frees the rent at any time. Of mainnet's: test/svm/reclaim.test.ts.

const now = { slot: 5n, unixTimestamp: 1_000n };

const toState = (fields: Partial<typeof CHANNEL_ARGS>) =>
    decodeChannelState({ ...accountOf(channelData(fields)), exists: true }, DEPLOYMENT) as LiveChannelState;

describe('getRentRecovery without an open slot', () => {
    const closing = { closureStartedAt: 400n, status: STATUSES.closing };
    it.each([
        ['open', {}, now, { isDue: false, step: undefined }],
        ['closing', closing, { ...now, unixTimestamp: 999n }, { dueAt: 1_000n, isDue: false, step: 'finalize' }],
        ['closing, at its deadline', closing, now, { dueAt: 1_000n, isDue: true, step: 'finalize' }],
        ['finalized', { status: STATUSES.finalized }, now, { isDue: true, step: 'distribute' }],
    ] as const)('%s', (_, fields, at, expected) => {
        const state = toState(fields);
        expect(getRentRecovery(state, at, DEPLOYMENT)).toEqual({
            address: state.address,
            reclaimableFromSlot: 0n,
            state,
            ...expected,
        });
    });

    it('knows no channel that waits for reclaim', async () => {
        const state = { ...toState({ status: STATUSES.finalized }), kind: 'distributed' } as never;
        expect(await errorOf(() => getRentRecovery(state, now, DEPLOYMENT))).toMatchObject({
            code: 'INPUT_INVALID',
            context: { field: 'state.kind' },
        });
    });
});
