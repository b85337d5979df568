import {
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE,
    SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE,
    SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND,
    SolanaError,
    type Address,
    type Base64EncodedWireTransaction,
} from '@solana/kit';
import { beforeEach, describe, expect, it } from 'vitest';

import { getSettleInstructions } from '../../src';
import { countBy, ExecutionLab, REVISIONS } from './fixtures/execution';
import { lagging, toRefusal } from './fixtures/node-errors';

// What a flaky provider, nodes that lag and nodes that contradict each other could make of an execution.

describe.each(REVISIONS)('an execution by an RPC that is not to be trusted, $name', ({ deployment }) => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create(deployment);
    });

    describe('an RPC', () => {
        it.each([
            ['getMultipleAccounts', 'notStarted'],
            ['getLatestBlockhash', 'notStarted'],
            ['getSignatureStatuses', 'unknown'],
            ['getEpochInfo', 'unknown'],
        ])('that refuses %s for ever is given up', async (refused, status) => {
            const { requests } = await lab.prepare(3);
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
                if (method === refused) throw lagging();
                return method === 'sendTransaction' ? 'dropped' : await send();
            });
            expect(result.stopped).toMatchObject({ error: { code: 'RPC_UNAVAILABLE' }, reason: 'rpc' });
            expect(countBy(result)).toEqual({ [status]: 3 });
        });

        it('that refuses every transaction for its blockhash is not asked without pause', async () => {
            const { requests } = await lab.prepare(3);
            let sends = 0;
            const result = await lab.execute(requests, { maxAttempts: 2, mode: 'settle' }, async (method, _, send) => {
                if (method !== 'sendTransaction') return await send();
                sends++;
                throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND);
            });
            expect(countBy(result)).toEqual({ failed: 3 });
            expect(lab.timers.now()).toBeGreaterThan(100_000);
            expect(sends).toBeLessThan(lab.timers.now() / 1_000);
        });

        it.each([
            ['nothing', undefined],
            ['a blockhash that is none', { blockhash: 'abc', lastValidBlockHeight: 1n }],
            ['a height that is none', { blockhash: '11111111111111111111111111111111', lastValidBlockHeight: -1n }],
        ])('that answers %s for a blockhash is not believed, and no channel is blamed', async (_, value) => {
            const { requests } = await lab.prepare(3);
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, __, send) =>
                method === 'getLatestBlockhash' ? { context: { slot: 1n }, value } : await send(),
            );
            expect(result.stopped).toMatchObject({
                error: { cause: { code: 'RPC_RESPONSE_INVALID' }, code: 'RPC_UNAVAILABLE' },
                reason: 'rpc',
            });
            expect(countBy(result)).toEqual({ notStarted: 3 });
        });

        it('that has the same blockhash for ever is given up', async () => {
            const { requests } = await lab.prepare(3);
            let blockhash: unknown;
            const result = await lab.execute(
                requests,
                { maxAttempts: 50, mode: 'settle', patienceMs: 5_000 },
                async (method, _, send) => {
                    if (method === 'getLatestBlockhash') return (blockhash ??= await send());
                    if (method !== 'sendTransaction') return await send();
                    throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE);
                },
            );
            expect(result.stopped).toMatchObject({
                error: { code: 'RPC_UNAVAILABLE', context: { method: 'getLatestBlockhash' } },
                reason: 'rpc',
            });
        });

        it('that has no history of transactions is asked for the latest ones, and the channels for the rest', async () => {
            const { requests } = await lab.prepare(12);
            await lab.leaveUnresolved(requests, 'settle');
            await lab.timers.sleep(600_000);
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, [, config], send) => {
                if (method !== 'getSignatureStatuses') return await send();
                if ((config as { searchTransactionHistory: boolean }).searchTransactionHistory) {
                    throw new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE);
                }
                return await send();
            });
            expect(result.stopped).toBeUndefined();
            expect(countBy(result)).toEqual({ done: 12 });
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('that dies before the channels could be asked: what was sent is unknown, and in the report', async () => {
            const { requests } = await lab.prepare(3);
            let isExpired = false;
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
                if (method === 'sendTransaction') return 'dropped';
                if (lab.timers.now() > 20_000 && method === 'getMultipleAccounts') isExpired = true;
                if (isExpired) throw new Error('gone');
                return await send();
            });
            expect(isExpired).toBe(true);
            expect(countBy(result)).toEqual({ unknown: 3 });
            expect(result.transactions.map(({ outcome }) => outcome)).toContain('unknown');
            expect(await lab.journal.getUnresolved([requests[0]!.channel])).toHaveLength(1);
        });

        it('that answers a refusal late has been given the transaction by nobody else meanwhile', async () => {
            const { requests } = await lab.prepare(12);
            let isFirst = true;
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
                if (method !== 'sendTransaction' || !isFirst) return await send();
                isFirst = false;
                // A node that is far behind, and slow: longer than it takes until what nobody has seen is sent again.
                for (let second = 0; second < 12; second++) await lab.timers.sleep(1_000);
                throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE);
            });
            const refused = result.transactions.filter(({ outcome }) => outcome === 'refused');
            expect(refused).toHaveLength(1);
            expect(lab.accepted.has(refused[0]!.signature)).toBe(false);
            expect(countBy(result)).toEqual({ done: 12 });
        });

        it('that refuses what is on chain already, by whoever sent it, is not believed', async () => {
            const { requests } = await lab.prepare(3);
            const { rpc } = lab;
            let isFirst = true;
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, [wire], send) => {
                if (method !== 'sendTransaction' || !isFirst) return await send();
                isFirst = false;
                // As another executor does that has taken the leases over.
                await rpc.sendTransaction(wire as Base64EncodedWireTransaction, { encoding: 'base64' }).send();
                for (let second = 0; second < 3; second++) await lab.timers.sleep(1_000);
                throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE);
            });
            expect(countBy(result)).toEqual({ done: 3 });
            expect(result.rounds).toBe(1);
            lab.checkTransactions(result);
        });

        it('that does not know a method is not asked again', async () => {
            const { requests } = await lab.prepare(3);
            let asked = 0;
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
                if (method !== 'getLatestBlockhash') return await send();
                asked++;
                throw new SolanaError(SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND, { __serverMessage: 'no such method' });
            });
            expect(asked).toBe(1);
            expect(result.stopped).toMatchObject({ error: { code: 'RPC_UNAVAILABLE' }, reason: 'rpc' });
            expect(countBy(result)).toEqual({ notStarted: 3 });
        });

        it('is asked for a blockhash again before the last one is old', async () => {
            const { requests } = await lab.prepare(60);
            const askedAt: number[] = [];
            await lab.execute(
                requests,
                { concurrency: 1, mode: 'settle', pollIntervalMs: 3_000 },
                (method, _, send) => {
                    if (method === 'getLatestBlockhash') askedAt.push(lab.timers.now());
                    return send();
                },
            );
            expect(lab.timers.now()).toBeGreaterThan(30_000);
            for (const [index, at] of askedAt.entries()) expect(at - (askedAt[index - 1] ?? 0)).toBeLessThan(20_000);
            expect(askedAt.at(-1)).toBeGreaterThan(lab.timers.now() - 20_000);
        });

        it('that shows something else at the address of a channel stops that channel only', async () => {
            const { requests } = await lab.prepare(3);
            let first: unknown;
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, [addresses], send) => {
                const isLate = lab.timers.now() > 20_000;
                first ??= method === 'sendTransaction' ? addresses : undefined;
                if (method === 'sendTransaction' && addresses === first) return 'dropped';
                const answer = await send();
                if (method !== 'getMultipleAccounts' || !isLate) return answer;
                const { context, value } = answer as { context: unknown; value: object[] };
                const forged = { owner: '11111111111111111111111111111111' };
                return {
                    context,
                    value: value.map((account, index) =>
                        (addresses as Address[])[index] === requests[0]!.channel ? { ...account, ...forged } : account,
                    ),
                };
            });
            expect(result.stopped).toBeUndefined();
            expect(result.transactions.map(({ outcome }) => outcome)).toEqual(['expired', 'landed']);
            expect(countBy(result)).toEqual({ done: 2, unreadable: 1 });
        });

        it('that has seen a transaction in a fork has seen nothing', async () => {
            const { requests } = await lab.prepare(3);
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, [signatures], send) => {
                const isInFork = lab.timers.now() < 5_000;
                if (method === 'sendTransaction' && isInFork) return 'taken';
                if (method !== 'getSignatureStatuses' || !isInFork) return await send();
                const { slot } = lab.simulator.getClock();
                const status = { confirmationStatus: 'processed', confirmations: 0n, err: null, slot };
                return { context: { slot }, value: (signatures as unknown[]).map(() => status) };
            });
            expect(countBy(result)).toEqual({ done: 3 });
            for (const { channel } of requests) expect(lab.getSettled({ address: channel })).toBeGreaterThan(400_000n);
            lab.checkTransactions(result);
        });

        it('that has forgotten what failed is asked for its history: the fee was paid', async () => {
            const { requests } = await lab.prepare(3);
            const { rpc } = lab;
            let isFirst = true;
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, [wire, config], send) => {
                if (method === 'getLatestBlockhash') return await rpc.getLatestBlockhash().send();
                if (method === 'getSignatureStatuses') {
                    if ((config as { searchTransactionHistory: boolean }).searchTransactionHistory) return await send();
                    return { context: { slot: 1n }, value: (wire as unknown[]).map(() => null) };
                }
                if (method !== 'sendTransaction') return await send();
                if (isFirst) {
                    isFirst = false;
                    await lab.simulator.send(getSettleInstructions({ voucher: requests[1]!.voucher! }, deployment));
                }
                const transaction = wire as Base64EncodedWireTransaction;
                return await rpc.sendTransaction(transaction, { encoding: 'base64', skipPreflight: true }).send();
            });
            expect(countBy(result)).toEqual({ done: 2, skipped: 1 });
            expect(result.transactions.map(({ outcome }) => outcome)).toContain('failed');
            lab.checkTransactions(result);
        });

        it('has to have seen what a transaction depends on before it judges it', async () => {
            const { requests } = await lab.prepare(24);
            const slots: unknown[] = [];
            const result = await lab.execute(
                requests,
                { mode: 'settleAndFinalizeAndDistribute', version: 'legacy' },
                async (method, [, config], send) => {
                    if (method === 'sendTransaction')
                        slots.push((config as { minContextSlot?: bigint }).minContextSlot);
                    return await send();
                },
            );
            expect(countBy(result)).toEqual({ done: 24 });
            expect(slots[0]).toBeUndefined();
            expect(slots.at(-1)).toBeGreaterThan(0n);
        });

        it('reads nothing from before what has landed', async () => {
            const { requests } = await lab.prepare(40);
            const slots: (bigint | undefined)[] = [];
            await lab.execute(
                requests,
                { concurrency: 1, mode: 'settle', roundMs: 1_500 },
                async (method, [, config], send) => {
                    if (method === 'getMultipleAccounts') {
                        slots.push((config as { minContextSlot?: bigint }).minContextSlot);
                    }
                    return await send();
                },
            );
            expect(slots[0]).toBeUndefined();
            expect(slots.at(-1)).toBeGreaterThan(0n);
        });
    });
});
