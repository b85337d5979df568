import {
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE,
    SolanaError,
} from '@solana/kit';
import { beforeEach, describe, expect, it } from 'vitest';

import { isPaymentChannelsError } from '../../src';
import { rpc } from '../../src/plugin';
import { executeBatchSettle, fetchBatchItems, fetchLookupTables, type BatchProgress } from '../../src/settlement';
import { countBy, ExecutionLab, REVISIONS } from './fixtures/execution';
import { toRefusal } from './fixtures/node-errors';
import { DEPLOYMENT } from '../fixtures/deployment';

// What an execution says of a transaction that it could not see the end of, and of an RPC that it can't reach.

type Info = Readonly<{ absoluteSlot: bigint; blockHeight: bigint }>;
const MUCH = 22_000_000n;

describe.each(REVISIONS)('an outcome that nobody saw, $name', ({ deployment }) => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create(deployment);
    });

    /** Transactions are taken, and land only after so many looks at them. */
    const land = (after: number) => {
        const held: (() => Promise<unknown>)[] = [];
        let looks = 0;
        return {
            hold: (send: () => Promise<unknown>) => {
                held.push(send);
                return 'taken';
            },
            look: async () => {
                if (++looks >= after) for (const send of held.splice(0)) await send().catch(() => undefined);
            },
        };
    };

    it.each([
        ['a height above its slot', (info: Info) => ({ blockHeight: info.blockHeight + MUCH })],
        [
            'a position that no status is from',
            (info: Info) => ({ absoluteSlot: info.absoluteSlot + MUCH, blockHeight: info.blockHeight + MUCH }),
        ],
        ['a height of before', () => ({ blockHeight: 1n })],
    ])('%s is not believed: nothing is sent a second time', async (_, bend) => {
        const { requests } = await lab.prepare(3);
        const queue = land(30);
        const result = await lab.execute(requests, { mode: 'settle' }, async (method, __, send) => {
            if (method === 'sendTransaction') return queue.hold(send);
            if (method === 'getSignatureStatuses') await queue.look();
            const answer = await send();
            return method === 'getEpochInfo' ? { ...(answer as Info), ...bend(answer as Info) } : answer;
        });
        expect(countBy(result)).toEqual({ done: 3 });
        expect(result.transactions.map(({ outcome }) => outcome)).toEqual(['landed']);
        lab.checkTransactions(result);
    });

    it('of an earlier execution: a height in the journal that is too low has nothing sent a second time', async () => {
        const { requests } = await lab.prepare(3);
        const queue = land(30);
        let isGone = false;
        await lab.execute(requests, { mode: 'settle', patienceMs: 1_000 }, async (method, _, send) => {
            if (isGone) throw new Error('gone');
            const answer = method === 'sendTransaction' ? queue.hold(send) : await send();
            isGone = method === 'sendTransaction';
            if (method !== 'getLatestBlockhash') return answer;
            const { context, value } = answer as { context: object; value: object };
            return { context, value: { ...value, lastValidBlockHeight: 7n } };
        });
        const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
            if (method === 'sendTransaction') return queue.hold(send);
            if (method === 'getSignatureStatuses') await queue.look();
            return await send();
        });
        expect(countBy(result)).toEqual({ done: 3 });
        expect(result.transactions.map(({ isResumed, outcome }) => ({ isResumed, outcome }))).toEqual([
            { isResumed: true, outcome: 'landed' },
        ]);
    });

    it('that nobody knows any more: what a node shows that has not come so far is no evidence', async () => {
        const { requests } = await lab.prepare(3);
        let before: unknown;
        let stale = 0;
        const result = await lab.execute(requests, { mode: 'settle' }, async (method, parameters, send) => {
            const [addresses] = parameters as [unknown[]];
            const isOfChannels = method === 'getMultipleAccounts' && addresses.length === 3;
            // It heeds no minContextSlot, and still has what it had before anything was sent.
            if (isOfChannels && before !== undefined && stale++ < 2) return before;
            const answer = await send();
            if (method === 'getMultipleAccounts' && addresses.length === 4 && before === undefined) {
                const { context, value } = answer as { context: object; value: unknown[] };
                before = { context, value: value.slice(1) };
            }
            if (method !== 'getSignatureStatuses') return answer;
            const { context, value } = answer as { context: object; value: unknown[] };
            return { context, value: value.map(() => null) };
        });
        expect(stale).toBeGreaterThan(2);
        expect(result.transactions.map(({ outcome }) => outcome)).toEqual(['landed']);
        expect(countBy(result)).toEqual({ done: 3 });
    });

    it('that is told to be at a slot that there can not be yet does not keep the rest from being done', async () => {
        const { requests } = await lab.prepare(3);
        let isFirst = true;
        const result = await lab.execute(
            requests,
            // What is distributed in a transaction of its own is sent, and perhaps planned, after the lie.
            { concurrency: 1, mode: 'settleAndFinalizeAndDistribute', roundMs: 1 },
            async (method, _, send) => {
                const answer = await send();
                if (method !== 'getSignatureStatuses' || !isFirst) return answer;
                const { value } = answer as { value: (object | null)[] };
                isFirst = value.includes(null);
                const slot = 2n ** 62n;
                return { context: { slot }, value: value.map(status => status && { ...status, slot }) };
            },
        );
        expect(isFirst).toBe(false);
        expect(result.stopped).toBeUndefined();
        expect(countBy(result)).toEqual({ done: 3 });
        expect(lab.timers.now()).toBeLessThan(100_000);
    });

    it('a refusal at once of what is on chain already is not believed', async () => {
        const { requests } = await lab.prepare(3);
        const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
            const answer = await send();
            if (method === 'sendTransaction') throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE);
            return answer;
        });
        expect(result.transactions.map(({ outcome }) => outcome)).toEqual(['landed']);
        expect(result.rounds).toBe(1);
    });

    it('an RPC without isBlockhashValid is not asked for it', async () => {
        const { requests } = await lab.prepare(3);
        let isFirst = true;
        const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
            if (method === 'isBlockhashValid') {
                throw new SolanaError(SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND, { __serverMessage: 'none' });
            }
            if (method !== 'sendTransaction' || lab.timers.now() > 50_000) return await send();
            isFirst = false;
            return 'dropped';
        });
        expect(isFirst).toBe(false);
        expect(countBy(result)).toEqual({ done: 3 });
    });

    it('is unknown, and says which transaction it is, after a time that has an end', async () => {
        const { requests } = await lab.prepare(3);
        const result = await lab.execute(
            requests,
            { followTimeoutMs: 200_000, mode: 'settle' },
            async (method, _, send) => {
                if (method === 'sendTransaction') return 'dropped';
                if (method === 'isBlockhashValid') return { context: { slot: 1n }, value: true };
                return await send();
            },
        );
        expect(countBy(result)).toEqual({ unknown: 3 });
        const { error, reason } = result.stopped!;
        expect(reason).toBe('rpc');
        if (!isPaymentChannelsError(error, 'TRANSACTION_OUTCOME_UNKNOWN')) throw error;
        expect(error.context.signature).toBe(result.transactions[0]!.signature);
    });
});

describe('an RPC', () => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create();
    });
    const refused = (error: unknown) => new Error('connect ECONNREFUSED', { cause: error });

    it('that can not be reached is reported as retrying while it can not', async () => {
        const { requests } = await lab.prepare(3);
        const steps: BatchProgress[] = [];
        const result = await lab.execute(
            requests,
            { mode: 'settle', onProgress: step => steps.push(step) },
            async (_, __, send) => {
                if (lab.timers.now() < 30_000) throw refused(undefined);
                return await send();
            },
        );
        expect(countBy(result)).toEqual({ done: 3 });
        const retries = steps.flatMap(step => (step.kind === 'retrying' ? [step] : []));
        expect(retries.length).toBeGreaterThan(5);
        expect(retries[0]).toMatchObject({ counts: { waiting: 3 }, failingMs: 0, method: 'getMultipleAccounts' });
        expect(retries.at(-1)!.failingMs).toBeGreaterThan(20_000);
        for (const { error } of retries) expect((error as Error).message).toBe('connect ECONNREFUSED');
        const firstSent = steps.findIndex(({ kind }) => kind === 'sent');
        expect(steps.slice(firstSent).filter(({ kind }) => kind === 'retrying')).toEqual([]);
    });

    it('that goes away is reported as retrying for every question, and given up when the patience is over', async () => {
        const { requests } = await lab.prepare(3);
        const methods = new Set<string>();
        let isGone = false;
        const result = await lab.execute(
            requests,
            {
                mode: 'settle',
                onProgress: step => {
                    if (step.kind === 'retrying') methods.add(step.method);
                },
                patienceMs: 20_000,
            },
            async (method, _, send) => {
                isGone ||= method === 'sendTransaction';
                if (isGone) throw refused(method);
                return await send();
            },
        );
        expect([...methods]).toEqual(['getSignatureStatuses']);
        expect(result.stopped).toMatchObject({ error: { code: 'RPC_UNAVAILABLE' }, reason: 'rpc' });
        expect(lab.timers.now()).toBeLessThan(60_000);
    });

    it.each([
        ['undefined', undefined],
        ['null', null],
        ['the URL of one', 'https://api.mainnet-beta.solana.com'],
        ['an object without its methods', {}],
    ])('that is %s is refused at once', async (_, none) => {
        const { requests } = await lab.prepare(1);
        const options = { feePayer: lab.market.merchants[0]!.signer, journal: lab.journal, mode: 'settle' as const };
        const noRpc = none as never;
        const refusal = expect.objectContaining({ code: 'INPUT_INVALID' }) as Error;
        await expect(executeBatchSettle(noRpc, requests, options, DEPLOYMENT)).rejects.toThrow(refusal);
        await expect(fetchBatchItems(noRpc, requests, DEPLOYMENT)).rejects.toThrow(refusal);
        await expect(fetchLookupTables(noRpc, [])).rejects.toThrow(refusal);
        if (typeof none !== 'object' || none === null) expect(() => rpc(noRpc)).toThrow(refusal);
        expect(await lab.journal.getUnresolved(requests.map(({ channel }) => channel))).toEqual([]);
    });
});
