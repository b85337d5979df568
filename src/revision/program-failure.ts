import {
    SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
    SOLANA_ERROR__INSTRUCTION_ERROR__UNKNOWN,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_PRECOMPILE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    SOLANA_ERROR__TRANSACTION_ERROR__UNKNOWN,
    type Address,
} from '@solana/kit';

import { toResult } from '../core/json-form';
import { getProgramConfig, getPart, getTreasuryOwner, type DeploymentParts } from './deployment';
import { assertHasNoMisspelt, U32_MAX } from '../core/input';
import { parseProgramLogs } from '../runtime/program-logs';
import { isRpcRecord, type RpcRecord } from '../runtime/rpc-answer';
import { getPrecompileName, PRECOMPILE_ERRORS, type PrecompileErrorName } from '../runtime/programs';
import type { ProgramErrorName } from './revision-types';
import {
    getInstructionErrorName,
    getTransactionErrorName,
    type InstructionErrorName,
    type TransactionErrorName,
} from '../runtime/runtime-errors';

/** Why a transaction failed. */
export type TransactionFailure =
    | Readonly<{
          /** A program returned a code of its own. */
          kind: 'custom';
          instructionIndex: number;
          code: number;
          /**
           * The program that returned the code first: with nested calls not the one the instruction names. `undefined`
           * when neither the logs nor the code tell.
           */
          program: Address | undefined;
          /**
           * Name of the code, when it is certain that the payment-channels program returned it, or a precompile: theirs
           * are as in `PrecompileError`, for instance `InvalidSignature`.
           */
          name: PrecompileErrorName | ProgramErrorName | undefined;
          message: string;
      }>
    | Readonly<{
          /** A program or the runtime returned one of the runtime's own instruction errors. */
          kind: 'builtin';
          instructionIndex: number;
          program: Address | undefined;
          /**
           * As in `InstructionError`, for instance `InvalidAccountData`; `Unknown` when it can't be read. A runtime that is
           * newer than this package may have others.
           */
          name: InstructionErrorName;
          message: string;
      }>
    | Readonly<{
          /** The transaction was refused as a whole. */
          kind: 'transaction';
          /**
           * As in `TransactionError`, for instance `BlockhashNotFound`; `Unknown` when it can't be read. A runtime that is
           * newer than this package may have others.
           */
          name: TransactionErrorName;
          message: string;
      }>;

/** What is known about a transaction beside its failure. */
export type ProgramFailureConfig = Readonly<{
    /** Logs of the transaction, where the failure does not come with them. */
    logs?: readonly string[] | undefined;
    /** Instructions of the transaction, those for the compute budget included: without logs they tell the program. */
    instructions?: readonly Readonly<{ programAddress: Address }>[] | undefined;
}>;

// The programs that this one calls (System, Token, Token-2022, Associated Token Account) count their codes from 0 and
// end well below: from here on a code can only be this program's own.
const FIRST_CODE_OF_NO_CALLEE = 200;
/** The program's errors for a wrong treasury owner. */
const TREASURY_ACCOUNT_MISMATCH = 'treasuryAccountMismatch';

/** Finds the reason of a failed transaction in any source; see {@link getProgramFailure}. */
export type FailureReader = (source: unknown) => TransactionFailure | undefined;

type FailureParts = DeploymentParts<'errors' | 'programAddress' | 'published' | 'treasuryOwner'>;

/**
 * Says why a transaction failed, and which program said so.
 *
 * The number of an error does not tell whose it is: what a program that was called returns comes through unchanged, and
 * the numbers collide (docs/program.md, section 11). The logs tell which program failed first, and that it was a
 * precompile where they have nothing of it; without them a name is given only for a code that no program called by this
 * one has, and only when the instruction is known to be this program's.
 *
 * @param source Any of: what sending or simulating threw (kit's errors, with all that they wrap), the answer of
 * simulateTransaction or getTransaction, a signature status or a logs notification, the transaction error in those.
 * @returns `undefined` when the source tells of no failed transaction.
 * @throws `ADDRESS_INVALID` or `INPUT_INVALID` for the deployment, `INPUT_INVALID` for a misspelt member of the config; nothing
 * else.
 *
 * @example
 * ```ts
 * try {
 *     await sendAndConfirm(message);
 * } catch (error) {
 *     const failure = getProgramFailure(error, MAINNET_DEPLOYMENT);
 *     if (failure?.name === 'voucherExpired') console.log(failure.message);
 * }
 * ```
 */
export function getProgramFailure(
    source: unknown,
    deployment: FailureParts,
    config: ProgramFailureConfig = {},
): TransactionFailure | undefined {
    const { programAddress } = getProgramConfig(deployment);
    const parts = {
        errors: getPart(deployment, 'errors'),
        programAddress,
        published: getPart(deployment, 'published'),
        treasuryOwner: getTreasuryOwner(deployment),
    };
    assertHasNoMisspelt('config', config, ['instructions', 'logs']);
    try {
        return readFailure(source, parts, config);
    } catch {
        // A proxy or a getter that throws when it is read, in the source or beside it.
        return undefined;
    }
}

/**
 * Finds why a transaction was refused as a whole, in any source: no program, and so no deployment, has a part in it.
 *
 * @returns `undefined` where nothing tells of a failure, or an instruction failed.
 */
export function getRefusalName(source: unknown): TransactionErrorName | undefined {
    try {
        const found = findError(source);
        return found && !('instructionIndex' in found) ? (found.name as TransactionErrorName) : undefined;
    } catch {
        return undefined;
    }
}

function readFailure(
    source: unknown,
    parts: FailureParts,
    config: ProgramFailureConfig,
): TransactionFailure | undefined {
    const found = findError(source);
    if (!found) return undefined;
    const logs = config.logs ?? found.logs;
    if (!('instructionIndex' in found)) return getRefusal(found.name);
    const { instructionIndex } = found;
    const instructions: unknown = config.instructions ?? found.instructions;
    const instruction: unknown = Array.isArray(instructions) ? instructions[instructionIndex] : undefined;
    const instructionProgram = isRpcRecord(instruction) ? (instruction['programAddress'] as Address) : undefined;
    return getInstructionFailure(found, { instructionProgram, logs }, parts);
}

/** The error of an instruction: a code of a program, or one of the runtime's own. */
type InstructionError = Readonly<
    { instructionIndex: number } & ({ code: number; isOfPrecompile?: boolean } | { name: string })
>;

/** Says why an instruction failed. */
function getInstructionFailure(
    error: InstructionError,
    known: Readonly<{
        instructionProgram?: Address | undefined;
        logs: readonly string[] | undefined;
    }>,
    parts: FailureParts,
): TransactionFailure {
    const { instructionIndex } = error;
    const { instructionProgram, logs } = known;
    const { errors, programAddress } = parts;
    const { firstFailure, isIncomplete } = parseProgramLogs(logs ?? []);
    const loggedProgram = firstFailure?.program;
    if ('name' in error) {
        const { name } = error;
        const message = `instruction ${instructionIndex}: ${name}`;
        return toResult({
            instructionIndex,
            kind: 'builtin',
            message,
            name: name as InstructionErrorName,
            program: loggedProgram,
        });
    }
    const { code } = error;
    const precompile = instructionProgram === undefined ? undefined : getPrecompileName(instructionProgram);
    // Any other program that is called is in the logs, and one that fails with a code says so there.
    const isUnlogged = logs !== undefined && !isIncomplete && firstFailure === undefined;
    const isOfPrecompile = isUnlogged && instructionProgram === undefined && PRECOMPILE_ERRORS[code] !== undefined;
    if (error.isOfPrecompile === true || precompile !== undefined || isOfPrecompile) {
        return getPrecompileFailure(error, precompile, instructionProgram);
    }
    const isOfNoCallee = code >= FIRST_CODE_OF_NO_CALLEE && instructionProgram === programAddress;
    const program = loggedProgram ?? (isOfNoCallee ? programAddress : undefined);
    const named = Object.hasOwn(errors, code) ? errors[code] : undefined;
    const name = program === programAddress ? (named?.name as ProgramErrorName | undefined) : undefined;
    const at = `instruction ${instructionIndex}: `;
    let message = `${at}custom error ${code} of program ${program ?? 'unknown'}`;
    if (named && name !== undefined)
        message = `${at}${name} (${code}). ${named.message}${getDeploymentHint(name, parts)}`;
    else if (named && program === undefined) {
        message += `: ${named.name} if it is of the payment-channels program, something else if of one that it called`;
    }
    return toResult({ code, instructionIndex, kind: 'custom', message, name, program });
}

/**
 * A precompile is no program that logs anything, or that another one could call: the instruction tells of it, or that
 * nothing was logged of the one that failed.
 */
function getPrecompileFailure(
    { code, instructionIndex }: Readonly<{ code: number; instructionIndex: number }>,
    precompile: string | undefined,
    program: Address | undefined,
): TransactionFailure {
    const name = PRECOMPILE_ERRORS[code];
    const who = precompile === undefined ? 'a precompile' : `the ${precompile} precompile`;
    const message = `instruction ${instructionIndex}: ${who} refused it: ${name ?? 'error'} (${code})`;
    return toResult({ code, instructionIndex, kind: 'custom', message, name, program });
}

/** The program looks for the token account of the owner that was compiled into it: with another, the deployment is wrong. */
function getDeploymentHint(name: string, { published, treasuryOwner: own }: FailureParts): string {
    if (name !== TREASURY_ACCOUNT_MISMATCH) return '';
    const others = published.treasuryOwners.filter(owner => owner !== own);
    const known = others.length === 0 ? '' : `; a known deployment of this program has ${others.join(', ')}`;
    return ` The treasury owner of the given deployment is ${own}${known}.`;
}

/** Says why a transaction was refused as a whole. */
function getRefusal(name: string): TransactionFailure {
    const message = `the runtime refused the transaction: ${name}`;
    return toResult({ kind: 'transaction', message, name: name as TransactionErrorName });
}

type FoundError = (InstructionError | Readonly<{ name: string }>) &
    Readonly<{ instructions?: unknown; logs?: readonly string[] | undefined }>;

/** Looks for the error of a transaction in a value of any kind. */
function findError(source: unknown): FoundError | undefined {
    if (typeof source === 'string') return /^[A-Z]\w{2,63}$/.test(source) ? { name: source } : undefined;
    if (source instanceof Error) return findThrown(source, new Set());
    if (!isRpcRecord(source)) return undefined;
    if ('err' in source) {
        if (source['err'] === null || source['err'] === undefined) return undefined;
        return withLogs(readTransactionError(source['err']), source['logs']);
    }
    const { meta, value } = source;
    if (isRpcRecord(meta) && 'err' in meta) return findError({ err: meta['err'], logs: meta['logMessages'] });
    if (isRpcRecord(value) && 'err' in value) return findError(value);
    return isTransactionError(source) ? readTransactionError(source) : undefined;
}

function isTransactionError(source: RpcRecord): boolean {
    const [key, ...others] = Object.keys(source);
    return key !== undefined && others.length === 0 && /^[A-Z]/.test(key);
}

/** Reads the `err` of an RPC. One that can't be read is an error all the same. */
function readTransactionError(error: unknown): FoundError {
    if (typeof error === 'string') return { name: error };
    if (!isRpcRecord(error)) return { name: 'Unknown' };
    if (!('InstructionError' in error)) return { name: Object.keys(error)[0] ?? 'Unknown' };
    const [index, cause] = Array.isArray(error['InstructionError']) ? (error['InstructionError'] as unknown[]) : [];
    const instructionIndex = toSmallNumber(index);
    if (instructionIndex === undefined) return { name: 'Unknown' };
    if (typeof cause === 'string') return { instructionIndex, name: cause };
    if (!isRpcRecord(cause)) return { instructionIndex, name: 'Unknown' };
    if (!('Custom' in cause)) return { instructionIndex, name: Object.keys(cause)[0] ?? 'Unknown' };
    const code = toSmallNumber(cause['Custom']);
    return code === undefined ? { instructionIndex, name: 'Unknown' } : { code, instructionIndex };
}

/** Errors wrap errors, now and then in a circle; more of them than this is nothing that kit makes. */
const MAX_ERRORS = 100;

/** Looks into an error that kit threw, and into those that it wraps. */
function findThrown(error: Error, seen: Set<Error>): FoundError | undefined {
    if (seen.has(error) || seen.size > MAX_ERRORS) return undefined;
    seen.add(error);
    const context = 'context' in error && isRpcRecord(error.context) ? error.context : {};
    const own = error.name === 'SolanaError' ? readKitError(context) : undefined;
    const found = own ?? findFirst(getWrapped(error, context), seen);
    if (found === undefined) return undefined;
    const known = withLogs(found, context['logs'] ?? getPreflightLogs(context));
    return known.instructions === undefined
        ? { ...known, instructions: getPlannedInstructions(context['transactionPlanResult']) }
        : known;
}

/** Instructions of the transaction that failed first, from kit's result of a plan: what failed is named by its place there. */
function getPlannedInstructions(result: unknown, depth = 0): unknown {
    if (!isRpcRecord(result) || depth > MAX_ERRORS) return undefined;
    const { context, kind, plannedMessage, plans, status } = result;
    if (kind === 'single') {
        const sent = isRpcRecord(context) ? context['message'] : undefined;
        const message = sent ?? plannedMessage;
        return status === 'failed' && isRpcRecord(message) ? message['instructions'] : undefined;
    }
    for (const plan of Array.isArray(plans) ? (plans as unknown[]) : []) {
        const instructions = getPlannedInstructions(plan, depth + 1);
        if (instructions !== undefined) return instructions;
    }
    return undefined;
}

function findFirst(sources: readonly unknown[], seen: Set<Error>): FoundError | undefined {
    for (const source of sources) {
        const found = source instanceof Error ? findThrown(source, seen) : undefined;
        if (found) return found;
    }
    return undefined;
}

function getWrapped(error: Error, { failedTransactions }: RpcRecord): unknown[] {
    return [
        error.cause,
        ...(error instanceof AggregateError && Array.isArray(error.errors) ? (error.errors as unknown[]) : []),
        ...(Array.isArray(failedTransactions) ? (failedTransactions as unknown[]) : []).map(failed =>
            isRpcRecord(failed) && failed['error'] instanceof Error ? failed['error'] : undefined,
        ),
    ];
}

function getPreflightLogs({ preflightData }: RpcRecord): unknown {
    return isRpcRecord(preflightData) ? preflightData['logs'] : undefined;
}

/** Reads an error of kit that stands for one of the runtime. */
function readKitError(context: RpcRecord): FoundError | undefined {
    const { __code: rpcCode } = context;
    if (rpcCode === SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE) {
        return { name: 'SignatureFailure' };
    }
    if (rpcCode === SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_PRECOMPILE_VERIFICATION_FAILURE) {
        return readPrecompileRefusal(context['__serverMessage']);
    }
    const kitCode = toSmallNumber(rpcCode);
    if (kitCode === undefined) return undefined;
    const instructionIndex = toSmallNumber(context['index']);
    const { errorName } = context;
    if (kitCode === SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM && instructionIndex !== undefined) {
        const code = toSmallNumber(context['code']);
        return code === undefined ? { instructionIndex, name: 'Unknown' } : { code, instructionIndex };
    }
    const isNamed = typeof errorName === 'string';
    const instructionError =
        kitCode === SOLANA_ERROR__INSTRUCTION_ERROR__UNKNOWN && isNamed ? errorName : getInstructionErrorName(kitCode);
    if (instructionError !== undefined) return { instructionIndex: instructionIndex ?? 0, name: instructionError };
    const transactionError =
        kitCode === SOLANA_ERROR__TRANSACTION_ERROR__UNKNOWN && isNamed ? errorName : getTransactionErrorName(kitCode);
    return transactionError === undefined ? undefined : { name: transactionError };
}

/** A node that verifies precompiles before it simulates has the error in its message only, as Rust prints it. */
function readPrecompileRefusal(message: unknown): FoundError | undefined {
    const [, index, code] = /InstructionError\((\d{1,3}), Custom\((\d{1,9})\)\)/.exec(String(message)) ?? [];
    return index === undefined
        ? undefined
        : { code: Number(code), instructionIndex: Number(index), isOfPrecompile: true };
}

function withLogs(found: FoundError, logs: unknown): FoundError {
    return found.logs || !Array.isArray(logs) ? found : { ...found, logs: logs as readonly string[] };
}

/** A u32, which JSON has as a number and kit as a bigint. */
function toSmallNumber(value: unknown): number | undefined {
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return undefined;
    const integer = BigInt(value as bigint | number);
    return integer >= 0n && integer <= U32_MAX ? Number(integer) : undefined;
}
