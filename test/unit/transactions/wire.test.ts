import {
    getBase64Decoder,
    getBase64Encoder,
    getBase64EncodedWireTransaction,
    getTransactionEncoder,
    type Address,
    type Instruction,
    type SignatureBytes,
    type Transaction,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { decodeWireTransaction, encodeWireTransaction } from '../../../src';
import { addressOf, MINT } from '../../fixtures/parties';
import { expectRefusal } from '../../fixtures/refusals';
import { byRevision } from '../../fixtures/revision';
import { forge, getInstruction, getOpen, OPERATOR, PAYER, VERSIONS, type OpenMessage } from '../inspect/stage';

const toBytes = (wire: string) => new Uint8Array(getBase64Encoder().encode(wire));
const toBase64 = (bytes: Iterable<number>) => getBase64Decoder().decode(new Uint8Array([...bytes]));
/** As kit encodes it, which refuses next to nothing. */
const encodeLoosely = (transaction: Transaction) => getBase64EncodedWireTransaction(transaction);

describe.each(VERSIONS)('version %s', version => {
    it('what is encoded is decoded, and encoded again to the same', async () => {
        const transaction = await forge({ version });
        const wire = encodeWireTransaction(transaction);
        expect(wire).toBe(encodeLoosely(transaction));
        expect(decodeWireTransaction(wire)).toEqual(transaction);
        expect(encodeWireTransaction(decodeWireTransaction(wire))).toBe(wire);
    });

    it('the signatures may stand in any order in the object, and be missing from it', async () => {
        const transaction = await forge({ signers: [PAYER, OPERATOR], version });
        const wire = encodeWireTransaction(transaction);
        const reversed = Object.fromEntries(Object.entries(transaction.signatures).reverse());
        expect(encodeWireTransaction({ ...transaction, signatures: reversed })).toBe(wire);

        const unsigned = encodeWireTransaction({ messageBytes: transaction.messageBytes, signatures: {} });
        expect(decodeWireTransaction(unsigned).signatures).toEqual({ [OPERATOR]: null, [PAYER]: null });
    });

    it.each([
        ['the signature of a stranger', { [addressOf(9)]: new Uint8Array(64) }],
        ['a signature that is too short', { [PAYER]: new Uint8Array(63) }],
        ['a signature that is no bytes', { [PAYER]: 'signed' }],
        ['no signatures at all', null],
    ])('%s is refused', async (_, signatures) => {
        const transaction = { ...(await forge({ version })), signatures } as unknown as Transaction;
        await expectRefusal(() => encodeWireTransaction(transaction), 'TRANSACTION_MALFORMED');
    });

    it('nothing shorter decodes', async () => {
        const bytes = toBytes(encodeWireTransaction(await forge({ version })));
        for (let length = 0; length < bytes.length; length++) {
            const wire = toBase64(bytes.subarray(0, length));
            await expectRefusal(() => decodeWireTransaction(wire), 'TRANSACTION_MALFORMED');
        }
    });

    it('nothing longer decodes', async () => {
        const bytes = toBytes(encodeWireTransaction(await forge({ version })));
        for (const extra of [[0], [1], [0, 0, 0, 0], new Array<number>(64).fill(0)]) {
            const wire = toBase64([...bytes, ...extra]);
            await expectRefusal(() => decodeWireTransaction(wire), 'TRANSACTION_MALFORMED');
        }
    });

    it('a signature more or less than there are signers is refused', async () => {
        const bytes = toBytes(encodeWireTransaction(await forge({ version })));
        const more = new Uint8Array(bytes);
        // The number of signatures, which in version 1 is that of the header alone.
        more[version === 1 ? 1 : 0]! += 1;
        const less = new Uint8Array(bytes);
        less[version === 1 ? 1 : 0]! -= 1;
        for (const wire of [toBase64(more), toBase64(less)]) {
            await expectRefusal(() => decodeWireTransaction(wire), 'TRANSACTION_MALFORMED');
        }
    });

    it('more bytes than a cluster accepts are refused, and exactly as many are not', async () => {
        const maxBytes = version === 1 ? 4096 : 1232;
        const forgeOfSize = async (size: number) => {
            const open = await getOpen();
            const make = (length: number) =>
                forge({ instructions: [open, getInstruction(MINT, [], new Uint8Array(length))], version });
            const overhead = getTransactionEncoder().encode(await make(200)).length - 200;
            return await make(size - overhead);
        };
        const largest = await forgeOfSize(maxBytes);
        expect(toBytes(encodeWireTransaction(largest))).toHaveLength(maxBytes);
        const tooLarge = await forgeOfSize(maxBytes + 1);
        const context = { actualBytes: maxBytes + 1, maxBytes };
        await expectRefusal(() => encodeWireTransaction(tooLarge), 'TRANSACTION_TOO_LARGE', context);
        await expectRefusal(() => decodeWireTransaction(encodeLoosely(tooLarge)), 'TRANSACTION_TOO_LARGE', context);
    });
});

describe('base64', () => {
    it.each([
        ['nothing', () => ''],
        ['a space at the end', (wire: string) => `${wire} `],
        ['a line break', (wire: string) => `${wire.slice(0, 76)}\n${wire.slice(76)}`],
        ['more padding', (wire: string) => `${wire}=`],
        ['no padding', (wire: string) => wire.replace(/=+$/, '')],
        ['the alphabet for URLs', (wire: string) => wire.replaceAll('+', '-').replaceAll('/', '_')],
        ['characters of no alphabet', (wire: string) => `${wire.slice(0, -4)}é===`],
        [
            'bits after the last byte',
            // The last character before the padding says more than the byte needs.
            (wire: string) => wire.replace(/.(?==+$)/, last => String.fromCharCode(last.charCodeAt(0) + 1)),
        ],
    ])('%s is refused', async (_, change) => {
        const transaction = await forge({ instructions: [await getOpen(), getInstruction(MINT, [], [1, 2])] });
        const wire = encodeWireTransaction(transaction);
        expect(wire).toMatch(/[+/].*=$/);
        expect(change(wire)).not.toBe(wire);
        await expectRefusal(() => decodeWireTransaction(change(wire)), 'TRANSACTION_MALFORMED');
    });

    it('a long text is refused before it is decoded', async () => {
        await expectRefusal(() => decodeWireTransaction('no base64'.repeat(1_000)), 'TRANSACTION_TOO_LARGE');
    });
});

describe('a message that a validator would not look at', () => {
    const manyAccounts = (count: number) =>
        Array.from({ length: count }, (_, index): [Address, 0] => [addressOf(0x80 + index), 0]);
    const repeat = (instruction: Instruction, count: number) => new Array<Instruction>(count).fill(instruction);

    it.each<[string, string, (message: OpenMessage) => void]>([
        [
            'nobody who signs',
            'message.header',
            ({ header }) => Object.assign(header, { numReadonlySignerAccounts: 0, numSignerAccounts: 0 }),
        ],
        [
            'a readonly account that pays the fee',
            'message.header',
            ({ header }) => Object.assign(header, { numReadonlySignerAccounts: 2 }),
        ],
        [
            'more readonly signers than signers',
            'message.header',
            ({ header }) => Object.assign(header, { numReadonlySignerAccounts: 3 }),
        ],
        [
            'more readonly accounts than accounts',
            'message.header',
            ({ header }) => Object.assign(header, { numReadonlyNonSignerAccounts: 13 }),
        ],
        [
            'the fee payer as a program',
            'message.instructions[0].programIndex',
            ({ instructions }) => Object.assign(instructions[0]!, { programAddressIndex: 0 }),
        ],
        [
            'a program that is not there',
            'message.instructions[0].programIndex',
            ({ instructions }) => Object.assign(instructions[0]!, { programAddressIndex: 14 }),
        ],
        [
            'an account that is not there',
            'message.instructions[0].accounts[12]',
            ({ instructions }) => void (instructions[0]!.accountIndices![12] = 14),
        ],
    ])('%s', async (_, field, compiled) => {
        for (const version of ['legacy', 0] as const) {
            // Signed by nobody: the number of signers may be a lie.
            const transaction = await forge({ compiled, signers: [], version });
            if (Object.keys(transaction.signatures).length === 0) continue;
            await expectRefusal(() => encodeWireTransaction(transaction), 'TRANSACTION_MALFORMED', { field });
            await expectRefusal(() => decodeWireTransaction(encodeLoosely(transaction)), 'TRANSACTION_MALFORMED', {
                field,
            });
        }
    });

    it('nobody who signs, so that there is not even a signature', async () => {
        const { messageBytes } = await forge();
        const message = new Uint8Array(messageBytes);
        message[1] = 0;
        await expectRefusal(() => decodeWireTransaction(toBase64([0, ...message])), 'TRANSACTION_MALFORMED', {
            field: 'message.header',
        });
    });

    it('a program from a lookup table', async () => {
        const transaction = await forge({
            compiled: message => {
                message.addressTableLookups = [
                    { lookupTableAddress: addressOf(0x71), readonlyIndexes: [0], writableIndexes: [] },
                ];
                message.instructions[0]!.programAddressIndex = 14;
            },
        });
        const field = 'message.instructions[0].programIndex';
        await expectRefusal(() => encodeWireTransaction(transaction), 'TRANSACTION_MALFORMED', { field });
    });

    it('a lookup table of which nothing is used', async () => {
        const transaction = await forge({
            compiled: message => {
                message.addressTableLookups = [
                    { lookupTableAddress: addressOf(0x71), readonlyIndexes: [], writableIndexes: [] },
                ];
            },
        });
        const field = 'message.addressTableLookups[0]';
        await expectRefusal(() => encodeWireTransaction(transaction), 'TRANSACTION_MALFORMED', { field });
    });

    it('settings in the header of version 1 that nobody knows', async () => {
        const transaction = await forge({
            compiled: message => {
                (message as unknown as { configMask: number }).configMask |= 1 << 5;
            },
            version: 1,
        });
        const field = 'message.configMask';
        await expectRefusal(() => encodeWireTransaction(transaction), 'TRANSACTION_MALFORMED', { field });
    });

    it.each([
        ['instructions, version 0', 0, 'message.instructions', 65],
        ['instructions, version 1', 1, 'message.instructions', 65],
    ] as const)('too many %s', async (_, version, field, count) => {
        const tiny = getInstruction(MINT, []);
        const forgeWith = (instructions: readonly Instruction[]) =>
            forge({
                compiled: message => {
                    // Kit refuses to compile so many: the last one is repeated afterwards.
                    if (message.version === 1) {
                        const raw = message as unknown as Record<string, unknown[] & number>;
                        raw['instructionHeaders']!.push(raw['instructionHeaders']!.at(-1));
                        raw['instructionPayloads']!.push(raw['instructionPayloads']!.at(-1));
                        (raw as Record<string, unknown>)['numInstructions'] = raw['instructionHeaders']!.length;
                    } else message.instructions.push(message.instructions.at(-1)!);
                },
                instructions,
                version,
            });
        const transaction = await forgeWith(repeat(tiny, count - 1));
        await expectRefusal(() => encodeWireTransaction(transaction), 'TRANSACTION_MALFORMED', { field });
        expect(decodeWireTransaction(encodeWireTransaction(await forgeWith(repeat(tiny, count - 2))))).toBeDefined();
    });

    it('more accounts or signers than version 1 allows', async () => {
        const instructions = [getInstruction(MINT, manyAccounts(62))];
        const transaction = await forge({ instructions, version: 1 });
        expect(decodeWireTransaction(encodeWireTransaction(transaction))).toBeDefined();
        const tooMany = await forge({
            compiled: message => {
                message.staticAccounts.push(addressOf(0x7e));
                message.header.numReadonlyNonSignerAccounts += 1;
                (message as unknown as { numStaticAccounts: number }).numStaticAccounts += 1;
            },
            instructions,
            version: 1,
        });
        await expectRefusal(() => encodeWireTransaction(tooMany), 'TRANSACTION_MALFORMED', {
            field: 'message.accounts',
        });
        const tooManySigners = await forge({
            compiled: ({ header }) => {
                header.numSignerAccounts = 13;
                header.numReadonlyNonSignerAccounts -= 12;
            },
            instructions,
            version: 1,
        });
        await expectRefusal(() => encodeWireTransaction(tooManySigners), 'TRANSACTION_MALFORMED', {
            field: 'message.header',
        });
    });

    it('a signer named twice', async () => {
        const transaction = await forge({
            compiled: message => {
                message.staticAccounts[2] = OPERATOR;
                message.header.numSignerAccounts = 3;
                message.staticAccounts[1] = PAYER;
            },
        });
        const bytes = [3, ...new Uint8Array(3 * 64), ...transaction.messageBytes];
        await expectRefusal(() => decodeWireTransaction(toBase64(bytes)), 'TRANSACTION_MALFORMED', {
            field: 'transaction.signatures',
        });
        await expectRefusal(() => encodeWireTransaction(transaction), 'TRANSACTION_MALFORMED');
    });

    it('a version that is not known', async () => {
        const { messageBytes } = await forge();
        for (const version of [2, 3, 127]) {
            const message = new Uint8Array(messageBytes);
            message[0] = 0x80 | version;
            for (const bytes of [
                [2, ...new Uint8Array(128), ...message],
                [...message, ...new Uint8Array(128)],
            ]) {
                await expectRefusal(() => decodeWireTransaction(toBase64(bytes)), 'TRANSACTION_MALFORMED');
            }
        }
    });
});

describe('a length in more bytes than it needs', () => {
    // Of version legacy: signatures, then the message with header, accounts, blockhash, instructions.
    const afterSignatures = 1 + 2 * 64;
    // Of open (docs/program.md, section 5); the epoch revision lists the rent payer, and the open slot.
    const OPEN_ACCOUNTS = byRevision({ epoch: 14, tombstone: 13 });
    const OPEN_DATA_SIZE = byRevision({ epoch: 33, tombstone: 25 });
    const accounts = afterSignatures + 3;
    const instructions = accounts + 1 + 14 * 32 + 32;
    it.each([
        ['signatures', 0, 2],
        ['accounts', accounts, 14],
        ['instructions', instructions, 1],
        ['accounts of an instruction', instructions + 2, OPEN_ACCOUNTS],
        ['data of an instruction', instructions + 2 + 1 + OPEN_ACCOUNTS, OPEN_DATA_SIZE + 2 * 34],
    ] as const)('%s', async (_, offset, length) => {
        const bytes = [...toBytes(encodeWireTransaction(await forge({ version: 'legacy' })))];
        expect(bytes[offset]).toBe(length);
        for (const padded of [
            [length | 0x80, 0],
            [length | 0x80, 0x80, 0],
            [length | 0x80, 0x80, 0x80, 0],
        ]) {
            const wire = toBase64([...bytes.slice(0, offset), ...padded, ...bytes.slice(offset + 1)]);
            await expectRefusal(() => decodeWireTransaction(wire), 'TRANSACTION_MALFORMED');
        }
    });
});

it('what was decoded does not change with the bytes it came from', async () => {
    const transaction = await forge();
    const messageBytes = new Uint8Array(transaction.messageBytes);
    const decoded = decodeWireTransaction(
        encodeWireTransaction({
            messageBytes: messageBytes as unknown as Transaction['messageBytes'],
            signatures: transaction.signatures as Record<Address, SignatureBytes | null>,
        }),
    );
    messageBytes.fill(0);
    expect(decoded).toEqual(transaction);
});
