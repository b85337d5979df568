import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import {
    createKeyPairSignerFromBytes,
    generateKeyPairSigner,
    isAddress,
    writeKeyPairSigner,
    type Address,
} from '@solana/kit';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { isPaymentChannelsError, TOKEN_2022_PROGRAM_ADDRESS } from 'solana-payment-channels';
import { createSimulator, serveSimulator, type ServedSimulator, type Simulator } from 'solana-payment-channels/testing';

import { addDeploymentOptions, findDeployment, type DeploymentFlags } from './deployment-options';
import { UsageError, type Terminal } from './io';

type SimulatorFlags = DeploymentFlags & {
    clock: 'manual' | 'real';
    fund: readonly Address[];
    host: string;
    json?: true;
    keys?: string;
    port: number;
    program?: string;
    seed: string;
};

/** Who gets a key of his own, and so can begin at once. */
const WALLETS = ['payer', 'payee', 'sponsor'] as const;
const LAMPORTS = 100_000_000_000n;
const TOKENS = 1_000_000_000_000n;
const DECIMALS = 6;
const DEFAULT_PORT = 8_899;
/** The last port has none after it for WebSocket. */
const MAX_PORT = 65_535;

type Mint = Readonly<{ address: Address; name: string; tokenProgram: Address | undefined }>;
type Wallet = Readonly<{ address: Address; keyFile?: string; name: string }>;
/** What a user needs to begin. */
type World = Readonly<{ mints: readonly Mint[]; wallets: readonly Wallet[] }>;

/** `payment-channels simulator`: the embedded simulator behind a URL. */
export function addSimulatorCommand(program: Command, io: Terminal): void {
    const command = program
        .command('simulator')
        .description(
            'Serve the embedded simulator as an RPC over HTTP and WebSocket, with the program loaded, mints of both token ' +
                'programs and funded wallets. It ends on Ctrl-C.',
        );
    addDeploymentOptions(command, 'mainnet')
        .option(
            '--port <number>',
            'port for HTTP; the next one is for WebSocket; 0 for two that are free',
            parsePort,
            DEFAULT_PORT,
        )
        .option('--host <address>', 'address to listen at; by default only this machine can reach it', '127.0.0.1')
        .addOption(
            new Option(
                '--clock <kind>',
                'real: a slot every 400 ms, and the time of day; manual: it moves when it is told to',
            )
                .choices(['real', 'manual'])
                .default('real'),
        )
        .option(
            '--keys <folder>',
            `use the wallets ${WALLETS.join(', ')} whose keys are there, as files of the Solana CLI; those that are missing are made`,
        )
        .option('--fund <address>', 'give this wallet lamports and tokens; may be repeated', addAddress, [])
        .option('--program <path>', 'program ELF to load (default: as for simulate)')
        .option('--seed <text>', 'the same seed gives the same mints', 'simulator')
        .option('--json', 'print what there is as one JSON object on one line')
        .allowExcessArguments(false)
        .action(async (flags: SimulatorFlags) => {
            const { clock, host, json, keys, port } = flags;
            // From here on: a signal while it starts ends it as well.
            const stopped = waitForSignal();
            try {
                const { deployment } = findDeployment(flags, 'mainnet');
                const options = { deployment, elfPath: flags.program, seed: flags.seed };
                const simulator = await createSimulator(options).catch(toUsageError);
                const world = await createWorld(simulator, flags.fund, keys);
                const served = await serveSimulator(simulator, { clock, host, port });
                try {
                    const told = json ? `${JSON.stringify(toJson(simulator, served, world))}\n` : undefined;
                    io.writeOutput(told ?? formatWorld(simulator, served, world));
                    await stopped.signal;
                } finally {
                    await served.close();
                }
            } finally {
                stopped.forget();
            }
        });
}

/** Waits for what ends a process; a second time it ends at once, as it would without this. */
function waitForSignal(): Readonly<{ signal: Promise<void>; forget: () => void }> {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    let onSignal: () => void = () => undefined;
    const forget = () => {
        for (const name of signals) process.off(name, onSignal);
    };
    const signal = new Promise<void>(settle => {
        onSignal = () => {
            forget();
            settle();
        };
        for (const name of signals) process.on(name, onSignal);
    });
    return { forget, signal };
}

function toUsageError(error: unknown): never {
    if (!isPaymentChannelsError(error, 'ELF_INVALID')) throw error;
    throw new UsageError(error.message, { cause: error });
}

/** Mints, the treasury's token accounts, and wallets that hold lamports and tokens of both. */
async function createWorld(
    simulator: Simulator,
    funded: readonly Address[],
    folder: string | undefined,
): Promise<World> {
    const mints: Mint[] = [];
    for (const [name, tokenProgram] of [['SPL Token'], ['Token-2022', TOKEN_2022_PROGRAM_ADDRESS]] as const) {
        const address = await simulator.createMint({ decimals: DECIMALS, label: `mint of ${name}`, tokenProgram });
        await simulator.createTreasuryTokenAccount({ mint: address, tokenProgram });
        mints.push({ address, name, tokenProgram });
    }
    const wallets: Wallet[] = funded.map(address => ({ address, name: 'funded' }));
    if (folder !== undefined) {
        for (const name of WALLETS) wallets.push({ name, ...(await keepKey(join(resolve(folder), `${name}.json`))) });
    }
    for (const { address: owner } of wallets) {
        simulator.setLamports(owner, LAMPORTS);
        for (const { address: mint, tokenProgram } of mints) {
            await simulator.mintTokens({ amount: TOKENS, mint, owner, tokenProgram });
        }
    }
    return { mints, wallets };
}

/** The key in a file, or a new one that is written there: readable by its owner only. */
async function keepKey(keyFile: string): Promise<Readonly<{ address: Address; keyFile: string }>> {
    try {
        if (existsSync(keyFile)) {
            const bytes = new Uint8Array(JSON.parse(readFileSync(keyFile, 'utf8')) as number[]);
            return { address: (await createKeyPairSignerFromBytes(bytes)).address, keyFile };
        }
        const signer = await generateKeyPairSigner(true);
        await writeKeyPairSigner(signer, keyFile);
        return { address: signer.address, keyFile };
    } catch (cause) {
        // Without what is in the file.
        const reason = cause instanceof Error && 'code' in cause ? cause.message : 'it holds no key of the Solana CLI';
        throw new UsageError(`--keys: ${keyFile} can be neither read nor written: ${reason}`, { cause });
    }
}

function toJson({ deployment }: Simulator, { url, webSocketUrl }: ServedSimulator, { mints, wallets }: World): object {
    const { programAddress, revision, treasuryOwner } = deployment;
    return {
        url,
        webSocketUrl,
        revision,
        programAddress,
        treasuryOwner,
        mints: mints.map(({ address, name }) => ({ address, decimals: DECIMALS, tokenProgram: name })),
        wallets: wallets.map(({ address, keyFile, name }) => ({ name, address, ...(keyFile ? { keyFile } : {}) })),
    };
}

function formatWorld(simulator: Simulator, { url, webSocketUrl }: ServedSimulator, world: World): string {
    const { programAddress, revision, treasuryOwner } = simulator.deployment;
    const rows: (readonly [name: string, ...values: string[]])[] = [
        ['RPC', url],
        ['WebSocket', webSocketUrl!],
        ['program', programAddress, `revision ${revision}`],
        ['treasury owner', treasuryOwner],
        ...world.mints.map(({ address, name }) => ['mint', address, `${name}, ${DECIMALS} decimals`] as const),
        ...world.wallets.map(({ address, keyFile, name }) => [name, address, ...(keyFile ? [keyFile] : [])] as const),
    ];
    const width = Math.max(...rows.map(([name]) => name.length));
    const lines = rows.map(([name, ...values]) => `${name.padEnd(width)}  ${values.join('  ')}`);
    const holds = `Each wallet holds ${LAMPORTS / 10n ** 9n} SOL and ${TOKENS / 10n ** BigInt(DECIMALS)} tokens of each mint.`;
    const hint =
        world.wallets.length > 0
            ? holds
            : 'There are no wallets: --keys FOLDER makes some, --fund ADDRESS funds yours, requestAirdrop gives SOL.';
    return `${lines.join('\n')}\n\n${hint}\nCtrl-C ends it.\n`;
}

function parsePort(value: string): number {
    if (/^\d{1,5}$/.test(value) && Number(value) < MAX_PORT) return Number(value);
    throw new InvalidArgumentError(`It has to be a whole number from 0 to ${MAX_PORT - 1}.`);
}

function addAddress(value: string, before: readonly Address[]): readonly Address[] {
    if (isAddress(value)) return [...before, value];
    throw new InvalidArgumentError('It has to be a base58 address of 32 bytes.');
}
