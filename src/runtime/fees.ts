import type { Address, ReadonlyUint8Array } from '@solana/kit';

import { DEFAULT_COMPUTE_UNITS_PER_BUILTIN, DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION, MAX_COMPUTE_UNITS } from './limits';
import { getPrecompileName, isBuiltin } from './programs';

/** Fee for each signature, including those that precompiles verify. */
const LAMPORTS_PER_SIGNATURE = 5_000n;
export const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;

type CountedInstruction = Readonly<{ data?: ReadonlyUint8Array | undefined; programAddress: Address }>;

/** Compute units of a transaction that does not ask for any, of version legacy or 0. */
export function getDefaultComputeUnits(instructions: readonly CountedInstruction[]): number {
    const units = instructions.reduce(
        (sum, { programAddress }) =>
            sum +
            (isBuiltin(programAddress) ? DEFAULT_COMPUTE_UNITS_PER_BUILTIN : DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION),
        0,
    );
    return Math.min(units, MAX_COMPUTE_UNITS);
}

/** Signatures that an instruction has a precompile verify; none for any other program. */
function countPrecompileSignatures({ data, programAddress }: CountedInstruction): number {
    return getPrecompileName(programAddress) === undefined ? 0 : (data?.[0] ?? 0);
}

/**
 * The priority fee of a transaction, in lamports: for what it may use, not for what it uses.
 *
 * @param computeUnits What it asks for or, where it does not ask, is granted.
 * @param computeUnitPrice In micro-lamports.
 */
export function getPriorityFeeLamports(computeUnits: bigint | number, computeUnitPrice: bigint): bigint {
    const asked = BigInt(computeUnits);
    const granted = asked < BigInt(MAX_COMPUTE_UNITS) ? asked : BigInt(MAX_COMPUTE_UNITS);
    return (granted * computeUnitPrice + MICRO_LAMPORTS_PER_LAMPORT - 1n) / MICRO_LAMPORTS_PER_LAMPORT;
}

/** The fee of a transaction, whether it succeeds or not. */
export type TransactionFees = Readonly<{
    feeLamports: bigint;
    /** The part of it that is for priority. */
    priorityFeeLamports: bigint;
}>;

/** Computes what a transaction costs, as the runtime does. */
export function getTransactionFees(
    input: Readonly<{
        computeUnitLimit: number | undefined;
        /** In micro-lamports; 0 for none. */
        computeUnitPrice: bigint;
        /** All of the message, those of the compute budget included. */
        instructions: readonly CountedInstruction[];
        /** The priority fee that a version 1 message names instead of a price. */
        priorityFeeLamports?: bigint | undefined;
        /** Accounts that sign the message. */
        signerCount: number;
    }>,
): TransactionFees {
    const { computeUnitLimit, computeUnitPrice, instructions, signerCount } = input;
    const units = computeUnitLimit ?? getDefaultComputeUnits(instructions);
    const { priorityFeeLamports = getPriorityFeeLamports(units, computeUnitPrice) } = input;
    const signatureCount = instructions.reduce((sum, one) => sum + countPrecompileSignatures(one), signerCount);
    return { feeLamports: LAMPORTS_PER_SIGNATURE * BigInt(signatureCount) + priorityFeeLamports, priorityFeeLamports };
}
