import {
    AccountRole,
    appendTransactionMessageInstructions,
    compressTransactionMessageUsingAddressLookupTables,
    createTransactionMessage,
    getTransactionMessageSize,
    getTransactionMessageSizeLimit,
    isSolanaError,
    pipe,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageComputeUnitPrice,
    setTransactionMessageConfig,
    setTransactionMessageFeePayer,
    setTransactionMessageHeapSize,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    type AccountMeta,
    type Address,
    type AddressesByLookupTableAddress,
    type Instruction,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
    type TransactionVersion,
} from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
    createTransactionSizer,
    findExceededLimit,
    getTransactionLimits,
    measureTransaction,
    type ComputeBudgetParts,
} from '../../src';
import { addressOf } from '../fixtures/parties';
import { runs } from '../fixtures/random';
import { expectRefusal } from '../fixtures/refusals';

const VERSIONS = ['legacy', 0, 1] as const;
const FEE_PAYER = addressOf(0xfe);
const PROGRAM = addressOf(0xf0);

type Case = Readonly<{
    instructions: readonly Instruction[];
    lookupTables?: AddressesByLookupTableAddress | undefined;
    computeBudget?: ComputeBudgetParts | undefined;
}>;
type Message = TransactionMessage & TransactionMessageWithFeePayer;

/** The message that kit makes of a case. */
function getMessage(version: TransactionVersion, { computeBudget = {}, instructions, lookupTables }: Case): Message {
    const { computeUnitLimit, computeUnitPrice, heapSize, loadedAccountsDataSizeLimit } = computeBudget;
    return pipe(
        createTransactionMessage({ version }) as TransactionMessage,
        m => setTransactionMessageFeePayer(FEE_PAYER, m) as Message,
        m => appendTransactionMessageInstructions(instructions, m) as Message,
        m => {
            if (!computeUnitPrice) return m;
            return m.version === 1
                ? (setTransactionMessageConfig({ priorityFeeLamports: 9n }, m) as Message)
                : setTransactionMessageComputeUnitPrice(9n, m);
        },
        m => (computeUnitLimit ? setTransactionMessageComputeUnitLimit(9, m) : m),
        m => (heapSize ? setTransactionMessageHeapSize(64 * 1024, m) : m),
        m => (loadedAccountsDataSizeLimit ? setTransactionMessageLoadedAccountsDataSizeLimit(9, m) : m),
        m =>
            m.version === 0 && lookupTables !== undefined
                ? (compressTransactionMessageUsingAddressLookupTables(m, lookupTables) as Message)
                : m,
    );
}

/** Bytes by kit; `undefined` when it refuses to compile the message, because a limit but that of bytes is exceeded. */
function getBytesByKit(version: TransactionVersion, input: Case): number | undefined {
    try {
        return getTransactionMessageSize(getMessage(version, input));
    } catch (error) {
        if (isSolanaError(error)) return undefined;
        throw error;
    }
}

const meta = (byte: number, role: AccountRole = AccountRole.READONLY): AccountMeta => ({
    address: addressOf(byte),
    role,
});
const data = (length: number) => new Uint8Array(length);

// Few accounts, so that instructions share them and name them twice with other roles.
const anyRole = fc.constantFrom(
    AccountRole.READONLY,
    AccountRole.READONLY,
    AccountRole.WRITABLE,
    AccountRole.WRITABLE,
    AccountRole.READONLY_SIGNER,
    AccountRole.WRITABLE_SIGNER,
);
const anyAccounts = (accountCount: number) =>
    fc.array(
        fc
            .tuple(fc.oneof({ arbitrary: fc.nat(accountCount), weight: 20 }, fc.constant(0xfe)), anyRole)
            .map(([byte, role]) => meta(byte, role)),
        { maxLength: 20 },
    );
const anyLength = fc.oneof(fc.nat(40), fc.constantFrom(126, 127, 128, 129, 255, 256));
const anyInstruction = (accountCount: number): fc.Arbitrary<Instruction> =>
    fc
        .record({
            accounts: fc.option(anyAccounts(accountCount), { nil: undefined }),
            data: fc.option(anyLength.map(data), { nil: undefined }),
            // Programs that are also accounts, and one that is only a program.
            programAddress: fc.constantFrom(addressOf(0), addressOf(1), PROGRAM),
        })
        .map(({ accounts, data, programAddress }) => ({
            ...(accounts && {
                // Kit refuses a program that is writable.
                accounts: accounts.map(account =>
                    [addressOf(0), addressOf(1)].includes(account.address)
                        ? { ...account, role: AccountRole.READONLY }
                        : account,
                ),
            }),
            ...(data && { data }),
            programAddress,
        }));
const anyInstructions = fc
    .integer({ max: 60, min: 3 })
    .chain(accountCount => fc.array(anyInstruction(accountCount), { maxLength: 12 }));
const anyLookupTables: fc.Arbitrary<AddressesByLookupTableAddress> = fc
    .uniqueArray(fc.integer({ max: 0xe8, min: 0xe0 }), { maxLength: 3 })
    .chain(tables =>
        fc
            .array(fc.array(fc.oneof(fc.nat(60), fc.constant(0xfe)), { maxLength: 30 }), {
                maxLength: tables.length,
                minLength: tables.length,
            })
            .map(contents =>
                Object.fromEntries(tables.map((table, index) => [addressOf(table), contents[index]!.map(addressOf)])),
            ),
    );
const anyComputeBudget: fc.Arbitrary<ComputeBudgetParts> = fc.record({
    computeUnitLimit: fc.boolean(),
    computeUnitPrice: fc.boolean(),
    heapSize: fc.boolean(),
    loadedAccountsDataSizeLimit: fc.boolean(),
});
const anyCase: fc.Arbitrary<Case> = fc.record({
    computeBudget: fc.option(anyComputeBudget, { nil: undefined }),
    instructions: anyInstructions,
    lookupTables: fc.option(anyLookupTables, { nil: undefined }),
});

describe.each(VERSIONS)('the measure of a transaction of version %s', version => {
    it('is the size that kit compiles it to, or over a limit where kit refuses to', () => {
        let compiled = 0;
        fc.assert(
            fc.property(anyCase, input => {
                const expected = getBytesByKit(version, input);
                const measure = measureTransaction({ ...input, feePayer: FEE_PAYER, version });
                if (expected === undefined) {
                    expect(findExceededLimit({ ...measure, bytes: 0 }, getTransactionLimits(version))).toBeDefined();
                } else {
                    compiled++;
                    expect(measure.bytes).toBe(expected);
                    expect(measure.instructions).toBe(getMessage(version, input).instructions.length);
                }
            }),
            runs(300),
        );
        expect(compiled).toBeGreaterThan(50);
    });

    it('is the same when the transaction grows step by step, whatever was tried on the way', () => {
        fc.assert(
            fc.property(anyCase, fc.array(anyInstructions, { maxLength: 3 }), (input, trials) => {
                const { instructions, ...rest } = input;
                const sizer = createTransactionSizer({ ...rest, feePayer: FEE_PAYER, version });
                for (const [index, instruction] of instructions.entries()) {
                    const before = sizer.getMeasure();
                    sizer.measureWith(trials[index % (trials.length || 1)] ?? []);
                    expect(sizer.getMeasure()).toEqual(before);
                    const measure = sizer.measureWith([instruction]);
                    sizer.append([instruction]);
                    expect(sizer.getMeasure()).toEqual(measure);
                }
                expect(sizer.getMeasure()).toEqual(measureTransaction({ ...input, feePayer: FEE_PAYER, version }));
            }),
            runs(100),
        );
    });

    it.each([0, 1, 127, 128, 129, 255, 256, 4_000])('counts the length of %s bytes of data', length => {
        const input = { instructions: [{ data: data(length), programAddress: PROGRAM }] };
        expect(measureTransaction({ ...input, feePayer: FEE_PAYER, version }).bytes).toBe(
            getBytesByKit(version, input),
        );
    });

    it.each([127, 128, 255])('counts the length of %s accounts of one instruction', count => {
        const accounts = Array.from({ length: count }, (_, index) => meta(index % 5));
        const input = { instructions: [{ accounts, programAddress: PROGRAM }] };
        expect(measureTransaction({ ...input, feePayer: FEE_PAYER, version }).bytes).toBe(
            getBytesByKit(version, input),
        );
    });

    it('has the limit of bytes that kit has', () => {
        expect(getTransactionLimits(version)).toEqual({
            accounts: 64,
            bytes: getTransactionMessageSizeLimit(getMessage(version, { instructions: [] })),
            instructions: 64,
            signers: 12,
        });
        expect(getTransactionLimits(version).bytes).toBe(version === 1 ? 4_096 : 1_232);
    });

    it.each([
        ['accounts', 63, { accounts: Array.from({ length: 63 }, (_, index) => meta(index)) }],
        ['signers', 12, { accounts: Array.from({ length: 12 }, (_, i) => meta(i, AccountRole.READONLY_SIGNER)) }],
    ] as const)('is over the limit of %s where kit says so', (limit, _, { accounts }) => {
        const measure = (count: number) =>
            measureTransaction({
                feePayer: FEE_PAYER,
                instructions: [{ accounts: accounts.slice(0, count), programAddress: PROGRAM }],
                version,
            });
        const limits = getTransactionLimits(version);
        const fits = { ...measure(accounts.length - 1), bytes: 0 };
        expect(findExceededLimit(fits, limits)).toBeUndefined();
        const over = { ...measure(accounts.length), bytes: 0 };
        expect(findExceededLimit(over, limits)).toEqual({ actual: limits[limit] + 1, limit, max: limits[limit] });
    });

    it('is over the limit of instructions with the 65th, those of the compute budget included', () => {
        const instructions = Array.from({ length: 63 }, () => ({ programAddress: PROGRAM }));
        const measure = (computeBudget: ComputeBudgetParts) =>
            measureTransaction({ computeBudget, feePayer: FEE_PAYER, instructions, version }).instructions;
        expect(measure({})).toBe(63);
        expect(measure({ computeUnitLimit: true, computeUnitPrice: true })).toBe(version === 1 ? 63 : 65);
    });
});

describe('lookup tables', () => {
    const TABLE = addressOf(0xe0);
    const measure = (instructions: readonly Instruction[], lookupTables: AddressesByLookupTableAddress) => {
        const input = { instructions, lookupTables };
        const { bytes } = measureTransaction({ ...input, feePayer: FEE_PAYER, version: 0 });
        expect(bytes).toBe(getBytesByKit(0, input));
        return bytes;
    };
    const accounts = [meta(2), meta(3, AccountRole.WRITABLE), meta(4, AccountRole.WRITABLE_SIGNER)];

    it.each([
        ['a signer', 4],
        ['the program', 0xf0],
        ['the fee payer', 0xfe],
        ['what no instruction names', 9],
    ])('do not help %s', (_, byte) => {
        const instructions = [{ accounts: [...accounts, meta(0xfe)], programAddress: PROGRAM }];
        expect(measure(instructions, { [TABLE]: [addressOf(byte)] })).toBe(measure(instructions, {}));
    });

    it('cost more than they save for a single account', () => {
        const instructions = [{ accounts, programAddress: PROGRAM }];
        expect(measure(instructions, { [TABLE]: [addressOf(2)] }) - measure(instructions, {})).toBe(32 + 2 + 1 - 32);
        expect(measure(instructions, { [TABLE]: [2, 3].map(addressOf) })).toBeLessThan(measure(instructions, {}));
    });

    it('lose an account that a later instruction invokes or has sign', () => {
        const sizer = createTransactionSizer({
            feePayer: FEE_PAYER,
            lookupTables: { [TABLE]: [2, 3].map(addressOf) },
            version: 0,
        });
        const first = { accounts, programAddress: PROGRAM };
        sizer.append([first]);
        for (const second of [
            { programAddress: addressOf(2) },
            { accounts: [meta(3, AccountRole.READONLY_SIGNER)], programAddress: PROGRAM },
        ]) {
            const input = { instructions: [first, second], lookupTables: { [TABLE]: [2, 3].map(addressOf) } };
            expect(sizer.measureWith([second]).bytes).toBe(getBytesByKit(0, input));
        }
    });

    it('count where the instructions name them themselves', () => {
        const lookup = (byte: number, table: number) => ({
            ...meta(byte),
            addressIndex: 0,
            lookupTableAddress: addressOf(table),
        });
        const instructions = [
            { accounts: [lookup(2, 0xe1), meta(3), lookup(3, 0xe1), meta(4)], programAddress: PROGRAM },
            { accounts: [lookup(2, 0xe0), lookup(3, 0xe2)], programAddress: PROGRAM },
        ] as readonly Instruction[];
        measure(instructions, {});
        measure(instructions, { [addressOf(0xe3)]: [2, 3, 4].map(addressOf) });
    });
});

describe('a bad input', () => {
    it.each([2, '0', -0.5, null, undefined, 'v0'])('is refused: version %s', async version => {
        const wrong = version as unknown as TransactionVersion;
        const input = { feePayer: FEE_PAYER, instructions: [], version: wrong };
        await expectRefusal(() => measureTransaction(input), 'TRANSACTION_VERSION_UNSUPPORTED', { field: 'version' });
        await expectRefusal(() => getTransactionLimits(wrong), 'TRANSACTION_VERSION_UNSUPPORTED', { field: 'version' });
    });

    it('is refused: a fee payer that is no address', async () => {
        const input = { feePayer: 'nobody' as Address, instructions: [], version: 0 } as const;
        await expectRefusal(() => measureTransaction(input), 'ADDRESS_INVALID', { field: 'feePayer' });
    });
});
