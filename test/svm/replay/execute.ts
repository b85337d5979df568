/** Runs recorded cases in LiteSVM. */

import { setImmediate } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';

import {
    AccountRole,
    appendTransactionMessageInstructions,
    compileTransaction,
    createTransactionMessage,
    getBase64Encoder,
    getCompiledTransactionMessageDecoder,
    lamports,
    pipe,
    setTransactionMessageFeePayer,
    type AccountMeta,
    type Address,
    type Instruction,
    type InstructionWithAccounts,
    type InstructionWithData,
    type ReadonlyUint8Array,
} from '@solana/kit';
import { FailedTransactionMetadata, LiteSVM, type TransactionMetadata } from 'litesvm';

import { getSimulatorFeatureSet } from '../../../src/testing/feature-set';
import { getRpcTransactionError } from '../../../src/testing/runtime-error';
import type { RecordedCase, RecordedClock, RecordedError, RecordedInstruction, RecordedStep } from './recorded-case';

export type AccountState = Readonly<{ data: Uint8Array; lamports: bigint; owner: Address }>;

/** What a step did. */
export type StepResult = Readonly<{
    computeUnits: number;
    error: RecordedError | null;
    /** Data of the calls that the program made to itself; none when the transaction failed. */
    events: readonly Uint8Array[];
    logs: readonly string[];
}>;

/** A started case: its program and accounts are set, its steps are run one by one. */
export type CaseRun = Readonly<{
    getAccount: (address: Address) => AccountState | null;
    runStep: (step: RecordedStep) => StepResult;
}>;

const base64 = getBase64Encoder();

/** How many SVMs may wait for the garbage collector. About a thousand of them abort the process. */
const COLLECT_EVERY = 100;
let startedSinceCollection = 0;

/** An SVM as the cases were recorded in: no signature checks, no history, and every standard program. */
function createRecordedSvm(): LiteSVM {
    startedSinceCollection += 1;
    return new LiteSVM()
        .withFeatureSet(getSimulatorFeatureSet())
        .withBuiltins()
        .withDefaultPrograms()
        .withSigverify(false)
        .withTransactionHistory(0n);
}

/**
 * Now and then frees the SVMs that nobody uses any more, with the memory they have mapped. To be called between cases
 * where there are many.
 */
export async function collectUnusedSvms(): Promise<void> {
    if (startedSinceCollection < COLLECT_EVERY) return;
    startedSinceCollection = 0;
    v8.setFlagsFromString('--expose-gc');
    (vm.runInNewContext('gc') as () => void)();
    // What is found here is freed between two turns of the event loop, so one has to end.
    await setImmediate();
}

/** Sets up an SVM for a case. */
export function startCase(recorded: RecordedCase, elf: Uint8Array): CaseRun {
    const svm = createRecordedSvm();
    svm.addProgram(recorded.programId, elf);
    for (const account of recorded.accounts) {
        const data = new Uint8Array(base64.encode(account.data));
        svm.setAccount({
            address: account.address,
            data,
            executable: false,
            lamports: lamports(BigInt(account.lamports)),
            programAddress: account.owner,
            space: BigInt(data.length),
        });
    }
    setClock(svm, recorded.clock);
    return {
        getAccount: address => {
            const account = svm.getAccount(address);
            if (!account.exists) return null;
            return { data: new Uint8Array(account.data), lamports: account.lamports, owner: account.programAddress };
        },
        runStep: step => {
            if (step.clock) setClock(svm, step.clock);
            return send(svm, step, recorded.programId);
        },
    };
}

function setClock(svm: LiteSVM, { slot, unixTimestamp }: RecordedClock): void {
    const clock = svm.getClock();
    clock.slot = BigInt(slot);
    clock.unixTimestamp = BigInt(unixTimestamp);
    svm.setClock(clock);
}

function send(svm: LiteSVM, step: RecordedStep, programId: Address): StepResult {
    const message = pipe(
        createTransactionMessage({ version: 0 }),
        m => setTransactionMessageFeePayer(step.feePayer, m),
        m => svm.setTransactionMessageLifetimeUsingLatestBlockhash(m),
        m => appendTransactionMessageInstructions(step.instructions.map(toInstruction), m),
    );
    const transaction = compileTransaction(message);
    const outcome = svm.sendTransaction(transaction);
    const meta = outcome instanceof FailedTransactionMetadata ? outcome.meta() : outcome;
    const error = outcome instanceof FailedTransactionMetadata ? toRecordedError(outcome) : null;
    return {
        computeUnits: Number(meta.computeUnitsConsumed()),
        error,
        // What a failed transaction had emitted before it failed was not recorded.
        events: error === null ? readEvents(meta, programId, transaction.messageBytes) : [],
        logs: meta.logs(),
    };
}

/** A recorded instruction as kit knows instructions. */
export function toInstruction({
    accounts,
    data,
    program,
}: RecordedInstruction): Instruction &
    InstructionWithAccounts<readonly AccountMeta[]> &
    InstructionWithData<ReadonlyUint8Array> {
    return {
        accounts: accounts.map(({ address, signer, writable }) => ({
            address,
            role: signer
                ? writable
                    ? AccountRole.WRITABLE_SIGNER
                    : AccountRole.READONLY_SIGNER
                : writable
                  ? AccountRole.WRITABLE
                  : AccountRole.READONLY,
        })),
        data: base64.encode(data),
        programAddress: program,
    };
}

function toRecordedError(failed: FailedTransactionMetadata): RecordedError {
    const error = getRpcTransactionError(failed) as
        string | { InstructionError?: readonly [index: number, cause: string | { Custom: number }] };
    if (typeof error === 'string') return { transaction: error };
    if (error.InstructionError === undefined) return { transaction: Object.keys(error)[0] ?? 'Unknown' };
    const [instruction, cause] = error.InstructionError;
    return typeof cause === 'string' ? { builtin: cause, instruction } : { custom: cause.Custom, instruction };
}

/** The data of the program's calls to itself, in order. */
function readEvents(meta: TransactionMetadata, programId: Address, message: ReadonlyUint8Array): Uint8Array[] {
    const { staticAccounts } = getCompiledTransactionMessageDecoder().decode(message);
    const programIndex = staticAccounts.indexOf(programId);
    return meta
        .innerInstructions()
        .flat()
        .map(inner => inner.instruction())
        .filter(instruction => instruction.programIdIndex() === programIndex)
        .map(instruction => new Uint8Array(instruction.data()));
}
