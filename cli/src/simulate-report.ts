import { showSome, toLine } from 'solana-payment-channels-codegen/printable';
import {
    type Balance,
    type ChannelMoment,
    type Discrepancy,
    type ScenarioReport,
} from 'solana-payment-channels/testing';

import type { DeploymentName } from './deployment-options';
import { format, formatTable } from './table';

const MAX_DISCREPANCIES = 50;

/** What the report itself does not know of its run. */
type Run = Readonly<{ deploymentName: DeploymentName; elapsedMs: number }>;

/** The report as the JSON that the command prints: amounts of tokens and lamports as decimal strings. */
export function toJson(report: ScenarioReport, { deploymentName, elapsedMs }: Run) {
    const { balances, channels, deployment, discrepancies, elf, flows, lives, scenario, steps, tokens } = report;
    const { transactions, unmet, vouchers } = report;
    const toJsonBalance = ({ address, amount, asset, party }: Balance) => ({
        party,
        address,
        asset,
        amount: amount.toString(),
    });
    const toJsonDiscrepancy = ({ actual, asset, expected, what }: Discrepancy) => ({
        asset,
        what,
        expected: expected.toString(),
        actual: actual.toString(),
    });
    return {
        scenario,
        revision: deployment.revision,
        deployment: deploymentName,
        programAddress: deployment.programAddress,
        treasuryOwner: deployment.treasuryOwner,
        elf,
        channels,
        vouchers,
        tokens,
        steps: steps.map(({ atSeconds, ...step }) => ({ atSeconds: atSeconds.toString(), ...step })),
        lives: lives.map(({ moments, ...life }) => ({ ...life, moments: moments.map(toJsonMoment) })),
        flows: flows.map(({ amount, ...flow }) => ({ ...flow, amount: amount.toString() })),
        transactions: transactions.map(({ atSeconds, feeLamports, label, signature, ...transaction }) => ({
            label,
            signature,
            ...transaction,
            atSeconds: atSeconds.toString(),
            feeLamports: feeLamports.toString(),
        })),
        balances: { before: balances.before.map(toJsonBalance), after: balances.after.map(toJsonBalance) },
        conserved: discrepancies.length === 0,
        ...(discrepancies.length === 0 ? {} : { discrepancies: discrepancies.map(toJsonDiscrepancy) }),
        ...(unmet.length === 0 ? {} : { unmet }),
        elapsedMs,
    };
}

function toJsonMoment({ actions, step, vouchers, ...sums }: ChannelMoment) {
    const { atSeconds, authorized, deposit, paidOut, refunded, settled } = sums;
    return {
        step,
        atSeconds: atSeconds.toString(),
        actions,
        deposit: deposit.toString(),
        vouchers,
        authorized: authorized.toString(),
        settled: settled.toString(),
        paidOut: paidOut.toString(),
        refunded: refunded.toString(),
    };
}

/** The report for a person to read. */
export function formatReport(report: ScenarioReport, { deploymentName, elapsedMs }: Run): string {
    const { channels, deployment, discrepancies, elf, scenario, transactions, unmet, vouchers } = report;
    const { programAddress, revision, treasuryOwner } = deployment;
    const feeLamports = transactions.reduce((sum, transaction) => sum + transaction.feeLamports, 0n);
    const { more, shown } = showSome(discrepancies, MAX_DISCREPANCIES, 'discrepancies', '--json has them');
    const verdict =
        discrepancies.length === 0
            ? ['Conservation check passed: every token and every lamport is accounted for.']
            : [
                  'Conservation check FAILED:',
                  ...shown.map(
                      ({ actual, asset, expected, what }) =>
                          `  ${toLine(`${asset} ${what}: ${actual} instead of ${expected}`)}`,
                  ),
                  ...more,
              ];
    const shownUnmet = showSome(unmet, MAX_DISCREPANCIES, 'expectations', '--json has them');
    const expectations =
        unmet.length === 0
            ? []
            : [
                  'Not as the scenario expects:',
                  ...shownUnmet.shown.map(
                      ({ actual, expected, what }) => `  ${toLine(`${what}: ${expected} expected, got ${actual}`)}`,
                  ),
                  ...shownUnmet.more,
              ];
    return `${[
        `Scenario: ${toLine(scenario.name)}`,
        `Revision ${revision}, deployment ${deploymentName}: program ${programAddress}, treasury owner ${treasuryOwner}`,
        `ELF ${toLine(elf.source)}, sha256 ${elf.sha256}`,
        '',
        formatTransactions(report),
        '',
        formatBalances(report),
        '',
        `${channels} channels, ${vouchers} vouchers signed and verified, ${transactions.length} transactions, ` +
            `${format(feeLamports)} lamports in fees, ${elapsedMs} ms`,
        ...expectations,
        ...verdict,
    ].join('\n')}\n`;
}

function formatTransactions({ transactions }: ScenarioReport): string {
    const rows = transactions.map(({ bytes, computeUnits, feeLamports, label }) => [
        label,
        format(bytes),
        format(computeUnits),
        format(feeLamports),
    ]);
    return formatTable(['transaction', 'bytes', 'compute units', 'fee (lamports)'], rows, { textColumns: 1 });
}

/** One row for each party and asset; the accounts of a party are added up, and so are the channels. */
function formatBalances({ balances, lives, tokens }: ScenarioReport): string {
    const channels = new Set(lives.map(({ name }) => name));
    const nameOf = new Map<string, string>(tokens.map(({ mint, name }) => [mint, name]));
    const rows = new Map<string, { party: string; asset: Balance['asset']; before: bigint; after: bigint }>();
    for (const when of ['before', 'after'] as const) {
        for (const { amount, asset, party } of balances[when]) {
            const who = channels.has(party) ? 'channels and escrows' : party;
            const row = rows.get(`${who}/${asset}`) ?? { after: 0n, asset, before: 0n, party: who };
            row[when] += amount;
            rows.set(`${who}/${asset}`, row);
        }
    }
    const cells = [...rows.values()].map(({ after, asset, before, party }) => {
        const change = after - before;
        const name = nameOf.get(asset) ?? asset;
        return [party, name, format(before), format(after), `${change > 0n ? '+' : ''}${format(change)}`];
    });
    return formatTable(['party', 'asset', 'before', 'after', 'change'], cells, { textColumns: 2 });
}
