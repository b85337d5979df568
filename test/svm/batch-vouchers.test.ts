import { beforeEach, describe, expect, it } from 'vitest';

import { createVoucherVerifier, verifyVoucher, type SignedVoucher, type VoucherVerifier } from '../../src';
import { planBatchSettleAsync as planEpochBatchSettleAsync } from '../../src/settlement';
import { planBatchSettleAsync } from '../../src/settlement/plan/plan-batch-settle';
import { countBy, ExecutionLab, REVISIONS } from './fixtures/execution';

// A batch settles the vouchers that it was given and that a verifier has found good, and no others.

describe.each(REVISIONS)('a batch of the $name revision', ({ deployment, name }) => {
    let lab: ExecutionLab;
    beforeEach(async () => {
        lab = await ExecutionLab.create(deployment);
    });

    /** The vouchers in one buffer, which is used again. */
    const toShared = (vouchers: readonly SignedVoucher[]) => {
        const buffer = new Uint8Array(64 * vouchers.length);
        const shared = vouchers.map((signed, index): SignedVoucher => {
            const signature = buffer.subarray(64 * index, 64 * (index + 1)) as SignedVoucher['signature'];
            (signature as Uint8Array).set(signed.signature);
            return { ...signed, signature, voucher: { ...signed.voucher } };
        });
        const overwrite = () => {
            buffer.fill(0);
            for (const { voucher } of shared) Object.assign(voucher, { cumulativeAmount: 1n, expiresAt: 1n });
        };
        return { overwrite, shared };
    };

    it('executes the vouchers that it was given, whatever becomes of their bytes meanwhile', async () => {
        const { requests } = await lab.prepare(5);
        const { overwrite, shared } = toShared(requests.map(({ voucher }) => voucher!));
        const expected = shared.map(({ voucher }) => voucher.cumulativeAmount);
        const given = requests.map((request, index) => ({ ...request, voucher: shared[index] }));
        const executing = lab.execute(given, { mode: 'settle' });
        overwrite();
        for (const request of given) Object.assign(request, { voucher: undefined });
        const result = await executing;
        expect(countBy(result)).toEqual({ done: 5 });
        expect(result.channels.map(({ settledAmount }) => settledAmount)).toEqual(expected);
    });

    it('plans the vouchers that were verified, whatever becomes of their bytes meanwhile', async () => {
        const { requests, channels } = await lab.prepare(3);
        const { overwrite, shared } = toShared(requests.map(({ voucher }) => voucher!));
        const items = channels.map(({ address }, index) => ({
            channel: lab.simulator.getChannel(address),
            voucher: shared[index],
        }));
        const plan = (
            name === 'epoch' ? planEpochBatchSettleAsync : planBatchSettleAsync
        ) as typeof planBatchSettleAsync;
        const planning = plan(
            items as never,
            {
                feePayer: lab.market.merchants[0]!.signer,
                mode: 'settle',
                unixTimestamp: lab.simulator.getClock().unixTimestamp,
                verifier: createVoucherVerifier(deployment),
            },
            deployment as never,
        );
        overwrite();
        const { skipped, transactions } = await planning;
        expect(skipped).toEqual([]);
        for (const { voucher } of transactions.flatMap(({ channels: planned }) => planned)) {
            expect(await verifyVoucher(voucher!, voucher!.signer, deployment)).toBe(true);
        }
    });

    it.each<{ answer: (count: number) => unknown; title: string }>([
        { answer: count => new Array<unknown>(count).fill('true'), title: 'texts' },
        { answer: count => new Array<unknown>(count).fill(1), title: 'numbers' },
        { answer: count => new Array<unknown>(count), title: 'holes' },
        { answer: () => [true], title: 'too little' },
        { answer: count => new Array<unknown>(count + 1).fill(true), title: 'too much' },
        { answer: () => true, title: 'one for all' },
        { answer: () => undefined, title: 'nothing' },
    ])('sends nothing when its verifier answers $title', async ({ answer }) => {
        const { requests } = await lab.prepare(3);
        const verifyAll = (vouchers: readonly unknown[]) => Promise.resolve(answer(vouchers.length) as boolean[]);
        const verifier: VoucherVerifier = { ...createVoucherVerifier(deployment), verifyAll };
        const result = await lab.execute(requests, { mode: 'settle', verifier });
        expect(countBy(result)).toEqual({ notStarted: 3 });
        expect(result.stopped?.error).toMatchObject({ code: 'VERIFIER_ANSWER_INVALID' });
        expect(lab.accepted.size).toBe(0);
    });

    it.each(['true', 1, 0, null, {}])('settles nothing with %o as what is known of a signature', async value => {
        const { requests } = await lab.prepare(2);
        const given = requests.map(request => ({ ...request, isSignatureValid: value as unknown as boolean }));
        const result = await lab.execute(given, { mode: 'settle' });
        expect(countBy(result)).toEqual({ unreadable: 2 });
        expect(result.channels[0]!.error).toMatchObject({ code: 'BATCH_INVALID' });
        expect(lab.accepted.size).toBe(0);
    });
});
