import {
    getBase64EncodedWireTransaction,
    getSignatureFromTransaction,
    isSolanaError,
    SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { createFaults, createSimulatorRpc, withFaults, type FaultRule } from '../../src/testing';
import { errorOf } from '../fixtures/refusals';
import { TO, useClusterLab } from './fixtures/cluster';

const lab = useClusterLab();

/** Sends a transfer through the faults of everybody. */
async function send(amount = 100n, connection = lab.rpc) {
    // Built past the faults.
    const transaction = await lab.build([lab.transfer(amount)], lab.simulator.getLatestBlockhash());
    const wire = getBase64EncodedWireTransaction(transaction);
    const signature = getSignatureFromTransaction(transaction);
    return { answer: connection.sendTransaction(wire, { encoding: 'base64' }).send(), signature };
}

const getSlot = () => lab.rpc.getSlot().send();
const statusCodeOf = async (call: () => Promise<unknown>) => {
    const error = await errorOf(call);
    return isSolanaError(error, SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR) ? error.context.statusCode : String(error);
};

describe('a request', () => {
    it('is refused before the node has it', async () => {
        lab.simulator.faults.inject({ fault: 'refuse', method: 'sendTransaction', nth: 2 });
        await (
            await send(1n)
        ).answer;
        const second = await send(10n);
        expect(await statusCodeOf(() => second.answer)).toBe(503);
        await (
            await send(100n)
        ).answer;
        expect(lab.getReceived()).toBe(101n);
        const { slot } = lab.simulator.getClock();
        const [record] = lab.simulator.faults.log;
        expect(lab.simulator.faults.log).toHaveLength(1);
        expect(record).toMatchObject({ fault: 'refuse', method: 'sendTransaction', nth: 2, slot });
        expect(record!.text).toContain(second.signature);
    });

    it('is refused with the status that is asked for', async () => {
        lab.simulator.faults.inject({ fault: 'refuse', status: 429 });
        expect(await statusCodeOf(getSlot)).toBe(429);
        lab.simulator.faults.clear();
        expect(await getSlot()).toBe(lab.simulator.getClock().slot);
    });

    it('is done, and its answer is lost', async () => {
        lab.simulator.faults.inject({ fault: 'loseAnswer', method: 'sendTransaction' });
        const { answer, signature } = await send();
        expect(await errorOf(() => answer)).toBeInstanceOf(TypeError);
        expect(lab.getReceived()).toBe(100n);
        expect(await lab.getStatus(signature)).toMatchObject({ err: null });
    });

    it('is answered when the fault lets go', async () => {
        const held = lab.simulator.faults.inject({ fault: 'holdAnswer', method: 'sendTransaction', times: 1 });
        const { answer, signature } = await send();
        let isAnswered = false;
        const told = answer.then(value => ((isAnswered = true), value));
        await getSlot();
        expect([isAnswered, lab.getReceived()]).toEqual([false, 100n]);
        held.release();
        expect(await told).toBe(signature);
    });

    it('is answered later', async () => {
        lab.simulator.faults.inject({ fault: 'delayAnswer', method: 'getSlot', milliseconds: 5 });
        expect(await getSlot()).toBe(lab.simulator.getClock().slot);
        expect(lab.simulator.faults.log).toHaveLength(1);
    });

    it('finds that somebody was there before', async () => {
        const seen: unknown[] = [];
        lab.simulator.faults.inject({
            fault: 'interfere',
            run: ({ method }) => {
                seen.push(method);
                lab.simulator.setLamports(TO, 5_000_000n);
            },
        });
        await (
            await send()
        ).answer;
        expect([seen, lab.simulator.getLamports(TO)]).toEqual([['sendTransaction'], 5_000_100n]);
    });
});

describe('a transaction', () => {
    it('is taken, and never forwarded', async () => {
        lab.simulator.faults.inject({ fault: 'dropTransaction', times: 1 });
        const { answer, signature } = await send();
        expect(await answer).toBe(signature);
        expect(await lab.getStatus(signature)).toBeNull();
        expect(lab.getReceived()).toBe(0n);
        await (
            await send()
        ).answer;
        expect(lab.getReceived()).toBe(100n);
    });

    it('lands some slots later', async () => {
        lab.simulator.faults.inject({ fault: 'delayTransaction', slots: 3 });
        const { answer, signature } = await send();
        expect(await answer).toBe(signature);
        lab.simulator.advanceClock({ slots: 2 });
        expect(await lab.getStatus(signature)).toBeNull();
        lab.simulator.advanceClock({ slots: 1 });
        expect(await lab.getStatus(signature)).toMatchObject({ err: null, slot: lab.simulator.getClock().slot });
        lab.simulator.advanceClock({ slots: 1 });
        expect(lab.getReceived()).toBe(100n);
    });

    it('is forgotten', async () => {
        const { answer, signature } = await send();
        await answer;
        const forgetting = lab.simulator.faults.inject({ fault: 'forgetStatuses' });
        expect(await lab.getStatus(signature)).toBeNull();
        expect(forgetting.getCount()).toBe(1);
        forgetting.remove();
        expect(await lab.getStatus(signature)).toMatchObject({ confirmationStatus: 'finalized' });
    });

    it('is lied about', async () => {
        const { answer, signature } = await send();
        await answer;
        const lie = { confirmationStatus: 'processed', err: 'AccountInUse' } as const;
        lab.simulator.faults.inject({ fault: 'lieAboutStatuses', lie });
        expect(await lab.getStatus(signature)).toMatchObject({ ...lie, confirmations: 0n });
        // It makes up none.
        expect(await lab.getStatus('1'.repeat(64) as never)).toBeNull();
    });
});

describe('a node that is behind', () => {
    const read = async () => {
        const { context, value } = await lab.rpc.getBalance(TO).send();
        return { slot: context.slot, value };
    };

    it('answers as of the end of an earlier slot', async () => {
        const { slot } = lab.simulator.getClock();
        lab.simulator.faults.inject({ fault: 'lagReads', slots: 2 });
        const { answer, signature } = await send();
        await answer;
        expect(await read()).toEqual({ slot, value: 1_000_100n });
        lab.simulator.advanceClock({ seconds: 9, slots: 1 });
        await (
            await send(5n)
        ).answer;
        expect(await read()).toEqual({ slot, value: 1_000_100n });
        lab.simulator.advanceClock({ slots: 2 });
        expect(await read()).toEqual({ slot: slot + 1n, value: 1_000_105n });
        expect(lab.getReceived()).toBe(105n);
        expect(await lab.getStatus(signature)).toMatchObject({ err: null });
        expect(await getSlot()).toBe(slot + 1n);
    });

    it('has not heard yet of what has landed', async () => {
        lab.simulator.faults.inject({ fault: 'lagReads', slots: 1 });
        lab.simulator.advanceClock({ slots: 1 });
        const { answer, signature } = await send();
        await answer;
        expect(await lab.getStatus(signature)).toBeNull();
        lab.simulator.advanceClock({ slots: 1 });
        expect(await lab.getStatus(signature)).toMatchObject({ err: null });
    });

    it('stands still, while the cluster goes on', async () => {
        const { slot } = lab.simulator.getClock();
        const still = lab.simulator.faults.inject({ fault: 'standStill' });
        const { answer } = await send();
        await answer;
        lab.simulator.advanceClock({ slots: 10 });
        expect(await read()).toEqual({ slot, value: 1_000_000n });
        expect(lab.getReceived()).toBe(100n);
        still.remove();
        expect(await read()).toEqual({ slot: slot + 10n, value: 1_000_100n });
    });

    it('is one of many: other connections see what there is', async () => {
        const faults = createFaults(lab.simulator);
        faults.inject({ fault: 'standStill' });
        const behind = createSimulatorRpc(lab.simulator, { faults });
        const { slot } = lab.simulator.getClock();
        lab.simulator.advanceClock({ slots: 4 });
        expect(await behind.getSlot().send()).toBe(slot);
        expect(await getSlot()).toBe(slot + 4n);
        expect(lab.simulator.faults.log).toEqual([]);
        expect(faults.log).toHaveLength(1);
    });
});

describe('when it goes wrong', () => {
    const count = async (rule: Partial<FaultRule>, requests = 12) => {
        const injected = lab.simulator.faults.inject({ fault: 'refuse', ...rule } as FaultRule);
        const hit: number[] = [];
        for (let index = 1; index <= requests; index++) {
            const before = injected.getCount();
            await errorOf(() => lab.rpc.getBalance(TO).send()).catch(() => undefined);
            if (injected.getCount() > before) hit.push(index);
        }
        injected.remove();
        return hit;
    };

    it('is said by counts', async () => {
        expect(await count({ nth: 3 })).toEqual([3]);
        expect(await count({ skip: 10 })).toEqual([11, 12]);
        expect(await count({ skip: 2, times: 2 })).toEqual([3, 4]);
        expect(await count({ method: 'getSlot' })).toEqual([]);
        expect(await count({ method: ['getSlot', 'getBalance'], times: 1 })).toEqual([1]);
    });

    it('or by chance, which a seed repeats', async () => {
        const first = await count({ probability: 0.5, seed: 'a' }, 40);
        expect(first.length).toBeGreaterThan(8);
        expect(first.length).toBeLessThan(32);
        expect(await count({ probability: 0.5, seed: 'a' }, 40)).toEqual(first);
        expect(await count({ probability: 0.5, seed: 'b' }, 40)).not.toEqual(first);
        expect(await count({ probability: 0 })).toEqual([]);
    });

    it('in the order in which the faults were injected', async () => {
        lab.simulator.faults.inject({ fault: 'refuse', method: 'sendTransaction' });
        lab.simulator.faults.inject({ fault: 'dropTransaction' });
        const { answer } = await send();
        expect(await statusCodeOf(() => answer)).toBe(503);
        expect(lab.simulator.faults.log.map(({ fault }) => fault)).toEqual(['refuse']);
    });
});

it('any RPC of kit can have faults', async () => {
    const faults = createFaults(lab.simulator);
    const rpc = withFaults(lab.rpc, faults);
    faults.inject({ fault: 'dropTransaction', times: 1 });
    faults.inject({ fault: 'forgetStatuses' });
    const dropped = await send(1n, rpc);
    expect(await dropped.answer).toBe(dropped.signature);
    const { answer, signature } = await send(10n, rpc);
    expect(await answer).toBe(signature);
    expect(lab.getReceived()).toBe(10n);
    expect((await rpc.getSignatureStatuses([signature]).send()).value).toEqual([null]);
    expect((await lab.rpc.getSignatureStatuses([signature]).send()).value).toMatchObject([{ err: null }]);
});

describe('a rule is refused', () => {
    it.each<[string, object, string]>([
        ['without a fault', {}, 'rule.fault'],
        ['with a fault that there is not', { fault: 'explode' }, 'rule.fault'],
        ['with a method for what is about one', { fault: 'dropTransaction', method: 'getSlot' }, 'rule.method'],
        ['with a probability above 1', { fault: 'refuse', probability: 1.1 }, 'rule.probability'],
        ['with a request 0', { fault: 'refuse', nth: 0 }, 'rule.nth'],
        ['with a status that is none', { fault: 'refuse', status: 200 }, 'rule.status'],
        ['with slots that are none', { fault: 'lagReads', slots: -1 }, 'rule.slots'],
        ['without slots', { fault: 'lagReads' }, 'rule.slots'],
        ['without a time', { fault: 'delayAnswer' }, 'rule.milliseconds'],
        ['without what interferes', { fault: 'interfere' }, 'rule.run'],
        [
            'with a lie about nothing known',
            { fault: 'lieAboutStatuses', lie: { confirmationStatus: 'maybe' } },
            'rule.lie.confirmationStatus',
        ],
        ['with a misspelt member', { fault: 'refuse', time: 1 }, 'rule.time'],
    ])('%s', async (_, rule, field) => {
        expect(await errorOf(() => lab.simulator.faults.inject(rule as never))).toMatchObject({ context: { field } });
    });
});
