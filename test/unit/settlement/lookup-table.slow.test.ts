import {
    createNoopSigner,
    getAddressEncoder,
    getBase64Decoder,
    lamports,
    type Address,
    type MaybeEncodedAccount,
} from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
    ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS,
    decodeLookupTable,
    fetchLookupTables,
    findLookupTablePdaSync,
    getCloseLookupTablesTransactions,
    getCreateLookupTableInstruction,
    getDeactivateLookupTablesTransactions,
    getExtendLookupTableInstruction,
    getLookupTableTransactions,
    getUsableAddresses,
    planBatchSettle,
    planLookupTables,
    type LookupTable,
    type PlanLookupTablesOptions,
} from '../../../src/settlement';
import { BAD_ADDRESSES } from '../../fixtures/bad-input';
import { BATCH_NOW, makeBatch, nameToAddress } from '../../fixtures/batch';
import { anyBytes, runs } from '../../fixtures/random';
import { errorOf, expectRefusal } from '../../fixtures/refusals';
import { byRevision } from '../../fixtures/revision';
import { atSlot, createFakeRpc } from '../../fixtures/rpc';
import { DEPLOYMENT } from '../../fixtures/deployment';

const MERCHANT = createNoopSigner(nameToAddress('the merchant'));
const TABLE = nameToAddress('a table');
const AUTHORITY = nameToAddress('an authority');
const names = (count: number) => Array.from({ length: count }, (_, index) => nameToAddress(`address ${index}`));

/** The bytes of a table, field by field as the program writes them. */
function toData(table: Partial<Omit<LookupTable, 'address'>> & { kind?: number; mark?: number } = {}): Uint8Array {
    const { addresses = names(3), authority = AUTHORITY, deactivationSlot = 2n ** 64n - 1n } = table;
    const data = new Uint8Array(56 + 32 * addresses.length);
    const view = new DataView(data.buffer);
    view.setUint32(0, table.kind ?? 1, true);
    view.setBigUint64(4, deactivationSlot, true);
    view.setBigUint64(12, table.lastExtendedSlot ?? 1_000n, true);
    data[20] = table.lastExtendedStartIndex ?? 2;
    data[21] = table.mark ?? 1;
    data.set(getAddressEncoder().encode(authority), 22);
    for (const [index, address] of addresses.entries()) {
        data.set(getAddressEncoder().encode(address), 56 + 32 * index);
    }
    return data;
}

const toAccount = (data: Uint8Array, programAddress: Address = ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS) =>
    ({
        address: TABLE,
        data,
        executable: false,
        exists: true,
        lamports: lamports(1n),
        programAddress,
        space: BigInt(data.length),
    }) satisfies MaybeEncodedAccount;

describe('decodeLookupTable', () => {
    it('reads every field', () => {
        expect(decodeLookupTable(toAccount(toData()))).toEqual({
            address: TABLE,
            addresses: names(3),
            authority: AUTHORITY,
            deactivationSlot: undefined,
            lastExtendedSlot: 1_000n,
            lastExtendedStartIndex: 2,
        });
        expect(decodeLookupTable(toAccount(toData({ addresses: [], lastExtendedStartIndex: 0 }))).addresses).toEqual(
            [],
        );
        expect(decodeLookupTable(toAccount(toData({ mark: 0 }))).authority).toBeUndefined();
        expect(decodeLookupTable(toAccount(toData({ deactivationSlot: 5n }))).deactivationSlot).toBe(5n);
        expect(decodeLookupTable(toAccount(toData({ addresses: names(256) }))).addresses).toHaveLength(256);
    });

    it.each([
        ['nothing', { address: TABLE, exists: false } as const],
        ['an account of another program', toAccount(toData(), nameToAddress('another program'))],
        ['nothing but its head, one byte short', toAccount(toData({ addresses: [] }).slice(0, 55))],
        ['half an address', toAccount(toData().slice(0, -16))],
        ['257 addresses', toAccount(toData({ addresses: names(257) }))],
        ['another kind', toAccount(toData({ kind: 0 }))],
        ['an authority that is marked as neither', toAccount(toData({ mark: 2 }))],
        ['more addresses from before than there are', toAccount(toData({ lastExtendedStartIndex: 4 }))],
    ])('refuses %s', async (_, account) => {
        const error = await errorOf(() => decodeLookupTable(account));
        expect(error).toMatchObject({ code: 'LOOKUP_TABLE_INVALID', context: { address: TABLE } });
    });

    it('throws nothing else for any bytes', () => {
        fc.assert(
            fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), anyBytes(56), anyBytes(88)), data => {
                if (data.length > 0) data[0] = data[0]! & 1;
                try {
                    const { addresses } = decodeLookupTable(toAccount(data));
                    expect(data.length).toBe(56 + 32 * addresses.length);
                } catch (error) {
                    expect(error).toMatchObject({ code: 'LOOKUP_TABLE_INVALID' });
                }
            }),
            runs(),
        );
    });

    it('a slot decides what can be used', () => {
        const table = decodeLookupTable(toAccount(toData()));
        expect(getUsableAddresses(table, 1_000n)).toEqual(names(2));
        expect(getUsableAddresses(table, 1_001n)).toEqual(names(3));
        expect(getUsableAddresses({ ...table, deactivationSlot: 1_001n }, 1_002n)).toEqual([]);
    });
});

describe('fetchLookupTables', () => {
    const answerWith = (data: Uint8Array) => ({
        data: [getBase64Decoder().decode(data), 'base64'],
        executable: false,
        lamports: 1,
        owner: ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS,
        space: data.length,
    });

    it('gives what can be used from the next slot on, and tells of those that can not', async () => {
        const { rpc } = createFakeRpc(() =>
            atSlot(1_000, [answerWith(toData()), answerWith(toData({ deactivationSlot: 900n }))]),
        );
        const other = nameToAddress('another table');
        const { lookupTables, slot, tables } = await fetchLookupTables(rpc, [TABLE, other]);
        expect(lookupTables).toEqual({ [TABLE]: names(3) });
        expect(tables.map(({ deactivationSlot }) => deactivationSlot)).toEqual([undefined, 900n]);
        expect(slot).toBe(1_000n);
        // An RPC that has not seen the last extension knows of what was there before.
        const early = createFakeRpc(() => atSlot(999, [answerWith(toData())]));
        expect((await fetchLookupTables(early.rpc, [TABLE])).lookupTables).toEqual({ [TABLE]: names(2) });
    });

    it.each([
        ['LOOKUP_TABLE_INVALID', atSlot(1, [null])],
        ['LOOKUP_TABLE_INVALID', atSlot(1, [answerWith(new Uint8Array(56))])],
        ['RPC_RESPONSE_INVALID', atSlot(1, [])],
        ['RPC_RESPONSE_INVALID', atSlot(1, null)],
        ['RPC_RESPONSE_INVALID', null],
    ])('refuses with %s an answer of %j', async (code, answer) => {
        await expect(fetchLookupTables(createFakeRpc(() => answer).rpc, [TABLE])).rejects.toMatchObject({ code });
    });
});

describe('transactions for tables', () => {
    const options = { feePayer: MERCHANT, recentSlots: [7n, 9n] };

    it('are full, in order, and depend on the one before of the same table', () => {
        const [first, second] = [names(100), names(230).slice(100)];
        const { lookupTables, transactions } = getLookupTableTransactions(
            [
                { addresses: first, appendedCount: 100, reused: undefined },
                { addresses: [...first.slice(0, 10), ...second], appendedCount: 130, reused: TABLE },
            ],
            options,
        );
        const [created] = findLookupTablePdaSync({ authority: MERCHANT.address, recentSlot: 7n });
        expect(lookupTables).toEqual({ [created]: first, [TABLE]: [...first.slice(0, 10), ...second] });
        expect(transactions.map(({ dependsOn }) => dependsOn)).toEqual([[], [0], [1], [2], [], [4], [5], [6], [7]]);
        const actions = transactions.flatMap(({ tableActions }) => tableActions);
        expect(actions[0]).toEqual({ action: 'create', addresses: [], lookupTable: created });
        const appended = (table: Address) =>
            actions.filter(({ lookupTable }) => lookupTable === table).flatMap(({ addresses }) => addresses);
        expect(appended(created)).toEqual(first);
        expect(appended(TABLE)).toEqual(second);
        for (const [index, { bytes, dependsOn }] of transactions.entries()) {
            expect(bytes).toBeLessThanOrEqual(1_232);
            // Another address would not have fit into any but the last of a table.
            if (transactions.some(other => other.dependsOn.includes(index))) expect(bytes).toBeGreaterThan(1_232 - 32);
            expect(dependsOn.every(place => place < index)).toBe(true);
        }
    });

    it('deactivate and close many tables at once', () => {
        const tables = names(60);
        for (const make of [getDeactivateLookupTablesTransactions, getCloseLookupTablesTransactions]) {
            const transactions = make(tables, { feePayer: MERCHANT });
            expect(transactions.flatMap(({ tableActions }) => tableActions.map(t => t.lookupTable))).toEqual(tables);
            expect(transactions.length).toBeLessThanOrEqual(3);
            for (const { bytes } of transactions) expect(bytes).toBeLessThanOrEqual(1_232);
        }
    });

    const table = { addresses: names(3), appendedCount: 3, reused: undefined };
    it.each([
        ['tables', null, {}],
        ['tables[0]', [null], {}],
        ['tables[0].addresses', [{ ...table, addresses: 'x' }], {}],
        ['tables[0].addresses', [{ ...table, addresses: names(257) }], {}],
        ['tables[0].appendedCount', [{ ...table, appendedCount: 2 }], {}],
        ['tables[0].appendedCount', [{ ...table, appendedCount: 4, reused: TABLE }], {}],
        ['tables[0].appendedCount', [{ addresses: [], appendedCount: 0, reused: undefined }], {}],
        ['recentSlots', [table, table], { recentSlots: [1n] }],
        ['recentSlots', [table], { recentSlots: [1n, 1n] }],
        ['recentSlots', [table], { recentSlots: undefined }],
        ['recentSlots[0]', [table], { recentSlots: [-1] }],
        ['feePayer', [table], { feePayer: undefined }],
        ['authority', [table], { authority: 'x' }],
    ])('are refused for %s', async (field, tables, changed) => {
        const error = await errorOf(() =>
            getLookupTableTransactions(tables as never, { ...options, ...changed } as never),
        );
        expect(error).toMatchObject({ context: { field } });
    });

    it.each(BAD_ADDRESSES)('refuse $title as an address', async ({ value }) => {
        const address = value as Address;
        const input = { addresses: [address], authority: MERCHANT, lookupTable: TABLE, payer: MERCHANT };
        await expectRefusal(() => getExtendLookupTableInstruction(input), 'ADDRESS_INVALID', { field: 'addresses[0]' });
        const seeds = { authority: address, recentSlot: 1n };
        await expectRefusal(() => findLookupTablePdaSync(seeds), 'ADDRESS_INVALID', { field: 'authority' });
    });

    it('have instructions with exactly the bytes of the program', () => {
        const [table, bump] = findLookupTablePdaSync({ authority: AUTHORITY, recentSlot: 258n });
        const create = getCreateLookupTableInstruction({ authority: AUTHORITY, payer: MERCHANT, recentSlot: 258n });
        expect([...create.data!]).toEqual([0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, bump]);
        expect(create.accounts![0]!.address).toBe(table);
        const extend = getExtendLookupTableInstruction({
            addresses: names(2),
            authority: MERCHANT,
            lookupTable: table,
            payer: MERCHANT,
        });
        const encode = getAddressEncoder().encode;
        expect([...extend.data!]).toEqual([
            ...[2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
            ...encode(names(2)[0]!),
            ...encode(names(2)[1]!),
        ]);
    });
});

describe('planLookupTables', () => {
    const plan = (items: ReturnType<typeof makeBatch>, options: Partial<PlanLookupTablesOptions> = {}) =>
        planLookupTables(
            items,
            {
                computeUnitLimit: true,
                feePayer: MERCHANT,
                mode: 'settleAndFinalizeAndDistribute',
                unixTimestamp: BATCH_NOW,
                ...options,
            },
            DEPLOYMENT,
        );
    const batch = (channels: number, shape: Partial<Parameters<typeof makeBatch>[0]> = {}) =>
        makeBatch({ channels, distributes: true, payee: MERCHANT, ...shape });

    it('chooses no table where the fees of a table are more than it saves', () => {
        const { chosen, options } = plan(batch(4));
        expect(chosen).toMatchObject({ contents: 'none', createdCount: 0, lockedLamports: 0n, savedLamports: 0n });
        expect(options.length).toBeGreaterThan(1);
        for (const { savedLamports } of options.slice(1)) expect(savedLamports).toBeLessThanOrEqual(0n);
    });

    it('chooses what channels share where these are many, and says what it saves to the lamport', () => {
        // In the epoch revision tables with everything would save a little more, and lock almost a hundred times as much.
        const limited = byRevision<object>({ epoch: { maxLockedLamports: 10_000_000n }, tombstone: {} });
        const { chosen, options } = plan(batch(300), limited);
        const [none] = options;
        expect(chosen).toMatchObject({ contents: 'common', createdCount: 1, tableTransactions: 3 });
        // Payee, treasury, two recipients, mint, token program, event authority, instructions sysvar; the rent payer.
        const common = byRevision({ epoch: 9, tombstone: 8 });
        expect(chosen.appendedCount).toBe(common);
        expect(chosen.lockedLamports).toBe((128n + 56n + BigInt(common) * 32n) * 6_960n);
        expect(chosen.tableFeeLamports).toBe(15_000n);
        const withoutTables = byRevision({ epoch: 175, tombstone: 200 });
        expect([none!.batchTransactions, chosen.batchTransactions]).toEqual([withoutTables, 150]);
        expect(chosen.savedLamports).toBe(BigInt(withoutTables - 150) * 5_000n - 15_000n);
        expect(chosen.savedLamports).toBe(none!.batchFeeLamports - chosen.batchFeeLamports - chosen.tableFeeLamports);
    });

    it('fills transactions with four settlements, compute budget included', () => {
        const { options } = plan(makeBatch({ channels: 400, payee: MERCHANT }), { mode: 'settle' });
        expect(options.map(({ batchTransactions, contents }) => [contents, batchTransactions])).toEqual([
            // Three in each, and four with a table; in the epoch revision four and five.
            ['none', byRevision({ epoch: 100, tombstone: 134 })],
            ['everything', byRevision({ epoch: 80, tombstone: 100 })],
        ]);
    });

    it.each([
        ['maxLockedLamports', { maxLockedLamports: 1_000_000n }, 'none'],
        ['savedLamportsPerLockedSol', { savedLamportsPerLockedSol: 1_000_000_000n }, 'none'],
        ['savedLamportsPerLockedSol', { savedLamportsPerLockedSol: 0n }, 'everything'],
    ] as const)('chooses by %s', (_, options, contents) => {
        expect(plan(batch(1_200), options).chosen.contents).toBe(contents);
    });

    it('makes the plan that it says with the tables that it says, and the same each time', () => {
        fc.assert(
            fc.property(
                fc.record({
                    channels: fc.integer({ max: 60, min: 1 }),
                    merchants: fc.integer({ max: 4, min: 1 }),
                    mints: fc.integer({ max: 2, min: 1 }),
                    payers: fc.integer({ max: 60, min: 1 }),
                    recipients: fc.integer({ max: 6, min: 0 }),
                }),
                fc.constantFrom('settle', 'settleAndDistribute', 'settleAndFinalizeAndDistribute'),
                fc.constantFrom(0n, 5_000n),
                (shape, mode, computeUnitPrice) => {
                    const items = makeBatch({ ...shape, distributes: true, payee: MERCHANT });
                    const options = { computeUnitPrice, mode } as const;
                    const result = plan(items, options);
                    expect(plan(items, options)).toEqual(result);
                    for (const option of result.options) {
                        const recentSlots = Array.from({ length: option.createdCount }, (_, index) => 1_000 - index);
                        const feePayer = MERCHANT;
                        const made = getLookupTableTransactions(option.tables, {
                            computeUnitPrice,
                            feePayer,
                            recentSlots,
                        });
                        const { totals } = planBatchSettle(
                            items,
                            {
                                ...options,
                                computeUnitLimit: true,
                                feePayer,
                                lookupTables: made.lookupTables,
                                unixTimestamp: BATCH_NOW,
                                version: 0,
                            },
                            DEPLOYMENT,
                        );
                        expect(totals.transactions).toBe(option.batchTransactions);
                        expect(totals.feeLamports).toBe(option.batchFeeLamports);
                        const held = Object.values(made.lookupTables).flat();
                        expect(new Set(held).size).toBe(held.length);
                    }
                },
            ),
            runs(15),
        );
    });

    it('prefers a table with which more channels fit to any fee', () => {
        // 16 recipients take more bytes than a transaction has, unless their token accounts come from a table.
        const { chosen, options } = plan(batch(2, { recipients: 16 }), { savedLamportsPerLockedSol: 1_000_000_000n });
        expect(options[0]!.tooLargeCount).toBe(2);
        expect(chosen.tooLargeCount).toBe(0);
        expect(chosen.savedLamports).toBeLessThan(0n);
    });

    it.each([
        ['lookupTables', { lookupTables: {} }],
        ['version', { version: 1 }],
        ['reuse', { reuse: {} }],
        ['reuse[0]', { reuse: [null] }],
        ['reuse[0].addresses', { reuse: [{}] }],
        ['authority', { authority: 'x' }],
        ['maxLockedLamports', { maxLockedLamports: -1n }],
        ['savedLamportsPerLockedSol', { savedLamportsPerLockedSol: 0.5 }],
        ['lamportsPerByte', { lamportsPerByte: 'x' }],
        ['mode', { mode: 'x' }],
    ])('refuses a bad %s', async (field, options) => {
        expect(await errorOf(() => plan(batch(1), options as never))).toMatchObject({ context: { field } });
    });
});
