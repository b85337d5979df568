import { createNoopSigner, type Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { createAddressCache, createVoucherVerifier } from '../../../src';
import { type Skipped } from '../../../src/settlement';
import { getChannelResult } from '../../../src/settlement/executor/channel-result';
import { createTasks } from '../../../src/settlement/executor/channel-task';
import { isolate, land, takePlan } from '../../../src/settlement/executor/channel-transitions';
import { findDispensable } from '../../../src/settlement/executor/find-dispensable';
import { planRound } from '../../../src/settlement/executor/plan-round';
import { verifyRound } from '../../../src/settlement/executor/verify-round';
import { BATCH_NOW, makeBatch, nameToAddress } from '../../fixtures/batch';
import { DEPLOYMENT } from '../../fixtures/deployment';

const CLOSING = 2;
const MERCHANT = createNoopSigner(nameToAddress('the merchant'));

describe('the steps of a round', () => {
    it('begin with those that can not wait for long, whichever group they are in', async () => {
        const items = makeBatch({
            channel: index =>
                index === 7 ? { closureStartedAt: BATCH_NOW - 100n, gracePeriod: 600, status: CLOSING } : {},
            channels: 8,
            payee: MERCHANT,
        });
        // The last one is isolated, so that it is planned by itself, and after the others.
        const tasks = createTasks(items.map(({ channel }) => ({ channel: channel.address }))).map((task, index) =>
            index === 7 ? isolate(task, 'isolated') : task,
        );
        const batch = {
            items,
            requestIndexes: items.map((_, index) => index),
            slot: 1n,
            unixTimestamp: BATCH_NOW,
            unreadable: [],
        };
        const { verdicts } = await verifyRound(tasks, batch, new Map(), createVoucherVerifier(DEPLOYMENT));
        const { steps } = planRound(tasks, batch, {
            deployment: DEPLOYMENT,
            firstId: 0,
            options: { addresses: createAddressCache(), feePayer: MERCHANT, mode: 'settle', unixTimestamp: BATCH_NOW },
            verdicts,
        });
        expect(steps.map(({ planned }) => planned.deadlineAt)).toEqual([BATCH_NOW + 500n, undefined, undefined]);
        expect(steps[0]!.channels).toEqual([tasks[7]!.channel]);
    });
});

describe('what is skipped of a channel that something has landed for', () => {
    const channel = nameToAddress('channel 0');
    const skipped = (index: number, code: 'DISTRIBUTION_NOT_GIVEN' | 'DUPLICATE' | 'NOTHING_TO_DO'): Skipped => ({
        channel,
        index,
        part: code === 'DUPLICATE' ? 'voucher' : code === 'NOTHING_TO_DO' ? 'channel' : 'distribution',
        reason: { code, context: {}, message: code } as unknown as Skipped['reason'],
    });

    it('stays reported, takes the place of what was said of its distribution, and is no news once it is done', () => {
        const planned = (entries: readonly Skipped[], isPartial: boolean) =>
            ({
                channel,
                deadlineAt: undefined,
                isPartial,
                kind: 'planned',
                refusal: undefined,
                skipped: entries,
                state: { address: channel, kind: 'absent' },
                steps: [],
            }) as const;
        const first = planned([skipped(1, 'DUPLICATE'), skipped(0, 'DISTRIBUTION_NOT_GIVEN')], true);
        const once = takePlan(createTasks([{ channel }])[0]!, first, undefined);
        const landed = land(once, { actions: ['settle'], channel, cumulativeAmount: 5n }, undefined);
        expect(getChannelResult(landed)).toMatchObject({ account: undefined, settledAmount: 5n });
        const twice = takePlan(landed, planned([skipped(0, 'NOTHING_TO_DO')], false), undefined);
        expect(twice.skipped).toEqual([skipped(1, 'DUPLICATE')]);
        expect(getChannelResult(twice)).toMatchObject({ settledAmount: 5n, status: 'done' });
    });
});

describe('what a channel can do without, of what its transaction fails for', () => {
    const channel = nameToAddress('channel 0');
    const naming = (...names: Address[]) => ({
        accounts: names.map(address => ({ address, role: 0 })),
        programAddress: channel,
    });
    const create = naming(nameToAddress('a token account'));
    const verify = { programAddress: channel };
    const [settle, distribute] = [naming(channel), naming(channel, nameToAddress('the escrow'))];
    const instructionsOf = { distribute: [distribute], settle: [verify, settle] } as const;
    const toStep = (
        actions: readonly ('distribute' | 'settle')[],
        creates = 0,
        channels = actions.length > 0 ? 1 : 0,
    ) => ({
        channels: Array.from({ length: channels }, () => ({ actions, channel })),
        createdTokenAccounts: Array.from({ length: creates }),
        instructions: [
            ...Array.from({ length: creates }, () => create),
            ...actions.flatMap(one => instructionsOf[one]),
        ],
    });
    const failsAt = (instructionIndex: number) =>
        ({ code: 1, instructionIndex, kind: 'custom', message: '', name: '', program: '' }) as never;
    const whole = { kind: 'transaction', message: '', name: '' } as never;
    const both = ['settle', 'distribute'] as const;

    it.each([
        ['creation that others wait for', toStep([], 1), failsAt(0), 'creation'],
        ['creation before a settlement', toStep(['settle'], 1), failsAt(0), 'creation'],
        ['creation before both', toStep(both, 2), failsAt(1), 'creation'],
        ['payout behind a settlement', toStep(both), failsAt(2), 'payout'],
        ['payout behind a settlement and a creation', toStep(both, 1), failsAt(3), 'payout'],
        ['payout, as far as anybody knows', toStep(both), undefined, 'payout'],
        ['payout, or whatever the runtime minds', toStep(both), whole, 'payout'],
        ['creation, or whatever the runtime minds', toStep(both, 1), whole, 'creation'],
        ['settlement before a payout', toStep(both), failsAt(1), undefined],
        ['signature before a payout', toStep(both), failsAt(0), undefined],
        ['settlement behind a creation', toStep(both, 1), failsAt(2), undefined],
        ['settlement', toStep(['settle']), failsAt(1), undefined],
        ['settlement, or whatever the runtime minds', toStep(['settle']), whole, undefined],
        ['payout that is all that was wanted', toStep(['distribute']), failsAt(0), undefined],
        ['payout of one of several channels', toStep(both, 0, 2), failsAt(2), undefined],
    ] as const)('a %s', (_, step, failure, part) => {
        expect(findDispensable(failure, step as never, 0, false)).toBe(part);
    });

    it('is counted from the instructions of the compute budget on, and a payout counts that came later', () => {
        expect(findDispensable(failsAt(4), toStep(both) as never, 2, false)).toBe('payout');
        expect(findDispensable(failsAt(3), toStep(both) as never, 2, false)).toBeUndefined();
        expect(findDispensable(failsAt(0), toStep(['distribute']) as never, 0, true)).toBe('payout');
    });
});
