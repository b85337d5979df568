import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { getAddressEncoder } from '@solana/kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { isPaymentChannelsError, MAINNET_DEPLOYMENT } from '../../src';
import { fetchProgramElf, readProgramElf } from '../../src/testing';
import { addressOf } from '../fixtures/parties';
import { atSlot, createFakeRpc } from '../fixtures/rpc';
import { run } from '../fixtures/run-cli';

const PROGRAM = MAINNET_DEPLOYMENT.programAddress;
const PROGRAM_DATA = addressOf(0x70);
const AUTHORITY = addressOf(0x71);
const LOADER = {
    v2: 'BPFLoader2111111111111111111111111111111111',
    v3: 'BPFLoaderUpgradeab1e11111111111111111111111',
    v4: 'LoaderV411111111111111111111111111111111111',
};
const ELF = new Uint8Array(readFileSync(new URL('../../program/epoch.so', import.meta.url)));
const SHA256 = createHash('sha256').update(ELF).digest('hex');

const bytesOf = (address: string) => getAddressEncoder().encode(address as never);
const u32 = (value: number) => [value, 0, 0, 0];
const u64 = (value: bigint) => new Uint8Array(new BigUint64Array([value]).buffer);
const join8 = (...parts: Iterable<number>[]) => Uint8Array.from(parts.flatMap(part => [...part]));

type Accounts = Record<string, { data: Uint8Array; owner: string }>;
const ofV3 = (elf: Uint8Array, authority: string = AUTHORITY): Accounts => ({
    [PROGRAM]: { data: join8(u32(2), bytesOf(PROGRAM_DATA)), owner: LOADER.v3 },
    [PROGRAM_DATA]: {
        data: join8(u32(3), u64(123_456n), [1, ...bytesOf(authority)], elf),
        owner: LOADER.v3,
    },
});
const ofV4 = (status: bigint): Accounts => ({
    [PROGRAM]: { data: join8(u64(77n), bytesOf(AUTHORITY), u64(status), ELF), owner: LOADER.v4 },
});
const padded = (length: number) => join8(ELF, new Uint8Array(length));

/** The answer to getAccountInfo of a node that has these accounts. */
function answer(accounts: Accounts, params: readonly unknown[]) {
    const [address, { dataSlice }] = params as [string, { dataSlice: { length: number; offset: number } }];
    const account = accounts[address];
    if (account === undefined) return atSlot(1_000, null);
    const slice = account.data.subarray(dataSlice.offset, dataSlice.offset + dataSlice.length);
    return atSlot(1_000, {
        data: [Buffer.from(slice).toString('base64'), 'base64'],
        executable: true,
        lamports: 1,
        owner: account.owner,
        rentEpoch: 0,
        space: account.data.length,
    });
}

const fetchFrom = async (accounts: Accounts) => {
    const { requests, rpc } = createFakeRpc(({ params }) => answer(accounts, params));
    return { requests, ...(await fetchProgramElf(rpc, PROGRAM)) };
};
const getReason = async (accounts: Accounts) => {
    const error = await fetchFrom(accounts).catch((cause: unknown) => cause);
    if (isPaymentChannelsError(error, 'ELF_INVALID')) return error.context.reason;
    throw error;
};
const change = (offset: number, ...bytes: number[]) => {
    const changed = new Uint8Array(ELF);
    changed.set(bytes, offset);
    return changed;
};

describe('fetchProgramElf', () => {
    it('reads a program of loader v3 in slices, without the padding', async () => {
        const { requests, ...fetched } = await fetchFrom(ofV3(padded(1_000_000)));
        expect(fetched).toMatchObject({
            deployedSlot: 123_456n,
            loader: 'v3',
            paddingBytes: 1_000_000,
            programAddress: PROGRAM,
            programDataAddress: PROGRAM_DATA,
            sha256: SHA256,
            slot: 1_000n,
            upgradeAuthority: AUTHORITY,
        });
        expect(Buffer.from(fetched.bytes).equals(ELF)).toBe(true);
        // The program, two slices, and whether it is still the same.
        expect(requests).toHaveLength(4);
    });

    it('reads one that nobody can replace, and those of loader v2 and v4', async () => {
        expect((await fetchFrom(withoutAuthority())).upgradeAuthority).toBeUndefined();
        const v2 = await fetchFrom({ [PROGRAM]: { data: ELF, owner: LOADER.v2 } });
        expect(v2).toMatchObject({
            deployedSlot: undefined,
            loader: 'v2',
            sha256: SHA256,
            upgradeAuthority: undefined,
        });
        const v4 = await fetchFrom(ofV4(1n));
        expect(v4).toMatchObject({ deployedSlot: 77n, loader: 'v4', sha256: SHA256, upgradeAuthority: AUTHORITY });
        expect((await fetchFrom(ofV4(2n))).upgradeAuthority).toBeUndefined();
    });

    it('keeps what stands behind the ELF and is no padding', async () => {
        const { bytes, paddingBytes } = await fetchFrom(ofV3(join8(ELF, [0, 0, 7])));
        expect([bytes.length, paddingBytes]).toEqual([ELF.length + 3, 0]);
    });

    it.each<[string, Accounts, RegExp]>([
        ['an account of a wallet', { [PROGRAM]: { data: ELF, owner: addressOf(0) } }, /none of the loaders/],
        [
            'a buffer of loader v3',
            { [PROGRAM]: { data: join8(u32(1), bytesOf(AUTHORITY)), owner: LOADER.v3 } },
            /not that of a program/,
        ],
        ['another owner of the data', { ...ofV3(ELF), [PROGRAM_DATA]: { data: ELF, owner: LOADER.v2 } }, /owned by/],
        [
            'no program data',
            { ...ofV3(ELF), [PROGRAM_DATA]: { data: ELF, owner: LOADER.v3 } },
            /not one of program data/,
        ],
        ['a program that is retracted', ofV4(0n), /retracted/],
        ['no ELF', ofV3(new Uint8Array(100)), /does not start/],
        ['nothing', ofV3(new Uint8Array()), /does not start/],
        ['half of a header', ofV3(ELF.slice(0, 40)), /fewer than the header/],
        ['an ELF of 32 bits', ofV3(change(4, 1)), /64 bits/],
        ['an executable', ofV3(change(16, 2)), /shared object/],
        ['an ELF for x86', ofV3(change(18, 62, 0)), /machine 62/],
        ['an entry point in nothing', ofV3(change(24, 255, 255, 255, 255, 255, 255)), /entry point/],
        ['an ELF that ends early', ofV3(ELF.slice(0, -1)), /after the last byte/],
        ['headers at the end of the world', ofV3(change(40, ...Array<number>(8).fill(255))), /after the last byte/],
        ['more bytes than an account has', ofV3(padded(10 * 1024 * 1024)), /more than 10,485,760 bytes/],
    ])('refuses %s', async (_, accounts, reason) => {
        expect(await getReason(accounts)).toMatch(reason);
    });

    it('refuses a program that is deployed anew while it is read', async () => {
        let asked = 0;
        const [before, after] = [ofV3(ELF), ofV3(ELF, addressOf(0x72))];
        const { rpc } = createFakeRpc(({ params }) => answer(++asked > 2 ? after : before, params));
        await expect(fetchProgramElf(rpc, PROGRAM)).rejects.toThrow('deployed anew');
    });

    it('refuses what is no answer: more than was asked for, or of an earlier slot', async () => {
        const accounts = ofV3(ELF);
        const whole = { dataSlice: { length: 1e9, offset: 0 } };
        const long = createFakeRpc(({ params }) => answer(accounts, [params[0], whole]));
        await expect(fetchProgramElf(long.rpc, PROGRAM_DATA)).rejects.toThrow(/getAccountInfo/);
        let slot = 1_000;
        const back = createFakeRpc(({ params }) => ({ ...answer(accounts, params), context: { slot: slot-- } }));
        await expect(fetchProgramElf(back.rpc, PROGRAM)).rejects.toThrow(/slot/);
        const none = createFakeRpc(() => atSlot(1, null));
        const error = await fetchProgramElf(none.rpc, PROGRAM).catch((cause: unknown) => cause);
        expect(isPaymentChannelsError(error, 'ACCOUNT_MISSING')).toBe(true);
    });
});

/** A v3 program whose authority was given up. */
function withoutAuthority(): Accounts {
    const accounts = ofV3(ELF);
    const data = new Uint8Array(accounts[PROGRAM_DATA]!.data);
    data.fill(0, 12, 45);
    return { ...accounts, [PROGRAM_DATA]: { data, owner: LOADER.v3 } };
}

describe('payment-channels program fetch', () => {
    let server: Server;
    let url: string;
    let accounts: Accounts;
    let folder: string;
    beforeAll(async () => {
        server = createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on('data', (chunk: Buffer) => chunks.push(chunk));
            request.on('end', () => {
                const { id, params } = JSON.parse(Buffer.concat(chunks).toString()) as {
                    id: string;
                    params: unknown[];
                };
                response.setHeader('content-type', 'application/json');
                response.end(JSON.stringify({ id, jsonrpc: '2.0', result: answer(accounts, params) }));
            });
        });
        await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => new Promise(resolve => void server.close(resolve)));
    beforeEach(async () => {
        accounts = ofV3(padded(10));
        folder = await mkdtemp(join(tmpdir(), 'fetch-'));
    });
    afterEach(() => rm(folder, { recursive: true }));
    const fetch = async (...args: string[]) => await run('program', 'fetch', '--rpc', url, ...args);

    it('writes the ELF, and says what it is and how to use it', async () => {
        const file = join(folder, 'mainnet.so');
        const { error, exitCode, output } = await fetch('--out', file);
        expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 });
        for (const text of [SHA256, AUTHORITY, '123456', `PAYMENT_CHANNELS_EPOCH_ELF=${file}`])
            expect(output).toContain(text);
        expect((await readFile(file)).equals(ELF)).toBe(true);
        expect(readProgramElf('epoch', file).sha256).toBe(SHA256);
        expect(readdirSync(folder)).toEqual(['mainnet.so']);
    });

    it('prints one JSON object with --json', async () => {
        const { output } = await fetch('--out', join(folder, 'x.so'), '--json');
        expect(JSON.parse(output)).toMatchObject({
            bytes: ELF.length,
            deployedSlot: '123456',
            environmentVariable: 'PAYMENT_CHANNELS_EPOCH_ELF',
            paddingBytes: 10,
            programAddress: PROGRAM,
            sha256: SHA256,
            upgradeAuthority: AUTHORITY,
        });
    });

    it('leaves a file that is there, unless it is to be replaced', async () => {
        const file = join(folder, 'mine.so');
        await writeFile(file, 'mine');
        const refused = await fetch('--out', file);
        expect(refused).toMatchObject({ exitCode: 2, output: '' });
        expect(refused.error).toContain('--force replaces it');
        expect(await readFile(file, 'utf8')).toBe('mine');
        expect((await fetch('--out', file, '--force')).exitCode).toBe(0);
        expect((await readFile(file)).equals(ELF)).toBe(true);
        expect(readdirSync(folder)).toEqual(['mine.so']);
    });

    it('writes nothing of what is no program, or to where it cannot', async () => {
        accounts = ofV3(new Uint8Array(100));
        expect(await fetch('--out', join(folder, 'x.so'))).toMatchObject({ exitCode: 2, output: '' });
        accounts = {};
        expect((await fetch('--out', join(folder, 'x.so'))).error).toContain(PROGRAM);
        accounts = ofV3(ELF);
        expect((await fetch('--out', join(folder, 'no', 'x.so'))).error).toContain("can't be written: ENOENT");
        expect((await fetch('--out', '')).exitCode).toBe(2);
        expect(readdirSync(folder)).toEqual([]);
    });

    it('inspect reads the channel at an address', async () => {
        const { channel } = MAINNET_DEPLOYMENT;
        const fields = {
            authorizedSigner: addressOf(1),
            bump: 1,
            closureStartedAt: 100n,
            deposit: 5n,
            discriminator: channel.discriminator,
            distributionHash: new Uint8Array(32),
            gracePeriod: 60,
            mint: addressOf(2),
            openSlot: 9n,
            payee: addressOf(3),
            payer: addressOf(4),
            payerWithdrawnAt: 0n,
            rentPayer: addressOf(4),
            salt: 7n,
            settlement: { payoutWatermark: 0n, settled: 2n },
            status: 2,
            version: channel.version,
        };
        accounts = {};
        // The data slices of the other command have no part in it.
        const data = new Uint8Array(channel.encode(fields));
        const own = createServer((request, response) => {
            request.resume().on('end', () => {
                const account = {
                    data: [Buffer.from(data).toString('base64'), 'base64'],
                    executable: false,
                    lamports: 1,
                    owner: PROGRAM,
                    rentEpoch: 0,
                    space: 256,
                };
                response.setHeader('content-type', 'application/json');
                response.end(JSON.stringify({ id: '0', jsonrpc: '2.0', result: atSlot(44, account) }));
            });
        });
        await new Promise<void>(resolve => void own.listen(0, '127.0.0.1', resolve));
        const rpc = `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
        const { error, exitCode, output } = await run('inspect', addressOf(9), '--rpc', rpc, '--json');
        await new Promise(resolve => void own.close(resolve));
        expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 });
        expect(JSON.parse(output)).toMatchObject({
            kind: 'address',
            revision: 'epoch',
            value: { address: addressOf(9), deadlineAt: '160', kind: 'closing', slot: '44' },
        });
    });
});
