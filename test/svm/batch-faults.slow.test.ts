import type { Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    findTokenPdaSync,
    getDistributeInstructionAsync,
    getPayouts,
    getSettleAndFinalizeInstructions,
    getSettleInstructions,
} from '../../src';
import { type BatchExecution, type BatchMode, type BatchRequest } from '../../src/settlement';
import { createRandom } from '../fixtures/seeded-random';
import type { Deployment } from '../../src/revision/deployment';
import { ExecutionLab, MODES, REVISIONS } from './fixtures/execution';
import { Crash, createFaultyInterceptor, NO_FAULTS, type Faults } from './fixtures/faults';
import type { MarketChannel } from './fixtures/market';
import { DEPLOYMENT } from '../fixtures/deployment';
import { STATUSES } from '../fixtures/revision';
import { IS_DEEP } from '../fixtures/depth';

// What an executor has to survive: a thousand channels of several merchants in two tokens, with an RPC that fails, lies
// and forgets, other people at the same channels, and a process that dies between any two steps. What may be lost is
// time. What may not: a token, a voucher, or a fee for what had been done already.

const WAYS = [
    { name: 'legacy', options: { version: 'legacy' } },
    { name: 'version 0', options: { computeUnitPrice: 1_000n, version: 0 } },
    { name: 'version 1', options: { version: 1 } },
] as const;
const LEASE_MS = 300_000;

type World = {
    lab: ExecutionLab;
    channels: readonly MarketChannel[];
    requests: readonly BatchRequest[];
    balances: ReadonlyMap<Address, bigint>;
    random: () => number;
};

async function createWorld(deployment: Deployment, seed: string, count: number): Promise<World> {
    const lab = await ExecutionLab.create(deployment);
    const { unixTimestamp: now } = lab.simulator.getClock();
    // Some channels are closing as the batch begins, with days to go.
    const { channels, requests } = await lab.prepare(count, index =>
        index % 11 === 5 ? { closureStartedAt: now, gracePeriod: 864_000, status: STATUSES.closing } : {},
    );
    return { balances: readBalances(lab, channels), channels, lab, random: createRandom(seed), requests };
}

/** Who has how much, in every token account that the channels may pay to, escrows included. */
function readBalances({ simulator }: ExecutionLab, channels: readonly MarketChannel[]): Map<Address, bigint> {
    const balances = new Map<Address, bigint>();
    for (const { escrow, merchant, mint, payer, splits, tokenProgram } of channels) {
        const owners = [merchant.address, payer, simulator.deployment.treasuryOwner];
        const addresses = [...owners, ...splits.map(({ recipient }) => recipient)].map(
            owner => findTokenPdaSync({ mint, owner, tokenProgram })[0],
        );
        for (const address of [escrow, ...addresses]) balances.set(address, simulator.getTokenAmount(address));
    }
    return balances;
}

/** What others do with a channel: bring its voucher in, end it, or pay it out. */
async function interfere({ channels, lab, random, requests }: World): Promise<void> {
    const { simulator } = lab;
    const index = Math.floor(random() * channels.length);
    const [channel, request] = [channels[index]!, requests[index]!];
    const state = simulator.getChannel(channel.address);
    const { deployment } = simulator;
    const voucher = request.voucher!;
    if (state.kind === 'finalized') {
        await simulator.send([await getDistribute(channel)]);
        return;
    }
    if (state.kind !== 'open') return;
    const isSettled = state.channel.settlement.settled >= voucher.voucher.cumulativeAmount;
    const what = random();
    if (what < 0.4) {
        if (!isSettled) await simulator.send(getSettleInstructions({ voucher }, deployment));
    } else if (what < 0.6) {
        const finalize = getSettleAndFinalizeInstructions(
            { channel: channel.address, payee: channel.merchant, ...(isSettled ? {} : { voucher }) },
            deployment,
        );
        await simulator.send([...finalize, await getDistribute(channel)]);
    } else if (what < 0.8) {
        // As requestClose leaves it.
        const { unixTimestamp: closureStartedAt } = simulator.getClock();
        const account = simulator.svm.getAccount(channel.address);
        if (!account.exists) throw new Error('it was there');
        const data = deployment.channel.encode({
            ...state.channel,
            closureStartedAt,
            gracePeriod: 864_000,
            status: STATUSES.closing,
        });
        simulator.svm.setAccount({ ...account, data: new Uint8Array(data) });
    } else if (isSettled && state.channel.settlement.payoutWatermark < state.channel.settlement.settled) {
        await simulator.send([await getDistribute(channel)]);
    }

    function getDistribute({ address, merchant, mint, payer, splits, tokenProgram }: MarketChannel) {
        const rent = { rentPayer: lab.market.rentPayer };
        return getDistributeInstructionAsync(
            // The rent payer is one of the epoch revision only.
            { ...rent, channel: address, mint, payee: merchant.address, payer, splits, tokenProgram },
            deployment,
        );
    }
}

/** Every channel has its voucher in, and every token is where the model says: nothing lost, nothing paid twice. */
function checkBooks({ balances, channels, lab }: World, mode: BatchMode): void {
    const expected = new Map(balances);
    const add = (address: Address, amount: bigint) => expected.set(address, (expected.get(address) ?? 0n) + amount);
    for (const {
        address,
        deposit,
        escrow,
        merchant,
        mint,
        payer,
        settledBefore,
        splits,
        tokenProgram,
        voucherAmount,
    } of channels) {
        const state = lab.simulator.getChannel(address);
        const isClosed = state.kind === lab.names.closed;
        if ('channel' in state) expect(state.channel.settlement.settled).toBe(voucherAmount);
        else expect(state.kind).toBe(lab.names.closed);
        const { closed } = lab.names;
        const finalized = 'finalized';
        if (mode === 'settleAndFinalizeAndDistribute') expect(state.kind).toBe(closed);
        if (mode === 'settleAndFinalize') expect([closed, finalized]).toContain(state.kind);
        const paidUpTo = 'channel' in state ? state.channel.settlement.payoutWatermark : voucherAmount;
        // A channel that is closing is distributed when it is finalized, and no sooner.
        if (mode === 'settleAndDistribute' && state.kind !== 'closing') expect(paidUpTo).toBe(voucherAmount);
        if (paidUpTo === settledBefore && !isClosed) continue;

        const find = (owner: Address) => findTokenPdaSync({ mint, owner, tokenProgram })[0];
        const payouts = getPayouts({ payoutWatermark: settledBefore, settled: paidUpTo, splits }, DEPLOYMENT);
        for (const [index, { recipient }] of splits.entries()) add(find(recipient), payouts.recipients[index]!);
        add(find(merchant.address), payouts.payee);
        const paid = paidUpTo - settledBefore - payouts.remainder;
        if (isClosed) {
            add(find(payer), deposit - voucherAmount);
            add(find(lab.simulator.deployment.treasuryOwner), payouts.remainder);
            expected.set(escrow, 0n);
        } else {
            add(escrow, -paid);
        }
    }
    expect(readBalances(lab, channels)).toEqual(expected);
    // A node simulates, so that whatever is on chain has succeeded: no fee was paid for nothing.
    expect(lab.getFailedOnChain()).toEqual([]);
}

/** Whether an execution has done all that it could. */
function checkReport({ channels, stopped }: BatchExecution): void {
    expect(stopped).toBeUndefined();
    for (const { error, failure, skipped, status } of channels) {
        expect(error).toBeUndefined();
        expect(failure).toBeUndefined();
        // What others have done meanwhile is skipped, with that reason.
        if (status === 'skipped') {
            for (const { reason } of skipped) {
                expect(['CHANNEL_NOT_SETTLEABLE', 'NOT_ABOVE_SETTLED', 'NOTHING_TO_DO']).toContain(reason.code);
            }
        } else {
            expect(status).toBe('done');
        }
    }
}

const FAULTS: readonly Readonly<{ name: string; faults: Partial<Faults> }>[] = [
    { faults: {}, name: 'no faults' },
    { faults: { fails: 0.2, losesAnswer: 0.2 }, name: 'an RPC that fails' },
    { faults: { drops: 0.5 }, name: 'a node that drops transactions' },
    { faults: { forgets: 0.7, losesAnswer: 0.1 }, name: 'a node that forgets transactions' },
    { faults: { interferes: 0.3 }, name: 'others at the same channels' },
    { faults: { drops: 0.2, fails: 0.1, forgets: 0.3, interferes: 0.2, losesAnswer: 0.1 }, name: 'all of it' },
];

describe.each(REVISIONS)('batches that are executed while things go wrong, $name', ({ deployment }) => {
    describe.each(FAULTS)('$name', ({ faults, name }) => {
        it.each(MODES)('%s', { timeout: 1_200_000 }, async mode => {
            for (const way of IS_DEEP || name === 'all of it' ? WAYS : WAYS.slice(1, 2)) {
                const world = await createWorld(deployment, `${name} ${mode} ${way.name}`, IS_DEEP ? 1_000 : 24);
                const result = await world.lab.execute(
                    world.requests,
                    { maxAttempts: 50, mode, ...way.options },
                    createFaultyInterceptor(world.lab.simulator, { ...NO_FAULTS, ...faults }, world.random, () =>
                        interfere(world),
                    ),
                );
                checkReport(result);
                checkBooks(world, mode);
            }
        });
    });

    it.each(MODES)('%s: a process that dies, again and again', { timeout: 1_200_000 }, async mode => {
        const seeds = IS_DEEP ? 40 : 2;
        for (let seed = 0; seed < seeds; seed++) {
            const world = await createWorld(deployment, `crash ${mode} ${seed}`, IS_DEEP ? 200 : 24);
            const { lab, random, requests } = world;
            const faults = { ...NO_FAULTS, drops: 0.1, fails: 0.05, forgets: 0.1, interferes: 0.1, losesAnswer: 0.05 };
            const { options } = WAYS[seed % WAYS.length]!;
            for (let restart = 0; restart < (IS_DEEP ? 12 : 6); restart++) {
                const crash = new Crash(Math.floor(random() * 60));
                const execution = lab.execute(
                    requests,
                    {
                        journal: crash.wrapJournal(lab.journal),
                        leaseMs: LEASE_MS,
                        maxAttempts: 50,
                        mode,
                        timers: crash.wrapTimers(lab.timers),
                        ...options,
                    },
                    crash.wrap(createFaultyInterceptor(lab.simulator, faults, random, () => interfere(world))),
                );
                await Promise.race([execution, crash.happened]);
                // Sometimes the restart comes at once and finds the leases taken, sometimes much later.
                if (random() < 0.7) await lab.timers.sleep(LEASE_MS * random() * 2);
            }
            await lab.timers.sleep(LEASE_MS);
            const sentBefore = lab.accepted.size;
            const last = await lab.execute(requests, { maxAttempts: 50, mode, ...options });
            expect(last.stopped).toBeUndefined();
            for (const { status } of last.channels) expect(['done', 'skipped']).toContain(status);
            expect(lab.accepted.size - sentBefore).toBeLessThanOrEqual(last.transactions.length);
            expect(await lab.journal.getUnresolved(requests.map(({ channel }) => channel))).toEqual([]);
            checkBooks(world, mode);
        }
    });

    it('a process that dies at each single step', { timeout: 1_200_000 }, async () => {
        let hasCrashed = true;
        for (let step = 0; hasCrashed; step += IS_DEEP ? 1 : 9) {
            const world = await createWorld(deployment, `step ${step}`, 6);
            const { lab, requests } = world;
            const crash = new Crash(step);
            const mode = 'settleAndFinalizeAndDistribute';
            await Promise.race([
                crash.happened,
                lab.execute(
                    requests,
                    {
                        journal: crash.wrapJournal(lab.journal),
                        leaseMs: LEASE_MS,
                        mode,
                        timers: crash.wrapTimers(lab.timers),
                    },
                    crash.wrap((_, __, send) => send()),
                ),
            ]);
            hasCrashed = crash.hasHappened;
            await lab.timers.sleep(LEASE_MS);
            checkReport(await lab.execute(requests, { mode }));
            checkBooks(world, mode);
        }
    });

    it('several executors over the same channels at the same time', { timeout: 600_000 }, async () => {
        const world = await createWorld(deployment, 'several', IS_DEEP ? 400 : 40);
        const { lab, random, requests } = world;
        const faults = { ...NO_FAULTS, drops: 0.2, fails: 0.1, losesAnswer: 0.1 };
        const executions = await Promise.all(
            Array.from({ length: 3 }, () =>
                lab.execute(
                    requests.filter(() => random() < 0.7),
                    { maxAttempts: 50, mode: 'settle', version: 1 },
                    createFaultyInterceptor(lab.simulator, faults, random, () => Promise.resolve()),
                ),
            ),
        );
        const landed = executions
            .flatMap(({ transactions }) => transactions)
            .filter(({ outcome }) => outcome === 'landed');
        const settled = landed.flatMap(({ channels }) => channels);
        expect(new Set(settled).size).toBe(settled.length);
        await lab.execute(requests, { mode: 'settle' });
        checkBooks(world, 'settle');
    });
});
