import { describe, expect, it } from 'vitest';

import { type ChannelState, MAINNET_DEPLOYMENT } from '../../src';
import { planBatchReclaim } from '../../src/settlement';
import { nameToAddress } from '../fixtures/batch';
import { EPOCH, makeFile, MERCHANT, type PlanJson, runPlan } from '../fixtures/plan-file';

describe('payment-channels plan --mode reclaim', () => {
    const OPEN_SLOT = 1_000n;
    const flags = ['--mode', 'reclaim', '--slot', '2501'];

    /** Distributed channels, but for the second, which is too young, and the third, which is open. */
    const makeReclaimFile = async (channels: number) => {
        const { file } = await makeFile(EPOCH, 1);
        const { fields } = file.channels[0]!;
        const change = (index: number) => ({
            ...(index === 1 ? { openSlot: `${OPEN_SLOT + 1n}` } : {}),
            ...(index === 2 ? {} : { status: 'distributed' }),
        });
        return {
            channels: Array.from({ length: channels }, (_, index) => ({
                address: nameToAddress(`channel ${index}`),
                fields: { ...fields, ...change(index) },
            })),
            vouchers: [],
        };
    };

    it('prints what planBatchReclaim plans, what is skipped, and what each version costs', async () => {
        const { error, exitCode, output } = await runPlan(await makeReclaimFile(42), ...flags, '--json');
        expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 });
        const json = JSON.parse(output) as PlanJson & { mode: string };
        expect(json.mode).toBe('reclaim');
        const states = Array.from({ length: 40 }, (_, index) => ({
            address: nameToAddress(`channel ${index + 2}`),
            channel: { openSlot: OPEN_SLOT, payee: MERCHANT.address, rentPayer: EPOCH.ownFields['rentPayer'] },
            kind: 'distributed',
        })) as unknown as ChannelState<'epoch'>[];
        const plan = planBatchReclaim(states, { feePayer: MERCHANT.address, slot: 2_501n }, MAINNET_DEPLOYMENT);
        expect(json.transactions.map(({ bytes }) => bytes)).toEqual(plan.transactions.map(({ bytes }) => bytes));
        expect(json.totals).toMatchObject({
            channels: 40,
            feeLamports: `${plan.feeLamports}`,
            transactions: plan.transactions.length,
        });
        expect(json.skipped.map(({ code }) => code)).toEqual(['RECLAIM_TOO_EARLY', 'NOTHING_TO_DO']);
        expect(json.options.map(({ version }) => version)).toEqual(['legacy', 0, 1]);
        const [legacy, , one] = json.options;
        expect(Number(one!.lamportsPerChannel)).toBeLessThan(Number(legacy!.lamportsPerChannel));
    });

    it('prints a table, and uses lookup tables where they are given', async () => {
        const file = await makeReclaimFile(42);
        const lookupTables = { [nameToAddress('table')]: file.channels.map(({ address }) => address) };
        const { output } = await runPlan({ ...file, lookupTables }, ...flags);
        expect(output).toMatch(/│ 40 reclaim │/);
        expect(output).toMatch(/│ 0\s+│ given\s+│/);
        expect(output.trim().split('\n').at(-1)).toMatch(/^0 vouchers of 40 channels in 1 transactions/);
    });

    it('needs a slot', async () => {
        const { error, exitCode } = await runPlan(await makeReclaimFile(1), ...flags.slice(0, -2));
        expect({ error, exitCode }).toEqual({
            error: 'payment-channels: --mode reclaim needs --slot, a slot that the cluster has reached\n',
            exitCode: 2,
        });
    });
});
