import { createHash } from 'node:crypto';

import {
    createKeyPairSignerFromPrivateKeyBytes,
    lamports,
    type Address,
    type Blockhash,
    type Instruction,
    type KeyPairSigner,
    type Signature,
    type Transaction,
} from '@solana/kit';
import { getCreateAccountInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import {
    getCreateAssociatedTokenIdempotentInstructionAsync,
    getInitializeMint2Instruction,
    getMintSize,
    getMintToInstruction,
} from '@solana-program/token';
import type { LiteSVM } from 'litesvm';

import { findTokenPda, type TokenInput } from '../channel/find-pdas';
import { decodeChannelState, type ChannelState } from '../channel/channel-state';
import { readTokenHolding } from '../channel/token-account';
import { getProgramConfig, getRevisionName, getTreasuryOwner, type Deployment } from '../revision/deployment';
import { ELF_INVALID } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import {
    readOnlyMembers,
    readTerms,
    refuseInput,
    toAddress,
    toI64,
    toInteger,
    toTokenProgram,
    toU64,
} from '../core/input';
import { toResult } from '../core/json-form';
import type { RevisionName } from '../revision/revision-types';
import { toTransactionBuilder, type SendOptions } from './build-message';
import { moveClock, startClock, type SimulatorClock } from './clock';
import { Cluster, receiveTransaction } from './cluster';
import { getElfForTreasuryOwner, readProgramElf, type ProgramElf } from './elf';
import { getSimulatorFeatureSet } from './feature-set';
import { getLiteSvm } from './litesvm';
import type { ExecutedTransaction } from './history';
import { assertSucceeded, type SuccessfulTransactionResult, type TransactionResult } from './result';

/** Options of {@link createSimulator}. */
export type SimulatorOptions<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** Deployment to simulate: `MAINNET_DEPLOYMENT`, or one of those for localnets. */
    deployment: Deployment<TRevision>;
    /**
     * Path of the program ELF. By default the one that the environment names (`PAYMENT_CHANNELS_TOMBSTONE_ELF`, or
     * `PAYMENT_CHANNELS_EPOCH_ELF` for that revision), otherwise the reference program of this package.
     */
    elfPath?: string | undefined;
    /** Unix time in seconds that the simulation starts at. */
    unixTimestamp?: bigint | number | undefined;
    /** Slot that the simulation starts at. */
    slot?: bigint | number | undefined;
    /** Every key that the simulator makes follows from this: the same seed gives the same addresses and signatures. */
    seed?: string | undefined;
}>;

const DEFAULT_UNIX_TIMESTAMP = 1_750_000_000n;
const DEFAULT_SLOT = 350_000_000n;
const DEFAULT_LAMPORTS = 10_000_000_000n;
// Enough that no test ever has to think of it.
const FAUCET_LAMPORTS = 1_000_000_000_000_000n;

/**
 * A Solana runtime in this process with the payment-channels program loaded.
 *
 * Make one with {@link createSimulator}. Everything in it happens synchronously and on request: the clock stands still
 * until it is moved.
 */
export class Simulator<TRevision extends RevisionName = RevisionName> {
    /** The LiteSVM underneath, for whatever this class has no method for. */
    readonly svm: LiteSVM;
    /** Deployment of the program that is loaded. */
    readonly deployment: Deployment<TRevision>;
    /** The ELF that is loaded. */
    readonly elf: ProgramElf;
    /** A funded account of the simulator's own: default fee payer and authority of the mints it creates. */
    readonly faucet: KeyPairSigner;
    /** @internal What the connections of {@link createSimulatorRpc} share. */
    readonly cluster: Cluster<TRevision>;
    readonly #seed: string;
    #lastSend: Promise<unknown> = Promise.resolve();
    #signerCount = 0;

    /** @internal Use {@link createSimulator}. */
    constructor(svm: LiteSVM, deployment: Deployment<TRevision>, elf: ProgramElf, faucet: KeyPairSigner, seed: string) {
        this.svm = svm;
        this.cluster = new Cluster(svm, deployment);
        this.deployment = deployment;
        this.elf = elf;
        this.faucet = faucet;
        this.#seed = seed;
    }

    /** The time and the slot that programs see. */
    getClock(): SimulatorClock {
        const { slot, unixTimestamp } = this.svm.getClock();
        return toResult({ slot, unixTimestamp });
    }

    /**
     * Sets the time, the slot or both.
     *
     * @param clock `unixTimestamp` in unix seconds (i64), `slot` (u64); what is left out stays.
     * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
     */
    setClock(clock: Readonly<{ unixTimestamp?: bigint | number; slot?: bigint | number }>): void {
        const { slot, unixTimestamp } = readOnlyMembers('clock', clock, { slot: true, unixTimestamp: true });
        const next = {
            ...(slot === undefined ? {} : { slot: toU64('slot', slot) }),
            ...(unixTimestamp === undefined ? {} : { unixTimestamp: toI64('unixTimestamp', unixTimestamp) }),
        };
        const { blockhashes } = this.cluster;
        // What is the latest blockhash now belongs to the slot that is left.
        blockhashes.followClock();
        moveClock(this.svm, next);
        blockhashes.followClock();
    }

    /**
     * Moves the clock forward.
     *
     * @param by `seconds` and `slots`, 0 by default.
     * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
     */
    advanceClock(by: Readonly<{ seconds?: bigint | number; slots?: bigint | number }>): void {
        const { seconds = 0n, slots = 0n } = readOnlyMembers('by', by, { seconds: true, slots: true });
        const { slot, unixTimestamp } = this.getClock();
        this.setClock({
            slot: slot + toU64('slots', slots),
            unixTimestamp: unixTimestamp + toU64('seconds', seconds),
        });
    }

    /**
     * Makes a key that follows from the simulator's seed, without any lamports.
     *
     * @param label Tells keys apart: the same label gives the same key. By default every call gives another one.
     */
    async createSigner(label?: string): Promise<KeyPairSigner> {
        // A mark in front is the simulator's own: no label of the caller reads like one of its keys.
        const own = toText('label', label)?.replace(/^#/, '##');
        return await createSeededSigner(this.#seed, own ?? `#${this.#signerCount++}`);
    }

    /**
     * Makes a key as {@link createSigner} does and gives it lamports.
     *
     * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the lamports.
     */
    async createFundedSigner(
        options: Readonly<{ label?: string | undefined; lamports?: bigint | number | undefined }> = {},
    ): Promise<KeyPairSigner> {
        const { label, ...given } = readOnlyMembers('options', options, { label: true, lamports: true });
        const amount = toU64('lamports', given.lamports ?? DEFAULT_LAMPORTS);
        const signer = await this.createSigner(label);
        this.setLamports(signer.address, amount);
        return signer;
    }

    /**
     * Sets the lamports of a wallet out of thin air, outside of any transaction.
     *
     * @throws `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
     */
    setLamports(address: Address, amount: bigint | number): void {
        const account = this.svm.getAccount(toAddress('address', address));
        const base = account.exists
            ? account
            : {
                  address: account.address,
                  data: new Uint8Array(),
                  executable: false,
                  programAddress: SYSTEM_PROGRAM_ADDRESS,
                  space: 0n,
              };
        this.svm.setAccount({ ...base, lamports: lamports(toU64('lamports', amount)) });
    }

    /**
     * The lamports at an address; 0 where there is no account.
     *
     * @throws `ADDRESS_INVALID`.
     */
    getLamports(address: Address): bigint {
        return this.svm.getBalance(toAddress('address', address)) ?? 0n;
    }

    /**
     * Creates a mint whose authority is the {@link faucet}.
     *
     * @param options `decimals` (6 by default), `tokenProgram` (SPL Token by default), and a `label` as for
     * {@link createSigner}.
     * @throws `TOKEN_PROGRAM_UNSUPPORTED`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
     */
    async createMint(
        options: Readonly<{
            decimals?: number | undefined;
            label?: string | undefined;
            tokenProgram?: Address | undefined;
        }> = {},
    ): Promise<Address> {
        const members = { decimals: true, label: true, tokenProgram: true } as const;
        const { label, tokenProgram, ...given } = readOnlyMembers('options', options, members);
        const decimals = Number(toInteger('decimals', given.decimals ?? 6, 0n, 255n));
        const programAddress = toTokenProgram('tokenProgram', tokenProgram);
        const mint = await this.createSigner(label);
        const space = getMintSize();
        const result = await this.send([
            getCreateAccountInstruction({
                lamports: this.svm.minimumBalanceForRentExemption(BigInt(space)),
                newAccount: mint,
                payer: this.faucet,
                programAddress,
                space,
            }),
            getInitializeMint2Instruction(
                { decimals, mint: mint.address, mintAuthority: this.faucet.address },
                { programAddress },
            ),
        ]);
        assertSucceeded(result);
        return mint.address;
    }

    /**
     * Creates the associated token account of a wallet if it is missing, at the faucet's expense.
     *
     * @param input `owner`, `mint`, and `tokenProgram` (SPL Token by default).
     * @returns The address of the token account.
     * @throws `ADDRESS_INVALID` or `TOKEN_PROGRAM_UNSUPPORTED`, by field; `TRANSACTION_FAILED`.
     */
    async createTokenAccount(input: Readonly<{ owner: Address }> & TokenInput): Promise<Address> {
        const given = readTerms('input', input, ['mint', 'owner', 'tokenProgram'], ['tokenProgram']);
        const [mint, owner] = [toAddress('mint', given.mint), toAddress('owner', given.owner)];
        const tokenProgram = toTokenProgram('tokenProgram', given.tokenProgram);
        const [address] = await findTokenPda('owner', owner, { mint, tokenProgram });
        const result = await this.send([
            await getCreateAssociatedTokenIdempotentInstructionAsync({ mint, owner, payer: this.faucet, tokenProgram }),
        ]);
        assertSucceeded(result);
        return address;
    }

    /**
     * Creates the token account that `distribute` needs for every mint: that of the deployment's treasury owner.
     *
     * @returns The address of the token account.
     * @throws As {@link createTokenAccount}.
     */
    async createTreasuryTokenAccount(token: TokenInput): Promise<Address> {
        const { mint, tokenProgram } = readTerms('token', token, ['mint', 'tokenProgram'], ['tokenProgram']);
        return await this.createTokenAccount({ mint, owner: getTreasuryOwner(this.deployment), tokenProgram });
    }

    /**
     * Mints tokens of a mint of {@link createMint} to the associated token account of a wallet, which is created if it
     * is missing.
     *
     * @param input `owner`, `mint`, `tokenProgram` (SPL Token by default), and `amount` in base units (u64).
     * @returns The address of the token account.
     * @throws `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field;
     * `TRANSACTION_FAILED`.
     */
    async mintTokens(input: Readonly<{ amount: bigint | number; owner: Address }> & TokenInput): Promise<Address> {
        const { amount, ...given } = readTerms(
            'input',
            input,
            ['amount', 'mint', 'owner', 'tokenProgram'],
            ['tokenProgram'],
        );
        const units = toU64('amount', amount);
        const token = await this.createTokenAccount(given);
        const result = await this.send([
            getMintToInstruction(
                { amount: units, mint: toAddress('mint', given.mint), mintAuthority: this.faucet, token },
                { programAddress: toTokenProgram('tokenProgram', given.tokenProgram) },
            ),
        ]);
        assertSucceeded(result);
        return token;
    }

    /**
     * The amount in a token account, in base units; 0 where there is no token account of either token program, but
     * nothing or something else.
     *
     * @throws `ADDRESS_INVALID`.
     */
    getTokenAmount(tokenAccount: Address): bigint {
        const account = this.svm.getAccount(toAddress('tokenAccount', tokenAccount));
        return (account.exists ? readTokenHolding(account)?.amount : undefined) ?? 0n;
    }

    /**
     * Decodes the state of the account at the address of a channel.
     *
     * @throws `ADDRESS_INVALID`, or as {@link decodeChannelState}.
     */
    getChannel(address: Address): ChannelState<TRevision> {
        return decodeChannelState<TRevision>(this.svm.getAccount(toAddress('channel', address)), this.deployment);
    }

    /**
     * Signs a transaction of the given instructions with the signers in them, and runs it.
     *
     * @throws `INPUT_INVALID`, `ADDRESS_INVALID`, `SIGNER_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field;
     * `TRANSACTION_MALFORMED` when no transaction can be made of the instructions; `TRANSACTION_TOO_LARGE` when a cluster
     * would not accept it for its size (LiteSVM would).
     *
     * @example
     * ```ts
     * const result = await simulator.send(getSettleInstructions({ voucher }), { feePayer: payee });
     * if (!result.ok) console.error(result.failure.message);
     * ```
     */
    async send(instructions: readonly Instruction[], options: SendOptions = {}): Promise<TransactionResult<TRevision>> {
        const build = toTransactionBuilder(instructions, options, this.faucet);
        // One after the other, even if they are sent concurrently: each uses the blockhash that the previous one
        // leaves.
        const run = this.#lastSend.then(async () => this.sendTransaction(await build(this.getLatestBlockhash())));
        this.#lastSend = run.catch(() => undefined);
        return await run;
    }

    /**
     * Sends instructions as {@link send} does and throws if that fails.
     *
     * @throws `TRANSACTION_FAILED`, or as {@link send}.
     */
    async sendOrThrow(
        instructions: readonly Instruction[],
        options: SendOptions = {},
    ): Promise<SuccessfulTransactionResult<TRevision>> {
        const result = await this.send(instructions, options);
        assertSucceeded<TRevision>(result);
        return result;
    }

    /**
     * Runs a signed transaction as a cluster would: once, while its blockhash is good, with good signatures. A blockhash
     * is good for 150 slots, whoever asked for it.
     *
     * @returns Whatever comes of it: `AlreadyProcessed`, `BlockhashNotFound` and `SignatureFailure` are failures as well.
     * @throws `INPUT_INVALID` or `TRANSACTION_MALFORMED` for what is no transaction; `TRANSACTION_TOO_LARGE` when a
     * cluster would not accept it for its size.
     */
    sendTransaction(transaction: Transaction): TransactionResult<TRevision> {
        return this.cluster.execute(receiveTransaction(transaction));
    }

    /**
     * A blockhash for transactions that are sent with {@link sendTransaction}: there is a new one in each slot and after
     * each transaction.
     *
     * @returns The blockhash, and the last block height at which a transaction with it can land: that of 150 slots later,
     * since every slot of a simulator has a block.
     */
    getLatestBlockhash(): Readonly<{ blockhash: Blockhash; lastValidBlockHeight: bigint }> {
        return toResult(this.cluster.blockhashes.getLatest());
    }

    /** A transaction that was executed, one of the last ten thousand; not one that was refused before it ran. */
    getExecutedTransaction(signature: Signature): ExecutedTransaction | undefined {
        return this.cluster.history.get(signature);
    }
}

/**
 * Creates a simulator with the program loaded.
 *
 * It is deterministic: the same options and the same calls give the same addresses, signatures and results. Create one
 * for a group of tests rather than one for each: every program that LiteSVM loads maps memory until it is collected.
 *
 * @throws `MODULE_MISSING` where LiteSVM is not installed; `ELF_INVALID` when there is no program to load;
 * `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the clock; `INPUT_INVALID` or `ADDRESS_INVALID`, by field.
 *
 * @example
 * ```ts
 * const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
 * const payer = await simulator.createFundedSigner();
 * const mint = await simulator.createMint();
 * await simulator.mintTokens({ amount: 1_000_000n, mint, owner: payer.address });
 * ```
 */
export async function createSimulator<TRevision extends RevisionName>(
    options: SimulatorOptions<TRevision>,
): Promise<Simulator<TRevision>> {
    const given = readOnlyMembers('options', options, {
        deployment: true,
        elfPath: true,
        seed: true,
        slot: true,
        unixTimestamp: true,
    });
    const { deployment } = given;
    const { programAddress } = getProgramConfig(deployment);
    const seed = toText('seed', given.seed) ?? 'simulator';
    const clock = {
        slot: toU64('slot', given.slot ?? DEFAULT_SLOT),
        unixTimestamp: toI64('unixTimestamp', given.unixTimestamp ?? DEFAULT_UNIX_TIMESTAMP),
    };
    const elf = readProgramElf(getRevisionName(deployment), toText('elfPath', given.elfPath));
    const svm = new (getLiteSvm().LiteSVM)()
        .withFeatureSet(getSimulatorFeatureSet())
        .withBuiltins()
        .withDefaultPrograms()
        // The logs say which program failed; LiteSVM would cut them after 10,000 bytes.
        .withLogBytesLimit();
    const bytes = getElfForTreasuryOwner(elf, getTreasuryOwner(deployment));
    try {
        svm.addProgram(programAddress, bytes);
    } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new PaymentChannelsError(ELF_INVALID, { reason, source: elf.source }, { cause });
    }
    startClock(svm, clock);
    const simulator = new Simulator(svm, deployment, elf, await createSeededSigner(seed, '#faucet'), seed);
    simulator.setLamports(simulator.faucet.address, FAUCET_LAMPORTS);
    return simulator;
}

async function createSeededSigner(seed: string, label: string): Promise<KeyPairSigner> {
    // With the length before it, no seed and label together read like another seed and label.
    const privateKey = createHash('sha256').update(`${seed.length}:${seed}/${label}`).digest();
    return await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(privateKey));
}

/** A text that may be left out. */
export function toText(field: string, value: unknown): string | undefined {
    return value === undefined || typeof value === 'string' ? value : refuseInput(field, 'a string', value);
}
