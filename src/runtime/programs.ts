import type { Address } from '@solana/kit';

// Programs that are part of the runtime.

/** The address of the program whose instructions set what a transaction may use and pays for priority. */
export const COMPUTE_BUDGET_PROGRAM_ADDRESS =
    'ComputeBudget111111111111111111111111111111' as Address<'ComputeBudget111111111111111111111111111111'>;

/** The address of the Ed25519 precompile, which verifies signatures before a transaction runs. */
export const ED25519_PROGRAM_ADDRESS =
    'Ed25519SigVerify111111111111111111111111111' as Address<'Ed25519SigVerify111111111111111111111111111'>;
const SECP256K1_PROGRAM_ADDRESS = 'KeccakSecp256k11111111111111111111111111111' as Address;
const SECP256R1_PROGRAM_ADDRESS = 'Secp256r1SigVerify1111111111111111111111111' as Address;

/** The precompiles, which verify signatures: the name that people know each by. */
const PRECOMPILES: Readonly<Record<Address, string>> = {
    [ED25519_PROGRAM_ADDRESS]: 'Ed25519',
    [SECP256K1_PROGRAM_ADDRESS]: 'Secp256k1',
    [SECP256R1_PROGRAM_ADDRESS]: 'Secp256r1',
};

/** The errors of a precompile, in the order of their codes; see {@link getPrecompileName}. */
export const PRECOMPILE_ERRORS = [
    'InvalidPublicKey',
    'InvalidRecoveryId',
    'InvalidSignature',
    'InvalidDataOffsets',
    'InvalidInstructionDataSize',
] as const;

/** The errors of a precompile for an instruction. */
export type PrecompileErrorName = (typeof PRECOMPILE_ERRORS)[number];

/** The name of a precompile; `undefined` for any other program. */
export function getPrecompileName(programAddress: Address): string | undefined {
    return Object.hasOwn(PRECOMPILES, programAddress) ? PRECOMPILES[programAddress] : undefined;
}

/**
 * Whether the runtime counts an instruction of a program as one of its own, and grants it less by default: those that are
 * built in and are not about to become programs like any other. Secp256r1 is not among them, nor are Vote, Stake, Config
 * and Address Lookup Table.
 */
export function isBuiltin(programAddress: Address): boolean {
    return BUILTINS.includes(programAddress);
}

const BUILTINS: readonly Address[] = [
    '11111111111111111111111111111111' as Address,
    'BPFLoader1111111111111111111111111111111111' as Address,
    'BPFLoader2111111111111111111111111111111111' as Address,
    'BPFLoaderUpgradeab1e11111111111111111111111' as Address,
    COMPUTE_BUDGET_PROGRAM_ADDRESS,
    ED25519_PROGRAM_ADDRESS,
    SECP256K1_PROGRAM_ADDRESS,
];
