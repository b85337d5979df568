import { toSignedVoucherJson, type Deployment } from 'solana-payment-channels';
import { showSome } from 'solana-payment-channels-codegen/printable';
import type { BatchCost, BatchPlan } from 'solana-payment-channels/settlement';

import type { PlanMode } from './plan-mode';
import { format, formatTable } from './table';

/** A plan of whatever mode. */
export type ReportedPlan = Omit<BatchPlan, 'mode'> & Readonly<{ mode: PlanMode }>;

/** More transactions than these are counted in the table, not listed; the JSON has all. */
const MAX_ROWS = 50;
const IN_JSON = '--json has them';

/** The plan as the JSON that the command prints: amounts of tokens and lamports, and times, as decimal strings. */
export function toPlanJson(
    { skipped, mode, totals, transactions }: ReportedPlan,
    costs: readonly BatchCost[],
    deployment: Deployment,
) {
    return {
        revision: deployment.revision,
        programAddress: deployment.programAddress,
        treasuryOwner: deployment.treasuryOwner,
        mode,
        transactions: transactions.map(transaction => ({
            version: transaction.version,
            bytes: transaction.bytes,
            computeUnitLimit: transaction.computeUnitLimit ?? null,
            computeUnits: transaction.computeUnits,
            feeLamports: `${transaction.feeLamports}`,
            signers: transaction.signers,
            lookupTables: Object.keys(transaction.lookupTables),
            dependsOn: transaction.dependsOn,
            deadlineAt: transaction.deadlineAt === undefined ? null : `${transaction.deadlineAt}`,
            createdTokenAccounts: transaction.createdTokenAccounts,
            channels: transaction.channels.map(({ actions, channel, voucher }) => ({
                channel,
                actions,
                voucher: voucher === undefined ? null : toSignedVoucherJson(voucher),
            })),
        })),
        skipped: skipped.map(({ channel, part, reason, voucher }) => ({
            channel,
            part,
            code: reason.code,
            message: reason.message,
            voucher: voucher === undefined ? null : toSignedVoucherJson(voucher),
        })),
        totals: {
            channels: totals.channels,
            vouchers: totals.vouchers,
            transactions: totals.transactions,
            bytes: totals.bytes,
            computeUnits: totals.computeUnits,
            feeLamports: `${totals.feeLamports}`,
            createdTokenAccounts: totals.createdTokenAccounts,
            settledByMint: Object.fromEntries(
                Object.entries(totals.settledByMint).map(([mint, amount]) => [mint, `${amount}`]),
            ),
        },
        options: costs.map(({ feeLamports, lamportsPerChannel, lockedLamports, tableFeeLamports, ...cost }) => ({
            ...cost,
            feeLamports: `${feeLamports}`,
            lamportsPerChannel: `${lamportsPerChannel}`,
            lockedLamports: `${lockedLamports}`,
            tableFeeLamports: `${tableFeeLamports}`,
        })),
    };
}

/** The plan for a person to read. */
export function formatPlan(
    plan: ReportedPlan,
    costs: readonly BatchCost[],
    { programAddress, revision }: Deployment,
): string {
    const { skipped, totals } = plan;
    const lines = [`Revision ${revision}, program ${programAddress}`, '', formatTransactions(plan), ''];
    if (skipped.length > 0) lines.push('Skipped:', formatSkipped(plan), '');
    lines.push('What the ways to send it cost in fees:', formatCosts(costs), ...formatTableAdvice(costs), '');
    lines.push(
        `${format(totals.vouchers)} vouchers of ${format(totals.channels)} channels in ` +
            `${format(totals.transactions)} transactions, ${format(totals.feeLamports)} lamports in fees, ` +
            `${format(totals.createdTokenAccounts)} token accounts created, ${format(skipped.length)} skipped`,
    );
    return `${lines.join('\n')}\n`;
}

function formatTransactions({ transactions }: ReportedPlan): string {
    const head = ['#', 'version', 'channels', 'actions', 'bytes', 'compute units', 'fee (lamports)', 'after'];
    const { more, shown } = showSome(transactions, MAX_ROWS, 'transactions', IN_JSON);
    const rows = shown.map((transaction, index) => {
        const { bytes, channels, computeUnits, createdTokenAccounts, dependsOn, feeLamports, version } = transaction;
        const counts = new Map<string, number>();
        if (createdTokenAccounts.length > 0) counts.set('create token account', createdTokenAccounts.length);
        for (const { actions } of channels) {
            for (const action of actions) counts.set(action, (counts.get(action) ?? 0) + 1);
        }
        return [
            index + 1,
            version,
            channels.length,
            [...counts].map(([action, count]) => `${count} ${action}`).join(', '),
            format(bytes),
            format(computeUnits),
            format(feeLamports),
            dependsOn.map(place => place + 1).join(', '),
        ];
    });
    return [formatTable(head, rows, { textColumns: 0 }), ...more].join('\n');
}

function formatSkipped({ skipped }: ReportedPlan): string {
    const { more, shown } = showSome(skipped, MAX_ROWS, 'skipped', IN_JSON);
    const rows = shown.map(({ channel, part, reason }) => [channel, part, reason.message]);
    return [formatTable(['channel', 'what', 'why'], rows, { textColumns: 3 }), ...more].join('\n');
}

/** What tables that are made for the batch would save or cost, channel by channel. */
function formatTableAdvice(costs: readonly BatchCost[]): readonly string[] {
    return costs.flatMap(made => {
        if (made.lookupTables !== 'made') return [];
        const { channels, distribute, feeLamports, lockedLamports } = made;
        const without = costs.find(
            cost => cost.version === 0 && cost.lookupTables === 'none' && cost.distribute === distribute,
        )!;
        const saved = without.feeLamports - feeLamports;
        const share = Number(saved < 0n ? -saved : saved) / Math.max(channels, 1);
        const verdict = saved > 0n ? 'save' : 'cost';
        return [
            `Tables made for version 0, distributed ${distribute}, ${verdict} ${share.toFixed(1)} lamports per channel in ` +
                `all, and lock ${format(lockedLamports)} until they are closed`,
        ];
    });
}

function formatCosts(costs: readonly BatchCost[]): string {
    const head = [
        'version',
        'lookup tables',
        'distribute',
        'channels',
        'transactions',
        'fees (lamports)',
        'per channel',
        'of these for tables',
        'rent lent to tables',
    ];
    const rows = costs.map(cost => [
        cost.version,
        cost.lookupTables === 'none' ? 'no' : cost.lookupTables,
        cost.distribute,
        format(cost.channels),
        format(cost.transactions),
        format(cost.feeLamports),
        format(cost.lamportsPerChannel),
        format(cost.tableFeeLamports),
        format(cost.lockedLamports),
    ]);
    return formatTable(head, rows, { textColumns: 3 });
}
