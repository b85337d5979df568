import type { Signature } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { getChannelResult } from '../../../src/settlement/executor/channel-result';
import { isFree } from '../../../src/settlement/executor/channel-task';
import type { ExecutionEvent, FlightEvent } from '../../../src/settlement/executor/execution-events';
import { type ExecutionState, getNextMove, getTask } from '../../../src/settlement/executor/execution-state';
import type { FlightId } from '../../../src/settlement/executor/flight';
import { reduce } from '../../../src/settlement/executor/reduce';
import { createExecution, describeEffects, failsAt, planRoundOf, run } from '../../fixtures/execution-state';
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

// Every transition of a transaction and of the step that it is for, event by event, without a chain, a journal or a clock.

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
        renewed: flight => of(flight, { leaseLapses: 0, kind: 'renewed' }),
        'renewed too late': flight => of(flight, { leaseLapses: 1, kind: 'renewed' }),
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
            expect([...next.transactions]).toMatchObject([
                { channels: [A], feeLamports: fee, isResumed: false, outcome },
            ]);
            expect(next.counts.feeLamports).toBe(fee);
        },
    );

    it('that can not be followed is unknown, stays open in the journal, and stops the execution', () => {
        const [next, effects] = run(sent, of(0, { kind: 'resolved', resolution: { error: ERROR, kind: 'lost' } }));
        expect(describeEffects(effects)).not.toContain('recordOutcome');
        expect([...next.transactions]).toMatchObject([{ feeLamports: 0n, outcome: 'unknown' }]);
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
        expect([...failed.round.states]).toEqual(['waiting']);
        expect(phaseOf(failed)).toBe('pending');
    });
});
