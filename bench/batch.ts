/** Batch settle: how many transactions, how fast and with how much memory, against kit's transaction planner. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createNoopSigner, type Address, type AddressesByLookupTableAddress } from '@solana/kit';

import { createAddressCache } from '../src';
import {
    planBatchSettle,
    planLookupTables,
    type BatchItem,
    type BatchMode,
    type BatchPlan,
    type BatchSettleOptions,
} from '../src/settlement';
import { BATCH_NOW, makeBatch, nameToAddress, type BatchShape } from '../test/fixtures/batch';
import { getTransactionBound } from './batch/bound';
import { measureDensityByRevision } from './batch/density';
import { planByKit } from './batch/kit';
import type { BenchReport, BenchRow } from './report';
import { DEPLOYMENT } from '../test/fixtures/deployment';

const BENCH = 'batch';
/** What kit gets for each batch; 300 pairs take it about 18 s on a machine that does nothing else. */
const KIT_BUDGET_MS = Number(process.env['BENCH_KIT_BUDGET_SECONDS'] ?? 60) * 1_000;
const MAX_BREAK_EVEN_CHANNELS = 200;
const ROUNDS = 5;
const SIZES = [100, 1_000, 10_000, 100_000];

const MERCHANT = createNoopSigner(nameToAddress('the merchant'));
const INSTRUCTIONS_SYSVAR = 'Sysvar1nstructions1111111111111111111111111' as Address;

type Version = 'legacy' | 0 | 1;

const getOptions = (mode: BatchMode, version: Version): BatchSettleOptions => ({
    feePayer: MERCHANT,
    mode,
    unixTimestamp: BATCH_NOW,
    version,
});

export async function run(): Promise<BenchReport> {
    const notes: string[] = [];
    const speed = measureSpeed();
    const tables = compareTables(notes);
    const kit: BenchRow[] = [];
    for (const size of [100, 300]) kit.push(...(await compareWithKit('settle', 'legacy', { channels: size }, notes)));
    kit.push(...(await compareWithKit('settle', 1, { channels: 100 }, notes)));
    kit.push(...(await compareWithKit('settleAndFinalize', 'legacy', { channels: 100 }, notes)));
    const mixed = { distributes: true, merchants: 3, mints: 2 };
    for (const version of ['legacy', 1] as const) {
        for (const shape of [
            { ...mixed, channels: 60 },
            { ...mixed, channels: 60, payers: 6 },
            { ...mixed, channels: 60, merchants: 30 },
        ]) {
            kit.push(...(await compareWithKit('settleAndFinalizeAndDistribute', version, shape, notes)));
        }
    }
    return {
        notes: [
            ...notes,
            `Ours: median of ${ROUNDS} rounds (best of 1 for 100,000); memory is what the plan itself keeps.`,
            'The bound counts every account once in the whole batch and lets units be cut, so that no packing reaches it ' +
                'where channels of several merchants or mints meet.',
        ],
        tables: [
            {
                rows: measureDensityByRevision(MERCHANT),
                title: 'Channels in a full transaction, baseline: the most that the limits of the version have room for.',
            },
            {
                rows: measureDensity(),
                title: 'Transactions, baseline: what the limits of the version allow at the very best.',
            },
            {
                rows: tables,
                title: 'Version 0 with tables that are made for the batch, theirs included (baseline: without tables).',
            },
            { rows: speed, title: 'Planning with instructions, sizes and fees.' },
            { rows: kit, title: "The same batch by kit's transaction planner (baseline)." },
        ],
    };
}

/** 1,200 channels in every mode and way, against the bound. */
function measureDensity(): BenchRow[] {
    const channels = 1_200;
    const rows: BenchRow[] = [];
    const modes = ['settle', 'settleAndFinalize', 'settleAndDistribute', 'settleAndFinalizeAndDistribute'] as const;
    for (const mode of modes) {
        for (const { merchants, mints } of mode.includes('Distribute')
            ? [
                  { merchants: 1, mints: 1 },
                  { merchants: 5, mints: 2 },
                  { merchants: 200, mints: 2 },
              ]
            : [{ merchants: 1, mints: 1 }]) {
            const shape = { channels, distributes: mode.includes('Distribute'), merchants, mints, payee: MERCHANT };
            const items = makeBatch(shape);
            for (const [name, options] of [
                ['legacy', getOptions(mode, 'legacy')],
                ['version 0 with tables and compute budget', { ...getOptions(mode, 0), ...withTables(items) }],
                ['version 1', getOptions(mode, 1)],
            ] as const) {
                const plan = planBatchSettle(items, options, DEPLOYMENT);
                const bound = getTransactionBound(plan);
                const parties = mode.includes('Distribute') ? `, ${merchants} merchants, ${mints} mints` : '';
                rows.push({
                    baseline: bound,
                    bench: BENCH,
                    case: `${mode}, ${name}${parties}`,
                    ratio: bound / plan.transactions.length,
                    unit: 'transactions',
                    value: plan.transactions.length,
                });
            }
        }
    }
    return rows;
}

/** 1,200 channels with the tables that `planLookupTables` chooses, and from how many channels on it chooses any. */
function compareTables(notes: string[]): BenchRow[] {
    const rows: BenchRow[] = [];
    for (const mode of ['settleAndDistribute', 'settleAndFinalizeAndDistribute'] as const) {
        for (const { merchants, mints } of [
            { merchants: 1, mints: 1 },
            { merchants: 5, mints: 2 },
        ]) {
            const shape = { distributes: true, merchants, mints, payee: MERCHANT };
            const chooseFor = (channels: number) =>
                planLookupTables(
                    makeBatch({ ...shape, channels }),
                    {
                        computeUnitLimit: true,
                        feePayer: MERCHANT,
                        mode,
                        unixTimestamp: BATCH_NOW,
                    },
                    DEPLOYMENT,
                );
            const name = `${mode}, ${merchants} merchants, ${mints} mints`;
            const { chosen, options } = chooseFor(1_200);
            const [none] = options;
            const fees = Number(chosen.batchFeeLamports + chosen.tableFeeLamports);
            const transactions = chosen.batchTransactions + chosen.tableTransactions;
            rows.push(
                toRow(`${name}, 1,200 channels`, transactions, 'transactions', none!.batchTransactions),
                toRow(`${name}, 1,200 channels`, fees, 'lamports', Number(none!.batchFeeLamports)),
            );
            let channels = 1;
            while (channels < MAX_BREAK_EVEN_CHANNELS && chooseFor(channels).chosen.contents === 'none') channels++;
            rows.push(toRow(`${name}, a table pays from`, channels, 'channels'));
            notes.push(
                `${name}: ${chosen.contents} addresses, ${chosen.createdCount} tables with ${chosen.appendedCount}; ` +
                    `${chosen.tableTransactions} transactions make and close them, ${chosen.lockedLamports} lamports are lent.`,
            );
        }
    }
    return rows;
}

/** Tables that hold the channels, and what the transactions of a batch share. */
function withTables(items: readonly BatchItem[]) {
    const lookupTables: Record<Address, Address[]> = {};
    const shared = new Set([INSTRUCTIONS_SYSVAR]);
    for (const { distribution } of items.slice(0, 200)) {
        if (distribution === undefined) continue;
        const { mint, payee, recipients, treasury } = distribution.accounts;
        for (const { address } of [mint, payee, treasury, ...recipients]) if (shared.size < 20) shared.add(address);
    }
    const room = 256 - shared.size;
    for (let start = 0; start < items.length; start += room) {
        const addresses = items.slice(start, start + room).map(({ channel }) => channel.address);
        lookupTables[nameToAddress(`table ${start}`)] = [...shared, ...addresses];
    }
    return { computeUnitLimit: true, lookupTables: lookupTables as AddressesByLookupTableAddress };
}

function measureSpeed(): BenchRow[] {
    const rows: BenchRow[] = [];
    for (const [mode, sizes] of [
        ['settle', SIZES],
        ['settleAndFinalize', SIZES],
        ['settleAndDistribute', [10_000]],
        ['settleAndFinalizeAndDistribute', SIZES],
    ] as const) {
        for (const channels of sizes) {
            const addresses = createAddressCache({ maxEntries: 1_000_000 });
            const distributes = mode.includes('Distribute');
            const items = makeBatch({ addresses, channels, distributes, merchants: 3, mints: 2, payee: MERCHANT });
            // With its own addresses, and with those that whoever read the accounts had to derive already.
            const options = { ...getOptions(mode, 1), ...(distributes ? { addresses } : {}) };
            const name = `${mode}, version 1, ${channels.toLocaleString('en-US')} channels`;
            const { megabytes, milliseconds } = measurePlan(items, options, channels > 10_000 ? 1 : ROUNDS);
            rows.push(toRow(`${name}, time`, milliseconds, 'ms'), toRow(`${name}, memory`, megabytes, 'MB'));
        }
    }
    return rows;
}

function measurePlan(items: readonly BatchItem[], options: BatchSettleOptions, rounds: number) {
    const times: number[] = [];
    let plan: BatchPlan | undefined;
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < rounds; round++) {
        plan = undefined;
        const start = performance.now();
        plan = planBatchSettle(items, options, DEPLOYMENT);
        times.push(performance.now() - start);
    }
    collectGarbage();
    const after = process.memoryUsage();
    if (plan === undefined || plan.skipped.length > 0) throw new Error('The batch was not planned as a whole');
    return { megabytes: (after.heapUsed - before) / 2 ** 20, milliseconds: times.sort((a, b) => a - b)[rounds >> 1]! };
}

async function compareWithKit(
    mode: BatchMode,
    version: Version,
    shape: BatchShape,
    notes: string[],
): Promise<BenchRow[]> {
    const items = makeBatch({ payee: MERCHANT, ...shape });
    const { channels, merchants = 1, payers = channels } = shape;
    const parties = shape.distributes ? `, ${merchants} merchants, ${payers} payers` : '';
    const way = version === 'legacy' ? version : `version ${version}`;
    const name = `${mode}, ${way}, ${channels} channels${parties}`;
    const start = performance.now();
    const plan = planBatchSettle(items, getOptions(mode, version), DEPLOYMENT);
    const milliseconds = performance.now() - start;
    const byKit = await planByKit(plan, { budgetMs: KIT_BUDGET_MS, feePayer: MERCHANT.address, version });
    const ours = plan.transactions.length;
    if (byKit === undefined) {
        notes.push(`${name}: kit was not done after ${KIT_BUDGET_MS / 1_000} s (BENCH_KIT_BUDGET_SECONDS).`);
        return [toRow(`${name}, transactions`, ours, 'transactions'), toRow(`${name}, time`, milliseconds, 'ms')];
    }
    return [
        toRow(`${name}, transactions`, ours, 'transactions', byKit.transactions),
        toRow(`${name}, time`, milliseconds, 'ms', byKit.milliseconds),
    ];
}

function toRow(name: string, value: number, unit: string, baseline: number | null = null): BenchRow {
    return { baseline, bench: BENCH, case: name, ratio: baseline === null ? null : baseline / value, unit, value };
}

function collectGarbage(): void {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
}
