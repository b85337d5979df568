import { SOLANA_ERROR__TRANSACTION_ERROR__INVALID_PROGRAM_FOR_EXECUTION, type SignatureBytes } from '@solana/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createVoucherVerifier, ED25519_PROGRAM_ADDRESS, type SignedVoucher, type VoucherVerifier } from '../../src';
import { type BatchRequest } from '../../src/settlement';
import { STATUSES } from '../fixtures/revision';
import { countBy, ExecutionLab, REVISIONS } from './fixtures/execution';
import type { Interceptor } from './fixtures/intercepted-rpc';
import { toRefusal } from './fixtures/node-errors';

// Whoever says that a signature is good is believed, but not against the chain: then it is proved, and a forged voucher keeps
// no good one from being settled.

describe.each(REVISIONS)('a forged voucher that was said to be good, $name', ({ deployment }) => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create(deployment);
    });
    afterEach(() => {
        vi.restoreAllMocks();
    });

    const forge = (signed: SignedVoucher, cumulativeAmount: bigint): SignedVoucher => ({
        ...signed,
        signature: new Uint8Array(64).fill(7) as SignatureBytes,
        voucher: { ...signed.voucher, cumulativeAmount },
    });

    /** Four channels; two of them have a good voucher, and two forged ones that are over more, or as much and given first. */
    const prepare = async (change?: Parameters<ExecutionLab['prepare']>[1]) => {
        const { channels, requests } = await lab.prepare(4, change);
        const all = requests.flatMap((request, index): BatchRequest[] => {
            const [{ deposit, voucherAmount }, voucher] = [channels[index]!, request.voucher!];
            const forged = index === 1 ? [deposit, voucherAmount] : index === 2 ? [voucherAmount + 1n] : [];
            return [...forged.map(amount => ({ ...request, voucher: forge(voucher, amount) })), request];
        });
        return { channels, requests: all };
    };
    const believe = (requests: readonly BatchRequest[]) =>
        requests.map(request => ({ ...request, isSignatureValid: true }));

    /** A node that does not say what is wrong with a transaction. */
    const mute: Interceptor = async (method, _, send) => {
        if (method !== 'sendTransaction') return await send();
        return await send().catch(() => {
            throw toRefusal(SOLANA_ERROR__TRANSACTION_ERROR__INVALID_PROGRAM_FOR_EXECUTION);
        });
    };

    it.each([
        ['settle', undefined],
        ['settle', mute],
        ['settleAndDistribute', mute],
        ['settleAndFinalize', undefined],
        ['settleAndFinalizeAndDistribute', mute],
    ] as const)('%s: the good one is settled by the same execution', async (mode, intercept) => {
        const { channels, requests } = await prepare();
        const result = await lab.execute(believe(requests), { mode }, intercept);
        expect(result.stopped).toBeUndefined();
        for (const [index, { skipped, settledAmount, status }] of result.channels.entries()) {
            expect(settledAmount).toBe(channels[index]!.voucherAmount);
            const forged = skipped.filter(({ reason }) => reason.code === 'SIGNATURE_INVALID');
            // Of two over as much, the forged one is not missed.
            expect(forged).toHaveLength([0, 1, 1, 0][index]!);
            expect(status).toBe(forged.length > 0 ? 'skipped' : 'done');
        }
    });

    it('is found by the platform, whatever another verifier says', async () => {
        const { channels, requests } = await prepare();
        const verifyAll = (vouchers: readonly unknown[]) => Promise.resolve(vouchers.map(() => true));
        const verifier: VoucherVerifier = { ...createVoucherVerifier(deployment), verifyAll };
        const result = await lab.execute(requests, { mode: 'settleAndFinalize', verifier });
        expect(result.channels.map(({ settledAmount }) => settledAmount)).toEqual(
            channels.map(({ voucherAmount }) => voucherAmount),
        );
        for (const { actions } of result.channels) expect(actions).toEqual(['settleAndFinalize']);
    });

    it('is what its verifier says, where the platform can not tell', async () => {
        const { channels, requests } = await prepare();
        vi.spyOn(crypto.subtle, 'verify').mockRejectedValue(new Error('out of order'));
        const forged = (signature: SignatureBytes) => signature[0] === 7 && signature[1] === 7;
        const verifier: VoucherVerifier = {
            ...createVoucherVerifier(deployment),
            verifyAll: vouchers =>
                Promise.resolve(vouchers.map(({ signedVoucher }) => !forged(signedVoucher.signature))),
        };
        const result = await lab.execute(believe(requests), { mode: 'settle', verifier });
        expect(channels.map(channel => lab.getSettled(channel))).toEqual(
            channels.map(({ voucherAmount }) => voucherAmount),
        );
        expect(result.stopped).toBeUndefined();
    });

    it('is not called bad where nobody can tell; the other channels have nothing to do with it', async () => {
        const { requests } = await prepare();
        vi.spyOn(crypto.subtle, 'verify').mockRejectedValue(new Error('out of order'));
        const result = await lab.execute(believe(requests), { mode: 'settle' });
        expect(countBy(result)).toEqual({ done: 2, failed: 2 });
        for (const { error, failure, skipped } of [result.channels[1]!, result.channels[2]!]) {
            expect(failure).toMatchObject({ name: 'InvalidSignature', program: ED25519_PROGRAM_ADDRESS });
            expect(error).toMatchObject({ code: 'VERIFIER_FAILED' });
            expect(skipped.map(({ reason }) => reason.code)).not.toContain('SIGNATURE_INVALID');
        }
    });

    it('is not even tried where there is no time for a refusal', async () => {
        const { unixTimestamp } = lab.simulator.getClock();
        const { channels, requests } = await prepare(() => ({
            closureStartedAt: unixTimestamp - 3_590n,
            status: STATUSES.closing,
        }));
        let sendings = 0;
        await lab.execute(believe(requests), { mode: 'settle' }, async (method, _, send) => {
            if (method === 'sendTransaction') sendings++;
            return await send();
        });
        expect(sendings).toBe(lab.accepted.size);
        expect(channels.map(channel => lab.getSettled(channel))).toEqual(
            channels.map(({ voucherAmount }) => voucherAmount),
        );
    });

    it('is tried there where nobody can prove anything', async () => {
        const { unixTimestamp } = lab.simulator.getClock();
        const { requests } = await lab.prepare(1, () => ({
            closureStartedAt: unixTimestamp - 3_590n,
            status: STATUSES.closing,
        }));
        vi.spyOn(crypto.subtle, 'verify').mockRejectedValue(new Error('out of order'));
        expect(countBy(await lab.execute(believe(requests), { mode: 'settle' }))).toEqual({ done: 1 });
    });

    it('that failed on chain is not sent once more after a restart', async () => {
        const { channels, requests } = await lab.prepare(1);
        const [request] = requests as [BatchRequest];
        const forged = { ...request, voucher: forge(request.voucher!, request.voucher!.voucher.cumulativeAmount + 1n) };
        const both = believe([forged, request]);
        let isGone = false;
        await lab.execute(both, { mode: 'settle', patienceMs: 1_000 }, async (method, _, send) => {
            if (isGone) throw new Error('gone');
            if (method !== 'sendTransaction') return await send();
            isGone = true;
            throw new Error('no answer');
        });
        // Whoever had it forwarded it without a look: it took its fee.
        const result = await lab.execute(both, { mode: 'settle' }, async (method, _, send) => {
            const answer = await send();
            if (method !== 'getSignatureStatuses' || lab.accepted.size > 0) return answer;
            const { context } = answer as { context: { slot: bigint } };
            const err = { InstructionError: [0, { Custom: 2 }] };
            const status = {
                confirmationStatus: 'finalized',
                confirmations: null,
                err,
                slot: context.slot,
                status: { Err: err },
            };
            return { context, value: [status] };
        });
        expect(result.transactions.map(({ isResumed, outcome }) => [isResumed, outcome])).toEqual([
            [true, 'failed'],
            [false, 'landed'],
        ]);
        expect(lab.getSettled(channels[0]!)).toBe(channels[0]!.voucherAmount);
    });
});
