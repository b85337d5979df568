import { type Address, type Base64EncodedWireTransaction, type Signature, type SignatureBytes } from '@solana/kit';
import { beforeEach, describe, expect, it } from 'vitest';

import { getSettleInstructions } from '../../src';
import { type BatchJournal, type BatchProgress, type BatchRequest } from '../../src/settlement';
import { encodeAddress } from '../../src/core/address-bytes';
import { createRandom } from '../fixtures/seeded-random';
import { countBy, ExecutionLab, MODES, NEVER, REVISIONS } from './fixtures/execution';
import { STATUSES } from '../fixtures/revision';

describe.each(REVISIONS)('executeBatchSettle, $name', ({ deployment }) => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create(deployment);
    });

    /** Somebody else settles the voucher. */
    const settleElsewhere = ({ voucher }: BatchRequest) => {
        return lab.simulator.send(getSettleInstructions({ voucher: voucher! }, lab.simulator.deployment));
    };

    it.each(MODES)('%s: everything lands, and the report says what it was and what it cost', async mode => {
        const { channels, requests } = await lab.prepare(40);
        const steps: BatchProgress[] = [];
        const result = await lab.execute(requests, { mode, onProgress: step => steps.push(step) });

        expect(result.stopped).toBeUndefined();
        expect(countBy(result)).toEqual({ done: 40 });
        const finalizes = mode.includes('Finalize');
        const action = finalizes ? 'settleAndFinalize' : 'settle';
        const actions = mode.includes('Distribute') ? [action, 'distribute'] : [action];
        for (const [index, channel] of channels.entries()) {
            const state = lab.simulator.getChannel(channel.address);
            expect(state.kind).toBe(
                mode === 'settleAndFinalizeAndDistribute' ? lab.names.closed : finalizes ? 'finalized' : 'open',
            );
            expect(result.channels[index]).toMatchObject({
                actions,
                channel: channel.address,
                skipped: [],
                settledAmount: channel.voucherAmount,
            });
        }
        const executed = result.transactions.map(({ signature }) => lab.simulator.getExecutedTransaction(signature)!);
        expect(result.feeLamports).toBe(executed.reduce((sum, { result: { feeLamports } }) => sum + feeLamports, 0n));
        expect(new Set(result.transactions.map(({ signature }) => signature))).toEqual(lab.accepted);

        expect(steps[0]).toMatchObject({ kind: 'planned', round: 1, transactions: result.transactions.length });
        expect(steps.at(-1)).toMatchObject({
            counts: { channels: 40, done: 40, feeLamports: result.feeLamports, notDone: 0, underWay: 0, waiting: 0 },
            kind: 'finished',
        });
        for (const { counts } of steps) {
            expect(counts.done + counts.notDone + counts.underWay + counts.waiting).toBe(40);
            expect(counts.transactionsUnderWay).toBeLessThanOrEqual(16);
        }
    });

    it('has no more transactions under way than it may', async () => {
        const { requests } = await lab.prepare(40);
        let most = 0;
        const result = await lab.execute(requests, {
            concurrency: 3,
            mode: 'settle',
            onProgress: ({ counts }) => (most = Math.max(most, counts.transactionsUnderWay)),
        });
        expect(countBy(result)).toEqual({ done: 40 });
        expect(most).toBe(3);
    });

    it('drops a channel that somebody else has settled meanwhile, and nobody pays for it', async () => {
        const { requests } = await lab.prepare(12);
        let victim: Address | undefined;
        const result = await lab.execute(
            requests,
            {
                concurrency: 1,
                mode: 'settle',
                onProgress: step => {
                    if (step.kind === 'sent' && victim === undefined) victim = step.channels[1];
                },
            },
            async (method, _, send) => {
                if (method === 'sendTransaction' && lab.getSettled({ address: victim! })! < 400_000n) {
                    await settleElsewhere(requests.find(({ channel }) => channel === victim)!);
                }
                return await send();
            },
        );
        expect(countBy(result)).toEqual({ done: 11, skipped: 1 });
        const index = requests.findIndex(({ channel }) => channel === victim);
        const { skipped, signatures } = result.channels[index]!;
        expect(skipped).toMatchObject([{ index, part: 'voucher', reason: { code: 'NOT_ABOVE_SETTLED' } }]);
        // Every channel of the transaction that was refused is in the report of it.
        const refused = result.transactions.find(({ outcome }) => outcome === 'refused')!;
        expect(refused).toMatchObject({ feeLamports: 0n, failure: { name: 'voucherWatermarkNotMonotonic' } });
        expect(refused.signature).toBe(signatures[0]);
        expect(refused.channels.length).toBeGreaterThan(1);
        expect(lab.getFailedOnChain()).toEqual([]);
    });

    it('tries a channel that fails for no reason that a plan could know by itself, once, and goes on without it', async () => {
        const { requests } = await lab.prepare(20);
        const signature = Uint8Array.from(requests[7]!.voucher!.signature);
        signature[40]! ^= 1;
        const poisoned = requests.map((request, index) =>
            index === 7
                ? {
                      ...request,
                      isSignatureValid: true,
                      voucher: { ...request.voucher!, signature: signature as SignatureBytes },
                  }
                : request,
        );
        const result = await lab.execute(poisoned, { mode: 'settle' });
        expect(countBy(result)).toEqual({ done: 19, failed: 1 });
        expect(result.channels[7]).toMatchObject({ actions: [], status: 'failed' });
        expect(result.channels[7]!.signatures).toHaveLength(2);
        expect(result.channels[7]!.error).toBeInstanceOf(Error);
        expect(lab.getFailedOnChain()).toEqual([]);
    });

    it('verifies vouchers, and skips the bad ones and the channels that it can not read', async () => {
        const { requests } = await lab.prepare(8);
        const { mint: stranger } = lab.market.mints[0]!;
        const bad = requests.map((request, index) => {
            if (index === 1)
                return { ...request, voucher: { ...request.voucher!, signature: requests[2]!.voucher!.signature } };
            return index === 3 ? { channel: stranger } : request;
        });
        const result = await lab.execute(bad, { mode: 'settle' });
        expect(countBy(result)).toEqual({ done: 6, skipped: 1, unreadable: 1 });
        expect(result.channels[1]!.skipped).toMatchObject([{ reason: { code: 'SIGNATURE_INVALID' } }]);
        expect(result.channels[3]).toMatchObject({ channel: stranger, error: { code: 'ACCOUNT_OWNER_MISMATCH' } });
    });

    it('takes the highest voucher of a channel and reports the others', async () => {
        const { channels, requests } = await lab.prepare(3);
        const [first] = requests as [BatchRequest];
        const result = await lab.execute([...requests, first, { channel: first.channel }], { mode: 'settle' });
        expect(countBy(result)).toEqual({ done: 3 });
        expect(result.channels[0]!.skipped).toMatchObject([{ index: 3, reason: { code: 'DUPLICATE' } }]);
        expect(lab.getSettled(channels[0]!)).toBe(channels[0]!.voucherAmount);
    });

    it('skips what a payee would have to sign that is known by address only', async () => {
        const { requests } = await lab.prepare(9);
        const result = await lab.execute(
            requests.map(({ payee: _, ...request }: BatchRequest) => request),
            { mode: 'settleAndFinalize' },
        );
        // The fee payer is the payee of a third of them.
        expect(countBy(result)).toEqual({ done: 3, skipped: 6 });
        for (const { skipped, status } of result.channels) {
            if (status === 'skipped') expect(skipped).toMatchObject([{ reason: { code: 'PAYEE_SIGNATURE_NEEDED' } }]);
        }
        expect(result.transactions.every(({ outcome }) => outcome === 'landed')).toBe(true);
    });

    it('abandons a channel whose signer does not sign, and settles the others', async () => {
        const { channels, requests } = await lab.prepare(9);
        const signer = {
            address: requests[1]!.payee!.address,
            signTransactions: () => Promise.reject(new Error('the device is locked')),
        };
        const result = await lab.execute(
            requests.map(request =>
                request.payee!.address === signer.address ? { ...request, payee: signer } : request,
            ),
            { mode: 'settleAndFinalize' },
        );
        for (const [index, { error, status }] of result.channels.entries()) {
            const isSilent = channels[index]!.merchant.address === signer.address;
            expect(status).toBe(isSilent ? 'failed' : 'done');
            if (isSilent) expect(error).toMatchObject({ code: 'BATCH_ATTEMPTS_EXHAUSTED' });
        }
    });

    describe('sending', () => {
        it('sends again what a node has dropped, the same transaction', async () => {
            const { requests } = await lab.prepare(12);
            const seen = new Set<unknown>();
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, [wire], send) => {
                if (method !== 'sendTransaction' || seen.has(wire)) return await send();
                seen.add(wire);
                return 'dropped';
            });
            expect(countBy(result)).toEqual({ done: 12 });
            expect(result.rounds).toBe(1);
            expect(result.transactions).toHaveLength(seen.size);
        });

        it('signs anew what has expired, and only then', async () => {
            const { channels, requests } = await lab.prepare(12);
            const wires = new Set<unknown>();
            const prices: number[] = [];
            const result = await lab.execute(
                requests,
                {
                    computeUnitPrice: ({ expired }) => {
                        prices.push(expired);
                        return 1_000 * (1 + expired);
                    },
                    mode: 'settle',
                },
                async (method, [wire], send) => {
                    if (method !== 'sendTransaction') return await send();
                    wires.add(wire);
                    // Nothing gets through for longer than a blockhash is good for.
                    return lab.timers.now() > 70_000 ? await send() : 'dropped';
                },
            );
            expect(countBy(result)).toEqual({ done: 12 });
            const expired = result.transactions.filter(({ outcome }) => outcome === 'expired');
            expect(expired.length).toBeGreaterThan(0);
            expect(expired.every(({ feeLamports }) => feeLamports === 0n)).toBe(true);
            expect(result.transactions).toHaveLength(wires.size);
            const landed = result.transactions.filter(({ outcome }) => outcome === 'landed');
            expect(landed.flatMap(transaction => transaction.channels).sort()).toEqual(
                channels.map(({ address }) => address).sort(),
            );
            for (const channel of channels) expect(lab.getSettled(channel)).toBe(channel.voucherAmount);
            expect(prices[0]).toBe(0);
            expect(prices.at(-1)).toBeGreaterThan(0);
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('gives a channel up after as many transactions as it may have', async () => {
            const { requests } = await lab.prepare(3);
            const result = await lab.execute(requests, { maxAttempts: 2, mode: 'settle' }, async (method, _, send) =>
                method === 'sendTransaction' ? 'dropped' : await send(),
            );
            expect(countBy(result)).toEqual({ failed: 3 });
            for (const { error, signatures } of result.channels) {
                expect(error).toMatchObject({ code: 'BATCH_ATTEMPTS_EXHAUSTED', context: { attempts: 2 } });
                expect(signatures).toHaveLength(2);
            }
            expect(await lab.journal.getUnresolved(requests.map(({ channel }) => channel))).toEqual([]);
        });

        it.each([
            ['never answers', () => NEVER],
            ['answers with an error', () => Promise.reject(new Error('503'))],
        ])('takes a transaction that has landed for landed, though the node that took it %s', async (_, fail) => {
            const { requests } = await lab.prepare(12);
            const result = await lab.execute(
                requests,
                { mode: 'settle', requestTimeoutMs: 50 },
                async (method, __, send) => {
                    if (method !== 'sendTransaction') return await send();
                    await send().catch(() => undefined);
                    return await fail();
                },
            );
            expect(countBy(result)).toEqual({ done: 12 });
            expect(result.rounds).toBe(1);
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('asks the channels themselves when no node knows the signature', async () => {
            const { channels, requests } = await lab.prepare(12);
            const result = await lab.execute(requests, { mode: 'settleAndFinalize' }, async (method, _, send) => {
                const answer = await send();
                if (method !== 'getSignatureStatuses') return answer;
                const { context, value } = answer as { context: unknown; value: unknown[] };
                return { context, value: value.map(() => null) };
            });
            expect(countBy(result)).toEqual({ done: 12 });
            expect(result.rounds).toBe(1);
            expect(result.transactions.every(({ outcome }) => outcome === 'landed')).toBe(true);
            for (const channel of channels) expect(lab.getSettled(channel)).toBe(channel.voucherAmount);
        });

        it('does not believe a node that lags behind', async () => {
            const { requests } = await lab.prepare(6);
            let lagging = 0;
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, [signatures], send) => {
                if (method !== 'getSignatureStatuses' || lab.timers.now() > 90_000) return await send();
                // It knows nothing, since it is still where the execution began.
                lagging++;
                return { context: { slot: 350_000_000n }, value: (signatures as unknown[]).map(() => null) };
            });
            expect(lagging).toBeGreaterThan(80);
            expect(countBy(result)).toEqual({ done: 6 });
            expect(result.transactions.every(({ outcome }) => outcome === 'landed')).toBe(true);
        });

        it('pays for a failure on chain once, and says whose fault it was', async () => {
            const { requests } = await lab.prepare(12);
            const { rpc } = lab;
            let victim: Address | undefined;
            const result = await lab.execute(
                requests,
                {
                    concurrency: 1,
                    mode: 'settle',
                    onProgress: step => {
                        if (step.kind === 'sent' && victim === undefined) [victim] = step.channels;
                    },
                },
                async (method, [wire], send) => {
                    if (method === 'getLatestBlockhash') return await rpc.getLatestBlockhash().send();
                    if (method !== 'sendTransaction') return await send();
                    if (lab.getSettled({ address: victim! })! < 400_000n) {
                        await settleElsewhere(requests.find(({ channel }) => channel === victim)!);
                    }
                    // A node that does not simulate.
                    const transaction = wire as Base64EncodedWireTransaction;
                    return await rpc.sendTransaction(transaction, { encoding: 'base64', skipPreflight: true }).send();
                },
            );
            expect(countBy(result)).toEqual({ done: 11, skipped: 1 });
            expect(result.channels.find(({ status }) => status === 'skipped')!.channel).toBe(victim);
            const [failed, ...others] = result.transactions.filter(({ outcome }) => outcome === 'failed');
            expect(others).toEqual([]);
            expect(failed!.feeLamports).toBeGreaterThan(0n);
            expect(failed!.channels).toContain(victim);
            expect(failed!.channels.length).toBeGreaterThan(1);
            expect(failed!.failure).toMatchObject({ name: 'voucherWatermarkNotMonotonic' });
        });
    });

    describe('an RPC that fails', () => {
        it('now and then is asked again', async () => {
            const { requests } = await lab.prepare(20);
            const random = createRandom('now and then');
            const result = await lab.execute(requests, { mode: 'settleAndDistribute' }, async (_, __, send) => {
                if (random() < 0.3) throw new Error('429');
                const answer = await send();
                if (random() < 0.3) throw new Error('the connection was closed');
                return answer;
            });
            expect(countBy(result)).toEqual({ done: 20 });
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('for good ends the execution, and the next one goes on without a second fee', async () => {
            const { channels, requests } = await lab.prepare(40);
            let sends = 0;
            const first = await lab.execute(requests, { concurrency: 2, mode: 'settle' }, async (method, _, send) => {
                if (method === 'sendTransaction') sends++;
                if (sends <= 4) return await send();
                if (method === 'sendTransaction') await send();
                throw new Error('gone');
            });
            expect(first.stopped).toMatchObject({ error: { code: 'RPC_UNAVAILABLE' }, reason: 'rpc' });
            const counts = countBy(first);
            expect(counts['unknown']).toBeGreaterThan(0);
            expect(counts['notStarted']).toBeGreaterThan(0);
            const unresolved = await lab.journal.getUnresolved(requests.map(({ channel }) => channel));
            expect(unresolved.length).toBe(first.transactions.filter(({ outcome }) => outcome === 'unknown').length);

            const sent = lab.accepted.size;
            const second = await lab.execute(requests, { mode: 'settle' });
            expect(second.stopped).toBeUndefined();
            for (const [index, { status }] of second.channels.entries()) {
                expect(status).toBe(first.channels[index]!.status === 'done' ? 'skipped' : 'done');
            }
            expect(second.transactions.filter(({ isResumed }) => isResumed)).toHaveLength(unresolved.length);
            for (const channel of channels) expect(lab.getSettled(channel)).toBe(channel.voucherAmount);
            expect(lab.accepted.size).toBe(sent + second.transactions.filter(({ isResumed }) => !isResumed).length);
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('answers what it never may: the execution ends with that', async () => {
            const { requests } = await lab.prepare(3);
            const result = await lab.execute(
                requests,
                { mode: 'settle', patienceMs: 10_000 },
                async (method, _, send) =>
                    method === 'getMultipleAccounts' ? { context: { slot: 1n }, value: 'nothing' } : await send(),
            );
            expect(result.stopped).toMatchObject({
                error: { cause: { code: 'RPC_RESPONSE_INVALID' }, code: 'RPC_UNAVAILABLE' },
                reason: 'rpc',
            });
            expect(countBy(result)).toEqual({ notStarted: 3 });
        });
    });

    it('stops when the fee payer can not pay, and blames no channel', async () => {
        const { requests } = await lab.prepare(20);
        const feePayer = await lab.simulator.createSigner();
        const result = await lab.execute(requests, { feePayer, mode: 'settle' });
        expect(result.stopped).toMatchObject({ reason: 'feePayer' });
        expect(countBy(result)).toEqual({ notStarted: 20 });
        expect(lab.accepted.size).toBe(0);
    });

    it('starts nothing more once it is aborted, and awaits what it has started', async () => {
        const { requests } = await lab.prepare(40);
        const controller = new AbortController();
        let sends = 0;
        const result = await lab.execute(
            requests,
            { abortSignal: controller.signal, concurrency: 2, mode: 'settle' },
            async (method, _, send) => {
                if (method === 'sendTransaction' && ++sends === 3) controller.abort(new Error('enough'));
                return await send();
            },
        );
        expect(result.stopped).toMatchObject({ error: { message: 'enough' }, reason: 'aborted' });
        expect(result.transactions.every(({ outcome }) => outcome === 'landed')).toBe(true);
        expect(result.transactions.length).toBe(lab.accepted.size);
        expect(sends).toBeLessThanOrEqual(4);
        expect(await lab.journal.getUnresolved(requests.map(({ channel }) => channel))).toEqual([]);
        const again = await lab.execute(requests, { mode: 'settle' });
        expect(countBy(again)).toEqual({ done: countBy(result)['notStarted'], skipped: countBy(result)['done'] });
    });

    it('ends as if aborted when the listener of its progress throws', async () => {
        const { requests } = await lab.prepare(8);
        const result = await lab.execute(requests, {
            mode: 'settle',
            onProgress: ({ kind }) => {
                if (kind === 'planned') throw new Error('no terminal');
            },
        });
        expect(result.stopped).toMatchObject({ error: { message: 'no terminal' }, reason: 'aborted' });
        expect(countBy(result)).toEqual({ notStarted: 8 });
    });

    it('settles closing channels first, and replans immediately when one of theirs fails', async () => {
        const { unixTimestamp: now } = lab.simulator.getClock();
        const { channels, requests } = await lab.prepare(40, index =>
            index % 10 === 3 ? { closureStartedAt: now - 3_000n, status: STATUSES.closing } : {},
        );
        const urgent = channels.filter((_, index) => index % 10 === 3).map(({ address }) => address);
        const order: (readonly Address[])[] = [];
        let isFirst = true;
        const result = await lab.execute(
            requests,
            {
                concurrency: 1,
                mode: 'settle',
                onProgress: step => {
                    if (step.kind === 'sent') order.push(step.channels);
                },
            },
            async (method, _, send) => {
                if (method === 'sendTransaction' && isFirst) {
                    isFirst = false;
                    await settleElsewhere(
                        requests.find(({ channel }) => order[0]!.includes(channel) && !urgent.includes(channel)) ??
                            requests[0]!,
                    );
                }
                return await send();
            },
        );
        expect(countBy(result)['done']).toBeGreaterThanOrEqual(39);
        const firstOf = (channel: Address) => order.findIndex(sent => sent.includes(channel));
        for (const channel of urgent) expect(firstOf(channel)).toBeLessThan(3);
        for (const channel of channels.filter((_, index) => index % 10 === 3)) {
            expect(lab.simulator.getChannel(channel.address).kind).toBe('finalized');
            expect(lab.getSettled(channel)).toBe(channel.voucherAmount);
        }
    });

    it('sends what can not wait first, also where that takes longer to sign', async () => {
        const { unixTimestamp } = lab.simulator.getClock();
        const { channels, requests } = await lab.prepare(12, index =>
            index === 11 ? { closureStartedAt: unixTimestamp - 3_000n, status: STATUSES.closing } : {},
        );
        const address = encodeAddress(channels[11]!.address)!;
        const isUrgent = (bytes: ArrayLike<number>) => Buffer.from(Array.from(bytes)).includes(Buffer.from(address));
        const signer = lab.market.merchants[0]!.signer;
        const feePayer = {
            address: signer.address,
            signTransactions: async (...[transactions]: Parameters<typeof signer.signTransactions>) => {
                if (isUrgent(transactions[0]!.messageBytes)) await new Promise(resolve => setTimeout(resolve, 50));
                return await signer.signTransactions(transactions);
            },
        };
        const sent: boolean[] = [];
        const others = requests.map(request => ({
            ...request,
            payee: request.payee!.address === signer.address ? feePayer : request.payee,
        }));
        const result = await lab.execute(others, { feePayer, mode: 'settle' }, async (method, parameters, send) => {
            if (method === 'sendTransaction') {
                sent.push(isUrgent(Buffer.from(parameters[0] as Base64EncodedWireTransaction, 'base64')));
            }
            return await send();
        });
        expect(countBy(result)).toEqual({ done: 12 });
        expect(sent.length).toBeGreaterThan(1);
        expect(sent.indexOf(true)).toBe(0);
    });

    describe('the journal', () => {
        it('has every transaction before a node has it', async () => {
            const { requests } = await lab.prepare(20);
            const recorded = new Map<string, Signature>();
            const journal: BatchJournal = {
                ...lab.journal,
                recordSent: async (owner, transaction) => {
                    await lab.journal.recordSent(owner, transaction);
                    recorded.set(transaction.wireTransaction, transaction.signature);
                },
            };
            const result = await lab.execute(requests, { journal, mode: 'settle' }, async (method, [wire], send) => {
                if (method === 'sendTransaction') expect(recorded.has(wire as string)).toBe(true);
                return await send();
            });
            expect(countBy(result)).toEqual({ done: 20 });
            expect(recorded.size).toBe(result.transactions.length);
        });

        it('that can not be written to keeps everything from being sent', async () => {
            const { requests } = await lab.prepare(8);
            const journal = { ...lab.journal, recordSent: () => Promise.reject(new Error('disk full')) };
            const result = await lab.execute(requests, { journal, mode: 'settle' });
            expect(result.stopped).toMatchObject({ error: { message: 'disk full' }, reason: 'journal' });
            expect(countBy(result)).toEqual({ notStarted: 8 });
            expect(lab.accepted.size).toBe(0);
        });

        it('keeps two executors from working on the same channels', async () => {
            const { channels, requests } = await lab.prepare(40);
            const [one, other] = await Promise.all([
                lab.execute(requests.slice(0, 30), { mode: 'settle' }),
                lab.execute(requests.slice(10), { mode: 'settle' }),
            ]);
            expect(countBy(one)).toEqual({ done: 30 });
            expect(countBy(other)).toEqual({ done: 10, leased: 20 });
            for (const channel of channels) expect(lab.getSettled(channel)).toBe(channel.voucherAmount);
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('takes the leases away from an executor that was too slow, which then sends nothing more', async () => {
            const { requests } = await lab.prepare(12);
            const thief = async () => {
                await lab.timers.sleep(400_000);
                const channels = requests.map(({ channel }) => channel);
                expect(await lab.journal.acquire('thief', channels, 600_000)).toEqual(channels);
            };
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
                if (method === 'getLatestBlockhash') await thief();
                return await send();
            });
            expect(countBy(result)).toEqual({ leased: 12 });
            expect(lab.accepted.size).toBe(0);
        });
    });

    it.each([
        ['mode', { mode: 'everything' }, 'BATCH_INVALID'],
        ['journal', { journal: undefined }, 'INPUT_INVALID'],
        ['journal.recordSent', { journal: {} }, 'BATCH_INVALID'],
        ['concurrency', { concurrency: 0 }, 'INTEGER_OUT_OF_RANGE'],
        ['commitment', { commitment: 'certain' }, 'BATCH_INVALID'],
        ['feePayer', { feePayer: { address: '11111111111111111111111111111111' } }, 'SIGNER_INVALID'],
        ['computeUnitPrice', { computeUnitPrice: -1n }, 'INTEGER_OUT_OF_RANGE'],
        ['onProgress', { onProgress: 'loud' }, 'BATCH_INVALID'],
    ])('refuses a bad %s before anything is asked', async (field, options, code) => {
        const { requests } = await lab.prepare(1);
        let calls = 0;
        const attempt = lab.execute(requests, { mode: 'settle', ...(options as object) }, (_, __, send) => {
            calls++;
            return send();
        });
        const error = (await attempt.catch((thrown: unknown) => thrown)) as {
            code: string;
            context: { field: string };
        };
        expect(error).toMatchObject({ code });
        expect(error.context.field).toContain(field.split('.')[0]);
        expect(calls).toBe(0);
    });
});
