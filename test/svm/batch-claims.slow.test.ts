import {
    getBase64Decoder,
    SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE,
    SOLANA_ERROR__TRANSACTION_ERROR__INVALID_PROGRAM_FOR_EXECUTION,
    type Address,
} from '@solana/kit';
import { beforeEach, describe, expect, it } from 'vitest';

import {
    createVoucherVerifier,
    findTokenPdaSync,
    getDistributeInstructionAsync,
    getFinalizeInstruction,
    signVoucher,
    type SignedVoucher,
} from '../../src';
import { fetchBatchItems, type BatchChannelResult, type BatchRequest } from '../../src/settlement';
import type { RevisionName } from '../../src/revision/revision-types';
import { countBy, ExecutionLab, REVISIONS } from './fixtures/execution';
import { toInterceptor } from './fixtures/faults';
import type { Interceptor } from './fixtures/intercepted-rpc';
import type { MarketChannel } from './fixtures/market';
import { toRefusal } from './fixtures/node-errors';
import { STATUSES } from '../fixtures/revision';

// What an execution claims, and what it gives up: no channel is ended below its best voucher, nothing is done because a
// channel is gone, and nobody holds up what others are due.

const CLOCK_SYSVAR = 'SysvarC1ock11111111111111111111111111111111' as Address;
const FINAL = 'settleAndFinalizeAndDistribute';
const WITH_PAYOUT = ['settleAndDistribute', FINAL] as const;

describe.each(REVISIONS)('what an execution claims and what it gives up, $name', ({ deployment, name, names }) => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create(deployment);
    });

    /** What anybody can do once the deadline has passed: end the channel, and pay it out. */
    const endElsewhere = async (channel: MarketChannel, { isFinal = false } = {}) => {
        const { simulator } = lab;
        const distribute = await getDistributeInstructionAsync<RevisionName>(
            {
                channel: channel.address,
                mint: channel.mint,
                payee: channel.merchant.address,
                payer: channel.payer,
                rentPayer: lab.market.rentPayer,
                splits: channel.splits,
                tokenProgram: channel.tokenProgram,
            } as never,
            deployment,
        );
        const end = getFinalizeInstruction({ channel: channel.address }, deployment);
        await simulator.sendOrThrow(isFinal ? [distribute] : [end, distribute]);
    };
    const closingFor = (seconds: bigint) => () => ({
        closureStartedAt: lab.simulator.getClock().unixTimestamp + seconds - 3_600n,
        status: STATUSES.closing,
    });
    const resultOf = (channels: readonly BatchChannelResult[]) => channels[0]!;
    /** The node takes transactions and never forwards any. */
    const dropping: Interceptor = (...request) =>
        toInterceptor(lab.simulator, [{ fault: 'dropTransaction' }])(...request);
    /** No node knows the status of anything. */
    const forgetful: Interceptor = (...request) =>
        toInterceptor(lab.simulator, [{ fault: 'forgetStatuses' }])(...request);

    describe('a transaction that no status is known of', () => {
        it.each(['settle', FINAL] as const)('%s: proves nothing when the channel is gone', async mode => {
            const { channels, requests } = await lab.prepare(1, closingFor(30n));
            let isOver = false;
            const result = await lab.execute(requests, { mode }, async (method, parameters, send) => {
                if (!isOver && lab.timers.now() > 40_000) {
                    isOver = true;
                    await endElsewhere(channels[0]!);
                }
                return await dropping(method, parameters, send);
            });
            expect(isOver).toBe(true);
            expect(countBy(result)).toEqual({ skipped: 1 });
            expect(result.feeLamports).toBe(0n);
            expect(result.transactions.map(({ outcome }) => outcome)).toEqual(['unknown']);
            const { account, actions, skipped, settledAmount } = resultOf(result.channels);
            expect([actions, settledAmount]).toEqual([[], undefined]);
            const status = name === 'epoch' ? 'freed' : 'closed';
            expect(account).toEqual({ settled: channels[0]!.settledBefore, status });
            expect(skipped).toMatchObject([{ reason: { code: 'CHANNEL_NOT_SETTLEABLE' } }]);
            // It can't land any more, so that nobody has to wait for it.
            expect(await lab.journal.getUnresolved([channels[0]!.address])).toEqual([]);
        });

        it('proves nothing either where it has landed, and the channel is gone', async () => {
            const { requests } = await lab.prepare(1);
            const result = await lab.execute(requests, { mode: FINAL }, forgetful);
            expect(resultOf(result.channels)).toMatchObject({ settledAmount: undefined, status: 'skipped' });
        });

        it.each(['dropped', 'landed'] as const)('%s: proves nothing after a restart', async fate => {
            const { channels, requests } = await lab.prepare(1, fate === 'dropped' ? closingFor(30n) : undefined);
            let isGone = false;
            await lab.execute(requests, { mode: FINAL, patienceMs: 1_000 }, async (method, _, send) => {
                if (isGone) throw new Error('gone');
                if (method !== 'sendTransaction') return await send();
                isGone = true;
                return fate === 'landed' ? await send() : 'dropped';
            });
            await lab.timers.sleep(200_000);
            if (fate === 'dropped') await endElsewhere(channels[0]!);
            const result = await lab.execute(requests, { mode: FINAL }, forgetful);
            expect(resultOf(result.channels)).toMatchObject({ settledAmount: undefined, status: 'skipped' });
            expect(result.transactions).toMatchObject([{ feeLamports: 0n, isResumed: true, outcome: 'unknown' }]);
            // Its status is what proves it.
            expect(countBy(await lab.execute(requests, { mode: FINAL }))).toEqual({ skipped: 1 });
        });

        it('is done after a restart where its status says so, though the channel is gone', async () => {
            const { channels, requests } = await lab.prepare(1);
            await lab.leaveUnresolved(requests, FINAL);
            await lab.timers.sleep(200_000);
            const result = await lab.execute(requests, { mode: FINAL });
            expect(resultOf(result.channels)).toMatchObject({
                settledAmount: channels[0]!.voucherAmount,
                status: 'done',
            });
            expect(result.transactions).toMatchObject([{ outcome: 'landed' }]);
        });

        it('is done where it has landed before others paid the channel out', async () => {
            const { channels, requests } = await lab.prepare(1);
            const result = await lab.execute(requests, { mode: 'settleAndFinalize' }, async (method, _, send) => {
                const answer = await send();
                if (method === 'sendTransaction') await endElsewhere(channels[0]!, { isFinal: true });
                return answer;
            });
            expect(resultOf(result.channels)).toMatchObject({
                actions: ['settleAndFinalize'],
                settledAmount: channels[0]!.voucherAmount,
                status: 'done',
            });
        });
    });

    it.each([10n ** 8n, 2n ** 63n - 1n - 1_750_000_000n])(
        'no voucher has expired by a single answer that is %s seconds ahead',
        async ahead => {
            const { channels, requests } = await lab.prepare(1);
            const [{ address, payer, voucherAmount }] = channels as [MarketChannel];
            const { unixTimestamp } = lab.simulator.getClock();
            const { session } = lab.market.payers.find(({ wallet }) => wallet === payer)!;
            const sign = (cumulativeAmount: bigint, expiresAt: bigint) =>
                signVoucher({ channelId: address, cumulativeAmount, expiresAt }, session, deployment);
            const vouchers = [await sign(voucherAmount - 1n, 0n), await sign(voucherAmount, unixTimestamp + 3_000n)];
            let isAhead = true;
            const result = await lab.execute(
                vouchers.map(voucher => ({ ...requests[0]!, voucher })),
                { mode: 'settleAndFinalize' },
                async (method, parameters, send) => {
                    const answer = await send();
                    if (method !== 'getMultipleAccounts' || !isAhead) return answer;
                    isAhead = false;
                    const { context, value } = answer as { context: unknown; value: { data: [string, string] }[] };
                    const place = (parameters[0] as readonly Address[]).indexOf(CLOCK_SYSVAR);
                    const clock = Buffer.from(value[place]!.data[0], 'base64');
                    clock.writeBigInt64LE(unixTimestamp + ahead, 32);
                    const data = [clock.toString('base64'), 'base64'];
                    return { context, value: value.map((one, index) => (index === place ? { ...one, data } : one)) };
                },
            );
            expect(isAhead).toBe(false);
            expect(resultOf(result.channels)).toMatchObject({ settledAmount: voucherAmount, status: 'done' });
        },
    );

    if (name === 'epoch') {
        it('a channel that others ended without the voucher says what is lost', async () => {
            const { slot } = lab.simulator.getClock();
            const { channels, requests } = await lab.prepare(1, () => ({ ...closingFor(30n)(), openSlot: slot }));
            let isOver = false;
            const result = await lab.execute(requests, { mode: FINAL }, async (method, parameters, send) => {
                if (!isOver && lab.timers.now() > 40_000) {
                    isOver = true;
                    await endElsewhere(channels[0]!);
                }
                return await dropping(method, parameters, send);
            });
            const { settledBefore, voucherAmount } = channels[0]!;
            expect(resultOf(result.channels)).toMatchObject({
                account: { settled: settledBefore, status: 'distributed' },
                lost: voucherAmount - settledBefore,
                settledAmount: undefined,
                status: 'skipped',
            });
            expect(result.transactions.map(({ outcome }) => outcome)).toEqual(['expired']);
        });
    }

    it.each(['settle', 'settleAndFinalize'] as const)(
        '%s: a restart tells what was paid from what is lost',
        async mode => {
            const ended = (settled: bigint) => ({
                settlement: { payoutWatermark: 0n, settled },
                status: STATUSES.finalized,
            });
            const { channels, requests } = await lab.prepare(2, index => ended(index === 0 ? 400_001n : 100n));
            const [paid, lost] = (await lab.execute(requests, { mode })).channels;
            const kept = { actions: [], status: 'skipped' };
            const instruction = mode === 'settle' ? 'settle' : 'settleAndFinalize';
            const amount = channels[0]!.voucherAmount;
            expect(paid).toMatchObject({
                ...kept,
                alreadySettled: amount,
                skipped: [
                    { reason: { code: 'CHANNEL_NOT_SETTLEABLE', context: { alreadySettled: amount, instruction } } },
                ],
                lost: undefined,
                settledAmount: amount,
            });
            const missed = channels[1]!.voucherAmount - 100n;
            expect(lost).toMatchObject({
                ...kept,
                account: { settled: 100n, status: 'finalized' },
                alreadySettled: undefined,
                skipped: [{ reason: { code: 'CHANNEL_NOT_SETTLEABLE', context: { instruction, lost: missed } } }],
                lost: missed,
                settledAmount: undefined,
            });
        },
    );

    it.each(['settleAndDistribute', 'settleAndFinalize', FINAL] as const)(
        '%s: a restart says what was paid before, whatever else was still to be done',
        async mode => {
            const { channels, requests } = await lab.prepare(1);
            await lab.execute(requests, { mode: 'settle' });
            const result = await lab.execute(requests, { mode });
            const { voucherAmount } = channels[0]!;
            expect(resultOf(result.channels)).toMatchObject({
                alreadySettled: voucherAmount,
                lost: undefined,
                settledAmount: voucherAmount,
                status: 'done',
            });
        },
    );

    describe('a better voucher', () => {
        /** Requests of one channel: with its voucher, and with a better one, up to the deposit. */
        const withBetter = async ([request]: readonly BatchRequest[], channel: MarketChannel) => {
            const payer = lab.market.payers.find(({ wallet }) => wallet === channel.payer)!;
            const better = await signVoucher(
                { channelId: channel.address, cumulativeAmount: channel.deposit },
                payer.session,
                deployment,
            );
            return [request!, { ...request!, voucher: better as SignedVoucher }];
        };

        it.each(['settleAndFinalize', FINAL] as const)('%s: waits for a node that lags behind', async mode => {
            const { channels, requests } = await lab.prepare(1);
            const channel = channels[0]!;
            const both = await withBetter(requests, channel);
            const { account } = getDecoded(lab, channel.address);
            const { channel: layout } = lab.simulator.deployment;
            const before = layout.encode({ ...account, deposit: 500_000n } as never);
            let lagging = 1;
            const result = await lab.execute(both, { mode }, async (method, parameters, send) => {
                const answer = await send();
                if (method !== 'getMultipleAccounts') return answer;
                const place = (parameters[0] as Address[]).indexOf(channel.address);
                if (place === -1 || lagging-- <= 0) return answer;
                const data = [getBase64Decoder().decode(before), 'base64'];
                const { context, value } = answer as { context: unknown; value: object[] };
                return { context, value: value.map((one, index) => (index === place ? { ...one, data } : one)) };
            });
            expect(countBy(result)).toEqual({ done: 1 });
            const { actions, skipped, settledAmount } = resultOf(result.channels);
            expect(actions.filter(action => action !== 'distribute')).toEqual(['settle', 'settleAndFinalize']);
            expect(settledAmount).toBe(channel.deposit);
            // Neither of the vouchers was skipped in the end, nor was the end of the channel.
            expect(skipped).toEqual([]);
        });

        it('that the verifier says nothing of keeps the channel open', async () => {
            const { channels, requests } = await lab.prepare(1);
            const both = await withBetter(requests, channels[0]!);
            const verifyAll = (all: readonly { signedVoucher: SignedVoucher }[]) =>
                Promise.resolve(
                    all.map(({ signedVoucher }) => {
                        const { cumulativeAmount } = signedVoucher.voucher;
                        return (cumulativeAmount === channels[0]!.deposit ? undefined : true) as boolean;
                    }),
                );
            const result = await lab.execute(both, {
                mode: 'settleAndFinalize',
                verifier: { backend: 'webcrypto', verifyAll } as never,
            });
            expect(lab.simulator.getChannel(channels[0]!.address).kind).toBe('open');
            expect(result.stopped?.reason).toBe('verifier');
            expect(resultOf(result.channels)).toMatchObject({ actions: [], settledAmount: undefined });
        });

        it('whose request can not be read keeps the others of its channel from being planned', async () => {
            const { requests } = await lab.prepare(2);
            const [first, second] = requests as [BatchRequest, BatchRequest];
            const bad = { ...first, splits: [{ bps: -1, recipient: first.channel }] };
            const { items, requestIndexes, unreadable } = await fetchBatchItems(
                lab.rpc,
                [first, bad, second],
                deployment,
            );
            expect(requestIndexes).toEqual([2]);
            expect(items).toHaveLength(1);
            expect(unreadable.map(({ requestIndex }) => requestIndex)).toEqual([0, 1]);
        });
    });

    describe('a deadline', () => {
        it.each([1n, 59n, 60n])('that is %d seconds away is tried', async seconds => {
            const { channels, requests } = await lab.prepare(1, closingFor(seconds + 2n));
            await lab.timers.sleep(2_000);
            const result = await lab.execute(requests, { mode: 'settle', pollIntervalMs: 100 });
            expect(resultOf(result.channels)).toMatchObject({
                settledAmount: channels[0]!.voucherAmount,
                status: 'done',
            });
        });

        it('ends the attempts, not their number', async () => {
            const { requests } = await lab.prepare(1, closingFor(50n));
            let refusals = 6;
            const refusing: Interceptor = async (method, _, send) => {
                if (method === 'sendTransaction' && refusals-- > 0) {
                    throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE);
                }
                return await send();
            };
            expect(countBy(await lab.execute(requests, { maxAttempts: 2, mode: 'settle' }, refusing))).toEqual({
                done: 1,
            });
            // What has time is given up, and so is what does not get through until the deadline.
            refusals = 6;
            const { requests: patient } = await lab.prepare(1);
            const result = await lab.execute(patient, { maxAttempts: 2, mode: 'settle' }, refusing);
            expect(countBy(result)).toEqual({ failed: 1 });
            refusals = Infinity;
            const { requests: lost } = await lab.prepare(1, closingFor(50n));
            const late = await lab.execute(lost, { maxAttempts: 2, mode: 'settle' }, refusing);
            expect(['failed', 'skipped']).toContain(resultOf(late.channels).status);
        });
    });

    describe('a payer that begins to close while its channel is about to be settled', () => {
        const close = ({ address }: MarketChannel) => {
            const { svm } = lab.simulator;
            const account = svm.getAccount(address);
            if (!account.exists) throw new Error('it is there');
            const data = Uint8Array.from(account.data);
            const { closureStartedAt, status } = closingFor(600n)();
            // Status and start of the closure (docs/program.md, section 3.1).
            data[3] = status;
            new DataView(data.buffer).setBigInt64(36, closureStartedAt, true);
            svm.setAccount({ ...account, data });
        };

        it.each(['settle', 'settleAndDistribute'] as const)(
            '%s: does not keep its voucher from being settled',
            async mode => {
                const { channels, requests } = await lab.prepare(1);
                let isClosing = false;
                const result = await lab.execute(requests, { mode }, async (method, _, send) => {
                    if (method === 'getLatestBlockhash' && !isClosing) {
                        isClosing = true;
                        close(channels[0]!);
                    }
                    return await send();
                });
                const { actions, settledAmount, status } = resultOf(result.channels);
                expect([actions[0], settledAmount, status]).toEqual([
                    'settleAndFinalize',
                    channels[0]!.voucherAmount,
                    'done',
                ]);
            },
        );

        it('nor where the nodes that are read from have not heard of it yet', async () => {
            const { channels, requests } = await lab.prepare(1);
            let before: unknown;
            let stale = 3;
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
                if (method === 'getMultipleAccounts' && before !== undefined && stale-- > 0) return before;
                const answer = await send();
                if (method === 'getMultipleAccounts' && before === undefined) {
                    before = answer;
                    close(channels[0]!);
                }
                return answer;
            });
            expect(stale).toBeLessThan(0);
            expect(resultOf(result.channels)).toMatchObject({
                settledAmount: channels[0]!.voucherAmount,
                status: 'done',
            });
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('nor does a better voucher that has just expired, by a time that a node does not know yet', async () => {
            const { channels, requests } = await lab.prepare(1, closingFor(600n));
            const { address, payer, voucherAmount } = channels[0]!;
            const { session } = lab.market.payers.find(({ wallet }) => wallet === payer)!;
            const expiresAt = lab.simulator.getClock().unixTimestamp + 2n;
            const terms = { channelId: address, cumulativeAmount: voucherAmount + 1n, expiresAt };
            const better = { ...requests[0]!, voucher: await signVoucher(terms, session, deployment) };
            let before: unknown;
            let stale = 3;
            const all = [...requests, better];
            const result = await lab.execute(all, { mode: 'settle' }, async (method, _, send) => {
                if (method === 'getMultipleAccounts' && before !== undefined && stale-- > 0) return before;
                const answer = await send();
                if (method === 'getMultipleAccounts' && before === undefined) {
                    before = answer;
                    await lab.timers.sleep(3_000);
                }
                return answer;
            });
            expect(stale).toBeLessThan(0);
            expect(resultOf(result.channels).settledAmount).toBe(voucherAmount);
            expect(lab.getFailedOnChain()).toEqual([]);
        });

        it('and what fails for anything else is tried once, and failed', async () => {
            const { requests } = await lab.prepare(1);
            let sends = 0;
            const result = await lab.execute(requests, { mode: 'settle' }, async (method, _, send) => {
                if (method !== 'sendTransaction') return await send();
                sends++;
                throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__INVALID_PROGRAM_FOR_EXECUTION);
            });
            expect([sends, countBy(result)]).toEqual([1, { failed: 1 }]);
            expect(resultOf(result.channels).error).toBeInstanceOf(Error);
        });
    });

    describe('a verifier that fails', () => {
        /** Of each channel a voucher that is known to be good, and a higher one that is not verified yet. */
        const prepare = async (seconds: bigint) => {
            const { channels, requests } = await lab.prepare(2, closingFor(seconds));
            const better = await Promise.all(
                channels.map(async ({ address, payer, voucherAmount }, index): Promise<BatchRequest> => {
                    const { session } = lab.market.payers.find(({ wallet }) => wallet === payer)!;
                    const terms = { channelId: address, cumulativeAmount: voucherAmount + 1n };
                    return { ...requests[index]!, voucher: await signVoucher(terms, session, deployment) };
                }),
            );
            return { channels, requests: [...requests.map(one => ({ ...one, isSignatureValid: true })), ...better] };
        };
        const failing = {
            ...createVoucherVerifier(deployment),
            verifyAll: () => Promise.reject(new Error('no')),
        };

        it.each(['settle', FINAL] as const)('%s: costs no voucher in the last minute of its channel', async mode => {
            const { channels, requests } = await prepare(59n);
            const result = await lab.execute(requests, { mode, verifier: failing });
            expect(result.stopped).toMatchObject({ error: { message: 'no' }, reason: 'verifier' });
            for (const [index, { address, voucherAmount }] of channels.entries()) {
                expect(result.channels[index]).toMatchObject({
                    channel: address,
                    settledAmount: voucherAmount,
                    status: 'skipped',
                });
                const codes = result.channels[index]!.skipped.map(({ reason }) => reason.code);
                expect(codes).toContain('SIGNATURE_NOT_VERIFIED');
            }
        });

        it('has channels with time left to themselves, and is asked again in the last minute', async () => {
            const { channels, requests } = await prepare(300n);
            const early = await lab.execute(requests, { mode: 'settle', verifier: failing });
            expect(early.stopped?.reason).toBe('verifier');
            expect(countBy(early)).toEqual({ notStarted: 2 });
            const result = await lab.execute(requests, { mode: 'settle' });
            expect(countBy(result)).toEqual({ done: 2 });
            expect(result.channels[0]!.settledAmount).toBe(channels[0]!.voucherAmount + 1n);
        });
    });

    describe('a payout that can not be made', () => {
        it.each(WITH_PAYOUT)('%s: of payers without token accounts keeps nobody else waiting', async mode => {
            lab = await ExecutionLab.create(deployment, 1);
            const { channels, requests } = await lab.prepare(6);
            const result = await lab.execute(requests, { mode });
            expect(countBy(result)).toEqual({ done: 6 });
            for (const [index, channel] of channels.entries()) {
                expect(lab.getSettled(channel)).toBe(channel.voucherAmount);
                expect(lab.simulator.getChannel(channel.address).kind).toBe('open');
                const { actions, skipped } = result.channels[index]!;
                expect(actions).toEqual(['settle', 'distribute']);
                const waiting = [{ part: 'distribution', reason: { code: 'DISTRIBUTION_FORFEITS' } }];
                expect(skipped).toMatchObject(mode === FINAL ? waiting : []);
            }
        });

        it.each(WITH_PAYOUT)('%s: for a reason that nobody foresaw keeps no voucher waiting', async mode => {
            const { channels, requests } = await lab.prepare(3);
            // The treasury's accounts are closed, which nodes that lag behind do not tell.
            const { simulator } = lab;
            const treasuries = lab.market.mints.map(token => {
                return findTokenPdaSync({ ...token, owner: deployment.treasuryOwner })[0];
            });
            const before = new Map(treasuries.map(address => [address, simulator.svm.getAccount(address)]));
            for (const address of treasuries) {
                const account = before.get(address)!;
                if (account.exists) simulator.svm.setAccount({ ...account, data: new Uint8Array(0), space: 0n });
            }
            const result = await lab.execute(requests, { mode }, async (method, parameters, send) => {
                const answer = await send();
                if (method !== 'getMultipleAccounts') return answer;
                const { context, value } = answer as { context: unknown; value: object[] };
                const told = (parameters[0] as Address[]).map((address, index) => {
                    const account = before.get(address);
                    if (!account?.exists) return value[index];
                    return { ...value[index], data: [getBase64Decoder().decode(account.data), 'base64'] };
                });
                return { context, value: told };
            });
            expect(countBy(result)).toEqual({ done: 3 });
            for (const [index, channel] of channels.entries()) {
                expect(lab.getSettled(channel)).toBe(channel.voucherAmount);
                expect(result.channels[index]).toMatchObject({
                    skipped: [{ part: 'distribution', reason: { code: 'DISTRIBUTION_BLOCKED' } }],
                    settledAmount: channel.voucherAmount,
                });
            }
        });

        it('since nobody can pay for the token accounts that it takes keeps no voucher waiting', async () => {
            lab = await ExecutionLab.create(deployment, 1);
            const { channels, requests } = await lab.prepare(6);
            const funder = await lab.simulator.createSigner();
            const result = await lab.execute(requests, {
                funder,
                maxPayerTokenAccounts: 6,
                missingTokenAccounts: 'create',
                mode: FINAL,
            });
            expect(result.rounds).toBeLessThan(12);
            for (const [index, channel] of channels.entries()) {
                expect(result.channels[index]).toMatchObject({ settledAmount: channel.voucherAmount, status: 'done' });
            }
        });

        it('costs no more token accounts of payers than it may, in all rounds together', async () => {
            lab = await ExecutionLab.create(deployment, 1);
            const { channels, requests } = await lab.prepare(6);
            let isFirst = true;
            const result = await lab.execute(
                requests,
                { maxPayerTokenAccounts: 2, missingTokenAccounts: 'create', mode: FINAL },
                async (method, _, send) => {
                    if (method !== 'sendTransaction' || !isFirst) return await send();
                    isFirst = false;
                    throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE);
                },
            );
            expect(countBy(result)).toEqual({ done: 6 });
            const created = channels.filter(({ mint, payer, tokenProgram }) => {
                const [account] = findTokenPdaSync({ mint, owner: payer, tokenProgram });
                return lab.simulator.svm.getAccount(account).exists;
            });
            expect(created).toHaveLength(2);
            for (const { address } of created) expect(lab.simulator.getChannel(address).kind).toBe(names.closed);
        });
    });
});

function getDecoded(lab: ExecutionLab, address: Address) {
    const state = lab.simulator.getChannel(address);
    if (!('channel' in state)) throw new Error('there is no channel');
    return { account: state.channel };
}
