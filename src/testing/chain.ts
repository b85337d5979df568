import {
    lamports,
    type Address,
    type Blockhash,
    type Instruction,
    type KeyPairSigner,
    type Signature,
    type Transaction,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import type { LiteSVM } from 'litesvm';

import type { Deployment } from '../revision/deployment';
import { readOnlyMembers, refuseInput, toAddress, toI64, toU64 } from '../core/input';
import { toResult } from '../core/json-form';
import type { RevisionName } from '../revision/revision-types';
import { toTransactionBuilder, type SendOptions } from './build-message';
import { moveClock, type SimulatorClock } from './clock';
import { Cluster, receiveTransaction, type ClusterMark } from './cluster';
import { loadElf, readElf, type ProgramElf } from './elf';
import { Faults } from './faults/faults';
import type { ExecutedTransaction } from './history';
import { assertSucceeded, type SuccessfulTransactionResult, type TransactionResult } from './result';
import { createSeededSigner, toText } from './seeded-signer';

const DEFAULT_LAMPORTS = 10_000_000_000n;

/** A moment of a simulator, to go back to. */
export type SimulatorSnapshot = Readonly<{ takenAt: SimulatorClock }>;

/** What a snapshot stands for. */
type Kept = Readonly<{ mark: ClusterMark; signerCount: number }>;

/**
 * A cluster in this process with the payment-channels program loaded: what a {@link Simulator} has of any cluster.
 */
export abstract class SimulatedChain<TRevision extends RevisionName> {
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
    /** What goes wrong with the requests of every connection: nothing, until something is injected. */
    readonly faults: Faults;
    readonly #seed: string;
    #lastSend: Promise<unknown> = Promise.resolve();
    #signerCount = 0;
    readonly #snapshots = new WeakMap<SimulatorSnapshot, Kept>();

    /** @internal Use {@link createSimulator}. */
    constructor(svm: LiteSVM, deployment: Deployment<TRevision>, elf: ProgramElf, faucet: KeyPairSigner, seed: string) {
        this.svm = svm;
        this.cluster = new Cluster(svm, deployment);
        this.faults = new Faults(this.cluster as unknown as Cluster<RevisionName>);
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
        this.cluster.changes.notify();
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
              };
        this.cluster.accounts.set({ ...base, lamports: lamports(toU64('lamports', amount)) });
        this.cluster.changes.notify();
    }

    /**
     * The lamports at an address; 0 where there is no account.
     *
     * @throws `ADDRESS_INVALID`.
     */
    getLamports(address: Address): bigint {
        return this.cluster.accounts.getLamports(toAddress('address', address));
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
     * const result = await simulator.send(getSettleInstructions({ voucher }, simulator.deployment), { feePayer: merchant });
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

    /**
     * Makes every blockhash too old that was given out so far: a transaction that is signed with one of them can no longer
     * land, and nobody has to wait for 150 slots. The clock stays.
     *
     * @example
     * ```ts
     * simulator.expireBlockhashes();
     * const { failure } = simulator.sendTransaction(transaction); // BlockhashNotFound
     * ```
     */
    expireBlockhashes(): void {
        this.cluster.blockhashes.expireAll();
        this.cluster.changes.notify();
    }

    /**
     * Keeps the state of this moment: accounts, clock, blockhashes, what has landed and the keys that are still to be made.
     * It takes no time, however many accounts there are. A snapshot that nobody holds any more costs nothing.
     *
     * @returns What {@link restoreSnapshot} takes, as often as it likes.
     */
    takeSnapshot(): SimulatorSnapshot {
        const snapshot: SimulatorSnapshot = Object.freeze({ takenAt: this.getClock() });
        this.#snapshots.set(snapshot, { mark: this.cluster.mark(), signerCount: this.#signerCount });
        return snapshot;
    }

    /**
     * Puts the simulator back to the moment of a snapshot. It takes about 30 µs for each account that has changed since.
     * The same calls give the same results again, signatures included (but for those of transactions with durable nonces).
     * Faults that were injected stay. A program that was loaded since stays.
     *
     * @throws `INPUT_INVALID` for anything but a snapshot of this simulator.
     *
     * @example
     * ```ts
     * const opened = simulator.takeSnapshot();
     * // One test changes what it likes …
     * simulator.restoreSnapshot(opened);
     * // … and the next one starts where the first one did.
     * ```
     */
    restoreSnapshot(snapshot: SimulatorSnapshot): void {
        const known = typeof snapshot === 'object' && snapshot !== null ? this.#snapshots.get(snapshot) : undefined;
        if (!known) refuseInput('snapshot', 'what takeSnapshot of this simulator has returned', snapshot);
        this.cluster.restore(known.mark);
        this.#signerCount = known.signerCount;
        this.cluster.changes.notify();
    }

    /**
     * Loads another program, as one that calls the payment-channels program, or that a mint's transfer hook calls.
     *
     * @param program `address`, and `elf`: the path of an ELF file, or its bytes.
     * @throws `ADDRESS_INVALID`; `INPUT_INVALID`, by field; `ELF_INVALID` for what can't be read or LiteSVM can't load.
     *
     * @example
     * ```ts
     * simulator.loadProgram({ address: channel, elf: './target/deploy/my_program.so' });
     * ```
     */
    loadProgram(program: Readonly<{ address: Address; elf: Uint8Array | string }>): void {
        const given = readOnlyMembers('program', program, { address: 'given', elf: 'given' });
        const address = toAddress('program.address', given.address);
        loadElf(this.svm, address, readElf('program.elf', given.elf));
        this.cluster.changes.notify();
    }
}
