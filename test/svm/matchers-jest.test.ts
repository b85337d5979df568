// The matchers in jest's own `expect`, which is a package of its own.

import { getFinalizeInstruction } from '../../src';
import {
    createSimulator,
    paymentChannelsMatchers,
    trackBalances,
    type PaymentChannelsMatchers,
    type Simulator,
} from '../../src/testing';
import { expect as expectOfJest } from 'expect';
import { beforeAll, describe, expect, it } from 'vitest';

import { DEPLOYMENT } from '../fixtures/deployment';

declare module 'expect' {
    // What a user writes as well.
    // eslint-disable-next-line @typescript-eslint/consistent-type-definitions, @typescript-eslint/no-empty-object-type
    interface Matchers<R extends Promise<void> | void> extends PaymentChannelsMatchers<R> {}
}

expectOfJest.extend(paymentChannelsMatchers);

let simulator: Simulator;
let made: Awaited<ReturnType<Simulator['createChannel']>>;
beforeAll(async () => {
    simulator = await createSimulator({ deployment: DEPLOYMENT });
    made = await simulator.createChannel({ deposit: 1_000n });
});
const fail = () => simulator.send([getFinalizeInstruction({ channel: made.address }, DEPLOYMENT)]);

describe("the matchers in jest's expect", () => {
    it('pass where what they say holds', async () => {
        const balances = trackBalances(simulator, { escrow: made.escrow });
        const failed = await fail();
        expectOfJest(failed).toFailWithProgramError('invalidChannelStatus');
        expectOfJest(failed).not.toSucceed();
        expectOfJest(await simulator.send([])).toSucceed();
        expectOfJest(failed).toEmitEvents([]);
        expectOfJest(simulator).toHaveChannel(made.address, { deposit: 1_000n, kind: 'open' });
        expectOfJest(simulator).toHaveTokens(made.escrow, 1_000n);
        expectOfJest(simulator).toHaveLamports(made.payer.address, simulator.getLamports(made.payer.address));
        expectOfJest(balances).toHaveChangedBy({ escrow: 0n });
        expectOfJest(balances).toBeConserved();
    });

    it('fail where it does not, and show the instruction, the state and the logs', async () => {
        const failed = await fail();
        expect(() => expectOfJest(failed).toSucceed()).toThrow(/invalidChannelStatus[\s\S]*finalize[\s\S]*Program /);
        expect(() => expectOfJest(failed).toFailWithProgramError('voucherExpired')).toThrow(/invalidChannelStatus/);
        expect(() => expectOfJest(failed).not.toFailWithProgramError('invalidChannelStatus')).toThrow(/finalize/);
        expect(() => expectOfJest(simulator).toHaveChannel(made.address, { kind: 'closing' })).toThrow(/open/);
        expect(() => expectOfJest(simulator).toHaveTokens(made.escrow, 1n)).toThrow(/1,?000/);
    });
});
