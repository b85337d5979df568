import { describe, expect, it } from 'vitest';

import { isPaymentChannelsError, PaymentChannelsError } from '../../../src/core/errors';
import { JOURNAL_LEASE_LOST } from '../../../src/core/error-definitions';
import { getChannelResult } from '../../../src/settlement/executor/channel-result';
import { isPending } from '../../../src/settlement/executor/channel-task';
import type { ExecutionEvent } from '../../../src/settlement/executor/execution-events';
import { type ExecutionState, getNextMove, getTask } from '../../../src/settlement/executor/execution-state';
import { reduce } from '../../../src/settlement/executor/reduce';
import {
    CHANNELS,
    createExecution,
    describeEffects,
    failsAt,
    failsWhole,
    LIMITS,
    NOW,
    planRoundOf,
    run,
    toPlan,
    toSent,
} from '../../fixtures/execution-state';
import {
    A,
    after,
    B,
    C,
    ERROR,
    failed,
    of,
    OUTAGE,
    phaseOf,
    planned,
    prepared,
    refused,
    resolveEvents,
    RESUMED,
    sendEvents,
    statusOf,
} from '../../fixtures/execution-transitions';

// Every transition of the channels of an execution, event by event, without a chain, a journal or a clock.

describe('a channel', () => {
    it('is done only by what has landed, and skipped if a better voucher was', () => {
        const voucher = { signature: 1, voucher: { channelId: A, cumulativeAmount: 9n, expiresAt: 0n } };
        const reason = { code: 'SIGNATURE_NOT_VERIFIED', context: {}, message: '' };
        const skipped = [{ channel: A, index: 0, part: 'voucher', reason, voucher }] as never;
        const events = [...sendEvents(0), ...resolveEvents(0, { kind: 'landed' })];
        const [less] = run(planRoundOf(createExecution(), [{ channels: [A] }], { [A]: { skipped } })[0], ...events);
        expect(getChannelResult(getTask(less, A)!)).toMatchObject({ settledAmount: 7n, status: 'skipped' });
        const [nothing] = planRoundOf(createExecution(), [], { [A]: {} });
        expect(statusOf(nothing)).toBe('skipped');
        const done = after(...events);
        const { phase } = getTask(done, A)!;
        expect(phase).toMatchObject({ proof: [{ channel: A, cumulativeAmount: 7n }], status: 'done' });
    });

    it('whose end was put off is looked at once more', () => {
        const reason = { code: 'HIGHER_VOUCHER_WAITS', context: {}, message: '' };
        const skipped = [{ channel: A, index: 0, part: 'ending', reason }] as never;
        const [state] = planRoundOf(createExecution(), [{ channels: [A] }], { [A]: { skipped } });
        const [landed] = run(state, ...sendEvents(0), ...resolveEvents(0, { kind: 'landed' }));
        expect(isPending(getTask(landed, A)!)).toBe(true);
    });

    it.each([
        [
            'payee',
            { kind: 'payee', skipped: { channel: A, index: 0, part: 'channel', reason: { context: {} } } },
            'skipped',
        ],
        ['signer', { error: ERROR, kind: 'signer' }, 'failed'],
        ['repetition', { kind: 'repetition' }, 'failed'],
    ] as const)('that a plan refuses for %s has ended', (_, refusal, status) => {
        const [next, effects] = planRoundOf(createExecution(), [], {
            [A]: { isPartial: true, refusal: refusal as never },
        });
        expect(statusOf(next)).toBe(status);
        expect(describeEffects(effects)).toEqual(['report abandoned', 'report planned']);
        // Once and for all.
        expect([...run(next, { kind: 'finished' })[0].tasks][0]!.phase).toEqual([...next.tasks][0]!.phase);
    });

    it('that can not be planned is unreadable, and the others go on', () => {
        const [ended] = run(createExecution(), { kind: 'roundEnded' });
        const { steps, channels } = toPlan(ended, [{ channels: [B] }]);
        const plan = { channels: [...channels, { channel: A, error: ERROR, kind: 'unplannable' as const }], steps };
        const [next] = run(ended, { leaseLapses: 0, kind: 'planned', now: 0, plan, unixTimestamp: NOW });
        expect([statusOf(next), phaseOf(next, B), phaseOf(next, C)]).toEqual(['unreadable', 'planned', 'pending']);
        expect(next.counts).toMatchObject({ notDone: 1, waiting: 2 });
    });

    it('gets no plan while a round goes on', () => {
        const plan = toPlan(planned, [{ channels: [A] }]);
        expect(reduce(planned, { leaseLapses: 0, kind: 'planned', now: 0, plan, unixTimestamp: NOW })[0]).toBe(planned);
    });
});

describe('poison', () => {
    const [together] = planRoundOf(createExecution(), [{ channels: [A, B, C] }]);
    const sent = run(together, ...sendEvents(0, [A, B, C]))[0];
    const groupsOf = ({ tasks }: ExecutionState) => [...tasks].map(({ group }) => group);

    it('in a channel that the failure names isolates that one', () => {
        const [next] = run(sent, ...resolveEvents(0, refused(failsAt(1))));
        expect(groupsOf(next)).toEqual(['', `alone ${B}`, '']);
        expect([...next.tasks].map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
        expect([...next.tasks].every(isPending)).toBe(true);
    });

    it('that nothing names is looked for by halves', () => {
        const [next] = run(sent, ...resolveEvents(0, refused(failsWhole('ProgramAccountNotFound'))));
        const [first, second, third] = groupsOf(next);
        expect(first).toBe(second);
        expect(third).not.toBe(first);
        expect(first).not.toBe('');
    });

    it('in a channel by itself is not tried twice in the same way', () => {
        const alone = after(...sendEvents(0), ...resolveEvents(0, refused()));
        expect(getTask(alone, A)).toMatchObject({ attempts: 0, failedAlone: [expect.any(String)] });
        expect([...run(alone, { kind: 'finished' })[0].tasks][0]!.phase).toMatchObject({ status: 'failed' });
    });

    it('that comes from a channel that has just changed is another attempt', () => {
        const alone = after(...sendEvents(0), ...resolveEvents(0, refused(failsAt(0), true)));
        expect(getTask(alone, A)).toMatchObject({ attempts: 1, failedAlone: [] });
    });

    it('that is a payout costs the payout, and not the voucher', () => {
        const payout = { actions: ['settle', 'distribute'], channels: [A] } as const;
        const [state] = planRoundOf(createExecution(), [payout]);
        const [next] = run(state, ...sendEvents(0), ...resolveEvents(0, refused(failsWhole('ProgramAccountNotFound'))));
        expect(getTask(next, A)).toMatchObject({ failedAlone: [], payoutReason: { code: 'DISTRIBUTION_BLOCKED' } });
    });

    it('in the vouchers of a channel with several has them doubted, then proved, and never doubted again', () => {
        const isBad = refused(failsWhole('SignatureFailure'));
        const doubted = after(...sendEvents(0), ...resolveEvents(0, isBad));
        expect(getTask(doubted, A)!.trust).toBe('doubted');
        const verification = {
            failure: undefined,
            proved: new Map([[A, 'bad' as const]]),
            unproved: new Map(),
            unreadable: new Map(),
            verdicts: new Map([[0, false]]),
        };
        const [proved] = run(doubted, { kind: 'verified', verification });
        expect(getTask(proved, A)!.trust).toBe('disproved');
        expect(proved.verdicts.get(0)).toBe(false);
        // Nothing else is known of it: the chain was right.
        expect(statusOf(planRoundOf(proved, [], { [A]: {} })[0])).toBe('failed');
        const [again] = planRoundOf(proved, [{ channels: [A] }]);
        const [twice] = run(again, ...sendEvents(2), ...resolveEvents(2, isBad));
        expect(getTask(twice, A)!.trust).toBe('disproved');
        const unproved = { ...verification, proved: new Map(), unproved: new Map([[A, ERROR]]) };
        const [failed] = run(doubted, { kind: 'verified', verification: unproved });
        expect(getChannelResult(getTask(failed, A)!)).toMatchObject({ error: ERROR, status: 'failed' });
    });

    it('makes no doubt of channels with one voucher only', () => {
        const [next] = run(sent, ...resolveEvents(0, refused(failsWhole('SignatureFailure'))));
        expect([...next.tasks].map(({ trust }) => trust)).toEqual(['doubted', 'believed', 'believed']);
    });

    it('in the fee payer stops everything, and costs no channel an attempt', () => {
        const [next] = run(sent, ...resolveEvents(0, refused(failsWhole('InsufficientFundsForFee'))));
        expect(next.stopped).toMatchObject({ error: ERROR, reason: 'feePayer' });
        expect([...next.tasks].map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
        const onChain = run(sent, ...resolveEvents(0, failed(failsWhole('InsufficientFundsForFee'))))[0];
        expect(isPaymentChannelsError(onChain.stopped!.error, 'TRANSACTION_FAILED')).toBe(true);
    });

    it('that passes costs each channel an attempt', () => {
        const [next] = run(sent, ...resolveEvents(0, refused(failsWhole('AccountInUse'))));
        expect([...next.tasks].map(({ attempts, group }) => [attempts, group])).toEqual([
            [1, ''],
            [1, ''],
            [1, ''],
        ]);
    });
});

describe('attempts', () => {
    const attempt = (state: ExecutionState, now: number, deadlineAt?: bigint) => {
        const [next] = planRoundOf(state, [{ channels: [A], deadlineAt }], {}, { now });
        const step = next.round.firstId;
        return run(next, ...sendEvents(step, [A], now), ...resolveEvents(step, { kind: 'expired' }, now))[0];
    };

    it('end a channel once they are exhausted, with the reason', () => {
        const twice = attempt(attempt(createExecution(), 0), 1);
        expect(phaseOf(twice)).toBe('pending');
        const { error, status } = getChannelResult(getTask(attempt(twice, 2), A)!);
        expect([status, isPaymentChannelsError(error, 'BATCH_ATTEMPTS_EXHAUSTED')]).toEqual(['failed', true]);
        expect(attempt(twice, 2).expired).toBe(3);
    });

    it('of what is late go on until the time is over, which is fixed when it is found late', () => {
        const late = NOW + 60n;
        let state = createExecution();
        for (const now of [0, 20_000, 40_000, 59_999]) state = attempt(state, now, late);
        expect(getTask(state, A)).toMatchObject({ attempts: 4, phase: { kind: 'pending' }, triedUntil: LIMITS.lateMs });
        expect(statusOf(attempt(state, 60_000, late))).toBe('failed');
        const early = attempt(attempt(attempt(createExecution(), 0, NOW + 61n), 0, NOW + 61n), 0, NOW + 61n);
        expect(statusOf(early)).toBe('failed');
    });

    it('of signers are those of each payee', () => {
        const failedToSign = (state: ExecutionState) => {
            const [next] = planRoundOf(state, [{ channels: [A, B] }]);
            const step = next.round.firstId;
            return run(next, { kind: 'started', step }, of(step, { error: ERROR, kind: 'notSigned' }))[0];
        };
        expect([...failedToSign(createExecution()).tasks].map(({ attempts }) => attempts)).toEqual([1, 1, 0]);
        const open = { payee: C, settlement: { payoutWatermark: 0n, settled: 0n } };
        const plans = { [B]: { state: { channel: open, kind: 'open' } as never } };
        const [two] = planRoundOf(createExecution(), [{ channels: [A, B] }], plans);
        const [next] = run(two, { kind: 'started', step: 0 }, of(0, { error: ERROR, kind: 'notSigned' }));
        expect([...next.tasks].map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
        expect([...next.tasks][0]!.group).not.toBe([...next.tasks][1]!.group);
    });
});

describe('leases', () => {
    const lose = (mayWait: boolean): ExecutionEvent => ({ channels: [A], kind: 'leasesLost', mayWait });
    const leaseLost = new PaymentChannelsError(JOURNAL_LEASE_LOST, { channels: [A], owner: LIMITS.owner });

    it('that others have end a channel, or have it wait', () => {
        expect(statusOf(run(createExecution(), lose(false))[0])).toBe('leased');
        const [waiting] = run(createExecution(1), lose(true));
        expect(phaseOf(waiting)).toBe('pending');
        expect(getNextMove(waiting, 0, 0)).toEqual({ channels: [A], kind: 'awaitLeases' });
        const [taken] = run(waiting, { channels: [A], kind: 'leasesTaken' });
        expect(getNextMove(taken, 0, 0)).toEqual({ kind: 'plan' });
        const [abandoned, effects] = run(waiting, { kind: 'leasesAbandoned' });
        expect([statusOf(abandoned), describeEffects(effects)]).toEqual(['leased', ['report abandoned']]);
        const [known] = run(abandoned, { ends: new Map([[A, 77]]), kind: 'leaseEndsRead' });
        expect(getChannelResult(getTask(known, A)!)).toMatchObject({ leasedUntil: 77, status: 'leased' });
    });

    it('that are lost do not count for what is sent already', () => {
        const sent = run(after(...sendEvents(0)), lose(false))[0];
        expect(phaseOf(sent)).toBe('planned');
        expect(statusOf(run(sent, ...resolveEvents(0, { kind: 'landed' }))[0])).toBe('done');
        expect(statusOf(run(sent, ...resolveEvents(0, { kind: 'expired' }))[0])).toBe('leased');
    });

    it.each([
        ['a lease was lost', [lose(true)], 0],
        ['the leases have expired', [], 1],
        ['the execution was stopped', [{ error: ERROR, kind: 'stopped', reason: 'aborted' }], 0],
    ] as const)('keep what is signed from being recorded once %s', (_, events, leaseLapses) => {
        const [first, signed] = sendEvents(0) as [ExecutionEvent, ExecutionEvent];
        const [next, effects] = run(
            after(first, signed, ...(events as readonly ExecutionEvent[])),
            of(0, { leaseLapses, kind: 'renewed' }, { mayWait: true }),
        );
        expect(describeEffects(effects)).not.toContain('record');
        expect(next.flights.size).toBe(0);
        expect(phaseOf(next)).toBe('pending');
        expect(getTask(next, A)!.signatures).toEqual([]);
    });

    it('that expire each time end a channel, and are forgotten once something is recorded', () => {
        const overtake = (state: ExecutionState, now: number) => {
            const [next] = planRoundOf(state, [{ channels: [A] }]);
            const step = next.round.firstId;
            return run(
                next,
                { kind: 'started', step },
                of(step, { kind: 'signed', prepared: prepared(step) }, { now }),
                of(step, { leaseLapses: 1, kind: 'renewed' }, { now }),
            )[0];
        };
        const often = [0, 1, 2].reduce(overtake, createExecution());
        expect(getTask(often, A)).toMatchObject({ leaseLapses: { count: 3, since: 0 }, phase: { kind: 'pending' } });
        const { error, status } = getChannelResult(getTask(overtake(often, LIMITS.patienceMs + 1), A)!);
        expect([status, isPaymentChannelsError(error, 'BATCH_ATTEMPTS_EXHAUSTED')]).toEqual(['failed', true]);
        const [again] = planRoundOf(often, [{ channels: [A] }]);
        expect(getTask(run(again, ...sendEvents(again.round.firstId))[0], A)!.leaseLapses).toBeUndefined();
    });

    it('that the journal says are lost are lost', () => {
        const [first, signed, renewed] = sendEvents(0) as [ExecutionEvent, ExecutionEvent, ExecutionEvent];
        const [next] = run(after(first, signed, renewed), of(0, { error: leaseLost, kind: 'notRecorded' }));
        expect([statusOf(next), next.stopped]).toEqual(['leased', undefined]);
        const [waiting] = run(
            after(first, signed, renewed),
            of(0, { error: leaseLost, kind: 'notRecorded' }, { mayWait: true }),
        );
        expect([phaseOf(waiting), getTask(waiting, A)!.isLeasedElsewhere]).toEqual(['pending', true]);
    });
});

describe('what an earlier execution has left', () => {
    const [resumed, effects] = run(createExecution(), { kind: 'resumed', sent: RESUMED });
    const id = RESUMED.signature;

    it('is followed once, and before anything else is done with its channels', () => {
        expect(describeEffects(effects)).toEqual(['report resumed', 'follow']);
        expect(isPending(getTask(resumed, A)!)).toBe(false);
        expect(reduce(resumed, { kind: 'resumed', sent: RESUMED })[0]).toBe(resumed);
        const own = after(...sendEvents(0));
        expect(reduce(own, { kind: 'resumed', sent: prepared(0).sent })[0]).toBe(own);
    });

    it.each([
        ['has landed', { kind: 'landed' }, 'landed', { landed: [{ channel: A }], trust: 'believed' }],
        ['has failed', failed(), 'failed', { landed: [], trust: 'doubted' }],
        ['has expired', { kind: 'expired' }, 'expired', { attempts: 0, landed: [] }],
        ['is gone', { kind: 'gone' }, 'unknown', { attempts: 0, landed: [] }],
    ] as const)('that %s is planned by the chain afterwards', (_, resolution, outcome, task) => {
        const [next] = run(resumed, ...resolveEvents(id, resolution));
        expect([...next.transactions]).toMatchObject([{ isResumed: true, outcome }]);
        expect(getTask(next, A)).toMatchObject({ ...task, phase: { kind: 'pending' }, signatures: [id] });
        expect(isPending(getTask(next, A)!)).toBe(true);
    });

    it('proves a channel that has nothing more to do', () => {
        const [landed] = run(resumed, ...resolveEvents(id, { kind: 'landed' }));
        expect(statusOf(planRoundOf(landed, [], { [A]: {} })[0])).toBe('done');
        // Without it, nothing would.
        const [expired] = run(resumed, ...resolveEvents(id, { kind: 'expired' }));
        expect(statusOf(planRoundOf(expired, [], { [A]: {} })[0])).toBe('skipped');
    });

    it('may have channels that nobody asked for', () => {
        const sent = toSent('of others', { channels: [A, CHANNELS[5]!] });
        const [next] = run(createExecution(), { kind: 'resumed', sent }, ...resolveEvents(sent.signature, failed()));
        expect([...next.tasks].map(({ channel }) => channel)).toEqual([A, B, C]);
        expect([...next.transactions][0]!.channels).toEqual(sent.channels.map(({ channel }) => channel));
    });
});

describe('what is done next', () => {
    it.each([
        ['nothing is planned', createExecution(), 0, 0, { kind: 'plan' }],
        ['a step is ready', planned, 0, 0, { kind: 'start', step: 0 }],
        ['the round is old', planned, LIMITS.roundMs + 1, 0, { kind: 'drop' }],
        ['the leases have expired since', planned, 0, 1, { kind: 'drop' }],
        [
            'all is under way',
            after({ kind: 'started', step: 0 }, { kind: 'started', step: 1 }),
            0,
            0,
            { kind: 'await' },
        ],
        ['it is stopped', run(planned, { error: 1, kind: 'stopped', reason: 'rpc' })[0], 0, 0, { kind: 'end' }],
        [
            'it is stopped with something under way',
            after({ kind: 'started', step: 0 }, { error: 1, kind: 'stopped', reason: 'rpc' }),
            0,
            0,
            { kind: 'await' },
        ],
        ['nothing is left', run(createExecution(), { kind: 'finished' })[0], 0, 0, { kind: 'end' }],
    ] as const)('where %s', (_, state, now, leaseLapses, move) => {
        expect(getNextMove(state, now, leaseLapses)).toEqual(move);
    });

    it('where a channel with a deadline is without a step: everything that waits is planned again', () => {
        const shapes = [{ channels: [A], deadlineAt: NOW + 5n }, { channels: [B] }];
        const [state] = planRoundOf(createExecution(2), shapes);
        const [urgent] = run(state, { kind: 'started', step: 0 }, of(0, { error: ERROR, kind: 'notSigned' }));
        expect(getNextMove(urgent, 0, 0)).toEqual({ kind: 'drop' });
        const [dropped] = run(urgent, { kind: 'roundDropped' });
        expect([...dropped.tasks].every(isPending)).toBe(true);
        expect(getNextMove(dropped, 0, 0)).toEqual({ kind: 'plan' });
        expect(dropped.round.isOver).toBe(true);
        expect(run(dropped, { kind: 'roundEnded' })[0].round).toMatchObject({ isOver: false, steps: [] });
    });
});

describe('the end', () => {
    it('has one reason, the first', () => {
        const [next, effects] = run(
            planned,
            { error: ERROR, kind: 'stopped', reason: 'price' },
            { error: OUTAGE, kind: 'stopped', reason: 'rpc' },
            { error: OUTAGE, kind: 'listenerFailed' },
        );
        expect(next.stopped).toEqual({ error: ERROR, reason: 'price' });
        expect(describeEffects(effects)).toEqual(['report stopping']);
    });

    it('is not told to a listener that has thrown', () => {
        const [next, effects] = run(planned, { error: ERROR, kind: 'listenerFailed' });
        expect([next.stopped, effects]).toEqual([{ error: ERROR, reason: 'aborted' }, []]);
    });

    it('finds every channel with a status, and says so once', () => {
        const [next, effects] = run(planned, { kind: 'finished' });
        expect([...next.tasks].map(task => getChannelResult(task).status)).toEqual([
            'notStarted',
            'notStarted',
            'notStarted',
        ]);
        expect(describeEffects(effects)).toEqual(['report finished']);
        expect(effects[0]).toMatchObject({ progress: { counts: { channels: 3, notDone: 3, waiting: 0 } } });
    });
});
