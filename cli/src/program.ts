import { createSolanaRpc } from '@solana/kit';
import { Option, type Command } from 'commander';
import { isPaymentChannelsError } from 'solana-payment-channels';
import { toLine } from 'solana-payment-channels-codegen/printable';
import { ELF_ENVIRONMENT_VARIABLES, fetchProgramElf, type DeployedProgram } from 'solana-payment-channels/testing';

import { addDeploymentOptions, findCustomDeployment, type DeploymentFlags } from './deployment-options';
import { UsageError, type Io } from './io';
import { toRpcUrl } from './rpc-url';
import { formatTable } from './table';
import { writeWholeFile } from './write-file';

type FetchFlags = DeploymentFlags & { force?: true; json?: true; out: string; program?: string; rpc: string };

/** `payment-channels program fetch`. */
export function addProgramCommands(program: Command, io: Io): void {
    const command = program.command('program').description('Get at a program that is deployed.');
    const fetch = command
        .command('fetch')
        .description(
            'Write the ELF of a deployed program to a file, checked, with its hash, and say how to run the simulator and ' +
                'tests against it.',
        )
        .addOption(new Option('--rpc <url>', 'URL of an RPC of the cluster').makeOptionMandatory())
        .requiredOption('--out <file>', 'the file to write')
        .option('--force', 'replace the file if it is there already')
        .option('--program <address>', 'address of the program (default: that of the deployment)')
        .option('--json', 'print one JSON object and nothing else')
        .allowExcessArguments(false);
    addDeploymentOptions(fetch, 'mainnet').action(async (flags: FetchFlags) => {
        const deployment = findCustomDeployment(flags, 'mainnet');
        const rpc = createSolanaRpc(toRpcUrl(flags.rpc));
        const fetched = await fetchProgramElf(rpc, deployment.programAddress).catch((error: unknown) => {
            // The address is wrong, or the cluster: nothing that trying again would help.
            const isUsage =
                isPaymentChannelsError(error, 'ACCOUNT_MISSING') || isPaymentChannelsError(error, 'ELF_INVALID');
            throw isUsage ? new UsageError((error as Error).message, { cause: error }) : error;
        });
        await writeWholeFile(flags.out, fetched.bytes, { replaces: flags.force ?? false });
        const variable = ELF_ENVIRONMENT_VARIABLES[deployment.revision];
        const run = { file: flags.out, revision: deployment.revision, variable };
        io.writeOutput(flags.json ? `${JSON.stringify(toJson(fetched, run))}\n` : format(fetched, run));
    });
}

type Run = Readonly<{ file: string; revision: string; variable: string }>;

function toJson(fetched: DeployedProgram, { file, revision, variable }: Run) {
    const { bytes, deployedSlot, loader, paddingBytes, programAddress, programDataAddress, sha256, slot } = fetched;
    return {
        file,
        revision,
        programAddress,
        programDataAddress,
        loader,
        bytes: bytes.length,
        paddingBytes,
        sha256,
        deployedSlot: deployedSlot === undefined ? null : `${deployedSlot}`,
        upgradeAuthority: fetched.upgradeAuthority ?? null,
        slot: `${slot}`,
        environmentVariable: variable,
    };
}

function format(fetched: DeployedProgram, { file, revision, variable }: Run): string {
    const { bytes, deployedSlot, loader, paddingBytes, programAddress, programDataAddress, sha256, slot } = fetched;
    const rows = [
        ['program', programAddress],
        ['program data', programDataAddress],
        ['loader', loader],
        ['bytes', `${bytes.length} (and ${paddingBytes} of padding, which are left out)`],
        ['sha256', sha256],
        ['deployed at slot', deployedSlot === undefined ? 'its loader does not say' : `${deployedSlot}`],
        ['upgrade authority', fetched.upgradeAuthority ?? 'none: nobody can replace it'],
        ['read at slot', `${slot}`],
    ];
    return `${[
        `${toLine(file)} is written.`,
        '',
        formatTable(['field', 'value'], rows, { textColumns: 2 }),
        '',
        'Run the simulator against it, and whatever uses it in tests:',
        `  payment-channels simulate --revision ${revision} --program ${toShellWord(file)}`,
        `  ${variable}=${toShellWord(file)} npx vitest`,
    ].join('\n')}\n`;
}

/** A text that a shell takes for one word. */
const toShellWord = (text: string) => (/^[\w./@:-]+$/.test(text) ? text : `'${toLine(text).replaceAll("'", "'\\''")}'`);
