import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
    createKeyPairSignerFromPrivateKeyBytes,
    getBase58Decoder,
    getBase64Decoder,
    type Instruction,
} from '@solana/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
    encodeVoucher,
    encodeWireTransaction,
    getSettleInstructions,
    parseInstruction,
    signVoucher,
    toSignedVoucherJson,
    type SignedVoucher,
} from '../../src';
import { runCli } from '../../cli/src/cli';
import { DEPLOYMENT } from '../fixtures/deployment';
import { ENDING, HAS_TOMBSTONES, openedAt, REVISION, VECTOR_OPEN_SLOT } from '../fixtures/revision';
import { run } from '../fixtures/run-cli';
import {
    CHANNEL,
    DISTRIBUTION_HASH_HEX,
    hex,
    OPEN_DATA_HEX,
    OPENED_EVENT_HEX,
    SECRET_KEY,
    unhex,
    VOUCHER,
    VOUCHER_HEX,
} from '../fixtures/vectors';
import { forge, getOpen, OPEN_AGREEMENT, PAYER } from './inspect/stage';
import { AUTHORIZED_SIGNER, MINT, PAYEE, PAYER as VECTOR_PAYER, PAYEE_SIGNER, SALT } from '../fixtures/parties';
import { readRecordedInstructions } from './recorded-instructions';

const base64 = (bytes: ArrayLike<number>) => getBase64Decoder().decode(new Uint8Array(Array.from(bytes)));
const base58 = (bytes: ArrayLike<number>) => getBase58Decoder().decode(new Uint8Array(Array.from(bytes)));

type Json = {
    isGood: boolean;
    kind: string;
    otherRevisions: string[];
    revision: string | null;
    value: Record<string, unknown>;
};
const inspectJson = async (...args: string[]) => {
    const { error, exitCode, output } = await run('inspect', ...args, '--json');
    expect(error).toBe('');
    expect(output.trim().split('\n')).toHaveLength(1);
    return { exitCode, ...(JSON.parse(output) as Json) };
};

const account = DEPLOYMENT.channel.encode({
    ...openedAt(VECTOR_OPEN_SLOT),
    authorizedSigner: AUTHORIZED_SIGNER,
    bump: 255,
    closureStartedAt: 0n,
    deposit: 1_000_000n,
    discriminator: DEPLOYMENT.channel.discriminator,
    distributionHash: unhex(DISTRIBUTION_HASH_HEX),
    gracePeriod: 3_600,
    mint: MINT,
    payee: PAYEE,
    payer: VECTOR_PAYER,
    payerWithdrawnAt: 0n,
    rentPayer: VECTOR_PAYER,
    salt: SALT,
    settlement: { payoutWatermark: 0n, settled: 400_000n },
    status: 0,
    version: DEPLOYMENT.channel.version,
}) as Uint8Array;

let folder: string;
let signed: SignedVoucher;
let wire: string;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inspect-'));
    signed = await signVoucher(VOUCHER, await createKeyPairSignerFromPrivateKeyBytes(SECRET_KEY), DEPLOYMENT);
    wire = encodeWireTransaction(await forge());
});
afterAll(() => rm(folder, { recursive: true }));

const inFile = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
};

/** Terms as a file has them. */
const toTerms = (terms: object) =>
    JSON.stringify(terms, (name, value: unknown) =>
        typeof value === 'bigint' || (typeof value === 'number' && name !== 'bps') ? `${value}` : value,
    );

describe('payment-channels inspect', () => {
    it('a channel account, in any encoding, of either revision, with its address', async () => {
        const told = await inspectJson(base64(account));
        expect(told).toMatchObject({
            exitCode: 0,
            isGood: true,
            kind: 'channel',
            otherRevisions: [],
            revision: REVISION,
        });
        expect(told.value).toMatchObject({
            address: CHANNEL,
            figures: { spendable: '600000', undistributed: '400000' },
            kind: 'open',
        });
        for (const text of [hex(account), `0x${hex(account)}`, base58(account)]) {
            expect((await inspectJson(text)).value).toEqual(told.value);
        }
        expect((await inspectJson(await inFile('account.bin', account))).value).toEqual(told.value);
        expect((await inspectJson(await inFile('account.txt', `\uFEFF${base64(account)}\n`))).value).toEqual(
            told.value,
        );
        expect((await run('inspect', base64(account))).output).toContain(CHANNEL);
    });

    it('says that an account is of another revision instead of decoding it wrongly', async () => {
        const other = REVISION === 'epoch' ? 'tombstone' : 'epoch';
        const { error, exitCode, output } = await run('inspect', base64(account), '--revision', other);
        expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
        expect(error).toContain(`it is of the ${REVISION} revision of the program, and not of ${other}`);
    });

    it('the one byte of a closed channel, which is an instruction as well unless the revision is named', async () => {
        const { error, exitCode } = await run('inspect', 'Ag==');
        expect({ error, exitCode }).toEqual({
            error: 'payment-channels: it can be more than one thing, say which: --as channel --encoding base64, or --as instruction --encoding base64\n',
            exitCode: 2,
        });
        const told = await inspectJson('Ag==', '--revision', REVISION);
        expect([told.kind, told.revision]).toEqual([HAS_TOMBSTONES ? 'channel' : 'instruction', REVISION]);
        if (HAS_TOMBSTONES) expect(told.value).toEqual({ kind: 'closed' });
    });

    it('a signed voucher, and by which revision its signature is good', async () => {
        const json = toSignedVoucherJson(signed);
        const told = await inspectJson(JSON.stringify(json));
        expect(told).toMatchObject({ exitCode: 0, kind: 'voucher', revision: REVISION });
        expect(told.value).toEqual({ isSignatureValid: true, signedVoucher: json });
        const other = { ...json, voucher: { ...json.voucher, cumulativeAmount: '500001' } };
        expect(await inspectJson(JSON.stringify(other))).toMatchObject({ exitCode: 1, isGood: false, revision: null });
    });

    it('the bytes of a voucher', async () => {
        const told = await inspectJson(VOUCHER_HEX);
        expect(told).toMatchObject({ kind: 'voucher-bytes', revision: REVISION });
        expect(told.value).toEqual({ voucher: { channelId: CHANNEL, cumulativeAmount: '500000' } });
        expect(encodeVoucher(VOUCHER, DEPLOYMENT)).toEqual(unhex(VOUCHER_HEX));
    });

    it('the data of an instruction, and of an event', async () => {
        const open = await inspectJson(OPEN_DATA_HEX, '--revision', REVISION);
        expect(open).toMatchObject({
            kind: 'instruction',
            value: { data: { deposit: '1000000', gracePeriod: 3600, salt: '42' }, name: 'open', operation: 'open' },
        });
        const finalize = await inspectJson('0x06', '--as', 'instruction', '--revision', REVISION);
        expect(finalize.value).toMatchObject({ name: ENDING.finalize, operation: 'finalize' });
        const event = await inspectJson(OPENED_EVENT_HEX);
        expect(event).toMatchObject({
            kind: 'event',
            revision: REVISION,
            value: { data: { channel: CHANNEL }, name: 'Opened' },
        });
        const line = `Program data: ${base64(unhex(OPENED_EVENT_HEX))}`;
        expect((await inspectJson(line)).value).toEqual(event.value);
    });

    it.each(['233', '0xe9', 'Program X failed: custom program error: 0xe9', '{"InstructionError":[1,{"Custom":233}]}'])(
        'an error: %s',
        async text => {
            const { kind, value } = await inspectJson(text);
            expect(kind).toBe('error');
            expect(value).toMatchObject({
                code: 233,
                meanings: [{ name: 'voucherExpired', section: 'docs/program.md, section 11' }, {}],
            });
        },
    );

    it('a transaction, its instructions by name, the signatures, and whether it is what was agreed', async () => {
        const told = await inspectJson(wire);
        expect(told).toMatchObject({ isGood: true, kind: 'transaction', revision: REVISION });
        const { instructions, signatures } = told.value as {
            instructions: { accounts: { name: string }[] }[];
            signatures: { signer: string; state: string }[];
        };
        expect(instructions[0]).toMatchObject({
            arguments: { deposit: '1000000' },
            name: 'open',
            program: 'payment-channels',
        });
        expect(instructions[0]!.accounts.map(({ name }) => name)).toContain('channelTokenAccount');
        expect(signatures.map(({ signer, state }) => [signer === PAYER, state])).toEqual([
            [false, 'missing'],
            [true, 'valid'],
        ]);
        const terms = await inFile('terms.json', toTerms(OPEN_AGREEMENT));
        expect(await inspectJson(wire, '--terms', terms)).toMatchObject({ exitCode: 0, value: { mismatches: [] } });
        const others = await inFile('others.json', toTerms({ ...OPEN_AGREEMENT, deposit: { min: '2000000' } }));
        expect(await inspectJson(wire, '--terms', others)).toMatchObject({
            exitCode: 1,
            isGood: false,
            value: { mismatches: [{}] },
        });
        expect((await run('inspect', wire, '--terms', others)).output).toContain('It is not what was agreed');
        const bad = await run('inspect', wire, '--terms', await inFile('bad.json', '{}'));
        expect(bad).toMatchObject({ exitCode: 2, output: '' });
        expect(bad.error).toContain("the terms can't be used: ");
        expect((await inspectJson(base58(Buffer.from(wire, 'base64')))).value).toEqual(told.value);
    });

    it('a transaction that settles a voucher, and that its signature is good', async () => {
        const instructions = [...getSettleInstructions({ voucher: signed }, DEPLOYMENT)] as Instruction[];
        const settle = encodeWireTransaction(await forge({ instructions }));
        const { value } = await inspectJson(settle);
        expect(value).toMatchObject({
            instructions: [
                {
                    program: 'Ed25519 precompile',
                    verifiedSignatures: [
                        {
                            isValid: true,
                            signer: AUTHORIZED_SIGNER,
                            voucher: { channelId: CHANNEL, cumulativeAmount: '500000' },
                        },
                    ],
                },
                { name: 'settle' },
            ],
        });
    });

    it('needs an RPC for an address, and says so', async () => {
        expect(await run('inspect', CHANNEL)).toMatchObject({
            error: `payment-channels: ${CHANNEL} is an address: --rpc URL reads what is there\n`,
            exitCode: 2,
        });
        const secret = await run('inspect', CHANNEL, '--rpc', 'ftp://key@host/secret');
        expect(secret).toMatchObject({ exitCode: 2, output: '' });
        expect(secret.error).not.toContain('secret');
    });

    it.each([
        ['nothing', '  '],
        ['a text', 'blah'],
        ['a terminal escape', '\u001b[31mred\u001b[0m'],
        ['an open bracket, very often', '['.repeat(200_000)],
        ['a long text', 'A'.repeat(1_000_000)],
        ['digits without end', '9'.repeat(100_000)],
        ['JSON of something else', '{"voucher":{},"signer":1}'],
    ])('refuses %s with one line', async (_, text) => {
        const { error, exitCode, output } = await run('inspect', text);
        expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
        expect(error.trim().split('\n')).toHaveLength(1);
        expect(error).not.toMatch(/\u001b/);
        for (const kind of [
            'address',
            'channel',
            'transaction',
            'voucher',
            'voucher-bytes',
            'instruction',
            'event',
            'error',
        ]) {
            expect((await run('inspect', text, '--as', kind)).exitCode).toBe(2);
        }
    });

    it('refuses a file of more bytes than anything has, and takes binary as what it is', async () => {
        const large = await inFile('large.bin', new Uint8Array(10 * 1024 * 1024 + 1));
        expect((await run('inspect', large)).error).toContain('has more than 10,485,760 bytes');
        expect((await run('inspect', await inFile('zeroes.bin', new Uint8Array(10 * 1024 * 1024)))).exitCode).toBe(2);
    });

    it('reads the standard input', async () => {
        let output = '';
        const exitCode = await runCli(['inspect', '-', '--json'], {
            isErrorTerminal: false,
            readInput: async () => new TextEncoder().encode(`${hex(account)}\n`),
            writeError: () => undefined,
            writeOutput: text => (output += text),
        });
        expect([exitCode, (JSON.parse(output) as Json).kind]).toEqual([0, 'channel']);
    });
});

describe('parseInstruction', () => {
    it('names the instructions as their builders do', () => {
        for (const [operation, reading] of Object.entries(DEPLOYMENT.instructionReadings)) {
            const builder = (DEPLOYMENT as unknown as Record<string, { programName: string } | undefined>)[operation];
            expect(reading.programName).toBe(operation === 'emitEvent' ? operation : builder!.programName);
        }
    });

    it('names what is missing, and leaves what is behind without a name', async () => {
        const open = (await getOpen()) as Instruction;
        const accounts = open.accounts!;
        const shorter = parseInstruction({ ...open, accounts: accounts.slice(0, -2) }, DEPLOYMENT)!;
        const whole = parseInstruction(open, DEPLOYMENT)!;
        expect(shorter.missingAccounts).toEqual(whole.accounts.slice(-2).map(({ name }) => name));
        const longer = parseInstruction(
            { ...open, accounts: [...accounts, { address: PAYEE_SIGNER.address, role: 0 }] },
            DEPLOYMENT,
        )!;
        expect(longer.accounts.at(-1)).toEqual({ address: PAYEE_SIGNER.address, name: undefined, role: 0 });
        expect(parseInstruction({ ...open, data: new Uint8Array([...open.data!, 0]) }, DEPLOYMENT)).toMatchObject({
            data: whole.data,
            isExact: false,
        });
    });

    readRecordedInstructions(REVISION, instructions => {
        // What succeeded was an instruction; what the program refused may be anything.
        for (const { instruction, programAddress } of instructions) {
            const parsed = parseInstruction(instruction, { ...DEPLOYMENT, programAddress });
            expect(parsed?.name, base64(instruction.data as Uint8Array)).toBeDefined();
            expect(parsed!.missingAccounts).toEqual([]);
        }
    });
});
