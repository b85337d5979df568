import type { Signature } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { isPaymentChannelsError, PaymentChannelsError } from '../../../src/core/errors';
import { JOURNAL_LEASE_LOST, RPC_UNAVAILABLE } from '../../../src/core/error-definitions';
import { getChannelResult } from '../../../src/settlement/executor/channel-result';
import { isFree, isPending } from '../../../src/settlement/executor/channel-task';
import type { ExecutionEvent, FlightEvent } from '../../../src/settlement/executor/execution-events';
import { getNextMove, getTask, type ExecutionState } from '../../../src/settlement/executor/execution-state';
import type { FlightId, Resolution } from '../../../src/settlement/executor/flight';
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
    toPrepared,
    toSent,
} from '../../fixtures/execution-state';

// Every transition of an execution, event by event, without a chain, a journal or a clock.

const [A, B, C] = CHANNELS as [(typeof CHANNELS)[0], (typeof CHANNELS)[0], (typeof CHANNELS)[0]];
const ERROR = new Error('some error');
const OUTAGE = new PaymentChannelsError(RPC_UNAVAILABLE, { failingMs: 1, method: 'getLatestBlockhash' });
const RESUMED = toSent('of an earlier execution', { channels: [A] });

/** A flight event, without what most have in common. */
const of = (
    flight: FlightId,
    event: FlightEvent extends infer T ? (T extends unknown ? Omit<T, 'flight' | 'mayWait' | 'now'> : never) : never,
    { mayWait = false, now = 0 } = {},
): FlightEvent => ({ ...event, flight, mayWait, now });
const failed = (failure = failsAt(0), isOutOfDate = false): Resolution => {
    return { failure, isOutOfDate, kind: 'failed', source: { InstructionError: 0 } };
};
const refused = (failure = failsAt(0), isOutOfDate = false): Resolution => {
    return { failure, isOutOfDate, kind: 'refused', source: ERROR };
};
const prepared = (flight: number, channels = [A]) => toPrepared({ channels, id: flight });

/** From the start of a step to its being sent. */
const sendEvents = (step: number, channels = [A], now = 0): ExecutionEvent[] => [
    { kind: 'started', step },
    of(step, { kind: 'signed', prepared: prepared(step, channels) }, { now }),
    of(step, { expirations: 0, kind: 'renewed' }, { now }),
    of(step, { kind: 'recorded' }, { now }),
];
const resolveEvents = (flight: FlightId, resolution: Resolution, now = 0): ExecutionEvent[] => [
    of(flight, { kind: 'resolved', resolution }, { now }),
    of(flight, { kind: 'concluded' }, { now }),
];
const [planned] = planRoundOf(createExecution(), [{ channels: [A] }, { channels: [B, C] }]);
const after = (...events: readonly ExecutionEvent[]) => run(planned, ...events)[0];
const statusOf = (state: ExecutionState, channel = A) => getChannelResult(getTask(state, channel)!).status;
const phaseOf = (state: ExecutionState, channel = A) => {
    const { phase } = getTask(state, channel)!;
    return phase.kind === 'ended' ? phase.status : phase.kind;
};

describe('a transaction under way', () => {
    const [first, signed, renewed] = sendEvents(0) as [ExecutionEvent, ExecutionEvent, ExecutionEvent];
    const sent = after(...sendEvents(0));
    const states = {
        signing: after(first),
        renewing: after(first, signed),
        recording: after(first, signed, renewed),
        sent,
        resumed: run(planned, { kind: 'resumed', sent: RESUMED })[0],
        'resolved as landed': run(sent, of(0, { kind: 'resolved', resolution: { kind: 'landed' } }))[0],
        'resolved as failed': run(sent, of(0, { kind: 'resolved', resolution: failed() }))[0],
        'resolved as refused': run(sent, of(0, { kind: 'resolved', resolution: refused() }))[0],
        'resolved as refused, out of date': run(
            sent,
            of(0, { kind: 'resolved', resolution: refused(failsAt(0), true) }),
        )[0],
        'resolved as expired': run(sent, of(0, { kind: 'resolved', resolution: { kind: 'expired' } }))[0],
        'resolved as gone': run(sent, of(0, { kind: 'resolved', resolution: { kind: 'gone' } }))[0],
        pausing: run(sent, ...resolveEvents(0, refused(failsAt(0), true)))[0],
        over: run(sent, ...resolveEvents(0, { kind: 'landed' }))[0],
    } as const satisfies Record<string, ExecutionState>;
    const events = {
        signed: flight => of(flight, { kind: 'signed', prepared: prepared(0) }),
        'not signed': flight => of(flight, { error: ERROR, kind: 'notSigned' }),
        'not signed without an RPC': flight => of(flight, { error: OUTAGE, kind: 'notSigned' }),
        renewed: flight => of(flight, { expirations: 0, kind: 'renewed' }),
        'renewed too late': flight => of(flight, { expirations: 1, kind: 'renewed' }),
        recorded: flight => of(flight, { kind: 'recorded' }),
        'not recorded': flight => of(flight, { error: ERROR, kind: 'notRecorded' }),
        landed: flight => of(flight, { kind: 'resolved', resolution: { kind: 'landed' } }),
        failed: flight => of(flight, { kind: 'resolved', resolution: failed() }),
        refused: flight => of(flight, { kind: 'resolved', resolution: refused() }),
        expired: flight => of(flight, { kind: 'resolved', resolution: { kind: 'expired' } }),
        gone: flight => of(flight, { kind: 'resolved', resolution: { kind: 'gone' } }),
        lost: flight => of(flight, { kind: 'resolved', resolution: { error: ERROR, kind: 'lost' } }),
        concluded: flight => of(flight, { kind: 'concluded' }),
        'concluded without the journal': flight => of(flight, { failure: { error: ERROR }, kind: 'concluded' }),
        paused: flight => of(flight, { kind: 'paused' }),
        broken: flight => of(flight, { error: ERROR, kind: 'broken' }),
    } as const satisfies Record<string, (flight: FlightId) => FlightEvent>;

    type Row = readonly [flight: string, phase: string, effects: readonly string[]];
    const stopping = 'report stopping';
    const concluded = 'report concluded';
    const abandoned = 'report abandoned';
    const record: Row = ['resolved', 'planned', ['recordOutcome']];
    const unknown: Row = ['over', 'unknown', [concluded, stopping, abandoned]];
    const broken: Row = ['over', 'pending', [stopping]];
    // What is not in the table changes nothing.
    const table: Readonly<Record<keyof typeof states, Partial<Record<keyof typeof events, Row>>>> = {
        signing: {
            signed: ['renewing', 'planned', ['renewLeases']],
            'not signed': ['over', 'pending', []],
            'not signed without an RPC': ['over', 'pending', [stopping]],
            broken,
        },
        renewing: {
            renewed: ['recording', 'planned', ['record']],
            'renewed too late': ['over', 'pending', []],
            'not recorded': ['over', 'pending', [stopping]],
            broken,
        },
        recording: {
            recorded: ['sent', 'planned', ['report sent', 'send']],
            'not recorded': ['over', 'pending', [stopping]],
            broken,
        },
        sent: {
            // It is proved at once; it ends once the journal has it.
            landed: ['resolved', 'complete', ['recordOutcome']],
            failed: record,
            refused: record,
            expired: record,
            gone: record,
            lost: unknown,
            broken: unknown,
        },
        resumed: {
            landed: record,
            failed: record,
            refused: record,
            expired: record,
            gone: record,
            lost: unknown,
            broken: unknown,
        },
        'resolved as landed': {
            concluded: ['over', 'done', [concluded]],
            'concluded without the journal': ['over', 'done', [stopping, concluded]],
            broken: ['over', 'done', [stopping, concluded]],
        },
        'resolved as failed': {
            concluded: ['over', 'pending', [concluded, 'forgetBlockhash']],
            'concluded without the journal': ['over', 'pending', [stopping, concluded, 'forgetBlockhash']],
            broken: ['over', 'pending', [stopping, concluded, 'forgetBlockhash']],
        },
        'resolved as refused': {
            concluded: ['over', 'pending', [concluded, 'forgetBlockhash']],
            'concluded without the journal': ['over', 'pending', [stopping, concluded, 'forgetBlockhash']],
            broken: ['over', 'pending', [stopping, concluded, 'forgetBlockhash']],
        },
        'resolved as refused, out of date': {
            concluded: ['pausing', 'pending', [concluded, 'forgetBlockhash', 'pause']],
            'concluded without the journal': ['pausing', 'pending', [stopping, concluded, 'forgetBlockhash', 'pause']],
            broken: ['pausing', 'pending', [stopping, concluded, 'forgetBlockhash', 'pause']],
        },
        'resolved as expired': {
            concluded: ['over', 'pending', [concluded, 'forgetBlockhash']],
            'concluded without the journal': ['over', 'pending', [stopping, concluded, 'forgetBlockhash']],
            broken: ['over', 'pending', [stopping, concluded, 'forgetBlockhash']],
        },
        'resolved as gone': {
            concluded: ['over', 'pending', [concluded, 'forgetBlockhash']],
            'concluded without the journal': ['over', 'pending', [stopping, concluded, 'forgetBlockhash']],
            broken: ['over', 'pending', [stopping, concluded, 'forgetBlockhash']],
        },
        pausing: { paused: ['over', 'pending', []], broken },
        over: {},
    };

    const cases = Object.keys(states).flatMap(state =>
        Object.keys(events).map(event => [state as keyof typeof states, event as keyof typeof events] as const),
    );
    it('that nobody knows of changes nothing', () => {
        for (const event of Object.values(events)) {
            expect(reduce(planned, event('unheard of' as Signature))).toEqual([planned, []]);
        }
    });

    it.each(cases)('that is %s: %s', (name, event) => {
        const state = states[name];
        const flight = name === 'resumed' ? RESUMED.signature : 0;
        const [next, effects] = reduce(state, events[event](flight));
        const row = table[name][event];
        if (row === undefined) {
            expect(next).toBe(state);
            expect(effects).toEqual([]);
            return;
        }
        const found = [next.flights.get(flight)?.kind ?? 'over', phaseOf(next), describeEffects(effects)];
        expect(found).toEqual(row);
        const isOver = !next.flights.has(flight);
        expect(isFree(getTask(next, A)!)).toBe(isOver);
        expect(next.counts.transactionsUnderWay).toBe(isOver ? 0 : 1);
    });

    it.each([
        ['landed', { kind: 'landed' }, 'landed', 'landed', 5_000n],
        ['failed', failed(), 'failed', 'failed', 5_000n],
        ['refused', refused(), 'refused', 'refused', 0n],
        ['expired', { kind: 'expired' }, 'expired', 'expired', 0n],
        // It can't land any more; whether it has landed before, its channels don't tell.
        ['gone', { kind: 'gone' }, 'expired', 'unknown', 0n],
    ] as const)(
        'that has %s is recorded and reported as that, with its fee',
        (_, resolution, recorded, outcome, fee) => {
            const [next, effects] = run(sent, ...resolveEvents(0, resolution));
            expect(effects[0]).toMatchObject({ kind: 'recordOutcome', outcome: recorded });
            expect(next.transactions).toMatchObject([{ channels: [A], feeLamports: fee, isResumed: false, outcome }]);
            expect(next.counts.feeLamports).toBe(fee);
        },
    );

    it('that can not be followed is unknown, stays open in the journal, and stops the execution', () => {
        const [next, effects] = run(sent, of(0, { kind: 'resolved', resolution: { error: ERROR, kind: 'lost' } }));
        expect(describeEffects(effects)).not.toContain('recordOutcome');
        expect(next.transactions).toMatchObject([{ feeLamports: 0n, outcome: 'unknown' }]);
        expect(next.stopped).toEqual({ error: ERROR, reason: 'rpc' });
        expect(statusOf(next)).toBe('unknown');
    });
});

describe('a step', () => {
    it('is started by its turn, and only if nothing else is under way with its channels', () => {
        expect(reduce(planned, { kind: 'started', step: 1 })[0]).toBe(planned);
        expect(reduce(after({ kind: 'started', step: 0 }), { kind: 'started', step: 0 })[1]).toEqual([]);
        const [busy] = run(planned, { kind: 'resumed', sent: RESUMED });
        expect(reduce(busy, { kind: 'started', step: 0 })[0]).toBe(busy);
        // The other one does not wait for it.
        expect(describeEffects(reduce(busy, { kind: 'started', step: 1 })[1])).toEqual(['sign']);
    });

    it('is not started once the execution is stopped, nor beyond the concurrency', () => {
        const [stopped] = run(planned, { error: ERROR, kind: 'stopped', reason: 'price' });
        expect(reduce(stopped, { kind: 'started', step: 0 })[0]).toBe(stopped);
        const [one] = planRoundOf(createExecution(3, { concurrency: 1 }), [{ channels: [A] }, { channels: [B] }]);
        const [full] = run(one, { kind: 'started', step: 0 });
        expect(getNextMove(full, 0, 0)).toEqual({ kind: 'await' });
        expect(reduce(full, { kind: 'started', step: 1 })[0]).toBe(full);
    });

    const chain = [
        { channels: [], creates: 2 },
        { after: [0], channels: [A] },
        { after: [1], channels: [A, B] },
    ];

    it('waits for those that it depends on, and comes to nothing with them', () => {
        const [state] = planRoundOf(createExecution(), chain);
        const [created] = run(state, ...sendEvents(0, []));
        expect(created.payerTokenAccounts).toBe(2);
        expect(getNextMove(created, 0, 0)).toEqual({ kind: 'await' });
        const [landed] = run(created, ...resolveEvents(0, { kind: 'landed' }));
        expect(getNextMove(landed, 0, 0)).toEqual({ kind: 'start', step: 1 });
        const [expired] = run(created, ...resolveEvents(0, { kind: 'expired' }));
        expect([phaseOf(expired, A), phaseOf(expired, B)]).toEqual(['pending', 'pending']);
        expect(expired.payerTokenAccounts).toBe(0);
        // The channel that waits for the accounts has had an attempt; the one that waits for that channel has not.
        expect([getTask(expired, A)!.attempts, getTask(expired, B)!.attempts]).toEqual([1, 0]);
        const [gone] = run(created, ...resolveEvents(0, { kind: 'gone' }));
        expect(gone.payerTokenAccounts).toBe(2);
    });

    it('that creates accounts and fails is done without by the channels that wait for it', () => {
        const [created] = run(planRoundOf(createExecution(), chain)[0], ...sendEvents(0, []));
        const [next] = run(created, ...resolveEvents(0, refused()));
        expect(getTask(next, A)).toMatchObject({ attempts: 0, isWithoutCreation: true, phase: { kind: 'pending' } });
    });

    it('that comes to nothing leaves a channel to plan once its others have landed', () => {
        const [state] = planRoundOf(createExecution(), [{ channels: [A] }, { channels: [A], deadlineAt: undefined }]);
        const [half] = run(state, ...sendEvents(0), ...resolveEvents(0, { kind: 'landed' }));
        expect(phaseOf(half)).toBe('planned');
        const [other] = run(half, { kind: 'started', step: 1 }, of(1, { error: ERROR, kind: 'notSigned' }));
        expect(phaseOf(other)).toBe('pending');
        const [both] = run(half, ...sendEvents(1), ...resolveEvents(1, { kind: 'landed' }));
        expect(getChannelResult(getTask(both, A)!)).toMatchObject({ actions: ['settle', 'settle'], status: 'done' });
    });

    it('of a round before does not get into the next one', () => {
        const sent = after(...sendEvents(0));
        const [next] = planRoundOf(sent, [{ channels: [B, C] }]);
        expect(next.round.firstId).toBe(2);
        const [failed] = run(next, ...resolveEvents(0, { kind: 'expired' }));
        expect(failed.round.states).toEqual(['waiting']);
        expect(phaseOf(failed)).toBe('pending');
    });
});

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
        expect(run(next, { kind: 'finished' })[0].tasks[0]!.phase).toEqual(next.tasks[0]!.phase);
    });

    it('that can not be planned is unreadable, and the others go on', () => {
        const [ended] = run(createExecution(), { kind: 'roundEnded' });
        const { steps, channels } = toPlan(ended, [{ channels: [B] }]);
        const plan = { channels: [...channels, { channel: A, error: ERROR, kind: 'unplannable' as const }], steps };
        const [next] = run(ended, { expirations: 0, kind: 'planned', now: 0, plan, unixTimestamp: NOW });
        expect([statusOf(next), phaseOf(next, B), phaseOf(next, C)]).toEqual(['unreadable', 'planned', 'pending']);
        expect(next.counts).toMatchObject({ notDone: 1, waiting: 2 });
    });

    it('gets no plan while a round goes on', () => {
        const plan = toPlan(planned, [{ channels: [A] }]);
        expect(reduce(planned, { expirations: 0, kind: 'planned', now: 0, plan, unixTimestamp: NOW })[0]).toBe(planned);
    });
});

describe('poison', () => {
    const [together] = planRoundOf(createExecution(), [{ channels: [A, B, C] }]);
    const sent = run(together, ...sendEvents(0, [A, B, C]))[0];
    const groupsOf = ({ tasks }: ExecutionState) => tasks.map(({ group }) => group);

    it('in a channel that the failure names isolates that one', () => {
        const [next] = run(sent, ...resolveEvents(0, refused(failsAt(1))));
        expect(groupsOf(next)).toEqual(['', `alone ${B}`, '']);
        expect(next.tasks.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
        expect(next.tasks.every(isPending)).toBe(true);
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
        expect(run(alone, { kind: 'finished' })[0].tasks[0]!.phase).toMatchObject({ status: 'failed' });
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
        expect(next.tasks.map(({ trust }) => trust)).toEqual(['doubted', 'believed', 'believed']);
    });

    it('in the fee payer stops everything, and costs no channel an attempt', () => {
        const [next] = run(sent, ...resolveEvents(0, refused(failsWhole('InsufficientFundsForFee'))));
        expect(next.stopped).toMatchObject({ error: ERROR, reason: 'feePayer' });
        expect(next.tasks.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
        const onChain = run(sent, ...resolveEvents(0, failed(failsWhole('InsufficientFundsForFee'))))[0];
        expect(isPaymentChannelsError(onChain.stopped!.error, 'TRANSACTION_FAILED')).toBe(true);
    });

    it('that passes costs each channel an attempt', () => {
        const [next] = run(sent, ...resolveEvents(0, refused(failsWhole('AccountInUse'))));
        expect(next.tasks.map(({ attempts, group }) => [attempts, group])).toEqual([
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
        expect(failedToSign(createExecution()).tasks.map(({ attempts }) => attempts)).toEqual([1, 1, 0]);
        const open = { payee: C, settlement: { payoutWatermark: 0n, settled: 0n } };
        const plans = { [B]: { state: { channel: open, kind: 'open' } as never } };
        const [two] = planRoundOf(createExecution(), [{ channels: [A, B] }], plans);
        const [next] = run(two, { kind: 'started', step: 0 }, of(0, { error: ERROR, kind: 'notSigned' }));
        expect(next.tasks.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
        expect(next.tasks[0]!.group).not.toBe(next.tasks[1]!.group);
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
    ] as const)('keep what is signed from being recorded once %s', (_, events, expirations) => {
        const [first, signed] = sendEvents(0) as [ExecutionEvent, ExecutionEvent];
        const [next, effects] = run(
            after(first, signed, ...(events as readonly ExecutionEvent[])),
            of(0, { expirations, kind: 'renewed' }, { mayWait: true }),
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
                of(step, { expirations: 1, kind: 'renewed' }, { now }),
            )[0];
        };
        const often = [0, 1, 2].reduce(overtake, createExecution());
        expect(getTask(often, A)).toMatchObject({ expirations: { count: 3, since: 0 }, phase: { kind: 'pending' } });
        const { error, status } = getChannelResult(getTask(overtake(often, LIMITS.patienceMs + 1), A)!);
        expect([status, isPaymentChannelsError(error, 'BATCH_ATTEMPTS_EXHAUSTED')]).toEqual(['failed', true]);
        const [again] = planRoundOf(often, [{ channels: [A] }]);
        expect(getTask(run(again, ...sendEvents(again.round.firstId))[0], A)!.expirations).toBeUndefined();
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
        expect(next.transactions).toMatchObject([{ isResumed: true, outcome }]);
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
        expect(next.tasks.map(({ channel }) => channel)).toEqual([A, B, C]);
        expect(next.transactions[0]!.channels).toEqual(sent.channels.map(({ channel }) => channel));
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
    ] as const)('where %s', (_, state, now, expirations, move) => {
        expect(getNextMove(state, now, expirations)).toEqual(move);
    });

    it('where a channel with a deadline is without a step: everything that waits is planned again', () => {
        const shapes = [{ channels: [A], deadlineAt: NOW + 5n }, { channels: [B] }];
        const [state] = planRoundOf(createExecution(2), shapes);
        const [urgent] = run(state, { kind: 'started', step: 0 }, of(0, { error: ERROR, kind: 'notSigned' }));
        expect(getNextMove(urgent, 0, 0)).toEqual({ kind: 'drop' });
        const [dropped] = run(urgent, { kind: 'roundDropped' });
        expect(dropped.tasks.every(isPending)).toBe(true);
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
        expect(next.tasks.map(task => getChannelResult(task).status)).toEqual([
            'notStarted',
            'notStarted',
            'notStarted',
        ]);
        expect(describeEffects(effects)).toEqual(['report finished']);
        expect(effects[0]).toMatchObject({ progress: { counts: { channels: 3, notDone: 3, waiting: 0 } } });
    });
});
