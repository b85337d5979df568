import { type Address, type Base64EncodedWireTransaction } from '@solana/kit';
import { beforeEach, describe, expect, it } from 'vitest';

import { getSettleInstructions, signVoucher } from '../../src';
import { type BatchJournal, type BatchRequest, type SentTransaction } from '../../src/settlement';
import { countBy, ExecutionLab, REVISIONS } from './fixtures/execution';

// What two servers, an operator who stops one, and a journal that fails could make of an execution.

describe.each(REVISIONS)('executions that are several, stopped or resumed, $name', ({ deployment }) => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create(deployment);
    });

    describe('two executors', () => {
        it('of one name keep off each other too', async () => {
            const { requests } = await lab.prepare(24);
            const results = await Promise.all(
                [0, 1].map(() => lab.execute(requests, { mode: 'settle', owner: 'the merchant' })),
            );
            expect(results.map(countBy)).toEqual([{ done: 24 }, { leased: 24 }]);
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('one was paused for longer than its leases, and the other left something under way', async () => {
            const { requests } = await lab.prepare(3);
            let other: Promise<void> | undefined;
            const journal: BatchJournal = {
                ...lab.journal,
                acquire: async (owner, channels, durationMs) => {
                    if (other === undefined) return await lab.journal.acquire(owner, channels, durationMs);
                    await other;
                    return await lab.journal.acquire(owner, channels, durationMs);
                },
            };
            const result = await lab.execute(
                requests,
                { journal, leaseMs: 5_000, mode: 'settle', roundMs: 600_000 },
                async (method, _, send) => {
                    if (method === 'getLatestBlockhash' && other === undefined) {
                        await lab.timers.sleep(6_000);
                        other = lab.leaveUnresolved(requests, 'settle');
                        await other;
                    }
                    return await send();
                },
            );
            expect(countBy(result)).toEqual({ done: 3 });
            expect(result.transactions).toMatchObject([{ isResumed: true, outcome: 'landed' }]);
            expect(lab.accepted.size).toBe(1);
            lab.checkTransactions(result);
        });

        /** Whoever sends first loses the leases of that transaction's channels, and nodes drop it for so long. */
        const loseLeases = async (droppedForMs: number) => {
            const { requests } = await lab.prepare(24);
            let slow: readonly Address[] | undefined;
            let first: unknown;
            const journal: BatchJournal = {
                ...lab.journal,
                acquire: async (...input) =>
                    (await lab.journal.acquire(...input)).filter(channel => !slow?.includes(channel)),
            };
            const result = await lab.execute(
                requests,
                {
                    concurrency: 2,
                    journal,
                    leaseMs: 3_000,
                    mode: 'settle',
                    onProgress: step => {
                        if (step.kind === 'sent') slow ??= step.channels;
                    },
                },
                async (method, [wire], send) => {
                    if (method !== 'sendTransaction') return await send();
                    first ??= wire;
                    return wire === first && lab.timers.now() < droppedForMs ? 'dropped' : await send();
                },
            );
            lab.checkTransactions(result);
            return { counts: countBy(result), slow: slow!.length };
        };

        it('what is under way when its lease goes still counts', async () => {
            expect((await loseLeases(10_000)).counts).toEqual({ done: 24 });
        });

        it('what has no lease any more is not signed anew', async () => {
            const { counts, slow } = await loseLeases(Infinity);
            expect(counts).toEqual({ done: 24 - slow, leased: slow });
        });
    });

    describe('what an earlier execution has left', () => {
        it('and no node has is sent again as it is, rather than signed anew', async () => {
            const { requests } = await lab.prepare(3);
            let isGone = false;
            await lab.execute(requests, { mode: 'settle', patienceMs: 1_000 }, async (method, _, send) => {
                if (method === 'sendTransaction') isGone = true;
                if (isGone) throw new Error('gone');
                return await send();
            });
            const result = await lab.execute(requests, { mode: 'settle' });
            expect(countBy(result)).toEqual({ done: 3 });
            expect(result.transactions).toMatchObject([{ isResumed: true, outcome: 'landed' }]);
            lab.checkTransactions(result);
        });

        it('does not make a higher voucher done that can not be settled', async () => {
            const { channels, requests } = await lab.prepare(2);
            await lab.leaveUnresolved(requests, 'settle');
            const { session } = lab.market.payers[0]!;
            const over = await signVoucher(
                { channelId: channels[0]!.address, cumulativeAmount: channels[0]!.deposit + 1n },
                session,
                deployment,
            );
            const result = await lab.execute([{ ...requests[0]!, voucher: over }, requests[1]!], { mode: 'settle' });
            expect(result.channels.map(({ status }) => status)).toEqual(['skipped', 'done']);
            expect(result.channels[0]).toMatchObject({
                actions: ['settle'],
                skipped: [{ part: 'voucher', voucher: { voucher: over.voucher } }],
                settledAmount: channels[0]!.voucherAmount,
            });
        });

        it('and ended the channel leaves a higher voucher out, and says so', async () => {
            const { channels, requests } = await lab.prepare(2);
            await lab.leaveUnresolved(requests, 'settleAndFinalize');
            const higher = await signVoucher(
                { channelId: channels[0]!.address, cumulativeAmount: channels[0]!.voucherAmount + 1n },
                lab.market.payers[0]!.session,
                deployment,
            );
            const result = await lab.execute([{ ...requests[0]!, voucher: higher }, requests[1]!], {
                mode: 'settleAndFinalize',
            });
            expect(result.channels.map(({ status }) => status)).toEqual(['skipped', 'done']);
            expect(result.channels[0]!.skipped).toMatchObject([{ voucher: { voucher: higher.voucher } }]);
        });

        it('does not make a channel done that is yet to be finalized', async () => {
            const { channels, requests } = await lab.prepare(3);
            await lab.leaveUnresolved(requests, 'settle');
            const result = await lab.execute(
                requests.map(({ payee: _, ...request }: BatchRequest) => request),
                { mode: 'settleAndFinalize' },
            );
            // The fee payer is the payee of the first.
            expect(countBy(result)).toEqual({ done: 1, skipped: 2 });
            for (const [index, { status }] of result.channels.entries()) {
                const isFinal = lab.simulator.getChannel(channels[index]!.address).kind === 'finalized';
                expect(status).toBe(isFinal ? 'done' : 'skipped');
            }
        });

        it('and failed on chain is paid for once, and its channels are settled', async () => {
            const { requests } = await lab.prepare(12);
            const { rpc } = lab;
            let isGone = false;
            const first = await lab.execute(
                requests,
                { concurrency: 1, mode: 'settle', patienceMs: 1_000 },
                async (method, [wire], send) => {
                    if (isGone) throw new Error('gone');
                    if (method === 'getLatestBlockhash') return await rpc.getLatestBlockhash().send();
                    if (method !== 'sendTransaction') return await send();
                    isGone = true;
                    const [sent] = await lab.journal.getUnresolved(requests.map(({ channel }) => channel));
                    const victim = requests.find(({ channel }) => channel === sent!.channels[1]!.channel)!;
                    await lab.simulator.send(getSettleInstructions({ voucher: victim.voucher! }, deployment));
                    const transaction = wire as Base64EncodedWireTransaction;
                    return await rpc.sendTransaction(transaction, { encoding: 'base64', skipPreflight: true }).send();
                },
            );
            expect(countBy(first)['unknown']).toBeGreaterThan(1);
            const second = await lab.execute(requests, { mode: 'settle' });
            expect(countBy(second)).toEqual({ done: 11, skipped: 1 });
            const [failed, ...others] = second.transactions.filter(({ outcome }) => outcome === 'failed');
            expect(others).toEqual([]);
            expect(failed).toMatchObject({ isResumed: true });
            expect(failed!.feeLamports).toBeGreaterThan(0n);
            lab.checkTransactions(second);
            expect(await lab.journal.getUnresolved(requests.map(({ channel }) => channel))).toEqual([]);
        });
    });

    describe('an abort', () => {
        it('before the beginning: nothing is asked, leased or sent', async () => {
            const { requests } = await lab.prepare(3);
            await lab.leaveUnresolved(requests, 'settle');
            let calls = 0;
            const result = await lab.execute(
                requests,
                { abortSignal: AbortSignal.abort('no'), mode: 'settle' },
                (_, __, send) => {
                    calls++;
                    return send();
                },
            );
            expect(calls).toBe(0);
            expect(result.stopped).toMatchObject({ error: 'no', reason: 'aborted' });
            expect(countBy(result)).toEqual({ notStarted: 3 });
            const channels = requests.map(({ channel }) => channel);
            expect(await lab.journal.acquire('next', channels, 1)).toEqual(channels);
        });

        it.each(['getMultipleAccounts', 'getLatestBlockhash'] as const)('during %s: nothing is sent', async at => {
            const { requests } = await lab.prepare(12);
            const controller = new AbortController();
            const result = await lab.execute(
                requests,
                { abortSignal: controller.signal, mode: 'settle' },
                async (method, _, send) => {
                    if (method === at) controller.abort();
                    if (controller.signal.aborted) throw new Error('gone');
                    return await send();
                },
            );
            expect(result.stopped?.reason).toBe('aborted');
            expect(countBy(result)).toEqual({ notStarted: 12 });
            expect(lab.accepted.size).toBe(0);
            expect(lab.timers.now()).toBeLessThan(10_000);
        });

        it('while a signer signs: nothing is recorded or sent', async () => {
            const { requests } = await lab.prepare(12);
            const controller = new AbortController();
            const feePayer = lab.market.merchants[0]!.signer;
            const signer = {
                address: feePayer.address,
                signTransactions: async (...[transactions]: Parameters<typeof feePayer.signTransactions>) => {
                    controller.abort();
                    return await feePayer.signTransactions(transactions);
                },
            };
            const recorded: SentTransaction[] = [];
            const journal: BatchJournal = {
                ...lab.journal,
                recordSent: async (owner, transaction) => {
                    recorded.push(transaction);
                    await lab.journal.recordSent(owner, transaction);
                },
            };
            const result = await lab.execute(
                requests.map(({ payee: _, ...request }: BatchRequest) => request),
                { abortSignal: controller.signal, feePayer: signer, journal, mode: 'settle' },
            );
            expect(countBy(result)).toEqual({ notStarted: 12 });
            expect(recorded).toEqual([]);
            expect(lab.accepted.size).toBe(0);
        });

        it('while it is recorded: what is recorded is followed to its end', async () => {
            const { requests } = await lab.prepare(12);
            const controller = new AbortController();
            const journal: BatchJournal = {
                ...lab.journal,
                recordSent: async (owner, transaction) => {
                    controller.abort();
                    await lab.journal.recordSent(owner, transaction);
                },
            };
            const result = await lab.execute(requests, {
                abortSignal: controller.signal,
                concurrency: 1,
                journal,
                mode: 'settle',
            });
            expect(result.transactions).toHaveLength(1);
            lab.checkTransactions(result);
            expect(await lab.journal.getUnresolved(requests.map(({ channel }) => channel))).toEqual([]);
        });
    });

    describe('the journal', () => {
        it('takes so long that the blockhash is old: it is signed again, and nothing is paid twice', async () => {
            const { requests } = await lab.prepare(6);
            let isFirst = true;
            const journal: BatchJournal = {
                ...lab.journal,
                recordSent: async (owner, transaction) => {
                    if (isFirst) {
                        isFirst = false;
                        await lab.timers.sleep(120_000);
                    }
                    await lab.journal.recordSent(owner, transaction);
                },
            };
            const result = await lab.execute(requests, { journal, mode: 'settle' });
            expect(countBy(result)).toEqual({ done: 6 });
            lab.checkTransactions(result);
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('that can not take outcomes stops the execution, which knows what has landed all the same', async () => {
            const { requests } = await lab.prepare(24);
            const journal = { ...lab.journal, recordOutcome: () => Promise.reject(new Error('disk full')) };
            const result = await lab.execute(requests, { concurrency: 2, journal, mode: 'settle' });
            expect(result.stopped).toMatchObject({ error: { message: 'disk full' }, reason: 'journal' });
            lab.checkTransactions(result);
            const again = await lab.execute(requests, { mode: 'settle' });
            expect(countBy(again)).toEqual({ done: 24 });
            lab.checkTransactions(again);
            const all = new Set([...result.transactions, ...again.transactions].map(({ signature }) => signature));
            expect(all).toEqual(lab.accepted);
        });

        it('that fails while leases are prolonged stops the execution, and not the RPC is blamed', async () => {
            const { requests } = await lab.prepare(40);
            let acquires = 0;
            const journal: BatchJournal = {
                ...lab.journal,
                acquire: (...input) =>
                    acquires++ === 0 ? lab.journal.acquire(...input) : Promise.reject(new Error('disk full')),
            };
            const result = await lab.execute(requests, { concurrency: 1, journal, leaseMs: 3_000, mode: 'settle' });
            expect(result.stopped).toMatchObject({ error: { message: 'disk full' }, reason: 'journal' });
            lab.checkTransactions(result);
        });

        it('that fails at the end is no reason to lose the report', async () => {
            const { requests } = await lab.prepare(3);
            const journal = { ...lab.journal, release: () => Promise.reject(new Error('disk full')) };
            const result = await lab.execute(requests, { journal, mode: 'settle' });
            expect(result.stopped).toMatchObject({ error: { message: 'disk full' }, reason: 'journal' });
            expect(countBy(result)).toEqual({ done: 3 });
        });
    });
});
