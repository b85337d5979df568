import {
    AccountRole,
    getBase64Decoder,
    getBase64Encoder,
    getCompiledTransactionMessageDecoder,
    type Address,
    type Instruction,
    type Transaction,
} from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
    decodeWireTransaction,
    encodeWireTransaction,
    getMemoInstruction,
    inspectOpenTransaction,
    inspectTopUpTransaction,
    isPaymentChannelsError,
    type Inspection,
} from '../../src';
import { ATA_PROGRAM, MINT, PAYEE, SPL_TOKEN, SYSTEM_PROGRAM } from '../fixtures/parties';
import { anyBytes, anyU64, anyU8 } from '../fixtures/random';
import {
    ATTACKER,
    forge,
    getInstruction,
    getOpen,
    getTopUp,
    OPEN_AGREEMENT,
    OPEN_CHANNEL,
    OPERATOR,
    PAYER,
    replaceAccounts,
    TOP_UP_AGREEMENT,
    VERSIONS,
    type OpenMessage,
} from './inspect/stage';
import { DEPLOYMENT } from '../fixtures/deployment';
import { byDepth } from '../fixtures/depth';

// Whatever comes over the wire is decoded or refused with our error, and judged without one. With TEST_DEPTH=deep that is
// 105,000 texts and, since a changed message is stopped by its signature, 20,000 that were signed after they were changed.

const times = (deep: number) => ({ numRuns: byDepth({ all: deep / 100, deep, quick: Math.ceil(deep / 400) }) });
const TIMEOUT = 30 * 60_000;
const toBase64 = (bytes: Uint8Array) => getBase64Decoder().decode(bytes);

const GOOD = await Promise.all(
    VERSIONS.flatMap(version => [
        forge({ version }),
        forge({ signers: [PAYER, OPERATOR], version }),
        getTopUp().then(topUp => forge({ instructions: [topUp, getMemoInstruction('order 1234')], version })),
    ]),
);
const GOOD_BYTES = GOOD.map(
    transaction => new Uint8Array(getBase64Encoder().encode(encodeWireTransaction(transaction))),
);

/** What a decoder may do with a text: refuse it with our error, or give what is encoded to exactly that text. */
function decode(wire: string): Transaction | undefined {
    let decoded: Transaction;
    try {
        decoded = decodeWireTransaction(wire);
    } catch (error) {
        expect(
            isPaymentChannelsError(error, 'TRANSACTION_MALFORMED') ||
                isPaymentChannelsError(error, 'TRANSACTION_TOO_LARGE'),
        ).toBe(true);
        return undefined;
    }
    // So that no two texts decode to the same transaction.
    expect(encodeWireTransaction(decoded)).toBe(wire);
    return decoded;
}

/** Judges by both agreements; returns whether one of them accepts it. */
async function judge(wire: string): Promise<boolean> {
    const isDecoded = decode(wire) !== undefined;
    const verdicts: Inspection<unknown>[] = [
        await inspectOpenTransaction(wire, { ...OPEN_AGREEMENT, memos: { allowed: ['order 1234'] } }, DEPLOYMENT),
        await inspectTopUpTransaction(wire, { ...TOP_UP_AGREEMENT, memos: { allowed: ['order 1234'] } }, DEPLOYMENT),
    ];
    for (const verdict of verdicts) {
        if (verdict.isAccepted) expect(isDecoded).toBe(true);
        else {
            expect(verdict.mismatches.length).toBeGreaterThan(0);
            if (!isDecoded) expect(verdict.mismatches).toHaveLength(1);
        }
    }
    return verdicts.some(({ isAccepted }) => isAccepted);
}

describe('the bytes', () => {
    it('random texts and bytes', { timeout: TIMEOUT }, async () => {
        const anyWire = fc.oneof(
            fc.string({ maxLength: 400 }),
            fc.base64String({ maxLength: 2_000 }),
            fc.uint8Array({ maxLength: 1_500 }).map(toBase64),
            // Beginnings that make sense: signatures of one or two signers, or the header of version 1.
            fc
                .tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 400, minLength: 128 }))
                .map(([count, bytes]) => toBase64(new Uint8Array([count, ...new Uint8Array(64 * count), ...bytes]))),
            fc
                .uint8Array({ maxLength: 600, minLength: 4 })
                .map(bytes => toBase64(new Uint8Array([0x81, 1, 0, ...bytes]))),
        );
        await fc.assert(
            fc.asyncProperty(anyWire, async wire => {
                expect(await judge(wire)).toBe(false);
            }),
            times(35_000),
        );
    });

    it('good transactions with other bytes in them', { timeout: TIMEOUT }, async () => {
        const anyChange = fc.record({
            bytes: fc.uint8Array({ maxLength: 4, minLength: 1 }),
            at: fc.double({ max: 1, maxExcluded: true, min: 0, noNaN: true }),
            kind: fc.constantFrom('insert' as const, 'overwrite' as const, 'flip' as const, 'remove' as const),
        });
        await fc.assert(
            fc.asyncProperty(
                fc.constantFrom(...GOOD_BYTES),
                fc.array(anyChange, { maxLength: 3, minLength: 1 }),
                async (good, changes) => {
                    const changed = changes.reduce(change, good);
                    // All that an accepted one may differ in is the place of the operator's signature.
                    if (await judge(toBase64(changed))) expect(GOOD_BYTES.map(toBase64)).toContain(toBase64(changed));
                },
            ),
            times(45_000),
        );
    });

    it('good transactions cut off and put together', { timeout: TIMEOUT }, async () => {
        const anyPart = fc.tuple(fc.constantFrom(...GOOD_BYTES), fc.nat(1_000), fc.nat(1_000));
        await fc.assert(
            fc.asyncProperty(fc.array(anyPart, { maxLength: 3, minLength: 1 }), async parts => {
                const bytes = parts.flatMap(([good, from, length]) => [...good.subarray(from, from + length)]);
                if (await judge(toBase64(new Uint8Array(bytes)))) {
                    expect(GOOD_BYTES.map(toBase64)).toContain(toBase64(new Uint8Array(bytes)));
                }
            }),
            times(25_000),
        );
    });

    function change(
        bytes: Uint8Array<ArrayBuffer>,
        { at, bytes: other, kind }: { at: number; bytes: Uint8Array; kind: 'flip' | 'insert' | 'overwrite' | 'remove' },
    ): Uint8Array<ArrayBuffer> {
        const index = Math.floor(at * bytes.length);
        if (kind === 'insert') return new Uint8Array([...bytes.subarray(0, index), ...other, ...bytes.subarray(index)]);
        if (kind === 'remove') {
            return new Uint8Array([...bytes.subarray(0, index), ...bytes.subarray(index + other.length)]);
        }
        const result = new Uint8Array(bytes);
        other.forEach((byte, offset) => {
            const place = index + offset;
            if (place < result.length) result[place] = kind === 'flip' ? result[place]! ^ (1 << (byte % 8)) : byte;
        });
        return result;
    }
});

describe('well signed messages', () => {
    const ADDRESSES = [OPERATOR, PAYER, ATTACKER, PAYEE, MINT, OPEN_CHANNEL, SPL_TOKEN, SYSTEM_PROGRAM, ATA_PROGRAM];
    const PROGRAMS = [SYSTEM_PROGRAM, ATA_PROGRAM, SPL_TOKEN, MINT, getMemoInstruction('').programAddress];
    const anyAddressHere = fc.constantFrom<Address>(...ADDRESSES);

    /** What the payer meant, as it was compiled: addresses with their roles, and the data. */
    function readInstructions({ messageBytes }: Transaction) {
        const message = getCompiledTransactionMessageDecoder().decode(messageBytes) as OpenMessage;
        const { header, staticAccounts } = message;
        return (message.instructions ?? []).map(({ accountIndices = [], data = [], programAddressIndex }) => ({
            accounts: accountIndices.map(index => ({
                address: staticAccounts[index],
                isSigner: index < header.numSignerAccounts,
            })),
            data: [...data],
            program: staticAccounts[programAddressIndex],
        }));
    }

    it('another number, account or role anywhere in the compiled message', { timeout: TIMEOUT }, async () => {
        const good = await forge();
        const anyEdit = fc.record({
            account: fc.nat(14),
            address: anyAddressHere,
            byte: anyU8,
            kind: fc.constantFrom('address', 'header', 'index', 'program', 'data', 'append', 'drop', 'lifetime'),
            small: fc.nat(16),
        });
        await fc.assert(
            fc.asyncProperty(fc.array(anyEdit, { maxLength: 4, minLength: 1 }), async edits => {
                const transaction = await forge({
                    compiled: message => edits.forEach(edit => apply(message, edit)),
                }).catch(() => undefined);
                // Some are beyond what kit encodes, or signs.
                if (!transaction) return;
                const verdict = await inspectOpenTransaction(transaction, OPEN_AGREEMENT, DEPLOYMENT);
                if (!verdict.isAccepted) return;
                // Accepted is nothing but the good one with another deposit that was agreed.
                const [actual, expected] = [readInstructions(transaction), readInstructions(good)];
                for (const instructions of [actual, expected]) instructions[0]!.data.splice(9, 8);
                expect(actual).toEqual(expected);
            }),
            times(10_000),
        );
    });

    function apply(
        message: OpenMessage,
        {
            account,
            address,
            byte,
            kind,
            small,
        }: { account: number; address: Address; byte: number; kind: string; small: number },
    ): void {
        const [instruction] = message.instructions as [OpenMessage['instructions'][number]];
        const { header, staticAccounts } = message;
        const fields = ['numSignerAccounts', 'numReadonlySignerAccounts', 'numReadonlyNonSignerAccounts'] as const;
        const data = new Uint8Array(instruction.data ?? []);
        switch (kind) {
            case 'address':
                staticAccounts[account % staticAccounts.length] = address;
                break;
            case 'header':
                header[fields[byte % 3]!] = small;
                break;
            case 'index':
                instruction.accountIndices![account % 13] = small;
                break;
            case 'program':
                instruction.programAddressIndex = small;
                break;
            case 'data':
                data[byte % data.length] = byte;
                instruction.data = data;
                break;
            case 'append':
                staticAccounts.push(address);
                break;
            case 'drop':
                instruction.accountIndices!.splice(account, 1);
                break;
            default:
                message.lifetimeToken = address;
        }
    }

    it('other instructions before and after, other accounts, other amounts', { timeout: TIMEOUT }, async () => {
        const anyRole = fc.constantFrom(
            AccountRole.READONLY,
            AccountRole.WRITABLE,
            AccountRole.READONLY_SIGNER,
            AccountRole.WRITABLE_SIGNER,
        );
        const anyInstruction: fc.Arbitrary<Instruction> = fc
            .tuple(
                fc.constantFrom<Address>(...PROGRAMS),
                fc.array(fc.tuple(anyAddressHere, anyRole), { maxLength: 4 }),
                fc.oneof(anyBytes(0), anyBytes(4), fc.uint8Array({ maxLength: 40 })),
            )
            .map(([program, accounts, data]) => getInstruction(program, accounts, data));
        const anyReplacement = fc.dictionary(fc.nat(12).map(String), fc.record({ address: anyAddressHere }), {
            maxKeys: 2,
        });
        await fc.assert(
            fc.asyncProperty(
                fc.array(anyInstruction, { maxLength: 2 }),
                fc.array(anyInstruction, { maxLength: 2 }),
                anyReplacement,
                anyU64,
                fc.constantFrom(...VERSIONS),
                async (before, after, replacements, deposit, version) => {
                    const open = replaceAccounts(await getOpen({ deposit: deposit || 1n }), replacements);
                    const transaction = await forge({
                        instructions: [...before, open, ...after],
                        version,
                    }).catch(() => undefined);
                    // Kit does not compile what writes to a program.
                    if (!transaction) return;
                    const verdict = await inspectOpenTransaction(transaction, OPEN_AGREEMENT, DEPLOYMENT);
                    if (!verdict.isAccepted) return;
                    expect([...before, ...after]).toEqual([]);
                    expect(open.accounts).toMatchObject((await getOpen()).accounts.map(({ address }) => ({ address })));
                    expect(deposit).toBeGreaterThanOrEqual(500_000n);
                    expect(deposit).toBeLessThanOrEqual(2_000_000n);
                },
            ),
            times(10_000),
        );
    });
});
