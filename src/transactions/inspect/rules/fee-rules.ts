import type { Rule } from '../inspection-context';
import { getMismatch, type InspectionMismatch } from '../inspection-mismatch';

// Rules on what the transaction may use and what it costs the operator. The settings come from instructions of the
// compute-budget program or, in version 1, from the header of the message; they are judged alike.

// Of the runtime: a transaction that asks for another heap fails.
const HEAP = { max: 256 * 1024, min: 32 * 1024, multipleOf: 1024 };

/** Each instruction of the compute-budget program is exactly one of the settings that there are. */
export const computeBudgetForm: Rule = {
    check: ({ instructions }) =>
        instructions.flatMap(instruction => {
            if (instruction.kind !== 'computeBudget' || instruction.setting) return [];
            const { addresses, data, path } = instruction;
            const actual = `${data.length} bytes, ${addresses.length} accounts`;
            return [getMismatch('COMPUTE_BUDGET_MALFORMED', path, { actual, expected: 'one setting and no accounts' })];
        }),
    name: 'computeBudgetForm',
};

/** No setting is made twice: such a transaction fails, and which of the two counts would be anybody's guess. */
export const computeBudgetRepeats: Rule = {
    check: ({ instructions }) => {
        const counts = new Map<string, number>();
        return instructions.flatMap(instruction => {
            if (instruction.kind !== 'computeBudget' || !instruction.setting) return [];
            const { name } = instruction.setting;
            const actual = (counts.get(name) ?? 0) + 1;
            counts.set(name, actual);
            return actual === 1
                ? []
                : [getMismatch('COMPUTE_BUDGET_REPEATED', instruction.path, { actual, expected: 1, name })];
        });
    },
    name: 'computeBudgetRepeats',
};

/** The limit of compute units, which is the runtime's own where the message sets none, is within what was agreed. */
export const computeUnitLimit: Rule = {
    check: ({ agreement: { computeUnitLimit: expected }, fee }) => {
        if (fee.computeUnits === undefined) return [];
        const actual = BigInt(fee.computeUnits);
        return actual >= expected.min && actual <= expected.max
            ? []
            : [getMismatch('COMPUTE_UNIT_LIMIT_OUT_OF_BOUNDS', 'computeUnitLimit', { actual, expected })];
    },
    name: 'computeUnitLimit',
};

/** The price of a compute unit is within what was agreed. */
export const computeUnitPrice: Rule = {
    check: ({ agreement: { maxComputeUnitPriceMicroLamports: max }, fee }) => {
        const actual = fee.computeUnitPriceMicroLamports ?? 0n;
        if (actual <= max) return [];
        const values = { actual, expected: { max } };
        return [getMismatch('COMPUTE_UNIT_PRICE_TOO_HIGH', 'computeUnitPriceMicroLamports', values)];
    },
    name: 'computeUnitPrice',
};

/** The whole fee is within what was agreed, whichever way the message asks for it. */
export const maxFee: Rule = {
    check: ({ agreement: { maxFeeLamports: max }, fee: { feeLamports: actual } }) =>
        actual <= max ? [] : [getMismatch('FEE_TOO_HIGH', 'feeLamports', { actual, expected: { max } })],
    name: 'maxFee',
};

/** A version 1 message says what it may use: without that it may use nothing, and fails at the operator's expense. */
export const requiredConfig: Rule = {
    check: ({ message }) => {
        if (message.version !== 1) return [];
        return (['computeUnitLimit', 'loadedAccountsDataSizeLimit'] as const).flatMap(name =>
            message.config[name] === undefined
                ? [getMismatch('CONFIG_MISSING', `config.${name}`, { actual: undefined, expected: name })]
                : [],
        );
    },
    name: 'requiredConfig',
};

/** Heap and loaded data are sizes that the runtime takes. */
export const sizes: Rule = {
    check: ({ fee: { heapSize, loadedAccountsDataSizeLimit } }) => {
        const mismatches: InspectionMismatch[] = [];
        const isHeapSizeValid =
            heapSize === undefined ||
            (heapSize >= HEAP.min && heapSize <= HEAP.max && heapSize % HEAP.multipleOf === 0);
        if (!isHeapSizeValid) {
            const expected = `${HEAP.min} to ${HEAP.max}, a multiple of ${HEAP.multipleOf}`;
            mismatches.push(getMismatch('HEAP_SIZE_INVALID', 'heapSize', { actual: heapSize, expected }));
        }
        if (loadedAccountsDataSizeLimit === 0) {
            mismatches.push(
                getMismatch('LOADED_ACCOUNTS_DATA_SIZE_LIMIT_INVALID', 'loadedAccountsDataSizeLimit', {
                    actual: loadedAccountsDataSizeLimit,
                    expected: { min: 1 },
                }),
            );
        }
        return mismatches;
    },
    name: 'sizes',
};
