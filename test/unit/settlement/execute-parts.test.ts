import { createNoopSigner } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { createAddressCache, createVoucherVerifier, type LeftOut } from '../../../src';
import { ChannelTask } from '../../../src/settlement/execute/channel-task';
import { planRound, verifyRound } from '../../../src/settlement/execute/plan-round';
import { BATCH_NOW, makeBatch, nameToAddress } from '../../fixtures/batch';

const CLOSING = 2;
const MERCHANT = createNoopSigner(nameToAddress('the merchant'));
const createTask = (channel = nameToAddress('channel 0'), index = 0) =>
    new ChannelTask(channel, [index], { done: 0, notDone: 0, underWay: 0, waiting: 0 });

describe('the steps of a round', () => {
    it('begin with those that can not wait for long, whichever group they are in', async () => {
        const items = makeBatch({
            channel: index =>
                index === 7 ? { closureStartedAt: BATCH_NOW - 100n, gracePeriod: 600, status: CLOSING } : {},
            channels: 8,
            payee: MERCHANT,
        });
        const tasks = items.map(({ channel }, index) => createTask(channel.address, index));
        // It is a suspect, so that it is planned by itself, and after the others.
        tasks[7]!.group = 'suspect';
        const batch = {
            items,
            requestIndexes: items.map((_, index) => index),
            slot: 1n,
            unixTimestamp: BATCH_NOW,
            unreadable: [],
        };
        const verdicts = new Map<number, boolean>();
        await verifyRound(tasks, batch, verdicts, createVoucherVerifier());
        const steps = planRound(tasks, batch, {
            config: {},
            options: { addresses: createAddressCache(), feePayer: MERCHANT, mode: 'settle', unixTimestamp: BATCH_NOW },
            verdicts,
        });
        expect(steps.map(({ planned }) => planned.deadlineAt)).toEqual([BATCH_NOW + 500n, undefined, undefined]);
        expect(steps[0]!.tasks).toEqual([tasks[7]]);
    });
});

describe('what is left out of a channel that something has landed for', () => {
    const channel = nameToAddress('channel 0');
    const leftOut = (index: number, code: 'DISTRIBUTION_NOT_GIVEN' | 'DUPLICATE' | 'NOTHING_TO_DO'): LeftOut => ({
        channel,
        index,
        part: code === 'DUPLICATE' ? 'voucher' : code === 'NOTHING_TO_DO' ? 'channel' : 'distribution',
        reason: { code, context: {}, message: code } as unknown as LeftOut['reason'],
    });

    it('stays reported, takes the place of what was said of its distribution, and is no news once it is done', () => {
        const task = createTask(channel);
        task.setLeftOut([leftOut(1, 'DUPLICATE'), leftOut(0, 'DISTRIBUTION_NOT_GIVEN')]);
        task.land({ actions: ['settle'], channel, cumulativeAmount: 5n });
        task.setLeftOut([leftOut(0, 'NOTHING_TO_DO')]);
        expect(task.leftOut).toEqual([leftOut(1, 'DUPLICATE')]);
    });
});
