import { getDefaultComputeUnits, getTransactionFees, type TransactionFees } from '../../runtime/fees';
import type { MessageView } from '../decode-message';
import type { ComputeBudgetSetting } from './compute-budget-setting';
import type { JudgedInstruction } from './judged-instruction';

/** The resources that a transaction may use, and its fee. */
export type TransactionFee = Readonly<{
    /** Limit of compute units that the message sets, if it does. */
    computeUnitLimit: number | undefined;
    /** Compute units that it is granted: its limit or, where it sets none, what the runtime has for its instructions. */
    computeUnits: number | undefined;
    /** Micro-lamports for a compute unit (legacy and version 0). */
    computeUnitPriceMicroLamports: bigint | undefined;
    heapSize: number | undefined;
    loadedAccountsDataSizeLimit: number | undefined;
}> &
    TransactionFees;

/** An instruction with the setting of the compute budget that it is, if it is one. */
type CountedInstruction = Pick<JudgedInstruction, 'data' | 'programAddress'> &
    Readonly<{ setting?: ComputeBudgetSetting | undefined }>;

/** Computes the most that the fee payer of a message pays. */
export function getTransactionFee(message: MessageView, instructions: readonly CountedInstruction[]): TransactionFee {
    const settings = instructions.flatMap(({ setting }) => (setting ? [setting] : []));
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
    // Nothing is granted in version 1, nor where there is no instruction.
    const hasDefaults = message.version !== 1 && instructions.length > 0;

    return Object.freeze({
        computeUnitLimit,
        computeUnitPriceMicroLamports,
        computeUnits: computeUnitLimit ?? (hasDefaults ? getDefaultComputeUnits(instructions) : undefined),
        heapSize: getSize('heapSize'),
        loadedAccountsDataSizeLimit: getSize('loadedAccountsDataSizeLimit'),
        ...getTransactionFees({
            computeUnitLimit,
            computeUnitPrice: computeUnitPriceMicroLamports ?? 0n,
            instructions,
            priorityFeeLamports: message.config.priorityFeeLamports,
            signerCount: message.signers.length,
        }),
    });
}
