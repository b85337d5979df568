import {
    lamports,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE,
    SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE,
    SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND,
    SolanaError,
    type Address,
    type Base64EncodedWireTransaction,
    type SignatureBytes,
} from '@solana/kit';
import { beforeEach, describe, expect, it } from 'vitest';

import {
    ChannelStatus,
    createVoucherVerifier,
    getSettleInstructions,
    signVoucher,
    type BatchExecution,
    type BatchJournal,
    type BatchProgress,
    type BatchRequest,
    type SentTransaction,
} from '../../src';
import { ExecutionLab, REVISIONS } from './fixtures/execution';

// What an attacker, a flaky provider, two servers and a process that dies between two steps could make of an execution.

const countBy = ({ channels }: BatchExecution) => {
    const counts: Record<string, number> = {};
    for (const { status } of channels) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
};

const NEVER = new Promise<never>(() => undefined);
const lagging = () =>
    new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED, { contextSlot: 1n });

/** What a node answers to a transaction that it does not forward. */
const toRefusal = (
    code:
        | typeof SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE
        | typeof SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND,
) =>
    new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE, {
        cause: new SolanaError(code),
    } as never);

describe.each(REVISIONS)('an execution under attack, $name', ({ deployment }) => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create(deployment);
    });

    /** What is reported of each transaction is what the chain has of it. */
    const checkTransactions = ({ feeLamports, transactions }: BatchExecution) => {
        let fees = 0n;
        for (const { feeLamports: own, outcome, signature } of transactions) {
            const executed = lab.simulator.getExecutedTransaction(signature)?.result;
            const isFailed = executed?.failure !== undefined;
            expect(outcome).toBe(executed === undefined ? 'expired' : isFailed ? 'failed' : 'landed');
            expect(own).toBe(executed?.feeLamports ?? 0n);
            fees += own;
        }
        expect(feeLamports).toBe(fees);
    };

    /** An execution that sends and then hears nothing more: its transactions are in the journal, unresolved. */
    const leaveUnresolved = async (requests: readonly BatchRequest[], mode: 'settle' | 'settleAndFinalize') => {
        let isGone = false;
        const result = await lab.execute(requests, { mode, patienceMs: 1_000 }, async (method, _, send) => {
            if (isGone) throw new Error('gone');
            const answer = await send();
            if (method === 'sendTransaction') isGone = true;
            return answer;
        });
        expect(result.stopped?.reason).toBe('rpc');
        expect(await lab.journal.getUnresolved(requests.map(({ channel }) => channel))).not.toEqual([]);
    };

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
            expect(countBy(result)).toEqual({ done: 11, leftOut: 1 });
            expect(result.channels[0]!.leftOut).toMatchObject([
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
            await leaveUnresolved(requests, 'settle');
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
            checkTransactions(result);
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
            checkTransactions(result);
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
            expect(countBy(result)).toEqual({ done: 2, leftOut: 1 });
            expect(result.transactions.map(({ outcome }) => outcome)).toContain('failed');
            checkTransactions(result);
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
                        other = leaveUnresolved(requests, 'settle');
                        await other;
                    }
                    return await send();
                },
            );
            expect(countBy(result)).toEqual({ done: 3 });
            expect(result.transactions).toMatchObject([{ isResumed: true, outcome: 'landed' }]);
            expect(lab.accepted.size).toBe(1);
            checkTransactions(result);
        });

        it('what is under way when its lease goes still counts', async () => {
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
                    return wire === first && lab.timers.now() < 10_000 ? 'dropped' : await send();
                },
            );
            expect(countBy(result)).toEqual({ done: 24 });
            checkTransactions(result);
        });

        it('what has no lease any more is not signed anew', async () => {
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
                    return wire === first ? 'dropped' : await send();
                },
            );
            expect(countBy(result)).toEqual({ done: 24 - slow!.length, leased: slow!.length });
            checkTransactions(result);
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
            checkTransactions(result);
        });

        it('does not make a higher voucher done that can not be brought in', async () => {
            const { channels, requests } = await lab.prepare(2);
            await leaveUnresolved(requests, 'settle');
            const { session } = lab.market.payers[0]!;
            const over = await signVoucher(
                { channelId: channels[0]!.address, cumulativeAmount: channels[0]!.deposit + 1n },
                session,
                deployment,
            );
            const result = await lab.execute([{ ...requests[0]!, voucher: over }, requests[1]!], { mode: 'settle' });
            expect(result.channels.map(({ status }) => status)).toEqual(['leftOut', 'done']);
            expect(result.channels[0]).toMatchObject({
                actions: ['settle'],
                leftOut: [{ part: 'voucher', voucher: { voucher: over.voucher } }],
                settledAmount: channels[0]!.voucherAmount,
            });
        });

        it('and ended the channel leaves a higher voucher out, and says so', async () => {
            const { channels, requests } = await lab.prepare(2);
            await leaveUnresolved(requests, 'settleAndFinalize');
            const higher = await signVoucher(
                { channelId: channels[0]!.address, cumulativeAmount: channels[0]!.voucherAmount + 1n },
                lab.market.payers[0]!.session,
                deployment,
            );
            const result = await lab.execute([{ ...requests[0]!, voucher: higher }, requests[1]!], {
                mode: 'settleAndFinalize',
            });
            expect(result.channels.map(({ status }) => status)).toEqual(['leftOut', 'done']);
            expect(result.channels[0]!.leftOut).toMatchObject([{ voucher: { voucher: higher.voucher } }]);
        });

        it('does not make a channel done that is yet to be finalized', async () => {
            const { channels, requests } = await lab.prepare(3);
            await leaveUnresolved(requests, 'settle');
            const result = await lab.execute(
                requests.map(({ payee: _, ...request }: BatchRequest) => request),
                { mode: 'settleAndFinalize' },
            );
            // The fee payer is the payee of the first.
            expect(countBy(result)).toEqual({ done: 1, leftOut: 2 });
            for (const [index, { status }] of result.channels.entries()) {
                const isFinal = lab.simulator.getChannel(channels[index]!.address).kind === lab.names.finalized;
                expect(status).toBe(isFinal ? 'done' : 'leftOut');
            }
        });

        it('and failed on chain is paid for once, and its channels are brought in', async () => {
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
            expect(countBy(second)).toEqual({ done: 11, leftOut: 1 });
            const [failed, ...others] = second.transactions.filter(({ outcome }) => outcome === 'failed');
            expect(others).toEqual([]);
            expect(failed).toMatchObject({ isResumed: true });
            expect(failed!.feeLamports).toBeGreaterThan(0n);
            checkTransactions(second);
            expect(await lab.journal.getUnresolved(requests.map(({ channel }) => channel))).toEqual([]);
        });
    });

    describe('an abort', () => {
        it('before the beginning: nothing is asked, leased or sent', async () => {
            const { requests } = await lab.prepare(3);
            await leaveUnresolved(requests, 'settle');
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
            checkTransactions(result);
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
            checkTransactions(result);
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('that can not take outcomes stops the execution, which knows what has landed all the same', async () => {
            const { requests } = await lab.prepare(24);
            const journal = { ...lab.journal, recordOutcome: () => Promise.reject(new Error('disk full')) };
            const result = await lab.execute(requests, { concurrency: 2, journal, mode: 'settle' });
            expect(result.stopped).toMatchObject({ error: { message: 'disk full' }, reason: 'journal' });
            checkTransactions(result);
            const again = await lab.execute(requests, { mode: 'settle' });
            expect(countBy(again)).toEqual({ done: 24 });
            checkTransactions(again);
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
            checkTransactions(result);
        });

        it('that fails at the end is no reason to lose the report', async () => {
            const { requests } = await lab.prepare(3);
            const journal = { ...lab.journal, release: () => Promise.reject(new Error('disk full')) };
            const result = await lab.execute(requests, { journal, mode: 'settle' });
            expect(result.stopped).toMatchObject({ error: { message: 'disk full' }, reason: 'journal' });
            expect(countBy(result)).toEqual({ done: 3 });
        });
    });

    it('what can not wait is planned again before anything else is sent', async () => {
        const { unixTimestamp: now } = lab.simulator.getClock();
        const { requests } = await lab.prepare(40, index =>
            index % 10 === 3 ? { closureStartedAt: now - 3_000n, status: ChannelStatus.Closing } : {},
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

    it('a channel that is paid out is done, though its voucher had been brought in before', async () => {
        const { channels, requests } = await lab.prepare(2);
        await lab.simulator.send(getSettleInstructions({ voucher: requests[1]!.voucher! }, deployment));
        const result = await lab.execute(requests, { mode: 'settleAndDistribute' });
        expect(countBy(result)).toEqual({ done: 2 });
        expect(result.channels[1]).toMatchObject({
            actions: ['distribute'],
            channel: channels[1]!.address,
            leftOut: [{ reason: { code: 'NOT_ABOVE_SETTLED' } }],
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
                    if (step.kind === 'settled') for (const channel of step.transaction.channels) landed.add(channel);
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
        const verifier = { ...createVoucherVerifier(), verifyAll: () => Promise.reject(new Error('no such worker')) };
        const result = await lab.execute(requests, { mode: 'settle', verifier });
        expect(result.stopped).toMatchObject({ error: { message: 'no such worker' }, reason: 'verifier' });
        expect(lab.accepted.size).toBe(0);
    });
});
