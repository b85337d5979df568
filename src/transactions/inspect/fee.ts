import type { MessageView } from '../message';
import type { ComputeBudgetSetting } from './compute-budget';
import type { JudgedInstruction } from './instruction';

/** What a transaction may use, and what it costs whoever pays the fee. */
export type TransactionFee = Readonly<{
    /** Limit of compute units that the message sets, if it does. */
    computeUnitLimit: number | undefined;
    /** Micro-lamports for a compute unit (legacy and version 0). */
    computeUnitPriceMicroLamports: bigint | undefined;
    heapSize: number | undefined;
    loadedAccountsDataSizeLimit: number | undefined;
    /** The part of the fee that is for priority, at most. */
    priorityFeeLamports: bigint;
    /** The whole fee in lamports, at most: it is taken even if the transaction fails. */
    feeLamports: bigint;
}>;

// Of the runtime: what a signature costs, and what a transaction may use if its message does not say.
const LAMPORTS_PER_SIGNATURE = 5_000n;
const MAX_COMPUTE_UNITS = 1_400_000n;
const DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION = 200_000n;
const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;
// Each signature that one of these verifies costs as much as one of the transaction's own.
const PRECOMPILES: readonly string[] = [
    'Ed25519SigVerify111111111111111111111111111',
    'KeccakSecp256k11111111111111111111111111111',
    'Secp256r1SigVerify1111111111111111111111111',
];

/** Computes the most that the fee payer of a message pays. */
export function getTransactionFee(message: MessageView, instructions: readonly JudgedInstruction[]): TransactionFee {
    const settings = instructions.flatMap(instruction =>
        instruction.kind === 'computeBudget' && instruction.setting ? [instruction.setting] : [],
    );
    // The highest, should a setting be there twice.
    const getHighest = <TName extends ComputeBudgetSetting['name']>(name: TName) =>
        settings
            .filter((setting): setting is ComputeBudgetSetting & { name: TName } => setting.name === name)
            .map(({ value }): bigint => BigInt(value))
            .reduce<bigint | undefined>((highest, value) => ((highest ?? 0n) > value ? highest : value), undefined);
    const getSize = (name: 'computeUnitLimit' | 'heapSize' | 'loadedAccountsDataSizeLimit') => {
        const highest = getHighest(name);
        return message.config[name] ?? (highest === undefined ? undefined : Number(highest));
    };
    const computeUnitLimit = getSize('computeUnitLimit');
    const computeUnitPriceMicroLamports = getHighest('computeUnitPriceMicroLamports');

    const defaultUnits =
        BigInt(instructions.filter(({ kind }) => kind !== 'computeBudget').length) *
        DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION;
    const requestedUnits = computeUnitLimit === undefined ? defaultUnits : BigInt(computeUnitLimit);
    const units = requestedUnits < MAX_COMPUTE_UNITS ? requestedUnits : MAX_COMPUTE_UNITS;
    const microLamports = units * (computeUnitPriceMicroLamports ?? 0n);
    const priorityFeeLamports =
        message.config.priorityFeeLamports ??
        (microLamports + MICRO_LAMPORTS_PER_LAMPORT - 1n) / MICRO_LAMPORTS_PER_LAMPORT;

    const precompileSignatures = instructions
        .filter(({ programAddress }) => PRECOMPILES.includes(programAddress))
        .reduce((sum, { data }) => sum + (data[0] ?? 0), 0);
    const signatures = BigInt(message.signers.length + precompileSignatures);
    return Object.freeze({
        computeUnitLimit,
        computeUnitPriceMicroLamports,
        feeLamports: signatures * LAMPORTS_PER_SIGNATURE + priorityFeeLamports,
        heapSize: getSize('heapSize'),
        loadedAccountsDataSizeLimit: getSize('loadedAccountsDataSizeLimit'),
        priorityFeeLamports,
    });
}
