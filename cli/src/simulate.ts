import { readFile, writeFile } from 'node:fs/promises';

import { InvalidArgumentError, type Command } from 'commander';
import { isPaymentChannelsError, type RevisionName } from 'solana-payment-channels';
import {
    createMerchantScenario,
    ELF_ENVIRONMENT_VARIABLES,
    parseScenarioJson,
    runScenario,
    type Scenario,
} from 'solana-payment-channels/testing';

import { addDeploymentOptions, findDeployment, type DeploymentFlags } from './deployment-options';
import { ExitCode, UsageError, type Terminal } from './io';
import { createProgressLine } from './progress';
import { formatHtml } from './simulate-html';
import { formatReport, toJson } from './simulate-report';

const MAX_CHANNELS = 10_000;

type SimulateFlags = DeploymentFlags & {
    channels?: number;
    html?: string;
    json?: true;
    program?: string;
    seed: string;
};

/** `payment-channels simulate`: a scenario on the embedded simulator. */
export function addSimulateCommand(program: Command, io: Terminal, setExitCode: (code: ExitCode) => void): void {
    const command = program
        .command('simulate')
        .description(
            'Run a scenario on an embedded simulator, and check that every token and every lamport is accounted for: that of ' +
                'a file, or channels of a merchant with a platform fee through their whole life.',
        );
    addDeploymentOptions(command, 'localnet')
        .argument('[file]', 'JSON of a scenario; docs/scenarios.md describes it')
        .option(
            '--channels <count>',
            `number of channels without a file, 1 to ${MAX_CHANNELS} (default: 12)`,
            parseCount,
        )
        .option('--seed <text>', 'the same seed gives the same output to the last signature', '1')
        .option(
            '--program <path>',
            `program ELF to load (default: what ${Object.values(ELF_ENVIRONMENT_VARIABLES).sort().join(' or ')} names ` +
                'for the revision, or our own)',
        )
        .option('--html <path>', 'write a page with charts and tables to a file as well, to be opened in a browser')
        .option('--json', 'print one JSON object and nothing else')
        .allowExcessArguments(false)
        .action(
            async (
                file: string | undefined,
                { channels, html, json, program: elfPath, seed, ...flags }: SimulateFlags,
            ) => {
                const named = findDeployment(flags, 'localnet');
                if (file !== undefined && channels !== undefined) {
                    throw new UsageError('--channels is for the scenario without a file: the channels are in the file');
                }
                const progress = createProgressLine(io);
                const startedAt = performance.now();
                const { deployment } = named;
                const scenario =
                    file === undefined
                        ? createMerchantScenario({ channels, seed }, deployment)
                        : await readScenario(file);
                const report = await runScenario(scenario, { deployment, elfPath, onProgress: progress.update, seed })
                    .catch((error: unknown) => {
                        if (isPaymentChannelsError(error, 'ELF_INVALID')) {
                            throw new UsageError(error.message, { cause: error });
                        }
                        throw withElfHint(error, deployment.revision, elfPath);
                    })
                    .finally(progress.clear);
                const elapsedMs = Math.round(performance.now() - startedAt);
                const run = { elapsedMs, deploymentName: named.name };
                io.writeOutput(json ? `${JSON.stringify(toJson(report, run))}\n` : formatReport(report, run));
                if (html !== undefined) await writePage(html, formatHtml(toJson(report, run)));
                if (report.discrepancies.length + report.unmet.length > 0) setExitCode(ExitCode.Failure);
            },
        );
}

async function writePage(file: string, page: string): Promise<void> {
    try {
        await writeFile(file, page);
    } catch (cause) {
        throw new Error(`${file} can't be written: ${(cause as NodeJS.ErrnoException).code}`, { cause });
    }
}

async function readScenario(file: string): Promise<Scenario> {
    try {
        return parseScenarioJson((await readFile(file, 'utf8')).replace(/^\ufeff/, ''));
    } catch (cause) {
        throw new UsageError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
}

/** A program of another revision fails in whatever way it reads what is not meant for it. */
function withElfHint(error: unknown, revision: RevisionName, elfPath: string | undefined): unknown {
    const source = elfPath ?? process.env[ELF_ENVIRONMENT_VARIABLES[revision]];
    if (!source || !isPaymentChannelsError(error, 'TRANSACTION_FAILED')) return error;
    const message = `${error.message} Is ${source} a program of the ${revision} revision?`;
    return new Error(message, { cause: error });
}

function parseCount(value: string): number {
    const count = /^\d+$/.test(value) ? Number(value) : NaN;
    if (!(count >= 1 && count <= MAX_CHANNELS)) {
        throw new InvalidArgumentError(`It has to be a whole number from 1 to ${MAX_CHANNELS}.`);
    }
    return count;
}
