import { createClient } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { EPOCH_LOCALNET, TOMBSTONE_LOCALNET } from '../../src';
import { batchSettlement, payer, paymentChannels, transactionSending } from '../../src/plugin';
import { createSimulator, simulated } from '../../src/testing';
import { ExecutionLab, REVISIONS } from './fixtures/execution';

describe.each(REVISIONS)('the plugin for batches, $name', ({ deployment }) => {
    it('plans and executes with the payer, the RPC and the deployment of the client', async () => {
        const lab = await ExecutionLab.create(deployment);
        const { channels, requests } = await lab.prepare(12);
        const client = createClient()
            .use(payer(lab.market.merchants[0]!.signer))
            .use(simulated(lab.simulator))
            .use(batchSettlement({ journal: lab.journal }));
        const mode = 'settleAndFinalize';

        const { fetched, plan } = await client.batchSettlement.plan(requests, { mode: mode as never });
        expect(fetched.items).toHaveLength(12);
        expect(plan.skipped).toEqual([]);
        const { channels: results, transactions } = await client.batchSettlement.execute(requests, {
            mode: mode as never,
            timers: lab.timers,
        });
        expect(results.map(({ status }) => status)).toEqual(channels.map(() => 'done'));
        expect(transactions).toHaveLength(plan.transactions.length);
        for (const channel of channels) expect(lab.simulator.getChannel(channel.address).kind).toBe('finalized');
    });
});

it('is for the deployment of the plugin of payment channels, and its types are', async () => {
    const simulator = await createSimulator({ deployment: EPOCH_LOCALNET });
    const lab = await ExecutionLab.create(EPOCH_LOCALNET);
    const base = createClient()
        .use(payer(await simulator.createFundedSigner()))
        .use(simulated(simulator))
        .use(transactionSending());
    const client = base.use(paymentChannels()).use(batchSettlement({ journal: lab.journal }));
    const { plan } = await client.batchSettlement.plan([], { mode: 'settleAndFinalize' });
    expect(plan.mode).toBe('settleAndFinalize');
    // @ts-expect-error: what the program calls it.
    await expect(client.batchSettlement.plan([], { mode: 'settleAndSeal' })).rejects.toMatchObject({
        code: 'BATCH_INVALID',
    });
    expect(() => base.use(paymentChannels({ deployment: TOMBSTONE_LOCALNET }))).toThrow(
        expect.objectContaining({ code: 'REVISION_MISMATCH' }),
    );
});

it('refuses what the client itself says', async () => {
    const lab = await ExecutionLab.create(TOMBSTONE_LOCALNET);
    const client = createClient()
        .use(payer(lab.market.merchants[0]!.signer))
        .use(simulated(lab.simulator))
        .use(batchSettlement({ commitment: 'finalized', journal: lab.journal }));
    const { execute, plan } = client.batchSettlement;
    for (const [call, names] of [
        [execute, ['commitment', 'feePayer', 'journal', 'verifier']],
        [plan, ['feePayer', 'unixTimestamp', 'verifier']],
    ] as const) {
        for (const name of names) {
            const options = { [name]: 'other', mode: 'settle' } as never;
            await expect(call([], options)).rejects.toMatchObject({ context: { field: `options.${name}` } });
        }
    }
});

it.each([[undefined], [null]])('refuses a config that is none: %s', config => {
    expect(() => batchSettlement(config as never)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
});
