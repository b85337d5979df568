import {
    AccountRole,
    getU32Encoder,
    getU64Encoder,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageHeapSize,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    setTransactionMessagePriorityFeeLamports,
} from '@solana/kit';

import { ED25519_PROGRAM, MINT } from '../../../fixtures/parties';
import type { Attack } from '../harness';
import { forge, getInstruction, getOpen, OPERATOR, type Forgery } from '../stage';

// Attacks on what the operator pays.

const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111' as typeof MINT;
const setting = (discriminator: number, value: Iterable<number>) =>
    getInstruction(COMPUTE_BUDGET, [], [discriminator, ...value]);
const heap = (bytes: number) => setting(1, getU32Encoder().encode(bytes));
const limit = (units: number) => setting(2, getU32Encoder().encode(units));
const price = (microLamports: bigint) => setting(3, getU64Encoder().encode(microLamports));
const dataSize = (bytes: number) => setting(4, getU32Encoder().encode(bytes));
const withSettings = async (...settings: ReturnType<typeof setting>[]) =>
    forge({ instructions: [...settings, await getOpen()] });
const withPriorityFee =
    (lamports: bigint): NonNullable<Forgery['message']> =>
    message =>
        message.version === 1 ? setTransactionMessagePriorityFeeLamports(lamports, message) : message;
const version1 = (message: NonNullable<Forgery['message']>) => forge({ message, version: 1 });

export const FEE_ATTACKS: readonly Attack[] = [
    {
        // Two signatures are 10,000 of the 20,000 lamports that were agreed.
        forge: () => withSettings(limit(100_000), price(100_001n)),
        mismatches: ['FEE_TOO_HIGH feeLamports'],
        stoppedBy: ['maxFee'],
        title: 'a price that comes to one lamport too much',
    },
    {
        forge: () => withSettings(price(50_001n)),
        mismatches: ['FEE_TOO_HIGH feeLamports'],
        stoppedBy: ['maxFee'],
        title: 'a price for the units that the runtime grants by default',
    },
    {
        forge: () => withSettings(limit(0xffff_ffff), price(2n ** 64n - 1n)),
        mismatches: ['FEE_TOO_HIGH feeLamports'],
        stoppedBy: ['maxFee'],
        title: 'the highest price and limit that there are',
    },
    {
        forge: () => version1(withPriorityFee(10_001n)),
        mismatches: ['FEE_TOO_HIGH feeLamports'],
        stoppedBy: ['maxFee'],
        title: 'a priority fee in the header of version 1',
    },
    {
        agreement: { guardPrograms: [{ accounts: [], programAddress: ED25519_PROGRAM }] },
        forge: async () => forge({ instructions: [await getOpen(), getInstruction(ED25519_PROGRAM, [], [3])] }),
        mismatches: ['FEE_TOO_HIGH feeLamports'],
        stoppedBy: ['maxFee'],
        title: 'signatures that an agreed precompile verifies at the price of the own',
    },
    {
        agreement: { maxComputeUnitPriceMicroLamports: 10n },
        forge: () => withSettings(limit(1_000), price(11n)),
        mismatches: ['COMPUTE_UNIT_PRICE_TOO_HIGH computeUnitPriceMicroLamports'],
        stoppedBy: ['computeUnitPrice'],
        title: 'a higher price for a unit than was agreed',
    },
    {
        agreement: { computeUnitLimit: { max: 100_000, min: 40_000 } },
        forge: () => withSettings(limit(100_001)),
        mismatches: ['COMPUTE_UNIT_LIMIT_OUT_OF_BOUNDS computeUnitLimit'],
        stoppedBy: ['computeUnitLimit'],
        title: 'more units than were agreed',
    },
    {
        agreement: { computeUnitLimit: { max: 100_000, min: 40_000 } },
        forge: () => withSettings(limit(39_999)),
        mismatches: ['COMPUTE_UNIT_LIMIT_OUT_OF_BOUNDS computeUnitLimit'],
        stoppedBy: ['computeUnitLimit'],
        title: 'fewer units than open needs, so that the operator pays for a failure',
    },
    {
        agreement: { computeUnitLimit: { max: 199_999 } },
        forge: () => withSettings(),
        mismatches: ['COMPUTE_UNIT_LIMIT_OUT_OF_BOUNDS computeUnitLimit'],
        stoppedBy: ['computeUnitLimit'],
        title: 'no limit, so that the runtime grants more units than were agreed',
    },
    {
        agreement: { computeUnitLimit: { max: 202_999 } },
        forge: () => withSettings(price(1n)),
        mismatches: ['COMPUTE_UNIT_LIMIT_OUT_OF_BOUNDS computeUnitLimit'],
        stoppedBy: ['computeUnitLimit'],
        title: 'no limit, and an instruction that the runtime grants 3,000 units more for',
    },
    {
        agreement: { computeUnitLimit: { min: 200_001 } },
        forge: () => withSettings(),
        mismatches: ['COMPUTE_UNIT_LIMIT_OUT_OF_BOUNDS computeUnitLimit'],
        stoppedBy: ['computeUnitLimit'],
        title: 'no limit, so that the runtime grants fewer units than were agreed',
    },
    {
        forge: () => version1(m => setTransactionMessageComputeUnitLimit(0, m)),
        mismatches: ['COMPUTE_UNIT_LIMIT_OUT_OF_BOUNDS computeUnitLimit'],
        stoppedBy: ['computeUnitLimit'],
        title: 'no units at all, in version 1',
    },
    {
        forge: () => withSettings(limit(50_000), limit(50_000)),
        mismatches: ['COMPUTE_BUDGET_REPEATED instructions[1]'],
        stoppedBy: ['computeBudgetRepeats'],
        title: 'a setting made twice',
    },
    {
        forge: () => withSettings(price(1n), price(2n)),
        mismatches: ['COMPUTE_BUDGET_REPEATED instructions[1]'],
        stoppedBy: ['computeBudgetRepeats'],
        title: 'a price and then another',
    },
    {
        // The runtime does not mind the byte; a reader that expects nine bytes would see no price at all.
        forge: () => withSettings(setting(3, [...getU64Encoder().encode(2n ** 63n), 0])),
        mismatches: ['COMPUTE_BUDGET_MALFORMED instructions[0]'],
        stoppedBy: ['computeBudgetForm'],
        title: 'a price with a byte after the end',
    },
    {
        forge: () => withSettings(setting(0, [...getU64Encoder().encode(1n)])),
        mismatches: ['COMPUTE_BUDGET_MALFORMED instructions[0]'],
        stoppedBy: ['computeBudgetForm'],
        title: 'a setting that is no more',
    },
    {
        forge: async () => {
            const accounts = [[MINT, AccountRole.READONLY]] as const;
            const { data } = limit(50_000);
            return forge({ instructions: [getInstruction(COMPUTE_BUDGET, accounts, data), await getOpen()] });
        },
        mismatches: ['COMPUTE_BUDGET_MALFORMED instructions[0]'],
        stoppedBy: ['computeBudgetForm'],
        title: 'a setting with an account',
    },
    {
        forge: async () => {
            const accounts = [[OPERATOR, AccountRole.READONLY]] as const;
            const { data } = limit(50_000);
            return forge({ instructions: [getInstruction(COMPUTE_BUDGET, accounts, data), await getOpen()] });
        },
        mismatches: ['COMPUTE_BUDGET_MALFORMED instructions[0]', 'OPERATOR_EXPOSED instructions[0].accounts[0]'],
        overlap: 'a setting takes no accounts, whoever they are',
        stoppedBy: ['computeBudgetForm', 'operatorAccounts'],
        title: 'a setting with the operator',
    },
    {
        forge: async () => forge({ instructions: [limit(50_000), await getOpen()], version: 1 }),
        mismatches: ['INSTRUCTION_NOT_ALLOWED instructions[0]'],
        stoppedBy: ['extraInstructions'],
        title: 'an instruction for what version 1 has in its header',
    },
    {
        forge: () => version1(m => setTransactionMessageComputeUnitLimit(undefined, m)),
        mismatches: ['CONFIG_MISSING config.computeUnitLimit'],
        stoppedBy: ['requiredConfig'],
        title: 'version 1 without a limit of compute units, so that the operator pays for a failure',
    },
    {
        forge: () => version1(m => setTransactionMessageLoadedAccountsDataSizeLimit(undefined, m)),
        mismatches: ['CONFIG_MISSING config.loadedAccountsDataSizeLimit'],
        stoppedBy: ['requiredConfig'],
        title: 'version 1 without a limit of loaded data, so that the operator pays for a failure',
    },
    ...[0, 32 * 1024 - 1, 33 * 1024 + 1, 257 * 1024].map((size): Attack => ({
        forge: () => withSettings(heap(size)),
        mismatches: ['HEAP_SIZE_INVALID heapSize'],
        stoppedBy: ['sizes'],
        title: `a heap of ${size} bytes, with which every transaction fails`,
    })),
    {
        forge: () =>
            forge({
                compiled: message => {
                    const { configValues } = message as unknown as { configValues: { value: number }[] };
                    configValues.at(-1)!.value = 1;
                },
                message: m => setTransactionMessageHeapSize(64 * 1024, m),
                version: 1,
            }),
        mismatches: ['HEAP_SIZE_INVALID heapSize'],
        stoppedBy: ['sizes'],
        title: 'such a heap in the header of version 1',
    },
    {
        forge: () => withSettings(dataSize(0)),
        mismatches: ['LOADED_ACCOUNTS_DATA_SIZE_LIMIT_INVALID loadedAccountsDataSizeLimit'],
        stoppedBy: ['sizes'],
        title: 'no loaded data at all',
    },
];
