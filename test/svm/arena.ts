import {
    appendTransactionMessageInstructions,
    compileTransactionMessage,
    createTransactionMessage,
    getCompiledTransactionMessageEncoder,
    lamports,
    pipe,
    setTransactionMessageFeePayer,
    setTransactionMessageLifetimeUsingBlockhash,
    type Address,
    type Instruction,
    type MaybeEncodedAccount,
    type Transaction,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { ComputeBudget, FailedTransactionMetadata, LiteSVM } from 'litesvm';

import { getProgramFailure, type TransactionFailure } from '../../src/revision/program-failure';
import { readProgramElf } from '../../src/testing/elf';
import { getSimulatorFeatureSet } from '../../src/testing/feature-set';
import { getRpcTransactionError } from '../../src/testing/runtime-error';
import { toEncodedAccount, type AccountState } from './model';
import { type RevisionFacts } from './revisions';

/** A call that the program made, at the height directly below it. */
export type ObservedCall = Readonly<{ program: Address; data: Uint8Array }>;

/** What became of a transaction; `calls` holds one list for each of its instructions. */
export type ArenaResult = Readonly<{ logs: readonly string[] }> &
    Readonly<{ ok: true; calls: readonly (readonly ObservedCall[])[] } | { ok: false; failure: TransactionFailure }>;

/** More than any transaction of these tests needs: compute units are not what they are about. */
const COMPUTE_UNITS = 20_000_000n;

/**
 * One LiteSVM that runs many scenarios, one after the other, whose accounts are set and removed from outside.
 *
 * Signatures of transactions are not checked (those that the Ed25519 precompile verifies are): no wallet needs a key,
 * and an instruction is signed by whomever it says. Nor are blockhashes, sizes and duplicates.
 */
export class Arena {
    readonly #svm: LiteSVM;
    readonly #blockhash: ReturnType<LiteSVM['latestBlockhash']>;

    constructor(readonly facts: RevisionFacts) {
        const budget = new ComputeBudget();
        budget.computeUnitLimit = COMPUTE_UNITS;
        this.#svm = new LiteSVM()
            .withFeatureSet(getSimulatorFeatureSet())
            .withBuiltins()
            .withDefaultPrograms()
            .withSigverify(false)
            .withBlockhashCheck(false)
            .withTransactionHistory(0n)
            // The program that failed is known from the logs, which end after 10,000 bytes otherwise.
            .withLogBytesLimit()
            .withComputeBudget(budget);
        this.#svm.addProgram(this.deployment.programAddress, readProgramElf(facts.name).bytes);
        this.#blockhash = this.#svm.latestBlockhash();
    }

    get deployment(): RevisionFacts['deployment'] {
        return this.facts.deployment;
    }

    setClock(unixTimestamp: bigint, slot?: bigint): void {
        const clock = this.#svm.getClock();
        clock.unixTimestamp = unixTimestamp;
        if (slot !== undefined) clock.slot = slot;
        this.#svm.setClock(clock);
    }

    get(address: Address): MaybeEncodedAccount {
        return this.#svm.getAccount(address);
    }

    /** Sets an account as the model describes it; `undefined` removes it. */
    set(address: Address, account: AccountState | undefined): void {
        const state = account ?? { kind: 'wallet', lamports: 0n };
        this.#svm.setAccount(toEncodedAccount(address, state, this.facts));
    }

    /** Sets an account to any bytes and owner, for what no model describes. */
    setRaw(address: Address, owner: Address, data: Uint8Array, balance: bigint): void {
        this.#svm.setAccount({
            address,
            data,
            executable: false,
            lamports: lamports(balance),
            programAddress: owner,
            space: BigInt(data.length),
        });
    }

    /** Removes an account: LiteSVM drops what has no lamports. */
    remove(address: Address): void {
        this.setRaw(address, SYSTEM_PROGRAM_ADDRESS, new Uint8Array(), 0n);
    }

    send(transaction: Readonly<{ feePayer: Address; instructions: readonly Instruction[] }>): ArenaResult {
        const message = compileTransactionMessage(
            pipe(
                createTransactionMessage({ version: 0 }),
                m => setTransactionMessageFeePayer(transaction.feePayer, m),
                m =>
                    setTransactionMessageLifetimeUsingBlockhash(
                        { blockhash: this.#blockhash, lastValidBlockHeight: 0n },
                        m,
                    ),
                m => appendTransactionMessageInstructions(transaction.instructions, m),
            ),
        );
        const signers = message.staticAccounts.slice(0, message.header.numSignerAccounts);
        const outcome = this.#svm.sendTransaction({
            messageBytes: getCompiledTransactionMessageEncoder().encode(message) as Transaction['messageBytes'],
            signatures: Object.fromEntries(signers.map(address => [address, null])),
        });
        if (outcome instanceof FailedTransactionMetadata) {
            const logs = outcome.meta().logs();
            const failure = getProgramFailure({ err: getRpcTransactionError(outcome), logs }, this.deployment)!;
            return { failure, logs, ok: false };
        }
        const calls = outcome.innerInstructions().map(inner =>
            inner
                .filter(call => call.stackHeight() === 2)
                .map(call => call.instruction())
                .map(call => ({ data: call.data(), program: message.staticAccounts[call.programIdIndex()]! })),
        );
        return { calls, logs: outcome.logs(), ok: true };
    }
}
