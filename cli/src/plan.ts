import type { Address } from '@solana/kit';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { createVoucherVerifier, isPaymentChannelsError, type Deployment } from 'solana-payment-channels';
import {
    compareBatchOptions,
    parseBatchJson,
    planBatchSettle,
    type BatchItem,
    type BatchSettleOptions,
} from 'solana-payment-channels/settlement';

import {
    addDeploymentOptions,
    findCustomDeployment,
    type DeploymentFlags,
    type DeploymentName,
} from './deployment-options';
import { UsageError, type Io } from './io';
import { assertIsModeOf, PLAN_MODES, type PlanMode } from './plan-mode';
import { planReclaim } from './plan-reclaim';
import { formatPlan, toPlanJson } from './plan-report';
import { readTextFile } from './read-file';

type PlanFlags = DeploymentFlags & {
    computeUnitPrice: bigint;
    createTokenAccounts?: true;
    maxPayerTokenAccounts: bigint;
    feePayer: string;
    json?: true;
    margin: bigint;
    mode: PlanMode;
    now?: bigint;
    program?: string;
    slot?: bigint;
    transactionVersion: '0' | '1' | 'legacy';
    treasuryOwner?: string;
};

/** Money is at stake where this is asked for. */
const USUAL: DeploymentName = 'mainnet';

/** `payment-channels plan`: how a batch of vouchers would be settled, and what each way to do so costs. */
export function addPlanCommand(program: Command, io: Io): void {
    const command = program
        .command('plan')
        .description(
            'Plan how to settle the vouchers of many channels: read channels and vouchers from a JSON file, ' +
                'verify every signature, and print the transactions, what is skipped, and what each option would cost.',
        );
    addDeploymentOptions(command, USUAL)
        .argument('<file>', 'JSON with `channels`, `vouchers` and, optionally, `lookupTables` and `revision`')
        .requiredOption('--fee-payer <address>', 'wallet that pays the fees')
        .addOption(
            new Option(
                '--mode <mode>',
                'what to do with the channels; reclaim is for those that are distributed, whose rent it brings back',
            )
                .choices(PLAN_MODES)
                .default('settle'),
        )
        .addOption(
            new Option('--transaction-version <version>', 'version of the transactions')
                .choices(['legacy', '0', '1'])
                .default('0'),
        )
        .addOption(
            new Option('--compute-unit-price <micro-lamports>', 'price of a compute unit')
                .argParser(parseDecimal)
                .default(0n, '0'),
        )
        .addOption(
            new Option('--margin <seconds>', 'time within which vouchers and closing channels are late, and go first')
                .argParser(parseDecimal)
                .default(60n, '60'),
        )
        .option('--now <seconds>', 'unix time of the cluster (default: the clock of this machine)', parseDecimal)
        .option('--slot <slot>', 'slot of the cluster, which --mode reclaim needs', parseDecimal)
        .option('--create-token-accounts', 'create missing token accounts, where the channel would be skipped')
        .addOption(
            new Option('--max-payer-token-accounts <count>', 'how many of them may belong to payers')
                .argParser(parseDecimal)
                .default(0n, '0'),
        )
        .option('--program <address>', 'address of the program (default: that of the deployment)')
        .option('--treasury-owner <address>', 'wallet that owns the treasury (default: that of the deployment)')
        .option('--json', 'print one JSON object and nothing else')
        .allowExcessArguments(false)
        .action(async (path: string, flags: PlanFlags) => {
            const text = await readTextFile(path);
            const { costs, deployment, plan } = await makePlan(text, flags).catch((error: unknown) => {
                // Whatever the toolkit refuses here is in the file or in the flags.
                if (!isPaymentChannelsError(error)) throw error;
                throw new UsageError(error.message, { cause: error });
            });
            io.writeOutput(
                flags.json
                    ? `${JSON.stringify(toPlanJson(plan, costs, deployment))}\n`
                    : formatPlan(plan, costs, deployment),
            );
        });
}

async function makePlan(text: string, flags: PlanFlags) {
    const deployment = findCustomDeployment(flags, USUAL);
    const { mode } = flags;
    assertIsModeOf(mode, deployment);
    const { addresses, items: unverified, lookupTables } = parseBatchJson(text, deployment);
    const version = flags.transactionVersion === 'legacy' ? 'legacy' : flags.transactionVersion === '0' ? 0 : 1;
    const { slot } = flags;
    if (mode === 'reclaim') {
        if (slot === undefined)
            throw new UsageError('--mode reclaim needs --slot, a slot that the cluster has reached');
        const options = { computeUnitPrice: flags.computeUnitPrice, feePayer: flags.feePayer as Address, slot };
        return { deployment, ...planReclaim(unverified, { ...options, lookupTables, version }, deployment) };
    }
    const base: BatchSettleOptions = {
        addresses,
        computeUnitPrice: flags.computeUnitPrice,
        feePayer: flags.feePayer as Address,
        marginSeconds: flags.margin,
        maxPayerTokenAccounts: flags.maxPayerTokenAccounts,
        missingTokenAccounts: flags.createTokenAccounts ? 'create' : 'skip',
        mode,
        unixTimestamp: flags.now ?? BigInt(Math.floor(Date.now() / 1_000)),
    };
    const items = await verify(unverified, deployment);
    const plan = planBatchSettle(items, { ...base, ...(version === 0 ? { lookupTables } : {}), version }, deployment);
    return { costs: compareBatchOptions(items, { ...base, lookupTables }, deployment), deployment, plan };
}

async function verify(items: readonly BatchItem[], deployment: Deployment): Promise<BatchItem[]> {
    const verifications = items.flatMap(({ channel, voucher }, index) =>
        voucher === undefined || !('channel' in channel)
            ? []
            : [{ authorizedSigner: channel.channel.authorizedSigner, index, signedVoucher: voucher }],
    );
    const verdicts = await createVoucherVerifier(deployment).verifyAll(verifications);
    const verified = [...items];
    for (const [place, { index }] of verifications.entries()) {
        verified[index] = { ...items[index]!, isSignatureValid: verdicts[place] };
    }
    return verified;
}

function parseDecimal(value: string): bigint {
    if (!/^\d{1,20}$/.test(value)) throw new InvalidArgumentError('It has to be a whole number.');
    return BigInt(value);
}
