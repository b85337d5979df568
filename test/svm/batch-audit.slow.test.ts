import {
    lamports,
    SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE,
    type Address,
    type SignatureBytes,
} from '@solana/kit';
import { beforeEach, describe, expect, it } from 'vitest';

import { createVoucherVerifier, getSettleInstructions } from '../../src';
import { type BatchProgress, type BatchRequest } from '../../src/settlement';
import { countBy, ExecutionLab, NEVER, REVISIONS } from './fixtures/execution';
import { toRefusal } from './fixtures/node-errors';
import { DEPLOYMENT } from '../fixtures/deployment';
import { STATUSES } from '../fixtures/revision';

// What one request, one signer or one listener could make of the execution of all the others.

describe.each(REVISIONS)('a batch with something bad in it, $name', ({ deployment }) => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create(deployment);
    });

    describe('one bad request among many', () => {
        const spoil =
            (change: (request: BatchRequest) => unknown) => async (mode: 'settle' | 'settleAndDistribute') => {
                const { requests } = await lab.prepare(24);
                const clean = await lab.execute(requests.slice(12), { mode, version: 1 });
                const bad = requests.slice(0, 12).map((request, index) => (index === 5 ? change(request) : request));
                const result = await lab.execute(bad as readonly BatchRequest[], { mode, version: 1 });
                return { clean, result };
            };
        const inVoucher = (change: object) => (request: BatchRequest) => ({
            ...request,
            voucher: { ...request.voucher!, ...change },
        });

        it.each([
            ['a voucher that is none', (request: BatchRequest) => ({ ...request, voucher: null })],
            ['a signature that is too short', inVoucher({ signature: new Uint8Array(63) })],
            ['a signer that is no address', inVoucher({ signer: 'me' })],
            ['an amount that is no u64', inVoucher({ voucher: { cumulativeAmount: -1n } })],
            ['a verdict that is none', (request: BatchRequest) => ({ ...request, isSignatureValid: 'yes' })],
        ])('%s: its channel alone is unreadable, and the others share transactions as before', async (_, change) => {
            const { clean, result } = await spoil(change)('settle');
            expect(result.stopped).toBeUndefined();
            expect(countBy(result)).toEqual({ done: 11, unreadable: 1 });
            expect(result.channels[5]).toMatchObject({ error: { name: 'PaymentChannelsError' }, status: 'unreadable' });
            expect(result.transactions).toHaveLength(clean.transactions.length);
        });

        it('several of them: as well', async () => {
            const { requests } = await lab.prepare(40);
            const bad = requests.map((request, index) =>
                index === 5 || index === 22 ? { ...request, isSignatureValid: 1 as unknown as boolean } : request,
            );
            const result = await lab.execute(bad, { mode: 'settle', version: 1 });
            expect(countBy(result)).toEqual({ done: 38, unreadable: 2 });
            for (const index of [5, 22])
                expect(result.channels[index]).toMatchObject({ error: { code: 'BATCH_INVALID' } });
            expect(result.transactions.length).toBeLessThanOrEqual(5);
        });

        it.each([
            ['that are malformed', [{ bps: -1, recipient: 'nobody' }]],
            ['that are none', 'everything to me'],
        ])('splits %s keep no voucher back where nothing is distributed', async (_, splits) => {
            const change = (request: BatchRequest) => ({ ...request, splits });
            expect(countBy((await spoil(change)('settle')).result)).toEqual({ done: 12 });
            const { result } = await spoil(change)('settleAndDistribute');
            expect(countBy(result)).toEqual({ done: 11, unreadable: 1 });
        });

        it('a mint that does not exist keeps no voucher back where nothing is distributed', async () => {
            const { address: mint } = await lab.simulator.createSigner();
            const { requests } = await lab.prepare(12, index => (index === 5 ? { mint } : {}));
            expect(countBy(await lab.execute(requests, { mode: 'settle' }))).toEqual({ done: 12 });
        });

        it('requests that contradict each other concern their channel only', async () => {
            const { requests } = await lab.prepare(12);
            const [first, other] = requests as [BatchRequest, BatchRequest];
            const result = await lab.execute(
                [{ ...first, payee: other.payee }, ...requests, { ...other, splits: [] }],
                { mode: 'settleAndFinalize' },
            );
            expect(countBy(result)).toEqual({ done: 11, skipped: 1 });
            expect(result.channels[0]!.skipped).toMatchObject([
                { reason: { code: 'PAYEE_MISMATCH' } },
                { reason: { code: 'PAYEE_MISMATCH' } },
            ]);
        });

        it('a signer that never signs holds up nobody for good', async () => {
            const { channels, requests } = await lab.prepare(9);
            const silent = { address: requests[1]!.payee!.address, signTransactions: () => NEVER };
            const result = await lab.execute(
                requests.map(request =>
                    request.payee!.address === silent.address ? { ...request, payee: silent } : request,
                ),
                { maxAttempts: 3, mode: 'settleAndFinalize', signTimeoutMs: 500 },
            );
            expect(result.stopped).toBeUndefined();
            for (const [index, { error, status }] of result.channels.entries()) {
                const isSilent = channels[index]!.merchant.address === silent.address;
                expect(status).toBe(isSilent ? 'failed' : 'done');
                if (isSilent) expect(error).toMatchObject({ code: 'BATCH_ATTEMPTS_EXHAUSTED' });
            }
        });
    });

    it('what can not wait is planned again before anything else is sent', async () => {
        const { unixTimestamp: now } = lab.simulator.getClock();
        const { requests } = await lab.prepare(40, index =>
            index % 10 === 3 ? { closureStartedAt: now - 3_000n, status: STATUSES.closing } : {},
        );
        const urgent = requests.filter((_, index) => index % 10 === 3).map(({ channel }) => channel);
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
                if (method !== 'sendTransaction' || !isFirst) return await send();
                isFirst = false;
                throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE);
            },
        );
        expect(countBy(result)).toEqual({ done: 40 });
        const isUrgent = (channels: readonly Address[]) => channels.some(channel => urgent.includes(channel));
        expect(isUrgent(order[0]!)).toBe(true);
        expect(order[1]!.some(channel => urgent.includes(channel) && order[0]!.includes(channel))).toBe(true);
    });

    it.each([
        ['legacy', 0n],
        [0, 1_000n],
        [1, 1_000n],
    ] as const)('version %s, price %d: finds whose signature is bad at once', async (version, computeUnitPrice) => {
        const { requests } = await lab.prepare(20);
        const signature = Uint8Array.from(requests[7]!.voucher!.signature) as SignatureBytes;
        signature[40]! ^= 1;
        const poisoned = requests.map((request, index) =>
            index === 7 ? { ...request, isSignatureValid: true, voucher: { ...request.voucher!, signature } } : request,
        );
        const result = await lab.execute(poisoned, { computeUnitPrice, mode: 'settle', version });
        expect(countBy(result)).toEqual({ done: 19, failed: 1 });
        // Once with others, and once alone.
        expect(result.transactions.filter(({ outcome }) => outcome === 'refused')).toHaveLength(2);
    });

    it('a channel that is paid out is done, though its voucher had been settled before', async () => {
        const { channels, requests } = await lab.prepare(2);
        await lab.simulator.send(getSettleInstructions({ voucher: requests[1]!.voucher! }, deployment));
        const result = await lab.execute(requests, { mode: 'settleAndDistribute' });
        expect(countBy(result)).toEqual({ done: 2 });
        expect(result.channels[1]).toMatchObject({
            actions: ['distribute'],
            channel: channels[1]!.address,
            skipped: [{ reason: { code: 'NOT_ABOVE_SETTLED' } }],
        });
    });

    it('keeps its leases while it works', async () => {
        const { requests } = await lab.prepare(40);
        const channels = requests.map(({ channel }) => channel);
        const free: Address[] = [];
        const landed = new Set<Address>();
        const result = await lab.execute(
            requests,
            {
                concurrency: 1,
                leaseMs: 6_000,
                mode: 'settle',
                onProgress: step => {
                    if (step.kind === 'concluded') for (const channel of step.transaction.channels) landed.add(channel);
                },
            },
            async (method, _, send) => {
                if (method === 'sendTransaction') {
                    const got = await lab.journal.acquire('thief', channels, 1);
                    free.push(...got.filter(channel => !landed.has(channel)));
                    await lab.journal.release('thief', got);
                }
                return await send();
            },
        );
        expect(lab.timers.now()).toBeGreaterThan(6_000);
        expect(free).toEqual([]);
        expect(countBy(result)).toEqual({ done: 40 });
    });

    it.each([895_000n, 900_000n])(
        'a fee payer with %d lamports, too little to be left with, is no channel’s fault',
        async balance => {
            const { requests } = await lab.prepare(20);
            const feePayer = await lab.simulator.createSigner();
            lab.simulator.svm.airdrop(feePayer.address, lamports(balance));
            let sends = 0;
            const result = await lab.execute(
                requests,
                { concurrency: 1, feePayer, mode: 'settle' },
                (method, _, send) => {
                    if (method === 'sendTransaction') sends++;
                    return send();
                },
            );
            expect(result.stopped?.reason).toBe('feePayer');
            expect(countBy(result)).toEqual({ notStarted: 20 });
            expect(sends).toBe(1);
        },
    );

    it('a listener that rejects ends the execution, and not the process', async () => {
        const { requests } = await lab.prepare(24);
        const rejections: unknown[] = [];
        const listen = (reason: unknown) => rejections.push(reason);
        process.on('unhandledRejection', listen);
        try {
            const result = await lab.execute(requests, {
                concurrency: 1,
                mode: 'settle',
                onProgress: (async ({ kind }: BatchProgress) => {
                    await Promise.resolve();
                    if (kind === 'sent') throw new Error('no terminal');
                }) as (progress: BatchProgress) => void,
            });
            await new Promise(resolve => {
                setImmediate(resolve);
            });
            expect(rejections).toEqual([]);
            expect(result.stopped).toMatchObject({ error: { message: 'no terminal' }, reason: 'aborted' });
        } finally {
            process.off('unhandledRejection', listen);
        }
    });

    it('a verifier that breaks down stops the execution, and nothing is sent unverified', async () => {
        const { requests } = await lab.prepare(3);
        const verifier = {
            ...createVoucherVerifier(DEPLOYMENT),
            verifyAll: () => Promise.reject(new Error('no such worker')),
        };
        const result = await lab.execute(requests, { mode: 'settle', verifier });
        expect(result.stopped).toMatchObject({ error: { message: 'no such worker' }, reason: 'verifier' });
        expect(lab.accepted.size).toBe(0);
    });
});
