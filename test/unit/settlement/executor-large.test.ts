import { expect, it } from 'vitest';

import { createState, getNextMove } from '../../../src/settlement/executor/execution-state';
import type { ExecutionEvent } from '../../../src/settlement/executor/execution-events';
import { reduce } from '../../../src/settlement/executor/reduce';
import { nameToAddress } from '../../fixtures/batch';
import { LIMITS, NOW, toPlan, toPrepared } from '../../fixtures/execution-state';

// The work of an event does not grow with the number of channels: it once took minutes for as many.

const CHANNELS = 20_000;
const CHANNELS_PER_STEP = 4;

it(`an execution of ${CHANNELS} channels is told what happens within a minute`, { timeout: 60_000 }, () => {
    const channels = Array.from({ length: CHANNELS }, (_, index) => nameToAddress(`channel ${index}`));
    let state = createState(
        channels.map(channel => ({ channel })),
        { ...LIMITS, concurrency: 32 },
    );
    const dispatch = (event: ExecutionEvent) => {
        [state] = reduce(state, event);
    };
    // Planned one by one, since the fixture compares each with all others.
    const plans = Array.from({ length: CHANNELS / CHANNELS_PER_STEP }, (_, id) => {
        const first = id * CHANNELS_PER_STEP;
        const plan = toPlan(state, [{ channels: channels.slice(first, first + CHANNELS_PER_STEP) }]);
        return {
            channels: plan.channels.map(one => ({ ...one, steps: [id] })),
            steps: plan.steps.map(step => ({ ...step, id })),
        };
    });
    const steps = plans.flatMap(plan => plan.steps);
    const plan = { channels: plans.flatMap(one => one.channels), steps };
    dispatch({ kind: 'roundEnded' });
    dispatch({ leaseLapses: 0, kind: 'planned', now: 0, plan, unixTimestamp: NOW });
    const started: number[] = [];
    for (;;) {
        const move = getNextMove(state, 0, 0);
        if (move.kind === 'start') {
            dispatch({ kind: 'started', step: move.step });
            started.push(move.step);
            continue;
        }
        const flight = started.shift();
        if (flight === undefined) break;
        const common = { flight, mayWait: false, now: 0 };
        dispatch({ ...common, kind: 'signed', prepared: toPrepared(steps[flight]!) });
        dispatch({ ...common, leaseLapses: 0, kind: 'renewed' });
        dispatch({ ...common, kind: 'recorded' });
        dispatch({ ...common, kind: 'resolved', resolution: { kind: 'landed' } });
        dispatch({ ...common, kind: 'concluded' });
    }
    expect(state.counts).toMatchObject({ done: CHANNELS, notDone: 0, underWay: 0, waiting: 0 });
    expect(state.transactions.length).toBe(steps.length);
});
